# SPDX-License-Identifier: ISC
"""What a DBA asked for in psql, and the runs that follow."""
from support import jobs

DBA = "nightdrop_dba"

# A month long ago, with nothing in it.
OLD = """
select nightdrop.partition_make(p, date_trunc('month', now()
    at time zone 'UTC') - interval '5 months')
from unnest(array['job', 'part', 'attempt', 'response']) p"""
MONTHS = "select months from nightdrop.storage where \"table\" = 'response'"


def test_requeued_job_is_run_again(night, db, batch, handlers):
    done = night.job("cat >/dev/null; exit 3", b"x" * 100000, max_attempts=1)
    assert done.response.status == 502
    words = db.value("select nightdrop.job_requeue(%s, 'handler mended')",
                     done.id, user=DBA)
    assert "The next run takes it" in words
    handlers.write(done.queue, "printf 'Content-Type: text/plain\\n\\n'; "
                   "wc -c")
    assert batch.run("--queue", done.queue).status == 0
    assert db.sql("select round, status, convert_from(body, 'UTF8') "
                  "from nightdrop.response where id = %s order by round",
                  done.id) == [(1, 502, ""), (2, 200, "100000\n")]
    assert [a[0] for a in jobs.attempts(db, done.id)] == [1, 2]
    assert not jobs.unbalanced(db)


def test_held_job_stays(night, db, batch):
    name = night.queue("printf 'Content-Type: text/plain\\n\\nok'")
    held, free = (jobs.submit(db, name) for _ in range(2))
    db.value("select nightdrop.job_hold(%s, 'wrong price')", held, user=DBA)
    result = batch.run("--queue", name)
    assert result.status == 0 and result.seconds < 5
    assert jobs.response(db, free).status == 200
    assert jobs.place_of(db, held) == "waiting"
    assert "It is held" in db.value(
        "select string_agg(e, ' ') from nightdrop.explain_job(%s) e", held,
        user=DBA)
    db.value("select nightdrop.job_release(%s, 'right')", held, user=DBA)
    assert batch.run("--queue", name).status == 0
    assert jobs.response(db, held).status == 200


def test_run_drops_old_months(night, db, batch):
    name = night.queue("printf 'Content-Type: text/plain\\n\\nok'")
    months = db.value(MONTHS)
    db.sql("set role nightdrop_owner; " + OLD)
    assert db.value(MONTHS) == months + 1
    assert batch.run("--queue", name).status == 0
    assert db.value(MONTHS) == months
