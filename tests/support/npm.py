# SPDX-License-Identifier: ISC
"""What the tests use from the npm registry: tests/npm says what and which
version.  Installed once a build, by whichever test process comes first."""
import fcntl
import os
import shutil
import subprocess

from . import place

WANTED = place.TESTS / "npm"


def modules():
    """The directory node_modules; for NODE_PATH, or to read files from."""
    home = place.BUILD / "npm"
    home.mkdir(exist_ok=True)
    with open(home / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lockfile = (WANTED / "package-lock.json").read_bytes()
        done = home / "installed"
        if not done.exists() or done.read_bytes() != lockfile:
            for name in ("package.json", "package-lock.json"):
                shutil.copy(WANTED / name, home)
            subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit",
                            "--no-fund"], cwd=home, check=True,
                           stdin=subprocess.DEVNULL)
            done.write_bytes(lockfile)
    return home / "node_modules"


def start(script, *arguments):
    """A script that requires those modules, running: its two pipes are the
    caller's to read."""
    return subprocess.Popen(
        ["node", str(script), *map(str, arguments)],
        env=dict(os.environ, NODE_PATH=str(modules())),
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE, text=True)


def node(script, *arguments, timeout=120):
    """The same, to its end; its standard output."""
    child = start(script, *arguments)
    try:
        out, err = child.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        child.kill()
        child.communicate()
        raise
    assert child.returncode == 0, f"{script}:\n{out}\n{err}"
    return out
