# SPDX-License-Identifier: ISC
"""What every answer carries: a walk over all kinds of them."""
import datetime
import email.utils
import json
import re

import pytest

from support.client import Client
from support.documents import check_problem, check_vary, when

DOCUMENT = "private, no-cache"
STORED = "private, must-revalidate"
NONE = "no-store"
SANDBOX = "sandbox; default-src 'none'"
NEVER = ("Set-Cookie", "X-Sendfile", "X-Accel-Redirect", "Content-MD5")

INJECTED = """#!/bin/sh
printf 'Status: 200 Fine\\n'
printf 'Content-Type: text/plain\\n'
printf 'ETag: "mine"\\n'
printf 'X-Anything: goes\\n'
printf 'Set-Cookie: a=b\\n'
printf '\\nthe body'
"""


def handler(status, *fields, body="answer"):
    lines = "".join(f"printf '{f}\\n'\n" for f in (f"Status: {status}", *fields))
    return lines + f"printf '\\n{body}'"


TEXT = "Content-Type: text/plain"
ANSWERS = {
    "fine": handler("200 OK", TEXT), "made": handler("201 Made", TEXT),
    "forbidden": handler("403 No", TEXT), "empty": handler("204 None", body=""),
    "moved": handler("303 Over", "Location: /elsewhere"),
    "proxy": handler("407 Who", TEXT), "broken": "exit 1",
    "whole": INJECTED,
}


@pytest.fixture(scope="module")
def jobs(apache, db, handlers, batch):
    """{name: monitor} of final jobs, and of one dismissed, one that waits."""
    client = Client(apache.port, "/proxy")
    made = {}
    for name, text in ANSWERS.items():
        db.queue("a-" + name, max_attempts=1)
        handlers.write("a-" + name, text)
        made[name] = client.submit("a-" + name, b"sent")
    assert batch.run(*[w for n in ANSWERS
                       for w in ("--queue", "a-" + n)]).status == 0
    made["waiting"] = client.submit("plain", b"sent")
    made["stopped"] = client.submit("plain", b"sent")
    made = {n: a.get("Content-Location").removeprefix("/proxy")
            for n, a in made.items()}
    assert client.delete(made["stopped"]).status == 204
    made["old"] = "/jobs/01800000-0000-7000-8000-000000000000"
    made["none"] = "/jobs/ffffffff-0000-7000-8000-000000000000"
    return made


# method, path ({name}: the monitor of that job), fields; then status, cache,
# and the word of AsyncResult.
POST = {"Content_Type": "text/plain"}
PARTS = {"Range": "bytes=0-1"}
FAR = {"Range": "bytes=99-"}
SAME = {"If_None_Match": "*"}
OTHER = {"If_Match": '"x"'}
HTTP = {"Accept": "application/http"}
WALK = [
    ("GET", "/", {}, 200, DOCUMENT, None),
    ("GET", "/", SAME, 304, DOCUMENT, None),
    ("OPTIONS", "/", {}, 204, DOCUMENT, None),
    ("GET", "/queues", {}, 200, DOCUMENT, None),
    ("GET", "/queues/plain", {}, 200, DOCUMENT, None),
    ("GET", "/queues/nosuch", {}, 404, NONE, None),
    ("GET", "/jobs", {}, 401, NONE, None),
    ("GET", "/health", {}, 200, DOCUMENT, None),
    ("GET", "/metrics", {}, 200, DOCUMENT, None),
    ("GET", "/problems", {}, 200, DOCUMENT, None),
    ("GET", "/nowhere", {}, 404, NONE, None),
    ("GET", "/nowhere", {"Accept": "text/html"}, 404, NONE, None),
    ("BREW", "/queues", {}, 501, NONE, None),
    ("DELETE", "/queues", {}, 405, NONE, None),
    ("POST", "/queues/plain/jobs", POST, 202, DOCUMENT, None),
    ("POST", "/queues/made/jobs", POST, 201, DOCUMENT, None),
    ("POST", "/queues/silent/jobs", POST, 204, DOCUMENT, None),
    ("POST", "/queues/closed/jobs", POST, 503, NONE, None),
    ("POST", "/queues/text/jobs", {"Content_Type": "a/b"}, 415, NONE, None),
    ("POST", "/queues/plain/jobs", {"Sec_Fetch_Site": "cross-site"}, 403,
     NONE, None),
    ("POST", "/queues/plain/jobs", {"Content_Digest": "sha-256=:AAAA:"}, 400,
     NONE, None),
    ("PUT", "/queues/plain/jobs/walk", POST, (201, 204), DOCUMENT, None),
    ("PUT", "/queues/plain/jobs/walk", OTHER, 412, NONE, None),
    ("POST", "/queues/plain/uploads",
     {"Tus_Resumable": "1.0.0", "Upload_Length": "5"}, 201, NONE, None),
    ("GET", "{waiting}", {}, 200, DOCUMENT, None),
    ("GET", "{waiting}", SAME, 304, DOCUMENT, None),
    ("GET", "{waiting}/response", {}, 202, DOCUMENT, None),
    ("GET", "{waiting}/response", HTTP, 202, DOCUMENT, None),
    ("GET", "{waiting}/request", {}, 200, STORED, None),
    ("GET", "{fine}", {}, 200, DOCUMENT, None),
    ("GET", "{fine}", {"Accept": "text/html"}, 200, DOCUMENT, None),
    ("DELETE", "{fine}", {}, 409, NONE, None),
    ("DELETE", "{stopped}", {}, 204, DOCUMENT, None),
    ("GET", "{fine}/request", {}, 200, STORED, None),
    ("GET", "{fine}/request", PARTS, 206, STORED, None),
    ("GET", "{fine}/request", SAME, 304, STORED, None),
    ("GET", "{fine}/request", FAR, 416, NONE, None),
    ("GET", "{fine}/request", OTHER, 412, NONE, None),
    ("GET", "{fine}/response", {}, 200, STORED, "200"),
    ("GET", "{fine}/response", {"Accept": "text/html"}, 200, STORED, "200"),
    ("HEAD", "{fine}/response", {}, 200, STORED, "200"),
    ("GET", "{fine}/response", PARTS, 206, STORED, "200"),
    ("GET", "{fine}/response", SAME, 304, STORED, "200"),
    ("GET", "{fine}/response", FAR, 416, NONE, None),
    ("GET", "{fine}/response", OTHER, 412, NONE, None),
    ("GET", "{fine}/response", HTTP, 200, STORED, "200"),
    ("GET", "{fine}/response", {**HTTP, **SAME}, 304, STORED, "200"),
    ("GET", "{made}/response", {}, 201, STORED, "201"),
    ("GET", "{empty}/response", {}, 204, STORED, "204"),
    ("GET", "{moved}/response", {}, 303, STORED, "303"),
    ("GET", "{forbidden}/response", {}, 403, STORED, "403"),
    ("GET", "{proxy}/response", {}, 502, NONE, "407"),
    ("GET", "{proxy}/response", HTTP, 200, STORED, "407"),
    ("GET", "{broken}/response", {}, 502, NONE, "502"),
    ("GET", "{broken}/response", HTTP, 200, STORED, "502"),
    ("GET", "{stopped}/response", {}, 410, NONE, "410"),
    ("GET", "{old}", {}, 410, NONE, None),
    ("GET", "{old}/response", {}, 410, NONE, None),
    ("GET", "{old}/request", {}, 410, NONE, None),
    ("GET", "{none}/response", {}, 404, NONE, None),
]


def name_of(row):
    return "-".join([row[0], row[1].strip("/"), str(row[3]),
                     *sorted(row[2])]).replace("/", ".")


def check_common(a, cache):
    check_vary(a)
    assert a.get("Cache-Control") == cache, a
    assert a.get("X-Content-Type-Options") == "nosniff", a
    assert a.reason, "a status has its reason"
    for field in NEVER:
        assert a.get(field) is None, a


def check_body(a, method):
    if a.status in (204, 304):
        assert a.body == b"", a
        assert a.get("Content-Type") is None, a
    elif method != "HEAD" and a.status not in (201, 303):
        assert a.body and a.get("Content-Type"), a


def check_safe(a, cache):
    """Nothing that somebody else wrote acts on a browser."""
    policy = a.get("Content-Security-Policy")
    if cache == STORED and a.status != 304:
        assert policy == SANDBOX, a
    else:
        assert policy != SANDBOX, a
        assert "html" not in (a.get("Content-Type") or "") or \
            "default-src 'none'" in policy, a


def check_sunset(a, path, status):
    """RFC 8594, on the monitor, the response and the request of a final job."""
    final = path.startswith("{") and path[1:path.index("}")] not in (
        "waiting", "old", "none")
    if final and status in (200, 201, 206, 303, 304, 403, 502) \
            or path == "{stopped}/response":
        until = email.utils.parsedate_to_datetime(a.get("Sunset"))
        ahead = until - datetime.datetime.now(datetime.timezone.utc)
        assert datetime.timedelta(29) < ahead <= datetime.timedelta(30), a
    elif not final:
        assert a.get("Sunset") is None, a


@pytest.mark.parametrize("row", WALK, ids=name_of)
def test_walk(mount, jobs, row):
    method, path, fields, status, cache, result = row
    url = path.format(**jobs) if path.startswith("{") else path
    body = b"x" if method in ("POST", "PUT") and "uploads" not in path else None
    a = mount.client.request(method, url, body, **fields)
    assert a.status in (status if isinstance(status, tuple) else (status,)), a
    check_common(a, cache)
    check_body(a, method)
    check_safe(a, cache)
    assert a.get("AsyncResult") == result, a
    if isinstance(status, int):
        check_sunset(a, path, status)
    if cache == NONE and not (a.get("Content-Type") or "").startswith(
            "text/html") and result is None and status >= 400:
        check_problem(a, status, mount.prefix)
    if status == 405:
        assert a.get("Allow")
    if status == 401:
        assert a.get("WWW-Authenticate")
    if status == 304:
        assert a.get("ETag")


def test_past_its_time(mount, jobs, db):
    """410 does not depend on when the month is dropped."""
    a = mount.client.submit("plain", b"x")
    monitor = a.get("Content-Location")
    assert mount.client.delete(monitor).status == 204
    doc = mount.client.get(monitor).json()
    assert when(doc["expires"]) > when(doc["finished"])
    db.sql("update nightdrop.response set expires = now() - interval '1 s' "
           "where id = %s", doc["id"])
    for path in ("", "/response", "/request"):
        check_problem(mount.client.get(monitor + path), 410, mount.prefix)
    check_problem(mount.client.delete(monitor), 410, mount.prefix)


def test_sunset_is_what_expires_says(client, jobs):
    monitor = client.get(jobs["fine"])
    expires = when(monitor.json()["expires"]).replace(microsecond=0)
    for path in ("", "/response", "/request"):
        a = client.get(jobs["fine"] + path)
        assert email.utils.parsedate_to_datetime(a.get("Sunset")) == expires


@pytest.mark.parametrize("prefer, applied", [
    ("return=minimal", "return=minimal"), ("return=representation", None),
    ("wait=10", None), ("respond-async", None),
    ("wait=10, return=minimal", "return=minimal")])
def test_preferences(mount, jobs, prefer, applied):
    """wait is not confirmed; minimal is, wherever there is a short form."""
    for path in (jobs["waiting"], jobs["waiting"] + "/response"):
        a = mount.client.get(path, Prefer=prefer)
        assert a.get("Preference-Applied") == applied
        if applied:
            assert set(a.json()) == {"id", "status", "latest", "monitor"}
        else:
            assert "links" in a.json()
    plain = mount.client.get(jobs["waiting"]).get("ETag")
    short = mount.client.get(jobs["waiting"], Prefer=prefer).get("ETag")
    assert (short != plain) == bool(applied), "another representation"


def message(a):
    head, _, body = a.body.partition(b"\r\n\r\n")
    line, *fields = head.decode().split("\r\n")
    assert not re.search("[\r\n\0]", "".join(fields))
    return line, [tuple(f.split(": ", 1)) for f in fields], body


def test_whole_message(mount, jobs):
    """Accept: application/http: all that the handler said, unscreened."""
    a = mount.client.get(jobs["whole"] + "/response", **HTTP)
    assert (a.status, a.reason) == (200, "OK")
    assert a.get("Content-Type") == "application/http;msgtype=response"
    assert a.get("AsyncResult") == "200"
    assert a.get("ETag") != '"mine"' and a.get("ETag").startswith('"')
    assert message(a) == (
        "HTTP/1.1 200 Fine",
        [("Content-Type", "text/plain"), ("ETag", '"mine"'),
         ("X-Anything", "goes"), ("Set-Cookie", "a=b")], b"the body")
    head = mount.client.request("HEAD", jobs["whole"] + "/response", **HTTP)
    assert (head.status, head.body) == (200, b"")
    assert head.get("ETag") == a.get("ETag")


@pytest.mark.parametrize("name, line, fields, body", [
    ("proxy", "HTTP/1.1 407 Who", [("Content-Type", "text/plain")], b"answer"),
    ("empty", "HTTP/1.1 204 None", [], b""),
    ("moved", "HTTP/1.1 303 Over", [("Location", "/elsewhere")], b"answer"),
    ("broken", "HTTP/1.1 502 Bad Gateway", [], b""),
    ("stopped", "HTTP/1.1 410 Gone", [], b"")])
def test_message_of_any_status(client, jobs, name, line, fields, body):
    a = client.get(jobs[name] + "/response", **HTTP)
    assert message(a) == (line, fields, body)


def test_message_has_no_lines_of_a_value(client, jobs, db):
    """What stands in the database by whatever hand cannot add a field."""
    job = jobs["whole"].rpartition("/")[2].partition("~")[0]
    before = db.row("select fields, reason from nightdrop.response "
                    "where id = %s", job)
    db.sql("""update nightdrop.response set reason = E'a\\r\\nX-Evil: 1',
        fields = '[["X-A", "b\\r\\nX-Evil: 1"], ["X-B\\r\\nX-Evil", "1"],
                   ["X C", "1"], ["", "1"], ["X-D", "kept"]]'
        where id = %s""", job)
    try:
        for accept in ("application/http", "*/*"):
            a = client.get(jobs["whole"] + "/response", Accept=accept)
            assert a.status == 200
            assert b"Evil" not in a.body and a.get("X-Evil") is None
        a = client.get(jobs["whole"] + "/response", **HTTP)
        assert message(a) == ("HTTP/1.1 200 OK", [("X-D", "kept")],
                              b"the body")
    finally:
        db.sql("update nightdrop.response set fields = %s, reason = %s "
               "where id = %s", json.dumps(before[0]), before[1], job)


def test_message_of_a_long_body(client, db, handlers, batch):
    db.queue("lengthy")
    handlers.write("lengthy", "printf 'Content-Type: text/plain\\n\\n'\n"
                   "head -c 600000 /dev/zero | tr '\\0' y")
    monitor = client.submit("lengthy", b"").get("Content-Location")
    assert batch.run("--queue", "lengthy").status == 0
    a = client.get(monitor + "/response", **HTTP)
    assert message(a)[2] == b"y" * 600000
