"""A saturated farm on a virtual clock: crews that never have enough, and how long each of their requests has waited."""

from __future__ import annotations

import heapq
import random
from collections.abc import Callable, Iterable
from itertools import count

import msgspec
from site_of import RULES, Site, crew, schedule

from runtime.farm_messages import Lease, LeaseId
from runtime.schedule.model import Crew

EJECTING_S = 5.0
"""From an ejection to the end of the command (docs/farm.md: TERM, 5 seconds later KILL)."""


class Wanting(msgspec.Struct, frozen=True):
    """A dispatcher: its crew's priority, how many servers it wants at most, whether its crew may eject, its job's
    priority."""

    priority: float
    total: int = 1000
    preempt: bool = False
    job_priority: float = 0.0


class Saturated:
    """Who waits, and how long commands run, is up to the test. `waits`: the longest wait of each dispatcher, for a
    server or for a command on one that it has."""

    def __init__(self, slots: int, wanting: Iterable[Wanting], length_s: Callable[[], float], **rules: float) -> None:
        self.wanting = list(wanting)
        crews: dict[str, Crew] = {}
        users: dict[str, list[str]] = {}
        for number, one in enumerate(self.wanting):
            name = f"c{one.priority:g}{'p' * one.preempt}"
            crews[name] = crew(name, one.priority, users=name, preempt=one.preempt)
            users.setdefault(name, []).append(f"u{number}")
        members = {name: tuple(names) for name, names in users.items()}
        plan = schedule(*(f"s{number}" for number in range(slots)), crews=crews.values(), user_groups=members)
        self.site = Site(plan, msgspec.structs.replace(RULES, **rules))
        self.dispatchers = [self.site.join(f"u{number}") for number in range(len(self.wanting))]
        self.waits = dict.fromkeys(range(len(self.wanting)), 0.0)
        self.served = dict.fromkeys(range(len(self.wanting)), 0.0)
        self._length_s = length_s
        self._ends: list[tuple[float, int, int, Lease]] = []
        self._ends_at: dict[LeaseId, float] = {}
        self._ties = count()

    def run(self, until: float) -> None:
        """Everybody asks, one second after the other, and then it goes on until then."""
        site = self.site
        for place, one in enumerate(self.wanting):
            site.after(1)
            self.served[place] = site.now
            self.dispatchers[place].want(total=one.total, priority=one.job_priority)
            self._begin()
        while site.now < until:
            moment = min(site.core.next_deadline(), self._ends[0][0] if self._ends else until, until)
            site.after(max(0.0, moment - site.now))
            self._end()
            self._begin()
            self._hurry()
        for place, dispatcher in enumerate(self.dispatchers):
            if not dispatcher.granted:
                self._is_served(place)

    def _begin(self) -> None:
        """A command begins on each server that was given."""
        for place, dispatcher in enumerate(self.dispatchers):
            for granted in dispatcher.granted:
                if granted.lease.id not in self._ends_at:
                    self._next(place, granted.lease)

    def _end(self) -> None:
        """Commands end: the next one begins there, unless the server is asked back."""
        while self._ends and self._ends[0][0] <= self.site.now:
            moment, _, place, lease = heapq.heappop(self._ends)
            if self._ends_at.get(lease.id) != moment:
                continue
            dispatcher = self.dispatchers[place]
            if len(dispatcher.granted) >= self.wanting[place].total:
                self.served[place] = self.site.now  # it has not waited until now
            if any(recall.lease == lease.id for recall in dispatcher.recalled):
                del self._ends_at[lease.id]
                dispatcher.returns(lease, wants_on=True)
            else:
                self._next(place, lease)

    def _hurry(self) -> None:
        """What is ejected ends soon."""
        for place, dispatcher in enumerate(self.dispatchers):
            for recall in dispatcher.recalled:
                soon = self.site.now + EJECTING_S
                if recall.eject and self._ends_at.get(recall.lease, 0.0) > soon:
                    [lease] = [lease for lease in dispatcher.leases if lease.id == recall.lease]
                    self._ends_by(place, lease, soon)

    def _next(self, place: int, lease: Lease) -> None:
        self._is_served(place)
        self.dispatchers[place].runs(lease)
        self._ends_by(place, lease, self.site.now + self._length_s())

    def _ends_by(self, place: int, lease: Lease, moment: float) -> None:
        self._ends_at[lease.id] = moment
        heapq.heappush(self._ends, (moment, next(self._ties), place, lease))

    def _is_served(self, place: int) -> None:
        self.waits[place] = max(self.waits[place], self.site.now - self.served[place])
        self.served[place] = self.site.now


def lengths(seed: int, longest_s: float) -> Callable[[], float]:
    """Commands of all lengths, one in three the longest."""
    choice = random.Random(seed)
    return lambda: longest_s if choice.random() < 1 / 3 else choice.uniform(0.1, 1.0) * longest_s
