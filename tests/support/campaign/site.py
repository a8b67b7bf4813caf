# SPDX-License-Identifier: ISC
"""All that the campaign runs on: PostgreSQL, a proxy before it for each of
the programs, the responder, Apache, handlers, and the batch."""
from .. import httpd, place, programs
from ..client import Client
from ..cluster import Cluster
from ..proxy import Proxy
from . import queues

DEADLINE_MS = 4000


class Site:
    def __init__(self, base):
        self.base = base
        self.cluster = Cluster(base)
        self.cluster.start()
        self.db = self.cluster.create("campaign")
        self.db.install()
        self.handlers = programs.Handlers(base)
        queues.make(self.db, self.handlers)
        self.responder_proxy, responder = self.behind("rp", "responder")
        self.batch_proxy, batch = self.behind("bp", "batch")
        self.responder = programs.Responder(
            base, responder, deadline_ms=DEADLINE_MS).start()
        self.batch = programs.Batch(base, batch, self.handlers)
        self.apache = httpd.Apache(
            base, place.program("nightdrop.fcgi"), self.responder.socket, {})
        self.apache.start()

    def behind(self, name, program):
        proxy = Proxy(place.directory(self.base, name), self.cluster.home)
        return proxy, self.db.conninfo(f"nightdrop_{program}",
                                       host=proxy.home)

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
        self.cluster.stop()
        return status

    def sanitized(self):
        """What sanitizers have reported, if anything."""
        return [r.read_text() for r in self.base.glob("sanitizer/*")]
