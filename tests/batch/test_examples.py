# SPDX-License-Identifier: ISC
"""deploy/examples: each by the lines in its own header: the queue is made by
that statement, the job is sent by that curl, the handler tried by that
command."""
import csv
import datetime
import io
import json
import os
import re
import signal
import struct
import subprocess
import tarfile
import types
import zlib

import pytest

from support import jobs, mail, place, process
from support.client import Client
from support.programs import USER

EXAMPLES = place.TOP / "deploy/examples"
URL = "https://www.example.org/night"


def header(name):
    """{word: text} of the header: "Word:  text", and what is indented."""
    text = (EXAMPLES / name).read_text()
    found = re.match(
        r'(?:#!.*\n)?(?:# SPDX.*\n"""((?:.*\n)*?)"""|((?:(?:#|--).*\n)+))',
        text)
    text = re.sub(r"^(?:#|--) ?", "", found[1] or found[2], flags=re.M)
    return dict(re.findall(r"^([A-Z]\w+): +(.*(?:\n {6,}.*)*)", text, re.M))


@pytest.fixture(scope="module")
def token(db):
    return db.value("select nightdrop.token_create('shop', 'a test')"
                    ).rpartition(" ")[2]


@pytest.fixture(scope="module")
def site(db, batch, handlers, apache, token):
    """site.install(name, {what stands there: what shall}): its queue made."""
    proxy = Client(apache.port, "/proxy")

    def install(file, changes=()):
        text, name = (EXAMPLES / file).read_text(), file.partition(".")[0]
        for old, new in dict(changes).items():
            assert text.count(old) == 1, f"{old} in {file}"
            text = text.replace(old, str(new))
        if not db.sql("select 1 from nightdrop.queue where name = %s", name):
            db.sql(header(file)["Queue"])
            db.sql("select nightdrop.queue_alter(%s, %s, 'impatient')", name,
                   '{"backoff": "10 milliseconds"}')
        return handlers.write(file, text)

    def shell(line, cwd, **environment):
        done = subprocess.run(
            ["/bin/sh", "-c", line], cwd=cwd, timeout=60,
            text=True, errors="replace",
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env={"LANG": "C.UTF-8", "TOKEN": token, **environment})
        assert not done.stderr.startswith("sh:"), done.stderr
        return done

    def submit(file, cwd):
        line = header(file)["Submit"]
        assert URL in line
        done = shell(line.replace(
            URL, f"http://127.0.0.1:{apache.port}/proxy"), cwd,
            PATH="/usr/bin:/bin")
        doc = json.loads(done.stdout)
        assert doc["status"] == "accepted", doc
        return types.SimpleNamespace(id=doc["id"], url={
            link["rel"]: link["href"] for link in doc["links"]}["response"])

    def response(job):
        return proxy.get(job.url, Authorization=f"Bearer {token}")

    def run(job, name):
        result = batch.run("--queue", name)
        assert result.status == 0, result
        assert not jobs.unbalanced(db)
        return response(job)

    def post(name, body, kind="text/plain", query=""):
        """A job, with no more ado."""
        answer = proxy.post(f"/queues/{name}/jobs{query}", body,
                            Authorization=f"Bearer {token}",
                            Content_Type=kind)
        assert answer.status == 202, answer
        return types.SimpleNamespace(
            url=f"{answer.links()['monitor']}/response")

    def answer(name, *words):
        """What a job comes to at once."""
        return run(post(name, *words), name)

    def refused(name, cases):
        """Jobs of one night: what each was refused with, 422 unless the case
        has another status behind its words for post()."""
        made = [(case, post(name, *case[0])) for case in cases]
        assert batch.run("--queue", name).status == 0
        for (words, word, *status), job in made:
            a = response(job)
            assert a.status == (status or [422])[0], (words, a)
            assert a.get("AsyncResult") == str(a.status)
            assert word in a.body.decode(), (words, a)

    def attempt(name, cwd):
        return shell(header(name)["Try"], cwd, **{
            **batch.environment,
            "PATH": f"{place.BUILD}:/usr/bin:/bin"})

    return types.SimpleNamespace(
        install=install, submit=submit, run=run, response=response,
        answer=answer, refused=refused, attempt=attempt)


def again(db, job):
    """Do not wait for what Retry-After said."""
    db.sql("update nightdrop.waiting set not_before = '-infinity', "
           "position = now() where id = %s", job.id)


def attempts(db, job):
    return [a[1:3] for a in jobs.attempts(db, job.id)]


def test_headers():
    """Each example that is a program, and each says what is needed."""
    names = sorted(p.name for p in EXAMPLES.iterdir() if "." not in p.name)
    assert {"backup", "csv-report", "mail-merge", "thumbnail"} <= set(names)
    for name in names:
        assert {"Queue", "Submit", "Try"} <= set(header(name)), name
        assert os.access(EXAMPLES / name, os.X_OK), name


# --- csv-report

SALES = ("branch,item,pieces,price\n"
         "north,milk,2,0.10\nsouth,bread,1,1.05\nnorth,eggs,,0.20\n")
SUMS = ("branch,rows,pieces,price\r\nnorth,2,2,0.30\r\nsouth,1,1,1.05\r\n")


def test_csv_report(site, tmp_path, db):
    site.install("csv-report")
    (tmp_path / "sales.csv").write_text(SALES)
    tried = site.attempt("csv-report", tmp_path)
    assert tried.returncode == 0, tried
    assert SUMS.replace("\r", "") in tried.stdout.replace("\r", "")
    answer = site.run(site.submit("csv-report", tmp_path), "csv-report")
    assert answer.status == 200, answer
    assert answer.body.decode() == SUMS
    assert answer.get("Content-Type") == "text/csv; charset=utf-8"
    day = db.value("select nightdrop.business_date(now())::text")
    assert f'filename="sums-{day}.csv"' in answer.get("Content-Disposition")


def test_csv_report_of_json(site):
    site.install("csv-report")
    body = [{"branch": "=cmd|x", "pieces": 3, "price": 0.1, "note": "a"},
            {"branch": "=cmd|x", "pieces": None, "price": 0.2, "note": "7"}]
    answer = site.answer("csv-report", json.dumps(body).encode(),
                         "application/json")
    assert answer.body.decode() == \
        "branch,rows,pieces,price\r\n'=cmd|x,2,3,0.3\r\n", answer


def test_csv_report_refuses(site):
    site.install("csv-report")
    cases = [((body, "text/csv"), word) for body, word in [
        (b"", "one row"), (b"a,b\n", "one row"),
        (b"a,b\n1,2,3\n", "line 2 has 3 cells"),
        (b'a,b\n"1,2\n', "unexpected end"), (b"a,b\n\xff,1\n", "utf-8"),
        (b"a\n" + b"x" * 200000, "field"),
        (b"a\n" + b"".join(b"%d\n" % n for n in range(100001)),
         "more than 100000")]]
    cases += [((body, "application/json"), word) for body, word in [
        (b"", "Expecting value"), (b"{}", "array"), (b"[1]", "object 1"),
        (b'[{"a": 1}, {"b": 1}]', "object 2"), (b'[{"a": [1]}]', "flat"),
        (b'[{"a": NaN}]', "NaN"), (b'[{"a": "\\ud800"}]', "surrogates"),
        (b"[" * 100000, "recursion")]]
    site.refused("csv-report", cases)


# --- thumbnail

def convert(*words, data=b""):
    return subprocess.run(["/usr/bin/convert", *words], input=data,
                          stdout=subprocess.PIPE, check=True).stdout


def size_of(data):
    return subprocess.run(
        ["/usr/bin/identify", "-format", "%m %w %h", "-"], input=data,
        stdout=subprocess.PIPE, check=True).stdout.decode()


@pytest.fixture(scope="module")
def photo():
    return convert("-size", "600x400", "gradient:red-blue", "jpeg:-")


def test_thumbnail(site, tmp_path, photo):
    site.install("thumbnail")
    (tmp_path / "photo.jpg").write_bytes(photo)
    tried = site.attempt("thumbnail", tmp_path)
    assert "\noutcome      successful: 200 OK" in tried.stdout, tried
    answer = site.run(site.submit("thumbnail", tmp_path), "thumbnail")
    assert answer.status == 200, answer
    assert answer.get("Content-Type") == "image/jpeg"
    assert size_of(answer.body) == "JPEG 200 133"


def test_thumbnail_of_others(site, photo):
    """Whatever Content-Type says: it is looked at."""
    site.install("thumbnail")
    for kind in ("png", "gif"):
        answer = site.answer(
            "thumbnail", convert("-", kind + ":-", data=photo), "image/jpeg",
            "?size=50")
        assert size_of(answer.body) == "JPEG 50 33", (kind, answer)


def jpeg(width, height):
    """It only says so."""
    data = convert("-size", "8x8", "xc:red", "jpeg:-")
    at = data.index(b"\xff\xc0") + 5
    return data[:at] + struct.pack(">HH", height, width) + data[at + 4:]


def png(width, height):
    """All of one colour: a few bytes, and many pixels."""
    def chunk(kind, data):
        return (struct.pack(">I", len(data)) + kind + data
                + struct.pack(">I", zlib.crc32(kind + data)))
    return (b"\x89PNG\r\n\x1a\n"
            + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 1, 0, 0,
                                         0, 0))
            + chunk(b"IDAT", zlib.compress(
                (b"\0" * (1 + (width + 7) // 8)) * height, 9))
            + chunk(b"IEND", b""))


def test_thumbnail_refuses(site, photo):
    site.install("thumbnail")
    cases = [((body, "image/png"), "Submit") for body in (
        b"", b"<svg xmlns='http://www.w3.org/2000/svg'/>",
        b"push graphic-context\nimage over 0,0 0,0 '|id'",
        b"\xff\xd8\xff" + b"nonsense" * 100, b"\x89PNG\r\n\x1a\n",
        png(20000, 10), png(16000, 16000))]
    cases += [((jpeg(*size), "image/png"), "scaled down", 413)
              for size in ((20000, 10), (15000, 15000))]
    cases += [((photo, "image/png", query), "size=N", 400) for query in (
        "?size=0", "?size=99999", "?size=2$(id)", "?size=200&x=1")]
    site.refused("thumbnail", cases)


def test_thumbnail_without_the_tool(site, db, tmp_path, photo):
    """503: tried again, when somebody has installed it."""
    site.install("thumbnail", {"command -v convert": "command -v not-there"})
    (tmp_path / "photo.jpg").write_bytes(photo)
    job = site.submit("thumbnail", tmp_path)
    assert site.run(job, "thumbnail").get("AsyncResult") is None
    assert attempts(db, job) == [("retry", 503)]
    assert db.value("select not_before > now() + interval '9 minutes' "
                    "from nightdrop.waiting where id = %s", job.id)
    site.install("thumbnail")
    again(db, job)
    assert site.run(job, "thumbnail").status == 200


# --- mail-merge

PEOPLE = [{"email": f"{n}@example.org", "name": n.title(), "order": i}
          for i, n in enumerate(["ann", "bo", "nobody", "cy", "di"])]
LETTER = {"subject": "Your order $order, \u00e6", "text": "Dear $name,\n",
          "to": PEOPLE}
RESULTS = [("ann@example.org", "sent"), ("bo@example.org", "sent"),
           ("nobody@example.org", "refused"), ("cy@example.org", "sent"),
           ("di@example.org", "sent")]


@pytest.fixture
def post_office(site, room, request, tmp_path):
    """A mail server, and the example as it would be installed with it."""
    base = place.directory(room, request.node.name.replace("[", "-"))
    m = mail.Mail(base, USER)
    m.ledgers = place.directory(base, "ledgers", USER)
    m.install = lambda more=(): site.install("mail-merge", {
        '"/usr/sbin/sendmail"': f'"{m.sendmail}"',
        '"/var/lib/nightdrop/mail-merge"': f'"{m.ledgers}"', **dict(more)})
    m.install()
    (tmp_path / "letter.json").write_text(json.dumps(LETTER))
    yield m
    m.stop()


def results(answer):
    rows = list(csv.reader(io.StringIO(answer.body.decode())))
    assert rows[0] == ["email", "result"], answer
    return [tuple(r) for r in rows[1:]]


def ids(letters):
    return [letter["Message-ID"] for _, _, letter in letters]


def test_mail_merge(site, post_office, tmp_path):
    job = site.submit("mail-merge", tmp_path)
    answer = site.run(job, "mail-merge")
    assert answer.status == 200, answer
    assert results(answer) == RESULTS
    assert [to for _, to, _ in post_office.letters] == \
        [[a] for a, result in RESULTS if result == "sent"]
    sender, _, letter = post_office.letters[1]
    assert sender == "shop@example.org"
    assert letter["Subject"] == "Your order 1, \u00e6"
    assert letter.get_content().splitlines() == ["Dear Bo,"]
    assert letter["Message-ID"] == f"<{job.id}.2@example.org>"


def test_mail_merge_goes_on(site, post_office, db, tmp_path):
    """The mailer goes away in the middle: nobody gets it twice."""
    def on_letter(n):
        post_office.busy = n == 2
    post_office.on_letter = on_letter
    job = site.submit("mail-merge", tmp_path)
    site.run(job, "mail-merge")
    assert attempts(db, job) == [("retry", 503)]
    assert len(post_office.letters) == 2
    post_office.busy = False
    again(db, job)
    assert results(site.run(job, "mail-merge")) == RESULTS
    assert len(set(ids(post_office.letters))) == len(post_office.letters) == 4


def test_mail_merge_killed(site, post_office, db, batch, tmp_path):
    """Killed while a letter goes out: that one at most goes twice, and as
    the same message."""
    job = site.submit("mail-merge", tmp_path)
    run = batch.start("--queue", "mail-merge")

    def on_letter(n):
        if n == 2:
            for pid in run.handlers():
                os.kill(pid, signal.SIGKILL)
    post_office.on_letter = on_letter
    assert run.wait().status == 0
    assert attempts(db, job) == [("retry", 502), ("successful", 200)]
    assert results(site.response(job)) == RESULTS
    sent = ids(post_office.letters)
    assert len(set(sent)) == 4 and len(sent) <= 5, sent
    assert sent.count(sent[0]) == 1


def test_mail_merge_night_after_night(site, post_office, db, tmp_path):
    post_office.install({"PER_NIGHT = 500": "PER_NIGHT = 2"})
    job = site.submit("mail-merge", tmp_path)
    for _ in range(2):
        answer = site.run(job, "mail-merge")
    assert len(post_office.letters) == 3 and answer.status == 202
    assert results(site.run(job, "mail-merge")) == RESULTS
    assert attempts(db, job) == [("continue", 202)] * 2 + [("successful", 200)]


def test_mail_merge_refuses(site, post_office):
    """The whole of it, before the first letter."""
    changes = [
        ({"to": "ann@example.org"}, "TypeError"),
        ({"to": [{"email": "-oQ/tmp@example.org"}]}, "mail address"),
        ({"to": [{"email": "a@example.org,b@example.org"}]}, "mail address"),
        ({"to": [{"email": "a@example.org\nBcc: b@example.org"}]},
         "mail address"),
        ({"to": [*PEOPLE, {"email": "a@example.org"}]}, "Recipient 6: KeyError"),
        ({"to": [{"email": "a@example.org", "name": "A", "order":
                  "1\nBcc: b@example.org"}]}, "linefeed"),
        ({"text": "$"}, "placeholder"),
        ({"text": None}, "TypeError"),
        ({"text": "\ud800"}, "surrogates"),
        ({"to": [{"email": "\ud800@example.org"}]}, "mail address"),
    ]
    site.refused("mail-merge", [
        ((json.dumps({**LETTER, **change}).encode(), "application/json"), word)
        for change, word in changes])
    assert post_office.letters == []


def test_mail_merge_is_for_those_who_may(apache, post_office):
    answer = Client(apache.port, "/proxy").post(
        "/queues/mail-merge/jobs", b"{}", Content_Type="application/json")
    assert answer.status == 401, answer


# --- backup

@pytest.fixture
def disk(site, room, request, db):
    """What is backed up, and where to."""
    base = place.directory(room, request.node.name)
    tree = place.directory(place.directory(base, "srv"), "www")
    (tree / "page").write_text("hello")
    d = types.SimpleNamespace(tree=tree, to=place.directory(base, "to", USER))
    database = db.conninfo("postgres")
    d.install = lambda more=(): site.install("backup", {
        "to=/var/backups/nightdrop": f"to={d.to}",
        "tar -C /srv ": f"tar -C {tree.parent} ",
        "pg_dump -Fc shop": f"pg_dump -Fc -d '{database}'", **dict(more)})
    d.install()
    return d


def files(disk):
    """Names there, the date taken off, which must be today's or so."""
    found = {}
    for p in disk.to.iterdir():
        day = datetime.date.fromisoformat(p.name[:10])
        assert abs((datetime.date.today() - day).days) <= 1
        found[p.name[11:]] = p
    return found


def test_backup(site, disk, tmp_path):
    answer = site.run(site.submit("backup", tmp_path), "backup")
    assert answer.status == 200, answer
    found = files(disk)
    assert set(found) == {"www.tar.gz", "shop.dump"}
    with tarfile.open(found["www.tar.gz"]) as t:
        assert t.extractfile("www/page").read() == b"hello"
    assert found["shop.dump"].read_bytes()[:5] == b"PGDMP"
    for p in found.values():
        assert f"{p.stat().st_size} bytes in {p}" in answer.body.decode()
        assert p.stat().st_mode & 0o077 == 0


def test_backup_tried(site, disk, tmp_path):
    tried = site.attempt("backup", tmp_path)
    assert tried.returncode == 0, tried
    assert "progress     0 www.tar.gz, 1 of 1\n" in tried.stdout
    assert set(files(disk)) == {"www.tar.gz"}


def test_backup_goes_on_the_next_night(site, disk, db, tmp_path):
    """Too little time for another set: 202, and what is left as its state."""
    disk.install({"need=3600": "need=999999"})
    job = site.submit("backup", tmp_path)
    assert site.run(job, "backup").status == 202
    assert set(files(disk)) == {"www.tar.gz"}
    assert site.run(job, "backup").status == 200
    assert set(files(disk)) == {"www.tar.gz", "shop.dump"}
    assert attempts(db, job) == [("continue", 202), ("successful", 200)]


def test_backup_is_made_once_and_whole(site, disk, db, tmp_path):
    """A set that fails leaves no file, and those that are there stay."""
    disk.install({"pg_dump -Fc shop": "sh -c 'echo half; exit 1' #"})
    job = site.submit("backup", tmp_path)
    site.run(job, "backup")
    assert attempts(db, job) == [("retry", 503)]
    assert set(files(disk)) == {"www.tar.gz"}
    made = files(disk)["www.tar.gz"].stat()
    disk.install()
    again(db, job)
    assert site.run(job, "backup").status == 200
    assert set(files(disk)) == {"www.tar.gz", "shop.dump"}
    assert files(disk)["www.tar.gz"].stat().st_ino == made.st_ino


def test_backup_refuses(site, disk):
    site.refused("backup", [((body,), "www.tar.gz shop.dump") for body in (
        b"", b" \n", b"www.tar.gz ../etc", b"*", b"www.tar.gz\0", b"$(id)",
        b"-x", b"www", b"www.tar.gz shop.dump\xff")])
    assert list(disk.to.iterdir()) == []


def test_backup_told_to_stop(site, disk, db, batch, tmp_path):
    """TERM: no half file stays."""
    disk.install({"pg_dump -Fc shop": "sh -c 'echo half; sleep 30' #"})
    job = site.submit("backup", tmp_path)
    run = batch.start("--queue", "backup")
    process.wait_until(lambda: any(
        p.name.startswith(".part") and p.stat().st_size
        for p in disk.to.iterdir()), 10, "the second set")
    db.value("select nightdrop.job_dismiss(%s, 'a test')", job.id)
    assert run.wait().status == 0
    assert site.response(job).status == 410
    assert set(files(disk)) == {"www.tar.gz"}


# --- load-sales.sql

DAY = [{"day": "2026-11-25", "branch": "north", "pieces": 3,
        "turnover": 4.50},
       {"day": "2026-11-25", "branch": "s\u00fcd", "pieces": 1,
        "turnover": 1}]


@pytest.fixture(scope="module")
def warehouse(site, db):
    db.sql(header("load-sales.sql")["Before"])
    site.install("load-sales.sql")
    yield lambda: [tuple(map(str, row)) for row in db.sql(
        "select branch, pieces, turnover from warehouse.sales order by 1")]
    db.sql("drop schema warehouse cascade; drop role loader")


def test_load_sales(site, warehouse, tmp_path):
    (tmp_path / "sales.json").write_text(json.dumps(DAY))
    tried = site.attempt("load-sales.sql", tmp_path)
    assert "2 rows loaded." in tried.stdout and warehouse() == [], tried
    answer = site.run(site.submit("load-sales.sql", tmp_path), "load-sales")
    assert (answer.status, answer.body) == (200, b"2 rows loaded.\n"), answer
    assert warehouse() == [("north", "3", "4.5"), ("s\u00fcd", "1", "1")]


def test_load_sales_many_at_once(site, warehouse, db, batch):
    """In one statement: the last one for a day and a branch counts."""
    ids = [jobs.submit(db, "load-sales", json.dumps(
        [{**DAY[0], "pieces": n}]).encode(), type="application/json")
        for n in range(20)]
    ids.insert(7, jobs.submit(db, "load-sales", b"[", type="application/json"))
    assert batch.run("--queue", "load-sales").status == 0
    assert ("north", "19", "4.5") in warehouse()
    assert [jobs.response(db, i).status for i in ids] == \
        [200] * 7 + [422] + [200] * 13


def test_load_sales_refuses(site, warehouse):
    before = warehouse()
    day = '[{"day": "2026-11-25", "branch": "x", "pieces": %s, "turnover": 1}]'
    site.refused("load-sales", [((body, "application/json"), word) for
                                body, word in [
        (b"", "json"), (b"{", "json"), (b"7", "array"), (b"\xff", "UTF8"),
        (b"[1]", "object"), (b"\0", "UTF8"),
        (b'[{"day": "2026-02-31"}]', "2026-02-31"),
        (b'[{"branch": "north"}]', "are wanted"),
        (day.replace("%s", "-1").encode(), "from 0"),
        (day.replace("%s", "1e10").encode(), "10000000000")]])
    assert warehouse() == before
