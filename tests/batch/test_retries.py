# SPDX-License-Identifier: ISC
"""When a job is tried again: back-off, Retry-After, and the limit."""
from support import jobs

BAD = "printf 'Status: 503 Not Now\\n{more}\\n'"


def gaps(db, job):
    """Seconds from the end of each attempt to the start of the next."""
    return [float(s) for (s,) in db.sql(
        "select extract(epoch from b.started - a.ended) "
        "from nightdrop.attempt a join nightdrop.attempt b "
        "on b.id = a.id and b.attempt = a.attempt + 1 where a.id = %s "
        "order by a.attempt", job)]


def test_back_off_doubles(night, db):
    done = night.job(BAD.format(more=""), max_attempts=4,
                     backoff="200 milliseconds", backoff_max="1 hour")
    found = gaps(db, done.id)
    for gap, want in zip(found, (0.2, 0.4, 0.8), strict=True):
        assert want * 0.85 <= gap < want * 1.15 + 0.6, found


def test_back_off_is_bounded(night, db):
    done = night.job(BAD.format(more=""), max_attempts=5,
                     backoff="100 milliseconds",
                     backoff_max="200 milliseconds")
    assert max(gaps(db, done.id)) < 1.0


def test_handlers_retry_after(night, db):
    done = night.job(BAD.format(more="Retry-After: 2\\n"), max_attempts=2,
                     backoff="10 milliseconds")
    assert 1.9 <= gaps(db, done.id)[0] < 4


def test_far_away_is_left_to_a_later_run(night, db, batch):
    done = night.job(BAD.format(more="Retry-After: 3600\\n"))
    assert done.response is None
    assert jobs.place_of(db, done.id) == "waiting"
    assert done.result.seconds < 20
    assert batch.run("--queue", done.queue).status == 0
    assert len(jobs.attempts(db, done.id)) == 1, "not due yet"
    assert db.value("select message from nightdrop.job_read(%s, '', true)",
                    done.id, user="nightdrop_responder")


def test_neighbours_do_not_wait(night, db, batch):
    """While one job waits for its second attempt, the others run."""
    name = night.queue("""
if [ "$(cat)" = bad ]; then exit 1; fi
printf 'Content-Type: text/plain\\n\\nok'
""", backoff="1 second", max_attempts=2)
    bad = jobs.submit(db, name, b"bad")
    good = [jobs.submit(db, name, b"good") for _ in range(20)]
    assert batch.run("--queue", name).status == 0
    assert jobs.response(db, bad).status == 502
    last = db.value("select max(ended) from nightdrop.attempt "
                    "where id = any(%s::uuid[])", good)
    assert last < db.value("select started from nightdrop.attempt "
                           "where id = %s and attempt = 2", bad)


def test_counts_in_the_ledger(night, db):
    done = night.job("exit 1", max_attempts=3, backoff="10 milliseconds")
    taken, retried, given_back, failed = db.row(
        "select taken, retried, given_back, failed from nightdrop.run "
        "order by id desc limit 1")
    assert (retried, failed) == (2, 1)
    assert taken == given_back + failed == 3
    assert done.response.attempt == 3
