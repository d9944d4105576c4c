"""Doing things again, or not at all: skips, restarts, -resumewhile, and growth that is replaced.

    skip       a task and all that is unfinished below it: only cleanups are left to run
    restart    a task, all below it, and whatever has used it: back to the beginning, with all counts taken anew
    loop       a -resumewhile test holds: the command, or its -resumeblock as a unit, once more
    withdraw   a command that printed tasks runs again: those tasks are no part of the job any more

An attempt that runs meanwhile is never of use afterwards: it goes into `surplus`, and its task waits for its end.
"""

from __future__ import annotations

from runtime.job.model import Job
from runtime.job.numbering import Growth, Loop, Reader, Wait, is_set
from runtime.job.progress import (
    ACTIVE,
    AGAIN,
    DONE,
    IS_FINISHED,
    LOOP,
    OPEN,
    SKIP,
    SKIPPED,
    WAITING,
    WITHDRAWN,
    Progress,
)
from runtime.job.step_order import StepOrder


class Again(Progress):
    """Progress that can be taken back."""

    def __init__(self, job: Job, reader: Reader, order: StepOrder = StepOrder.IN_ORDER) -> None:
        self._retries: dict[int, int] = {}
        self._loops: dict[int, int] = {}
        super().__init__(job, reader, order)

    # ---- skip and restart ----------------------------------------------------------------------------

    def _skip(self, top: int) -> None:
        """A task and all that is unfinished below it count as done; cleanups run, children's before parents'."""
        tree = self.tree
        below = [tid for tid in tree.subtree(top) if not IS_FINISHED[self._state[tid]]]
        inside = set(below)
        for loop in tree.loops:
            if loop.parent in inside and loop.next < loop.iterate.steps:
                self._end_loop(loop)
        self._resting = [loop for loop in self._resting if loop.resting]
        for tid in below:
            self.failures.pop(tid, None)
            self._flags[tid] |= SKIP | OPEN
            if self._state[tid] == ACTIVE and not self.in_cleanup(tid):
                self.surplus.append(self.active[self.next_cid(tid)])
            self._forget_instances(tid)
        for tid in reversed(below):
            if self._state[tid] not in (ACTIVE, DONE, SKIPPED):
                self._go_on(tid)

    def _end_loop(self, loop: Loop) -> None:
        """The steps that were not read yet are skipped with what they are in."""
        loop.cut = loop.next
        loop.next = loop.iterate.steps
        loop.entry = 0
        loop.resting = False
        if loop.complete:
            self._pending[loop.parent] -= 1

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
        order = sorted(tid for tid in chosen if self._state[tid] != WITHDRAWN)
        for tid in order:
            self._reset_task(tid)
        for tid in order:
            self._recount(tid)
        for tid in order:
            parent = tree.parents[tid]
            if parent < 0 or (parent not in chosen and self._flags[parent] & OPEN):
                self._open(tid)

    def _reset_task(self, tid: int) -> None:
        self.failures.pop(tid, None)
        for cid in self._begun(tid):
            self._retries.pop(cid, None)
        running = self._state[tid] == ACTIVE
        if running and not self._flags[tid] & AGAIN:
            self.surplus.append(self.active[self.next_cid(tid)])
        self._flags[tid] = AGAIN if running else 0
        self._cursor[tid] = 0
        if tid in self.tree.serial:
            self.tree.serial[tid] = 0
        if not running:
            self._move(tid, WAITING)

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
            unfinished = not IS_FINISHED[self._state[child]]
            loop.unfinished += unfinished
            self.tree.batch_of(child).unfinished += unfinished

    # ---- -resumewhile --------------------------------------------------------------------------------

    def _once_more(self, tid: int, cid: int) -> None:
        block = self._block_of(tid)
        if block is None:
            self._loops[cid] = self._loops.get(cid, 0) + 1
            self._make_ready(tid)
        else:
            self._flags[block] |= LOOP
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
        self._flags[block] &= ~LOOP
        self._move(block, WAITING)
        tree = self.tree
        below = tree.subtree(block)
        for tid in below:
            first = tree.first_cid[tid]
            for cid in range(first, first + len(tree.node(tid).cmds)):
                self._loops[cid] = self._loops.get(cid, 0) + 1
        self._reset(set(below))

    # ---- growth --------------------------------------------------------------------------------------

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
        if self._state[tid] == ACTIVE:
            self.surplus.append(self.active[self.next_cid(tid)])
        self._forget_instances(tid)
        self._move(tid, WITHDRAWN)
        for wait in self._waiters.pop(tid, ()):
            wait.target = None
            self._names.unmet.setdefault(wait.name, []).append(wait)
        self._names.forget(tid)
