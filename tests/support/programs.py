# SPDX-License-Identifier: ISC
"""The two programs under test, started as their users would."""
import os
import signal
import socket
import stat
import subprocess
import threading
import time

from . import place, process

USER = "www-data"  # both run as this one where we are root


# Every process that was started here, so that none outlives a failed test.
started = []


def end_strays():
    """Kill what a failed test left running: our own children only."""
    while started:
        child = started.pop()
        if child.poll() is None:
            child.kill()
            child.wait()


def sanitizer(base):
    """Where the sanitizers of a sanitized build write what they find."""
    path = base / "sanitizer"
    if not path.exists():
        place.directory(base, "sanitizer", mode=0o777)
    common = f"log_path={path}/report:halt_on_error=1"
    return {"ASAN_OPTIONS": common,
            "UBSAN_OPTIONS": common + ":print_stacktrace=1"}


class Responder:
    """nightdrop.fcgi with a listener of its own."""

    def __init__(self, base, conninfo, name="responder", **settings):
        self.home = place.directory(base, name, USER)
        self.socket = self.home / "sock"
        self.log = self.home / "log"
        self.process = None
        self.environment = {
            "PATH": os.environ["PATH"],
            "NIGHTDROP_CONFIG": "/dev/null",
            "NIGHTDROP_DATABASE": conninfo,
            "NIGHTDROP_LISTEN": f"unix:{self.socket}",
            "NIGHTDROP_SOCKET_MODE": "0666",
            "NIGHTDROP_LOG": str(self.log),
            **sanitizer(base)}
        self.environment.update(
            {"NIGHTDROP_" + n.upper(): str(v) for n, v in settings.items()})

    def start(self, *options):
        with open(self.home / "stderr", "ab") as f:
            self.process = subprocess.Popen(
                [place.program("nightdrop.fcgi"), *options], env=self.environment,
                stdin=subprocess.DEVNULL, stdout=f, stderr=f, cwd="/",
                **place.run_as(USER))
        started.append(self.process)
        process.wait_until(self.listens, 20, f"the responder, see {self.log}")
        return self

    def listens(self):
        if self.process.poll() is not None:
            raise RuntimeError(f"the responder ended, see {self.home}")
        with socket.socket(socket.AF_UNIX) as s:
            return s.connect_ex(str(self.socket)) == 0

    @property
    def pid(self):
        return self.process.pid

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self, seconds=20):
        """TERM; the exit status."""
        child, self.process = self.process, None
        process.end(child, signal.SIGTERM, seconds)
        return child.returncode if child else 0

    def words(self):
        return self.log.read_text() if self.log.exists() else ""


class Handlers:
    """A handler directory, and handlers written into it."""

    def __init__(self, base, name="handlers"):
        self.path = place.directory(base, name)

    def write(self, queue, text, mode=0o755):
        """A shell script, unless text begins with #! or it is a statement."""
        if not text.startswith("#!") and not queue.endswith(".sql"):
            text = "#!/bin/sh\n" + text
        path = self.path / queue
        new = self.path / f".{queue}.new"
        new.write_text(text)
        new.chmod(mode)
        new.rename(path)  # a run may be executing the old one
        return path

    def copy(self, queue, program):
        path = self.path / queue
        path.write_bytes(open(program, "rb").read())
        path.chmod(stat.S_IMODE(os.stat(program).st_mode))
        return path


class Result:
    """How a batch ended."""

    def __init__(self, status, out, err, seconds, peak):
        self.status = status
        self.out = out
        self.err = err
        self.seconds = seconds
        self.peak = peak  # the worker's largest resident size, bytes

    @property
    def text(self):
        return self.out + self.err

    def __repr__(self):
        return (f"exit {self.status} after {self.seconds:.1f} s\n"
                f"--- stdout\n{self.out}--- stderr\n{self.err}")


class Batch:
    """nightdrop-batch: run to its end, or started and left to itself."""

    host = None  # ours; else see support/hosts.py

    def __init__(self, base, conninfo, handlers, name="batch", **settings):
        self.home = place.directory(base, name, USER)
        self.run_dir = place.directory(self.home, "run", USER)
        self.log = self.home / "log"
        self.environment = {
            "PATH": os.environ["PATH"],
            "NIGHTDROP_CONFIG": "/dev/null",
            "NIGHTDROP_DATABASE": conninfo,
            "NIGHTDROP_HANDLER_DIR": str(handlers.path),
            "NIGHTDROP_RUN_DIR": str(self.run_dir),
            "NIGHTDROP_JOBS": "4",
            "NIGHTDROP_LOG": str(self.log),
            **sanitizer(base)}
        self.environment.update(
            {"NIGHTDROP_" + n.upper(): str(v) for n, v in settings.items()})

    def start(self, *options, stdin=b"", **environment):
        command = [str(place.program("nightdrop-batch")), *options]
        environment = {**self.environment, **environment}
        if self.host is None:
            return Started(command, environment, stdin,
                           **place.run_as(USER))
        return Started([*self.host.enter(USER), *command], environment, stdin)

    def run(self, *options, timeout=60, stdin=b"", **environment):
        return self.start(*options, stdin=stdin, **environment).wait(timeout)


class Started:
    """A batch that is running: the guardian is our child, and it the
    worker's parent."""

    def __init__(self, command, environment, stdin, **user):
        self.began = time.monotonic()
        self.peak = 0
        self.process = subprocess.Popen(
            command, env=environment, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, cwd="/", **user)
        started.append(self.process)
        self.input = stdin
        self.watch = threading.Thread(target=self.sample, daemon=True)
        self.watch.start()

    def sample(self):
        while self.process.returncode is None:
            for pid in self.workers():
                try:
                    self.peak = max(self.peak, process.peak_memory(pid))
                except (OSError, ProcessLookupError):
                    pass
            time.sleep(0.02)

    @property
    def guardian(self):
        return self.process.pid

    def workers(self):
        """Children of the guardian that run the same program."""
        program = process.executable(self.guardian)
        return [pid for pid in process.children(self.guardian)
                if program and process.executable(pid) == program]

    def worker(self):
        return process.wait_until(self.workers, 10, "a worker")[0]

    def handlers(self):
        """Living children of the workers."""
        return [pid for w in self.workers() for pid in process.children(w)]

    def running(self):
        return self.process.poll() is None

    def signal(self, number):
        self.process.send_signal(number)

    def wait(self, timeout=60):
        try:
            out, err = self.process.communicate(self.input, timeout)
        except subprocess.TimeoutExpired:
            self.process.kill()
            out, err = self.process.communicate()
            raise process.Timeout(
                f"the batch did not end within {timeout} s\n"
                f"{out.decode(errors='replace')}"
                f"{err.decode(errors='replace')}")
        return Result(self.process.returncode, out.decode(errors="replace"),
                      err.decode(errors="replace"),
                      time.monotonic() - self.began, self.peak)
