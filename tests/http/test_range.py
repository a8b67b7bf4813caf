# SPDX-License-Identifier: ISC
"""Parts of stored bytes, and what their conditional fields come to.

Through each way to Apache, and through servers that cut ranges themselves.
"""
import random
import re

import pytest

from support import fronts
from support.client import Client
from support.documents import check_problem, digest

DATE = "Sun, 22 Nov 2026 05:58:46 GMT"
PART = 262144
SHORT = bytes(range(256)) * 12
LONG = random.Random(7).randbytes(3 * PART + 1000)
KIND = "printf 'Status: {}\\nContent-Type: application/octet-stream\\n{}\\n'\ncat"


@pytest.fixture(scope="module")
def answered(apache, db, handlers, batch):
    """{name: monitor}: jobs whose answer is what was sent, run once."""
    client = Client(apache.port, "/proxy")
    made = {}
    for name, body, status, fields in (
            ("short", SHORT, 200, ""), ("long", LONG, 200, ""),
            ("none", b"", 200, ""),
            ("weak", SHORT, 200, 'ETag: W/"abc"\\n'),
            ("dated", SHORT, 200,
             f'Last-Modified: {DATE}\\nETag: "abc"\\n'),
            ("missing", SHORT, 404, ""), ("created", SHORT, 201, "")):
        db.queue(name)
        handlers.write(name, KIND.format(status, fields))
        made[name] = client.submit(name, body).get("Content-Location")\
            .removeprefix("/proxy")
    result = batch.run()
    assert result.status == 0, result
    return made


@pytest.fixture(scope="module", params=["lighttpd", "nginx"])
def front(request, room, responder):
    f = fronts.front(room, request.param, responder.socket).start()
    yield Client(f.port, "/nd")
    f.stop()


def body_of(name):
    return {"long": LONG, "none": b""}.get(name, SHORT)


def both(name, answered):
    return [answered[name] + "/response", answered[name] + "/request"]


def check_part(a, body, first, last):
    assert (a.status, a.reason) == (206, "Partial Content"), a
    assert a.body == body[first:last + 1]
    assert a.get("Content-Range") == f"bytes {first}-{last}/{len(body)}"
    assert a.get("Content-Type") == "application/octet-stream"
    assert a.get("Content-Security-Policy") == "sandbox; default-src 'none'"
    assert a.get("X-Content-Type-Options") == "nosniff"
    assert a.get("Cache-Control") == "private, must-revalidate"
    assert a.get("ETag").startswith('"')
    length = a.get("Content-Length")
    assert length is None or int(length) == last - first + 1


RANGES = [  # of 3072 bytes
    ("bytes=0-0", 0, 0), ("bytes=0-3071", 0, 3071), ("bytes=100-199", 100, 199),
    ("bytes=3000-", 3000, 3071), ("bytes=3000-99999", 3000, 3071),
    ("bytes=-72", 3000, 3071), ("bytes=-99999", 0, 3071),
    ("Bytes = 5-6", 5, 6),
]


@pytest.mark.parametrize("field, first, last", RANGES)
def test_part(client, answered, field, first, last):
    for path in both("short", answered):
        check_part(client.get(path, Range=field), SHORT, first, last)


def test_every_mount(mount, answered):
    for path in both("short", answered) + both("long", answered):
        body = body_of("long" if path in both("long", answered) else "short")
        whole = mount.client.get(path)
        assert (whole.status, whole.body) == (200, body)
        assert whole.get("Accept-Ranges") == "bytes"
        a = mount.client.get(path, Range="bytes=1000-2000")
        check_part(a, body, 1000, 2000)
        assert a.get("ETag") == whole.get("ETag")
        assert a.get("AsyncResult") == whole.get("AsyncResult")
        a = mount.client.get(path, Range="bytes=1000-2000",
                             If_Range=whole.get("ETag"))
        check_part(a, body, 1000, 2000)
        a = mount.client.get(path, Range="bytes=1000-2000", If_Range='"x"')
        assert (a.status, a.body) == (200, body)
        a = mount.client.get(path, Range=f"bytes={len(body)}-")
        assert a.status == 416
        assert a.get("Content-Range") == f"bytes */{len(body)}"


@pytest.mark.parametrize("first, last", [
    (0, 0), (0, PART - 1), (PART - 1, PART), (PART, PART), (PART, 2 * PART),
    (2 * PART - 1, 3 * PART), (3 * PART, 3 * PART + 999), (0, len(LONG) - 1),
    (len(LONG) - 1, len(LONG) - 1), (17, 3 * PART + 1)])
def test_over_parts(client, answered, first, last):
    for path in both("long", answered):
        check_part(client.get(path, Range=f"bytes={first}-{last}"), LONG,
                   first, last)


def test_parts_of_any_length(client, answered, db):
    """A resumed upload makes parts as its bytes come."""
    job = answered["long"].rpartition("/")[2].partition("~")[0]
    cuts = [0, 1, 3, 1000, 1001, 300000, len(LONG)]
    stored = db.sql("select seq, data from nightdrop.part where id = %s "
                    "and holder = 0 order by seq", job)
    db.sql("delete from nightdrop.part where id = %s and holder = 0", job)
    for i in range(len(cuts) - 1):
        db.sql("insert into nightdrop.part values (%s, 0, %s, %s)", job, i,
               LONG[cuts[i]:cuts[i + 1]])
    try:
        path = answered["long"] + "/request"
        for first, last in ((0, 0), (1, 1), (2, 999), (1000, 1000),
                            (999, 300001), (300000, len(LONG) - 1)):
            check_part(client.get(path, Range=f"bytes={first}-{last}"), LONG,
                       first, last)
        assert client.get(path).body == LONG
    finally:
        db.sql("delete from nightdrop.part where id = %s and holder = 0", job)
        for seq, data in stored:
            db.sql("insert into nightdrop.part values (%s, 0, %s, %s)", job,
                   seq, data)


@pytest.mark.parametrize("field", [
    "lines=1-2", "bytes=5-3", "bytes=x-", "bytes=", "bytes"])
def test_ignored(client, answered, field):
    for path in both("short", answered):
        a = client.get(path, Range=field)
        assert (a.status, a.body) == (200, SHORT), a
        assert a.get("Content-Range") is None


def pieces(answer):
    """{(first, last, size): bytes} of multipart/byteranges."""
    boundary = answer.get("Content-Type").partition("boundary=")[2].strip('"')
    found = {}
    for piece in answer.body.split(b"--" + boundary.encode())[1:-1]:
        head, _, body = piece.partition(b"\r\n\r\n")
        where = re.search(rb"(?i)content-range: bytes (\d+)-(\d+)/(\d+)", head)
        found[tuple(int(n) for n in where.groups())] = body[:-2]
    return found


def check_several(a, body):
    """We send all; a server may cut it, then the bytes must be right."""
    if a.status == 200:
        assert a.body == body
    else:
        assert a.status == 206, a
        for (first, last, size), data in pieces(a).items():
            assert size == len(body)
            assert data == body[first:last + 1]


def test_several_ranges(mount, answered):
    for name in ("short", "long"):
        for path in both(name, answered):
            check_several(mount.client.get(path, Range="bytes=0-9,20-29"),
                          body_of(name))


def test_not_satisfiable(client, answered):
    for path in both("short", answered):
        for field in ("bytes=3072-", "bytes=9999-99999", "bytes=-0"):
            a = client.get(path, Range=field)
            check_problem(a, 416, "/proxy")
            assert a.get("Content-Range") == "bytes */3072"
            assert a.get("AsyncResult") is None, "it is our own answer"


def test_nothing_there(client, answered):
    for path in both("none", answered):
        a = client.get(path, Range="bytes=0-")
        check_problem(a, 416, "/proxy")
        assert a.get("Content-Range") == "bytes */0"
        a = client.get(path)
        assert (a.status, a.body) == (200, b"")


def test_only_of_200(client, answered):
    for name, status in (("missing", 404), ("created", 201)):
        a = client.get(answered[name] + "/response", Range="bytes=0-9")
        assert (a.status, a.body) == (status, SHORT)
        assert a.get("Accept-Ranges") == "none"
        assert a.get("ETag") is None


def test_head(client, answered):
    """Only GET has ranges (RFC 9110 §14.2)."""
    for path in both("long", answered):
        a = client.request("HEAD", path, Range="bytes=0-9")
        assert (a.status, a.body) == (200, b"")
        assert a.get("Content-Range") is None
        assert client.request("HEAD", path, Range="bytes=99999999-")\
            .status == 200


def test_if_range(client, answered):
    path = answered["dated"] + "/response"
    for field, status in (
            ('"abc"', 206), (DATE, 206), ('"x"', 200), ('W/"abc"', 200),
            ('"abc", "x"', 200), ("*", 200),
            ("Sun, 22 Nov 2026 05:58:47 GMT", 200),
            ("Sunday, 22-Nov-26 05:58:46 GMT", 200)):
        a = client.get(path, Range="bytes=1-2", If_Range=field)
        assert a.status == status, (field, a)
        assert a.body == (SHORT[1:3] if status == 206 else SHORT)
        assert a.get("ETag") == '"abc"'
        assert a.get("Last-Modified") == DATE
    path = answered["weak"] + "/response"
    for field in ('"abc"', 'W/"abc"'):
        a = client.get(path, Range="bytes=1-2", If_Range=field)
        assert (a.status, a.body) == (200, SHORT), "weak never matches"


def test_false_if_range_beats_416(client, answered):
    a = client.get(answered["dated"] + "/response", Range="bytes=9999-",
                   If_Range='"x"')
    assert (a.status, a.body) == (200, SHORT)


def test_order_of_conditions(client, answered):
    """RFC 9110 §13.2.2: If-Match, If-None-Match, Range."""
    for path in both("short", answered):
        tag = client.get(path).get("ETag")
        for ranged in ("bytes=0-9", "bytes=9999-"):
            a = client.get(path, Range=ranged, If_None_Match=tag)
            assert (a.status, a.body) == (304, b""), a
            assert a.get("ETag") == tag
            assert a.get("Content-Range") is None
            a = client.get(path, Range=ranged, If_None_Match=tag,
                           If_Match='"x"')
            check_problem(a, 412, "/proxy")
        a = client.get(path, Range="bytes=0-9", If_Match=tag,
                       If_None_Match='"x"')
        check_part(a, SHORT, 0, 9)
        assert client.get(path, If_Match="*").status == 200
        assert client.get(path, If_Match="W/" + tag).status == 412


def test_digest_is_of_the_whole(client, answered):
    for path in both("short", answered) + [answered["long"] + "/request"]:
        body = body_of("long" if "long" in path else "short")
        body = LONG if path.startswith(answered["long"]) else SHORT
        for field in (None, "bytes=0-9"):
            assert client.get(path, Range=field).get("Repr-Digest") == \
                digest(body)


@pytest.mark.parametrize("name", ["short", "long"])
def test_servers_that_cut(front, answered, name):
    body = body_of(name)
    for path in both(name, answered):
        whole = front.get(path)
        assert (whole.status, whole.body) == (200, body)
        check_part(front.get(path, Range="bytes=1000-2000"), body, 1000, 2000)
        check_part(front.get(path, Range="bytes=-7"), body, len(body) - 7,
                   len(body) - 1)
        a = front.get(path, Range=f"bytes={len(body)}-")
        assert a.status == 416
        assert a.get("Content-Range") == f"bytes */{len(body)}"
        check_several(front.get(path, Range="bytes=0-9,20-29"), body)
        a = front.get(path, Range="bytes=0-9", If_Range='"x"')
        assert (a.status, a.body) == (200, body)
        a = front.get(path, Range="bytes=0-9", If_None_Match=whole.get("ETag"))
        assert (a.status, a.body) == (304, b"")
        a = front.get(path, Range="bytes=0-9", If_Match='"x"')
        assert a.status == 412


def test_servers_that_cut_what_is_not_ours_to_cut(front, answered):
    a = front.get(answered["created"] + "/response", Range="bytes=0-9")
    assert (a.status, a.body) == (201, SHORT)
    a = front.get(answered["short"] + "/response", Range="bytes=0-9",
                  Accept="application/http")
    assert a.status == 200
    assert a.body.endswith(SHORT)
