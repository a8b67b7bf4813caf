# SPDX-License-Identifier: ISC
"""All that the campaign runs on: PostgreSQL, a proxy before it for each of
the programs, the responder, Apache, handlers, and the batch; and, where we are
root, another host with a batch, on a cable to PostgreSQL (site.south)."""
from .. import hosts, httpd, place, programs
from ..client import Client
from ..cluster import Cluster
from ..proxy import Proxy
from . import queues

DEADLINE_MS = 4000
TCP = """
listen_addresses = '{address}'
tcp_keepalives_idle = 2
tcp_keepalives_interval = 1
tcp_keepalives_count = 2
"""


class Site:
    south = None
    days = 0

    def __init__(self, base):
        self.base = base
        self.cluster = Cluster(base)
        self.handlers = programs.Handlers(base)
        self.north = programs.Batch(base, "", self.handlers, "north")
        if not hosts.why_not():
            self.south = self.other_host(base)
        self.cluster.start()
        self.db = self.cluster.create("campaign")
        self.db.install()
        queues.make(self.db, self.handlers)
        self.responder_proxy, responder = self.behind("rp", "responder")
        self.batch_proxy, north = self.behind("bp", "batch")
        self.north.environment["NIGHTDROP_DATABASE"] = north
        if self.south:
            self.south.environment["NIGHTDROP_DATABASE"] = self.db.conninfo(
                "nightdrop_batch", self.south.host.ours)
        self.responder = programs.Responder(
            base, responder, deadline_ms=DEADLINE_MS).start()
        self.apache = httpd.Apache(
            base, place.program("nightdrop.fcgi"), self.responder.socket, {})
        self.apache.start()

    def other_host(self, base):
        batch = programs.Batch(base, "", self.handlers, "south")
        batch.host = hosts.Host("south", 0, hidden=[self.north.run_dir],
                                disk=batch.run_dir)
        with open(self.cluster.data / "postgresql.conf", "a") as f:
            f.write(TCP.format(address=batch.host.ours))
        with open(self.cluster.data / "pg_hba.conf", "a") as f:
            f.write(f"host all all {hosts.NET}.0/24 trust\n")
        return batch

    def behind(self, name, program):
        proxy = Proxy(place.directory(self.base, name), self.cluster.home)
        return proxy, self.db.conninfo(f"nightdrop_{program}",
                                       host=proxy.home)

    @property
    def batches(self):
        return [self.north, self.south] if self.south else [self.north]

    def run_dirs(self):
        """As seen from here."""
        return [b.host.see(b.run_dir) if b.host else b.run_dir
                for b in self.batches]

    def next_day(self):
        """The business date is a day later; no verb is for that."""
        self.db.sql("insert into nightdrop.setting (name, value) "
                    "values ('day_starts', %s) on conflict (name) "
                    "do update set value = excluded.value",
                    f"-{24 * (self.days + 1)} hours")
        self.days += 1

    def clients(self, owners):
        """A client for each owner; '' is nobody."""
        return {o: Client(self.apache.port, "/proxy-user" if o else "/proxy",
                          o or None, timeout=20) for o in owners}

    def stop(self):
        """The responder's exit status."""
        self.apache.stop()
        status = self.responder.stop()
        programs.end_strays()
        for proxy in (self.responder_proxy, self.batch_proxy):
            proxy.close()
        if self.south:
            self.south.host.close()
        self.cluster.stop()
        return status

    def sanitized(self):
        """What sanitizers have reported, if anything."""
        return [r.read_text() for r in self.base.glob("sanitizer/*")]
