# SPDX-License-Identifier: ISC
"""pgbouncer in transaction mode in front of a cluster: each transaction gets
whichever session is free, so that nothing of a session can be relied on."""
import subprocess

from . import cluster, place, process

SETTINGS = """
[databases]
* = host={server}
[pgbouncer]
listen_addr =
listen_port = {port}
unix_socket_dir = {home}
auth_type = trust
auth_file = {home}/users
pool_mode = transaction
default_pool_size = 5
max_client_conn = 500
ignore_startup_parameters = extra_float_digits
logfile = {home}/log
"""


class Pooler:
    def __init__(self, base, server):
        self.home = place.directory(base, "pooler", "postgres")
        (self.home / "users").write_text('"nightdrop_responder" ""\n')
        (self.home / "ini").write_text(SETTINGS.format(
            server=server.home, port=cluster.PORT, home=self.home))
        self.process = None

    def start(self):
        self.process = subprocess.Popen(
            ["/usr/sbin/pgbouncer", "-q", self.home / "ini"], cwd="/",
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL, **place.run_as("postgres"))
        socket = self.home / f".s.PGSQL.{cluster.PORT}"
        process.wait_until(socket.exists, 20, f"pgbouncer, see {self.home}/log")

    def stop(self):
        process.end(self.process)
