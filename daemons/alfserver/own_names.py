"""Whether a host of the schedule is this machine: by the name it was given, or by an address of its own.

The names that are asked about are the maitre-d's (their proof was checked), so few are looked up, each once.
"""

from __future__ import annotations

import socket
from functools import lru_cache

import psutil


class OwnNames:
    """`name` is this machine's own in the schedule (-host)."""

    def __init__(self, name: str) -> None:
        self._name = name.casefold()

    def has(self, host: str) -> bool:
        """Whether `host` means this machine."""
        named = host.casefold()
        return named == self._name or _short(named) == _short(self._name) or _is_own_address(named)


def _short(name: str) -> str:
    """A name without its domain; an address has none."""
    return name if name.replace(".", "").isdecimal() else name.partition(".")[0]


@lru_cache(maxsize=1024)
def _is_own_address(host: str) -> bool:
    try:
        address = socket.gethostbyname(host)
    except OSError:
        return False
    return any(address == own.address for card in psutil.net_if_addrs().values() for own in card)
