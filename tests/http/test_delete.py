# SPDX-License-Identifier: ISC
"""DELETE: dismissed while it waits, asked to stop while it runs."""
from support import jobs, process
from support.documents import check_problem


def id_of(monitor):
    return monitor.rpartition("/")[2].partition("~")[0]


def test_waiting(mount, db, batch, handlers, scratch):
    name = f"never-{mount.kind}"
    ran = scratch / f"ran-{mount.kind}"
    db.queue(name)
    handlers.write(name, f"touch {ran}; printf 'Status: 200 OK\\n\\n'")
    monitor = mount.client.submit(name, b"x").get("Content-Location")
    a = mount.client.delete(monitor)
    assert (a.status, a.body) == (204, b""), a
    assert a.get("Content-Type") is None
    assert jobs.place_of(db, id_of(monitor)) == "final"
    assert batch.run("--queue", name).status == 0
    assert not ran.exists(), "a job dismissed while it waited never runs"
    doc = mount.client.get(monitor).json()
    assert doc["status"] == "dismissed"
    assert (doc["outcome"]["status"], doc["outcome"]["by"]) == \
        (410, "client")
    a = mount.client.get(monitor + "/response")
    assert a.status == 410
    assert a.get("AsyncResult") == "410"
    assert mount.client.delete(monitor).status == 204, "it already was"


def test_running(client, db, batch, handlers):
    db.queue("endless")
    handlers.write("endless", "exec sleep 60")
    monitor = client.submit("endless", b"x").get("Content-Location")
    night = batch.start("--queue", "endless")
    process.wait_until(
        lambda: client.get(monitor).json()["status"] == "running", 20,
        "the job to run")
    a = client.delete(monitor)
    assert a.status == 202, a
    assert a.json()["status"] == "running"
    result = night.wait(40)
    assert result.status == 0, result
    doc = client.get(monitor).json()
    assert doc["status"] == "dismissed"
    assert (doc["outcome"]["status"], doc["outcome"]["by"]) == \
        (410, "client")
    assert not jobs.unbalanced(db)


def test_finished(client, db, batch, handlers):
    db.queue("quick")
    handlers.write("quick", "printf 'Status: 200 OK\\n\\n'")
    monitor = client.submit("quick", b"x").get("Content-Location")
    assert batch.run("--queue", "quick").status == 0
    check_problem(client.delete(monitor), 409, client.prefix)
    assert client.get(monitor).json()["status"] == "successful"
