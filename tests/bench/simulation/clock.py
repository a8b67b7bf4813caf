# SPDX-License-Identifier: ISC
"""A PostgreSQL whose clock we set: forwards, and else it goes on by itself.

libfaketime adds what stands in a file to the clock of each process of the
server, so that clock_timestamp(), now() and every stored time agree.
"""
import datetime
import os
import pathlib
import time

from support import place
from support.cluster import Cluster

LIBRARY = pathlib.Path(f"/usr/lib/{os.uname().machine}-linux-gnu/faketime/"
                       "libfaketime.so.1")
UTC = datetime.timezone.utc


class Clock:
    def __init__(self, path, start):
        self.path = path
        self.set(start.timestamp())

    def set(self, at):
        self.offset = at - time.time()
        new = self.path.with_suffix(".new")
        new.write_text(f"{self.offset:+.6f}\n")
        new.chmod(0o644)
        new.replace(self.path)

    def now(self):
        return time.time() + self.offset

    def advance(self, at):
        """To that time, if it has not passed."""
        if self.now() < at:
            self.set(at)

    def read(self):
        return datetime.datetime.fromtimestamp(self.now(), UTC)


def cluster(base, start):
    """(clock, cluster), started; what it holds need not survive."""
    if not LIBRARY.exists():
        raise SystemExit(f"{LIBRARY} is not there: install faketime")
    clock = Clock(place.directory(base, "clock") / "offset", start)
    made = Cluster(base, environment={
        "LD_PRELOAD": str(LIBRARY), "FAKETIME_NO_CACHE": "1",
        "FAKETIME_TIMESTAMP_FILE": str(clock.path),
        "FAKETIME_DONT_FAKE_MONOTONIC": "1"})
    with open(made.data / "postgresql.conf", "a") as f:
        f.write("fsync = off\ncheckpoint_timeout = 1d\n"
                "autovacuum_naptime = 1h\n")
    made.start()
    return clock, made
