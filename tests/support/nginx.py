# SPDX-License-Identifier: ISC
"""An nginx of our own, as Debian configures it: /etc/nginx/fastcgi_params is
included as it is, what a test needs beyond that is added.
"""
import os
import signal
import socket
import subprocess

from . import place, process
from .httpd import USER, free_port

NGINX = "/usr/sbin/nginx"
STOCK = "include /etc/nginx/fastcgi_params;"

MAIN = """
{identity}
daemon off;
pid {home}/pid;
error_log {home}/error.log info;
worker_processes 1;
events {{ worker_connections 256; }}
http {{
  access_log off;
  client_max_body_size 0;
  client_body_temp_path {home}/body;
  proxy_temp_path {home}/proxy;
  fastcgi_temp_path {home}/fastcgi;
  uwsgi_temp_path {home}/uwsgi;
  scgi_temp_path {home}/scgi;
  server {{
    listen 127.0.0.1:{port};
    {locations}
  }}
}}
"""
LOCATION = """
    location {path}/ {{
      {before}
      {stock}
      fastcgi_param NIGHTDROP_PREFIX {path};
      fastcgi_pass unix:{listener};
      {after}
    }}
"""


class Nginx:
    """Locations are added before start: location("/night", socket, ...)."""

    def __init__(self, base, name="nginx"):
        self.home = place.directory(base, name, USER)
        self.locations = []
        self.process = None
        self.port = None

    def location(self, path, listener, after="", before="", stock=STOCK):
        """path: the prefix; listener: the responder's socket; before, after:
        further directives, on either side of the stock parameters."""
        self.locations.append(LOCATION.format(
            path=path, listener=listener, before=before, after=after,
            stock=stock))
        return self

    def configuration(self):
        return MAIN.format(home=self.home, port=self.port,
                           locations="".join(self.locations),
                           identity=f"user {USER};" if place.ROOT else "")

    def start(self):
        for _ in range(5):  # somebody may take the port before we do
            self.port = free_port()
            (self.home / "nginx.conf").write_text(self.configuration())
            with open(self.home / "start.log", "ab") as log:
                self.process = subprocess.Popen(
                    [NGINX, "-p", self.home, "-e", self.home / "error.log",
                     "-c", self.home / "nginx.conf"],
                    stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                    env={"PATH": os.environ["PATH"], "LANG": "C"})
            if process.wait_until(self.started, 20, "nginx") == "yes":
                return self
        raise RuntimeError(f"nginx does not start, see {self.home}/start.log")

    def started(self):
        if self.process.poll() is not None:
            return "no"
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
            return "yes"
        except OSError:
            return None

    def stop(self, how=signal.SIGTERM, seconds=30):
        process.end(self.process, how, seconds)
        self.process = None
