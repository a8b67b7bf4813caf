# SPDX-License-Identifier: ISC
"""HTTP is the language of outcomes: each row of the table in batch.md."""
import os

import pytest

from support import jobs

OK = "printf 'Status: 200 OK\\nContent-Type: text/plain\\n\\nfine'"
QUICK = {"backoff": "10 milliseconds", "backoff_max": "20 milliseconds"}


def answering(status, more=""):
    return f"printf 'Status: {status}\\n{more}\\nbody of {status[:3]}'"


SUCCESSFUL = [
    # script, status, reason
    (OK, 200, "OK"),
    (answering("201 Created"), 201, "Created"),
    (answering("204 No Content").replace("body of 204", ""), 204,
     "No Content"),
    (answering("299 As You Like It"), 299, "As You Like It"),
    (answering("303 See Other", "Location: /x\\n"), 303, "See Other"),
    (answering("399 Odd"), 399, "Odd"),
    ("printf 'Content-Type: text/plain\\n\\nno status'", 200, "OK"),
    ("printf 'Location: https://example.org/x\\n\\n'", 302, "Found"),
    ("printf 'Location: /path\\n\\n'", 303, "See Other"),
    ("printf 'Content-Type: text/plain\\r\\n\\r\\ncrlf'", 200, "OK"),
    ("exec 0<&-; " + OK, 200, "OK"),
]


@pytest.mark.parametrize("script, status, reason", SUCCESSFUL,
                         ids=[str(n) for n in range(len(SUCCESSFUL))])
def test_successful(night, script, status, reason):
    done = night.job(script)
    r = done.response
    assert (r.outcome, r.status, r.by, r.attempt) == \
        ("successful", status, "handler", 1), r
    assert r.reason == reason
    assert [a[:3] for a in done.attempts] == [(1, "successful", status)]


@pytest.mark.parametrize("status", ["400 Bad Request", "403 Forbidden",
                                    "404 Not Found", "409 Conflict",
                                    "418 Teapot", "422 Unprocessable"])
def test_failed_for_good(night, status):
    """Other 4xx: disallowed when processing actually takes place."""
    done = night.job(answering(status), **QUICK)
    r = done.response
    assert (r.outcome, r.status, r.by, r.attempt) == \
        ("failed", int(status[:3]), "handler", 1), r
    assert r.reason == status[4:]
    assert r.body == f"body of {status[:3]}".encode()


@pytest.mark.parametrize("status", ["408 Request Timeout", "425 Too Early",
                                    "429 Too Many Requests",
                                    "500 Internal Server Error",
                                    "503 Service Unavailable", "599 Odd"])
def test_tried_again(night, status):
    """At last failed, with that answer."""
    done = night.job(answering(status), max_attempts=3, **QUICK)
    r = done.response
    assert (r.outcome, r.status, r.by, r.attempt) == \
        ("failed", int(status[:3]), "handler", 3), r
    assert r.body == f"body of {status[:3]}".encode()
    assert [a[:2] for a in done.attempts] == \
        [(1, "retry"), (2, "retry"), (3, "failed")]


FAULTS = {
    # whatever was printed; by nightdrop
    "exit": (OK + "; exit 3", 502, 3, None),
    "signal": (OK + "; kill -9 $$", 502, None, 9),
    "segv": ("kill -11 $$", 502, None, 11),
    "nothing": ("exit 0", 502, 0, None),
    "no-header": ("echo just text", 502, 0, None),
    "header-without-end": ("printf 'Content-Type: text/plain\\n'", 502, 0,
                           None),
    "bad-status": ("printf 'Status: abc\\n\\n'", 502, 0, None),
    "small-status": ("printf 'Status: 99 Low\\n\\n'", 502, 0, None),
    "nul": ("printf 'X-A: a\\0b\\n\\n'", 502, 0, None),
    "cr": ("printf 'X-A: a\\rb\\n\\n'", 502, 0, None),
    "bell": ("printf 'X-A: a\\007b\\n\\n'", 502, 0, None),
    "nul-name": ("printf 'X\\0A: b\\n\\n'", 502, 0, None),
    "folded": ("printf 'X-A: a\\n b\\n\\n'", 502, 0, None),
    "exit-202": ("printf 'Status: 202\\n\\nstate'; exit 1", 502, 1, None),
    "space": ("printf 'Bad Name: x\\n\\n'", 502, 0, None),
}


@pytest.mark.parametrize("name", FAULTS)
def test_no_answer(night, name):
    script, status, code, signal = FAULTS[name]
    done = night.job(script, max_attempts=2, **QUICK)
    r = done.response
    assert (r.outcome, r.status, r.by, r.attempt) == \
        ("failed", status, "nightdrop", 2), r
    assert len(done.attempts) == 2
    assert done.attempts[0][1] == "retry"
    if code is not None:
        assert done.attempts[0][3] == code
    if signal is not None:
        assert done.attempts[0][4] == signal


def test_headers_over_64k(night):
    done = night.job("printf 'X-A: '; head -c 70000 /dev/zero | tr '\\0' x; "
                     "printf '\\n\\nbody'", max_attempts=1)
    r = done.response
    assert (r.outcome, r.status, r.by) == ("failed", 502, "nightdrop")


def test_output_over_the_limit(night, db):
    done = night.job("printf 'Content-Type: x/y\\n\\n'; cat /dev/zero",
                     max_attempts=1, max_output=1000000)
    r = done.response
    assert (r.outcome, r.status, r.by) == ("failed", 502, "nightdrop")
    assert done.result.seconds < 20
    assert db.value("select count(*) from nightdrop.part where id = %s",
                    done.id) == 0, "nothing of it is kept"


def test_output_at_the_limit(night):
    done = night.job("printf 'Content-Type: x/y\\n\\n'; "
                     "head -c 1000000 /dev/zero", max_output=1000000)
    assert done.response.outcome == "successful"
    assert done.response.size == 1000000


def test_not_executable_interpreter(night):
    """exec fails: an outcome, not the end of the run."""
    done = night.job("#!/nowhere/interpreter\n", max_attempts=1)
    assert (done.response.status, done.response.by) == (502, "nightdrop")


def test_out_of_memory(night):
    done = night.job("#!/usr/bin/python3\nx = bytearray(1 << 30)\n",
                     max_attempts=1, memory_limit=256 << 20)
    assert (done.response.status, done.response.by) == (502, "nightdrop")


def test_recovers_at_the_second_attempt(night, scratch):
    mark = scratch / "second"
    done = night.job(f"""
if [ "$NIGHTDROP_ATTEMPT" = 1 ]; then touch {mark}; exit 1; fi
printf 'Content-Type: text/plain\\n\\nattempt %s' "$NIGHTDROP_ATTEMPT"
""", **QUICK)
    assert mark.exists()
    r = done.response
    assert (r.outcome, r.attempt, r.body) == ("successful", 2, b"attempt 2")
    assert [a[1] for a in done.attempts] == ["retry", "successful"]


def test_continued_in_the_next_run(night, db, batch):
    """202: its body comes back as NIGHTDROP_STATE; failures stay as is."""
    done = night.job("""
if [ "$NIGHTDROP_STATE" = "page 2" ]; then
	printf 'Content-Type: text/plain\\n\\nall pages'; exit
fi
printf 'Status: 202 Accepted\\n\\npage %s' $((NIGHTDROP_ATTEMPT))
""")
    assert done.response is None
    assert jobs.place_of(db, done.id) == "waiting"
    for _ in range(2):
        result = batch.run("--queue", done.queue)
        assert result.status == 0, result
        assert not jobs.unbalanced(db)
    r = jobs.response(db, done.id)
    assert (r.outcome, r.body, r.attempt) == ("successful", b"all pages", 3)
    assert [a[1] for a in jobs.attempts(db, done.id)] == \
        ["continue", "continue", "successful"]


def test_continued_too_often(night, db, batch):
    done = night.job("printf 'Status: 202 Accepted\\n\\nmore'",
                     max_continues=1)
    assert batch.run("--queue", done.queue).status == 0
    r = jobs.response(db, done.id)
    assert (r.outcome, r.status, r.by) == ("failed", 508, "nightdrop")


def test_state_too_long(night):
    done = night.job("printf 'Status: 202 Accepted\\n\\n'; "
                     "head -c 40000 /dev/zero | tr '\\0' x", max_attempts=1)
    assert (done.response.status, done.response.by) == (502, "nightdrop")


def test_stderr_is_kept(night):
    done = night.job("echo diagnosis >&2; " + OK)
    assert b"diagnosis" in bytes(done.attempts[0][5])


def test_stderr_head_and_tail(night):
    done = night.job("echo beginning >&2; head -c 10000000 /dev/zero | "
                     "tr '\\0' x >&2; echo ending >&2; " + OK)
    log = bytes(done.attempts[0][5])
    assert b"beginning" in log and b"ending" in log
    assert len(log) < 200000


@pytest.mark.parametrize("size", [0, 1, 65536, 65537, 1000000])
def test_body_reaches_the_handler(night, size):
    body = os.urandom(size)
    done = night.job("printf 'Content-Type: x/y\\n\\n'; exec cat", body)
    assert done.response.body == body
    assert done.response.size == size


def test_body_not_read(night):
    """A handler that reads nothing of a large body is as good as any."""
    done = night.job(OK, b"x" * 2000000)
    assert done.response.outcome == "successful"


def test_answers_fields_are_stored(night):
    done = night.job("printf 'Content-Type: text/html\\nX-Pages: 7\\n"
                     "Content-Length: 99\\nConnection: close\\n\\nx'")
    r = done.response
    assert r.field("Content-Type") == "text/html"
    assert r.field("X-Pages") == "7"
    assert r.field("Connection") is None
    assert r.size == 1


def test_two_counters(night, db, batch):
    """Attempts count starts; failures alone are limited.  A continuation is
    an attempt and no failure, and failures outlive it."""
    done = night.job("""
case "$NIGHTDROP_ATTEMPT" in
1|3) exit 1;;
2) printf 'Status: 202\\n\\nhalf'; exit;;
4) printf 'Status: 202\\n\\nmore of %s' "$NIGHTDROP_STATE"; exit;;
5) printf 'Content-Type: x/y\\n\\n%s' "$NIGHTDROP_STATE";;
esac
""", max_attempts=3, **QUICK)
    for _ in range(2):
        assert jobs.response(db, done.id) is None
        assert batch.run("--queue", done.queue).status == 0
    r = jobs.response(db, done.id)
    assert (r.outcome, r.attempt, r.body) == \
        ("successful", 5, b"more of half")
    assert [a[1] for a in jobs.attempts(db, done.id)] == \
        ["retry", "continue", "retry", "continue", "successful"]


def test_state_at_the_limit(night, db, batch):
    """32 KiB come back, byte for byte."""
    done = night.job("""
if [ -n "$NIGHTDROP_STATE" ]; then
	printf 'Content-Type: x/y\\n\\n%s' "$NIGHTDROP_STATE"; exit
fi
printf 'Status: 202\\n\\n'; head -c 32768 /dev/zero | tr '\\0' x
""")
    assert batch.run("--queue", done.queue).status == 0
    assert jobs.response(db, done.id).body == b"x" * 32768


def test_log_is_bounded_exactly(night):
    """16 KiB of its head, 48 KiB of its tail, and how much is left out."""
    done = night.job("head -c 20000 /dev/zero | tr '\\0' a >&2; "
                     "head -c 60000 /dev/zero | tr '\\0' b >&2; " + OK)
    log = bytes(done.attempts[0][5])
    assert log == (b"a" * 16384 + b"\n[14464 bytes dropped]\n"
                   + b"b" * 49152), len(log)
