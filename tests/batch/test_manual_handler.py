# SPDX-License-Identifier: ISC
"""nightdrop-handler(7): its examples are run, and print what it says."""
import datetime
import re

import pytest

from support import cluster, manual, place

PAGE = place.TOP / "doc/nightdrop-handler.7"


@pytest.fixture
def shell(apache, db, batch, handlers, tmp_path):
    """Whoever reads the page: handler author, operator and client in one."""
    bin = tmp_path / "bin"
    bin.mkdir()
    (bin / "nightdrop-batch").symlink_to(place.program("nightdrop-batch"))
    work = tmp_path / "work"
    work.mkdir()
    shell = manual.Shell(work, {
        **batch.environment, "HANDLERS": str(handlers.path),
        "NIGHT": f"http://127.0.0.1:{apache.port}/proxy",
        "PGHOST": str(db.cluster.home), "PGPORT": str(cluster.PORT),
        "PGDATABASE": db.name, "PGUSER": "nightdrop_dba",
        "PSQLRC": "/dev/null"})
    shell.run(f"PATH={bin}:$PATH; umask 022")
    yield shell
    shell.close()


def test_examples(shell):
    found = manual.examples(PAGE)
    assert len(found) > 25
    for command, lines in found:
        shell.check(command, lines)


def section(title):
    text = PAGE.read_text()
    return re.split(r"^\.S[hs] ", text.split(f" {title}\n")[1],
                    flags=re.M)[0]


def test_each_variable_is_in_it():
    """What environment.c may set; and nothing that it does not."""
    text = (place.TOP / "src/handler/environment.c").read_text()
    barred = re.search(r"never\[\] = \{.*?\}", text, re.S).group()
    names = set(re.findall(
        r'(?:\{ |(?:put\w*|number)\(\s*b, |name\[\] = )"([A-Z_]+)"[,;]',
        text.replace(barred, ""), re.M))
    assert len(names) > 45
    told = {n for line in re.findall(r"^\.It Ev (.*)$", PAGE.read_text(), re.M)
            for n in line.split(" , ")}
    never = set(re.findall(r"HTTP_\w+", section("Environment").split(
        "and never")[1].split(".It")[0]))
    assert told - {"HTTP_*"} == names
    assert never == set(re.findall(r'"(HTTP_\w+)"', barred))


def test_limits_are_the_queues(db):
    """Each by its name, with the default that a new queue has."""
    rows = dict(re.findall(r"^\.It Li (\w+) Ta (.*?) Ta", section("LIMITS"),
                           re.M))
    assert {"time_limit", "cpu_limit", "memory_limit", "max_files",
            "max_output", "max_attempts", "max_continues"} < set(rows)
    db.queue("plain")
    for name, told in rows.items():
        real, = db.row(f"select {name} from nightdrop.queue "
                       "where name = 'plain'")
        if isinstance(real, datetime.timedelta):
            told = db.value("select %s::interval", told)
        assert str(told) == str("none" if real is None else real), name


@pytest.mark.parametrize("name, file, where", [
    ("SLOT_HEADER_LIMIT", "slot.h", "WHAT ITS ANSWER MEANS"),
    ("SLOT_STATE_LIMIT", "slot.h", "Continuing in the next run"),
    ("SLOT_LOG_HEAD", "slot.h", "WHAT A HANDLER IS GIVEN"),
    ("SLOT_LOG_TAIL", "slot.h", "WHAT A HANDLER IS GIVEN"),
    ("CREW_JOBS", "crew.h", "FASTCGI"),
    ("ENVIRONMENT_LIMIT", "environment.h", "Environment"),
    ("VARIABLE_LIMIT", "envblock.c", "Environment")])
def test_figures_are_the_codes(name, file, where):
    text = (place.TOP / "src/handler" / file).read_text()
    value = re.search(rf"#define {name}\s+(?:\\\s+)?(\d+)", text).group(1)
    assert re.search(rf"\b{value}\b", section(where)), (name, value)


def test_fixed_environment_is_as_told(shell):
    """PATH above all."""
    shell.run("printf '#!/bin/sh\\nprintf \"Content-Type: x/y\\\\n\\\\n\"; "
              "env' >shows; chmod 755 shows")
    out = shell.run("nightdrop-batch --try ./shows </dev/null")
    path = re.search(r"^ +PATH=(.*)$", out, re.M).group(1)
    assert f".Pa {path} ." in PAGE.read_text()
