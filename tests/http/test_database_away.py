# SPDX-License-Identifier: ISC
"""The database is away, silent, or read-only: 503 in time, and back again."""
import concurrent.futures
import time

import pytest

from support import fcgi, place, process, programs
from support.documents import check_problem
from support.proxy import Proxy

DEADLINE = 2.0
JOBS = "/queues/plain/jobs"


def call(responder, method="POST", target=JOBS, body=b"x", **more):
    began = time.monotonic()
    a = fcgi.call(responder.socket, method, target, body, timeout=30, **more)
    return a, time.monotonic() - began


def accepted(responder):
    return call(responder)[0].status == 202


@pytest.fixture
def impatient(room, db, request):
    """A responder whose database is behind a proxy, deadline 2 s."""
    n = str(time.monotonic_ns())
    proxy = Proxy(place.directory(room, "proxy" + n), db.cluster.home)
    r = programs.Responder(
        room, db.conninfo("nightdrop_responder", host=proxy.home),
        "responder" + n, deadline_ms=int(DEADLINE * 1000))
    r.proxy = proxy
    r.start()
    yield r
    r.stop()
    proxy.close()


def test_stopped_and_started(impatient, cluster):
    assert accepted(impatient)
    with cluster.away("immediate"):
        for method, target, body in (
                ("POST", JOBS, b"x"), ("POST", JOBS, b"x" * 100000),
                ("GET", "/health", b""), ("GET", "/metrics", b""),
                ("GET", "/jobs/019a0000-0000-7000-8000-000000000000", b"")):
            a, seconds = call(impatient, method, target, body)
            check_problem(a, 503)
            assert seconds < DEADLINE + 1, (target, seconds)
    process.wait_until(lambda: accepted(impatient), 10, "its recovery")


def test_started_before_the_database(room, db, cluster):
    with cluster.away():
        r = programs.Responder(room, db.conninfo("nightdrop_responder"),
                               "early", deadline_ms=2000).start()
        a, seconds = call(r)
        check_problem(a, 503)
        assert seconds < DEADLINE + 1
    process.wait_until(lambda: accepted(r), 10, "its recovery")
    assert r.stop() == 0


@pytest.mark.parametrize("size", [10, 300000])
def test_silence(impatient, size):
    """The network swallows everything: no answer may wait for it."""
    assert accepted(impatient)
    impatient.proxy.black_hole()

    def one(_):
        return call(impatient, body=b"x" * size)

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        for a, seconds in pool.map(one, range(8)):
            check_problem(a, 503)
            assert seconds < DEADLINE + 1, seconds
    impatient.proxy.disarm()
    process.wait_until(lambda: accepted(impatient), 15, "its recovery")


def test_connections_cut(impatient):
    """All connections closed at once is no fault at all."""
    assert accepted(impatient)
    impatient.proxy.cut()
    assert accepted(impatient), "a new connection, the same call again"


def test_read_only(impatient, db):
    db.sql(f"alter database {db.name} set default_transaction_read_only = on")
    try:
        impatient.proxy.cut()
        check_problem(call(impatient)[0], 503)
        assert call(impatient, "GET", "/health", b"")[0].status == 503
    finally:
        db.cluster.sql("postgres", f"alter database {db.name} reset "
                       "default_transaction_read_only")
    impatient.proxy.cut()
    process.wait_until(lambda: accepted(impatient), 10, "its recovery")


def test_backend_terminated(impatient, db):
    assert accepted(impatient)
    db.sql("select pg_terminate_backend(pid) from pg_stat_activity "
           "where datname = %s and usename = 'nightdrop_responder'", db.name)
    assert accepted(impatient)


def test_table_locked(impatient, db):
    """Somebody holds a lock: 503 within the deadline, nothing hangs."""
    connection = db.cluster.connect(db.name)
    connection.autocommit = False
    try:
        connection.cursor().execute(
            "lock table nightdrop.waiting in access exclusive mode")
        a, seconds = call(impatient)
        check_problem(a, 503)
        assert seconds < DEADLINE + 1
    finally:
        connection.rollback()
        connection.close()
    process.wait_until(lambda: accepted(impatient), 10, "its recovery")
    a, seconds = call(impatient)
    assert seconds < 1


def test_cannot_work_as_configured(room):
    """It stays, answers 503, and the log names the setting."""
    r = programs.Responder(room, "host=/nowhere no_such_word=1", "wrong",
                           deadline_ms=1000).start()
    check_problem(call(r)[0], 503)
    assert r.words(), "the log says why"
    assert r.stop() == 0
