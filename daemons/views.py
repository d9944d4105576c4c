"""What a terminal session says about its jobs, one plain line per event (`daemons.terminal` has the live view).

12:01:05 start  3.14  frame 0001: prman -t:0 a.rib
12:01:09 error  3.14  frame 0001: exit status 1 after 4.2 s; its output: /home/anna/.local/state/alfred/...
         | a.rib: cannot open
12:01:10 job 3 stopped: 1 error, 3 of 12 tasks done
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Protocol

from daemons.wording import count, duration, printable
from runtime.messages import Changed, FarmView, JobState, JobSummary, Queue, TaskState

FINISHED = frozenset({JobState.DONE, JobState.STOPPED})
"""States in which a job does nothing more by itself."""


class View(Protocol):
    """Where a session shows what happens."""

    def event(self, change: Changed) -> None:
        """One change, as it comes."""

    def queue(self, queue: Queue) -> None:
        """The queue as it stands now: often, but not after every change."""

    def say(self, text: str) -> None:
        """A line that is not about a command: accepted, interrupted, reconnected."""

    def close(self) -> None:
        """The session is over: leave the terminal as it was."""


def finished_tasks(job: JobSummary) -> int:
    return job.counts.get(TaskState.DONE.value, 0) + job.counts.get(TaskState.SKIPPED.value, 0)


def farm_words(farm: FarmView) -> str:
    """`farm: 12 slots in use of 16 held, 40 wanted, by the maitre-d at alpha:9000`."""
    if not farm.maitred:
        whom = "no maitre-d answers"
    elif farm.maitred == "chaos":
        whom = "no maitre-d answers: by the schedule alone"
    else:
        whom = f"by the maitre-d at {farm.maitred}"
    held = f" of {farm.leases:,} held" if farm.leases != farm.used else ""
    return f"farm: {count(farm.used, 'slot')} in use{held}, {farm.wanted:,} wanted, {printable(whom)}"


def job_line(job: JobSummary, became: str = "") -> str:
    """What became of a job, in one line; `became` where that is not its state."""
    parts = [f"{finished_tasks(job):,} of {count(job.tasks, 'task')} done"]
    if errors := job.counts.get(TaskState.ERROR.value, 0):
        parts.insert(0, count(errors, "error"))
    if job.started is not None and job.ended is not None:
        parts.append(duration(job.ended - job.started))
    return f"job {job.jid} {became or job.state.value}: {', '.join(parts)}"


def event_line(change: Changed, took_s: float | None = None) -> str | None:
    """The line for one change, or None for one that has none of its own (a job's end has `job_line`)."""
    verb = "error" if change.change == "ended" and change.status else _VERBS.get(change.change)
    if verb is None:
        return None
    where = f"{change.jid}.{change.tid}" if change.tid else f"{change.jid}"
    text = f"{change.percent}%" if change.change == "progress" else printable(change.text)
    took = f"({duration(took_s)})" if took_s is not None else ""
    words = [part for part in (printable(change.task), text) if part]
    return f"{verb:<6} {where:<7} {' '.join(filter(None, (': '.join(words), took)))}"


_VERBS = {"started": "start", "ended": "done", "again": "again", "progress": "at", "notice": "note"}


class PlainView:
    """One line per event, for pipes, logs and -log; `write` gets whole lines.

    `chatter`: -1 errors and results only, 0 starts and ends too, 1 also progress and notices.
    """

    def __init__(self, write: Callable[[str], None], chatter: int = 0, now: Callable[[], float] = time.time) -> None:
        self._write = write
        self._chatter = chatter
        self._now = now
        self._told: dict[int, JobState] = {}
        self._began: dict[int, float] = {}

    def event(self, change: Changed) -> None:
        failed = change.change == "ended" and change.status != 0
        took_s = self._took(change)
        if not failed and not self._wanted(change.change):
            return
        line = event_line(change, took_s)
        if line is None:
            return
        if failed and change.tail:
            line += f"; its output: {change.log}"
        self._line(line)
        if failed:
            for text in change.tail:
                self._write(f"         | {printable(text)}\n")

    def _took(self, change: Changed) -> float | None:
        """How long a command ran, known when both of its ends were seen."""
        if change.change == "started":
            self._began[change.attempt] = change.time
        elif change.change in ("ended", "again") and change.attempt in self._began:
            return change.time - self._began.pop(change.attempt)
        return None

    def _wanted(self, kind: str) -> bool:
        return self._chatter >= {"started": 0, "ended": 0, "again": 0, "notice": 0}.get(kind, 1)

    def queue(self, queue: Queue) -> None:
        for job in queue.jobs:
            if self._told.get(job.jid) is not job.state:
                if job.state in FINISHED or (job.state is JobState.PAUSED and job.jid in self._told):
                    self._line(job_line(job))
                self._told[job.jid] = job.state

    def say(self, text: str) -> None:
        self._line(text)

    def close(self) -> None:
        """Nothing is kept open."""

    def _line(self, text: str) -> None:
        stamp = time.strftime("%H:%M:%S", time.localtime(self._now()))
        self._write(f"{stamp} {text}\n")
