# SPDX-License-Identifier: ISC
"""A web server of our own: its directory, a free port, started and ended."""
import os
import signal
import socket
import subprocess

from . import process


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Server:
    """home is there; a subclass says configuration() and command(path)."""

    home = None
    process = None
    port = None

    def start(self):
        for _ in range(5):  # somebody may take the port before we do
            self.port = free_port()
            path = self.home / "conf"
            path.write_text(self.configuration())
            with open(self.home / "start.log", "ab") as log:
                self.process = subprocess.Popen(
                    self.command(path), stdin=subprocess.DEVNULL, stdout=log,
                    stderr=log, start_new_session=True,
                    env={"PATH": os.environ["PATH"], "LANG": "C"})
            if process.wait_until(self.started, 20, self.home) == "yes":
                return self
        raise RuntimeError(f"it does not start, see {self.home}/start.log")

    def started(self):
        if self.process.poll() is not None:
            return "no"
        try:
            socket.create_connection(("127.0.0.1", self.port), 1).close()
            return "yes"
        except OSError:
            return None

    def stop(self, how=signal.SIGTERM, seconds=30):
        """What it leaves behind of itself is killed: a process manager that
        mod_fcgid forgot in a reload waits for nobody, and for ever."""
        leader, its = self.process.pid, process.executable(self.process.pid)
        process.end(self.process, how, seconds)
        self.process = None
        for pid in process.group(leader):
            if process.executable(pid) == its:
                os.kill(pid, signal.SIGKILL)
