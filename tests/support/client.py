# SPDX-License-Identifier: ISC
"""An HTTP client: changes nothing it is given, hides nothing it gets."""
import base64
import http.client
import json


class Answer:
    """What came back.  Field names are compared without regard to case."""

    def __init__(self, status, reason, fields, body):
        self.status = status
        self.reason = reason
        self.fields = fields  # [(name, value), ...]
        self.body = body

    def all(self, name):
        return [v for n, v in self.fields if n.lower() == name.lower()]

    def get(self, name):
        """The one field of that name, or None; two are a failure."""
        values = self.all(name)
        assert len(values) <= 1, f"{name} came {len(values)} times: {values}"
        return values[0] if values else None

    def json(self):
        return json.loads(self.body)

    def links(self):
        """{relation: target} of the Link fields."""
        found = {}
        for value in self.all("Link"):
            for link in value.split(", "):
                target, _, rest = link.partition(">")
                found[rest.partition('rel="')[2].partition('"')[0]] = \
                    target.lstrip("<")
        return found

    def __repr__(self):
        lines = [f"{self.status} {self.reason}"]
        lines += [f"{n}: {v}" for n, v in self.fields]
        return "\n".join(lines) + "\n\n" + repr(self.body[:2000])


class Client:
    """Requests below one mount of one server.  user: Basic authentication.

    A path that begins with the mount's own prefix (a Location, a monitor's
    URL) is taken as it is.
    """

    def __init__(self, port, prefix, user=None, timeout=60):
        self.port = port
        self.prefix = prefix
        self.user = user
        self.timeout = timeout

    def url(self, path):
        if path == self.prefix or path.startswith(self.prefix + "/"):
            return path
        return self.prefix + path

    def request(self, method, path, body=None, **fields):
        """fields: Content_Type="text/plain" and so on; None: not sent.

        body: bytes (sent with Content-Length) or an iterator of bytes
        (chunked).
        """
        return self.send(method, self.url(path), body,
                         {n.replace("_", "-"): v for n, v in fields.items()})

    def send(self, method, target, body=None, fields=None):
        connection = http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=self.timeout)
        try:
            connection.putrequest(method, target, skip_accept_encoding=True)
            for name, value in self.complete(method, body, fields).items():
                connection.putheader(name, value)
            chunked = body is not None and not isinstance(body, bytes)
            connection.endheaders(body, encode_chunked=chunked)
            r = connection.getresponse()
            return Answer(r.status, r.reason, r.getheaders(), r.read())
        finally:
            connection.close()

    def complete(self, method, body, fields):
        sent = {n: v for n, v in (fields or {}).items() if v is not None}
        known = {n.lower() for n in sent}
        if self.user:
            word = base64.b64encode(f"{self.user}:x".encode()).decode()
            sent["Authorization"] = f"Basic {word}"
        if isinstance(body, bytes) and "content-length" not in known:
            sent["Content-Length"] = str(len(body))
        elif body is None and method in ("POST", "PUT", "PATCH") \
                and "content-length" not in known:
            sent["Content-Length"] = "0"
        elif body is not None and "content-length" not in known:
            sent["Transfer-Encoding"] = "chunked"
        return sent

    def get(self, path, **fields):
        return self.request("GET", path, **fields)

    def post(self, path, body=b"", **fields):
        return self.request("POST", path, body, **fields)

    def delete(self, path, **fields):
        return self.request("DELETE", path, **fields)

    def submit(self, queue, body=b"", **fields):
        """POST a job; its answer, which must be a 2xx."""
        answer = self.post(f"/queues/{queue}/jobs", body, **fields)
        assert answer.status in (201, 202, 204), answer
        return answer
