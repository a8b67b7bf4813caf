# SPDX-License-Identifier: ISC
"""Crons as in a crontab, each line at its own interval, and the mails that
they send."""
import collections
import email.utils

from . import crons

Mail = collections.namedtuple("Mail", "at, host, command, result")


class Crontab(crons.Crons):
    """lines: (every so many seconds, host, lease in s, options ...).  A batch
    that still runs does not keep the next one from being started, as cron
    does not wait either."""

    def __init__(self, seed, batches, lines):
        super().__init__(seed, batches, len(lines))
        self.mails = []
        self.lines = iter(lines)

    def guarded(self, rng):
        """A thread a line."""
        with self.lock:
            every, *line = next(self.lines)
        running = []
        try:
            while not self.ending.is_set():
                running.append(self.begin(*line))
                self.ending.wait(every)
                running = [r for r in running if not self.has_ended(r)]
            for run in running:
                self.end(run)
        except Exception as e:
            self.trouble.append(f"cron: {e!r}")

    def has_ended(self, run):
        if run.running():
            return False
        self.end(run)
        return True

    def ended(self, run, result):
        """As cron: no output, no mail."""
        at, host, options = run.line
        if result.text:
            self.mails.append(Mail(at, host, " ".join(
                ("nightdrop-batch", *options)), result))


def troubled(mail):
    words = ("died", "resumed", "taken back", "lease", "away", "cannot")
    return sum(mail.result.text.count(w) for w in words) + bool(
        mail.result.status)


def text(mail):
    return "\n".join((
        "From: root (Cron Daemon)", "To: nightdrop",
        f"Subject: Cron <nightdrop@{mail.host}> {mail.command}",
        f"Date: {email.utils.formatdate(mail.at, True)}", "",
        mail.result.text.rstrip(), f"[exit status {mail.result.status}]"))


def chosen(mails):
    """The first that says something, one in the midst of trouble, the last."""
    long = sorted((m for m in mails if m.result.text.count("\n") > 2
                   and ": 0 successful, 0 failed" not in m.result.text),
                  key=lambda m: m.at)
    if not long:
        return []
    worst = max(long[1:-1] or long, key=troubled)
    return [("the first", long[0]), ("in the midst of trouble", worst),
            ("the last", long[-1])]
