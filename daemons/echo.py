"""Whether a host answers on the network: a connection to a TCP port, and an ICMP echo where this process may send one.

    connected          ANSWERS    something listens at the port
    refused            REFUSES    the host is up, nothing listens there
    an echo came back  ECHOES     the host is up, the port is filtered
    nothing            SILENT     down, cut off, or it does not exist

ICMP needs no root where the kernel allows datagram sockets for it (sysctl net.ipv4.ping_group_range); a process that
may not send one goes by TCP alone.
"""

from __future__ import annotations

import errno
import os
import socket
import struct
from enum import Enum

import trio

from daemons.host_names import look_up


class Echo(Enum):
    ANSWERS = "answers"
    REFUSES = "refuses connections"
    ECHOES = "answers echoes only"
    SILENT = "does not answer"


_ECHO_REQUEST, _ECHO_REPLY = 8, 0


async def echo(host: str, port: int, limit_s: float) -> Echo:
    """Try a host for `limit_s` at most. Raises UnknownHost."""
    found = Echo.SILENT
    with trio.move_on_after(limit_s):
        address = await look_up(host)
        async with trio.open_nursery() as nursery:

            async def by_icmp() -> None:
                nonlocal found
                if await _icmp(address):
                    found = Echo.ECHOES
                    # the port may still say more, but silence there says nothing now
                    nursery.cancel_scope.deadline = min(
                        nursery.cancel_scope.deadline, trio.current_time() + limit_s / 4
                    )

            nursery.start_soon(by_icmp)
            by_tcp = await _connect(address, port)
            found = found if by_tcp is Echo.SILENT else by_tcp
            if by_tcp is not Echo.SILENT:
                nursery.cancel_scope.cancel()
    return found


async def _connect(address: str, port: int) -> Echo:
    try:
        with trio.socket.socket() as plain:
            await plain.connect((address, port))
    except ConnectionRefusedError:
        return Echo.REFUSES
    except OSError:
        return Echo.SILENT
    return Echo.ANSWERS


async def _icmp(address: str) -> bool:
    """Whether an echo came back; False at once where we may not ask for one."""
    opened = _icmp_socket()
    if opened is None:
        return False
    with opened as plain:
        mark = os.urandom(16)
        try:
            await plain.sendto(_request(mark), (address, 0))
            while True:
                data, (sender, *_) = await plain.recvfrom(2048)
                if sender == address and _is_reply(data, mark):
                    return True
        except OSError:
            return False


def _icmp_socket() -> trio.socket.SocketType | None:
    for kind in (socket.SOCK_DGRAM, socket.SOCK_RAW):
        try:
            return trio.socket.socket(socket.AF_INET, kind, socket.IPPROTO_ICMP)
        except OSError as error:
            if error.errno not in (errno.EACCES, errno.EPERM, errno.EPROTONOSUPPORT):
                return None
    return None


def _request(mark: bytes) -> bytes:
    return struct.pack("!BBHHH", _ECHO_REQUEST, 0, _checksum(mark), 0, 1) + mark


def _checksum(mark: bytes) -> int:
    """Of a request whose other fields are those of `_request` (RFC 1071)."""
    words = struct.unpack(f"!{len(mark) // 2}H", mark)
    total: int = sum(words) + (_ECHO_REQUEST << 8) + 1
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def _is_reply(data: bytes, mark: bytes) -> bool:
    """A raw socket gives the IP header too; both end with what was sent."""
    header = data[: -len(mark)]
    return data.endswith(mark) and len(header) >= 8 and header[-8] == _ECHO_REPLY
