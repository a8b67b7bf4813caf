# SPDX-License-Identifier: ISC
"""A worker of the batch, but for its handlers: it calls what nightdrop-batch
calls, in the same order, and jobs last as long as they are said to."""
import heapq
import uuid

TURN = """
select kind, id, verdict, attempt, queue, position, extract(epoch from due)
from nightdrop.turn(worker => %(worker)s, token => %(token)s,
    f_ids => %(ids)s::uuid[], f_attempts => %(attempts)s::integer[],
    f_results => %(results)s::text[], f_statuses => %(statuses)s::integer[],
    f_reasons => %(reasons)s::text[], f_bys => %(bys)s::text[],
    f_fields => %(fields)s::json[], f_sizes => %(sizes)s::bigint[],
    f_bodies => %(bodies)s::bytea[], f_exits => %(exits)s::integer[],
    f_signals => %(signals)s::integer[], f_logs => %(logs)s::bytea[],
    f_retry_ms => %(retry)s::bigint[],
    f_started => array(select to_timestamp(s)
	from unnest(%(started)s::double precision[]) s),
    f_ended => array(select to_timestamp(s)
	from unnest(%(ended)s::double precision[]) s),
    s_ids => %(start_ids)s::uuid[], s_attempts => %(start_attempts)s::integer[],
    want => %(want)s, max_bytes => 4000000,
    cursor_queues => %(c_queues)s::text[],
    cursor_positions => %(c_positions)s::timestamptz[],
    cursor_ids => %(c_ids)s::uuid[])
"""
OPEN = """
select verdict, worker, extract(epoch from until)
from nightdrop.run_open(null, %s, 'bench', 1, '/bench', %s, '{}', '{sure}',
    3600, %s)
"""
RENEW_S = 1200
WAIT_S = 300	# for a retry that falls due
RETRIES = 0.002	# of all attempts


class Night:
    """lasts(queue): seconds; come(until): accept what comes in until then."""

    def __init__(self, cursor, clock, slots, window, lasts, come, random):
        self.cursor, self.clock, self.slots = cursor, clock, slots
        self.lasts, self.come, self.random = lasts, come, random
        self.token = str(uuid.UUID(int=random.getrandbits(128)))
        cursor.execute(OPEN, (slots, self.token, window))
        verdict, self.worker, self.until = cursor.fetchone()
        assert verdict == "opened", verdict
        self.until = float(self.until) if self.until else None
        self.renewed = clock.now()
        self.reserved, self.running = [], []	# running: by their end
        self.after = {}		# of this pass: the last job claimed, a queue
        self.found = 0		# jobs that this pass claimed
        self.empty = False	# a whole pass found nothing
        self.due = None		# when a retry may be tried

    def run(self):
        ended = []
        while True:
            self.turn(ended)
            ended = []
            if self.running:
                at = self.running[0][0]
                if self.until is not None and at > self.until:
                    break
                self.wait(at)
                while self.running and self.running[0][0] <= self.clock.now():
                    ended.append(heapq.heappop(self.running))
            elif self.empty and not self.reserved:
                if self.due is None or self.due > self.clock.now() + WAIT_S:
                    break
                self.wait(self.due)
        self.close()

    def wait(self, at):
        while at - self.renewed > RENEW_S:
            self.renewed = max(self.renewed + RENEW_S, self.clock.now())
            self.come(self.renewed)
            self.clock.advance(self.renewed)
            self.cursor.execute("select nightdrop.lease_renew(%s, %s)",
                                (self.worker, self.token))
        self.come(at)
        self.clock.advance(at)

    def turn(self, ended):
        free = self.slots - len(self.running)
        starting, self.reserved = self.reserved[:free], self.reserved[free:]
        want = self.slots - len(self.reserved)
        n = len(ended)
        again = [self.random.random() < RETRIES for _ in ended]
        self.cursor.execute(TURN, {
            "worker": self.worker, "token": self.token,
            "ids": [e[1] for e in ended], "attempts": [e[2] for e in ended],
            "results": ["retry" if a else "successful" for a in again],
            "statuses": [503 if a else 200 for a in again],
            "reasons": ["Service Unavailable" if a else "OK" for a in again],
            "bys": ["handler"] * n, "fields": ["[]"] * n, "sizes": [2] * n,
            "bodies": ["ok"] * n, "exits": [0] * n, "signals": [None] * n,
            "logs": [""] * n, "retry": [-1] * n,
            "started": [e[3] for e in ended], "ended": [e[0] for e in ended],
            "start_ids": [s[0] for s in starting],
            "start_attempts": [s[1] for s in starting], "want": want,
            "c_queues": list(self.after),
            "c_positions": [p for p, _ in self.after.values()],
            "c_ids": [i for _, i in self.after.values()]})
        now = self.clock.now()
        claimed = 0
        self.due = None
        for kind, job, verdict, attempt, queue, position, due in \
                self.cursor.fetchall():
            if kind == "claim":
                self.reserved.append((job, attempt))
                self.after[queue] = (position, job)
                claimed += 1
            elif kind == "start":
                assert verdict == "ok", verdict
                heapq.heappush(self.running, (now + self.lasts(queue), job,
                                              attempt, now))
            elif kind == "finish":
                assert verdict == "recorded", verdict
            elif kind == "idle" and due is not None:
                self.due = float(due)
        self.found += claimed
        self.empty = want > 0 and not claimed and not self.found
        if want > 0 and not claimed:
            self.after, self.found = {}, 0

    def close(self):
        """What still runs at the window's end is stopped, uncharged."""
        if self.until is not None and self.running:
            self.wait(self.until)
        left = [r[1] for r in self.running] + [r[0] for r in self.reserved]
        if left:
            self.cursor.execute(
                "select nightdrop.give_back(%s, %s, %s::uuid[], %s)",
                (self.worker, self.token, left, [True] * len(self.running)
                 + [False] * len(self.reserved)))
        self.cursor.execute("select balanced from nightdrop.run_leave(%s, %s)",
                            (self.worker, self.token))
        assert self.cursor.fetchone() == (True,)
