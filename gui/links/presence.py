"""One job queue window a user and display: a second `alfred` raises the first one, and hands it its scripts.

The first one listens at a Unix socket beside the dispatcher's, whose name has the display's. Who connects says what is
to be opened, and hears that it will be. A socket that nobody listens at is that of a window that was killed: it is
replaced.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path

import msgspec
import trio

from daemons.state import locate, prepare_directory

_ANSWER_S = 2.0
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
    """Ask the window that is open already, if one is, to come to the front with this; whether it does."""
    with socket.socket(socket.AF_UNIX) as stream:
        stream.settimeout(_ANSWER_S)
        try:
            stream.connect(str(path()))
            stream.sendall(msgspec.json.encode(opened) + b"\n")
            return stream.recv(len(_HEARD)) == _HEARD
        except OSError:
            return False  # nobody is there, or hangs: this one opens a window of its own


class Presence:
    """The first window's side. `take` is called with what a later `alfred` asks for."""

    def __init__(self, take: Callable[[Opened], object]) -> None:
        self._take = take
        self._path = path()

    async def run(self) -> None:
        """Listen until cancelled. Where that cannot be, every `alfred` opens a window of its own."""
        with suppress(OSError):
            prepare_directory(self._path.parent)
            with suppress(FileNotFoundError):
                self._path.unlink()
            listener = trio.socket.socket(trio.socket.AF_UNIX)
            await listener.bind(str(self._path))
            listener.listen(8)
            try:
                await trio.serve_listeners(self._serve, [trio.SocketListener(listener)])
            finally:
                with suppress(FileNotFoundError):
                    self._path.unlink()

    async def _serve(self, stream: trio.SocketStream) -> None:
        words = b""
        with trio.move_on_after(_ANSWER_S), suppress(trio.BrokenResourceError):
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
