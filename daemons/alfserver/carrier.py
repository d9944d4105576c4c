"""The alfserver's hands: carries out the core's orders, and brings what the launcher says back as events.

    dispatchers --heard--> core --orders--> Carrier --> links        Say, SayResumed, Follow, Finish, HangUp
    launcher ----said---->                         \\-> launcher     Start, Prolong, Sweep, Forget
                                                    `-> store        KeepEpoch, Forget; scripts that commands name

A batch of messages is one batch of orders and one write to the launcher. An end waits for the scripts that its attempt
named to be in the store: the command may remove them right after.
"""

from __future__ import annotations

import logging
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import trio

from daemons.alfserver.account import Account
from daemons.alfserver.printing import Printer
from daemons.alfserver.store import Store
from daemons.launcher_log import Past
from daemons.launcher_messages import (
    Began,
    Context,
    Drop,
    Exited,
    FromLauncher,
    Hello,
    Journalled,
    Lease,
    Lost,
    Output,
    Refused,
    Signal,
    Spawn,
)
from daemons.launcher_messages import End as LauncherEnd
from daemons.link import Link
from daemons.reading import read_bytes
from runtime import farm_messages as farm
from runtime.alfserver.core import GRACE_S, Alfserver
from runtime.alfserver.orders import (
    Finish,
    Follow,
    Forget,
    HangUp,
    KeepEpoch,
    Note,
    Number,
    Order,
    Peer,
    Prolong,
    Say,
    SayResumed,
    Start,
    Sweep,
)

CHUNK_LIMIT_BYTES = 32 << 20
"""A script that a command names travels in one message."""

GIVEN_CONTEXTS = 64
"""So many contexts of a dispatcher the launcher has at a time; it needs one for the moment of a start."""

ToLauncher = Context | Spawn | Signal | Lease | Drop | Journalled
_log = logging.getLogger("alfserver")


def uptime() -> float:
    """The clock of leases: it goes on while the machine sleeps, and nobody sets it."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class Connection:
    """A dispatcher that is connected. `contexts` are its own, `given` the launcher's ids of those that it has, the one
    that was used last at the end."""

    def __init__(self, link: Link, store: Store, hang_up: Callable[[str], None]) -> None:
        self.link = link
        self.printer = Printer(link, store)
        self.hang_up = hang_up
        self.contexts: dict[int, farm.Context] = {}
        self.given: dict[int, int] = {}
        self._newest_env: dict[str, str] = {}

    def take(self, context: farm.Context) -> None:
        """A context of the dispatcher's. The jobs of a user have mostly one environment: it is kept once."""
        if context.env == self._newest_env:
            context = farm.Context(context.id, context.cwd, self._newest_env)
        self._newest_env = context.env
        self.contexts[context.id] = context


@dataclass
class _Scripts:
    """What an attempt has named with TR_EXPAND_CHUNK. One task at a time copies them, in order, and tells the end of
    the attempt after the last: a reading that came to its end later would leave a copy that nobody removes."""

    named: int = 0
    waiting: deque[tuple[int, str]] = field(default_factory=deque)
    """Their numbers and paths."""
    are_copied: bool = False
    end: tuple[farm.Ended | farm.NotStarted, float] | None = None
    """And its time."""

    def name(self, paths: Sequence[str]) -> None:
        self.waiting.extend(enumerate(paths, self.named + 1))
        self.named += len(paths)


class Carrier:
    """Carries out orders of `core`. `changed` is called after every batch."""

    def __init__(
        self,
        core: Alfserver,
        store: Store,
        send: Callable[[Sequence[ToLauncher]], None],
        presets: Mapping[str, Mapping[str, str]],
        account: Account,
        nursery: trio.Nursery,
        changed: Callable[[], None],
    ) -> None:
        self._core = core
        self._store = store
        self._send = send
        self._presets = presets
        self._account = account
        self._nursery = nursery
        self._changed = changed
        self._last_context = 0
        self._outgoing: list[ToLauncher] = []
        self._unwanted: list[Number] = []
        """Attempts whose output is to be removed."""
        self._with_stdout: set[Number] = set()
        self._scripts: dict[Number, _Scripts] = {}
        """Of those that run or are copied from; what an earlier alfserver launched is in it when it has ended."""
        self.connections: dict[Peer, Connection] = {}

    # -- events ------------------------------------------------------------------------------------------------------

    def adopt(self, past: Past, running: Sequence[int]) -> None:
        """Take up what the launcher's log knows; what an alfserver before us launched goes on."""
        orders: list[Order] = []
        for attempt, intended in past.intended.items():
            number = Number(attempt)
            try:
                self._core.adopt(number, intended.tag)
            except ValueError:
                _log.error("the launcher's log has an attempt %d that no alfserver launched: %s", number, intended.tag)
                continue
            if self._store.sizes(number).stdout:
                self._with_stdout.add(number)
            began, end = past.began.get(attempt), past.ended.get(attempt)
            if began is not None:
                orders += self._core.began(number, began.pid, began.time)
            if end is not None:
                orders += self._ended(end, began)
            elif attempt not in running:
                never = farm.NotStarted(0, "the launcher had not begun it", transient=True)
                orders += self._core.ended(number, never, time.time())
        self.carry_out(orders)

    def heard(self, peer: Peer, messages: Sequence[farm.FarmMessage]) -> None:
        """What a dispatcher said, in order."""
        if peer not in self.connections:
            return  # it was hung up on at this moment
        orders: list[Order] = []
        now, wall = uptime(), time.time()
        for message in messages:
            if isinstance(message, farm.Context):
                self._context(peer, message)
            orders += self._core.heard(peer, message, now, wall)
        self.carry_out(orders)

    def closed(self, peer: Peer) -> None:
        """A connection is over, or ends now."""
        connection = self.connections.pop(peer, None)
        if connection is not None and connection.given:
            self._outgoing.append(Drop(tuple(connection.given.values())))
        self.carry_out(self._core.closed(peer))

    def launcher_said(self, messages: Sequence[FromLauncher], past: Past) -> None:
        """What the launcher said, in order; `past` is what its log said when we connected to it."""
        orders: list[Order] = []
        for message in messages:
            match message:
                case Began():
                    orders += self._core.began(Number(message.attempt), message.pid, message.time)
                case Output():
                    orders += self._output(message)
                case Hello():
                    orders += self._new_launcher(message, past)
                case Exited() | Refused() | Lost():
                    orders += self._ended(message, past.began.get(message.attempt))
        self.carry_out(orders)

    def _context(self, peer: Peer, message: farm.Context) -> None:
        connection = self.connections[peer]
        connection.take(message)
        old = connection.given.pop(message.id, None)
        if old is not None:
            self._outgoing.append(Drop((old,)))
        self._launchers_context(connection, message.id)  # ahead of the launches: they are to find it there

    def _new_launcher(self, hello: Hello, past: Past) -> list[Order]:
        """The launcher died, and this is the next: it knows no contexts, and what ran has gone with the old one."""
        _log.warning("the launcher died: what it ran has been ended")
        for connection in self.connections.values():
            connection.given.clear()
        orders: list[Order] = []
        for attempt in self._core.running:
            end = past.ended.get(attempt.number)
            if end is not None and attempt.number not in hello.running:
                orders += self._ended(end, past.began.get(attempt.number))
        return orders

    def _output(self, message: Output) -> list[Order]:
        number = Number(message.attempt)
        if message.trouble:
            _log.error("attempt %d: %s", number, message.trouble)
        if message.chunks and number in self._scripts:
            self._scripts[number].name(message.chunks)
            self._copy_soon(number)
        return self._core.progress(number, message.percent) if message.percent >= 0 else []

    def _ended(self, message: LauncherEnd, began: Began | None) -> list[Order]:
        number, end = Number(message.attempt), _end_of(message, began)
        scripts = self._scripts.setdefault(number, _Scripts())
        if isinstance(message, Exited):
            scripts.name(message.chunks[scripts.named :])
        if scripts.waiting or scripts.are_copied:
            scripts.end = end, message.time
            self._copy_soon(number)
            return []
        del self._scripts[number]
        return self._core.ended(number, end, message.time)

    def _copy_soon(self, number: Number) -> None:
        scripts = self._scripts[number]
        if not scripts.are_copied:
            scripts.are_copied = True
            self._nursery.start_soon(self._copy, number, scripts)

    async def _copy(self, number: Number, scripts: _Scripts) -> None:
        """Copy the scripts that an attempt has named, as far as no alfserver before us did; then tell its end."""
        while scripts.waiting:
            chunk, path = scripts.waiting.popleft()
            if not self._store.has_chunk(number, chunk):
                text, trouble = await trio.to_thread.run_sync(read_bytes, path, CHUNK_LIMIT_BYTES)
                self._keep_chunk(number, chunk, text, trouble)
            for connection in self.connections.values():
                connection.printer.chunk_kept(number, chunk)
        scripts.are_copied = False
        if scripts.end is not None:
            del self._scripts[number]
            self.carry_out(self._core.ended(number, *scripts.end))

    def _keep_chunk(self, number: Number, chunk: int, text: bytes | None, trouble: str) -> None:
        try:
            self._store.keep_chunk(number, chunk, text, trouble)
        except OSError as error:
            _log.error("attempt %d: the script that it names cannot be kept: %s", number, error)

    # -- orders ------------------------------------------------------------------------------------------------------

    def carry_out(self, orders: Sequence[Order]) -> None:
        """Carry out the orders of one event, or of a batch of events."""
        for order in orders:
            _PERFORM[type(order)](self, order)
        if self._outgoing:
            self._send(self._outgoing)
            self._outgoing = []
        if self._unwanted:  # after the launcher was told: what a kill leaves behind has no attempt, and is removed
            self._store.remove(self._unwanted)
            self._unwanted = []
        self._changed()

    def _say(self, order: Say) -> None:
        connection = self.connections.get(order.peer)
        if connection is not None:
            connection.link.post(order.message)

    def _say_resumed(self, order: SayResumed) -> None:
        connection = self.connections[order.peer]
        sizes = [sum(self._store.sizes(number)) for number in order.numbers]
        states = tuple(
            farm.AttemptState(state.attempt, state.lease, state.running, size)
            for state, size in zip(order.attempts, sizes, strict=True)
        )
        rules = self._core.rules
        connection.link.post(farm.Resumed(rules.host, rules.slots, states, uptime()))
        silent = [number for number, size in zip(order.numbers, sizes, strict=True) if not size]
        self.carry_out(self._core.nothing_printed(silent))

    def _follow(self, order: Follow) -> None:
        connection = self.connections.get(order.peer)
        if connection is not None:
            scripts = self._scripts.get(order.number)
            is_new = scripts is not None and not scripts.named
            kept = 0 if is_new else self._store.sizes(order.number).chunks
            connection.printer.follow(order, kept, has_stdout=order.number in self._with_stdout)

    def _finish(self, order: Finish) -> None:
        connection = self.connections.get(order.peer)
        if connection is not None:
            connection.printer.finish(order)

    def _hang_up(self, order: HangUp) -> None:
        connection = self.connections.get(order.peer)
        if connection is not None:
            connection.hang_up(order.reason)
            self.closed(order.peer)

    def _start(self, order: Start) -> None:
        launch, number = order.launch, order.number
        connection = self.connections[order.peer]
        try:
            self._store.reserve(number)
        except OSError as error:
            reason = f"the alfserver's state in {self._store.directory} cannot be written: {error.strerror}"
            refused = farm.NotStarted(0, reason, transient=True)
            self._nursery.start_soon(self._refuse, number, refused)
            return
        self._scripts[number] = _Scripts()
        if launch.keep_stdout:
            self._with_stdout.add(number)
        self._outgoing.append(
            Spawn(
                number,
                order.tag,
                self._launchers_context(connection, launch.context),
                launch.argv,
                {**self._preset_variables(number, launch.presets), **launch.env},
                self._store.output(number),
                launch.stdin,
                launch.keep_stdout,
                launch.maxrun_s,
                GRACE_S,
                order.until,
                launch.quiet_s,
                tuple(pattern for pattern in launch.watch if pattern in self._core.rules.patterns),
            )
        )

    async def _refuse(self, number: Number, refused: farm.NotStarted) -> None:
        """Say that a launch cannot be, after the orders of this batch."""
        self.carry_out(self._core.ended(number, refused, time.time()))

    def _launchers_context(self, connection: Connection, context: int) -> int:
        """The launcher's id of a dispatcher's context, of which it is told unless it has it still."""
        given = connection.given.pop(context, None)
        if given is None:
            self._last_context += 1
            given = self._last_context
            wanted = connection.contexts[context]
            env = self._account.environment(connection.link.peer.user, wanted.env)
            self._outgoing.append(Context(given, wanted.cwd, env))
        connection.given[context] = given
        if len(connection.given) > GIVEN_CONTEXTS:
            self._outgoing.append(Drop((connection.given.pop(next(iter(connection.given))),)))
        return given

    def _preset_variables(self, number: Number, presets: Sequence[str]) -> dict[str, str]:
        variables: dict[str, str] = {}
        for preset in presets:
            known = self._presets.get(preset)
            if known is not None:
                variables.update(known)
                continue
            words = f"-envkey {preset}: {self._core.rules.host} has no such preset"
            _log.warning("%s", words)
            self._add_line(number, f"alfserver: {words}")
        return variables

    def _add_line(self, number: Number, line: str) -> None:
        try:
            self._store.add_line(number, line)
        except OSError as error:
            _log.error("attempt %d: %s", number, error)

    def _keep_epoch(self, order: KeepEpoch) -> None:
        try:
            self._store.keep_epoch(order.epoch)
        except OSError as error:  # it is in force as long as this process lives
            _log.error("the epoch %d cannot be kept in %s: %s", order.epoch, self._store.directory, error.strerror)

    def _prolong(self, order: Prolong) -> None:
        self._outgoing.append(Lease(order.numbers, order.until))

    def _sweep(self, order: Sweep) -> None:
        self._outgoing.append(Signal(order.numbers, order.grace_s))

    def _forget(self, order: Forget) -> None:
        self._outgoing.append(Journalled(order.numbers))
        self._unwanted += order.numbers
        self._with_stdout.difference_update(order.numbers)


_PERFORM: dict[type[Order], Callable[..., None]] = {
    Say: Carrier._say,
    SayResumed: Carrier._say_resumed,
    Follow: Carrier._follow,
    Finish: Carrier._finish,
    HangUp: Carrier._hang_up,
    Start: Carrier._start,
    Prolong: Carrier._prolong,
    Sweep: Carrier._sweep,
    Forget: Carrier._forget,
    KeepEpoch: Carrier._keep_epoch,
    Note: lambda self, order: _log.info("%s", order.text),
}


def _end_of(message: LauncherEnd, began: Began | None) -> farm.Ended | farm.NotStarted:
    """The launcher's word for an end, as a dispatcher hears it; the core puts its number in.

    A directory that this machine does not have is its own fault and not the command's: it may be there elsewhere.
    """
    match message:
        case Exited():
            return farm.Ended(
                0,
                message.status,
                message.run_s,
                message.reported,
                message.swept,
                message.timed_out,
                message.expired,
                reason=message.trouble,
                line=message.line,
                stalled=message.stalled,
            )
        case Refused():
            return farm.NotStarted(0, message.reason, message.transient or message.directory)
        case Lost():
            run_s = max(0.0, message.time - began.time) if began is not None else 0.0
            return farm.Ended(0, 0, run_s, lost=True, reason="its launcher died, and it was ended")
