"""One job queue window a user and display: a second `alfred` raises the first one, and hands it its scripts.

The first one listens at a Unix socket beside the dispatcher's, whose name has the display's. Who connects says what is
to be opened, and hears that it will be. The socket of a window that was killed, or hangs, is replaced.
"""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

import msgspec
import trio

from daemons.state import StateError, locate, prepare_directory
from daemons.wire import short_address

ANSWER_S = 2.0
_MOST = 1_000_000
_HEARD = b"raised\n"


class Opened(msgspec.Struct, frozen=True):
    """What an `alfred` asks for: scripts (absolute names), where it was started, and how they are to be queued."""

    scripts: tuple[str, ...] = ()
    cwd: str = ""
    paused: bool = False
    after: str = ""


def path(environ: Mapping[str, str] = os.environ) -> Path:
    """Where the first window of this display listens."""
    display = environ.get("DISPLAY", "").replace("/", "_")
    return locate(environ).directory / f"window{display}"


def raise_first(opened: Opened) -> bool:
    """Ask the window that is open already, if one is, to come to the front with this; whether it does. Who hangs holds
    nobody up for longer than ANSWER_S."""
    until = time.monotonic() + ANSWER_S
    with socket.socket(socket.AF_UNIX) as stream:
        try:
            stream.settimeout(ANSWER_S)
            with short_address(path()) as address:
                stream.connect(address)
            stream.settimeout(_left(until))
            stream.sendall(msgspec.json.encode(opened) + b"\n")
            stream.settimeout(_left(until))
            return stream.recv(len(_HEARD)) == _HEARD
        except OSError:
            return False  # nobody is there, or hangs: this one opens a window of its own


def _left(until: float) -> float:
    """Seconds until then, on the monotonic clock. Raises TimeoutError when none are left."""
    left_s = until - time.monotonic()
    if left_s <= 0:
        raise TimeoutError
    return left_s


class Presence:
    """The first window's side. `take` is called with what a later `alfred` asks for."""

    def __init__(self, take: Callable[[Opened], object]) -> None:
        self._take = take
        self._path = path()

    async def run(self) -> None:
        """Listen until cancelled. Where that cannot be, every `alfred` opens a window of its own.

        The socket takes its name in one step, from whatever window had it before: one that was killed, or hangs. A
        window that ends removes the name only while it is its own."""
        with suppress(OSError, StateError):
            prepare_directory(self._path.parent)
            listener, own = self._listen()
            try:
                await trio.serve_listeners(self._serve, [listener])
            finally:
                with suppress(FileNotFoundError):
                    if self._path.lstat().st_ino == own:
                        self._path.unlink()

    def _listen(self) -> tuple[trio.SocketListener, int]:
        """The listener, and the inode of its name. Raises OSError."""
        name = self._path.with_name(f"{self._path.name}.{os.getpid()}")
        with suppress(FileNotFoundError):
            name.unlink()  # of a process that had our number
        plain = socket.socket(socket.AF_UNIX)
        try:
            with short_address(name) as address:
                plain.bind(address)
            plain.listen(8)
            plain.setblocking(False)
            own = name.lstat().st_ino
            name.rename(self._path)
        except OSError:
            plain.close()
            raise
        return trio.SocketListener(trio.socket.from_stdlib_socket(plain)), own

    async def _serve(self, stream: trio.SocketStream) -> None:
        words = b""
        with trio.move_on_after(ANSWER_S), suppress(trio.BrokenResourceError):
            async with stream:
                while not words.endswith(b"\n") and len(words) < _MOST:
                    more = await stream.receive_some(65536)
                    if not more:
                        return
                    words += more
                with suppress(msgspec.DecodeError):
                    opened = msgspec.json.decode(words, type=Opened)
                    await stream.send_all(_HEARD)
                    self._take(opened)
