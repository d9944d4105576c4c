"""A daemon's side of its launcher: start it, talk to it, take up what still runs. Not the launcher itself.

    async with open_launcher(state.launcher) as launcher:
        launcher.past, launcher.hello                 what the log says, what runs: compare with the journal
        launcher.send([Context(1, "/", env), Spawn(7, "1.4.1", 1, ("true",), {}, path)])
        while True:
            for message in await launcher.receive():  Began, Output, Refused, Exited, Lost; Hello after a new launcher
                ...
            launcher.send([Journalled(attempts)])     once their ends are safe

    connect --> Hello --> read the log up to Hello's size --> messages
       | nobody there                                            | connection lost
       `-> start one: it ends what a dead one left, says ready   `-> the same again

Orders never wait: they are gathered and written by one task, many to a send. Every attempt that was sent
ends with exactly one Refused, Exited or Lost, also when launchers die: what a dead one had not begun is Refused
(transient), what it had begun is Lost, unless its log knows the end.
"""

from __future__ import annotations

import os
import socket
import struct
import subprocess
import sys
import time
from collections import deque
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from errno import ECONNRESET
from pathlib import Path

import msgspec
import trio

import daemons
from daemons.frames import FrameReader, frame
from daemons.launcher_log import LogError, Past, past, read_records
from daemons.launcher_messages import (
    LIMIT_BYTES,
    Began,
    Exited,
    FromDaemon,
    FromLauncher,
    Hello,
    Lost,
    Quit,
    Refused,
    Spawn,
)
from daemons.starting import DEFAULT_PATH

PATIENCE_S = 60.0
"""How long a launcher keeps its commands running while no daemon is connected."""

DEATHS = 5
"""So many launchers may die within DEATHS_S before we give up."""
DEATHS_S = 10.0

_START_S = 30.0  # for a launcher to get ready: it may have to end what a dead one left
_RECEIVE_BYTES = 256 * 1024

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(FromLauncher)


class LauncherError(Exception):
    """No launcher can be started or reached; the text says why."""


class Launcher:
    """The connection to this daemon's launcher, whichever process that is. Made by `open_launcher`."""

    def __init__(self, directory: Path, patience_s: float) -> None:
        self._directory = directory
        self._patience_s = patience_s
        self._socket: trio.socket.SocketType | None = None
        self._reader = FrameReader(LIMIT_BYTES)
        self._early: list[FromLauncher] = []
        """What came together with the Hello, and has not been received yet."""
        self._outgoing = bytearray()
        self._writing = False
        self._wanted = trio.Event()
        self._open: dict[int, tuple[str, bool]] = {}  # attempt -> tag, whether its Began was handed out
        self._deaths: deque[float] = deque(maxlen=DEATHS)
        self._quit: Quit | None = None
        self.hello = Hello(0, "", 0, ())
        """What the launcher said when we connected."""
        self.past = Past()
        """What its log said then; both are renewed with every launcher."""

    # -- orders -------------------------------------------------------------------------------------------------

    def send(self, messages: Sequence[FromDaemon]) -> None:
        """Give orders; they are on their way when the writer task turns.

        Contexts are the launcher's only as long as it lives: after a Hello they have to be sent again. Raises
        UnicodeEncodeError for words that no program can be given; then nothing of `messages` is sent.
        """
        data = b"".join([frame(_encoder.encode(message)) for message in messages])
        for message in messages:
            if type(message) is Spawn:
                self._open[message.attempt] = (message.tag, False)
            elif type(message) is Quit:
                self._quit = message
        if not (self._writing or self._outgoing):
            data = self._write_now(data)
        if data:
            self._outgoing += data
            self._wanted.set()

    def _write_now(self, data: bytes) -> bytes:
        """What cannot be written without waiting. Orders that go at once spare the writer task a turn."""
        if self._socket is None:
            return data
        try:
            return data[os.write(self._socket.fileno(), data) :]
        except OSError:
            return data  # it has to wait, or the launcher died: `write_forever` and `receive` deal with either

    # -- messages -----------------------------------------------------------------------------------------------

    async def receive(self) -> list[FromLauncher]:
        """Wait for what the launcher says next, all that has come. Cancel-safe.

        When the launcher dies a new one is started: then comes a Hello, and the ends of what the old one ran.
        After a Quit, an empty list: the launcher has ended, and left nothing. Raises LauncherError
        when none can be started.
        """
        messages, self._early = self._early, []
        while not messages:
            data = await self._read()
            if not data:
                if self._quit and not (self._directory / "socket").exists():
                    return []
                return await self._revive()
            messages = [_decoder.decode(body) for body in self._reader.feed(data)]
        for message in messages:
            self._note(message)
        return messages

    async def _read(self) -> bytes:
        assert self._socket is not None
        try:
            data: bytes = await self._socket.recv(_RECEIVE_BYTES)
        except OSError:
            return b""
        return data

    def _note(self, message: FromLauncher) -> None:
        match message:
            case Began():
                self._open[message.attempt] = (message.tag, True)
            case Refused() | Exited() | Lost():
                self._open.pop(message.attempt, None)

    async def _revive(self) -> list[FromLauncher]:
        now = time.monotonic()
        if len(self._deaths) == DEATHS and now - self._deaths[0] < DEATHS_S:
            raise LauncherError(f"the launcher died {DEATHS} times within {DEATHS_S:.0f} s: see {self._trouble_file}")
        self._deaths.append(now)
        past = await self.connect()
        if self._quit is not None:
            self.send([self._quit])
        messages: list[FromLauncher] = [self.hello]
        for attempt, (tag, begun) in list(self._open.items()):
            if attempt in past.began and not begun:
                messages.append(past.began[attempt])
            if attempt in past.ended:
                messages.append(past.ended[attempt])
            elif attempt not in self.hello.running:
                words = "the launcher ended before it could start this"
                messages.append(Refused(attempt, tag, ECONNRESET, words, True, time.time()))
        for message in messages:
            self._note(message)
        return messages

    # -- connection ---------------------------------------------------------------------------------------------

    @property
    def _trouble_file(self) -> Path:
        return self._directory / "trouble"

    async def connect(self) -> Past:
        """Reach the launcher, starting one if need be; what its log says. Raises LauncherError."""
        self.close()
        deadline = time.monotonic() + _START_S
        killed = 0
        while True:
            connected = await self._try_connect()
            if connected is not None:
                return connected
            if killed == DEATHS or time.monotonic() > deadline:
                raise LauncherError(f"the launcher in {self._directory} does not answer: see {self._trouble_file}")
            if not await trio.to_thread.run_sync(start_process, self._directory, self._patience_s):
                killed += 1
            await trio.sleep(0.01)  # another one may be on its way to its socket, or to its end

    async def _try_connect(self) -> Past | None:
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            _connect_in(self._directory, connection)
            connection.setblocking(False)
            stream = trio.socket.from_stdlib_socket(connection)
            reader = FrameReader(LIMIT_BYTES)
            first = await _first_messages(stream, reader)
        except OSError:
            first = []
        if not first:
            connection.close()
            return None
        hello, *early = first
        assert isinstance(hello, Hello), "a launcher says Hello first"
        records, _ = await trio.to_thread.run_sync(read_records, Path(hello.log), hello.size_bytes)
        found = past(records)
        self.hello, self.past = hello, found
        self._reader, self._early = reader, early
        self._outgoing.clear()  # what was ordered meanwhile lacks its contexts; it is refused with the rest
        self._socket = stream
        return found

    def close(self) -> None:
        """Leave the launcher to itself, and to the next daemon."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None
        self._outgoing.clear()

    async def write_forever(self) -> None:
        """The one task that writes; what a dying launcher did not get is dealt with by `receive`."""
        while True:
            await self._wanted.wait()
            self._wanted = trio.Event()
            while self._outgoing and self._socket is not None:
                data = bytes(self._outgoing)
                self._outgoing.clear()
                self._writing = True
                await _write_all(self._socket, data)
                self._writing = False


def reason_of(group: BaseExceptionGroup[LauncherError]) -> str:
    """The words of the error in a group, however many nurseries it came through."""
    inner: BaseException = group
    while isinstance(inner, BaseExceptionGroup):
        inner = inner.exceptions[0]
    return str(inner)


def prepare(directory: Path) -> None:
    """Make the directory of a launcher, and see whether one can work there. Raises LauncherError."""
    try:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
        read_records(directory / "log")
    except LogError as error:
        raise LauncherError(str(error)) from error
    except OSError as error:
        raise LauncherError(f"cannot use the launcher's directory {directory}: {error.strerror}") from error


@asynccontextmanager
async def open_launcher(directory: Path, patience_s: float = PATIENCE_S) -> AsyncIterator[Launcher]:
    """Reach the launcher of `directory` (absolute), starting one if there is none. Raises LauncherError.

    Leaving the block does not end it: send a Quit and `receive` until the empty list for that.
    """
    prepare(directory)
    launcher = Launcher(directory, patience_s)
    await launcher.connect()
    failure: LauncherError | None = None
    async with trio.open_nursery() as nursery:
        nursery.start_soon(launcher.write_forever)
        try:
            yield launcher
        except LauncherError as error:
            failure = error  # raised below as itself: the nursery would make a group of it
        finally:
            launcher.close()
            nursery.cancel_scope.cancel()
    if failure is not None:
        raise failure


async def _write_all(stream: trio.socket.SocketType, data: bytes) -> None:
    rest = memoryview(data)
    try:
        while rest:
            rest = rest[await stream.send(rest) :]
    except (OSError, trio.ClosedResourceError):
        return  # it died; `receive` sees that too, and deals with it


async def _first_messages(stream: trio.socket.SocketType, reader: FrameReader) -> list[FromLauncher]:
    """The launcher's Hello, and what came with it: an end, when something ended at that moment. Empty when it ends
    before it says anything. Raises OSError, LauncherError."""
    uid = struct.unpack("3i", stream.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[1]
    if uid != os.getuid():
        raise LauncherError(f"the launcher's socket belongs to another user (uid {uid})")
    while data := await stream.recv(_RECEIVE_BYTES):
        if messages := [_decoder.decode(body) for body in reader.feed(data)]:
            return messages
    return []


def _connect_in(directory: Path, connection: socket.socket) -> None:
    """Connect to the socket in a directory whose path may be too long for an address. Raises OSError."""
    descriptor = os.open(directory, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        connection.connect(f"/proc/self/fd/{descriptor}/socket")
    finally:
        os.close(descriptor)


def start_process(directory: Path, patience_s: float) -> bool:
    """Start a launcher and wait until it is ready; False when it was killed before. It is nobody's child.

    Raises LauncherError, with the launcher's words.

    It imports little, so it starts without site-packages; where this package and msgspec are is told to it.
    """
    roots = dict.fromkeys(str(Path(module.__file__ or "").parent.parent) for module in (daemons, msgspec))
    environment = {"PYTHONPATH": ":".join(roots), "PATH": DEFAULT_PATH, "LC_ALL": "C.UTF-8"}
    words = [sys.executable, "-P", "-S", "-m", "daemons.launcher", str(directory), str(patience_s)]
    try:
        with (directory / "trouble").open("ab") as trouble:
            done = subprocess.run(
                words,
                cwd="/",
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=trouble,
                start_new_session=True,
                check=False,
                timeout=_START_S,
            )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise LauncherError(f"the launcher cannot be started: {error}") from error
    said = done.stdout.decode(errors="replace").strip()
    if said not in ("", "ready") or done.returncode > 0:
        raise LauncherError(f"the launcher cannot be started: {said or 'see ' + str(directory / 'trouble')}")
    return bool(said)
