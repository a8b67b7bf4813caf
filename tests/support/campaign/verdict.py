# SPDX-License-Identifier: ISC
"""What must be true when the faults are over and nothing waits any more,
beside what checker says: outcomes, the ledger, and I9, nothing left behind."""
import contextlib
import os
import time

from .. import process
from . import queues

IN_LINE = """
select (select count(*) from nightdrop.waiting),
       (select count(*) from nightdrop.running),
       (select count(*) from nightdrop.bundle
        where sealed is not null and expanded < lines),
       (select count(*) from nightdrop.run where closed is null)
"""
SETTLE_RUNS = 40
PATIENCE_S = 5


def settle(site, trouble):
    """Run until nothing waits: how many runs that took."""
    for n in range(SETTLE_RUNS):
        if not any(site.db.row(IN_LINE)):
            return n
        time.sleep(min(n / 10, 0.5))  # a lease has to end, perhaps
        site.next_day()
        try:
            result = site.north.run("-j", "8", "--daily", timeout=150)
        except process.Timeout as e:
            trouble.append(f"without faults: {e}")
            continue
        if result.status != 0:
            trouble.append(f"without faults, a batch ended so: {result}")
    trouble.append(f"after {SETTLE_RUNS} runs without faults there are "
                   "waiting, running, bundles in line, open runs: "
                   f"{site.db.row(IN_LINE)}")
    return SETTLE_RUNS


OUTCOMES = """
select j.queue, f.outcome, f.status, f.by, count(*), min(j.id::text)
from nightdrop.job j join nightdrop.response f using (id)
where j.line is null or exists (select from nightdrop.bundle b
    where b.id = nightdrop.bundle_of(j.id, j.line) and b.sealed is not null)
group by 1, 2, 3, 4 order by 1, 5 desc
"""


def outcomes(site):
    """Each job ended as its handler has it, or was dismissed."""
    for queue, outcome, status, by, n, job in site.db.sql(OUTCOMES):
        if (outcome, status) not in queues.QUEUES[queue][3] \
                and outcome != "dismissed":
            yield (f"{n} jobs of {queue} ended {outcome}, {status} by {by}, "
                   f"{job} among them")
    for job, digest, body in site.db.sql(
            "select j.id, encode(j.digest, 'hex'), "
            "convert_from(f.body, 'UTF8') from nightdrop.job j "
            "join nightdrop.response f using (id) "
            "where j.queue = 'reads' and f.outcome = 'successful'"):
        if body.split()[-1] != digest:
            yield f"{job}: its handler has read something else"


# None of these may find anything.
BOOKS = {
    "lost_job": "select id, places from nightdrop.lost_job",
    "runs that are not closed":
        "select id, opened from nightdrop.run where closed is null",
    "workers that neither left nor were found dead":
        "select id, run from nightdrop.worker "
        "where left_at is null and not lost",
    "counters that are not zero":
        "select queue, sum(waiting), sum(bytes) from nightdrop.counter "
        "group by queue having sum(waiting) <> 0 or sum(bytes) <> 0",
    "events of runs that did not balance":
        "select at, run, text from nightdrop.event "
        "where kind = 'unbalanced'",
    "bundles whose sum is not their lines":
        "select b.id, b.lines, sum(t.successful + t.failed + t.dismissed) "
        "from nightdrop.bundle b left join nightdrop.bundle_tally t "
        "on t.bundle = b.id where b.sealed is not null "
        "group by b.id having b.lines is distinct from "
        "sum(t.successful + t.failed + t.dismissed)",
}
REMAINS = {
    "sessions that are idle in a transaction":
        "select pid, usename, query from pg_stat_activity "
        "where state like 'idle in transaction%%'",
    "sessions of batches":
        "select pid, state, query from pg_stat_activity "
        "where usename = 'nightdrop_batch'",
    "uploads": "select id from nightdrop.upload",
    "parts of no job":
        "select distinct id from nightdrop.part "
        "where id not in (select id from nightdrop.job)",
    "answers of attempts that do not count":
        "select distinct p.id, p.holder, f.outcome, f.holder "
        "from nightdrop.part p left join nightdrop.response f "
        "on f.id = p.id where p.holder > 0 "
        "and p.holder is distinct from f.holder",
    "bundles that were not sealed":
        "select id from nightdrop.bundle where sealed is null",
    "lines of no bundle":
        "select id from nightdrop.job where line is not null "
        "and nightdrop.bundle_of(id, line) not in "
        "(select id from nightdrop.bundle)",
}


# Nobody runs this queue without --daily.
DAYS = """
select u.business_date, count(*), min(u.id), max(u.id)
from nightdrop.run u join nightdrop.run_queue rq on rq.run = u.id
where rq.queue = 'daily' and not u.abandoned
group by 1 having count(*) > 1
"""


def days(site):
    for date, n, first, last in site.db.sql(DAYS):
        yield (f"{n} runs with --daily did the queue daily on {date}: from "
               f"{first} to {last}")


def asked(site, questions):
    for what, text in questions.items():
        found = site.db.sql(text)
        if found:
            yield f"{len(found)} {what}: {found[:3]}"


def expire(site):
    """What was given up on its way in is a day old: it must be swept."""
    for table in ("upload", "bundle"):
        site.db.sql(f"update nightdrop.{table} set expires = "
                    "now() - interval '1 minute'"
                    + (" where sealed is null" if table == "bundle" else ""))
    for _ in range(20):
        site.db.sql("select * from nightdrop.upkeep()")


def processes(marks):
    """Pids whose environment says that they belong to one of our run_dirs."""
    found = []
    for pid in filter(str.isdigit, os.listdir("/proc")):
        try:
            with open(f"/proc/{pid}/environ", "rb") as f:
                text = f.read()
                if any(m in text for m in marks) and process.alive(int(pid)):
                    found.append(int(pid))
        except OSError:
            continue
    return found


def swept(site):
    """What killed batches left is two hours old, and another run has been."""
    then = time.time() - 7200
    for batch, run_dir in zip(site.batches, site.run_dirs()):
        for path in run_dir.iterdir():
            os.utime(path, (then, then))
        site.next_day()
        result = batch.run("--daily")
        if result.status != 0:
            yield f"the last run ended so: {result}"


def wait_for_sessions(site):
    """Those of a host that was cut off end when PostgreSQL misses it."""
    with contextlib.suppress(process.Timeout):
        process.wait_until(
            lambda: not site.db.sql(REMAINS["sessions of batches"]), 20,
            "them to end")


def remains(site):
    """I9: no process, no file, no session, no row is left."""
    marks = [f"={b.run_dir}".encode() for b in site.batches]
    try:
        process.wait_until(lambda: not processes(marks), PATIENCE_S,
                           "them to end")
    except process.Timeout:
        for pid in processes(marks):
            with open(f"/proc/{pid}/cmdline") as f:
                yield f"process {pid} is left: {f.read()!r}"
    yield from swept(site)
    for run_dir in site.run_dirs():
        left = sorted(p.name for p in run_dir.iterdir())
        if left:
            yield f"{len(left)} files are left in {run_dir}: {left[:5]}"
    wait_for_sessions(site)
    expire(site)
    yield from asked(site, REMAINS)


def all_of(site):
    yield from (f"outcome: {x}" for x in outcomes(site))
    yield from (f"ledger: {x}" for x in asked(site, BOOKS))
    yield from (f"daily: {x}" for x in days(site))
    yield from (f"I9: {x}" for x in remains(site))
    yield from (f"sanitizer: {x}" for x in site.sanitized())
