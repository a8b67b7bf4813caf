# SPDX-License-Identifier: ISC
"""Bodies larger than the memory that they may take: 64 MiB, 1 GiB."""
import concurrent.futures
import hashlib
import http.client

import pytest

from support import bundles, process
from support.client import Client
from support.documents import digest

MIB = 1 << 20
ALLOWED = 32 * MIB
BLOCK = bytes(range(256)) * 256  # 64 KiB
SIZES = [pytest.param(64 * MIB, id="64MiB"),
         pytest.param(1024 * MIB, id="1GiB", marks=pytest.mark.long)]


def pieces(size):
    for _ in range(size // len(BLOCK)):
        yield BLOCK


def fetch(port, path):
    """(status, size, SHA-256) of a body that is not kept."""
    c = http.client.HTTPConnection("127.0.0.1", port, timeout=600)
    c.request("GET", path)
    r = c.getresponse()
    h, size = hashlib.sha256(), 0
    while data := r.read(MIB):
        h.update(data)
        size += len(data)
    c.close()
    return r.status, size, h.digest()


@pytest.mark.memory
@pytest.mark.parametrize("size", SIZES)
def test_there_and_back(apache, responder, db, batch, handlers, size):
    """Up, through the handler, and down: everybody within 32 MiB."""
    name = f"mirror{size // MIB}"
    db.queue(name, max_size=size, max_output=size)
    handlers.write(name, "printf 'Content-Type: x/y\\n\\n'; exec cat")
    client = Client(apache.port, "/proxy", timeout=600)
    a = client.submit(name, pieces(size))
    want = hashlib.sha256()
    for piece in pieces(size):
        want.update(piece)
    assert a.json()["size"] == size
    monitor = a.get("Content-Location")
    up = process.peak_memory(responder.pid)
    assert up < ALLOWED, f"{up / MIB:.1f} MiB while taking"

    result = batch.run("--queue", name, timeout=600)
    assert result.status == 0, result
    assert 0 < result.peak < ALLOWED, \
        f"{result.peak / MIB:.1f} MiB in the worker"

    for view in ("/request", "/response"):
        assert fetch(apache.port, monitor + view) == \
            (200, size, want.digest()), view
    down = process.peak_memory(responder.pid)
    assert down < ALLOWED, f"{down / MIB:.1f} MiB while giving"
    db.sql("delete from nightdrop.part")


@pytest.mark.memory
def test_bundle(apache, responder):
    """64 MiB of lines, and a line for each of them back."""
    client = Client(apache.port, "/proxy", timeout=120)
    line = b'"' + b"x" * 1021 + b'"\n'
    url = bundles.check_accepted(
        bundles.post(client, "plain", (line * 64 for _ in range(1024))),
        "/proxy", line * 65536)
    up = process.peak_memory(responder.pid)
    assert up < ALLOWED, f"{up / MIB:.1f} MiB while taking"
    status, size, _ = fetch(apache.port, url + "/responses")
    assert status == 200 and size > 65536 * 100
    down = process.peak_memory(responder.pid)
    assert down < ALLOWED, f"{down / MIB:.1f} MiB while giving"


@pytest.mark.parametrize("kind", ["fcgid", "cgi"])
def test_through_the_others(apache, kind):
    size = 8 * MIB
    client = Client(apache.port, f"/{kind}")
    a = client.submit("plain", pieces(size))
    assert a.json()["digest"] == digest(b"".join(pieces(size)))
    assert fetch(apache.port, a.get("Content-Location") + "/request")[:2] \
        == (200, size)


def test_twenty_at_once(apache):
    """Large bodies side by side do not add up to much."""
    client = Client(apache.port, "/proxy", timeout=120)
    with concurrent.futures.ThreadPoolExecutor(20) as pool:
        done = [pool.submit(client.submit, "plain", pieces(2 * MIB))
                for _ in range(20)]
        want = digest(b"".join(pieces(2 * MIB)))
        for d in done:
            assert d.result().json()["digest"] == want
