"""Who is next: the order of what waits, kept so that a slot that frees does not rank everybody anew.

    Queue    of a group, where the crews give it one priority: who is first of it
     Line    requests of one user, project and tier in it: what these hold changes nothing in their order
    Party    a user with a project: what they hold, as a part of a rank

    a rank is  (... of the request, ... of what is held, ... of the request)     Assigner.standing names the middle part

    somebody holds more or fewer --> his party, and the queues in which he stands, are to be looked at again
    a slot frees                 --> of the queues of its kind those that are to be looked at again say who is first;
                                     the first of these is next

So an event costs a rank for each party that it touched, and a comparison for each group that could use the slot. An
assigner that names no `standing` is asked for the ranks of all lines that were touched. Ranks are kept for KEPT_S, as
runtime.assign.assigner says; in a line of more than MOST_AGED requests those at its end may be older.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from operator import attrgetter
from typing import TYPE_CHECKING

from runtime.assign.assigner import Asking, Rank
from runtime.assign.judge import Judge

if TYPE_CHECKING:
    from runtime.maitred.accounts import Account
    from runtime.maitred.requests import Group, Request

KEPT_S = 2.0
MOST_AGED = 200
"""So many requests of a line are ranked anew at a time because they have waited."""

_rank_of = attrgetter("rank")
_NOTHING = slice(0, 0)
_LAST: Rank = (float("inf"),)
_NEVER = -1


class Party:
    """`standing`: the part of a rank that follows from what they hold. `is_fresh`: nothing of that has changed."""

    __slots__ = ("is_fresh", "lines", "standing")

    def __init__(self) -> None:
        self.standing: Rank = ()
        self.is_fresh = False
        self.lines: dict[Line, None] = {}

    def touch(self) -> None:
        """What they hold has changed."""
        self.is_fresh = False
        for line in self.lines:
            line.is_fresh = False
            line.queue.as_of = _NEVER


class Line:
    """`first` and its `rank` are as of the last look; None: it is not known who is first."""

    __slots__ = ("_keys", "_unranked", "first", "is_fresh", "party", "queue", "rank")

    def __init__(self, queue: Queue, party: Party) -> None:
        self.queue = queue
        self.party = party
        self.is_fresh = False
        self.rank: Rank = ()
        self.first: Request | None = None
        self._keys: dict[Request, tuple[Rank, Rank]] = {}
        """The parts of their ranks before and after the standing; those ranked longest ago come first."""
        self._unranked: dict[Request, None] = {}

    def __len__(self) -> int:
        return len(self._keys)

    def add(self, request: Request) -> None:
        """A request stands here, or is not what it was."""
        self._keys[request] = ((), ())
        self._unranked[request] = None
        self.first = None
        self.is_fresh = False
        self.queue.as_of = _NEVER

    def remove(self, request: Request) -> None:
        del self._keys[request]
        self._unranked.pop(request, None)
        self.first = None
        self.is_fresh = False
        self.queue.as_of = _NEVER

    def age(self, most: int) -> None:
        """So many of the ranks do not count any more, those that were taken longest ago."""
        self.first = None
        self.is_fresh = False
        for request in list(islice(self._keys, most)):
            self._keys[request] = self._keys.pop(request)
            self._unranked[request] = None

    def look(self, ranking: Ranking, now: float) -> None:
        """Who is first, and how he stands."""
        keys, first = self._keys, self.first
        if ranking.judge.standing is None:
            self._unranked.update(dict.fromkeys(keys))
            first = None
        if self._unranked:
            self._rank(self._unranked, ranking, now)
        elif not self.party.is_fresh:
            self._rank({first or next(iter(keys)): None}, ranking, now)
        if first is None:
            self.first = first = min(keys, key=keys.__getitem__)
        before, after = keys[first]
        self.rank = before + self.party.standing + after
        self.is_fresh = True

    def ranked(self) -> Iterator[tuple[Rank, Request]]:
        """All of them, with their ranks as of the last look."""
        standing = self.party.standing
        for request, (before, after) in self._keys.items():
            yield before + standing + after, request

    def _rank(self, requests: dict[Request, None], ranking: Ranking, now: float) -> None:
        party, priority = self.party, self.queue.priority
        held = ranking.judge.standing or _NOTHING
        start, stop = held.start, held.stop
        if len(requests) == 1:
            [request] = requests
            rank = ranking.judge.request_rank(ranking.asking(request, priority, now))
            self._keys[request] = (rank[:start], rank[stop:])
        else:
            for request, rank in zip(requests, ranking.ranks(requests, priority, now), strict=True):
                self._keys[request] = (rank[:start], rank[stop:])
        party.standing = rank[start:stop]
        party.is_fresh = True
        self._unranked.clear()


Place = tuple["Account", "Account", int]
"""User, project and tier: what makes a line."""


class Queue:
    """`priority`: that of the crews. `rank` and `first` are those of the last look (None: nobody waits): good while
    `as_of` is that of the ranking."""

    __slots__ = ("_aged", "_lines", "_ranking", "as_of", "first", "group", "priority", "rank")

    def __init__(self, ranking: Ranking, group: Group, priority: float) -> None:
        self._ranking = ranking
        self._lines: dict[Place, Line] = {}
        self._aged = self.as_of = _NEVER
        self.group = group
        self.priority = priority
        self.rank: Rank = ()
        self.first: Request | None = None

    def add(self, request: Request, place: Place) -> None:
        """A request waits here, or is not what it was: its age, its job's priority."""
        line = self._lines.get(place)
        if line is None:
            party = self._ranking.party(place)
            line = self._lines[place] = Line(self, party)
            party.lines[line] = None
        line.add(request)

    def remove(self, request: Request, place: Place) -> None:
        line = self._lines[place]
        line.remove(request)
        if not line:
            del self._lines[place]
            self._ranking.leave(place, line)

    def look(self, now: float, as_of: int) -> None:
        """Who is first. `as_of` is that of the ranking now."""
        ranking, lines = self._ranking, self._lines.values()
        if self._aged != as_of:
            for line in lines:
                line.age(MOST_AGED if self._aged >= ranking.era_began else len(line))
            self._aged = as_of
        for line in lines:
            if not line.is_fresh:
                line.look(ranking, now)
        best = min(lines, key=_rank_of, default=None)
        self.first, self.rank = (best.first, best.rank) if best is not None else (None, _LAST)
        self.as_of = as_of

    def ranked(self, now: float) -> Iterator[tuple[Rank, Request]]:
        """All who wait here, with their ranks."""
        self.look(now, self._ranking.as_of(now))
        for line in self._lines.values():
            yield from line.ranked()


class Ranking:
    """What the queues share: the assigner, and the parties. `asking` is a request as assigners see it, where the crews
    give it a priority."""

    def __init__(self, judge: Judge, asking: Callable[[Request, float, float], Asking]) -> None:
        self.judge = judge
        self.asking = asking
        self._as_of = 0
        self._kept_until = float("-inf")
        self._era = judge.era
        self.era_began = 0
        self._parties: dict[tuple[Account, Account], Party] = {}

    def ranks(self, requests: Iterable[Request], priority: float, now: float) -> list[Rank]:
        """The ranks of requests, where the crews give them this priority."""
        asking = self.asking
        return self.judge.request_ranks([asking(request, priority, now) for request in requests])

    def first(self, queues: Iterable[Queue], now: float) -> Queue:
        """That of these queues of which the first request goes before those of all others."""
        self._look(queues, now)
        return min(queues, key=_rank_of)

    def in_order(self, queues: Iterable[Queue], now: float) -> list[Queue]:
        """All of them, in the order of their first requests."""
        self._look(queues, now)
        return sorted(queues, key=_rank_of)

    def _look(self, queues: Iterable[Queue], now: float) -> None:
        as_of = _NEVER
        while as_of != self.as_of(now):  # a site's assigner that fails ranks nobody
            as_of = self._as_of
            for queue in queues:
                if queue.as_of != as_of:
                    queue.look(now, as_of)

    def as_of(self, now: float) -> int:
        """A number that rises when ranks that were taken do not count any more: they have been kept for KEPT_S, or
        somebody else ranks (since it was `era_began`)."""
        if now > self._kept_until or self._era != self.judge.era:
            self._as_of += 1
            self._kept_until = now + KEPT_S
            if self._era != self.judge.era:
                self._era, self.era_began = self.judge.era, self._as_of
        return self._as_of

    def party(self, place: Place) -> Party:
        """The party of a user and a project. It is touched when what these hold changes."""
        user, project, _ = place
        found = self._parties.get((user, project))
        if found is None:
            found = self._parties[user, project] = user.parties[project] = project.parties[user] = Party()
        return found

    def leave(self, place: Place, line: Line) -> None:
        """A line ends; a party without any is none."""
        user, project, _ = place
        del line.party.lines[line]
        if not line.party.lines:
            del self._parties[user, project], user.parties[project], project.parties[user]
