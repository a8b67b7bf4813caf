# SPDX-License-Identifier: ISC
"""What checker asks of bundles, named jobs and dismissals.

Entries of the log beside those of checker:

bundle  "lines": digests (hex) of its lines, "id": the bundle's
named   a PUT; its status says whether it replaced what waited
upload  by tus, once its last byte is known to be in; "id": the job's
delete  "id": of the job, "at": when the answer was here (time.time())
undo    the same of a bundle
"""

HONEST = {
    "job": {201, 202, 204, 503},
    "named": {201, 204, 503},
    "bundle": {202, 503},
    "upload": {201, 204, 503},
    "delete": {202, 204, 409, 503},
    "undo": {202, 204, 409, 503},
}

BUNDLES = "select id, lines, sealed is not null from nightdrop.bundle"
LINES = """
select nightdrop.bundle_of(id, line), line, digest from nightdrop.job
where line is not null order by id
"""


def kind(e, name):
    return [x for x in e.log if x.get("kind") == name]


def bundles_are_whole(e):
    """All lines or none, in their order; an acknowledged one is there."""
    log = kind(e, "bundle")
    if not log:
        return
    stored = {}
    for bundle, line, digest in e.rows(LINES):
        stored.setdefault(str(bundle), []).append((line, bytes(digest).hex()))
    sealed = set()
    sent = {tuple(x["lines"]) for x in log}
    for bundle, lines, is_sealed in e.rows(BUNDLES):
        if not is_sealed:
            continue
        sealed.add(str(bundle))
        have = stored.get(str(bundle), [])
        if [n for n, _ in have] != list(range(1, lines + 1)):
            yield f"{bundle} has {len(have)} jobs for its {lines} lines"
        elif tuple(d for _, d in have) not in sent:
            yield f"{bundle} is no bundle that anybody sent"
    for x in log:
        if x["status"] != 202:
            continue
        if x["id"] not in sealed:
            yield f"bundle {x['id']} was answered 202, and is not there"
        elif [d for _, d in stored.get(x["id"], [])] != x["lines"]:
            yield f"bundle {x['id']} has other lines than were sent"


CHAIN = """
select j.id, j.replaced, f.outcome, f.reason
from nightdrop.job j left join nightdrop.response f on f.id = j.id
"""


def named_told_the_truth(e):
    """201: nothing was replaced.  204: one was, and it says by which."""
    log = kind(e, "named")
    if not log:
        return
    rows = {str(i): (r and str(r), outcome, reason)
            for i, r, outcome, reason in e.rows(CHAIN)}
    for x in log:
        if x["status"] in (201, 204) and x["id"] in rows:
            replaced = rows[x["id"]][0]
            if (replaced is not None) != (x["status"] == 204):
                yield (f"PUT of {x['id']} was answered {x['status']}; it "
                       f"replaced {replaced}")
    replacing = {r: job for job, (r, _, _) in rows.items() if r}
    for job, (_, outcome, reason) in rows.items():
        said = (reason or "").startswith("replaced by ")
        if job in replacing:
            if (outcome, reason) != ("dismissed",
                                     f"replaced by {replacing[job]}"):
                yield (f"{job} was replaced by {replacing[job]}, and ended "
                       f"{outcome}: {reason}")
        elif said and outcome == "dismissed":
            yield f"{job} ended {reason}, which did not replace it"


STARTS = """
select id, extract(epoch from max(started)) from nightdrop.attempt group by id
"""
ENDS = "select id, outcome from nightdrop.response"


def dismissed_stays_so(e):
    """Whatever it was at when it was taken away, 202 and 204 mean that it ends
    dismissed; after 204, which says that it was in nobody's hands, nothing
    starts.  (A start is recorded a little ahead: after 202 it may come.)"""
    log = kind(e, "delete")
    if not log:
        return
    starts = {str(i): float(at) for i, at in e.rows(STARTS)}
    ends = {str(i): outcome for i, outcome in e.rows(ENDS)}
    for x in log:
        if x["status"] in (202, 204) and ends.get(x["id"]) != "dismissed":
            yield (f"DELETE of {x['id']} was answered {x['status']}, and it "
                   f"is {ends.get(x['id'], 'not final')}")
        if x["status"] == 204 and starts.get(x["id"], 0) > x["at"]:
            yield (f"{x['id']} started {starts[x['id']] - x['at']:.3f} s "
                   "after its DELETE was answered 204")


LATER = """
select nightdrop.bundle_of(j.id, j.line), count(*), min(j.id::text)
from nightdrop.job j join nightdrop.response f using (id)
where j.line is not null and nightdrop.bundle_of(j.id, j.line) = '%s'
  and f.outcome <> 'dismissed' and extract(epoch from f.finished) > %s
group by 1
"""


def undone_stays_so(e):
    """Lines of a bundle that was taken away end dismissed, but for those that
    had ended."""
    for x in kind(e, "undo"):
        if x["status"] not in (202, 204):
            continue
        for bundle, n, job in e.rows(LATER % (x["id"], x["at"])):
            yield (f"DELETE of bundle {bundle} was answered {x['status']}, "
                   f"and {n} of its jobs ended otherwise later, {job} "
                   "among them")
