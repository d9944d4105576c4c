"""What programs call to talk to a dispatcher: `connect` finds this user's, or starts it, and gives a DispatcherClient.

    async with connect() as dispatcher:
        answer = await dispatcher.spool(file="shot.alf", text=script, ...)
        async for news in dispatcher.watch():
            ...

    connect:  read the lock file -> connect to its socket -> greetings
                 | nobody there                                           (a dead dispatcher's lock file, or none)
                 `-> start `python -m daemons.dispatcher`, wait until it says "ready" or why not -> once more

The dispatcher that is started is nobody's child: it outlives the terminal, and ends by itself when no client is
connected and nothing is left to do.
"""

from __future__ import annotations

import getpass
import os
import socket
import subprocess
import sys
from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import TypeVar

import msgspec
import trio

from daemons import lock, loopback, wire
from daemons.elsewhere import Elsewhere, asked_for
from daemons.hello import introduce
from daemons.identity import users
from daemons.keys import KeyFileError
from daemons.reaching import reach
from daemons.state import State, StateError, locate
from daemons.streams import LinkError, PeerGone
from daemons.wording import printable
from runtime.messages import (
    PROTOCOL,
    AboutIs,
    Act,
    Acted,
    Action,
    AskAbout,
    AskTasks,
    Because,
    Changed,
    Describe,
    Description,
    Echo,
    Exclude,
    Follow,
    List,
    Logs,
    Message,
    Prefer,
    Queue,
    Refusal,
    Shutdown,
    Spool,
    Spooled,
    TasksAre,
    Watch,
    Why,
)

STARTING_S = 10.0
"""How long a dispatcher may take from its lock to its socket before we say that something is wrong."""
_SILENT_DEATHS = 3
"""Dispatchers in a row that may die while they start, before it is said that none can."""
_AGAIN_S = 0.02

_Reply = TypeVar("_Reply", bound=Message)


class DispatcherError(Exception):
    """Base of what can go wrong between a client and its dispatcher; the text is for the user."""


class _DiedSilently(Exception):
    """A dispatcher ended while it started, without a word."""


class NoDispatcher(DispatcherError):
    """No dispatcher runs (and none was to be started), or it could not start: the text has its own words."""


class NotReached(DispatcherError):
    """The dispatcher on another machine that was asked for (daemons.elsewhere) is not there, or does not want us."""


class ConnectionLost(DispatcherError):
    """The connection broke. What was acknowledged is safe in the journal."""


class NotText(DispatcherError):
    """What was to be said has a name that is no UTF-8: programs tell each other text alone."""


class DispatcherClient:
    """A connection to a dispatcher. Every method raises ConnectionLost when it breaks.

    What a dispatcher may decline answers with a Refusal: nothing was changed, and its text says why."""

    def __init__(self, connection: wire.Connection, pid: int, started: bool) -> None:
        self._connection = connection
        self._last_id = 0
        self._waiting: dict[int, trio.MemorySendChannel[Message]] = {}
        self._watching: trio.MemorySendChannel[Queue | Changed] | None = None
        self._lost = ""
        self.pid = pid
        """Process id of the dispatcher."""
        self.started = started
        """Whether it was started for this connection (else it ran already)."""

    async def spool(
        self,
        *,
        file: str,
        text: bytes,
        cwd: str,
        env: Mapping[str, str],
        user: str,
        host: str,
        paused: bool = False,
        after: str = "",
        priority: float | None = None,
    ) -> Spooled | Refusal:
        """Queue the jobs of a script. With Spooled they are in the journal; `diagnostics` of either says what was
        found in the script. `after` is "[MONTH DAY] HOUR:MINUTE". Variables of `env` that are no UTF-8 are left out.
        Raises NotText for such a file or directory."""
        request = Spool(
            file=file,
            text=text,
            cwd=cwd,
            env={name: value for name, value in env.items() if _is_text(name + value)},
            user=user,
            host=host,
            paused=paused,
            after=after,
            priority=priority,
        )
        return await self._ask(request, Spooled)

    async def list(self, done: bool = True) -> Queue:
        """The queue; `done` includes finished jobs."""
        queue = await self._ask(List(done=done), Queue)
        if isinstance(queue, Refusal):
            raise ConnectionLost(queue.text)
        return queue

    async def act(self, action: Action, jid: int, tid: int | None = None, value: str = "") -> Acted | Refusal:
        """Do something to a job or task. With Acted it is in the journal."""
        return await self._ask(Act(action=action, jid=jid, tid=tid, value=value), Acted)

    async def describe(self, jid: int, tid: int | None = None) -> Description | Refusal:
        """Everything about a job or a task; docs/queue-json.md has the keys."""
        return await self._ask(Describe(jid=jid, tid=tid), Description)

    async def follow(self, jid: int, tid: int | None = None) -> Logs | Refusal:
        """Where the logs of a task, or of a whole job, are; the caller reads the files."""
        return await self._ask(Follow(jid=jid, tid=tid), Logs)

    async def why(self, jid: int, tid: int | None = None) -> Because | Refusal:
        """Why nothing more of a job, or nothing of a task, starts."""
        return await self._ask(Why(jid=jid, tid=tid), Because)

    async def tasks(self, jid: int, *, anew: bool = False) -> TasksAre | Refusal:
        """What has changed among the tasks of a job since this was asked last; or (`anew`) all of them."""
        return await self._ask(AskTasks(jid=jid, anew=anew), TasksAre)

    async def exclude(self, where: str, excluded: bool) -> Acted | Refusal:
        """Deselect a slot or a host in this user's huntgroup, or select it again."""
        return await self._ask(Exclude(where=where, excluded=excluded), Acted)

    async def prefer(self, name: str, value: str) -> Acted | Refusal:
        """Change a preference of the dispatcher (runtime.messages.Prefer)."""
        return await self._ask(Prefer(name=name, value=value), Acted)

    async def about(self) -> AboutIs | Refusal:
        """What the dispatcher is, its preferences, its environment: for its owner."""
        return await self._ask(AskAbout(), AboutIs)

    async def echo(self) -> None:
        """Come back as soon as the dispatcher has answered."""
        await self._ask(Echo(), Acted)

    async def watch(self, jid: int = 0) -> AsyncGenerator[Queue | Changed, None]:
        """The queue as it is now, then every change of one job (0: of all); a fresh Queue in place of a backlog.

        Ends when the dispatcher closes the connection.
        """
        self._watching, news = trio.open_memory_channel[Queue | Changed](float("inf"))
        queue = await self._ask(Watch(jid=jid), Queue)
        if isinstance(queue, Queue):
            yield queue
        async for change in news:
            yield change

    async def shutdown(self, when_idle: bool = False) -> bool:
        """Ask the dispatcher to end. What runs is swept first, and queued again for its next start; with `when_idle`
        it goes on until nothing is left to do. False: it does not, because others are connected."""
        return isinstance(await self._ask(Shutdown(when_idle=when_idle), Acted), Acted)

    async def _ask(self, request: Message, reply: type[_Reply]) -> _Reply | Refusal:
        try:
            answer = await self._send(request).receive()
        except trio.EndOfChannel:
            raise ConnectionLost(self._lost) from None
        if not isinstance(answer, reply | Refusal):
            raise ConnectionLost(f"the dispatcher answered {type(request).__name__} with {type(answer).__name__}")
        return answer

    def _send(self, request: Message) -> trio.MemoryReceiveChannel[Message]:
        if self._lost:
            raise ConnectionLost(self._lost)
        self._last_id += 1
        try:
            self._connection.post(msgspec.structs.replace(request, id=self._last_id))
        except UnicodeEncodeError as error:
            raise NotText(f"{printable(error.object)}: this name is no UTF-8; rename it") from error
        answers, receive = trio.open_memory_channel[Message](1)
        self._waiting[self._last_id] = answers
        return receive

    async def _receive_forever(self) -> None:
        """Hand every message to the one who waits for it, until the connection ends."""
        try:
            while (message := await self._connection.receive()) is not None:
                self._hand_over(message)
            self._lost = "the dispatcher has gone; what it had accepted is safe, and goes on when it is started again"
        except LinkError as error:
            self._lost = f"the connection to the dispatcher broke: {error}"
        finally:
            for channel in self._waiting.values():
                channel.close()
            if self._watching is not None:
                self._watching.close()

    def _hand_over(self, message: Message) -> None:
        """A reply to who asked; news, which has no id, to who watches."""
        if message.id:
            channel = self._waiting.pop(message.id, None)
            if channel is not None:
                channel.send_nowait(message)
        elif self._watching is not None and isinstance(message, Queue | Changed):
            with suppress(trio.BrokenResourceError):  # it has stopped watching
                self._watching.send_nowait(message)


def _is_text(words: str) -> bool:
    try:
        words.encode()
    except UnicodeEncodeError:
        return False
    return True


@asynccontextmanager
async def connect(
    state: State | None = None, *, role: str = "client", start: bool = True, slots: int | None = None
) -> AsyncIterator[DispatcherClient]:
    """A connection to this user's dispatcher on this machine, started if none runs and `start` allows it.

    `state`: where its lock and journal are (default: what the environment says). `slots`: commands at a time, for a
    dispatcher that starts now (default: one per core). Raises NoDispatcher; NotReached when one on
    another machine was asked for (daemons.elsewhere).
    """
    if state is None and (place := _elsewhere()) is not None:
        connection, pid = await _reach_elsewhere(place, role)
        started = False
    else:
        connection, pid, started = await _find(state or locate(), role, start, slots)
    client = DispatcherClient(connection, pid, started)
    try:
        async with trio.open_nursery() as nursery:
            nursery.start_soon(connection.write_forever)
            nursery.start_soon(client._receive_forever)
            yield client
            nursery.cancel_scope.cancel()
    except BaseExceptionGroup as group:
        # the nursery is our affair: callers see the exception that they raised
        if len(group.exceptions) == 1:
            raise group.exceptions[0] from group.exceptions[0].__cause__
        raise
    finally:
        await connection.close()


def _elsewhere() -> Elsewhere | None:
    try:
        return asked_for()
    except ValueError as error:
        raise NotReached(str(error)) from error


async def _reach_elsewhere(place: Elsewhere, role: str) -> tuple[wire.Connection, int]:
    try:
        return await reach(place, role)
    except LinkError as error:
        raise NotReached(f"the dispatcher {place}: {error}") from error


async def _find(state: State, role: str, start: bool, slots: int | None) -> tuple[wire.Connection, int, bool]:
    """A dispatcher that has greeted us, its pid, and whether it was started for us. Raises NoDispatcher."""
    started = False
    silent_deaths = 0
    give_up = trio.current_time() + STARTING_S
    while trio.current_time() < give_up:
        stream = None
        try:
            stream = await _reach(state)
            if stream is None and not start:
                raise NoDispatcher("no dispatcher of yours runs on this machine")
            if stream is None:
                started = await trio.to_thread.run_sync(_start, state, slots) or started
                stream = await _reach(state)
        except StateError as error:
            raise NoDispatcher(str(error)) from error
        except OSError as error:
            raise NoDispatcher(f"the dispatcher could not start: {error}") from error
        except _DiedSilently as error:  # killed while it started, most likely: the next one may live
            silent_deaths += 1
            if silent_deaths == _SILENT_DEATHS:
                raise NoDispatcher(str(error)) from error
        if stream is not None:
            connection = wire.Connection(stream)
            try:
                if stream.socket.family != socket.AF_UNIX:
                    await introduce(connection, users("client"), "dispatcher", "the lock file's port", PROTOCOL)
                greeting = await connection.greet(role, getpass.getuser())
            except PeerGone:
                await connection.close()  # it was about to end, or was killed
            except (LinkError, KeyFileError) as error:
                await connection.close()
                raise NoDispatcher(f"the dispatcher does not talk to us: {error}") from error
            else:
                return connection, greeting.pid, started
        await trio.sleep(_AGAIN_S)  # another process may be starting it right now
    raise NoDispatcher(f"a dispatcher has the lock {state.lock} but does not answer; its log is {state.log}")


async def _reach(state: State) -> trio.SocketStream | None:
    """A stream to the dispatcher that the lock file names, or None when nobody is there."""
    holder = lock.read(state.lock)
    if holder is None:
        return None
    try:
        return await wire.connect(Path(holder.socket))
    except (FileNotFoundError, ConnectionRefusedError):
        return await _reach_port(state, holder.port)
    except OSError as error:
        raise NoDispatcher(f"cannot connect to the dispatcher (pid {holder.pid}): {error.strerror}") from error
    except LinkError as error:
        raise NoDispatcher(str(error)) from error


async def _reach_port(state: State, port: int) -> trio.SocketStream | None:
    """The other way in, for where the socket cannot be reached (its directory was cleaned, is not mounted here).

    A dead dispatcher's port may be another one's by now: only a lock that is held says whose it is.
    Raises NoDispatcher when another user listens there.
    """
    if not port or not lock.is_held(state.lock):
        return None
    try:
        return await loopback.connect(port)
    except OSError:
        return None
    except LinkError as error:
        raise NoDispatcher(f"the dispatcher's socket is gone, and {error}") from error


def _start(state: State, slots: int | None) -> bool:
    """Start a dispatcher and wait for its word. True: it is ready; False: another one holds the lock.

    Raises NoDispatcher with what it said when it could not start, _DiedSilently when it said nothing, StateError.
    """
    state.prepare()
    words = [sys.executable, "-P", "-m", "daemons.dispatcher", "-ready"]
    if slots is not None:
        words += ["-slots", str(slots)]
    environ = dict(os.environ)
    if state.lock.parent == state.directory:
        environ["ALF_STATE"] = str(state.directory)
    with state.log.open("ab") as log:
        process = subprocess.Popen(
            words,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=log,
            start_new_session=True,
            cwd=state.directory,
            env=environ,
        )
    assert process.stdout is not None
    with process.stdout:
        said = process.stdout.read().decode(errors="replace").strip()
    process.wait()  # what answered has left it as a process of its own
    if said in ("ready", "held"):
        return said == "ready"
    if not said:
        raise _DiedSilently(f"the dispatcher could not start: see {state.log}")
    raise NoDispatcher(f"the dispatcher could not start: {said}")
