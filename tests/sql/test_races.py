# What one session cannot show: two and more at once.
#
# SPDX-License-Identifier: ISC

import time
import uuid

import psycopg2
import pytest

from support.sessions import (Later, Session, accept, apart, claim,
                              in_one_place, together, workers)


def test_claims_do_not_overlap(db):
    """B9: eight workers claim at once; no job twice, none left."""
    admin = Session(db)
    for queue in "a", "b":
        admin.one("select t.queue(%s)", queue)
    jobs = set(accept(admin, "a", 300) + accept(admin, "b", 300))
    ids = workers(admin, 8)
    sessions = [Session(db) for _ in ids]

    def work(i):
        mine = []
        while True:
            got = claim(sessions[i], ids[i], 7)
            if not got:
                return mine
            mine += got

    got = together(8, work)
    taken = [job for mine in got for job in mine]
    assert len(taken) == len(set(taken)) == 600
    assert set(taken) == jobs
    assert admin.one("select sum(waiting) from nightdrop.counter") == 0
    in_one_place(admin)


def cap_holds(db, admin, cap, window=None):
    """Six workers that claim at once never have more in hand."""
    ids = workers(admin, 6)
    admin.rows("update nightdrop.run set until = cut + %s::interval", window)
    sessions = [Session(db) for _ in ids]
    for _ in range(10):
        together(6, lambda i: claim(sessions[i], ids[i], 3))
        assert admin.one("select count(*) from nightdrop.running") == cap
        for worker in ids:
            admin.one("select nightdrop.give_back(%s, t.token(%s),"
                      " array_agg(id), array_fill(false,"
                      " array[count(*)::integer])) from nightdrop.running"
                      " where worker = %s having count(*) > 0",
                      worker, worker, worker)


def test_max_running_holds_over_workers(db):
    admin = Session(db)
    admin.one("select t.queue('n', '{\"max_running\": 5}')")
    accept(admin, "n", 60)
    cap_holds(db, admin, 5)


def test_one_at_a_time_of_what_is_longer_than_the_window(db):
    admin = Session(db)
    admin.one("select t.queue('n')")
    accept(admin, "n", 60)
    admin.rows("update nightdrop.queue_basis set p95 = '9 hours', "
               "total_successful = 9")
    cap_holds(db, admin, 1, window="8 hours")


def test_stop_waits_for_the_claim(db):
    """A job that is being claimed is stopped where it went."""
    admin = Session(db)
    admin.one("select t.queue('q')")
    [job] = accept(admin, "q", 1)
    [worker] = workers(admin, 1)
    batch = Session(db, autocommit=False)
    assert claim(batch, worker, 1) == [job]
    stop = Later(Session(db), "select nightdrop.job_stop(%s, '', true)", job)
    assert stop.waits()
    batch.commit()
    assert stop.done() == [("stopping",)]
    assert batch.rows("select verdict from t.turn(%s, starts => array[%s],"
                      " attempts => '{1}') where kind = 'start'",
                      worker, job) == [("stop",)]
    batch.commit()
    assert admin.one("select t.place(%s)", job) == "dismissed 410 by client"


def test_claim_passes_by_what_is_being_stopped(db):
    admin = Session(db)
    admin.one("select t.queue('q')")
    first, second = accept(admin, "q", 2)
    [worker] = workers(admin, 1)
    client = Session(db, autocommit=False)
    assert client.one("select nightdrop.job_stop(%s, '', true)",
                      first) == "dismissed"
    assert claim(apart(db, client), worker, 2) == [second]
    client.commit()
    assert admin.one("select t.place(%s)", first) == "dismissed 410 by client"
    in_one_place(admin)


def test_stop_waits_for_the_finish(db):
    """Whoever finishes first, wins; the other is told what became of it."""
    admin = Session(db)
    admin.one("select t.queue('q')")
    [job] = accept(admin, "q", 1)
    [worker] = workers(admin, 1)
    assert admin.one("select t.start(%s, %s)", worker, job) == "ok"
    batch = Session(db, autocommit=False)
    assert batch.one("select t.finish(%s, %s, 1, 'successful')", worker,
                     job) == "recorded successful"
    stop = Later(Session(db), "select nightdrop.job_stop(%s, '', true)", job)
    assert stop.waits()
    batch.commit()
    assert stop.done() == [("finished",)]


def test_recovery_waits_for_a_finish_in_flight(db):
    """B2, B3: the dying worker's last finish counts if it was first."""
    admin = Session(db)
    admin.one("select t.queue('q')")
    job, other = accept(admin, "q", 2)
    old, new = workers(admin, 2)
    for one in job, other:
        admin.one("select t.start(%s, %s)", old, one)
    dying = Session(db, autocommit=False)
    assert dying.one("select t.finish(%s, %s, 1, 'successful')", old,
                     job) == "recorded successful"
    recover = Later(
        Session(db), "select workers, requeued, charged, failed from"
        " nightdrop.recover(%s, t.token(%s), array[%s]::bigint[])",
        new, new, old)
    assert recover.waits()
    dying.commit()
    assert recover.done() == [(1, 0, 1, 0)]
    assert admin.one("select t.place(%s)", job) == "successful 200 by handler"
    in_one_place(admin)


def test_a_finish_behind_a_recovery_is_stale(db):
    admin = Session(db)
    admin.one("select t.queue('q')")
    [job] = accept(admin, "q", 1)
    old, new = workers(admin, 2)
    admin.one("select t.start(%s, %s)", old, job)
    recovering = Session(db, autocommit=False)
    assert recovering.one(
        "select charged from nightdrop.recover(%s, t.token(%s),"
        " array[%s]::bigint[])", new, new, old) == 1
    finish = Later(Session(db),
                   "select t.finish(%s, %s, 1, 'successful')", old, job)
    assert finish.waits()
    recovering.commit()
    assert finish.done() == [("stale",)]
    assert admin.one("select t.place(%s)", job) == "waiting"
    assert admin.one("select count(*) from nightdrop.event"
                     " where kind = 'stale_finish'") == 1


def test_recovery_sees_a_claim_in_flight(db):
    """A claim that commits while its worker is declared dead is not lost."""
    admin = Session(db)
    admin.one("select t.queue('q')")
    jobs = accept(admin, "q", 3)
    old, new = workers(admin, 2)
    dying = Session(db, autocommit=False)
    assert len(claim(dying, old, 3)) == 3
    recover = Later(
        Session(db), "select requeued from nightdrop.recover(%s, t.token(%s),"
        " array[%s]::bigint[])", new, new, old)
    assert recover.waits()
    dying.commit()
    assert recover.done() == [(3,)]
    assert {admin.one("select t.place(%s)", job) for job in jobs} == {"waiting"}


def test_a_claim_behind_a_recovery_is_refused(db):
    admin = Session(db)
    admin.one("select t.queue('q')")
    accept(admin, "q", 3)
    old, new = workers(admin, 2)
    recovering = Session(db, autocommit=False)
    recovering.rows("select nightdrop.recover(%s, t.token(%s),"
                    " array[%s]::bigint[])", new, new, old)
    late = Later(Session(db), "select * from t.turn(%s, want => 3)", old)
    assert late.waits()
    recovering.commit()
    with pytest.raises(psycopg2.Error) as error:
        late.done()
    assert error.value.pgcode == "ND401"
    assert admin.one("select count(*) from nightdrop.running") == 0


def test_a_renewal_saves_the_worker(db):
    """Judged by the lease that it has, not by the one that was seen."""
    admin = Session(db)
    admin.one("select t.queue('q')")
    accept(admin, "q", 1)
    old, new = workers(admin, 2)
    claim(admin, old, 1)
    alive = Session(db, autocommit=False)
    alive.rows("update nightdrop.worker set lease = clock_timestamp()"
               " - interval '1 hour' where id = %s", old)
    alive.commit()
    alive.rows("update nightdrop.worker set lease = clock_timestamp()"
               " + interval '5 minutes' where id = %s", old)
    recover = Later(Session(db), "select workers from nightdrop.recover(%s,"
                    " t.token(%s), null)", new, new)
    assert recover.waits()
    alive.commit()
    assert recover.done() == [(0,)]


def test_one_key_twenty_times(db):
    """A10: the same key at once makes one job, and all get it."""
    admin = Session(db)
    admin.one("select t.queue('q')")
    sessions = [Session(db) for _ in range(20)]
    got = together(20, lambda i: sessions[i].rows(
        "select verdict, id from nightdrop.job_accept(t.id(), 'q', 'ann',"
        " '{}', null, 'body', sha256('body'), 'key')"))
    verdicts = {rows[0][0] for rows in got}
    assert verdicts <= {"ok", "key_busy"} and "ok" in verdicts
    assert len({rows[0][1] for rows in got if rows[0][0] == "ok"}) == 1
    assert admin.one("select count(*) from nightdrop.job") == 1
    assert admin.one("select sum(waiting) from nightdrop.counter") == 1


def test_a_key_in_flight_is_busy_after_a_second(db):
    Session(db).one("select t.queue('q')")
    first = Session(db, autocommit=False)
    call = ("select verdict from nightdrop.job_accept(t.id(), 'q', 'ann',"
            " '{}', null, 'body', sha256('body'), 'key')")
    assert first.one(call) == "ok"
    start = time.monotonic()
    assert Session(db).one(call) == "key_busy"
    assert 0.8 < time.monotonic() - start < 3
    first.commit()
    assert Session(db).one(call) == "ok"


def test_the_same_id_while_the_first_is_in_flight(db):
    """A2, A3: the repeated call waits, makes no second job, and commits."""
    admin = Session(db)
    admin.one("select t.queue('q')")
    job = uuid.UUID(str(admin.one("select t.id()")))
    call = ("select verdict, repeated from nightdrop.job_accept_many("
            "array[%s], '{q}', array[''], array['{}'::json], '{null}',"
            " array['body'::bytea], array[sha256('body')])")
    first = Session(db, autocommit=False)
    assert first.rows(call, job) == [("ok", False)]
    second = Later(Session(db), call, job)
    assert second.waits()
    first.commit()
    assert second.done() == [("ok", True)]
    assert admin.one("select count(*) from nightdrop.waiting") == 1
    assert admin.one("select sum(waiting) from nightdrop.counter") == 1


def test_a_quota_is_exact(db):
    """Twenty at once, with room for five; likewise where they are uploads."""
    admin = Session(db)
    admin.one("select t.queue('q', '{\"max_waiting_owner\": 5}')")
    sessions = [Session(db) for _ in range(20)]
    got = together(20, lambda i: sessions[i].one(
        "select verdict from nightdrop.job_accept(t.id(), 'q', 'ann',"
        " '{}', null, 'body', sha256('body'), null)"))
    assert sorted(got) == ["ok"] * 5 + ["quota"] * 15
    uploads = [s.one("select u.id from t.id() u(id) cross join lateral"
                     " nightdrop.upload_open(u.id, 'q', 'bob', null, 0)")
               for s in sessions]
    got = together(20, lambda i: sessions[i].one(
        "select verdict from nightdrop.upload_finish(%s, '{}', null, 0,"
        " sha256(''), null)", uploads[i]))
    assert sorted(got) == ["ok"] * 5 + ["quota"] * 15
    assert admin.one("select count(*) from nightdrop.upload") == 0


def test_a_quota_that_the_first_call_fills(db):
    """The repeated call waits, and is not told that there is no room."""
    admin = Session(db)
    admin.one("select t.queue('q', '{\"max_waiting_owner\": 1}')")
    job = uuid.UUID(str(admin.one("select t.id()")))
    call = ("select verdict, repeated from nightdrop.job_accept(%s, 'q', '',"
            " '{}', null, 'body', sha256('body'), null)")
    first = Session(db, autocommit=False)
    assert first.rows(call, job) == [("ok", False)]
    second = Later(Session(db), call, job)
    assert second.waits()
    first.commit()
    assert second.done() == [("ok", True)]
    assert admin.one("select count(*) from nightdrop.waiting") == 1


def test_a_repeated_call_writes_wal(db):
    """A3: without WAL the commit would not wait for the standby."""
    admin = Session(db)
    admin.one("select t.queue('q')")
    job = admin.one("select t.accept('q')")
    for call in (
            "select verdict from nightdrop.job_accept_many(array[%s], '{q}',"
            " array[''], array['{}'::json], '{null}',"
            " array['body'::bytea], array[sha256('body')])",
            "select nightdrop.job_stop(%s, '', true)",
            "select nightdrop.job_stop(%s, '', true)"):
        session = Session(db, autocommit=False)
        session.rows(call, job)
        assert session.one("select pg_current_xact_id_if_assigned()")
        session.commit()


FIRST, SECOND = uuid.uuid4(), uuid.uuid4()
TAKE = ("select verdict, received from nightdrop.upload_take"
        "(%s, 'ann', false, %s, %s)")
APPEND = "select nightdrop.upload_append(%s, %s, %s, %s::bytea, true)"
COMPLETE = ("select verdict, repeated from nightdrop.upload_complete"
            "(%s, %s, %s, null)")


def upload(admin, length=9):
    """An upload of ann's whose writer is FIRST."""
    admin.one("select t.queue('q')")
    made = uuid.UUID(str(admin.one("select t.id()")))
    assert admin.one(
        "select verdict from nightdrop.upload_create(%s, 'q', 'ann',"
        " '{\"HTTP_UPLOAD_LENGTH\": \"9\"}', null, %s, %s)",
        made, length, FIRST) == "ok"
    return made


def test_two_writers_at_one_offset(db):
    """Both may take the upload; the later one has it."""
    admin = Session(db)
    it = upload(admin)
    first = Session(db, autocommit=False)
    assert first.rows(TAKE, it, 0, FIRST) == [("ok", 0)]
    second = Later(Session(db), TAKE, it, 0, SECOND)
    assert second.waits()
    first.commit()
    assert second.done() == [("ok", 0)]
    assert admin.one(APPEND, it, FIRST, 0, "abc") is False
    assert admin.one(APPEND, it, SECOND, 0, "xyz") is True
    assert admin.rows(TAKE, it, 0, FIRST) == [("offset", 3)]


def test_a_writer_waits_for_bytes_in_flight(db):
    admin = Session(db)
    it = upload(admin)
    first = Session(db, autocommit=False)
    assert first.one(APPEND, it, FIRST, 0, "abc") is True
    second = Later(Session(db), TAKE, it, 0, SECOND)
    assert second.waits()
    first.commit()
    assert second.done() == [("offset", 3)]


def test_twenty_writers_at_one_offset(db):
    """Nobody's bytes among another's."""
    admin = Session(db)
    it = upload(admin, 41)

    def write(i):
        me, session = uuid.uuid4(), Session(db)
        if session.rows(TAKE, it, 0, me)[0][0] != "ok":
            return 0
        done = 0
        for part in range(2):
            done += session.one(APPEND, it, me, part, chr(65 + i) * 20)
        return done

    assert together(20, write).count(2) == 1
    kept = admin.one("select string_agg(convert_from(data, 'UTF8'), ''"
                     " order by seq) from nightdrop.part where id = %s", it)
    assert len(kept) == 40 and len(set(kept)) == 1


def test_an_upload_that_is_becoming_a_job(db):
    """Whoever comes meanwhile finds the job; the same call, its receipt."""
    admin = Session(db)
    it = upload(admin)
    assert admin.one(APPEND, it, FIRST, 0, "123456789") is True
    first = Session(db, autocommit=False)
    assert first.rows(COMPLETE, it, FIRST, 1) == [("ok", False)]
    others = [Later(Session(db), *call) for call in (
        (COMPLETE, it, FIRST, 1), (TAKE, it, 9, SECOND),
        ("select nightdrop.upload_end(%s, 'ann', false)", it),
        (APPEND, it, FIRST, 1, "x"))]
    assert all(o.waits() for o in others)
    first.commit()
    assert [o.done() for o in others] == [
        [("ok", True)], [("done", 9)], [("done",)], [(False,)]]
    assert admin.one("select count(*) from nightdrop.waiting") == 1
    assert admin.one("select count(*) from nightdrop.part") == 1


def test_a_repeated_call_of_an_upload_writes_wal(db):
    admin = Session(db)
    it = upload(admin)
    assert admin.one(APPEND, it, FIRST, 0, "123") is True
    assert admin.one(APPEND, it, FIRST, 1, "456789") is True
    for call, *args in (
            ("select verdict from nightdrop.upload_create(%s, 'q', 'ann',"
             " '{}', null, 9, %s)", it, FIRST),
            ("select nightdrop.upload_keep(%s, %s, 1, 3)", it, FIRST),
            ("select nightdrop.upload_keep(%s, %s, 1, 3)", it, FIRST),
            (COMPLETE, it, FIRST, 2), (COMPLETE, it, FIRST, 2)):
        session = Session(db, autocommit=False)
        session.rows(call, *args)
        assert session.one("select pg_current_xact_id_if_assigned()"), call
        assert session.one("show synchronous_commit") == "on"
        session.commit()


def test_fifty_openings(db):
    """B9: fifty batches at once; one run."""
    admin = Session(db)
    admin.one("select t.queue('q')")
    sessions = [Session(db) for _ in range(25)]
    got = together(25, lambda i: sessions[i].one(
        "select verdict from nightdrop.run_open(null, 1, 'h', 1, 'l',"
        " gen_random_uuid(), '{}')"))
    assert sorted(got) == ["busy"] * 24 + ["opened"]


def test_two_last_workers_leave_at_once(db):
    """One of them closes the run."""
    admin = Session(db)
    admin.one("select t.queue('q')")
    for _ in range(10):
        accept(admin, "q", 4)
        ids = workers(admin, 4)
        sessions = [Session(db) for _ in ids]
        for session, worker in zip(sessions, ids):
            claim(session, worker, 1)
        closed = together(4, lambda i: sessions[i].one(
            "select closed from nightdrop.run_leave(%s, t.token(%s))",
            ids[i], ids[i]))
        assert sorted(closed) == [False, False, False, True]
        assert admin.one("select count(*) from nightdrop.run_balance"
                         " where not balanced") == 0


def test_nothing_deadlocks(db):
    """Accepts, stops, turns and recoveries over several queues at once."""
    admin = Session(db)
    queues = ["a", "b", "c", "d"]
    for queue in queues:
        admin.one("select t.queue(%s, '{\"backoff\": \"0\","
                  " \"max_attempts\": 100}')", queue)
    for queue in queues:
        accept(admin, queue, 50)
    ids = workers(admin, 4)
    end = time.monotonic() + 4

    def submit(i):
        session, order = Session(db), queues if i % 2 else queues[::-1]
        while time.monotonic() < end:
            session.rows(
                "select r.id from (select array_agg(t.id()) i,"
                " array_agg(q) q, array_agg(''::text) o,"
                " array_agg('{}'::json) r, array_agg(null::text) t,"
                " array_agg('x'::bytea) b, array_agg(sha256('x')) d"
                " from unnest(%s) q) s cross join lateral"
                " nightdrop.job_accept_many(i, q, o, r, t, b, d) r",
                order * 5)

    def stop(_):
        session = Session(db)
        while time.monotonic() < end:
            session.rows("select nightdrop.job_stop(id, '', true) from"
                         " nightdrop.job tablesample bernoulli (3) limit 3")

    def run(i):
        session, worker = Session(db), ids[i]
        while time.monotonic() < end:
            jobs = session.rows("select id, attempt from t.turn(%s,"
                                " want => 20) where kind = 'claim'", worker)
            started = session.rows(
                "select id, attempt from t.turn(%s, starts => %s::uuid[],"
                " attempts => %s::integer[]) where verdict = 'ok'"
                " and kind = 'start'",
                worker, [j for j, _ in jobs], [a for _, a in jobs])
            session.rows(
                "select n.kind from t.turn(%s, (select coalesce(array_agg("
                "t.ended(j, a, (array['successful', 'retry', 'failed'])[1 + "
                "(random() * 2)::integer])), '{}') from unnest(%s::uuid[],"
                " %s::integer[]) e(j, a)"
                ")) n", worker, [j for j, _ in started],
                [a for _, a in started])

    def work(i):
        (submit, stop, run)[min(i // 2, 2)](i - 4 if i >= 4 else i)

    together(8, work)
    for worker in ids:
        closed = admin.rows("select closed, balanced, trouble from"
                            " nightdrop.run_leave(%s, t.token(%s))",
                            worker, worker)
    assert closed == [(True, True, [])]
    in_one_place(admin)
    assert admin.rows(
        "select c.queue from (select queue, sum(waiting) as n, sum(bytes) as"
        " b from nightdrop.counter group by queue) c left join (select queue,"
        " count(*) as n, sum(bytes) as b from nightdrop.waiting group by"
        " queue) w using (queue) where c.n <> coalesce(w.n, 0)"
        " or c.b <> coalesce(w.b, 0)") == []
