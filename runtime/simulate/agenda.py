"""A virtual clock: what is to happen, in the order of its times; of equal times, in the order in which it was said.

Nothing waits here: the clock is wherever the next thing on the agenda is.
"""

from __future__ import annotations

from collections.abc import Callable
from heapq import heappop, heappush
from typing import Any


class Agenda:
    """`now`: seconds since the simulation began. It never goes back."""

    __slots__ = ("_count", "_entries", "now")

    def __init__(self) -> None:
        self.now = 0.0
        self._entries: list[tuple[float, int, Callable[..., None], tuple[Any, ...]]] = []
        self._count = 0

    def __bool__(self) -> bool:
        return bool(self._entries)

    def at(self, when: float, happens: Callable[..., None], *args: Any) -> None:
        """Call `happens(*args)` at a time; what should have been is done next."""
        self._count += 1
        heappush(self._entries, (max(when, self.now), self._count, happens, args))

    def after(self, delay_s: float, happens: Callable[..., None], *args: Any) -> None:
        """The same, so many seconds from now."""
        self._count += 1
        heappush(self._entries, (self.now + delay_s, self._count, happens, args))

    def step(self) -> None:
        """Let the next thing happen, at its time."""
        self.now, _, happens, args = heappop(self._entries)
        happens(*args)
