# SPDX-License-Identifier: ISC
"""Two users, somebody who is nobody, every thing that has an id, everything
that can be done with it: what is not yours is not there.

The route table says what has an id, the resources what can be done with it
(Allow).  A further kind of thing needs a row of THINGS: how it is made.
"""
import re

import pytest

from support import bundles, jobs, place
from support.client import Client
from support.documents import check_problem


def a_job(client):
    return client.submit("plain", b"hers").get("Content-Location")


def an_upload(client):
    """The same id is a job when its last byte is here: not yet."""
    a = client.post("/queues/plain/uploads", Upload_Length="10",
                    Tus_Resumable="1.0.0")
    assert a.status == 201, a
    return a.get("Location")


def a_bundle(client):
    a = bundles.post(client, "plain", b'{"line": 1}\n{"line": 2}\n')
    assert a.status == 202, a
    return a.get("Content-Location")


# kind, which begins the URLs of such things: made by
THINGS = {"jobs": a_job, "bundles": a_bundle, "uploads": an_upload}


def every():
    """[(kind, what follows the id)] of all resources below a thing's URL."""
    table = (place.TOP / "src/responder/route.c").read_text()
    patterns = re.findall(r'\{ "/([a-z]+)/\*([^"]*)", ', table)
    assert {kind for kind, _ in patterns} == {"queues", *THINGS}
    return [(k, suffix) for k, suffix in patterns if k != "queues"]


EVERY = every()
IDS = [kind + suffix for kind, suffix in EVERY]

# So that a request is whole, and can fail for nothing but whose it is.
APPEND = {"Content-Type": "application/offset+octet-stream",
          "Upload-Offset": "0", "Tus-Resumable": "1.0.0"}
FIELDS = {"PATCH": APPEND,
          "POST": {"X-HTTP-Method-Override": "PATCH", **APPEND},
          "HEAD": {"Tus-Resumable": "1.0.0"},
          "DELETE": {"Tus-Resumable": "1.0.0"}}


@pytest.fixture
def people(apache, db):
    """{who: client}; alice is who made it."""
    words = db.value("select nightdrop.token_create('bob', 'a test')")
    bob = Client(apache.port, "/proxy")
    bob.complete = with_token(bob, words.rpartition(" ")[2])
    return {"alice": Client(apache.port, "/proxy-user", "alice"),
            "bob": Client(apache.port, "/proxy-user", "bob"),
            "bob's program": bob,
            "nobody": Client(apache.port, "/proxy"),
            "somebody who says alice": Client(apache.port, "/proxy-auth",
                                              "alice")}


def with_token(client, token):
    plain = client.complete
    return lambda method, body, fields: plain(
        method, body, {**(fields or {}), "Authorization": "Bearer " + token})


def below(client, url):
    """The path below the mount: mounts differ by who one is."""
    assert url.startswith(client.prefix + "/"), url
    return url[len(client.prefix):]


def methods(client, path):
    allow = client.request("OPTIONS", path).get("Allow").split(", ")
    return [m for m in allow if m != "OPTIONS"]


def attempt(client, method, path):
    body = b"" if method in ("POST", "PUT", "PATCH") else None
    return client.send(method, client.url(path), body,
                       FIELDS.get(method))


def check_absent(client, method, path, nothing):
    """404, and word for word what is said of an id that never was."""
    a = attempt(client, method, path)
    b = attempt(client, method, nothing)
    assert a.status == b.status == 404, (method, path, a)
    assert a.body == b.body
    if method != "HEAD":
        check_problem(a, 404, client.prefix)


@pytest.mark.parametrize("kind, suffix", EVERY, ids=IDS)
def test_what_is_hers_is_not_there_for_others(people, kind, suffix):
    alice = people.pop("alice")
    thing = below(alice, THINGS[kind](alice))
    assert "~" not in thing, "an owner needs no key"
    _, key = below(people["nobody"], THINGS[kind](people["nobody"])) \
        .split("~")
    nothing = f"/{kind}/{jobs.new_id()}"
    for who, client in people.items():
        for method in methods(client, thing + suffix):
            for wrong in ("", "~" + key):
                check_absent(client, method, thing + wrong + suffix,
                             nothing + wrong + suffix)
    assert attempt(alice, "HEAD", thing).status == 200, \
        "nor have they done anything"


@pytest.mark.parametrize("kind, suffix", EVERY, ids=IDS)
def test_what_is_nobodys_is_there_for_who_has_its_url(people, kind, suffix):
    nobody = people["nobody"]
    url = below(nobody, THINGS[kind](nobody))
    other = below(nobody, THINGS[kind](nobody)).split("~")[1]
    thing, key = url.split("~")
    flipped = ("A" if key[0] != "A" else "B") + key[1:]
    nothing = f"/{kind}/{jobs.new_id()}"
    for who, client in people.items():
        for method in methods(client, thing + suffix):
            for wrong in ("", "~" + other, "~" + flipped):
                check_absent(client, method, thing + wrong + suffix,
                             nothing + wrong + suffix)
    for who, client in people.items():
        assert attempt(client, "HEAD", url).status == 200, who
