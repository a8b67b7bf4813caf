# SPDX-License-Identifier: ISC
"""The campaign's DBA: looks, ends jobs that run, holds queues for a moment,
and turns the leaf of the calendar."""
import contextlib
import time

import psycopg2

from . import generator, queues
from .actor import Actor

KINDS = {"dismiss": 6, "hold": 2, "day": 2, "look": 4}
VIEWS = ("queue_status", "running_job", "waiting_job", "failed_job",
         "run_history", "run_balance", "job_status order by id desc limit 20")
# Dismissed, in whatever words: then so it ends.
AGREED = ("is in a worker's hands", "is dismissed", "was dismissed before")


class Dba(Actor):
    """log: entries for checker."""

    def __init__(self, seed, site):
        super().__init__("dba")
        self.site = site
        self.rng = generator(seed, "dba")
        self.log = []

    def step(self):
        kind = self.rng.choices(list(KINDS), list(KINDS.values()))[0]
        where, queue = self.rng.random(), queues.draw(self.rng)
        self.ending.wait(self.rng.uniform(0.2, 1.2))
        if not self.ending.is_set():
            getattr(self, kind)(where, queue)

    def ask(self, text, *values):
        """Rows; None: PostgreSQL is away, or somebody was in the way."""
        try:
            return self.site.db.sql(text, *values, user="nightdrop_dba")
        except (psycopg2.OperationalError, psycopg2.InterfaceError):
            return None

    def surely(self, text, *values):
        while self.ask(text, *values) is None:
            time.sleep(0.2)

    def dismiss(self, where, queue):
        found = self.ask("select id from nightdrop.running_job")
        if not found:
            return
        job = found[int(where * len(found))][0]
        try:
            said = self.ask("select nightdrop.job_dismiss(%s, 'campaign')",
                            job)
        except psycopg2.DatabaseError as e:
            if e.pgcode != "ND404":  # it has ended meanwhile
                raise
            return
        if said and not any(words in said[0][0] for words in AGREED):
            self.trouble.append(f"job_dismiss said {said}")
        if said:
            self.log.append({
                "key": None, "digest": None, "size": 0, "kind": "delete",
                "id": str(job), "status": 202, "at": time.time()})

    def hold(self, where, queue):
        if self.ask("select nightdrop.queue_hold(%s, 'campaign')", queue):
            time.sleep(where)
        self.surely("select nightdrop.queue_release(%s, 'campaign')", queue)

    def day(self, where, queue):
        with contextlib.suppress(psycopg2.OperationalError,
                                 psycopg2.InterfaceError):
            self.site.next_day()

    def look(self, where, queue):
        for view in VIEWS:
            self.ask(f"select * from nightdrop.{view}")
