# SPDX-License-Identifier: ISC
"""What a handler finds around it: an environment made from nothing."""
import json
import os
import re

import pytest

from support import documents, jobs

DUMP = """#!/usr/bin/python3
import json, os, resource, signal, stat, sys
body = sys.stdin.buffer.read()
fds = {}
for n in os.listdir("/proc/self/fd"):
    try:
        fds[n] = stat.S_IFMT(os.fstat(int(n)).st_mode)
    except OSError:
        pass
print("Content-Type: application/json\\n")
print(json.dumps({
    "env": dict(os.environ), "cwd": os.getcwd(), "argv": sys.argv,
    "body": len(body), "fds": fds, "pid": os.getpid(),
    "group": os.getpgrp(), "tmp": os.stat(os.environ["TMPDIR"]).st_mode,
    "tmp_files": os.listdir(os.environ["TMPDIR"]),
    "as": resource.getrlimit(resource.RLIMIT_AS),
    "cpu": resource.getrlimit(resource.RLIMIT_CPU),
    "ignored": [s for s in range(1, 32)
                if signal.getsignal(s) == signal.SIG_IGN],
    "blocked": [int(s) for s in signal.pthread_sigmask(
        signal.SIG_BLOCK, [])]}))
open(os.path.join(os.environ["TMPDIR"], "left"), "w").write("x")
"""
REQUEST = {
    "REQUEST_METHOD": "POST", "SERVER_PROTOCOL": "HTTP/1.1",
    "REQUEST_URI": "/queues/x/jobs?a=1", "QUERY_STRING": "a=1",
    "SCRIPT_NAME": "/queues/x/jobs", "SERVER_NAME": "example.org",
    "SERVER_PORT": "443", "REMOTE_ADDR": "192.0.2.7",
    "DOCUMENT_ROOT": "/srv/www",
    "REQUEST_SCHEME": "https", "HTTPS": "on",
    "REMOTE_USER": "alice", "AUTH_TYPE": "Basic",
    "HTTP_ACCEPT": "text/html", "HTTP_ACCEPT_LANGUAGE": "da",
    "HTTP_USER_AGENT": "unit/1", "HTTP_HOST": "example.org",
    "HTTP_REFERER": "https://example.org/form",
    "HTTP_X_SHOP": "7",
}
HOSTILE = {
    "HTTP_PROXY": "http://evil", "HTTP_COOKIE": "a=b",
    "HTTP_AUTHORIZATION": "Basic eDp5", "LD_PRELOAD": "/tmp/evil.so",
    "HTTP_X_OTHER": "not listed", "BASH_ENV": "/tmp/evil",
}


@pytest.fixture(scope="module")
def seen(db, batch, handlers):
    """What one handler saw."""
    db.queue("dump", request_fields=["HTTP_X_SHOP"], max_attempts=7,
             memory_limit=512 << 20, cpu_limit="60 seconds")
    handlers.write("dump", DUMP)
    job = jobs.submit(db, "dump", b"12345", owner="alice", type="text/csv",
                      request={**REQUEST, **HOSTILE})
    result = batch.run("--queue", "dump", BATCH_SECRET="leaked",
                       HOME="/root", LD_BIND_NOW="1")
    assert result.status == 0, result
    answer = jobs.response(db, job)
    assert answer.outcome == "successful", (answer, jobs.attempts(db, job))
    doc = json.loads(answer.body)
    doc["job"] = job
    return doc


def test_cgi_variables(seen):
    env = seen["env"]
    for name, value in {
            "GATEWAY_INTERFACE": "CGI/1.1", "REQUEST_METHOD": "POST",
            "CONTENT_LENGTH": "5", "CONTENT_TYPE": "text/csv",
            "QUERY_STRING": "a=1", "SERVER_NAME": "example.org",
            "SERVER_PORT": "443", "SERVER_PROTOCOL": "HTTP/1.1",
            "REMOTE_ADDR": "192.0.2.7", "REQUEST_URI": "/queues/x/jobs?a=1",
            "REQUEST_SCHEME": "https", "HTTPS": "on",
            "REMOTE_USER": "alice", "AUTH_TYPE": "Basic",
            "REDIRECT_STATUS": "200",
            "HTTP_ACCEPT": "text/html", "HTTP_ACCEPT_LANGUAGE": "da",
            "HTTP_USER_AGENT": "unit/1", "HTTP_HOST": "example.org",
            "HTTP_REFERER": "https://example.org/form",
            "HTTP_X_SHOP": "7"}.items():
        assert env.get(name) == value, name
    assert env["SERVER_SOFTWARE"]
    assert env["SCRIPT_FILENAME"] == seen["argv"][0]
    assert env["DOCUMENT_ROOT"] == "/srv/www"
    assert env["SCRIPT_NAME"] == "/queues/x/jobs"
    assert seen["body"] == 5


def test_nightdrops_variables(seen, db):
    env = seen["env"]
    assert env["NIGHTDROP_METHOD"] == "POST"
    assert env["NIGHTDROP_JOB_ID"] == seen["job"]
    assert env["NIGHTDROP_ATTEMPT"] == "1"
    assert env["NIGHTDROP_MAX_ATTEMPTS"] == "7"
    assert env["NIGHTDROP_RUN"].isdigit()
    assert env["NIGHTDROP_BUSINESS_DATE"] == db.value(
        "select nightdrop.business_date(now())::text")
    assert env["NIGHTDROP_CONTENT_DIGEST"] == documents.digest(b"12345")
    for name in ("NIGHTDROP_ACCEPTED", "NIGHTDROP_DEADLINE"):
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z",
                            env[name]), env[name]
    assert env["NIGHTDROP_DEADLINE"] > env["NIGHTDROP_ACCEPTED"]
    assert int(env["NIGHTDROP_PROGRESS_FD"]) > 2


def test_nothing_else(seen):
    env = seen["env"]
    for name in [*HOSTILE, "BATCH_SECRET", "LD_BIND_NOW",
                 "NIGHTDROP_DATABASE", "NIGHTDROP_CONFIG", "PGPASSWORD"]:
        assert name not in env, name
    assert "leaked" not in str(env)
    assert env["PATH"] and "." not in env["PATH"].split(":")


def test_process(seen, handlers):
    assert seen["cwd"] == str(handlers.path)
    assert seen["group"] == seen["pid"], "its own process group"
    assert seen["blocked"] == []
    assert set(seen["ignored"]) <= {13, 25}, "as Python itself sets them"
    progress = seen["env"]["NIGHTDROP_PROGRESS_FD"]
    open_ = set(seen["fds"])
    assert {"0", "1", "2", progress} <= open_
    assert open_ - {"0", "1", "2", progress} == set(), \
        "no other descriptor is inherited"


def test_limits(seen):
    assert seen["as"][0] == 512 << 20
    assert seen["cpu"][0] == 60


def test_tmpdir(seen, batch):
    assert seen["tmp"] & 0o777 == 0o700
    assert seen["tmp_files"] == []
    path = seen["env"]["TMPDIR"]
    assert path.startswith(str(batch.run_dir))
    assert not os.path.exists(path), "removed with what was left in it"


@pytest.mark.usefixtures("seen")
def test_nothing_left_behind(batch):
    """No lock file, no directory stays."""
    assert list(batch.run_dir.iterdir()) == []


@pytest.mark.parametrize("value", ["a\nb", "\u00e6\u00f8", "x" * 5000])
def test_values_pass_or_are_left_out(night, value):
    done = night.job(
        "printf 'Content-Type: x/y\\n\\n%s' \"$HTTP_USER_AGENT\"",
        submit={"request": {**REQUEST, "HTTP_USER_AGENT": value}})
    assert done.response.outcome == "successful", done.response
    assert done.response.body.decode() in (value, "")
