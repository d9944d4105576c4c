"""A TCP port on this machine, for the processes of one user: the way to a dispatcher beside its Unix socket.

    9001, as in the original, or any other where that is taken; the lock file says which

A Unix socket tells whose process is at its other end; a TCP socket does not. So the kernel's own table of connections
(/proc/net/tcp) is asked: the end of a connection that is not ours has an owner there, and every other one than this
user is sent away at once, before a byte of his is read. Where the table cannot be read no port is opened.

    a dispatcher asks for   the established connection's other end: only that counts, a closing one has owner 0
    a client asks for       the listening socket: until a connection is accepted its owner may stand there as 0
"""

from __future__ import annotations

import os
import socket
import struct
from contextlib import suppress
from functools import partial
from pathlib import Path

import trio

from daemons.streams import LinkError, listen_at

PORT = 9001
HOST = "127.0.0.1"
_LOOPBACK = "127."
"""All of 127.0.0.0/8 is this machine: daemons that play several hosts have an address each."""
_TABLE = Path("/proc/net/tcp")
_DATAGRAMS = Path("/proc/net/udp")
_ESTABLISHED = "01"
_LISTENING = "0A"
_ANYBODY = "00000000:0000"
_lookups = trio.CapacityLimiter(2)  # a crowd of strangers must not take the threads of all other work


def listen(address: str = HOST, port: int = PORT) -> trio.SocketListener | None:
    """Listen on this port, or another where it is taken: of the loopback, or of any address where keys tell who comes.
    None where nobody could be told from anybody."""
    if address.startswith(_LOOPBACK) and not os.access(_TABLE, os.R_OK):
        return None
    for candidate in (port, 0):
        with suppress(OSError):
            return listen_at(address, candidate)
    return None


def port_of(listener: trio.SocketListener | None) -> int:
    """The port that a listener has; 0 without one."""
    return 0 if listener is None else int(listener.socket.getsockname()[1])


async def connect(port: int) -> trio.SocketStream:
    """Connect to the port of a dispatcher of this user's. Raises OSError, or LinkError when another user listens."""
    stream = await trio.open_tcp_stream(HOST, port)
    try:
        uid = await _look_up(_address(HOST, port), _ANYBODY, _LISTENING)
    except OSError:
        await stream.aclose()
        raise
    if uid != os.getuid():
        await stream.aclose()
        whose = "not this user's" if uid is None else f"another user's (uid {uid})"
        raise LinkError(f"what listens at port {port} is {whose}")
    return stream


async def peer_uid(stream: trio.SocketStream) -> int | None:
    """The user whose process is at the other end of a loopback connection; None when nobody can be shown to be."""
    try:
        peer, own = stream.socket.getpeername(), stream.socket.getsockname()
        if not (peer[0].startswith(_LOOPBACK) and own[0].startswith(_LOOPBACK)):
            return None
        return await _look_up(_address(*peer[:2]), _address(*own[:2]), _ESTABLISHED)
    except OSError:  # it is closed again, or no file can be opened now: a stranger, as far as anybody can tell
        return None


def is_own_datagram(sender: tuple[str, int]) -> bool:
    """Whether a datagram that came from this address was sent by a process of this user's on this machine."""
    host, port = sender
    if not host.startswith(_LOOPBACK):
        return False
    places = (_address(host, port), _address("0.0.0.0", port))
    try:
        with _DATAGRAMS.open(encoding="ascii") as table:
            next(table)
            owners = {int(fields[7]) for fields in map(str.split, table) if fields[1] in places}
    except OSError:
        return False
    return owners == {os.getuid()}


async def _look_up(local: str, remote: str, state: str) -> int | None:
    """Off the loop: the table of a machine with very many connections takes a while to read."""
    return await trio.to_thread.run_sync(partial(_owner, local, remote, state), limiter=_lookups)


def _address(host: str, port: int) -> str:
    """As the table writes it: the address in the machine's byte order, in hexadecimal digits."""
    return f"{struct.unpack('=I', socket.inet_aton(host))[0]:08X}:{port:04X}"


def _owner(local: str, remote: str, state: str) -> int | None:
    with _TABLE.open(encoding="ascii") as table:
        next(table)
        for line in table:
            fields = line.split()
            if fields[1:4] == [local, remote, state]:
                return int(fields[7])
    return None
