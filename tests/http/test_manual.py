# SPDX-License-Identifier: ISC
"""nightdrop-http(7): its examples are run, and print what it says."""
import re
import subprocess

import pytest

from support import place

PAGE = place.TOP / "doc/nightdrop-http.7"
# Where the page waits for the night.
NIGHT = "sleep 8h"


def examples(text):
    """(command, what it prints) of each block between .Bd -literal and .Ed."""
    found = []
    for block in re.findall(r"^\.Bd -literal.*?\n(.*?)^\.Ed", text,
                            re.M | re.S):
        block = block.replace("\\&", "").replace("\\e", "\\")
        assert block.startswith("$ "), block
        for part in re.split(r"^\$ ", block, flags=re.M)[1:]:
            lines = part.splitlines()
            n = 1
            while lines[n - 1].endswith(("\\", "|")):
                n += 1
            found.append(("\n".join(lines[:n]), lines[n:]))
    return found


def pattern(lines):
    """A line "..." is any number of lines, "..." in a line is anything."""
    parts = [r"(?:[^\n]*\n)*?" if line == "..." else
             ".*".join(map(re.escape, line.split("..."))) + r"\n"
             for line in lines]
    return re.compile("".join(parts))


@pytest.fixture
def shell(apache, db, room, tmp_path):
    """Runs one command after the other in the same shell."""
    words = db.value("select nightdrop.token_create('reader', 'a test')")
    child = subprocess.Popen(
        ["/bin/bash", "-s"], cwd=tmp_path, text=True,
        stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        env={"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8",
             "NIGHT": f"http://127.0.0.1:{apache.port}/proxy",
             "TOKEN": words.rpartition(" ")[2]})

    def run(command):
        child.stdin.write(f"{command}\necho; echo '===' $?\n")
        child.stdin.flush()
        out = []
        while not (line := child.stdout.readline()).startswith("==="):
            assert line, f"the shell has ended: {out}"
            out.append(line.replace("\r", ""))
        return "".join(out).rstrip("\n") + "\n"

    yield run
    child.stdin.close()
    child.wait(10)


def test_examples(shell, db, handlers, batch):
    db.queue("report")
    handlers.write("report", "printf 'Content-Type: text/plain\\n\\n'\n"
                   "tr a-z A-Z")
    found = examples(PAGE.read_text())
    assert len(found) > 15 and NIGHT in [c for c, _ in found]
    for command, lines in found:
        if command == NIGHT:
            assert batch.run().status == 0
            continue
        out = shell(command)
        assert pattern(lines or [""]).fullmatch(out), \
            f"$ {command}\n{out}\nThe page has:\n" + "\n".join(lines)


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
