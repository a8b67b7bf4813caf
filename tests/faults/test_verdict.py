# SPDX-License-Identifier: ISC
"""The campaign's verdict: each of its rules, broken on purpose, is found
broken.  Tables are tampered with in a transaction that comes to nothing."""
import os
import signal
import subprocess
import types

import pytest

from support import bundles, jobs, process
from support.campaign import crons, faults, queues, slow, verdict

FINE = "(select id from nightdrop.job where queue = 'fine' limit 1)"
BOOKS = [
    (f"update nightdrop.response set status = 201 where id = {FINE}",
     "1 jobs of fine ended successful, 201"),
    ("update nightdrop.response set body = 'attempt 1 of x read y' where id = "
     "(select id from nightdrop.job where queue = 'reads')",
     "its handler has read something else"),
    (f"delete from nightdrop.response where id = {FINE}", "1 lost_job"),
    ("update nightdrop.run set closed = null", "runs that are not closed"),
    ("update nightdrop.worker set left_at = null, lost = false",
     "workers that neither left"),
    ("update nightdrop.counter set waiting = waiting + 1 where queue = 'fine'", "counters that are not zero"),
    ("insert into nightdrop.event (kind, text) values ('unbalanced', 'x')",
     "events of runs that did not balance"),
    ("update nightdrop.bundle_tally set successful = successful + 1",
     "bundles whose sum is not their lines"),
    ("with u as (insert into nightdrop.run (opened, cutoff, cut, slots, "
     "business_date, closed) select opened, cutoff, cut, slots, "
     "business_date, closed from nightdrop.run order by id limit 1 "
     "returning id) insert into nightdrop.run_queue (run, queue, open) "
     "select id, 'daily', false from u", "2 runs with --daily"),
]
REMAINS = [
    ("insert into nightdrop.part (id, holder, seq, data) "
     "values (nightdrop.uuid_floor(now()), 0, 0, '')", "parts of no job"),
    ("insert into nightdrop.upload (id, queue) "
     "values (nightdrop.uuid_floor(now()), 'fine')", "1 uploads"),
    (f"insert into nightdrop.part (id, holder, seq, data) values ({FINE}, 9, "
     "0, '')", "answers of attempts that do not count"),
    ("update nightdrop.bundle set sealed = null",
     "bundles that were not sealed"),
    ("delete from nightdrop.bundle", "lines of no bundle"),
]


class Tampered:
    """A database as seen from inside one transaction."""

    def __init__(self, db):
        self.name = db.name
        self.connection = db.cluster.connect(db.name)
        self.connection.autocommit = False

    def sql(self, statement, *values):
        with self.connection.cursor() as c:
            c.execute("select pg_stat_clear_snapshot()")
            c.execute(statement, values or None)
            return c.fetchall() if c.description else None

    def value(self, *words):
        return self.sql(*words)[0][0]

    def row(self, *words):
        return self.sql(*words)[0]


@pytest.fixture(scope="module")
def done(db, batch, handlers):
    """A few jobs of the campaign, and their runs."""
    queues.make(db, handlers)
    for name in ("fine", "reads", "forbids", "daily", "large"):
        jobs.submit(db, name, name.encode())
    bundles.submit(db, "fine", [b'"one"', b'"two"'])
    assert batch.run("--daily").status == 0
    return db


def next_day(db):
    db.days = getattr(db, "days", 0) + 1
    db.sql("insert into nightdrop.setting values ('day_starts', %s) "
           "on conflict (name) do update set value = excluded.value",
           f"-{24 * db.days} hours")


@pytest.fixture
def site(done, batch):
    """As verdict sees the campaign's; its db is to be tampered with."""
    db = Tampered(done)
    yield types.SimpleNamespace(
        db=db, north=batch, batches=[batch], sanitized=lambda: [],
        run_dirs=lambda: [batch.run_dir],
        next_day=lambda: next_day(done))
    db.connection.close()


def test_nothing_to_say(site):
    assert list(verdict.all_of(site)) == []


@pytest.mark.parametrize("change, found", BOOKS)
def test_tampered_books(site, change, found):
    site.db.sql(change)
    said = [*verdict.outcomes(site), *verdict.asked(site, verdict.BOOKS),
            *verdict.days(site)]
    assert any(found in x for x in said), said


@pytest.mark.parametrize("change, found", REMAINS)
def test_tampered_remains(site, change, found):
    site.db.sql(change)
    said = list(verdict.asked(site, verdict.REMAINS))
    assert any(found in x for x in said), said


@pytest.mark.parametrize("user, found", [
    ("postgres", "idle in a transaction"),
    ("nightdrop_batch", "sessions of batches")])
def test_a_session_is_left(site, done, user, found):
    other = done.cluster.connect(done.name, user)
    other.autocommit = False
    try:
        other.cursor().execute("select 1")
        said = list(verdict.asked(site, verdict.REMAINS))
        assert any(found in x for x in said), said
    finally:
        other.close()


def test_a_process_is_left(site, monkeypatch):
    left = subprocess.Popen(["sleep", "60"], env={
        "TMPDIR": f"{site.north.run_dir}/nightdrop.x.1"})
    try:
        monkeypatch.setattr(verdict, "PATIENCE_S", 0.1)
        said = list(verdict.remains(site))
        assert len(said) == 1 and f"process {left.pid} is left" in said[0]
    finally:
        process.end(left)


def test_a_file_is_left(site):
    path = site.north.run_dir / "nightdrop.0123456789abcdef.7"
    path.mkdir()
    try:
        said = list(verdict.remains(site))
        assert len(said) == 1 and path.name in said[0], said
    finally:
        path.rmdir()


def test_a_sanitizer_has_spoken(site):
    site.sanitized = lambda: ["heap-use-after-free"]
    assert list(verdict.all_of(site)) == ["sanitizer: heap-use-after-free"]


def test_it_does_not_settle(site, done, monkeypatch):
    """A job that waits on, and a batch that ends badly, are trouble."""
    monkeypatch.setattr(verdict, "SETTLE_RUNS", 2)
    done.sql("select nightdrop.queue_hold('fine', 'a test')")
    job = jobs.submit(done, "fine", b"held")
    site.db = done
    trouble = []
    try:
        assert verdict.settle(site, trouble) == 2
        assert len(trouble) == 1 and "after 2 runs" in trouble[0], trouble
        handlers = site.north.environment.pop("NIGHTDROP_HANDLER_DIR")
        verdict.settle(site, trouble)
        site.north.environment["NIGHTDROP_HANDLER_DIR"] = handlers
        assert "a batch ended so: exit 78" in trouble[1], trouble
    finally:
        done.sql("select nightdrop.queue_release('fine', 'a test')")
        next_day(done)
        assert site.north.run("--daily").status == 0
        assert jobs.place_of(done, job) == "final"


def test_a_worker_outlives_its_lease():
    """Stopped, and nobody has killed it when its lease is over."""
    stopped = subprocess.Popen(["sh", "-c", "sleep 60; true"],
                               start_new_session=True)
    process.wait_until(lambda: process.children(stopped.pid), 5, "its child")
    run = types.SimpleNamespace(lease_s=-1, running=lambda: True,
                                workers=lambda: [stopped.pid])
    f = faults.Faults(1, None, types.SimpleNamespace(
        pick=lambda where, want: run))
    try:
        assert slow.worker_stopped_for_long(f, 0, 0)
        assert len(f.trouble) == 1 and str(stopped.pid) in f.trouble[0]
    finally:
        os.killpg(stopped.pid, signal.SIGKILL)
        stopped.wait()


@pytest.mark.parametrize("status, text, bad", [
    (0, "", False), (75, "", False), (-9, "", False), (70, "", True),
    (78, "cannot make x.lock: No space left on device", False),
    (78, "no queue has a handler here", True), (-11, "", True)])
def test_how_a_batch_may_end(status, text, bad):
    c = crons.Crons(1, [], 0)
    c.judge(types.SimpleNamespace(status=status, text=text))
    assert bool(c.trouble) == bad
