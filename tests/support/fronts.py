# SPDX-License-Identifier: ISC
"""Other web servers before a listening responder: lighttpd, nginx.

Each is private (own directory, free port) and ended by its pid.  Both cut
ranges and compare tags themselves where they think that they may.
"""
import os
import socket
import subprocess

from . import place, process
from .httpd import free_port

LIGHTTPD = """
server.document-root = "{home}/empty"
server.port = {port}
server.bind = "127.0.0.1"
server.errorlog = "{home}/error.log"
server.upload-dirs = ("{home}")
server.modules = ("mod_setenv", "mod_fastcgi")
setenv.add-environment = ("NIGHTDROP_PREFIX" => "/nd")
fastcgi.server = ("/nd" => ((
  "socket" => "{listener}", "check-local" => "disable")))
"""
NGINX = """
{user}
daemon off;
pid {home}/pid;
error_log {home}/error.log;
events {{ }}
http {{
  access_log off;
  client_body_temp_path {home}/body;
  fastcgi_temp_path {home}/fastcgi;
  proxy_temp_path {home}/proxy;
  uwsgi_temp_path {home}/uwsgi;
  scgi_temp_path {home}/scgi;
  server {{
    listen 127.0.0.1:{port};
    location /nd {{
      include /etc/nginx/fastcgi_params;
      fastcgi_param NIGHTDROP_PREFIX /nd;
      fastcgi_pass unix:{listener};
    }}
  }}
}}
"""
KINDS = {
    "lighttpd": (LIGHTTPD, ["/usr/sbin/lighttpd", "-D", "-f"]),
    "nginx": (NGINX, ["/usr/sbin/nginx", "-c"]),
}


class Front:
    """A server of that kind; its mount is /nd."""

    def __init__(self, base, kind, listener):
        self.home = place.directory(base, kind)
        self.kind = kind
        self.listener = listener
        self.process = None
        self.port = None
        place.directory(self.home, "empty")

    def start(self):
        text, command = KINDS[self.kind]
        for _ in range(5):  # somebody may take the port before we do
            self.port = free_port()
            path = self.home / "conf"
            path.write_text(text.format(
                home=self.home, port=self.port, listener=self.listener,
                user="user root;" if place.ROOT else ""))
            with open(self.home / "start.log", "ab") as log:
                self.process = subprocess.Popen(
                    command + [path], stdin=subprocess.DEVNULL, stdout=log,
                    stderr=log, env={"PATH": os.environ["PATH"]})
            if process.wait_until(self.started, 20, self.kind) == "yes":
                return self
        raise RuntimeError(f"{self.kind} does not start, see {self.home}")

    def started(self):
        if self.process.poll() is not None:
            return "no"
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
            return "yes"
        except OSError:
            return None

    def stop(self):
        process.end(self.process)
        self.process = None
