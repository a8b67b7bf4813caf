# SPDX-License-Identifier: ISC
"""Other web servers before a listening responder: lighttpd, nginx.

Both cut ranges and compare tags themselves where they think that they may.
"""
from . import place
from .nginx import Nginx
from .server import Server

LIGHTTPD = """
server.document-root = "{home}/empty"
server.port = {port}
server.bind = "127.0.0.1"
server.errorlog = "{home}/error.log"
server.upload-dirs = ("{home}")
server.modules = ("mod_setenv", "mod_fastcgi")
setenv.add-environment = ("NIGHTDROP_PREFIX" => "/nd")
$HTTP["url"] =~ "^/old(/|$)" {{
  setenv.add-environment = ("NIGHTDROP_PREFIX" => "/nd",
                            "NIGHTDROP_QUEUE" => "own")
}}
fastcgi.server = ("/nd" => ((
  "socket" => "{listener}", "check-local" => "disable")),
  "/old" => ((
  "socket" => "{listener}", "check-local" => "disable")))
"""


class Lighttpd(Server):
    """Its mount is /nd, and /old the queue "own" at a URL of its own."""

    def __init__(self, base, listener):
        self.home = place.directory(base, "lighttpd")
        self.listener = listener
        place.directory(self.home, "empty")

    def configuration(self):
        return LIGHTTPD.format(home=self.home, port=self.port,
                               listener=self.listener)

    def command(self, path):
        return ["/usr/sbin/lighttpd", "-D", "-f", path]


def front(base, kind, listener):
    """A server of that kind; its mount is /nd."""
    if kind == "lighttpd":
        return Lighttpd(base, listener)
    return Nginx(base).location("/nd", listener)
