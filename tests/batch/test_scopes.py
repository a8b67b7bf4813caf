# SPDX-License-Identifier: ISC
"""Which run a batch enters: alone, beside others, after others, once a day."""
import os
import pty
import re
import signal
import time

import pytest

from support import jobs, place, process, programs

OK = "printf 'Content-Type: text/plain\\n\\nok'"
WAIT = """
while [ ! -e {go} ]; do sleep 0.05; done
printf 'Content-Type: text/plain\\n\\n%s' $PPID
"""


def kill(run):
    """Guardian and worker at once: nobody is left to restart anything."""
    worker = run.worker()
    os.kill(run.guardian, signal.SIGKILL)
    os.kill(worker, signal.SIGKILL)
    run.wait()


def running(db, queue):
    return db.value("select count(*) from nightdrop.running where queue = %s "
                    "and started is not null", queue)


def last_run(db):
    return db.row("select id, resumed, closed is not null, balanced "
                  "from nightdrop.run order by id desc limit 1")


@pytest.fixture
def gate(scratch, request):
    return scratch / request.node.name


@pytest.fixture(autouse=True)
def closed(db):
    """Every run is closed at the end, whatever came before it."""
    yield
    assert not jobs.unbalanced(db)
    assert db.value("select count(*) from nightdrop.run "
                    "where closed is null") == 0


def test_dead_part_of_the_scope(night, db, batch, gate):
    """A batch that has enough else to do still finds the run that died."""
    one, two = night.queue(WAIT.format(go=gate)), night.queue(OK)
    ids = [jobs.submit(db, one) for _ in range(6)]
    other = jobs.submit(db, two)
    dead = batch.start("--queue", one, "-j", "2")
    process.wait_until(lambda: running(db, one) >= 2, 10, "two jobs to run")
    kill(dead)
    gate.touch()
    result = batch.run("--queue", f"{one},{two}")
    assert result.status == 0 and "was resumed" in result.out, result
    assert last_run(db)[1:] == (1, True, True)
    assert {jobs.place_of(db, i) for i in [*ids, other]} == {"final"}
    lost = [a for i in ids for a in jobs.attempts(db, i) if a[1] == "lost"]
    assert len(lost) == 2, "only what had started is charged"


def test_several_batches_at_one_run(night, db, batch, gate):
    """--join: jobs are shared, each is run once; the last to leave closes."""
    name = night.queue(WAIT.format(go=gate))
    ids = [jobs.submit(db, name) for _ in range(12)]
    runs = [batch.start("--queue", name, "-j", "2")]
    process.wait_until(lambda: running(db, name) == 2, 10, "the first")
    runs += [batch.start("--queue", name, "-j", "2", "--join")
             for _ in range(2)]
    process.wait_until(lambda: running(db, name) == 6, 10, "the others")
    gate.touch()
    results = [r.wait() for r in runs]
    assert [r.status for r in results] == [0, 0, 0], results
    assert sum("others are" in r.out or "not closed" in r.out
               or "still" in r.out for r in results) == 2, results
    assert {jobs.place_of(db, i) for i in ids} == {"final"}
    assert all(len(jobs.attempts(db, i)) == 1 for i in ids)
    run = last_run(db)
    assert run[2:] == (True, True)
    workers = db.sql("select worker, count(*) from nightdrop.attempt "
                     "where run = %s group by worker", run[0])
    assert len(workers) == 3, workers


@pytest.mark.parametrize("more", [True, False], ids=["opens", "busy"])
def test_dead_beside_a_live_worker(night, db, batch, gate, more):
    """Who proves one worker of a run dead while another goes on there says so
    in the database, whatever it does next: the proof serves once."""
    name, free = night.queue(WAIT.format(go=gate)), night.queue(OK)
    ids = [jobs.submit(db, name) for _ in range(4)]
    alive = batch.start("--queue", name, "-j", "1")
    process.wait_until(lambda: running(db, name) == 1, 10, "the first")
    run = last_run(db)[0]
    dead = batch.start("--queue", name, "-j", "1", "--join")
    process.wait_until(lambda: running(db, name) == 2, 10, "the second")
    kill(dead)
    third = batch.run("--queue", f"{name},{free}" if more else name)
    assert third.status == 0, third
    assert db.value("select count(*) from nightdrop.worker "
                    "where run = %s and lost", run) == 1, "it is on record"
    gate.touch()
    assert alive.wait().status == 0
    assert db.value("select closed is not null and balanced "
                    "from nightdrop.run where id = %s", run)
    batch.run("--queue", name)
    assert {jobs.place_of(db, i) for i in ids} == {"final"}
    assert not list(batch.run_dir.iterdir()), "files that prove nothing more"


def test_join_opens(night, db, batch):
    """So that a launcher may start them all with the same line."""
    name = night.queue(OK)
    job = jobs.submit(db, name)
    assert batch.run("--queue", name, "--join").status == 0
    assert jobs.place_of(db, job) == "final"


def test_resume_after_a_crash(night, db, batch, gate):
    """--resume takes up what was cut off, and nothing that came later."""
    name = night.queue(WAIT.format(go=gate))
    idle = batch.run("--queue", name, "--resume")
    assert (idle.status, idle.text) == (0, ""), idle
    assert db.value("select count(*) from nightdrop.run_queue "
                    "where queue = %s", name) == 0
    ids = [jobs.submit(db, name) for _ in range(3)]
    dead = batch.start("--queue", name, "-j", "1")
    process.wait_until(lambda: running(db, name), 10, "a job to run")
    alive = batch.run("--queue", name, "--resume")
    assert (alive.status, alive.text) == (0, ""), "it lives: nothing to do"
    run = last_run(db)[0]
    kill(dead)
    late = jobs.submit(db, name)
    gate.touch()
    assert batch.run("--queue", name, "--resume").status == 0
    assert last_run(db) == (run, 1, True, True)
    assert {jobs.place_of(db, i) for i in ids} == {"final"}
    assert jobs.place_of(db, late) == "waiting"


def test_recovery_waits(night, db, batch, gate):
    """What the dead one was doing in the database has not ended yet."""
    name = night.queue(WAIT.format(go=gate))
    job = jobs.submit(db, name)
    dead = batch.start("--queue", name)
    process.wait_until(lambda: running(db, name), 10, "the job to run")
    kill(dead)
    gate.touch()
    session = db.cluster.connect(db.name)
    session.autocommit = False
    try:
        session.cursor().execute(
            "select from nightdrop.worker for key share")
        run = batch.start("--queue", name)
        time.sleep(3)
        session.rollback()
        result = run.wait()
    finally:
        session.close()
    assert result.status == 0, result
    assert jobs.place_of(db, job) == "final"


def test_stale(night, db, batch, gate):
    """A run that takes too long is said to, by exit code and by mail."""
    name, free = night.queue(WAIT.format(go=gate)), night.queue(OK)
    jobs.submit(db, name)
    run = batch.start("--queue", name)
    try:
        process.wait_until(lambda: running(db, name), 10, "the job to run")
        fresh = batch.run("--queue", name, "--stale", "1h", "--quiet")
        assert (fresh.status, fresh.text) == (0, ""), fresh
        db.sql("update nightdrop.run set opened = opened - interval '2 h' "
               "where closed is null")
        stale = batch.run("--queue", name, "--stale", "1h", "--quiet")
        assert stale.status == 75 and name in stale.err, stale
        assert len(stale.text.splitlines()) > 0 and stale.out == "", stale
        part = batch.run("--queue", f"{name},{free}", "--stale=1h", "--quiet")
        assert part.status == 0 and "--stale" in part.out, part
    finally:
        gate.touch()
        assert run.wait().status == 0


def test_daily(night, db, batch):
    """Once a business day, however often cron fires."""
    name = night.queue(OK)
    first, second = jobs.submit(db, name), None
    assert batch.run("--queue", name, "--daily").status == 0
    assert jobs.place_of(db, first) == "final"
    second = jobs.submit(db, name)
    again = batch.run("--queue", name, "--daily")
    today = db.value("select nightdrop.business_date(now())::text")
    assert again.status == 0 and today in again.out, again
    quiet = batch.run("--queue", name, "--daily", "--quiet")
    assert (quiet.status, quiet.text) == (0, ""), quiet
    assert jobs.place_of(db, second) == "waiting"
    # Three days later.
    db.sql("update nightdrop.run set business_date = business_date - 3")
    assert db.value("select missed from nightdrop.queue_status "
                    "where name = %s", name) == 2, "two nights were missed"
    assert batch.run("--queue", name, "--daily").status == 0
    assert jobs.place_of(db, second) == "final"
    assert db.row("select business_date::text, missed from "
                  "nightdrop.run_history limit 1") == (today, 2)


LONG = """
trap 'exit 1' TERM
: > {scratch}/$NIGHTDROP_JOB_ID
sleep 30 & wait
"""


def wait_for_handlers(scratch, ids):
    """On record a job runs before its process does."""
    process.wait_until(lambda: all((scratch / i).exists() for i in ids), 10,
                       "the handlers")


def test_drain(night, db, batch, scratch):
    """After TERM handlers have --drain to finish; then they are stopped, and
    their jobs are given back."""
    name = night.queue(LONG.format(scratch=scratch))
    ids = [jobs.submit(db, name) for _ in range(2)]
    run = batch.start("--queue", name, "-j", "2", "--drain", "1s")
    wait_for_handlers(scratch, ids)
    run.signal(signal.SIGTERM)
    began = time.monotonic()
    result = run.wait(20)
    assert result.status == 0, result
    assert 0.8 < time.monotonic() - began < 6
    assert {jobs.place_of(db, i) for i in ids} == {"waiting"}


def test_interrupted_twice(night, db, batch, scratch):
    """The first ^C lets handlers finish, the second does not."""
    name = night.queue(LONG.format(scratch=scratch))
    ids = [jobs.submit(db, name) for _ in range(2)]
    run = batch.start("--queue", name, "-j", "2")
    wait_for_handlers(scratch, ids)
    run.signal(signal.SIGINT)
    time.sleep(1)
    assert run.running() and running(db, name) == 2
    run.signal(signal.SIGINT)
    result = run.wait(20)
    assert result.status == 0, result
    assert {jobs.place_of(db, i) for i in ids} == {"waiting"}


def on_terminal(batch, *options):
    """The batch in the foreground of a terminal; its pid and our end."""
    pid, fd = pty.fork()
    if pid == 0:
        try:
            user = place.run_as(programs.USER)
            if user:
                os.setgroups([])
                os.setgid(user["group"])
                os.setuid(user["user"])
            program = str(place.program("nightdrop-batch"))
            os.execve(program, [program, *options], batch.environment)
        finally:
            os._exit(127)
    return pid, fd


def test_interrupted_at_a_terminal(night, db, batch, scratch):
    """There ^C reaches guardian and worker, and counts once all the same."""
    name = night.queue(LONG.format(scratch=scratch))
    ids = [jobs.submit(db, name) for _ in range(2)]
    pid, fd = on_terminal(batch, "--queue", name, "-j", "2")
    try:
        wait_for_handlers(scratch, ids)
        os.write(fd, b"\x03")
        time.sleep(1)
        assert running(db, name) == 2, "the first one lets them finish"
        os.write(fd, b"\x03")
        process.wait_until(lambda: not process.alive(pid), 10, "its end")
    finally:
        os.kill(pid, signal.SIGKILL)
        status = os.waitpid(pid, 0)[1]
        os.close(fd)
    assert os.waitstatus_to_exitcode(status) == 0
    assert {jobs.place_of(db, i) for i in ids} == {"waiting"}


def test_terminated_while_it_waits_for_a_retry(night, db, batch):
    """Nothing runs and nothing is due: it goes at once."""
    name = night.queue("exit 1", backoff="2 minutes")
    job = jobs.submit(db, name)
    run = batch.start("--queue", name)
    process.wait_until(lambda: jobs.attempts(db, job), 10, "the first try")
    time.sleep(0.3)
    assert run.running()
    run.signal(signal.SIGTERM)
    result = run.wait(5)
    assert result.status == 0, result
    assert jobs.place_of(db, job) == "waiting"


def test_help_is_complete(batch):
    """Every option that the program takes is explained: what --help does not
    name is not taken."""
    text = batch.run("--help").out
    source = (place.TOP / "src" / "batch" / "options.c").read_text()
    options = re.findall(r'\{ "([a-z-]+)", (?:no|required)_argument', source)
    assert len(options) > 15
    for option in options:
        assert f"--{option}" in text, option
