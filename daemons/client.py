"""What programs call to talk to a dispatcher: `connect` finds this user's, or starts it, and gives a DispatcherClient.

    async with connect(locate()) as dispatcher:
        spooled = await dispatcher.spool(file="shot.alf", text=script)
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
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import trio

from daemons import lock, wire
from daemons.state import State, StateError
from runtime.job.model import Diagnostic
from runtime.messages import (
    Act,
    Acted,
    Action,
    Changed,
    Describe,
    Description,
    Follow,
    List,
    Logs,
    Message,
    Queue,
    Refusal,
    Shutdown,
    Spool,
    Spooled,
    Watch,
)

STARTING_S = 10.0
"""How long a dispatcher may take from its lock to its socket before we say that something is wrong."""
_AGAIN_S = 0.02

_Reply = TypeVar("_Reply", bound=Message)


class DispatcherError(Exception):
    """Base of what can go wrong between a client and its dispatcher; the text is for the user."""


class NoDispatcher(DispatcherError):
    """No dispatcher runs (and none was to be started), or it could not start: the text has its own words."""


class DispatcherLost(DispatcherError):
    """The connection broke. What was acknowledged is safe in the journal."""


class Refused(DispatcherError):
    """The dispatcher did not do what was asked, and nothing was changed."""

    def __init__(self, text: str, diagnostics: tuple[Diagnostic, ...] = ()) -> None:
        super().__init__(text)
        self.diagnostics = diagnostics


class DispatcherClient:
    """A connection to a dispatcher. Every method raises DispatcherLost when it breaks, Refused when it says no."""

    def __init__(self, connection: wire.Connection, pid: int, started: bool) -> None:
        self._connection = connection
        self._last_id = 0
        self._waiting: dict[int, trio.MemorySendChannel[Message]] = {}
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
        cwd: str | None = None,
        env: Mapping[str, str] | None = None,
        paused: bool = False,
        after: str = "",
        priority: float | None = None,
    ) -> Spooled:
        """Queue the jobs of a script. When this returns they are in the journal. `Refused.diagnostics` says what is
        wrong with a script. `after` is "[MONTH DAY] HOUR:MINUTE"; `cwd` and `env` default to this process's."""
        request = Spool(
            file=file,
            text=text,
            cwd=cwd if cwd is not None else os.getcwd(),
            env=dict(env if env is not None else os.environ),
            user=getpass.getuser(),
            host=socket.gethostname(),
            paused=paused,
            after=after,
            priority=priority,
        )
        return await self._ask(request, Spooled)

    async def list(self, done: bool = True) -> Queue:
        """The queue; `done` includes finished jobs."""
        return await self._ask(List(done=done), Queue)

    async def act(self, action: Action, jid: int, tid: int | None = None, value: str = "") -> str:
        """Do something to a job or task; what was done, in words."""
        return (await self._ask(Act(action=action, jid=jid, tid=tid, value=value), Acted)).text

    async def describe(self, jid: int, tid: int | None = None) -> dict[str, Any]:
        """Everything about a job or a task; docs/queue-json.md has the keys."""
        return (await self._ask(Describe(jid=jid, tid=tid), Description)).about

    async def follow(self, jid: int, tid: int | None = None) -> Logs:
        """Where the logs of a task, or of a whole job, are; the caller reads the files."""
        return await self._ask(Follow(jid=jid, tid=tid), Logs)

    async def watch(self, jid: int = 0) -> AsyncIterator[Queue | Changed]:
        """The queue as it is now, then every change of one job (0: of all); a fresh Queue in place of a backlog.

        Ends when the dispatcher closes the connection.
        """
        receive = self._send(Watch(jid=jid), backlog=float("inf"))
        async for news in receive:
            if isinstance(news, Queue | Changed):
                yield news

    async def shutdown(self, when_idle: bool = False) -> None:
        """Ask the dispatcher to end. Its commands are swept first, and queued again for its next start; with
        `when_idle` it goes on until nothing is left to do. Returns once it has agreed."""
        await self._ask(Shutdown(when_idle=when_idle), Acted)

    async def _ask(self, request: Message, reply: type[_Reply]) -> _Reply:
        try:
            answer = await self._send(request, backlog=1).receive()
        except trio.EndOfChannel:
            raise DispatcherLost(self._lost) from None
        if isinstance(answer, Refusal):
            raise Refused(answer.text, answer.diagnostics)
        if not isinstance(answer, reply):
            raise DispatcherLost(f"the dispatcher answered {type(request).__name__} with {type(answer).__name__}")
        return answer

    def _send(self, request: Message, backlog: float) -> trio.MemoryReceiveChannel[Message]:
        if self._lost:
            raise DispatcherLost(self._lost)
        self._last_id += 1
        answers, receive = trio.open_memory_channel[Message](backlog)
        self._waiting[self._last_id] = answers
        self._connection.post(msgspec.structs.replace(request, id=self._last_id))
        return receive

    async def _receive_forever(self) -> None:
        """Hand every message to the one who waits for it, until the connection ends."""
        try:
            while (message := await self._connection.receive()) is not None:
                self._hand_over(message)
            self._lost = "the dispatcher has gone; what it had accepted is safe, and goes on when it is started again"
        except wire.WireError as error:
            self._lost = f"the connection to the dispatcher broke: {error}"
        finally:
            for channel in self._waiting.values():
                channel.close()

    def _hand_over(self, message: Message) -> None:
        channel = self._waiting.get(message.id)
        if channel is None:
            return
        try:
            channel.send_nowait(message)
        except trio.BrokenResourceError:  # whoever asked has stopped listening
            del self._waiting[message.id]
        if not isinstance(message, Queue | Changed):
            self._waiting.pop(message.id, None)


@asynccontextmanager
async def connect(
    state: State, *, role: str = "client", start: bool = True, slots: int | None = None
) -> AsyncIterator[DispatcherClient]:
    """A connection to this user's dispatcher on this machine, started if none runs and `start` allows it.

    `slots`: commands at a time, for a dispatcher that starts now (default: one per core). Raises NoDispatcher.
    """
    stream, started = await _find(state, start, slots)
    try:
        async with trio.open_nursery() as nursery:
            connection = wire.Connection(stream)
            try:
                greeting = await connection.greet(role, getpass.getuser())
                client = DispatcherClient(connection, greeting.pid, started)
                nursery.start_soon(connection.write_forever)
                nursery.start_soon(client._receive_forever)
                yield client
            except wire.WireError as error:
                raise NoDispatcher(f"the dispatcher does not talk to us: {error}") from error
            finally:
                nursery.cancel_scope.cancel()
                await connection.close()
    except BaseExceptionGroup as group:
        # the nursery is our affair: callers see the exception that they (or we) raised
        if len(group.exceptions) == 1:
            raise group.exceptions[0] from group.exceptions[0].__cause__
        raise


async def _find(state: State, start: bool, slots: int | None) -> tuple[trio.SocketStream, bool]:
    """A stream to the dispatcher, and whether it was started for it. Raises NoDispatcher."""
    started = False
    give_up = trio.current_time() + STARTING_S
    while trio.current_time() < give_up:
        try:
            stream = await _reach(state)
            if stream is not None:
                return stream, started
            if not start:
                raise NoDispatcher("no dispatcher of yours runs on this machine")
            if await trio.to_thread.run_sync(_start, state, slots):
                started = True
                continue
        except StateError as error:
            raise NoDispatcher(str(error)) from error
        await trio.sleep(_AGAIN_S)  # another process is starting it right now
    raise NoDispatcher(f"a dispatcher holds the lock {state.lock} but does not answer; its log is {state.log}")


async def _reach(state: State) -> trio.SocketStream | None:
    """A stream to the dispatcher that the lock file names, or None when nobody is there."""
    holder = lock.read(state.lock)
    if holder is None:
        return None
    try:
        return await wire.connect(Path(holder.socket))
    except (FileNotFoundError, ConnectionRefusedError):
        return None
    except OSError as error:
        raise NoDispatcher(f"cannot connect to the dispatcher (pid {holder.pid}): {error.strerror}") from error
    except wire.WireError as error:
        raise NoDispatcher(str(error)) from error


def _start(state: State, slots: int | None) -> bool:
    """Start a dispatcher and wait for its word. True: it is ready; False: another one holds the lock.

    Raises NoDispatcher with what it said when it could not start, StateError.
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
    raise NoDispatcher(f"the dispatcher could not start: {said or f'see {state.log}'}")
