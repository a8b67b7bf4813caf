# SPDX-License-Identifier: ISC
"""Two hosts with one database: B2, B9, B10.

Each has a network namespace, a host name and a run_dir of its own that the
other does not see, as two machines have; PostgreSQL listens on both cables.
"""
import os
import signal
import subprocess
import time

import pytest

from support import hosts, jobs, place, process, programs
from support.cluster import Cluster

HERE = os.path.dirname(os.path.abspath(__file__))
LEASE_S = 5
ECHO = """
printf 'Content-Type: text/plain\\n\\nattempt %s of %s' \\
    "$NIGHTDROP_ATTEMPT" "$NIGHTDROP_JOB_ID"
"""
SLOW = """
trap 'exit 1' TERM
if [ "$NIGHTDROP_ATTEMPT" = 1 ]; then sleep {seconds} & wait $!; fi
""" + ECHO
GATE = """
while [ ! -e {go} ]; do sleep 0.05; done
""" + ECHO

pytestmark = pytest.mark.skipif(bool(hosts.why_not()),
                                reason=str(hosts.why_not()))


@pytest.fixture(scope="module")
def net(room, handlers):
    """A cluster of our own, and a batch on each of two hosts."""
    cluster = Cluster(room, "pg")
    made, batches = [], []
    try:
        for number, name in enumerate(("north", "south")):
            batches.append(programs.Batch(room, "", handlers, name,
                                          lease=LEASE_S))
        for number, name in enumerate(("north", "south")):
            host = hosts.Host(name, number,
                              hidden=[batches[1 - number].run_dir])
            made.append(host)
            batches[number].host = host
        with open(cluster.data / "postgresql.conf", "a") as f:
            f.write(f"listen_addresses = '{made[0].ours},{made[1].ours}'\n")
        with open(cluster.data / "pg_hba.conf", "a") as f:
            f.write(f"host all all {hosts.NET}.0/24 trust\n")
        cluster.start()
        db = cluster.create("hosts")
        db.install()
        for batch, host in zip(batches, made):
            batch.environment["NIGHTDROP_DATABASE"] = db.conninfo(
                "nightdrop_batch", host.ours)
        yield db, *batches
    finally:
        programs.end_strays()
        for host in made:
            host.close()
        if cluster.process:
            cluster.stop("immediate")


@pytest.fixture(scope="module")
def db(net):
    return net[0]


@pytest.fixture
def north(net):
    yield net[1]
    net[1].host.mend()


@pytest.fixture
def south(net):
    return net[2]


@pytest.fixture(autouse=True)
def clean(db):
    """The judge sees one test's jobs at a time."""
    yield
    assert not jobs.unbalanced(db)
    for table in ("waiting", "running", "response", "attempt", "part",
                  "job"):
        db.sql(f"delete from nightdrop.{table}")


def queue(db, handlers, name, script):
    handlers.write(name, script)
    return db.queue(name, max_attempts=5, backoff="50 milliseconds")


def attempts_of(db, ids):
    return [[a[1] for a in jobs.attempts(db, i)] for i in ids]


def test_two_hosts_at_one_run(db, north, south, handlers, work, scratch):
    """Jobs are shared, each is run once, the last host to leave closes."""
    go = scratch / "shared"
    name = queue(db, handlers, "shared", GATE.format(go=go))
    ids = work.submit(12, name)
    runs = [north.start("--queue", name, "-j", "3")]
    work.wait_running(3, name)
    runs.append(south.start("--queue", name, "-j", "3", "--join"))
    work.wait_running(6, name)
    go.touch()
    for run in runs:
        assert run.wait().status == 0
    assert attempts_of(db, ids) == [["successful"]] * 12
    assert db.sql("select w.host, count(*) > 0 from nightdrop.attempt a "
                  "join nightdrop.worker w on w.id = a.worker "
                  "group by 1 order by 1") == \
        [("north", True), ("south", True)]
    assert db.value("select count(*) from nightdrop.run") == 1
    work.judge()


def test_fifty_batches(db, north, south, handlers, work):
    """B9: crons that overlap on two hosts, some of them to help."""
    name = queue(db, handlers, "fifty", "sleep 0.1" + ECHO)
    ids = work.submit(60, name)
    runs = [batch.start("--queue", name, "-j", "1", *way)
            for _ in range(13) for batch in (north, south)
            for way in ((), ("--join",))][:50]
    for run in runs:
        result = run.wait(90)
        assert result.status == 0, result
    assert jobs.all_final(db, ids)
    assert attempts_of(db, ids) == [["successful"]] * 60
    assert db.value("select count(*) from nightdrop.run "
                    "where closed is null") == 0
    work.judge()


def test_host_cut_off(db, north, south, handlers, work):
    """B2: it ends its handlers before its lease does; the other host waits
    until lease and margin are over, and runs the jobs then."""
    name = queue(db, handlers, "cut", SLOW.format(seconds=60))
    ids = work.submit(2, name)
    run = north.start("--queue", name, "-j", "2")
    work.wait_running(2, name)
    victims = process.wait_until(
        lambda: len(run.handlers()) >= 2 and run.handlers(), 5, "handlers")
    north.host.cut()
    early = south.run("--queue", name)
    assert early.status == 0 and "north" in early.out, early
    process.wait_until(lambda: not any(map(process.alive, victims)),
                       LEASE_S, "the host that is cut off to end its handlers")
    assert db.value("select bool_and(lease > clock_timestamp()) "
                    "from nightdrop.worker where left_at is null"), \
        "while its lease lasts"
    assert run.wait(30).status == 75
    assert jobs.place_of(db, ids[0]) == "running", "nobody has them yet"
    end = time.monotonic() + LEASE_S + 2
    while not jobs.all_final(db, ids) and time.monotonic() < end:
        result = south.run("--queue", name)
        assert result.status == 0, result
        time.sleep(0.2)
    assert "was resumed" in result.out, result
    assert attempts_of(db, ids) == [["lost", "successful"]] * 2
    assert db.value("select bool_and(a.ended > w.lease + w.term / 10) "
                    "from nightdrop.attempt a join nightdrop.worker w "
                    "on w.id = a.worker where a.result = 'lost'")
    work.judge()


@pytest.mark.long
def test_the_others_take_over(db, north, south, handlers, work):
    """A host is cut off, another is at the same run: it takes the jobs as soon
    as the lease and the margin are over, without a new run."""
    name = queue(db, handlers, "over", """
if [ "$(hostname)" = north ]; then sleep 60; else sleep 1; fi
""" + ECHO)
    ids = work.submit(12, name)
    run = north.start("--queue", name, "-j", "2")
    work.wait_running(2, name)
    other = south.start("--queue", name, "-j", "1", "--join")
    work.wait_running(3, name)
    north.host.cut()
    assert run.wait(30).status == 75
    result = other.wait()
    assert result.status == 0 and "taken back" in result.out, result
    assert jobs.all_final(db, ids)
    assert db.row("select count(*), sum(lost_workers), sum(resumed), "
                  "bool_and(closed is not null) from nightdrop.run "
                  "where id = (select max(id) "
                  "from nightdrop.run)") == (1, 1, 0, True)
    assert sorted(attempts_of(db, ids))[:2] == [["lost", "successful"]] * 2
    work.judge()


def test_cut_shorter_than_the_lease(db, north, handlers, work):
    """Handlers go on, and what they came to is recorded, once."""
    name = queue(db, handlers, "blink", SLOW.format(seconds=1))
    ids = work.submit(4, name)
    run = north.start("--queue", name, "-j", "4", NIGHTDROP_LEASE="60")
    work.wait_running(4, name)
    north.host.cut()
    time.sleep(2)
    north.host.mend()
    result = run.wait(55)
    assert result.status == 0, result
    assert attempts_of(db, ids) == [["successful"]] * 4
    work.judge()


def test_proof_of_death_is_for_the_own_host(db, north, south, handlers, work,
                                            scratch):
    """Killed with guardian and all: the other host cannot know until the
    lease is over, its own one sees it at once."""
    go = scratch / "killed"
    name = queue(db, handlers, "killed", GATE.format(go=go))
    ids = work.submit(3, name)
    run = north.start("--queue", name, "-j", "1", NIGHTDROP_LEASE="300")
    work.wait_running(1, name)
    worker = run.worker()
    os.kill(run.guardian, signal.SIGKILL)
    os.kill(worker, signal.SIGKILL)
    run.wait()
    go.touch()
    other = south.run("--queue", name)
    assert other.status == 0 and "north" in other.out, other
    assert not jobs.all_final(db, ids)
    own = north.run("--queue", name)
    assert own.status == 0 and "was resumed" in own.out, own
    assert jobs.all_final(db, ids)
    work.judge()


@pytest.mark.skipif(place.sanitized(), reason="preloads a library")
@pytest.mark.parametrize(
    "off_s", [600, pytest.param(-600, marks=pytest.mark.long)])
def test_a_hosts_clock_is_off(db, north, south, handlers, work, room, off_s):
    """B10: ten minutes.  Leases are by the server's clock: neither is taken
    for dead, and the record has the server's times."""
    library = room / "clock_step.so"
    if not library.exists():
        subprocess.run(["cc", "-shared", "-fPIC", "-o", library,
                        os.path.join(HERE, "clock_step.c")], check=True)
    name = queue(db, handlers, f"off{off_s % 7}", "sleep 1.3" + ECHO)
    ids = work.submit(8, name)
    clock = {"LD_PRELOAD": str(library), "CLOCK_STEP_FILE": "/",
             "CLOCK_STEP_S": str(off_s)}
    runs = [north.start("--queue", name, "-j", "2", **clock)]
    work.wait_running(2, name)
    runs.append(south.start("--queue", name, "-j", "2", "--join"))
    for run in runs:
        result = run.wait()
        assert result.status == 0, result
    assert attempts_of(db, ids) == [["successful"]] * 8
    assert db.value("select bool_and(ended between started and now()) "
                    "and min(started) > now() - interval '1 minute' "
                    "from nightdrop.attempt")
    assert db.row("select lost_workers, business_date = "
                  "nightdrop.business_date(opened) from nightdrop.run "
                  "order by id desc limit 1") == (0, True)
    work.judge()
