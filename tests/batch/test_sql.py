# SPDX-License-Identifier: ISC
"""Handlers that are one SQL statement over a chunk of jobs."""
import hashlib
import itertools
import json
import os
import signal
import time

import pytest

from support import jobs, process

BOOK = """
with done as (
    insert into books.ledger (job, amount)
    select id, convert_from(body, 'UTF8')::integer from nightdrop.job_in_hand
    returning job, amount)
select job as id, 201 as status, 'text/plain' as type,
    'booked ' || amount as body from done
"""


numbers = itertools.count()


@pytest.fixture(scope="module")
def books(db):
    """A role with a table of its own."""
    db.sql("create role books")
    db.sql("grant books to nightdrop_batch")
    db.sql("grant nightdrop_handler to books")
    db.sql("create schema books authorization books")
    db.sql("set role books; create table books.ledger (job uuid, amount "
           "integer check (amount < 1000)); reset role")
    yield db
    db.sql("drop schema books cascade")
    db.sql("drop role books")


@pytest.fixture
def desk(books, batch, handlers):
    """A queue of its own with a statement, and what it did."""
    name = f"s{next(numbers)}"
    books.sql("truncate books.ledger")

    class Desk:
        db, queue = books, name

        def open(self, statement=BOOK, **settings):
            settings.setdefault("run_as", "books")
            settings.setdefault("backoff", "0")
            books.queue(name, **settings)
            handlers.write(name + ".sql", statement, mode=0o644)

        def submit(self, *bodies):
            if max(map(len, bodies)) <= 65536:
                return jobs.submit_many(books, name, bodies)
            return [jobs.submit(books, name, b) for b in bodies]

        def run(self, *options, **settings):
            result = batch.run("--queue", name, *options, **settings)
            assert not jobs.unbalanced(books)
            return result

        def ledger(self):
            return sorted(books.sql("select job::text, amount from "
                                    "books.ledger"))

        def response(self, job):
            return jobs.response(books, job)

    yield Desk()
    path = handlers.path / (name + ".sql")
    if path.exists():
        path.unlink()


def test_a_chunk_in_one_statement(desk):
    desk.open()
    ids = desk.submit(*(b"%d" % n for n in range(250)))
    result = desk.run()
    assert result.status == 0, result
    assert desk.ledger() == sorted((i, n) for n, i in enumerate(ids))
    r = desk.response(ids[7])
    assert (r.outcome, r.status, r.by) == ("successful", 201, "handler"), r
    assert r.field("Content-Type") == "text/plain" and r.body == b"booked 7"
    [(number, outcome, status, *_)] = jobs.attempts(desk.db, ids[7])
    assert (number, outcome, status) == (1, "successful", 201)
    assert desk.db.value("select count(distinct xmin::text) from "
                         "books.ledger") < 10


def test_the_culprit_is_found(desk):
    """One that raises an error costs its own attempts, and nothing else."""
    desk.open(max_attempts=2)
    bodies = [b"%d" % n for n in range(120)]
    bodies[33] = b"x"
    bodies[77] = b"5000"
    ids = desk.submit(*bodies)
    result = desk.run()
    assert result.status == 0, result
    assert len(desk.ledger()) == 118
    for n, state, words in (33, "22P02", "invalid input syntax"), (
            77, "23514", "violates check constraint"):
        r = desk.response(ids[n])
        assert (r.outcome, r.status, r.by) == ("failed", 502, "nightdrop")
        tries = jobs.attempts(desk.db, ids[n])
        assert [t[0] for t in tries] == [1, 2]
        log = bytes(tries[0][5]).decode()
        assert f"SQLSTATE {state}" in log and words in log, log
    assert "2 failed" in result.out, result


NAP = """
with nap as materialized (select pg_sleep(0.4))
select id, 200 as status, 'text/plain' as type, 'ok' as body
from nightdrop.job_in_hand, nap
"""


def test_a_window(desk):
    """No chunk begins that would not be done; what is left is not charged.
    The plan says so too."""
    desk.open(NAP)
    ids = sorted(desk.submit(*[b"x"] * 600))
    desk.db.sql("update nightdrop.queue_basis set p50 = '0.4 s', "
                "p95 = '0.7 s', total_successful = 9 where queue = %s",
                desk.queue)
    plan = json.loads(desk.run("--plan=1000", "--until", "2s",
                               "--report=json").out)
    [q] = plan["queues"]
    assert q["run"] + q["not_fit"] == 600 and q["not_fit"] >= 100, q
    assert {j["start"] for j in plan["jobs"][:100]} == {plan["opens"]}
    told = json.loads(desk.run("--until", "2s", "--report=json").out)
    places = [jobs.place_of(desk.db, i) for i in ids]
    done = places.count("final")
    assert 100 <= done < 600 and places == ["final"] * done + \
        ["waiting"] * (600 - done), "in order"
    assert told["carried_over"] == 600 - done and told["failed"] == 0, told
    assert desk.db.value(
        "select max(attempt + failures) from nightdrop.waiting "
        "where queue = %s", desk.queue) == 0
    assert desk.db.value("select closed < until from nightdrop.run "
                         "where id = %s", told["run"])


ANSWER = "select id, 200 as status from nightdrop.job_in_hand"


def test_no_row_leaves_nothing(desk):
    """Whom the statement forgets fails, and what it did for it is undone."""
    desk.open(BOOK + " where amount <> 13", max_attempts=2)
    ids = desk.submit(*(b"%d" % n for n in range(20)))
    assert desk.run().status == 0
    assert len(desk.ledger()) == 19
    assert 13 not in [amount for _, amount in desk.ledger()]
    assert desk.response(ids[13]).status == 502
    assert b"no row" in bytes(jobs.attempts(desk.db, ids[13])[0][5])


@pytest.mark.parametrize("row, words", [
    ("gen_random_uuid() as id, 200 as status", "not given"),
    ("id, 99 as status", "status"),
    ("id, 600 as status", "status"),
    ("id, 200 as status, 'plain' as type", "media type"),
    ("id, 200 as status, E'a/b\\nX: y' as type", "media type"),
    ("id, 200 as status, repeat('x', 2000) as body", "max_output"),
    ("id, 202 as status, repeat('x', 40000) as body", "state"),
], ids=["alien", "status-low", "status-high", "type", "injection", "long",
        "state"])
def test_a_row_that_will_not_do(desk, row, words):
    desk.open(f"select {row} from nightdrop.job_in_hand", max_attempts=1,
              max_output=100000 if "202" in row else 1000)
    [job] = desk.submit(b"")
    assert desk.run().status == 0
    assert desk.response(job).status == 502
    assert words in bytes(jobs.attempts(desk.db, job)[0][5]).decode()


def test_twice_for_one_job(desk):
    desk.open(ANSWER + " union all " + ANSWER, max_attempts=1)
    ids = desk.submit(b"", b"")
    assert desk.run().status == 0
    assert {desk.response(i).status for i in ids} == {502}


@pytest.mark.parametrize("columns, type, body", [
    ("200::smallint as status, 'x' as body", "text/plain; charset=utf-8",
     b"x"),
    ("200::bigint as status, '\\x00ff'::bytea as body",
     "application/octet-stream", b"\0\xff"),
    ("null::integer as status, '{\"a\": 1}'::jsonb as body",
     "application/json", b'{"a": 1}'),
    ("200 as status, '[1]'::json as body, 'text/csv'::varchar as type",
     "text/csv", b"[1]"),
    ("204 as status, null as body", None, b""),
])
def test_kinds_of_answers(desk, columns, type, body):
    desk.open(f"select {columns}, id from nightdrop.job_in_hand")
    [job] = desk.submit(b"")
    assert desk.run().status == 0
    r = desk.response(job)
    assert (r.outcome, r.field("Content-Type"), r.body) == (
        "successful", type, body)


def test_statuses_mean_what_they_mean(desk):
    """404 is for good; 503 is tried again; 202 goes on with its state."""
    desk.open("""select id, case convert_from(body, 'UTF8')
        when 'bad' then 404 when 'busy' then 503
        when 'more' then case when state is null then 202 else 200 end
        end as status,
        'at ' || attempt || coalesce(convert_from(state, 'UTF8'), '') as body
        from nightdrop.job_in_hand""", max_attempts=2)
    bad, busy, more = desk.submit(b"bad", b"busy", b"more")
    assert desk.run().status == 0
    assert desk.response(bad).outcome == "failed"
    r = desk.response(busy)
    assert (r.status, r.by, r.attempt) == (503, "handler", 2)
    assert jobs.place_of(desk.db, more) == "waiting"
    assert desk.run().status == 0
    assert desk.response(more).body == b"at 2at 1"


def test_what_is_deferred_is_the_statements(desk):
    """A constraint that is checked at the commit finds its culprit too."""
    desk.db.sql("create table books.account (amount integer primary key); "
                "grant select on books.account to books; insert into "
                "books.account select generate_series(0, 49); "
                "alter table books.ledger add constraint of_account "
                "foreign key (amount) references books.account "
                "deferrable initially deferred")
    try:
        desk.open(max_attempts=1)
        ids = desk.submit(*(b"%d" % n for n in (1, 2, 77, 3)))
        assert desk.run().status == 0
        assert len(desk.ledger()) == 3
        assert desk.response(ids[2]).status == 502
        assert b"23503" in bytes(jobs.attempts(desk.db, ids[2])[0][5])
    finally:
        desk.db.sql("alter table books.ledger drop constraint of_account; "
                    "drop table books.account")


def test_a_long_body_is_whole(desk):
    desk.open("select id, 200 as status, md5(body) as body "
              "from nightdrop.job_in_hand")
    body = os.urandom(700000)
    job, other = desk.submit(body, b"")
    assert desk.run().status == 0
    assert desk.response(job).body.decode() == hashlib.md5(body).hexdigest()
    assert desk.response(other).status == 200


def test_a_conflict_is_tried_again(desk):
    """40001 and 40P01 are nobody's fault: once more, and not charged."""
    desk.db.sql("create or replace function books.busy() returns boolean "
                "language plpgsql as $$ begin if nextval('books.n') < 4 then "
                "raise exception 'busy' using errcode = "
                "case currval('books.n') when 1 then '40P01' else '40001' "
                "end; end if; return true; end $$; "
                "create sequence books.n; grant usage on books.n to books")
    desk.open(ANSWER + " where books.busy()", max_attempts=1)
    ids = desk.submit(b"", b"", b"")
    desk.db.sql("select setval('books.n', 1, false)")
    desk.db.sql("alter function books.busy() stable")
    assert desk.run().status == 0
    assert {desk.response(i).status for i in ids} == {200}
    assert [a[0] for a in jobs.attempts(desk.db, ids[0])] == [1]
    desk.db.sql("drop function books.busy(); drop sequence books.n")


def test_over_its_time(desk):
    """The slow one gets 504; its chunk's others are done."""
    desk.open("select id, 200 as status from nightdrop.job_in_hand "
              "where body <> 'slow' or pg_sleep(30) is not null",
              max_attempts=1, time_limit="1 second")
    ids = desk.submit(b"", b"slow", b"")
    result = desk.run()
    assert [desk.response(i).status for i in ids] == [200, 504, 200], result
    assert result.seconds < 20


def test_dismissed_while_it_runs(desk, batch):
    """The statement is ended; who was not dismissed is done, once."""
    desk.open(BOOK.replace("job_in_hand", "job_in_hand where body <> '7' or "
                           "pg_sleep(20) is not null"))
    ids = desk.submit(b"1", b"7", b"2")
    run = batch.start("--queue", desk.queue)
    process.wait_until(lambda: desk.db.value(
        "select count(*) from pg_stat_activity where application_name = "
        "'nightdrop-batch sql' and wait_event = 'PgSleep'"), 10, "the chunk")
    assert desk.db.value("select nightdrop.job_stop(%s, '', true)",
                         ids[1]) == "stopping"
    result = run.wait()
    assert result.status == 0 and result.seconds < 15, result
    assert [desk.response(i).status for i in ids] == [201, 410, 201]
    assert sorted(a for _, a in desk.ledger()) == [1, 2]
    assert not jobs.unbalanced(desk.db)


def test_stopped_by_a_signal(desk, batch):
    """TERM: the chunk is given its time, then cancelled and given back."""
    desk.open("select id, 200 as status from nightdrop.job_in_hand "
              "where pg_sleep(20) is not null")
    ids = desk.submit(b"", b"")
    run = batch.start("--queue", desk.queue, "--drain", "1 s")
    process.wait_until(lambda: desk.db.value(
        "select count(*) from pg_stat_activity where application_name = "
        "'nightdrop-batch sql' and wait_event = 'PgSleep'"), 10, "the chunk")
    run.signal(signal.SIGTERM)
    result = run.wait()
    assert result.status == 0 and result.seconds < 15, result
    assert {jobs.place_of(desk.db, i) for i in ids} == {"waiting"}
    assert desk.db.value("select max(attempt) from nightdrop.waiting where "
                         "queue = %s", desk.queue) == 0
    desk.db.sql("delete from nightdrop.waiting; delete from nightdrop.job "
                "where queue = %s", desk.queue)


def test_stopped_while_others_go_on(desk, batch, night):
    """A chunk that was cut is given back whole; until the others are done
    there is nothing to do, and nothing is done."""
    desk.open("select id, 1 / (length(body) - 1) as status "
              "from nightdrop.job_in_hand, (select pg_sleep(1)) nap")
    ids = desk.submit(*[b"x"] * 4)
    slow = night.queue("sleep 6; printf 'Content-Type: text/plain\\n\\nok'")
    [job] = jobs.submit_many(desk.db, slow, [b""])
    run = batch.start("--queue", f"{desk.queue},{slow}")
    process.wait_until(lambda: run.handlers() and desk.db.value(
        "select count(*) from pg_stat_activity where application_name = "
        "'nightdrop-batch sql' and wait_event = 'PgSleep' and "
        "xact_start > backend_start + '1 s'"), 10, "the second chunk")
    run.signal(signal.SIGTERM)
    process.wait_until(lambda: {jobs.place_of(desk.db, i) for i in ids} ==
                       {"waiting"}, 5, "the chunks to be given back")
    before = process.cpu_seconds(run.worker())
    time.sleep(1)
    assert process.cpu_seconds(run.worker()) - before < 0.05
    assert run.wait().status == 0
    assert jobs.place_of(desk.db, job) == "final"
    desk.db.sql("delete from nightdrop.waiting; delete from nightdrop.job "
                "where queue = %s", desk.queue)


def test_beside_one_that_kills_the_batch(desk, batch, night):
    """Who is in hand is charged when it dies for the first time.  Then the
    culprit waits until they are done."""
    desk.open("select id, 200 as status from nightdrop.job_in_hand, "
              "(select pg_sleep(1)) nap")
    poison = night.queue("kill -9 $PPID; sleep 5", backoff="0")
    [bad] = jobs.submit_many(desk.db, poison, [b""])
    ids = desk.submit(b"", b"", b"")
    assert desk.run("--queue", poison).status == 0
    assert desk.response(bad).outcome == "failed"
    for i in ids:
        r = desk.response(i)
        assert (r.status, r.attempt) == (200, 2), r


def test_longer_than_the_lease(desk):
    """It is renewed beside the statement."""
    desk.open("select id, 200 as status from nightdrop.job_in_hand "
              "where pg_sleep(6) is not null")
    [job] = desk.submit(b"")
    result = desk.run("--set", "lease=5")
    assert result.status == 0, result
    r = desk.response(job)
    assert (r.status, r.attempt) == (200, 1)


# What the statement may do, and what keeps it from more.

def test_it_runs_as_its_role(desk):
    desk.open("select id, 200 as status, current_user || ' ' || "
              "(select count(*) from pg_tables where "
              "has_table_privilege(schemaname || '.' || tablename, 'select') "
              "and schemaname = 'nightdrop') as body "
              "from nightdrop.job_in_hand")
    [job] = desk.submit(b"")
    assert desk.run().status == 0
    assert desk.response(job).body == b"books 0"


@pytest.mark.parametrize("statement, words", [
    ("set role nightdrop_batch", "no column id"),
    (ANSWER + "; reset role", "multiple commands"),
    ("select j.id, 200 as status from nightdrop.job j", "permission denied"),
    ("select id, 200 as status, nightdrop.adopt('x') as body "
     "from nightdrop.job_in_hand", "permission denied"),
    ("select id from nightdrop.job_in_hand", "no column status"),
    ("select id, 200 as status, 1 as more from nightdrop.job_in_hand",
     "'more'"),
    ("select id::text as id, 200 as status from nightdrop.job_in_hand",
     "uuid"),
    ("selec", "syntax error"),
    ("insert into books.ledger values (null, 1)", "no column id"),
    ("", "is empty"),
])
def test_what_is_refused_before_it_runs(desk, batch, statement, words):
    desk.open(statement)
    [job] = desk.submit(b"")
    checked = batch.run("--check", "--queue", desk.queue)
    assert checked.status == 78 and words in checked.text, checked
    result = desk.run()
    assert result.status == 78, result
    assert jobs.place_of(desk.db, job) == "waiting"
    assert desk.ledger() == []


def test_a_queue_without_a_role(desk, batch):
    desk.open(run_as=None)
    for result in batch.run("--check", "--queue", desk.queue), desk.run():
        assert result.status == 78, result
        assert "queue_alter(" in result.text and "run_as" in result.text


def test_a_function_that_leaves_the_role(desk):
    """The boundary as it is: a function that the role's own people wrote can
    become the batch, as the session is the batch's.  It finishes nothing but
    its chunk, and the next chunk runs as it should."""
    desk.db.sql("set role books; create or replace function books.leave() "
                "returns text language plpgsql as $$ begin "
                "perform set_config('role', 'none', false); "
                "return current_user; end $$; reset role")
    desk.open("select id, 200 as status, current_user || ' ' || "
              "books.leave() as body from nightdrop.job_in_hand",
              max_attempts=1, max_running=1)
    ids = desk.submit(b"", b"")
    assert desk.run().status == 0
    assert {desk.response(i).body for i in ids} == {b"books nightdrop_batch"}
    desk.db.sql("drop function books.leave()")


def test_a_function_that_leaves_settings(desk, night, handlers):
    """They do not reach the statement of another queue."""
    desk.db.sql("set role books; create or replace function books.set_it() "
                "returns text language plpgsql as $$ begin "
                "set search_path = books; return 'x'; end $$; reset role")
    desk.open("select id, 200 as status, books.set_it() as body "
              "from nightdrop.job_in_hand")
    other = night.queue(None, run_as="books")
    handlers.write(other + ".sql", "select id, 200 as status, "
                   "current_setting('search_path') as body "
                   "from nightdrop.job_in_hand", mode=0o644)
    [first] = desk.submit(b"")
    [second] = jobs.submit_many(desk.db, other, [b""])
    assert desk.run("--queue", other).status == 0
    assert desk.response(first).body == b"x"
    assert desk.response(second).body == b'"$user", public'
    desk.db.sql("drop function books.set_it()")


def test_check_says_all_is_well(desk, batch):
    desk.open()
    checked = batch.run("--check", "--queue", desk.queue)
    assert checked.status == 0 and desk.queue + ".sql" in checked.out, checked


# --try: a job of its own, and nothing of it stays.

def try_it(desk, batch, handlers, body, *options):
    return batch.run("--try", str(handlers.path / (desk.queue + ".sql")),
                     *options, stdin=body)


def test_try(desk, batch, handlers):
    desk.open()
    tried = try_it(desk, batch, handlers, b"12")
    assert tried.status == 0, tried
    assert "successful: 201 Created" in tried.out
    assert "books, in a transaction that is rolled back" in tried.out
    assert tried.out.endswith("booked 12"), tried
    assert desk.ledger() == []
    assert desk.db.value("select count(*) from nightdrop.job where queue = %s",
                         desk.queue) == 0
    tried = try_it(desk, batch, handlers, b"x")
    assert tried.status == 1 and "22P02" in tried.out, tried


@pytest.mark.parametrize("statement, words", [
    (ANSWER + " where false", "no row"),
    (ANSWER + " union all " + ANSWER, "twice"),
    ("select id, 99 as status from nightdrop.job_in_hand", "from 200 to 599"),
    ("select id from nightdrop.job_in_hand", "no column status"),
    (ANSWER + " where exists (select from nightdrop.job)",
     "permission denied"),
])
def test_try_finds_what_is_wrong(desk, batch, handlers, statement, words):
    desk.open(statement)
    tried = try_it(desk, batch, handlers, b"")
    assert tried.status == 1 and words in tried.out, tried


def test_try_sees_what_the_night_sees(desk, batch, handlers):
    desk.open("select id, 200 as status, concat_ws(' ', queue, attempt, type, "
              "size, business_date is not null) as body "
              "from nightdrop.job_in_hand")
    tried = try_it(desk, batch, handlers, b"abc", "--type", "text/csv")
    assert tried.out.endswith(f"{desk.queue} 1 text/csv 3 t"), tried


def test_try_can_be_stopped(desk, batch, handlers):
    desk.open("select id, 200 as status, pg_sleep(30)::text as body "
              "from nightdrop.job_in_hand")
    run = batch.start("--try", str(handlers.path / (desk.queue + ".sql")))
    run.process.stdin.close()
    run.process.stdin = run.input = None
    process.wait_until(lambda: desk.db.sql(
        "select 1 from pg_stat_activity where query like '%pg_sleep(30)%' and "
        "application_name like 'nightdrop-batch --try%'"), 10, "it to run")
    run.signal(signal.SIGINT)
    assert run.wait(5).status == -signal.SIGINT


def test_try_has_no_variables(desk, batch, handlers):
    desk.open()
    tried = try_it(desk, batch, handlers, b"12", "--variable",
                   "QUERY_STRING=a")
    assert tried.status == 78 and "job_in_hand" in tried.err, tried


def test_try_without_a_queue(batch, handlers):
    path = handlers.write("nobodys.sql", ANSWER, mode=0o644)
    tried = batch.run("--try", str(path))
    assert tried.status == 78 and "no queue nobodys" in tried.err, tried
