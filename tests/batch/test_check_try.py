# SPDX-License-Identifier: ISC
"""--check, before the night; --try, one handler exactly as at night."""
import pytest

from support import jobs, place, programs

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
    assert word in result.text, result


def test_try_needs_no_database(room, handlers):
    b = programs.Batch(room, "host=/nowhere dbname=x", handlers, "alone")
    path = handlers.write("tried", OK)
    assert b.run("--try", str(path)).status == 0
