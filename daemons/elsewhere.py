"""A dispatcher on another machine: `alfred -h user@host -queue` asks that user's dispatcher there.

    -h ann@desk           port 9001; on this machine, the port that the lock file names
    -h ann@desk:9005      that port
    -h desk               one's own

What -h says goes to all that connects as ALF_DISPATCHER, which may be set by itself as well. Here are the words alone;
`daemons.reaching` connects.
"""

from __future__ import annotations

import os
from dataclasses import dataclass

VARIABLE = "ALF_DISPATCHER"


@dataclass(frozen=True)
class Elsewhere:
    """Whose dispatcher ("": one's own), and where. `port` is 0 where none was said."""

    user: str
    host: str
    port: int = 0

    def __str__(self) -> str:
        return (f"{self.user}@" if self.user else "") + self.host + (f":{self.port}" if self.port else "")


def parse(text: str) -> Elsewhere:
    """user@host, user@host:port or host. Raises ValueError with words."""
    user, _, place = text.rpartition("@")
    host, colon, port = place.partition(":")
    if not host or (colon and not (port.isdecimal() and 0 < int(port) < 65536)):
        raise ValueError(f'"{text}" is no user@host or user@host:port')
    return Elsewhere(user, host, int(port) if colon else 0)


def asked_for() -> Elsewhere | None:
    """What -h, or the environment, says; None: the dispatcher of this user on this machine. Raises ValueError."""
    text = os.environ.get(VARIABLE)
    return parse(text) if text else None
