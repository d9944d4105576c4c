"""Long work of models, done in trio a little at a time: the window goes on between two pieces."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import Protocol

import trio

HOLD_S = 0.004
"""So long the window may be held at a time."""


async def in_pieces(steps: Iterable[None]) -> None:
    """Do all steps; everything else has its turn as soon as HOLD_S are over."""
    until = time.perf_counter() + HOLD_S
    for _ in steps:
        if time.perf_counter() > until:
            await trio.lowlevel.checkpoint()
            until = time.perf_counter() + HOLD_S


class Arranged(Protocol):
    """What is to be arranged now and then (gui.models.table.Table)."""

    is_dirty: bool

    def arrange(self) -> Iterator[None]: ...


class Arranging:
    """Keeps tables arranged. `wanted` says that one of them is dirty, or hands over work to be done before that;
    `done` hears that what is to be seen is another."""

    def __init__(self, done: Callable[[], object], *tables: Arranged) -> None:
        self._done = done
        self._tables = tables
        self._work: Callable[[], Iterator[None]] | None = None
        self._wanted = trio.Event()

    def wanted(self, work: Callable[[], Iterator[None]] | None = None) -> None:
        self._work = work or self._work
        self._wanted.set()

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            await self._wanted.wait()
            self._wanted = trio.Event()
            work, self._work = self._work, None
            if work is not None:
                await in_pieces(work())
            for table in self._tables:
                if table.is_dirty:
                    await in_pieces(table.arrange())
            self._done()
