"""A signal between tasks: wakes all who wait at that moment, and nobody later."""

from __future__ import annotations

import trio


class Pulse:
    """Who waits looks at what may have changed, before and after: a pulse says only that something has."""

    def __init__(self) -> None:
        self._event = trio.Event()

    def fire(self) -> None:
        if self._event.statistics().tasks_waiting:
            self._event.set()
            self._event = trio.Event()

    async def wait(self) -> None:
        await self._event.wait()
