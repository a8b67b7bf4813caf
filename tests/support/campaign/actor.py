# SPDX-License-Identifier: ISC
"""One who acts in a thread of his own, step after step, until finish()."""
import threading

LONGEST_S = 120  # of a step


class Actor:
    """A subclass has step(), which draws before it waits, and then acts."""

    def __init__(self, who):
        self.who = who
        self.trouble = []
        self.ending = threading.Event()
        self.thread = threading.Thread(target=self.guarded, daemon=True)

    def start(self):
        self.thread.start()

    def guarded(self):
        try:
            while not self.ending.is_set():
                self.step()
        except Exception as e:
            self.trouble.append(f"{self.who}: {e!r}")

    def finish(self):
        self.ending.set()
        self.thread.join(LONGEST_S)
        if self.thread.is_alive():
            self.trouble.append(f"{self.who}: no end of it")
