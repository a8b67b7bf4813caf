# SPDX-License-Identifier: ISC
"""Faults around the worker: stopped while it opens its run, no process to be
had for a while, a clock that is set."""
import contextlib
import os
import signal
import subprocess
import time

import pytest

from support import jobs, place, process, programs
from support.proxy import Proxy

pytestmark = pytest.mark.usefixtures("clean")

OK = """
printf 'Content-Type: text/plain\\n\\nattempt %s of %s' \\
    "$NIGHTDROP_ATTEMPT" "$NIGHTDROP_JOB_ID"
"""
HERE = os.path.dirname(os.path.abspath(__file__))


def queue(db, handlers, name, script, **settings):
    db.queue(name, **{"backoff": "50 milliseconds", **settings})
    handlers.write(name, script)
    return name


def test_stopped_while_opening(db, batch, handlers, work):
    """TERM while the database is still opening its run: it is closed again.
    It would be nobody's, and in the way until its lease has run out."""
    name = queue(db, handlers, "opening", OK)
    ids = work.submit(2, name)
    other = db.cluster.connect(db.name)
    other.autocommit = False
    try:
        other.cursor().execute("select nightdrop.run_lock(0)")
        run = batch.start("--queue", name)
        process.wait_until(lambda: db.value(
            "select count(*) from pg_locks where not granted"), 10,
            "run_open to wait")
        run.signal(signal.SIGTERM)
        time.sleep(0.3)
        other.rollback()
        assert run.wait().status == 0
    finally:
        other.close()
    process.wait_until(lambda: db.value(
        "select count(*) from pg_stat_activity where datname = %s and "
        "usename = 'nightdrop_batch'", db.name) == 0, 10, "its sessions' end")
    assert db.value("select count(*) from nightdrop.run "
                    "where closed is null") == 0
    assert batch.run("--queue", name).status == 0
    assert all(jobs.place_of(db, i) == "final" for i in ids)
    work.judge()


def test_no_process_for_a_while(db, batch, handlers, work):
    """A job that could not be started goes back, and is taken again when
    that is over; it is not left to the next run."""
    name = queue(db, handlers, "wait", """
if [ "$(cat)" = first ]; then rmdir "$TMPDIR"; chmod 500 "${TMPDIR%/*}"; fi
""" + OK)
    ids = work.submit(1, name, b"first") + work.submit(1, name, b"second")
    run = batch.start("--queue", name, "-j", "1")
    try:
        process.wait_until(
            lambda: jobs.place_of(db, ids[0]) == "final", 10, "the first")
        time.sleep(2.2)
    finally:
        os.chmod(batch.run_dir, 0o755)
    result = run.wait()
    assert result.status == 0, result
    assert jobs.place_of(db, ids[1]) == "final", result
    assert jobs.response(db, ids[1]).attempt == 1, "and not charged"
    work.judge()


@pytest.mark.skipif(place.sanitized(), reason="preloads a library")
@pytest.mark.parametrize("step", [3600, -3600])
def test_clock_is_set(db, batch, handlers, work, room, step):
    """B10: a retry that is due in a moment is waited for, and not by asking
    all the time."""
    library = room / "clock_step.so"
    if not library.exists():
        subprocess.run(["cc", "-shared", "-fPIC", "-o", library,
                        os.path.join(HERE, "clock_step.c")], check=True)
    file = room / f"step{step}"
    name = queue(db, handlers, f"clock{step % 7}", """
if [ "$NIGHTDROP_ATTEMPT" = 1 ]; then sleep 1; exit 1; fi
""" + OK, backoff="3 seconds", backoff_max="3 seconds")
    ids = work.submit(1, name)
    run = batch.start("--queue", name, LD_PRELOAD=str(library),
                      CLOCK_STEP_FILE=str(file), CLOCK_STEP_S=str(step))
    work.wait_running(1, name)
    file.touch()
    count = ("select sum(xact_commit) from pg_stat_database "
             "where datname = %s")
    before = db.value(count, db.name)
    result = run.wait()
    assert result.status == 0, result
    assert jobs.place_of(db, ids[0]) == "final", result
    assert db.value(count, db.name) - before < 500
    assert db.value("select bool_and(ended >= started) "
                    "from nightdrop.attempt")
    work.judge()


@pytest.mark.skipif(place.sanitized(), reason="preloads a library")
@pytest.mark.parametrize("step", [3600, -3600])
def test_clock_is_set_in_a_window(db, batch, handlers, work, room, step):
    """B10: the window closes by the database's clock, whatever is done to the
    host's; what it closed before is not charged."""
    library = room / "clock_step.so"
    if not library.exists():
        subprocess.run(["cc", "-shared", "-fPIC", "-o", library,
                        os.path.join(HERE, "clock_step.c")], check=True)
    file = room / f"window{step}"
    name = queue(db, handlers, f"window{step % 7}", "sleep 0.3\n" + OK)
    ids = work.submit(20, name)
    run = batch.start("--queue", name, "-j", "1", "--until", "2s",
                      LD_PRELOAD=str(library), CLOCK_STEP_FILE=str(file),
                      CLOCK_STEP_S=str(step))
    work.wait_running(1, name)
    file.touch()
    result = run.wait()
    assert result.status == 0, result
    done = sum(jobs.place_of(db, i) == "final" for i in ids)
    took, left = db.row(
        "select extract(epoch from closed - opened)::float, carried_over "
        "from nightdrop.run_history order by run desc limit 1")
    assert 1.9 < took < 4 and left == 20 - done > 0, result
    assert db.value("select count(*) from nightdrop.attempt "
                    "where queue = %s", name) == done
    work.judge()


@pytest.mark.long
def test_answer_at_the_drains_end(db, batch, handlers, work):
    """What a handler answers to the TERM that ends the drain is its answer:
    here a state to go on from."""
    name = queue(db, handlers, "drain", """
if [ -n "$NIGHTDROP_STATE" ]; then printf 'Content-Type: x/y\\n\\n%s' \\
    "$NIGHTDROP_STATE"; exit; fi
trap 'kill $!; printf "Status: 202\\nContent-Type: x/y\\n\\nhalf"; exit 0' TERM
sleep 100 & wait
""")
    ids = work.submit(1, name)
    run = batch.start("--queue", name)
    work.wait_running(1, name)
    time.sleep(0.5)
    run.signal(signal.SIGTERM)
    assert run.wait(90).status == 0
    assert jobs.attempts(db, ids[0])[0][1] == "continue"
    assert batch.run("--queue", name).status == 0
    assert jobs.response(db, ids[0]).body == b"half"
    work.judge()


def test_killed_while_joining(db, batch, handlers, work):
    """A new worker that dies after its join and before it heard of it: its
    guardian does not know its id, and the run is closed all the same."""
    name = queue(db, handlers, "joining", "sleep 1" + OK, max_attempts=5)
    ids = work.submit(4, name)
    run = batch.start("--queue", name)
    work.wait_running(4, name)
    first = run.worker()
    number = db.value("select max(id) from nightdrop.run")
    other = db.cluster.connect(db.name)
    other.autocommit = False
    try:
        other.cursor().execute("select nightdrop.run_lock(%s)", (number,))
        os.kill(first, signal.SIGKILL)
        process.wait_until(lambda: db.value(
            "select count(*) from pg_locks where not granted"), 10,
            "run_join to wait")
        for worker in run.workers():
            os.kill(worker, signal.SIGKILL)
        time.sleep(0.3)
        other.rollback()
    finally:
        other.close()
    result = run.wait()
    assert result.status == 0, result
    assert db.value("select count(*) from nightdrop.run "
                    "where closed is null") == 0, result
    assert all(jobs.place_of(db, i) == "final" for i in ids)
    work.judge()


def test_heard_too_late(db, batch, room, handlers, work, scratch):
    """What a worker has to say is held up on the way until the next batch has
    recovered its jobs, and then arrives: it is refused, and an event."""
    go = scratch / "late"
    name = queue(db, handlers, "late", f"""
while [ ! -e {go} ]; do sleep 0.05; done
""" + OK, max_attempts=5)
    ids = work.submit(2, name)
    proxy = Proxy(place.directory(room, "plate"), db.cluster.home)
    first = programs.Batch(room, db.conninfo("nightdrop_batch",
                                             host=proxy.home),
                           handlers, "late", run_dir=batch.run_dir, lease=5)
    try:
        run = first.start("--queue", name, "-j", "2")
        work.wait_running(2, name)
        proxy.hold()
        go.touch()
        assert run.wait(20).status == 75, "its lease runs out unheard"
        result = batch.run("--queue", name)
        assert result.status == 0 and "was resumed" in result.out, result
        proxy.release()
        process.wait_until(lambda: db.value(
            "select count(*) from nightdrop.event "
            "where kind = 'stale_finish'") == 2, 10, "it to arrive")
    finally:
        proxy.close()
    assert [[a[1] for a in jobs.attempts(db, i)] for i in ids] == \
        [["lost", "successful"]] * 2
    work.judge()


def test_nobody_reads_the_log(db, batch, handlers, work):
    """It goes to a pipe that is full: the worker does not wait for whoever has
    the other end."""
    name = queue(db, handlers, "deaf", "sleep 1" + OK)
    ids = work.submit(1, name)
    theirs, ours = os.pipe()
    os.set_blocking(ours, False)
    with contextlib.suppress(BlockingIOError):
        while True:
            os.write(ours, bytes(4096))
    os.set_blocking(ours, True)
    run = subprocess.Popen(
        [place.program("nightdrop-batch"), "--queue", name], cwd="/",
        env={**batch.environment, "NIGHTDROP_LOG": "stderr"},
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=ours,
        **place.run_as(programs.USER))
    programs.started.append(run)
    try:
        work.wait_running(1, name)
        run.send_signal(signal.SIGTERM)  # which is logged
        assert run.wait(20) == 0
    finally:
        os.close(theirs)
        os.close(ours)
    assert jobs.all_final(db, ids)
    work.judge()
