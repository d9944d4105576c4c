"""A job at work: the state of each of its tasks, changed by facts alone.

    JobGraph(job, jid, reader)      every task that needs nothing is ready
      .apply(fact)                  the only way to change anything, live and on replay
      .take() -> tid                the next ready task in document order, each once
      .next_cid(tid)                the command that it wants to start
      .wanted_steps()               an Iterate is next: record StepsExpanded up to there, then take again
      .counts, .job_state()         how it stands

The rules are reference section 10, "State"; the moves are `runtime.job.states`; the tree is `runtime.job.numbering`.
What waits for what is counted in `runtime.job.progress`; what is taken back is in `runtime.job.again`; here is what
each fact means.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from runtime.facts import (
    AttemptId,
    Deleted,
    Edited,
    Ended,
    Fact,
    Grown,
    HookRan,
    JobSpooled,
    NeverStarted,
    Notified,
    Outcome,
    Paused,
    Prioritised,
    Restarted,
    Rested,
    Retried,
    Skipped,
    Started,
    StepsExpanded,
    TagsRested,
)
from runtime.job.again import Again
from runtime.job.model import Job, JobId
from runtime.job.numbering import Reader, Unit
from runtime.job.progress import ACTIVE, AGAIN, DONE, IS_FINISHED, OPEN, READY, SKIP, SKIPPED, WITHDRAWN
from runtime.job.states import PUBLIC
from runtime.job.step_order import StepOrder
from runtime.messages import JobState


class JobGraph(Again):
    """The tasks of one job and their states."""

    def __init__(self, job: Job, jid: JobId, reader: Reader, order: StepOrder = StepOrder.IN_ORDER) -> None:
        self.job = job
        self.jid = jid
        self._reader = reader
        self.options: dict[str, str] = dict(job.options)
        self.priority = 1.0
        self.paused = job.paused
        self.spooled: JobSpooled | None = None
        self.started_at: float | None = None
        self.rested_at: float | None = None
        self.rested: Rested | None = None
        self.hook_waits = False
        self.postscripts: list[int] = []
        self.to_notify: list[str] = []
        """Who has not heard yet that it came to rest."""
        self._short_since: dict[int, float] = {}
        super().__init__(job, reader, order)

    # ---- how it stands -------------------------------------------------------------------------------

    @property
    def counts(self) -> dict[str, int]:
        """Number of tasks in each TaskState, by its value; steps that were not read yet are waiting tasks."""
        tally = self._tally[:]
        tally[self._state[0]] -= 1
        counts = {word.value: tally[number] for number, word in enumerate(PUBLIC)}
        counts["waiting"] += self.steps_to_come
        return counts

    @property
    def steps_to_come(self) -> int:
        """Steps of Iterates that have no tasks yet."""
        return sum(loop.iterate.steps - loop.next for loop in self.tree.loops)

    @property
    def total(self) -> int:
        """Tasks, those of steps to come counted as one each."""
        return self.tree.size - 1 - self._tally[WITHDRAWN] + self.steps_to_come

    @property
    def finished(self) -> int:
        """Tasks that are done or skipped."""
        return self._tally[DONE] + self._tally[SKIPPED] - IS_FINISHED[self._state[0]]

    @property
    def complete(self) -> bool:
        """Every task and the job's cleanup are done."""
        return bool(IS_FINISHED[self._state[0]])

    @property
    def stuck(self) -> bool:
        """Nothing runs, nothing can, and the job is not done: something failed, or waits for what never came."""
        return not (self.complete or self.active or self._tally[READY] or self._tally[ACTIVE] or self._steps_can_come())

    @property
    def settled(self) -> bool:
        """Nothing is left to do: the job has come to rest, its postscripts and its hook have run, who wanted to know it
        was told."""
        if self.active:
            return False
        waits = self.postscripts or self.hook_waits or self.to_notify
        return self.gone or (self.rested is not None and not waits)

    @property
    def gone(self) -> bool:
        """The job was deleted, and what there was to sweep and to clean up is over."""
        return self.deleting and not self.active and (self.complete or self.stuck)

    def job_state(self, waiting: bool = False) -> JobState:
        """State of the job; `waiting` says that -after or -afterjids hold it."""
        if self.deleting:
            return JobState.DELETING
        if self.rested is not None and not self.postscripts and not self.active:
            return JobState.STOPPED if self.rested.failed else JobState.DONE
        if self.paused:
            return JobState.PAUSED
        return JobState.WAITING if waiting or self.started_at is None else JobState.ACTIVE

    @property
    def unmet(self) -> list[str]:
        """Names of Instances that no task answers to yet."""
        return [name for name, waits in self._names.unmet.items() if any(self._counts_for(wait) for wait in waits)]

    def startable(self, tid: int, cid: int) -> bool:
        """Whether a task is ready and stands at this command."""
        return self._state[tid] == READY and self.next_cid(tid) == cid

    def is_dismissed(self, cid: int) -> bool:
        """Whether the end of this command's attempt is of no use: it was skipped, restarted or withdrawn."""
        if self._is_postscript(cid):
            return self.deleting
        tid = self.tree.tid_of(cid)
        flags = self._flags[tid]
        skipped = flags & SKIP and not self.in_cleanup(tid)
        return bool(skipped or flags & AGAIN or self._state[tid] == WITHDRAWN)

    def retry_of(self, cid: int) -> int:
        """%r: 0 on the first launch, 1 after."""
        return 1 if self._runs[cid] else 0

    def retries(self, cid: int) -> int:
        """How often -retryrc has queued the command again."""
        return self._retries.get(cid, 0)

    def short_since(self, cid: int) -> float | None:
        """Since when the command has found no licence, again and again; None: its last attempt ended otherwise."""
        return self._short_since.get(cid)

    def loop(self, cid: int) -> int:
        """%R: how often -resumewhile has run the command again."""
        return self._loops.get(cid, 0)

    def failed_tasks(self) -> list[int]:
        return sorted(self.failures, key=self.tree.place)

    def attempts_below(self, tid: int) -> list[AttemptId]:
        """The attempts that run in a task and below it, in the order of their numbers."""
        if tid == 0:
            return sorted(self.active.values())
        return sorted(attempt for cid, attempt in self.active.items() if self._is_below(self.tree.tid_of(cid), tid))

    # ---- facts ---------------------------------------------------------------------------------------

    def apply(self, fact: Fact) -> None:
        """Change what the fact says. Raises IllegalMove for a fact that cannot be true of this job."""
        self._now = fact.time
        _APPLY[type(fact)](self, fact)

    def _spooled(self, fact: JobSpooled) -> None:
        self.spooled = fact
        self.paused = self.paused or fact.paused
        self.priority = _number(self.options, "priority", 1.0) if fact.priority is None else fact.priority

    def _started(self, fact: Started) -> None:
        cid = fact.cid
        if self._runs[cid] < 255:
            self._runs[cid] += 1
        self.active[cid] = fact.attempt
        if self.started_at is None:
            self.started_at = fact.time
        if not self._is_postscript(cid):
            self._move(self.tree.tid_of(cid), ACTIVE)

    def _never_started(self, fact: NeverStarted) -> None:
        cid = fact.cid
        if fact.attempt:
            self.active.pop(cid, None)
            self._runs[cid] -= 1
        if self._is_postscript(cid):
            if not fact.requeue:
                self._postscript_over(cid)
            return
        tid = self.tree.tid_of(cid)
        if self._dismissed(tid):
            return
        if fact.requeue:
            self._make_ready(tid)
        else:
            self._fail(tid, cid, fact.attempt, 0, fact.reason)

    def _ended(self, fact: Ended) -> None:
        cid = fact.cid
        if self.active.get(cid) == fact.attempt:
            del self.active[cid]
        outcome = fact.outcome
        if outcome is Outcome.SHORT:
            self._short_since.setdefault(cid, fact.time)
        elif outcome is not Outcome.LOST:
            self._short_since.pop(cid, None)
        if self._is_postscript(cid):
            if outcome not in (Outcome.LOST, Outcome.SHORT):
                self._postscript_over(cid)
            return
        tid = self.tree.tid_of(cid)
        if self._dismissed(tid):
            return
        if outcome is Outcome.DONE:
            self._command_over(tid)
        elif outcome is Outcome.ERROR:
            self._fail(tid, cid, fact.attempt, fact.status, fact.reason)
        elif outcome is Outcome.LOOP:
            self._once_more(tid, cid)
        else:
            if outcome is Outcome.RETRY:
                self._retries[cid] = self._retries.get(cid, 0) + 1
            self._make_ready(tid)

    def _grown(self, fact: Grown) -> None:
        known = self._growths.setdefault(fact.cid, {})
        if fact.chunk in known:
            self._withdraw(known.pop(fact.chunk))
        tree = self.tree
        nodes = self._reader.read_growth(fact.text, tree.cmd(fact.cid).scope, fact.time)
        first_wait, first_loop = len(tree.waits), len(tree.loops)
        batch, growth = tree.grow(fact.tid, fact.cid, nodes)
        known[fact.chunk] = growth
        self._welcome(batch, fact.tid, first_wait, first_loop)
        self._expect(fact.tid, growth.units)
        if self._flags[fact.tid] & OPEN:
            self._open_units(fact.tid, growth.units)

    def _steps_expanded(self, fact: StepsExpanded) -> None:
        tree = self.tree
        loop = tree.loops[fact.iterate]
        first_wait, first_loop = len(tree.waits), len(tree.loops)
        batch = tree.expand(loop, fact.upto)
        loop.unfinished += batch.unfinished
        self._welcome(batch, loop.parent, first_wait, first_loop)
        loop.entry = 0
        others: list[Unit] = [wait for wait in tree.waits[first_wait:] if wait.holder == loop.parent]
        others += [inner for inner in tree.loops[first_loop:] if inner.parent == loop.parent]
        if others:
            self._list_late(loop, others)
        if not batch.unfinished and loop.complete:
            self._loop_over(loop)
        elif loop.parent in tree.serial:
            self._serial_turn(loop.parent)
        else:
            self._open_units(loop.parent, [*loop.children[len(loop.children) - batch.unfinished :], *others])
            if loop.next < loop.iterate.steps:
                self._push_loop(loop)

    def _retried(self, fact: Retried) -> None:
        self._to_work()
        for tid in self._failed_below(fact.tid):
            failure = self.failures.pop(tid, None)
            if failure is None:
                continue  # withdrawn with what another one had printed
            self._retries.pop(failure.cid, None)
            self._drop_growth(failure.cid)
            self._go_on(tid)

    def _restarted(self, fact: Restarted) -> None:
        self._to_work()
        self._reset(self._to_restart(fact.tid or 0))

    def _skipped(self, fact: Skipped) -> None:
        if fact.cid is not None:
            if self._is_postscript(fact.cid):
                self._postscript_over(fact.cid)
            else:
                self._command_over(self.tree.tid_of(fact.cid))
            return
        self._to_work()
        if fact.tid is None:
            for tid in self._failed_below(None):
                self._skip(tid)
        else:
            self._skip(fact.tid)

    def _paused(self, fact: Paused) -> None:
        self.paused = fact.paused

    def _prioritised(self, fact: Prioritised) -> None:
        self.priority = fact.priority

    def _edited(self, fact: Edited) -> None:
        self.options[fact.option] = fact.value

    def _deleted(self, _fact: Deleted) -> None:
        if not self.deleting:
            self.deleting = True
            self._to_work()
            self.surplus.extend(attempt for cid, attempt in self.active.items() if self._is_postscript(cid))
            if not self.complete:
                self._skip(0)

    def _came_to_rest(self, fact: Rested) -> None:
        self.rested = fact
        self.rested_at = fact.time
        self.to_notify = list(fact.notify)
        self.hook_waits = bool(self.options.get("whenerror" if fact.failed else "whendone", "").strip())
        when = ("error", "always", "") if fact.failed else ("done", "always", "")
        first = self.tree.postscript_first
        for cid in range(first, first + len(self.job.postscript)):
            if self.tree.cmd(cid).options.get("when", "").strip() in when:
                self.postscripts.append(cid)

    def _hook_ran(self, _fact: HookRan) -> None:
        self.hook_waits = False

    def _notified(self, fact: Notified) -> None:
        if self.rested_at == fact.rested and fact.where in self.to_notify:
            self.to_notify.remove(fact.where)

    def _tags_rested(self, _fact: TagsRested) -> None:
        """Limits are no affair of one job's."""

    def _dismissed(self, tid: int) -> bool:
        """Whether the end of an attempt is of no use to its task any more; it goes on from where it was put."""
        flags = self._flags[tid]
        if self._state[tid] == WITHDRAWN:
            return True
        if flags & AGAIN:
            self._flags[tid] &= ~AGAIN
            self._go_on(tid)
            return True
        if flags & SKIP and not self.in_cleanup(tid):
            self._go_on(tid)
            return True
        return False

    def _to_work(self) -> None:
        """The job, should it have come to rest, does so no longer."""
        self.rested = None
        self.rested_at = None
        self.postscripts.clear()
        self.to_notify.clear()
        self.hook_waits = False

    def _failed_below(self, tid: int | None) -> list[int]:
        return [failed for failed in self.failed_tasks() if tid is None or self._is_below(failed, tid)]

    def _is_below(self, tid: int, top: int) -> bool:
        while tid > top:
            tid = self.tree.parents[tid]
        return tid == top

    def _is_postscript(self, cid: int) -> bool:
        return self.tree.postscript_first <= cid < self.tree.appendix_end

    def _postscript_over(self, cid: int) -> None:
        if cid in self.postscripts:
            self.postscripts.remove(cid)


def _number(options: Mapping[str, str], name: str, default: float) -> float:
    try:
        return float(options.get(name, "").strip() or default)
    except ValueError:
        return default


_APPLY: dict[type[Fact], Callable[[JobGraph, Any], None]] = {
    JobSpooled: JobGraph._spooled,
    Started: JobGraph._started,
    NeverStarted: JobGraph._never_started,
    Ended: JobGraph._ended,
    Grown: JobGraph._grown,
    StepsExpanded: JobGraph._steps_expanded,
    Retried: JobGraph._retried,
    Restarted: JobGraph._restarted,
    Skipped: JobGraph._skipped,
    Paused: JobGraph._paused,
    Prioritised: JobGraph._prioritised,
    Edited: JobGraph._edited,
    Deleted: JobGraph._deleted,
    Rested: JobGraph._came_to_rest,
    HookRan: JobGraph._hook_ran,
    Notified: JobGraph._notified,
    TagsRested: JobGraph._tags_rested,
}
