# SPDX-License-Identifier: ISC
"""The campaign's load: clients that send everything that can be sent, and
write down what they were answered, for checker."""
import hashlib
import json
import threading
import time

from .. import load
from ..tus import PATCH, TUS
from . import generator, queues

OWNERS = ("", "alice", "bob")
KINDS = {"plain": 30, "keyed": 30, "long": 5, "named": 10, "bundle": 3,
         "upload": 3, "delete": 12, "undo": 2, "misuse": 3}
LINES = (1, 7, 80, 600)
HOME_S = 90  # by when what was begun is brought home
# Said by the web server itself, in place of a responder that is not there.
SERVERS_OWN = {500, 502, 503, 504}


class Plan:
    """What is sent: kinds and queues with their shares, the lengths of
    bundles, requests a second of each client, and how many jobs in all."""

    def __init__(self, kinds=KINDS, shares=None, lines=LINES, rate=12,
                 most=None):
        self.kinds = kinds
        self.shares = shares
        self.lines = lines
        self.rate = rate
        self.most = most


class Clients:
    """n of them, each a thread; they go on until finish(), or until the plan
    is fulfilled."""

    def __init__(self, seed, clients, n, plan=Plan()):
        self.plan = plan
        self.accepted = 0  # jobs, lines of bundles among them
        self.known = set()
        self.log = []
        self.trouble = []
        self.lock = threading.Lock()
        self.ending = threading.Event()
        self.all = [One(self, seed, i, clients) for i in range(n)]
        self.threads = [threading.Thread(target=self.guarded, args=(one,),
                                         daemon=True) for one in self.all]

    def start(self):
        for t in self.threads:
            t.start()

    def guarded(self, one):
        try:
            while not self.ending.is_set() and not self.fulfilled():
                one.step()
        except Exception as e:
            self.trouble.append(f"client {one.number}: {e!r}")

    def fulfilled(self):
        return self.plan.most is not None and self.accepted >= self.plan.most

    def resting(self):
        return not any(t.is_alive() for t in self.threads)

    def finish(self):
        self.ending.set()
        for t in self.threads:
            t.join(HOME_S)
        if any(t.is_alive() for t in self.threads):
            self.trouble.append(
                f"a client was not answered within {HOME_S} s")


class One:
    """clients: {owner: support.client.Client}."""

    def __init__(self, all, seed, number, clients):
        self.all = all
        self.name = f"{seed}.{number}"
        self.number = number
        self.clients = clients
        self.rng = generator(seed, f"client {number}")
        self.steps = 0
        self.jobs = []   # (id, monitor, owner)
        self.bundles = []
        self.keys = []   # (key, queue, owner), with an owner

    def step(self):
        """All is drawn before anything is sent."""
        r, plan = self.rng, self.all.plan
        self.steps += 1
        d = Draw()
        d.kind = r.choices(list(plan.kinds), list(plan.kinds.values()))[0]
        d.owner = r.choice(OWNERS)
        d.queue = queues.draw(r, plan.shares)
        d.size = int(r.paretovariate(1) * 100) % 20000
        d.long = r.randrange(70000, 700000)
        d.lines = r.choice(plan.lines)
        if queues.is_long(d.queue):
            d.lines = min(d.lines, 3)
        d.name = r.randrange(4)
        d.where = r.random()
        d.keyed = r.random() < 0.5
        d.again = r.random() < 0.2
        pause = r.expovariate(plan.rate)
        getattr(self, d.kind)(d)
        self.all.ending.wait(pause)

    # Sending ------------------------------------------------------------

    def body(self, size):
        return f"client {self.name} step {self.steps} ".encode().ljust(
            size, b"abcdefgh"[self.steps % 8:][:1])

    def send(self, method, path, body, owner, **fields):
        """None: no answer, or none of the responder's."""
        try:
            a = self.clients[owner].request(method, path, body, **fields)
        except load.LOST:
            return None
        problem = (a.get("Content-Type") or "").startswith(
            "application/problem+json")
        return None if a.status in SERVERS_OWN and not problem else a

    def write(self, entry):
        with self.all.lock:
            self.all.log.append(entry)
            if entry["id"] and entry["id"] not in self.all.known \
                    and entry.get("kind") not in ("delete", "undo"):
                self.all.known.add(entry["id"])
                self.all.accepted += len(entry.get("lines", "1"))

    def home(self, send):
        """Repeat until it is accepted; then the answer."""
        end = time.monotonic() + HOME_S
        while True:
            a = send()
            if a is not None and a.status in (201, 202, 204):
                return a
            if time.monotonic() > end:
                raise TimeoutError(f"not accepted within {HOME_S} s: {a}")
            time.sleep(0.1)

    def post(self, d, body, key, **more):
        a = self.send("POST", f"/queues/{d.queue}/jobs", body, d.owner,
                      Content_Type="text/plain",
                      Idempotency_Key=f'"{key}"' if key else None)
        entry = load.entry(key, body, a, queue=d.queue, **more)
        self.write(entry)
        if entry["id"]:
            self.jobs.append((entry["id"], a.links()["monitor"], d.owner))
        return a

    # What is sent ---------------------------------------------------------

    def plain(self, d):
        self.post(d, self.body(d.size), None)

    def keyed(self, d):
        key, body = f"{self.name}.{self.steps}", self.body(d.size)
        self.home(lambda: self.post(d, body, key))
        if d.owner:
            self.keys.append((key, d.queue, d.owner))
        if d.again:
            self.post(d, body, key)

    def long(self, d):
        key = f"{self.name}.{self.steps}"
        body = self.body(d.long)
        if d.keyed:
            self.home(lambda: self.post(d, body, key))
        else:
            self.post(d, body, None)

    def misuse(self, d):
        if not self.keys:
            return
        key, d.queue, d.owner = self.keys[int(d.where * len(self.keys))]
        self.post(d, self.body(d.size), key, misused=True)

    def named(self, d):
        """A name is one client's, so that its PUTs have an order."""
        body = self.body(d.size)
        a = self.send("PUT", f"/queues/{d.queue}/jobs/"
                      f"n{self.number}-{d.name}", body, d.owner)
        self.write(load.entry(None, body, a, kind="named", queue=d.queue))

    def bundle(self, d):
        lines = [json.dumps(f"{self.name} {self.steps} {n}").encode()
                 for n in range(d.lines)]
        data = b"".join(line + b"\n" for line in lines)
        digests = [hashlib.sha256(line).hexdigest() for line in lines]
        key = f"{self.name}.{self.steps}" if d.keyed else None

        def send():
            a = self.send("POST", f"/queues/{d.queue}/bundles", data, d.owner,
                          Content_Type="application/x-ndjson",
                          Idempotency_Key=f'"{key}"' if key else None)
            entry = load.entry(key, data, a, kind="bundle", lines=digests,
                               queue=d.queue)
            self.write(entry)
            if entry["id"]:
                self.bundles.append((entry["id"], a.links()["monitor"],
                                     d.owner))
            return a

        if key:
            self.home(send)
        else:
            send()

    def delete(self, d):
        """Half of those taken away are the last ones: perhaps they run."""
        if d.keyed:
            self.take_away("delete", self.jobs[-3:], d.where)
        else:
            self.take_away("delete", self.jobs, d.where)

    def undo(self, d):
        self.take_away("undo", self.bundles[-2:], d.where)

    def take_away(self, kind, found, where):
        if not found:
            return
        id, monitor, owner = found[int(where * len(found))]
        a = self.send("DELETE", monitor, None, owner)
        self.write({"key": None, "digest": None, "size": 0, "kind": kind,
                    "id": id, "status": a.status if a else None,
                    "at": time.time()})

    def upload(self, d):
        """By tus, in pieces; a fifth of them is given up half-way."""
        body = self.body(d.long)
        made = self.send("POST", f"/queues/{d.queue}/uploads", None, d.owner,
                         **TUS, Upload_Length=str(len(body)))
        if made is None or made.status != 201:
            self.write(load.entry(None, body, None, kind="upload"))
            return
        where = made.get("Location")
        job = where.rpartition("/")[2].partition("~")[0]
        at, end = 0, time.monotonic() + HOME_S
        while at < len(body):
            if d.again and at:
                return
            if time.monotonic() > end:
                raise TimeoutError(f"upload {job} stands at {at}")
            at = self.piece(d, where, body, at)
        self.write({**load.entry(None, body), "kind": "upload", "id": job,
                    "status": 204, "queue": d.queue})

    def piece(self, d, where, body, at):
        """Where to go on: what was promised holds."""
        a = self.send("PATCH", where, body[at:at + 150000], d.owner, **PATCH,
                      Upload_Offset=str(at))
        if a is not None and a.status == 204:
            return int(a.get("Upload-Offset"))
        if a is not None and a.status not in (409, 503):
            raise AssertionError(f"PATCH at {at}: {a}")
        time.sleep(0.1)
        a = self.send("HEAD", where, None, d.owner, **TUS)
        if a is None or a.status == 503:
            return at
        if a.status != 200 or int(a.get("Upload-Offset")) < at:
            raise AssertionError(f"HEAD, {at} bytes were taken: {a}")
        return int(a.get("Upload-Offset"))


class Draw:
    """What one step has drawn."""
