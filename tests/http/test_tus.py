# SPDX-License-Identifier: ISC
"""tus 1.0.0: uploads that can be resumed, and then are jobs."""
import hashlib
import re
import socket
import time

import pytest

from support import fcgi, process
from support.client import Client
from support.documents import (check_problem, check_status, digest,
                               split_monitor)
from support.nginx import Nginx
from support.tus import PATCH, TUS, Direct, base64_of, checksum

MIB = 1 << 20
UPLOAD = re.compile(r"/uploads/([0-9a-f-]{36})(~[A-Za-z0-9_-]{22})?$")
def metadata(**values):
    return ",".join(f"{k} {base64_of(v.encode())}" for k, v in values.items())


def check_tus(answer):
    assert answer.get("Tus-Resumable") == "1.0.0", answer
    assert answer.get("Cache-Control") == "no-store", answer


def create(client, length, queue="plain", body=b"", **fields):
    """(URL, answer) of a new upload."""
    a = client.post(f"/queues/{queue}/uploads", body,
                    **{**TUS, "Upload_Length": str(length), **fields})
    assert a.status == 201, a
    check_tus(a)
    assert a.body == b""
    where = a.get("Location")
    assert UPLOAD.search(where), where
    return where, a


def patch(client, where, offset, body, **fields):
    a = client.request("PATCH", where, body,
                       **{**PATCH, "Upload_Offset": str(offset), **fields})
    check_tus(a)
    return a


def head(client, where):
    a = client.request("HEAD", where, **TUS)
    check_tus(a)
    return a


def offset_of(client, where):
    a = head(client, where)
    assert a.status == 200, a
    return int(a.get("Upload-Offset"))


def check_job(client, answer, body, monitor=None):
    """The answer says that the upload is a job; its monitor."""
    check_tus(answer)
    assert answer.get("Upload-Offset") == str(len(body)), answer
    assert answer.get("Upload-Expires") is None
    monitor = answer.links()["monitor"]
    stored = client.get(monitor + "/request")
    assert (stored.status, stored.body == body) == (200, True)
    return monitor


def test_whole_way(mount, db):
    """Created, begun, gone on with, complete; on every server."""
    c = mount.client
    body = bytes(range(256)) * 2500  # more than two parts
    where, a = create(c, len(body), Upload_Metadata=metadata(
        filename="märz.csv", filetype="text/csv"))
    assert a.get("Upload-Offset") == "0"
    assert a.get("Upload-Expires").endswith(" GMT")
    assert "monitor" not in a.links()
    a = head(c, where)
    assert (a.status, a.get("Upload-Offset"), a.get("Upload-Length")) == \
        (200, "0", str(len(body)))
    assert a.get("Upload-Metadata") == metadata(filename="märz.csv",
                                                filetype="text/csv")
    monitor = where.replace("/uploads/", "/jobs/")
    assert c.get(monitor).status == 404

    a = patch(c, where, 0, body[:300001])
    assert (a.status, a.body) == (204, b""), a
    assert a.get("Upload-Offset") == "300001"
    assert a.get("Upload-Expires").endswith(" GMT")
    assert offset_of(c, where) == 300001
    a = patch(c, where, 300001, body[300001:])
    assert a.status == 204, a
    assert check_job(c, a, body) == monitor

    doc = c.get(monitor).json()
    assert check_status(doc, mount.prefix) == monitor
    assert (doc["size"], doc["digest"]) == (len(body), None)
    assert doc["status"] == "accepted"
    stored = c.get(monitor + "/request")
    assert stored.get("Content-Type") == "text/csv"
    assert stored.get("Repr-Digest") is None
    again = c.get(monitor + "/request", If_None_Match=stored.get("ETag"))
    assert again.status == 304
    a = head(c, where)
    assert a.get("Upload-Offset") == a.get("Upload-Length") == str(len(body))
    assert a.links()["monitor"] == monitor
    request, = db.row("select request from nightdrop.job where id = %s",
                      split_monitor(monitor, mount.prefix)[0])
    assert request["NIGHTDROP_FILENAME"] == "märz.csv"
    assert request["REQUEST_METHOD"] == "POST"


def test_discovery(client):
    a = client.request("OPTIONS", "/queues/small/uploads")
    assert a.status == 204, a
    assert a.get("Tus-Version") == "1.0.0"
    assert a.get("Tus-Extension") == \
        "creation,creation-with-upload,expiration,checksum,termination"
    assert a.get("Tus-Checksum-Algorithm") == "sha1,sha256"
    assert a.get("Tus-Max-Size") == "1000"
    check_tus(a)
    a = client.request("OPTIONS", "/uploads/x", Tus_Resumable="0.2.2")
    assert (a.status, a.get("Tus-Version")) == (204, "1.0.0")
    assert a.get("Allow") == "HEAD, PATCH, DELETE, POST, OPTIONS"
    check_problem(client.request("OPTIONS", "/queues/none/uploads"), 404)


@pytest.mark.parametrize("size", [0, 5, 600000])
def test_all_in_the_creation(client, size):
    body = b"x" * size
    where, a = create(client, size, body=body, Content_Type=PATCH[
        "Content_Type"], Upload_Checksum=checksum(body, "sha256"))
    monitor = check_job(client, a, body)
    doc = client.get(monitor).json()
    assert (doc["size"], doc["digest"]) == (size, digest(body))
    assert offset_of(client, where) == size


def test_length_zero(client):
    where, a = create(client, 0)
    monitor = check_job(client, a, b"")
    assert client.get(monitor).json()["digest"] == digest(b"")


def test_first_bytes_in_the_creation(client):
    where, a = create(client, 8, body=b"abc", **{
        "Content_Type": PATCH["Content_Type"]})
    assert a.get("Upload-Offset") == "3"
    assert a.get("Upload-Expires")
    a = patch(client, where, 3, iter([b"de", b"fgh"]))  # chunked
    check_job(client, a, b"abcdefgh")


def test_one_go_has_a_digest(client):
    where, _ = create(client, 4)
    monitor = check_job(client, patch(client, where, 0, b"abcd"), b"abcd")
    assert client.get(monitor).json()["digest"] == digest(b"abcd")


@pytest.mark.parametrize("name", ["sha1", "sha256"])
def test_checksum(client, name):
    where, _ = create(client, 600000)
    body = b"y" * 300000
    a = patch(client, where, 0, body, Upload_Checksum=checksum(body, name))
    assert (a.status, a.get("Upload-Offset")) == (204, "300000")
    a = patch(client, where, 300000, body,
              Upload_Checksum=checksum(b"other", name))
    check_problem(a, 460)
    assert offset_of(client, where) == 300000
    a = patch(client, where, 300000, body[:10])
    assert a.get("Upload-Offset") == "300010"
    check_job(client, patch(client, where, 300010, body[10:]), body + body)


def test_checksum_in_the_creation(client, nothing_new):
    a = client.post("/queues/plain/uploads", b"abc", **PATCH,
                    Upload_Length="3", Upload_Checksum=checksum(b"abd"))
    check_problem(a, 460)
    check_tus(a)


def test_content_digest(client):
    """RFC 9530 has the same to say of a piece as of a job."""
    where, _ = create(client, 6)
    a = patch(client, where, 0, b"abc", Content_Digest=digest(b"abd"))
    check_problem(a, 400)
    assert offset_of(client, where) == 0
    check_problem(patch(client, where, 0, b"abc", Content_Digest="sha-256"),
                  400)
    a = patch(client, where, 0, b"abc", Content_Digest=digest(b"abc"))
    assert (a.status, a.get("Upload-Offset")) == (204, "3")
    a = patch(client, where, 3, b"def", Content_Digest="sha-512=:AAAA:")
    check_job(client, a, b"abcdef")


@pytest.mark.parametrize("field", [
    "md5 CY9rzUYh03PK3k6DJie09g==", "sha1", "sha1 ", "sha1 x", "sha256 Kq5s",
    "crc32 AAAA", ""])
def test_checksum_malformed(client, field):
    where, _ = create(client, 3)
    a = patch(client, where, 0, b"abc", Upload_Checksum=field or " ,")
    check_problem(a, 400)
    assert offset_of(client, where) == 0


def test_offset(client):
    where, _ = create(client, 6)
    assert patch(client, where, 0, b"abc").status == 204
    for offset in (0, 2, 4, 6, 7):
        check_problem(patch(client, where, offset, b"d"), 409)
    for offset in ("", "x", "-1", "3.0", "99999999999999999999"):
        check_problem(patch(client, where, offset, b"d"), 400)
    assert offset_of(client, where) == 3
    a = patch(client, where, 3, b"")
    assert (a.status, a.get("Upload-Offset")) == (204, "3")
    check_job(client, patch(client, where, 3, b"def"), b"abcdef")
    check_problem(patch(client, where, 3, b"def"), 409)
    check_problem(patch(client, where, 6, b"g"), 409)
    a = patch(client, where, 6, b"")  # the answer that was missed
    assert a.status == 204
    check_job(client, a, b"abcdef")


@pytest.mark.parametrize("version", [None, "0.2.2", "1.0.1", "1"])
def test_version(client, nothing_new, version):
    fields = {"Tus_Resumable": version, "Upload_Length": "3"}
    answers = [client.post("/queues/plain/uploads", **fields)]
    answers += [client.request(m, "/uploads/x", b"", **fields)
                for m in ("PATCH", "DELETE")]
    for a in answers:
        check_problem(a, 412)
        check_tus(a)
        assert a.get("Tus-Version") == "1.0.0"
    a = client.request("HEAD", "/uploads/x", **fields)
    assert (a.status, a.get("Tus-Version")) == (412, "1.0.0")


def test_media_types(client, nothing_new):
    def post(queue, body=b"", **fields):
        return client.post(f"/queues/{queue}/uploads", body,
                           **{**TUS, "Upload_Length": "3", **fields})
    check_problem(post("text"), 415)
    check_problem(post("text", Upload_Metadata=metadata(
        filetype="image/png")), 415)
    check_problem(post("plain", b"abc", Content_Type="text/plain"), 415)


def test_patch_media_type(client):
    where, _ = create(client, 3, "text",
                      Upload_Metadata=metadata(type="text/plain; charset=x"))
    for kind in (None, "text/plain", "application/octet-stream"):
        check_problem(patch(client, where, 0, b"abc", Content_Type=kind), 415)
    a = patch(client, where, 0, b"abc")
    monitor = check_job(client, a, b"abc")
    assert client.get(monitor + "/request").get("Content-Type") == \
        "text/plain; charset=x"


@pytest.mark.parametrize("queue, length, status", [
    ("plain", None, 411), ("plain", "x", 400), ("plain", "-1", 400),
    ("small", "1001", 413), ("none", "1", 404), ("UPPER", "1", 404),
    ("closed", "1", 503)])
def test_creation_refused(client, nothing_new, queue, length, status):
    a = client.post(f"/queues/{queue}/uploads", **TUS, Upload_Length=length)
    doc = check_problem(a, status)
    check_tus(a)
    assert doc.get("limit") == (1000 if status == 413 else None)


def test_what_is_not_offered(client, nothing_new):
    """Parts of an upload would each become a job."""
    path = "/queues/plain/uploads"
    check_problem(client.post(path, **TUS, Upload_Defer_Length="1"), 411)
    for concat in ("partial", "final;/uploads/a /uploads/b"):
        check_problem(client.post(path, **TUS, Upload_Length="1",
                                  Upload_Concat=concat), 400)


@pytest.mark.parametrize("field", [
    "a b c", "a YQ==,a YQ==", ",", "a YQ==,", "ä YQ==", "a Y", "a YR==",
    "filename /w==", "filetype YQph", 
    "filename " + "QUFB" * 100, ",".join(f"k{i}" for i in range(65))])
def test_metadata_malformed(client, nothing_new, field):
    a = client.post("/queues/plain/uploads", **TUS, Upload_Length="1",
                    Upload_Metadata=field.encode())
    check_problem(a, 400)


def test_too_much(client):
    where, _ = create(client, 300000)
    check_problem(patch(client, where, 0, b"x" * 300001), 413)
    assert offset_of(client, where) == 0
    a = patch(client, where, 0, iter([b"x" * 262144, b"x" * 262144]))
    check_problem(a, 413)
    body = b"y" * 300000
    at = offset_of(client, where)
    a = patch(client, where, at, body[at:])
    check_job(client, a, b"x" * at + body[at:])


def test_terminate(client, db):
    where, _ = create(client, 6)
    assert patch(client, where, 0, b"abc").status == 204
    a = client.delete(where, **TUS)
    assert a.status == 204, a
    check_tus(a)
    job = UPLOAD.search(where).group(1)
    assert db.value("select count(*) from nightdrop.part where id = %s",
                    job) == 0
    assert head(client, where).status == 410
    check_problem(patch(client, where, 3, b"def"), 410)
    check_problem(client.delete(where, **TUS), 410)


def test_terminate_a_job(client):
    where, a = create(client, 0)
    a2 = client.delete(where, **TUS)
    assert a2.status == 204, a2
    doc = client.get(a.links()["monitor"]).json()
    assert doc["status"] == "dismissed"


def test_method_override(client):
    where, _ = create(client, 3)
    a = client.post(where, b"abc", **PATCH, Upload_Offset="0",
                    X_HTTP_Method_Override="PATCH")
    assert a.status == 204, a
    check_job(client, a, b"abc")
    where, _ = create(client, 3)
    check_problem(client.post(where, **TUS), 405)
    check_problem(client.post(where, **TUS, X_HTTP_Method_Override="PUT"),
                  405)
    a = client.post(where, **TUS, X_HTTP_Method_Override="DELETE")
    assert a.status == 204, a
    assert head(client, where).status == 410


def test_methods(client):
    where, _ = create(client, 3)
    a = client.get(where)
    check_problem(a, 405)
    check_tus(a)
    assert a.get("Allow") == "HEAD, PATCH, DELETE, POST, OPTIONS"
    check_problem(client.get("/queues/plain/uploads"), 405)


def test_owner(mount):
    ann, bob = mount.user("ann"), mount.user("bob")
    where, _ = create(ann, 6)
    assert "~" not in where
    path = where.removeprefix(ann.prefix)
    for other in (bob, mount.client):
        assert other.request("HEAD", path, **TUS).status == 404
        check_problem(patch(other, path, 0, b"abc"), 404)
        check_problem(other.delete(path, **TUS), 404)
    assert patch(ann, where, 0, b"abc").status == 204
    a = patch(ann, where, 3, b"def")
    monitor = check_job(ann, a, b"abcdef")
    assert bob.get(monitor.removeprefix(ann.prefix)).status == 404
    assert head(bob, path).status == 404
    assert ann.delete(where, **TUS).status == 204


def test_who_may(mount, db, nothing_new):
    """Asked at the creation, and again when it becomes a job."""
    queue = db.queue(f"hers-{mount.kind}", submitters=["ann"],
                     max_waiting_owner=0)
    fields = {**TUS, "Upload_Length": "3"}
    path = f"/queues/{queue}/uploads"
    check_problem(mount.client.post(path, **fields), 401)
    check_problem(mount.user("bob").post(path, **fields), 403)
    ann = mount.user("ann")
    a = ann.post(path, **fields)
    check_problem(a, 429)
    check_tus(a)
    db.sql("update nightdrop.queue set max_waiting_owner = 1 where name = %s",
           queue)
    where, _ = create(ann, 3, queue)
    db.sql("update nightdrop.queue set submitters = '{bob}' where name = %s",
           queue)
    check_problem(patch(ann, where, 0, b"abc"), 403)
    assert head(ann, where).status == 404


def test_key(client):
    where, _ = create(client, 6)
    for other in (where[:-1] + ("A" if where[-1] != "A" else "Q"),
                  where.partition("~")[0], "/uploads/x"):
        assert head(client, other).status == 404
        check_problem(patch(client, other, 0, b"abc"), 404)


def test_no_upload(client):
    """A plain job, and a body in one request, are none."""
    monitor = client.submit("plain", b"x").get("Content-Location")
    where = monitor.replace("/jobs/", "/uploads/")
    assert head(client, where).status in (404, 410)
    check_problem(patch(client, where, 1, b""), 410)


def test_expired(client, db):
    where, _ = create(client, 6)
    job = UPLOAD.search(where).group(1)
    db.sql("update nightdrop.upload set expires = now() - interval '1 s' "
           "where id = %s", job)
    assert head(client, where).status == 410
    check_problem(patch(client, where, 0, b"abc"), 410)
    db.sql("select nightdrop.upkeep()")
    assert db.value("select count(*) from nightdrop.upload where id = %s",
                    job) == 0
    check_problem(patch(client, where, 0, b"abc"), 410)


def test_refused_at_the_end(client, db):
    """As for POST; an upload with all its bytes and no job would look
    complete to its client, so it goes."""
    db.queue("closing")
    where, _ = create(client, 6, "closing")
    assert patch(client, where, 0, b"abc").status == 204
    db.sql("update nightdrop.queue set accepting = false "
           "where name = 'closing'")
    check_problem(patch(client, where, 3, b"def"), 503)
    assert head(client, where).status == 410


@pytest.mark.parametrize("sent", [1, 262143, 262144, 262145, 699999])
def test_broken_off(responder, sent):
    """What came is kept, to the byte."""
    body = hashlib.shake_128(b"seed").digest(700000)
    up = Direct(responder, len(body))
    c = up.begin(0, len(body))
    c.body(body[:sent])
    c.close()
    process.wait_until(lambda: up.offset() == sent, 5, "the offset")
    a = up.send(sent, body[sent:])
    assert a.status == 204, a
    stored = fcgi.call(responder.socket, "GET",
                       a.links()["monitor"] + "/request")
    assert stored.body == body


def test_creation_broken_off(responder, db):
    """Its sender never learned the URL: nothing stays."""
    count = ("select (select count(*) from nightdrop.upload), "
             "(select count(*) from nightdrop.part)")
    before = db.row(count)
    c = fcgi.Connection(responder.socket)
    c.begin(fcgi.environment(
        "POST", "/queues/plain/uploads", b"x" * 600000,
        CONTENT_TYPE=PATCH["Content_Type"], HTTP_TUS_RESUMABLE="1.0.0",
        HTTP_UPLOAD_LENGTH="600000"))
    c.body(b"x" * 300000)
    process.wait_until(lambda: db.row(count) != before, 5, "the upload")
    c.close()
    process.wait_until(lambda: db.row(count) == before, 5, "its end")


def test_broken_off_with_a_checksum(responder, db):
    """All bytes of such a body are kept, or none."""
    up = Direct(responder, 700000)
    assert up.send(0, b"abc").status == 204
    c = up.begin(3, 600000, HTTP_UPLOAD_CHECKSUM=checksum(b"whatever"))
    c.body(b"x" * 500000)
    parts = "select count(*) from nightdrop.part where id = %s"
    job = UPLOAD.search(up.where).group(1)
    process.wait_until(lambda: db.value(parts, job) == 2, 5, "a part more")
    c.close()
    a = up.send(3, b"d" * 699997)
    assert a.status == 204, a
    stored = fcgi.call(responder.socket, "GET",
                       a.links()["monitor"] + "/request")
    assert stored.body == b"abc" + b"d" * 699997
    assert db.value(parts, job) == 4


@pytest.mark.parametrize("told, sent", [(5, 3), (3, 5), (300000, 270000),
                                        (270000, 300000)])
def test_length_is_not_what_was_told(responder, told, sent):
    """Short: what came is kept.  Long: nobody knows what was meant."""
    up = Direct(responder, 400000)
    with up.begin(0, told) as c:
        c.body(b"x" * sent)
        c.finish()
        check_problem(c.answer(), 400)
    assert up.offset() in ([sent] if sent < told else [0, 262144])


def test_two_at_one_offset(responder, db):
    """The later one goes on; what the first still sends is refused."""
    up = Direct(responder, 600000)
    job = UPLOAD.search(up.where).group(1)
    writer = "select writer from nightdrop.upload where id = %s"
    creator = db.value(writer, job)
    with up.begin(0, 600000) as first:
        first.body(b"1" * 100000)
        process.wait_until(lambda: db.value(writer, job) != creator, 5,
                           "the first to have it")
        a = up.send(0, b"2" * 300000)
        assert (a.status, a.get("Upload-Offset")) == (204, "300000")
        first.body(b"1" * 500000)
        first.finish()
        check_problem(first.answer(), 409)
    a = up.send(300000, b"3" * 300000)
    stored = fcgi.call(responder.socket, "GET",
                       a.links()["monitor"] + "/request")
    assert stored.body == b"2" * 300000 + b"3" * 300000


@pytest.fixture(scope="module")
def nginx(room, responder):
    n = Nginx(room).location("/buffered", responder.socket)
    n.location("/nginx", responder.socket,
               "fastcgi_request_buffering off;").start()
    yield n
    n.stop()


@pytest.mark.parametrize("prefix, kept", [
    ("proxy", True), ("cgi", True), ("fcgid", False), ("nginx", True),
    ("buffered", False)])
def test_what_servers_pass_on(apache, nginx, prefix, kept):
    """Of a body that breaks off: what came, or nothing where the server
    waits for all of it.  There one resumes from request to request."""
    port = (nginx if prefix in ("nginx", "buffered") else apache).port
    c = Client(port, "/" + prefix)
    where, _ = create(c, 4 * MIB)
    with socket.create_connection(("127.0.0.1", port)) as s:
        s.sendall(f"PATCH {where} HTTP/1.1\r\nHost: localhost\r\n"
                  "Tus-Resumable: 1.0.0\r\nUpload-Offset: 0\r\n"
                  f"Content-Type: {PATCH['Content_Type']}\r\n"
                  f"Content-Length: {4 * MIB}\r\n\r\n".encode())
        s.sendall(bytes(3 * MIB))
        time.sleep(0.3)
    want = 3 * MIB if kept else 0
    process.wait_until(lambda: offset_of(c, where) == want, 5, "the offset")
    rest = bytes(4 * MIB - want)
    check_job(c, patch(c, where, want, rest), bytes(4 * MIB))


def test_handler(client, db, batch, handlers):
    """It is given the name, and reads all the bytes; then their digest is
    known."""
    db.queue("named", max_size=MIB, max_output=MIB)
    handlers.write("named", """printf 'Content-Type: text/plain\\n\\n'
printf '%s|%s|%s|' "$NIGHTDROP_FILENAME" "$CONTENT_TYPE" \
    "$NIGHTDROP_CONTENT_DIGEST"
exec cat""")
    body = hashlib.shake_128(b"handler").digest(500000)
    where, _ = create(client, len(body), "named", Upload_Metadata=metadata(
        filename="../../e\x07tc/\u00e4b.csv", filetype="text/csv"))
    for i in range(0, len(body), 60000):
        a = patch(client, where, i, body[i:i + 60000])
    monitor = check_job(client, a, body)
    before = client.get(monitor)
    assert before.json()["digest"] is None
    assert batch.run("--queue", "named").status == 0
    a = client.get(monitor + "/response")
    assert a.body == "\u00e4b.csv|text/csv||".encode() + body
    after = client.get(monitor)
    assert after.json()["digest"] == digest(body)
    stored = client.get(monitor + "/request")
    assert stored.get("Repr-Digest") == digest(body)
