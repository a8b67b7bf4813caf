# SPDX-License-Identifier: ISC
"""Runs with a window of a few seconds: what is started, what is stopped, and
what is carried over."""
import json
import os
import re
import signal

import pytest

from support import jobs, process

OK = "printf 'Content-Type: text/plain\\n\\nok'"


@pytest.fixture(autouse=True)
def closed(db):
    """Every run is closed at the end, and nobody was charged for a window."""
    yield
    assert not jobs.unbalanced(db)
    assert db.value("select count(*) from nightdrop.run "
                    "where closed is null") == 0
    assert db.value("select count(*) from nightdrop.running") == 0


def learn(db, queue, p95):
    """As if its past had taught how long its jobs take."""
    db.sql("update nightdrop.queue_basis set p50 = %s, p95 = %s, "
           "total_successful = 9 where queue = %s", p95, p95, queue)


def told(result):
    assert result.status == 0, result
    return json.loads(result.out)


def uncharged(db, job):
    """It waits as if it had never been touched."""
    return (jobs.place_of(db, job) == "waiting" and not jobs.attempts(db, job)
            and db.value("select attempt + failures from nightdrop.waiting "
                         "where id = %s", job) == 0)


def took(db, run):
    return db.value("select extract(epoch from closed - opened)::float "
                    "from nightdrop.run where id = %s", run)


def test_what_does_not_fit_is_not_started(night, db, batch):
    """Learned by one run, heeded by the next, done by the third."""
    name = night.queue("sleep 0.5; " + OK)
    for _ in range(3):
        jobs.submit(db, name)
    assert batch.run("--queue", name, "-j", "3").status == 0
    ids = [jobs.submit(db, name) for _ in range(8)]
    said = told(batch.run("--queue", name, "-j", "1", "--until", "2s",
                          "--report=json"))
    done = [i for i in ids if jobs.place_of(db, i) == "final"]
    left = [i for i in ids if i not in done]
    assert done == ids[:len(done)] and 1 <= len(done) <= 3, "in order"
    assert all(uncharged(db, i) for i in left)
    assert said["carried_over"] == said["left_waiting"] == len(left), said
    assert said["until"] and said["verdict"] == "balanced"
    assert took(db, said["run"]) < 2.2, "nobody waits for the window's end"
    assert not said["notes"], "nothing had to be stopped"
    result = batch.run("--queue", name, "-j", "8")
    assert {jobs.place_of(db, i) for i in ids} == {"final"}
    assert "carried over" not in result.out, "it had no window"


def test_its_end(night, db, batch):
    """What runs may go on for the drain, which its handler knows; then it is
    stopped, uncharged and named."""
    name = night.queue("sleep $(cat); printf 'Content-Type: text/plain\\n\\n'; "
                       "echo $NIGHTDROP_DEADLINE")
    quick, slow, behind = (jobs.submit(db, name, s) for s in
                           (b"1.5", b"30", b"0"))
    result = batch.run("--queue", name, "-j", "2", "--until", "1s",
                       "--drain", "1s", "--quiet")
    assert result.status == 0, result
    answer = jobs.response(db, quick)
    assert answer.status == 200, "within the drain"
    assert db.value("select abs(extract(epoch from %s::timestamptz - until "
                    "- interval '1 s')) < 0.01 from nightdrop.run "
                    "order by id desc limit 1", answer.body.decode())
    assert uncharged(db, slow) and uncharged(db, behind)
    assert f"job {slow} of {name} still ran when the window had closed" \
        in result.out, result
    assert re.search(r"carried over +2  \(the window closed first\)",
                     result.out), result
    assert re.search(rf"  {name} +1 .*  2 carried over\n", result.out)


def test_a_slot_that_comes_too_late(night, db, batch):
    """Reserved while it fitted; its slot is free when it does not."""
    first = night.queue("sleep 1.5; " + OK)
    name = night.queue(OK)
    a, b = jobs.submit(db, first), jobs.submit(db, name)
    learn(db, name, "1 s")
    run = batch.start("--queue", f"{first},{name}", "-j", "1", "--until", "2s",
                      "--report=json")
    process.wait_until(lambda: db.value(
        "select count(*) from nightdrop.running where id = %s", b), 10,
        "it to be reserved")
    said = told(run.wait())
    assert jobs.place_of(db, a) == "final" and uncharged(db, b)
    assert (said["put_back"], said["carried_over"]) == (1, 1), said


def test_longer_than_the_window(night, db, batch):
    """It is started first, alone of its kind, and the summary names it."""
    name, long = night.queue("sleep 0.1; " + OK), night.queue("sleep 1; " + OK)
    ids = [jobs.submit(db, name) for _ in range(8)]
    longs = [jobs.submit(db, long) for _ in range(3)]
    learn(db, long, "20 s")
    result = batch.run("--queue", f"{name},{long}", "-j", "2", "--until", "3s",
                       "--quiet")
    assert result.status == 0, result
    order = [i for (i,) in db.sql(
        "select id::text from nightdrop.attempt where queue in (%s, %s) "
        "order by started", name, long)]
    assert order[0] == longs[0] or order[1] == longs[0], "first"
    assert {jobs.place_of(db, i) for i in ids} == {"final"}
    assert [jobs.place_of(db, i) for i in longs] == [
        "final", "waiting", "waiting"], "the second would have begun too late"
    assert f"job {longs[0]} was started first: jobs of {long} have needed " \
        "longer than the whole window" in result.out, result


def test_one_window_a_run(night, db, batch):
    """Who joins shares it; a worker that dies leaves it to the next."""
    name = night.queue("sleep 0.2; " + OK)
    for _ in range(45):
        jobs.submit(db, name)
    learn(db, name, "0.2 s")
    one = batch.start("--queue", name, "-j", "1", "--until", "3s",
                      "--report=json")
    process.wait_until(one.handlers, 10, "a handler")
    two = batch.start("--queue", name, "-j", "1", "--join", "--until", "1h",
                      "--report=json")
    process.wait_until(two.handlers, 10, "the other's")
    os.kill(one.worker(), signal.SIGKILL)
    one, two = (told(r.wait()) for r in (one, two))
    assert one["run"] == two["run"] and one["until"] == two["until"]
    assert any("the window is that of the run that was joined" in n
               for n in two["notes"]), two
    assert took(db, one["run"]) < 4.5
    last = one if one["verdict"] == "balanced" else two
    assert last["carried_over"] > 10, (one, two)


@pytest.mark.parametrize("zone", ["Europe/Berlin", "Asia/Kathmandu"])
def test_a_time_of_the_day(night, db, batch, zone):
    """By the clock on the wall where the database is set to be, and not by
    the host's."""
    before = db.value("select value from nightdrop.setting "
                      "where name = 'time_zone'")
    name = night.queue(OK)
    jobs.submit(db, name)
    db.sql("select nightdrop.setting_set('time_zone', %s, 'a test')", zone)
    try:
        said = told(batch.run("--queue", name, "--until", "6:00",
                              "--report=json", TZ="America/New_York"))
    finally:
        db.sql("select nightdrop.setting_set('time_zone', %s, 'a test')",
               before)
    assert db.row(
        "select to_char(until at time zone %s, 'HH24:MI:SS.US'), "
        "until > opened, until <= opened + interval '25 hours', "
        "until = %s from nightdrop.run where id = %s", zone, said["until"],
        said["run"]) == ("06:00:00.000000", True, True, True)
