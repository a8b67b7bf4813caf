# SPDX-License-Identifier: ISC
"""What the fault tests share: clients with keys, handlers that say which
attempt they are, and the judge at the end."""
import types

import pytest

from support import checker, jobs, load, process

# Says which attempt it was, so that a stale answer is seen for what it is.
ECHO = """
trap 'exit 1' TERM
printf 'Content-Type: text/plain\\n\\nattempt %s of %s' \\
    "$NIGHTDROP_ATTEMPT" "$NIGHTDROP_JOB_ID"
"""


@pytest.fixture(scope="module", autouse=True)
def plain(db, handlers):
    handlers.write("plain", ECHO)
    return db.queue("plain", max_attempts=5, backoff="50 milliseconds",
                    backoff_max="200 milliseconds")


@pytest.fixture
def work(db, handlers):
    """Jobs in the database with their log; run and judged."""
    log = []

    def submit(n, queue="plain", body=b"job %d"):
        texts = [body % (len(log) + i) if b"%" in body else body
                 for i in range(n)]
        ids = jobs.submit_many(db, queue, texts)
        log.extend({**load.entry(None, text), "status": 202, "id": job}
                   for text, job in zip(texts, ids))
        return ids

    def running(queue="plain"):
        return db.value("select count(*) from nightdrop.running where "
                        "queue = %s and started is not null", queue)

    def wait_running(n, queue="plain", seconds=15):
        process.wait_until(lambda: running(queue) >= n, seconds,
                           f"{n} running jobs of {queue}")

    def judge():
        checker.judge(log, db)

    return types.SimpleNamespace(log=log, submit=submit, running=running,
                                 wait_running=wait_running, judge=judge)


@pytest.fixture
def clean(db):
    """The judge sees one test's jobs at a time."""
    yield
    for table in ("waiting", "running", "response", "attempt", "part",
                  "job"):
        db.sql(f"delete from nightdrop.{table}")
