# SPDX-License-Identifier: ISC
"""Who is calling, who may submit, how much, and who sees what of it."""
import base64
import time

import pytest

from support import jobs, process
from support.client import Client
from support.documents import check_problem, split_monitor
from support.nginx import Nginx

JOBS = "/queues/plain/jobs"


def token_of(db, owner, reason="a test"):
    """(number, what the client sends)"""
    words = db.value("select nightdrop.token_create(%s, %s)", owner, reason)
    number = int(words.partition(":")[0].rpartition(" ")[2])
    return number, "Bearer " + words.rpartition(" ")[2]


def basic(user):
    return "Basic " + base64.b64encode(f"{user}:x".encode()).decode()


def owner_of(db, answer, prefix):
    assert answer.status == 202, answer
    job, key = split_monitor(answer.get("Content-Location"), prefix)
    owner = db.value("select owner from nightdrop.job where id = %s", job)
    assert (key == "") == (owner != "")
    return owner


def check_401(answer, error=None):
    doc = check_problem(answer, 401)
    want = 'Bearer realm="nightdrop"'
    if error:
        want += f', error="{error}"'
    assert answer.get("WWW-Authenticate") == want
    return doc


# Bearer tokens


def test_a_token_says_who(mount, db):
    _, token = token_of(db, "shop")
    a = mount.client.post(JOBS, b"x", Authorization=token)
    assert owner_of(db, a, mount.prefix) == "shop"
    monitor = a.get("Content-Location")
    assert mount.client.get(monitor).status == 404
    assert mount.client.get(monitor, Authorization=token).status == 200
    assert mount.client.get(
        monitor, Authorization="bEARER  " + token[7:]).status == 200
    variables = db.value("select request from nightdrop.job where id = %s",
                         split_monitor(monitor, mount.prefix)[0])
    assert variables["REMOTE_USER"] == "shop"
    assert variables["AUTH_TYPE"] == "Bearer"
    assert token[7:] not in str(variables)


@pytest.mark.parametrize("token", [
    "Bearer", "Bearer ", "Bearer x", "Bearer nightdrop_1_x",
    "bearer " + "x" * 5000,
    "Bearer \xff", "Bearer a, Bearer b"])
def test_a_wrong_token_is_401(client, token, nothing_new):
    for a in (client.post(JOBS, b"x", Authorization=token),
              client.get("/queues", Authorization=token)):
        doc = check_401(a, "invalid_token")
        assert doc["type"].endswith("#invalid-token")


def test_other_schemes_are_the_servers_business(client, db):
    for value in (basic("root"), "Digest x", "Bearerx y", "Negotiate abc"):
        a = client.post(JOBS, b"x", Authorization=value)
        assert owner_of(db, a, client.prefix) == ""


def test_a_revoked_token_is_401(client, db):
    """Within two seconds of the commit, which is what is promised."""
    number, token = token_of(db, "gone")
    assert client.get("/queues", Authorization=token).status == 200
    db.sql("select nightdrop.token_revoke(%s, 'lost')", number)
    end = time.monotonic() + 2.05
    asked = 0.0
    while client.get("/queues", Authorization=token).status == 200:
        assert asked < end
        time.sleep(0.1)
        asked = time.monotonic()
    check_401(client.get("/queues", Authorization=token), "invalid_token")


def test_an_expired_token_is_401(client, db):
    number, token = token_of(db, "gone")
    db.sql("update nightdrop.client_token set expires = now() "
           "where number = %s", number)
    check_401(client.get("/queues", Authorization=token), "invalid_token")


def test_a_token_is_not_asked_for_each_time(client, db):
    """What was said is good for a while: a request costs a hash."""
    number, token = token_of(db, "first")

    def owner():
        a = client.post(JOBS, b"x", Authorization=token)
        return owner_of(db, a, client.prefix)
    assert owner() == "first"
    known = time.monotonic()
    db.sql("update nightdrop.client_token set owner = 'second' "
           "where number = %s", number)
    assert owner() == "first" or time.monotonic() > known + 1.5
    process.wait_until(lambda: owner() == "second", 3, "the new owner", 0.1)


def test_a_token_wins_over_a_user(room, responder, db, front):
    """nginx can pass both; the token was verified by us."""
    _, token = token_of(db, "shop")
    client = Client(front.port, "/fixed")
    assert owner_of(db, client.post(JOBS, b"x"), "/fixed") == "ann"
    a = client.post(JOBS, b"x", Authorization=token)
    assert owner_of(db, a, "/fixed") == "shop"


# REMOTE_USER


@pytest.fixture(scope="module")
def front(room, responder):
    """nginx as Debian ships it sets REMOTE_USER from a Basic field that it
    has not verified."""
    trust = "fastcgi_param NIGHTDROP_TRUST_USER 1;"
    ann = "fastcgi_param REMOTE_USER ann;"  # as if verified
    n = Nginx(room)
    n.location("/stock", responder.socket)
    n.location("/fixed", responder.socket, before=ann, after=trust)
    n.location("/late", responder.socket, after=ann + trust)
    n.start()
    yield n
    n.stop()


def test_a_forged_user_is_nobody(front, db, client):
    """The field is there, so this is no test of nginx's manners."""
    forged = Client(front.port, "/stock", user="root")
    assert owner_of(db, forged.post(JOBS, b"x"), "/stock") == ""
    variables = db.value("select request from nightdrop.job "
                         "order by id desc limit 1")
    assert "REMOTE_USER" not in variables
    job = jobs.submit(db, "plain", b"x", owner="root")
    assert forged.get(f"/jobs/{job}").status == 404
    assert forged.delete(f"/jobs/{job}").status == 404


@pytest.mark.parametrize("prefix", ["/fixed", "/late"])
def test_two_users_are_none(front, db, prefix, nothing_new):
    """With the stock parameters in the same location nobody can tell which
    of the two the server has verified: neither is believed."""
    check_401(Client(front.port, prefix, user="root").post(JOBS, b"x"))
    check_401(Client(front.port, prefix, user="root").get("/queues"))


@pytest.mark.parametrize("prefix", ["/fixed", "/late"])
def test_one_user_is_one(front, db, prefix):
    a = Client(front.port, prefix).post(JOBS, b"x")
    assert owner_of(db, a, prefix) == "ann"
    a = Client(front.port, prefix, user="ann").post(JOBS, b"x")
    assert owner_of(db, a, prefix) == "ann"


# Who may submit


@pytest.fixture(scope="module")
def hers(db):
    return db.queue("hers", submitters=["ann"])


@pytest.fixture(scope="module")
def house(db):
    return db.queue("house", submitters=["*"])


BODIES = [b"x", b"x" * 100000]  # inline, and in parts


@pytest.mark.parametrize("body", BODIES, ids=["inline", "parts"])
@pytest.mark.parametrize("key", [None, '"k"'], ids=["", "key"])
def test_a_queue_says_who_may_submit(mount, hers, house, db, body, key):
    path = f"/queues/{hers}/jobs"
    before = db.value("select count(*) from nightdrop.job")
    check_401(mount.client.post(path, body, Idempotency_Key=key))
    check_problem(mount.user("bob").post(path, body, Idempotency_Key=key), 403)
    check_401(mount.untrusted("ann").post(path, body, Idempotency_Key=key))
    check_401(mount.client.post(f"/queues/{house}/jobs", body))
    assert db.value("select count(*) from nightdrop.job") == before
    assert db.value("select count(*) from nightdrop.upload") == 0
    assert db.value("select count(*) from nightdrop.idempotency_key "
                    "where queue = %s and owner <> 'ann'", hers) == 0
    name = mount.kind + str(len(body))
    key = key and f'"{name}"'
    mount.user("ann").submit(hers, body, Idempotency_Key=key)
    mount.user("bob").submit(house, body)


def test_granted_and_revoked(client, db):
    """It holds for the next request: nothing is kept."""
    db.queue("gate", submitters=["ann"])
    _, token = token_of(db, "bob")
    check_problem(client.post("/queues/gate/jobs", b"x", Authorization=token),
                  403)
    db.sql("select nightdrop.submit_grant('gate', 'bob', 'x')")
    client.submit("gate", b"x", Authorization=token)
    db.sql("select nightdrop.submit_revoke('gate', 'bob', 'x')")
    check_problem(client.post("/queues/gate/jobs", b"x", Authorization=token),
                  403)


# Quotas


@pytest.mark.parametrize("body", BODIES, ids=["inline", "parts"])
def test_quota(mount, db, body):
    queue = db.queue(f"quota-{mount.kind}-{len(body)}", max_waiting_owner=2)
    ann = mount.user("ann")
    ann.submit(queue, body)
    a = ann.submit(queue, body, Idempotency_Key='"k"')
    before = db.value("select count(*) from nightdrop.job")
    for key in (None, '"other"'):
        doc = check_problem(ann.post(f"/queues/{queue}/jobs", body,
                                     Idempotency_Key=key), 429)
        assert doc["limit"] == 2
    again = ann.submit(queue, body, Idempotency_Key='"k"')
    assert again.get("Content-Location") == a.get("Content-Location"), \
        "a repeat is not one more"
    mount.user("bob").submit(queue, body)
    assert db.value("select count(*) from nightdrop.job") == before + 1
    assert db.value("select count(*) from nightdrop.upload") == 0
    assert ann.delete(a.get("Content-Location")).status == 204
    ann.submit(queue, body)


def test_nobody_is_one_owner(client, db):
    queue = db.queue("quota-nobody", max_waiting_owner=1)
    client.submit(queue, b"x")
    check_problem(client.post(f"/queues/{queue}/jobs", b"y"), 429)


def test_a_named_job(client, db):
    """Whose it may be, and how many: the one it replaces makes room."""
    db.queue("nightly", submitters=["ann"], max_waiting_owner=1)
    _, ann = token_of(db, "ann")
    _, bob = token_of(db, "bob")

    def put(name, token):
        return client.request("PUT", f"/queues/nightly/jobs/{name}", b"x",
                              Authorization=token)
    check_401(put("a", None))
    check_problem(put("a", bob), 403)
    assert put("a", ann).status == 201
    assert put("a", ann).status == 204
    check_problem(put("b", ann), 429)
    assert put("a", ann).status == 204


def test_the_backlogs_limit_is_named(client, db):
    db.queue("narrow", max_waiting=1)
    client.submit("narrow", b"x")
    doc = check_problem(client.post("/queues/narrow/jobs", b"x"), 503)
    assert doc["limit"] == 1 and doc["type"].endswith("#backlog")
