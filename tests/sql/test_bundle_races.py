# SPDX-License-Identifier: ISC
"""Bundles in two and more sessions at once."""
import time

import psycopg2
import pytest

from support.sessions import Later, Session, in_one_place, together, workers

BUNDLE = """
create function t.staged(queue text, lines integer) returns uuid
language plpgsql as $$
declare
	b constant uuid := nightdrop.bundle_of(t.id(), 0);
begin
	perform nightdrop.bundle_open(b, queue, '', '{}');
	perform nightdrop.bundle_append(b, 1, array_fill('1'::bytea,
	    array[lines]), array_fill(sha256('1'), array[lines]));
	return b;
end
$$;
create function t.tally(b uuid) returns text language sql as $$
select concat_ws(' ', status, running, successful, failed, dismissed)
from nightdrop.bundle_read(b, '', true)
$$;
"""
SEAL = "select verdict from nightdrop.bundle_seal(%s, %s, %s, 'd', null)"
EXPAND = ("select moved, more from nightdrop.bundle_expand(%s, t.token(%s))")


TABLES = "bundle, bundle_tally, job, waiting, running, response, attempt, run"


@pytest.fixture(scope="module")
def db(shared_db):
    Session(shared_db).rows(BUNDLE)
    return shared_db


@pytest.fixture
def bundles(db):
    admin = Session(db)
    admin.one("select t.queue('q')")
    yield admin
    admin.rows("truncate " + ", ".join(
        "nightdrop." + t for t in TABLES.split(", ")) + " cascade")
    admin.rows("delete from nightdrop.queue")


def staged(session, lines):
    return session.one("select t.staged('q', %s)", lines)


def sealed(session, lines):
    b = staged(session, lines)
    assert session.one(SEAL, b, lines, lines) == "ok"
    return b


def counters_are_true(session):
    assert session.one("select sum(waiting) from nightdrop.counter") == \
        session.one("select (select count(*) from nightdrop.waiting)"
                    " + (select coalesce(sum(left_lines), 0)"
                    " from nightdrop.bundle)")


def expand_all(session, worker):
    while session.rows(EXPAND, worker, worker)[0][1]:
        pass


@pytest.mark.parametrize("first", ["seal", "sweep"])
def test_bundle_sealed_while_it_is_swept(db, bundles, first):
    """Whoever holds the bundle's row first decides."""
    b = staged(bundles, 5)
    bundles.rows("update nightdrop.bundle set expires = now()"
                 " + interval '0.5 s'")
    seal, sweep = Session(db, False), Session(db, False)
    sweep_sql = "select nightdrop.bundle_abort(%s)"
    if first == "seal":
        assert seal.one(SEAL, b, 5, 5) == "ok"
        later = Later(sweep, sweep_sql, b)
        assert later.waits()
        seal.commit()
        assert later.done() == [(False,)]
        sweep.commit()
        time.sleep(0.3)
        bundles.rows("select nightdrop.upkeep()")
        assert bundles.one("select count(*) from nightdrop.job") == 5
        assert bundles.one("select t.counted('q')") == 5
    else:
        sweep.one(sweep_sql, b)
        later = Later(seal, SEAL, b, 5, 5)
        assert later.waits()
        sweep.commit()
        assert later.done() == [("none",)]
        seal.commit()
        assert bundles.one("select count(*) from nightdrop.job") == 0
        assert bundles.one("select t.counted('q')") == 0
    in_one_place(bundles)


def test_bundle_sealed_twice_at_once(db, bundles):
    """The repeated call of an unknown outcome overtakes the first."""
    b = staged(bundles, 5)
    one, two = Session(db, False), Session(db)
    assert one.one(SEAL, b, 5, 5) == "ok"
    later = Later(two, SEAL, b, 5, 5)
    assert later.waits()
    one.commit()
    assert later.done() == [("ok",)]
    assert bundles.one("select t.counted('q')") == 5


def test_bundle_appended_twice_at_once(db, bundles):
    b = staged(bundles, 5)
    one, two = Session(db, False), Session(db)
    append = ("select nightdrop.bundle_append(%s, 6, array['1'::bytea],"
              " array[sha256('1')])")
    assert one.one(append, b)
    later = Later(two, append, b)
    assert later.waits()
    one.commit()
    assert later.done() == [(True,)]
    assert bundles.one("select count(*) from nightdrop.job") == 6


def test_bundle_invisible_until_its_commit(db, bundles):
    """A run that opened before the seal's commit does not take it."""
    b = staged(bundles, 5)
    one = Session(db, False)
    assert one.one(SEAL, b, 5, 5) == "ok"
    worker = bundles.one("select worker from nightdrop.run_open('{q}', 1, 'h',"
                         " 1, 'l', gen_random_uuid(), '{}')")
    assert bundles.rows(EXPAND, worker, worker) == [(0, False)]
    one.commit()
    assert bundles.rows(EXPAND, worker, worker) == [(0, False)]
    in_one_place(bundles)


def test_two_workers_expand(db, bundles):
    """Each line once; who finds the bundle held is told that there is more."""
    for _ in range(4):
        sealed(bundles, 7000)
    ids = workers(bundles, 2)
    one, two = Session(db, False), Session(db)
    for _ in range(2):
        assert one.rows(EXPAND, ids[0], ids[0]) == [(10000, True)]
    assert two.rows(EXPAND, ids[1], ids[1]) == [(7000, True)]
    assert two.rows(EXPAND, ids[1], ids[1]) == [(0, True)]
    one.commit()
    assert two.rows(EXPAND, ids[1], ids[1]) == [(1000, False)]
    assert bundles.one("select count(*) from nightdrop.waiting") == 28000
    counters_are_true(bundles)
    in_one_place(bundles)


@pytest.mark.parametrize("first", ["expand", "stop"])
def test_line_dismissed_while_it_is_expanded(db, bundles, first):
    b = sealed(bundles, 5)
    worker = workers(bundles, 1)[0]
    line = bundles.one("select nightdrop.bundle_line(%s, 3)", b)
    one, two = Session(db, False), Session(db, False)
    stop = "select nightdrop.job_stop(%s, '', true)"
    if first == "expand":
        assert one.rows(EXPAND, worker, worker) == [(5, False)]
        later = Later(two, stop, line)
        assert later.waits()
        one.commit()
        assert later.done() == [("dismissed",)]
        two.commit()
    else:
        assert two.one(stop, line) == "dismissed"
        assert one.rows(EXPAND, worker, worker) == [(0, True)]
        one.commit()
        two.commit()
        expand_all(bundles, worker)
    assert bundles.one("select count(*) from nightdrop.waiting") == 4
    assert bundles.one("select t.tally(%s)", b) == "running 0 0 0 1"
    counters_are_true(bundles)
    in_one_place(bundles)


def test_bundle_dismissed_while_it_runs(db, bundles):
    """Stops of the whole and of lines, an expansion and claims, all at once:
    each line ends once, and the sums are those of the answers."""
    whole = [sealed(bundles, 3000) for _ in range(4)]
    ids = workers(bundles, 2)

    def stop(i):
        session = Session(db)
        for b in whole[:3]:
            time.sleep(0.02)
            for _ in range(50):
                try:
                    if not session.one("select more from nightdrop"
                                       ".bundle_stop(%s, '', true)", b):
                        break
                except psycopg2.OperationalError:  # it was held: again
                    pass

    def pluck(i):
        session = Session(db)
        for b in whole:
            for line in range(i, 3000, 199):
                try:
                    session.one("select nightdrop.job_stop(nightdrop"
                                ".bundle_line(%s, %s), '', true)", b, line)
                except psycopg2.OperationalError:
                    pass

    def run(i):
        session, worker = Session(db), ids[i]
        expand_all(session, worker)
        for _ in range(40):
            got = session.rows("select id, attempt from t.turn(%s, want => 50)"
                               " where kind = 'claim'", worker)
            if not got:
                continue
            started = session.rows(
                "select id, attempt from t.turn(%s, starts => %s::uuid[],"
                " attempts => %s::integer[]) where verdict = 'ok'"
                " and kind = 'start'",
                worker, [j for j, _ in got], [a for _, a in got])
            session.rows(
                "select n.kind from t.turn(%s, (select coalesce(array_agg("
                "t.ended(j, a, (array['successful', 'retry', 'failed'])[1 + "
                "(random() * 2)::integer])), '{}') from unnest(%s::uuid[],"
                " %s::integer[]) e(j, a)"
                ")) n", worker, [j for j, _ in started],
                [a for _, a in started])

    together(6, lambda i: (stop, pluck, run)[i // 2](i % 2))
    for worker in ids:
        closed = bundles.rows("select closed, balanced, trouble from"
                              " nightdrop.run_leave(%s, t.token(%s))",
                              worker, worker)
    assert closed == [(True, True, [])]
    in_one_place(bundles)
    counters_are_true(bundles)
    for b in whole:
        assert bundles.rows(
            "select successful, failed, dismissed from"
            " nightdrop.bundle_read(%s, '', true)", b) == bundles.rows(
            "select count(*) filter (where outcome = 'successful'),"
            " count(*) filter (where outcome = 'failed'),"
            " count(*) filter (where outcome = 'dismissed')"
            " from nightdrop.response where nightdrop.bundle_of(id, 0) = %s",
            b)
    assert {bundles.one("select sum(successful + failed + dismissed) from"
                        " nightdrop.bundle_read(%s, '', true)", b)
            for b in whole[:3]} == {3000}, "all of it is dismissed or done"
