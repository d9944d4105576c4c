"""Work that is too much for one event is done in slices, so that no request ever waits for long.

    begin ──> a first slice, in the same event ──> the rest, a slice with every tick ──> done
                                               next_deadline() says "now" until then

A work is an iterator: it touches something (a slot, a lease, a request), and yields what that was worth. It yields only
where everything is consistent, since any other event may come before its next step; and after a yield it may not rely
on what it has looked at before, nor on the time: `Slices.now` is that of the event in which it goes on. Small farms
have all their work done in the event that begins it.

Slices are measured in what is touched, not in seconds: the core has no clock, and what it does depends on nothing but
its events. To put a slot where it belongs is worth 1, about 10 us; merely to look at something, less. A slice is about
half a millisecond, and a few where the machine is busy. Several works take turns.
"""

from __future__ import annotations

from collections.abc import Generator, Hashable, Iterator
from typing import TypeVar

SLICE = 50
"""What the work of one event is worth, at most."""

SERVING = "serving"
"""The name of giving out what can be given out."""
SCHEDULE = "schedule"
"""The name of the work that brings another schedule into force (runtime.maitred.reading)."""

Work = Iterator[float]

_T = TypeVar("_T")


def at_once(work: Generator[float, None, _T]) -> _T:
    """What a work comes to that is done without a pause."""
    while True:
        try:
            next(work)
        except StopIteration as end:
            return end.value  # type: ignore[no-any-return]  # it is the generator's


class Slices:
    """The works that are not done yet, by a name: who begins one again begins it anew."""

    def __init__(self) -> None:
        self._works: dict[Hashable, Work] = {}
        self.size = float(SLICE)
        self._done = 0.0
        self.now = 0.0
        """Of the event that does a slice."""

    def __bool__(self) -> bool:
        """Whether there is work left."""
        return bool(self._works)

    def is_at(self, name: Hashable) -> bool:
        """Whether the work of this name is not done yet."""
        return name in self._works

    def begin(self, name: Hashable, work: Work, now: float) -> None:
        """Do as much of a work as this event has left, and the rest later."""
        self.now = now
        self._works[name] = work
        self._do(name)

    def drop(self, name: Hashable) -> None:
        """The rest of a work need not be done."""
        self._works.pop(name, None)

    def go_on(self, now: float) -> None:
        """Do as much of what is there as this event has left."""
        self.now = now
        for name in list(self._works):
            if self._done >= self.size:
                return
            self._do(name)

    def event_is_over(self) -> None:
        """The next event has a slice of its own."""
        self._done = 0.0

    def _do(self, name: Hashable) -> None:
        work = self._works[name]
        while self._done < self.size:
            touched = next(work, None)
            if self._works.get(name) is not work:  # it was dropped, or begun anew, by what it has done itself
                return
            if touched is None:
                del self._works[name]
                return
            self._done += touched
        self._works[name] = self._works.pop(name)  # the others have their turn first
