# SPDX-License-Identifier: ISC
"""Faults that outlast a lease, thrown beside the quick ones: what was stopped
or cut off is thought dead meanwhile, and comes back."""
import errno
import itertools
import os
import signal
import time

from .. import hosts, process

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
    run = f.crons.pick(where, short=True)
    pids = [run.guardian, *run.workers()] if run and run.running() else []
    f.kill(pids, signal.SIGSTOP)
    if pids:
        time.sleep(run.lease_s + LATER_S * (0.5 + much))
    f.kill(reversed(pids) if much < 0.5 else pids, signal.SIGCONT)
    return bool(pids)


@slow(3)
def worker_stopped_for_long(f, where, much):
    """Its guardian kills it when its lease is over."""
    run = f.crons.pick(where, short=True)
    pids = run.workers() if run else []
    f.kill(pids, signal.SIGSTOP)
    end = time.monotonic() + run.lease_s + 1.5 if pids else 0
    stopped = set(pids)
    while time.monotonic() < end:  # another fault may wake it
        time.sleep(0.05)
        stopped = {p for p in stopped if process.state(p) == "T"}
    if stopped and run.running():
        f.trouble.append(f"workers {sorted(stopped)} live after their lease of "
                         f"{run.lease_s} s, although they were stopped")
    f.kill(pids, signal.SIGCONT)
    return bool(pids)


@slow(4)
def batch_unheard(f, where, much):
    """What it says arrives after others have recovered its jobs."""
    run = f.crons.pick(where, short=True)
    proxy = f.site.batch_proxy
    hit = proxy.hold() and run is not None
    if hit:
        time.sleep(run.lease_s + LATER_S * (0.3 + much))
    proxy.release()
    return hit


@slow(4)
def host_cut_off(f, where, much):
    if not f.site.south:
        return False
    busy = any(r.running() for r in list(f.crons.runs) if r.south)
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
