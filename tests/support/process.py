# SPDX-License-Identifier: ISC
"""Waiting, ending, and looking at processes that we started."""
import contextlib
import os
import signal
import subprocess
import time


class Timeout(AssertionError):
    pass


def wait_until(probe, seconds, what, interval=0.02):
    """Poll probe until it answers something true, and return that."""
    end = time.monotonic() + seconds
    while True:
        answer = probe()
        if answer:
            return answer
        if time.monotonic() > end:
            raise Timeout(f"waited {seconds} s for {what}")
        time.sleep(interval)


def end(process, how=signal.SIGTERM, seconds=20):
    """Signal a child of ours; kill it where it does not go."""
    if process is None or process.poll() is not None:
        return
    process.send_signal(how)
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise Timeout(f"{process.args[0]} ignored signal {how} "
                      f"for {seconds} s")


def state(pid):
    """One letter, as proc(5) has it; None where there is no such process."""
    try:
        with open(f"/proc/{pid}/stat") as f:
            return f.read().rpartition(")")[2].split()[0]
    except (FileNotFoundError, ProcessLookupError):
        return None


def alive(pid):
    """Is there such a process, other than as a zombie?"""
    return state(pid) not in (None, "Z")


def cpu_seconds(pid):
    """What it has used of the processor so far."""
    with open(f"/proc/{pid}/stat") as f:
        fields = f.read().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def children(pid):
    """Pids of the living children of a process."""
    found = []
    with contextlib.suppress(FileNotFoundError, ProcessLookupError):
        for task in os.listdir(f"/proc/{pid}/task"):
            with open(f"/proc/{pid}/task/{task}/children") as f:
                found += [int(x) for x in f.read().split()]
    return found


def descendants(pid):
    found = []
    for child in children(pid):
        found += [child, *descendants(child)]
    return found


def group(leader):
    """Pids of the living processes of a process group."""
    found = []
    for name in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError):
            with open(f"/proc/{name}/stat") as f:
                state, _, pgrp = f.read().rpartition(")")[2].split()[:3]
            if int(pgrp) == leader and state != "Z":
                found.append(int(name))
    return found


def executable(pid):
    """Path of the program it runs; None where it is gone."""
    try:
        return os.readlink(f"/proc/{pid}/exe")
    except OSError:
        return None


def peak_memory(pid):
    """Largest resident size so far, in bytes."""
    with open(f"/proc/{pid}/status") as f:
        for line in f:
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    raise ProcessLookupError(pid)


def descriptors(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))
