# SPDX-License-Identifier: ISC
"""Faults under uploads that are resumed: what was answered stays true, and of
each upload there is one job, with the bytes that were sent."""
import hashlib
import time
import uuid

import pytest

from support import fcgi, place, process, programs
from support.proxy import Proxy
from support.tus import Direct, checksum


class Client(Direct):
    """Goes on until the upload is a job, as a patient client does."""

    def __init__(self, responder, body):
        super().__init__(responder, len(body))
        self.body = body
        self.promised = 0
        self.statuses = []

    def look(self):
        """Where it goes on: never behind what was promised."""
        def head():
            a = fcgi.call(self.socket, "HEAD", self.where,
                          HTTP_TUS_RESUMABLE="1.0.0")
            assert a.status in (200, 503), a
            return a if a.status == 200 else None

        offset = int(process.wait_until(
            head, 15, "an answer to HEAD").get("Upload-Offset"))
        assert offset >= self.promised, (offset, self.promised)
        return offset

    def take(self, answer):
        """What an answer to PATCH says."""
        self.statuses.append(answer.status)
        assert answer.status in (204, 409, 503), answer
        if answer.status == 204:
            self.promised = int(answer.get("Upload-Offset"))

    def finish(self, db, step):
        while (at := self.look()) < len(self.body):
            self.take(self.send(at, self.body[at:at + step]))
        job = self.where.rpartition("/")[2].partition("~")[0]
        parts = db.sql("select data from nightdrop.part where id = %s "
                       "and holder = 0 order by seq", job)
        assert b"".join(bytes(d) for d, in parts) == self.body
        assert db.row("select (select count(*) from nightdrop.waiting where "
                      "id = %s), (select count(*) from nightdrop.upload "
                      "where id = %s)", job, job) == (1, 0)


def body_of(size):
    return hashlib.shake_128(uuid.uuid4().bytes).digest(size)


@pytest.fixture
def proxied(room, db):
    """A proxy to lose messages in, and a responder behind it."""
    proxy = Proxy(place.directory(room, "p"), db.cluster.home)
    r = programs.Responder(
        room, db.conninfo("nightdrop_responder", host=proxy.home),
        "proxied", deadline_ms=2000, connections=2).start()
    yield proxy, r
    r.stop()
    proxy.close()


def test_every_answer_lost(db, proxied):
    """A2: the connection closes in place of the N-th message."""
    proxy, r = proxied
    for n in range(1, 100):
        client = Client(r, body_of(600000))
        proxy.arm(n)
        client.take(client.send(0, client.body[:300000]))
        client.take(client.send(client.look(), client.body[client.look():]))
        struck = proxy.struck.is_set()
        proxy.disarm()
        client.finish(db, 300000)
        if not struck:
            assert n > 10, f"only {n} messages were seen"
            assert client.statuses == [204, 204]
            return
    raise AssertionError("the messages do not end")


@pytest.fixture
def forgetful(db):
    """A server that writes nothing to its disk before it must."""
    db.sql("alter system set wal_writer_delay = '10 s'")
    db.sql("alter system set wal_writer_flush_after = '1 GB'")
    db.sql("select pg_reload_conf()")
    yield
    db.sql("alter system reset wal_writer_delay")
    db.sql("alter system reset wal_writer_flush_after")
    db.sql("select pg_reload_conf()")


@pytest.mark.parametrize("summed", [False, True], ids=["plain", "checksum"])
def test_database_crashes(room, db, cluster, forgetful, summed):
    """In the middle of a body: parts that were not flushed are lost, and
    their sender does not come to stand behind the gap."""
    r = programs.Responder(room, db.conninfo("nightdrop_responder"),
                           f"crash{summed:d}", deadline_ms=30000).start()
    client = Client(r, body_of(4 << 20))
    client.take(client.send(0, client.body[:100000]))
    rest = client.body[100000:]
    fields = {"HTTP_UPLOAD_CHECKSUM": checksum(rest)} if summed else {}
    with client.begin(100000, len(rest), **fields) as c:
        c.body(rest[:2 << 20])
        process.wait_until(
            lambda: db.value("select count(*) from nightdrop.part p "
                             "where p.id::text = %s", client.where.rpartition(
                                 "/")[2].partition("~")[0]) > 7,
            5, "parts")
        with cluster.away("immediate"):
            time.sleep(0.2)
        c.body(rest[2 << 20:])
        c.finish()
        client.take(c.answer())
    assert client.statuses == [204, 409], "no part was lost"
    client.finish(db, 1 << 20)
    assert r.stop() == 0
