"""An alfserver at work: links of dispatchers in, commands of the launcher out. Made once per process, `run` in trio.

It ends
    TERM, INT   its commands are ended and their dispatchers told, so that they run elsewhere
    USR1        it leaves: its commands go on under the launcher, and the next alfserver takes them up (-supercede)
    killed      as with USR1, as long as their leases last
"""

from __future__ import annotations

import logging
import signal
import time
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass

import trio

from daemons.alfserver.account import own_account
from daemons.alfserver.carrier import Carrier, Connection
from daemons.alfserver.store import Store
from daemons.launch import Launcher, LauncherError, open_launcher, reason_of
from daemons.launcher_messages import Quit
from daemons.link import Identity, Link, LinkError, serve
from daemons.pulse import Pulse
from runtime.alfserver.core import LONGEST_LEASE_S, Alfserver, Rules
from runtime.alfserver.orders import Peer

SHUTDOWN_S = 20.0
"""How long the end of the commands may take before the launcher is left to finish it."""
TOLD_S = 3.0
"""How long dispatchers may take to acknowledge the last ends; others are told by the next alfserver."""
_PRUNE_S = 3600.0
_log = logging.getLogger("alfserver")


@dataclass
class Service:
    """An alfserver: what it is (`rules`), where it keeps things, who may speak to it and where."""

    rules: Rules
    store: Store
    identity: Identity
    listeners: Sequence[trio.SocketListener]
    presets: Mapping[str, Mapping[str, str]]
    measure: Callable[[], Awaitable[None]]
    """Tells this host's metrics, until cancelled (daemons.sampling)."""

    async def run(self) -> str:
        """Serve until the end. Empty, or the words of the error that ended it."""
        failure = ""
        self._scope = trio.CancelScope()
        self._changed = Pulse()
        self._peers = 0
        with self._scope:
            try:
                async with open_launcher(self.store.launcher, LONGEST_LEASE_S) as launcher:
                    await self._serve(launcher)
            except* LauncherError as group:
                failure = reason_of(group)
        return failure

    async def _serve(self, launcher: Launcher) -> None:
        past = launcher.past
        first = self.store.first_number(past.intended)
        self._core = Alfserver(self.rules, first, self.store.kept.epoch)
        async with trio.open_nursery() as nursery:
            self._carrier = Carrier(
                self._core, self.store, launcher.send, self.presets, own_account(), nursery, self._changed.fire
            )
            self._carrier.adopt(past, launcher.hello.running)
            self.store.remove_strays(self._core.attempts)
            if self._core.attempts:
                _log.info("taken up: %d commands, %d of them run", len(self._core.attempts), len(self._core.running))
            nursery.start_soon(self._hear_launcher, launcher)
            nursery.start_soon(self._watch_for_signals, launcher)
            nursery.start_soon(self._prune_forever)
            nursery.start_soon(self.measure)
            await serve(self.listeners, self.identity, self._dispatcher)

    # -- tasks -------------------------------------------------------------------------------------------------------

    async def _hear_launcher(self, launcher: Launcher) -> None:
        while messages := await launcher.receive():
            self._carrier.launcher_said(messages, launcher.past)
        self._scope.cancel()  # it has ended, as it was told to

    async def _prune_forever(self) -> None:
        while True:
            self._carrier.carry_out(self._core.prune(time.time()))
            await trio.sleep(_PRUNE_S)

    async def _watch_for_signals(self, launcher: Launcher) -> None:
        with trio.open_signal_receiver(signal.SIGTERM, signal.SIGINT, signal.SIGUSR1) as signals:
            async for number in signals:
                _log.info("ended by %s", signal.Signals(number).name)
                if number == signal.SIGUSR1:
                    break
                await self._shut_down()
                launcher.send([Quit(sweep=True)])
                return
        self._scope.cancel()

    async def _shut_down(self) -> None:
        """End what runs, and tell whose it was."""
        self._carrier.carry_out(self._core.shutdown())
        with trio.move_on_after(SHUTDOWN_S):
            while self._core.running:
                await self._changed.wait()
        with trio.move_on_after(TOLD_S):
            while any(attempt.follower is not None for attempt in self._core.attempts.values()):
                await self._changed.wait()

    # -- dispatchers -------------------------------------------------------------------------------------------------

    async def _dispatcher(self, link: Link) -> None:
        """One link, from its hello to its end. Raises LinkError."""
        self._peers += 1
        peer = Peer(self._peers)
        reasons: list[str] = []
        with trio.CancelScope() as scope:

            def hang_up(reason: str) -> None:
                reasons.append(reason)
                scope.cancel()

            connection = self._carrier.connections[peer] = Connection(link, self.store, hang_up)
            try:
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(connection.printer.run)
                    await self._converse(peer, link)
                    nursery.cancel_scope.cancel()
            except* LinkError as group:
                reasons.append(str(group.exceptions[0]))
            finally:
                self._carrier.closed(peer)
        if reasons:
            raise LinkError(reasons[0])

    async def _converse(self, peer: Peer, link: Link) -> None:
        self._carrier.carry_out(self._core.connected(peer, link.peer.user, wrangler=link.peer.wrangler))
        while messages := await link.receive_batch():
            self._carrier.heard(peer, messages)
            del messages  # they may hold large environments, and the next may be long in coming
