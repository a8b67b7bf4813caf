# SPDX-License-Identifier: ISC
"""FastCGI applications as handlers: one process, job after job."""
import hashlib
import json
import pathlib
import subprocess
import types

import pytest

from support import jobs, process

APPS = pathlib.Path(__file__).parent / "apps"
ONCE = {"max_attempts": 1, "time_limit": "2 seconds"}


@pytest.fixture(scope="module")
def plain(room):
    """The C application, compiled."""
    program = room / "plain"
    subprocess.run(["cc", "-Wall", "-Werror", "-o", program,
                    APPS / "plain.c", "-lfcgi"], check=True)
    return program


@pytest.fixture
def team(night, db, batch, handlers):
    """team.queue(file): a queue whose handler is that application;
    team.run(queue, bodies): what became of a job of each."""

    def queue(path, **settings):
        name = night.queue(None, **settings)
        handlers.copy(name + ".fcgi", path)
        return name

    def run(name, bodies, *options, **more):
        ids = [jobs.submit(db, name, b, **more) for b in bodies]
        result = batch.run("--queue", name, *options)
        assert result.status == 0, result
        assert not jobs.unbalanced(db)
        return types.SimpleNamespace(
            ids=ids, result=result, queue=name,
            responses=[jobs.response(db, i) for i in ids],
            attempts=[jobs.attempts(db, i) for i in ids])

    return types.SimpleNamespace(queue=queue, run=run)


def gone(pid):
    process.wait_until(lambda: not process.alive(int(pid)), 2, f"the end of {pid}")
    return True


def log_of(done, i):
    return bytes(done.attempts[i][-1][5]).decode(errors="replace")


def test_c_application(team, plain):
    """libfcgi: job after job in one process, each with its own log."""
    done = team.run(team.queue(plain), [b"b%d" % i for i in range(20)],
                    "-j", "1")
    words = [r.body.decode().split() for r in done.responses]
    assert {r.outcome for r in done.responses} == {"successful"}
    assert len({w[0] for w in words}) == 1, "one process"
    assert sorted(int(w[1]) for w in words) == list(range(1, 21))
    for one, w, i in zip(done.ids, words, range(20)):
        assert w[2:] == [one, f"b{i}"]
        assert log_of(done, i) == f"request {w[1]}\n"
    assert gone(words[0][0])


def pids_of(db, queue):
    """How many jobs of the queue each process did."""
    return {int(pid): n for pid, n in db.sql(
        "select split_part(convert_from(r.body, 'UTF8'), ' ', 1), count(*) "
        "from nightdrop.response r join nightdrop.job j using (id) "
        "where j.queue = %s group by 1", queue)}


def test_one_a_slot(team, plain, db):
    name = team.queue(plain)
    jobs.submit_many(db, name, [b"x"] * 60)
    team.run(name, [], "-j", "3")
    pids = pids_of(db, name)
    assert 1 <= len(pids) <= 3 and sum(pids.values()) == 60
    assert all(gone(p) for p in pids)


def test_recycled(team, plain, db):
    """After 500 jobs another process takes over."""
    name = team.queue(plain)
    jobs.submit_many(db, name, [b"x"] * 510)
    team.run(name, [], "-j", "1")
    pids = pids_of(db, name)
    assert sorted(pids.values()) == [10, 500]
    assert all(gone(p) for p in pids)


def test_perl_application(team):
    done = team.run(
        team.queue(APPS / "fast.pl"), [b"name=a%26b", b"name=c"], "-j", "1",
        type="application/x-www-form-urlencoded")
    first, second = [r.body.decode().split() for r in done.responses]
    assert [r.status for r in done.responses] == [201, 201]
    assert first[1:] == ["1", done.ids[0], "a&b"]
    assert second[:2] == [first[0], "2"] and second[3] == "c"
    assert "request 2" in log_of(done, 1)


def multipart(title, name, data):
    line = b"--XX\r\nContent-Disposition: form-data; "
    return (line + b'name="title"\r\n\r\n' + title + b"\r\n" +
            line + b'name="photo"; filename="' + name + b'"\r\n'
            b"Content-Type: image/png\r\n\r\n" + data + b"\r\n--XX--\r\n")


def test_php_application(team, scratch):
    """php-cgi, a form with an upload of a megabyte; then one that fails."""
    photo = bytes(range(256)) * 4000
    done = team.run(
        team.queue(APPS / "form.php"),
        [multipart(b"night", b"a.png", photo), b"nothing",
         multipart(b"2", b"b.png", b"small")], "-j", "1",
        type="multipart/form-data; boundary=XX")
    first, bad, last = done.responses
    told = json.loads(first.body)
    assert (first.outcome, first.status) == ("successful", 201), first
    assert first.field("Location") == "/photos/night"
    assert told["sha256"] == hashlib.sha256(photo).hexdigest()
    assert told["id"] == done.ids[0] and told["there"] == 1
    assert "took a.png" in log_of(done, 0)
    assert (bad.outcome, bad.status) == ("failed", 422)
    assert json.loads(last.body)["pid"] == told["pid"], "one process"
    assert json.loads(last.body)["there"] == 1, "TMPDIR was emptied"
    assert gone(told["pid"])


def test_outcomes_are_the_same(team, plain, db):
    """The handler's own status and Retry-After."""
    done = team.run(team.queue(plain, max_attempts=3), [b"unwell"])
    assert jobs.place_of(db, done.ids[0]) == "waiting"
    assert done.attempts[0][0][1:3] == ("retry", 503)


# What a job of that body comes to, and whether its process lives on.
HOSTILE = [
    ("split", 200, "handler", True),
    ("padded", 200, "handler", True),
    ("managed", 200, "handler", True),
    ("silent", 502, "answered nothing", True),
    ("status", 502, "exited with 5", True),
    ("version", 502, "does not speak FastCGI", False),
    ("http", 502, "does not speak FastCGI", False),
    ("other-request", 502, "type 6 for request 7", False),
    ("type", 502, "type 5 for request 1", False),
    ("managed-type", 502, "type 9 for request 0", False),
    ("short-end", 502, "END_REQUEST has 4 bytes", False),
    ("long-end", 502, "END_REQUEST has 9 bytes", False),
    ("out-after-out", 502, "behind the end of its output", False),
    ("out-after-end", 200, "handler", False),
    ("overloaded", 502, "overloaded", False),
    ("multiplex", 502, "one more on this connection", False),
    ("role", 502, "no FastCGI responder", False),
    ("beyond", 502, "does not know", False),
    ("stdout", 502, "longer than", False),
    ("stderr", 504, "time limit", False),
    ("nothing", 504, "time limit", False),
    ("deaf", 200, "handler", True),
    ("closes", 502, "closed the connection", False),
    ("half", 502, "closed the connection", False),
    ("exits", 502, "in the middle of the job", False),
    ("exits-3", 502, "exited with 3", False),
    ("crashes", 502, "killed by signal 11", False),
    ("drops", 200, "handler", True),
    ("leaves", 200, "handler", False),
]


def test_hostile(team):
    """Each costs its own job one attempt; the next one never notices."""
    bodies = [b"ok"]
    for name, *_ in HOSTILE:
        bodies += [name.encode() + (b" " * 100000 if name == "deaf" else b""),
                   b"ok"]
    done = team.run(team.queue(APPS / "hostile.py", max_output=10000000,
                               **ONCE), bodies, "-j", "1")
    for r, a in zip(done.responses[::2], done.attempts[::2]):
        assert (r.outcome, r.status, len(a)) == ("successful", 200, 1), (r, a)
    pids = [r.body.split()[0] for r in done.responses[::2]]
    for i, (name, status, words, lives) in enumerate(HOSTILE):
        r, a = done.responses[2 * i + 1], done.attempts[2 * i + 1]
        assert (r.status, len(a)) == (status, 1), (name, r, a)
        if words == "handler":
            assert r.by == "handler", (name, r)
        else:
            assert r.by == "nightdrop", (name, r)
            assert words in log_of(done, 2 * i + 1), (name, a)
        assert (pids[i] == pids[i + 1]) == lives, (name, pids[i:i + 2])
    assert all(gone(p) for p in pids)
