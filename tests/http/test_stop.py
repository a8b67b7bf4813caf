# SPDX-License-Identifier: ISC
"""A graceful stop: what has begun is answered, and truly."""
import concurrent.futures
import time

import pytest

from support import fcgi, load, process, programs
from support.client import Client

JOBS = "/queues/plain/jobs"


@pytest.fixture
def own(room, db):
    r = programs.Responder(room, db.conninfo("nightdrop_responder"),
                           f"stopping{time.monotonic_ns()}").start()
    yield r
    if r.process and r.process.poll() is None:
        r.kill()


def test_idle(own):
    began = time.monotonic()
    assert own.stop() == 0
    assert time.monotonic() - began < 2
    assert not own.socket.exists(), "it takes its socket away"


def test_request_in_flight(own, db):
    """Half of the body is there when TERM comes: still 202, and true."""
    open_ = [fcgi.Connection(own.socket) for _ in range(4)]
    for c in open_:
        c.begin(fcgi.environment("POST", JOBS, b"x" * 200000))
        c.body(b"x" * 100000)
    time.sleep(0.3)
    own.process.terminate()
    time.sleep(0.3)
    assert own.process.poll() is None
    for c in open_:
        c.body(b"x" * 100000)
        c.finish()
    for c in open_:
        a = c.answer()
        assert a is not None and a.status == 202, a
        assert db.value("select size from nightdrop.job where id = %s",
                        a.json()["id"]) == 200000
        c.close()
    assert own.process.wait(8) == 0


def test_sender_that_never_ends(own):
    """A peer that sends nothing does not keep it past 8 s."""
    with fcgi.Connection(own.socket) as c:
        c.begin(fcgi.environment("POST", JOBS, b"x" * 10))
        time.sleep(0.3)
        began = time.monotonic()
        own.process.terminate()
        own.process.wait(10)
        assert time.monotonic() - began < 8


def test_under_load(own, db):
    """Each request that got an answer got a true one; none is cut off."""
    log = []

    def one(n):
        body = f"load {n}".encode()
        try:
            a = fcgi.call(own.socket, "POST", JOBS, body)
        except OSError:  # not connected, or closed before anything was read
            return
        log.append(load.entry(None, body, a))

    with concurrent.futures.ThreadPoolExecutor(16) as pool:
        done = [pool.submit(one, n) for n in range(2000)]
        process.wait_until(lambda: len(log) > 200, 20, "some load")
        own.process.terminate()
        for d in done:
            d.result()
    assert own.process.wait(8) == 0
    answered = [e for e in log if e["status"] is not None]
    assert {e["status"] for e in answered} <= {202, 503}
    for e in answered:
        if e["status"] == 202:
            assert db.sql("select 1 from nightdrop.job where id = %s",
                          e["id"]), e


def test_mod_fcgid_graceful(apache):
    """Apache reloads under load: our programs end in time, and what reaches
    one is answered.  mod_fcgid itself may lose the request with which an old
    child asks an old process manager, gone by then, for one more program: at
    most one a client, which then asks again."""
    client = Client(apache.port, "/fcgid", timeout=10)
    statuses = []
    lost = []

    def one(n):
        try:
            statuses.append(client.post(JOBS, b"x" * 1000).status)
        except TimeoutError:
            lost.append(n)
            statuses.append(client.post(JOBS, b"x" * 1000).status)

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        done = [pool.submit(one, n) for n in range(300)]
        process.wait_until(lambda: len(statuses) > 50, 20, "some load")
        old = apache.programs()
        assert old
        began = time.monotonic()
        apache.graceful()
        process.wait_until(lambda: not any(process.alive(p) for p in old),
                           8, "the old processes to go")
        assert time.monotonic() - began < 8
        for d in done:
            d.result()
    assert set(statuses) == {202}, set(statuses)
    assert len(lost) <= 4, lost
    assert "graceful kill fail" not in apache.errors()


def test_mod_fcgid_stop(apache):
    """The last test here: Apache stops, its programs go within 8 s."""
    Client(apache.port, "/fcgid").submit("plain", b"x")
    pids = apache.programs()
    assert pids
    apache.stop()
    process.wait_until(lambda: not any(process.alive(p) for p in pids), 8,
                       "the end of what mod_fcgid started")
    assert "graceful kill fail" not in apache.errors()
    apache.start()
