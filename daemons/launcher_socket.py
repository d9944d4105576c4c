"""The launcher's side of the connection to its daemon: one at a time, the newest counts. Not what the messages mean.

listen -> accept (this user's only) -> Hello -> messages, many to a read, many to a write
             |                                    | end, or words that make no sense
             `-- the older connection is closed,  `-> alone, until the next one
                 its unread orders never happen
"""

from __future__ import annotations

import os
import socket
import struct
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec

from daemons.frames import FrameError, FrameReader, frame
from daemons.launcher_messages import LIMIT_BYTES, FromDaemon, FromLauncher
from daemons.loop import Loop

_RECEIVE_BYTES = 256 * 1024

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(FromDaemon)


class DaemonSocket:
    """Listens in `directory`; the current directory is / afterwards. Raises OSError.

    `greet` gives the first words of a new connection, its Hello before all, or none to turn it away; `obey` gets what
    was read; `left` is called when the connection is over.
    """

    def __init__(
        self,
        loop: Loop,
        directory: Path,
        greet: Callable[[], Sequence[FromLauncher]],
        obey: Callable[[list[FromDaemon]], None],
        left: Callable[[], None],
    ) -> None:
        self._loop = loop
        self._path = directory / "socket"
        self._greet = greet
        self._obey = obey
        self._left = left
        self._daemon: socket.socket | None = None
        self._reader = FrameReader(LIMIT_BYTES)
        self._outgoing = bytearray()
        self._blocked = False
        self._path.unlink(missing_ok=True)
        self._listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        os.chdir(directory)  # the name alone: a whole path may be too long for an address
        self._listener.bind(self._path.name)
        os.chdir("/")
        self._path.chmod(0o600)
        self._listener.listen(8)
        loop.listen(self._listener.fileno(), self._accept)

    @property
    def connected(self) -> bool:
        """Whether there is a daemon."""
        return self._daemon is not None

    def tell(self, message: FromLauncher) -> None:
        """Gather a message for the daemon, if there is one: what ends an attempt stands in the log for the next."""
        if self._daemon is not None:
            self._outgoing += frame(_encoder.encode(message))

    def send(self) -> None:
        """Send what was gathered, as far as it goes."""
        if self._daemon is None or not self._outgoing:
            return
        try:
            sent = self._daemon.send(self._outgoing)
        except BlockingIOError:
            sent = 0
        except OSError:
            self._lose()
            return
        del self._outgoing[:sent]
        if bool(self._outgoing) != self._blocked:
            self._blocked = not self._blocked
            self._loop.also_write(self._daemon.fileno(), self._blocked)

    def close(self) -> None:
        """The launcher ends: nobody can connect any more, and the daemon gets the rest, if it reads at all."""
        self._path.unlink(missing_ok=True)
        if self._daemon is not None:
            self._daemon.settimeout(1.0)
            try:
                self._daemon.sendall(self._outgoing)
            except OSError:
                return  # it stands in the log

    def _accept(self) -> None:
        try:
            connection, _ = self._listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        uid = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[1]
        if uid != os.getuid():
            connection.close()
            return
        self._hang_up()
        words = self._greet()
        if not words:
            connection.close()
            return
        connection.setblocking(False)
        self._daemon = connection
        self._reader = FrameReader(LIMIT_BYTES)
        self._loop.listen(connection.fileno(), self._receive)
        for word in words:
            self.tell(word)

    def _receive(self) -> None:
        assert self._daemon is not None
        try:
            data = self._daemon.recv(_RECEIVE_BYTES)
            messages: list[FromDaemon] = [_decoder.decode(body) for body in self._reader.feed(data)]
        except BlockingIOError:
            return  # called because there is room to write: that is for the end of the turn
        except OSError:
            self._lose()
            return
        except (FrameError, msgspec.DecodeError) as error:
            sys.stderr.write(f"launcher: the daemon's words make no sense: {error}\n")
            self._lose()
            return
        if not data:
            self._lose()
        elif messages:
            self._obey(messages)

    def _lose(self) -> None:
        self._hang_up()
        self._left()

    def _hang_up(self) -> None:
        if self._daemon is not None:
            self._loop.forget(self._daemon.fileno())
            self._daemon.close()
            self._daemon = None
        self._outgoing.clear()
        self._blocked = False
