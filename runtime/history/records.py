"""What the maitre-d puts on record, one struct per event. Its core says them (`Note`), its shell keeps them.

    Asked --> Granted --> Ran, Ran ...     a request comes, gets leases; on each lease command runs after command
       '----> GaveUp                       it was taken back, or went with its dispatcher, while it waited
    Recalled                               a lease is asked back: after its command, or now
    Rested                                 a launch could not begin: its slot rests
    Refused                                what could not be, and why
    Came Went                              dispatchers
    JobDone                                a job came to rest
    Capacity                               how many slots there are from now on

`at` is the time on the wall, seconds since 1970: of the end where something took time. Structs are frozen and of no
concern to the garbage collector: thousands are made each second.
"""

from __future__ import annotations

import msgspec

from runtime.farm_messages import How
from runtime.needs import Need

LONGEST_CHARS = 200
"""Of a title and of a reason on record; what is longer is cut."""
LONGEST_NEED_CHARS = 2_000
"""Of all that a request needs; what is longer is left out."""
DEEPEST = 100
"""So many tasks that a task is part of are on record: of deeper ones the outermost."""


class Whose(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """Who has something: a job of a user, by the crew that gives it. `host` is the dispatcher's; `crew` is empty where
    the schedule has no crews, or none gives it any more. Jobs are numbered by each dispatcher for itself."""

    user: str
    crew: str
    project: str
    host: str
    jid: int
    title: str


class Place(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A slot. `groups` are the server groups of it that crews name."""

    slot: str
    host: str
    groups: frozenset[str] = frozenset()


class Record(msgspec.Struct, frozen=True, gc=False, tag=True, array_like=True):
    """Base of all records."""

    at: float


class Asked(Record, frozen=True, gc=False, tag=True, array_like=True):
    """A request has come: `total` leases for these keys (`need`). `request` is its dispatcher's number for it, 0 in
    records of before it was kept; `wants` is all that it needs, None where that is too long to be kept."""

    whose: Whose
    need: str
    total: int
    request: int = 0
    wants: Need | None = None
    priority: float = 0.0
    tier: str = ""


class Granted(Record, frozen=True, gc=False, tag=True, array_like=True):
    """A lease. `waited_s`: since its request had got one last, or since it came."""

    whose: Whose
    places: tuple[Place, ...]
    waited_s: float


class GaveUp(Record, frozen=True, gc=False, tag=True, array_like=True):
    """A request that waited is no more. `waited_s` as in Granted."""

    whose: Whose
    waited_s: float


class Ran(Record, frozen=True, gc=False, tag=True, array_like=True):
    """A command has ended on a lease, at `at`. `run_s`: it had these places for so long; before that the lease was idle
    for `idle_s`. `how` None: nobody has told."""

    whose: Whose
    places: tuple[Place, ...]
    run_s: float
    idle_s: float
    how: How | None
    status: int | None = None
    tid: int = 0
    cid: int = 0
    attempt: int = 0
    title: str = ""
    reason: str = ""
    here: bool = False
    """It ran beside its dispatcher: a failure is not its host's."""
    request: int = 0
    """For which its lease was given (Asked)."""
    waited_s: float = -1.0
    """From when it could have run until it was launched; below 0: nobody has told."""
    within: tuple[int, ...] = ()
    """The tasks that its task is part of, the outermost first."""


class Recalled(Record, frozen=True, gc=False, tag=True, array_like=True):
    """A lease was asked back: `eject`: at once. `by` is who needs it, where that is somebody: then an eject is a
    preemption."""

    whose: Whose
    places: tuple[Place, ...]
    eject: bool
    reason: str
    by: Whose | None = None


class Rested(Record, frozen=True, gc=False, tag=True, array_like=True):
    """A slot rests from now on, or its host (a place without a slot), because of this."""

    place: Place
    reason: str


class Refused(Record, frozen=True, gc=False, tag=True, array_like=True):
    """What somebody wanted could not be."""

    whose: Whose
    reason: str


class Came(Record, frozen=True, gc=False, tag=True, array_like=True):
    """A dispatcher has attached, with so many leases."""

    user: str
    host: str
    leases: int


class Went(Record, frozen=True, gc=False, tag=True, array_like=True):
    """A dispatcher has ended, or (`lost`) its connection is gone; it had so many leases."""

    user: str
    host: str
    leases: int
    lost: bool


class JobDone(Record, frozen=True, gc=False, tag=True, array_like=True):
    """A job has come to rest."""

    whose: Whose
    state: str


class Capacity(Record, frozen=True, gc=False, tag=True, array_like=True):
    """How many slots there are from now on: for each set of server groups that some have in common. None at all: nobody
    is there to count any more."""

    slots: tuple[tuple[frozenset[str], int], ...] = ()


AnyRecord = (
    Asked | Granted | GaveUp | Ran | Recalled | Rested | Refused | Came | Went | JobDone | Capacity
)  # fmt: skip
