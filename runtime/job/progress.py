"""What waits for what in a job, counted: the lower half of `runtime.job.graph`.

    _pending[t]   how many of a task's children, Instances and Iterates are unfinished; at 0 it goes on by itself
    _bad[t]       how many of those are in error or held; above 0 a waiting task is held
    _cursor[t]    where the task stands: it counts through its commands and then its cleanup
    _flags[t]     OPEN   its surroundings have come to it: it may start when nothing is pending
                  SKIP   it counts as done: only its cleanup is left to run
                  AGAIN  the attempt that runs is of no use: start at the beginning when it has ended
                  LOOP   a -resumewhile test below its -resumeblock held: once more, before its cleanup

Nothing is searched for: an event changes counts, and tasks whose counts come to 0 go on. Ready tasks stand in a heap in
document order; what was ready from the beginning is one entry of it, and so is an Iterate with steps to come.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from array import array
from collections.abc import Iterable, Iterator
from heapq import heappop, heappush, heapreplace

from runtime.facts import AttemptId
from runtime.job.model import Cmd, Job
from runtime.job.numbering import UNREADABLE, Batch, Growth, Loop, Numbering, Place, Reader, Unit, Wait
from runtime.job.states import BAD, FINISHED, MOVES, IllegalMove, State
from runtime.job.step_order import StepOrder
from runtime.job.waiting import Names

STEPS_AT_ONCE = 64
"""How many steps of an Iterate are read at a time."""
STEPS_AHEAD = 4096
"""An Iterate with that many unfinished tasks rests, unless nothing else can run."""

# Plain numbers: they are compared often.
WAITING, READY, ACTIVE, ERROR, HELD, DONE, SKIPPED, WITHDRAWN = map(int, State)
STATES = tuple(State)
IS_FINISHED = bytes(state in FINISHED for state in State)
IS_BAD = bytes(state in BAD for state in State)
LEGAL = tuple(bytes(new in MOVES[old] for new in State) for old in State)

OPEN, SKIP, AGAIN, LOOP = 1, 2, 4, 8


class Failure:
    """Why a task is in error: the command (0 for none), its last attempt, its status and why in words."""

    __slots__ = ("attempt", "cid", "reason", "status", "time")

    def __init__(self, cid: int, attempt: AttemptId, status: int, reason: str, time: float) -> None:
        self.cid = cid
        self.attempt = attempt
        self.status = status
        self.reason = reason
        self.time = time


class Progress(ABC):
    """The tasks of one job, what they wait for, and which are ready.

    `active` has the attempt of every command that runs; `surplus` attempts whose end nobody needs: whoever applies
    facts takes them out and has them swept. `failures` are the tasks in error.
    """

    def __init__(self, job: Job, reader: Reader, order: StepOrder = StepOrder.IN_ORDER) -> None:
        self.tree = Numbering(job, reader, order)
        size = self.tree.size
        self._state = bytearray(size)
        self._flags = bytearray(size)
        self._cursor = array("i", bytes(4 * size))
        self._pending = array("i", bytes(4 * size))
        self._bad: dict[int, int] = {}
        self._tainted: dict[int, list[int]] = {}
        self._tally = [0] * len(State)
        self._tally[WAITING] = size
        self._runs = bytearray(self.tree.next_cid)
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
        self.deleting = False
        self.ready_at: dict[int, float] = {}
        """Since when a task's command could run, where that was not from the beginning; until the task is over."""
        self._now = 0.0
        self._begin()

    @abstractmethod
    def _pass_over(self, block: int) -> None:
        """A -resumeblock has run once and is wanted once more."""

    @abstractmethod
    def _drop_growth(self, cid: int) -> None:
        """A command is to run again: what it printed before is no part of the job any more."""

    # ---- what is ready -------------------------------------------------------------------------------

    def state(self, tid: int) -> State:
        return STATES[self._state[tid]]

    def states(self, first: int, upto: int) -> bytes:
        """The states of the tasks from one number to before another, as the numbers of State."""
        return bytes(self._state[first:upto])

    @property
    def withdrawn(self) -> int:
        """How many tasks are no part of the job any more."""
        return self._tally[WITHDRAWN]

    def in_cleanup(self, tid: int) -> bool:
        return self._cursor[tid] >= len(self.tree.node(tid).cmds)

    def next_cid(self, tid: int) -> int:
        """The command at which a task stands."""
        return self.tree.first_cid_of(tid) + self._cursor[tid]

    def cmd(self, cid: int) -> Cmd:
        return self.tree.cmd(cid)

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
            if self._state[tid] == READY:
                return tid
        return None

    def wanted_steps(self) -> tuple[int, int] | None:
        """The Iterate whose steps come next and how far to read: a StepsExpanded to record. None when none does."""
        if not self._heap and self._resting and not self.active and not self._tally[READY]:
            self._push_loop(self._resting.pop(0), hurried=True)
        if not self._heap or self._heap[0][2] >= 0:
            return None
        loop = self.tree.loops[-1 - self._heap[0][2]]
        return loop.number, loop.next + len(loop.steps_from(loop.next + STEPS_AT_ONCE))

    @property
    def next_place(self) -> Place | None:
        """Whose turn it is: where `take` or `wanted_steps` would go on; None when there is nothing ready."""
        if self._heap:
            return self._heap[0][0]
        return () if self._resting and not self.active and not self._tally[READY] else None

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
        self.ready_at[tid] = self._now
        heappush(self._heap, (self.tree.turn(tid), self._pushed, tid, None))

    def _push_loop(self, loop: Loop, hurried: bool = False) -> None:
        """The next steps of an Iterate are wanted; `hurried`: however many of its tasks are unfinished."""
        loop.resting = False
        loop.hurried = hurried
        self._pushed += 1
        loop.entry = self._pushed
        heappush(self._heap, ((*loop.turn, self.tree.size), self._pushed, -1 - loop.number, None))

    def _steps_can_come(self) -> bool:
        return any(loop.entry or loop.resting for loop in self.tree.loops)

    # ---- waiting -------------------------------------------------------------------------------------

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
        if target is not None and not IS_FINISHED[self._state[target]]:
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
        self._tally[WAITING] += fresh
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
        if IS_FINISHED[self._state[tid]]:
            return
        self._pending[tid] += sum(not self._is_over(unit) for unit in units)
        if self._state[tid] == READY and self._pending[tid]:
            self._move(tid, WAITING)

    def _is_over(self, unit: Unit) -> bool:
        if isinstance(unit, int):
            return bool(IS_FINISHED[self._state[unit]])
        if isinstance(unit, Wait):
            return unit.target is not None and bool(IS_FINISHED[self._state[unit.target]])
        return unit.complete

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

    # ---- opening -------------------------------------------------------------------------------------

    def _open(self, top: int, first: bool = False) -> None:
        """Its surroundings have come to a task: it and what is below it may start when their prerequisites are done."""
        tree = self.tree
        ends, serial, units = tree.ends, tree.serial, tree.units
        flags, state, pending = self._flags, self._state, self._pending
        run = array("i")
        tid, end = top, ends[top]
        while tid < end:
            flags[tid] |= OPEN
            if not pending[tid]:
                if state[tid] == WAITING:
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
        if (node.cmds or node.cleanup) and not self._flags[tid] & SKIP:
            self._state[tid] = READY
            self._tally[WAITING] -= 1
            self._tally[READY] += 1
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
            if not self._flags[unit] & OPEN:
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
            while child < ends[tid] and IS_FINISHED[self._state[child]]:
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
        while loop.at < len(children) and IS_FINISHED[self._state[children[loop.at]]]:
            loop.at += 1
        if loop.at < len(children):
            self._open_unit(children[loop.at])
        elif loop.next < loop.iterate.steps and not loop.entry:
            self._push_loop(loop)

    # ---- moving --------------------------------------------------------------------------------------

    def _move(self, tid: int, new: int) -> None:
        old = self._state[tid]
        if new == WAITING and self._bad.get(tid):
            new = HELD
        if old == new:
            return
        if not LEGAL[old][new]:
            raise IllegalMove(tid, STATES[old], STATES[new])
        self._state[tid] = new
        self._tally[old] -= 1
        self._tally[new] += 1
        if IS_BAD[old] != IS_BAD[new]:
            self._sour(self._taint(tid, bool(IS_BAD[new])))

    def _taint(self, tid: int, bad: bool) -> list[tuple[int, int]]:
        """A task has become bad, or good again: who is to hear of it. The same hear both, whoever came meanwhile."""
        if bad:
            self._tainted[tid] = list(self._dependents(tid))
            return [(other, 1) for other in self._tainted[tid]]
        return [(other, -1) for other in self._tainted.pop(tid)]

    def _taint_holder(self, wait: Wait, change: int) -> None:
        """An Instance of a bad task comes (1) or goes (-1)."""
        if wait.target is None or not IS_BAD[self._state[wait.target]]:
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
            if after and old == WAITING:
                new = HELD
            elif not after and old == HELD:
                new = WAITING
            else:
                continue
            state[tid] = new
            self._tally[old] -= 1
            self._tally[new] += 1
            work.extend(self._taint(tid, new == HELD))

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
        if self._pending[tid] or not self._flags[tid] & OPEN:
            self._move(tid, WAITING)
        else:
            self._move(tid, READY)
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
        if IS_FINISHED[self._state[tid]]:
            return
        flags = self._flags[tid]
        if self._pending[tid] or not flags & OPEN:
            self._move(tid, WAITING)
            return
        node = self.tree.node(tid)
        cmds = len(node.cmds)
        if flags & SKIP:
            self._cursor[tid] = max(self._cursor[tid], cmds)
        elif flags & LOOP and self._cursor[tid] >= cmds:
            self._pass_over(tid)
            return
        if self._cursor[tid] < cmds + len(node.cleanup):
            self._make_ready(tid)
        elif UNREADABLE in node.options and not flags & SKIP:
            self._move(tid, READY)
            self._fail(tid, 0, 0, 0, node.options[UNREADABLE])
        else:
            self._finish(tid)

    def _finish(self, tid: int) -> None:
        self.ready_at.pop(tid, None)
        self._move(tid, SKIPPED if self._flags[tid] & SKIP else DONE)
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
        if tid in self.tree.serial and self._flags[tid] & OPEN and self._pending[tid]:
            self._serial_turn(tid)
        if not self._pending[tid] and self._state[tid] in (WAITING, HELD):
            self._go_on(tid)

    def _command_over(self, tid: int) -> None:
        self._cursor[tid] += 1
        self._go_on(tid)

    def _fail(self, tid: int, cid: int, attempt: AttemptId, status: int, reason: str) -> None:
        if self.deleting:
            self._command_over(tid)
            return
        self.failures[tid] = Failure(cid, attempt, status, reason, self._now)
        self._move(tid, ERROR)
