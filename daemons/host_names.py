"""Host names as addresses, looked up beside everything else: a name server that hangs holds up nobody else's work."""

from __future__ import annotations

import socket
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import partial

import trio

_AT_ONCE = 32
_lookups = trio.CapacityLimiter(_AT_ONCE)


class UnknownHost(Exception):
    """The name of a host that nobody knows, in words."""


async def look_up(host: str) -> str:
    """A host's IPv4 address; an address is its own. Raises UnknownHost."""
    with suppress(OSError):
        return socket.inet_ntoa(socket.inet_aton(host))
    ask = partial(socket.getaddrinfo, host, None, family=socket.AF_INET, type=socket.SOCK_STREAM)
    try:
        found = await trio.to_thread.run_sync(ask, limiter=_lookups, abandon_on_cancel=True)
    except (OSError, UnicodeError) as error:
        raise UnknownHost(f"the host name {host} is not known: {error}") from error
    return str(found[0][4][0])


async def addresses_of(hosts: Iterable[str], limit_s: float, known: Mapping[str, str] | None = None) -> dict[str, str]:
    """The addresses of hosts, as far as they are found within `limit_s`. What is `known` is asked again all the same,
    and stands where there is no answer."""
    found = dict(known or {})
    names = iter(sorted(set(hosts), key=_is_name))  # addresses do not wait for names

    async def look_on() -> None:
        for host in names:
            with suppress(UnknownHost):
                found[host] = await look_up(host)
            await trio.lowlevel.checkpoint()  # there may be thousands

    with trio.move_on_after(limit_s):
        async with trio.open_nursery() as nursery:
            for _ in range(_AT_ONCE):
                nursery.start_soon(look_on)
    return found


def _is_name(host: str) -> bool:
    return not host.replace(".", "").isdigit()
