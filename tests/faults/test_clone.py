# SPDX-License-Identifier: ISC
"""C3: a dump of the database is restored elsewhere, while the original works.
The copy runs nothing until it was adopted, and then nothing by itself."""
import os
import subprocess

import pytest

from support import jobs, place, programs
from support.cluster import PORT, Cluster, Database

SLOW = """
while [ ! -e {go} ]; do sleep 0.05; done
printf 'Content-Type: text/plain\\n\\nok'
"""


def restore(db, name):
    """pg_dump | psql into a new database of the same cluster."""
    db.cluster.sql("postgres", f'create database "{name}" '
                   "template template0 encoding 'UTF8'")
    environment = dict(os.environ, PGHOST=str(db.cluster.home),
                       PGPORT=str(PORT), PGUSER="postgres")
    dump = subprocess.Popen([place.PG_BIN / "pg_dump", db.name],
                            stdout=subprocess.PIPE, env=environment)
    subprocess.run([place.PG_BIN / "psql", "-Xq", "-v", "ON_ERROR_STOP=1",
                    "-d", name], stdin=dump.stdout, env=environment,
                   check=True, stdout=subprocess.DEVNULL)
    assert dump.wait() == 0
    return Database(db.cluster, name)


@pytest.fixture
def copy(db, batch, handlers, work, room, scratch):
    """(the copy, its batch, ids of two running and four waiting jobs)."""
    go = scratch / "go"
    handlers.write("slow", SLOW.format(go=go))
    db.queue("slow")
    ids = work.submit(6, "slow")
    run = batch.start("--queue", "slow", "-j", "2")
    work.wait_running(2, "slow")
    made = restore(db, "t_copy")
    go.touch()
    assert run.wait().status == 0
    work.judge()
    return made, programs.Batch(room, made.conninfo("nightdrop_batch"),
                                handlers, "copy"), ids


def test_dump_restored_elsewhere(db, copy):
    made, night, ids = copy
    made.install()  # nor does an upgrade make an original of it
    for options in ((), ("--resume",), ("--join",), ("--quiet",), ("--plan",)):
        refused = night.run(*options)
        assert refused.status == 78, refused
        why, what_to_do = refused.err.splitlines()
        assert "copy" in why and "--adopt" in why, refused
        assert "Nothing was run" in what_to_do, refused
    checked = night.run("--check")
    assert checked.status == 78 and "--adopt" in checked.out, checked
    assert made.value("select count(*) from nightdrop.run") == 1
    assert night.run("--adopt", "").status == 78

    adopted = night.run("--adopt", "a test system")
    assert adopted.status == 0, adopted
    assert "queue slow:" in adopted.out, adopted
    assert any(one in adopted.out for one in ids), adopted
    assert "queue_release" in adopted.out
    plan = night.run("--plan")
    assert plan.status == 0 and " held\n" in plan.out, plan
    for held in (night.run(), night.run("--quiet")):
        assert held.status == 0, held
    assert {jobs.place_of(made, i) for i in ids} == {"waiting"}

    made.sql("select nightdrop.queue_release('slow', 'test')")
    assert night.run().status == 0
    assert {jobs.place_of(made, i) for i in ids} == {"final"}
    assert not jobs.unbalanced(made)
    # The original is as it was, and one does not take itself for the other.
    assert not jobs.unbalanced(db)
    ours, theirs = (d.row("select value, nightdrop.secret() from "
                          "nightdrop.setting where name = 'instance'")
                    for d in (db, made))
    assert ours[0] != theirs[0] and bytes(ours[1]) != bytes(theirs[1])
    wrong = night.run(NIGHTDROP_INSTANCE=ours[0])
    assert wrong.status == 78 and "instance" in wrong.err, wrong


def test_original_is_not_adopted_while_it_works(db, batch, handlers, work,
                                                scratch):
    go = scratch / "busy"
    handlers.write("busy", SLOW.format(go=go))
    db.queue("busy")
    work.submit(1, "busy")
    run = batch.start("--queue", "busy")
    try:
        work.wait_running(1, "busy")
        refused = batch.run("--adopt", "by mistake")
        assert refused.status == 75 and "at work" in refused.err, refused
        assert db.value("select count(*) from nightdrop.queue "
                        "where held") == 0
    finally:
        go.touch()
        assert run.wait().status == 0
    assert not jobs.unbalanced(db)


def test_promoted_standby_is_no_copy(room, handlers):
    """A fail-over: the same cluster for all that matters, and it runs."""
    primary = Cluster(room, "primary")
    primary.start()
    standby = None
    try:
        db = primary.create("n")
        db.install()
        handlers.write("after", "printf 'Content-Type: text/plain\\n\\nok'")
        db.queue("after")
        job = jobs.submit(db, "after")
        standby = primary.copy("standby")
        primary.stop("immediate")
        standby.start()
        db = Database(standby, "n")
        night = programs.Batch(room, db.conninfo("nightdrop_batch"), handlers,
                               "promoted")
        refused = night.run()
        assert refused.status == 75 and "standby" in refused.err, refused
        db.sql("select pg_promote()")
        result = night.run()
        assert result.status == 0, result
        assert jobs.place_of(db, job) == "final"
    finally:
        for cluster in (primary, standby):
            if cluster and cluster.process:
                cluster.stop("immediate")
