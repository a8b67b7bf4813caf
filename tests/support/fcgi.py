# SPDX-License-Identifier: ISC
"""A FastCGI client of our own: for what no web server would let through.

FastCGI 1.0: a record is an 8-byte header (version, type, request id, content
length, padding length, reserved) and its content.  Role: responder.
"""
import socket
import struct

from .client import Answer

BEGIN, ABORT, END, PARAMS, STDIN, STDOUT, STDERR = range(1, 8)
GET_VALUES = 9
KEEP = 1


def record(kind, content=b"", request=1, version=1, length=None):
    """One record; length lies about the content where it is given."""
    size = len(content) if length is None else length
    return struct.pack(">BBHHBx", version, kind, request, size, 0) + content


def pair(name, value):
    """A name-value pair: lengths below 128 in one byte, else in four."""
    data = b""
    for text in (name, value):
        if len(text) < 128:
            data += bytes([len(text)])
        else:
            data += struct.pack(">I", len(text) | 0x80000000)
    return data + name + value


def octets(text):
    return text if isinstance(text, bytes) else text.encode()


def environment(method, target, body=b"", prefix="", **more):
    """The variables of a request as a server would send them."""
    path, _, query = target.partition("?")
    env = {"GATEWAY_INTERFACE": "CGI/1.1", "SERVER_SOFTWARE": "test",
           "SERVER_PROTOCOL": "HTTP/1.1", "SERVER_NAME": "localhost",
           "SERVER_PORT": "80", "REMOTE_ADDR": "127.0.0.1",
           "REQUEST_METHOD": method, "REQUEST_URI": target,
           "SCRIPT_NAME": path, "QUERY_STRING": query,
           "HTTP_HOST": "localhost"}
    if prefix:
        env["NIGHTDROP_PREFIX"] = prefix
    if method not in ("GET", "HEAD", "DELETE", "OPTIONS"):
        env["CONTENT_LENGTH"] = str(len(body))
    env.update(more)
    return {n: v for n, v in env.items() if v is not None}


class Connection:
    """One connection to the responder's socket."""

    def __init__(self, path, timeout=20):
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.settimeout(timeout)
        self.socket.connect(str(path))
        self.file = self.socket.makefile("rb")

    def close(self):
        self.file.close()
        self.socket.close()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def raw(self, data):
        self.socket.sendall(data)

    def begin(self, env, keep=False, request=1):
        """Everything before the body.  env: a dict, or pairs."""
        pairs = env.items() if isinstance(env, dict) else env
        data = b"".join(pair(octets(n), octets(v)) for n, v in pairs)
        out = [record(BEGIN, struct.pack(">HB5x", 1, KEEP if keep else 0),
                      request)]
        out += [record(PARAMS, data[i:i + 65528], request)
                for i in range(0, len(data), 65528)]
        out.append(record(PARAMS, request=request))
        self.raw(b"".join(out))

    def body(self, data, request=1):
        for i in range(0, len(data), 65528):
            self.raw(record(STDIN, data[i:i + 65528], request))

    def finish(self, request=1):
        self.raw(record(STDIN, request=request))

    def records(self):
        """(type, request, content) of each record until END or the end."""
        while True:
            head = self.file.read(8)
            if len(head) < 8:
                return
            _, kind, request, size, padding = struct.unpack(">BBHHBx", head)
            content = self.file.read(size)
            self.file.read(padding)
            yield kind, request, content
            if kind == END:
                return

    def answer(self):
        """The CGI answer as an HTTP one; None where none came whole."""
        out, ended = b"", False
        for kind, _, content in self.records():
            assert kind != STDERR or not content, \
                f"the responder wrote to the FastCGI stderr: {content!r}"
            if kind == STDOUT:
                out += content
            ended = ended or kind == END
        if not ended or not out:
            return None
        return parse(out)


def parse(out):
    head, _, body = out.partition(b"\r\n\r\n")
    fields = []
    for line in head.decode("latin-1").split("\r\n"):
        name, colon, value = line.partition(":")
        assert colon, f"not a header line: {line!r}"
        fields.append((name, value.strip()))
    status = [v for n, v in fields if n.lower() == "status"]
    assert len(status) == 1, f"one Status line wanted: {fields}"
    code, _, reason = status[0].partition(" ")
    return Answer(int(code), reason, fields, body)


def call(path, method, target, body=b"", timeout=20, **more):
    """One whole request, and its answer."""
    with Connection(path, timeout) as c:
        c.begin(environment(method, target, body, **more))
        c.body(body)
        c.finish()
        return c.answer()
