# SPDX-License-Identifier: ISC
"""The seeded campaign of faults: see tests/faults/campaign.

Every actor (a client, a cron, the trouble) has a generator of its own, made
from the seed and its name, and draws all that a step needs before it takes
the step.  So what an actor wants to do next depends on the seed alone, not on
who was faster; what comes of it does depend on that.
"""
import random


def generator(seed, actor):
    return random.Random(f"{seed}/{actor}")
