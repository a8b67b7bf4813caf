# SPDX-License-Identifier: ISC
"""B3: the batch is stopped beyond its lease, and goes on.  Its guardian has
ended it; where that was stopped too, it ends itself, and what it had under way
is refused."""
import contextlib
import os
import signal
import time

import pytest

from support import jobs, process, programs

pytestmark = pytest.mark.usefixtures("clean")

LEASE_S = 5
SLOW = """
if [ "$NIGHTDROP_ATTEMPT" = 1 ]; then while [ ! -e {go} ]; do sleep 0.02; done; fi
printf 'Content-Type: text/plain\\n\\nattempt %s of %s' \\
    "$NIGHTDROP_ATTEMPT" "$NIGHTDROP_JOB_ID"
"""


@pytest.fixture
def batch(room, db, handlers, request):
    return programs.Batch(room, db.conninfo("nightdrop_batch"), handlers,
                          request.node.name, lease=LEASE_S)


def queue(db, handlers, name, go="/nowhere"):
    handlers.write(name, SLOW.format(go=go))
    return db.queue(name, max_attempts=5, backoff="50 milliseconds")


def results(db, ids):
    return [[a[1] for a in jobs.attempts(db, i)] for i in ids]


def test_worker_stopped(db, batch, handlers, work):
    """The guardian ends it and its handlers as its lease does, and a new
    worker recovers at once, in the same run."""
    name = queue(db, handlers, "stopped")
    ids = work.submit(2, name)
    run = batch.start("--queue", name, "-j", "2")
    work.wait_running(2, name)
    process.wait_until(lambda: len(run.handlers()) == 2, 5, "handlers")
    victims = run.handlers()
    end = time.monotonic() + LEASE_S + 1
    os.kill(run.worker(), signal.SIGSTOP)
    process.wait_until(lambda: not any(map(process.alive, victims)),
                       end - time.monotonic(), "its handlers' end")
    result = run.wait(30)
    assert result.status == 0, result
    assert "has passed and it still runs" in batch.log.read_text()
    assert results(db, ids) == [["lost", "successful"]] * 2
    assert db.row("select lost_workers, resumed, balanced from nightdrop.run "
                  "order by id desc limit 1") == (1, 0, True)
    work.judge()


def stop_backend(db):
    """Of the one batch that is connected, between two of its calls."""
    def state():
        return db.row("select pid, state_change from pg_stat_activity where "
                      "datname = %s and usename = 'nightdrop_batch'", db.name)

    before = state()
    pid, _ = process.wait_until(lambda: state() != before and state(), 5,
                                "a turn that looks for news", 0.005)
    os.kill(pid, signal.SIGSTOP)
    return pid


@pytest.mark.parametrize("first", [
    "guardian", pytest.param("worker", marks=pytest.mark.long)])
def test_all_stopped(db, batch, handlers, work, scratch, first):
    """Guardian and worker, and what the worker had just sent arrives when
    another has its jobs."""
    go = scratch / first
    name = queue(db, handlers, f"all-{first}", go)
    ids = work.submit(2, name)
    run = batch.start("--queue", name, "-j", "2")
    work.wait_running(2, name)
    process.wait_until(lambda: len(run.handlers()) == 2, 5, "handlers")
    victims = run.handlers()
    pids = {"guardian": run.guardian, "worker": run.worker()}
    for _ in range(2):  # then it no longer wants more in the same turn
        session = stop_backend(db)
        os.kill(session, signal.SIGCONT)
    os.kill(session, signal.SIGSTOP)
    go.touch()
    process.wait_until(lambda: not any(map(process.alive, victims)), 5,
                       "the handlers' end")
    time.sleep(0.3)  # what they came to is on its way
    for pid in pids.values():
        os.kill(pid, signal.SIGSTOP)
    try:
        assert batch.run("--queue", name).status == 0, "not yet"
        assert {jobs.place_of(db, i) for i in ids} == {"running"}
        process.wait_until(
            lambda: batch.run("--queue", name).status == 0 and
            {jobs.place_of(db, i) for i in ids} == {"final"},
            LEASE_S + 3, "the next batch to take them over", 0.3)
    finally:
        os.kill(session, signal.SIGCONT)
        time.sleep(0.2)
        for which in (first, *pids):
            with contextlib.suppress(ProcessLookupError):  # it may have ended
                os.kill(pids[which], signal.SIGCONT)
            time.sleep(0.2)
    process.wait_until(
        lambda: db.value("select count(*) from nightdrop.event where kind = "
                         "'stale_finish' and id = any(%s::uuid[])",
                         ids) == 2, 5, "both results to be refused")
    result = run.wait(30)
    assert result.status == (0 if first == "guardian" else 75), result
    assert "closed" in result.out or "has run out" in result.err, result
    assert results(db, ids) == [["lost", "successful"]] * 2
    assert [jobs.response(db, i).attempt for i in ids] == [2, 2]
    assert db.value("select count(*) from nightdrop.run where closed is null "
                    "or not balanced") == 0
    work.judge()
