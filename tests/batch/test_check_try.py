# SPDX-License-Identifier: ISC
"""--check, before the night; --try, one handler exactly as at night."""
import hashlib
import os
import signal
import time

import pytest

from support import jobs, place, process, programs

OK = "printf 'Content-Type: text/plain\\n\\nok'"


@pytest.fixture
def own(db, room, request):
    """A handler directory of the test's own."""
    n = request.node.name.removeprefix("test_").replace("[", "-").rstrip("]")
    h = programs.Handlers(room, f"handlers-{n}")
    return h, programs.Batch(room, db.conninfo("nightdrop_batch"), h,
                             f"batch-{n}")


def test_check_says_yes(own, night):
    handlers, batch = own
    name = night.queue(None)
    handlers.write(name, OK)
    result = batch.run("--check", "--queue", name)
    assert result.status == 0, result


def test_no_handler(own, night, db):
    handlers, batch = own
    name = night.queue(None)
    result = batch.run("--check", "--queue", name)
    assert result.status == 78, result
    assert name in result.text
    job = jobs.submit(db, name)
    result = batch.run("--queue", name)
    assert result.status == 78, result
    assert name in result.text
    assert jobs.place_of(db, job) == "waiting", "nothing was charged"
    assert jobs.attempts(db, job) == []


@pytest.mark.parametrize("fault", ["writable", "not executable", "link",
                                   "directory", "two", "foreign"])
def test_unsafe_handler(own, night, fault):
    handlers, batch = own
    name = night.queue(None)
    path = handlers.path / name
    if fault == "directory":
        path.mkdir()
    elif fault == "link":
        path.symlink_to(handlers.write("real", OK))
    else:
        handlers.write(name, OK, {"writable": 0o777,
                                  "not executable": 0o644}.get(fault, 0o755))
    if fault == "two":
        handlers.write(name + ".sql", "select 1")
    if fault == "foreign":
        if not place.ROOT:
            pytest.skip("only root can give files away")
        place.give(path, "nobody")
    result = batch.run("--check", "--queue", name)
    assert result.status == 78, result
    assert name in result.text


def test_writable_directory(own, night):
    handlers, batch = own
    name = night.queue(None)
    handlers.write(name, OK)
    handlers.path.chmod(0o777)
    result = batch.run("--check", "--queue", name)
    assert result.status == 78, result
    assert "chmod" in result.text, "it says what to do"


def test_check_without_database(room, handlers):
    b = programs.Batch(room, "host=/nowhere dbname=x", handlers, "blind")
    assert b.run("--check").status == 75


def test_check_takes_nothing(night, db, batch):
    name = night.queue(OK)
    job = jobs.submit(db, name)
    assert batch.run("--check", "--queue", name).status == 0
    assert jobs.place_of(db, job) == "waiting"


def test_try_successful(batch, handlers):
    path = handlers.write(
        "tried", "printf 'Content-Type: text/plain\\n\\n'; "
        "printf '%s ' \"$CONTENT_TYPE\" \"$REQUEST_METHOD\"; cat")
    result = batch.run("--try", str(path), "--type", "text/csv",
                       stdin=b"a,b,c")
    assert result.status == 0, result
    assert "text/csv POST a,b,c" in result.text
    assert "200" in result.text


@pytest.mark.parametrize("script, word", [("exit 3", "502"),
                                          ("echo nonsense", "502"),
                                          ("echo why it failed >&2; exit 1",
                                           "why it failed")])
def test_try_failed(batch, handlers, script, word):
    path = handlers.write("tried", script)
    result = batch.run("--try", str(path))
    assert result.status == 1, result
    assert word in result.text, result


def test_try_needs_no_database(room, handlers):
    b = programs.Batch(room, "host=/nowhere dbname=x", handlers, "alone")
    path = handlers.write("tried", OK)
    assert b.run("--try", str(path)).status == 0


SHOW = """printf 'Content-Type: text/plain\\n\\n'
env -0 | tr '\\0\\n' '\\n ' | sort
"""


def told(result, word):
    """What stands behind a word at the beginning of a line."""
    lines = [line for line in result.out.splitlines()
             if line.startswith(word + " ")]
    assert len(lines) == 1, (word, result)
    return lines[0][13:]


def test_try_gives_what_the_night_gives(night, db, batch, handlers):
    """Same names, and same values but of what the database knows."""
    done = night.job(SHOW, b"12345", submit={"type": "text/csv", "request": {
        "REQUEST_METHOD": "POST", "REQUEST_URI": "/queues/x/jobs?a=1",
        "SCRIPT_NAME": "/queues/x/jobs", "QUERY_STRING": "a=1",
        "REMOTE_ADDR": "127.0.0.1"}})
    tried = batch.run("--try", done.queue, "--type", "text/csv",
                      "--variable", "QUERY_STRING=a=1",
                      "--variable", f"NIGHTDROP_JOB_ID={done.id}",
                      "--variable", "REQUEST_URI=/queues/x/jobs?a=1",
                      "--variable", "SCRIPT_NAME=/queues/x/jobs",
                      stdin=b"12345")
    assert tried.status == 0, tried

    def variables(text):
        found = dict(line.split("=", 1) for line in text.splitlines()
                     if "=" in line)
        for name in ("TMPDIR", "NIGHTDROP_ACCEPTED", "NIGHTDROP_DEADLINE",
                     "NIGHTDROP_RUN", "PWD"):
            found[name] = bool(found[name])
        return found

    body = tried.out.partition("\nbody         ")[2]
    assert variables(body) == variables(done.response.body.decode())


def test_try_tells_the_environment(batch, handlers):
    path = handlers.write("tried", OK)
    result = batch.run("--try", str(path), "--variable",
                       "HTTP_X_SHOP=a\x1b[2J", "--variable",
                       "NIGHTDROP_ATTEMPT=2", stdin=b"abc")
    assert " HTTP_X_SHOP=a\\x1b[2J\n" in result.out, result
    assert " NIGHTDROP_ATTEMPT=2\n" in result.out
    assert told(result, "handler") == str(path)
    assert told(result, "body sent") == "3 bytes"
    assert told(result, "process").startswith("exit 0 after 0.")
    assert told(result, "outcome") == "successful: 200 OK, by the handler"


def test_try_progress_and_log(batch, handlers):
    path = handlers.write(
        "tried", "echo '40 resizing' >&$NIGHTDROP_PROGRESS_FD\nsleep 0.1\n"
        "echo why >&2; " + OK)
    result = batch.run("--try", str(path))
    assert told(result, "progress") == "40 resizing"
    assert "log          4 bytes:\nwhy\n" in result.out


def test_try_continues(batch, handlers):
    """A state is given back as the next run would."""
    path = handlers.write("tried", """
case ${NIGHTDROP_STATE-} in
'') printf 'Status: 202 Accepted\\n\\nhalf' ;;
*) printf 'Content-Type: x/y\\n\\nrest of %s' "$NIGHTDROP_STATE" ;;
esac""")
    first = batch.run("--try", str(path))
    assert first.status == 0 and first.out.endswith(":\nhalf"), first
    assert told(first, "outcome").startswith("to be continued")
    second = batch.run("--try", str(path), "--variable",
                       "NIGHTDROP_STATE=half")
    assert second.out.endswith(":\nrest of half"), second


@pytest.mark.parametrize("limit, script, word", [
    ("time_limit=1s", "exec sleep 30", "504"),
    ("max_output=10", OK + "; echo more than ten", "longer than 10 bytes"),
    ("memory_limit=50000000", "#!/usr/bin/python3\nx = bytes(100000000)",
     "MemoryError"),
    ("max_files=16", "#!/usr/bin/python3\nimport os\n"
     "[os.dup(0) for _ in range(20)]", "Too many open files"),
    ("cpu_limit=1s", "while :; do :; done", "signal 24"),
    ("max_attempts=1", "exit 1", "no attempt is left"),
])
def test_try_limits(batch, handlers, limit, script, word):
    path = handlers.write("tried", script)
    result = batch.run("--try", str(path), "--limit", limit)
    assert result.status == 1, result
    assert word in result.text, result
    assert limit.partition("=")[0] in told(result, "limits") + result.out


@pytest.mark.parametrize("options, word", [
    (["--variable", "LD_PRELOAD=x"], "no request gives this"),
    (["--variable", "HTTP_COOKIE=x"], "no request gives this"),
    (["--variable", "PATH=/tmp"], "no request gives this"),
    (["--variable", "QUERY_STRING"], "NAME=VALUE"),
    (["--variable", "NIGHTDROP_ATTEMPT=0"], "from 1"),
    (["--variable", "NIGHTDROP_JOB_ID=7"], "UUID"),
    (["--variable", "NIGHTDROP_BUSINESS_DATE=today"], "2026-11-25"),
    (["--variable", "NIGHTDROP_STATE=" + "x" * 32769], "32768"),
    (["--variable", "HTTP_X=\udcff"], "UTF-8"),
    (["--variable", "HTTP_X=" + "x" * 100000,
      "--variable", "HTTP_Y=" + "x" * 100000,
      "--variable", "HTTP_Z=" + "x" * 100000], "too long"),
    (["--limit", "time_limit=0s"], "31 days"),
    (["--limit", "time_limit"], "31 days"),
    (["--limit", "memory_limit=1MB"], "bytes"),
    (["--limit", "patience=3"], "max_files"),
    (["--variable"], "--help"),
])
def test_try_refuses(batch, handlers, options, word):
    """Nothing runs, and it is said what is wrong."""
    path = handlers.write("tried", OK)
    result = batch.run("--try", str(path), *options)
    assert result.status == 78, result
    assert word in result.err, result
    assert "outcome" not in result.out


def test_try_options_alone(batch):
    result = batch.run("--limit", "time_limit=1s")
    assert result.status == 78 and "--try" in result.err, result


def test_try_names(own, batch, tmp_path):
    """A name is looked up in handler_dir, a path is not; with what a file
    may be called."""
    handlers, batch = own
    handlers.write("tried", OK)
    assert batch.run("--try", "tried").status == 0
    for name in ("tried.sh", "Tried", "", ".", "/", "/etc/passwd/x",
                 "../tried"):
        result = batch.run("--try", name)
        assert result.status == 78, (name, result)
        assert result.err.startswith("nightdrop-batch: "), result


def test_try_without_run_dir(own):
    """Who writes a handler has no run_dir of the batch's."""
    handlers, batch = own
    path = handlers.write("tried", OK + '; echo "$TMPDIR"')
    result = batch.run("--try", str(path), NIGHTDROP_RUN_DIR="/nowhere")
    assert result.status == 0, result
    assert "/nowhere" in result.err
    where = result.out.rstrip().rpartition("ok")[2]
    assert where.startswith("/tmp/nightdrop."), result
    assert not os.path.exists(where)


def test_try_leaves_nothing(own):
    handlers, batch = own
    path = handlers.write("tried", "touch $TMPDIR/a; " + OK)
    assert batch.run("--try", str(path)).status == 0
    assert list(batch.run_dir.iterdir()) == []


@pytest.mark.parametrize("size", [0, 65537, 3000000])
def test_try_body(batch, handlers, size):
    """However long, and byte for byte."""
    body = os.urandom(size).replace(b"\r", b"x")
    path = handlers.write("tried", "printf 'Content-Type: x/y\\n\\n'\n"
                          "exec sha256sum")
    result = batch.run("--try", str(path), stdin=body)
    assert hashlib.sha256(body).hexdigest() in result.out, result
    path = handlers.write("tried", "printf 'Content-Type: x/y\\n\\n'\n"
                          f"head -c {size} /dev/zero | tr '\\0' x")
    result = batch.run("--try", str(path))
    assert result.out.endswith("x" * size)
    assert f"body         {size} bytes" in result.out


@pytest.mark.parametrize("script, signals, seconds", [
    ("exec sleep 30", 1, 5),
    ("trap '' TERM; while :; do sleep 0.1; done", 2, 5)])
def test_try_stopped(own, script, signals, seconds):
    """^C: TERM to the handler; the second one KILL; nothing stays."""
    handlers, batch = own
    path = handlers.write("tried", script)
    run = batch.start("--try", str(path))
    run.process.stdin.close()
    run.input = None
    run.process.stdin = None
    children = process.wait_until(
        lambda: process.children(run.process.pid), 5, "the handler")
    for _ in range(signals):
        time.sleep(0.3)
        run.signal(signal.SIGINT)
    result = run.wait()
    assert result.status == 1, result
    assert told(result, "process").startswith("stopped by you"), result
    assert result.seconds < seconds
    assert not any(process.alive(c) for c in children)
    assert list(batch.run_dir.iterdir()) == []
