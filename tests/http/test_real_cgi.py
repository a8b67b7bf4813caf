# SPDX-License-Identifier: ISC
"""A CGI program of real life, unchanged, now and at night.

git-http-backend, as Debian has it, at /script under mod_cgid, and the same
file as the handler of the queue "own": the same request to both must come to
the same.  Then the environment, variable by variable.
"""
import gzip
import os
import pathlib
import subprocess

import pytest

from support import place, programs
from support.client import Client

BACKEND = pathlib.Path("/usr/lib/git-core/git-http-backend")
PROJECT = "/project.git"
WANT = "/git-upload-pack"
TYPE = "application/x-git-upload-pack-request"
# Fields that the answers do not share.  Whether a stored answer may be kept
# is ours to say, and so is what goes with it; the rest is the transport's.
ONLY_NOW = {"Expires", "Pragma"}
ONLY_DEFERRED = {"AsyncResult", "Vary", "Referrer-Policy", "Link", "ETag",
                 "X-Content-Type-Options", "Content-Security-Policy",
                 "Accept-Ranges", "Repr-Digest", "Sunset"}
OTHER_VALUE = {"Date", "Cache-Control"}
TRANSPORT = {"Content-Length", "Transfer-Encoding"}

# Variables that a handler has otherwise than a script of mod_cgid, and why.
DIFFERENT = {
    "SCRIPT_NAME", "REQUEST_URI",  # here the two have two URLs
    "SCRIPT_FILENAME",  # the handler, which need not lie where the script did
    "PATH", "PWD",  # the batch's, and a directory of the job's own
}
ONLY_SCRIPT = {
    # Apache's own; none is of RFC 3875
    "CONTEXT_DOCUMENT_ROOT", "CONTEXT_PREFIX", "REMOTE_PORT", "SERVER_ADDR",
    "SERVER_ADMIN", "SERVER_SIGNATURE",
    "HTTP_COOKIE",  # nobody is logged in at night
    "HTTP_X_SHOP",  # a field that the queue does not list
}
ONLY_HANDLER = {"REDIRECT_STATUS",  # php-cgi wants it
                "TMPDIR"}


def packet(line):
    """A line as git writes it: its length in four hexadecimal digits."""
    return f"{len(line) + 4:04x}{line}".encode()


def git(*arguments, cwd):
    return subprocess.run(
        ["git", "-c", "user.name=t", "-c", "user.email=t@example.org",
         *arguments], cwd=cwd, check=True, stdout=subprocess.PIPE,
        env={"PATH": os.environ["PATH"], "HOME": str(cwd)},
        **place.run_as(programs.USER)).stdout.decode().strip()


@pytest.fixture(scope="module")
def commit(apache, room):
    """A repository below DocumentRoot, exported; its newest commit."""
    work = place.directory(room, "work", programs.USER)
    git("init", "-q", ".", cwd=work)
    (work / "night").write_text("drop\n" * 1000)
    git("add", "night", cwd=work)
    git("commit", "-qm", "first", cwd=work)
    git("clone", "-q", "--bare", ".", "bare", cwd=work)
    bare = apache.home / "empty" / PROJECT[1:]
    (work / "bare").rename(bare)
    (bare / "git-daemon-export-ok").touch()
    return git("rev-parse", "HEAD", cwd=work)


@pytest.fixture(scope="module")
def both(apache, db, handlers, batch):
    """Post the same to the script and to the queue, and run the batch:
    both answers."""
    db.queue("own", max_attempts=1, request_fields=["Git-Protocol"])

    def post(program, kind, below, body=b"", **fields):
        fields = {n.replace("_", "-"): v for n, v in fields.items()}
        apache.script(program)
        handlers.copy("own", program)
        client = Client(apache.port, f"/{kind}")
        now = client.send("POST", "/script" + below, body, fields)
        taken = client.send("POST", f"/{kind}-own{below}", body, fields)
        assert taken.status == 202, taken
        result = batch.run("--queue", "own")
        assert result.status == 0, result
        return now, client.get(taken.get("Location"))

    return post


def check_same(now, deferred):
    assert (deferred.status, deferred.reason, deferred.body) == \
        (now.status, now.reason, now.body)
    one, other = ({n.title(): v for n, v in a.fields
                   if n not in TRANSPORT} for a in (now, deferred))
    assert set(one) - set(other) <= ONLY_NOW
    assert set(other) - set(one) - {n.title() for n in ONLY_DEFERRED} == set()
    assert {n for n in set(one) & set(other) if one[n] != other[n]} <= \
        OTHER_VALUE
    assert int(deferred.get("AsyncResult")) == now.status


@pytest.mark.parametrize("kind", ["fcgid", "cgi"])
def test_git(both, commit, kind):
    """It finds the repository by PATH_TRANSLATED, what it is to do by
    PATH_INFO and CONTENT_TYPE, and undoes a Content-Encoding."""
    want = packet(f"want {commit}\n") + b"0000" + packet("done\n")
    now, later = both(BACKEND, kind, PROJECT + WANT, want, Content_Type=TYPE)
    check_same(now, later)
    assert now.status == 200
    assert later.get("Content-Type") == \
        "application/x-git-upload-pack-result"
    assert b"PACK" in later.body
    now, later = both(
        BACKEND, kind, PROJECT + WANT,
        gzip.compress(packet("command=ls-refs\n") + b"0000"),
        Content_Type=TYPE, Content_Encoding="gzip", Git_Protocol="version=2")
    check_same(now, later)
    assert f"{commit} HEAD".encode() in later.body


@pytest.mark.parametrize("below, fields, status", [
    ("/none.git" + WANT, {"Content_Type": TYPE}, 404),
    (PROJECT + WANT, {"Content_Type": "text/plain"}, 415),
    (PROJECT + "/git-receive-pack", {"Content_Type": TYPE}, 403),
    ("", {}, 500),  # it dies for want of a path
])
def test_what_git_refuses(both, commit, below, fields, status):
    """Disallowed when it is processed is an outcome like any other."""
    now, later = both(BACKEND, "fcgid", below, **fields)
    check_same(now, later)
    assert later.status == status


@pytest.fixture
def show(room):
    program = room / "show"
    program.write_text("#!/bin/sh\nprintf 'Content-Type: text/x-env\\n\\n'\n"
                       "cat >/dev/null\nexec env -0\n")
    program.chmod(0o755)
    yield program
    program.unlink()


def variables(answer, settings):
    """What the program showed, less what it was told of Nightdrop."""
    assert answer.get("Content-Type") == "text/x-env", answer
    pairs = (v.split("=", 1) for v in answer.body.decode().split("\0") if v)
    return {n: v for n, v in pairs
            if n not in settings and not n.startswith("NIGHTDROP_")}


@pytest.mark.parametrize("below, body, absent", [
    ("/a%20b/%C3%A9?x=1&y=%20", b"body", set()),
    # without a path, PATH_INFO is empty and not absent (RFC 3875 4.1)
    ("", b"", {"PATH_INFO", "CONTENT_LENGTH"}),
])
def test_environment(both, show, apache, below, body, absent):
    """All variables as mod_cgid has them, but for those named above."""
    now, later = (
        variables(a, set(apache.environment) - {"PATH"}) for a in both(
            show, "cgi", below, body, Content_Type="text/x-in", Accept="text/x",
            Accept_Language="da", User_Agent="unit/1", Referer="http://x/",
            Content_Language="da", Cookie="secret=1", X_Shop="42"))
    same = {n for n in set(now) & set(later) if now[n] == later[n]}
    assert {n for n in set(now) & set(later)} - same == DIFFERENT
    assert set(now) - set(later) == ONLY_SCRIPT
    assert {n for n in set(later) - set(now) if later[n]} - absent == \
        ONLY_HANDLER
    assert same >= {"CONTENT_TYPE", "GATEWAY_INTERFACE", "QUERY_STRING",
                    "REMOTE_ADDR", "REQUEST_METHOD", "SERVER_NAME",
                    "SERVER_PORT", "SERVER_PROTOCOL", "SERVER_SOFTWARE",
                    "DOCUMENT_ROOT", "HTTP_ACCEPT", "HTTP_ACCEPT_LANGUAGE",
                    "HTTP_CONTENT_LANGUAGE", "HTTP_HOST", "HTTP_REFERER",
                    "HTTP_USER_AGENT", "REQUEST_SCHEME"}
    if body:
        assert same >= {"CONTENT_LENGTH", "PATH_INFO", "PATH_TRANSLATED"}
    assert later["SCRIPT_NAME"] == now["SCRIPT_NAME"].replace(
        "/script", "/cgi-own")
