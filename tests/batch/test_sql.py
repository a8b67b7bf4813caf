# SPDX-License-Identifier: ISC
"""Handlers that are one SQL statement over a chunk of jobs."""
import json

import pytest

from support import jobs

BOOK = """
with done as (
    insert into books.ledger (job, amount)
    select id, convert_from(body, 'UTF8')::integer from nightdrop.job_in_hand
    returning job, amount)
select job as id, 201 as status, 'text/plain' as type,
    'booked ' || amount as body from done
"""


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
def desk(books, batch, handlers, request):
    """A queue of its own with a statement, and what it did."""
    name = "s-" + "".join(c if c.isalnum() else "-" for c in
                          request.node.name.removeprefix("test_"))[:50]
    books.sql("truncate books.ledger")

    class Desk:
        db, queue = books, name

        def open(self, statement=BOOK, **settings):
            settings.setdefault("run_as", "books")
            settings.setdefault("backoff", "0")
            books.queue(name, **settings)
            handlers.write(name + ".sql", statement, mode=0o644)

        def submit(self, *bodies):
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
    ids = desk.submit(*[b"x"] * 600)
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
