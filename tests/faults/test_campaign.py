# SPDX-License-Identifier: ISC
"""A few seconds of the campaign and of the night, from fixed seeds; tests/run
--long has two minutes of campaign besides, from a new seed each time."""
import subprocess
import sys

import pytest

from support import place


@pytest.mark.skipif(place.sanitized(), reason="too slow to be short")
@pytest.mark.parametrize("words", [
    ("campaign", "--seed", "2550", "--minutes", "0.07", "--clients", "3"),
    pytest.param(("night", "--seed", "7", "--jobs", "3000"),
                 marks=pytest.mark.long)], ids=lambda w: w[0])
def test_short(words):
    done = subprocess.run(
        [sys.executable, place.TESTS / "faults" / words[0], *words[1:]],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT, text=True, timeout=170)
    assert done.returncode == 0, done.stdout
    assert "the books balance" in done.stdout.splitlines()[-1], done.stdout
