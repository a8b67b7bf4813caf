# SPDX-License-Identifier: ISC
"""GET /metrics and /health, and what /queues says of quotes."""
import pytest

from support import exposition, fronts, programs
from support.client import Client
from support.documents import check_document, check_problem, check_vary, when


def figures(client):
    """{(name, ((label, value), ...)): number}"""
    a = client.get("/metrics")
    assert a.status == 200, a
    assert a.get("Content-Type") == \
        "text/plain; version=0.0.4; charset=utf-8"
    assert a.get("Cache-Control") == "private, no-cache"
    check_vary(a)
    return exposition.read(a.body.decode())[1]


def value(client, name, **labels):
    return figures(client).get(
        ("nightdrop_" + name, tuple(sorted(labels.items()))))


@pytest.fixture(scope="module")
def ran(db, handlers, batch, apache):
    """A queue with a history of three runs, two of them with a quote."""
    client = Client(apache.port, "/proxy")
    db.queue("often", max_attempts=1)
    handlers.write("often", "printf 'Content-Type: text/plain\\n\\nok'")
    for _ in range(4):
        for _ in range(2):
            client.submit("often", b"12345")
        assert batch.run("--queue", "often").status == 0
    # As if they had been nights: else the next run would be overdue already.
    db.sql("update nightdrop.queue_basis set every = '1 day', "
           "next_start = now() + interval '1 day' where queue = 'often'")
    client.submit("often", b"12345")
    return "often"


def test_every_mount(mount, ran):
    assert value(mount.client, "up") == 1
    assert value(mount.client, "queue_waiting", queue=ran) == 1
    head = mount.client.request("HEAD", "/metrics")
    assert (head.status, head.body) == (200, b"")


def test_figures(client, ran, db):
    f = figures(client)

    def of(name):
        return f[("nightdrop_" + name, (("queue", ran),))]
    assert of("queue_waiting") == 1
    assert of("queue_waiting_bytes") == 5
    assert 0 <= of("queue_oldest_waiting_age_seconds") < 600
    assert of("queue_running") == of("queue_reserved") == 0
    assert of("queue_accepting") == 1
    assert of("queue_held") == of("queue_late") == of("queue_run_open") == 0
    assert of("queue_runs_total") == 4
    assert of("queue_last_run_balanced") == 1
    assert 0 <= of("queue_last_run_closed_timestamp_seconds") \
        - of("queue_last_run_opened_timestamp_seconds") < 600
    key = ("outcome", "successful"), ("queue", ran)
    assert f[("nightdrop_queue_jobs_total", key)] == 8
    assert of("queue_quotes_graded_total") == 4, "of the third and fourth run"
    assert 0 <= of("queue_quotes_hit_total") <= 4
    queues = {n for (n,) in db.sql("select name from nightdrop.queue")}
    assert {dict(k).get("queue") for _, k in f} - {None} == queues


def test_every_metric_has_words(client, ran):
    kinds, samples = exposition.read(client.get("/metrics").body.decode())
    assert {n for n, _ in samples} == set(kinds)
    assert all(n.startswith("nightdrop_") for n in kinds)
    assert all(words.endswith(".") for _, words in kinds.values())


def test_no_jobs_name_is_in_it(client, ran):
    """Who reads figures learns nothing about jobs."""
    job = client.submit("plain", b"secret").json()["id"]
    assert job not in client.get("/metrics").body.decode()


def test_switches(client, ran, db):
    for metric, verbs, values in (
            ("queue_held", ("queue_hold", "queue_release"), (1, 0)),
            ("queue_accepting", ("queue_close", "queue_open"), (0, 1))):
        for verb, wanted in zip(verbs, values):
            db.sql(f"select nightdrop.{verb}(%s, 'test')", ran)
            assert value(client, metric, queue=ran) == wanted, verb


def test_quotes_are_graded(client, ran, db):
    """hit = final by the first quote's latest; the rate is published."""
    graded, hits = db.row(
        "select count(quote_latest), count(*) filter "
        "(where quote_hit) from nightdrop.job_status where queue = %s "
        "and finished is not null", ran)
    assert graded == 4
    doc = check_document(client.get(f"/queues/{ran}"))
    assert doc["quotes"] == {"graded": graded, "hits": hits,
                             "rate": int(hits * 1000 / graded) / 1000}
    assert (doc["waiting"], doc["running"]) == (1, 0)
    when(doc["next_start"])
    when(doc["last_run"])
    listed = check_document(client.get("/queues"))["queues"]
    assert [q for q in listed if q["name"] == ran] == [doc]
    doc = client.get("/queues/plain").json()
    assert doc["quotes"] == {"graded": 0, "hits": 0, "rate": None}
    check_problem(client.get("/queues/nosuch"), 404)


def test_health(mount, ran, db):
    a = mount.client.get("/health")
    assert a.status == 200
    assert a.get("Cache-Control") == "private, no-cache"
    check_vary(a)
    doc = a.json()
    assert set(doc) == {"status", "clock", "partitions_ahead", "waiting",
                        "oldest_waiting", "last_run", "last_closed", "late",
                        "unbalanced"}
    assert (doc["status"], doc["late"], doc["unbalanced"]) == \
        ("ok", False, False)
    assert doc["partitions_ahead"] >= 3
    assert doc["waiting"] >= 1
    for name in ("clock", "oldest_waiting", "last_run", "last_closed"):
        when(doc[name])


def test_the_load_is_noted(apache, ran, db):
    """By each process that gives out its first id: for the next quotes."""
    db.sql("update nightdrop.queue_basis set noted = '-infinity'")
    Client(apache.port, "/cgi").submit(ran, b"12345")
    assert db.value("select now() - noted < '1 min' from nightdrop.queue_basis "
                    "where queue = %s", ran)


def test_late_is_told_and_no_reason_to_go_elsewhere(client, ran, db):
    b = db.row("select next_start, every from nightdrop.queue_basis "
               "where queue = %s", ran)
    db.sql("update nightdrop.queue_basis set next_start = now() "
           "- interval '2 days', every = '1 day' where queue = %s", ran)
    try:
        a = client.get("/health")
        assert a.status == 200
        assert (a.json()["status"], a.json()["late"]) == ("late", True)
        assert value(client, "late") == 1
        assert value(client, "queue_late", queue=ran) == 1
        assert value(client, "queue_late", queue="plain") == 0
    finally:
        db.sql("update nightdrop.queue_basis set next_start = %s, every = %s "
               "where queue = %s", *b, ran)
    assert value(client, "late") == 0


def test_read_only_is_503(room, db, apache):
    """A standby, or a database set so: health says it before a client does."""
    responder = programs.Responder(
        room, db.conninfo("nightdrop_responder")
        + " options='-c default_transaction_read_only=on'", "readonly")
    responder.start()
    front = fronts.front(room, "nginx", responder.socket).start()
    try:
        client = Client(front.port, "/nd")
        check_problem(client.get("/health"), 503, "/nd")
        check_problem(client.get("/metrics"), 503, "/nd")
    finally:
        front.stop()
        responder.stop()
