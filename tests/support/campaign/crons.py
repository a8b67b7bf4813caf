# SPDX-License-Identifier: ISC
"""The campaign's crons: each starts batch after batch, one or two at once."""
import collections
import threading

from .. import process
from . import generator, queues

# 75: the database was away.  -9: somebody killed the guardian.
HONEST = {0, 75, -9}
LONGEST_S = 120


class Crons:
    """runs: batches that are running now; statuses: how they ended."""

    def __init__(self, seed, batch, n):
        self.batch = batch
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
        jobs = rng.choice((1, 2, 4, 8))
        scope = rng.sample(queues.NAMES, rng.randrange(2, 6)) \
            if rng.random() < 0.4 else None
        two, join = rng.random() < 0.3, rng.random() < 0.5
        pause = rng.uniform(0, 0.6)
        options = ["-j", str(jobs), "--drain", "2s"]
        if scope:
            options += ["--queue", ",".join(scope)]
        made = [self.begin(*options)]
        if two:
            made.append(self.begin(*options, *["--join"] * join))
        for run in made:
            self.end(run)
        self.ending.wait(pause)

    def begin(self, *options):
        run = self.batch.start(*options)
        with self.lock:
            self.runs.append(run)
        return run

    def end(self, run):
        try:
            result = run.wait(LONGEST_S)
            self.statuses[result.status] += 1
            if result.status not in HONEST:
                self.trouble.append(f"a batch ended so: {result}")
        except process.Timeout as e:
            self.trouble.append(str(e))
        with self.lock:
            self.runs.remove(run)

    def finish(self):
        self.ending.set()
        for t in self.threads:
            t.join(2 * LONGEST_S)

    def pick(self, where):
        """One of those that run now, or None."""
        with self.lock:
            return self.runs[int(where * len(self.runs))] if self.runs \
                else None
