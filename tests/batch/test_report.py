# SPDX-License-Identifier: ISC
"""What cron mails: the report in its forms, and the exit codes."""
import contextlib
import json
import os
import pty
import re
import select
import signal
import subprocess
import termios

import pytest

from support import jobs, place, process, programs

OK = "printf 'Content-Type: text/plain\\n\\nok'"
BAD = "echo >&2; echo \"cannot open \\\"prices.csv\\\"\" >&2; exit 3"


@pytest.fixture
def mixed(night, db):
    """A night of three good jobs and one bad one."""
    good, bad = night.queue(OK), night.queue(BAD, max_attempts=1)
    for _ in range(3):
        jobs.submit(db, good)
    return good, bad, jobs.submit(db, bad)


def test_words(mixed, batch):
    good, bad, job = mixed
    result = batch.run("--queue", f"{good},{bad}")
    assert (result.status, result.err) == (0, ""), result
    first = result.out.splitlines()[0]
    assert "balanced" in first and "3 successful, 1 failed" in first
    assert re.search(rf"{job}  {bad}  502 Bad Gateway, by nightdrop, exit 3\n"
                     "      cannot open \"prices.csv\"\n", result.out), result
    assert "select * from nightdrop.failed_job" in result.out
    assert re.search(rf"  {good} +3 +0 ", result.out), "a line a queue"
    for words in ("waiting before +4", "taken +4", "given back +0",
                  "put back +0", "lost +0", "accepted since +0",
                  "left waiting +0"):
        assert re.search(words, result.out), (words, result)


def test_the_statement_works(mixed, batch, db):
    good, bad, job = mixed
    result = batch.run("--queue", f"{good},{bad}")
    said = re.search(r"(select \* from nightdrop\.failed_job .*) \\gx",
                     result.out).group(1)
    rows = db.sql(said.replace("%", "%%"))
    assert [r[1] for r in rows] == [job], rows


def test_what_a_log_may_hold(night, batch, db):
    """Neither moves the reader's cursor, nor is half a character left."""
    name = night.queue("printf '\\n\\033[2Jred\\377\\n' >&2; exit 1",
                       max_attempts=1)
    eight = night.queue("printf 'a\\302\\2332Jb\\302\\240c' >&2; exit 1",
                        max_attempts=1)
    other = night.queue("for i in $(seq 100); do printf '\\303\\244'; done >&2;"
                        " exit 1", max_attempts=1)
    jobs.submit(db, name)
    jobs.submit(db, other)
    jobs.submit(db, eight)
    result = batch.run("--queue", f"{name},{other},{eight}")
    assert "?[2Jred?" in result.out and "\033" not in result.out
    assert "ä" * 79 + "\n" in result.out, result
    assert "a??2Jb\u00a0c" in result.out, "CSI in one character is one too"
    jobs.submit(db, other)
    told = json.loads(batch.run("--queue", other, "--report=json").out)
    assert told["failures"][0]["stderr"] == "ä" * 79


def test_json(mixed, batch, db):
    good, bad, job = mixed
    result = batch.run("--queue", f"{good},{bad}", "--report=json")
    assert (result.status, result.err) == (0, ""), result
    assert len(result.out.splitlines()) == 1
    told = json.loads(result.out)
    assert told["verdict"] == "balanced"
    assert told["run"] == db.value("select max(id) from nightdrop.run")
    assert {n: told[n] for n in (
        "waiting_at_open", "taken", "successful", "failed", "dismissed",
        "given_back", "retried", "put_back", "lost", "accepted_since",
        "left_waiting")} == {
        "waiting_at_open": 4, "taken": 4, "successful": 3, "failed": 1,
        "dismissed": 0, "given_back": 0, "retried": 0, "put_back": 0,
        "lost": 0, "accepted_since": 0, "left_waiting": 0}
    assert told["failures"] == [{
        "id": job, "queue": bad, "status": 502, "reason": "Bad Gateway",
        "by": "nightdrop", "stderr": "cannot open \"prices.csv\""}]
    assert [(q["queue"], q["successful"], q["failed"], q["finished"])
            for q in told["queues"]] == [(good, 3, 0, 3), (bad, 0, 1, 1)]
    assert all(q["p95_ms"] >= q["p50_ms"] >= 0 for q in told["queues"])
    assert (told["trouble"], told["notes"]) == ([], [])
    assert (told["until"], told["carried_over"]) == (None, None), "no window"
    assert told["closed"] > told["opened"]


def test_json_with_nothing_to_do(night, db, batch, scratch):
    go = scratch / "idle"
    name = night.queue(f"while [ ! -e {go} ]; do sleep 0.05; done; {OK}")
    job = jobs.submit(db, name)
    first = batch.start("--queue", name)
    try:
        process.wait_until(lambda: jobs.place_of(db, job) == "running", 10,
                           "the first")
        result = batch.run("--queue", name, "--report=json")
    finally:
        go.touch()
        assert first.wait().status == 0
    told = json.loads(result.out)
    assert (told["verdict"], told["run"]) == ("idle", None)
    assert "nothing to do" in told["notes"][0]


def test_quiet_and_strict(night, mixed, db, batch):
    """Quiet says nothing when all is well; strict makes a failed job exit
    1; a failed job is said even so."""
    good, bad, job = mixed
    well = batch.run("--queue", good, "--quiet", "--strict")
    assert (well.status, well.text) == (0, ""), well
    told = batch.run("--queue", bad, "--quiet", "--strict")
    assert told.status == 1 and job in told.out, told
    assert batch.run("--queue", bad, "--strict").status == 0, "nothing failed"


def test_put_back(night, db, batch):
    """A run that is stopped says what it leaves to the next."""
    name = night.queue("sleep 2; " + OK)
    ids = [jobs.submit(db, name) for _ in range(12)]
    run = batch.start("--queue", name, "-j", "2", "--report=json")
    process.wait_until(lambda: len(run.handlers()) == 2, 10, "two to run")
    run.signal(signal.SIGTERM)
    result = run.wait()
    told = json.loads(result.out)
    done = sum(jobs.place_of(db, i) == "final" for i in ids)
    assert result.status == 0 and 2 <= done < 12, result
    assert told["successful"] == done
    assert told["put_back"] == told["taken"] - done > 0
    assert told["left_waiting"] == 12 - done


@contextlib.contextmanager
def running(batch, db, night, scratch, request):
    """A run with one handler under way: (job, run)."""
    go = scratch / ("go-" + request.node.name)
    name = night.queue(f"while [ ! -e {go} ]; do sleep 0.05; done; {OK}")
    job = jobs.submit(db, name)
    run = batch.start("--queue", name, "--quiet")
    try:
        process.wait_until(run.handlers, 10, "a handler")
        yield job, run
    finally:
        go.touch()


@pytest.fixture
def mended(db):
    """What a test broke does not break the next."""
    yield
    db.sql("delete from nightdrop.job j where exists (select from "
           "nightdrop.lost_job l where l.id = j.id)")
    db.sql("update nightdrop.run set balanced = true, trouble = '{}', "
           "taken = successful + failed + dismissed + given_back")


def test_a_job_that_vanished(night, db, batch, scratch, request, mended):
    """Taken away by hand while it ran: 70, it is named, and what to do;
    --quiet or not."""
    with running(batch, db, night, scratch, request) as (job, run):
        db.sql("delete from nightdrop.running where id = %s", job)
    result = run.wait()
    assert result.status == 70, result
    assert "NOT BALANCED" in result.out.splitlines()[0]
    assert "1 jobs were taken, and 0 are accounted for" in result.out
    assert job in result.out and "none" in result.out
    assert "What to do: hold the queues" in result.out
    assert db.value("select unbalanced from nightdrop.health()")


def test_a_job_in_two_places(night, db, batch, scratch, request, mended):
    with running(batch, db, night, scratch, request) as (job, run):
        db.sql("insert into nightdrop.waiting (id, queue, position, priority,"
               " not_before, since, bytes) select id, queue, now(), 0, "
               "'infinity', pg_current_xact_id(), 0 from nightdrop.running "
               "where id = %s", job)
    result = run.wait()
    db.sql("delete from nightdrop.waiting where id = %s", job)
    assert result.status == 70, result
    assert job in result.out and "waiting and final" in result.out


def test_a_count_that_is_wrong(night, db, batch, scratch, request, mended):
    with running(batch, db, night, scratch, request) as (_, run):
        db.sql("update nightdrop.run set taken = taken + 1 "
               "where closed is null")
    result = run.wait()
    assert result.status == 70, result
    assert "2 jobs were taken, and 1 are accounted for" in result.out


@pytest.fixture
def slow_close(db):
    """slow_close(seconds): closing a run takes that long."""

    def slow(seconds):
        db.sql("create or replace function nightdrop.counter_reconcile("
               "queues text[]) returns void language plpgsql as "
               f"$$begin perform pg_sleep({seconds}); end$$")

    yield slow
    db.sql((place.SQL / "functions/counter_reconcile.sql").read_text()
           .replace("%", "%%"))


def closing(db):
    return db.sql("select pid from pg_stat_activity where datname = %s and "
                  "query like '%%run_leave%%' and state = 'active' "
                  "and pid <> pg_backend_pid()", db.name)


def test_close_longer_than_the_lease(night, db, batch, slow_close):
    """It is not killed for it, and the report arrives."""
    slow_close(8)
    name = night.queue(OK)
    jobs.submit(db, name)
    result = batch.run("--queue", name, NIGHTDROP_LEASE="5")
    assert result.status == 0 and result.seconds > 8, result
    assert "1 successful, 0 failed" in result.out
    assert db.value("select lost_workers from nightdrop.run "
                    "order by id desc limit 1") == 0


def test_killed_at_the_close(night, db, batch, slow_close):
    """The run is closed, but who would have reported is dead: the next
    worker does."""
    slow_close(3)
    name = night.queue(OK)
    jobs.submit(db, name)
    run = batch.start("--queue", name)
    process.wait_until(lambda: closing(db), 10, "the close")
    os.kill(run.worker(), signal.SIGKILL)
    result = run.wait()
    assert result.status == 0, result
    assert "1 successful, 0 failed" in result.out, result
    assert "the run was closed all the same" in result.out


def test_connection_lost_at_the_close(night, db, batch, slow_close):
    """The same call again is answered by what the first came to."""
    slow_close(2)
    name = night.queue(OK)
    jobs.submit(db, name)
    run = batch.start("--queue", name)
    (pid,), = process.wait_until(lambda: closing(db), 10, "the close")
    db.sql("select pg_terminate_backend(%s)", pid)
    result = run.wait()
    assert result.status == 0, result
    assert "balanced: 1 successful, 0 failed" in result.out


def on_a_terminal(batch, *options):
    """Its exit status, and what a terminal at stderr was written."""
    ours, theirs = pty.openpty()
    child = subprocess.Popen(
        [str(place.program("nightdrop-batch")), *options],
        env=batch.environment, stdin=subprocess.DEVNULL, stderr=theirs,
        stdout=subprocess.PIPE, cwd="/", **place.run_as(programs.USER))
    programs.started.append(child)
    os.close(theirs)
    seen = b""
    while select.select([ours], [], [], 30)[0]:
        try:
            seen += os.read(ours, 65536)
        except OSError:  # the other end is closed
            break
    os.close(ours)
    return child.wait(30), child.stdout.read().decode(), seen.decode()


def test_progress_line(night, db, batch):
    """A terminal has one, which is taken away again."""
    name = night.queue("sleep 1.2; " + OK)
    jobs.submit(db, name)
    status, out, seen = on_a_terminal(batch, "--queue", name)
    assert status == 0 and "balanced" in out
    assert re.search(r"\rrun \d+: 1 running, 0 successful, 0 failed", seen)
    assert seen.endswith("\r\033[K")
    jobs.submit(db, name)
    assert on_a_terminal(batch, "--queue", name, "--quiet")[1:] == ("", "")


def test_terminal_that_stands_still(night, db, batch):
    """Somebody pressed Ctrl-S: the run goes on."""
    name = night.queue("sleep 1.2; " + OK)
    jobs.submit(db, name)
    ours, theirs = pty.openpty()
    termios.tcflow(theirs, termios.TCOOFF)
    child = subprocess.Popen(
        [str(place.program("nightdrop-batch")), "--queue", name],
        env=batch.environment, stdin=subprocess.DEVNULL, stderr=theirs,
        stdout=subprocess.PIPE, cwd="/", **place.run_as(programs.USER))
    programs.started.append(child)
    try:
        assert child.wait(15) == 0
    finally:
        termios.tcflow(theirs, termios.TCOON)
        os.close(theirs)
        os.close(ours)
    assert b"balanced" in child.stdout.read()


def test_what_to_do(batch):
    """Also with what is wrong on the command line."""
    wrong = batch.run("--report=xml")
    assert wrong.status == 78 and "json and text" in wrong.err, wrong
    assert "--check" in wrong.err
