"""The dispatcher's process: one for a user on a machine, started by a client, ended when nothing is left to do.

    python -P -m daemons.dispatcher [-ready] [-slots N]

    lock -> socket -> journal -> "ready" on stdout -> the queue is replayed -> the launcher's log is adopted
         -> what ran on other machines is asked about -> the maitre-d, if any, is attached to -> serve

Of the rules nothing is here: `runtime.dispatcher` decides, `daemons.carrier` carries out, `daemons.desk` answers. This
is the order in which they come and go. With -ready the process leaves its starter (a process and a session of its own)
and says one line: "ready", "held" (another one has the lock), or why it cannot start.

It ends
    by itself        no client is connected and nothing can happen without one
    on a Shutdown,   what runs is swept first, and queued again for its next start
    TERM or INT
    on a fatal error of the journal: with words; what runs goes on under the launcher, and is taken up by the next start
"""

from __future__ import annotations

import argparse
import logging
import os
import pwd
import signal
import socket
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import partial

import msgspec
import psutil
import trio

from daemons import garbage, loopback, wire
from daemons.admission import Admission
from daemons.attachment import Attachment
from daemons.carrier import Carrier, past_of
from daemons.chaos import Chaos
from daemons.desk import Desk
from daemons.hello import Identity, answer, kernel_uid
from daemons.identity import users
from daemons.journal import Journal, JournalError
from daemons.keys import KeyFileError
from daemons.lasting import Lasting
from daemons.launch import Launcher, LauncherError, open_launcher, prepare, reason_of
from daemons.launcher_messages import Quit
from daemons.loading import Loader
from daemons.lock import Held, Holder, Lock, take
from daemons.metrics import measure
from daemons.presets import PresetFile, preset_file
from daemons.pulse import Pulse
from daemons.reading import ScriptReader, limits_of
from daemons.remote import Remotes
from daemons.site import CurrentSettings
from daemons.state import State, StateError, locate
from daemons.streams import LinkError, tune
from runtime.dispatcher import Dispatcher
from runtime.facts import AttemptId
from runtime.machine import Machine, own_slots
from runtime.messages import PROTOCOL, Acted, AnyMessage, Refusal, Shutdown, Spool, Why
from runtime.orders import Announce, Change
from runtime.remote import Terms
from runtime.rights import Standing, refusal, standing
from runtime.settings import Settings

LINGER_S = 3.0
"""How long a dispatcher with nothing to do waits for the next client."""
SHUTDOWN_S = 20.0
"""How long the sweep of a shutdown may take before the launcher is left to finish it."""
TROUBLE_AGAIN_S = 60.0
"""How often a trouble of the journal that lasts is told again."""
JOURNAL_WAIT_S = 5.0
"""For a command that only looks at the queue while no dispatcher runs (daemons.offline)."""
_LOG_LIMIT_BYTES = 4 << 20
_log = logging.getLogger("dispatcher")


class Service:
    """A dispatcher at work: made once per process, `run` in trio."""

    def __init__(
        self,
        state: State,
        journal: Journal,
        listeners: list[trio.SocketListener],
        slots: int,
        lasting: Lasting,
        identity: Identity,
        port: int,
        site: CurrentSettings,
    ) -> None:
        settings = site()
        limits = limits_of(settings)
        own = own_slots(socket.gethostname(), slots, address=_address())
        machine = Machine(own, measure(state.directory), has=settings.reserve_machine)
        first = AttemptId(journal.last_attempt() + 1)
        self._state = state
        self._journal = journal
        self._listeners = listeners
        presets = PresetFile(preset_file(settings))
        self._core = Dispatcher(
            machine, ScriptReader(limits), settings, scheme=lasting.scheme, first_attempt=first, home=_home,
            presets=presets,
        )  # fmt: skip
        self._loader = Loader(journal, self._core, limits)
        self._terms = Terms(settings.lease_s, settings.grace_s)
        self._lasting = lasting
        self._identity = identity
        self._chaos = Chaos(os.environ, identity.user, site)
        self._attachment = Attachment(
            self._core,
            identity,
            lasting,
            port,
            self._terms,
            site,
            self._chaos,
        )
        self._chaos.hear = self._attachment.heard
        self._desk = Desk(self._core, journal, self._loader, state, limits, self._attachment, lasting)
        self._waits_for_all = settings.idle_exit_s is not None
        self._linger_s = linger_s(settings)
        self._clients = 0
        self._admission = Admission(_log)
        self._scope = trio.CancelScope()
        self._rest = Pulse()
        """Fires when it may be that nothing is left to do, or that there is a client again."""
        self._planned: float | None = None
        self._replan = Pulse()
        self._failure = ""
        self._told, self._told_at = "", 0.0
        """What was last said about the journal, and when."""

    async def run(self) -> str:
        """Serve until the end. Empty, or the words of the error that ended it."""
        self._attachment.prepare()
        self._loader.load()
        for trouble in self._loader.troubles:
            _log.error(trouble)
        self._journal.start(self._journal_trouble)
        with self._scope:
            try:
                async with open_launcher(self._state.launcher) as launcher:
                    await self._serve(launcher)
            except* LauncherError as group:
                self._failure = reason_of(group)
        return self._failure

    async def _serve(self, launcher: Launcher) -> None:
        async with trio.open_nursery() as nursery:
            carrier = Carrier(
                self._core,
                self._journal,
                launcher,
                self._state,
                nursery,
                self._desk.news,
                self._batch_done,
                self._attachment.say,
                Remotes(self._lasting.dispatcher, self._identity, self._terms, nursery),
            )
            self._carrier = carrier
            self._attachment.carry_out = carrier.carry_out
            carrier.away.ruled_by = self._attachment.ruled_by
            nursery.start_soon(carrier.release_forever)
            nursery.start_soon(carrier.away.acknowledge_forever)
            await self._adopt(launcher, carrier)
            self._desk.carrier = carrier
            carrier.remove_logs(self._desk.prune())
            garbage.settle()
            nursery.start_soon(self._chaos.run)
            nursery.start_soon(self._attachment.run)
            nursery.start_soon(self._hear_launcher, launcher)
            nursery.start_soon(self._keep_time)
            nursery.start_soon(self._watch_for_signals, launcher)
            nursery.start_soon(self._leave_when_idle, launcher)
            await trio.serve_listeners(partial(self._client, launcher=launcher), self._listeners)

    async def _adopt(self, launcher: Launcher, carrier: Carrier) -> None:
        """Take up what went on while no dispatcher was there."""
        log, running, ended = past_of(launcher.past, launcher.hello, self._state)
        seen = max(launcher.past.intended, default=0)
        carrier.adopted = set(running)
        carrier.carry_out(self._core.adopt(log, running, time.time(), seen=seen))
        carrier.acknowledge(ended)
        carrier.away.adopt()

    # -- tasks -------------------------------------------------------------------------------------------------------

    async def _hear_launcher(self, launcher: Launcher) -> None:
        while messages := await launcher.receive():
            self._carrier.launcher_said(messages)
        self._scope.cancel()  # it has ended, as it was told to

    async def _keep_time(self) -> None:
        """Tell the core when a time has come that it waits for."""
        while True:
            self._planned = self._core.next_deadline()
            wait_s = float("inf") if self._planned is None else max(0.0, self._planned - time.time())
            with trio.move_on_after(wait_s) as waiting:
                await self._replan.wait()
            if waiting.cancelled_caught:
                self._carrier.carry_out(self._core.tick(time.time()))

    async def _watch_for_signals(self, launcher: Launcher) -> None:
        with trio.open_signal_receiver(signal.SIGTERM, signal.SIGINT) as signals:
            async for number in signals:
                _log.info("ended by %s", signal.Signals(number).name)
                await self._shut_down()
                launcher.send([Quit()])

    async def _leave_when_idle(self, launcher: Launcher) -> None:
        while True:
            while not self._is_idle():
                await self._rest.wait()
            with trio.move_on_after(self._linger_s) as lingering:
                await self._rest.wait()
            if lingering.cancelled_caught and self._is_idle() and await self._is_all_safe() and self._is_idle():
                break
        _log.info("nothing is left to do")
        self._desk.carrier = None
        await self._attachment.leave()
        launcher.send([Quit()])

    async def _is_all_safe(self) -> bool:
        """Whether all facts are in the journal; a full disk holds them up."""
        try:
            await self._journal.flush()
        except JournalError:
            return False  # it has been told (`Journal.start`)
        return True

    def _is_idle(self) -> bool:
        at_work = self._clients or self._carrier.open_programs or self._carrier.away.in_use
        return not at_work and (self._core.inactive if self._waits_for_all else self._core.idle)

    def _batch_done(self) -> None:
        """After every batch of orders."""
        self._desk.note_ends()
        if not self._core.attempts:
            self._rest.fire()
        if self._core.next_deadline() != self._planned:
            self._replan.fire()

    def _journal_trouble(self, trouble: JournalError | None) -> None:
        text = "the journal can be written again" if trouble is None else str(trouble)
        now = time.monotonic()
        if text != self._told or now - self._told_at > TROUBLE_AGAIN_S:
            self._told, self._told_at = text, now
            self._tell(text)
        if trouble is not None and trouble.fatal:
            self._failure = str(trouble)
            self._scope.cancel()

    def _tell(self, text: str) -> None:
        _log.error(text)
        for jid in self._core.jobs:
            self._desk.news(Announce(Change.NOTICE, self._core.jobs[jid].jid, text=text))

    async def _shut_down(self) -> None:
        """Sweep what runs, and keep that it is to be run again."""
        self._desk.carrier = None
        self._carrier.carry_out(self._core.shutdown(time.time()))
        with trio.move_on_after(SHUTDOWN_S):
            while self._core.attempts or self._carrier.away.in_use:
                await self._rest.wait()
            await self._attachment.leave()
        if not await self._is_all_safe():
            _log.error("what happened last is not in the journal; what ran or ended then, the launcher's log knows")

    # -- clients -----------------------------------------------------------------------------------------------------

    async def _client(self, stream: trio.SocketStream, launcher: Launcher) -> None:
        """One connection, from its greeting to its end. What goes wrong with it ends it, and nothing else."""
        connection = wire.Connection(stream, fresh=self._desk.queue)
        try:
            who = await self._admission.hello(stream, partial(self._meet, connection))
            with self._counted():
                limit_bytes = wire.FRAME_LIMIT_BYTES if who is Standing.OWNER else wire.GREETING_LIMIT_BYTES
                await connection.greet("dispatcher", self._identity.user, answer=True, limit_bytes=limit_bytes)
                await self._talk(connection, who, launcher)
        except LinkError as error:
            self._admission.tell(error)
            connection.post(Refusal(text=str(error)))
            with trio.move_on_after(1.0):
                await connection.flush()
        except Exception:  # noqa: BLE001 - a bug that one client met must not take the others and the jobs with it
            _log.exception("a connection was closed by an error")
        finally:
            self._desk.leaves(connection)
            self._rest.fire()
            await connection.close()

    @contextmanager
    def _counted(self) -> Iterator[None]:
        """A client is there. Who has not said who he is is none: he does not keep the dispatcher from its end."""
        self._clients += 1
        self._rest.fire()
        try:
            yield
        finally:
            self._clients -= 1

    async def _meet(self, connection: wire.Connection) -> Standing:
        """Who is it? The kernel knows at the Unix socket; over TCP there is a hello. Raises LinkError."""
        if connection.stream.socket.family == socket.AF_UNIX:
            if await kernel_uid(connection.stream) != os.getuid():
                raise LinkError("this dispatcher is another user's")
            return Standing.OWNER
        tune(connection.stream)
        peer = await answer(connection, self._identity, PROTOCOL, self._attachment.vouch, wire.GREETING_LIMIT_BYTES)
        return standing(peer.user, self._identity.user, peer.wrangler)

    async def _talk(self, connection: wire.Connection, who: Standing, launcher: Launcher) -> None:
        """From the greetings to the end of the connection. Raises LinkError."""
        wrong = await connection.converse(lambda nursery: self._answer_all(connection, who, nursery, launcher))
        if wrong is not None:
            raise wrong

    async def _answer_all(
        self, connection: wire.Connection, who: Standing, nursery: trio.Nursery, launcher: Launcher
    ) -> None:
        while (message := await connection.receive()) is not None:
            wrong = refusal(message, who, self._identity.user)
            if wrong:
                connection.post(Refusal(id=message.id, text=wrong))
            elif isinstance(message, Shutdown):
                await self._end_for(message, connection, launcher)
            elif _takes_long(message):
                nursery.start_soon(self._reply, message, connection)
            else:
                await self._reply(message, connection)
            del message  # it may hold a script of 100 MB, and the next one may be long in coming

    async def _reply(self, message: AnyMessage, connection: wire.Connection) -> None:
        reply = await self._desk.answer(message, connection)
        connection.post(msgspec.structs.replace(reply, id=message.id))

    async def _end_for(self, message: Shutdown, connection: wire.Connection, launcher: Launcher) -> None:
        if message.when_idle:
            self._linger_s, self._waits_for_all = 0.0, False
            connection.post(Acted(id=message.id))
        elif self._clients > 1:
            connection.post(Refusal(id=message.id, text="other clients are connected"))
        else:
            await self._shut_down()
            connection.post(Acted(id=message.id))
            await connection.drain()
            launcher.send([Quit()])


def _takes_long(message: AnyMessage) -> bool:
    """Whether others on this connection are answered meanwhile: a large script is read, the maitre-d is asked."""
    return isinstance(message, Why) or (isinstance(message, Spool) and len(message.text) > wire.GREETING_LIMIT_BYTES)


def _home(user: str) -> str | None:
    """The home directory of a user, None where there is no such user."""
    try:
        return pwd.getpwnam(user).pw_dir
    except KeyError:
        return None


def _address() -> str:
    """An IPv4 address of this machine that others could use, empty when there is none."""
    for addresses in psutil.net_if_addrs().values():
        for address in addresses:
            if address.family == socket.AF_INET and not address.address.startswith("127."):
                return str(address.address)
    return ""


def linger_s(settings: Settings) -> float:
    """How long a dispatcher without clients and work stays: as timerDoneJobDispatchExit says, 0 is for ever (S4). Where
    it says nothing, a moment: the queue is on the disk, and the next client starts another one."""
    if settings.idle_exit_s is None:
        return LINGER_S
    return settings.idle_exit_s or float("inf")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a dispatcher to its end; the exit status."""
    words = argparse.ArgumentParser(prog="daemons.dispatcher", allow_abbrev=False)
    words.add_argument("-ready", action="store_true")
    words.add_argument("-slots", type=int, default=os.cpu_count() or 1)
    given = words.parse_args(arguments)
    if given.ready:
        _leave_starter()
    state = locate()
    try:
        state.prepare()
        lock = take(state.lock)
    except Held as held:
        return _cannot("held" if given.ready else str(held))
    except StateError as error:
        return _cannot(str(error))
    try:
        return _run(state, lock, given.slots, given.ready)
    finally:
        state.socket.unlink(missing_ok=True)
        lock.release()


def _run(state: State, lock: Lock, slots: int, ready: bool) -> int:
    try:
        prepare(state.launcher)
        site = CurrentSettings(os.environ, _log.warning)
        settings = site()
        identity = users("dispatcher", settings.wranglers)
        address = settings.dispatcher_address if identity.keyring else loopback.HOST
        port = loopback.listen(address, settings.dispatcher_port)
        listeners = [wire.listen(state.socket), *([port] if port else [])]
        journal = Journal(state.journal, wait_s=JOURNAL_WAIT_S)
        lasting = Lasting(state.directory)
        here = (os.getpid(), str(state.socket), str(state.directory), socket.gethostname())
        lock.announce(Holder(*here, loopback.port_of(port)))
    except (StateError, LauncherError, KeyFileError, OSError) as error:
        return _cannot(str(error))
    if ready:
        _say_ready(state)
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    _log.info("dispatcher %d begins, with %d slots", os.getpid(), slots)
    try:
        service = Service(state, journal, listeners, slots, lasting, identity, loopback.port_of(port), site)
        failure = trio.run(service.run)
        journal.close()
    except JournalError as error:
        failure = str(error)
    if failure:
        _log.error("dispatcher %d ends: %s", os.getpid(), failure)
        return 1
    _log.info("dispatcher %d ends", os.getpid())
    return 0


def _leave_starter() -> None:
    """Become nobody's child: the starter waits for our word, not for us."""
    if os.fork():
        os._exit(0)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)


def _say_ready(state: State) -> None:
    """Tell the starter, and write to the log from now on."""
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    if state.log.exists() and state.log.stat().st_size > _LOG_LIMIT_BYTES:
        state.log.replace(state.log.with_suffix(".old"))
    log = os.open(state.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
    os.dup2(log, 1)
    os.dup2(log, 2)
    os.close(log)


def _cannot(text: str) -> int:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()
    return 1


if __name__ == "__main__":
    sys.exit(main())
