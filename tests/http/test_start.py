# SPDX-License-Identifier: ISC
"""How it is started: what a manager hands over, and what it may get wrong."""
import os
import pathlib
import socket
import subprocess
import time

import pytest

from support import fcgi, place, process, programs
from support.documents import check_problem

JOBS = "/queues/plain/jobs"


class Managed:
    """As a process manager starts it: a listening socket is descriptor 0."""

    def __init__(self, home, closed=(), blocking=True, **environment):
        self.path = str(home / "manager.sock")
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.bind(self.path)
        self.socket.listen(16)
        self.socket.setblocking(blocking)
        self.process = subprocess.Popen(
            [place.program("nightdrop.fcgi")], env=environment,
            stdin=self.socket, stdout=subprocess.DEVNULL,
            stderr=open(home / "stderr", "wb"), cwd="/",
            preexec_fn=lambda: [os.close(fd) for fd in closed])
        programs.started.append(self.process)

    def call(self, method="POST", target=JOBS, body=b"x"):
        return fcgi.call(self.path, method, target, body)

    def stop(self):
        process.end(self.process, 15, 10)
        self.socket.close()


@pytest.fixture
def home(room):
    return place.directory(room, f"start{time.monotonic_ns()}")


@pytest.fixture
def environment(room, db, home):
    return {"PATH": os.environ["PATH"], "NIGHTDROP_CONFIG": "/dev/null",
            "NIGHTDROP_DATABASE": db.conninfo("nightdrop_responder"),
            "NIGHTDROP_LOG": str(home / "log"), **programs.sanitizer(room)}


def test_wrong_setting(home, environment):
    """503, and one line that names it, where 'log' says; nothing else."""
    m = Managed(home, NIGHTDROP_THREADS="many", **environment)
    try:
        check_problem(m.call(), 503)
    finally:
        m.stop()
    errors = [line for line in (home / "log").read_text().splitlines()
              if " error: " in line]
    assert len(errors) == 1 and "'threads'" in errors[0], errors
    assert (home / "stderr").read_text() == ""


def test_closed_descriptors(home, environment):
    """No connection gets the number of stdout or stderr."""
    m = Managed(home, closed=(1, 2), **environment)
    try:
        assert m.call().status == 202
        for fd in (1, 2):
            target = os.readlink(f"/proc/{m.process.pid}/fd/{fd}")
            assert target == "/dev/null"
    finally:
        m.stop()


def test_socket_that_does_not_block(home, environment):
    """It waits for the next request all the same, and does not spin."""
    m = Managed(home, blocking=False, **environment)
    try:
        assert m.call().status == 202
        time.sleep(1)
        stat = pathlib.Path(f"/proc/{m.process.pid}/stat").read_text()
        ticks = sum(int(n) for n in stat.rpartition(")")[2].split()[11:13])
        assert ticks / os.sysconf("SC_CLK_TCK") < 0.5
        assert m.call().status == 202
    finally:
        m.stop()


@pytest.mark.parametrize("method", ["GET", "HEAD", "DELETE", "OPTIONS"])
def test_cgi_whose_input_never_ends(home, environment, method):
    """Without a length there is no body to wait for."""
    with subprocess.Popen(
            [place.program("nightdrop.fcgi")], cwd="/",
            env={**environment, **fcgi.environment(method, "/health")},
            stdin=subprocess.PIPE, stdout=subprocess.PIPE) as p:
        programs.started.append(p)
        assert p.wait(10) == 0
        out = p.stdout.read()
    assert fcgi.parse(out).status in (200, 204, 405)
