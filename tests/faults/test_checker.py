# SPDX-License-Identifier: ISC
"""The judge itself: each invariant, broken on purpose, is found broken."""
import hashlib
import time

import pytest

from support import bundles, checker, jobs, load

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
    for table in ("waiting", "response", "attempt", "bundle", "named_job",
                  "job"):
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


@pytest.fixture
def bundle(finished, db, plain, request):
    """A bundle in line, beside what is finished: its id."""
    lines = [f'"{request.node.name} {n}"'.encode() for n in range(3)]
    made = bundles.submit(db, plain, lines)
    finished.append({**load.entry("b", b"".join(lines)), "kind": "bundle",
                     "status": 202, "id": made,
                     "lines": [hashlib.sha256(x).hexdigest() for x in lines]})
    return made


def test_bundle_in_line(finished, bundle, db):
    checker.judge(finished, db)


@pytest.mark.parametrize("change, found", [
    ("update nightdrop.bundle set sealed = null", {"bundle"}),
    ("delete from nightdrop.job where line = 2", {"bundle"}),
    ("update nightdrop.job set digest = sha256('x') where line = 2",
     {"bundle", "I2", "I11"}),
    ("update nightdrop.bundle set expanded = 1", {"I3"}),
])
def test_tampered_bundle(finished, bundle, db, change, found):
    db.sql(change)
    assert said(finished, db) == found


def test_tampered_bundle_log(finished, bundle, db):
    finished[-1]["lines"] = finished[-1]["lines"][::-1]
    assert "bundle" in said(finished, db)
    finished[-1]["lines"] = finished[-1]["lines"][::-1]
    finished[-1]["status"] = 201
    assert said(finished, db) == {"I10"}


def put(db, plain, log, body):
    job = jobs.new_id()
    reply = db.value(
        "select reply from nightdrop.named_accept(%s, %s, '', 'n', '{}', "
        "'x/y', %s, %s, sha256(%s), null, null)", job, plain, body, len(body),
        body, user="nightdrop_responder")
    log.append({**load.entry(None, body), "kind": "named", "status": reply,
                "id": job})
    return job


@pytest.fixture
def named(finished, db, plain, request):
    """Two PUTs of a name: the ids."""
    return [put(db, plain, finished, f"put {request.node.name} {n}".encode())
            for n in range(2)]


def test_named(finished, named, db):
    assert [x["status"] for x in finished[-2:]] == [201, 204]
    checker.judge(finished, db)


@pytest.mark.parametrize("change", [
    "update nightdrop.job set replaced = null where id = %(new)s",
    "update nightdrop.response set reason = 'Gone' where id = %(old)s",
    "update nightdrop.response set outcome = 'failed' where id = %(old)s",
])
def test_tampered_name(finished, named, db, change):
    connection = db.cluster.connect(db.name)
    try:
        with connection.cursor() as c:
            c.execute(change, {"old": named[0], "new": named[1]})
    finally:
        connection.close()
    assert said(finished, db) == {"named"}


def test_tampered_named_log(finished, named, db):
    finished[-1]["status"] = 201
    assert said(finished, db) == {"named"}


@pytest.mark.parametrize("status, at, found", [
    (409, 0, set()),
    (202, 0, {"dismissed"}),
    (204, 0, {"dismissed"}),
    (404, 0, {"I10"}),
])
def test_dismissal_that_was_none(finished, db, status, at, found):
    finished.append({"key": None, "digest": None, "kind": "delete",
                     "id": finished[0]["id"], "status": status, "at": at})
    assert said(finished, db) == found


def test_dismissed_and_started(finished, db):
    """204 said that it was in nobody's hands: so nothing starts later."""
    job = finished[0]["id"]
    db.sql("update nightdrop.response set outcome = 'dismissed' "
           "where id = %s", job)
    finished.append({"key": None, "digest": None, "kind": "delete", "id": job,
                     "status": 204, "at": time.time()})
    assert said(finished, db) == set()
    finished[-1]["at"] -= 60
    assert said(finished, db) == {"dismissed"}


def test_upload_without_a_digest(finished, db):
    """What came in pieces is judged by its bytes until a run has read it."""
    job = finished[0]["id"]
    db.sql("update nightdrop.job set digest = null where id = %s", job)
    assert said(finished, db) == set()
    db.sql("update nightdrop.job set body = overlay(body placing 'XX' "
           "from 1) where id = %s", job)
    assert said(finished, db) == {"I11"}


@pytest.mark.parametrize("status, ago, found", [
    (204, 0, set()), (204, 60, {"undone"}), (202, 60, {"undone"}),
    (503, 60, set()), (404, 0, {"I10"})])
def test_bundle_undone(finished, bundle, db, batch, plain, status, ago, found):
    """What had ended when it was taken away may be successful."""
    assert batch.run("--queue", plain).status == 0
    finished.append({"key": None, "digest": None, "kind": "undo",
                     "id": bundle, "status": status, "at": time.time() - ago})
    assert said(finished, db) == found
