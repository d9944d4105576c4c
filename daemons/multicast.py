"""The place where metrics are told: a multicast group, and beside it each party's own address.

    alfserver                         239.255.224.99:9002                         maitre-d
      AskMetrics, Samples  ---------------->  the group  ---------------->  listens to the group
                           <------- MetricsAre, to the asker's address ----
      the same, by unicast ------------------------------------------------>  address of the maitre-d, port 9002

A party has two sockets: one of the group, shared with everybody on the machine, and one of its own, from which it sends
and where it is answered. Multicast that does not work here (no such interface, no route) is said in `trouble`; unicast
works all the same. Who uses which way, and when, is not here: daemons.sampling, daemons.measuring.

Everything is signed with a key of the site (daemons.signed). Without one, nothing leaves the machine, and nothing that
comes from elsewhere counts.
"""

from __future__ import annotations

import socket
import struct
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass

import trio

from daemons import loopback
from daemons.datagrams import LARGEST_BYTES, Packer, Unpacker
from daemons.signed import Checker, Signer
from runtime.farm_datagrams import AnyDatagram
from runtime.settings import Settings

GROUP_NAME = "alf-status.mcast.net"
GROUP_ADDRESS = "239.255.224.99"
LOOKUP_S = 3.0
JOIN_AGAIN_S = 30.0
"""Where there was no multicast it is tried again: a network may come up after its daemons."""

Address = tuple[str, int]
Handle = Callable[[AnyDatagram, Address, bool], None]
"""Takes a message, the address that it came from, and whether it came through the group."""

_LOOPBACK = "lo"
_IP_MULTICAST_ALL = 49  # linux/in.h; the socket module has no name for it
_RECEIVE_BUFFER_BYTES = 4 << 20
_AT_A_TIME = 100  # datagrams that are read before other tasks have their turn


@dataclass(frozen=True)
class Place:
    """Where a party sends and listens. `own` is its own address, empty for any; `own_port` 0 for any."""

    group: str
    port: int
    interface: str = ""
    ttl: int = 1
    own: str = ""
    own_port: int = 0
    key: bytes | None = None


async def place_of(settings: Settings, key: bytes | None, *, own: str = "", own_port: int = 0) -> Place:
    """The place that a site's settings mean. On the loopback it is for who has an address there, and, whatever the
    settings say, for who has no key."""
    group = settings.metrics_address or await _named_group()
    interface, ttl = settings.metrics_interface, settings.metrics_ttl
    if key is None and not own.startswith("127."):
        own = "127.0.0.1"
    if key is None or (own.startswith("127.") and not interface):
        interface, ttl = _LOOPBACK, 0
    return Place(group, settings.metrics_port, interface, ttl, own, own_port, key)


async def _named_group() -> str:
    """What the site's name service says, where it knows the name (reference section 6), else the default."""
    with trio.move_on_after(LOOKUP_S):
        try:
            found = await trio.to_thread.run_sync(socket.gethostbyname, GROUP_NAME, abandon_on_cancel=True)
        except OSError:
            return GROUP_ADDRESS
        if 224 <= int(found.partition(".")[0]) < 240:
            return found
    return GROUP_ADDRESS


class Party:
    """One process's part in the group. Close it in the end; raises OSError where its own port is taken."""

    def __init__(self, place: Place) -> None:
        self.trouble = ""
        """Why multicast does not work from here, in words."""
        self._place = place
        self._packers: dict[tuple[type, bool], Packer] = {}
        """Order counts within one kind of message that goes one way: two sockets may be read in any order."""
        self._unpacker = Unpacker(Checker(place.key))
        self._own = _own_socket(place)
        self._group = self._join()

    def _join(self) -> socket.socket | None:
        """The group's socket; None, with `trouble`, where there is no multicast now."""
        place = self._place
        try:
            self._own.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_IF, _interface(place))
            group = _group_socket(place)
        except OSError as error:
            where = f" on {place.interface}" if place.interface else ""
            self.trouble = f"no multicast to {place.group}{where}: {error.strerror or error}"
            return None
        self.trouble = ""
        return group

    @property
    def address(self) -> Address:
        """Where this party is answered."""
        host, port = self._own.getsockname()
        return host, port

    @property
    def refused(self) -> tuple[int, str]:
        """How many datagrams were not used, and why the last of them was not."""
        return self._unpacker.refused, self._unpacker.reason

    def send(self, message: AnyDatagram, to: Iterable[Address] = (), *, group: bool = False) -> None:
        """Send a message to some addresses, and to the group. It may get lost, as datagrams may."""
        places = [*to, (self._place.group, self._place.port)] if group and not self.trouble else list(to)
        stream = type(message), group
        if stream not in self._packers:
            self._packers[stream] = Packer(Signer(self._place.key))
        for datagram in self._packers[stream].pack(message):
            for address in places:
                with suppress(OSError):  # no route, no room: it is lost, as it may be anywhere on its way
                    self._own.sendto(datagram, address)

    async def listen_forever(self, handle: Handle) -> None:
        """Give every message that comes to `handle`."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._listen, self._own, handle, False)
            while self._group is None:
                await trio.sleep(JOIN_AGAIN_S)
                self._group = self._join()
            await self._listen(self._group, handle, True)

    async def _listen(self, plain: socket.socket, handle: Handle, by_group: bool) -> None:
        while True:
            await trio.lowlevel.wait_readable(plain)
            for _ in range(_AT_A_TIME):
                try:
                    data, sender = plain.recvfrom(LARGEST_BYTES + 1)
                except BlockingIOError:
                    break
                except OSError:
                    continue  # the network's word on something that was sent earlier
                self._take(data, sender, handle, by_group)
            await trio.lowlevel.checkpoint()

    def _take(self, data: bytes, sender: Address, handle: Handle, by_group: bool) -> None:
        if self._place.key is None and not loopback.is_own_datagram(sender):
            self._unpacker.refuse(f"it came from {sender[0]}, and without a key only this user's processes here count")
            return
        message = self._unpacker.unpack(data)
        if message is not None:
            handle(message, sender, by_group)

    def close(self) -> None:
        self._own.close()
        if self._group is not None:
            self._group.close()

    def __enter__(self) -> Party:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _own_socket(place: Place) -> socket.socket:
    plain = _udp_socket()
    try:
        plain.bind((place.own, place.own_port))
        plain.setsockopt(socket.IPPROTO_IP, _IP_MULTICAST_ALL, 0)
        plain.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, place.ttl)
        plain.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_LOOP, 1)  # maitre-d and alfserver may be on one host
    except OSError:
        plain.close()
        raise
    return plain


def _group_socket(place: Place) -> socket.socket:
    """Bound to the group's address, so that nothing else comes here."""
    plain = _udp_socket()
    try:
        plain.bind((place.group, place.port))
        membership = socket.inet_aton(place.group) + _interface(place)[4:]
        plain.setsockopt(socket.IPPROTO_IP, socket.IP_ADD_MEMBERSHIP, membership)
    except OSError:
        plain.close()
        raise
    return plain


def _udp_socket() -> socket.socket:
    plain = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    plain.setblocking(False)
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # every party on a machine is in the group
    plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _RECEIVE_BUFFER_BYTES)
    return plain


def _interface(place: Place) -> bytes:
    """As the kernel wants it, a struct ip_mreqn without a group. Raises OSError: there is no such interface."""
    address, index = "0.0.0.0", 0
    try:
        socket.inet_aton(place.interface or address)
        address = place.interface or address
    except OSError:
        index = socket.if_nametoindex(place.interface)
    return struct.pack("@4s4si", bytes(4), socket.inet_aton(address), index)
