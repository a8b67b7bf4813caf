# What DBAs do while programs are at work.
#
# SPDX-License-Identifier: ISC

import time

import psycopg2
import pytest

from support.sessions import Later, Session, accept, in_one_place, workers

OLD = """
do $$
declare
    month timestamp := date_trunc('month', now() at time zone 'UTC')
	- interval '5 months';
    id uuid := t.id((month + interval '3 days') at time zone 'UTC');
begin
    set local role nightdrop_owner;
    perform nightdrop.partition_make(p, month at time zone 'UTC')
    from unnest(array['job', 'part', 'attempt', 'response']) p;
    reset role;
    insert into nightdrop.job (id, queue, accepted, request, size, digest,
	body)
    values (id, 'q', nightdrop.uuid_time(id), '{}', 1, '', 'x');
    insert into nightdrop.response (id, round, outcome, status, reason, by,
	finished, expires, attempt)
    values (id, 1, 'successful', 200, 'OK', 'handler', now(),
	now() - interval '1 day', 1);
end $$"""


def test_month_waits_for_a_dump(db):
    """A dump holds every table for hours: the month is put off, nobody else
    waits; the next call catches up."""
    admin = Session(db)
    admin.one("select t.queue('q')")
    admin.rows(OLD)
    dump = Session(db, autocommit=False)
    dump.rows("lock table nightdrop.job, nightdrop.response"
              " in access share mode")
    start = time.monotonic()
    [(what, dropped)] = admin.rows("select * from nightdrop.month_drop()")
    assert "put off" in what and not dropped
    assert time.monotonic() - start < 1
    accept(admin, "q", 1)
    dump.commit()
    [(what, dropped)] = admin.rows("select * from nightdrop.month_drop()")
    assert dropped and what.endswith("dropped")
    assert admin.rows("select * from nightdrop.month_drop()") == []
    in_one_place(admin)


def test_accepts_wait_shortly_for_a_month(db):
    """Who comes while the drop waits for its locks, waits with it: 200 ms."""
    admin = Session(db)
    admin.one("select t.queue('q')")
    admin.rows(OLD)
    dump = Session(db, autocommit=False)
    dump.rows("lock table nightdrop.response in access share mode")
    client = Session(db)
    slowest = 0
    for _ in range(5):
        drop = Later(Session(db), "select dropped from nightdrop.month_drop()")
        start = time.monotonic()
        accept(client, "q", 1)
        slowest = max(slowest, time.monotonic() - start)
        assert drop.done() == [(False,)]
    assert slowest < 0.4  # with what a busy machine adds


def test_month_of_a_job_that_ends_meanwhile(db):
    """To read the answers of a large month takes its time: one that comes after
    them is not dropped with them."""
    admin = Session(db)
    admin.one("select t.queue('q')")
    admin.rows(OLD)
    job = admin.one("select t.id(accepted) from nightdrop.job")
    admin.rows("insert into nightdrop.job (id, queue, accepted, request, size,"
               " digest, body) values (%s, 'q', now(), '{}', 1, '', 'x')", job)
    admin.rows("insert into nightdrop.waiting (id, queue, position, bytes)"
               " values (%s, 'q', now(), 1)", job)
    month = admin.one("select format('nightdrop.response_%%s', to_char("
                      "nightdrop.uuid_time(%s) at time zone 'UTC', 'YYYY_MM'))",
                      job)
    # Half a second a row.
    admin.rows(f"create policy slow on {month} using (pg_sleep(0.5) is not null)")
    admin.rows(f"alter table {month} enable row level security,"
               " force row level security")
    batch = Session(db, autocommit=False)
    batch.rows("delete from nightdrop.waiting")
    batch.rows("insert into nightdrop.response (id, round, outcome, status,"
               " reason, by, finished, expires, attempt) values (%s, 1,"
               " 'successful', 200, 'OK', 'handler', now(),"
               " now() + interval '1 day', 1)", job)
    drop = Later(Session(db), "select dropped from nightdrop.month_drop()")
    time.sleep(0.75)  # it is at its second look
    batch.commit()
    assert (True,) not in drop.done()
    assert admin.one("select t.place(%s)", job).startswith("successful")


def test_queue_is_not_dropped_under_an_accept(db):
    admin = Session(db)
    admin.one("select t.queue('q')")
    client = Session(db, autocommit=False)
    [job] = accept(client, "q", 1)
    admin.one("select nightdrop.queue_close('q', 'x')")
    drop = "select nightdrop.queue_drop('q', 'x')"
    with pytest.raises(psycopg2.errors.LockNotAvailable):
        admin.one(drop)
    dropping = Later(Session(db), drop)
    assert dropping.waits()
    client.commit()
    with pytest.raises(psycopg2.Error, match="has jobs that wait"):
        dropping.done()
    assert admin.one("select t.place(%s)", job) == "waiting"


def test_queue_dropped_is_not_accepted_into(db):
    admin = Session(db, autocommit=False)
    admin.one("select t.queue('q')")
    admin.one("select nightdrop.queue_close('q', 'x')")
    admin.commit()
    admin.one("select nightdrop.queue_drop('q', 'x')")
    client = Later(Session(db), "select t.accept('q')")
    assert client.waits()
    admin.commit()
    with pytest.raises(psycopg2.Error, match="not accepted: no_queue"):
        client.done()
    assert admin.one("select count(*) from nightdrop.job") == 0


def test_requeued_once(db):
    """Two DBAs, one failed job."""
    admin = Session(db)
    admin.one("select t.queue('q')")
    [job] = accept(admin, "q", 1)
    admin.one("select nightdrop.job_dismiss(%s, 'x')", job)
    first = Session(db, autocommit=False)
    again = "select nightdrop.job_requeue(%s, 'x')"
    assert "round 2" in first.one(again, job)
    second = Later(Session(db), again, job)
    assert second.waits()
    first.commit()
    with pytest.raises(psycopg2.Error, match="has not ended"):
        second.done()
    in_one_place(admin)


def test_not_erased_while_it_is_requeued(db):
    admin = Session(db)
    admin.one("select t.queue('q')")
    [job] = accept(admin, "q", 1)
    admin.one("select nightdrop.job_dismiss(%s, 'x')", job)
    first = Session(db, autocommit=False)
    first.one("select nightdrop.job_requeue(%s, 'x')", job)
    erase = Later(Session(db), "select nightdrop.erase(%s, 'x')", job)
    assert erase.waits()
    first.commit()
    with pytest.raises(psycopg2.Error, match="has not ended"):
        erase.done()
    assert bytes(admin.one("select body from nightdrop.job where id = %s",
                           job)) == b"body"


def test_not_purged_while_it_is_requeued(db):
    """One that has been requeued before: who requeues it holds its last answer
    alone."""
    admin = Session(db)
    admin.one("select t.queue('q')")
    [job] = accept(admin, "q", 1)
    again = "select nightdrop.job_requeue(%s, 'x')"
    admin.one("select nightdrop.job_dismiss(%s, 'x')", job)
    admin.one(again, job)
    admin.one("select nightdrop.job_dismiss(%s, 'x')", job)
    first = Session(db, autocommit=False)
    first.one(again, job)
    purge = Later(Session(db), "select nightdrop.purge('q', now(), 'x', false)")
    purge.waits()
    first.commit()
    assert "purged 0 jobs" in purge.done()[0][0]
    assert bytes(admin.one("select body from nightdrop.job where id = %s",
                           job)) == b"body"


def test_hold_waits_for_the_claim(db):
    admin = Session(db)
    admin.one("select t.queue('q')")
    [job] = accept(admin, "q", 1)
    [worker] = workers(admin, 1)
    batch = Session(db, autocommit=False)
    assert batch.rows("select id from t.turn(%s, want => 1)",
                      worker) == [(job,)]
    hold = Later(Session(db), "select nightdrop.job_hold(%s, 'x')", job)
    assert hold.waits()
    batch.commit()
    with pytest.raises(psycopg2.Error, match="in a worker's hands"):
        hold.done()


def test_bundle_dismissed_by_the_dba(db):
    admin = Session(db)
    admin.one("select t.queue('q')")
    bundle = admin.one("select (left(t.id()::text, 28) || '00000000')::uuid")
    admin.rows("insert into nightdrop.bundle (id, queue, request, sealed,"
               " position, priority, since, lines, left_lines, left_bytes)"
               " values (%s, 'q', '{}', now(), now(), 0, '3', 3, 3, 3)",
               bundle)
    admin.rows("insert into nightdrop.job (id, queue, accepted, request, size,"
               " digest, body, line) select nightdrop.bundle_line(%s, n), 'q',"
               " now(), '{}', 1, '', 'x', n from generate_series(1, 3) n",
               bundle)
    admin.rows("update nightdrop.counter set waiting = 3, bytes = 3"
               " where queue = 'q' and slot = 0")
    assert "of 3 jobs 3 are dismissed now, 0 are in workers' hands" in \
        admin.one("select nightdrop.bundle_dismiss(%s, 'x')", bundle)
    assert admin.one("select sum(waiting) from nightdrop.counter") == 0
    admin.rows("select nightdrop.upkeep()")
    with pytest.raises(psycopg2.Error, match="has ended"):
        admin.one("select nightdrop.bundle_dismiss(%s, 'x')", bundle)
    line = admin.one("select nightdrop.bundle_line(%s, 2)", bundle)
    assert "round 2" in admin.one("select nightdrop.job_requeue(%s, 'x')",
                                  line)
    assert admin.one("select finished from nightdrop.bundle") is None
    in_one_place(admin)
    # Its bundle was dismissed once; it is not dismissed again for that.
    [worker] = workers(admin, 1)
    admin.rows("select nightdrop.bundle_expand(%s, t.token(%s))", worker,
               worker)
    assert admin.one("select t.place(%s)", line).startswith("waiting")
    admin.one("select nightdrop.job_dismiss(%s, 'x')", line)
    admin.rows("select nightdrop.upkeep()")
    assert admin.one("select finished is not null from nightdrop.bundle")
    assert admin.one("select sum(dismissed) from nightdrop.bundle_tally") == 3


def test_bundle_does_not_end_while_a_line_is_requeued(db):
    admin = Session(db)
    admin.one("select t.queue('q')")
    bundle = admin.one("select (left(t.id()::text, 28) || '00000000')::uuid")
    admin.rows("insert into nightdrop.bundle (id, queue, request, sealed,"
               " position, priority, since, lines, left_lines, left_bytes)"
               " values (%s, 'q', '{}', now(), now(), 0, '3', 1, 1, 1)",
               bundle)
    line = admin.one("select nightdrop.bundle_line(%s, 1)", bundle)
    admin.rows("insert into nightdrop.job (id, queue, accepted, request, size,"
               " digest, body, line) values (%s, 'q', now(), '{}', 1, '', 'x',"
               " 1)", line)
    admin.one("select nightdrop.bundle_dismiss(%s, 'x')", bundle)
    # The sums of ten thousand bundles take their time: here half a second.
    admin.rows("create policy slow on nightdrop.bundle_tally"
               " using (pg_sleep(0.5) is not null) with check (true)")
    admin.rows("alter table nightdrop.bundle_tally enable row level security,"
               " force row level security")
    tidy = Later(Session(db), "select * from nightdrop.upkeep()")
    time.sleep(0.75)  # it has folded them, and adds up
    admin.one("select nightdrop.job_requeue(%s, 'x')", line)
    tidy.done()
    assert admin.one("select finished from nightdrop.bundle") is None
