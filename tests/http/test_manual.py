# SPDX-License-Identifier: ISC
"""nightdrop-http(7): its examples are run, and print what it says."""
import re

import pytest

from support import manual, place

PAGE = place.TOP / "doc/nightdrop-http.7"
# Where the page waits for the night.
NIGHT = "sleep 8h"


@pytest.fixture
def shell(apache, db, room, tmp_path):
    words = db.value("select nightdrop.token_create('reader', 'a test')")
    shell = manual.Shell(tmp_path, {
        "NIGHT": f"http://127.0.0.1:{apache.port}/proxy",
        "TOKEN": words.rpartition(" ")[2]})
    yield shell
    shell.close()


def test_examples(shell, db, handlers, batch):
    db.queue("report")
    handlers.write("report", "printf 'Content-Type: text/plain\\n\\n'\n"
                   "tr a-z A-Z")
    found = manual.examples(PAGE)
    assert len(found) > 15 and NIGHT in [c for c, _ in found]
    for command, lines in found:
        if command == NIGHT:
            assert batch.run().status == 0
            continue
        shell.check(command, lines)


def test_all_is_in_it():
    """Each status of a problem, and each resource of route.c."""
    page = PAGE.read_text()
    problems = (place.TOP / "src/http/problem.c").read_text()
    statuses = set(re.findall(r"\[ERR_\w+\] = \{ (\d+),", problems))
    assert len(statuses) > 15
    told = set(re.findall(r"^\.It (4\d\d|5\d\d)$", page, re.M))
    assert told == statuses
    route = (place.TOP / "src/responder/route.c").read_text()
    plain = re.sub(r"Ns\s*|Ar\s+", "", page).replace(" ", "")
    for resource in re.findall(r'^\t\{ "(/[^"]*)"', route, re.M):
        words = resource.replace("*", r"\w+")
        assert re.search(words + r"\b" if resource != "/" else "GET/", plain),\
            resource
