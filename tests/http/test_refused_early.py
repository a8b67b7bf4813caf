# SPDX-License-Identifier: ISC
"""A long body that will not be taken is refused before it is stored, and its
sender hears why: who waits for 100 Continue and who does not."""
import http.client
import select
import socket

import pytest

from support.client import Answer, Client
from support.documents import check_problem
from support.nginx import Nginx

SIZE = 24 << 20
PIECE = b"x" * 65536

# queue: (its settings, status, the limit that the problem names)
QUEUES = {
    "hers": ({"submitters": ["ann"]}, 401, None),
    "shut": ({"accepting": False}, 503, None),
    "full": ({"max_waiting": 0}, 503, None),
    "picky": ({"media_types": ["text/csv"]}, 415, None),
    "brief": ({"max_size": SIZE - 1}, 413, SIZE - 1),
    "spent": ({"max_waiting_owner": 0}, 429, None),
    "missing": (None, 404, None),
}

pytestmark = pytest.mark.usefixtures("nothing_new")


@pytest.fixture(scope="module", autouse=True)
def made(db, queues):
    for name, (settings, _, _) in QUEUES.items():
        if settings is not None:
            db.queue(name, **settings)


@pytest.fixture(scope="module")
def front(room, responder):
    """nginx, which by itself would take the whole body first."""
    n = Nginx(room).location("/nginx", responder.socket,
                             after="fastcgi_request_buffering off;").start()
    yield n
    n.stop()


@pytest.fixture(params=["proxy", "fcgid", "cgi", "nginx"])
def way(request, apache, front):
    port = front.port if request.param == "nginx" else apache.port
    return Client(port, f"/{request.param}")


def head_of(client, path, more=""):
    return (f"POST {client.url(path)} HTTP/1.1\r\nHost: 127.0.0.1\r\n"
            f"Content-Type: text/plain\r\nContent-Length: {SIZE}\r\n"
            f"{more}\r\n").encode()


def answer_of(s):
    r = http.client.HTTPResponse(s, method="POST")
    r.begin()
    return Answer(r.status, r.reason, r.getheaders(), r.read())


def send_long(client, path, expect):
    """POST SIZE bytes, listening meanwhile; the answer."""
    more = "Expect: 100-continue\r\n" if expect else ""
    with socket.create_connection(("127.0.0.1", client.port), 30) as s:
        s.sendall(head_of(client, path, more))
        if not expect or go_on(s):
            send_body(s)
        return answer_of(s)


def go_on(s):
    """100 Continue: true, and taken off; anything else is the answer."""
    select.select([s], [], [], 30)
    word = s.recv(25, socket.MSG_PEEK)
    if not word.startswith(b"HTTP/1.1 100"):
        return False
    s.recv(len(b"HTTP/1.1 100 Continue\r\n\r\n"))
    return True


def send_body(s):
    """Until the end, or until there is an answer."""
    sent = 0
    while sent < SIZE:
        answered, writable, _ = select.select([s], [s], [], 30)
        if answered:
            break
        assert writable, "neither taken nor answered"
        sent += s.send(PIECE)


@pytest.mark.parametrize("queue", QUEUES)
@pytest.mark.parametrize("expect", [False, True], ids=["", "expect"])
def test_heard(way, queue, expect):
    _, status, limit = QUEUES[queue]
    a = send_long(way, f"/queues/{queue}/jobs", expect)
    doc = check_problem(a, status, way.prefix)
    assert doc.get("limit") == limit or limit is None


@pytest.mark.parametrize("queue", QUEUES)
def test_judged_by_the_head_alone(front, queue):
    """Not a byte of the body has been sent, none could have been stored."""
    client = Client(front.port, "/nginx")
    with socket.create_connection(("127.0.0.1", client.port), 10) as s:
        s.sendall(head_of(client, f"/queues/{queue}/jobs"))
        check_problem(answer_of(s), QUEUES[queue][1], client.prefix)
