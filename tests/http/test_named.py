# SPDX-License-Identifier: ISC
"""PUT and GET of a job that its client names."""
import os
import threading
import uuid

import pytest

from support import fcgi, jobs
from support.documents import (check_problem, check_receipt, check_status,
                               check_vary, digest, split_monitor)

ECHO = "printf 'Content-Type: x/y\\n\\n'; exec cat"


def put(client, queue, name, body=b"", **fields):
    return client.request("PUT", f"/queues/{queue}/jobs/{name}", body,
                          **fields)


def get(client, queue, name, **fields):
    return client.get(f"/queues/{queue}/jobs/{name}", **fields)


def tag_of(answer, prefix):
    """The strong tag is the job's id, as is the monitor's; the id."""
    job, _ = split_monitor(answer.links()["monitor"], prefix)
    assert answer.get("ETag") == f'"{job}"', answer
    check_vary(answer)
    return job


def created(answer, prefix, name):
    assert (answer.status, answer.reason) == (201, "Created"), answer
    assert answer.get("Location") == f"{prefix}/queues/plain/jobs/{name}"
    monitor = answer.links()["monitor"]
    assert answer.get("Content-Location") == monitor
    assert check_status(answer.json(), prefix) == monitor
    return tag_of(answer, prefix)


def replaced(answer, prefix):
    assert (answer.status, answer.reason, answer.body) == \
        (204, "No Content", b""), answer
    assert answer.get("Content-Type") is None
    assert answer.get("Location") is None
    return tag_of(answer, prefix)


def test_created_and_replaced(mount, db):
    name = f"first-{mount.kind}"
    a = put(mount.client, "plain", name, b"one", Content_Type="text/csv")
    first = created(a, mount.prefix, name)
    check_receipt(a.json(), b"one")
    old = a.links()["monitor"]
    assert split_monitor(old, mount.prefix)[1], "nobody's: the URL is the key"
    assert mount.client.get(old).json()["status"] == "accepted"

    a = get(mount.client, "plain", name)
    assert (a.status, a.body) == (200, b"one"), a
    assert a.get("Content-Type") == "text/csv"
    assert a.get("Repr-Digest") == digest(b"one")
    assert (tag_of(a, mount.prefix), a.links()["monitor"]) == (first, old)
    head = mount.client.request("HEAD", f"/queues/plain/jobs/{name}")
    assert (head.status, head.body) == (200, b"")
    assert (head.get("ETag"), head.get("Content-Type")) == \
        (a.get("ETag"), "text/csv")

    second = replaced(put(mount.client, "plain", name, b"two"), mount.prefix)
    assert second != first
    a = get(mount.client, "plain", name)
    assert (a.body, tag_of(a, mount.prefix)) == (b"two", second)
    doc = mount.client.get(old).json()
    assert (doc["status"], doc["outcome"]) == (
        "dismissed", {"status": 410, "reason": f"replaced by {second}",
                      "by": "client"})
    assert mount.client.get(old + "/response").status == 410
    assert jobs.place_of(db, first) == "final"
    assert jobs.place_of(db, second) == "waiting"


def test_taken_and_done(mount, db, batch, handlers):
    queue = f"night-{mount.kind}"
    db.queue(queue)
    handlers.write(queue, ECHO)
    put(mount.client, queue, "n", b"one")
    job = replaced(put(mount.client, queue, "n", b"two"), mount.prefix)
    monitor = get(mount.client, queue, "n").links()["monitor"]
    assert batch.run("--queue", queue).status == 0
    for method in ("GET", "HEAD"):
        a = mount.client.request(method, f"/queues/{queue}/jobs/n",
                                 If_None_Match="*")
        assert (a.status, a.body) == (303, b""), a
        assert a.get("Location") == monitor
    assert mount.client.get(monitor + "/response").body == b"two"
    a = put(mount.client, queue, "n", b"three")
    assert a.status == 201
    assert tag_of(a, mount.prefix) != job
    assert get(mount.client, queue, "n").body == b"three"
    assert not jobs.unbalanced(db)


def test_scope(mount):
    """Queue and owner: the others' names are not there."""
    ann, bob = mount.user("ann"), mount.user("bob")
    name = f"scope-{mount.kind}"
    assert put(ann, "plain", name, b"a").status == 201
    assert get(bob, "plain", name).status == 404
    assert get(mount.client, "plain", name).status == 404
    assert get(ann, "made", name).status == 404
    a = put(bob, "plain", name, b"b")
    assert a.status == 201
    assert split_monitor(a.links()["monitor"], bob.prefix)[1] == ""
    for queue in ("made", "silent"):
        assert put(ann, queue, name, b"c").status == 201, \
            "whatever a POST to that queue is answered"
    assert get(ann, "plain", name).body == b"a"


@pytest.mark.parametrize("name, link", [
    ("a%20b", "a%20b"), ("%61-._~", "a-._~"), ("%C3%A6", "%C3%A6"),
    ("a+b,c;d=e", "a%2Bb%2Cc%3Bd%3De"), ("100%25", "100%25"),
    ("%F0%9F%8C%99", "%F0%9F%8C%99"), ("a%2Fb%0Ac", "a%2Fb%0Ac"), ("x" * 255, "x" * 255)])
def test_names(client, name, link):
    created(put(client, "plain", name, b"n"), client.prefix, link)
    assert get(client, "plain", link).body == b"n"
    assert put(client, "plain", link, b"m").status == 204


def test_no_names(client, nothing_new):
    for method in ("PUT", "GET"):
        path = "/queues/plain/jobs/"
        a = client.request(method, path + "x" * 256, b"")
        check_problem(a, 400, client.prefix)
        a = client.request(method, path + "%FF", b"")
        check_problem(a, 400, client.prefix)
        assert client.request(method, path + "%2E%2E", b"").status == 404
    check_problem(get(client, "plain", "none"), 404, client.prefix)
    check_problem(get(client, "Nowhere", "none"), 404, client.prefix)
    a = client.delete("/queues/plain/jobs/none")
    check_problem(a, 405, client.prefix)
    assert a.get("Allow") == "GET, HEAD, PUT, OPTIONS"


@pytest.mark.parametrize("chunked", [False, True], ids=["length", "chunked"])
@pytest.mark.parametrize("size", [0, 65536, 65537, 600000])
def test_any_size(client, db, size, chunked):
    name = f"size-{size}-{chunked}"
    for status in (201, 204):
        body = os.urandom(size)
        sent = iter([body[i:i + 50000] for i in range(0, size, 50000)]) \
            if chunked else body
        a = put(client, "plain", name, sent, Repr_Digest=digest(body))
        assert a.status == status, a
        a = get(client, "plain", name)
        assert a.body == body
        job = tag_of(a, client.prefix)
        assert db.value("select digest = sha256(%s) from nightdrop.job "
                        "where id = %s", body, job)
    assert db.value("select count(*) from nightdrop.upload") == 0


@pytest.mark.parametrize("size", [10, 100000], ids=["inline", "parts"])
def test_refused(client, db, size):
    """What waited waits, and nothing is left of what was sent."""
    queue, body = f"refused-{size}", os.urandom(size)
    db.queue(queue, max_size=200000)
    put(client, queue, "n", body)
    before = get(client, queue, "n").get("ETag")
    wrong = digest(b"other")
    for status, sent, fields in (
            (400, b"x" * size, {"Content_Digest": wrong}),
            (400, b"x" * size, {"Repr_Digest": wrong}),
            (400, b"x" * size, {"Content_Range": "bytes 0-9/10"}),
            (413, b"x" * 200001, {}),
            (412, b"x" * size, {"If_None_Match": "*"})):
        check_problem(put(client, queue, "n", sent, **fields), status,
                      client.prefix)
    db.sql("update nightdrop.queue set media_types = '{text/*}' "
           "where name = %s", queue)
    check_problem(put(client, queue, "n", body, Content_Type="image/png"),
                  415, client.prefix)
    db.sql("update nightdrop.queue set accepting = false where name = %s",
           queue)
    check_problem(put(client, queue, "n", body, Content_Type="text/csv"),
                  503, client.prefix)
    check_problem(put(client, queue, "m", body, Content_Type="text/csv",
                      If_Match="*"), 503, client.prefix)
    a = get(client, queue, "n")
    assert (a.get("ETag"), a.body) == (before, body)
    assert db.value("select count(*) from nightdrop.job where queue = %s",
                    queue) == 1
    assert db.value("select count(*) from nightdrop.upload") == 0
    check_problem(put(client, "nowhere", "n", body), 404, client.prefix)


def test_conditions(client, nothing_new):
    check = (("If_Match", "*", 412), ("If_Match", f'"{uuid.uuid4()}"', 412),
             ("If_Match", "unquoted", 412))
    for field, value, status in check:
        check_problem(put(client, "plain", "cond", b"x", **{field: value}),
                      status, client.prefix)


@pytest.mark.parametrize("size", [10, 100000], ids=["inline", "parts"])
def test_conditions_and_a_waiting_job(client, size):
    name = f"cond-{size}"
    body = os.urandom(size)
    a = put(client, "plain", name, body, If_None_Match="*")
    assert a.status == 201
    tag = a.get("ETag")
    for fields in ({"If_None_Match": "*"}, {"If_None_Match": tag},
                   {"If_None_Match": f'"x", W/{tag}'},
                   {"If_None_Match": "unquoted"},
                   {"If_Match": f"W/{tag}"}, {"If_Match": f'"{uuid.uuid4()}"'},
                   {"If_Match": f"{tag} x"}, {"If_Match": tag.upper()},
                   {"If_Match": tag, "If_None_Match": "*"}):
        check_problem(put(client, "plain", name, body, **fields), 412,
                      client.prefix)
    for fields in ({"If_Match": "*"}, {"If_Match": f'"x" ,{tag}'},
                   {"If_Match": tag}, {"If_None_Match": '"x", "y"'}):
        a = get(client, "plain", name)
        if "If_Match" in fields:
            fields["If_Match"] = fields["If_Match"].replace(
                tag, a.get("ETag"))
        b = put(client, "plain", name, body, **fields)
        assert b.status == 204, (fields, b)
        assert b.get("ETag") != a.get("ETag")


def test_not_modified(client):
    tag = put(client, "plain", "same", b"x").get("ETag")
    for value in (tag, f"W/{tag}", f'"y", {tag}', "*"):
        a = get(client, "plain", "same", If_None_Match=value)
        assert (a.status, a.body, a.get("ETag")) == (304, b"", tag), a
    put(client, "plain", "same", b"x")
    assert get(client, "plain", "same", If_None_Match=tag).status == 200


def test_stored_bytes(client):
    """As those of /request: their parts, and only while the tag is theirs."""
    tag = put(client, "plain", "parts", b"0123456789").get("ETag")
    a = get(client, "plain", "parts", Range="bytes=2-4", If_Range=tag)
    assert (a.status, a.body) == (206, b"234"), a
    assert get(client, "plain", "parts", If_Match=tag).status == 200
    for other in (f"W/{tag}", f'"{uuid.uuid4()}"', f"{tag} x"):
        check_problem(get(client, "plain", "parts", If_Match=other), 412,
                      client.prefix)
    put(client, "plain", "parts", b"9876543210")
    a = get(client, "plain", "parts", Range="bytes=2-4", If_Range=tag)
    assert (a.status, a.body) == (200, b"9876543210"), a


@pytest.mark.parametrize("size", [10, 100000], ids=["inline", "parts"])
def test_a_full_queue(client, db, size):
    """What replaces a job does not make it fuller."""
    queue = f"full-{size}"
    db.queue(queue, max_waiting=1)
    assert put(client, queue, "n", b"x" * size).status == 201
    doc = check_problem(put(client, queue, "m", b"x" * size), 503)
    assert doc["limit"] == 1
    for condition in (None, "*"):
        assert put(client, queue, "n", b"y" * size,
                   If_Match=condition).status == 204


def test_who_may(mount, db):
    queue = f"whose-{mount.kind}"
    db.queue(queue, submitters=["ann"], max_waiting_owner=1)
    ann, bob = mount.user("ann"), mount.user("bob")
    assert put(ann, queue, "n", b"x").status == 201
    assert put(ann, queue, "n", b"y").status == 204
    check_problem(put(ann, queue, "m", b"x"), 429, ann.prefix)
    for condition in (None, "*"):
        check_problem(put(bob, queue, "n", b"x", If_Match=condition), 403,
                      bob.prefix)
        check_problem(put(mount.client, queue, "n", b"x",
                          If_Match=condition), 401)


def test_refused_before_the_body(client, responder):
    """A condition that fails already: the answer does not wait for it."""
    put(client, "plain", "early", b"x")
    with fcgi.Connection(responder.socket) as c:
        c.begin(fcgi.environment("PUT", "/queues/plain/jobs/early",
                                 CONTENT_LENGTH="1000000",
                                 HTTP_IF_NONE_MATCH="*"))
        a = c.answer()
    assert a.status == 412, a


def test_preferences(client):
    a = put(client, "plain", "brief", b"x", Prefer="return=minimal, wait=5")
    assert a.get("Preference-Applied") == "return=minimal"
    assert set(a.json()) == {"id", "status", "latest", "monitor"}


def test_a_key_is_not_looked_at(client):
    first = put(client, "plain", "keyed", b"x", Idempotency_Key='"k"')
    again = put(client, "plain", "keyed", b"y", Idempotency_Key='"k"')
    assert (first.status, again.status) == (201, 204)


def test_placement(client):
    """The same name, the same twelve bits: whoever routes by them."""
    bits = {put(client, "plain", "place", b"x").get("ETag")[15:19]
            for _ in range(3)}
    assert len(bits) == 1 and bits.pop()[0] == "7"


def test_dismissed_by_its_monitor(client):
    a = put(client, "plain", "stopped", b"x")
    monitor = a.links()["monitor"]
    assert client.delete(monitor).status == 204
    a = get(client, "plain", "stopped")
    assert (a.status, a.get("Location")) == (303, monitor)
    assert put(client, "plain", "stopped", b"y").status == 201


def test_what_ran_is_what_was_answered(client, db, batch, handlers):
    """Clients that put, all the time; runs that take what they find.

    The answer to the next PUT of a name says what becomes of a job: 204, it
    will never run; 201, it was taken."""
    db.queue("race")
    handlers.write("race", ECHO)
    answers = {f"n{i}": [] for i in range(12)}
    stop = threading.Event()

    def work(names):
        while not stop.is_set():
            for i, name in enumerate(n for n in names for _ in range(2)):
                body = uuid.uuid4().hex.encode()
                a = put(client, "race", name, body)
                answers[name].append(
                    (a.status, (a.get("ETag") or "").strip('"'), body))
                stop.wait(0.05 * (i % 2))

    threads = [threading.Thread(target=work, args=(list(answers)[i::2],))
               for i in range(2)]
    for t in threads:
        t.start()
    try:
        for _ in range(40):
            assert batch.run("--queue", "race").status == 0
            if all(sum(a[0] == status for s in answers.values() for a in s)
                   > 40 for status in (201, 204)):
                break
    finally:
        stop.set()
        for t in threads:
            t.join()
    assert batch.run("--queue", "race").status == 0
    ran = [check_series(db, series) for series in answers.values()]
    sent = sum(map(len, answers.values()))
    assert 40 < sum(ran) < sent - 20, (ran, sent)
    assert db.value("select count(*) from nightdrop.job "
                    "where queue = 'race'") == sent
    assert db.value("select sum(waiting) from nightdrop.counter "
                    "where queue = 'race'") == 0
    assert not jobs.unbalanced(db)


def check_series(db, series):
    """What was answered for one name, in order; how many of it ran."""
    ran = 0
    for (status, job, body), after in zip(series, series[1:] + [None]):
        assert status in (201, 204)
        r = jobs.response(db, job)
        if after and after[0] == 204:
            assert (r.outcome, r.reason, r.attempt) == (
                "dismissed", f"replaced by {after[1]}", 0), r
        else:
            ran += 1
            assert (r.outcome, r.body) == ("successful", body), r
    assert series[0][0] == 201
    return ran
