# SPDX-License-Identifier: ISC
"""A real client of tus, over connections that break."""
import contextlib
import hashlib
import json
import pathlib
import socket
import threading

import pytest

from support import npm, process

MIB = 1 << 20
SCRIPT = pathlib.Path(__file__).parent / "clients" / "tus.js"
BODY = hashlib.shake_128(b"a long one").digest(6 * MIB + 12345)


class Line:
    """A line to the server that breaks, once, after so many bytes; silent:
    it does not break, but nothing more arrives."""

    def __init__(self, port, after):
        self.port, self.left = port, after
        self.silent = False
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.address = self.listener.getsockname()[1]
        threading.Thread(target=self.accept, daemon=True).start()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                client, _ = self.listener.accept()
                server = socket.create_connection(("127.0.0.1", self.port))
                for pair in ((client, server), (server, client)):
                    threading.Thread(target=self.copy, daemon=True,
                                     args=(*pair, client)).start()

    def copy(self, source, sink, client):
        with contextlib.suppress(OSError):
            while data := source.recv(65536):
                sink.sendall(data)
                if source is client and self.left is not None:
                    self.left -= len(data)
                    if self.left < 0:
                        self.left = None
                        while self.silent and source.recv(65536):
                            pass
                        break
        for s in (source, sink):
            with contextlib.suppress(OSError):
                s.shutdown(socket.SHUT_RDWR)

    def close(self):
        self.listener.close()


@pytest.fixture
def line(apache):
    line = Line(apache.port, 4 * MIB)
    yield line
    line.close()


@pytest.fixture
def run(tmp_path):
    (tmp_path / "body").write_bytes(BODY)

    def run(port, mode):
        out = npm.node(SCRIPT, f"http://127.0.0.1:{port}/proxy/queues/plain/"
                       "uploads", tmp_path / "body", tmp_path / "urls", mode)
        return json.loads(out)
    return run


def check_stored(client, result):
    assert result["how"] == "done", result
    monitor, _, rest = result["monitor"].lstrip("<").partition(">")
    assert rest == '; rel="monitor"'
    stored = client.get(monitor + "/request")
    assert stored.body == BODY
    assert stored.get("Content-Type") == "application/x-test"


def test_line_breaks(client, line, run):
    """It goes on from what came before the break, not from the beginning."""
    result = run(line.address, "whole")
    check_stored(client, result)
    assert line.left is None
    heads = [offset for method, _, offset in result["said"]
             if method == "HEAD"]
    assert heads and 0 < heads[-1] < len(BODY), result["said"]


def test_given_up_and_resumed(client, db, line, run):
    """By another process, from the URL that the first one wrote down."""
    line.silent = True
    assert run(line.address, "abort")["how"] == "aborted"
    process.wait_until(lambda: db.value(
        "select received from nightdrop.upload") > 3 * MIB, 5,
        "what came")
    result = run(line.address, "resume")
    check_stored(client, result)
    (method, status, offset), *_ = result["said"]
    assert (method, status) == ("HEAD", 200)
    assert offset > 3 * MIB


def test_chunks(client, apache, run):
    result = run(apache.port, "chunks")
    check_stored(client, result)
    offsets = [offset for _, _, offset in result["said"]]
    assert offsets == [*range(300000, len(BODY), 300000), len(BODY)]
    assert {m for m, _, _ in result["said"]} == {"POST"}
