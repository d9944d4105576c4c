"""The process of a maitre-d: `alfred -maitre_d`.

    alfred.ini, keys --> TCP port --> lock --> log --> schedule, assigner --> core --> "ready" on stdout --> serve

    one at a time     for a state directory (its lock) and for a port
    TERM, INT         every peer is told, the log is written to its end
    HUP               the log is opened again (logrotate)

Exit status: 0 ended as told, 1 by an error, 2 it could not start.
"""

from __future__ import annotations

import getpass
import logging
import os
import platform
import signal
import socket
import sys
import time
import traceback
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import msgspec
import trio

from daemons import garbage
from daemons.keys import KeyFileError, master_keyring
from daemons.link import Identity, LinkError, listen, serve
from daemons.lock import Held, Holder, Lock, take
from daemons.log_file import LogFile
from daemons.maitred import assigners
from daemons.maitred.kept import Keeping
from daemons.maitred.service import Service
from daemons.maitred.world import World
from daemons.multicast import Party, place_of
from daemons.pings import Pinger
from daemons.ports import alfserver_port
from daemons.record import FILE_NAME
from daemons.record.sending import Recording
from daemons.site import SCHEDULE, find, find_settings, search_path
from daemons.state import State, StateError, locate
from daemons.version import core_is_compiled, product_version
from runtime.assign.assigner import Assigner
from runtime.maitred.core import Maitred
from runtime.maitred.rules import Rules, rules_of
from runtime.settings import Settings

DONE, FAILED, USAGE = 0, 1, 2
"""In the state directory (daemons.record)."""
FRAME_LIMIT_BYTES = 8 << 20
"""What a dispatcher with tens of thousands of leases says when it attaches; all others wait while it is read."""


@dataclass(frozen=True)
class Wishes:
    """The words of the command line. None: as alfred.ini, or the default, has it."""

    log: Path | None = None
    port: int | None = None
    bind: str = ""
    state: Path | None = None
    wait_s: float | None = None
    chatty: bool = False


def _load_of(core: Maitred, host: str) -> float | None:
    """The load per CPU of a host, as its metrics last said; None when that is not known."""
    load = core.metric(host, "loadavg", time.monotonic())
    return None if isinstance(load, str) else load


class _CannotStart(Exception):
    """The text says why, and what to do."""


def run(wishes: Wishes) -> int:
    """Run a maitre-d to its end; the exit status."""
    try:
        return _run(wishes)
    except (_CannotStart, StateError, KeyFileError, LinkError) as error:
        _complain(str(error))
        return USAGE


def _run(wishes: Wishes) -> int:
    settings = find_settings(os.environ, _complain)
    schedule = find(os.environ, SCHEDULE)
    if schedule is None:
        places = ", ".join(str(path) for path in search_path(os.environ, SCHEDULE))
        raise _CannotStart(f"there is no alfred.schedule: name one with -schedule FILE, or write one of {places}")
    keyring = master_keyring(os.environ, settings.key_file)
    identity = Identity("maitre-d", getpass.getuser(), socket.gethostname(), keyring, frozenset(settings.wranglers))
    port = settings.maitred_port if wishes.port is None else wishes.port
    listener = listen(wishes.bind, port, identity)
    directory = _directory(wishes)
    lock = _take_place(directory, listener.socket.getsockname()[1])
    log = _open_log(wishes)
    compiled = ", its core compiled" if core_is_compiled() else ""
    log.line(f"alfred {product_version()}, Python {platform.python_version()}{compiled}")
    try:
        process = _Process(wishes, settings, identity, listener, directory, schedule, log)
        return trio.run(process.run)
    except Exception:  # noqa: BLE001 - the last thing that the log tells is why it ended
        for line in traceback.format_exc().splitlines():
            log.line(line)
        _complain(f"ended by an error:\n{traceback.format_exc()}")
        return FAILED
    finally:
        log.line(f"maitre-d {os.getpid()} ends")
        log.close()
        lock.release()


class _Process:
    """A maitre-d that has its place: made once, `run` in trio."""

    def __init__(
        self,
        wishes: Wishes,
        settings: Settings,
        identity: Identity,
        listener: trio.SocketListener,
        directory: Path,
        schedule: Path,
        log: LogFile,
    ) -> None:
        self._wishes = wishes
        self._settings = settings
        self._identity = identity
        self._listener = listener
        self._keeping = Keeping(directory)
        self._log = log
        self._schedule = schedule
        self._world = World(schedule, log)
        self._recording = None
        if settings.history_days > 0:
            self._recording = Recording(
                directory / FILE_NAME, settings.history_days, settings.history_tally_days, settings.time_zone, log.line
            )
        self._address, self._port = listener.socket.getsockname()[:2]

    async def run(self) -> int:
        """Serve until a signal ends it."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._log.write_forever)
            core = await self._begin()
            service = Service(
                core, self._log, self._keeping, Pinger(partial(_load_of, core)), self._identity, self._schedule,
                self._recording, chatty=self._wishes.chatty,
            )  # fmt: skip
            garbage.settle()
            nursery.start_soon(service.run)
            nursery.start_soon(self._world.watch, self._settings.schedule_look_s, core, service.do)
            nursery.start_soon(self._listen_to_metrics, core, service)
            nursery.start_soon(serve, [self._listener], self._identity, service.handle, None, FRAME_LIMIT_BYTES)
            self._say_ready(core)
            if self._recording is not None:
                nursery.start_soon(self._recording.run)
            await self._wait_for_the_end()
            await service.say_goodbye()
            if self._recording is not None:
                await self._recording.end()
            nursery.cancel_scope.cancel()
        return DONE

    async def _begin(self) -> Maitred:
        self._keeping.load()
        if self._keeping.trouble:
            self._log.line(self._keeping.trouble)
        epoch = self._keeping.next_epoch(time.time())
        self._keeping.keep(epoch=epoch)
        await self._world.look()
        rules = self._rules()
        return Maitred(
            self._world.schedule,
            rules,
            epoch=epoch,
            now=time.monotonic(),
            wall=time.time(),
            wait=rules.maitred_initial_wait_s > 0,
            offline=self._keeping.kept.offline,
            addresses=self._world.addresses,
            assigner=self._assigner(),
            guard=assigners.Guard(self._settings.assigner_s),
            grant_key=self._identity.keyring.for_grants(),
            usages=self._keeping.kept.usages,
        )

    def _rules(self) -> Rules:
        port = alfserver_port(os.environ, self._settings)
        rules = msgspec.structs.replace(rules_of(self._settings), alfserver_port=port)
        wait_s = self._wishes.wait_s
        return rules if wait_s is None else msgspec.structs.replace(rules, maitred_initial_wait_s=wait_s)

    def _assigner(self) -> type[Assigner] | None:
        if not self._settings.assigner:
            return None
        try:
            found = assigners.named(self._settings.assigner)
        except assigners.AssignerError as error:
            self._log.line(f"assigner: {error}; the default one decides")
            return None
        self._log.line(f"assigner: {found.__name__} ({self._settings.assigner})")
        return found

    async def _listen_to_metrics(self, core: Maitred, service: Service) -> None:
        """Without them a maitre-d is still one: what keeps them away is in the log."""
        key = self._identity.keyring.for_datagrams()
        place = await place_of(self._settings, key, own=self._wishes.bind, own_port=self._settings.metrics_port)
        try:
            party = Party(place)
        except OSError as error:
            self._log.line(f"no metrics: UDP port {place.own_port} cannot be used: {error.strerror}")
            return
        with party:
            if party.trouble:
                self._log.line(f"metrics: {party.trouble}")
            name = f"{self._identity.host}:{self._address}:{self._port}"
            await self._world.listen(party, name, core, service.do)

    async def _wait_for_the_end(self) -> None:
        with trio.open_signal_receiver(signal.SIGTERM, signal.SIGINT, signal.SIGHUP) as signals:
            async for number in signals:
                if number != signal.SIGHUP:
                    self._log.line(f"ended by {signal.Signals(number).name}")
                    return
                self._log.reopen()
                self._log.line("the log was opened again")

    def _say_ready(self, core: Maitred) -> None:
        where = f"{self._address}:{self._port}"
        self._log.line(
            f"maitre-d {os.getpid()} at {where}, term {core.epoch}: {len(self._world.schedule.servers)} slots"
        )
        sys.stdout.write(f"ready {where}\n")
        sys.stdout.flush()


def _directory(wishes: Wishes) -> Path:
    return wishes.state.absolute() if wishes.state is not None else locate().directory / "maitred"


def _take_place(directory: Path, port: int) -> Lock:
    """The state directory, for this maitre-d alone. Raises StateError, _CannotStart."""
    state = State(directory, directory / "lock")
    state.prepare()
    try:
        lock = take(state.lock)
    except Held as held:
        who = f" (pid {held.holder.pid}, port {held.holder.port})" if held.holder else ""
        raise _CannotStart(f"a maitre-d runs with the state directory {directory}{who}; -state names another") from None
    lock.announce(Holder(os.getpid(), "", str(directory), socket.gethostname(), port))
    return lock


def _open_log(wishes: Wishes) -> LogFile:
    """The log, of what `logging` is used for too. Raises _CannotStart."""
    try:
        log = LogFile(wishes.log)
    except OSError as error:
        raise _CannotStart(f"cannot write the log {wishes.log}: {error.strerror}") from error
    logging.basicConfig(level=logging.INFO, format="%(message)s", handlers=[log])
    return log


def _complain(text: str) -> None:
    sys.stderr.write(f"alfred -maitre_d: {text}\n")
