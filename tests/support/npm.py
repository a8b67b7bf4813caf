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


def node(script, *arguments, timeout=120):
    """Run a script that requires those modules; its standard output."""
    r = subprocess.run(
        ["node", str(script), *map(str, arguments)], timeout=timeout,
        env=dict(os.environ, NODE_PATH=str(modules())),
        stdin=subprocess.DEVNULL, capture_output=True, text=True)
    assert r.returncode == 0, f"{script}:\n{r.stdout}\n{r.stderr}"
    return r.stdout
