# SPDX-License-Identifier: ISC
"""Faults under a .sql handler: whatever is lost or killed, at every step of a
chunk's transaction, each job's effect is there once.  The statement is the
example ledger.sql, which adds: done twice, it would be seen."""
import os
import signal
import time

import pytest

from support import jobs, ledger, place, process, programs
from support.proxy import Proxy

SQL = b"nightdrop-batch sql"  # the connection that a chunk is done on


@pytest.fixture(scope="module")
def through(room, db, handlers):
    """A batch that reaches the database through a proxy."""
    ledger.install(db, handlers, backoff="0")
    proxy = Proxy(place.directory(room, "proxy"), db.cluster.home, only=SQL)
    batch = programs.Batch(
        room, db.conninfo("nightdrop_batch", host=proxy.home), handlers,
        "proxied")
    yield proxy, batch
    proxy.close()


def sweep(db, proxy, night, first, step):
    """A night for each N; until one is not struck."""
    done, n = ledger.totals(db).get("north", (0, 0.0)), first
    while True:
        ids = ledger.submit(db, 1.25, 2.5, 4)
        result = night(n)
        assert result.status == 0, (n, result)
        done = (done[0] + 3, done[1] + 7.75)
        assert ledger.totals(db)["north"] == done, f"message {n}"
        for i in ids:
            assert jobs.place_of(db, i) == "final", f"message {n}"
            assert jobs.response(db, i).status == 201, f"message {n}"
        assert not jobs.unbalanced(db), f"message {n}"
        if not proxy.struck.is_set():
            return n
        n += step


EVERY = [pytest.param(1, 6), pytest.param(1, 1, marks=pytest.mark.long)]


@pytest.mark.parametrize("first, step", EVERY)
def test_every_answer_lost(db, through, first, step):
    """The connection closes instead of the server's N-th message."""
    proxy, batch = through

    def night(n):
        proxy.arm(n)
        return batch.run("--queue", "ledger")

    assert sweep(db, proxy, night, first, step) > 30


@pytest.mark.parametrize("first, step", [
    pytest.param(2, 9), pytest.param(1, 1, marks=pytest.mark.long)])
def test_killed_at_every_step(db, through, first, step):
    """The worker is killed where it would have got the N-th message."""
    proxy, batch = through

    def night(n):
        proxy.arm(n, stall=True)
        run = batch.start("--queue", "ledger")
        worker = run.worker()
        process.wait_until(
            lambda: proxy.struck.is_set() or not run.running(), 20,
            "the message")
        if proxy.struck.is_set():
            os.kill(worker, signal.SIGKILL)
            proxy.arm(10 ** 9)
            proxy.struck.set()
        return run.wait()

    assert sweep(db, proxy, night, first, step) > 30


def test_two_batches_at_once(db, through, batch):
    """Their chunks meet in the same totals: who waits too long, or is chosen
    to end a deadlock, does it again."""
    before = ledger.totals(db)
    bodies = [(f"shop{n % 7}", n) for n in range(700)]
    ids = jobs.submit_many(db, "ledger", [
        b"shop=%s&total=%d.00" % (s.encode(), n) for s, n in bodies],
        "application/x-www-form-urlencoded")
    runs = [batch.start("--queue", "ledger"),
            batch.start("--queue", "ledger", "--join")]
    assert {r.wait().status for r in runs} == {0}
    assert all(jobs.response(db, i).status == 201 for i in ids[::50])
    want = {s: (100, float(sum(n for t, n in bodies if t == s)))
            for s in {s for s, _ in bodies}}
    assert ledger.totals(db) == {**before, **want}
    assert not jobs.unbalanced(db)


class Before(Proxy):
    """Does something once: before the first answer to a call is delivered."""
    act = to = None

    def deliver(self, client, message, counts, statement):
        if counts and statement == self.to and self.act:
            act, self.act = self.act, None
            act()
        return super().deliver(client, message, counts, statement)


@pytest.fixture
def nap(db, through, room, handlers, request):
    """Two jobs whose statement takes a while: ids, proxy, start."""
    name = request.node.name.split("_")[1]
    db.queue(name, run_as="ledger", max_attempts=1)
    handlers.write(name + ".sql", "select id, 200 as status from "
                   "nightdrop.job_in_hand, (select pg_sleep(3)) nap",
                   mode=0o644)
    proxy = Before(place.directory(room, name), db.cluster.home)
    batch = programs.Batch(
        room, db.conninfo("nightdrop_batch", host=proxy.home), handlers,
        "behind-" + name)
    ids = jobs.submit_many(db, name, [b"", b""])
    yield ids, proxy, lambda: batch.start("--queue", name)
    proxy.close()


def stop(db, job):
    db.value("select nightdrop.job_stop(%s, '', true)", job)


def test_dismissed_before_it_is_held(db, nap):
    """Its end is recorded while the statement is at the others."""
    ids, proxy, start = nap
    proxy.only = SQL
    proxy.to, proxy.act = "begin", lambda: stop(db, ids[0])
    run = start()
    process.wait_until(lambda: jobs.place_of(db, ids[0]) == "final", 6,
                       "the dismissed one's end")
    assert jobs.place_of(db, ids[1]) == "running"
    result = run.wait()
    assert result.status == 0, result
    assert [jobs.response(db, i).status for i in ids] == [410, 200]
    assert not jobs.unbalanced(db)


def test_cancelled_too_late(db, nap):
    """A cancel for one chunk does not meet the next."""
    ids, proxy, start = nap
    proxy.to, proxy.act = "cancel", lambda: time.sleep(4)
    run = start()
    process.wait_until(lambda: db.value(
        "select count(*) from pg_stat_activity where application_name = "
        "'nightdrop-batch sql' and wait_event = 'PgSleep'"), 10, "the chunk")
    stop(db, ids[0])
    result = run.wait()
    assert result.status == 0 and proxy.act is None, result
    assert [jobs.response(db, i).status for i in ids] == [410, 200]
