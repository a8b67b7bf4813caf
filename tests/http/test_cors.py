# SPDX-License-Identifier: ISC
"""Pages of other sites: refused, or, where allowed_origins has them, let in
with answers that they can read."""
import pytest

from support.browser import Browser, Site
from support.client import Client
from support.documents import check_problem
from support.nginx import Nginx
from support.programs import Responder

JOBS = "/queues/plain/jobs"
LISTED = "https://shop.example"
OTHER = "https://evil.example"
EXPOSED = {"Location", "Content-Location", "Link", "Retry-After", "ETag",
           "AsyncResult", "Sunset", "Preference-Applied", "Repr-Digest",
           "Accept-Ranges", "Content-Range", "Tus-Resumable", "Tus-Version",
           "Tus-Extension", "Tus-Max-Size", "Tus-Checksum-Algorithm",
           "Upload-Offset", "Upload-Length", "Upload-Expires",
           "Upload-Metadata"}


@pytest.fixture(scope="module")
def site():
    s = Site()
    yield s
    s.stop()


@pytest.fixture(scope="module")
def front(room, db, site):
    """/list: some origins; /any: all; /user: all, with a trusted user;
    /none: as it is by default."""
    settings = {"list": f"{LISTED}, {site.origin()}", "any": "*", "none": "",
                "wrong": "shop.example"}
    responders = {
        name: Responder(room, db.conninfo("nightdrop_responder"), name,
                        allowed_origins=value).start()
        for name, value in settings.items()}
    n = Nginx(room)
    for name, r in responders.items():
        n.location(f"/{name}", r.socket)
    user = ("fastcgi_param NIGHTDROP_TRUST_USER 1;"
            "fastcgi_param REMOTE_USER ann;")
    n.location("/any-user", responders["any"].socket, before=user)
    n.location("/list-user", responders["list"].socket, before=user)
    n.start()
    yield n
    n.stop()
    for r in responders.values():
        assert r.stop() == 0


def at(front, name):
    return Client(front.port, f"/{name}")


def names(answer, field):
    return {v.strip() for value in answer.all(field)
            for v in value.split(",")}


def check_open(answer, origin):
    assert answer.get("Access-Control-Allow-Origin") == origin, answer
    assert answer.get("Access-Control-Allow-Credentials") == (
        None if origin == "*" else "true")
    assert EXPOSED <= names(answer, "Access-Control-Expose-Headers")
    assert "Origin" in names(answer, "Vary")
    return answer


def check_closed(answer):
    assert not [n for n, _ in answer.fields
                if n.lower().startswith("access-control-")], answer
    return answer


def test_nothing_by_default(front, client):
    for c in (at(front, "none"), client):
        a = check_closed(c.get("/queues", Origin=LISTED))
        assert "Origin" not in names(a, "Vary")
        check_closed(c.request("OPTIONS", JOBS, Origin=LISTED,
                               Access_Control_Request_Method="POST"))
        check_problem(check_closed(c.post(JOBS, b"x", Origin=LISTED)), 403)


@pytest.mark.parametrize("name, origin, said", [
    ("list", LISTED, LISTED), ("any", OTHER, "*"), ("any", "null", "*")])
def test_an_allowed_origin(front, name, origin, said):
    c = at(front, name)
    a = check_open(c.post(JOBS, b"x", Origin=origin,
                          Sec_Fetch_Site="cross-site"), said)
    assert a.status == 202
    a = check_open(c.get(a.get("Content-Location"), Origin=origin), said)
    assert a.status == 200
    for path in ("/nothing", "/jobs/none", "/queues/none/jobs"):
        check_problem(check_open(c.post(path, b"x", Origin=origin), said),
                      404 if path != "/jobs/none" else 405)
    a = c.get("/queues", Origin=origin, Authorization="Bearer x")
    check_problem(check_open(a, said), 401)
    a = c.get("/queues//jobs", Origin=origin)
    check_problem(check_open(a, said), 404)
    a = c.request("BREW", "/", Origin=origin)
    check_problem(check_open(a, said), 501)


@pytest.mark.parametrize("path, method", [
    ("/queues/plain/uploads", "POST"), ("/uploads/x", "PATCH")])
def test_an_upload_by_a_page(front, path, method):
    """A browser asks first; the answer serves tus and the browser."""
    wanted = "content-type,tus-resumable,upload-length,upload-offset"
    a = check_open(at(front, "list").request(
        "OPTIONS", path, Origin=LISTED, Access_Control_Request_Method=method,
        Access_Control_Request_Headers=wanted), LISTED)
    assert a.status == 204
    assert method in names(a, "Access-Control-Allow-Methods")
    assert names(a, "Access-Control-Allow-Headers") == set(wanted.split(","))
    assert a.get("Tus-Version") == "1.0.0"


@pytest.mark.parametrize("origin", [
    OTHER, "null", LISTED + ":443", LISTED + ".evil.example", "http://shop",
    "https://shop.example/"])
def test_another_origin(front, origin):
    c = at(front, "list")
    a = check_closed(c.get("/queues", Origin=origin))
    assert a.status == 200 and "Origin" in names(a, "Vary")
    check_problem(check_closed(c.post(JOBS, b"x", Origin=origin)), 403)
    check_problem(check_closed(c.post(JOBS, b"x", Origin=origin,
                                      Sec_Fetch_Site="cross-site")), 403)


def test_no_origin_is_no_page(front):
    a = at(front, "list").post(JOBS, b"x")
    assert check_closed(a).status == 202
    assert "Origin" in names(a, "Vary"), "a cache must not mix them up"
    check_problem(at(front, "any").post(JOBS, b"x",
                                        Sec_Fetch_Site="cross-site"), 403)


def test_any_page_but_not_on_a_users_login(front):
    """What a browser adds by itself is not for any page of the web."""
    a = at(front, "any-user").post(JOBS, b"x", Origin=OTHER,
                                   Sec_Fetch_Site="cross-site")
    check_problem(check_open(a, "*"), 403)
    a = at(front, "list-user").post(JOBS, b"x", Origin=LISTED,
                                    Sec_Fetch_Site="cross-site")
    assert check_open(a, LISTED).status == 202, "who is listed is trusted"


@pytest.mark.parametrize("path, methods", [
    (JOBS, {"POST", "OPTIONS"}),
    ("/queues/plain/jobs/name", {"GET", "PUT"}),
    ("/queues/plain/uploads", {"POST", "OPTIONS"}),
    ("/uploads/x", {"HEAD", "PATCH", "DELETE", "OPTIONS"}),
    ("/jobs/x", {"GET", "HEAD", "DELETE", "OPTIONS"})])
def test_preflight(front, path, methods):
    asked = "authorization, content-type,idempotency-key, x-shop"
    a = at(front, "list").request(
        "OPTIONS", path, Origin=LISTED, Access_Control_Request_Method="POST",
        Access_Control_Request_Headers=asked, Sec_Fetch_Site="cross-site")
    assert check_open(a, LISTED).status == 204
    assert methods <= names(a, "Access-Control-Allow-Methods")
    assert names(a, "Access-Control-Allow-Headers") == {
        n.strip() for n in asked.split(",")}
    assert int(a.get("Access-Control-Max-Age")) > 0
    a = at(front, "list").request("OPTIONS", path, Origin=LISTED)
    assert a.get("Access-Control-Allow-Methods") is None, "not a preflight"


def test_a_list_that_is_none_is_said(front):
    check_problem(at(front, "wrong").get("/"), 503)


# A real browser


@pytest.fixture(scope="module")
def page(room, site):
    """Chromium, showing a page of site."""
    b = Browser(room)
    b.driver.get(site.origin() + "/")
    yield b
    b.stop()


def test_a_page_submits_and_reads(front, page, db):
    """With a preflight: PUT-like fields, a token, a JSON type."""
    words = db.value("select nightdrop.token_create('shop', 'a test')")
    token = {"Authorization": "Bearer " + words.rpartition(" ")[2]}
    base = f"http://127.0.0.1:{front.port}"
    a = page.fetch(f"{base}/list{JOBS}", method="POST", body='{"a": 1}',
                   headers={"Content-Type": "application/json",
                            "Idempotency-Key": '"k"', **token})
    assert a.get("status") == 202, a
    monitor = a["fields"]["content-location"]
    assert a["fields"]["location"] == monitor + "/response"
    assert a["fields"]["retry-after"] and 'rel="monitor"' in a["fields"]["link"]
    b = page.fetch(base + monitor, headers=token)
    assert b["status"] == 200 and b["fields"]["etag"], b
    b = page.fetch(base + monitor)
    assert b["status"] == 404 and "problems#not-found" in b["body"], \
        "a page can read what was wrong"
    b = page.fetch(base + monitor, method="DELETE", headers=token)
    assert b["status"] == 204, b


def test_a_page_with_credentials(front, page):
    base = f"http://127.0.0.1:{front.port}"
    simple = {"method": "POST", "body": "x", "credentials": "include"}
    assert page.fetch(f"{base}/list{JOBS}", **simple)["status"] == 202
    assert "failed" in page.fetch(f"{base}/any{JOBS}", **simple), \
        "never with *"
    simple["credentials"] = "omit"
    assert page.fetch(f"{base}/any{JOBS}", **simple)["status"] == 202


def test_a_page_that_is_not_let_in(front, page, db, nothing_new):
    """It reads nothing, and, more to the point, has done nothing."""
    base = f"http://127.0.0.1:{front.port}"
    for init in ({}, {"credentials": "include"}, {"mode": "no-cors"},
                 {"headers": {"Content-Type": "application/json"}}):
        a = page.fetch(f"{base}/none{JOBS}", method="POST", body="x", **init)
        assert "failed" in a or a["type"] == "opaque", a
