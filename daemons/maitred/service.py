"""The maitre-d at work: what its links, timers, pings and metrics say goes to the core, and its orders are carried out.

    a link's messages --+
    timers, pings,      +--> core --> orders --> Send     gathered; one write per peer when the batch is through
    metrics, schedule --+                        RunPing  a task of its own, answered by `pinged`
                                                 Note     the record (daemons.record.sending)
                                                 Log      the log (daemons.log_file)
                                                 Keep     the disk (daemons.maitred.kept)

Of the rules nothing is here. What goes wrong with one link ends that link (daemons.link.serve); the core goes on.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

import psutil
import trio

from daemons import garbage, schedule_desk
from daemons.link import Identity, Link, LinkError
from daemons.log_file import LogFile
from daemons.maitred.counter import Counter
from daemons.maitred.kept import Keeping
from daemons.pings import Pinger
from daemons.pulse import Pulse
from daemons.record.answering import Answering
from daemons.record.sending import Recording
from daemons.vouching import vouched
from runtime.farm_messages import (
    AnyFarmMessage,
    AskFarm,
    AskRecord,
    AskSchedule,
    Attach,
    Did,
    FarmMessage,
    Refused,
    Shields,
    ShieldsAre,
    Vouch,
    WriteSchedule,
    whole_farm,
)
from runtime.history.records import LONGEST_CHARS, Whose
from runtime.history.records import Refused as RefusedRecord
from runtime.maitred.core import Maitred
from runtime.maitred.orders import Keep, KeepUsage, Log, Note, Order, PeerId, RunPing, Send

NIMBY_S = 1.0
"""How often nimbys are told what runs on their hosts, when that has changed."""
GOODBYE_S = 2.0
"""How long peers that do not read are waited for at the end."""


class Service:
    """The core and its links. `identity` is this maitre-d's; `schedule`: the file of it, for those who edit it;
    `recording`: its record, if it keeps one; `chatty`: every message is in the log."""

    def __init__(
        self, core: Maitred, log: LogFile, keeping: Keeping, pinger: Pinger, identity: Identity, schedule: Path,
        recording: Recording | None = None, *, chatty: bool = False,
    ) -> None:  # fmt: skip
        self._core = core
        self._log = log
        self._keeping = keeping
        self._pinger = pinger
        self._recording = recording
        self._answering = Answering(None if recording is None else recording.path)
        self._schedule = schedule
        self._editing = trio.Lock()
        self._counter = Counter(core, identity.user, Here())
        self._keyring = identity.keyring
        self._chatty = chatty
        self._links: dict[PeerId, Link] = {}
        self._outgoing: dict[PeerId, list[FarmMessage]] = {}
        self._nimbys: dict[PeerId, ShieldsAre] = {}
        """What each nimby was told last."""
        self._next_peer = 1
        self._planned = 0.0
        self._replan = Pulse()
        self._beside: trio.Nursery | None = None

    # ---- links ---------------------------------------------------------------------------------------

    async def handle(self, link: Link) -> None:
        """A link, from its hello to its end. Raises LinkError for what its peer may not say."""
        number = PeerId(self._next_peer)
        self._next_peer += 1
        self._links[number] = link
        address = _address_of(link)
        self._say(f"connected: {link.peer} from {address}")
        try:
            while batch := await link.receive_batch():
                now = time.monotonic()
                for message in batch:
                    if isinstance(message, AskFarm) and link.peer.role != "dispatcher":
                        self._flush()
                        await self._show_farm(link, message)
                        now = time.monotonic()
                    else:
                        self._take(number, link, address, message, now)
                self._flush()
        finally:
            del self._links[number]
            self._nimbys.pop(number, None)
            self._carry_out(self._core.detach(number, time.monotonic()))
            self._flush()
            self._say(f"disconnected: {link.peer} from {address}")

    async def _show_farm(self, link: Link, message: AskFarm) -> None:
        """A large answer, a part at a time: all others have a turn after each."""
        if self._chatty:
            self._say(f"from {link.peer}: {message}")
        parts = []
        for part in self._core.farm_in_parts(time.monotonic(), message.serial):
            if message.in_parts:
                link.post(part)
                await link.flush()
            else:
                parts.append(part)
            await trio.lowlevel.checkpoint()
        if parts:
            link.post(whole_farm(parts))

    def _take(self, number: PeerId, link: Link, address: str, message: AnyFarmMessage, now: float) -> None:
        """One message of a peer. Raises LinkError."""
        if self._chatty:
            self._say(f"from {link.peer}: {message}")
        orders: list[Order] | None
        if isinstance(message, AskRecord) and link.peer.role != "dispatcher":
            if self._beside is not None:
                self._beside.start_soon(self._report, number, message)
            return
        if isinstance(message, AskSchedule | WriteSchedule) and link.peer.role == "client":
            if self._beside is not None:
                self._beside.start_soon(self._edit, number, link, address, message)
            return
        if link.peer.role == "dispatcher":
            orders = self._said(number, link.peer.user, message, now)
        else:
            orders = self._asked(number, link, address, message, now)
        if orders is None:
            raise LinkError(f"a {link.peer.role} does not say {type(message).__name__}")
        self._carry_out(orders)

    def _said(self, number: PeerId, user: str, message: AnyFarmMessage, now: float) -> list[Order] | None:
        if isinstance(message, Vouch):
            return [Send(number, vouched(self._keyring, user, message))]
        if not isinstance(message, Attach):
            return self._core.said(number, message, now)
        orders = self._core.attach(number, user, message, now)
        self._keep(partial(self._keeping.keep, epoch=self._core.epoch))
        return orders

    def _asked(
        self, number: PeerId, link: Link, address: str, message: AnyFarmMessage, now: float
    ) -> list[Order] | None:
        answer = self._counter.answer(number, link.peer, address, message, now)
        if answer is None:
            return None
        orders, reply = answer
        if isinstance(reply, Refused):
            self._note_refusal(link, address, message, reply)
        if isinstance(message, Shields) and isinstance(reply, ShieldsAre):
            self._nimbys[number] = reply
        return [*orders, Send(number, reply)]

    # ---- orders --------------------------------------------------------------------------------------

    def do(self, orders: list[Order]) -> None:
        """Carry out what the core ordered when something happened that was no message."""
        self._carry_out(orders)
        self._flush()

    def _carry_out(self, orders: list[Order]) -> None:
        for order in orders:
            match order:
                case Send():
                    self._outgoing.setdefault(order.peer, []).append(order.message)
                case Log():
                    self._log.line(order.line)
                case RunPing():
                    if self._beside is not None:
                        self._beside.start_soon(self._ping, order)
                case Note():
                    if self._recording is not None:
                        self._recording.note(order.record)
                case Keep():
                    self._keep(partial(self._keeping.keep, offline=order.offline))
                case KeepUsage():
                    self._keep(partial(self._keeping.keep, usages=order.usages))
        garbage.look()

    def _flush(self) -> None:
        """Write what was gathered, to each peer in one piece."""
        outgoing, self._outgoing = self._outgoing, {}
        for number, messages in outgoing.items():
            link = self._links.get(number)
            if link is not None:
                link.post(*messages)
                for message in messages if self._chatty else ():
                    self._say(f"to {link.peer}: {message}")
        if self._core.next_deadline() < self._planned:
            self._replan.fire()

    def _keep(self, keep: Callable[[], None]) -> None:
        before = self._keeping.trouble
        keep()
        if self._keeping.trouble and self._keeping.trouble != before:
            self._log.line(self._keeping.trouble)

    def _say(self, line: str) -> None:
        if self._chatty:
            self._log.line(line)

    # ---- beside the links ----------------------------------------------------------------------------

    async def run(self) -> None:
        """Timers, pings, nimbys and reports, until cancelled."""
        async with trio.open_nursery() as nursery:
            self._beside = nursery
            nursery.start_soon(self._keep_time)
            nursery.start_soon(self._tell_nimbys)

    async def _keep_time(self) -> None:
        """Tell the core when a time has come that it waits for."""
        while True:
            self._planned = self._core.next_deadline()
            with trio.move_on_after(max(0.0, self._planned - time.monotonic())) as waiting:
                await self._replan.wait()
            if waiting.cancelled_caught:
                self.do(self._core.tick(time.monotonic(), time.time()))

    async def _ping(self, order: RunPing) -> None:
        result = await self._pinger.run(order)
        self.do(self._core.pinged(order.number, result.up, result.reason, time.monotonic()))

    def _note_refusal(self, link: Link, address: str, message: AnyFarmMessage, reply: Refused) -> None:
        """Of a tool or a nimby: no job has a part in it."""
        what = type(message).__name__
        why = reply.text.partition("\n")[0]
        self._log.line(f"refused {what} of {link.peer} from {address}: {why}")
        if self._recording is not None:
            whose = Whose(link.peer.user[:LONGEST_CHARS], "", "", "", 0, what)
            self._recording.note(RefusedRecord(time.time(), whose, why[:LONGEST_CHARS]))

    async def _edit(self, number: PeerId, link: Link, address: str, message: AskSchedule | WriteSchedule) -> None:
        """Somebody reads or writes the schedule: one at a time."""
        barred = self._counter.barred(link.peer)
        async with self._editing:
            reply = await trio.to_thread.run_sync(schedule_desk.answer, self._schedule, message, barred)
        if isinstance(reply, Refused):
            self._note_refusal(link, address, message, reply)
        elif isinstance(reply, Did):
            self._log.line(f"schedule: written by {link.peer} from {address}: {reply.text.partition(': ')[2]}")
        self.do([Send(number, reply)])

    async def _report(self, number: PeerId, message: AskRecord) -> None:
        answer = await self._answering.answer(message)
        self.do([Send(number, answer)])

    async def _tell_nimbys(self) -> None:
        while True:
            await trio.sleep(NIMBY_S)
            for number, told in list(self._nimbys.items()):
                running = self._counter.running_on(told.host)
                if running != told.running:
                    self._nimbys[number] = fresh = ShieldsAre(told.host, told.up, running)
                    self._outgoing.setdefault(number, []).append(fresh)
            self._flush()

    async def say_goodbye(self) -> None:
        """Tell every peer that this maitre-d ends; those that do not read are not waited for long."""
        for link in self._links.values():
            link.post(Refused(0, "this maitre-d ends"))
        with trio.move_on_after(GOODBYE_S):
            for link in list(self._links.values()):
                await link.drain()


class Here:
    """Whether an address is one of this machine's."""

    def __call__(self, address: str) -> bool:
        if address.startswith("127."):
            return True
        return any(address == own.address for card in psutil.net_if_addrs().values() for own in card)


def _address_of(link: Link) -> str:
    """Where a link comes from; empty when its other end is gone already."""
    try:
        name = link.stream.socket.getpeername()
    except OSError:
        return ""
    return str(name[0]) if link.stream.socket.family != socket.AF_UNIX else "127.0.0.1"
