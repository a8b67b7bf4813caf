# SPDX-License-Identifier: ISC
"""The deferred response, and the request as stored."""
import os

import pytest

from support.client import Client
from support.documents import check_accepted, check_document, check_status

HEAD = "printf 'Status: {status}\\nContent-Type: text/plain\\n"
STATUSES = [
    # what the handler says, what is served
    ("200 OK", 200), ("201 Created", 201), ("403 Not Tonight", 403),
    ("404 Not Found", 404), ("422 Unprocessable Content", 422),
    ("206 Partial Content", 502), ("401 Unauthorized", 502),
    ("412 Precondition Failed", 502), ("205 Reset Content", 502),
    ("304 Not Modified", 502),
]
SCREENED = """
printf 'Status: 200 OK\\n'
printf 'Content-Type: text/html; charset=utf-8\\n'
printf 'Content-Language: da\\n'
printf 'Content-Disposition: attachment; filename="a.html"\\n'
printf 'Last-Modified: Sun, 22 Nov 2026 05:58:46 GMT\\n'
printf 'ETag: "abc"\\n'
printf 'X-Pages: 7\\n'
printf 'X-Other: no\\n'
printf 'Set-Cookie: a=b\\n'
printf 'X-Sendfile: /etc/passwd\\n'
printf 'X-Accel-Redirect: /secret\\n'
printf 'Transfer-Encoding: chunked\\n'
printf 'Connection: close\\n'
printf 'Server: mine\\n'
printf '\\n<p>screened</p>'
"""


@pytest.fixture(scope="module")
def answered(apache, db, handlers, batch):
    """{name: monitor}: jobs of every kind of answer, run once."""
    client = Client(apache.port, "/proxy")
    made = {}

    def one(name, script, body=b"in", **settings):
        db.queue(name, **settings)
        handlers.write(name, script)
        made[name] = client.submit(name, body, Content_Type="text/x-in")\
            .get("Content-Location").removeprefix("/proxy")

    for status, _ in STATUSES:
        one("s" + status[:3], HEAD.format(status=status) +
            f"\\nanswer {status[:3]}'")
    one("echo", "printf 'Content-Type: application/octet-stream\\n\\n'; cat",
        bytes(range(256)) * 12)
    one("long", "printf 'Content-Type: text/plain\\n\\n'\n"
        "head -c 1000000 /dev/zero | tr '\\0' x")
    one("screened", SCREENED, response_fields=["x-pages"])
    one("nobody", "printf 'Status: 204 No Content\\n\\n'")
    one("moved", "printf 'Status: 303 See Other\\n"
        "Location: https://example.org/there\\n\\n'")
    one("broken", "exit 3", max_attempts=1)
    result = batch.run()
    assert result.status == 0, result
    return made


def test_not_finished(mount):
    body = b"later"
    accepted = mount.client.submit("plain", body)
    a = mount.client.get(accepted.get("Location"))
    assert (a.status, a.reason) == (202, "Accepted")
    assert a.get("Location") is None
    assert a.get("AsyncResult") is None
    assert 5 <= int(a.get("Retry-After")) <= 4320
    doc = check_document(a)
    assert check_status(doc, mount.prefix) == \
        accepted.get("Content-Location")


@pytest.mark.parametrize("said, served", STATUSES,
                         ids=[s[0][:3] for s in STATUSES])
def test_status(mount, answered, said, served):
    a = mount.client.get(answered["s" + said[:3]] + "/response")
    assert a.status == served, a
    assert a.get("AsyncResult") == said[:3]
    if served == int(said[:3]):
        assert a.body == f"answer {said[:3]}".encode()
        assert a.get("Content-Type") == "text/plain"
        assert a.reason == said[4:]


def test_bytes(mount, answered):
    a = mount.client.get(answered["echo"] + "/response")
    assert a.status == 200
    assert a.body == bytes(range(256)) * 12
    assert a.get("Content-Type") == "application/octet-stream"


def test_long(mount, answered):
    a = mount.client.get(answered["long"] + "/response")
    assert a.status == 200
    assert a.body == b"x" * 1000000


def test_fields_are_screened(mount, answered):
    a = mount.client.get(answered["screened"] + "/response")
    assert a.body == b"<p>screened</p>"
    assert a.get("Content-Type") == "text/html; charset=utf-8"
    assert a.get("Content-Language") == "da"
    assert a.get("Content-Disposition") == 'attachment; filename="a.html"'
    assert a.get("Last-Modified") == "Sun, 22 Nov 2026 05:58:46 GMT"
    assert a.get("X-Pages") == "7"
    for name in ("X-Other", "Set-Cookie", "X-Sendfile", "X-Accel-Redirect"):
        assert a.get(name) is None, name
    assert a.get("Server") != "mine"
    assert a.get("X-Content-Type-Options") == "nosniff"
    assert a.get("Content-Security-Policy") == \
        "sandbox; default-src 'none'"
    assert a.get("Cache-Control") == "private, must-revalidate"
    assert a.get("AsyncResult") == "200"


def test_no_content(mount, answered):
    a = mount.client.get(answered["nobody"] + "/response")
    assert (a.status, a.body) == (204, b"")
    assert a.get("AsyncResult") == "204"


def test_location(mount, answered):
    a = mount.client.get(answered["moved"] + "/response")
    assert a.status == 303
    assert a.get("Location") == "https://example.org/there"


def test_nightdrops_own_answer(mount, answered):
    """The handler had no answer: ours, 502, is the outcome."""
    a = mount.client.get(answered["broken"] + "/response")
    assert a.status == 502
    assert a.get("AsyncResult") == "502"
    doc = mount.client.get(answered["broken"]).json()
    assert doc["status"] == "failed"
    assert doc["outcome"]["by"] == "nightdrop"


def test_head(mount, answered):
    a = mount.client.request("HEAD", answered["echo"] + "/response")
    assert (a.status, a.body) == (200, b"")
    assert a.get("AsyncResult") == "200"


@pytest.mark.parametrize("size", [0, 11, 65536, 700000])
def test_request_as_stored(mount, size):
    body = os.urandom(size)
    a = mount.client.post("/queues/plain/jobs", body,
                          Content_Type="image/x-test")
    monitor = check_accepted(a, mount.prefix, body)
    a = mount.client.get(monitor + "/request")
    assert a.status == 200, a
    assert a.body == body
    assert a.get("Content-Type") == "image/x-test"
    assert a.get("X-Content-Type-Options") == "nosniff"
    assert a.get("Content-Security-Policy") == "sandbox; default-src 'none'"
    assert a.get("Cache-Control") == "private, must-revalidate"


def test_expired(mount, answered, db):
    monitor = answered["s404"]
    job = monitor.rpartition("/")[2].partition("~")[0]
    db.sql("update nightdrop.response set expires = now() where id = %s", job)
    for path in ("", "/response", "/request"):
        assert mount.client.get(monitor + path).status == 410, path
