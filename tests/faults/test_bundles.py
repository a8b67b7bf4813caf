# SPDX-License-Identifier: ISC
"""Faults under a bundle: A1, A2, and the database's end in the middle."""
import contextlib
import time
import uuid

import pytest

from support import bundles, fcgi, place, process, programs
from support.proxy import Proxy

PATH = "/queues/plain/bundles"
LINES = 9000  # two calls


@pytest.fixture(autouse=True)
def clean(db):
    yield
    for table in ("waiting", "idempotency_key", "bundle", "job"):
        db.sql(f"delete from nightdrop.{table}")
    db.sql("update nightdrop.counter set waiting = 0, bytes = 0")


class Senders:
    """Bundles of lines that say whose they are."""

    def __init__(self, responder):
        self.responder = responder
        self.log = {}  # name: [status, ...]
        self.keys = set()

    def send(self, name, keyed):
        data = bundles.body(name) * LINES
        more = {"HTTP_IDEMPOTENCY_KEY": f'"{name}"'} if keyed else {}
        a = fcgi.call(self.responder.socket, "POST", PATH, data, timeout=20,
                      CONTENT_TYPE="application/x-ndjson", **more)
        status = a.status if a else None
        self.log.setdefault(name, []).append(status)
        if keyed:
            self.keys.add(name)
        return status

    def judge(self, db):
        """All or nothing; a 202 is one, and so are all of one key."""
        sealed = dict(db.sql(
            "select convert_from(j.body, 'UTF8'), count(distinct b.id) "
            "from nightdrop.bundle b join nightdrop.job j "
            "on j.id = nightdrop.bundle_line(b.id, 1) "
            "where b.sealed is not null group by 1"))
        assert not db.sql(
            "select from nightdrop.bundle b where b.sealed is not null and "
            "(lines <> %s or lines <> (select count(*) from nightdrop.job j "
            "where j.id > b.id "
            "and j.id <= nightdrop.bundle_line(b.id, lines)))", LINES)
        for name, statuses in self.log.items():
            n = sealed.pop(f'"{name}"', 0)
            assert set(statuses) <= {202, 503, None}, (name, statuses)
            taken = statuses.count(202)
            if name in self.keys:
                assert (1 if taken else 0) <= n <= 1, (name, statuses, n)
            else:
                assert taken <= n <= len(statuses), (name, statuses, n)
        assert not sealed, "a bundle that nobody sent"
        assert not db.sql("select * from nightdrop.lost_job")
        assert db.value("select sum(waiting) from nightdrop.counter") == \
            db.value("select coalesce(sum(lines), 0) from nightdrop.bundle "
                     "where sealed is not null")


@pytest.mark.parametrize("keyed", [False, True], ids=["plain", "keyed"])
def test_every_answer_lost(room, db, keyed):
    """A2: the connection closes instead of the N-th message."""
    name = "b" + uuid.uuid4().hex[:6]
    proxy = Proxy(place.directory(room, "p" + name), db.cluster.home)
    r = programs.Responder(
        room, db.conninfo("nightdrop_responder", host=proxy.home),
        "r" + name, deadline_ms=3000, connections=2).start()
    senders = Senders(r)
    try:
        for n in range(1, 100):
            process.wait_until(
                lambda: senders.send(uuid.uuid4().hex, False) == 202, 15,
                "the responder to have its connections again")
            proxy.arm(n)
            one = uuid.uuid4().hex
            status = senders.send(one, keyed)
            struck = proxy.struck.is_set()
            proxy.disarm()
            if keyed and status != 202:
                process.wait_until(lambda: senders.send(one, True) == 202,
                                   15, "the retry to be accepted")
            if not struck:
                break
        assert n > 5 and status == 202, f"{n} messages were seen"
        senders.judge(db)
    finally:
        r.stop()
        proxy.close()


def test_database_and_responder_end_in_the_middle(room, db, cluster):
    """Crashes of both between the lines: what was not sealed is nobody's."""
    r = programs.Responder(room, db.conninfo("nightdrop_responder"),
                           "crashed", deadline_ms=3000).start()
    senders = Senders(r)
    env = fcgi.environment("POST", PATH, b"", CONTENT_TYPE=(
        "application/x-ndjson"))
    env.pop("CONTENT_LENGTH", None)
    for how in ("responder", "database"):
        with fcgi.Connection(str(r.socket)) as c:
            c.begin(env)
            for _ in range(50):
                c.body(b'"broken"\n' * 5000)
            process.wait_until(
                lambda: db.value("select count(*) from nightdrop.bundle "
                                 "where lines > 0 and sealed is null"), 10,
                "some lines to be stored")
            if how == "responder":
                r.kill()
                r.start()
            else:
                with cluster.away("immediate"):
                    time.sleep(0.2)
                with contextlib.suppress(BrokenPipeError):
                    c.finish()  # it may have answered before
                assert c.answer().status == 503
        db.sql("delete from nightdrop.bundle where sealed is null")
        db.sql("delete from nightdrop.job")
    process.wait_until(lambda: senders.send("after", False) == 202, 15,
                       "one to be taken")
    assert r.stop() == 0
    senders.judge(db)
