"""Which task an Instance means, and which check-out a -refersto, over one tree (reference section 10).

    Instance    by title, then by id; never an ancestor; the nearest above in document order, else the first below
    -refersto   the nearest enclosing id, else the nearest above, else the first below; quotes around it do not count

Tasks are numbered in document order, a task before its subtasks, so that

    a is an ancestor of b (or b itself)     a <= b < ends[a]
    what stands above a place               the numbers below the one that the next task there would get

An Iterate that is not expanded stands where it is with the titles that its steps can have (`runtime.job.outline`).
Looking up a name is a bisection: 100,000 Instances among a million tasks take a second or two.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator

from runtime.job.model import Instance, Iterate, Node, Task


class Wait:
    """An Instance where it stands: in the task `holder` (-1: the job), before the task with number `at`."""

    __slots__ = ("at", "holder", "instance")

    def __init__(self, instance: Instance, holder: int, at: int) -> None:
        self.instance = instance
        self.holder = holder
        self.at = at


class Index:
    """The tasks of a tree by number, title and id.

    `iterates` are its Iterates, each with the task that holds it (-1: the job) and the number that the next task there
    has.
    """

    def __init__(self, nodes: tuple[Node, ...]) -> None:
        self.tasks: list[Task] = []
        self.parents = array("i")
        self.ends = array("i")
        self.waits: list[Wait] = []
        self.iterates: list[tuple[Iterate, int, int]] = []
        self._places = array("i")
        self._objects: dict[int, int] | None = None
        self._titles: dict[str, list[int]] = {}
        self._ids: dict[str, list[int]] = {}
        self._walk(nodes, -1)

    def bind(self, wait: Wait) -> int | None:
        """The number of the task that an Instance means, None when the tree has none of that name."""
        if wait.instance.of is not None:
            return self._by_object().get(id(wait.instance.of))
        for table in (self._titles, self._ids):
            found = self._nearest(table.get(wait.instance.name, ()), wait.at, wait.holder)
            if found is not None:
                return found
        return None

    def _by_object(self) -> dict[int, int]:
        if self._objects is None:
            self._objects = {id(task): number for number, task in enumerate(self.tasks)}
        return self._objects

    def path(self, number: int) -> tuple[int, ...]:
        """The indexes that lead to a task from the top."""
        path: list[int] = []
        while number >= 0:
            path.append(self._places[number])
            number = self.parents[number]
        return tuple(reversed(path))

    def is_above(self, ancestor: int, number: int) -> bool:
        """Whether a task is an ancestor of another, or that task itself."""
        return ancestor <= number < self.ends[ancestor]

    def _nearest(self, numbers: list[int] | tuple[int, ...], at: int, holder: int) -> int | None:
        place = bisect_left(numbers, at)
        for above in range(place - 1, -1, -1):
            if holder < 0 or not self.is_above(numbers[above], holder):
                return numbers[above]
        return numbers[place] if place < len(numbers) else None

    def _walk(self, nodes: tuple[Node, ...], top: int) -> None:
        """Number the tasks; a stack of iterators, because a tree may be deeper than Python's."""
        stack: list[tuple[int, Iterator[tuple[int, Node]]]] = [(top, iter(enumerate(nodes)))]
        tasks, parents, ends = self.tasks, self.parents, self.ends
        while stack:
            parent, rest = stack[-1]
            for place, node in rest:
                number = len(tasks)
                if isinstance(node, Task):
                    tasks.append(node)
                    parents.append(parent)
                    ends.append(number + 1)
                    self._places.append(place)
                    self._name(node, number)
                    if node.subtasks:
                        stack.append((number, iter(enumerate(node.subtasks))))
                        break
                elif isinstance(node, Instance):
                    self.waits.append(Wait(node, parent, number))
                else:
                    self.iterates.append((node, parent, number))
            else:
                stack.pop()
                if parent >= 0:
                    ends[parent] = len(tasks)

    def _name(self, task: Task, number: int) -> None:
        self._titles.setdefault(task.title, []).append(number)
        named = task.options.get("id")
        if named:
            self._ids.setdefault(named.strip(), []).append(number)
