# SPDX-License-Identifier: ISC
"""Straight to the socket: what broken and hostile peers send."""
import struct
import time

import pytest

from support import fcgi, process
from support.documents import check_problem

JOBS = "/queues/plain/jobs"


def count(db):
    return db.row("select (select count(*) from nightdrop.job), "
                  "(select count(*) from nightdrop.upload)")


def healthy(responder):
    """It still serves: the last request left nothing in the next."""
    a = fcgi.call(responder.socket, "POST", JOBS, b"still alive")
    assert a.status == 202, a
    assert a.json()["size"] == len(b"still alive")


@pytest.mark.parametrize("told, sent", [
    (10, 5), (5, 10), (1, 0), (0, 1), (100000, 70000), (70000, 100000),
    (400000, 300000)])
def test_length_is_not_what_was_told(responder, db, told, sent):
    before = count(db)
    a = fcgi.call(responder.socket, "POST", JOBS, b"x" * sent,
                  CONTENT_LENGTH=str(told))
    check_problem(a, 400)
    assert count(db) == before
    healthy(responder)


@pytest.mark.parametrize("length", ["abc", "-1", "1e3", "+1", "0x1",
                                    "99999999999999999999", "1 1"])
def test_length_is_no_number(responder, db, length):
    before = count(db)
    a = fcgi.call(responder.socket, "POST", JOBS, b"x",
                  CONTENT_LENGTH=length)
    assert a.status in (400, 413), a
    check_problem(a, a.status)
    assert count(db) == before


@pytest.mark.parametrize("size", [0, 10, 65536, 65537, 500000])
def test_no_length(responder, size):
    a = fcgi.call(responder.socket, "POST", JOBS, b"x" * size,
                  CONTENT_LENGTH=None)
    assert a.status == 202, a
    assert a.json()["size"] == size


@pytest.mark.parametrize("sent", [0, 5, 70000, 400000])
def test_sender_goes_away(responder, db, sent):
    before = count(db)[0]
    c = fcgi.Connection(responder.socket)
    c.begin(fcgi.environment("POST", JOBS, b"x" * 500000))
    c.body(b"x" * sent)
    c.close()
    healthy(responder)
    process.wait_until(
        lambda: count(db) == (before + 1, 0), 5,
        "nothing but the healthy job, and no upload left")


def test_backlog_fills_while_a_body_comes(responder, db):
    """The limit that is named is the one that was exceeded."""
    db.queue("filling", max_waiting=1)
    with fcgi.Connection(responder.socket) as c:
        c.begin(fcgi.environment("POST", "/queues/filling/jobs",
                                 b"x" * 300000))
        c.body(b"x" * 299999)
        process.wait_until(lambda: count(db)[1] == 1, 5, "the upload")
        a = fcgi.call(responder.socket, "POST", "/queues/filling/jobs", b"x")
        assert a.status == 202, a
        c.body(b"x")
        c.finish()
        doc = check_problem(c.answer(), 503)
    assert doc["limit"] == 1


def test_refused_before_the_body_comes(responder):
    """Who is still sending is not cut off, and hears why."""
    for _ in range(20):
        with fcgi.Connection(responder.socket) as c:
            c.begin(fcgi.environment("POST", "/queues/UPPER/jobs",
                                     b"x" * 100000))
            time.sleep(0.02)
            c.body(b"x" * 100000)
            c.finish()
            check_problem(c.answer(), 404)


def test_abort_record(responder, db):
    before = count(db)[0]
    with fcgi.Connection(responder.socket) as c:
        c.begin(fcgi.environment("POST", JOBS, b"x" * 10))
        c.body(b"xxx")
        c.raw(fcgi.record(fcgi.ABORT))
        c.socket.shutdown(1)
        c.answer()
    healthy(responder)
    assert count(db)[0] == before + 1


def test_ten_thousand_parameters(responder):
    env = list(fcgi.environment("POST", JOBS, b"x").items())
    env += [(f"HTTP_X_{n}", "v") for n in range(10000)]
    with fcgi.Connection(responder.socket) as c:
        c.begin(env)
        c.body(b"x")
        c.finish()
        check_problem(c.answer(), 431)
    healthy(responder)


@pytest.mark.parametrize("size", [1 << 20, 8 << 20])
def test_huge_header(responder, size):
    a = fcgi.call(responder.socket, "POST", JOBS, b"x",
                  HTTP_USER_AGENT="x" * size)
    check_problem(a, 431)
    healthy(responder)


def test_connection_is_not_kept(responder):
    """keep-conn would pin a thread: one answer, then it is closed."""
    for _ in range(3):
        with fcgi.Connection(responder.socket) as c:
            c.begin(fcgi.environment("POST", JOBS, b"x"), keep=True)
            c.body(b"x")
            c.finish()
            assert c.answer().status == 202
            assert c.socket.recv(1) == b""


def test_keep_after_an_error(responder):
    with fcgi.Connection(responder.socket) as c:
        c.begin(fcgi.environment("POST", "/nowhere", b"x" * 100000),
                keep=True)
        c.body(b"x" * 100000)
        c.finish()
        check_problem(c.answer(), 404)
        assert c.socket.recv(1) == b""
    healthy(responder)


BROKEN = {
    "nothing": b"",
    "text": b"GET / HTTP/1.0\r\n\r\n",
    "version": fcgi.record(fcgi.BEGIN, b"\0\1\0\0\0\0\0\0", version=7),
    "unknown role": fcgi.record(fcgi.BEGIN, b"\0\7\0\0\0\0\0\0"),
    "short begin": fcgi.record(fcgi.BEGIN, b"\0\1"),
    "params first": fcgi.record(fcgi.PARAMS, fcgi.pair(b"A", b"B")),
    "unknown type": fcgi.record(99, b"what"),
    "half a record": fcgi.record(fcgi.BEGIN, b"\0\1", length=8),
    "half a pair": (
        fcgi.record(fcgi.BEGIN, b"\0\1\0\0\0\0\0\0")
        + fcgi.record(fcgi.PARAMS, b"\x7f\x7fREQ") + fcgi.record(fcgi.PARAMS)),
    "long length": (
        fcgi.record(fcgi.BEGIN, b"\0\1\0\0\0\0\0\0")
        + fcgi.record(fcgi.PARAMS, struct.pack(">II", 0x80100000, 0x80100000))
        + fcgi.record(fcgi.PARAMS)),
}


@pytest.mark.parametrize("name", BROKEN)
def test_broken_records(responder, db, name):
    before = count(db)[0]
    with fcgi.Connection(responder.socket) as c:
        c.raw(BROKEN[name])
        c.socket.shutdown(1)
        try:
            list(c.records())
        except OSError:
            pass
    healthy(responder)
    assert count(db)[0] == before + 1


def test_get_values(responder):
    """The management record is answered, or the connection closed."""
    with fcgi.Connection(responder.socket) as c:
        c.raw(fcgi.record(fcgi.GET_VALUES, fcgi.pair(b"FCGI_MAX_CONNS", b""),
                          request=0))
        c.socket.shutdown(1)
        kinds = [kind for kind, _, _ in c.records()]
        assert kinds in ([], [10], [11])
    healthy(responder)


def test_half_sent_requests_do_not_stop_the_others(responder):
    waiting = [fcgi.Connection(responder.socket) for _ in range(20)]
    try:
        for c in waiting[:10]:
            c.raw(fcgi.record(fcgi.BEGIN, b"\0\1\0\0\0\0\0\0"))
        for _ in range(3):
            healthy(responder)
    finally:
        for c in waiting:
            c.close()


@pytest.mark.parametrize("value", [b"a\0b", b"\xff\xfe", b"a\r\nb", b"\x7f",
                                   "\u00e6\u00f8\u00e5".encode()])
@pytest.mark.parametrize("name", ["HTTP_USER_AGENT", "CONTENT_TYPE",
                                  "HTTP_IDEMPOTENCY_KEY", "QUERY_STRING"])
def test_hostile_values(responder, name, value):
    """Stored bit-exact, left out, or refused with a 4xx; never a 5xx."""
    a = fcgi.call(responder.socket, "POST", JOBS, b"x", **{name: value})
    assert a.status == 202 or 400 <= a.status < 500, a
    for _, field in a.fields:
        assert "\r" not in field and "\n" not in field
    healthy(responder)


def test_hostile_owner(responder):
    for user in (b"a\0b", b"\xff", b"x" * 10000):
        a = fcgi.call(responder.socket, "POST", JOBS, b"x", REMOTE_USER=user,
                      NIGHTDROP_TRUST_USER="1")
        assert a.status == 202 or 400 <= a.status < 500, a
    healthy(responder)


def test_nothing_leaks(responder):
    """Descriptors after a hundred requests are those of before."""
    for _ in range(40):
        healthy(responder)
    before = process.descriptors(responder.pid)
    for _ in range(100):
        healthy(responder)
    process.wait_until(
        lambda: process.descriptors(responder.pid) <= before + 3, 5,
        f"descriptors to be {before} again")


@pytest.mark.parametrize("request_id", [1, 2, 65535])
def test_request_ids(responder, request_id):
    with fcgi.Connection(responder.socket) as c:
        c.begin(fcgi.environment("POST", JOBS, b"x"), request=request_id)
        c.body(b"x", request=request_id)
        c.finish(request=request_id)
        seen = set()
        for kind, request, _ in c.records():
            seen.add(request)
        assert seen == {request_id}
