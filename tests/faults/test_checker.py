# SPDX-License-Identifier: ISC
"""The judge itself: each invariant, broken on purpose, is found broken."""
import pytest

from support import checker, jobs, load

# What a superuser does to the tables, and what the judge must say.
TAMPERED = {
    "I1": "delete from nightdrop.waiting where id = %(job)s; "
          "delete from nightdrop.response where id = %(job)s; "
          "delete from nightdrop.job where id = %(job)s",
    "I2": "update nightdrop.job set digest = '\\x00' where id = %(job)s",
    "I3": "delete from nightdrop.response where id = %(job)s; "
          "delete from nightdrop.waiting where id = %(job)s",
    "I4": "delete from nightdrop.attempt where id = %(job)s",
    "I5": "update nightdrop.response set body = 'attempt 9 of x' "
          "where id = %(job)s",
    "I11": "update nightdrop.job set body = 'other' where id = %(job)s",
}


@pytest.fixture
def finished(db, batch, plain, cluster, request):
    """A database of its own with three finished jobs, and their log."""
    log = []
    for n in range(3):
        body = f"{request.node.name} {n}".encode()
        log.append({**load.entry(f"k{n}", body), "status": 202,
                    "id": jobs.submit(db, plain, body)})
    assert batch.run("--queue", plain).status == 0
    yield log
    for table in ("waiting", "response", "attempt", "job"):
        db.sql(f"delete from nightdrop.{table}")
    db.sql("update nightdrop.run set balanced = true")


def said(log, db):
    return {v.partition(":")[0] for v in checker.violations(log, db.sql)}


def test_nothing_to_say(finished, db):
    checker.judge(finished, db)


@pytest.mark.parametrize("invariant", TAMPERED)
def test_tampered_table(finished, db, invariant):
    connection = db.cluster.connect(db.name)
    try:
        with connection.cursor() as c:
            c.execute(TAMPERED[invariant], {"job": finished[0]["id"]})
    finally:
        connection.close()
    assert invariant in said(finished, db)
    with pytest.raises(AssertionError, match=invariant):
        checker.judge(finished, db)


def test_unbalanced_run(finished, db):
    db.sql("update nightdrop.run set taken = taken + 1")
    assert said(finished, db) == {"I3"}
    db.sql("update nightdrop.run set taken = taken - 1, balanced = false")
    assert said(finished, db) == {"I3"}


def test_too_many_failures(finished, db):
    job = finished[0]["id"]
    db.sql("insert into nightdrop.attempt (id, attempt, round, run, worker, "
           "queue, started, ended, result) select id, 100 + n, round, run, "
           "worker, queue, started, ended, 'retry' "
           "from nightdrop.attempt, generate_series(1, 6) n where id = %s",
           job)
    assert {"I6", "I5"} <= said(finished, db)


@pytest.mark.parametrize("change, invariant", [
    ({"id": "00000000-0000-7000-8000-000000000000"}, "I1"),
    ({"digest": "00" * 32}, "I11"),
    ({"status": 400}, "I10"),
    ({"status": 500}, "I10"),
    ({"key": "k1"}, "I7"),
    ({"misused": True}, "I7"),
])
def test_tampered_log(finished, db, change, invariant):
    finished[0].update(change)
    assert invariant in said(finished, db)


def test_unexpected_job(finished, db):
    assert "I2" in said(finished[1:], db)


def test_two_jobs_of_one_submission(finished, db, plain):
    body = b"twice"
    finished += [{**load.entry("t", body), "status": 202,
                  "id": jobs.submit(db, plain, body)} for _ in range(2)]
    assert {"I2", "I7"} <= said(finished, db)


def test_an_empty_log_is_no_evidence(db):
    with pytest.raises(AssertionError, match="nothing was sent"):
        checker.judge([], db)
