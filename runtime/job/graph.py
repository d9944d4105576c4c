"""A job at work: the state of each of its tasks, changed by facts alone.

    JobGraph(job, jid, reader)      every task that needs nothing is ready
      .apply(fact)                  the only way to change anything, live and on replay
      .take() -> tid                the next ready task in document order, each once
      .next_cid(tid)                the command that it wants to start
      .wanted_steps()               an Iterate is next: record StepsExpanded up to there, then take again
      .counts, .job_state()         how it stands

The rules are reference section 10, "State"; the moves are `runtime.job.states`; the tree is `runtime.job.numbering`.
What a task waits for is counted, not searched: `_pending` says how many of its children, Instances and Iterates are
unfinished, `_bad` how many of those are in error or held. An event touches the tasks whose counts it changes.

Two things a task does besides its commands are kept as positions: `_cursor` counts through its commands and then its
cleanup; `serial` (in the tree) is the child whose turn it is under -serialsubtasks.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping
from heapq import heappop, heappush, heapreplace
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
    Outcome,
    Paused,
    Prioritised,
    Restarted,
    Rested,
    Retried,
    Skipped,
    Started,
    StepsExpanded,
)
from runtime.job.model import Cmd, Job, JobId
from runtime.job.numbering import UNREADABLE, Batch, Growth, Loop, Numbering, Place, Reader, Unit, Wait, is_set
from runtime.job.states import BAD, FINISHED, MOVES, PUBLIC, IllegalMove, State
from runtime.job.waiting import Names
from runtime.messages import JobState

STEPS_AT_ONCE = 64
"""How many steps of an Iterate are read at a time."""
STEPS_AHEAD = 4096
"""An Iterate with that many unfinished tasks rests, unless nothing else can run."""

# Plain numbers: they are compared often.
_WAITING, _READY, _ACTIVE, _ERROR, _HELD, _DONE, _SKIPPED, _WITHDRAWN = map(int, State)
_STATES = tuple(State)
_FINISHED = bytes(state in FINISHED for state in State)
_BAD = bytes(state in BAD for state in State)
_LEGAL = tuple(bytes(new in MOVES[old] for new in State) for old in State)

_OPEN = 1  # its surroundings have come to it: it may start as soon as its own prerequisites are done
_SKIP = 2  # it counts as done: only its cleanup is left to run
_AGAIN = 4  # the attempt that runs is of no use: start at the beginning when it has ended
_LOOP = 8  # a -resumewhile test in its -resumeblock held: once more before its cleanup


class Failure:
    """Why a task is in error: the command (0 for none), its last attempt, its status and why in words."""

    __slots__ = ("attempt", "cid", "reason", "status", "time")

    def __init__(self, cid: int, attempt: AttemptId, status: int, reason: str, time: float) -> None:
        self.cid = cid
        self.attempt = attempt
        self.status = status
        self.reason = reason
        self.time = time


class JobGraph:
    """The tasks of one job and their states.

    `active` has the attempt of every command that runs; `surplus` attempts whose end nobody needs: whoever applies
    facts takes them out and has them swept.
    """

    def __init__(self, job: Job, jid: JobId, reader: Reader) -> None:
        self.job = job
        self.jid = jid
        self.tree = Numbering(job, reader)
        self._reader = reader
        size = self.tree.size
        self._state = bytearray(size)
        self._flags = bytearray(size)
        self._cursor = array("i", bytes(4 * size))
        self._pending = array("i", bytes(4 * size))
        self._bad: dict[int, int] = {}
        self._tainted: dict[int, list[int]] = {}
        self._tally = [0] * len(State)
        self._tally[_WAITING] = size
        self._runs = bytearray(self.tree.next_cid)
        self._retries: dict[int, int] = {}
        self._loops: dict[int, int] = {}
        self._waiters: dict[int, list[Wait]] = {}
        self._held_by: dict[int, list[Wait]] = {}
        self._growths: dict[int, dict[int, Growth]] = {}
        self._names = Names(self.tree)
        self._heap: list[tuple[Place, int, int, Iterator[int] | None]] = []
        self._pushed = 0
        self._resting: list[Loop] = []
        self._due: list[int] = []
        self._advancing = False
        self.active: dict[int, AttemptId] = {}
        self.surplus: list[AttemptId] = []
        self.failures: dict[int, Failure] = {}
        self.options: dict[str, str] = dict(job.options)
        self.priority = 1.0
        self.paused = job.paused
        self.spooled: JobSpooled | None = None
        self.started_at: float | None = None
        self.rested_at: float | None = None
        self.rested: Rested | None = None
        self.hook_waits = False
        self.deleting = False
        self.postscripts: list[int] = []
        self.done_cmds = 0
        self._now = 0.0
        self._begin()

    # ---- how it stands ------------------------------------------------------------------------------

    def state(self, tid: int) -> State:
        return _STATES[self._state[tid]]

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
        return self.tree.size - 1 - self._tally[_WITHDRAWN] + self.steps_to_come

    @property
    def finished(self) -> int:
        """Tasks that are done or skipped."""
        return self._tally[_DONE] + self._tally[_SKIPPED] - _FINISHED[self._state[0]]

    @property
    def complete(self) -> bool:
        """Every task and the job's cleanup are done."""
        return bool(_FINISHED[self._state[0]])

    @property
    def stuck(self) -> bool:
        """Nothing runs, nothing can, and the job is not done: something failed, or waits for what never came."""
        return not (
            self.complete or self.active or self._tally[_READY] or self._tally[_ACTIVE] or self._steps_can_come()
        )

    @property
    def settled(self) -> bool:
        """Nothing is left to do: the job has come to rest, its postscripts and its hook have run."""
        if self.active:
            return False
        return self.gone or (self.rested is not None and not self.postscripts and not self.hook_waits)

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

    def next_cid(self, tid: int) -> int:
        """The command at which a task stands."""
        return self.tree.first_cid_of(tid) + self._cursor[tid]

    def startable(self, tid: int, cid: int) -> bool:
        """Whether a task is ready and stands at this command."""
        return self._state[tid] == _READY and self.next_cid(tid) == cid

    def in_cleanup(self, tid: int) -> bool:
        return self._cursor[tid] >= len(self.tree.node(tid).cmds)

    def cmd(self, cid: int) -> Cmd:
        return self.tree.cmd(cid)

    def retry_of(self, cid: int) -> int:
        """%r: 0 on the first launch, 1 after."""
        return 1 if self._runs[cid] else 0

    def retries(self, cid: int) -> int:
        """How often -retryrc has queued the command again."""
        return self._retries.get(cid, 0)

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

    # ---- what is ready ------------------------------------------------------------------------------

    def take(self) -> int | None:
        """The next ready task in document order, each once; None when there is none or steps come first."""
        heap = self._heap
        while heap:
            _, _, tid, run = heap[0]
            if tid < 0:
                if self._loop_is_next(self.tree.loops[-1 - tid], heap[0][1]):
                    return None
                heappop(heap)
                continue
            if run is None:
                heappop(heap)
            else:
                self._advance_run(run)
            if self._state[tid] == _READY:
                return tid
        return None

    def wanted_steps(self) -> tuple[int, int] | None:
        """The Iterate whose steps come next and how far to read: a StepsExpanded to record. None when none does."""
        if not self._heap and self._resting and not self.active and not self._tally[_READY]:
            self._push_loop(self._resting.pop(0), hurried=True)
        if not self._heap or self._heap[0][2] >= 0:
            return None
        loop = self.tree.loops[-1 - self._heap[0][2]]
        return loop.number, min(loop.next + STEPS_AT_ONCE, loop.iterate.steps)

    @property
    def next_place(self) -> Place | None:
        """Where in the document `take` or `wanted_steps` would go on; None when there is nothing ready."""
        if self._heap:
            return self._heap[0][0]
        return () if self._resting and not self.active and not self._tally[_READY] else None

    def is_dismissed(self, cid: int) -> bool:
        """Whether the end of this command's attempt is of no use: it was skipped, restarted or withdrawn."""
        if self._is_postscript(cid):
            return self.deleting
        tid = self.tree.tid_of(cid)
        flags = self._flags[tid]
        skipped = flags & _SKIP and not self.in_cleanup(tid)
        return bool(skipped or flags & _AGAIN or self._state[tid] == _WITHDRAWN)

    def _advance_run(self, run: Iterator[int]) -> None:
        following = next(run, None)
        if following is None:
            heappop(self._heap)
        else:
            self._pushed += 1
            heapreplace(self._heap, ((following,), self._pushed, following, run))

    def _loop_is_next(self, loop: Loop, entry: int) -> bool:
        if loop.entry != entry:
            return False
        if loop.unfinished < STEPS_AHEAD or loop.hurried:
            return True
        loop.entry = 0
        loop.resting = True
        self._resting.append(loop)
        return False

    def _push(self, tid: int) -> None:
        self._pushed += 1
        heappush(self._heap, (self.tree.place(tid), self._pushed, tid, None))

    def _push_loop(self, loop: Loop, hurried: bool = False) -> None:
        """The next steps of an Iterate are wanted; `hurried`: however many of its tasks are unfinished."""
        loop.resting = False
        loop.hurried = hurried
        self._pushed += 1
        loop.entry = self._pushed
        heappush(self._heap, ((*loop.place, self.tree.size), self._pushed, -1 - loop.number, None))

    def _steps_can_come(self) -> bool:
        return any(loop.entry or loop.resting for loop in self.tree.loops)

    # ---- facts --------------------------------------------------------------------------------------

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
            self._move(self.tree.tid_of(cid), _ACTIVE)

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
        if self._is_postscript(cid):
            if fact.outcome is not Outcome.LOST:
                self._postscript_over(cid)
            return
        tid = self.tree.tid_of(cid)
        if self._dismissed(tid):
            return
        outcome = fact.outcome
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
        if self._flags[fact.tid] & _OPEN:
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
        self.hook_waits = bool(self.options.get("whenerror" if fact.failed else "whendone", "").strip())
        when = ("error", "always", "") if fact.failed else ("done", "always", "")
        first = self.tree.postscript_first
        for cid in range(first, first + len(self.job.postscript)):
            if self.tree.cmd(cid).options.get("when", "").strip() in when:
                self.postscripts.append(cid)

    def _hook_ran(self, _fact: HookRan) -> None:
        self.hook_waits = False

    # ---- beginning ----------------------------------------------------------------------------------

    def _begin(self) -> None:
        tree = self.tree
        self._now = 0.0
        pending = self._pending
        for parent in tree.parents:
            if parent >= 0:
                pending[parent] += 1
        self._names.bind_all(tree.waits)
        for wait in tree.waits:
            pending[wait.holder] += 1
            self._register(wait)
        for loop in tree.loops:
            pending[loop.parent] += not loop.complete
        self._open(0, first=True)

    def _register(self, wait: Wait) -> None:
        """Its holder waits for an Instance from now on, unless that is over."""
        self._held_by.setdefault(wait.holder, []).append(wait)
        target = wait.target
        if target is not None and not _FINISHED[self._state[target]]:
            self._waiters.setdefault(target, []).append(wait)
            self._taint_holder(wait, 1)

    def _welcome(self, batch: Batch, parent: int, first_wait: int, first_loop: int) -> None:
        """Make room for the tasks of a batch, count what they wait for, and bind their Instances."""
        tree = self.tree
        fresh = tree.size - batch.first
        self._state.extend(bytes(fresh))
        self._flags.extend(bytes(fresh))
        self._cursor.extend([0] * fresh)
        self._pending.extend([0] * fresh)
        self._runs.extend(bytes(tree.next_cid - len(self._runs)))
        self._tally[_WAITING] += fresh
        for tid in range(batch.first, tree.size):
            if tree.parents[tid] >= batch.first:
                self._pending[tree.parents[tid]] += 1
        waits = tree.waits[first_wait:]
        met = self._names.appeared(batch.first, waits)
        for wait in waits:
            if wait.holder != parent:
                self._pending[wait.holder] += not self._is_over(wait)
            self._register(wait)
        for loop in tree.loops[first_loop:]:
            if loop.parent != parent:
                self._pending[loop.parent] += not loop.complete
        for wait in met:
            assert wait.target is not None
            self._waiters.setdefault(wait.target, []).append(wait)
            self._taint_holder(wait, 1)

    def _list_late(self, loop: Loop, others: list[Unit]) -> None:
        """A step has Instances or Iterates of its own at its top: they become children of the loop's parent."""
        units = self.tree.units[loop.parent]
        at = units.index(loop)
        units[at:at] = others
        if loop.parent in self.tree.serial:
            self.tree.serial[loop.parent] = 0
        self._expect(loop.parent, others)

    def _expect(self, tid: int, units: list[Unit]) -> None:
        """A task has further children: it waits for those that are unfinished."""
        if _FINISHED[self._state[tid]]:
            return
        self._pending[tid] += sum(not self._is_over(unit) for unit in units)
        if self._state[tid] == _READY and self._pending[tid]:
            self._move(tid, _WAITING)

    def _is_over(self, unit: Unit) -> bool:
        if isinstance(unit, int):
            return bool(_FINISHED[self._state[unit]])
        if isinstance(unit, Wait):
            return unit.target is not None and bool(_FINISHED[self._state[unit.target]])
        return unit.complete

    # ---- opening ------------------------------------------------------------------------------------

    def _open(self, top: int, first: bool = False) -> None:
        """Its surroundings have come to a task: it and what is below it may start when their prerequisites are done."""
        tree = self.tree
        ends, serial, units = tree.ends, tree.serial, tree.units
        flags, state, pending = self._flags, self._state, self._pending
        run = array("i")
        tid, end = top, ends[top]
        while tid < end:
            flags[tid] |= _OPEN
            if not pending[tid]:
                if state[tid] == _WAITING:
                    self._enter(tid, run)
            elif tid in serial:
                self._serial_turn(tid)
                tid = ends[tid]
                continue
            elif tid in units:
                self._open_others(tid)
            tid += 1
        if run:
            if first:
                ready = iter(run)
                self._pushed += 1
                head = next(ready)
                heappush(self._heap, ((head,), self._pushed, head, ready))
            else:
                for tid in run:
                    self._push(tid)

    def _enter(self, tid: int, run: array[int]) -> None:
        """A task that waits for nothing: ready, or over at once when it has no commands."""
        node = self.tree.node(tid)
        if (node.cmds or node.cleanup) and not self._flags[tid] & _SKIP:
            self._state[tid] = _READY
            self._tally[_WAITING] -= 1
            self._tally[_READY] += 1
            run.append(tid)
        else:
            self._go_on(tid)

    def _open_others(self, tid: int) -> None:
        """Children of an open task that its plain subtree does not hold: Iterates, steps, growth."""
        last = self.tree.ends[tid]
        for unit in list(self.tree.units[tid]):
            if not isinstance(unit, int) or unit >= last:
                self._open_units(tid, [unit])

    def _open_units(self, parent: int, units: Iterable[Unit]) -> None:
        if parent in self.tree.serial:
            self._serial_turn(parent)
            return
        for unit in units:
            self._open_unit(unit)

    def _open_unit(self, unit: Unit) -> None:
        if isinstance(unit, int):
            if not self._flags[unit] & _OPEN:
                self._open(unit)
        elif isinstance(unit, Loop) and not unit.open:
            unit.open = True
            if unit.parent not in self.tree.serial:
                for child in unit.children:
                    self._open_unit(child)
            if unit.next < unit.iterate.steps and unit.parent not in self.tree.serial:
                self._push_loop(unit)

    def _serial_turn(self, tid: int) -> None:
        """Open the first unfinished child of a task with -serialsubtasks."""
        serial, units = self.tree.serial, self.tree.units.get(tid)
        if units is None:
            ends = self.tree.ends
            child = max(serial[tid], tid + 1)
            while child < ends[tid] and _FINISHED[self._state[child]]:
                child = ends[child]
            serial[tid] = child
            if child < ends[tid]:
                self._open_unit(child)
            return
        while serial[tid] < len(units):
            unit = units[serial[tid]]
            if not self._is_over(unit):
                self._open_unit(unit)
                if isinstance(unit, Loop):
                    self._serial_step(unit)
                return
            serial[tid] += 1

    def _serial_step(self, loop: Loop) -> None:
        children = loop.children
        while loop.at < len(children) and _FINISHED[self._state[children[loop.at]]]:
            loop.at += 1
        if loop.at < len(children):
            self._open_unit(children[loop.at])
        elif loop.next < loop.iterate.steps and not loop.entry:
            self._push_loop(loop)

    # ---- moving -------------------------------------------------------------------------------------

    def _move(self, tid: int, new: int) -> None:
        old = self._state[tid]
        if new == _WAITING and self._bad.get(tid):
            new = _HELD
        if old == new:
            return
        if not _LEGAL[old][new]:
            raise IllegalMove(tid, _STATES[old], _STATES[new])
        self._state[tid] = new
        self._tally[old] -= 1
        self._tally[new] += 1
        if _BAD[old] != _BAD[new]:
            self._sour(self._taint(tid, bool(_BAD[new])))

    def _taint(self, tid: int, bad: bool) -> list[tuple[int, int]]:
        """A task has become bad, or good again: who is to hear of it. The same hear both, whoever came meanwhile."""
        if bad:
            self._tainted[tid] = list(self._dependents(tid))
            return [(other, 1) for other in self._tainted[tid]]
        return [(other, -1) for other in self._tainted.pop(tid)]

    def _taint_holder(self, wait: Wait, change: int) -> None:
        """An Instance of a bad task comes (1) or goes (-1)."""
        if wait.target is None or not _BAD[self._state[wait.target]]:
            return
        tainted = self._tainted[wait.target]
        if change > 0:
            tainted.append(wait.holder)
        else:
            tainted.remove(wait.holder)
        self._sour([(wait.holder, change)])

    def _sour(self, work: list[tuple[int, int]]) -> None:
        """Tell tasks that one more (or less) of what they wait for is in error or held, and so on."""
        bad, state = self._bad, self._state
        while work:
            tid, change = work.pop()
            before = bad.get(tid, 0)
            after = bad[tid] = before + change
            if not after:
                del bad[tid]
            old = state[tid]
            if after and old == _WAITING:
                new = _HELD
            elif not after and old == _HELD:
                new = _WAITING
            else:
                continue
            state[tid] = new
            self._tally[old] -= 1
            self._tally[new] += 1
            work.extend(self._taint(tid, new == _HELD))

    def _dependents(self, tid: int) -> Iterator[int]:
        """The tasks that wait for this one: its parent, holders of its Instances, the next serial sibling."""
        parent = self.tree.parents[tid]
        if parent >= 0:
            yield parent
            if parent in self.tree.serial:
                yield from self._next_sibling(tid, parent)
        for wait in self._waiters.get(tid, ()):
            yield wait.holder

    def _next_sibling(self, tid: int, parent: int) -> Iterator[int]:
        units = self.tree.units.get(parent)
        if units is None:
            following = self.tree.ends[tid]
            if following < self.tree.ends[parent]:
                yield following
            return
        children = list(self.tree.child_tasks(parent))
        at = children.index(tid) + 1 if tid in children else len(children)
        if at < len(children):
            yield children[at]

    def _make_ready(self, tid: int) -> None:
        """The command at which a task stands is to run (again)."""
        if self._growths:
            self._drop_growth(self.next_cid(tid))
        if self._pending[tid] or not self._flags[tid] & _OPEN:
            self._move(tid, _WAITING)
        else:
            self._move(tid, _READY)
            self._push(tid)

    def _go_on(self, tid: int) -> None:
        """A task's own next thing: wait, a command, its cleanup, or its end, and then that of who waited for it."""
        due = self._due
        due.append(tid)
        if not self._advancing:
            self._advancing = True
            while due:
                self._advance(due.pop())
            self._advancing = False

    def _advance(self, tid: int) -> None:
        if _FINISHED[self._state[tid]]:
            return
        flags = self._flags[tid]
        if self._pending[tid] or not flags & _OPEN:
            self._move(tid, _WAITING)
            return
        node = self.tree.node(tid)
        cmds = len(node.cmds)
        if flags & _SKIP:
            self._cursor[tid] = max(self._cursor[tid], cmds)
        elif flags & _LOOP and self._cursor[tid] >= cmds:
            self._pass_over(tid)
            return
        if self._cursor[tid] < cmds + len(node.cleanup):
            self._make_ready(tid)
        elif UNREADABLE in node.options and not flags & _SKIP:
            self._move(tid, _READY)
            self._fail(tid, 0, 0, 0, node.options[UNREADABLE])
        else:
            self._finish(tid)

    def _finish(self, tid: int) -> None:
        self._move(tid, _SKIPPED if self._flags[tid] & _SKIP else _DONE)
        parent = self.tree.parents[tid]
        if parent >= 0:
            self._child_over(tid, parent)
        for wait in self._waiters.pop(tid, ()):
            self._one_less(wait.holder)

    def _child_over(self, tid: int, parent: int) -> None:
        if self.tree.is_late(tid):
            batch = self.tree.batch_of(tid)
            if batch.loop is not None and batch.parent == parent:
                self._step_over(batch, batch.loop)
                return
        self._one_less(parent)

    def _step_over(self, batch: Batch, loop: Loop) -> None:
        loop.unfinished -= 1
        batch.unfinished -= 1
        if not batch.unfinished:
            self.tree.release(batch)
        if loop.resting and loop.unfinished < STEPS_AHEAD // 2:
            self._resting.remove(loop)
            self._push_loop(loop)
        if loop.complete:
            self._loop_over(loop)
        elif loop.parent in self.tree.serial:
            self._serial_turn(loop.parent)

    def _loop_over(self, loop: Loop) -> None:
        self._one_less(loop.parent)

    def _one_less(self, tid: int) -> None:
        """One of the things that a task waits for is over."""
        self._pending[tid] -= 1
        if tid in self.tree.serial and self._flags[tid] & _OPEN and self._pending[tid]:
            self._serial_turn(tid)
        if not self._pending[tid] and self._state[tid] in (_WAITING, _HELD):
            self._go_on(tid)

    def _command_over(self, tid: int) -> None:
        self.done_cmds += 1
        self._cursor[tid] += 1
        self._go_on(tid)

    def _fail(self, tid: int, cid: int, attempt: AttemptId, status: int, reason: str) -> None:
        if self.deleting:
            self._command_over(tid)
            return
        self.failures[tid] = Failure(cid, attempt, status, reason, self._now)
        self._move(tid, _ERROR)

    def _dismissed(self, tid: int) -> bool:
        """Whether the end of an attempt is of no use to its task any more; it goes on from where it was put."""
        flags = self._flags[tid]
        if self._state[tid] == _WITHDRAWN:
            return True
        if flags & _AGAIN:
            self._flags[tid] &= ~_AGAIN
            self._go_on(tid)
            return True
        if flags & _SKIP and not self.in_cleanup(tid):
            self._go_on(tid)
            return True
        return False

    # ---- -resumewhile -------------------------------------------------------------------------------

    def _once_more(self, tid: int, cid: int) -> None:
        block = self._block_of(tid)
        if block is None:
            self._loops[cid] = self._loops.get(cid, 0) + 1
            self._make_ready(tid)
        else:
            self._flags[block] |= _LOOP
            self._command_over(tid)

    def _block_of(self, tid: int) -> int | None:
        """The nearest task with -resumeblock, the task itself included."""
        while tid > 0:
            if is_set(self.tree.node(tid), "resumeblock"):
                return tid
            tid = self.tree.parents[tid]
        return None

    def _pass_over(self, block: int) -> None:
        """A -resumeblock has run once and is wanted once more: its subtree starts again as a unit."""
        self._flags[block] &= ~_LOOP
        self._move(block, _WAITING)
        tree = self.tree
        below = tree.subtree(block)
        for tid in below:
            first = tree.first_cid[tid]
            for cid in range(first, first + len(tree.node(tid).cmds)):
                self._loops[cid] = self._loops.get(cid, 0) + 1
        self._reset(set(below))

    # ---- what users do ------------------------------------------------------------------------------

    def _to_work(self) -> None:
        """The job, should it have come to rest, does so no longer."""
        self.rested = None
        self.rested_at = None
        self.postscripts.clear()
        self.hook_waits = False

    def _failed_below(self, tid: int | None) -> list[int]:
        return [failed for failed in self.failed_tasks() if tid is None or self._is_below(failed, tid)]

    def _is_below(self, tid: int, top: int) -> bool:
        while tid > top:
            tid = self.tree.parents[tid]
        return tid == top

    def _skip(self, top: int) -> None:
        """A task and all that is unfinished below it count as done; cleanups run, children's before parents'."""
        tree = self.tree
        below = [tid for tid in tree.subtree(top) if not _FINISHED[self._state[tid]]]
        inside = set(below)
        for loop in tree.loops:
            if loop.parent in inside and loop.next < loop.iterate.steps:
                self._end_loop(loop)
        self._resting = [loop for loop in self._resting if loop.resting]
        for tid in below:
            self.failures.pop(tid, None)
            self._flags[tid] |= _SKIP | _OPEN
            if self._state[tid] == _ACTIVE and not self.in_cleanup(tid):
                self.surplus.append(self.active[self.next_cid(tid)])
            self._forget_instances(tid)
        for tid in reversed(below):
            if self._state[tid] not in (_ACTIVE, _DONE, _SKIPPED):
                self._go_on(tid)

    def _end_loop(self, loop: Loop) -> None:
        """The steps that were not read yet are skipped with what they are in."""
        loop.cut = loop.next
        loop.next = loop.iterate.steps
        loop.entry = 0
        loop.resting = False
        if loop.complete:
            self._pending[loop.parent] -= 1

    def _forget_instances(self, tid: int) -> None:
        """A skipped task waits for no Instance."""
        for wait in self._held_by.pop(tid, ()):
            if self._counts_for(wait):
                self._pending[tid] -= 1
            self._unregister(wait)

    def _counts_for(self, wait: Wait) -> bool:
        """Whether its holder waits for this Instance now."""
        if wait.target is None:
            return any(wait is unmet for unmet in self._names.unmet.get(wait.name, ()))
        return any(wait is other for other in self._waiters.get(wait.target, ()))

    def _unregister(self, wait: Wait) -> None:
        waits = self._names.unmet.get(wait.name) if wait.target is None else self._waiters.get(wait.target)
        if waits is not None and wait in waits:
            waits.remove(wait)
            self._taint_holder(wait, -1)

    def _to_restart(self, top: int) -> set[int]:
        """A task with all below it, and what has used it, again and again.

        Users of a task are what is above it, the holders of its Instances and what followed it in a series.
        """
        tree = self.tree
        chosen = set(tree.subtree(top))
        work = list(chosen)
        holders: dict[int, list[int]] = {}
        for wait in tree.waits:
            if wait.target is not None:
                holders.setdefault(wait.target, []).append(wait.holder)
        while work:
            tid = work.pop()
            users = set(holders.get(tid, ()))
            if tid:
                parent = tree.parents[tid]
                users.add(parent)
                if parent in tree.serial:
                    for sibling in self._next_sibling(tid, parent):
                        users.update(tree.subtree(sibling))
            users -= chosen
            chosen |= users
            work.extend(users)
        return chosen

    def _reset(self, chosen: set[int]) -> None:
        """Back to the beginning with these tasks; what they wait for is counted anew."""
        tree = self.tree
        for tid in sorted(chosen):
            for cid in self._begun(tid):
                self._drop_growth(cid)
        order = sorted(tid for tid in chosen if self._state[tid] != _WITHDRAWN)
        for tid in order:
            self._reset_task(tid)
        for tid in order:
            self._recount(tid)
        for tid in order:
            parent = tree.parents[tid]
            if parent < 0 or (parent not in chosen and self._flags[parent] & _OPEN):
                self._open(tid)

    def _reset_task(self, tid: int) -> None:
        self.failures.pop(tid, None)
        for cid in self._begun(tid):
            self._retries.pop(cid, None)
        running = self._state[tid] == _ACTIVE
        if running and not self._flags[tid] & _AGAIN:
            self.surplus.append(self.active[self.next_cid(tid)])
        self._flags[tid] = _AGAIN if running else 0
        self._cursor[tid] = 0
        if tid in self.tree.serial:
            self.tree.serial[tid] = 0
        if not running:
            self._move(tid, _WAITING)

    def _begun(self, tid: int) -> range:
        """A task's commands up to the one at which it stands."""
        node = self.tree.node(tid)
        first = self.tree.first_cid_of(tid)
        return range(first, first + min(self._cursor[tid] + 1, len(node.cmds) + len(node.cleanup)))

    def _recount(self, tid: int) -> None:
        for wait in self._held_by.pop(tid, ()):
            self._unregister(wait)
        pending = 0
        for unit in self.tree.children(tid):
            if isinstance(unit, Loop):
                self._recount_loop(unit)
            elif isinstance(unit, Wait):
                self._register(unit)
                if unit.target is None:
                    self._names.unmet.setdefault(unit.name, []).append(unit)
            pending += not self._is_over(unit)
        self._pending[tid] = pending

    def _recount_loop(self, loop: Loop) -> None:
        loop.open = False
        loop.at = 0
        loop.entry = 0
        if loop.resting:
            loop.resting = False
            self._resting.remove(loop)
        if loop.cut is not None:
            loop.next = loop.cut
            loop.cut = None
        loop.unfinished = 0
        for batch in self.tree.batches_of(loop):
            batch.unfinished = 0
        for child in loop.children:
            unfinished = not _FINISHED[self._state[child]]
            loop.unfinished += unfinished
            self.tree.batch_of(child).unfinished += unfinished

    # ---- growth -------------------------------------------------------------------------------------

    def _drop_growth(self, cid: int) -> None:
        """A command is to run again: what it printed before is no part of the job any more."""
        for growth in self._growths.pop(cid, {}).values():
            self._withdraw(growth)

    def _withdraw(self, growth: Growth) -> None:
        tree = self.tree
        parent = growth.parent
        self._pending[parent] -= sum(not self._is_over(unit) for unit in growth.units)
        tree.withdraw(growth)
        if parent in tree.serial:
            tree.serial[parent] = 0
        tops: list[int] = []
        for unit in growth.units:
            if isinstance(unit, int):
                tops.append(unit)
            elif isinstance(unit, Loop):
                tops.extend(unit.children)
                self._stop_loop(unit)
            else:
                self._held_by[parent].remove(unit)
                self._unregister(unit)
        gone = {tid for top in tops for tid in tree.subtree(top)}
        for loop in tree.loops:
            if loop.parent in gone:
                self._stop_loop(loop)
        for tid in gone:
            self._withdraw_task(tid)

    def _stop_loop(self, loop: Loop) -> None:
        loop.next = loop.iterate.steps
        loop.entry = 0
        if loop.resting:
            loop.resting = False
            self._resting.remove(loop)

    def _withdraw_task(self, tid: int) -> None:
        self.failures.pop(tid, None)
        if self._state[tid] == _ACTIVE:
            self.surplus.append(self.active[self.next_cid(tid)])
        self._forget_instances(tid)
        self._move(tid, _WITHDRAWN)
        for wait in self._waiters.pop(tid, ()):
            wait.target = None
            self._names.unmet.setdefault(wait.name, []).append(wait)
        self._names.forget(tid)

    # ---- postscripts --------------------------------------------------------------------------------

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
}
