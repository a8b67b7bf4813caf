# SPDX-License-Identifier: ISC
"""Other hosts: a network, a host name and mounts of their own, and a cable to
a PostgreSQL that listens on it.  Only root can lay it."""
import os
import pathlib
import pwd
import shutil
import subprocess

from . import place, process

DISK_FILES = 200
# Addresses of our own: other tests may have hosts at the same time.
NET = f"10.{64 + os.getpid() % 128}.{os.getpid() // 128 % 256}"


def why_not():
    """What is missing to have hosts; None: nothing."""
    if not place.ROOT:
        return "only root can make network namespaces"
    for tool in ("ip", "unshare", "nsenter"):
        if shutil.which(tool) is None:
            return f"{tool} is not there"
    done = subprocess.run(["unshare", "--net", "--uts", "--mount", "true"],
                          stderr=subprocess.PIPE, text=True)
    return done.stderr or None


def ip(*words, enter=()):
    subprocess.run([*enter, "ip", *words], check=True)


class Host:
    """number is its cable's, of which ours is our end, and PostgreSQL's;
    hidden: directories that it shall not see; disk: one that shall be a small
    disk of its own (root has it as see() says)."""

    def __init__(self, name, number, hidden=(), disk=None):
        self.cable = f"nd{os.getpid()}-{number}"
        self.ours = f"{NET}.{4 * number + 1}"
        self.holder = subprocess.Popen(
            ["unshare", "--net", "--uts", "--mount", "--propagation",
             "private", "sleep", "infinity"])
        ours = os.readlink("/proc/self/ns/net")
        process.wait_until(lambda: os.readlink(
            f"/proc/{self.holder.pid}/ns/net") != ours, 5, "a namespace")
        process.wait_until(lambda: process.executable(
            self.holder.pid).endswith("sleep"), 5, "its holder")
        inside = ["nsenter", "-t", str(self.holder.pid), "-n", "-u", "-m"]
        ip("link", "add", self.cable, "type", "veth", "peer", "name", "eth0",
           "netns", str(self.holder.pid))
        ip("addr", "add", f"{self.ours}/30", "dev", self.cable)
        ip("link", "set", self.cable, "up")
        ip("addr", "add", f"{NET}.{4 * number + 2}/30", "dev", "eth0", enter=inside)
        ip("link", "set", "eth0", "up", enter=inside)
        subprocess.run([*inside, "hostname", name], check=True)
        for path in hidden:
            subprocess.run([*inside, "mount", "-t", "tmpfs", "none", path],
                           check=True)
        if disk:
            subprocess.run([*inside, "mount", "-t", "tmpfs", "-o",
                            f"nr_inodes={DISK_FILES}", "none", disk],
                           check=True)

    def see(self, path):
        """The path at which we see what it has at path."""
        return pathlib.Path(f"/proc/{self.holder.pid}/root") / \
            str(path).lstrip("/")

    def enter(self, user):
        """The words in front of a command that is to run there."""
        p = pwd.getpwnam(user)
        return ["nsenter", "-t", str(self.holder.pid), "-n", "-u", "-m",
                "-S", str(p.pw_uid), "-G", str(p.pw_gid), "--"]

    def cut(self):
        ip("link", "set", self.cable, "down")

    def mend(self):
        ip("link", "set", self.cable, "up")

    def close(self):
        subprocess.run(["ip", "link", "del", self.cable],
                       stderr=subprocess.DEVNULL)
        process.end(self.holder)
