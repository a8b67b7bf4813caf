# SPDX-License-Identifier: ISC
"""Hostile peers at the socket: nothing of theirs gets into a header, into the
log as a line of its own, or stays behind (I9)."""
import collections
import os
import socket
import struct
import threading

import pytest

from support import fcgi, process, programs
from support.fcgi import record

JOBS = "/queues/plain/jobs"
OPEN = record(fcgi.BEGIN, b"\0\1\0\0\0\0\0\0")
END_PARAMS = record(fcgi.PARAMS)
LEFT = """
select (select count(*) from nightdrop.job where queue <> 'made'),
       (select count(*) from nightdrop.upload),
       (select count(*) from nightdrop.part),
       (select count(*) from nightdrop.bundle),
       (select count(*) from pg_stat_activity
        where datname = current_database()
          and state like 'idle in transaction%')
"""


@pytest.fixture(scope="module")
def responder(room, db):
    """Few threads, and one spare connection: what it holds open is known."""
    r = programs.Responder(room, db.conninfo("nightdrop_responder"),
                           threads=8, connections=1, allowed_origins="*")
    r.start()
    crowd = [threading.Thread(target=alive, args=(r,)) for _ in range(16)]
    for thread in crowd:
        thread.start()
    for thread in crowd:
        thread.join()
    for method, target in (("GET", "/queues"), ("POST", "/queues/none/jobs"),
                           ("POST", JOBS)):
        fcgi.call(r.socket, method, target)
    yield r
    assert r.stop() == 0, f"exit status, see {r.home}"


@pytest.fixture(scope="module")
def held(responder, db):
    """What the responder holds, as a function, and at rest."""
    def now():
        return (db.row(LEFT), process.descriptors(responder.pid),
                len(os.listdir(f"/proc/{responder.pid}/task")))

    seen = [now()]

    def quiet():
        seen.append(now())
        return len(seen) > 10 and len(set(seen[-10:])) == 1

    process.wait_until(quiet, 10, "the responder at rest")
    return now, seen[-1]


@pytest.fixture(autouse=True)
def nothing_left(responder, held):
    """No row, no transaction, no descriptor, no thread more or less."""
    now, rest = held
    yield
    try:
        process.wait_until(lambda: now() == rest, 10, "rest")
    except process.Timeout:
        assert now() == rest
    for line in responder.words().splitlines():
        assert " nightdrop.fcgi[" in line[:60], f"a forged line: {line!r}"


def alive(responder):
    a = fcgi.call(responder.socket, "GET", "/health")
    assert a.status == 200, a


def listen(connection):
    """Whatever comes until the end: bytes; a reset is an end too."""
    out = b""
    try:
        connection.socket.shutdown(socket.SHUT_WR)
        while data := connection.socket.recv(65536):
            out += data
    except OSError:
        pass
    return out


def stream(env=None, body=b"", **more):
    """All bytes of one request."""
    env = env or fcgi.environment("POST", JOBS, body, **more)
    data = b"".join(fcgi.pair(fcgi.octets(n), fcgi.octets(v))
                    for n, v in env.items())
    return (OPEN + record(fcgi.PARAMS, data) + END_PARAMS
            + (record(fcgi.STDIN, body) if body else b"")
            + record(fcgi.STDIN))


# A name that no queue has: even a whole request leaves nothing.
LOST = stream(fcgi.environment("POST", "/queues/none/jobs", b"x" * 3000),
              b"x" * 3000)


@pytest.mark.parametrize("cut", [1, 7, 8, 12, 16, 20, 24, 60, 300, 480, 488,
                                 495, 1000, 3000])
@pytest.mark.parametrize("politely", [True, False])
def test_gone_in_the_middle(responder, cut, politely):
    """In the middle of a record, of the parameters, of the body."""
    with fcgi.Connection(responder.socket) as c:
        c.raw(LOST[:cut])
        if politely:
            listen(c)
    alive(responder)


@pytest.mark.parametrize("length", [500000, 0])
def test_gone_before_the_answer(responder, length):
    for _ in range(20):
        with fcgi.Connection(responder.socket) as c:
            c.raw(LOST if length else stream(
                fcgi.environment("GET", "/queues")))
    alive(responder)


@pytest.mark.parametrize("method, target, kind", [
    ("POST", JOBS, "text/plain"),
    ("PUT", JOBS + "/name", "text/plain"),
    ("POST", "/queues/plain/bundles", "application/x-ndjson")])
@pytest.mark.parametrize("sent", [0, 1000, 300000])
def test_gone_in_the_body(responder, db, method, target, kind, sent):
    """Not a job, a name, a line of a bundle stays of it."""
    body = b'{"a": "line"}\n' * 30000
    for _ in range(3):
        with fcgi.Connection(responder.socket) as c:
            c.begin(fcgi.environment(method, target, body, CONTENT_TYPE=kind))
            c.body(body[:sent])
    alive(responder)
    named = fcgi.call(responder.socket, "GET", JOBS + "/name")
    assert named.status == 404, named


def padded(kind, content, padding):
    return struct.pack(">BBHHBx", 1, kind, 1, len(content), padding) \
        + content + b"\xaa" * padding


def test_padding(responder):
    """Whatever stands in the padding is nobody's.  (That of BEGIN, which
    needs none, libfcgi takes for parameters: not tried.)"""
    env = b"".join(fcgi.pair(fcgi.octets(n), fcgi.octets(v)) for n, v in
                   fcgi.environment("GET", "/health").items())
    with fcgi.Connection(responder.socket) as c:
        c.raw(OPEN)
        for i in range(0, len(env), 10):
            c.raw(padded(fcgi.PARAMS, env[i:i + 10], i % 256))
        c.raw(padded(fcgi.PARAMS, b"", 7) + padded(fcgi.STDIN, b"", 255))
        assert c.answer().status == 200


BROKEN = {
    "abort at once": OPEN + record(fcgi.ABORT),
    "abort nothing": record(fcgi.ABORT),
    "abort another": OPEN + record(fcgi.ABORT, request=9) + END_PARAMS,
    "abort in the parameters": LOST[:100] + record(fcgi.ABORT),
    "abort in the body": LOST[:-16] + record(fcgi.ABORT),
    "begin twice": OPEN + OPEN + END_PARAMS + record(fcgi.STDIN),
    "begin another": OPEN + record(fcgi.BEGIN, b"\0\1\0\0\0\0\0\0",
                                   request=2) + LOST[16:],
    "another's body": LOST[:-8] + record(fcgi.STDIN, b"y" * 100, request=2)
    + record(fcgi.STDIN),
    "another's parameters": OPEN + record(
        fcgi.PARAMS, fcgi.pair(b"REQUEST_METHOD", b"POST"), request=2)
    + LOST[16:],
    "body first": OPEN + record(fcgi.STDIN, b"x") + LOST[16:],
    "data stream": OPEN + record(8, b"x") + LOST[16:],
    "answers sent to us": OPEN + record(fcgi.STDOUT, b"Status: 200 OK\r\n\r\n")
    + record(fcgi.END, b"\0" * 8) + LOST[16:],
    "version": LOST[:16] + record(fcgi.PARAMS, b"x", version=2),
    "parameters without an end": OPEN + record(
        fcgi.PARAMS, fcgi.pair(b"A", b"B" * 60000)) * 20,
    "a length of two gigabytes": OPEN + record(
        fcgi.PARAMS, b"\xff\xff\xff\xff\xff\xff\xff\xffA") + END_PARAMS,
    "a length of half a gigabyte": OPEN + record(
        fcgi.PARAMS, b"\xa0\0\0\0\xa0\0\0\0A") + END_PARAMS,
    # Together over INT_MAX, libfcgi's assertion ends the process: who can
    # reach the socket is the web server and can do worse.
    "a name without a value": OPEN + record(fcgi.PARAMS, b"\4\x80ABCD")
    + END_PARAMS,
    "empty names": OPEN + record(fcgi.PARAMS, b"\0\0" * 1000) + END_PARAMS
    + record(fcgi.STDIN),
    "no parameters": OPEN + END_PARAMS + record(fcgi.STDIN),
    "role authorizer": record(fcgi.BEGIN, b"\0\2\0\0\0\0\0\0") + LOST[16:],
    "role filter": record(fcgi.BEGIN, b"\0\3\0\0\0\0\0\0") + LOST[16:],
    "management": record(fcgi.GET_VALUES, b"\xff" * 500, request=0)
    + record(11, b"", request=0) + record(77, b"x" * 60000, request=0),
    "noise": bytes(range(256)) * 40,
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken(responder, name):
    for _ in range(3):
        with fcgi.Connection(responder.socket) as c:
            try:
                c.raw(BROKEN[name])
            except OSError:
                pass
            listen(c)
    alive(responder)


def test_several_at_once_on_one_connection(responder):
    """One is served; the others are not mixed into it."""
    env = {n: v for n, v in fcgi.environment("GET", "/health").items()}
    with fcgi.Connection(responder.socket) as c:
        c.begin(env, request=1)
        c.begin(dict(env, REQUEST_URI="/queues"), request=2)
        c.finish(request=2)
        c.finish(request=1)
        seen = collections.defaultdict(bytes)
        for kind, request, content in c.records():
            if kind == fcgi.STDOUT:
                seen[request] += content
    assert list(seen) == [1]
    assert "queues" not in fcgi.parse(seen[1]).json()


ECHOED = ["NIGHTDROP_PREFIX", "HTTP_HOST", "HTTP_ORIGIN", "CONTENT_TYPE",
          "HTTP_ACCEPT", "HTTP_PREFER", "HTTP_IDEMPOTENCY_KEY", "REMOTE_USER",
          "HTTP_RANGE", "HTTP_IF_RANGE", "HTTP_IF_MATCH", "HTTP_IF_NONE_MATCH",
          "HTTP_CONTENT_DIGEST", "HTTP_AUTHORIZATION", "HTTP_TUS_RESUMABLE",
          "HTTP_UPLOAD_METADATA", "HTTP_UPLOAD_CHECKSUM",
          "HTTP_ACCESS_CONTROL_REQUEST_METHOD", "REQUEST_METHOD",
          "HTTP_ACCESS_CONTROL_REQUEST_HEADERS", "HTTP_SEC_FETCH_SITE",
          "HTTP_X_HTTP_METHOD_OVERRIDE", "REQUEST_URI", "QUERY_STRING",
          "HTTP_X_ORIGINAL_URL", "NIGHTDROP_QUEUE", "SERVER_SOFTWARE",
          "NIGHTDROP_SCRIPT_NAME", "HTTP_CONTENT_DISPOSITION",
          "HTTP_CONTENT_ENCODING", "HTTP_CONTENT_RANGE",
          "HTTP_UPLOAD_LENGTH", "HTTP_UPLOAD_OFFSET", "HTTP_UPLOAD_CONCAT"]
SPLITS = [b"a\r\nX-Forged: yes", b"a\nX-Forged: yes", b"a\rX-Forged: yes",
          b"a\0X-Forged: yes", b"/a\r\n\r\n<script>", b"\x1b[2J\x7f\xff"]
OURS = {"accept", "accept-ranges", "access-control-allow-headers",
        "access-control-allow-methods", "access-control-allow-origin",
        "access-control-max-age", "access-control-expose-headers", "allow",
        "asyncresult", "cache-control", "content-length", "content-location",
        "content-security-policy", "content-type", "content-range", "etag",
        "link", "location", "preference-applied", "referrer-policy",
        "repr-digest", "retry-after", "status", "sunset", "tus-checksum-algorithm",
        "tus-extension", "tus-max-size", "tus-resumable", "tus-version",
        "upload-expires", "upload-length", "upload-offset", "vary",
        "www-authenticate", "x-content-type-options", "x-frame-options"}


def check_header(answer):
    assert answer is not None
    assert answer.status != 500, answer
    for name, value in answer.fields:
        assert name.lower() in OURS, f"not one of ours: {name}: {value!r}"
        assert not set(value) & set("\r\n\0"), f"{name}: {value!r}"


@pytest.mark.parametrize("name", ECHOED)
def test_no_line_of_its_own(responder, name):
    targets = [("GET", "/queues"), ("OPTIONS", "/queues/none/uploads"),
               ("POST", "/queues/none/jobs"), ("PUT", "/queues/none/jobs/a"),
               ("GET", "/jobs/019a8f0e-1c2d-7abc-8def-0123456789ab")]
    for value in SPLITS:
        for method, target in targets:
            a = fcgi.call(responder.socket, method, target, **{
                "HTTP_ORIGIN": "https://a.example",
                "HTTP_ACCESS_CONTROL_REQUEST_METHOD": "PUT",
                "NIGHTDROP_TRUST_USER": "1", name: value})
            check_header(a)


@pytest.mark.parametrize("value", SPLITS)
def test_stored_type_makes_no_line(responder, value):
    """What is sent as Content-Type comes back as one, or is refused."""
    a = fcgi.call(responder.socket, "POST", "/queues/made/jobs", b"x",
                  CONTENT_TYPE=value)
    check_header(a)
    if a.status == 201:
        check_header(fcgi.call(responder.socket, "GET",
                               a.get("Location") + "/request"))


def hostile(responder, n):
    """One of many kinds."""
    kinds = list(BROKEN.values())
    with fcgi.Connection(responder.socket) as c:
        try:
            if n % 3 == 0:
                c.raw(kinds[n % len(kinds)])
            elif n % 3 == 1:
                c.raw(LOST[:n % len(LOST)])
            else:
                c.raw(stream(fcgi.environment("POST", "/queues/none/jobs"),
                             HTTP_X=b"\xff" * (n % 5000)))
            if n % 2:
                listen(c)
        except OSError:
            pass


def resident(pid):
    with open(f"/proc/{pid}/statm") as f:
        return int(f.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.memory
def test_memory_stays_flat(responder):
    """Over 10,000 of them, once each thread has had its share of each."""
    for n in range(5000):
        hostile(responder, n)
    before = resident(responder.pid)
    for n in range(10000):
        hostile(responder, n)
    alive(responder)
    assert resident(responder.pid) < before + (2 << 20), \
        f"{before} bytes before, {resident(responder.pid)} after"
