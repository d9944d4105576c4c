"""Where the nodes of a task tree stand, and which of them are in sight.

    columns by depth, a row for each node without children in sight, a task in the middle of its children

              +-- frame 1 --+-- shadow
    shot 12 --+             '-- beauty
              '-- frame 2

Rows and columns are numbers; whoever draws says how many pixels each is. Nodes of one column do not overlap and are in
order, so what is in sight is found by bisection, however many there are.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterator, Set
from typing import NamedTuple

from gui.models.task_tree import TaskTree
from runtime.messages import TaskState


class Placed(NamedTuple):
    """A node in sight. `key` is its own among all; `row` the middle of it; `top` and `bottom` are the rows of its first
    and last child, None where none is shown. `folded`: children are there, and not shown."""

    key: int
    node: int
    column: int
    row: float
    parent: int
    top: float | None
    bottom: float | None
    folded: bool


class Layout:
    """`folded`: tasks whose children are not shown; `only`: where it is not empty, tasks in these states are shown, and
    what they are below of."""

    def __init__(self, tree: TaskTree, folded: Set[int] = frozenset(), only: Collection[TaskState] = ()) -> None:
        self._tree = tree
        self._folded = folded
        kept = _kept(tree, only) if only else None
        self.nodes: list[int] = []
        self._parents = array("i")
        self._lasts = array("i")
        self._depths = array("i")
        self._place_all(kept)
        self._rows = self._set_rows()
        self._columns = self._set_columns()
        self._index: dict[int, int] = {}

    # ---- how it is done ------------------------------------------------------------------------------

    def _place_all(self, kept: set[int] | None) -> None:
        """All nodes, parents before their children."""
        nodes, parents, lasts, depths = self.nodes, self._parents, self._lasts, self._depths
        children, folded = self._tree.children, self._folded
        stack = [(0, -1, 0)] if len(self._tree) else []
        while stack:
            node, parent, depth = stack.pop()
            place = len(nodes)
            nodes.append(node)
            parents.append(parent)
            lasts.append(-1)
            depths.append(depth)
            if parent >= 0:
                lasts[parent] = place
            if node >= 0 and node not in folded:
                below = children(node)
                if kept is not None:
                    below = [child for child in below if self._tree.task_of(child) in kept]
                stack.extend([(child, place, depth + 1) for child in reversed(below)])

    def _set_rows(self) -> array[float]:
        rows = array("d", bytes(8 * len(self.nodes)))
        row, lasts = 0, self._lasts
        for place, last in enumerate(lasts):
            if last < 0:
                rows[place] = row
                row += 1
        for place in range(len(lasts) - 1, -1, -1):
            if lasts[place] >= 0:
                rows[place] = (rows[place + 1] + rows[lasts[place]]) / 2
        self.row_count = row
        return rows

    def _set_columns(self) -> list[array[int]]:
        columns: list[array[int]] = [array("i") for _ in range(max(self._depths, default=-1) + 1)]
        for place, depth in enumerate(self._depths):
            columns[depth].append(place)
        return columns

    # ---- what is asked -------------------------------------------------------------------------------

    @property
    def column_count(self) -> int:
        return len(self._columns)

    def in_sight(self, top: float, bottom: float, first: int, last: int) -> Iterator[Placed]:
        """The nodes of these columns that are in these rows, and those whose children are: lines lead to them."""
        rows = self._rows
        for places in self._columns[max(0, first) : last + 1]:
            start = bisect_left(places, top, key=self._lowest)
            end = bisect_right(places, bottom, key=self._highest)
            for at in range(start, end):
                yield self._placed(places[at], rows)

    def at(self, row: float, column: int) -> Placed | None:
        """The node at a place, no further than half a row from its middle."""
        if not 0 <= column < len(self._columns):
            return None
        places, rows = self._columns[column], self._rows
        at = bisect_left(places, row - 0.5, key=rows.__getitem__)
        if at < len(places) and abs(rows[places[at]] - row) <= 0.5:
            return self._placed(places[at], rows)
        return None

    def place_of(self, tid: int) -> Placed | None:
        """Where a task stands; None where it is not shown."""
        if not self._index:
            self._index = {node: place for place, node in enumerate(self.nodes)}
        place = self._index.get(tid)
        return None if place is None else self._placed(place, self._rows)

    def _placed(self, place: int, rows: array[float]) -> Placed:
        last, node = self._lasts[place], self.nodes[place]
        top, bottom = (None, None) if last < 0 else (rows[place + 1], rows[last])
        folded = last < 0 and node >= 0 and node in self._folded and bool(self._tree.children(node))
        return Placed(place, node, self._depths[place], rows[place], self._parents[place], top, bottom, folded)

    def _lowest(self, place: int) -> float:
        """The last row of a node and its children."""
        last = self._lasts[place]
        return self._rows[place] + 0.5 if last < 0 else self._rows[last] + 0.5

    def _highest(self, place: int) -> float:
        return self._rows[place] - 0.5 if self._lasts[place] < 0 else self._rows[place + 1] - 0.5


def _kept(tree: TaskTree, only: Collection[TaskState]) -> set[int]:
    """The tasks in these states, and all above them."""
    kept = {0}
    for tid in range(len(tree)):
        if tree.state(tid) in only:
            while tid >= 0 and tid not in kept:
                kept.add(tid)
                tid = tree.parents[tid]
    return kept
