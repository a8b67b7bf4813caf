# SPDX-License-Identifier: ISC
"""What a client is told at the acceptance, against what a real run does."""
import datetime
import time

from support import jobs

MINUTES = datetime.timedelta(minutes=2)


def quotes(db, ids):
    """(earliest, likely, latest, when it was finished) of each job."""
    return db.sql(
        "select quote_earliest, quote_likely, quote_latest, f.finished "
        "from unnest(%s::uuid[]) with ordinality u(id, n) "
        "join nightdrop.job j using (id) "
        "left join nightdrop.response f using (id) order by n", ids)


def accuracy(db, queue):
    return db.row("select graded, hits, runs from nightdrop.quote_accuracy "
                  "where queue = %s", queue)


def test_after_two_runs(night, batch, db):
    name = night.queue("sleep 0.3; printf 'Content-Type: text/plain\\n\\nok'")

    def day():
        return [jobs.submit(db, name) for _ in range(6)]

    for _ in range(2):
        day()
        assert batch.run("--queue", name, "-j", "2").status == 0
    assert accuracy(db, name) == (0, 0, 2), "nothing was promised so far"

    told = day()
    promised = quotes(db, told)
    assert all(a < b < c for a, b, c, _ in promised), "in order"
    assert [q[1] for q in promised] == sorted(q[1] for q in promised), \
        "who comes later waits longer"
    assert promised[5][1] - promised[0][1] > datetime.timedelta(seconds=0.5)
    assert all(c - a < MINUTES for a, _, c, _ in promised)
    start = promised[0][0]
    while db.value("select clock_timestamp() < %s", start):
        time.sleep(0.05)
    assert batch.run("--queue", name, "-j", "2").status == 0
    for _, _, latest, finished in quotes(db, told):
        assert start <= finished <= latest
    assert accuracy(db, name) == (6, 6, 3)
    assert db.value("select bool_and(quote_hit) from nightdrop.job_status "
                    "where queue = %s and finished > %s", name, start)
    read = db.row("select graded, hits from nightdrop.queue_read(%s)", name)
    assert read == (6, 6), "what the queue publishes"


def test_another_queue_goes_first(night, batch, db):
    """Of two queues of one run, each is told of the other's jobs."""
    ok = "sleep 0.1; printf 'Content-Type: text/plain\\n\\nok'"
    slow, quick = night.queue(ok), night.queue(ok)
    both = f"{slow},{quick}"
    for _ in range(2):
        for name in (slow, quick) * 3:
            jobs.submit(db, name)
        assert batch.run("--queue", both, "-j", "1").status == 0
    for name in (slow, quick):
        db.sql("select nightdrop.run_expect(%s, "
               "(clock_timestamp() + interval '2 s')::text, 'test')", name)
    first = jobs.submit(db, quick)
    for _ in range(12):
        jobs.submit(db, slow)
    db.sql("update nightdrop.queue_basis set noted = '-infinity'")
    db.sql("select nightdrop.load_note()")
    last = jobs.submit(db, quick)
    (start, b, _, _), (_, d, _, _) = quotes(db, [first, last])
    assert d - b > datetime.timedelta(seconds=1), "twelve of 0.1 s are ahead"
    while db.value("select clock_timestamp() < %s", start):
        time.sleep(0.05)
    assert batch.run("--queue", both, "-j", "1").status == 0
    for _, _, latest, finished in quotes(db, [first, last]):
        assert start <= finished <= latest
    assert accuracy(db, quick)[:2] == (2, 2)
