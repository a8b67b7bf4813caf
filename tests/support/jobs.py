# SPDX-License-Identifier: ISC
"""Jobs put into and taken out of the database without a responder."""
import hashlib
import os
import time
import uuid

import psycopg2
import psycopg2.extras

PART = 262144

PLACES = """
select (select count(*) from nightdrop.waiting w where w.id = j.id),
       (select count(*) from nightdrop.running r where r.id = j.id),
       (select count(*) from nightdrop.response f where f.id = j.id)
from nightdrop.job j where j.id = %s
"""


def new_id(at=None):
    """A UUIDv7 of that time (seconds), or of now."""
    value = (int((time.time() if at is None else at) * 1000) << 80) | int.from_bytes(
        os.urandom(10), "big")
    value = value & ~(0xF << 76) | 7 << 76
    return str(uuid.UUID(int=value & ~(3 << 62) | 2 << 62))


def submit(db, queue, body=b"", owner="", type="text/plain", request=None):
    """Accept one job as the responder would; its id."""
    job = new_id()
    request = psycopg2.extras.Json(
        {"REQUEST_METHOD": "POST", "SERVER_PROTOCOL": "HTTP/1.1"}
        if request is None else request)
    digest = hashlib.sha256(body).digest()
    if len(body) <= 65536:
        verdict = db.value(
            "select verdict from nightdrop.job_accept(%s, %s, %s, %s, %s, %s,"
            " %s, null)", job, queue, owner, request, type, body, digest,
            user="nightdrop_responder")
    else:
        verdict = submit_parts(db, job, queue, owner, request, type, body,
                               digest)
    assert verdict == "ok", verdict
    return job


def submit_many(db, queue, bodies, type="text/plain"):
    """Accept short jobs in one call; their ids."""
    n = len(bodies)
    ids = [new_id() for _ in bodies]
    verdicts = db.sql(
        "select verdict from nightdrop.job_accept_many(%s::uuid[], %s::text[],"
        " %s::text[], %s::json[], %s::text[], %s::bytea[], %s::bytea[])",
        ids, [queue] * n, [""] * n, ['{"REQUEST_METHOD": "POST"}'] * n,
        [type] * n, [psycopg2.Binary(b) for b in bodies],
        [psycopg2.Binary(hashlib.sha256(b).digest()) for b in bodies],
        user="nightdrop_responder")
    assert verdicts == [("ok",)] * n, verdicts
    return ids


def all_final(db, ids):
    """Each in one place, and that is its end."""
    counts = db.sql(f"select p.* from unnest(%s::uuid[]) u(id), lateral "
                    f"({PLACES.replace('%s', 'u.id')}) p", ids)
    assert len(counts) == len(ids)
    assert all(sum(c) == 1 for c in counts), "in none or two places"
    return all(c == (0, 0, 1) for c in counts)


def submit_parts(db, job, queue, owner, request, type, body, digest):
    connection = db.cluster.connect(db.name, "nightdrop_responder")
    try:
        with connection.cursor() as c:
            c.execute("select verdict from nightdrop.upload_open"
                      "(%s, %s, %s, %s, %s)",
                      (job, queue, owner, type, len(body)))
            assert c.fetchone() == ("ok",)
            for seq in range((len(body) + PART - 1) // PART):
                c.execute("select nightdrop.part_put(%s, %s, %s)",
                          (job, seq, body[seq * PART:(seq + 1) * PART]))
            c.execute("select verdict from nightdrop.upload_finish"
                      "(%s, %s, %s, %s, %s, null)",
                      (job, request, type, len(body), digest))
            return c.fetchone()[0]
    finally:
        connection.close()


class Response:
    """The final answer of a job, as stored."""

    COLUMNS = ("outcome", "status", "reason", "by", "attempt", "fields",
               "size", "body", "holder")

    def __init__(self, row):
        for name, value in zip(self.COLUMNS, row):
            setattr(self, name, value)

    def field(self, name):
        values = [v for n, v in self.fields if n.lower() == name.lower()]
        return values[0] if values else None

    def __repr__(self):
        return (f"{self.outcome} {self.status} {self.reason} by {self.by}, "
                f"attempt {self.attempt}, {self.fields}, {self.body!r:.500}")


def response(db, job):
    """None while the job is not final."""
    columns = ", ".join(f'"{c}"' for c in Response.COLUMNS)
    rows = db.sql(f"select {columns} from nightdrop.response where id = %s",
                  job)
    assert len(rows) <= 1, f"{job} has {len(rows)} outcomes"
    if not rows:
        return None
    r = Response(rows[0])
    r.body = stored(db, job, r.body, r.holder) if r.size else b""
    return r


def stored(db, job, body, holder):
    if body is not None:
        return bytes(body)
    return b"".join(bytes(d) for (d,) in db.sql(
        "select data from nightdrop.part where id = %s and holder = %s "
        "order by seq", job, holder))


def attempts(db, job):
    """Rows (attempt, result, status, exit_code, signal, log)."""
    return db.sql("select attempt, result, status, exit_code, signal, log "
                  "from nightdrop.attempt where id = %s order by attempt",
                  job)


def place_of(db, job):
    """The one place a job is in: waiting, running, final."""
    counts = db.row(PLACES, job)
    assert sum(counts) == 1, f"{job} is in {counts} (waiting, running, final)"
    return ("waiting", "running", "final")[counts.index(1)]


def unbalanced(db):
    """Closed runs whose ledger does not add up."""
    return db.sql(
        "select id, taken, successful, failed, dismissed, given_back "
        "from nightdrop.run where closed is not null and (balanced is not "
        "true or taken <> successful + failed + dismissed + given_back)")
