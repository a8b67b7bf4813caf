# SPDX-License-Identifier: ISC
"""Bundles in a run: all of their lines, once, and the sums are right."""
import os
import signal

import pytest

from support import bundles, jobs, process

OK = "printf 'Content-Type: text/plain\\n\\n'; cat"
SLOW = "sleep 0.2; " + OK
# By what is in the body: an answer, a refusal, a failure.
PICKY = """
read -r line
case $line in
*bad*) printf 'Status: 404 Not Found\\n\\n' ;;
*) printf 'Content-Type: text/plain\\n\\n%s %s' "$CONTENT_TYPE" "$line" ;;
esac
"""


def tally(db, bundle):
    return db.row("select status, lines, running, successful, failed, "
                  "dismissed from nightdrop.bundle_read(%s, '', true)",
                  bundle)


def sound(db, queue):
    assert not jobs.unbalanced(db)
    assert not db.sql("select * from nightdrop.lost_job")
    assert db.value("select sum(waiting) from nightdrop.counter "
                    "where queue = %s", queue) == 0


def test_run(night, db, batch):
    name = night.queue(PICKY)
    lines = [b'"bad"' if n % 3 == 0 else b"%d" % n for n in range(40)]
    one = bundles.submit(db, name, lines)
    alone = jobs.submit(db, name, b"alone")
    two = bundles.submit(db, name, [b"1"])
    result = batch.run("--queue", name)
    assert result.status == 0, result
    assert tally(db, one) == ("failed", 40, 0, 26, 14, 0)
    assert tally(db, two) == ("successful", 1, 0, 1, 0, 0)
    assert jobs.place_of(db, alone) == "final"
    answer = jobs.response(db, bundles.line_id(one, 2))
    assert (answer.status, answer.body) == (200, b"application/json 1")
    assert db.row("select taken, waiting_at_open, left_waiting "
                  "from nightdrop.run order by id desc limit 1") == \
        (42, 42, 0)
    sound(db, name)


def test_more_than_one_piece(night, db, batch):
    """25,000 lines move on in three; nearly all are dismissed, of a bundle
    and by themselves, so that it is quick."""
    name = night.queue(OK)
    one = bundles.submit(db, name, [b"1"] * 25000)
    assert db.value("select nightdrop.job_stop(%s, '', true)",
                    bundles.line_id(one, 24000)) == "dismissed"
    db.sql("update nightdrop.bundle set stop = 'operator' where id = %s", one)
    two = bundles.submit(db, name, [b"1"] * 20)
    assert batch.run("--queue", name).status == 0
    assert tally(db, one) == ("dismissed", 25000, 0, 0, 0, 25000)
    assert tally(db, two) == ("successful", 20, 0, 20, 0, 0)
    sound(db, name)


def test_worker_killed(night, db, batch):
    """B1: the next worker of the guardian does the rest, each line once."""
    name = night.queue(SLOW)
    one = bundles.submit(db, name, [b"1"] * 30)
    run = batch.start("--queue", name)
    process.wait_until(lambda: tally(db, one)[3] > 3, 10, "some lines to end")
    os.kill(run.worker(), signal.SIGKILL)
    assert run.wait().status == 0
    assert tally(db, one) == ("successful", 30, 0, 30, 0, 0)
    assert db.value("select count(*) from nightdrop.response") >= 30
    sound(db, name)


def test_dismissed_while_it_runs(night, db, batch):
    name = night.queue(SLOW)
    one = bundles.submit(db, name, [b"1"] * 200)
    run = batch.start("--queue", name)
    process.wait_until(lambda: tally(db, one)[2] > 0, 10, "a line to run")

    def stopped():
        return not db.value("select more from nightdrop.bundle_stop"
                            "(%s, '', true)", one)

    process.wait_until(stopped, 10, "all of it to be told")
    assert run.wait().status == 0
    status, lines, running, good, bad, gone = tally(db, one)
    assert (status, running, bad, good + gone) == ("dismissed", 0, 0, 200)
    assert gone > 150
    sound(db, name)


def test_sealed_later_belongs_to_the_next_run(night, db, batch):
    name = night.queue(SLOW)
    one = bundles.submit(db, name, [b"1"] * 8)
    run = batch.start("--queue", name)
    process.wait_until(lambda: tally(db, one)[2] > 0, 10, "a line to run")
    two = bundles.submit(db, name, [b"1"])
    assert run.wait().status == 0
    assert tally(db, two)[0] == "accepted"
    assert batch.run("--queue", name).status == 0
    assert tally(db, two)[0] == "successful"
    sound(db, name)


@pytest.mark.parametrize("how", ["TERM", "KILL"])
def test_ended_while_it_moves_lines(night, db, batch, how):
    """Told to stop, it leaves the rest to the next run; killed, the next
    worker goes on: either way each line once.  (All are to be dismissed, so
    that it is quick.)"""
    name = night.queue(OK)
    one = bundles.submit(db, name, [b"1"] * 150000)
    db.sql("update nightdrop.bundle set stop = 'operator' where id = %s", one)
    run = batch.start("--queue", name)
    process.wait_until(lambda: tally(db, one)[5] > 0, 10, "some lines to move")
    os.kill(run.worker(), getattr(signal, "SIG" + how))
    assert run.wait().status == 0
    gone = tally(db, one)[5]
    assert gone < 150000 if how == "TERM" else gone == 150000
    assert not jobs.unbalanced(db)
    if how == "TERM":
        assert batch.run("--queue", name).status == 0
    assert tally(db, one) == ("dismissed", 150000, 0, 0, 0, 150000)
    sound(db, name)


@pytest.fixture
def stranger(db):
    """Somebody with psql, who has a bundle locked."""
    psql = db.cluster.connect(db.name)
    psql.autocommit = False

    def lock(bundle):
        psql.cursor().execute("select from nightdrop.bundle where id = %s "
                              "for update", (bundle,))

    lock.ends = psql.rollback
    yield lock
    psql.close()


def test_held_by_a_stranger(night, db, batch, stranger):
    """The run does the rest, and looks once more at its end."""
    name = night.queue(OK)
    alone = jobs.submit(db, name, b"alone")
    bundle = bundles.submit(db, name, [b"1", b"2"])
    stranger(bundle)
    run = batch.start("--queue", name)
    process.wait_until(lambda: jobs.place_of(db, alone) == "final", 15,
                       "the rest to be done")
    assert tally(db, bundle)[0] == "accepted"
    stranger.ends()
    result = run.wait()
    assert result.status == 0 and "locked" not in result.out, result
    assert tally(db, bundle) == ("successful", 2, 0, 2, 0, 0)
    sound(db, name)


@pytest.mark.long
def test_held_for_long(night, db, batch, stranger):
    """It is left to the next run, and that is said."""
    name = night.queue(OK)
    bundle = bundles.submit(db, name, [b"1"])
    stranger(bundle)
    result = batch.run("--queue", name)
    assert result.status == 0, result
    assert "bundles are locked by another session" in result.out, result
    assert tally(db, bundle)[0] == "accepted"
    stranger.ends()
    assert batch.run("--queue", name).status == 0
    assert tally(db, bundle)[0] == "successful"
    sound(db, name)
