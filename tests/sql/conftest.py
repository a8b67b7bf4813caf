# SPDX-License-Identifier: ISC
"""A database of its own for each test, or for each file, made from the source tree's
sql/install on the server that PG* names, as a superuser."""
import contextlib
import itertools
import os
import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).resolve().parents[2]
INSTALL = os.environ.get("NIGHTDROP_SQL_INSTALL", ROOT / "sql" / "install")
HELPERS = ROOT / "tests" / "sql" / "fixture" / "helpers.sql"
numbers = itertools.count()


def psql(database, *args):
    subprocess.run(["psql", "-Xq", "-v", "ON_ERROR_STOP=1", "-d", database,
                    *args], check=True, stdout=subprocess.DEVNULL)


@contextlib.contextmanager
def database():
    name = f"nightdrop_test_races_{os.getpid()}_{next(numbers)}"
    psql("postgres", "-c",
         f"create database {name} template template0 encoding 'UTF8'")
    try:
        subprocess.run([INSTALL, "-d", name], check=True,
                       stdout=subprocess.DEVNULL)
        psql(name, "-f", HELPERS)
        yield name
    finally:
        psql("postgres", "-c", f"drop database {name} with (force)")


@pytest.fixture
def db():
    with database() as name:
        yield name


@pytest.fixture(scope="module")
def shared_db():
    """One for all tests of a file, which clean up behind themselves."""
    with database() as name:
        yield name
