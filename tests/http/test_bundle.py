# SPDX-License-Identifier: ISC
"""Bundles: many jobs in one request, all or nothing."""
import json
import socket

import pytest

from support import bundles, fcgi, process, programs
from support.client import Client
from support.documents import check_document, check_problem, digest

OK = "printf 'Content-Type: text/plain\\n\\n'; cat"


def kept(db):
    """(bundles, lines) in the database."""
    return (db.value("select count(*) from nightdrop.bundle"),
            db.value("select count(*) from nightdrop.job "
                     "where line is not null"))


def test_accepted(mount, db):
    name = f"taken-{mount.kind}"
    db.queue(name)
    data = bundles.body({"a": 1}, "two", 3, None, [5])
    url = bundles.accepted(mount.client, name, data)
    doc = check_document(mount.client.get(url))
    assert bundles.check(doc, mount.prefix) == url
    assert (doc["status"], doc["lines"], doc["queue"]) == \
        ("accepted", 5, name)
    assert doc["size"] == len(data) - 5
    assert doc["counts"]["accepted"] == 5
    assert doc["quote"]["ahead"] == 4
    assert doc["finished"] is None and doc["expires"] is None
    assert [bytes(b) for (b,) in db.sql(
        "select body from nightdrop.job where queue = %s order by id",
        name)] == data.splitlines()


def test_line_ends(client, db):
    """The last one is not needed; CR LF is one; other white space stays."""
    db.queue("ends")
    bundles.accepted(client, "ends", b'1\r\n 2 \n"3"')
    assert [bytes(b) for (b,) in db.sql(
        "select body from nightdrop.job where queue = 'ends' order by id")] \
        == [b"1", b" 2 ", b'"3"']


def test_chunked_and_long(mount, db):
    """More than one buffer, of unknown length."""
    name = f"long-{mount.kind}"
    db.queue(name)
    line = json.dumps({"x": "y" * 50000}).encode() + b"\n"
    data = line * 100
    a = bundles.post(mount.client, name, iter([data[:7], data[7:]])
                     if mount.kind != "cgi" else data)
    url = bundles.check_accepted(a, mount.prefix, data)
    assert mount.client.get(url).json()["lines"] == 100
    assert db.row("select count(*), min(size), max(size) from nightdrop.job "
                  "where queue = %s", name) == \
        (100, len(line) - 1, len(line) - 1)


@pytest.mark.parametrize("data, line", [
    (b'1\n{"a":}\n3\n', 2), (b"1\n\n3\n", 2), (b"1\n2\n\n", 3),
    (b"1 2\n", 1), (b"\xff\n", 1), (b'1\n"\xc3\x28"\n', 2), (b"1\n2\n{", 3),
    (b"1\n" * 9000 + b"nothing\n", 9001), (b'"a\0b"\n', 1), (b"\n", 1)])
def test_bad_line(client, db, data, line):
    before = kept(db)
    doc = check_problem(bundles.post(client, "plain", data), 422, "/proxy")
    assert doc["line"] == line
    assert f"line {line} " in doc["detail"]
    assert kept(db) == before, "nothing is kept"


def test_no_line(client):
    doc = check_problem(bundles.post(client, "plain", b""), 422)
    assert "no line" in doc["detail"]


@pytest.mark.parametrize("queue, limit", [("plain", 65536), ("small", 1000)])
def test_long_line(client, db, queue, limit):
    before = kept(db)
    fits = b'"' + b"x" * (limit - 2) + b'"\n'
    doc = check_problem(bundles.post(
        client, queue, fits + b'"x' + fits[1:]), 413)
    assert (doc["line"], doc["limit"]) == (2, limit)
    assert kept(db) == before
    assert bundles.post(client, queue, fits).status == 202


def test_endless_line(client):
    """Seen before its end, which never comes."""
    doc = check_problem(bundles.post(
        client, "plain", b"1\n" + b"1" * 3_000_000), 413)
    assert doc["line"] == 2


@pytest.mark.parametrize("type", [None, "application/json", "text/plain"])
def test_type(client, type):
    check_problem(bundles.post(client, "plain", b"1\n", Content_Type=type),
                  415)


def test_encoding(client):
    """Nothing is unpacked here; a line is not half a zip file."""
    doc = check_problem(bundles.post(client, "plain", b"1\n",
                                     Content_Encoding="gzip"), 415)
    assert "Content-Encoding" in doc["detail"]
    assert bundles.post(client, "plain", b"1\n",
                        Content_Encoding="identity").status == 202


def test_type_with_parameter(client):
    assert bundles.post(client, "plain", b"1\n", Content_Type=(
        "Application/X-NDJSON; charset=utf-8")).status == 202


def test_queue_says_no(client, db):
    db.queue("shut", accepting=False)
    db.queue("textual", media_types=["text/plain"])
    db.queue("brim", max_waiting=2)
    check_problem(bundles.post(client, "shut", b"1\n"), 503)
    check_problem(bundles.post(client, "textual", b"1\n"), 415)
    check_problem(bundles.post(client, "none", b"1\n"), 404)
    doc = check_problem(bundles.post(client, "brim", b"1\n2\n3\n"), 503)
    assert doc["limit"] == 2
    assert bundles.post(client, "brim", b"1\n2\n").status == 202
    check_problem(bundles.post(client, "brim", b"3\n"), 503)


def test_digest(client, db):
    data = bundles.body(1, 2)
    before = kept(db)
    check_problem(bundles.post(client, "plain", data,
                               Content_Digest=digest(data[:-1])), 400)
    assert kept(db) == before
    bundles.accepted(client, "plain", data, Content_Digest=digest(data))


def test_key(client, db):
    db.queue("keyed")
    data, other = bundles.body(1, 2), bundles.body(1, 3)
    user = Client(client.port, "/proxy-user", "ann")
    for c in (client, user):
        url = bundles.accepted(c, "keyed", data, Idempotency_Key='"k"')
        assert bundles.accepted(c, "keyed", data,
                                Idempotency_Key='"k"') == url
    check_problem(bundles.post(user, "keyed", other, Idempotency_Key='"k"'),
                  422)
    check_problem(user.post("/queues/keyed/jobs", data,
                            Idempotency_Key='"k"'), 422)
    assert db.value("select count(*) from nightdrop.bundle where queue = "
                    "'keyed' and sealed is not null") == 2


def test_whose(client):
    ann = Client(client.port, "/proxy-user", "ann")
    bob = Client(client.port, "/proxy-user", "bob")
    hers = bundles.accepted(ann, "plain", b"1\n")
    assert ann.get(hers).status == 200
    for who in (bob, client):
        url = hers.replace("/proxy-user", who.prefix)
        for path in ("", "/jobs", "/responses"):
            check_problem(who.get(url + path), 404)
        check_problem(who.delete(url), 404)
    url = bundles.accepted(client, "plain", b"1\n")
    plain, _, key = url.partition("~")
    assert len(key) == 22
    check_problem(client.get(plain), 404)
    check_problem(client.get(plain + "~" + key[:-1] + "x"), 404)
    check_problem(client.get("/bundles/1"), 404)


def test_monitor(client):
    url = bundles.accepted(client, "plain", b"1\n")
    a = client.get(url)
    etag = a.get("ETag")
    assert client.get(url, If_None_Match=etag).status == 304
    assert client.request("HEAD", url).status == 200
    short = client.get(url, Prefer="return=minimal")
    assert set(short.json()) == {"id", "status", "latest", "monitor"}
    assert short.get("ETag") != etag
    a = client.request("PUT", url)
    assert a.status == 405 and "DELETE" in a.get("Allow")


def test_lines_are_jobs(client, db):
    url = bundles.accepted(client, "plain", b"1\n[2]\n")
    assert client.get(url).status == 200
    owner = Client(client.port, "/proxy-user", "ann")
    url = bundles.accepted(owner, "plain", b"1\n[2]\n")
    job = bundles.line_id(owner.get(url).json()["id"], 2)
    doc = owner.get(f"/jobs/{job}").json()
    assert (doc["status"], doc["size"]) == ("accepted", 3)
    assert owner.get(f"/jobs/{job}/request").body == b"[2]"
    assert owner.get(f"/jobs/{job}/response").status == 202
    assert owner.delete(f"/jobs/{job}").status == 204
    assert owner.delete(f"/jobs/{job}").status == 204
    assert bundles.counts(owner, url) == \
        ("running", {"accepted": 1, "dismissed": 1})
    assert not db.sql("select * from nightdrop.lost_job")


def test_dismissed(client, db):
    db.queue("unwanted")
    url = bundles.accepted(client, "unwanted", b"1\n" * 25000)
    a = client.delete(url)
    assert a.status == 204 and a.links()["monitor"] == url
    assert bundles.counts(client, url) == ("dismissed", {"dismissed": 25000})
    assert client.delete(url).status == 204
    assert db.value("select sum(waiting) from nightdrop.counter "
                    "where queue = 'unwanted'") == 0
    assert not db.sql("select * from nightdrop.lost_job "
                      "where queue = 'unwanted'")


def test_dismissal_that_takes_long(client, room, db, batch, handlers):
    """A slow one is 202; the next run does the rest before anything else."""
    db.queue("heavy")
    handlers.write("heavy", OK)
    url = bundles.accepted(client, "heavy", b"1\n" * 30)
    bundle = client.get(url).json()["id"]
    db.sql("select nightdrop.bundle_advance(b, 100) from nightdrop.bundle b "
           "where id = %s", bundle)
    r = programs.Responder(room, db.conninfo("nightdrop_responder"),
                           "hasty", deadline_ms=1000)
    r.start()
    held = db.cluster.connect(db.name)
    held.autocommit = False
    try:  # one that a run seems to be just claiming
        with held.cursor() as c:
            c.execute("select from nightdrop.waiting where id = %s for update",
                      (bundles.line_id(bundle, 7),))
        a = fcgi.call(r.socket, "DELETE", url.removeprefix("/proxy"))
    finally:
        held.close()
    assert r.stop() == 0
    assert a.status == 202, a
    assert a.json()["counts"] == {"accepted": 1, "running": 0, "failed": 0,
                                  "successful": 0, "dismissed": 29}
    assert batch.run("--queue", "heavy").status == 0
    assert bundles.counts(client, url) == ("dismissed", {"dismissed": 30})
    assert db.value("select count(*) from nightdrop.attempt "
                    "where queue = 'heavy'") == 0


def test_cut_off(apache, client, db):
    """A client that goes away in the middle leaves nothing that runs."""
    before = db.value("select count(*) from nightdrop.bundle "
                      "where sealed is not null")
    with socket.create_connection(("127.0.0.1", apache.port)) as s:
        s.sendall(b"POST /proxy/queues/plain/bundles HTTP/1.1\r\nHost: x\r\n"
                  b"Content-Type: application/x-ndjson\r\n"
                  b"Content-Length: 1000000\r\n\r\n" + b"1\n" * 40000)
    assert bundles.post(client, "plain", b"1\n").status == 202
    assert db.value("select count(*) from nightdrop.bundle "
                    "where sealed is not null") == before + 1


# By what is in the body: several kinds of answer.
VARIED = """#!/usr/bin/python3
import json, sys
value = json.load(sys.stdin)
out = sys.stdout.buffer
if value == "bytes":
    out.write(b"Content-Type: application/octet-stream\\n\\n\\xff\\0")
elif value == "long":
    out.write(b"Content-Type: text/plain\\n\\n" + b"x" * 70000)
elif value == "no":
    out.write(b"Status: 403 Not Tonight\\nX-Secret: 1\\n\\nno")
elif value == "odd":
    out.write(b"Status: 304 Not Modified\\n\\n")
else:
    out.write(b"Status: 201 Created\\nLocation: /x\\nContent-Type: "
              b"application/json\\nSet-Cookie: a=b\\n\\n{\\"got\\":\\n"
              + json.dumps(value).encode() + b"}\\n")
"""


def lines_of(answer):
    assert answer.status == 200, answer
    assert answer.get("Content-Type") == "application/x-ndjson"
    assert answer.body.endswith(b"\n") or not answer.body
    return [json.loads(x) for x in answer.body.splitlines()]


@pytest.fixture(scope="module")
def varied(apache, db, batch, handlers):
    """A bundle that has ended, of nobody; and its client."""
    client = Client(apache.port, "/proxy")
    db.queue("varied", max_attempts=1)
    handlers.write("varied", VARIED)
    url = bundles.accepted(client, "varied", bundles.body(
        {"a": 1}, "bytes", "long", "no", "odd", "gone"))
    job = client.get(url + "/jobs?after=5").json()["jobs"][0]["href"]
    assert client.delete(job).status == 204
    assert batch.run("--queue", "varied").status == 0
    return client, url


def test_jobs(varied):
    client, url = varied
    a = client.get(url + "/jobs")
    doc = check_document(a)
    assert [(j["line"], j["status"], j["outcome"]["status"])
            for j in doc["jobs"]] == [
        (1, "successful", 201), (2, "successful", 200),
        (3, "successful", 200), (4, "failed", 403), (5, "successful", 304),
        (6, "dismissed", 410)]
    assert doc["next"] is None and "next" not in a.links()
    for job in doc["jobs"]:
        assert client.get(job["href"]).json()["id"] == job["id"]
    assert client.get(url + "/jobs", If_None_Match=a.get("ETag")).status == 304


def test_jobs_in_pages(varied):
    client, url = varied
    seen, page = [], url + "/jobs?limit=4"
    while page:
        a = client.get(page)
        seen += [j["line"] for j in a.json()["jobs"]]
        page = a.links().get("next")
        assert page == a.json()["next"]
    assert seen == [1, 2, 3, 4, 5, 6]
    for bad in ("limit=0", "limit=1001", "after=-1", "after=x",
                "after=99999999999"):
        check_problem(client.get(f"{url}/jobs?{bad}"), 400)
    assert client.get(url + "/jobs?after=10000000").json()["jobs"] == []


def test_responses(varied):
    client, url = varied
    got = lines_of(client.get(url + "/responses"))
    assert [(x["line"], x["status"], x["outcome"], x["by"]) for x in got] == [
        (1, 201, "successful", "handler"), (2, 200, "successful", "handler"),
        (3, 200, "successful", "handler"), (4, 403, "failed", "handler"),
        (5, 502, "successful", "handler"), (6, 410, "dismissed", "client")]
    for x in got:
        own = client.get(x["href"])
        assert own.status == x["status"], "what GET of it would answer"
        if "headers" in x:
            assert int(own.get("AsyncResult")) == x["result"]
            for name, value in x["headers"]:
                assert own.get(name) == value
    assert got[0]["body"] == '{"got":\n{"a": 1}}\n'
    assert dict(got[0]["headers"]) == {"Content-Type": "application/json",
                                       "Location": "/x"}
    assert got[1]["body_base64"] == "/wA="
    assert got[2]["size"] == 70000 and "body" not in got[2]
    assert got[3]["body"] == "no" and got[3]["headers"] == []
    assert "body" not in got[4] and "headers" not in got[5]


def test_responses_resumed(varied):
    client, url = varied
    whole = client.get(url + "/responses").body
    for after in range(7):
        part = client.get(f"{url}/responses?after={after}").body
        assert part == b"".join(whole.splitlines(True)[after:])
    head = client.request("HEAD", url + "/responses")
    assert head.status == 200 and head.body == b""
    check_problem(client.get(url + "/responses?after=x"), 400)


def test_responses_before_the_end(client):
    url = bundles.accepted(client, "plain", b"1\n" * 2500)
    got = lines_of(client.get(url + "/responses"))
    assert [x["line"] for x in got] == list(range(1, 2501))
    assert {x["status"] for x in got} == {202}
    assert client.get(got[2000]["href"]).status == 202


def test_finished(varied):
    client, url = varied
    doc = check_document(client.get(url))
    bundles.check(doc, "/proxy")
    assert (doc["status"], doc["counts"]) == ("failed", {
        "accepted": 0, "running": 0, "successful": 4, "failed": 1,
        "dismissed": 1})
    assert doc["finished"] and doc["expires"] > doc["finished"]
    a = client.get(url)
    assert a.get("Sunset") and not a.get("Retry-After")
    assert client.delete(url).status == 204


def test_kept_no_longer(varied, db):
    client, url = varied
    bundle = client.get(url).json()["id"]
    db.sql("update nightdrop.bundle set expires = now() - interval '1 s' "
           "where id = %s", bundle)
    try:
        for path in ("", "/jobs", "/responses"):
            check_problem(client.get(url + path), 410)
    finally:
        db.sql("update nightdrop.bundle set expires = now() + interval '1 d' "
               "where id = %s", bundle)


def test_dismissed_while_it_runs(client, db, batch, handlers):
    db.queue("slow", time_limit="1 minute")
    handlers.write("slow", "sleep 30")
    url = bundles.accepted(client, "slow", b"1\n" * 100)
    run = batch.start("--queue", "slow")
    process.wait_until(lambda: bundles.counts(client, url)[1].get("running"),
                       10, "a line to run")
    a = client.delete(url)
    assert a.status == 202 and a.get("Content-Location") == url, a
    bundles.check(check_document(a), "/proxy")
    assert run.wait().status == 0
    assert bundles.counts(client, url) == ("dismissed", {"dismissed": 100})
    assert client.delete(url).status == 204
