# SPDX-License-Identifier: ISC
"""What comes in and how long it takes, from a seed.

Working days and weekends, more on Mondays, days on which one queue gets many
times as much; durations that drift from week to week, vary from night to
night, and from job to job by a long tail; one night in which cron does not
start anything.  No run follows a Saturday or a Sunday.

Who submits on the day before the failed night cannot be told better: some four
in a hundred of the month's jobs, as it is an ordinary day.
"""
import dataclasses
import datetime
import math
import random
import zoneinfo

ZONE = zoneinfo.ZoneInfo("Europe/Berlin")
MONDAY, SATURDAY = 0, 5
RUN_AT = datetime.time(2, 0)


@dataclasses.dataclass
class Queue:
    name: str
    jobs: float		# a working day
    median_s: float
    sigma: float	# of the durations' logarithm
    hours: tuple	# weights of three-hour pieces of the day
    drift: float	# a day
    settings: dict


OFFICE = (0, 0, 3, 9, 8, 8, 3, 1)
ALL_DAY = (2, 1, 2, 4, 4, 4, 3, 3)
EVENING = (0, 0, 0, 1, 1, 2, 8, 4)
QUEUES = (
    Queue("report", 200, 70, 0.6, OFFICE, 0.010, {}),
    Queue("letter", 250, 5, 0.4, ALL_DAY, 0.0, {}),
    Queue("import", 40, 240, 0.5, EVENING, -0.006,
          {"priority": 3, "aging": "1 hour"}),
    Queue("video", 12, 500, 0.7, OFFICE, 0.004, {"max_running": 1}),
    Queue("bulk", 60, 40, 0.3, OFFICE, 0.0, {"priority": -2}),
)


class Days:
    """The days from first on: some to learn, those that are graded, and some
    more, so that all jobs of those come to their end."""

    def __init__(self, seed, first, learning, graded, more=5):
        self.random = random.Random(seed)
        self.first = first
        self.dates = [first + datetime.timedelta(days=n)
                      for n in range(learning + graded + more)]
        self.month = month = self.dates[learning:learning + graded]
        working = [d for d in month if d.weekday() < SATURDAY]
        self.spikes = {
            d: (self.random.choice(QUEUES[:2] + QUEUES[4:]).name,
                self.random.uniform(2.5, 5))
            for d in self.random.sample(working, 3)}
        self.failed = self.random.choice([
            d for d in working[:-1]
            if d.weekday() != MONDAY and d not in self.spikes])
        self.pace = {d: math.exp(self.random.gauss(0, 0.05))
                     for d in self.dates}
        self.walk = {q.name: 0.0 for q in QUEUES}

    def has_run(self, date):
        """Does cron start a run in the night after this day?"""
        return date.weekday() < SATURDAY and date != self.failed

    def run_at(self, date):
        """When the night's run starts, some seconds after the full hour."""
        morning = date + datetime.timedelta(days=1)
        return (datetime.datetime.combine(morning, RUN_AT, ZONE).timestamp()
                + self.random.uniform(1, 6))

    def jobs(self, date):
        """[(when, queue)] of a day, in order."""
        share = 0.12 if date.weekday() >= SATURDAY else \
            1.15 if date.weekday() == MONDAY else 1.0
        midnight = datetime.datetime.combine(date, datetime.time(0), ZONE)
        come = []
        for q in QUEUES:
            mean = q.jobs * share * self.random.lognormvariate(0, 0.12)
            spiking, times = self.spikes.get(date, (None, 1))
            if spiking == q.name:
                mean *= times
            for _ in range(max(0, round(self.random.gauss(
                    mean, math.sqrt(mean))))):
                piece = self.random.choices(range(8), q.hours)[0]
                come.append((midnight.timestamp()
                             + self.random.uniform(piece, piece + 1) * 10800,
                             q.name))
        return sorted(come)

    def night(self):
        """The durations go on drifting, not evenly."""
        for q in QUEUES:
            self.walk[q.name] += self.random.gauss(q.drift, 0.01)

    def duration_s(self, queue, date):
        q = next(q for q in QUEUES if q.name == queue)
        return (self.random.lognormvariate(math.log(q.median_s), q.sigma)
                * math.exp(self.walk[queue]) * self.pace[date])
