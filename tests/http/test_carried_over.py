# SPDX-License-Identifier: ISC
"""What the window of a run closed before: told to the client."""
from support import bundles
from support.documents import check_document, check_status

OK = "printf 'Content-Type: text/plain\\n\\nok'"


def test_told(client, db, batch, handlers):
    """In the monitor, in a figure and in words, as long as it waits: of the
    job that was stopped and of those behind it; its ETag changes with it."""
    db.queue("endless-night")
    handlers.write("endless-night", "exec sleep 60")
    accepted = client.submit("endless-night", b"x")
    assert accepted.json()["carried_over"] == 0
    job = accepted.get("Content-Location")
    bundle = bundles.accepted(client, "endless-night", bundles.body(1, 2))
    before = [client.get(url) for url in (job, bundle)]
    result = batch.run("--queue", "endless-night", "-j", "1", "--until", "1s",
                       "--drain=0", "--report=json")
    assert result.status == 0, result

    for url, old in zip((job, bundle), before):
        new = client.get(url, If_None_Match=old.get("ETag"))
        assert new.status == 200, new
        doc = check_document(new)
        assert (doc["status"], doc["carried_over"]) == ("accepted", 1), doc
        assert client.get(url, If_None_Match=new.get("ETag")).status == 304
    doc = client.get(job).json()
    check_status(doc, client.prefix)
    assert doc["attempt"] == 0, "it is not charged"
    assert doc["message"].startswith(
        "carried over to the next run: the window closed at "), doc

    handlers.write("endless-night", OK)
    assert batch.run("--queue", "endless-night").status == 0
    for url in (job, bundle):
        doc = client.get(url).json()
        assert (doc["status"], doc["carried_over"]) == ("successful", 0), doc
