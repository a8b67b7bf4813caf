# SPDX-License-Identifier: ISC
"""An nginx of our own, as Debian configures it: /etc/nginx/fastcgi_params is
included as it is, what a test needs beyond that is added.
"""
from . import place
from .httpd import USER
from .server import Server

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


class Nginx(Server):
    """Locations are added before start: location("/night", socket, ...)."""

    def __init__(self, base, name="nginx"):
        self.home = place.directory(base, name, USER)
        self.locations = []

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

    def command(self, path):
        return [NGINX, "-p", self.home, "-e", self.home / "error.log",
                "-c", path]
