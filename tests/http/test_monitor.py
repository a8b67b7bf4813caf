# SPDX-License-Identifier: ISC
"""The monitor: what it says while a job waits, runs, and is finished."""
import signal

import pytest

from support import process
from support.documents import check_document, check_receipt, check_status, \
    when

BODY = b"some work"


@pytest.fixture
def slow(db, handlers, scratch):
    """A queue whose handler waits until the file go is there."""
    go = scratch / "go"
    go.unlink(missing_ok=True)
    if not db.sql("select 1 from nightdrop.queue where name = 'slow'"):
        db.queue("slow")
    handlers.write("slow", f"""
while [ ! -e {go} ]; do sleep 0.05; done
printf 'Content-Type: text/plain\\n\\ndone\\n'
""")
    return go


def test_waiting(mount):
    monitor = mount.client.submit("plain", BODY).get("Content-Location")
    a = mount.client.get(monitor)
    assert (a.status, a.reason) == (200, "OK")
    doc = check_document(a)
    assert check_status(doc, mount.prefix) == monitor
    check_receipt(doc, BODY)
    assert (doc["status"], doc["attempt"]) == ("accepted", 0)
    assert 5 <= int(a.get("Retry-After")) <= 4320
    assert a.links()["monitor"] == monitor


def test_not_modified(mount):
    monitor = mount.client.submit("plain", BODY).get("Content-Location")
    tag = mount.client.get(monitor).get("ETag")
    assert tag.startswith('W/"') and tag.endswith('"')
    mount.client.submit("plain", b"other people's work")
    for field in (tag, f'"x", {tag}', tag[2:], "*"):
        a = mount.client.get(monitor, If_None_Match=field)
        assert (a.status, a.reason) == (304, "Not Modified"), (field, a)
        assert a.body == b""
        assert a.get("ETag") == tag
    assert mount.client.get(monitor, If_None_Match='W/"x"').status == 200


def test_head(mount):
    monitor = mount.client.submit("plain", BODY).get("Content-Location")
    get = mount.client.get(monitor)
    head = mount.client.request("HEAD", monitor)
    assert head.status == 200
    assert head.body == b""
    for name in ("Content-Type", "ETag", "Cache-Control", "Link"):
        assert head.get(name) == get.get(name), name


def test_running_and_finished(client, batch, slow):
    monitor = client.submit("slow", BODY).get("Content-Location")
    waiting = client.get(monitor).get("ETag")
    night = batch.start("--queue", "slow")
    try:
        process.wait_until(
            lambda: client.get(monitor).json()["status"] == "running", 20,
            "the job to run")
        a = client.get(monitor, If_None_Match=waiting)
        assert a.status == 200, "it runs: the old tag no longer matches"
        doc = check_document(a)
        check_status(doc, client.prefix)
        assert doc["attempt"] == 1
        assert when(doc["started"]) >= when(doc["accepted"])
        assert doc["finished"] is None and doc["outcome"] is None
        assert 8 <= int(a.get("Retry-After")) <= 12
        running = a.get("ETag")
        assert running != waiting
    finally:
        slow.touch()
        result = night.wait()
    assert result.status == 0, result
    a = client.get(monitor, If_None_Match=running)
    assert a.status == 200
    doc = check_document(a)
    check_status(doc, client.prefix)
    assert doc["status"] == "successful"
    assert doc["outcome"] == {"status": 200, "reason": "OK", "by": "handler"}
    assert when(doc["finished"]) >= when(doc["started"])
    assert when(doc["expires"]) > when(doc["finished"])
    assert a.get("Retry-After") is None
    assert client.get(monitor, If_None_Match=a.get("ETag")).status == 304


def test_terminated_batch_shows_it_waiting_again(client, batch, slow):
    """SIGTERM: drained or given back, never lost."""
    monitor = client.submit("slow", BODY).get("Content-Location")
    night = batch.start("--queue", "slow")
    process.wait_until(
        lambda: client.get(monitor).json()["status"] == "running", 20,
        "the job to run")
    night.signal(signal.SIGTERM)
    slow.touch()
    assert night.wait().status == 0
    assert client.get(monitor).json()["status"] in ("successful", "accepted")


def test_quote_after_history(client, batch, db, handlers):
    """Two runs make a history: then there are times, in order."""
    db.queue("often")
    handlers.write("often", "printf 'Content-Type: text/plain\\n\\nok'")
    for _ in range(3):
        client.submit("often", b"x")
        assert batch.run("--queue", "often").status == 0
    quote = client.submit("often", b"x").json()["quote"]
    assert quote["earliest"], quote
    assert when(quote["earliest"]) <= when(quote["likely"]) \
        <= when(quote["latest"])
    assert "run" in quote["basis"]
