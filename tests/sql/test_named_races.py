# Named jobs: what two and more PUTs, claims and stops do to each other.
#
# SPDX-License-Identifier: ISC

import time

import pytest

from support.sessions import (Later, Session, apart, claim, in_one_place,
                              together, workers)

PUT = ("select verdict, reply, case when repeated then 'again' end from"
       " nightdrop.named_accept(%s, 'q', 'ann', 'n', '{}', null, %s, null,"
       " sha256(%s), %s, %s)")


def put(session, job, body=b"body", if_match=None, if_none_match=None):
    return session.rows(PUT, job, body, body, if_match, if_none_match)[0]


def put_later(session, job, body=b"body", if_match=None, if_none_match=None):
    return Later(session, PUT, job, body, body, if_match, if_none_match)


def new_ids(session, count):
    return [session.one("select t.id()") for _ in range(count)]


def places(session, *jobs):
    return [session.one("select t.place(%s)", job) for job in jobs]


GONE = "dismissed 410 by client"


@pytest.fixture
def named(db):
    """A queue with one job under a name; a session, and that job."""
    admin = Session(db)
    admin.one("select t.queue('q')")
    [job] = new_ids(admin, 1)
    assert put(admin, job) == ("ok", 201, None)
    yield admin, job
    in_one_place(admin)
    assert admin.rows("select sum(waiting), sum(bytes) from nightdrop.counter"
                      ) == admin.rows("select count(*), sum(bytes) from"
                                      " nightdrop.waiting")


def test_put_waits_for_the_claim(db, named):
    """What a run takes is not replaced: 201, and 412 with If-Match."""
    admin, old = named
    [worker] = workers(admin, 1)
    batch = Session(db, autocommit=False)
    assert claim(batch, worker, 1) == [old]
    new, other = new_ids(admin, 2)
    guarded = put_later(Session(db), other, if_match=f'"{old}"')
    assert guarded.waits()
    plain = put_later(Session(db), new)
    assert plain.waits()
    batch.commit()
    assert guarded.done()[0][0] == "precondition"
    assert plain.done() == [("ok", 201, None)]
    assert places(admin, old, new) == ["reserved", "waiting"]


def test_claim_passes_by_what_is_being_replaced(db, named):
    admin, old = named
    [worker] = workers(admin, 1)
    client = Session(db, autocommit=False)
    [new] = new_ids(admin, 1)
    assert put(client, new) == ("ok", 204, None)
    assert claim(apart(db, client), worker, 2) == []
    client.commit()
    assert places(admin, old, new) == [GONE, "waiting"]


def test_put_against_put(db, named):
    """One after the other, each in the place of the one before."""
    admin, old = named
    first, second, guarded = new_ids(admin, 3)
    one = Session(db, autocommit=False)
    assert put(one, first) == ("ok", 204, None)
    two = put_later(Session(db), second)
    assert two.waits()
    one.commit()
    assert two.done() == [("ok", 204, None)]
    assert places(admin, old, first, second) == [GONE, GONE, "waiting"]
    assert put(admin, guarded, if_match=f'"{first}"')[0] == "precondition"


def test_twenty_puts_at_once(db, named):
    admin, old = named
    ids = new_ids(admin, 20)
    sessions = [Session(db) for _ in ids]
    got = together(20, lambda i: put(sessions[i], ids[i]))
    assert got == [("ok", 204, None)] * 20
    assert sorted(places(admin, old, *ids)) == [GONE] * 20 + ["waiting"]
    assert admin.one("select count(distinct reason) from nightdrop.response") \
        == 20


def test_only_one_of_twenty_creates(db):
    """If-None-Match: * is what makes a name somebody's."""
    admin = Session(db)
    admin.one("select t.queue('q')")
    ids = new_ids(admin, 20)
    sessions = [Session(db) for _ in ids]
    got = together(20, lambda i: put(sessions[i], ids[i], if_none_match="*"))
    assert sorted(verdict for verdict, _, _ in got) == \
        ["ok"] + ["precondition"] * 19
    assert admin.one("select count(*) from nightdrop.job") == 1


def test_put_waits_for_the_stop(db, named):
    admin, old = named
    stopping = Session(db, autocommit=False)
    assert stopping.one("select nightdrop.job_stop(%s, 'ann', false)",
                        old) == "dismissed"
    [new] = new_ids(admin, 1)
    late = put_later(Session(db), new)
    assert late.waits()
    stopping.commit()
    assert late.done() == [("ok", 201, None)]
    assert places(admin, old, new) == [GONE, "waiting"]
    assert admin.one("select reason from nightdrop.response") == "Gone"


def test_stop_waits_for_the_put(db, named):
    admin, old = named
    client = Session(db, autocommit=False)
    [new] = new_ids(admin, 1)
    assert put(client, new) == ("ok", 204, None)
    stop = Later(Session(db), "select nightdrop.job_stop(%s, 'ann', false)",
                 old)
    assert stop.waits()
    client.commit()
    assert stop.done() == [("already",)]
    assert places(admin, old, new) == [GONE, "waiting"]


@pytest.mark.parametrize("how", ["give_back", "recover"])
def test_put_does_not_see_what_is_coming_back(db, named, how):
    """Both are jobs then; the name is the newer one's."""
    admin, old = named
    dying, other = workers(admin, 2)
    assert claim(admin, dying, 1) == [old]
    batch = Session(db, autocommit=False)
    if how == "give_back":
        batch.rows("select nightdrop.give_back(%s, t.token(%s), array[%s],"
                   " '{f}')", dying, dying, old)
    else:
        batch.rows("select nightdrop.recover(%s, t.token(%s),"
                   " array[%s]::bigint[])", other, other, dying)
    new, newer = new_ids(admin, 2)
    assert put(apart(db, batch), new) == ("ok", 201, None)
    batch.commit()
    assert places(admin, old, new) == ["waiting", "waiting"]
    assert put(admin, newer) == ("ok", 204, None)
    assert places(admin, old, new, newer) == ["waiting", GONE, "waiting"]


def test_put_replaces_what_has_come_back(db, named):
    admin, old = named
    [worker] = workers(admin, 1)
    assert admin.one("select t.start(%s, %s)", worker, old) == "ok"
    assert admin.one("select t.finish(%s, %s, 1, 'retry', 503)", worker,
                     old) == "recorded waiting"
    [new] = new_ids(admin, 1)
    assert put(admin, new) == ("ok", 204, None)
    assert places(admin, old, new) == [GONE, "waiting"]
    assert admin.one("select attempt from nightdrop.response") == 1


def test_the_same_put_while_the_first_is_in_flight(db, named):
    """A2, A3: the repeated call waits, gets the same answer, and commits."""
    admin, old = named
    [new] = new_ids(admin, 1)
    first = Session(db, autocommit=False)
    assert put(first, new) == ("ok", 204, None)
    second = put_later(Session(db), new)
    assert second.waits()
    first.commit()
    assert second.done() == [("ok", 204, "again")]
    third = Session(db, autocommit=False)
    assert put(third, new) == ("ok", 204, "again")
    assert third.one("select pg_current_xact_id_if_assigned()")
    third.commit()
    assert admin.one("select count(*) from nightdrop.job") == 2


def test_a_put_that_is_rolled_back_leaves_the_old(db, named):
    """The client's connection broke before COMMIT."""
    admin, old = named
    client = Session(db, autocommit=False)
    [new, newer] = new_ids(admin, 2)
    assert put(client, new) == ("ok", 204, None)
    late = put_later(Session(db), newer, if_match=f'"{old}"')
    assert late.waits()
    client.connection.rollback()
    assert late.done() == [("ok", 204, None)]
    assert places(admin, old, newer) == [GONE, "waiting"]


def test_puts_stops_and_runs_do_not_deadlock(db):
    """Many names in several queues, against all that moves jobs."""
    admin = Session(db)
    queues = ["a", "b", "q"]
    for queue in queues:
        admin.one("select t.queue(%s, '{\"backoff\": \"0\","
                  " \"max_attempts\": 100,"
                  " \"max_waiting_owner\": 5}')", queue)
    ids = workers(admin, 3)
    end = time.monotonic() + 3

    def submit(i):
        session, n = Session(db), i
        while time.monotonic() < end:
            n += 1
            verdict = session.one(
                "select verdict from nightdrop.named_accept(t.id(), %s,"
                " 'ann', %s, '{}', null, 'x', null, sha256('x'), null, %s)",
                queues[n % 3], f"n{n % 7}", "*" if n % 5 == 0 else None)
            assert verdict in ("ok", "precondition", "quota")

    def stop(_):
        session = Session(db)
        while time.monotonic() < end:
            session.rows("select nightdrop.job_stop(id, 'ann', false) from"
                         " nightdrop.named_job limit 3")

    def run(i):
        session, worker = Session(db), ids[i]
        while time.monotonic() < end:
            jobs = claim(session, worker, 9)
            session.rows("select nightdrop.give_back(%s, t.token(%s),"
                         " %s::uuid[], array_fill(false, array[%s]))",
                         worker, worker, jobs, len(jobs))

    together(8, lambda i: (submit, submit, stop, run)[min(i // 2, 3)]
             (i - 6 if i >= 6 else i))
    in_one_place(admin)
    assert admin.rows(
        "select c.queue from (select queue, sum(waiting) as n, sum(bytes) as"
        " b from nightdrop.counter group by queue) c left join (select queue,"
        " count(*) as n, sum(bytes) as b from nightdrop.waiting group by"
        " queue) w using (queue) where c.n <> coalesce(w.n, 0)"
        " or c.b <> coalesce(w.b, 0)") == []


def test_quota_before_the_jobs(db):
    """Who holds an owner's quota is not waiting for who waits for it."""
    admin = Session(db)
    admin.one("select t.queue('q', '{\"max_waiting_owner\": 2}')")
    old, new = new_ids(admin, 2)
    put(admin, old)
    slot = "select mod(pg_backend_pid(), 16)"  # of the counter
    sessions = [Session(db, autocommit=False) for _ in range(17)]
    slots = [session.one(slot) for session in sessions]
    for session in sessions:
        session.commit()
    one, two = next((i, j) for i in range(17) for j in range(i)
                    if slots[i] == slots[j])
    poster, putter = sessions[one], sessions[two]
    poster.one("select nightdrop.quota_check(t.id(), 'q', 'ann', 1)")
    late = put_later(putter, new)
    assert late.waits()
    assert poster.one(
        "select verdict from nightdrop.job_accept(t.id(), 'q', 'ann', '{}',"
        " null, 'x', sha256('x'), null)") == "ok"
    poster.commit()
    assert late.done() == [("ok", 204, None)]
    putter.commit()
    assert admin.one("select count(*) from nightdrop.waiting") == 2
