# sql/install: fresh, again, upgrading, refused, two at once.
#
# SPDX-License-Identifier: ISC

import gzip
import os
import pathlib
import shutil
import subprocess

import pytest

HERE = pathlib.Path(__file__).resolve().parent
ROOT = pathlib.Path(__file__).resolve().parents[2]
INSTALL = pathlib.Path(os.environ.get("NIGHTDROP_SQL_INSTALL",
                                      ROOT / "sql" / "install"))

SCHEMA = len(list((INSTALL.parent / "migrations").glob("*.sql")))
MORE = f"{SCHEMA + 1:04}-more.sql"


def psql(database, sql):
    return subprocess.run(
        ["psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", database, "-c", sql],
        check=True, capture_output=True, text=True).stdout.strip()


def install(*args, script=INSTALL):
    return subprocess.run([script, *args], capture_output=True, text=True)


@pytest.fixture
def db():
    name = f"nightdrop_test_install_{os.getpid()}"
    psql("postgres",
         f"create database {name} template template0 encoding 'UTF8'")
    yield name
    psql("postgres", f"drop database {name} with (force)")


@pytest.fixture
def tree(tmp_path):
    """A copy of sql/ to change, somewhere else and with a space in its name."""
    copy = tmp_path / "another place" / "sql"
    shutil.copytree(INSTALL.parent, copy)
    return copy


def everything(database):
    """All that the schema is, but for oids and random values."""
    return psql(database, """
        select string_agg(x, E'\\n' order by x) from (
            select pg_get_functiondef(oid) || coalesce(proacl::text, '')
            from pg_proc where pronamespace = 'nightdrop'::regnamespace
            union all
            select c.relname::text || coalesce(c.relacl::text, '')
                || coalesce(pg_get_viewdef(c.oid), '')
            from pg_class c
            where relnamespace = 'nightdrop'::regnamespace and relkind = 'v'
            union all
            select format('%s %s %s', a.attrelid::regclass, a.attname,
                a.atttypid::regtype)
            from pg_attribute a join pg_class c on c.oid = a.attrelid
            where c.relnamespace = 'nightdrop'::regnamespace
            union all
            select name || value from nightdrop.setting
            union all
            select m::text from nightdrop.migration m) e(x)""")


def test_fresh_and_again(db):
    first = install("-d", db)
    assert first.returncode == 0 and first.stderr == ""
    lines = first.stdout.splitlines()
    assert "migration 0001-tables.sql: applied" in lines
    assert lines[-1].startswith(
        f"nightdrop schema {SCHEMA} is installed in database {db} (instance ")
    was = everything(db)
    again = install("-d", db)
    assert again.returncode == 0 and again.stderr == ""
    assert len(again.stdout.splitlines()) == 2
    assert again.stdout.splitlines()[-1] == lines[-1]
    assert everything(db) == was


def test_connection_string_and_other_place(db, tree):
    result = install(f"dbname={db}", script=tree / "install")
    assert result.returncode == 0, result.stderr


def test_secret(db):
    install("-d", db)
    assert psql(db, "select octet_length(nightdrop.secret()),"
                " count(*) from nightdrop.setting group by 1") == "32|5"


def test_upgrade(db, tree):
    """A result's type changes, a migration comes: data and others stay."""
    install("-d", db)
    psql(db, "select nightdrop.queue_create('q', 'a test')")
    oid = "select oid from pg_proc where proname = 'turn'"
    before = psql(db, oid)
    hello = tree / "functions" / "hello.sql"
    hello.write_text(hello.read_text()
                     .replace("moved boolean)", "moved boolean, more text)")
                     .replace("database_place()\n$$",
                              "database_place(), 'more'\n$$"))
    renew = tree / "functions" / "lease_renew.sql"
    renew.write_text(renew.read_text()
                     .replace("token uuid)", "token uuid,\n    more int"
                              " default 0)")
                     .replace("(bigint, uuid)", "(bigint, uuid, int)"))
    (tree / "functions" / "queue_hold.sql").unlink()
    view = tree / "views" / "run_balance.sql"
    view.write_text(view.read_text().replace("as accounted", "as summed"))
    (tree / "views" / "failed_job.sql").unlink()
    (tree / "migrations" / MORE).write_text(
        "alter table nightdrop.queue add column more text;\n")
    result = install("-d", db, script=tree / "install")
    assert result.returncode == 0, result.stderr
    assert f"migration {MORE}: applied" in result.stdout
    assert f"nightdrop schema {SCHEMA + 1} is installed" in result.stdout
    assert psql(db, "select more from nightdrop.hello()") == "more"
    assert psql(db, "select has_function_privilege('nightdrop_responder',"
                " 'nightdrop.hello()', 'execute')") == "t"
    assert psql(db, "select oid::regprocedure from pg_proc"
                " where proname in ('lease_renew', 'queue_hold')"
                ) == "nightdrop.lease_renew(bigint,uuid,integer)"
    assert psql(db, "select count(summed) from nightdrop.run_balance") == "0"
    assert psql(db, "select to_regclass('nightdrop.failed_job')") == ""
    assert psql(db, "select name from nightdrop.queue") == "q"
    assert psql(db, oid) == before, "a function that fits is replaced in place"


def test_failure_leaves_the_old(db, tree):
    install("-d", db)
    was = everything(db)
    for name, text in ((f"migrations/{SCHEMA + 1:04}-bad.sql",
                        "create table nightdrop.x (i integer);\n"
                        "select 1/0;\n"),
                       ("functions/zzz.sql", "create function nope();\n"),
                       ("views/zzz.sql", "create view nope as selec 1;\n")):
        (tree / name).write_text(text)
        result = install("-d", db, script=tree / "install")
        assert result.returncode == 1
        assert "ERROR" in result.stderr
        assert everything(db) == was
        (tree / name).unlink()


def test_two_at_once(db):
    both = [subprocess.Popen([INSTALL, "-d", db], stdout=subprocess.PIPE,
                             stderr=subprocess.PIPE, text=True)
            for _ in range(2)]
    out = [p.communicate() for p in both]
    assert [p.returncode for p in both] == [0, 0], out
    assert sum("0001-tables.sql: applied" in o for o, _ in out) == 1


def test_print_runs_nothing(db):
    result = install("--print")
    assert result.returncode == 0
    assert "create table nightdrop.job" in result.stdout
    assert psql(db, "select count(*) from pg_namespace"
                " where nspname = 'nightdrop'") == "0"


def test_print_is_what_is_run(db):
    text = install("--print").stdout
    subprocess.run(["psql", "-Xq", "-v", "ON_ERROR_STOP=1", "-d", db],
                   input=text, text=True, check=True, capture_output=True)
    assert psql(db, "select schema from nightdrop.hello()") == str(SCHEMA)


def test_check(db):
    """It says what somebody changed by hand, and changes nothing."""
    refused = install("--check", "-d", db)
    assert refused.returncode == 1
    assert "there is no schema nightdrop here" in refused.stderr
    install("-d", db)
    good = install("--check", "-d", db)
    assert (good.returncode, good.stderr) == (0, "")
    assert good.stdout == f"nightdrop schema {SCHEMA}: as sql/install leaves it\n"
    psql(db, "alter table nightdrop.queue add column more integer;"
         "drop view nightdrop.run_history;"
         "alter function nightdrop.turn set work_mem = '1GB';"
         "create function nightdrop.more() returns integer language sql"
         " as 'select 1'")
    was = everything(db)
    result = install("--check", "-d", db)
    assert result.returncode == 1
    lines = result.stdout.splitlines()
    assert lines[0].startswith("function nightdrop.more(): is not of this")
    assert lines[1].startswith("function nightdrop.turn(")
    assert lines[1].endswith(": differs from this version")
    assert lines[2:] == ["table queue: was changed since sql/install",
                         "view nightdrop.run_history: is missing"]
    assert everything(db) == was
    install("-d", db)
    psql(db, "alter table nightdrop.queue drop column more")
    lines = install("--check", "-d", db).stdout.splitlines()
    assert lines == ["table queue: was changed since sql/install"], \
        "the install took it for its own"


@pytest.mark.parametrize("version", sorted(
    int(p.name.split("-")[1].split(".")[0])
    for p in (HERE / "fixture").glob("schema-*.sql.gz")))
def test_upgrade_from(db, version):
    """From each version that was ever released, with jobs in every place:
    what comes out is what a fresh install makes, and the jobs go on."""
    dump = gzip.decompress(
        (HERE / "fixture" / f"schema-{version}.sql.gz").read_bytes())
    subprocess.run(["psql", "-Xq", "-v", "ON_ERROR_STOP=1", "-d", db],
                   input=dump, check=True, stdout=subprocess.DEVNULL)
    result = install("-d", db)
    assert result.returncode == 0, result.stderr
    assert f"migration {version:04}-" not in result.stdout
    shape = "select * from nightdrop.schema_shape() order by name"
    was = psql(db, shape)
    jobs = "select status, count(*) from nightdrop.job_status" \
        " group by status order by status"
    assert psql(db, jobs) == "reserved|3\nrunning|1\nsuccessful|1\nwaiting|2"
    psql(db, "select nightdrop.adopt('a test', moved => true, hold => false)")
    assert psql(db, jobs) == "successful|1\nwaiting|6"
    assert psql(db, "select * from nightdrop.lost_job") == ""
    subprocess.run(["psql", "-Xq", "-v", "ON_ERROR_STOP=1", "-d", db, "-f",
                    HERE / "fixture" / "helpers.sql"], check=True)
    assert psql(db, "select count(*) from t.turn(t.open(), want => 10) c"
                " where c.kind = 'claim'") == "6", "all that waits can be run"

    psql("postgres", f"drop database {db} with (force)")
    psql("postgres",
         f"create database {db} template template0 encoding 'UTF8'")
    install("-d", db)
    assert psql(db, shape) == was


def test_help_and_version():
    assert "usage:" in install("--help").stdout
    assert install("--version").stdout == f"nightdrop schema {SCHEMA}\n"


def test_refusals(db):
    """One clear line, exit 1."""
    latin = db + "_latin"
    psql("postgres", f"create database {latin} template template0"
         " encoding 'LATIN1' locale 'C'")
    try:
        result = install("-d", latin)
    finally:
        psql("postgres", f"drop database {latin}")
    assert result.returncode == 1
    assert "encoding LATIN1; UTF8 is needed" in result.stderr
    assert len(result.stderr.splitlines()) == 1

    result = install("-d", "no_such_database_here")
    assert result.returncode == 1
    assert "cannot ask the database" in result.stderr

    install("-d", db)
    result = install("-d", db, "-U", "nightdrop_dba")
    assert result.returncode == 1
    assert "superuser" in result.stderr or "authentication" in result.stderr
