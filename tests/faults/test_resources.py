# SPDX-License-Identifier: ISC
"""B12 and B5: this host is short of something when a handler shall start; the
worker is killed with much in hand.  Who had not started is not charged."""
import os
import signal

import pytest

from support import jobs, place, process, programs

pytestmark = pytest.mark.usefixtures("clean")

OK = """
printf 'Content-Type: text/plain\\n\\nattempt %s of %s' \\
    "$NIGHTDROP_ATTEMPT" "$NIGHTDROP_JOB_ID"
"""
WANT = [("vfork", "EAGAIN"), ("vfork", "ENOMEM"), ("pipe2", "EMFILE"),
        ("pidfd_open", "EMFILE"), ("mkdir", "ENOSPC")]
# What an application takes besides, once for many jobs.
WANT_FOR_ALL = [("vfork", "EAGAIN"), ("pidfd_open", "EMFILE"),
                ("bind", "ENOSPC"), ("listen", "EADDRINUSE")]
APPLICATION = place.TESTS / "batch" / "apps" / "fast.pl"


def queue(db, handlers, name, script, **settings):
    if not db.sql("select 1 from nightdrop.queue where name = %s", name):
        db.queue(name, **{"backoff": "50 milliseconds", **settings})
    handlers.write(name, script)
    return name


def injected(batch, room, call, error, when, *options):
    """A run in which that system call fails so; how often it did."""
    trace = room / "trace"
    trace.unlink(missing_ok=True)
    trace.touch()
    trace.chmod(0o666)
    run = programs.Started(
        ["strace", "-f", "-qq", "-o", str(trace), "-e", f"trace={call}",
         "-e", f"inject={call}:error={error}:when={when}",
         str(place.program("nightdrop-batch")), *options],
        batch.environment, b"", **place.run_as(programs.USER))
    return run.wait(60), trace.read_text().count("(INJECTED)")


def short_of(batch, room, db, handlers, work, call, error, n):
    """One run with the n-th call failing; False: there was no n-th."""
    return still_done(batch, room, db, queue(db, handlers, "short", OK), work,
                      call, error, n)


def still_done(batch, room, db, name, work, call, error, n):
    ids = work.submit(6, name)
    result, hits = injected(batch, room, call, error, n, "--queue", name,
                            "-j", "2")
    if result.status == 75:  # it could not even begin, and says of what
        assert "look at this host" in result.err, (call, error, n, result)
        assert {jobs.place_of(db, i) for i in ids} == {"waiting"}
        result = batch.run("--queue", name)
    assert result.status == 0, (call, error, n, result)
    assert jobs.all_final(db, ids), (call, error, n, result)
    assert all([a[:2] for a in jobs.attempts(db, i)] == [(1, "successful")]
               for i in ids), "none is charged for it"
    return hits > 0


@pytest.mark.skipif(place.sanitized(), reason="a leak check cannot be traced")
@pytest.mark.parametrize("call, error", WANT)
def test_short_of_something(batch, room, db, handlers, work, call, error):
    """The job goes back and is started again a little later."""
    assert short_of(batch, room, db, handlers, work, call, error, 2)
    work.judge()


@pytest.mark.skipif(place.sanitized(), reason="a leak check cannot be traced")
@pytest.mark.parametrize("call, error", WANT_FOR_ALL)
def test_application_short_of_something(batch, room, db, handlers, work, call,
                                        error):
    if not (handlers.path / "app.fcgi").exists():
        db.queue("app", backoff="50 milliseconds")
        handlers.copy("app.fcgi", APPLICATION)
    assert still_done(batch, room, db, "app", work, call, error, 1)
    work.judge()


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.skipif(place.sanitized(), reason="a leak check cannot be traced")
@pytest.mark.parametrize("call, error", WANT)
def test_short_of_something_each_time(batch, room, db, handlers, work, call,
                                      error):
    """Each single call of the run, until there are no more."""
    n = 1
    while short_of(batch, room, db, handlers, work, call, error, n):
        n += 1
    assert n > 2
    work.judge()


@pytest.mark.skipif(place.sanitized(), reason="a leak check cannot be traced")
def test_no_process_at_all(batch, room, db, handlers, work):
    """The run gives all back, says so, and ends; the next one does it."""
    name = queue(db, handlers, "none", OK)
    ids = work.submit(6, name)
    result, hits = injected(batch, room, "vfork", "EAGAIN", "1+", "--queue",
                            name, "-j", "2", "--quiet")
    assert result.status == 0 and hits >= 5, result
    assert "cannot start handlers" in result.out
    assert not any(jobs.attempts(db, i) for i in ids)
    assert {jobs.place_of(db, i) for i in ids} == {"waiting"}
    assert batch.run("--queue", name).status == 0
    assert jobs.all_final(db, ids)
    work.judge()


def started(db):
    return {i for (i,) in db.sql("select id from nightdrop.running "
                                 "where started is not null")}


def kill_worker(run, db):
    """Kill it, and what had started then, before anybody recovers it."""
    worker = run.worker()
    os.kill(run.guardian, signal.SIGSTOP)
    try:
        os.kill(worker, signal.SIGKILL)
        process.wait_until(lambda: not process.alive(worker), 5, "its end")
        process.wait_until(lambda: not db.sql(
            "select 1 from pg_stat_activity where datname = %s and "
            "usename = 'nightdrop_batch'", db.name), 5, "its session's end")
        reserved = db.value("select count(*) from nightdrop.running "
                            "where started is null")
        return started(db), reserved
    finally:
        os.kill(run.guardian, signal.SIGCONT)


def lost(db):
    return {(i, n) for i, n in db.sql("select id, attempt from "
            "nightdrop.attempt where result = 'lost'")}


def test_much_reserved_and_killed(db, batch, handlers, work, scratch):
    """B5: 300 reserved, four running, killed three times: just those whose
    start was recorded are charged, once each time."""
    slow = scratch / "slow"
    name = queue(db, handlers, "much", f"while [ -e {slow} ]; do sleep 0.2; done" + OK,
                 max_attempts=5)
    ids = work.submit(600, name)
    run = batch.start("--queue", name, "-j", "4")
    process.wait_until(lambda: db.value(
        "select count(*) from nightdrop.running "
        "where started is null") >= 350, 20, "350 to be reserved", 0.005)
    slow.touch()
    total = 0
    for n in range(3):
        process.wait_until(lambda: len(run.handlers()) >= (4 if n == 0 else 1),
                           15, "handlers")
        before = lost(db)
        begun, reserved = kill_worker(run, db)
        assert n > 0 or reserved >= 300, "and none of them is charged"
        total += len(begun)
        process.wait_until(lambda: len(lost(db)) == total, 10, "recovery")
        assert {i for i, _ in lost(db) - before} == begun
    slow.unlink()
    result = run.wait(120)
    assert result.status == 0, result
    assert jobs.all_final(db, ids)
    assert db.value("select count(*) from nightdrop.attempt") == 600 + total
    work.judge()
