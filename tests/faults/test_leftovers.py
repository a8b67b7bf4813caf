# SPDX-License-Identifier: ISC
"""What killed batches leave in run_dir: lock files, which prove their death for
as long as somebody needs to know, and the TMPDIRs of their handlers.

Whoever needs a proof finds it; what nobody needs is taken away by the next
run; whose database is another one, that one's run decides.
"""
import contextlib
import os
import signal
import time

import pytest

from support import jobs, place, process, programs
from support.proxy import Proxy

LEAVE = """
mkdir -p "$TMPDIR/a/b"; echo x > "$TMPDIR/a/b/c"; chmod 0 "$TMPDIR/a"
if [ "$NIGHTDROP_ATTEMPT" = 1 ]; then sleep 60; fi
printf 'Content-Type: text/plain\\n\\nattempt %s of %s' \\
    "$NIGHTDROP_ATTEMPT" "$NIGHTDROP_JOB_ID"
"""
OLD_S = 7200


@pytest.fixture(autouse=True)
def clean(db):
    yield
    for table in ("waiting", "running", "response", "attempt", "part",
                  "job"):
        db.sql(f"delete from nightdrop.{table}")


@pytest.fixture
def night(room, db, handlers, request):
    """A batch with a run_dir of its own, behind a proxy (night.proxy)."""
    name = request.node.name.removeprefix("test_")[:20]
    proxy = Proxy(place.directory(room, "p-" + name), db.cluster.home)
    b = programs.Batch(room, db.conninfo("nightdrop_batch", host=proxy.home),
                       handlers, "b-" + name)
    b.proxy = proxy
    yield b
    proxy.close()


def queue(db, handlers, name, script="printf 'Content-Type: x/y\\n\\n'"):
    handlers.write(name, script)
    return db.queue(name, max_attempts=5, backoff="50 milliseconds")


def files(batch):
    return sorted(p.name for p in batch.run_dir.iterdir())


def kill_both(run):
    """Guardian and worker, so that neither sees the other's end."""
    run.signal(signal.SIGSTOP)
    for pid in run.workers():
        os.kill(pid, signal.SIGKILL)
    run.signal(signal.SIGKILL)
    return run.wait()


def age(batch):
    then = time.time() - OLD_S
    for path in batch.run_dir.iterdir():
        os.utime(path, (then, then))


@contextlib.contextmanager
def held(db, run=0):
    """Nobody opens a run (0), or enters or leaves that one; until released,
    or the end."""
    other = db.cluster.connect(db.name)
    other.autocommit = False
    try:
        other.cursor().execute("select nightdrop.run_lock(%s)", (run,))
        yield other
    finally:
        other.close()


def wait_for_lock(db, what):
    process.wait_until(lambda: db.value(
        "select count(*) from pg_locks where not granted"), 10, what)


def wait_sessions_ended(db):
    process.wait_until(lambda: not db.sql(
        "select from pg_stat_activity where datname = %s "
        "and usename = 'nightdrop_batch'", db.name), 10, "its session's end")


def test_killed_before_it_asked(night, db, handlers):
    """Nothing can have come of it: the next run takes its file away."""
    name = queue(db, handlers, "asked")
    night.proxy.black_hole()
    run = night.start("--queue", name)
    process.wait_until(night.proxy.struck.is_set, 10, "its connection")
    kill_both(run)
    night.proxy.disarm()
    assert len(files(night)) == 1
    assert night.run("--queue", name).status == 0
    assert files(night) == []


def test_killed_while_it_asked(night, db, handlers):
    """Its opening was cut off: as its call may be under way still, the file
    stays, until it is old."""
    name = queue(db, handlers, "while")
    with held(db):
        run = night.start("--queue", name)
        wait_for_lock(db, "run_open to wait")
        kill_both(run)
        db.sql("select pg_terminate_backend(pid) from pg_stat_activity "
               "where usename = 'nightdrop_batch' and datname = %s", db.name)
        wait_sessions_ended(db)
    left = files(night)
    assert len(left) == 1
    assert night.run("--queue", name).status == 0
    assert files(night) == left
    age(night)
    assert night.run("--queue", name).status == 0
    assert files(night) == []


def test_killed_before_it_heard(night, db, handlers, work):
    """It was in a run and did not know: its file, however old, proves its
    death to the next one, beside a run of other queues."""
    name, other = (queue(db, handlers, n) for n in ("heard", "beside"))
    with held(db) as lock:
        run = night.start("--queue", name)
        wait_for_lock(db, "run_open to wait")
        night.proxy.black_hole()
        lock.rollback()
        process.wait_until(lambda: db.value(
            "select count(*) from nightdrop.worker where left_at is null"),
            10, "the run to be open")
        kill_both(run)
    night.proxy.disarm()
    age(night)
    assert night.run("--queue", other).status == 0
    ids = work.submit(1, name)
    result = night.run("--queue", name)
    assert result.status == 0 and "was resumed" in result.out, result
    assert jobs.place_of(db, ids[0]) == "final"
    assert files(night) == []


def test_ended_before_it_heard(night, db, handlers):
    """The same, and its guardian ends in order: it does not know either."""
    name = queue(db, handlers, "order")
    with held(db) as lock:
        run = night.start("--queue", name)
        wait_for_lock(db, "run_open to wait")
        night.proxy.black_hole()
        run.signal(signal.SIGTERM)
        lock.rollback()
        process.wait_until(lambda: db.value(
            "select count(*) from nightdrop.worker where left_at is null"),
            10, "the run to be open")
        for pid in run.workers():
            os.kill(pid, signal.SIGKILL)
        run.wait()
    night.proxy.disarm()
    result = night.run("--queue", name)
    assert result.status == 0 and "was resumed" in result.out, result
    assert files(night) == []


def test_killed_after_it_left(night, db, handlers):
    name = queue(db, handlers, "left")
    with held(db) as lock:
        run = night.start("--queue", name)
        wait_for_lock(db, "run_open to wait")
        run.worker()
        run.signal(signal.SIGSTOP)
        lock.rollback()
        process.wait_until(lambda: not run.workers(), 10, "its worker's end")
    run.signal(signal.SIGKILL)
    run.wait()
    assert len(files(night)) == 1
    assert night.run("--queue", name).status == 0
    assert files(night) == []


def test_killed_while_leaving(night, db, handlers, scratch):
    """The database knows: the next run takes the file away, and asks."""
    go = scratch / "go"
    name = queue(db, handlers, "leaves", f"""
while [ ! -e {go} ]; do sleep 0.05; done; printf 'Content-Type: x/y\\n\\n'""")
    jobs.submit(db, name)
    run = night.start("--queue", name)
    process.wait_until(lambda: db.value(
        "select count(started) from nightdrop.running"), 10, "its job")
    number = db.value("select max(id) from nightdrop.run")
    with held(db, number) as lock:
        go.touch()
        wait_for_lock(db, "run_leave to wait")
        night.proxy.black_hole()
        lock.rollback()
        process.wait_until(lambda: db.value(
            "select closed is not null from nightdrop.run where id = %s",
            number), 10, "the run to be closed")
        kill_both(run)
    night.proxy.disarm()
    assert len(files(night)) == 2, "the lock, and a TMPDIR"
    assert night.run("--queue", name).status == 0
    assert files(night) == []


def test_recovery_fails(night, db, handlers, work):
    """The opening has recorded deaths, what follows fails: the files that
    proved them have served, and the TMPDIRs are nobody's."""
    first, second = (queue(db, handlers, n, LEAVE) for n in ("one", "two"))
    ids = []
    for name in (first, second):
        ids += work.submit(1, name)
        run = night.start("--queue", name)
        work.wait_running(1, name)
        process.wait_until(lambda: list(night.run_dir.glob("*.0/a")), 5,
                           "something in its TMPDIR")
        process.wait_until(run.handlers, 5, "a handler")
        kill_both(run)
    assert len(files(night)) == 4
    before = db.value("select count(*) from nightdrop.worker where lost")
    db.sql("revoke execute on function nightdrop.recover(bigint, uuid, "
           "bigint[]) from nightdrop_batch")
    try:
        assert night.run().status not in (0, 75)
    finally:
        db.sql("grant execute on function nightdrop.recover(bigint, uuid, "
               "bigint[]) to nightdrop_batch")
    assert db.value("select count(*) from nightdrop.worker where lost") \
        == before + 1
    result = night.run()
    assert result.status == 0, result
    assert all(jobs.place_of(db, i) == "final" for i in ids)
    assert files(night) == []
    work.judge()


def test_whose_database_is_another(night, room, db, handlers, cluster,
                                   template):
    """Two instances share a run_dir: the one's run leaves alone, however old
    it is, what proves something to the other."""
    other = cluster.create("t_leftovers_other", template)
    other.sql("update nightdrop.setting set value = gen_random_uuid() "
              "where name = 'instance'")
    theirs = programs.Batch(room, other.conninfo("nightdrop_batch"), handlers,
                            "theirs", run_dir=night.run_dir)
    name = queue(db, handlers, "shared", LEAVE)
    other.queue(name, max_attempts=5, backoff="50 milliseconds")
    job = jobs.submit(other, name)
    run = theirs.start("--queue", name)
    process.wait_until(lambda: other.value(
        "select count(started) from nightdrop.running"), 10, "its job")
    process.wait_until(run.handlers, 5, "a handler")
    kill_both(run)
    age(night)
    assert night.run("--queue", name).status == 0
    result = theirs.run("--queue", name)
    assert result.status == 0 and "was resumed" in result.out, result
    assert jobs.place_of(other, job) == "final"
    assert files(night) == []
