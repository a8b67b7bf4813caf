# SPDX-License-Identifier: ISC
"""Every method at every resource: HEAD wherever GET is, 405 with Allow for
what is known but not here, 501 for what nobody knows."""
import re

import pytest

from support import documents, fcgi, jobs, place
from support.documents import check_problem

PREFIX = "/night"
KNOWN = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE",
         "CONNECT"]
# A row a resource, as http.md has them.  OPTIONS is everywhere.
ROUTES = {
    "/": "GET, HEAD",
    "/queues": "GET, HEAD",
    "/queues/*": "GET, HEAD",
    "/queues/*/jobs": "POST",
    "/queues/*/jobs/*": "GET, HEAD, PUT",
    "/queues/*/uploads": "POST",
    # POST: for X-HTTP-Method-Override, which call() sends
    "/uploads/*": "HEAD, PATCH, DELETE, POST",
    "/queues/*/bundles": "POST",
    "/bundles/*": "GET, HEAD, DELETE",
    "/bundles/*/jobs": "GET, HEAD",
    "/bundles/*/responses": "GET, HEAD",
    "/jobs": "GET, HEAD",
    "/jobs/*": "GET, HEAD, DELETE",
    "/jobs/*/request": "GET, HEAD",
    "/jobs/*/response": "GET, HEAD",
    "/problems": "GET, HEAD",
    "/health": "GET, HEAD",
    "/metrics": "GET, HEAD",
    "/openapi.json": "GET, HEAD",
}
SOURCE = (place.TOP / "src/responder/route.c").read_text()
SERVED = re.findall(r'^\t\{ "(/[^"]*)",', SOURCE, re.M)
READABLE = [p for p, methods in ROUTES.items() if "GET" in methods]
# What one answer has otherwise than the next: a time with some chance in it.
VARYING = {"retry-after"}


@pytest.fixture
def path(responder):
    """A path that the pattern means, of something that is there."""
    def fill(pattern):
        names = {"jobs": new_job, "bundles": new_bundle,
                 "uploads": jobs.new_id}
        done = []
        for segment in pattern.split("/"):
            if segment == "*":
                last = done[-1]
                segment = "plain" if last == "queues" else \
                    "tonight" if "queues" in done else names[last]()
            done.append(segment)
        return "/".join(done)

    def new_job():
        a = call("POST", "/queues/plain/jobs", b"x")
        return a.get("Content-Location").rpartition("/")[2]

    def new_bundle():
        a = call("POST", "/queues/plain/bundles", b'{"body": "x"}\n',
                 CONTENT_TYPE="application/x-ndjson")
        return a.get("Content-Location").rpartition("/")[2]

    def call(method, target, body=b"", **more):
        return fcgi.call(responder.socket, method, PREFIX + target, body,
                         prefix=PREFIX, REMOTE_USER="ann",
                         NIGHTDROP_TRUST_USER="1",
                         HTTP_X_HTTP_METHOD_OVERRIDE="PATCH", **more)

    call("PUT", "/queues/plain/jobs/tonight", b"x")
    fill.call = lambda method, pattern: call(method, fill(pattern))
    return fill


def check_refused(method, answer, status):
    if method == "HEAD":
        assert (answer.status, answer.body) == (status, b""), answer
    else:
        check_problem(answer, status, PREFIX)


def test_every_resource_has_its_row():
    assert sorted(SERVED) == sorted(ROUTES), "each needs a row above"


@pytest.mark.parametrize("pattern", ROUTES)
def test_methods(path, pattern):
    allow = ROUTES[pattern] + ", OPTIONS"
    for method in KNOWN:
        a = path.call(method, pattern)
        if method not in allow.split(", "):
            check_refused(method, a, 405)
            assert a.get("Allow") == allow
        else:
            assert a.status not in (405, 501), (method, a)
        if method == "OPTIONS":
            assert (a.status, a.body, a.get("Allow")) == (204, b"", allow), a
    for method in ("BREW", "get", "Post", "GETX", "PROPFIND"):
        check_problem(path.call(method, pattern), 501, PREFIX)


@pytest.mark.parametrize("pattern", READABLE)
def test_head_is_get_without_the_body(path, pattern):
    target = path(pattern)
    get, head = (path.call(m, target) for m in ("GET", "HEAD"))
    assert get.status in (200, 202, 303), get
    assert (head.status, head.reason, head.body) == (
        get.status, get.reason, b"")
    one, other = ([f for f in a.fields if f[0].lower() not in VARYING]
                  for a in (get, head))
    assert one == other
    if get.status != 303 and "responses" not in pattern:  # it is streamed
        assert int(head.get("Content-Length")) == len(get.body) > 0


def test_nowhere(path):
    for method in KNOWN:
        check_refused(method, path.call(method, "/nowhere"), 404)


def test_options_of_the_server(responder):
    """OPTIONS *: what there is at all."""
    a = fcgi.call(responder.socket, "OPTIONS", "*", prefix=PREFIX)
    assert (a.status, a.body) == (204, b"")
    documents.check_vary(a)
    everything = {m for methods in ROUTES.values()
                  for m in methods.split(", ")} | {"OPTIONS"}
    assert set(a.get("Allow").split(", ")) == everything
