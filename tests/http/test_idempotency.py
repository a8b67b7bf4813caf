# SPDX-License-Identifier: ISC
"""Idempotency-Key: same key, same job; other payload, 422."""
import concurrent.futures
import os

import pytest

from support.documents import check_accepted, check_problem


def count(db, queue):
    return db.value("select count(*) from nightdrop.job where queue = %s",
                    queue)


@pytest.mark.parametrize("size", [10, 100000, 600000])
def test_same_job(mount, db, size):
    name = f"same-{mount.kind}-{size}"
    db.queue(name)
    body = os.urandom(size)
    path = f"/queues/{name}/jobs"
    first = mount.client.post(path, body, Idempotency_Key='"k 1"')
    monitor = check_accepted(first, mount.prefix, body)
    again = mount.client.post(path, body, Idempotency_Key='"k 1"')
    assert check_accepted(again, mount.prefix, body) == monitor
    assert again.json()["accepted"] == first.json()["accepted"]
    assert count(db, name) == 1
    other = mount.client.post(path, body, Idempotency_Key='"k 2"')
    assert check_accepted(other, mount.prefix, body) != monitor
    assert count(db, name) == 2
    assert db.value("select count(*) from nightdrop.upload") == 0
    assert db.value("select count(distinct id) from nightdrop.part") == \
        db.value("select count(*) from nightdrop.job where body is null")


@pytest.mark.parametrize("size", [10, 600000])
def test_other_query(client, db, size):
    """The same bytes with another query are another request."""
    db.queue(f"query-{size}")
    body = os.urandom(size)
    path = f"/queues/query-{size}/jobs"
    first = client.post(path + "?page=1", body, Idempotency_Key='"q"')
    again = client.post(path + "?page=1", body, Idempotency_Key='"q"')
    assert again.get("Location") == first.get("Location")
    other = client.post(path + "?page=2", body, Idempotency_Key='"q"')
    assert other.status == 202, other
    assert other.get("Location") != first.get("Location")
    assert count(db, f"query-{size}") == 2


def test_other_query_of_an_owner(mount, db):
    db.queue(f"query-of-{mount.kind}")
    path = f"/queues/query-of-{mount.kind}/jobs"
    alice = mount.user("alice")
    assert alice.post(path + "?page=1", b"x",
                      Idempotency_Key='"q"').status == 202
    check_problem(alice.post(path + "?page=2", b"x", Idempotency_Key='"q"'),
                  422, f"/{mount.kind}-user")
    assert count(db, f"query-of-{mount.kind}") == 1


def test_empty(mount, nothing_new):
    """Who sends a key means it: an empty one is none, and is said so."""
    a = mount.client.post("/queues/plain/jobs", b"x", Idempotency_Key="")
    check_problem(a, 400, mount.prefix)


def test_bare_token(client, db):
    db.queue("bare")
    for key in ("token-1", '"token-1"'):
        assert client.submit("bare", b"x",
                             Idempotency_Key=key).status == 202
    assert count(db, "bare") == 1, "the same key, quoted or not"


@pytest.mark.parametrize("size", [10, 100000])
def test_other_payload(mount, db, size):
    user = mount.user(f"{mount.kind}{size}")
    key = '"mine"'
    body = os.urandom(size)
    assert user.submit("plain", body, Idempotency_Key=key).status == 202
    before = count(db, "plain")
    a = user.post("/queues/plain/jobs", body[:-1] + bytes([body[-1] ^ 1]),
                  Idempotency_Key=key)
    check_problem(a, 422, user.prefix)
    assert count(db, "plain") == before
    assert db.value("select count(*) from nightdrop.upload") == 0


def test_scope_is_owner_and_queue(mount):
    key = '"shared"'
    ids = [c.submit(q, b"same", Idempotency_Key=key).links()["monitor"]
           .rpartition("/")[2]
           for c in (mount.user("a"), mount.user("b"))
           for q in ("plain", "made")]
    assert len(set(ids)) == 4


def test_without_an_owner_the_body_is_part_of_it(client):
    """Nobody can find out, or block, the keys of others."""
    one = client.submit("plain", b"body one", Idempotency_Key='"n"').json()
    two = client.submit("plain", b"body two", Idempotency_Key='"n"').json()
    assert one["id"] != two["id"]


def test_answer_shows_the_present(client, db, batch, handlers):
    db.queue("done")
    handlers.write("done", "printf 'Status: 200 OK\\n\\n'")
    first = client.submit("done", b"x", Idempotency_Key='"p"').json()
    assert batch.run("--queue", "done").status == 0
    again = client.submit("done", b"x", Idempotency_Key='"p"').json()
    assert again["id"] == first["id"]
    assert again["status"] == "successful"


def test_fifty_at_once(mount, db):
    name = f"fifty-{mount.kind}"
    db.queue(name)

    def one(_):
        return mount.client.post(f"/queues/{name}/jobs", b"once",
                                 Idempotency_Key='"fifty"')

    with concurrent.futures.ThreadPoolExecutor(50) as pool:
        answers = list(pool.map(one, range(50)))
    statuses = {a.status for a in answers}
    assert statuses <= {202, 409}, statuses
    assert 202 in statuses
    ids = {a.json()["id"] for a in answers if a.status == 202}
    assert len(ids) == 1, ids
    assert count(db, name) == 1
