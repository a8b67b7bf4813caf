# SPDX-License-Identifier: ISC
"""Pages: the same resources for a browser, as its source and its links."""
import base64
import hashlib
import re

import pytest

from support import bundles, fcgi, programs
from support.documents import check_document, check_problem, check_vary
from support.html import check_page

BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
ATTACK = "</dd></title><script>alert(1)</script><img src=x onerror='y\" &amp;"
NAMES = "Süßes – 夜の仕事 – ليل 🌙"


def page(client, path, status=200, **fields):
    return check_page(client.get(path, Accept=BROWSER, **fields), status)


@pytest.fixture(scope="module", autouse=True)
def more_queues(queues, db):
    db.queue("named", description=NAMES)
    db.queue("attack", description=ATTACK, media_types=["text/*"])
    db.queue("url", media_types=["application/x-www-form-urlencoded"])
    db.queue("json", media_types=["application/json"])


def test_only_where_html_is_asked_for(mount):
    monitor = mount.client.submit("plain", b"x").get("Content-Location")
    for path in ("/", "/queues", "/queues/plain", "/problems", monitor):
        for accept in (None, "*/*", "application/json", "text/*",
                       "application/json, text/html;q=0.9"):
            a = mount.client.get(path, Accept=accept)
            check_document(a)
        check_page(mount.client.get(path, Accept=BROWSER), 200)


@pytest.mark.parametrize("path, status", [
    ("/nowhere", 404), ("/queues/none", 404), ("/queues/plain/jobs", 405),
    ("/jobs/01800000-0000-7000-8000-000000000000", 410)])
def test_errors_too(mount, path, status):
    doc = check_problem(mount.client.get(path), status, mount.prefix)
    a = mount.client.get(path, Accept=BROWSER)
    problem = check_page(a, status)
    check_vary(a)
    assert a.get("Cache-Control") == "no-store"
    assert problem.one("h1").text == f"{status} {doc['title']}"
    main = problem.one("main").text
    assert doc["detail"][1:] in main and doc["next"] in main
    assert doc["type"] in problem.links()
    target = page(mount.client, doc["type"].partition("#")[0])
    name = doc["type"].partition("#")[2]
    assert doc["title"] in target.one("tr", id=name).text


def test_a_page_is_another_representation(client):
    """Its tag is its own: neither is a 304 for the other."""
    monitor = client.submit("plain", b"x").get("Content-Location")
    for path in ("/", "/queues/closed", "/problems", monitor):
        data = client.get(path)
        html = client.get(path, Accept=BROWSER)
        assert html.get("ETag").startswith('W/"')
        assert html.get("ETag") != data.get("ETag")
        same = client.get(path, Accept=BROWSER,
                          If_None_Match=html.get("ETag"))
        assert (same.status, same.body) == (304, b"")
        other = client.get(path, Accept=BROWSER,
                           If_None_Match=data.get("ETag"))
        assert other.status == 200
        head = client.request("HEAD", path, Accept=BROWSER)
        assert head.get("ETag") == html.get("ETag")
        assert head.get("Content-Type") == "text/html; charset=utf-8"


def test_policy_allows_its_own_style_alone(client):
    a = client.get("/", Accept=BROWSER)
    style = check_page(a, 200).one("style").text
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest())
    assert f"'sha256-{digest.decode()}'" in a.get("Content-Security-Policy")
    assert not re.search(r"url\(|@import|src=", style)


def test_minimal_concerns_json_alone(client):
    a = client.post("/queues/plain/jobs", b"x", Accept=BROWSER,
                    Prefer="return=minimal")
    assert "Digest" in check_page(a, 202).facts()
    assert a.get("Preference-Applied") is None


def test_accepted(mount):
    """A form's answer tells all that the document does."""
    a = mount.client.post("/queues/plain/jobs", b"x" * 2000, Accept=BROWSER)
    accepted = check_page(a, 202)
    monitor = a.get("Content-Location")
    doc = mount.client.get(monitor).json()
    facts = accepted.facts()
    assert facts["Id"] == doc["id"]
    assert facts["Status"] == "accepted"
    assert facts["Size"] == "1.9 KiB (2000 bytes)"
    assert facts["Digest"] == doc["digest"]
    assert accepted.one("time", datetime=doc["accepted"])
    for link in (monitor, monitor + "/response", monitor + "/request"):
        assert link in accepted.links()
    assert "Look again in about" in accepted.one("main").text


def test_a_bundle_is_spoken_of_as_one(mount):
    a = bundles.post(mount.client, "plain", bundles.body({"a": 1}, [2]),
                     Accept=BROWSER)
    monitor = a.get("Content-Location")
    for p in check_page(a, 202), page(mount.client, monitor):
        assert p.one("h1").text == "Bundle accepted"
        assert p.facts()["Lines"] == "2"
        assert p.facts()["Successful"] == "0"
        assert monitor in p.links() and monitor + "/responses" in p.links()


@pytest.mark.parametrize("queue, enctype, file", [
    ("plain", "multipart/form-data", True),
    ("url", "application/x-www-form-urlencoded", False),
    ("text", "text/plain", False)])
def test_form_is_what_the_queue_takes(mount, queue, enctype, file):
    p = page(mount.client, f"/queues/{queue}")
    form = p.one("form")
    assert form.get("method") == "post"
    assert form.get("enctype") == enctype
    assert form.get("action") == f"{mount.prefix}/queues/{queue}/jobs"
    assert bool(p.all("input", type="file")) == file
    assert p.one("textarea") and p.one("button", type="submit")


def test_no_form(client):
    for queue, words in (("closed", "no jobs at present"),
                         ("json", "/queues/json/jobs")):
        p = page(client, f"/queues/{queue}")
        assert not p.all("form")
        assert words in p.one("main").text


def test_problems_are_all_there(client):
    rows = check_document(client.get("/problems"))["problems"]
    by_name = {r["name"]: r for r in rows}
    assert len(by_name) == len(rows)
    for name, status in (("not-found", 404), ("outcome-unknown", 503),
                         ("handler-failed", 502), ("dismissed", 410)):
        assert by_name[name]["status"] == status
    table = page(client, "/problems")
    for row in rows:
        assert row["next"] in table.one("tr", id=row["name"]).text
    scopes = [h.get("scope") for h in table.all("th")]
    assert set(scopes) == {"col", "row"} and table.one("caption")


def test_all_languages(client):
    assert NAMES in page(client, "/queues/named").one("main").text
    assert NAMES in page(client, "/queues").one("table").text


def crawl(get, start, prefix, user=None):
    """Follow every link that is ours; {target: page or None}."""
    seen, todo = {}, list(start)
    while todo:
        path = todo.pop().partition("#")[0]
        if path in seen:
            continue
        a = get(path)
        # 202: a response before there is one; 401: a list without an owner
        stranger = path == prefix + "/jobs" and not user
        assert a.status in ((401,) if stranger else (200, 202)), (path, a)
        seen[path] = None
        if a.get("Content-Type").startswith("text/html"):
            seen[path] = check_page(a, a.status)
            for link in seen[path].links():
                assert link.startswith(prefix + "/"), (path, link)
                todo.append(link)
    return seen


def test_every_link_leads_somewhere(mount):
    monitor = mount.client.submit("plain", b"x").get("Content-Location")
    bundle = bundles.post(mount.client, "plain", bundles.body(1, 2))\
        .get("Content-Location")
    seen = crawl(lambda path: mount.client.get(path, Accept=BROWSER),
                 [mount.prefix + "/", monitor, bundle], mount.prefix)
    for path in ("/", "/queues", "/queues/named", "/problems", "/health"):
        assert seen[mount.prefix + path], path
    assert seen[monitor + "/response"] and not seen[monitor + "/request"]
    assert "Line by line" in seen[bundle + "/jobs"].one("main").text
    rows = seen[bundle + "/jobs"].all("th", scope="row")
    assert [r.text for r in rows] == ["1", "2"]


def test_jobs_page_by_page(mount):
    """Who is known has a list, each row of which leads to its job."""
    user = mount.user("ann")
    monitors = [user.submit("plain", b"x").get("Content-Location")
                for _ in range(3)]
    first = check_page(user.get("/jobs?limit=2", Accept=BROWSER), 200)
    assert first.one("a", href=f"{user.prefix}/jobs").text == "Jobs"
    rows = first.all("th", scope="row")
    assert len(rows) == 2
    assert monitors[2] in first.links() and monitors[0] not in first.links()
    seen = crawl(lambda path: user.get(path, Accept=BROWSER),
                 [user.prefix + "/jobs?limit=2"], user.prefix, "ann")
    assert set(monitors) <= set(seen)


def test_every_link_begins_with_base_url(room, db):
    base = "https://public.example:8443"
    r = programs.Responder(room, db.conninfo("nightdrop_responder"),
                           name="based", base_url=base)
    r.start()

    def call(method, path, body=b""):
        return fcgi.call(r.socket, method, path.removeprefix(base), body,
                         prefix="/p", HTTP_ACCEPT=BROWSER)

    try:
        monitor = call("POST", "/p/queues/plain/jobs", b"x")\
            .get("Content-Location")
        seen = crawl(lambda path: call("GET", path), [base + "/p/", monitor],
                     base + "/p")
        assert seen[base + "/p/queues/named"] and seen[monitor]
        # The page came from where it must be sent to, whatever its name is.
        assert seen[base + "/p/queues/plain"].one("form").get("action") == \
            "/p/queues/plain/jobs"
        lost = check_page(call("GET", "/elsewhere"), 404)
        assert all(link.startswith((base + "/p/", "/p/"))
                   for link in lost.links()), lost.links()
    finally:
        assert r.stop() == 0


def test_nothing_that_anybody_wrote_is_markup(client, db, handlers, batch):
    """A description, a handler's reason, its progress, a path."""
    for name, status in (("attack-final", "403"), ("attack-odd", "401")):
        db.queue(name)
        reason = ATTACK.replace("'", "").replace("%", "%%")
        handlers.write(name, f"printf 'Status: {status} {reason}\\n"
                       "Content-Type: text/plain\\n\\n'")
    final, odd = (client.submit(q, b"x").get("Content-Location")
                  for q in ("attack-final", "attack-odd"))
    assert batch.run("--queue", "attack-final", "--queue",
                     "attack-odd").status == 0
    reason = client.get(final).json()["outcome"]["reason"]
    assert "<script>" in reason
    assert reason in page(client, final).one("main").text
    ending = page(client, odd + "/response", 502)
    assert reason in ending.one("main").text
    assert odd in ending.links()
    assert ATTACK in page(client, "/queues/attack").one("main").text
    assert ATTACK in page(client, "/queues").one("table").text
    page(client, "/%3Cscript%3E%22", 404)
    page(client, "/queues/%3Cscript%3E", 404)
    page(client, "/%3Cscript%3E%80", 400)
