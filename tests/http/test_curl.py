# SPDX-License-Identifier: ISC
"""curl, as a person would type it."""
import hashlib
import os
import re
import subprocess
import time

import pytest

from support import place, process

HANDLER = """
if [ "$(head -c 2)" = no ]; then
	printf 'Status: 403 Not Tonight\\nContent-Type: text/plain\\n\\nno\\n'
else
	printf 'Content-Type: text/plain\\n\\n'
	seq 1 40000
fi
"""
ANSWER = "".join(f"{n}\n" for n in range(1, 40001)).encode()


class Curl:
    """curl in a directory of its own.  What begins with / is a path below the
    server, as it is in an answer of ours."""

    def __init__(self, home, port):
        self.home = home
        self.server = f"http://127.0.0.1:{port}"

    def command(self, *words):
        return ["curl", "-sS", *(self.server + w if w.startswith("/") else w
                                 for w in words)]

    def __call__(self, *words, stdin=b"", status=0):
        """Standard output."""
        done = subprocess.run(self.command(*words), cwd=self.home,
                              input=stdin, capture_output=True, timeout=60)
        assert done.returncode == status, done
        self.said = done.stderr.decode()
        return done.stdout

    def code(self, *words, **more):
        return self("-o", "body", "-w", "%{http_code}", *words,
                    **more).decode()

    def body(self):
        return (self.home / "body").read_bytes()

    def accepted(self, *words, **more):
        """The monitor of what was submitted."""
        head = self("-i", *words, **more).decode().replace("\r\n", "\n")
        assert re.search(r"^HTTP/1.1 202 Accepted$", head, re.M), head
        return re.search(r"^Content-Location: (.*)$", head, re.M).group(1)


@pytest.fixture(scope="module")
def curl(apache, room):
    return Curl(place.directory(room, "curl"), apache.port)


@pytest.fixture(scope="module")
def ran(db, queues, handlers, batch, curl):
    """The monitors of two jobs that have been run: answered, refused."""
    db.queue("curled")
    handlers.write("curled", HANDLER)
    monitors = [curl.accepted("-d", word, "/proxy/queues/curled/jobs")
                for word in ("yes", "no")]
    assert batch.run("--queue", "curled").status == 0
    return monitors


@pytest.fixture(scope="module", autouse=True)
def own(db, queues):
    db.queue("own")


@pytest.fixture
def big(curl):
    body = os.urandom(3000000)
    (curl.home / "big").write_bytes(body)
    return body


def check_stored(db, monitor, body):
    assert db.row(
        "select size, encode(digest, 'hex') from nightdrop.job where id = %s",
        monitor.rpartition("/")[2].partition("~")[0]) == (
            len(body), hashlib.sha256(body).hexdigest())


@pytest.mark.parametrize("kind", ["proxy", "fcgid", "cgi"])
def test_upload(curl, db, big, kind):
    url = f"/{kind}/queues/plain/jobs"
    check_stored(db, curl.accepted("--data-binary", "@big", "-H",
                                   "Content-Type: image/png", url), big)
    # as it comes, without a length: curl asks first whether it may
    monitor = curl.accepted("-v", "-X", "POST", "-T", "-", url, stdin=big)
    assert "> Transfer-Encoding: chunked" in curl.said
    assert "> Expect: 100-continue" in curl.said
    assert "< HTTP/1.1 100 Continue" in curl.said
    check_stored(db, monitor, big)


def test_form(curl, db):
    (curl.home / "sales.csv").write_text("a,1\n")
    monitor = curl.accepted("-F", "sheet=@sales.csv", "-F", "year=2026",
                            "/proxy-own/2026")
    assert b'filename="sales.csv"' in curl(monitor + "/request")


def test_old_link_leads_to_the_queue(curl):
    assert curl.code("-L", "/proxy-own/2026?x") == "200"
    assert b'"name":"own"' in curl.body()


def test_refused_without_the_body(curl, big):
    """413 before a byte of it was sent."""
    assert curl.code("-v", "--expect100-timeout", "10", "-H",
                     "Expect: 100-continue", "--data-binary", "@big",
                     "/proxy/queues/small/jobs") == "413"
    assert b'"limit":1000' in curl.body()


def test_poll_with_an_etag(curl, db, handlers, batch):
    handlers.write("plain", HANDLER)
    monitor = curl.accepted("-d", "yes", "/proxy/queues/plain/jobs")
    once = ("--etag-save", "etag", "--etag-compare", "etag", monitor)
    assert curl.code(*once) == "200"
    assert curl.code(*once) == "304"
    assert batch.run("--queue", "plain").status == 0
    assert curl.code(*once) == "200"
    assert b'"status":"successful"' in curl.body()
    assert curl.code(*once) == "304"


def test_deferred_response(curl, ran):
    waiting = curl.accepted("-d", "yes", "/proxy/queues/plain/jobs")
    assert curl.code("-f", waiting + "/response") == "202"
    answered, refused = ran
    assert curl.code("-f", answered + "/response") == "200"
    assert curl.body() == ANSWER
    assert curl("-f", refused + "/response", status=22) == b""
    assert "403" in curl.said
    assert curl(refused + "/response") == b"no\n"


def test_resume(curl, ran):
    (curl.home / "part").write_bytes(ANSWER[:100000])
    curl("-v", "-C", "-", "-o", "part", ran[0] + "/response")
    assert "< HTTP/1.1 206 " in curl.said
    assert (curl.home / "part").read_bytes() == ANSWER


def test_retry_waits_as_told(curl):
    """curl would wait as long as Retry-After says: we look, and go."""
    child = subprocess.Popen(
        ["curl", "-v", "--retry", "3", "-d", "x",
         curl.server + "/proxy/queues/closed/jobs"],
        cwd=curl.home, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        text=True)
    said = ""
    for line in child.stderr:
        said += line
        if "Will retry in" in line:
            break
    process.end(child)
    child.stderr.close()
    assert "< HTTP/1.1 503 " in said
    told = re.search(r"< Retry-After: (\d+)", said).group(1)
    assert f"Will retry in {told} seconds" in said


@pytest.mark.long
def test_retry_until_it_is_taken(curl, db):
    db.queue("later", accepting=False)
    with subprocess.Popen(
            curl.command("-o", "body", "-w", "%{http_code}", "--retry", "3",
                         "-d", "x", "/proxy/queues/later/jobs"),
            cwd=curl.home, stdout=subprocess.PIPE, text=True) as child:
        time.sleep(1)
        db.sql("select nightdrop.queue_open('later', 'test')")
        out, _ = child.communicate(timeout=60)
    assert (child.returncode, out) == (0, "202")
