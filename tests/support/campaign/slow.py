# SPDX-License-Identifier: ISC
"""Faults that outlast a lease, thrown beside the quick ones: what was stopped
or cut off is thought dead meanwhile, and comes back."""
import contextlib
import errno
import itertools
import os
import signal
import time

from .. import hosts, process
from . import queues
from .crons import short

FAULTS = {}
LATER_S = 2.5  # after the lease: its margin, and the next batch


def slow(share):
    def add(function):
        FAULTS[function.__name__] = (share, function)
        return function
    return add


@slow(4)
def batch_stopped(f, where, much):
    """Guardian and worker: nobody fences, others recover by the lease; then
    both go on."""
    run = f.crons.pick(where, short)
    pids = [run.guardian, *run.workers()] if run and run.running() else []
    f.kill(pids, signal.SIGSTOP)
    if pids:
        time.sleep(run.lease_s + LATER_S * (0.5 + much))
    f.kill(reversed(pids) if much < 0.5 else pids, signal.SIGCONT)
    return bool(pids)


@slow(3)
def worker_stopped_for_long(f, where, much):
    """Its guardian kills it when its lease is over; one with handlers has a
    lease."""
    run = f.crons.pick(where, short)
    pids = run.workers() if run else []
    f.kill(pids, signal.SIGSTOP)
    end = time.monotonic() + run.lease_s + 1.5 if pids else 0
    stopped = {p for p in pids if process.children(p)}
    while time.monotonic() < end:  # another fault may wake it
        time.sleep(0.05)
        stopped = {p for p in stopped if process.state(p) == "T"}
    if stopped and run.running():
        f.trouble.append(f"workers {sorted(stopped)} live after their lease of "
                         f"{run.lease_s} s, although they were stopped")
    f.kill(pids, signal.SIGCONT)
    return bool(pids)


def begin(f, lease_s, *options):
    """A batch more, that helps where a run is open."""
    return f.crons.begin(0, lease_s, "-j", "4", "--drain", "9s", "--join",
                         *options)


@slow(5)
def batch_unheard(f, where, much):
    """What it says arrives after others have recovered its jobs.  It is
    stopping, so that it has results to tell and nothing else: these are
    refused one by one.  Of another the whole call is."""
    proxy = f.site.batch_proxy
    victim, other = begin(f, 5, "--queue", "steady,slow"), None
    with contextlib.suppress(process.Timeout):
        process.wait_until(victim.handlers, 2, "its handlers")
    victim.signal(signal.SIGTERM)
    time.sleep(0.1)  # what was not begun goes back first
    hit = proxy.hold() and victim.running()
    if hit:
        time.sleep(5 + much)
        other = begin(f, 6, "--queue", ",".join(queues.OFTEN))
        time.sleep(2)
        other.signal(signal.SIGTERM)
    proxy.release()
    for run in filter(None, (victim, other)):
        f.crons.end(run)
    return hit


@slow(4)
def host_cut_off(f, where, much):
    if not f.site.south:
        return False
    busy = f.crons.pick(where, lambda r: r.south) is not None
    f.site.south.host.cut()
    try:
        time.sleep(1 + 8 * much)
    finally:
        f.site.south.host.mend()
    return busy


@slow(2)
def disk_full(f, where, much):
    """The other host's run_dir has no place for another file."""
    if not f.site.south:
        return False
    room = f.site.south.host.see(f.site.south.run_dir)
    made = []
    try:
        for n in itertools.count():
            made.append(room / f"filler-{n}")
            made[-1].touch()
    except OSError as e:
        if e.errno != errno.ENOSPC or n > hosts.DISK_FILES:
            raise
        made.pop()
    time.sleep(0.5 + 2 * much)
    for path in made:
        os.unlink(path)
    return True
