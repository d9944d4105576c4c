"""Sockets of TCP: the device of a connection, and listeners.

    socket host port      Connection   connecting ──► connected, or failed: then reading and writing say so
    socket -server ...    Listener     one for each address; what it accepts is a Connection

Names and numbers come from the system's resolver. Source: socket(n).
"""

from __future__ import annotations

import errno
import select
import socket
from functools import lru_cache

from alftcl.devices import Device
from alftcl.errors import TclError
from alftcl.posix import error_words
from alftcl.values import Value

HIGHEST_PORT = 65535
_OPTIONS = ("-connecting", "-error", "-peername", "-sockname")
Address = tuple[socket.AddressFamily, tuple[object, ...]]


@lru_cache(maxsize=256)
def _host_name(address: str) -> str:
    """The name of an address, or the address itself."""
    if address in ("0.0.0.0", "::"):
        return address
    try:
        return socket.getnameinfo((address, 0), socket.NI_NUMERICSERV)[0]
    except OSError:
        return address


def _shown(name: tuple[object, ...]) -> list[Value]:
    """Address, host name and port, as -sockname has them."""
    address, port = str(name[0]), int(str(name[1]))
    return [address, _host_name(address), port]


def addresses(host: str, port: int, *, passive: bool = False) -> list[Address]:
    """What a host name and a port stand for, in the order in which they are to be tried."""
    if port > HIGHEST_PORT:
        raise TclError("couldn't open socket: port number too high")
    flags = socket.AI_PASSIVE if passive else 0
    try:
        found = socket.getaddrinfo(host or None, port, type=socket.SOCK_STREAM, flags=flags)
    except (socket.gaierror, UnicodeError) as failure:
        reason = failure.strerror if isinstance(failure, socket.gaierror) else "Name or service not known"
        raise TclError(f"couldn't open socket: {reason}") from None
    return [(family, name) for family, _, _, _, name in found]


class Connection(Device):
    """A connection, or one that is being made: `targets` are the addresses that are still to be tried."""

    def __init__(self, connected: socket.socket | None, targets: list[Address], local: Address | None = None) -> None:
        self._targets = targets
        self._local = local
        self._failure = 0
        self.is_connecting = connected is None
        self._blocking = True
        self._socket = connected or self._try_next()

    # ---- connecting

    def _try_next(self) -> socket.socket:
        """Begin to connect with the next address."""
        while True:
            family, name = self._targets.pop(0)
            made = socket.socket(family, socket.SOCK_STREAM)
            made.setblocking(False)
            if self._local is not None and self._local[0] == family:
                made.bind(self._local[1])
            self._failure = made.connect_ex(name)
            if self._failure in (0, errno.EINPROGRESS) or not self._targets:
                self.is_connecting = self._failure == errno.EINPROGRESS
                self._failure = 0 if self.is_connecting else self._failure
                return made
            made.close()

    def settle(self, *, wait: bool) -> None:
        """See what became of connecting; with `wait` until it is known."""
        while self.is_connecting:
            _, writable, _ = select.select([], [self._socket], [], None if wait else 0)
            if not writable:
                return
            self._failure = self._socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
            self.is_connecting = False
            if self._failure and self._targets:
                self._socket.close()
                self._socket = self._try_next()
        if not self._failure:
            self._socket.setblocking(self._blocking)

    @property
    def failure(self) -> int:
        """The errno with which connecting failed, or 0."""
        return self._failure

    def _is_connected(self) -> bool:
        """Whether it is; raises the error of what cannot be read or written."""
        if self.is_connecting:
            self.settle(wait=self._blocking)
        if self._failure:
            raise OSError(errno.ENOTCONN, "connecting has failed")
        return not self.is_connecting

    # ---- the device

    def read(self, size: int) -> bytes | None:
        if not self._is_connected():
            return None
        try:
            return self._socket.recv(size)
        except BlockingIOError:
            return None
        except ConnectionResetError:
            return b""

    def write(self, data: bytes) -> int:
        if not self._is_connected():
            return 0
        try:
            return self._socket.send(data)
        except BlockingIOError:
            return 0

    def set_blocking(self, blocking: bool) -> None:
        self._blocking = blocking
        if not self.is_connecting:
            self._socket.setblocking(blocking)

    def fileno(self, writing: bool) -> int:
        return self._socket.fileno()

    def can_close_half(self) -> bool:
        return True

    def close(self, reading: bool, writing: bool) -> None:
        if reading and writing:
            self._socket.close()
            return
        try:
            self._socket.shutdown(socket.SHUT_WR if writing else socket.SHUT_RD)
        except OSError as failure:
            if failure.errno != errno.ENOTCONN:
                raise

    def option_names(self) -> tuple[str, ...]:
        return ("-connecting", "-peername", "-sockname")

    def options(self) -> list[Value]:
        self.settle(wait=False)
        pairs: list[Value] = []
        for name in ("-peername", "-sockname"):
            try:
                pairs += [name, self.option(name) or ""]
            except OSError:
                continue  # there is none while it is not connected
        return pairs

    def option(self, name: str) -> Value | None:
        match _option_of(name):
            case "-connecting":
                self.settle(wait=False)
                return int(self.is_connecting)
            case "-error":
                self.settle(wait=False)
                return error_words(self._failure) if self._failure else ""
            case "-peername":
                return "" if self.is_connecting else _shown(self._socket.getpeername())
            case "-sockname":
                return "" if self.is_connecting else _shown(self._socket.getsockname())
        return None


def _option_of(name: str) -> str | None:
    return next((option for option in _OPTIONS if len(name) > 1 and option.startswith(name)), None)


class Listener(Device):
    """Sockets that wait for connections, all at one port."""

    def __init__(self, host: str, port: int) -> None:
        self.sockets: list[socket.socket] = []
        failure: OSError | None = None
        for family, name in sorted(addresses(host, port, passive=True)):
            made = socket.socket(family, socket.SOCK_STREAM)
            try:
                if family == socket.AF_INET6:
                    made.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
                made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                made.bind((name[0], port or self._port(), *name[2:]))
                made.listen(socket.SOMAXCONN)
                made.setblocking(False)
            except OSError as cause:
                made.close()
                failure = cause
                continue
            self.sockets.append(made)
        if not self.sockets:
            raise failure or OSError(errno.EADDRNOTAVAIL, "no address")

    def _port(self) -> int:
        """The port that the first of them was given."""
        return int(self.sockets[0].getsockname()[1]) if self.sockets else 0

    def close(self, reading: bool, writing: bool) -> None:
        for listening in self.sockets:
            listening.close()

    def option_names(self) -> tuple[str, ...]:
        return ("-connecting", "-peername", "-sockname")

    def options(self) -> list[Value]:
        return ["-sockname", self.option("-sockname") or ""]

    def option(self, name: str) -> Value | None:
        match _option_of(name):
            case "-connecting":
                return 0
            case "-error":
                return ""
            case "-peername":
                raise OSError(errno.ENOTCONN, "a server has no peer")
            case "-sockname":
                return [part for listening in self.sockets for part in _shown(listening.getsockname())]
        return None


class Door(Device):
    """One socket of a Listener, for the event loop to wait for."""

    def __init__(self, listening: socket.socket) -> None:
        self._socket = listening

    def fileno(self, writing: bool) -> int:
        return self._socket.fileno()

    def accept(self) -> tuple[Connection, str, int] | None:
        """The connection that somebody makes, with the address and port of that one."""
        try:
            made, name = self._socket.accept()
        except OSError:  # who wanted to connect has gone
            return None
        return Connection(made, []), str(name[0]), int(name[1])
