# SPDX-License-Identifier: ISC
"""A large night is being added up: whoever opens another one does not wait for
it, and whoever wants these queues waits, says so, and goes on."""
import os
import signal
import time

import pytest

from support import jobs, process

pytestmark = pytest.mark.usefixtures("clean")

LONG_S = 4
OK = """
printf 'Content-Type: text/plain\\n\\nattempt %s of %s' \\
    "$NIGHTDROP_ATTEMPT" "$NIGHTDROP_JOB_ID"
"""
SLOW = """
if [ "$NIGHTDROP_ATTEMPT" = 1 ]; then sleep 60; fi
""" + OK


@pytest.fixture(scope="module", autouse=True)
def queues(db, handlers):
    for name in ("large", "other", "small"):
        db.queue(name, max_attempts=5, backoff="50 milliseconds")
        handlers.write(name, OK)
    db.sql(f"""
create sequence closes;
grant usage on sequence closes to public;
create function dawdle() returns trigger language plpgsql as $$
begin
    if nextval('public.closes') = 1 then
        perform pg_sleep({LONG_S});
    end if;
    return new;
end
$$;
create trigger dawdle before update on nightdrop.run_queue for each row
    when (old.queue = 'large' and old.open and not new.open)
    execute function dawdle()""")


@pytest.fixture(autouse=True)
def first_is_slow(db, queues):
    db.sql("select setval('closes', 1, false)")


def dawdles(db):
    return db.value("select count(*) from pg_stat_activity where datname = %s "
                    "and wait_event = 'PgSleep'", db.name)


def killed(db, batch, work, handlers, name):
    """A run of which nothing is left but its lock file; its jobs."""
    handlers.write(name, SLOW)
    ids = work.submit(1, name)
    run = batch.start("--queue", name, "-j", "1")
    work.wait_running(1, name)
    worker = run.worker()
    os.kill(run.guardian, signal.SIGKILL)
    os.kill(worker, signal.SIGKILL)
    run.wait()
    return ids


def is_free(batch, db, ids):
    """Another batch opens, does these, and closes, meanwhile."""
    began = time.monotonic()
    assert batch.run("--queue", "small").status == 0
    assert jobs.all_final(db, ids)
    assert dawdles(db), f"not meanwhile: {time.monotonic() - began:.1f} s"


def test_a_long_close(db, batch, work):
    """By the worker that leaves last."""
    ids = work.submit(2, "large")
    small = work.submit(2, "small")
    first = batch.start("--queue", "large")
    process.wait_until(lambda: dawdles(db), 10, "the close")
    more = work.submit(2, "large")
    waits = batch.start("--queue", "large")
    stopped = batch.start("--queue", "large", "--join")
    time.sleep(0.5)
    is_free(batch, db, small)
    stopped.signal(signal.SIGTERM)
    assert stopped.wait(5).status == 0
    assert dawdles(db), "and not only when it could go on"
    assert first.wait().status == 0
    result = waits.wait()
    assert result.status == 0 and "waited for another" in result.out, result
    assert "waiting: another batch" in batch.log.read_text()
    assert jobs.all_final(db, ids + more)
    work.judge()


def test_a_run_that_is_over(db, batch, work, handlers):
    """By the batch that goes on with another run in its place."""
    ids = killed(db, batch, work, handlers, "other")
    ids += killed(db, batch, work, handlers, "large")
    small = work.submit(2, "small")
    heir = batch.start("--queue", "other,large")
    process.wait_until(lambda: dawdles(db), 10, "the close")
    is_free(batch, db, small)
    result = heir.wait()
    assert result.status == 0 and "was resumed" in result.out, result
    assert jobs.all_final(db, ids)
    assert db.sql("select abandoned, resumed from nightdrop.run "
                  "where id > (select max(id) - 3 from nightdrop.run) "
                  "order by id") == [(False, 1), (True, 0), (False, 0)]
    work.judge()
