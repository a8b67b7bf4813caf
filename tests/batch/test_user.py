# SPDX-License-Identifier: ISC
"""Handlers as another user than the batch, which is root then."""
import grp
import os
import pwd
import subprocess

import pytest

from support import jobs, place, process, programs

pytestmark = pytest.mark.skipif(not place.ROOT, reason="as root only")

WHO = """#!/usr/bin/python3
import os
tmp = os.environ["TMPDIR"]
open(tmp + "/mine", "w").close()
os.mkdir(tmp + "/deep")
print("Content-Type: text/plain\\n")
print(os.getresuid(), os.getresgid(), sorted(os.getgroups()),
      os.stat(tmp).st_uid, oct(os.stat(tmp).st_mode & 0o7777))
"""


@pytest.fixture
def as_root(room, handlers, db, monkeypatch):
    """as_root(name, **settings): a batch that is root."""
    monkeypatch.setattr(programs.place, "run_as", lambda name: {})
    conninfo = db.conninfo("nightdrop_batch")

    def make(name, **settings):
        b = programs.Batch(room, conninfo, handlers, name, **settings)
        os.chown(b.run_dir, 0, 0)
        return b

    return make


def test_all_of_it_is_the_users(night, db, as_root, scratch):
    """Ids, groups, TMPDIR; which is empty for the next job."""
    batch = as_root("user", handler_user=programs.USER)
    name = night.queue(WHO)
    ids = [jobs.submit(db, name) for _ in range(3)]
    result = batch.run("--queue", name, "-j", "1")
    assert result.status == 0, result
    user = pwd.getpwnam(programs.USER)
    groups = sorted({g.gr_gid for g in grp.getgrall()
                     if programs.USER in g.gr_mem} | {user.pw_gid})
    want = f"{(user.pw_uid,) * 3} {(user.pw_gid,) * 3} {groups} " \
        f"{user.pw_uid} 0o700\n"
    assert [jobs.response(db, i).body.decode() for i in ids] == [want] * 3
    assert list(batch.run_dir.iterdir()) == []


APPLICATION = """#!/usr/bin/perl
use CGI::Fast;
while (my $q = CGI::Fast->new) {
	open(my $f, '>', "$ENV{TMPDIR}/mine") or die "$ENV{TMPDIR}: $!";
	print "Content-Type: text/plain\\n\\n$$ $< $( ", -e '/proc/self/fd/3';
}
"""


def test_an_application_is_the_users(night, db, as_root, handlers):
    """FastCGI: it serves a socket that only root can connect to."""
    batch = as_root("app", handler_user=programs.USER)
    name = night.queue(None)
    handlers.write(name + ".fcgi", APPLICATION)
    ids = [jobs.submit(db, name) for _ in range(3)]
    result = batch.run("--queue", name, "-j", "1")
    assert result.status == 0, result
    user = pwd.getpwnam(programs.USER)
    words = [jobs.response(db, i).body.decode().split() for i in ids]
    assert {(w[1], w[2], w[-1]) for w in words} == {
        (str(user.pw_uid), str(user.pw_gid), "1")}
    assert len({w[0] for w in words}) == 1
    assert list(batch.run_dir.iterdir()) == []


def test_it_dies_with_the_worker(night, db, as_root, scratch):
    """The parent-death signal is set after the change of user, which would
    have cleared it."""
    batch = as_root("orphan", handler_user=programs.USER)
    mark = scratch / "orphan"
    name = night.queue(f"echo $$ > {mark}; exec sleep 60")
    jobs.submit(db, name)
    run = batch.start("--queue", name)
    process.wait_until(lambda: mark.exists() and mark.read_text(), 10, "it")
    pid = int(mark.read_text())
    with open(f"/proc/{pid}/status") as f:
        assert f"Uid:\t{pwd.getpwnam(programs.USER).pw_uid}\t" in f.read()
    os.kill(run.guardian, 19)
    os.kill(run.worker(), 9)
    process.wait_until(lambda: not process.alive(pid), 2, "its end")
    os.kill(run.guardian, 9)
    run.wait()


def test_try_does_as_at_night(as_root, handlers):
    batch = as_root("try", handler_user=programs.USER)
    handlers.write("who", WHO)
    result = batch.run("--try", "who")
    assert result.status == 0, result
    assert f"({pwd.getpwnam(programs.USER).pw_uid}, " in result.out


def test_refused(as_root, batch, handlers):
    """Root again, nobody of that name, or we are not root: 78."""
    for user, word in (("root", "which is root"), ("no-such", "no user")):
        result = as_root(f"bad-{user}", handler_user=user).run()
        assert result.status == 78 and word in result.err, result
    checked = as_root("checked", handler_user="no-such").run("--check")
    assert checked.status == 78 and "no user no-such" in checked.out, checked


def test_a_program_that_is_not_for_the_user(night, db, as_root, handlers):
    """Found before the run, not by each job that fails for it."""
    batch = as_root("locked", handler_user=programs.USER)
    name = night.queue(WHO, max_attempts=1)
    job = jobs.submit(db, name)
    (handlers.path / name).chmod(0o700)
    result = batch.run("--queue", name)
    assert result.status == 78 and programs.USER in result.err, result
    assert jobs.place_of(db, job) == "waiting"
    checked = batch.run("--check", "--queue", name)
    assert checked.status == 78 and programs.USER in checked.out, checked
    (handlers.path / name).chmod(0o755)
    assert batch.run("--queue", name).status == 0
    assert jobs.response(db, job).outcome == "successful"


def test_only_root_can(batch):
    done = subprocess.run(
        [place.program("nightdrop-batch")], env={
            **batch.environment, "NIGHTDROP_HANDLER_USER": "nobody"},
        stdin=subprocess.DEVNULL, capture_output=True, text=True, cwd="/",
        **place.run_as(programs.USER))
    assert done.returncode == 78 and "only root" in done.stderr, done
