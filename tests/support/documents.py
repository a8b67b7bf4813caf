# SPDX-License-Identifier: ISC
"""What http.md says of answers, as assertions."""
import base64
import datetime
import hashlib
import re

JOB = re.compile(r"/jobs/([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})"
                 r"(~[A-Za-z0-9_-]{22})?$")
MEMBERS = {"id", "queue", "status", "attempt", "accepted", "started",
           "finished", "progress", "message", "carried_over", "size",
           "digest", "quote", "outcome", "expires", "links"}
QUOTE = {"earliest", "likely", "latest", "ahead", "fits", "basis"}


def digest(body):
    """As in Content-Digest (RFC 9530)."""
    word = base64.b64encode(hashlib.sha256(body).digest()).decode()
    return f"sha-256=:{word}:"


def when(text):
    """RFC 3339 in UTC with milliseconds, as documents have it."""
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", text), text
    return datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))


def split_monitor(url, prefix):
    """(id, '~key' or '') of a monitor's URL."""
    assert url.startswith(prefix + "/"), url
    found = JOB.fullmatch(url[len(prefix):])
    assert found, url
    return found.group(1), found.group(2) or ""


def check_vary(answer):
    vary = {v.strip() for v in ",".join(answer.all("Vary")).split(",")}
    assert {"Accept", "Prefer", "Authorization"} <= vary, answer
    assert answer.get("Referrer-Policy") == "no-referrer", answer


def check_document(answer):
    """A JSON document of ours."""
    assert answer.get("Content-Type").startswith("application/json"), answer
    assert answer.get("Cache-Control") == "private, no-cache", answer
    check_vary(answer)
    return answer.json()


def check_status(doc, prefix):
    """A status document, whole: its members and their shapes."""
    assert set(doc) == MEMBERS, sorted(set(doc) ^ MEMBERS)
    assert set(doc["quote"]) == QUOTE, doc["quote"]
    assert isinstance(doc["quote"]["ahead"], int)
    assert isinstance(doc["quote"]["fits"], bool)
    assert doc["quote"]["basis"]
    when(doc["accepted"])
    links = {link["rel"]: link["href"] for link in doc["links"]}
    job, key = split_monitor(links["monitor"], prefix)
    assert job == doc["id"]
    assert links["response"] == links["monitor"] + "/response"
    assert links["request"] == links["monitor"] + "/request"
    return links["monitor"]


def check_receipt(doc, body):
    assert doc["size"] == len(body)
    assert doc["digest"] == digest(body)


def check_accepted(answer, prefix, body):
    """A whole 202: its monitor's URL."""
    assert (answer.status, answer.reason) == (202, "Accepted"), answer
    doc = check_document(answer)
    monitor = check_status(doc, prefix)
    check_receipt(doc, body)
    assert answer.get("Content-Location") == monitor
    assert answer.get("Location") == monitor + "/response"
    assert answer.links()["monitor"] == monitor
    assert 5 <= int(answer.get("Retry-After")) <= 4320
    return monitor


def check_problem(answer, status, prefix=None):
    """problem+json (RFC 9457) with its next step; the document."""
    assert answer.status == status, answer
    assert answer.get("Content-Type") == "application/problem+json", answer
    assert answer.get("Cache-Control") == "no-store", answer
    check_vary(answer)
    doc = answer.json()
    assert doc["status"] == status
    assert doc["title"] and doc["next"], doc
    name = re.fullmatch(r"(.*)/problems#([a-z][a-z-]*)", doc["type"])
    assert name, doc["type"]
    if prefix is not None:
        assert name.group(1) == prefix
    if status in (429, 503):
        assert 5 <= int(answer.get("Retry-After")) <= 30, answer
    return doc
