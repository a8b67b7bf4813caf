# SPDX-License-Identifier: ISC
"""Faults under the batch: B1, B4, B5, B8, B9, and the guardian's end."""
import contextlib
import os
import random
import signal
import time
import uuid

import pytest

from support import jobs, place, process, programs
from support.proxy import Proxy

pytestmark = pytest.mark.usefixtures("clean")

# Its first attempt lasts until something is at go.
SLOW = """
while [ "$NIGHTDROP_ATTEMPT" = 1 ] && [ ! -e {go} ]; do sleep 0.05; done
printf 'Content-Type: text/plain\\n\\nattempt %s of %s' \\
    "$NIGHTDROP_ATTEMPT" "$NIGHTDROP_JOB_ID"
"""
STEADY = """
sleep 2
printf 'Content-Type: text/plain\\n\\nattempt %s of %s' \\
    "$NIGHTDROP_ATTEMPT" "$NIGHTDROP_JOB_ID"
"""
SETTINGS = {"max_attempts": 5, "backoff": "50 milliseconds",
            "backoff_max": "200 milliseconds"}


def queue(db, handlers, name, script, **settings):
    if not db.sql("select 1 from nightdrop.queue where name = %s", name):
        db.queue(name, **{**SETTINGS, **settings})
    handlers.write(name, script)
    return name


def test_worker_killed(db, batch, handlers, work, scratch):
    """B1: killed with 8 handlers running.  They are dead within a second;
    its guardian recovers their jobs within the same run."""
    go = scratch / "b1"
    name = queue(db, handlers, "b1", SLOW.format(go=go))
    ids = work.submit(12, name)
    run = batch.start("--queue", name, "-j", "8")
    work.wait_running(8, name)
    process.wait_until(lambda: len(run.handlers()) >= 8, 10, "8 handlers")
    worker = run.worker()
    victims = run.handlers()
    lost = [i for (i,) in db.sql(
        "select id from nightdrop.running where started is not null")]
    os.kill(worker, signal.SIGKILL)
    process.wait_until(lambda: not any(map(process.alive, victims)), 1.5,
                       "the handlers of the dead worker to end")
    go.touch()
    result = run.wait(60)
    assert result.status == 0, result
    assert jobs.all_final(db, ids)
    assert {r for i in lost for r in
            [jobs.attempts(db, str(i))[0][1]]} == {"lost"}
    assert db.value("select lost_workers from nightdrop.run "
                    "order by id desc limit 1") == 1
    work.judge()


def test_guardian_killed(db, batch, handlers, work, scratch):
    """Guardian and with it everything: the next run takes its jobs at once,
    because the free lock file proves the death."""
    go = scratch / "guard"
    name = queue(db, handlers, "guard", SLOW.format(go=go))
    ids = work.submit(8, name)
    run = batch.start("--queue", name, "-j", "4")
    work.wait_running(4, name)
    worker = run.worker()
    victims = run.handlers()
    os.kill(run.guardian, signal.SIGKILL)
    process.wait_until(
        lambda: not any(map(process.alive, [worker, *victims])), 5,
        "worker and handlers to end with their guardian")
    run.wait()
    go.touch()
    began = time.monotonic()
    result = batch.run("--queue", name, timeout=60)
    assert result.status == 0, result
    assert time.monotonic() - began < 30, "not after its lease had run out"
    assert jobs.all_final(db, ids)
    assert db.value("select resumed from nightdrop.run "
                    "order by id desc limit 1") == 1, "the same ledger entry"
    work.judge()


def test_both_killed_at_once(db, batch, handlers, work, scratch):
    go = scratch / "both"
    name = queue(db, handlers, "both", SLOW.format(go=go))
    ids = work.submit(8, name)
    run = batch.start("--queue", name, "-j", "4")
    work.wait_running(4, name)
    worker = run.worker()
    victims = run.handlers()
    os.kill(run.guardian, signal.SIGSTOP)
    os.kill(worker, signal.SIGKILL)
    os.kill(run.guardian, signal.SIGKILL)
    run.wait()
    process.wait_until(lambda: not any(map(process.alive, victims)), 5,
                       "the handlers to end")
    go.touch()
    result = batch.run("--queue", name)
    assert result.status == 0, result
    assert jobs.all_final(db, ids)
    work.judge()


@pytest.mark.parametrize("how", ["fast", "immediate"])
def test_database_restarted(db, batch, handlers, work, cluster, scratch, how):
    """B4: handlers go on; each finish is recorded once."""
    go = scratch / how
    name = queue(db, handlers, "b4", STEADY.replace(
        "sleep 2", f"while [ ! -e {go} ]; do sleep 0.1; done"))
    ids = work.submit(12, name)
    run = batch.start("--queue", name, "-j", "8")
    work.wait_running(8, name)
    process.wait_until(lambda: len(run.handlers()) >= 8, 10, "8 handlers")
    before = set(run.handlers())
    with cluster.away(how):
        time.sleep(0.5)
        assert all(map(process.alive, before)), "they go on"
        go.touch()
    result = run.wait(60)
    assert result.status == 0, result
    assert jobs.all_final(db, ids)
    assert all([a[1] for a in jobs.attempts(db, i)] == ["successful"]
               for i in ids), "nothing was run twice"
    work.judge()


def test_backend_terminated(db, batch, handlers, work):
    """B4: only its connection is taken away, again and again."""
    name = queue(db, handlers, "b4b", STEADY.replace("sleep 2", "sleep 0.2"))
    ids = work.submit(60, name)
    run = batch.start("--queue", name, "-j", "8")
    work.wait_running(1, name)
    for _ in range(6):
        db.sql("select pg_terminate_backend(pid) from pg_stat_activity "
               "where datname = %s and usename = 'nightdrop_batch'", db.name)
        time.sleep(0.2)
    result = run.wait(60)
    assert result.status == 0, result
    assert jobs.all_final(db, ids)
    assert db.value("select max(attempt) from nightdrop.attempt") == 1
    work.judge()


def test_poison(db, batch, handlers, work):
    """B8: a job that kills the batch ends failed; its neighbours do not."""
    poison = queue(db, handlers, "poison", """
if [ "$(cat)" = poison ]; then kill -9 $PPID; sleep 5; fi
printf 'Content-Type: text/plain\\n\\nattempt %s of %s' \\
    "$NIGHTDROP_ATTEMPT" "$NIGHTDROP_JOB_ID"
""", max_attempts=2)
    bad = work.submit(1, poison, b"poison")
    good = work.submit(20, poison)
    for _ in range(4):
        batch.run("--queue", poison, timeout=60)
        if jobs.all_final(db, bad + good):
            break
    r = jobs.response(db, bad[0])
    assert (r.outcome, r.status, r.by) == ("failed", 502, "nightdrop"), r
    assert [a[1] for a in jobs.attempts(db, bad[0])] == ["lost", "lost"]
    assert {jobs.response(db, i).outcome for i in good} == {"successful"}
    work.judge()


def test_many_batches_at_once(db, batch, handlers, work):
    """B9: twenty crons; no job is run twice."""
    name = queue(db, handlers, "b9", STEADY.replace("sleep 2", ""))
    ids = work.submit(200, name)
    runs = [batch.start("--queue", name, "--quiet") for _ in range(20)]
    results = [r.wait(90) for r in runs]
    assert {r.status for r in results} == {0}, results
    if not jobs.all_final(db, ids):
        assert batch.run("--queue", name).status == 0
    assert jobs.all_final(db, ids)
    assert db.value("select max(attempt) from nightdrop.attempt") == 1
    work.judge()


@pytest.mark.long
@pytest.mark.timeout(600)
@pytest.mark.parametrize("seed", range(4))
def test_fifty_batches_at_once(db, batch, handlers, work, seed):
    """B9, in earnest: fifty in the same second, some of them to help, and every
    fifth is killed with its guardian while it opens, works or closes."""
    dice = random.Random(seed)
    name = queue(db, handlers, "fifty", STEADY.replace("sleep 2",
                                                       "sleep 0.05"),
                 max_attempts=50)
    ids = work.submit(400, name)
    runs = [batch.start("--queue", name, "-j", "2",
                        *dice.choice([(), ("--join",)])) for _ in range(50)]
    time.sleep(dice.uniform(0.2, 1.5))
    for run in runs[::5]:
        for pid in [run.guardian, *run.workers()]:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        time.sleep(dice.uniform(0, 0.3))
    results = [run.wait(120) for run in runs]
    assert {r.status for r in results} <= {0, -signal.SIGKILL}, results
    process.wait_until(lambda: batch.run("--queue", name).status == 0
                       and jobs.all_final(db, ids), 60, "the rest")
    assert db.value("select count(*) from nightdrop.run "
                    "where closed is null or not balanced") == 0
    assert db.value("select count(*) from nightdrop.attempt a "
                    "where a.result <> 'lost'") == 400, "each once"
    work.judge()


@pytest.fixture(scope="module")
def proxy(room, db):
    proxy = Proxy(place.directory(room, "pb13"), db.cluster.home)
    yield proxy
    proxy.close()


@pytest.fixture(scope="module")
def distant(room, db, handlers, proxy):
    """A batch behind the proxy."""
    return programs.Batch(room, db.conninfo("nightdrop_batch",
                                            host=proxy.home),
                          handlers, "b13")


def test_replies_lost(db, batch, handlers, work, proxy, distant):
    """B13 and worse: the server's N-th message lost, over a whole run."""
    name = queue(db, handlers, "b13", STEADY.replace("sleep 2", ""))
    for n in range(1, 400, 7):
        ids = work.submit(6, name, uuid.uuid4().hex.encode() + b" %d")
        proxy.arm(n)
        result = distant.run("--queue", name)
        struck = proxy.struck.is_set()
        proxy.disarm()
        assert result.status in (0, 75), (n, result)
        if not jobs.all_final(db, ids):
            assert distant.run("--queue", name).status == 0
        assert jobs.all_final(db, ids), n
        if not struck:
            break
    assert n > 7, "no message was lost: the test tested nothing"
    work.judge()


@pytest.mark.parametrize("step", [
    9, pytest.param(1, marks=[pytest.mark.long, pytest.mark.timeout(600)])])
def test_turns_replies_lost(db, handlers, work, proxy, distant, step):
    """B13: each message of each answer to a turn.  The worker asks which jobs
    are its own, and goes on: one run, one attempt each."""
    name = queue(db, handlers, "turns", STEADY.replace("sleep 2", ""))
    for n in range(1, 400, step):
        ids = work.submit(4, name, uuid.uuid4().hex.encode() + b" %d")
        proxy.arm(n, call="turn")
        result = distant.run("--queue", name, "-j", "2")
        struck = proxy.struck.is_set()
        proxy.disarm()
        assert result.status == 0, (n, result)
        assert [[a[:2] for a in jobs.attempts(db, i)] for i in ids] == \
            [[(1, "successful")]] * 4, (n, result)
        if not struck:
            break
    assert n > 2 * step and not struck, "no message was lost"
    work.judge()
