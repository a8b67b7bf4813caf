# SPDX-License-Identifier: ISC
"""Faults under PUT of a named job: A2, where the answer says what happened to
another job."""
import hashlib
import uuid

import pytest

from support import fcgi, place, process, programs
from support.proxy import Proxy

PATH = "/queues/plain/jobs/n"

CHAIN = """
select j.id, encode(j.digest, 'hex'), j.replaced, w.id is not null, f.reason
from nightdrop.job j
    left join nightdrop.waiting w on w.id = j.id
    left join nightdrop.response f on f.id = j.id
"""


class Puts:
    """One name, put again and again, the server's messages lost in between."""

    def __init__(self, room, db, name):
        self.proxy = Proxy(place.directory(room, "p" + name),
                           db.cluster.home)
        self.responder = programs.Responder(
            room, db.conninfo("nightdrop_responder", host=self.proxy.home),
            "r" + name, deadline_ms=2000, connections=2).start()
        self.log = {}  # digest: (status, tag)

    def put(self, size):
        body = uuid.uuid4().bytes.ljust(size, b"s")
        a = fcgi.call(self.responder.socket, "PUT", PATH, body, timeout=20)
        assert a is not None, "no answer at all"
        self.log[hashlib.sha256(body).hexdigest()] = (a.status, a.get("ETag"))
        return a.status

    def sweep(self, size):
        """The N-th message lost, until a PUT passes whole."""
        for n in range(1, 200):
            process.wait_until(lambda: self.put(1) in (201, 204), 15,
                               "the responder to have its connections again")
            self.proxy.arm(n)
            status = self.put(size)
            struck = self.proxy.struck.is_set()
            self.proxy.disarm()
            assert status in (204, 503), (n, status)
            if not struck:
                assert status == 204
                return n
        raise AssertionError("the messages do not end")

    def close(self):
        self.responder.stop()
        self.proxy.close()


@pytest.mark.parametrize("size", [100, 600000], ids=["inline", "parts"])
def test_every_answer_lost(room, db, size):
    puts = Puts(room, db, f"n{size}")
    try:
        assert puts.sweep(size) > 3
    finally:
        puts.close()
    judge(db, puts.log)
    for table in ("waiting", "part", "upload", "named_job", "response", "job"):
        db.sql(f"delete from nightdrop.{table}")


def judge(db, log):
    """One job a PUT at most; each replaced one was replaced by the next, and
    each answer says whether it replaced one."""
    jobs = {row[0]: row for row in db.sql(CHAIN)}
    digests = [row[1] for row in jobs.values()]
    assert len(set(digests)) == len(digests), "one PUT made two jobs"
    assert set(digests) <= set(log)
    waiting = [job for job, _, _, waits, _ in jobs.values() if waits]
    assert len(waiting) == 1
    walk, job = [], waiting[0]
    while job is not None:
        _, digest, replaced, waits, reason = jobs[job]
        status, tag = log[digest]
        assert status in (503, 201 if replaced is None else 204)
        assert status == 503 or tag == f'"{job}"'
        assert reason == (f"replaced by {walk[-1]}" if walk else None)
        walk.append(job)
        job = replaced
    assert set(walk) == set(jobs)
    acknowledged = {d for d, (status, _) in log.items() if status != 503}
    assert acknowledged <= set(digests), "an acknowledged job is not there"
