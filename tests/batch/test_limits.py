# SPDX-License-Identifier: ISC
"""Handlers that do not behave: their own job pays, nothing else."""
import pytest

from support import jobs, process

ONCE = {"max_attempts": 1, "time_limit": "1 second"}
OK = "printf 'Content-Type: text/plain\\n\\nok'"


def gone(path):
    """The process whose id a handler wrote there has ended."""
    pid = int(path.read_text())
    process.wait_until(lambda: not process.alive(pid), 2,
                       f"the end of {pid}")
    return True


def test_over_its_time_limit(night, scratch):
    mark = scratch / "late"
    done = night.job(f"echo $$ > {mark}; exec sleep 60", **ONCE)
    r = done.response
    assert (r.outcome, r.status, r.by) == ("failed", 504, "nightdrop"), r
    assert 1 <= done.result.seconds < 5, "TERM was enough"
    assert gone(mark)


def test_answer_before_the_limit_does_not_count(night):
    done = night.job(OK + "; exec sleep 60", **ONCE)
    assert (done.response.status, done.response.by) == (504, "nightdrop")


def test_ignores_term(night, scratch):
    mark = scratch / "deaf"
    done = night.job(f"trap '' TERM; echo $$ > {mark}\n"
                     "while :; do sleep 1; done", **ONCE)
    assert (done.response.status, done.response.by) == (504, "nightdrop")
    assert 5.5 <= done.result.seconds < 12, "KILL comes 5 s after TERM"
    assert done.attempts[0][4] == 9
    assert gone(mark)


def test_term_lets_it_clean_up(night, scratch):
    mark = scratch / "cleaned"
    done = night.job(f"trap 'echo yes > {mark}; exit 1' TERM\n"
                     "while :; do sleep 0.1; done", **ONCE)
    assert done.response.status == 504
    assert mark.read_text() == "yes\n"


@pytest.mark.parametrize("how", [
    "sleep 300 & echo $! > {mark}",
    "(trap '' TERM; exec sleep 300) & echo $! > {mark}",
    "setsid sleep 300 > /dev/null 2>&1 < /dev/null &\n"
    "echo $! > {mark}",
    "sh -c 'setsid sh -c \"echo \\$\\$ > {mark}; exec sleep 300\" &'\n"
    "while [ ! -s {mark} ]; do sleep 0.02; done",
], ids=["background", "deaf", "setsid", "daemon"])
def test_what_it_leaves_is_killed(night, scratch, how, request):
    """A daemon, a group member, whoever holds stdout open."""
    mark = scratch / request.node.callspec.id
    done = night.job(how.format(mark=mark) + "\n" + OK)
    assert done.response.outcome == "successful", done.response
    assert done.result.seconds < 15
    assert gone(mark)


def test_leaves_its_group(night, scratch):
    """Where the group is without its leader, the leader is killed too."""
    mark = scratch / "left"
    program = ("import os, signal, time\n"
               "other = os.fork()\n"
               "if other == 0:\n"
               "    os.setpgid(0, 0)\n"
               "    time.sleep(300)\n"
               "while os.getpgid(other) != other:\n"
               "    time.sleep(0.01)\n"
               "os.setpgid(0, other)\n"
               f"open('{mark}', 'w').write(str(os.getpid()))\n"
               "time.sleep(30)\n")
    (scratch / "left.py").write_text(program)
    done = night.job(f"exec /usr/bin/python3 {scratch}/left.py", **ONCE)
    assert (done.response.status, done.response.by) == (504, "nightdrop")
    assert done.result.seconds < 12
    assert gone(mark)


def test_all_at_once_at_its_limit(night, scratch):
    """B6: daemons by setsid that hold stdout open, all deaf to TERM."""
    mark = scratch / "all"
    done = night.job(f"""trap '' TERM
for i in 1 2 3; do setsid sh -c 'trap "" TERM; echo $$ > {mark}.'$i'
while :; do sleep 1; done' & done
printf 'Content-Type: x/y\\n\\nbegun'
while :; do sleep 1; done""", **ONCE)
    assert (done.response.status, done.response.by) == (504, "nightdrop")
    assert done.result.seconds < 12
    for i in (1, 2, 3):
        assert gone(scratch / f"all.{i}")


@pytest.mark.parametrize("most, settings", [
    (1024, {}), (200, {"max_files": 200}), (3000, {"max_files": 3000})])
def test_opens_too_many_files(night, most, settings):
    """The descriptors a handler may open are bounded."""
    done = night.job("""#!/usr/bin/python3
import os, resource
n = 0
try:
    while n < 100000:
        os.dup(0)
        n += 1
except OSError as e:
    print("Content-Type: text/plain\\n\\n%d %d" % (n, e.errno))
""", max_attempts=1, **settings)
    n, errno = done.response.body.split()
    assert most - 100 < int(n) < most and int(errno) == 24


def test_floods_stderr(night):
    done = night.job("head -c 100000000 /dev/zero >&2; " + OK)
    assert done.response.outcome == "successful"


def test_uses_up_its_cpu_time(night):
    done = night.job("while :; do :; done", max_attempts=1,
                     cpu_limit="1 second", time_limit="20 seconds")
    assert (done.response.status, done.response.by) == (502, "nightdrop")
    assert done.result.seconds < 10


def test_neighbours_are_untouched(night, db, batch):
    """One of each kind of misbehaviour, among twenty good jobs."""
    bad = night.queue("""
case "$(cat)" in
flood) printf 'Content-Type: x/y\\n\\n'; cat /dev/zero;;
deaf) trap '' TERM; while :; do sleep 1; done;;
crash) kill -11 $$;;
closed) exec 0<&- 1<&- 2<&-; sleep 1;;
esac
""", max_output=1000000, **ONCE)
    good = night.queue(OK)
    for kind in (b"flood", b"deaf", b"crash", b"closed"):
        jobs.submit(db, bad, kind)
    ids = [jobs.submit(db, good) for _ in range(20)]
    result = batch.run("--queue", f"{bad},{good}", "-j", "3")
    assert result.status == 0, result
    assert {jobs.response(db, i).outcome for i in ids} == {"successful"}
    assert dict(db.sql(
        "select outcome, count(*) from nightdrop.response r "
        "join nightdrop.job j using (id) where j.queue = %s group by 1",
        bad)) == {"failed": 4}
    assert not jobs.unbalanced(db)


@pytest.mark.memory
@pytest.mark.parametrize("size", [
    pytest.param(64 << 20, id="64MiB"),
    pytest.param(1 << 30, id="1GiB", marks=pytest.mark.long)])
def test_large_answer(night, db, size):
    """Streamed: the worker stays within 32 MiB."""
    done = night.job("printf 'Content-Type: x/y\\n\\n'; "
                     f"head -c {size} /dev/zero", max_output=size)
    r = db.row("select outcome, size, body is null from nightdrop.response "
               "where id = %s", done.id)
    assert r == ("successful", size, True)
    assert db.value("select sum(length(data)) from nightdrop.part "
                    "where id = %s", done.id) == size
    assert 0 < done.result.peak < 32 << 20, f"{done.result.peak >> 20} MiB"
    db.sql("delete from nightdrop.part where id = %s", done.id)
