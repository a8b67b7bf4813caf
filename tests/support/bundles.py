# SPDX-License-Identifier: ISC
"""Bundles: made, sent, put into the database, and asserted."""
import hashlib
import json
import uuid

from support import jobs
from support.documents import (QUOTE, check_document, digest, when)

MEMBERS = {"id", "status", "queue", "lines", "counts", "accepted", "finished",
           "carried_over", "size", "digest", "quote", "expires", "links"}
COUNTS = ("accepted", "running", "successful", "failed", "dismissed")


def body(*values):
    return b"".join(json.dumps(v).encode() + b"\n" for v in values)


def post(client, queue, data, **fields):
    fields.setdefault("Content_Type", "application/x-ndjson")
    return client.post(f"/queues/{queue}/bundles", data, **fields)


def check(doc, prefix):
    """A bundle's document, whole: its URL."""
    assert set(doc) == MEMBERS, sorted(set(doc) ^ MEMBERS)
    assert tuple(doc["counts"]) == COUNTS
    assert sum(doc["counts"].values()) == doc["lines"]
    assert set(doc["quote"]) == QUOTE
    when(doc["accepted"])
    links = {link["rel"]: link["href"] for link in doc["links"]}
    url = links["monitor"]
    assert url.startswith(f"{prefix}/bundles/{doc['id']}"), url
    assert links["jobs"] == url + "/jobs"
    assert links["responses"] == url + "/responses"
    return url


def check_accepted(answer, prefix, data):
    """A whole 202: the bundle's URL."""
    assert (answer.status, answer.reason) == (202, "Accepted"), answer
    doc = check_document(answer)
    url = check(doc, prefix)
    assert doc["digest"] == digest(data)
    assert answer.get("Content-Location") == url
    assert answer.get("Location") == url + "/responses"
    assert answer.links()["monitor"] == url
    assert 5 <= int(answer.get("Retry-After")) <= 4320
    return url


def accepted(client, queue, data, **fields):
    """Send one that must be taken: its URL."""
    return check_accepted(post(client, queue, data, **fields), client.prefix,
                          data)


def counts(client, url):
    answer = client.get(url)
    assert answer.status == 200, answer
    doc = check_document(answer)
    return doc["status"], {n: c for n, c in doc["counts"].items() if c}


def line_id(bundle, line):
    """The id of a line's job."""
    return str(uuid.UUID(int=uuid.UUID(bundle).int | line))


def submit(db, queue, lines, owner=""):
    """Accept lines (bytes) as the responder would: the bundle's id."""
    bundle = str(uuid.UUID(int=uuid.UUID(jobs.new_id()).int >> 32 << 32))
    connection = db.cluster.connect(db.name, "nightdrop_responder")
    connection.autocommit = True
    try:
        with connection.cursor() as c:
            c.execute("select verdict from nightdrop.bundle_open"
                      "(%s, %s, %s, '{}')", (bundle, queue, owner))
            assert c.fetchone() == ("ok",)
            for at in range(0, len(lines), 5000):
                piece = lines[at:at + 5000]
                c.execute(
                    "select nightdrop.bundle_append(%s, %s, %s::bytea[], "
                    "%s::bytea[])", (bundle, at + 1, piece,
                                     [hashlib.sha256(x).digest()
                                      for x in piece]))
                assert c.fetchone() == (True,)
            c.execute("select verdict from nightdrop.bundle_seal"
                      "(%s, %s, %s, %s, null)",
                      (bundle, len(lines), sum(map(len, lines)), b"d" * 32))
            assert c.fetchone() == ("ok",)
    finally:
        connection.close()
    return bundle
