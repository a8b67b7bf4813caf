#!/usr/bin/python3 -IS
# SPDX-License-Identifier: ISC
"""An application that does what the body of its job says, however wrong."""
import os
import resource
import signal
import socket
import struct
import sys
import time

END, STDOUT, STDERR = 3, 6, 7
served = 0
number = 0  # of the request in hand
listener = socket.socket(fileno=0)
connection = None


def record(kind, content=b"", request=None, version=1, length=None,
           padding=0):
    request = number if request is None else request
    size = len(content) if length is None else length
    return struct.pack(">BBHHBx", version, kind, request, size,
                       padding) + content + bytes(padding)


def send(*records):
    connection.sendall(b"".join(records))


def take(n):
    data = bytearray(n)
    view = memoryview(data)
    while view:
        got = connection.recv_into(view)
        if not got:
            raise EOFError
        view = view[got:]
    return data


def request():
    """Variables and body of the next one."""
    global number
    streams = {4: bytearray(), 5: bytearray()}
    while True:
        _, kind, number, size, padding = struct.unpack(">BBHHBx", take(8))
        content = take(size + padding)[:size]
        if kind in streams:
            streams[kind] += content
            if kind == 5 and (not content or streams[5] == b"deaf"):
                return streams[5]


def end(app=0, protocol=0, **more):
    return record(END, struct.pack(">IB3x", app, protocol), **more)


def out(text):
    return record(STDOUT, text)


HEAD = b"Content-Type: text/plain\n\n"


def answer(text=b""):
    return out(HEAD + b"%d %d %s" % (os.getpid(), served, text))


def split():
    for byte in out(HEAD) + out(b"in bytes") + out(b"") + end():
        send(bytes([byte]))


def flood(kind):
    block = record(kind, b"x" * 65535)
    try:
        while True:
            connection.sendall(block)
    except OSError:
        time.sleep(60)


def die(how):
    send(answer())
    how()


def linger(then):
    """Does it when the next job has been sent."""
    send(answer(), end())
    while len(connection.recv(8, socket.MSG_PEEK)) < 8:
        pass
    then()


def removed():
    """Its file is, while it runs; then it is to be started again."""
    open(os.environ["TMPDIR"] + "/here", "x").close()
    while os.path.exists(sys.argv[0]):
        time.sleep(0.02)
    linger(lambda: os._exit(0))


def echo():
    for at in range(0, len(body), 60000):
        send(out((b"" if at else HEAD) + body[at:at + 60000]))
    send(end())


def deaf():
    """Reads no more than it must, answers, and ends."""
    send(answer(), end())


def child():
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            os.close(1), os.close(2), os.close(3)
            connection.close(), listener.close()
            time.sleep(300)
        os._exit(0)
    os.wait()
    send(answer(), end())


def progress():
    os.write(3, b"40 resizing\n")
    time.sleep(3)
    send(answer(), end())
    time.sleep(0.2)
    os.write(3, b"too late\n")


def stubborn():
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(60)


def orphans():
    """How many live that were left by its children."""
    parents = [open(f"/proc/{p}/stat").read().rsplit(")")[1].split()[1]
               for p in os.listdir("/proc") if p.isdigit()
               and mark in environ_of(p) and int(p) != os.getpid()]
    send(answer(b"%d" % len(parents)), end())


mark = b"TMPDIR=" + os.environ["TMPDIR"].encode()


def colleagues():
    """How many applications this slot has, once those that leave have."""
    until = time.monotonic() + 3
    n = 9
    while n > 4 and time.monotonic() < until:
        n = sum(mark in environ_of(p) for p in os.listdir("/proc")
                if p.isdigit())
        time.sleep(0.02)
    send(answer(b"%d" % n), end())


def environ_of(pid):
    try:
        with open(f"/proc/{pid}/environ", "rb") as f:
            return f.read().split(b"\0")
    except OSError:
        return []


def burn():
    """Most of a second of CPU time."""
    until = time.process_time() + 0.7
    while time.process_time() < until:
        pass
    send(answer(), end())


def spin():
    while True:
        pass


MANNERS = {
    "ok": lambda: send(answer(), end()),
    "split": split,
    "padded": lambda: send(record(STDERR, b"hm\n", padding=255),
                           record(STDOUT, HEAD + b"soft", padding=7),
                           end(padding=3)),
    "managed": lambda: send(record(10, request=0), record(11, b"x" * 8,
                                                          request=0),
                            answer(), end()),
    "silent": lambda: send(end()),
    "status": lambda: send(answer(), end(app=5)),
    "version": lambda: send(record(STDOUT, HEAD, version=2)),
    "http": lambda: send(b"HTTP/1.1 200 OK\r\n\r\n"),
    "other-request": lambda: send(record(STDOUT, HEAD, request=999)),
    "type": lambda: send(record(5, b"x")),
    "managed-type": lambda: send(record(9, request=0)),
    "short-end": lambda: send(answer(), record(END, b"1234")),
    "long-end": lambda: send(answer(), record(END, b"x" * 9)),
    "out-after-out": lambda: send(answer(), out(b""), answer(), end()),
    "out-after-end": lambda: send(answer(), end(), answer()),
    "overloaded": lambda: send(end(protocol=2)),
    "multiplex": lambda: send(end(protocol=1)),
    "role": lambda: send(end(protocol=3)),
    "beyond": lambda: send(answer(), end(protocol=77)),
    "stderr": lambda: (flood(STDERR)),
    "stdout": lambda: (send(out(HEAD)), flood(STDOUT)),
    "nothing": lambda: time.sleep(60),
    "deaf": deaf,
    "closes": lambda: connection.close(),
    "half": lambda: (send(answer(), record(STDOUT, b"x", length=9)),
                     connection.close()),
    "exits": lambda: os._exit(0),
    "exits-3": lambda: die(lambda: os._exit(3)),
    "crashes": lambda: die(lambda: os.kill(os.getpid(), signal.SIGSEGV)),
    "leaves": lambda: (send(answer(), end()), os._exit(0)),
    "drops": lambda: (send(answer(), end()), connection.close()),
    "lingers": lambda: linger(lambda: os._exit(0)),
    "removed": removed,
    "lingers-drops": lambda: linger(lambda: connection.close()),
    "lingers-hides": lambda: linger(lambda: (
        listener.close(), connection.close(), time.sleep(60))),
    "lingers-crashes": lambda: linger(
        lambda: os.kill(os.getpid(), signal.SIGSEGV)),
    "hides": lambda: (send(answer(), end()), listener.close(),
                      connection.close(), time.sleep(60)),
    "status-max": lambda: send(answer(), end(app=0xffffffff)),
    "stubborn": stubborn,
    "spin": spin,
    "burn": burn,
    "orphans": orphans,
    "colleagues": colleagues,
    "child": child,
    "progress": progress,
    "tmp": lambda: (open(os.environ["TMPDIR"] + "/mine", "x").close(),
                    send(answer(), end())),
    "words": lambda: (os.write(1, b"out\n"), os.write(2, b"err\n"),
                      send(record(STDERR, b"record\n"), answer(), end())),
    "echo": echo,
    "memory": lambda: send(out(HEAD + str(resource.getrlimit(
        resource.RLIMIT_AS)[0]).encode()), end()),
    "environ": lambda: send(
        out(HEAD + b"\n".join(sorted(environ_of("self")))), end()),
    "fds": lambda: send(out(HEAD + " ".join(sorted(
        os.listdir("/proc/self/fd"))).encode()), end()),
}

while True:
    try:
        if connection is None or connection.fileno() < 0:
            connection, _ = listener.accept()
        body = request()
        served += 1
        MANNERS[body[:100].decode().split()[0]]()
    except (EOFError, OSError) as problem:
        if not isinstance(problem, EOFError):
            print(problem, file=sys.stderr)
        connection.close()
