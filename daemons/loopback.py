"""A TCP port on this machine, for the processes of one user: the way to a dispatcher beside its Unix socket.

    9001, as in the original, or any other where that is taken; the lock file says which

A Unix socket tells whose process is at its other end; a TCP socket does not. So the kernel's own table of connections
(/proc/net/tcp) is asked: the end of a connection that is not ours has an owner there, and every other one than this
user is sent away at once, before a byte of his is read. Where the table cannot be read no port is opened.
"""

from __future__ import annotations

import os
import socket
import struct
from pathlib import Path

import trio

from daemons.wire import WireError

PORT = 9001
_HOST = "127.0.0.1"
_TABLE = Path("/proc/net/tcp")
_ESTABLISHED = "01"
_BACKLOG = 128


def listen() -> trio.SocketListener | None:
    """Listen on a port of the loopback; None where nobody could be told from anybody."""
    if not os.access(_TABLE, os.R_OK):
        return None
    for port in (PORT, 0):
        plain = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        try:
            plain.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            plain.bind((_HOST, port))
            plain.listen(_BACKLOG)
            plain.setblocking(False)
        except OSError:
            plain.close()
            continue
        return trio.SocketListener(trio.socket.from_stdlib_socket(plain))
    return None


def port_of(listener: trio.SocketListener | None) -> int:
    """The port that a listener has; 0 without one."""
    return 0 if listener is None else int(listener.socket.getsockname()[1])


async def connect(port: int) -> trio.SocketStream:
    """Connect to the port of a dispatcher of this user's. Raises OSError, or WireError when another user listens."""
    stream = await trio.open_tcp_stream(_HOST, port)
    uid = await peer_uid(stream)
    if uid != os.getuid():
        await stream.aclose()
        raise WireError(f"what listens at port {port} is not this user's (uid {uid})")
    return stream


async def peer_uid(stream: trio.SocketStream) -> int | None:
    """The user whose process is at the other end of a loopback connection; None when there is none (any longer)."""
    peer, own = stream.socket.getpeername(), stream.socket.getsockname()
    return await trio.to_thread.run_sync(_owner, _address(*peer[:2]), _address(*own[:2]))


def _address(host: str, port: int) -> str:
    """As the table writes it: the address in the machine's byte order, in hexadecimal digits."""
    return f"{struct.unpack('=I', socket.inet_aton(host))[0]:08X}:{port:04X}"


def _owner(local: str, remote: str) -> int | None:
    with _TABLE.open(encoding="ascii") as table:
        next(table)
        for line in table:
            fields = line.split()
            if fields[1] == local and fields[2] == remote and fields[3] == _ESTABLISHED:
                return int(fields[7])
    return None
