# SPDX-License-Identifier: ISC
"""nightdrop-sql(7): its examples are run, and print what it says."""
import re

import pytest

from support import cluster, jobs, manual, place

PAGE = place.TOP / "doc/nightdrop-sql.7"
DBA = "nightdrop_dba"


@pytest.fixture
def shell(db, tmp_path):
    shell = manual.Shell(tmp_path, {
        "PGHOST": str(db.cluster.home), "PGPORT": str(cluster.PORT),
        "PGDATABASE": db.name, "PGUSER": DBA, "PSQLRC": "/dev/null",
        "PGOPTIONS": "-c search_path=nightdrop"})
    yield shell
    shell.close()


def test_examples(shell, db, handlers, batch):
    """After a night with a failure, and with two jobs more."""
    db.queue("report", max_attempts=1)
    handlers.write("report", """
        [ "$(cat)" != bad ] || { echo 'no such shop' >&2; exit 3; }
        printf 'Content-Type: text/plain\\n\\nok'""")
    for body, owner in (b"bad", "anna"), (b"good", ""), (b"good", ""):
        jobs.submit(db, "report", body, owner)
    assert batch.run().status == 0
    for _ in range(2):
        jobs.submit(db, "report", b"good")
    found = manual.examples(PAGE)
    assert len(found) > 17
    for command, lines in found:
        shell.check(command, lines)


def words(section):
    text = PAGE.read_text().split(f".Sh {section}")[1].split("\n.Sh ")[0]
    return set(re.findall(r"\w+", text))


def test_all_is_in_it(db):
    """Each view, each table, each function that a DBA may call."""
    views, tables, verbs = (
        {name for (name,) in db.sql(query)} for query in (
            "select viewname from pg_views where schemaname = 'nightdrop'",
            "select relname from pg_class c where relkind in ('r', 'p') and"
            " relnamespace = 'nightdrop'::regnamespace and not relispartition",
            "select proname from pg_proc where"
            " pronamespace = 'nightdrop'::regnamespace"
            " and has_function_privilege('nightdrop_dba', oid, 'execute')"))
    assert len(views) > 8 and len(tables) > 15 and len(verbs) > 20
    assert not views - words("READING")
    assert not tables - words("TABLES")
    assert not verbs - words("STEERING")
