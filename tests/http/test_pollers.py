# SPDX-License-Identifier: ISC
"""Clients that know nothing of us, and wait for what a 202 promises.

Each is told to come back after about a minute, and obeys: on a clock of its
own that runs faster, or by a sleep that is the night.
"""
import json
import pathlib
import urllib.error
import urllib.parse
import urllib.request

import pytest

from support import npm

CLIENTS = pathlib.Path(__file__).parent / "clients"
HANDLER = """
word=$(cat)
[ "$word" = no ] &&
	printf 'Status: 403 Not Tonight\\nContent-Type: application/json\\n\\n%s' \\
		'{"error": {"code": "Closed", "message": "not tonight"}}' && exit
printf 'Content-Type: text/plain\\n\\nHello, %s!' "$word"
"""


@pytest.fixture(scope="module", autouse=True)
def own(db, queues, handlers):
    db.queue("own")
    handlers.write("own", HANDLER)


@pytest.fixture
def server(apache):
    return f"http://127.0.0.1:{apache.port}"


@pytest.fixture
def night(batch):
    def run():
        result = batch.run("--queue", "own")
        assert result.status == 0, result
    return run


@pytest.fixture
def client_of(night):
    """What a script says first; then the batch runs; what it says last."""
    def run(script, *arguments):
        with npm.start(CLIENTS / script, *arguments) as child:
            try:
                first = child.stdout.readline()
                night()
                out, err = child.communicate(timeout=60)
            finally:
                child.kill()
        assert child.returncode == 0 and first, err
        return json.loads(first), json.loads(out)
    return run


def check_obeyed(last):
    """Each wait is what the answer before it said."""
    told = [after for _, after in last["seen"] if after is not None]
    assert all(status == 202 for status, _ in last["seen"][:-1])
    assert len(told) == len(last["seen"]) - 1 >= 2
    assert last["waited"] and last["waited"] == told[1:]
    assert all(5 <= after <= 72 for after in told)


@pytest.mark.parametrize("path", ["/proxy/queues/own/jobs",
                                  "/proxy-own/a/b?c"])
def test_core_lro(server, client_of, path):
    first, last = client_of("lro.js", server, path, "LRO")
    assert first["location"].startswith("/proxy/jobs/")
    assert last["result"] == "Hello, LRO!"
    check_obeyed(last)


def test_core_lro_of_a_job_that_fails(server, client_of):
    _, last = client_of("lro.js", server, "/proxy/queues/own/jobs", "no")
    assert last["status"] == "failed"
    assert "not tonight" in last["error"]
    assert last["seen"][-1] == [403, None]
    check_obeyed(last)


def test_fetch(server, client_of):
    first, last = client_of(
        "fetch.js", server + "/proxy/queues/own/jobs", "fetch")
    assert first == {"status": "accepted", "code": 202}
    assert last == {"code": 200, "text": "Hello, fetch!",
                    "type": "text/plain"}


def ask(url, body=None, **fields):
    """(answer, bytes) of urllib, errors being answers as well."""
    request = urllib.request.Request(url, body, {
        n.replace("_", "-"): v for n, v in fields.items()})
    try:
        with urllib.request.urlopen(request, timeout=20) as a:
            return a, a.read()
    except urllib.error.HTTPError as a:
        with a:
            return a, a.read()


def monitor_of(url, answer):
    """Whatever has rel=monitor (RFC 5989)."""
    for link in answer.headers.get_all("Link"):
        target, _, rest = link.partition(">")
        if 'rel="monitor"' in rest:
            return urllib.parse.urljoin(url, target.strip(" <"))
    raise AssertionError(f"no monitor in {answer.headers}")


def test_following_the_monitor(server, night):
    """Ask only when it is time, and only for what is new."""
    url = server + "/proxy/queues/own/jobs"
    answer, _ = ask(url, b"urllib", Content_Type="text/plain")
    assert answer.status == 202
    monitor = monitor_of(url, answer)
    asked, etag, doc, unchanged = 0, "", {}, 0
    while doc.get("status") not in ("successful", "failed", "dismissed"):
        asked += 1
        assert int(answer.headers["Retry-After"]) >= 5
        if asked == 3:  # in the third of these waits
            night()
        answer, body = ask(monitor, If_None_Match=etag)
        if answer.status == 304:
            unchanged += 1
            continue
        etag, doc = answer.headers["ETag"], json.loads(body)
    assert (asked, unchanged) == (3, 1)
    assert answer.headers["Retry-After"] is None, "it is final"
    links = {link["rel"]: link["href"] for link in doc["links"]}
    answer, body = ask(urllib.parse.urljoin(monitor, links["response"]))
    assert (answer.status, body) == (200, b"Hello, urllib!")
