"""Parties of a multicast group on the loopback interface, for tests: nothing of it leaves the machine."""

from __future__ import annotations

import socket
from collections.abc import Callable

from daemons.multicast import Address, Party, Place
from runtime.farm_datagrams import AnyDatagram

KEY = bytes(range(32))
GROUP = "239.255.224.99"


def free_port() -> int:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as plain:
        plain.bind(("127.0.0.1", 0))
        return int(plain.getsockname()[1])


def place(
    port: int, *, interface: str = "lo", own: str = "127.0.0.1", own_port: int = 0, key: bytes | None = KEY
) -> Place:
    return Place(GROUP, port, interface, 0, own, own_port, key)


class Heard(list[tuple[AnyDatagram, bool]]):
    """Takes what a party hears, and calls `enough` with each."""

    def __init__(self, enough: Callable[[Heard], object] = lambda heard: None) -> None:
        super().__init__()
        self._enough = enough
        self.senders: list[Address] = []

    def __call__(self, message: AnyDatagram, sender: Address, by_group: bool) -> None:
        self.append((message, by_group))
        self.senders.append(sender)
        self._enough(self)


async def hear(party: Party, count: int) -> Heard:
    """The next `count` messages that come to a party."""
    import trio

    with trio.fail_after(20):
        async with trio.open_nursery() as nursery:
            heard = Heard(lambda heard: nursery.cancel_scope.cancel() if len(heard) >= count else None)
            await party.listen_forever(heard)
    return heard
