"""What an alfserver's core asks for. Carrying it out is `daemons.alfserver`.

to dispatchers   Say SayResumed Follow Finish HangUp
to the launcher  Start Prolong Sweep Forget
to its disk      KeepEpoch
to its log       Note
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NewType

from runtime.farm_messages import AttemptState, Ended, FarmMessage, Launch, NotStarted

Peer = NewType("Peer", int)
"""A connection: a number that is never used again."""

Number = NewType("Number", int)
"""An attempt as the launcher numbers it. Dispatchers have numbers of their own, each from 1."""


@dataclass(frozen=True, slots=True)
class Say:
    """A message for whoever is at the other end."""

    peer: Peer
    message: FarmMessage


@dataclass(frozen=True, slots=True)
class SayResumed:
    """The answer to Resume; `numbers` are the launcher's for `attempts`, which lack what each has printed."""

    peer: Peer
    numbers: tuple[Number, ...]
    attempts: tuple[AttemptState, ...]


@dataclass(frozen=True, slots=True)
class Follow:
    """Send what an attempt prints, from these bytes of its output and its own stdout, and this chunk, on."""

    peer: Peer
    number: Number
    attempt: int
    output: int = 0
    stdout: int = 0
    chunks: int = 0


@dataclass(frozen=True, slots=True)
class Finish:
    """Say how an attempt that is followed has ended, after everything that it printed."""

    peer: Peer
    number: Number
    end: Ended | NotStarted


@dataclass(frozen=True, slots=True)
class HangUp:
    """Say why, and close the connection."""

    peer: Peer
    reason: str


@dataclass(frozen=True, slots=True)
class Start:
    """Give an attempt to the launcher. `tag` is what the launcher's log has to keep of it, `until` the end of its
    lease, on the clock of the `now` that its launch came with."""

    peer: Peer
    number: Number
    tag: str
    launch: Launch
    until: float


@dataclass(frozen=True, slots=True)
class Prolong:
    """The leases of these attempts last until then."""

    numbers: tuple[Number, ...]
    until: float


@dataclass(frozen=True, slots=True)
class Sweep:
    """End these attempts and all that they started."""

    numbers: tuple[Number, ...]
    grace_s: float


@dataclass(frozen=True, slots=True)
class Forget:
    """Nobody asks for these attempts again: their output and their ends need not be kept."""

    numbers: tuple[Number, ...]


@dataclass(frozen=True, slots=True)
class KeepEpoch:
    """Write down the newest maitre-d's epoch: what is older is refused, also after a restart."""

    epoch: int


@dataclass(frozen=True, slots=True)
class Note:
    """A line for the log."""

    text: str


Order = Say | SayResumed | Follow | Finish | HangUp | Start | Prolong | Sweep | Forget | KeepEpoch | Note
