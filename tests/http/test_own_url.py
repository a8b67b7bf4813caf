# SPDX-License-Identifier: ISC
"""A queue at any URL: NIGHTDROP_QUEUE."""
import os
import re

import pytest

from support import documents, fcgi, programs
from support.client import Client
from support.documents import check_accepted, check_problem, split_monitor
from support.fronts import Lighttpd
from support.nginx import Nginx

BELOW = [
    # what stands behind the location, PATH_INFO
    ("", ""),
    ("/", "/"),
    ("/2026/11", "/2026/11"),
    ("/a/b/c/d/e/f/g", "/a/b/c/d/e/f/g"),
    ("/jobs/x", "/jobs/x"),
    ("/gr%C3%BC%C3%9Fe/a%20b/%25", "/gr\u00fc\u00dfe/a b/%"),
    ("/a%2Fb", "/a%2Fb"),  # as the server has it: AllowEncodedSlashes
]
NAMES = ("SCRIPT_NAME", "PATH_INFO", "QUERY_STRING", "REQUEST_URI")
OTHERS = ("PUT", "PATCH", "DELETE")


@pytest.fixture(scope="module", autouse=True)
def own(db, queues):
    db.queue("own")


@pytest.fixture
def send(mount):
    """Requests at and below the mount's location with NIGHTDROP_QUEUE."""
    return lambda method, below, body=None, **fields: mount.client.send(
        method, f"{mount.prefix}-own{below}", body,
        {n.replace("_", "-"): v for n, v in fields.items()})


def call(responder, method, target, body=b"", **more):
    return fcgi.call(responder.socket, method, target, body,
                     prefix="/night", **more)


def stored(db, answer, prefix):
    """queue and request of the job that was accepted."""
    job, _ = split_monitor(answer.links()["monitor"], prefix)
    return db.row("select queue, request from nightdrop.job where id = %s",
                  job)


def test_any_path_below(mount, send, db):
    for below, info in BELOW:
        a = send("POST", below + "?q=/1", b"body", Content_Type="text/plain")
        check_accepted(a, mount.prefix, b"body")
        queue, request = stored(db, a, mount.prefix)
        script = f"{mount.prefix}-own"
        assert queue == "own"
        assert [request.get(n) for n in NAMES] == [
            script, info, "q=/1", f"{script}{below}?q=/1"]


def test_absolute_target(mount, db):
    """The script is told of the path alone."""
    path = f"{mount.prefix}-own/a?b"
    a = mount.client.send("POST", f"http://any.example{path}", b"x",
                          {"Host": "any.example"})
    check_accepted(a, mount.prefix, b"x")
    _, request = stored(db, a, mount.prefix)
    assert [request.get(n) for n in NAMES] == [
        f"{mount.prefix}-own", "/a", "b", path]


def test_links_lead_to_the_resources(mount, send):
    a = send("POST", "/x", b"1")
    for url in (a.get("Location"), a.links()["monitor"]):
        assert url.startswith(mount.prefix + "/jobs/")
        assert mount.client.get(url).status in (200, 202)


@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_get_leads_to_the_queue(mount, send, method):
    for below in ("", "/", "/x/y?z"):
        a = send(method, below)
        assert (a.status, a.reason, a.body) == (303, "See Other", b""), a
        documents.check_vary(a)
        assert a.get("Location") == mount.prefix + "/queues/own"
    assert mount.client.get(a.get("Location")).json()["name"] == "own"


def test_other_methods(mount, send):
    for method in OTHERS:
        a = send(method, "/x", None if method == "DELETE" else b"x")
        check_problem(a, 405, mount.prefix)
        assert a.get("Allow") == "GET, HEAD, POST, OPTIONS"
    a = send("OPTIONS", "/x")
    assert (a.status, a.get("Allow")) == (204, "GET, HEAD, POST, OPTIONS")
    check_problem(send("BREW", "/x"), 501, mount.prefix)


def test_all_that_a_post_can(send, mount, db):
    """It is the same path: bodies of any size, keys, digests."""
    body = os.urandom(300000)
    a = send("POST", "/big", iter([body[:200000], body[200000:]]),
             Content_Digest=documents.digest(body), Idempotency_Key='"own-1"')
    check_accepted(a, mount.prefix, body)
    again = send("POST", "/big", body, Idempotency_Key='"own-1"')
    assert again.get("Location") == a.get("Location")
    check_problem(send("POST", "/big", b"x", Content_Digest=documents.digest(
        b"y")), 400, mount.prefix)
    check_problem(send("POST", "/", b"x", Sec_Fetch_Site="cross-site"), 403,
                  mount.prefix)


def test_the_queue_decides(responder, db):
    """Its reply, its limits, and whether there is one at all."""
    a = call(responder, "POST", "/beacon", b"x", NIGHTDROP_QUEUE="silent")
    assert (a.status, a.body) == (204, b"")
    a = call(responder, "POST", "/x", b"x" * 1001, NIGHTDROP_QUEUE="small")
    assert check_problem(a, 413, "/night")["limit"] == 1000
    a = call(responder, "POST", "/x", b"x", NIGHTDROP_QUEUE="nobody")
    check_problem(a, 404, "/night")
    a = call(responder, "GET", "/x", NIGHTDROP_QUEUE="nobody")
    assert a.get("Location") == "/night/queues/nobody"


@pytest.mark.parametrize("setting, value", [
    ("NIGHTDROP_QUEUE", "No Queue"),
    ("NIGHTDROP_QUEUE", "../own"),
    ("NIGHTDROP_SCRIPT_NAME", "own"),
    ("NIGHTDROP_SCRIPT_NAME", "/own?"),
])
def test_misconfigured(responder, nothing_new, setting, value):
    more = {"NIGHTDROP_QUEUE": "own", setting: value}
    a = call(responder, "POST", "/own/x", b"x", **more)
    doc = check_problem(a, 503, "/night")
    assert value not in str(doc)
    assert re.search(f"{setting} .*\\(answer {doc['id']}\\)",
                     responder.words())


@pytest.mark.parametrize("target", ["/owner/x", "/ow", "/"])
def test_outside_of_the_script(responder, nothing_new, target):
    a = call(responder, "POST", target, b"x", NIGHTDROP_QUEUE="own",
             NIGHTDROP_SCRIPT_NAME="/own")
    check_problem(a, 404, "/night")


def test_path_that_is_no_text(responder, nothing_new):
    a = call(responder, "POST", "/own/%ff", b"x", NIGHTDROP_QUEUE="own",
             SCRIPT_NAME="/own", PATH_INFO=b"/\xff")
    check_problem(a, 400, "/night")


def test_arguments(room, db):
    """--queue and --script-name, where a server passes no parameters."""
    r = programs.Responder(room, db.conninfo("nightdrop_responder"),
                           name="arguments")
    r.start("--queue=own", "--script-name", "/old/script")
    a = fcgi.call(r.socket, "POST", "/old/script/a?b", b"x")
    check_accepted(a, "", b"x")
    queue, request = stored(db, a, "")
    assert (queue, request["SCRIPT_NAME"], request["PATH_INFO"]) == (
        "own", "/old/script", "/a")
    a = fcgi.call(r.socket, "POST", "/old/script", b"x",
                  NIGHTDROP_QUEUE="made")
    assert a.status == 201, "the parameter is over the argument"
    assert r.stop() == 0


def check_behind(server, prefix, db):
    """/old of a server is the queue "own"; its links lead to the prefix."""
    try:
        a = Client(server.port, "/old").post("/a%20b//c/../d?x", b"x")
    finally:
        server.stop()
    check_accepted(a, prefix, b"x")
    _, request = stored(db, a, prefix)
    assert [request.get(name) for name in NAMES] == [
        "/old", "/a b/d", "x", "/old/a%20b//c/../d?x"]


@pytest.mark.parametrize("how", [
    "fastcgi_param NIGHTDROP_SCRIPT_NAME /old;",
    "fastcgi_split_path_info ^(/old)(/.*)$; "
    "fastcgi_param PATH_INFO $fastcgi_path_info;",
], ids=["told", "split"])
def test_nginx(room, responder, db, how):
    """It calls the whole path SCRIPT_NAME, unless it is told to split it."""
    n = Nginx(room, "nginx-" + str(len(how)))
    n.location("/old", responder.socket, before=how +
               "fastcgi_param NIGHTDROP_PREFIX /night;"
               "fastcgi_param NIGHTDROP_QUEUE own;").start()
    check_behind(n, "/night", db)


def test_lighttpd(room, responder, db):
    """It knows where the script ends."""
    check_behind(Lighttpd(room, responder.socket).start(), "/nd", db)
