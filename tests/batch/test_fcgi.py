# SPDX-License-Identifier: ISC
"""FastCGI applications as handlers: one process, job after job."""
import hashlib
import json
import os
import pathlib
import signal
import subprocess
import types

import pytest

from support import fcgi, jobs, process

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


def test_no_body_is_taken_for_records(team, plain):
    """libfcgi throws away what it has buffered of a body that was not read,
    and takes the rest on the connection for what comes next: that must not be
    what a client wrote."""
    forged = (fcgi.record(fcgi.BEGIN, b"\0\1\1" + bytes(5)) +
              fcgi.record(fcgi.PARAMS, fcgi.pair(b"QUERY_STRING", b"")) +
              fcgi.record(fcgi.PARAMS) + fcgi.record(fcgi.STDIN))
    body = forged * 1000
    done = team.run(team.queue(plain), [body] * 12, "-j", "1", request={
        "REQUEST_METHOD": "POST", "QUERY_STRING": "unread"})
    words = [r.body.split() for r in done.responses]
    assert len({w[0] for w in words}) == 1
    assert [int(w[1]) for w in words] == list(range(1, 13))


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


COUNTS = """#!/usr/bin/env -S {settings} php-cgi
<?php
header('Content-Type: text/plain');
echo getmypid(), ' ', strlen(file_get_contents('php://input'));
"""


@pytest.mark.parametrize("settings, most", [
    ("PHP_FCGI_MAX_REQUESTS=3", 3),
    ("PHP_FCGI_CHILDREN=2 PHP_FCGI_MAX_REQUESTS=3", 3)])
def test_php_that_counts_its_requests(team, db, handlers, settings, most):
    """It ends by itself, whenever it likes; children of its own may serve.
    No job pays for that."""
    name = team.queue(APPS / "form.php", **ONCE)
    handlers.write(name + ".fcgi", COUNTS.format(settings=settings))
    ids = jobs.submit_many(db, name, [b"x" * 500] * 60)
    team.run(name, [], "-j", "2")
    assert [jobs.response(db, i).status for i in ids] == [200] * 60
    assert max(pids_of(db, name).values()) <= most


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
    ("other-request", 502, "type 6 for request 999", False),
    ("type", 502, "type 5 for request ", False),
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
    ("status-max", 502, "exited with 2147483647", True),
    ("hides", 200, "handler", False),
    ("drops", 200, "handler", True),
    ("leaves", 200, "handler", False),
]


@pytest.mark.parametrize("how, free", [
    ("lingers", True), ("lingers-drops", True), ("lingers-hides", True),
    ("lingers-crashes", False)])
def test_leaves_between_two_jobs(team, how, free):
    """It ends, or drops the connection, when the next job has been sent but
    not read: that job is begun again, in the same attempt.  A crash is the
    job's that is in hand."""
    done = team.run(team.queue(APPS / "hostile.py", **ONCE),
                    [b"ok", how.encode(), b"ok", b"ok"], "-j", "1")
    assert [r.status for r in done.responses] == [
        200, 200, 200 if free else 502, 200]
    assert [len(a) for a in done.attempts] == [1] * 4
    first, last = (done.responses[i].body.split()[0] for i in (0, 3))
    assert (first == last) == (how == "lingers-drops")


def test_first_job_gets_no_second_try(team, handlers):
    """Only who has done a job before is trusted to leave for no reason."""
    name = team.queue(APPS / "hostile.py", **ONCE)
    handlers.write(name + ".fcgi", "exit 0")
    done = team.run(name, [b"ok"])
    assert (done.responses[0].status, len(done.attempts[0])) == (502, 1)
    assert "in the middle of the job" in log_of(done, 0)


def test_removed_in_mid_run(team, db, batch, handlers):
    name = team.queue(APPS / "hostile.py", max_attempts=1)
    first, second = [jobs.submit(db, name, b) for b in (b"removed", b"ok")]
    run = batch.start("--queue", name, "-j", "1")
    process.wait_until(lambda: list(batch.run_dir.glob("*/here")), 10, "it")
    (handlers.path / f"{name}.fcgi").unlink()
    assert run.wait().status == 0
    assert jobs.response(db, first).status == 200
    assert jobs.response(db, second).status == 502
    log = bytes(jobs.attempts(db, second)[0][5]).decode()
    assert "cannot run" in log and f"{name}.fcgi: No such file" in log


def test_cannot_be_run(team, handlers):
    name = team.queue(APPS / "hostile.py", **ONCE)
    handlers.write(name + ".fcgi", "#!/nonexistent/interpreter\n")
    done = team.run(name, [b"ok"])
    assert done.responses[0].status == 502
    assert "cannot run" in log_of(done, 0)


def test_what_it_is_given(team, batch):
    """Three variables, four descriptors, all else with each job; its words
    are in the job's log, whichever way they come."""
    done = team.run(team.queue(APPS / "hostile.py"),
                    [b"environ", b"fds", b"words"], "-j", "1")
    environ, fds, words = done.responses
    progress, path, tmp, *more = environ.body.decode().split("\n")[1:]
    assert progress == "NIGHTDROP_PROGRESS_FD=3" and not more
    assert path == "PATH=/usr/local/bin:/usr/bin:/bin"
    assert tmp.startswith(f"TMPDIR={batch.run_dir}/")
    assert fds.body.split() == [b"0", b"1", b"2", b"3", b"4", b"5"], \
        "with its connection, and what lists them"
    assert sorted(log_of(done, 2).split()) == ["err", "out", "record"]
    assert list(batch.run_dir.iterdir()) == []


def test_nothing_passes_from_job_to_job(team):
    """TMPDIR is empty for each; progress is the job's in hand."""
    done = team.run(team.queue(APPS / "hostile.py"), [b"tmp", b"tmp", b"tmp"],
                    "-j", "1")
    assert [r.status for r in done.responses] == [200] * 3
    assert len({r.body.split()[0] for r in done.responses}) == 1


FORKS = """#!/usr/bin/perl
use FCGI;
my ($request, $told, $tell) = (FCGI::Request());
while ($request->Accept() >= 0) {
	if ($tell) { close $tell; sleep 60 }
	print "Content-Type: text/plain\\n\\n$$ $ENV{NIGHTDROP_JOB_ID}";
	pipe $told, $tell;
	next if fork();
	close $tell;
	<$told>;
	exit; # the library says all of that once more, and ends the request
}
"""


def test_forked_child_answers_for_no_other_job(team, handlers):
    """It shares the connection, and speaks when the next job is in hand."""
    name = team.queue(APPS / "fast.pl", backoff="0 seconds")
    handlers.write(name + ".fcgi", FORKS)
    done = team.run(name, [b"x", b"y"], "-j", "1")
    assert [r.status for r in done.responses] == [200] * 2
    assert [r.body.decode().split()[1] for r in done.responses] == done.ids
    assert [len(a) for a in done.attempts] == [1, 2]
    assert b"in the answer to request 2" in bytes(done.attempts[1][0][5])


def test_daemons_are_killed(team, db, room):
    """What a job leaves behind outside the group; the application stays."""
    done = team.run(team.queue(APPS / "hostile.py"),
                    [b"child", b"orphans", b"ok"], "-j", "1")
    assert len({r.body.split()[0] for r in done.responses}) == 1
    assert done.responses[1].body.split()[2] == b"0"


def test_large_body_and_answer(team):
    """Both are streamed; the connection serves the next job."""
    body = b"echo " + bytes(range(251)) * 8000
    done = team.run(team.queue(APPS / "hostile.py"), [b"ok", body, b"ok"],
                    "-j", "1")
    assert done.responses[1].body == body
    assert done.responses[0].body.split()[0] == \
        done.responses[2].body.split()[0]


@pytest.mark.memory
def test_large_takes_no_memory(team):
    done = team.run(team.queue(APPS / "hostile.py", max_output=1 << 30),
                    [b"echo " + bytes(32 << 20)])
    assert done.responses[0].size == (32 << 20) + 5
    assert 0 < done.result.peak < 32 << 20


def test_several_queues_in_one_slot(team, db, batch):
    """Up to four stay; the fifth takes the place of the least used."""
    names = [team.queue(APPS / "hostile.py") for _ in range(6)]
    ids = [jobs.submit(db, n, b"colleagues") for n in names]
    result = batch.run("--queue", ",".join(names), "-j", "1")
    assert result.status == 0, result
    told = [jobs.response(db, i).body.split() for i in ids]
    assert sorted(int(n) for _, _, n in told) == [1, 2, 3, 4, 4, 4]
    assert all(gone(pid) for pid, _, _ in told)


def test_memory_limit(team):
    done = team.run(team.queue(APPS / "hostile.py", memory_limit=300000000),
                    [b"memory"])
    assert done.responses[0].body == b"300000000"


def test_limits_of_time(team, db, batch):
    """TERM, then KILL 5 s later; CPU time is each job's, not the process's."""
    bad = team.queue(APPS / "hostile.py", max_attempts=1,
                     time_limit="1 second")
    busy = team.queue(APPS / "hostile.py", max_attempts=1,
                      cpu_limit="1 second", time_limit="20 seconds")
    stubborn = jobs.submit(db, bad, b"stubborn")
    ids = [jobs.submit(db, busy, b) for b in (b"burn", b"burn", b"burn",
                                              b"spin", b"ok")]
    runs = [batch.start("--queue", q, "-j", "1") for q in (bad, busy)]
    assert [r.wait().status for r in runs] == [0, 0]
    assert jobs.response(db, stubborn).status == 504
    assert jobs.attempts(db, stubborn)[0][4] == 9
    responses = [jobs.response(db, i) for i in ids]
    assert [r.status for r in responses] == [200, 200, 200, 502, 200]
    assert jobs.attempts(db, ids[3])[0][4] == 24, "SIGXCPU"
    assert len({r.body.split()[0] for r in responses[:3]}) == 1


@pytest.fixture
def at_work(team, db, batch):
    """at_work(): a job that its application works at, and the run."""

    def begin(body=b"nothing", **settings):
        name = team.queue(APPS / "hostile.py", **settings)
        job = jobs.submit(db, name, body)
        run = batch.start("--queue", name, "-j", "1", "--drain", "0s")
        process.wait_until(
            lambda: db.sql("select 1 from nightdrop.running where id = %s and "
                           "started is not null", job) and run.handlers(), 10,
            "it to run")
        return types.SimpleNamespace(queue=name, job=job, run=run,
                                     pid=run.handlers()[0])

    return begin


def test_progress(at_work, db):
    one = at_work(b"progress")
    process.wait_until(lambda: db.value(
        "select progress from nightdrop.running where id = %s",
        one.job) == "40 resizing", 5, "its progress")
    assert one.run.wait().status == 0
    assert jobs.response(db, one.job).status == 200


def test_dismissed(at_work, db):
    one = at_work()
    db.sql("select nightdrop.job_dismiss(%s, 'test')", one.job)
    assert one.run.wait().status == 0
    assert jobs.response(db, one.job).outcome == "dismissed"
    assert gone(one.pid)


def test_drained(at_work, db, team):
    """What runs at the end of the drain goes back, uncharged."""
    one = at_work()
    one.run.signal(signal.SIGTERM)
    assert one.run.wait().status == 0
    assert jobs.place_of(db, one.job) == "waiting"
    assert db.value("select failures from nightdrop.waiting where id = %s",
                    one.job) == 0
    assert gone(one.pid)


def test_dies_with_the_worker(at_work, db, batch):
    """And the next run takes away the socket that it left."""
    one = at_work(max_attempts=1)
    os.kill(one.run.guardian, signal.SIGSTOP)
    os.kill(one.run.workers()[0], signal.SIGKILL)
    assert gone(one.pid)
    os.kill(one.run.guardian, signal.SIGKILL)
    one.run.wait()
    assert any(f.name.endswith(".0.0") for f in batch.run_dir.iterdir())
    assert batch.run("--queue", one.queue).status == 0
    process.wait_until(lambda: list(batch.run_dir.iterdir()) == [], 5,
                       "an empty run_dir")


def test_gitweb(team, handlers, tmp_path, scratch):
    """A FastCGI program of Debian's, unchanged: gitweb, by CGI::Fast."""
    name = team.queue(APPS / "fast.pl")
    handlers.write(name + ".fcgi",
                   "exec perl -I. /usr/share/gitweb/gitweb.cgi --fastcgi")
    (handlers.path / "gitweb_config.perl").write_text(
        f"our $projectroot = '{scratch}'; our $maxload = undef; 1;")
    subprocess.run(["git", "init", "-q", "--bare", scratch / "night.git"],
                   check=True)
    done = team.run(name, [b"a=project_index", b"a=nonsense",
                           b"a=project_index"], "-j", "1",
                    type="application/x-www-form-urlencoded")
    assert [r.status for r in done.responses] == [200, 400, 200]
    assert done.responses[2].body.startswith(b"night.git ")
    assert done.responses[1].outcome == "failed"


def test_try_and_check(team, batch):
    """Both know it for what it is."""
    name = team.queue(APPS / "fast.pl")
    result = batch.run("--check", "--queue", name)
    assert result.status == 0, result
    assert f"{name}.fcgi (a FastCGI application" in result.out
    result = batch.run("--try", name, "--type",
                       "application/x-www-form-urlencoded", stdin=b"name=x")
    assert result.status == 0, result
    assert "a FastCGI application" in result.out
    assert "successful: 201 Made" in result.out
    assert list(batch.run_dir.iterdir()) == []


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
