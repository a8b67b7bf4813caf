# SPDX-License-Identifier: ISC
"""DELETE: dismissed while it waits, asked to stop while it runs."""
import pytest

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


def bundle(client, queue):
    return client.post(f"/queues/{queue}/bundles", b"1\n2\n",
                       Content_Type="application/x-ndjson"
                       ).get("Content-Location")


def upload(client, queue):
    return client.post(f"/queues/{queue}/uploads", Tus_Resumable="1.0.0",
                       Upload_Length="10").get("Location")


MAKERS = {"job": lambda client, queue:
          client.submit(queue, b"x").get("Content-Location"),
          "bundle": bundle, "upload": upload}


@pytest.mark.parametrize("what", MAKERS)
def test_conditions(client, db, what):
    """RFC 9110 13.1: nothing is done where one does not hold.  Monitors have
    weak tags, which If-Match never names."""
    if not db.sql("select 1 from nightdrop.queue where name = 'cond'"):
        db.queue("cond")
    made = MAKERS[what](client, "cond")
    tus = {"Tus_Resumable": "1.0.0"} if what == "upload" else {}
    tag = client.get(made).get("ETag") or 'W/"none"'
    refused = [{"If_Match": '"other"'}, {"If_Match": tag}, {"If_Match": "x"},
               {"If_None_Match": "*"}]
    if what != "upload":
        refused.append({"If_None_Match": f'"other", {tag}'})
    for fields in refused:
        check_problem(client.delete(made, **tus, **fields), 412,
                      client.prefix)
        if what == "upload":
            check_problem(client.request(
                "PATCH", made, b"x", Upload_Offset="0",
                Content_Type="application/offset+octet-stream", **tus,
                **fields), 412, client.prefix)
            head = client.request("HEAD", made, **tus)
            assert head.get("Upload-Offset") == "0"
        else:
            assert client.get(made).json()["status"] == "accepted"
    assert client.delete(made, If_Match="*", If_None_Match='"other"',
                         **tus).status == 204
    if what == "upload":
        return
    assert client.get(made).json()["status"] == "dismissed"


def test_conditions_of_what_is_not_there(client, db):
    """404 before 412, and 409 before it where a job is finished."""
    db.queue("cond-none")
    monitor = client.submit("cond-none", b"x").get("Content-Location")
    gone = monitor[:-1] + ("A" if monitor[-1] != "A" else "B")
    check_problem(client.delete(gone, If_Match='"x"'), 404, client.prefix)


def test_conditions_of_what_is_finished(client, db, batch, handlers):
    db.queue("cond-done")
    handlers.write("cond-done", "printf 'Status: 200 OK\\n\\n'")
    monitor = client.submit("cond-done", b"x").get("Content-Location")
    assert batch.run("--queue", "cond-done").status == 0
    check_problem(client.delete(monitor, If_Match='"x"'), 409, client.prefix)
