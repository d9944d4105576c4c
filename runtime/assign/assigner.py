"""What a site may decide itself: the order of requests, of slots, and of victims.

    class Mine(Assigner):                              alfConfig(assigner) /etc/alfred/mine.py
        def slot_rank(self, slot):
            return (slot.busy, -slot.udi)              fewest busy slots on the host first

A rank is a tuple of numbers; the smaller one goes first. The rules of the seven tests, limits and leases are not up for
decision: an assigner says who is first and what is best among what may be.

The maitre-d asks in the middle of a decision, thousands of times a second, and keeps answers: a rank computes from its
argument, nothing else. What the maitre-d relies on:

    a request's rank is kept       until something in its Asking has changed but `waited_s`, and for 2 s of waiting
    two requests of one user,      keep their order when `held`, `usage` and the project's figures change, since these
    project, tier, crew priority   change for both alike
    a slot's rank                  is asked anew whenever `busy` of its host has changed

A method must not wait, and it must not raise: when it raises, gives anything but a tuple of numbers, or takes longer
than its shell allows (`runtime.assign.judge`), a line in the log says so and the default fairness makes that decision.
"""

from __future__ import annotations

from typing import ClassVar

import msgspec

from runtime.maitred.rules import Rules
from runtime.needs import Need

Rank = tuple[float, ...]
"""Smaller goes first."""


class Asking(msgspec.Struct, frozen=True, gc=False):
    """A request that waits for a server.

    `crew_priority`: of the user's crews, the highest that gives that server now. `held`: slots that the user holds now,
    `usage`: how many on average lately (runtime.maitred.accounts; 0 without alfConfig(usageHalfLife)), `share` the
    user's share. `tier`: the place of the job's -tier in alfConfig(tiers), 0 first. `job_priority`: -priority with
    -pbias. `waited_s`: since it has got a server last, or since it came. `number`: smaller is older. `holder`: it waits
    for nothing, it is what one who has a server would ask for next; those who stand before it take the server over.
    `project` is the first of the job's -projects, with its own figures; its share is 0 where the schedule has no shares
    of projects.
    """

    user: str
    crew_priority: float
    held: int
    share: float
    job_priority: float
    waited_s: float
    number: int
    jid: int
    need: Need
    usage: float = 0.0
    tier: int = 0
    project: str = ""
    project_held: int = 0
    project_share: float = 0.0
    project_usage: float = 0.0
    holder: bool = False


class Offer(msgspec.Struct, frozen=True, gc=False):
    """A free slot. `busy` and `size`: how many slots of its host are taken now, and how many it has."""

    name: str
    host: str
    udi: int
    keys: frozenset[str]
    busy: int
    size: int


class Victim(msgspec.Struct, frozen=True, gc=False):
    """A command that may be ejected for somebody of a higher crew. `ran_s`: the work that would be lost."""

    user: str
    jid: int
    crew_priority: float
    slots: int
    ran_s: float


class Assigner:
    """The interface, with the answers of one who does not care: first come, first served.

    `standing`: which parts of a request's rank follow from `held`, `usage` and the project's figures, while no other
    part does. The maitre-d then asks for only one request of a user and project when these have changed. It is read of
    the class that has the `request_rank`; where that says nothing, or None, all whom a change touches are asked for.
    """

    standing: ClassVar[slice | None] = None

    def __init__(self, rules: Rules) -> None:
        self.rules = rules

    def request_rank(self, asking: Asking) -> Rank:
        """The place of a request among those that wait for the same server."""
        return (asking.number,)

    def request_words(self, asking: Asking) -> tuple[tuple[str, str], ...]:
        """The rank for people: for each of its numbers what it is called and how it comes about. `alfred -why` shows
        it; a class that ranks otherwise and says nothing here has its bare numbers shown."""
        return ()

    def slot_rank(self, slot: Offer) -> Rank:
        """The place of a slot among those that are free. Asked again whenever `busy` of its host changes."""
        return ()

    def victim_rank(self, victim: Victim) -> Rank:
        """The place of a command among those that could be ejected: the first one is."""
        return ()
