"""The queue as the job queue window has it: a line for each job, and what a user has chosen and opened.

    Queue, Changed (runtime.messages) --> JobQueue --> Entry: words and bars, for the window to paint

The words of the status message are those of the glossary (gui.models.glossary).
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from daemons.wording import count, printable
from gui.models import glossary
from gui.models.queue_order import in_order
from runtime.messages import Changed, FarmView, JobState, JobSummary, Queue, RunningCmd, TaskState

_LONGEST = 2_000
"""Of a title, in characters: no window is wider."""
_NAMED = 4
"""So many active tasks are named in a status message."""
_ERRORS = TaskState.ERROR.value
_GAP = "   "
_BARE = {
    JobState.WAITING: glossary.WAITING, JobState.PAUSED: glossary.PAUSED, JobState.DONE: glossary.DONE,
    JobState.DELETING: glossary.DELETING,
}  # fmt: skip
"""The states that need no more words."""


@dataclass(frozen=True)
class Entry:
    """A job's line. `bar`: the parts of its bar, from the left: a state, and which part of all tasks is in it."""

    jid: int
    title: str
    elapsed: str
    estimate: str
    message: str
    bar: tuple[tuple[TaskState, float], ...]
    has_errors: bool


class JobQueue:
    """`selected`: the jobs that the next action is for. `version` rises with every change of what is shown."""

    def __init__(self) -> None:
        self.queue_is = Queue(jobs=())
        self.lost = ""
        self.selected: list[int] = []
        self.show_done = True
        self.version = 0
        self._running: dict[int, list[RunningCmd]] = {}
        self._jobs: dict[int, JobSummary] = {}
        self._ordered: list[JobSummary] = []

    # ---- what is heard -------------------------------------------------------------------------------

    def queue(self, queue: Queue) -> None:
        self.queue_is = queue
        self._ordered = in_order(queue.jobs)
        self._jobs = {job.jid: job for job in self._ordered}
        self._running = {}
        for running in queue.running:
            self._running.setdefault(running.jid, []).append(running)
        self.selected = [jid for jid in self.selected if jid in self._jobs]
        self.version += 1

    def changed(self, change: Changed) -> None:
        """The queue follows; a job that is gone is gone at once."""
        if change.change == "gone" and self._jobs.pop(change.jid, None) is not None:
            self._ordered = [job for job in self._ordered if job.jid != change.jid]
            self.selected = [jid for jid in self.selected if jid != change.jid]
            self.version += 1

    def linked(self, lost: str) -> None:
        self.lost = lost
        self.version += 1

    # ---- what is shown -------------------------------------------------------------------------------

    @property
    def jobs(self) -> list[JobSummary]:
        """Those that are shown, in the order in which they are served."""
        return [job for job in self._ordered if self.show_done or job.state is not JobState.DONE]

    def job(self, jid: int) -> JobSummary | None:
        return self._jobs.get(jid)

    @property
    def chosen(self) -> list[JobSummary]:
        """The selected jobs that are shown: what nobody sees is not done to anything."""
        chosen = [self._jobs[jid] for jid in self.selected if jid in self._jobs]
        return [job for job in chosen if self.show_done or job.state is not JobState.DONE]

    def entry(self, job: JobSummary, now: float) -> Entry:
        """A job's line at this time on the wall's clock."""
        elapsed_s = None if job.started is None else (job.ended or now) - job.started
        total_s = elapsed_s
        if job.eta_s is not None and elapsed_s is not None:
            total_s = elapsed_s + job.eta_s
        elif job.ended is None:
            total_s = None
        return Entry(
            job.jid,
            printable(job.title[:_LONGEST]) or f"job {job.jid}",
            clock_words(elapsed_s),
            clock_words(total_s),
            self.message(job, now),
            _bar(job),
            bool(job.counts.get(_ERRORS)),
        )

    def message(self, job: JobSummary, now: float) -> str:
        """The status message of a job (gui.models.glossary says what each means)."""
        errors = job.counts.get(_ERRORS, 0)
        running = self._running.get(job.jid, ())
        wrong = f"{count(errors, 'task')} {'has' if errors == 1 else 'have'}"
        if job.state is JobState.ACTIVE:
            words = glossary.ACTIVE.words(tasks=_names(running)) if running else self._waiting_words(job)
            return glossary.WITH_ERRORS.words(message=words, errors=wrong) if errors else words
        if job.state is JobState.STOPPED:
            return glossary.ERROR_WAIT.words(errors=wrong) if errors else glossary.STUCK.text
        if job.state is JobState.WAITING and job.after is not None and job.after > now:
            return glossary.DELAYED.words(when=_moment(job.after, now))
        if job.state is JobState.PAUSED and running:
            return glossary.PAUSED_RUNNING.words(tasks=_names(running))
        if job.state is JobState.DONE and job.ended is not None:
            return glossary.DONE_AT.words(when=_moment(job.ended, now))
        return _BARE[job.state].text

    def _waiting_words(self, job: JobSummary) -> str:
        """Of a job that could run and does not."""
        if job.notice:
            return glossary.NOTED.words(notice=printable(job.notice))
        farm = self.queue_is.farm
        if farm is not None and farm.wanted:
            return (glossary.FOR_SERVER if farm.maitred else glossary.NO_MAITRED).text
        return glossary.FOR_SLOT.text

    def status(self) -> str:
        """The line at the foot of the window."""
        queue = self.queue_is
        if self.lost:
            return self.lost
        waiting = sum(job.counts.get(TaskState.READY.value, 0) for job in queue.jobs)
        here = {"busy": queue.busy, "slots": queue.slots}
        if queue.farm is None:
            return _GAP.join((glossary.IN_USE_HERE.words(**here), glossary.WANTED.words(number=waiting)))
        return _GAP.join((*_farm(queue.farm), glossary.HERE.words(**here)))

    # ---- choosing ------------------------------------------------------------------------------------

    def select(self, jid: int, *, more: bool = False) -> None:
        """Choose a job alone; or (`more`) it too, or no longer."""
        if more and jid in self.selected:
            self.selected.remove(jid)
        elif more:
            self.selected.append(jid)
        else:
            self.selected = [jid]
        self.version += 1

    def step(self, places: int) -> int | None:
        """Choose the job so many lines further down, or up; its number."""
        jids = [job.jid for job in self.jobs]
        if not jids:
            return None
        at = jids.index(self.selected[-1]) + places if self.selected and self.selected[-1] in jids else 0
        self.select(jids[max(0, min(at, len(jids) - 1))])
        return self.selected[0]

    def all_may(self, states: Iterable[JobState]) -> bool:
        """Whether some jobs are chosen, and all of them are in one of these states."""
        allowed = set(states)
        return bool(self.chosen) and all(job.state in allowed for job in self.chosen)


def clock_words(seconds: float | None) -> str:
    """0:42:10; nothing where it is not known."""
    if seconds is None:
        return ""
    minutes, rest = divmod(round(max(0.0, seconds)), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}"


def _bar(job: JobSummary) -> tuple[tuple[TaskState, float], ...]:
    """What is over, what is wrong, what runs; the rest of the bar is empty."""
    if not job.tasks:
        return ()
    shown = (TaskState.DONE, TaskState.SKIPPED, TaskState.ERROR, TaskState.ACTIVE)
    parts = ((state, job.counts.get(state.value, 0) / job.tasks) for state in shown)
    return tuple((state, part) for state, part in parts if part)


def _names(running: Sequence[RunningCmd]) -> str:
    names = list(dict.fromkeys(printable(each.task[:_LONGEST]) or f"task {each.tid}" for each in running))
    more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
    return ", ".join(names[:_NAMED]) + more


def _farm(farm: FarmView) -> tuple[str, ...]:
    if farm.maitred == "chaos":
        whom = glossary.CHAOS.text
    else:
        whom = glossary.MAITRED.words(place=printable(farm.maitred)) if farm.maitred else glossary.NOBODY.text
    return whom, glossary.IN_USE.words(used=farm.used), glossary.WANTED.words(number=farm.wanted)


def _moment(at: float, now: float) -> str:
    """18:30 today, 3 Nov 18:30 on another day."""
    when, today = time.localtime(at), time.localtime(now)
    same = when[:3] == today[:3]
    return time.strftime("%H:%M" if same else "%d %b %H:%M", when)
