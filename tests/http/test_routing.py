# SPDX-License-Identifier: ISC
"""Targets as no server would let them through: the direct client."""
import http.client
import re

import pytest

from support import fcgi, programs
from support.client import Answer
from support.documents import check_document, check_problem

PREFIX = "/night"
TARGETS = [
    # target, status of a POST
    ("/night/queues/plain/jobs", 202),
    ("/night/queues/plain/jobs?a=b/../c", 202),
    ("/night/queues/pl%61in/jobs", 202),
    ("/night/%71ueues/plain/jobs", 202),
    ("http://any.example:8443/night/queues/plain/jobs", 202),
    ("https://any.example/night/queues/plain/jobs?x", 202),
    ("/nightly/queues/plain/jobs", 404),
    ("/nigh/queues/plain/jobs", 404),
    ("/queues/plain/jobs", 404),
    ("/night//queues/plain/jobs", 404),
    ("/night/queues//plain/jobs", 404),
    ("/night/queues/plain/jobs/", 404),
    ("/night/queues/./plain/jobs", 404),
    ("/night/queues/x/../plain/jobs", 404),
    ("/night/queues/x/%2e%2e/plain/jobs", 404),
    ("/night/queues/%2E/plain/jobs", 404),
    ("/night/queues/plain%2Fjobs", (404, 405)),
    ("/night/queues%2Fplain%2Fjobs", 404),
    ("/night/queues/plain%252Fjobs", (404, 405)),
    ("/night/queues/pl%2561in/jobs", 404),
    ("/night/queues/plain/jobs/a/b/c/d/e/f", 404),
    ("/night/queues/plain/jobs%zz", 400),
    ("/night/queues/plain/jobs%", 400),
    ("/night/queues/plain%00/jobs", 400),
    ("/night/queues/pl\xe6in/jobs", (400, 404)),
    ("/night/queues/%ff/jobs", (400, 404)),
    ("/night/queues/" + "a" * 4000 + "/jobs", 404),
    ("*", (400, 404)),
    ("", (400, 404)),
    ("night/queues/plain/jobs", (400, 404)),
]


@pytest.mark.parametrize("target, status", TARGETS,
                         ids=[t[:40] or "empty" for t, _ in TARGETS])
def test_target(responder, db, target, status):
    before = db.value("select count(*) from nightdrop.job")
    more = {"REQUEST_URI": target.encode("latin-1"),
            "SCRIPT_NAME": "/night", "PATH_INFO": "/lies"}
    a = fcgi.call(responder.socket, "POST", "/", b"x", prefix=PREFIX, **more)
    accepted = db.value("select count(*) from nightdrop.job") - before
    if status == 202:
        assert a.status == 202, a
        assert a.get("Location").startswith(PREFIX + "/jobs/")
        assert accepted == 1
    else:
        assert a.status in (status if isinstance(status, tuple)
                            else (status,)), a
        check_problem(a, a.status)
        assert accepted == 0


# The same behind real servers, which decode, normalise and merge for others.
BEHIND = [
    ("/queues/pl%61in/jobs", 202),
    ("/queues/plain/jobs?a=/b/../c&%zz", 202),
    ("//queues/plain/jobs", 404),
    ("/queues//plain/jobs", 404),
    ("/queues/plain/jobs/", 404),
    ("/queues/./plain/jobs", 404),
    ("/queues/x/../plain/jobs", 404),
    ("/queues/x/%2e%2e/plain/jobs", 404),
    ("/queues/plain%2Fjobs", 405),  # one segment: a queue's name, and no POST
    ("/queues%2Fplain%2Fjobs", 404),
    ("/queues/pl%2561in/jobs", 404),
    ("/queues/pl%C3%A6in/jobs", 404),
    ("/queues/pl\xc3\xa6in/jobs", 404),
    ("/queues/%ff/jobs", 400),
    ("/queues/plain;x/jobs", 404),
    ("/queues/plain%0a/jobs", 404),
    ("/queues/plain%5Cjobs", 405),
]


@pytest.mark.parametrize("origin", [None, "any.example", "[::1]:8443"])
def test_behind_each_server(mount, db, origin):
    """Also as an absolute URI, which a server hands on as it came."""
    before = db.value("select count(*) from nightdrop.job")
    start = (f"http://{origin}" if origin else "") + mount.prefix
    host = {"Host": origin} if origin else {}
    for below, status in BEHIND:
        a = raw_post(mount, start + below, host)
        assert a.status == status, (below, a)
        if status == 202:
            assert a.get("Location").startswith(mount.prefix + "/jobs/")
        else:
            check_problem(a, status, mount.prefix)
    taken = db.value("select count(*) from nightdrop.job") - before
    assert taken == sum(status == 202 for _, status in BEHIND)


def raw_post(mount, target, fields):
    """http.client takes ASCII alone; a browser of old sent such bytes."""
    class Any(http.client.HTTPConnection):
        def _validate_path(self, url):
            pass

        def _encode_request(self, request):
            return request.encode("latin-1")
    connection = Any("127.0.0.1", mount.client.port, timeout=20)
    try:
        connection.request("POST", target, b"x", fields)
        r = connection.getresponse()
        return Answer(r.status, r.reason, r.getheaders(), r.read())
    finally:
        connection.close()


def test_boundary_of_the_mount(mount):
    """What only begins like it is somebody else's."""
    for beyond in ("x", "%2F", "%2e"):
        a = mount.client.send(
            "POST", f"{mount.prefix}{beyond}/queues/plain/jobs", b"x")
        assert a.status in (403, 404), a


@pytest.mark.parametrize("prefix", ["", "/", "/night", "/night/", "/a/b"])
def test_prefix(responder, prefix):
    clean = prefix.rstrip("/")
    a = fcgi.call(responder.socket, "POST", clean + "/queues/plain/jobs",
                  b"x", prefix=prefix)
    assert a.status == 202, a
    assert a.get("Location").startswith(clean + "/jobs/"), a


def test_without_request_uri(responder):
    """Plain CGI's own variables serve where there is no REQUEST_URI."""
    a = fcgi.call(responder.socket, "POST", "/", b"x", prefix=PREFIX,
                  REQUEST_URI=None, SCRIPT_NAME=PREFIX,
                  PATH_INFO="/queues/plain/jobs")
    assert a.status == 202, a


@pytest.mark.parametrize("path", ["", "/"])
def test_service_document(mount, path):
    a = mount.client.send("GET", mount.prefix + path)
    assert a.status == 200, a
    assert check_document(a)


def test_queues(mount):
    listed = check_document(mount.client.get("/queues"))
    assert "plain" in str(listed)
    one = check_document(mount.client.get("/queues/plain"))
    assert "plain" in str(one)
    check_problem(mount.client.get("/queues/nothing"), 404, mount.prefix)


def test_health(mount):
    a = mount.client.get("/health")
    assert a.status == 200, a
    assert a.json()


def test_options(mount):
    a = mount.client.request("OPTIONS", "/queues/plain/jobs")
    assert a.status == 204, a
    assert "POST" in a.get("Allow")


def test_no_header_is_split(responder):
    """What a client wrote does not end a header line of ours."""
    a = fcgi.call(responder.socket, "POST", "/x%0d%0aX-Evil:%201/queues",
                  b"", prefix="/x%0d%0aX-Evil:%201")
    assert a.get("X-Evil") is None
    a = fcgi.call(responder.socket, "POST", "/x\r\nX-Evil: 1/queues/plain",
                  b"", prefix="/x\r\nX-Evil: 1")
    assert a is None or a.get("X-Evil") is None


@pytest.fixture(scope="module")
def outside(room, db):
    """A responder that knows how it is called from outside."""
    r = programs.Responder(room, db.conninfo("nightdrop_responder"),
                           name="outside", base_url="https://night.example")
    r.start()
    yield r
    assert r.stop() == 0


def test_base_url(outside):
    """Every link is absolute then."""
    base = "https://night.example/night"
    a = fcgi.call(outside.socket, "POST", "/night/queues/plain/jobs", b"x",
                  prefix=PREFIX)
    monitor = a.get("Content-Location")
    assert monitor.startswith(base + "/jobs/")
    assert a.get("Location") == monitor + "/response"
    assert a.links()["monitor"] == monitor
    assert {x["href"] for x in a.json()["links"]} == {
        monitor, monitor + "/response", monitor + "/request"}
    a = fcgi.call(outside.socket, "GET", monitor, prefix=PREFIX)
    assert check_document(a)["status"] == "accepted"
    for path in ("/", "/queues", "/queues/plain"):
        a = fcgi.call(outside.socket, "GET", PREFIX + path, prefix=PREFIX)
        hrefs = re.findall(r'"href": ?"([^"]*)"', a.body.decode())
        assert hrefs and all(h.startswith(base) for h in hrefs), a
    a = fcgi.call(outside.socket, "GET", "/old/script", prefix=PREFIX,
                  NIGHTDROP_QUEUE="plain")
    assert a.get("Location") == base + "/queues/plain"
