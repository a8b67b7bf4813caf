# SPDX-License-Identifier: ISC
"""Faults under the responder: A1, A2, and the database's end and return."""
import time
import uuid

import pytest

from support import checker, fcgi, httpd, load, place, process, programs
from support.client import Client
from support.load import JOBS, send_to
from support.proxy import Proxy


@pytest.fixture(autouse=True)
def clean(db):
    """The judge sees one test's jobs at a time."""
    yield
    for table in ("waiting", "part", "upload", "idempotency_key", "job"):
        db.sql(f"delete from nightdrop.{table}")


def test_responder_killed(room, db, apache_of):
    """A1: killed again and again under load, through a real server."""
    r = programs.Responder(room, db.conninfo("nightdrop_responder"),
                           "killed").start()
    client = Client(apache_of(r).port, "/proxy", timeout=20)

    def send(body, key):
        return client.post(JOBS, body, Idempotency_Key=f'"{key}"')

    with load.Load(send, clients=8) as clients:
        for _ in range(5):
            clients.wait_for(30)
            r.kill()
            time.sleep(0.1)
            r.start()
        clients.wait_for(30)
    r.stop()
    lost = [e for e in clients.log if e["status"] != 202]
    assert lost, "no request was hit: the test tested nothing"
    checker.judge(clients.log, db)


def test_database_stopped_and_started(room, db, cluster):
    """Immediate stops (a crash) and a fast one under load."""
    r = programs.Responder(room, db.conninfo("nightdrop_responder"),
                           "orphaned", deadline_ms=3000).start()
    with load.Load(send_to(r), clients=8) as clients:
        for how in ("immediate", "fast", "immediate"):
            clients.wait_for(50)
            with cluster.away(how):
                time.sleep(0.5)
        clients.wait_for(50)
    assert r.stop() == 0
    assert {e["status"] for e in clients.log} == {202, 503}
    assert clients.slowest < 4.0, "an answer came after its deadline"
    checker.judge(clients.log, db)


class Sweep:
    """One submission for each N, the server's N-th message lost in it."""

    def __init__(self, room, db, name, **settings):
        self.proxy = Proxy(place.directory(room, "p" + name),
                           db.cluster.home)
        self.responder = programs.Responder(
            room, db.conninfo("nightdrop_responder", host=self.proxy.home),
            "r" + name, deadline_ms=2000, **settings).start()
        self.db = db
        self.log = []

    def submit(self, body, key):
        more = {"HTTP_IDEMPOTENCY_KEY": f'"{key}"'} if key else {}
        answer = fcgi.call(self.responder.socket, "POST", JOBS, body,
                           timeout=20, **more)
        assert answer is not None, "no answer at all"
        self.log.append(load.entry(key, body, answer))
        return answer.status

    def warm(self):
        process.wait_until(
            lambda: self.submit(uuid.uuid4().bytes, None) == 202, 15,
            "the responder to have its connections again")

    def run(self, size, keyed, stall, cold=False):
        """How many messages there were until a submission passed whole."""
        for n in range(1, 200):
            self.warm()
            if cold:
                self.proxy.cut()
                time.sleep(0.05)
            body = uuid.uuid4().bytes.ljust(size, b"s")
            key = uuid.uuid4().hex if keyed else None
            began = time.monotonic()
            self.proxy.arm(n, stall)
            status = self.submit(body, key)
            struck = self.proxy.struck.is_set()
            self.proxy.disarm()
            assert time.monotonic() - began < 3, f"message {n}: too late"
            assert status in (202, 503), (n, status)
            if keyed and status != 202:
                process.wait_until(lambda: self.submit(body, key) == 202, 15,
                                   "the retry to be accepted")
            if not struck:
                assert status == 202
                return n
        raise AssertionError("the messages do not end")

    def close(self):
        self.responder.stop()
        self.proxy.close()


@pytest.mark.parametrize("keyed", [False, True], ids=["plain", "keyed"])
@pytest.mark.parametrize("size", [100, 600000], ids=["inline", "parts"])
@pytest.mark.parametrize("cold", [False, True], ids=["warm", "cold"])
def test_every_answer_lost(room, db, size, keyed, cold):
    """A2: the connection closes instead of the N-th message."""
    sweep = Sweep(room, db, uuid.uuid4().hex[:6], connections=2)
    try:
        n = sweep.run(size, keyed, stall=False, cold=cold)
        assert n > 3, f"only {n} messages were seen"
        checker.judge(sweep.log, db)
    finally:
        sweep.close()


def test_every_answer_delayed_for_ever(room, db):
    """A2 with silence in place of a closed connection: 503 in time."""
    sweep = Sweep(room, db, "stall", connections=2)
    try:
        n = sweep.run(100, keyed=True, stall=True)
        assert n > 3, f"only {n} messages were seen"
        checker.judge(sweep.log, db)
    finally:
        sweep.close()


def test_lost_answer_is_asked_for_again(room, db):
    """One connection lost at the COMMIT's answer is healed within the
    request: the client sees a 202, and there is one job."""
    sweep = Sweep(room, db, "heal", connections=2)
    try:
        sweep.warm()
        healed = []
        for n in range(1, 8):
            sweep.warm()
            sweep.proxy.arm(n)
            healed.append(sweep.submit(uuid.uuid4().bytes, None))
            sweep.proxy.disarm()
        assert set(healed) == {202}, healed
        checker.judge(sweep.log, db)
    finally:
        sweep.close()


def test_key_with_another_body(responder, db):
    """I7, from the log: the second body of a key is refused, for ever."""
    log = []
    for n in range(20):
        for body, misused in ((b"one %d" % n, False), (b"two %d" % n, True)):
            a = fcgi.call(responder.socket, "POST", JOBS, body,
                          HTTP_IDEMPOTENCY_KEY=f'"both{n}"',
                          REMOTE_USER="alice", NIGHTDROP_TRUST_USER="1")
            log.append(load.entry(f"both{n}", body, a, misused=misused))
    assert {e["status"] for e in log if e["misused"]} == {422}
    checker.judge(log, db)


@pytest.fixture
def apache_of(room):
    """A web server for a responder of the test's own."""
    made = []

    def make(responder):
        a = httpd.Apache(room, place.program("nightdrop.fcgi"),
                         responder.socket, {}, f"httpd{len(made)}")
        a.start()
        made.append(a)
        return a

    yield make
    for a in made:
        a.stop()
