# SPDX-License-Identifier: ISC
"""GET /jobs: the caller's jobs, page by page."""
import urllib.parse

import pytest

from support.client import Client
from support.documents import check_document, check_problem, when


@pytest.fixture
def ann(apache):
    return Client(apache.port, "/proxy-user", "ann")


@pytest.fixture(scope="module")
def jobs(apache, db, handlers, batch):
    """Ann's jobs as (id, queue, status), newest first; others have some too."""
    ann = Client(apache.port, "/proxy-user", "ann")
    bob = Client(apache.port, "/proxy-user", "bob")
    db.queue("good")
    db.queue("bad", max_attempts=1)
    handlers.write("good", "printf 'Content-Type: text/plain\\n\\nok'")
    handlers.write("bad", "printf 'Status: 403 No\\nContent-Type: a/b\\n\\n'")
    made = []

    def one(who, queue):
        return who.submit(queue, b"x").json()["id"]

    for queue, status in (("good", "successful"), ("bad", "failed")) * 3:
        made.append((one(ann, queue), queue, status))
        one(bob, queue)
    assert batch.run("--queue", "good", "--queue", "bad").status == 0
    for i in range(6):
        made.append((one(ann, "plain"), "plain", "accepted"))
        one(Client(apache.port, "/proxy"), "plain")
    dismissed = made[7][0]
    assert ann.delete(f"/jobs/{dismissed}").status == 204
    made[7] = (dismissed, "plain", "dismissed")
    return made[::-1]


def listed(a):
    return [(j["id"], j["queue"], j["status"]) for j in a.json()["jobs"]]


def walk(client, path, most=50):
    """All jobs of all pages from here, and how many pages there were."""
    found, pages = [], 0
    while path:
        a = client.get(path)
        doc = check_document(a)
        assert a.status == 200
        assert a.links().get("next") == doc["next"]
        found += listed(a)
        path, pages = doc["next"], pages + 1
        assert pages <= most
    return found, pages


def test_all(ann, jobs):
    a = ann.get("/jobs")
    doc = check_document(a)
    assert listed(a) == jobs
    assert doc["next"] is None
    for job in doc["jobs"]:
        assert set(job) == {"id", "queue", "status", "accepted", "finished",
                            "outcome", "href"}
        assert job["href"] == f"/proxy-user/jobs/{job['id']}"
        monitor = ann.get(job["href"]).json()
        assert monitor["accepted"] == job["accepted"]
        assert monitor["finished"] == job["finished"]
        outcome = monitor["outcome"]
        assert job["outcome"] == (outcome and {"status": outcome["status"]})
        when(job["accepted"])


def test_every_mount(mount, jobs):
    assert listed(mount.user("ann").get("/jobs?limit=3")) == jobs[:3]
    a = mount.user("nobody-yet").get("/jobs")
    assert (a.status, a.json()) == (200, {"jobs": [], "next": None})
    for client in (mount.client, mount.untrusted("ann")):
        a = client.get("/jobs")
        check_problem(a, 401, client.prefix)
        assert a.get("WWW-Authenticate").startswith("Bearer")


@pytest.mark.parametrize("limit", [1, 5, 11, 12, 13])
def test_pages(ann, jobs, limit):
    found, pages = walk(ann, f"/jobs?limit={limit}")
    assert found == jobs
    assert pages == (len(jobs) + limit - 1) // limit


def test_filters(ann, jobs):
    for query, wanted in (
            ("queue=good", [j for j in jobs if j[1] == "good"]),
            ("status=failed", [j for j in jobs if j[2] == "failed"]),
            ("status=dismissed", [j for j in jobs if j[2] == "dismissed"]),
            ("status=running", []),
            ("queue=plain&status=accepted",
             [j for j in jobs if j[1:] == ("plain", "accepted")]),
            ("queue=nosuch", []),
            ("utm=1&queue=good&queue=bad", [j for j in jobs
                                            if j[1] == "good"]),
            ("status=%66ailed", [j for j in jobs if j[2] == "failed"])):
        assert walk(ann, f"/jobs?{query}")[0] == wanted, query
        assert walk(ann, f"/jobs?limit=1&{query}")[0] == wanted, query


def test_next_keeps_what_was_asked(ann, jobs):
    a = ann.get("/jobs?status=accepted&queue=plain&limit=2&x=%20")
    query = urllib.parse.urlsplit(a.links()["next"]).query
    assert dict(urllib.parse.parse_qsl(query)) == {
        "status": "accepted", "queue": "plain", "limit": "2",
        "before": a.json()["jobs"][-1]["id"]}


@pytest.mark.parametrize("query", [
    "limit=0", "limit=1001", "limit=x", "limit=", "limit=-1", "limit=1e3",
    "status=waiting", "status=", "status=ACCEPTED", "queue=", "queue=%00",
    "queue=A", "queue=a%3Cb", "before=1", "before=", "queue=%zz",
    "queue=" + "q" * 300])
def test_bad_parameters(ann, jobs, query):
    check_problem(ann.get(f"/jobs?{query}"), 400, "/proxy-user")


def test_rare_status_is_found_by_going_on(ann, jobs):
    """A page looks at ten times its limit; then it says where to go on."""
    a = ann.get("/jobs?status=successful&limit=1")
    assert listed(a) == [j for j in jobs if j[2] == "successful"][:1]
    path = f"/jobs?status=running&limit=1&before={jobs[0][0]}"
    a = ann.get(path)
    assert a.json()["jobs"] == []
    assert a.json()["next"].endswith("before=" + jobs[10][0])


def test_not_modified(ann, jobs):
    a = ann.get("/jobs?limit=3")
    again = ann.get("/jobs?limit=3", If_None_Match=a.get("ETag"))
    assert (again.status, again.body) == (304, b"")
    assert ann.get("/jobs?limit=4", If_None_Match=a.get("ETag")).status == 200
    head = ann.request("HEAD", "/jobs?limit=3")
    assert (head.status, head.body) == (200, b"")
    assert head.links() == a.links()


def test_methods(ann):
    a = ann.post("/jobs", b"x")
    check_problem(a, 405)
    assert a.get("Allow") == "GET, HEAD, OPTIONS"


def test_expired_is_not_listed(ann, jobs, db):
    job = [j for j in jobs if j[2] == "failed"][-1]
    db.sql("update nightdrop.response set expires = now() where id = %s",
           job[0])
    assert walk(ann, "/jobs?limit=5")[0] == [j for j in jobs if j != job]
