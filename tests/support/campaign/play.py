# SPDX-License-Identifier: ISC
"""A campaign from its first request to the verdict: actors make the storm;
when it is over and nothing waits any more, everything that is promised is
looked at."""
import json
import random
import shutil
import types

from .. import checker, hosts, place
from . import verdict
from .site import Site


def arguments(parser):
    parser.add_argument("--seed", type=int, default=random.randrange(1000000))


def cast(load, cron, hand, trouble):
    """The actors: clients, crons, a DBA, and what is thrown at them."""
    return types.SimpleNamespace(load=load, cron=cron, hand=hand,
                                 trouble=trouble,
                                 all=[load, cron, hand, *trouble])


def finish(c):
    """Faults first, crons last: what was sent may be worked on still."""
    for actor in (*c.trouble, c.hand, c.load, c.cron):
        actor.finish()


def outcomes(site):
    print(f"\n{'queue':10} {'outcome':12} {'status':>6}  {'by':10} "
          f"{'jobs':>6}")
    for queue, outcome, status, by, n, _ in site.db.sql(verdict.OUTCOMES):
        print(f"{queue:10} {outcome:12} {status:>6}  {by:10} {n:>6}")


def faults(c):
    print(f"\n{'fault':26} {'thrown':>6} {'struck nobody':>14}")
    for t in c.trouble:
        for name in t.faults:
            print(f"{name:26} {t.thrown[name]:>6} {t.missed[name]:>14}")


def requests(c):
    answers = {}
    for x in c.load.log:
        kind = answers.setdefault(x.get("kind", "job"), {})
        kind[x["status"]] = kind.get(x["status"], 0) + 1
    print("\nrequests:", "; ".join(
        f"{kind} " + ", ".join(f"{n} x {status or 'no answer'}"
                               for status, n in found.items())
        for kind, found in answers.items()))


def table(site, c, settled):
    outcomes(site)
    faults(c)
    requests(c)
    results = dict(site.db.sql("select result, count(*) "
                               "from nightdrop.attempt group by 1"))
    print("attempts:", ", ".join(f"{n} {r}" for r, n in results.items()))
    print("batches:", ", ".join(
        f"{n} x exit {s}" for s, n in sorted(c.cron.statuses.items())),
        f"and {settled} afterwards")
    print("runs: %s, resumed %s times; lost workers: %s" % site.db.row(
        "select count(*), sum(resumed), sum(lost_workers) "
        "from nightdrop.run"))
    print(f"the calendar was turned {site.days} times; the DBA dismissed "
          f"{len(c.hand.log)} jobs")
    print("stale finishes refused:", site.db.value(
        "select count(*) from nightdrop.event where kind = 'stale_finish'"))


def judge(site, base, c):
    """All that is wrong, and a word on how much there was to judge."""
    wrong = [x for actor in c.all for x in actor.trouble]
    settled = verdict.settle(site, wrong)
    log = c.load.log + c.hand.log
    (base / "log.json").write_text(
        "".join(json.dumps(x) + "\n" for x in log))
    if not c.load.log:
        wrong.append("nothing was sent: there is nothing to judge")
    wrong += checker.violations(log, site.db.sql)
    wrong += verdict.all_of(site)
    table(site, c, settled)
    jobs = site.db.value("select count(*) from nightdrop.response")
    thrown = sum(sum(t.thrown.values()) for t in c.trouble)
    return wrong, f"{jobs} jobs, {thrown} faults"


def play(name, seed, storm, after=lambda site, c: None):
    """storm(site): a cast that has finished.  The exit status: 0 where all
    holds; else 1, and the directory of logs and data is kept and named."""
    base = place.base_directory()
    site = Site(base)
    if not site.south:
        print(f"without another host: {hosts.why_not()}")
    try:
        c = storm(site)
        wrong, figures = judge(site, base, c)
        after(site, c)
    finally:
        status = site.stop()
    if status != 0:
        wrong.append(f"the responder ended with status {status}")
    for line in wrong:
        print(f"VIOLATION {line}")
    print(f"\n{name}: seed {seed}: {figures}: " + (
        f"{len(wrong)} violations, see {base}" if wrong
        else "nothing lost, nothing twice, the books balance"))
    if not wrong:
        shutil.rmtree(base, ignore_errors=True)
    return 1 if wrong else 0
