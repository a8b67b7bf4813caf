# SPDX-License-Identifier: ISC
"""What is thrown at the campaign, one fault after another.

A fault undoes itself before the next one: what was stopped goes on, what was
ended is started again.  One that finds nobody to strike is counted as such.
"""
import collections
import contextlib
import os
import signal
import time

from . import generator
from .actor import Actor

FAULTS = {}


def fault(share):
    def add(function):
        FAULTS[function.__name__] = (share, function)
        return function
    return add


class Faults(Actor):
    """site: see site.py; crons: whose batches are struck; faults: which;
    pause: between two, seconds at least and at most."""

    def __init__(self, seed, site, crons, faults=None, name="faults",
                 pause=(0.1, 1.5)):
        super().__init__(name)
        self.pause = pause
        self.site = site
        self.crons = crons
        self.faults = faults or FAULTS
        self.rng = generator(seed, name)
        self.thrown = collections.Counter()
        self.missed = collections.Counter()

    def step(self):
        names = list(self.faults)
        name = self.rng.choices(names, [self.faults[n][0] for n in names])[0]
        where, much = self.rng.random(), self.rng.random()
        pause = self.rng.uniform(*self.pause)
        self.ending.wait(pause)
        if not self.ending.is_set():
            hit = self.faults[name][1](self, where, much)
            (self.thrown if hit else self.missed)[name] += 1

    def kill(self, pids, how=signal.SIGKILL):
        for pid in pids:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, how)
        return bool(pids)

    def workers(self, where):
        run = self.crons.pick(where)
        return run.workers() if run else []


@fault(12)
def worker_killed(f, where, much):
    return f.kill(f.workers(where))


@fault(6)
def guardian_killed(f, where, much):
    run = f.crons.pick(where)
    return f.kill([run.guardian] if run and run.running() else [])


@fault(4)
def both_killed(f, where, much):
    """Stopped first, so that neither sees the other's end."""
    run = f.crons.pick(where)
    if not run or not run.running():
        return False
    run.signal(signal.SIGSTOP)
    f.kill(run.workers())
    run.signal(signal.SIGKILL)
    return True


@fault(5)
def worker_stopped(f, where, much):
    workers = f.workers(where)
    f.kill(workers, signal.SIGSTOP)
    time.sleep(0.1 + much)
    f.kill(workers, signal.SIGCONT)
    return bool(workers)


@fault(5)
def batch_terminated(f, where, much):
    run = f.crons.pick(where)
    if not run or not run.running():
        return False
    run.signal(signal.SIGTERM)
    return True


@fault(6)
def responder_killed(f, where, much):
    f.site.responder.kill()
    time.sleep(much * 0.4)
    f.site.responder.start()
    return True


@fault(3)
def database_restarted(f, where, much):
    with f.site.cluster.away("fast"):
        time.sleep(much * 0.8)
    return True


@fault(3)
def database_crashed(f, where, much):
    with f.site.cluster.away("immediate"):
        time.sleep(much * 0.8)
    return True


@fault(8)
def backends_terminated(f, where, much):
    """Of the responder or of the batches; all, or one."""
    user = "nightdrop_batch" if where < 0.6 else "nightdrop_responder"
    found = f.site.db.sql(
        "select pg_terminate_backend(pid) from (select pid "
        "from pg_stat_activity where datname = %s and usename = %s "
        "order by pid limit %s) a", f.site.db.name, user,
        1 if much < 0.5 else 100)
    return bool(found)


def dropped(proxy, much, stall):
    """The N-th message from now on is lost; with stall, and all after it."""
    proxy.arm(1 + int(much * 40), stall)
    hit = proxy.struck.wait(1.0)
    if stall:
        time.sleep(much)
    proxy.disarm()
    return hit


@fault(8)
def answer_to_responder_lost(f, where, much):
    return dropped(f.site.responder_proxy, much, False)


@fault(8)
def answer_to_batch_lost(f, where, much):
    return dropped(f.site.batch_proxy, much, False)


@fault(3)
def responder_unanswered(f, where, much):
    return dropped(f.site.responder_proxy, much, True)


@fault(3)
def batch_unanswered(f, where, much):
    return dropped(f.site.batch_proxy, much, True)


@fault(4)
def connections_cut(f, where, much):
    proxy = f.site.batch_proxy if where < 0.5 else f.site.responder_proxy
    hit = bool(proxy.open)
    proxy.cut()
    return hit
