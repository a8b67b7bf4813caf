# SPDX-License-Identifier: ISC
"""Clients that keep submitting while something breaks, and write down what
they sent and what they were answered: the log that checker judges."""
import hashlib
import http.client
import threading
import time
import uuid

from . import fcgi

JOBS = "/queues/plain/jobs"
LOST = (OSError, http.client.HTTPException)


def entry(key, body, answer=None, **more):
    """One line of the log."""
    job = None
    if answer is not None and answer.status in (201, 202, 204):
        job = job_of(answer)
    return {"key": key, "digest": hashlib.sha256(body).hexdigest(),
            "size": len(body), "id": job,
            "status": answer.status if answer is not None else None, **more}


def job_of(answer):
    """The job's id: the last segment of the monitor, without its key."""
    monitor = answer.links().get("monitor")
    assert monitor, f"no monitor: {answer}"
    return monitor.rpartition("/")[2].partition("~")[0]


def send_to(responder):
    """A sender for Load, straight to a responder's socket."""
    def send(body, key):
        answer = fcgi.call(responder.socket, "POST", JOBS, body, timeout=20,
                           HTTP_IDEMPOTENCY_KEY=f'"{key}"')
        if answer is None:
            raise ConnectionError("no answer")
        return answer
    return send


class Load:
    """n clients; each repeats a submission, with its key, until it is
    accepted, and then goes on to the next.

    send(body, key) answers as Client.request does, or raises.
    """

    def __init__(self, send, clients=8, size=1024, pause=0.0):
        self.send = send
        self.size = size
        self.pause = pause
        self.log = []
        self.slowest = 0.0
        self.accepted = 0
        self.trouble = []
        self.lock = threading.Lock()
        self.ending = threading.Event()
        self.threads = [threading.Thread(target=self.client, args=(n,),
                                         daemon=True)
                        for n in range(clients)]

    def __enter__(self):
        for t in self.threads:
            t.start()
        return self

    def __exit__(self, *_):
        self.finish()

    def finish(self, seconds=60):
        """No new submissions; those begun are still brought home."""
        self.ending.set()
        end = time.monotonic() + seconds
        for t in self.threads:
            t.join(max(0, end - time.monotonic()))
            assert not t.is_alive(), "a client was never answered 2xx"
        assert not self.trouble, self.trouble[0]

    def client(self, number):
        try:
            while not self.ending.is_set():
                self.one(number)
                time.sleep(self.pause)
        except Exception as e:
            self.trouble.append(e)

    def one(self, number):
        key = uuid.uuid4().hex
        body = f"client {number} {key} ".encode().ljust(self.size, b".")
        while True:
            began = time.monotonic()
            try:
                answer = self.send(body, key)
            except LOST:
                answer = None
            with self.lock:
                self.slowest = max(self.slowest, time.monotonic() - began)
                self.log.append(entry(key, body, answer))
                if answer is not None and answer.status == 202:
                    self.accepted += 1
                    return
            time.sleep(0.1)

    def wait_for(self, n, seconds=30):
        """Until n more have been accepted."""
        goal = self.accepted + n
        end = time.monotonic() + seconds
        while self.accepted < goal:
            assert time.monotonic() < end, \
                f"{goal - self.accepted} of {n} were not accepted within " \
                f"{seconds} s"
            assert not self.trouble, self.trouble[0]
            time.sleep(0.02)
