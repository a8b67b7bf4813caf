# SPDX-License-Identifier: ISC
"""Where things are, and as whom they run.

Everything a test makes lies below one short directory in TMPDIR (the path of
a unix socket has 107 characters), which is removed unless a test failed.
"""
import os
import pathlib
import pwd
import shutil
import tempfile

TESTS = pathlib.Path(__file__).resolve().parent.parent
TOP = TESTS.parent
BUILD = pathlib.Path(os.environ.get("NIGHTDROP_BUILD", TOP / "build"))
SQL = pathlib.Path(os.environ.get("NIGHTDROP_SQL", TOP / "sql"))
PG_BIN = pathlib.Path(os.environ.get("PG_BIN", "/usr/lib/postgresql/15/bin"))
HTTPD = "/usr/sbin/apache2"
HTTPD_MODULES = "/usr/lib/apache2/modules"

ROOT = os.geteuid() == 0


def run_as(name):
    """Keywords for subprocess: that user, where we may choose."""
    if not ROOT:
        return {}
    user = pwd.getpwnam(name)
    return {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []}


def give(path, name):
    """Make path belong to that user, where we may choose."""
    if ROOT:
        shutil.chown(path, name, pwd.getpwnam(name).pw_gid)


def directory(parent, name, owner=None, mode=0o755):
    path = pathlib.Path(parent) / name
    path.mkdir()
    path.chmod(mode)
    if owner:
        give(path, owner)
    return path


def base_directory():
    base = pathlib.Path(tempfile.mkdtemp(prefix="nd-")).resolve()
    base.chmod(0o755)
    return base


def program(name):
    """Path of a program as built; says what to do where it is not."""
    path = BUILD / name
    if not os.access(path, os.X_OK):
        raise FileNotFoundError(
            f"{path} is not there: build first, or set NIGHTDROP_BUILD")
    return path


def sanitized():
    """Was it built with AddressSanitizer?  Memory is then not measured."""
    with open(program("nightdrop.fcgi"), "rb") as f:
        return b"__asan_init" in f.read()
