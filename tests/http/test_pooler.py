# SPDX-License-Identifier: ISC
"""Behind pgbouncer in transaction mode: jobs of each size, repeats, monitors,
and a pooler that goes away.  With --pooler all of this directory goes so."""
import concurrent.futures

import pytest

from support import fcgi, jobs, process, programs

JOBS = "/queues/plain/jobs"


@pytest.fixture
def pooled(room, db, pooler):
    r = programs.Responder(
        room, db.conninfo("nightdrop_responder", pooler.home), "pooled")
    r.start()
    yield r
    assert r.stop() == 0, f"exit status, see {r.home}"


def test_journey(pooled, pooler, db):
    def submit(n):
        body = b"x" * (300000 if n % 8 == 0 else 100)
        answers = [fcgi.call(pooled.socket, "POST", JOBS, body,
                             HTTP_IDEMPOTENCY_KEY=f'"pooled-{n}"')
                   for _ in range(2)]
        assert [a.status for a in answers] == [202, 202]
        ids = {a.json()["id"] for a in answers}
        assert len(ids) == 1
        monitor = fcgi.call(pooled.socket, "GET",
                            answers[0].get("Content-Location"))
        assert monitor.json()["size"] == len(body)
        return ids.pop()

    with concurrent.futures.ThreadPoolExecutor(16) as clients:
        made = list(clients.map(submit, range(64)))
    assert all(jobs.place_of(db, job) == "waiting" for job in made)
    assert db.value("select count(*) from pg_stat_activity where"
                    " usename = 'nightdrop_responder' and datname = %s",
                    db.name) <= 5, "sessions of the pooler, and no others"

    def accepted():
        return fcgi.call(pooled.socket, "POST", JOBS, b"x").status == 202
    pooler.stop()
    assert fcgi.call(pooled.socket, "POST", JOBS, b"x", timeout=60
                     ).status == 503
    pooler.start()
    process.wait_until(accepted, 20, "its recovery")
