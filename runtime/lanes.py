"""Who stands in line, and for what: lanes of ready commands, requests to the maitre-d, and leases that came of them.

    ready commands --> Lane, one per distinct need of a job
                         | near: the machine's own slots (runtime.serving)
                         | far: the farm's
                         v
                       Request, what the maitre-d knows of a job's lanes with equal needs: a number and a total
                         | Granted
                         v
                       Holding, a lease; one command after the other runs on it

Only data: the rules are in `runtime.leasing`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from runtime.checkouts import Owner
from runtime.facts import AttemptId
from runtime.farm_messages import Lease, LeaseId
from runtime.job.numbering import Place
from runtime.needs import Need

if TYPE_CHECKING:
    from runtime.outcomes import Ended

Entry = tuple[Place, int, int]
"""Who stands in a lane: whose turn it is (runtime.job.numbering), task, command."""


class Lane:
    """Ready commands with one need, in their turn. `owner`: they use that shared check-out; `host`: only there.
    `far`: they wait for leases of the farm, through `request`."""

    __slots__ = ("entries", "far", "fault", "host", "key", "need", "owner", "request", "short_since", "tags")

    def __init__(self, key: tuple[object, ...], need: Need, owner: Owner | None, host: str, far: bool) -> None:
        self.key = key
        self.need = need
        self.owner = owner
        self.host = host
        self.far = far
        self.tags = need.tags
        """What its commands count under, with those of a shared check-out that they use: none of them may rest."""
        self.request: Request | None = None
        self.entries: list[Entry] = []
        self.short_since: float | None = None
        self.fault: str | None = None
        """Why the machine can never serve it, empty when it can, None while nobody has asked."""


FarmStanding = tuple[float, str, str]
"""Of a job, for the maitre-d: its priority (with -pbias), its project, its tier."""
NO_STANDING: FarmStanding = (0.0, "", "")


class Request:
    """What a job should hold of one need. `host`: only there (-resumepin)."""

    __slots__ = ("held", "host", "jid", "need", "number", "rests_until", "said", "waiting")

    def __init__(self, number: int, jid: int, need: Need, host: str) -> None:
        self.number = number
        self.jid = jid
        self.need = need
        self.host = host
        self.waiting: dict[int, Lane] = {}
        """The lanes in which somebody stands, by identity."""
        self.held: dict[LeaseId, Holding] = {}
        self.said: tuple[int, FarmStanding] = (0, NO_STANDING)
        """The total and the standing that the maitre-d knows."""
        self.rests_until = 0.0
        """A launch beside the dispatcher could not begin: nothing is asked for before this time."""


class Holding:
    """A lease, and what it is used for: the command that runs on it, the shared check-out that it belongs to."""

    __slots__ = ("attempt", "ejected", "ended", "lease", "owner", "recalled", "request", "tags", "unreachable")

    def __init__(self, lease: Lease, request: Request, attempt: AttemptId = 0) -> None:
        self.lease = lease
        self.request = request
        self.attempt = attempt
        self.ended: Ended | None = None
        """How the last command on it ended, until that is said."""
        self.owner: Owner | None = None
        self.tags: tuple[str, ...] = ()
        """What its shared check-out counts under, by the dispatcher's own limits."""
        self.recalled = False
        """It goes back after its command, or after its shared check-out."""
        self.ejected = False
        """... and nothing more begins on it."""
        self.unreachable = False
        """No alfserver answers there: what runs on it is started beside the dispatcher, by the fallback."""
