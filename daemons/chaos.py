"""Chaos mode: no maitre-d answers, and the dispatcher gives out slots to itself, by the site's schedule.

    Attachment --post--> Chaos --> the maitre-d's core, in this process, with one peer
               <-heard--       <-- Granted, Recall, ...

Every dispatcher of the site does the same, so two may take one slot: its alfserver, which knows how many commands it
may run, turns the second away, and that slot rests. The leases have epoch 0: nobody gave them.

The rules are `runtime.maitred`'s, and so are the pings; metrics, nimbys and other users are a maitre-d's affair.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

import msgspec
import trio

from daemons.groups import group_members
from daemons.pings import Pinger
from daemons.ports import alfserver_port
from daemons.pulse import Pulse
from daemons.site import SCHEDULE, find
from runtime.farm_messages import Attach, FarmMessage
from runtime.maitred.core import Maitred
from runtime.maitred.orders import Log, Order, PeerId, RunPing, Send
from runtime.maitred.rules import rules_of
from runtime.schedule.reader import Reading, read_schedule
from runtime.settings import Settings

_SELF = PeerId(1)
_log = logging.getLogger("dispatcher")


class Chaos:
    """The dispatcher as its own maitre-d. `hear`, once set, gets its words. `run` in a task."""

    def __init__(self, environ: Mapping[str, str], user: str, site: Callable[[], Settings]) -> None:
        self._environ = environ
        self._user = user
        self._site = site
        self._core: Maitred | None = None
        self._look_s = 5.0
        self._read_at = 0.0
        """The modification time of the schedule in force."""
        self._pinger = Pinger()
        self._said: deque[FarmMessage] = deque()
        self._pings: deque[RunPing] = deque()
        self._something = Pulse()
        self.hear: Callable[[Sequence[FarmMessage]], None] = lambda messages: None

    @property
    def possible(self) -> bool:
        """Whether there is a schedule."""
        return find(self._environ, SCHEDULE) is not None

    async def begin(self, attach: Attach) -> Chaos | None:
        """Begin to give out slots. None, with a line in the log: there is no schedule that can be read."""
        path = find(self._environ, SCHEDULE)
        if path is None:
            return None
        try:
            reading = await trio.to_thread.run_sync(_read, path)
        except OSError as error:
            _log.warning("the schedule %s cannot be read: %s", path, error.strerror)
            return None
        if reading.failed:
            _log.warning("the schedule %s cannot be used: alfred -check %s says why", path, path)
            return None
        settings = await trio.to_thread.run_sync(self._site)
        self._look_s, self._read_at = settings.schedule_look_s, reading.schedule.time
        port, now = alfserver_port(self._environ, settings), time.monotonic()
        rules = msgspec.structs.replace(rules_of(settings), alfserver_port=port)
        self._core = Maitred(reading.schedule, rules, epoch=0, now=now, wall=time.time(), wait=False)
        self._perform(self._core.attach(_SELF, self._user, msgspec.structs.replace(attach, epoch=0), now))
        return self

    def end(self) -> None:
        """A maitre-d is back: nothing more is given out, and what was said is not heard any more."""
        self._core = None
        self._said.clear()
        self._pings.clear()

    def post(self, *messages: FarmMessage) -> None:
        """What a dispatcher says to its maitre-d."""
        for message in messages:
            if self._core is not None:
                self._perform(self._core.said(_SELF, message, time.monotonic()) or [])

    def _perform(self, orders: Sequence[Order]) -> None:
        for order in orders:
            if isinstance(order, Send):
                self._said.append(order.message)
            elif isinstance(order, RunPing):
                self._pings.append(order)
            elif isinstance(order, Log):
                _log.info("chaos: %s", order.line)
        self._something.fire()

    async def run(self) -> None:
        """Hand over what is said, run pings, and keep time; until cancelled."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._watch_schedule)
            while True:
                while self._said or self._pings:
                    for order in self._pings:
                        nursery.start_soon(self._ping, order, self._core)
                    self._pings.clear()
                    said, self._said = list(self._said), deque()
                    self.hear(said)
                core = self._core
                wait_s = float("inf") if core is None else max(0.0, core.next_deadline() - time.monotonic())
                with trio.move_on_after(wait_s) as waiting:
                    await self._something.wait()
                if waiting.cancelled_caught and self._core is not None:
                    self._perform(self._core.tick(time.monotonic(), time.time()))

    async def _watch_schedule(self) -> None:
        """Take a schedule that has changed, if it can be used; the last good one stays else."""
        while True:
            await trio.sleep(self._look_s)
            path = find(self._environ, SCHEDULE)
            try:
                if self._core is None or path is None or path.stat().st_mtime == self._read_at:
                    continue
                reading = await trio.to_thread.run_sync(_read, path)
            except OSError:
                continue
            self._read_at = reading.schedule.time
            if reading.failed:
                _log.warning("the schedule %s cannot be used: alfred -check %s says why", path, path)
            elif self._core is not None:
                self._perform(self._core.read(reading.schedule, time.monotonic(), time.time()))

    async def _ping(self, order: RunPing, core: Maitred | None) -> None:
        result = await self._pinger.run(order)
        if core is not None and core is self._core:
            self._perform(core.pinged(order.number, result.up, result.reason, time.monotonic()))


def _read(path: Path) -> Reading:
    """Raises OSError. It runs the site's Tcl, which may take a while."""
    return read_schedule(path.read_bytes(), str(path), time=path.stat().st_mtime, members=group_members)
