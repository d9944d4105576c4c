"""Which task an Instance waits for, found by title and then by id among the tasks that have numbers so far.

The rule is reference section 10, "Instance": never an ancestor; the nearest above in the document, else the first
below, else what appears later. The reader has checked what it can see (`runtime.job.references`); here the same rule
works on numbers, and goes on working while steps and growth appear.

Names are indexed only once somebody asks, and as long as nothing appears late only those that are asked for.
"""

from __future__ import annotations

from bisect import bisect_left, insort

from runtime.job.numbering import Numbering, Place, Wait


class Names:
    """Index of titles and ids. `unmet` are the Instances that no task answers to yet, by name."""

    def __init__(self, tree: Numbering) -> None:
        self._tree = tree
        self._wanted: set[str] | None = set()
        self._titles: dict[str, list[Place]] = {}
        self._ids: dict[str, list[Place]] = {}
        self.unmet: dict[str, list[Wait]] = {}

    def bind_all(self, waits: list[Wait]) -> None:
        """Find the targets of a job's first Instances."""
        if not waits:
            return
        self._wanted = None if self._tree.loops else {wait.name for wait in waits}
        self._index(range(1, self._tree.size))
        for wait in waits:
            self._bind(wait)

    def appeared(self, first: int, waits: list[Wait]) -> list[Wait]:
        """Tasks from `first` on and these Instances are new: index and bind. Returns older Instances met by now."""
        known = self._wanted is None or bool(self._wanted)
        if not waits and not known:
            return []
        if waits and self._wanted is not None:
            self._wanted = None
            self._titles.clear()
            self._ids.clear()
            first = 1
        found = self._index(range(first, self._tree.size))
        met = [wait for name in found & self.unmet.keys() for wait in self.unmet.pop(name)]
        for wait in (*met, *waits):
            self._bind(wait)
        return [wait for wait in met if wait.target is not None]

    def nearest(self, name: str, place: Place, holder: int) -> int | None:
        """The task that a name means where it stands; None when there is none yet."""
        ancestors = self._ancestors(holder)
        for index in (self._titles, self._ids):
            found = self._in(index.get(name, []), place, ancestors)
            if found is not None:
                return found
        return None

    def forget(self, tid: int) -> None:
        """A task is no part of the job any more."""
        node, place = self._tree.node(tid), self._tree.place(tid)
        for index, name in ((self._titles, node.title), (self._ids, node.options.get("id", "").strip())):
            if place in index.get(name, ()):
                index[name].remove(place)

    def _bind(self, wait: Wait) -> None:
        wait.target = self.nearest(wait.name, wait.place, wait.holder)
        if wait.target is None:
            self.unmet.setdefault(wait.name, []).append(wait)

    def _in(self, places: list[Place], place: Place, ancestors: set[int]) -> int | None:
        at = bisect_left(places, place)
        for above in range(at - 1, -1, -1):
            if places[above][-1] not in ancestors:
                return places[above][-1]
        return places[at][-1] if at < len(places) else None

    def _ancestors(self, tid: int) -> set[int]:
        found = {tid}
        while tid > 0:
            tid = self._tree.parents[tid]
            found.add(tid)
        return found

    def _index(self, tids: range) -> set[str]:
        """Returns the names of these tasks that are indexed."""
        tree, wanted = self._tree, self._wanted
        found = set()
        for tid in tids:
            node = tree.node(tid)
            named = node.options.get("id", "").strip()
            for index, name in ((self._titles, node.title), (self._ids, named)):
                if name and (wanted is None or name in wanted):
                    insort(index.setdefault(name, []), tree.place(tid))
                    found.add(name)
        return found
