"""What the maitre-d's core is told of the world beside its links: the schedule with its hosts' addresses, and metrics.

    alfred.schedule, a new time stamp --> read, checked, archived --> hosts looked up --> core.read, metrics announced
    samples of alfservers ----------------------------------------------------------> core.measured

A schedule that is broken is in the log, with file and line, and the last good one stays. Host names that nobody knows,
or that take too long, go without an address: dispatchers look them up themselves.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from pathlib import Path

import trio

from daemons.host_names import addresses_of
from daemons.log_file import LogFile
from daemons.measuring import Measuring
from daemons.multicast import Party
from daemons.schedule_file import Watched
from runtime.maitred.core import Maitred
from runtime.maitred.orders import Order
from runtime.schedule.model import Schedule

UNSETTLED_S = 0.2
"""A schedule that may still be written is looked at again after so long."""
LOOKUP_S = 5.0


class World:
    """The schedule that is in force, its hosts, and what they measure. It tells nobody before it has a core."""

    def __init__(self, path: Path, log: LogFile) -> None:
        self.schedule = Schedule(file=str(path))
        self.addresses: dict[str, str] = {}
        self._file = Watched(path)
        self._log = log
        self._measuring: Measuring | None = None

    async def look(self) -> bool:
        """Whether there is another schedule in force than there was at the last look."""
        change = await trio.to_thread.run_sync(self._file.look)
        if change is None and self._file.unsettled:
            await trio.sleep(UNSETTLED_S)
            change = await trio.to_thread.run_sync(self._file.look)
        if change is None:
            return False
        for line in change.lines:
            self._log.line(f"schedule: {line}")
        if change.schedule is None:
            return False
        self.schedule = change.schedule
        hosts = {server.host for server in self.schedule.servers.values()}
        self.addresses = await addresses_of(hosts, LOOKUP_S, self.addresses)
        return True

    async def watch(self, look_s: float, core: Maitred, do: Callable[[list[Order]], None]) -> None:
        """Look at the file every so many seconds, and tell of another schedule, until cancelled."""
        while True:
            await trio.sleep(look_s)
            if await self.look():
                do(core.read(self.schedule, time.monotonic(), time.time(), self.addresses))
                if self._measuring is not None:
                    self._announce(self._measuring)

    async def listen(self, party: Party, name: str, core: Maitred, do: Callable[[list[Order]], None]) -> None:
        """Say what to measure, and hear what was measured, until cancelled."""

        def measured(host: str, values: Mapping[str, str | float]) -> None:
            do(core.measured(host, values, time.monotonic()))

        self._measuring = Measuring(party, name, measured)
        self._announce(self._measuring)
        await self._measuring.run()

    def _announce(self, measuring: Measuring) -> None:
        measuring.announce(self.schedule.time, tuple(self.schedule.metrics.values()))
