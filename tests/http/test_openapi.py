# SPDX-License-Identifier: ISC
"""/openapi.json: is it OpenAPI, is all of route.c in it and nothing else, and
is what the responder answers what it says?"""
import json
import re

import jsonschema
import pytest

from support import fcgi, place

PREFIX = "/night"
METHODS = {"get", "put", "post", "delete", "options", "head", "patch"}
# What any answer may have (info.description has it), and what is a server's.
EVERYWHERE = {"status", "content-type", "content-length", "cache-control",
              "vary", "referrer-policy", "x-content-type-options",
              "content-security-policy"}
TUS = {"HTTP_TUS_RESUMABLE": "1.0.0"}
PATCH = {**TUS, "CONTENT_TYPE": "application/offset+octet-stream"}
HANDLERS = {
    "fine": "printf 'Status: 200 OK\\nContent-Type: text/plain\\n\\nfine'",
    "made": "printf 'Status: 201 Created\\nLocation: /x\\n"
            "Content-Type: text/plain\\n\\nmade'",
    "denied": "printf 'Status: 403 No\\nContent-Type: text/plain\\n\\nno'",
    "odd": "printf 'Status: 412 Odd\\nContent-Type: text/plain\\n\\nodd'",
    "broken": "exit 3",
}


@pytest.fixture(scope="module")
def document(responder):
    a = fcgi.call(responder.socket, "GET", PREFIX + "/openapi.json",
                  prefix=PREFIX)
    assert a.status == 200, a
    assert a.get("Content-Type") == "application/json"
    return a.json()


def find(document, ref):
    """What "#/a/b" points to."""
    at = document
    for step in ref.removeprefix("#/").split("/"):
        at = at[step.replace("~1", "/").replace("~0", "~")]
    return at


def resolve(document, part):
    while "$ref" in part:
        part = find(document, part["$ref"])
    return part


def nodes(part):
    yield part
    for child in part.values() if isinstance(part, dict) else part:
        if isinstance(child, (dict, list)):
            yield from nodes(child)


def operations(document):
    for path, item in document["paths"].items():
        assert set(item) <= METHODS, path
        for method, operation in item.items():
            yield path, method, operation


# Is it OpenAPI?


def test_its_url(responder, document):
    def server(**more):
        return fcgi.call(responder.socket, "GET",
                         more.get("prefix", "") + "/openapi.json",
                         **more).json()["servers"]

    assert document["servers"] == [{"url": PREFIX}]
    assert server() == [{"url": "/"}]


def test_it_is_a_document(responder):
    where = PREFIX + "/openapi.json"
    a = fcgi.call(responder.socket, "GET", where, prefix=PREFIX,
                  HTTP_ACCEPT="text/html")
    assert a.get("Content-Type") == "application/json"
    tag = a.get("ETag")
    a = fcgi.call(responder.socket, "GET", where, prefix=PREFIX,
                  HTTP_ACCEPT="text/html", HTTP_IF_NONE_MATCH=tag)
    assert (a.status, a.body) == (304, b"")
    a = fcgi.call(responder.socket, "POST", where, prefix=PREFIX)
    assert (a.status, a.get("Allow")) == (405, "GET, HEAD, OPTIONS")
    links = fcgi.call(responder.socket, "GET", PREFIX + "/",
                      prefix=PREFIX).json()["links"]
    assert {"rel": "service-desc", "href": where} in links


def test_structure(document):
    assert document["openapi"].startswith("3.1.")
    assert document["info"]["title"] and document["info"]["version"]
    ids = [o["operationId"] for _, _, o in operations(document)]
    assert len(ids) == len(set(ids))
    tags = {t["name"] for t in document["tags"]}
    for path, method, o in operations(document):
        where = f"{method} {path}"
        assert o["summary"] and set(o.get("tags", [])) <= tags, where
        parameters = [resolve(document, p) for p in o.get("parameters", [])]
        in_path = {p["name"] for p in parameters if p["in"] == "path"}
        assert in_path == set(re.findall(r"{(\w+)}", path)), where
        for p in parameters:
            assert p["in"] in ("path", "query", "header"), where
            assert p["description"] and "schema" in p, where
            assert p["in"] != "path" or p["required"] is True, where
        assert o["responses"], where
        for status, r in o["responses"].items():
            assert re.fullmatch(r"[2-5]\d\d|default", status), where
            assert resolve(document, r)["description"], where
        if "requestBody" in o:
            assert o["requestBody"]["content"], where
            assert method in ("post", "put", "patch"), where


def test_references(document):
    """Each leads somewhere, and all that is there is led to."""
    used = {n["$ref"] for n in nodes(document)
            if isinstance(n, dict) and isinstance(n.get("$ref"), str)}
    there = {f"#/components/{kind}/{name}"
             for kind in ("parameters", "headers", "responses", "schemas")
             for name in document["components"][kind]}
    assert used == there
    schemes = document["components"]["securitySchemes"]
    wanted = {name for security in
              [document["security"],
               *(o.get("security", []) for _, _, o in operations(document))]
              for choice in security for name in choice}
    assert wanted == set(schemes)


def test_schemas(document):
    for name, schema in document["components"]["schemas"].items():
        jsonschema.Draft202012Validator.check_schema(schema)
        assert set(schema.get("required", [])) <= \
            set(schema.get("properties", [])), name


# Is it all of it?


def test_routes(document):
    """The table in route.c, both ways.  HEAD goes with GET, OPTIONS with all:
    info.description says so."""
    text = (place.TOP / "src/responder/route.c").read_text()
    allow_get = re.search(r'#define ALLOW_GET "(.*)"', text).group(1)
    routes = {}
    for pattern, allow in re.findall(
            r'\{ "(/[^"]*)",\s*(ALLOW_GET|"[^"]*")', text):
        allow = allow_get if allow == "ALLOW_GET" else allow.strip('"')
        methods = {m.lower() for m in allow.split(", ")}
        if "get" in methods:
            methods.discard("head")
        routes[pattern] = methods
    assert len(routes) > 10
    described = {re.sub(r"{\w+}", "*", path): set(item)
                 for path, item in document["paths"].items()}
    assert set(described) == set(routes)
    for pattern, methods in routes.items():
        assert described[pattern] - {"options"} == methods - {"options"}, \
            pattern


def test_problem_statuses(responder, document):
    """Each status of /problems is described, and no other."""
    told = fcgi.call(responder.socket, "GET", "/problems").json()["problems"]
    text = (place.TOP / "src/http/problem.c").read_text()
    assert len(told) >= len(re.findall(r"^\t\[ERR_", text, re.M))
    described = {int(name[7:]) for name in document["components"]["responses"]
                 if name.startswith("Problem")}
    everywhere = {405, 501}  # info.description
    assert described | everywhere == {p["status"] for p in told} | everywhere


# Is it what is answered?


def strict(schema):
    """No member that is not described."""
    if isinstance(schema, list):
        return [strict(s) for s in schema]
    if not isinstance(schema, dict):
        return schema
    schema = {n: strict(s) for n, s in schema.items()}
    if isinstance(schema.get("properties"), dict) and \
            schema.get("type") == "object":
        schema["additionalProperties"] = False
    return schema


class Judge:
    """Sends requests, and holds each answer against the document."""

    def __init__(self, socket, document):
        self.socket = socket
        self.document = document
        self.schemas = strict({"components": document["components"]})
        self.seen = set()

    def operation(self, method, path):
        found = []
        for template, item in self.document["paths"].items():
            pattern = re.sub(r"{\w+}", "[^/]+", template)
            if re.fullmatch(pattern, path):
                found.append((template.count("{"), template, item))
        _, template, item = min(found)
        name = method.lower()
        if name == "head" and "head" not in item:
            name = "get"
        return template, name, item[name]

    def __call__(self, method, target, body=b"", want=None, **more):
        a = fcgi.call(self.socket, method, PREFIX + target, body,
                      prefix=PREFIX, **more)
        assert want is None or a.status == want, a
        path = target.partition("?")[0]
        template, name, operation = self.operation(method, path)
        status = str(a.status)
        if status not in operation["responses"]:
            assert "default" in operation["responses"], \
                f"{method} {target}: {status} is not described\n{a}"
            status = "default"
        self.seen.add((template, name, status))
        said = resolve(self.document, operation["responses"][status])
        self.check_fields(said, a, "uploads" in operation["tags"])
        if method != "HEAD":
            self.check_body(said, a)
        return a

    def check_fields(self, said, a, tus):
        described = {n.lower() for n in said.get("headers", {})}
        assert not tus or a.get("Tus-Resumable"), a
        for name, value in a.fields:
            assert name.lower() in described | EVERYWHERE | \
                ({"tus-resumable", "tus-version"} if tus else set()), \
                f"{name} is not described\n{a}"
            if name.lower() in described:
                h = next(h for n, h in said["headers"].items()
                         if n.lower() == name.lower())
                schema = resolve(self.document, h)["schema"]
                if schema.get("type") == "integer":
                    int(value)

    def check_body(self, said, a):
        if not a.body and "content" not in said:
            return
        media = a.get("Content-Type").partition(";")[0]
        content = said["content"]
        assert media in content or "*/*" in content, a
        if media not in content:
            return
        if media.endswith("+json") or media == "application/json":
            self.check_json(a.json(), content[media].get("schema", {}))
        for line in a.body.splitlines() if "x-line" in content[media] else ():
            self.check_json(json.loads(line), content[media]["x-line"])

    def check_json(self, document, schema):
        jsonschema.validate(document, strict({**schema, **self.schemas}),
                            jsonschema.Draft202012Validator)


@pytest.fixture(scope="module")
def judge(responder, document):
    j = Judge(responder.socket, document)
    yield j


def below(answer, name="Content-Location"):
    """A URL of ours, without the prefix."""
    return answer.get(name).removeprefix(PREFIX)


def test_service(judge):
    for path in ("/", "/queues", "/queues/plain", "/problems", "/health",
                 "/openapi.json"):
        a = judge("GET", path, want=200)
        judge("HEAD", path, want=200)
        if a.get("ETag"):
            judge("GET", path, want=304, HTTP_IF_NONE_MATCH=a.get("ETag"))
        judge("GET", path, want=200, HTTP_ACCEPT="text/html")
    judge("GET", "/metrics", want=200)
    judge("HEAD", "/metrics", want=200)
    judge("GET", "/queues/none", want=404)
    judge("GET", "/queues/none", want=404, HTTP_ACCEPT="text/html")


def test_submit(judge, db):
    jobs = "/queues/plain/jobs"
    a = judge("POST", jobs, b"x", 202)
    judge("POST", jobs, b"x", 202, HTTP_PREFER="return=minimal")
    judge("POST", "/queues/made/jobs", b"x", 201)
    judge("POST", "/queues/silent/jobs", b"x", 204)
    judge("POST", jobs, b"x", 400, HTTP_IDEMPOTENCY_KEY='"')
    judge("POST", jobs, b"x", 202, HTTP_IDEMPOTENCY_KEY='"oa"')
    judge("POST", jobs, b"x", 202, HTTP_IDEMPOTENCY_KEY='"oa"')
    judge("POST", jobs, b"x", 401, HTTP_AUTHORIZATION="Bearer none")
    judge("POST", jobs, b"x", 403, HTTP_SEC_FETCH_SITE="cross-site")
    judge("POST", "/queues/none/jobs", b"x", 404)
    judge("POST", "/queues/small/jobs", b"x" * 1001, 413)
    judge("POST", "/queues/text/jobs", b"x", 415, CONTENT_TYPE="image/png")
    judge("POST", jobs, b"x", 431, HTTP_X="x" * 70000)
    judge("POST", "/queues/closed/jobs", b"x", 503)
    judge("POST", "/queues/closed/jobs", b"x", 503, HTTP_ACCEPT="text/html")
    judge("GET", below(a), want=200)
    judge("GET", below(a), want=200, HTTP_PREFER="return=minimal")


def test_waiting(judge):
    a = judge("POST", "/queues/plain/jobs", b"x" * 100, 202)
    monitor = below(a)
    tag = judge("GET", monitor, want=200).get("ETag")
    judge("GET", monitor, want=304, HTTP_IF_NONE_MATCH=tag)
    judge("GET", monitor[:-1] + "!", want=404)
    judge("GET", monitor + "/response", want=202)
    judge("GET", monitor + "/response", want=202,
          HTTP_PREFER="return=minimal")
    request = monitor + "/request"
    tag = judge("GET", request, want=200).get("ETag")
    judge("GET", request, want=206, HTTP_RANGE="bytes=0-9")
    judge("GET", request, want=304, HTTP_IF_NONE_MATCH=tag)
    judge("GET", request, want=412, HTTP_IF_MATCH='"other"')
    judge("GET", request, want=416, HTTP_RANGE="bytes=1000-")
    judge("DELETE", monitor, want=403, HTTP_SEC_FETCH_SITE="cross-site")
    judge("DELETE", monitor, want=204)
    judge("GET", monitor, want=200)
    judge("GET", monitor + "/response", want=410)


@pytest.fixture(scope="module")
def finished(judge, db, handlers, batch):
    """{queue: monitor}"""
    made = {}
    for name, script in HANDLERS.items():
        if name != "made":
            db.queue(name, max_attempts=1)
        handlers.write(name, script)
        a = judge("POST", f"/queues/{name}/jobs", b"in")
        made[name] = below(a)
    result = batch.run()
    assert result.status == 0, result
    return made


@pytest.mark.parametrize("name, status", [
    ("fine", 200), ("made", 201), ("denied", 403), ("odd", 502),
    ("broken", 502)])
def test_finished(judge, finished, name, status):
    monitor = finished[name]
    doc = judge("GET", monitor, want=200).json()
    assert doc["outcome"]
    judge("DELETE", monitor, want=409)
    response = monitor + "/response"
    a = judge("GET", response, want=status)
    judge("HEAD", response, want=status)
    judge("GET", response, want=200, HTTP_ACCEPT="application/http")
    if status == 200:
        judge("GET", response, want=304, HTTP_IF_NONE_MATCH=a.get("ETag"))
        judge("GET", response, want=206, HTTP_RANGE="bytes=0-1")
        judge("GET", response, want=416, HTTP_RANGE="bytes=99-")
    judge("GET", "/queues/" + name, want=200)


def test_finished_bundle(judge, db, handlers, batch):
    """Answers of text, of bytes, and none."""
    handlers.write("made", """read -r line
printf 'Content-Type: text/plain\\n\\n'
case $line in 1) echo one;; 2) printf '\\377\\376';; *) exit 1;; esac""")
    db.sql("update nightdrop.queue set max_attempts = 1 where name = 'made'")
    a = judge("POST", "/queues/made/bundles", b"1\n2\n3\n", 202,
              CONTENT_TYPE="application/x-ndjson")
    assert batch.run().status == 0
    lines = judge("GET", below(a) + "/responses", want=200).body.splitlines()
    lines = [json.loads(line) for line in lines]
    assert [n["status"] for n in lines] == [200, 200, 502]
    assert (lines[0]["body"], lines[1]["body_base64"]) == ("one\n", "//4=")
    judge("GET", below(a) + "/jobs", want=200)
    judge("GET", below(a), want=200)


def test_named(judge):
    where = "/queues/plain/jobs/prices"
    tag = judge("PUT", where, b"1", 201).get("ETag")
    judge("PUT", where, b"1", 412, HTTP_IF_NONE_MATCH="*")
    judge("PUT", where, b"2", 204, HTTP_IF_MATCH=tag)
    judge("PUT", where, b"2", 412, HTTP_IF_MATCH=tag)
    a = judge("GET", where, want=200)
    judge("GET", where, want=304, HTTP_IF_NONE_MATCH=a.get("ETag"))
    judge("GET", where, want=206, HTTP_RANGE="bytes=0-0")
    judge("DELETE", a.links()["monitor"].removeprefix(PREFIX), want=204)
    judge("GET", where, want=303)
    judge("GET", "/queues/plain/jobs/none", want=404)
    judge("PUT", "/queues/small/jobs/a", b"x" * 1001, 413)


def test_list(judge):
    ann = {"REMOTE_USER": "ann", "NIGHTDROP_TRUST_USER": "1"}
    judge("GET", "/jobs", want=401)
    for _ in range(3):
        judge("POST", "/queues/plain/jobs", b"x", 202, **ann)
    a = judge("GET", "/jobs?limit=2", want=200, **ann)
    judge("GET", "/jobs?limit=2", want=304,
          HTTP_IF_NONE_MATCH=a.get("ETag"), **ann)
    assert len(a.json()["jobs"]) == 2
    judge("GET", a.json()["next"].removeprefix(PREFIX), want=200, **ann)
    judge("GET", "/jobs?limit=0", want=400, **ann)


def test_bundles(judge):
    where = "/queues/plain/bundles"
    lines = {"CONTENT_TYPE": "application/x-ndjson"}
    a = judge("POST", where, b"1\n2\n", 202, **lines)
    judge("POST", where, b"1\n2\n", 202, HTTP_PREFER="return=minimal",
          **lines)
    judge("POST", where, b"1\n2\n", 415, CONTENT_TYPE="text/plain")
    bad = judge("POST", where, b"1\n{\n", 422, **lines)
    assert bad.json()["line"] == 2
    bundle = below(a)
    tag = judge("GET", bundle, want=200).get("ETag")
    judge("GET", bundle, want=304, HTTP_IF_NONE_MATCH=tag)
    judge("GET", bundle, want=200, HTTP_PREFER="return=minimal")
    judge("GET", bundle, want=200, HTTP_ACCEPT="text/html")
    judge("GET", bundle[:-1] + "!", want=404)
    a = judge("GET", bundle + "/jobs?limit=1", want=200)
    judge("GET", bundle + "/jobs?limit=1", want=304,
          HTTP_IF_NONE_MATCH=a.get("ETag"))
    judge("GET", a.json()["next"].removeprefix(PREFIX), want=200)
    judge("GET", bundle + "/responses", want=200)
    judge("GET", bundle + "/responses?after=x", want=400)
    judge("DELETE", bundle, want=204)
    judge("GET", bundle, want=200)
    judge("GET", bundle + "/responses", want=200)


def test_uploads(judge):
    where = "/queues/plain/uploads"
    judge("OPTIONS", where, want=204)
    judge("POST", where, want=412)
    judge("POST", where, want=411, **TUS)
    judge("POST", "/queues/small/uploads", want=413,
          HTTP_UPLOAD_LENGTH="2000", **TUS)
    a = judge("POST", where, want=201, HTTP_UPLOAD_LENGTH="6", **TUS)
    upload = below(a, "Location")
    judge("OPTIONS", upload, want=204)
    judge("PATCH", upload, b"abc", 204, HTTP_UPLOAD_OFFSET="0", **PATCH)
    judge("PATCH", upload, b"abc", 409, HTTP_UPLOAD_OFFSET="0", **PATCH)
    judge("HEAD", upload, want=200, **TUS)
    judge("PATCH", upload, b"abc", 460, HTTP_UPLOAD_OFFSET="3",
          HTTP_UPLOAD_CHECKSUM="sha1 " + "A" * 27 + "=", **PATCH)
    judge("POST", upload, b"def", 204, HTTP_UPLOAD_OFFSET="3",
          HTTP_X_HTTP_METHOD_OVERRIDE="PATCH", **PATCH)
    judge("HEAD", upload, want=200, **TUS)
    judge("POST", upload, want=405, **TUS)
    judge("DELETE", upload, want=204, **TUS)
    a = judge("POST", where, want=201, HTTP_UPLOAD_LENGTH="6", **TUS)
    judge("DELETE", below(a, "Location"), want=204, **TUS)


def test_most_of_it_was_seen(judge):
    """Of what is described, each 2xx and 3xx has been answered above."""
    described = {(path, method, status)
                 for path, method, o in operations(judge.document)
                 for status in o["responses"] if status[0] in "23"}
    rare = {("/jobs/{job}", "delete", "202"),  # while it runs
            ("/bundles/{bundle}", "delete", "202"),
            ("/uploads/{upload}", "delete", "202"),
            ("/uploads/{upload}", "post", "200")}
    missing = described - judge.seen - rare
    assert not missing, sorted(missing)
