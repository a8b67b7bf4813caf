# SPDX-License-Identifier: ISC
"""C1: somebody keeps a snapshot open, somebody else's session sits in a
transaction, and pg_dump runs: a night costs what it costs without them,
months are made and dropped later, and nobody who submits waits for it."""
import contextlib
import json
import os
import subprocess
import uuid

import pytest

from support import checker, jobs, load, place, process
from support.cluster import PORT

pytestmark = pytest.mark.usefixtures("clean")

JOBS = 2000
STEP = 100
MAY_COST = 1.3
MAY_WAIT = "200ms"
OLD = "2025_01"


@pytest.fixture(scope="module")
def queue(db, handlers):
    handlers.write("flat", "printf 'Content-Type: text/plain\\n\\nattempt %s "
                   "of %s' \"$NIGHTDROP_ATTEMPT\" \"$NIGHTDROP_JOB_ID\"")
    return db.queue("flat")


class Dump:
    """A pg_dump that has begun and does not get on: nobody reads on."""

    def __init__(self, db):
        self.process = subprocess.Popen(
            [place.PG_BIN / "pg_dump", "-h", db.cluster.home, "-p", str(PORT),
             "-U", "postgres", db.name], stdout=subprocess.PIPE)
        process.wait_until(lambda: db.value(
            "select count(*) from pg_locks l join pg_stat_activity a "
            "using (pid) where a.application_name = 'pg_dump' and "
            "l.relation = 'nightdrop.job'::regclass"), 10, "pg_dump's locks")

    def finish(self):
        out = self.process.communicate()[0]
        assert self.process.returncode == 0
        assert b"PostgreSQL database dump complete" in out


@contextlib.contextmanager
def burden(db):
    """All three; pg_dump comes to its end."""
    with contextlib.ExitStack() as stack:
        sessions = []
        for level in ("repeatable read", "read committed"):
            connection = db.cluster.connect(db.name)
            stack.callback(connection.close)
            connection.autocommit = False
            sessions.append(connection.cursor())
            sessions[-1].execute(f"set transaction isolation level {level}")
            sessions[-1].execute("select count(*) from nightdrop.waiting")
        sessions[1].execute("create temp table note as select now()")
        dump = Dump(db)
        stack.callback(dump.process.kill)
        yield
        sessions[0].execute("select count(*) from nightdrop.waiting")
        dump.finish()


def fill(db, n):
    """As the front door would have, in one go."""
    db.sql("""
with fresh as (
    insert into nightdrop.job (id, queue, accepted, request, type, size,
        digest, body)
    select (lpad(to_hex((extract(epoch from clock_timestamp()) * 1000)
        ::bigint), 12, '0') || '7' || substr(replace(
        gen_random_uuid()::text, '-', ''), 14))::uuid, 'flat',
        clock_timestamp(), '{"REQUEST_METHOD": "POST"}', 'text/plain', 4,
        sha256('body'), 'body'
    from generate_series(1, %s)
    returning id, accepted)
insert into nightdrop.waiting (id, queue, position, bytes)
select id, 'flat', accepted, 4 from fresh""", n)


class Night:
    """A worker of our own, which counts what PostgreSQL touches."""

    TURN = """
explain (analyze, buffers, format json) select nightdrop.turn(%(w)s, %(token)s,
    f.ids, f.n, array_fill('successful'::text, f.size),
    array_fill(200, f.size), array_fill('OK'::text, f.size),
    array_fill('handler'::text, f.size), array_fill('[]'::json, f.size),
    array_fill(2::bigint, f.size), array_fill('ok'::bytea, f.size),
    array_fill(0, f.size), array_fill(null::integer, f.size),
    array_fill(null::bytea, f.size), array_fill(-1::bigint, f.size),
    array_fill(now(), f.size), array_fill(now(), f.size),
    s.ids, array_fill(1, array[cardinality(s.ids)]), %(want)s, 4194304,
    array['flat'], array[%(position)s::timestamptz], array[%(id)s::uuid])
from (select %(ended)s::uuid[] as ids,
        array_fill(1, array[cardinality(%(ended)s::uuid[])]) as n,
        array[cardinality(%(ended)s::uuid[])] as size) f,
    (select %(begun)s::uuid[] as ids) s"""

    def __init__(self, db):
        self.db = db
        self.token = str(uuid.uuid4())
        self.connection = db.cluster.connect(db.name, "nightdrop_batch")
        self.cursor = self.connection.cursor()
        self.w = self.rows(
            "select worker from nightdrop.run_open('{flat}', 1, 'h', 1, 'l', "
            "%s, '{}')", self.token)[0][0]
        self.last = ("-infinity", str(uuid.UUID(int=0)))

    def rows(self, statement, *values):
        self.cursor.execute(statement, values)
        return self.cursor.fetchall()

    def turn(self, ended, begun, want):
        """The pages touched."""
        self.cursor.execute(self.TURN, {
            "w": self.w, "token": self.token, "ended": ended, "begun": begun,
            "want": want, "position": self.last[0], "id": self.last[1]})
        plan = self.cursor.fetchone()[0][0]["Plan"]
        return plan["Shared Hit Blocks"] + plan["Shared Read Blocks"]

    def reserved(self):
        rows = self.db.sql(
            "select id, position::text from nightdrop.running where worker "
            "= %s and started is null order by position, id", self.w)
        if rows:
            self.last = (rows[-1][1], rows[-1][0])
        return [i for i, _ in rows]

    def entries(self):
        self.rows("select pg_stat_force_next_flush()")
        return self.rows("select sum(idx_tup_read)::bigint from "
                         "pg_stat_user_indexes where relname in "
                         "('waiting', 'running')")[0][0]

    def run(self):
        """Until nothing is left; a job's share of the pages of claims, of
        those of starts and finishes, and of the entries of indexes read."""
        before = self.entries()
        claims = others = done = 0
        begun = []
        while True:
            claims += self.turn([], [], STEP)
            ids = self.reserved()
            others += self.turn(begun, ids, 0)
            if not ids and not begun:
                break
            done += len(begun)
            begun = ids
        assert done == JOBS
        read = self.entries() - before
        [[balanced]] = self.rows("select balanced from nightdrop.run_leave"
                                 "(%s, %s)", self.w, self.token)
        assert balanced is True
        self.connection.close()
        return claims / done, others / done, read / done


def test_a_night_costs_the_same(db, queue):
    """Nothing steps over what the night has left behind."""
    costs = []
    for heavy in (False, True):
        fill(db, JOBS)
        db.sql("vacuum analyze")
        with burden(db) if heavy else contextlib.nullcontext():
            costs.append(Night(db).run())
    for before, after in zip(*costs):
        assert after <= MAY_COST * before, costs


@pytest.fixture
def old_month(db):
    """One whose jobs have long expired."""
    db.sql("set role nightdrop_owner; select nightdrop.partition_make(p, %s) "
           "from unnest(array['job', 'part', 'attempt', 'response']) p",
           OLD.replace("_", "-") + "-01 00:00+00")
    return lambda: db.value("select to_regclass(%s) is not null",
                            f"nightdrop.job_{OLD}")


@pytest.fixture
def impatient(db, cluster, responder):
    """Whoever submits and waits for a lock for longer is heard of."""
    db.sql(f'alter role nightdrop_responder in database "{db.name}" '
           f"set lock_timeout = '{MAY_WAIT}'")
    responder.stop()
    responder.start()
    before = os.path.getsize(cluster.log)

    def waited():
        with open(cluster.log, errors="replace") as f:
            f.seek(before)
            return [line for line in f if "lock timeout" in line
                    and "nightdrop-responder" in line]

    yield waited
    db.sql(f'alter role nightdrop_responder in database "{db.name}" '
           "reset lock_timeout")


def upkeep(db):
    return " ".join(x for f in ("upkeep", "month_drop") for (x,) in
                    db.sql(f"select what from nightdrop.{f}()"))


def test_all_goes_on(db, batch, responder, queue, old_month, impatient, work):
    """Programs work, months are put off, and those who submit do not wait."""
    ids = work.submit(40, queue)
    with load.Load(load.send_to(responder), clients=4) as clients:
        with burden(db):
            clients.wait_for(20)
            assert "put off" in upkeep(db)
            assert old_month()
            result = batch.run("--queue", queue, "-j", "2")
            assert result.status == 0, result
            assert {jobs.place_of(db, i) for i in ids} == {"final"}
            clients.wait_for(20)
        assert f"month {OLD}: dropped" in upkeep(db)
        assert not old_month()
        clients.wait_for(20)
    assert {x["status"] for x in clients.log} == {202}
    assert not impatient()
    work.log += clients.log
    work.judge()


def test_months_are_made_later(db, responder, impatient):
    """Somebody has a table as VACUUM has it."""
    name = db.value("select max(c.relname) from pg_class c join pg_inherits i "
                    "on i.inhrelid = c.oid where i.inhparent = "
                    "'nightdrop.job'::regclass")
    db.sql(f"drop table nightdrop.{name}")
    other = db.cluster.connect(db.name)
    other.autocommit = False
    try:
        other.cursor().execute("lock table nightdrop.job in share update "
                               "exclusive mode")
        with load.Load(load.send_to(responder), clients=4) as clients:
            clients.wait_for(10)
            assert f"{name}: put off" in upkeep(db)
            clients.wait_for(10)
            other.rollback()
            assert f"{name}: made" in upkeep(db)
            clients.wait_for(10)
    finally:
        other.close()
    assert {x["status"] for x in clients.log} == {202}
    assert not impatient()
    checker.judge(clients.log, db)
