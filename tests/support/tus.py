# SPDX-License-Identifier: ISC
"""Uploads by tus 1.0.0, step by step."""
import base64
import hashlib

from . import fcgi

TUS = {"Tus_Resumable": "1.0.0"}
PATCH = {**TUS, "Content_Type": "application/offset+octet-stream"}


def base64_of(value):
    return base64.b64encode(value).decode()


def checksum(body, name="sha1"):
    """As in Upload-Checksum."""
    return f"{name} {base64_of(hashlib.new(name, body).digest())}"


class Direct:
    """An upload by way of the responder's own socket."""

    def __init__(self, responder, length):
        self.socket = responder.socket
        a = fcgi.call(self.socket, "POST", "/queues/plain/uploads",
                      HTTP_TUS_RESUMABLE="1.0.0",
                      HTTP_UPLOAD_LENGTH=str(length))
        assert a.status == 201, a
        self.where = a.get("Location")

    def begin(self, offset, told, **fields):
        c = fcgi.Connection(self.socket)
        c.begin(fcgi.environment(
            "PATCH", self.where, b"x" * told,
            CONTENT_TYPE=PATCH["Content_Type"], HTTP_TUS_RESUMABLE="1.0.0",
            HTTP_UPLOAD_OFFSET=str(offset), **fields))
        return c

    def offset(self):
        a = fcgi.call(self.socket, "HEAD", self.where,
                      HTTP_TUS_RESUMABLE="1.0.0")
        assert a.status == 200, a
        return int(a.get("Upload-Offset"))

    def send(self, offset, body):
        with self.begin(offset, len(body)) as c:
            c.body(body)
            c.finish()
            return c.answer()
