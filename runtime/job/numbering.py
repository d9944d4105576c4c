"""The tasks and commands of a job by number: a tree in flat arrays that grows while the job runs.

Numbers are given in document order, a task before its subtasks; task 0 is the job itself. A task's commands and then
its cleanup have consecutive numbers too. So

    a task's subtree is   tid ... ends[tid] - 1       (without what appeared later)
    command number cid    is of the last task whose first_cid is not above it

What appears later, the steps of an Iterate and what commands print, gets the next numbers, in batches. Where a batch
belongs in the document is its `place`, a tuple of numbers; `place + (tid,)` sorts tasks in document order whatever
their numbers are:

    task 4, task 5, an Iterate, task 6        (4,)  (5,)  (5, 1, 7) (5, 1, 8) ...  (6,)

Whose turn it is, is sorted in the same way, by `turn`. The two differ only in an Iterate whose first, last and middle
steps come before the others (runtime.job.step_order): those are numbered first, and their place has the step in it.

This module knows the tree and nothing of states: those are `runtime.job.graph`.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import Protocol

from runtime.job.model import Cmd, Instance, Iterate, Job, Node, Scope, Task
from runtime.job.step_order import StepOrder, previews, run_at

Place = tuple[int, ...]

UNREADABLE = "cannot be read"
"""Not an option of any script: on the task that stands for a step that cannot be read, why not."""


class Unreadable(Exception):
    """A step of an Iterate or a printed script cannot be read; its words are for the user."""


class Reader(Protocol):
    """What reads more of a job while it runs (`runtime.job.script`); the same text always gives the same nodes."""

    def expand_step(self, iterate: Iterate, step: int) -> tuple[Node, ...]:
        """The nodes of one step of an Iterate. Raises Unreadable."""

    def read_growth(self, text: str, scope: Scope | None, now: float) -> tuple[Node, ...]:
        """The tasks that a command printed. Raises Unreadable."""


class Wait:
    """An Instance where it stands: its holder's commands wait for the task that it names."""

    __slots__ = ("holder", "name", "place", "target")

    def __init__(self, holder: int, name: str, place: Place) -> None:
        self.holder = holder
        self.name = name
        self.place = place
        self.target: int | None = None


class Loop:
    """An Iterate where it stands. Of its steps, in their order, those before `next` have tasks; `unfinished` counts
    tasks that are not finished. `early` are the steps that come before all others.

    The rest is for `runtime.job.graph`: whether its surroundings have come to it (`open`), its `entry` among what is
    ready (0: none), the child whose turn it is in a series (`at`), the step at which a skip ended it (`cut`), and
    whether it rests because enough of its tasks are unfinished, or is `hurried` in spite of that.
    """

    __slots__ = (
        "at",
        "children",
        "cut",
        "early",
        "entry",
        "hurried",
        "iterate",
        "next",
        "number",
        "open",
        "parent",
        "place",
        "resting",
        "turn",
        "unfinished",
    )

    def __init__(
        self, number: int, iterate: Iterate, parent: int, place: Place, turn: Place, early: tuple[int, ...]
    ) -> None:
        self.number = number
        self.iterate = iterate
        self.parent = parent
        self.place = place
        self.turn = turn
        self.early = early
        self.next = 0
        self.children = array("i")
        self.unfinished = 0
        self.at = 0
        self.cut: int | None = None
        self.entry = 0
        self.hurried = False
        self.open = False
        self.resting = False

    @property
    def complete(self) -> bool:
        return self.next >= self.iterate.steps and not self.unfinished

    def steps_from(self, upto: int) -> range:
        """The steps that come next, before `upto` in their order, as far as they follow each other in the document."""
        return run_at(self.early, self.next, min(upto, self.iterate.steps))


class Growth:
    """What a command printed: the units that it added to its task."""

    __slots__ = ("cid", "parent", "units")

    def __init__(self, parent: int, cid: int) -> None:
        self.parent = parent
        self.cid = cid
        self.units: list[Unit] = []


Unit = int | Wait | Loop
"""A child of a task in document order: a task's number, an Instance, an Iterate."""


class Batch:
    """Tasks that appeared together: steps `first_step` ... of a loop, or a growth. Of a loop's children they are those
    from `first_child` on."""

    __slots__ = ("first", "first_child", "first_step", "loop", "parent", "place", "turn", "unfinished", "upto_step")

    def __init__(self, first: int, parent: int, place: Place, turn: Place, loop: Loop | None, steps: range) -> None:
        self.first = first
        self.first_child = 0 if loop is None else len(loop.children)
        self.parent = parent
        self.place = place
        self.turn = turn
        self.loop = loop
        self.first_step = steps.start
        self.upto_step = steps.stop
        self.unfinished = 0


class Numbering:
    """The tree of one job by number. `size` counts its tasks, the job itself (task 0) included. `order`: of the steps
    of its Iterates."""

    def __init__(self, job: Job, reader: Reader, order: StepOrder = StepOrder.IN_ORDER) -> None:
        self._reader = reader
        self._order = order
        self.nodes: list[Task | None] = []
        self.parents = array("i")
        self.ends = array("i")
        self.first_cid = array("i")
        self.next_cid = 1
        self.units: dict[int, list[Unit]] = {}
        """Children of the tasks that have others than plain tasks, or that grew."""
        self.loops: list[Loop] = []
        self.waits: list[Wait] = []
        """Instances in order of appearance."""
        self.serial: dict[int, int] = {}
        """Tasks with -serialsubtasks, with the position of the child whose turn it is."""
        self.batches: list[Batch] = []
        self._batch_firsts = array("i")
        self._places = 0
        self._place: Place = ()
        self._turn: Place = ()
        root = Task(job.title, job.options, job.tasks, cleanup=job.cleanup, line=job.line)
        self._number(root, -1)
        self._appendix_first = self.next_cid
        self._appendix = (*job.cleanup, *job.postscript)
        self.postscript_first = self.next_cid + len(job.cleanup)
        self.next_cid += len(self._appendix)
        self.first_cid[0] = 0
        self.appendix_end = self.next_cid

    @property
    def size(self) -> int:
        return len(self.nodes)

    # Reading the tree

    def node(self, tid: int) -> Task:
        """The task with this number; one that was let go (`release`) is read again."""
        node = self.nodes[tid]
        if node is None:
            self._reload(self.batch_of(tid))
            node = self.nodes[tid]
            assert node is not None
        return node

    def first_cid_of(self, tid: int) -> int:
        return self.first_cid[tid] if tid else self._appendix_first

    def cids_of(self, tid: int) -> range:
        """The commands of a task, its cleanup included."""
        node, first = self.node(tid), self.first_cid_of(tid)
        return range(first, first + len(node.cmds) + len(node.cleanup))

    def tid_of(self, cid: int) -> int:
        """The task of a command; 0 for the job's own cleanup and postscripts. Raises KeyError for an unknown one."""
        if self._appendix_first <= cid < self.appendix_end:
            return 0
        if not 0 < cid < self.next_cid:
            raise KeyError(cid)
        return bisect_right(self.first_cid, cid) - 1

    def cmd(self, cid: int) -> Cmd:
        """Raises KeyError for an unknown one."""
        tid = self.tid_of(cid)
        if not tid:
            return self._appendix[cid - self._appendix_first]
        node = self.node(tid)
        at = cid - self.first_cid[tid]
        return node.cmds[at] if at < len(node.cmds) else node.cleanup[at - len(node.cmds)]

    def children(self, tid: int) -> list[Unit]:
        """A task's children in document order."""
        listed = self.units.get(tid)
        return listed if listed is not None else list(self._plain_children(tid))

    def child_tasks(self, tid: int) -> Iterator[int]:
        """The tasks among a task's children, steps that were read so far included, in document order."""
        for unit in self.children(tid):
            if isinstance(unit, int):
                yield unit
            elif isinstance(unit, Loop):
                yield from self.steps_of(unit)

    def steps_of(self, loop: Loop) -> Iterable[int]:
        """The tasks of a loop's steps that were read so far, in document order."""
        if not loop.early:
            return loop.children
        batches = list(self.batches_of(loop))
        ends = [*(batch.first_child for batch in batches[1:]), len(loop.children)]
        pieces = sorted(zip(batches, ends, strict=True), key=lambda piece: piece[0].first_step)
        return [tid for batch, end in pieces for tid in loop.children[batch.first_child : end]]

    def subtree(self, top: int) -> list[int]:
        """A task and everything below it, parents first, withdrawn growth left out."""
        if not self.batches and not self.units:
            return list(range(top, self.ends[top]))
        found = [top]
        for tid in found:
            found.extend(self.child_tasks(tid))
        return found

    def above(self, tid: int) -> tuple[int, ...]:
        """The tasks that a task is part of, the outermost first, without the job itself."""
        found = []
        while (tid := self.parents[tid]) > 0:
            found.append(tid)
        return tuple(reversed(found))

    def place(self, tid: int) -> Place:
        """Sorts tasks in document order."""
        if not self.batches or tid < self.batches[0].first:
            return (tid,)
        return (*self.batch_of(tid).place, tid)

    def turn(self, tid: int) -> Place:
        """Sorts tasks in the order in which they begin."""
        if not self.batches or tid < self.batches[0].first:
            return (tid,)
        return (*self.batch_of(tid).turn, tid)

    def batch_of(self, tid: int) -> Batch:
        return self.batches[bisect_right(self._batch_firsts, tid) - 1]

    def batches_of(self, loop: Loop) -> Iterator[Batch]:
        return (batch for batch in self.batches if batch.loop is loop)

    def is_late(self, tid: int) -> bool:
        """Whether a task appeared while the job ran."""
        return bool(self.batches) and tid >= self.batches[0].first

    # Growing it

    def expand(self, loop: Loop, upto: int) -> Batch:
        """Number the tasks of a loop's next steps; one that cannot be read is a task with the option UNREADABLE."""
        steps = loop.steps_from(upto)
        nodes = [node for step in steps for node in self._step(loop, step)]
        place = (*loop.place, steps.start) if loop.early else loop.place
        batch = self._begin_batch(loop.parent, place, loop.turn, loop, steps)
        for unit in self._number_late(nodes, loop.parent):
            if isinstance(unit, int):
                loop.children.append(unit)
                batch.unfinished += 1
        loop.next += len(steps)
        return batch

    def grow(self, tid: int, cid: int, nodes: tuple[Node, ...]) -> tuple[Batch, Growth]:
        """Number what a command printed as further children of its task."""
        units = self.units.setdefault(tid, list(self._plain_children(tid)))
        if tid in self.serial or is_set(self.node(tid), "serialsubtasks"):
            self.serial[tid] = 0
        last, number = self.ends[tid] - 1, self._next_place()
        place, turn = (*self.place(last), number), (*self.turn(last), number)
        batch = self._begin_batch(tid, place, turn, None, range(0))
        growth = Growth(tid, cid)
        growth.units.extend(self._number_late(nodes, tid))
        units.extend(growth.units)
        return batch, growth

    def withdraw(self, growth: Growth) -> None:
        """Take a growth's units out of its task's children again."""
        gone = set(map(id, (unit for unit in growth.units if not isinstance(unit, int))))
        numbers = {unit for unit in growth.units if isinstance(unit, int)}
        units = self.units[growth.parent]
        units[:] = [unit for unit in units if unit not in numbers and id(unit) not in gone]

    def release(self, batch: Batch) -> None:
        """Let the script's side of finished steps go: `node` reads them again when somebody asks."""
        if batch.loop is not None:
            for tid in range(batch.first, self._batch_end(batch)):
                self.nodes[tid] = None

    # How it is done

    def _plain_children(self, tid: int) -> Iterator[int]:
        child, ends = tid + 1, self.ends
        stop = ends[tid]
        while child < stop:
            yield child
            child = ends[child]

    def _step(self, loop: Loop, step: int) -> tuple[Node, ...]:
        iterate = loop.iterate
        try:
            return self._reader.expand_step(iterate, step)
        except Unreadable as found:
            title = f"{iterate.variable} {iterate.first + step * iterate.by}"
            return (Task(title, {UNREADABLE: str(found)}, line=iterate.line),)

    def _next_place(self) -> int:
        self._places += 1
        return self._places

    def _begin_batch(self, parent: int, place: Place, turn: Place, loop: Loop | None, steps: range) -> Batch:
        batch = Batch(self.size, parent, place, turn, loop, steps)
        self.batches.append(batch)
        self._batch_firsts.append(batch.first)
        return batch

    def _batch_end(self, batch: Batch) -> int:
        after = bisect_right(self._batch_firsts, batch.first)
        return self._batch_firsts[after] if after < len(self._batch_firsts) else self.size

    def _number_late(self, nodes: tuple[Node, ...] | list[Node], parent: int) -> list[Unit]:
        self._place, self._turn = self.batches[-1].place, self.batches[-1].turn
        units: list[Unit] = []
        for node in nodes:
            if isinstance(node, Task):
                units.append(self.size)
                self._number(node, parent)
            else:
                units.append(self._other_unit(node, parent))
        return units

    def _number(self, top: Task, parent: int) -> None:
        """Number a task and all below it; a stack, because a tree may be deeper than Python's."""
        nodes, parents, ends, first_cid = self.nodes, self.parents, self.ends, self.first_cid
        stack: list[tuple[int, Task, Iterator[Node]]] = []
        self._begin_task(top, parent, stack)
        while stack:
            tid, node, rest = stack[-1]
            for child in rest:
                if type(child) is not Task:
                    self.units.setdefault(tid, [])
                elif child.subtasks:
                    self._begin_task(child, tid, stack)
                    break
                else:
                    nodes.append(child)
                    parents.append(tid)
                    ends.append(len(nodes))
                    first_cid.append(self.next_cid)
                    self.next_cid += len(child.cmds) + len(child.cleanup)
            else:
                stack.pop()
                ends[tid] = len(nodes)
                if tid in self.units:
                    self._list_units(node, tid)

    def _begin_task(self, node: Task, parent: int, stack: list[tuple[int, Task, Iterator[Node]]]) -> None:
        tid = len(self.nodes)
        self.nodes.append(node)
        self.parents.append(parent)
        self.ends.append(tid + 1)
        self.first_cid.append(self.next_cid)
        if parent >= 0:
            self.next_cid += len(node.cmds) + len(node.cleanup)
        if is_set(node, "serialsubtasks"):
            self.serial[tid] = 0
        stack.append((tid, node, iter(node.subtasks)))

    def _list_units(self, node: Task, tid: int) -> None:
        """A task has Instances or Iterates among its children: list them all, each where it stands."""
        units = self.units[tid]
        child = tid + 1
        for sub in node.subtasks:
            if isinstance(sub, Task):
                units.append(child)
                child = self.ends[child]
            else:
                units.append(self._other_unit(sub, tid, child - 1))

    def _other_unit(self, node: Instance | Iterate, parent: int, before: int | None = None) -> Unit:
        last = self.size - 1 if before is None else before
        number = self._next_place()
        place = (*self._place, last, number)
        if isinstance(node, Instance):
            wait = Wait(parent, node.name, place)
            self.waits.append(wait)
            return wait
        early = () if parent in self.serial else previews(self._order, node.steps)
        loop = Loop(len(self.loops), node, parent, place, (*self._turn, last, number), early)
        self.loops.append(loop)
        return loop

    def _reload(self, batch: Batch) -> None:
        loop = batch.loop
        assert loop is not None
        tid = batch.first
        stack: list[Node] = []
        for step in range(batch.upto_step - 1, batch.first_step - 1, -1):
            stack.extend(reversed(self._step(loop, step)))
        while stack:
            node = stack.pop()
            if isinstance(node, Task):
                self.nodes[tid] = node
                tid += 1
                stack.extend(reversed(node.subtasks))


def is_set(node: Task, option: str) -> bool:
    """Whether a 0/1 option of a task is given and not 0."""
    value = node.options.get(option)
    return value is not None and value.strip() not in ("", "0")
