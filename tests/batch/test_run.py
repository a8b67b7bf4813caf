# SPDX-License-Identifier: ISC
"""A run: what it takes, in which order, what it says, how it exits."""
import os
import re
import signal
import subprocess
import time

import pytest

from support import jobs, place, process, programs

OK = "printf 'Content-Type: text/plain\\n\\nok'"
WAIT = """
while [ ! -e {go} ]; do sleep 0.05; done
printf 'Content-Type: text/plain\\n\\nok'
"""


def finals(db, ids):
    return [i for i in ids if jobs.place_of(db, i) == "final"]


def test_nothing_to_do(night, batch):
    name = night.queue(OK)
    result = batch.run("--queue", name)
    assert result.status == 0, result
    assert result.seconds < 5


def test_takes_only_its_queues(night, db, batch):
    one, two, three = (night.queue(OK) for _ in range(3))
    ids = {q: jobs.submit(db, q) for q in (one, two, three)}
    assert batch.run("--queue", f"{one},{three}").status == 0
    assert finals(db, ids.values()) == [ids[one], ids[three]]
    assert batch.run("--queue", two).status == 0
    assert len(finals(db, ids.values())) == 3


def test_tidies_up(night, db, batch):
    """However much others have left behind: not where a run opens or closes,
    which do a bounded piece each, but when it is over."""
    db.sql("insert into nightdrop.idempotency_key (owner, queue, key, scope,"
           " id, digest, created) select '', 'x', n::text, '',"
           " gen_random_uuid(), '', now() - interval '2 days'"
           " from generate_series(1, 25000) n")
    assert batch.run("--queue", night.queue(OK)).status == 0
    assert db.value("select count(*) from nightdrop.idempotency_key") == 0


def test_unknown_queue(batch):
    result = batch.run("--queue", "no-such-queue")
    assert result.status == 78, result
    assert "no-such-queue" in result.text


def test_held_queue(night, db, batch):
    name = night.queue(OK)
    job = jobs.submit(db, name)
    db.sql("select nightdrop.queue_hold(%s, 'test')", name)
    assert batch.run("--queue", name).status == 0
    assert jobs.place_of(db, job) == "waiting"
    assert jobs.attempts(db, job) == []
    db.sql("select nightdrop.queue_release(%s, 'test')", name)
    assert batch.run("--queue", name).status == 0
    assert jobs.place_of(db, job) == "final"


def test_accepted_later_belongs_to_the_next_run(night, db, batch, scratch):
    go = scratch / "later"
    name = night.queue(WAIT.format(go=go))
    first = jobs.submit(db, name)
    run = batch.start("--queue", name)
    process.wait_until(lambda: jobs.place_of(db, first) == "running", 10,
                       "the first job to run")
    late = jobs.submit(db, name)
    go.touch()
    assert run.wait().status == 0
    assert jobs.place_of(db, first) == "final"
    assert jobs.place_of(db, late) == "waiting"
    assert batch.run("--queue", name).status == 0
    assert jobs.place_of(db, late) == "final"


def test_order(night, db, batch, scratch):
    """Acceptance, not chance; a queue of higher priority goes first."""
    log = scratch / "order"
    script = f"cat >> {log}; echo >> {log}; {OK}"
    low = night.queue(script)
    high = night.queue(script, priority=10)
    for n in range(5):
        jobs.submit(db, low, f"low {n}".encode())
        time.sleep(0.002)
    for n in range(5):
        jobs.submit(db, high, f"high {n}".encode())
        time.sleep(0.002)
    assert batch.run("--queue", f"{low},{high}", "-j", "1").status == 0
    assert log.read_text().split("\n")[:-1] == \
        [f"high {n}" for n in range(5)] + [f"low {n}" for n in range(5)]


@pytest.mark.parametrize("slots", [1, 4])
def test_slots(night, db, batch, scratch, slots):
    """-j is how many run at once; all of them are used."""
    log = scratch / f"slots{slots}"
    name = night.queue(f"echo + >> {log}; sleep 0.3; echo - >> {log}; {OK}")
    for _ in range(8):
        jobs.submit(db, name)
    assert batch.run("--queue", name, "-j", str(slots)).status == 0
    now = most = 0
    for line in log.read_text().split():
        now += 1 if line == "+" else -1
        most = max(most, now)
    assert most == slots


def test_max_running(night, db, batch, scratch):
    log = scratch / "capped"
    name = night.queue(f"echo + >> {log}; sleep 0.2; echo - >> {log}; {OK}",
                       max_running=2)
    ids = [jobs.submit(db, name) for _ in range(8)]
    assert batch.run("--queue", name, "-j", "4").status == 0
    assert len(finals(db, ids)) == 8
    now = most = 0
    for line in log.read_text().split():
        now += 1 if line == "+" else -1
        most = max(most, now)
    assert most <= 2


def test_many_jobs(night, db, batch):
    name = night.queue(OK)
    ids = [jobs.submit(db, name) for _ in range(300)]
    result = batch.run("--queue", name)
    assert result.status == 0, result
    assert len(finals(db, ids)) == 300
    assert db.row("select taken, successful, failed, dismissed, given_back, "
                  "balanced from nightdrop.run order by id desc limit 1") \
        == (300, 300, 0, 0, 0, True)


def test_summary(night, db, batch):
    good, bad = night.queue(OK), night.queue("exit 1", max_attempts=1)
    for _ in range(3):
        jobs.submit(db, good)
    jobs.submit(db, bad)
    result = batch.run("--queue", f"{good},{bad}")
    assert result.status == 0, "a failed job is no failed run"
    assert result.err == "", result
    for number, word in ((4, "taken"), (3, "successful"), (1, "failed")):
        assert re.search(rf"\b{number} {word}|\b{word}\W+{number}\b",
                         result.out), (word, result)


def test_quiet(night, db, batch):
    name = night.queue(OK)
    jobs.submit(db, name)
    result = batch.run("--queue", name, "--quiet")
    assert (result.status, result.text) == (0, ""), result


def test_overlapping_runs(night, db, batch, scratch):
    """The second finds its queue busy: one line, exit 0, nothing taken."""
    go = scratch / "overlap"
    name = night.queue(WAIT.format(go=go))
    other = night.queue(OK)
    ids = [jobs.submit(db, name), jobs.submit(db, other)]
    first = batch.start("--queue", name)
    try:
        process.wait_until(lambda: jobs.place_of(db, ids[0]) == "running",
                           10, "the first run")
        second = batch.run("--queue", name)
        assert second.status == 0, second
        assert len(second.out.splitlines()) == 1, second
        quiet = batch.run("--queue", name, "--quiet")
        assert (quiet.status, quiet.text) == (0, ""), quiet
        both = batch.run("--queue", f"{name},{other}")
        assert both.status == 0, both
        assert name in both.out, "it names the queue that it did not get"
        assert jobs.place_of(db, ids[1]) == "final", "the free one was run"
    finally:
        go.touch()
        assert first.wait().status == 0
    assert jobs.attempts(db, ids[0]) != []
    assert len(jobs.attempts(db, ids[0])) == 1


def test_terminated(night, db, batch):
    """SIGTERM: no new job, what is reserved goes back uncharged, exit 0."""
    name = night.queue(f"sleep 1; {OK}")
    ids = [jobs.submit(db, name) for _ in range(30)]
    run = batch.start("--queue", name, "-j", "2")
    process.wait_until(lambda: db.sql(
        "select 1 from nightdrop.running where queue = %s and started "
        "is not null", name), 10, "a job to run")
    run.signal(signal.SIGTERM)
    result = run.wait(30)
    assert result.status == 0, result
    waiting = [i for i in ids if jobs.place_of(db, i) == "waiting"]
    assert waiting, "not all thirty were run"
    for i in ids:
        assert (jobs.attempts(db, i) == []) == (i in waiting)
    assert not jobs.unbalanced(db)


def test_database_away(room, handlers):
    gone = programs.Batch(room, "host=/nowhere dbname=x user=y", handlers,
                          "gone")
    result = gone.run("--quiet", timeout=60)
    assert result.status == 75, result
    assert "the next run goes on" in result.err, "said even with --quiet"


@pytest.mark.parametrize("options", [["--nonsense"], ["-j", "0"],
                                     ["-j", "many"], ["--queue", ""],
                                     ["--set", "no_such=1"], ["word"]])
def test_bad_options(batch, options):
    result = batch.run(*options)
    assert result.status == 78, result
    assert result.err and result.out == ""


def test_help_and_version(batch):
    helped = batch.run("--help")
    assert helped.status == 0 and "--queue" in helped.out
    version = batch.run("--version")
    assert version.status == 0
    assert version.out.startswith("nightdrop-batch ")


def test_print_config(batch, handlers):
    result = batch.run("--print-config")
    assert result.status == 0
    assert f'handler_dir = "{handlers.path}"' in result.out


def test_wrong_instance(batch):
    """A clone of the database refuses to run."""
    result = batch.run(NIGHTDROP_INSTANCE="another")
    assert result.status == 78, result
    assert "instance" in result.err


def test_without_descriptors(night, db, batch):
    """Started with 0 to 2 closed: they are not taken for anything else, or
    the report would go into the connection."""
    name = night.queue("echo log >&2; sleep 1; " + OK)
    job = jobs.submit(db, name)
    program = place.program("nightdrop-batch")
    child = subprocess.Popen(
        ["/bin/sh", "-c", f"exec {program} --queue {name} <&- >&- 2>&-"],
        env=batch.environment, cwd="/", **place.run_as(programs.USER))
    programs.started.append(child)
    process.wait_until(lambda: process.children(child.pid), 5, "the worker")
    worker = process.children(child.pid)[0]
    process.wait_until(lambda: process.children(worker), 5, "the handler")
    held = {n: os.readlink(f"/proc/{p}/fd/{n}")
            for p in (child.pid, worker) for n in os.listdir(f"/proc/{p}/fd")
            if int(n) <= 2}
    assert child.wait(30) == 0
    assert jobs.place_of(db, job) == "final"
    assert set(held.values()) == {"/dev/null"}, held


def test_more_slots_than_descriptors(night, db, batch):
    """The shell's limit may be raised, and is."""
    name = night.queue("sleep 0.3; " + OK)
    ids = jobs.submit_many(db, name, [b"x"] * 20)
    program = place.program("nightdrop-batch")
    child = subprocess.Popen(
        ["/bin/sh", "-c",
         f"ulimit -Sn 64; exec {program} --queue {name} -j 20"],
        env=batch.environment, cwd="/", **place.run_as(programs.USER))
    programs.started.append(child)
    assert child.wait(30) == 0
    assert {jobs.place_of(db, i) for i in ids} == {"final"}
    assert "cannot start a handler" not in batch.log.read_text()
