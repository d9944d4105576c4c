"""The command launch log: a line when a command starts, and the matching one when it has ended.

    10:41:02 [4121] prman -t:0 rib/f0041.rib
    10:41:40 [4121] done  rc=0  (0:38)           exit rc=1, again (it is queued again)

The number is the attempt's: what a process is called on another host means nothing here.
"""

from __future__ import annotations

import time
from collections import deque

from daemons.views import job_line
from daemons.wording import printable
from gui.models.job_queue import clock_words
from runtime.messages import Changed, JobState, Queue

MOST_LINES = 5_000
"""So many lines are kept; the oldest go first."""
_LONGEST = 500
_TOLD = frozenset({JobState.DONE, JobState.STOPPED})


class LaunchLog:
    """`lines` are the last ones; `written` is how many there were in all."""

    def __init__(self) -> None:
        self.lines: deque[str] = deque(maxlen=MOST_LINES)
        self.written = 0
        self._began: dict[int, float] = {}
        self._states: dict[int, JobState] = {}

    def queue(self, queue: Queue) -> None:
        """Jobs that have ended meanwhile have a line, too."""
        for job in queue.jobs:
            before = self._states.get(job.jid)
            if before is not None and before is not job.state and job.state in _TOLD:
                self._write(time.time(), job_line(job))
            self._states[job.jid] = job.state

    def changed(self, change: Changed) -> None:
        number = f"[{change.attempt}]"
        if change.change == "started":
            self._began[change.attempt] = change.time
            self._write(change.time, f"{number} {printable(change.text)}")
        elif change.change in ("ended", "again"):
            began = self._began.pop(change.attempt, None)
            took = f"  ({clock_words(change.time - began)})" if began is not None else ""
            word = "again" if change.change == "again" else "exit" if change.status else "done"
            self._write(change.time, f"{number} {word}  rc={change.status}{took}")
        elif change.change == "notice":
            where = f"{change.jid}.{change.tid}" if change.tid else f"{change.jid}"
            self._write(change.time, f"note {where}: {printable(change.text)}")

    def linked(self, lost: str) -> None:
        if lost:
            self._write(time.time(), lost)

    def _write(self, at: float, text: str) -> None:
        stamp = time.strftime("%H:%M:%S", time.localtime(at))
        self.lines.append(f"{stamp} {text[:_LONGEST]}")
        self.written += 1
