"""One attempt on an alfserver, and what the launcher's log keeps of it, so that the next alfserver knows it again.

    the launcher's tag     USER/DISPATCHER/ATTEMPT/JID.TID.CID/EPOCH.NUMBER/SLOT

Names are quoted as in a URL. An attempt is known by its user, its dispatcher and that dispatcher's number for it.
"""

from __future__ import annotations

from typing import NamedTuple
from urllib.parse import quote, unquote

from runtime.alfserver.orders import Number, Peer
from runtime.farm_messages import Began, Ended, Launch, LeaseId, NotStarted

SEEN_NUMBERS = 4096
"""So many numbers of a dispatcher are known one by one; of those before the newest half of them all count as seen."""


class Owner(NamedTuple):
    """Whose an attempt is: only he may ask for it, and end it."""

    user: str
    dispatcher: str


class Tag(NamedTuple):
    """What the launcher's log keeps."""

    owner: Owner
    attempt: int
    command: str
    lease: LeaseId
    slot: str

    def text(self) -> str:
        user, dispatcher, command, slot = (quote(name, safe="") for name in (*self.owner, self.command, self.slot))
        return f"{user}/{dispatcher}/{self.attempt}/{command}/{self.lease.epoch}.{self.lease.number}/{slot}"


def tag_of(owner: Owner, launch: Launch) -> Tag:
    return Tag(owner, launch.attempt, launch.tag, launch.lease, launch.slot)


def read_tag(text: str) -> Tag:
    """Raises ValueError for words that `Tag.text` has not made."""
    user, dispatcher, attempt, command, lease, slot = text.split("/")
    epoch, number = lease.split(".")
    owner = Owner(unquote(user), unquote(dispatcher))
    return Tag(owner, int(attempt), unquote(command), LeaseId(int(epoch), int(number)), unquote(slot))


class Attempt:
    """An attempt that is running, or whose end is not acknowledged. `follower`: who gets its output; `ended_at`:
    wall-clock seconds."""

    __slots__ = ("began", "end", "ended_at", "follower", "number", "tag")

    def __init__(self, number: Number, tag: Tag, follower: Peer | None = None) -> None:
        self.number = number
        self.tag = tag
        self.follower = follower
        self.began: Began | None = None
        self.end: Ended | NotStarted | None = None
        self.ended_at = 0.0

    @property
    def running(self) -> bool:
        """It has a slot: it was given to the launcher, and something of it may be left."""
        return self.end is None


class Seen:
    """The attempts of one dispatcher that were launched or refused here: none of them is ever started again."""

    def __init__(self) -> None:
        self._numbers: set[int] = set()
        self._floor = 0

    def __contains__(self, attempt: int) -> bool:
        return attempt <= self._floor or attempt in self._numbers

    def add(self, attempt: int) -> None:
        self._numbers.add(attempt)
        if len(self._numbers) > SEEN_NUMBERS:
            kept = sorted(self._numbers)
            self._floor = kept[len(kept) // 2]
            self._numbers = set(kept[len(kept) // 2 + 1 :])
