# SPDX-License-Identifier: ISC
"""Targets as no server would let them through: the direct client."""
import pytest

from support import fcgi
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
