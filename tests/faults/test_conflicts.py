# SPDX-License-Identifier: ISC
"""B11: deadlocks, serialization failures and lock time-outs, from others who
hold locks in another order and from PostgreSQL itself.  What was refused is
called again, not at once and never after the same time, and nothing is done
twice."""
import contextlib
import re
import signal

import pytest

from support import checker, jobs, load, place, process, programs
from support.proxy import Proxy

pytestmark = pytest.mark.usefixtures("clean")

OK = """
printf 'Content-Type: text/plain\\n\\nattempt %s of %s' \\
    "$NIGHTDROP_ATTEMPT" "$NIGHTDROP_JOB_ID"
"""
LONG = """
printf 'Content-Type: text/plain\\n\\nattempt %s of %s, %0300000d' \\
    "$NIGHTDROP_ATTEMPT" "$NIGHTDROP_JOB_ID" 0
"""
STATES = {"40P01": "deadlock_detected", "40001": "serialization_failure",
          "55P03": "lock_not_available"}
# Raises for the first calls; a sequence does not roll back.
REFUSE = """
create sequence refused;
grant usage on sequence refused to public;
create function dawdle() returns trigger language plpgsql as $$
begin
    perform pg_sleep(0.2);
    return null;
end
$$;
create function refuse() returns trigger language plpgsql as $$
begin
    if nextval('public.refused') <= tg_argv[0]::bigint then
        raise exception 'in the way' using errcode = tg_argv[1];
    end if;
    return null;
end
$$;
"""


@pytest.fixture(scope="module", autouse=True)
def injector(db):
    db.sql(REFUSE)


@pytest.fixture
def refuse(db):
    """The first n statements of a kind on a table are refused."""
    made = []

    def begin(n, what, table, state):
        db.sql("select setval('refused', 1, false)")
        db.sql(f"create trigger refuse before {what} on nightdrop.{table} "
               f"execute function refuse({n}, '{STATES[state]}')")
        made.append(table)

    def count():
        return db.value("select last_value from refused")

    begin.count = count
    yield begin
    for table in made:
        db.sql(f"drop trigger refuse on nightdrop.{table}")


@pytest.fixture
def batch(room, db, handlers, request):
    """With a log of this test's own."""
    return programs.Batch(room, db.conninfo("nightdrop_batch"), handlers,
                          re.sub(r"\W+", "_", request.node.name))


def queue(db, handlers, name, script=OK, **settings):
    if not db.sql("select 1 from nightdrop.queue where name = %s", name):
        db.queue(name, **{"max_attempts": 5, "backoff": "50 milliseconds",
                          **settings})
    handlers.write(name, script)
    return name


def once_each(db, ids):
    assert {jobs.place_of(db, i) for i in ids} == {"final"}
    assert [[a[:2] for a in jobs.attempts(db, i)] for i in ids] == \
        [[(1, "successful")]] * len(ids)
    assert not jobs.unbalanced(db)


# Where a run calls, and what it does there.
CALLS = [("claim", "insert", "running"), ("start", "update", "running"),
         ("finish", "insert", "attempt"), ("ledger", "update", "run"),
         ("open", "insert", "run_queue"), ("join", "insert", "worker"),
         ("close", "update", "run_queue"), ("answer", "insert", "part")]
ALL = [(*call, state) for call in CALLS for state in STATES]
FEW = [(*call, list(STATES)[n % 3]) for n, call in enumerate(CALLS)]


@pytest.mark.parametrize("call, what, table, state", [
    pytest.param(*one, marks=() if one in FEW else pytest.mark.long)
    for one in ALL])
def test_refused(db, batch, handlers, work, refuse, call, what, table, state):
    """Twice in a row, wherever it is."""
    name = queue(db, handlers, "refused", LONG if call == "answer" else OK)
    ids = work.submit(6, name)
    refuse(2, what, table, state)
    result = batch.run("--queue", name, "-j", "2", timeout=30)
    assert result.status == 0, result
    assert result.seconds < 15, "not only with the next lease"
    assert refuse.count() > 2, "it came to that"
    once_each(db, ids)
    work.judge()


@contextlib.contextmanager
def stranger(db):
    """Somebody with psql, who is never the one that a deadlock ends."""
    connection = db.cluster.connect(db.name)
    connection.autocommit = False
    try:
        with connection.cursor() as cursor:
            cursor.execute("set deadlock_timeout = '1h'")
            connection.commit()
            yield cursor
    finally:
        connection.close()


def waits(db):
    return db.value("select count(*) from pg_locks l join pg_stat_activity a "
                    "using (pid) where not l.granted and a.datname = %s and "
                    "a.usename = 'nightdrop_batch'", db.name)


def test_deadlock(db, batch, handlers, work):
    """A stranger locks the ledger and then a job, and a turn the job and then
    the ledger."""
    name = queue(db, handlers, "deadlock", "sleep 0.3" + OK)
    ids = work.submit(8, name)
    run = batch.start("--queue", name, "-j", "4")
    work.wait_running(4, name)
    with stranger(db) as psql:
        for _ in range(2):
            psql.execute("update nightdrop.run set slots = slots "
                         "where closed is null")
            process.wait_until(lambda: waits(db), 10, "a turn to wait")
            psql.execute("update nightdrop.running set queue = queue "
                         "where queue = %s", (name,))
            psql.connection.rollback()
            process.wait_until(lambda: not waits(db), 10, "it to go on")
    result = run.wait()
    assert result.status == 0, result
    assert batch.log.read_text().count("SQLSTATE 40P01") >= 2
    once_each(db, ids)
    work.judge()


def test_lock_held(db, batch, handlers, work):
    """A stranger locks jobs in hand, and goes for a coffee: beyond the lock
    time-out."""
    name = queue(db, handlers, "held", "sleep 0.3" + OK)
    ids = work.submit(8, name)
    run = batch.start("--queue", name, "-j", "4")
    work.wait_running(4, name)
    with stranger(db) as psql:
        psql.execute("select from nightdrop.running where queue = %s "
                     "for update", (name,))
        process.wait_until(
            lambda: "SQLSTATE 55P03" in batch.log.read_text(), 10,
            "a turn to be refused")
    result = run.wait()
    assert result.status == 0, result
    once_each(db, ids)
    work.judge()


def test_given_back(db, batch, handlers, work, refuse):
    """What is given back when it is stopped, and refused twice."""
    name = queue(db, handlers, "back", "sleep 1" + OK)
    ids = work.submit(8, name)
    run = batch.start("--queue", name, "-j", "2")
    work.wait_running(2, name)
    refuse(2, "insert", "waiting", "40P01")
    run.signal(signal.SIGTERM)
    assert run.wait().status == 0
    assert refuse.count() > 2
    assert {jobs.place_of(db, i) for i in ids} == {"final", "waiting"}
    assert batch.run("--queue", name).status == 0
    once_each(db, ids)
    work.judge()


@pytest.mark.long
def test_mine_refused(db, room, handlers, work):
    """The answer to a claim is lost, and when the worker asks which jobs are
    its own somebody has locked its row: it asks again, and does them in the
    same run."""
    name = queue(db, handlers, "mine")
    ids = work.submit(4, name)
    proxy = Proxy(place.directory(room, "pmine"), db.cluster.home)
    batch = programs.Batch(room, db.conninfo("nightdrop_batch",
                                             host=proxy.home),
                           handlers, "mine")
    db.sql("create trigger dawdle before update on nightdrop.run "
           "execute function dawdle()")
    try:
        with stranger(db) as psql:
            proxy.arm(4, call="turn")  # prepared, bound, described: a row
            run = batch.start("--queue", name, "-j", "2")
            process.wait_until(lambda: db.value(
                "select count(*) from pg_stat_activity where datname = %s and "
                "wait_event = 'PgSleep' and query ~ 'turn'", db.name), 10,
                "a claim to be on its way")
            psql.execute("select from nightdrop.worker for update")
            process.wait_until(
                lambda: "mine: " in batch.log.read_text(), 10,
                "the question to be refused")
        result = run.wait()
    finally:
        proxy.close()
        db.sql("drop trigger dawdle on nightdrop.run")
    assert proxy.struck.is_set() and result.status == 0, result
    assert "SQLSTATE 55P03" in batch.log.read_text()
    once_each(db, ids)
    assert db.value("select given_back from nightdrop.run "
                    "order by id desc limit 1") == 0
    work.judge()


def test_serializable(db, batch, handlers, work, scratch):
    """Serialization failures of PostgreSQL's own: two workers at one run, each
    in the other's way for longer than usual."""
    go = scratch / "strict"
    name = queue(db, handlers, "strict",
                 f"while [ ! -e {go} ]; do sleep 0.02; done" + OK)
    ids = work.submit(16, name)
    db.sql(f'alter role nightdrop_batch in database "{db.name}" '
           "set default_transaction_isolation = 'serializable'")
    db.sql("create trigger dawdle before update on nightdrop.run "
           "execute function dawdle()")
    try:
        runs = []
        for n in (4, 8):
            runs.append(batch.start("--queue", name, "-j", "4", "--join"))
            work.wait_running(n, name)
        go.touch()
        for run in runs:
            result = run.wait()
            assert result.status == 0, result
    finally:
        db.sql(f'alter role nightdrop_batch in database "{db.name}" '
               "reset default_transaction_isolation")
        db.sql("drop trigger dawdle on nightdrop.run")
    assert "SQLSTATE 40001" in batch.log.read_text(), "it came to that"
    once_each(db, ids)
    work.judge()


@pytest.mark.parametrize("state", [
    "40P01", *(pytest.param(s, marks=pytest.mark.long)
               for s in ("40001", "55P03"))])
def test_accept_refused(db, responder, refuse, state):
    """Called again within the request: the client hears nothing of it."""
    db.sql("update nightdrop.queue set held = true where name = 'plain'")
    try:
        refuse(6, "insert", "waiting", state)
        with load.Load(load.send_to(responder), clients=4) as clients:
            clients.wait_for(20)
    finally:
        db.sql("update nightdrop.queue set held = false")
    assert refuse.count() > 6
    assert {x["status"] for x in clients.log} == {202}, clients.log
    checker.judge(clients.log, db)
