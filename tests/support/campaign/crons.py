# SPDX-License-Identifier: ISC
"""The campaign's crons: each starts batch after batch, one or two at once, on
one host or the other."""
import collections
import signal
import threading
import time

from .. import process
from . import generator, queues

# 75: the database was away.  -9: somebody killed the guardian.
HONEST = {0, 75, -9}
FULL = "No space left on device"  # then 78 is honest, too
LONGEST_S = 240
PATIENCE_S = 1.5
SHORT_S = 10  # a lease that is worth waiting for


class Crons:
    """runs: batches that are running now; statuses: how they ended."""

    def __init__(self, seed, batches, n):
        self.batches = batches
        self.runs = []
        self.statuses = collections.Counter()
        self.trouble = []
        self.lock = threading.Lock()
        self.ending = threading.Event()
        self.threads = [
            threading.Thread(target=self.guarded, daemon=True,
                             args=(generator(seed, f"cron {i}"),))
            for i in range(n)]

    def start(self):
        for t in self.threads:
            t.start()

    def guarded(self, rng):
        try:
            while not self.ending.is_set():
                self.step(rng)
        except Exception as e:
            self.trouble.append(f"cron: {e!r}")

    def step(self, rng):
        made = [self.begin(*line) for line in lines(rng)]
        pause = rng.uniform(0, 0.6)
        for run in made:
            self.end(run)
        self.ending.wait(pause)

    def begin(self, host, lease_s, *options):
        batch = self.batches[host % len(self.batches)]
        run = batch.start(*options, NIGHTDROP_LEASE=str(lease_s))
        run.lease_s = lease_s
        run.south = batch.host is not None
        run.line = (time.time(), batch.home.name, options)
        with self.lock:
            self.runs.append(run)
        return run

    def end(self, run):
        try:
            result = run.wait(LONGEST_S)
            self.judge(result)
            self.ended(run, result)
        except process.Timeout as e:
            self.trouble.append(str(e))
        with self.lock:
            self.runs.remove(run)

    def ended(self, run, result):
        """For who wants to keep it."""

    def judge(self, result):
        self.statuses[result.status] += 1
        full = result.status == 78 and FULL in result.text
        if result.status not in HONEST and not full:
            self.trouble.append(f"a batch ended so: {result}")

    def finish(self):
        """What still runs is told to stop."""
        self.ending.set()
        with self.lock:
            for run in self.runs:
                run.signal(signal.SIGTERM)
        for t in self.threads:
            t.join(2 * LONGEST_S)

    def pick(self, where, want=lambda run: True):
        """One of those that run now; waits a little for one.  Else None."""
        end = time.monotonic() + PATIENCE_S
        while time.monotonic() < end:
            with self.lock:
                found = [r for r in self.runs if r.running() and r.workers()
                         and want(r)]
            if found:
                return found[int(where * len(found))]
            time.sleep(0.05)
        return None


def short(run):
    return run.lease_s <= SHORT_S


def lines(rng):
    """What one step of a cron starts: (host, lease in s, options ...) each."""
    options = ["-j", str(rng.choice((1, 2, 4, 8))), "--drain", "2s"]
    kind = rng.random()
    if kind < 0.25:  # all queues, the daily ones among them
        options.append("--daily")
    elif kind < 0.6:
        options += ["--queue", ",".join(queues.OFTEN)]
    elif kind < 0.92:
        options += ["--queue", ",".join(
            rng.sample(queues.OFTEN, rng.randrange(2, 6)))]
    else:
        options.append("--resume")
    found = []
    for way in range(1 + (rng.random() < 0.35)):
        host = int(rng.random() < 0.35)
        # The other host's death can be known by its lease alone.
        lease_s = rng.choice((5, 6) if host else (5, 6, 6, 300))
        join = way and kind < 0.92 and rng.random() < 0.6
        found.append((host, lease_s, *options, *["--join"] * join))
    return found
