# SPDX-License-Identifier: ISC
"""A job comes in: 202, 201, 204, and what each carries."""
import os

import pytest

from support import documents, jobs
from support.documents import check_accepted, split_monitor

SIZES = [0, 1, 65535, 65536, 65537, 262144, 262145, 1048576]


def test_accepted_carries_all(mount, db):
    body = b"name,amount\na,1\n"
    a = mount.client.post("/queues/plain/jobs", body, Content_Type="text/csv")
    monitor = check_accepted(a, mount.prefix, body)
    doc = a.json()
    assert doc["queue"] == "plain"
    assert doc["status"] == "accepted"
    assert doc["attempt"] == 0
    for name in ("started", "finished", "progress", "outcome"):
        assert doc[name] is None, name
    job, key = split_monitor(monitor, mount.prefix)
    assert key, "without an owner the URL is the capability"
    assert db.row("select queue, owner, type, size from nightdrop.job "
                  "where id = %s", job) == ("plain", "", "text/csv",
                                            len(body))
    assert jobs.place_of(db, job) == "waiting"


def test_quote_is_honest_without_history(client, db):
    db.queue("fresh")
    a = client.submit("fresh", b"x")
    quote = a.json()["quote"]
    assert (quote["earliest"], quote["likely"], quote["latest"]) == \
        (None, None, None)
    assert quote["ahead"] == 0
    assert 48 <= int(a.get("Retry-After")) <= 72
    assert client.submit("fresh", b"y").json()["quote"]["ahead"] == 1


def test_created(mount):
    a = mount.client.post("/queues/made/jobs", b"x")
    assert (a.status, a.reason) == (201, "Created"), a
    monitor = a.get("Location")
    assert a.get("Content-Location") == monitor
    assert documents.check_status(a.json(), mount.prefix) == monitor
    assert mount.client.get(monitor).status == 200


def test_no_content(mount, db):
    a = mount.client.post("/queues/silent/jobs", b"silent")
    assert (a.status, a.reason) == (204, "No Content"), a
    assert a.body == b""
    assert a.get("Content-Type") is None
    assert a.get("ETag") is None, "only on PUT"
    job, _ = split_monitor(a.links()["monitor"], mount.prefix)
    assert jobs.place_of(db, job) == "waiting"
    assert mount.client.get(a.links()["monitor"]).status == 200


@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunked"])
@pytest.mark.parametrize("size", SIZES)
def test_bytes_are_stored_as_sent(mount, db, size, chunked):
    body = os.urandom(size)
    sent = iter([body[i:i + 50000] for i in range(0, size, 50000)]) \
        if chunked else body
    a = mount.client.post("/queues/plain/jobs", sent,
                          Content_Type="application/octet-stream")
    job, _ = split_monitor(check_accepted(a, mount.prefix, body),
                           mount.prefix)
    inline, digest = db.row(
        "select body, encode(digest, 'hex') from nightdrop.job where id = %s",
        job)
    assert jobs.stored(db, job, inline, 0) == body
    assert documents.digest(body).encode() in a.body
    assert db.value("select count(*) from nightdrop.upload") == 0
    assert jobs.place_of(db, job) == "waiting"


def test_inline_up_to_the_limit(client, db):
    for size, inline in ((65536, True), (65537, False)):
        job = client.submit("plain", b"x" * size).json()["id"]
        assert db.value("select body is not null from nightdrop.job "
                        "where id = %s", job) == inline


@pytest.mark.parametrize("prefer, confirmed", [
    ("respond-async", {"respond-async"}),
    ("respond-async, wait=10", {"respond-async"}),
    ("return=minimal", {"return=minimal"}),
    ("respond-async, return=minimal", {"respond-async", "return=minimal"}),
    ("handling=lenient", set()),
])
def test_preferences(client, prefer, confirmed):
    a = client.submit("plain", b"x", Prefer=prefer)
    applied = a.get("Preference-Applied")
    assert {p.strip() for p in (applied or "").split(",") if p} == confirmed
    doc = a.json()
    if "return=minimal" in confirmed:
        assert set(doc) == {"id", "status", "latest", "monitor"}
        assert doc["monitor"] == a.get("Content-Location")
    else:
        assert set(doc) == documents.MEMBERS


@pytest.mark.parametrize("field", ["Content-Digest", "Repr-Digest"])
@pytest.mark.parametrize("size", [100, 100000], ids=["inline", "parts"])
def test_digest_that_matches(client, field, size):
    body = os.urandom(size)
    a = client.send("POST", client.url("/queues/plain/jobs"), body,
                    {field: documents.digest(body)})
    check_accepted(a, client.prefix, body)


@pytest.mark.parametrize("value", ["sha-512=:AAAA:", "md5=:AAAA:"])
def test_digest_of_another_kind_is_ignored(client, value):
    assert client.submit("plain", b"x", Content_Digest=value).status == 202


def test_request_variables_are_kept_for_the_handler(mount, db):
    a = mount.user("alice").submit("plain", b"x", User_Agent="unit/1",
                                   Cookie="secret=1", Proxy="http://evil",
                                   Accept_Language="da")
    request = db.value("select request from nightdrop.job where id = %s",
                       a.json()["id"])
    assert request["HTTP_USER_AGENT"] == "unit/1"
    assert request["HTTP_ACCEPT_LANGUAGE"] == "da"
    for name in ("HTTP_COOKIE", "HTTP_AUTHORIZATION", "HTTP_PROXY"):
        assert name not in request, name
    assert "secret" not in str(request)


def test_month_that_is_missing(client, db):
    """Where no partition is there for bytes on their way in, it is made, and
    the request never notices."""
    db.queue("month")

    def drop():
        for (name,) in db.sql(
                "select format('%s_%s', t, to_char(now() at time zone 'UTC', "
                "'YYYY_MM')) from unnest(array['part', 'job']) t"):
            db.sql(f"alter table nightdrop.{name.rpartition('_20')[0]} "
                   f"detach partition nightdrop.{name}")
            db.sql(f"alter table nightdrop.{name} rename to {name}_"
                   + os.urandom(4).hex())

    body = os.urandom(300000)
    drop()
    assert client.submit("month", body).status == 202
    drop()
    a = client.post("/queues/month/bundles", b'"x"\n',
                    Content_Type="application/x-ndjson")
    assert a.status == 202, a
    made = client.post("/queues/month/uploads", Tus_Resumable="1.0.0",
                       Upload_Length="300000")
    drop()
    a = client.request("PATCH", made.get("Location"), body, Upload_Offset="0",
                       Content_Type="application/offset+octet-stream",
                       Tus_Resumable="1.0.0")
    assert a.status == 204, a
