"""The hosts of the network, of which some are servers: which of them are shown, and what was typed below them."""

from __future__ import annotations

import re
from collections.abc import Iterable
from fnmatch import fnmatchcase

from runtime.schedule.model import Server, same_host, short_name

_WILD = "*?["


def shown_hosts(
    hosts: Iterable[str], servers: Iterable[Server], pattern: str, *, matching: bool, hide_included: bool
) -> list[str]:
    """Hosts in order, so that node9 stands before node10. `matching`: only those that fit the pattern (node*, or a part
    of the name); `hide_included`: without those that have a server."""
    wanted = pattern.strip().lower()
    if not any(sign in wanted for sign in _WILD):
        wanted = f"*{wanted}*"
    taken = _Taken(server.host.lower() for server in servers)
    found: dict[str, str] = {}
    for host in hosts:
        name = host.lower()
        if matching and not fnmatchcase(name, wanted):
            continue
        if hide_included and name in taken:
            continue
        found.setdefault(name, host)
    return sorted(found.values(), key=_order)


class _Taken:
    """Hosts in lower case, by any of their names: a short one is any full one that begins with it."""

    def __init__(self, hosts: Iterable[str]) -> None:
        self._names: dict[str, list[str]] = {}
        for host in hosts:
            self._names.setdefault(short_name(host), []).append(host)

    def __contains__(self, name: str) -> bool:
        return any(same_host(name, other) for other in self._names.get(short_name(name), ()))


def typed_host(pattern: str) -> str:
    """The host that was typed where a pattern may be; empty: it is a pattern."""
    text = pattern.strip()
    return "" if not text or len(text.split()) > 1 or any(sign in text for sign in _WILD) else text


def hosts_in(text: str) -> list[str]:
    """The hosts that an /etc/hosts names, each by its first name, without this machine's own loop."""
    found: dict[str, None] = {}
    for line in text.splitlines():
        address, *names = line.partition("#")[0].split() or [""]
        if names and not address.startswith(("127.", "ff0", "fe0")) and address != "::1":
            found.setdefault(names[0])
    return list(found)


def _order(host: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdecimal() else (-1, part) for part in re.split(r"(\d+)", host.lower())]
