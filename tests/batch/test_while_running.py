# SPDX-License-Identifier: ISC
"""What is seen of a job while it runs, and how it is dismissed then."""
import contextlib
import time

import pytest

from support import jobs, process

OK = "printf 'Content-Type: text/plain\\n\\nok'"


@pytest.fixture
def under_way(night, db, batch, scratch, request):
    """under_way(script): a job whose handler runs, until $GO is there."""

    @contextlib.contextmanager
    def begin(script, **settings):
        go = scratch / ("go-" + request.node.name)
        name = night.queue(f"GO={go}\n{script}", **settings)
        job = jobs.submit(db, name)
        run = batch.start("--queue", name)
        process.wait_until(lambda: db.sql(
            "select 1 from nightdrop.running where id = %s "
            "and started is not null", job) and run.handlers(), 10,
            "it to run")
        try:
            yield job, run
        finally:
            go.touch()
            result = run.wait()
        assert result.status == 0, result
        assert not jobs.unbalanced(db)

    return begin


def monitor(db, job):
    return db.row("select status, progress, version "
                  "from nightdrop.job_read(%s, '', true)", job,
                  user="nightdrop_responder")


TELLS = """
eval "exec 9>&$NIGHTDROP_PROGRESS_FD"
echo '{first}' >&9
while [ ! -e $GO.more ] && [ ! -e $GO ]; do sleep 0.05; done
{{ {more}; }} >&9
while [ ! -e $GO ]; do sleep 0.05; done
""" + OK


def test_progress_is_in_the_monitor(under_way, db, scratch, request):
    """Each word, within a few seconds; the monitor's version changes."""
    script = TELLS.format(first="40 resizing", more="echo '80 packing'")
    with under_way(script) as (job, _):
        process.wait_until(
            lambda: monitor(db, job)[1] == "40 resizing", 4, "the first word")
        before = monitor(db, job)
        assert before[0] == "running"
        (scratch / f"go-{request.node.name}.more").touch()
        process.wait_until(
            lambda: monitor(db, job)[1] == "80 packing", 5, "the second word")
        assert monitor(db, job)[2] != before[2]
    assert monitor(db, job)[:2] == ("successful", None)


def test_progress_is_bounded(under_way, db, scratch, request):
    """A flood, what is not UTF-8, NULs, a line without end: the newest good
    line counts, cut to 200 bytes at a character's end, and few calls are
    made of it."""
    script = TELLS.format(
        first="begun",
        more="i=0; while [ $i -lt 20000 ]; do echo $i; i=$((i + 1)); done; "
        r"printf 'good \303\244'; head -c 100000 /dev/zero | tr '\0' x; "
        r"printf '\nbad \377\n\0\nno end'")
    calls = ("select coalesce(sum(n_tup_upd), 0) from pg_stat_user_tables "
             "where relname = 'running'")
    with under_way(script) as (job, _):
        process.wait_until(lambda: monitor(db, job)[1] == "begun", 4, "it")
        before = db.value(calls)
        (scratch / f"go-{request.node.name}.more").touch()
        process.wait_until(
            lambda: monitor(db, job)[1].startswith("good"), 10, "the last")
        assert monitor(db, job)[1] == "good ä" + "x" * 193
    assert db.value(calls) - before < 10


def test_dismissed_while_it_runs(under_way, db):
    """TERM within two seconds; then 410 by the client."""
    with under_way("sleep 60") as (job, run):
        began = time.monotonic()
        assert db.value("select nightdrop.job_stop(%s, '', true)", job,
                        user="nightdrop_responder") == "stopping"
        assert monitor(db, job)[0] == "running"
        process.wait_until(lambda: jobs.place_of(db, job) == "final", 5,
                           "its end")
        assert time.monotonic() - began < 3
    r = jobs.response(db, job)
    assert (r.outcome, r.status, r.by) == ("dismissed", 410, "client"), r
    assert [a[:2] for a in jobs.attempts(db, job)] == [(1, "dismissed")]
    assert db.row("select taken, dismissed from nightdrop.run "
                  "order by id desc limit 1") == (1, 1)


def test_dismissed_and_deaf(under_way, db):
    """KILL 5 s after TERM; whatever it had printed counts for nothing."""
    deaf = "trap '' TERM; " + OK + "; while :; do sleep 0.2; done"
    with under_way(deaf) as (job, run):
        handler = run.handlers()[0]
        began = time.monotonic()
        db.value("select nightdrop.job_stop(%s, '', true)", job,
                 user="nightdrop_responder")
        process.wait_until(lambda: jobs.place_of(db, job) == "final", 12,
                           "its end")
        assert 4.5 < time.monotonic() - began < 9
        assert not process.alive(handler)
    r = jobs.response(db, job)
    assert (r.outcome, r.status, r.by, r.size) == \
        ("dismissed", 410, "client", 0), r


def test_dismissed_by_an_operator(under_way, db):
    with under_way("sleep 60") as (job, _):
        said = db.value("select nightdrop.job_dismiss(%s, 'wrong file')", job)
        assert "in a worker's hands" in said
        process.wait_until(lambda: jobs.place_of(db, job) == "final", 5,
                           "its end")
    r = jobs.response(db, job)
    assert (r.outcome, r.status, r.by) == ("dismissed", 410, "operator"), r
