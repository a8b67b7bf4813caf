# SPDX-License-Identifier: ISC
"""What a DBA sees in psql while it goes on."""
import subprocess
import time

from .. import place
from ..cluster import PORT
from .actor import Actor

SEEN = (
    "select name, held, waiting, reserved, running, oldest_waiting::time(0), "
    "last_run from nightdrop.queue_status where waiting + running > 0",
    "select queue, status, attempt, runs_for, host, stop, "
    "lease - now() as lease from nightdrop.running_job "
    "where status = 'running' limit 6",
    "select run, opened::time(0), took, resumed, taken, successful, failed, "
    "dismissed, given_back, lost_workers as lost, balanced "
    "from nightdrop.run_history limit 5",
    "select count(*) as runs, sum(taken) as taken, sum(accounted) as "
    "accounted, sum(in_hand) as in_hand, bool_and(balanced) as balanced "
    "from nightdrop.run_balance",
    "select kind, count(*), max(at)::time(0) as last from nightdrop.event "
    "group by 1 order by 1",
)


class Watch(Actor):
    """samples: (time, text), one each so many seconds."""

    def __init__(self, site, every_s):
        super().__init__("watch")
        self.site = site
        self.every_s = every_s
        self.samples = []

    def step(self):
        if not self.ending.wait(self.every_s):
            self.samples.append((time.time(), self.look()))

    def look(self):
        words = [w for text in SEEN for w in ("-c", text)]
        return subprocess.run(
            [place.PG_BIN / "psql", "-X", "-e", "-P", "pager=off", "-h",
             str(self.site.cluster.home), "-p", str(PORT), "-U",
             "nightdrop_dba", "-d", self.site.db.name, *words],
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, timeout=60).stdout
