"""Shared check-outs: slots that a Task (or Cmd) with an -id takes once for all commands that -refersto it.

    Task {frame 7} -id srv -service PixarRender -cmds {
        RemoteCmd {prman a.rib} -refersto srv       first to be next: takes the slots
        RemoteCmd {prman b.rib} -refersto srv       runs on the same ones
    }                                               after the last: they are given back

Lazy, and counted: the slots are given back when no referring command is left that could use them, be it because all
are done or because what is left stands in error or behind one (reference 2.2, S3, section 10). A name binds to the
nearest enclosing id, else the nearest above, else the first below; an unbound one, or one that names a Task without a
-service, gives the command a check-out of its own.
"""

from __future__ import annotations

from bisect import bisect_left

from runtime.job.graph import JobGraph
from runtime.job.model import Options
from runtime.job.numbering import Place
from runtime.job.states import BAD, FINISHED

Owner = int
"""Who takes the slots: a task's number, or minus a command's."""


class Lease:
    """Slots that are checked out for an owner; `busy` while one of the commands runs on them."""

    __slots__ = ("busy", "slots", "tags")

    def __init__(self, slots: tuple[int, ...], tags: tuple[str, ...]) -> None:
        self.slots = slots
        self.tags = tags
        self.busy = True


class Checkouts:
    """Who refers to whom in one job, and the slots that are out. Looks at the job only when it has to."""

    def __init__(self, graph: JobGraph) -> None:
        self._graph = graph
        self._seen = 0
        self._ids: dict[str, list[tuple[Place, Owner]]] = {}
        self._owners: dict[str, set[Owner]] = {}
        self._users: dict[Owner, list[int]] = {}
        self._bound: dict[int, Owner | None] = {}
        self._unbound: list[tuple[int, str]] = []
        self.leases: dict[Owner, Lease] = {}
        self.faults: list[str] = []
        """References that came to nothing, in words, once each."""

    def owner_of(self, cid: int) -> Owner | None:
        """Whose slots a command uses; None for its own."""
        self._look()
        return self._bound.get(cid)

    @property
    def has_idle(self) -> bool:
        """Whether slots are out that no command runs on."""
        return any(not lease.busy for lease in self.leases.values())

    def is_referred(self, tid: int) -> bool:
        """Whether any command refers to this task's check-out."""
        self._look()
        return tid in self._users

    def options_of(self, owner: Owner) -> Options:
        graph = self._graph
        return graph.tree.node(owner).options if owner >= 0 else graph.cmd(-owner).options

    def name_of(self, owner: Owner) -> str:
        return self.options_of(owner).get("id", "").strip()

    def is_wanted(self, owner: Owner) -> bool:
        """Whether a command is left that could use the owner's slots."""
        self._look()
        graph = self._graph
        return any(
            graph.tree.tid_of(cid) not in graph.failures
            and graph.state(graph.tree.tid_of(cid)) not in FINISHED | BAD
            and graph.next_cid(graph.tree.tid_of(cid)) <= cid
            for cid in self._users.get(owner, ())
        )

    def _look(self) -> None:
        """Take in the tasks that appeared since the last look."""
        tree = self._graph.tree
        if self._seen == tree.size:
            return
        fresh = self._unbound
        self._unbound = []
        for tid in range(self._seen, tree.size):
            node = tree.node(tid)
            self._name(node.options, tree.place(tid), tid)
            for at, cmd in enumerate((*node.cmds, *node.cleanup)):
                cid = tree.first_cid_of(tid) + at
                self._name(cmd.options, (*tree.place(tid), at), -cid)
                name = cmd.options.get("refersto", "").strip().strip("\"'").strip()
                if name:
                    fresh.append((cid, name))
        self._seen = tree.size
        for known in self._ids.values():
            known.sort()
        for cid, name in fresh:
            self._bind(cid, name)

    def _name(self, options: Options, place: Place, owner: Owner) -> None:
        name = options.get("id", "").strip()
        if name:
            self._ids.setdefault(name, []).append((place, owner))
            self._owners.setdefault(name, set()).add(owner)

    def _bind(self, cid: int, name: str) -> None:
        owner = self._find(cid, name)
        if owner is None:
            self._unbound.append((cid, name))
        known = cid in self._bound
        if owner is not None and "service" not in self.options_of(owner):
            owner = None
        if owner is not None:
            self._users.setdefault(owner, []).append(cid)
            if owner < 0 and -owner not in self._bound:
                self._bound[-owner] = owner
                self._users[owner].append(-owner)
        elif not known:
            self.faults.append(f"-refersto {name}: no task with that -id has a -service; the command takes its own")
        self._bound[cid] = owner

    def _find(self, cid: int, name: str) -> Owner | None:
        found = self._ids.get(name, [])
        if not found:
            return None
        tree = self._graph.tree
        tid = tree.tid_of(cid)
        owners = self._owners[name]
        above = tid
        while above >= 0:
            if above in owners:
                return above
            above = tree.parents[above]
        at = bisect_left(found, ((*tree.place(tid), cid - tree.first_cid_of(tid)), -cid))
        return found[at - 1][1] if at else found[0][1]
