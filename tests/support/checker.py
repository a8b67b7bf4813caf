# SPDX-License-Identifier: ISC
"""The judge of every fault test.

From the clients' own log of what they sent and what they were answered, and
from the database, it says which invariants do not hold:

I1  no acknowledged job is lost
I2  nothing unexpected is there
I3  conservation: each job is in exactly one of waiting, running, final; each
    closed run's taken = successful + failed + dismissed + given back
I4  at most one final outcome a job and round, one row an attempt
I5  no result of a superseded attempt is recorded
I6  failures are at most the queue's maximum
I7  same key, same id; same key with another body, 422
I10 honesty: 2xx only if durable; what is not known is 503, never a 4xx
I11 digest stored = digest sent

A log is a list of entries {"key", "digest" (hex), "size", "status", "id"}:
one a request that was sent, in the order of each client.  key is null where
there was none; status is null where no answer came; id where one was named.
An entry may say "misused": true where the key had another body on purpose,
and its "kind": job (what is meant where it says none), named, bundle, upload,
delete, undo; checker_kinds has what is true of those alone.

    python3 -m support.checker LOG 'host=... dbname=...'

reads a log of one JSON object a line.
"""
import collections
import hashlib
import json
import sys

from . import checker_kinds

DONE = (201, 202, 204)
# A line of a bundle that is not sealed is no job.
JOBS = """
select j.id, j.digest, j.size from nightdrop.job j
    left join nightdrop.bundle b
        on b.id = nightdrop.bundle_of(j.id, j.line)
where j.line is null or b.sealed is not null
"""


class Evidence:
    """The log, and the tables as they are now."""

    def __init__(self, log, rows):
        self.log = log
        self.rows = rows  # a function: SQL text -> list of tuples
        self.acknowledged = {
            e["id"]: e for e in log if e["status"] in DONE and e["id"]
            and e.get("kind") not in ("bundle", "delete", "undo")}
        # What came in pieces has no digest before a run has read it.
        self.jobs = {str(i): (None if d is None else bytes(d).hex(), s)
                     for i, d, s in rows(JOBS)}


def i1_acknowledged_is_there(e):
    for job, entry in e.acknowledged.items():
        if job not in e.jobs:
            yield (f"{job} was answered {entry['status']}, and is not in "
                   f"the database")


def i2_nothing_unexpected(e):
    keys = {}
    for x in e.log:
        for digest in x.get("lines") or [x["digest"]]:
            keys.setdefault(digest, set()).add(x["key"])
    count = collections.Counter(digest for digest, _ in e.jobs.values()
                                if digest)
    for digest, n in count.items():
        if digest not in keys:
            yield f"a job with digest {digest} that nobody sent"
        elif n > 1:
            yield (f"{n} jobs of one submission, digest {digest}, keys "
                   f"{keys[digest]}")


# A line that its bundle has not moved on yet waits there.
PLACES = """
select p.* from (
    select j.id, j.queue,
           (select count(*) from nightdrop.waiting w where w.id = j.id)
           + coalesce(j.line > b.expanded, false)::integer
           * (1 - least(f.n, 1)),
           (select count(*) from nightdrop.running r where r.id = j.id),
           f.n
    from nightdrop.job j
        left join nightdrop.bundle b
            on b.id = nightdrop.bundle_of(j.id, j.line)
        cross join lateral (select count(*) as n from nightdrop.response f
            where f.id = j.id) f
    where j.line is null or b.sealed is not null
) p
"""
STRAY = """
select 'waiting', id from nightdrop.waiting
where id not in (select id from nightdrop.job)
union all
select 'running', id from nightdrop.running
where id not in (select id from nightdrop.job)
union all
select 'response', id from nightdrop.response
where id not in (select id from nightdrop.job)
"""
LEDGER = """
select id, taken, successful, failed, dismissed, given_back, balanced
from nightdrop.run where closed is not null
"""


def i3_conservation(e):
    for job, queue, waiting, running, final in e.rows(PLACES):
        if waiting + running + final != 1:
            yield (f"{job} ({queue}) is in {waiting} waiting, {running} "
                   f"running, {final} final rows")
    for table, job in e.rows(STRAY):
        yield f"{job} is in {table}, and there is no such job"
    for run, taken, good, bad, gone, back, balanced in e.rows(LEDGER):
        if taken != good + bad + gone + back:
            yield (f"run {run}: taken {taken} is not {good} successful + "
                   f"{bad} failed + {gone} dismissed + {back} given back")
        if balanced is not True:
            yield f"run {run} is closed and balanced is {balanced}"


OUTCOMES = """
select id, round, count(*) from nightdrop.response
group by id, round having count(*) > 1
"""
ATTEMPT_ROWS = """
select f.id, f.attempt, count(a.attempt), coalesce(max(a.attempt), 0)
from nightdrop.response f left join nightdrop.attempt a using (id)
group by f.id, f.attempt, f.round
"""


def i4_one_outcome(e):
    for job, life, n in e.rows(OUTCOMES):
        yield f"{job} has {n} outcomes in round {life}"
    for job, attempt, n, last in e.rows(ATTEMPT_ROWS):
        if not attempt == n == last:
            yield (f"{job} ended with attempt {attempt}; {n} attempts are "
                   f"on record, the last is {last}")


SUPERSEDED = """
select f.id, f.attempt, a.attempt, a.result
from nightdrop.response f join nightdrop.attempt a using (id)
where a.attempt > f.attempt
   or (a.attempt = f.attempt and a.result = 'lost' and f.by = 'handler')
   or (a.attempt < f.attempt and a.result in ('successful', 'failed'))
"""
# Handlers of the fault tests answer "attempt N ..." with their own number.
ECHO = """
select id, attempt, convert_from(body, 'UTF8') from nightdrop.response
where by = 'handler' and body is not null
  and substring(body from 1 for 8) = 'attempt '::bytea
"""
OVERLAP = """
select a.id, a.attempt, b.attempt
from nightdrop.attempt a
join nightdrop.attempt b on b.id = a.id and b.attempt > a.attempt
where b.started < a.started
"""


def i5_no_stale_result(e):
    for job, final, attempt, result in e.rows(SUPERSEDED):
        yield (f"{job} ended with attempt {final}, but attempt {attempt} "
               f"is recorded as {result}")
    for job, attempt, body in e.rows(ECHO):
        if body.split()[1] != str(attempt):
            yield (f"{job}: the answer of attempt {attempt} was written by "
                   f"attempt {body.split()[1]}")
    for job, first, second in e.rows(OVERLAP):
        yield f"{job}: attempt {second} started before attempt {first}"


FAILURES = """
select j.id, q.max_attempts, j.n from (
    select id, queue, count(*) as n from nightdrop.attempt
    where result in ('retry', 'lost')
       or (result = 'failed' and (status >= 500 or status in (408, 425, 429)))
    group by id, queue) j
join nightdrop.queue q on q.name = j.queue
where j.n > q.max_attempts
"""
WAITING_FAILURES = """
select w.id, q.max_attempts, w.failures
from nightdrop.waiting w join nightdrop.queue q on q.name = w.queue
where w.failures >= q.max_attempts
"""


def i6_failures_bounded(e):
    for job, most, n in e.rows(FAILURES):
        yield f"{job} failed {n} times, {most} is the queue's maximum"
    for job, most, n in e.rows(WAITING_FAILURES):
        yield f"{job} waits with {n} failures, {most} is the maximum"


def i7_same_key_same_id(e):
    ids = {}
    for x in e.log:
        if x.get("misused"):
            if x["status"] in DONE:
                yield f"key {x['key']} with another body was {x['status']}"
        elif x["key"] and x["id"] and x["status"] in DONE:
            ids.setdefault(x["key"], set()).add(x["id"])
    for key, found in ids.items():
        if len(found) > 1:
            yield f"key {key} was answered with {sorted(found)}"


def i10_honest(e):
    for x in e.log:
        allowed = checker_kinds.HONEST[x.get("kind", "job")]
        if x.get("misused"):
            allowed = {422, 503}
        if x["key"]:
            allowed = allowed | {409}  # the first is still in flight
        if x["status"] is not None and x["status"] not in allowed:
            yield (f"key {x['key']}, digest {x['digest']}: answered "
                   f"{x['status']}")


BODIES = """
select j.id, j.size, j.body,
       (select string_agg(p.data, ''::bytea order by p.seq)
        from nightdrop.part p where p.id = j.id and p.holder = 0)
from nightdrop.job j
"""


def i11_digest(e):
    for job, entry in e.acknowledged.items():
        if job in e.jobs and not entry.get("misused"):
            digest, size = e.jobs[job]
            if size != entry["size"] or digest not in (
                    None, entry["digest"]):
                yield (f"{job}: sent {entry['size']} bytes "
                       f"{entry['digest']}, stored {size} bytes {digest}")
    for job, size, inline, parts in e.rows(BODIES):
        body = bytes(inline if inline is not None else parts or b"")
        if str(job) not in e.jobs:
            continue
        digest = e.jobs[str(job)][0] or e.acknowledged.get(
            str(job), {}).get("digest")
        if digest is None:
            continue
        if len(body) != size or hashlib.sha256(body).hexdigest() != digest:
            yield f"{job}: the stored bytes do not have the stored digest"


INVARIANTS = {
    "I1": i1_acknowledged_is_there,
    "I2": i2_nothing_unexpected,
    "I3": i3_conservation,
    "I4": i4_one_outcome,
    "I5": i5_no_stale_result,
    "I6": i6_failures_bounded,
    "I7": i7_same_key_same_id,
    "I10": i10_honest,
    "I11": i11_digest,
    "bundle": checker_kinds.bundles_are_whole,
    "named": checker_kinds.named_told_the_truth,
    "dismissed": checker_kinds.dismissed_stays_so,
    "undone": checker_kinds.undone_stays_so,
}


def violations(log, rows):
    """Each as a line of text; empty where all hold."""
    evidence = Evidence(log, rows)
    return [f"{name}: {text}" for name, check in INVARIANTS.items()
            for text in check(evidence)]


def judge(log, db):
    """Fail with all that does not hold.  An empty log judges nothing."""
    assert log, "nothing was sent: there is nothing to judge"
    found = violations(log, db.sql)
    assert not found, "\n".join(found[:40])


def main():
    import psycopg2
    with open(sys.argv[1]) as f:
        log = [json.loads(line) for line in f]
    connection = psycopg2.connect(sys.argv[2])

    def rows(text):
        with connection.cursor() as cursor:
            cursor.execute(text)
            return cursor.fetchall()

    found = violations(log, rows)
    print("\n".join(found) or f"{len(log)} requests: all invariants hold")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
