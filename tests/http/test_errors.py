# SPDX-License-Identifier: ISC
"""What is refused, how, and that nothing of it stays."""
import pytest

from support import documents, jobs
from support.documents import check_problem

pytestmark = pytest.mark.usefixtures("nothing_new")

JOBS = "/queues/plain/jobs"
NOBODY = "/jobs/" + jobs.new_id()

REFUSED = [
    # method, path, body, fields, status
    ("POST", "/queues/nothing/jobs", b"x", {}, 404),
    ("POST", "/queues/UPPER/jobs", b"x", {}, 404),
    ("GET", "/nowhere", None, {}, 404),
    ("GET", "/queues/plain/jobs/", None, {}, 404),
    ("GET", NOBODY, None, {}, 404),
    ("GET", NOBODY + "/request", None, {}, 404),
    ("GET", NOBODY + "/response", None, {}, 404),
    ("GET", NOBODY + "/nothing", None, {}, 404),
    ("GET", "/jobs/not-a-uuid", None, {}, 404),
    ("DELETE", NOBODY, None, {}, 404),
    ("GET", JOBS, None, {}, 405),
    ("DELETE", JOBS, None, {}, 405),
    ("PATCH", NOBODY, b"", {}, 405),
    ("POST", NOBODY, b"", {}, 405),
    ("POST", "/queues/small/jobs", b"x" * 1001, {}, 413),
    ("POST", "/queues/middling/jobs", b"x" * 200001, {}, 413),
    ("POST", "/queues/text/jobs", b"x", {"Content-Type": "image/png"}, 415),
    ("POST", "/queues/closed/jobs", b"x", {}, 503),
    ("POST", JOBS, b"x", {"Content-Digest": documents.digest(b"y")}, 400),
    ("POST", JOBS, b"x", {"Repr-Digest": documents.digest(b"y")}, 400),
    ("POST", JOBS, b"x" * 300000,
     {"Content-Digest": documents.digest(b"y")}, 400),
    ("POST", JOBS, b"x", {"Content-Digest": "sha-256=:short:"}, 400),
    ("POST", JOBS, b"x", {"Idempotency-Key": '"no end'}, 400),
    ("POST", JOBS, b"x", {"Idempotency-Key": '""'}, 400),
    ("POST", JOBS, b"x", {"Idempotency-Key": "k" * 256}, 400),
    ("POST", JOBS, b"x", {"Idempotency-Key": "two words"}, 400),
    ("POST", JOBS, b"x", {"Sec-Fetch-Site": "cross-site"}, 403),
    ("POST", JOBS, b"x", {"Origin": "http://evil.example"}, 403),
    ("POST", JOBS, b"x", {"Origin": "null"}, 403),
]


@pytest.mark.parametrize(
    "method, path, body, fields, status", REFUSED,
    ids=[f"{n}-{r[4]}" for n, r in enumerate(REFUSED)])
def test_refused(mount, method, path, body, fields, status):
    a = mount.client.send(method, mount.client.url(path), body, fields)
    check_problem(a, status, mount.prefix)


def test_allow_names_the_methods(mount):
    a = mount.client.get(JOBS)
    assert "POST" in [m.strip() for m in a.get("Allow").split(",")]
    allowed = [m.strip() for m in
               mount.client.post(NOBODY).get("Allow").split(",")]
    assert {"GET", "HEAD", "DELETE"} <= set(allowed)


def test_limit_is_named(client):
    doc = check_problem(client.post("/queues/small/jobs", b"x" * 2000), 413)
    assert "1000" in str(doc)


@pytest.mark.parametrize("queue, size", [("small", 1001),
                                         ("middling", 700000)])
def test_too_large_without_a_length(mount, queue, size):
    """The limit is found out while streaming; parts are taken back."""
    pieces = [b"x" * 1000] * (size // 1000) + [b"x" * (size % 1000)]
    a = mount.client.post(f"/queues/{queue}/jobs", iter(pieces))
    check_problem(a, 413, mount.prefix)


def test_refused_early_is_still_heard(mount):
    """The answer reaches a client that is still sending."""
    a = mount.client.post("/queues/nothing/jobs", b"x" * 300000)
    check_problem(a, 404, mount.prefix)


def test_full_backlog(client, db):
    db.queue("full", max_waiting=0)
    check_problem(client.post("/queues/full/jobs", b"x"), 503)


def test_month_long_gone(client):
    """The id's own time tells that it is kept no longer."""
    check_problem(client.get("/jobs/01800000-0000-7000-8000-000000000000"),
                  410, client.prefix)


def test_unknown_method(client):
    assert client.request("BREW", JOBS, b"").status == 501


def test_a_problem_says_no_secret(client):
    doc = check_problem(client.get("/nowhere"), 404)
    assert "select" not in str(doc).lower()
    assert "nightdrop." not in str(doc)
