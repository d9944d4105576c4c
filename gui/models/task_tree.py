"""The tasks of a job as a window knows them: titles, states, who is below whom; told by `runtime.messages.TasksAre`.

Task 0 is the job. A *node* is what stands in the tree: a task, by its number, or an Instance, by minus one minus the
number of the task that it names: the same task, shown where it is waited for, too.

Tasks are numbered in document order, so those below a task are a piece of the states, and what goes on there is counted
when somebody looks: nothing has to be added up when thousands of them change. Tasks that appeared later stand in blocks
of their own.
"""

from __future__ import annotations

import re
import sys
from array import array
from collections.abc import Iterator, Sequence

from daemons.wording import printable
from runtime.messages import LOOP, NAMELESS, Steps, TasksAre, TaskState

STATES = tuple(TaskState)
_LONGEST = 2_000
"""Of a title that is shown, in characters."""
WITHDRAWN = len(STATES)
"""The state of a task that is no part of the job any more."""
WAITING, READY, ACTIVE, ERROR, HELD, DONE, SKIPPED = range(len(STATES))


class _Block:
    """Tasks that follow each other by their numbers, and stand below one that is elsewhere."""

    __slots__ = ("end", "first", "parent")

    def __init__(self, first: int, parent: int) -> None:
        self.first = first
        self.end = first + 1
        self.parent = parent


class TaskTree:
    """`version` rises with every change, `shape` with those that move nodes."""

    def __init__(self) -> None:
        self.version = 0
        self.shape = 0
        self._forget()

    def _forget(self) -> None:
        self.titles: list[str] = []
        self.parents = array("i")
        self.states = bytearray()
        self.percents: dict[int, int] = {}
        self._children: dict[int, list[int]] = {}
        self._units: dict[int, tuple[int, ...]] = {}
        self._steps: list[Steps] = []
        self._to_come: dict[int, int] = {}
        self._ends = array("i")
        """Those below a task are the numbers up to here, and those of the blocks whose parents are among them."""
        self._blocks: list[_Block] = []
        self._ordered: dict[int, list[int]] = {}

    def __len__(self) -> int:
        return len(self.titles)

    # ---- what is heard -------------------------------------------------------------------------------

    def hear(self, news: TasksAre) -> None:
        """What the dispatcher says."""
        if not news.first and news.titles:
            self._forget()
        percents = dict(news.percents)
        if news.titles:
            self._add(news)
        for first, piece in news.states:
            self._set(first, piece)
        if news.titles or news.units or news.steps:
            self._units.update((units.parent, units.children) for units in news.units)
            self._steps += news.steps
            self._ordered.clear()
            self.shape += 1
        self._to_come.update(news.to_come)
        if news.titles or news.states or percents != self.percents or news.to_come:
            self.percents = percents
            self.version += 1

    def _add(self, news: TasksAre) -> None:
        parents = array("i")
        parents.frombytes(news.parents)
        if sys.byteorder == "big":
            parents.byteswap()
        self.titles += news.titles
        self.parents += parents
        self.states += bytes(len(parents))
        children, ends, above = self._children, self._ends, self.parents
        for tid, parent in enumerate(parents, news.first):
            ends.append(tid + 1)
            if parent >= 0:
                children.setdefault(parent, []).append(tid)
            while parent >= 0 and ends[parent] == tid:
                ends[parent] = tid + 1
                parent = above[parent]
            if parent >= 0:
                self._add_late(tid, parent)

    def _add_late(self, tid: int, parent: int) -> None:
        """A task stands below this one, and elsewhere by its number."""
        last = self._blocks[-1] if self._blocks else None
        if last is not None and last.parent == parent and last.end == tid:
            last.end = tid + 1
        else:
            self._blocks.append(_Block(tid, parent))

    def _set(self, first: int, piece: bytes) -> None:
        end = first + len(piece)
        gone = self.states.count(WITHDRAWN, first, end)
        self.states[first:end] = piece
        if piece.count(WITHDRAWN) != gone:
            self._ordered.clear()
            self.shape += 1

    # ---- what there is -------------------------------------------------------------------------------

    def task_of(self, node: int) -> int:
        """The task that a node shows; -1 for an Instance of nothing yet."""
        if node >= 0:
            return node
        return -1 if node == NAMELESS else -1 - node

    def title(self, node: int) -> str:
        """In one line, without what no line can show."""
        tid = self.task_of(node)
        if not 0 <= tid < len(self.titles):
            return "(not there yet)"
        return printable(self.titles[tid][:_LONGEST]) or (f"task {tid}" if tid else "job")

    def children(self, tid: int) -> Sequence[int]:
        """The nodes below a task, in document order."""
        found = self._ordered.get(tid)
        if found is None:
            found = self._ordered[tid] = self._in_order(tid)
        return found

    def _in_order(self, tid: int) -> list[int]:
        plain = self._children.get(tid, [])
        units = self._units.get(tid)
        if units is not None:
            plain = [node for unit in units for node in (self._of_loop(unit - LOOP) if unit >= LOOP else (unit,))]
        return [node for node in plain if node < 0 or self.states[node] != WITHDRAWN]

    def _of_loop(self, loop: int) -> Iterator[int]:
        """The tasks of an Iterate's steps, in the order of the steps."""
        runs = []
        for place, steps in enumerate(self._steps):
            if steps.loop == loop:
                end = self._steps[place + 1].first if place + 1 < len(self._steps) else len(self.titles)
                runs.append((steps.step, steps.first, end))
        for _, first, end in sorted(runs):
            top = self.parents[first] if first < end else -1
            yield from (tid for tid in range(first, end) if self.parents[tid] == top)

    def to_come(self, tid: int) -> int:
        """How many steps of Iterates below a task are no tasks yet."""
        loops = (unit - LOOP for unit in self._units.get(tid, ()) if unit >= LOOP)
        return sum(self._to_come.get(loop, 0) for loop in loops)

    def state(self, tid: int) -> TaskState:
        """A task's own state."""
        return STATES[min(self.states[tid], SKIPPED)]

    def shown_state(self, node: int) -> TaskState:
        """The state that a node shows: that of what goes on below, where the task itself waits for it."""
        tid = self.task_of(node)
        if not 0 <= tid < len(self.states):
            return TaskState.WAITING
        own = self.states[tid]
        if own in (WAITING, HELD) and self.count_below(tid, ACTIVE):
            return TaskState.ACTIVE
        return STATES[min(own, SKIPPED)]

    def part_done(self, node: int) -> float | None:
        """How far something active is, 0 to 1; None where nobody knows."""
        tid = self.task_of(node)
        if not 0 <= tid < len(self.states):
            return None
        if self.states[tid] == ACTIVE and tid in self.percents:
            return self.percents[tid] / 100
        if not self.count_below(tid, ACTIVE):
            return None
        over = self.count_below(tid, DONE) + self.count_below(tid, SKIPPED)
        below = sum(end - first for first, end in self._pieces(tid))
        return over / (below - self.count_below(tid, WITHDRAWN))

    def count_below(self, tid: int, state: int) -> int:
        """How many of the tasks below one are in this state."""
        return sum(self.states.count(state, first, end) for first, end in self._pieces(tid))

    def _pieces(self, tid: int) -> list[tuple[int, int]]:
        """The numbers of the tasks below one."""
        pieces = [(tid + 1, self._ends[tid])]
        for block in self._blocks:
            if block.parent == tid or any(first <= block.parent < end for first, end in pieces):
                pieces.append((block.first, block.end))
        return pieces

    def has_errors(self, tid: int) -> bool:
        """Whether a task, or something below it, is in error."""
        return self.states[tid] == ERROR or bool(self.count_below(tid, ERROR))

    def above(self, tid: int) -> Iterator[int]:
        """The tasks above a task, the nearest first."""
        tid = self.parents[tid]
        while tid >= 0:
            yield tid
            tid = self.parents[tid]

    # ---- looking for something -----------------------------------------------------------------------

    def found(self, text: str) -> list[int]:
        """The tasks whose title has this in it, whatever the case; "*" stands for anything. In the order of numbers."""
        if not text.strip():
            return []
        wanted = re.compile(".*".join(re.escape(part) for part in text.strip().split("*")), re.IGNORECASE)
        return [tid for tid, title in enumerate(self.titles) if wanted.search(title) and self.states[tid] != WITHDRAWN]

    def next_error(self, after: int) -> int | None:
        """The next task in error after this one, around the end; None where there is none."""
        found = self.states.find(ERROR, after + 1)
        if found < 0:
            found = self.states.find(ERROR, 0, after + 1)
        return None if found < 0 else found
