# SPDX-License-Identifier: ISC
"""The campaign's queues: a handler for every outcome, and how its jobs may
end.  Jobs that are to succeed have attempts enough for every fault."""

ECHO = """printf 'attempt %s of %s' "$NIGHTDROP_ATTEMPT" "$NIGHTDROP_JOB_ID"
"""
OK = "printf 'Content-Type: text/plain\\n\\n'\n" + ECHO
PATIENT = {"max_attempts": 1000, "backoff": "100 milliseconds",
           "backoff_max": "500 milliseconds"}
SHORT = {**PATIENT, "max_attempts": 2}
GOOD = {("successful", 200)}
BAD = {("failed", 502)}

# name: (share of the load, handler, settings, how jobs may end)
QUEUES = {
    "fine": (30, OK, {**PATIENT, "priority": 1}, GOOD),
    # Says what it has read, which must be what was sent.
    "reads": (12, """sum=$(sha256sum) || exit 1
""" + OK + "printf ' read %s' \"${sum%% *}\"\n", PATIENT, GOOD),
    "steady": (10, "sleep 0.3\n" + OK, PATIENT, GOOD),
    "forbids": (6, "printf 'Status: 403 No\\nContent-Type: text/plain\\n\\n'\n"
                + ECHO, {**PATIENT, "reply": 204}, {("failed", 403)}),
    "flaky": (8, """[ "$NIGHTDROP_ATTEMPT" != 1 ] || {
	printf 'Status: 500 Later\\n\\n'
	exit 0
}
""" + OK, PATIENT, GOOD),
    "steps": (6, """case $NIGHTDROP_STATE in
xx) ;;
*) printf 'Status: 202 On\\n\\n%sx' "$NIGHTDROP_STATE"; exit 0 ;;
esac
""" + OK, PATIENT, GOOD),
    "fails": (5, "exit 1\n", SHORT, BAD),
    "crash": (5, "kill -KILL $$\n", SHORT, BAD),
    "slow": (2, "sleep 30\n" + OK, {**SHORT, "time_limit": "1 second"},
             {("failed", 504), ("failed", 502)}),
    "stubborn": (1, "trap '' TERM\nsleep 30\n" + OK,
                 {**SHORT, "max_attempts": 1, "time_limit": "1 second"},
                 {("failed", 504), ("failed", 502)}),
    "daemon": (5, "setsid sh -c 'trap \"\" TERM HUP; exec sleep 600' "
               "</dev/null >/dev/null 2>&1 &\n" + OK, PATIENT, GOOD),
    "flood": (4, """printf 'Content-Type: text/plain\\n\\n'
yes | head -c 2000000 >&2
exec yes
""", {**SHORT, "max_output": 1048576}, BAD),
    "closer": (6, "exec <&-\n" + OK, {**PATIENT, "reply": 201}, GOOD),
    # More than goes with the record of its end.
    "large": (3, OK + "head -c 400000 /dev/zero | tr '\\0' x\n", PATIENT,
              GOOD),
    # Taken by runs with --daily alone.
    "daily": (5, OK, PATIENT, GOOD),
}
NAMES = list(QUEUES)
OFTEN = [name for name in NAMES if name != "daily"]
SHARES = [share for share, _, _, _ in QUEUES.values()]


def make(db, handlers):
    for name, (_, script, settings, _) in QUEUES.items():
        db.queue(name, **settings)
        handlers.write(name, script)


def draw(rng, shares=None):
    """shares: {name: share}, instead of the usual ones."""
    if shares:
        return rng.choices(list(shares), list(shares.values()))[0]
    return rng.choices(NAMES, SHARES)[0]


def is_long(name):
    """A bundle of jobs that take a second each would be a night's work."""
    return "sleep" in QUEUES[name][1]
