# Races in PostgreSQL's own words: each .spec of isolation/ says which sessions
# do what in which order, its .out what each of them must see.
#
# SPDX-License-Identifier: ISC

import pathlib
import subprocess

import pytest

from conftest import database, psql

SPECS = pathlib.Path(__file__).resolve().parent / "isolation"
TESTER = ("/usr/lib/postgresql/15/lib/pgxs/src/test/isolation/"
          "isolationtester")


@pytest.fixture(scope="module")
def prepared():
    with database() as name:
        psql(name, "-f", SPECS / "helpers.sql")
        yield name


@pytest.mark.parametrize("spec", sorted(SPECS.glob("*.spec")),
                         ids=lambda p: p.stem)
def test_isolation(prepared, spec):
    done = subprocess.run([TESTER, f"dbname={prepared}"], text=True,
                          input=spec.read_text(), stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, timeout=120)
    assert done.returncode == 0, done.stdout
    assert done.stdout == spec.with_suffix(".out").read_text()
