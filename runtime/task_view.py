"""What one who watches a job knows of its tasks, and what he is to be told next (`runtime.messages.TasksAre`).

    a TaskView of a job --news()--> everything, in parts; then, each time, what is another since the last time

It keeps what it has told: a byte a task. What has changed is found by comparing, a piece at a time, so nothing that a
job does has to say so, and a task that goes there and back in between costs nothing. Who asks seldom gets one answer
for many changes.
"""

from __future__ import annotations

import sys
from array import array
from collections.abc import Iterable, Iterator

from runtime.job.graph import JobGraph
from runtime.job.numbering import Unit, Wait
from runtime.messages import LOOP, NAMELESS, Steps, TasksAre, Units
from runtime.queued import Attempt

MOST = 20_000
"""So many new tasks are told of at a time."""
_PIECE = 256


class TaskView:
    """Of one job, for one who watches it."""

    def __init__(self, graph: JobGraph) -> None:
        self.graph = graph
        self._states = bytearray()
        self._units: dict[int, Units] = {}
        self._shape = (0, 0)
        """Tasks and withdrawn tasks when the units were looked at."""
        self._steps = 0
        self._to_come: dict[int, int] = {}

    def news(self, attempts: Iterable[Attempt]) -> TasksAre:
        """What he does not know yet. `attempts`: those that run, of any job."""
        graph, tree = self.graph, self.graph.tree
        first = len(self._states)
        upto = min(tree.size, first + MOST)
        states = [*self._changed()]
        if upto > first:
            fresh = graph.states(first, upto)
            self._states += fresh
            states.append((first, fresh))
        more = upto < tree.size
        return TasksAre(
            jid=graph.jid,
            first=first,
            titles=tuple([tree.node(tid).title for tid in range(first, upto)]),
            parents=_packed(tree.parents[first:upto]),
            states=tuple(states),
            units=() if more else tuple(self._new_units()),
            steps=() if more else tuple(self._new_steps()),
            to_come=() if more else tuple(self._new_loops()),
            percents=tuple((one.tid, one.percent) for one in attempts if one.jid == graph.jid and one.percent >= 0),
            more=more,
        )

    def _changed(self) -> Iterator[tuple[int, bytes]]:
        """Pieces of the states that are others than those that were told."""
        told = self._states
        now = self.graph.states(0, len(told))
        if now == told:
            return
        for first in range(0, len(told), _PIECE):
            piece = now[first : first + _PIECE]
            if piece != told[first : first + _PIECE]:
                told[first : first + _PIECE] = piece
                yield first, piece

    def _new_units(self) -> Iterator[Units]:
        shape = (self.graph.tree.size, self.graph.withdrawn)
        if shape == self._shape:
            return
        self._shape = shape
        for parent, children in self.graph.tree.units.items():
            units = Units(parent, tuple([_number(unit) for unit in children]))
            if self._units.get(parent) != units:
                self._units[parent] = units
                yield units

    def _new_steps(self) -> Iterator[Steps]:
        batches = self.graph.tree.batches
        for batch in batches[self._steps :]:
            yield Steps(batch.first, -1 if batch.loop is None else batch.loop.number, batch.first_step)
        self._steps = len(batches)

    def _new_loops(self) -> Iterator[tuple[int, int]]:
        for loop in self.graph.tree.loops:
            left = loop.iterate.steps - loop.next
            if self._to_come.get(loop.number) != left:
                self._to_come[loop.number] = left
                yield loop.number, left


def _number(unit: Unit) -> int:
    """As it travels."""
    if isinstance(unit, int):
        return unit
    if isinstance(unit, Wait):
        return NAMELESS if unit.target is None else -1 - unit.target
    return LOOP + unit.number


def _packed(numbers: array[int]) -> bytes:
    if sys.byteorder == "big":
        numbers = numbers[:]
        numbers.byteswap()
    return numbers.tobytes()
