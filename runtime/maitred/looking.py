"""Looks at those who wait: time alone changes who stands where, and no event tells of it.

So every few seconds each group is looked at, in slices: its first request may take back leases, any of them eject, or
have slots kept. However much there is to look at, it stays a small part of what is done.
"""

from __future__ import annotations

from collections.abc import Generator

from runtime.assign.assigner import Rank
from runtime.maitred.books import Books
from runtime.maitred.recalling import Recalling
from runtime.maitred.requests import Group, Request
from runtime.maitred.serving import Serving
from runtime.maitred.slices import Work

_LOOK = "look"
_LOOK_S = 2.0
"""From one look to the next."""
_REST_S = 0.0002
"""After a look that was worth 1 (runtime.maitred.slices: some 10 us) there is none for so long."""
_REQUEST = 0.2
"""What it is worth in a slice to look at a request."""
_BATCH = 64
"""So many requests are ranked in one go."""


class Looking:
    def __init__(self, books: Books, serving: Serving, recalling: Recalling, now: float) -> None:
        self._books = books
        self._serving = serving
        self._recalling = recalling
        self._next = now

    def soon(self, now: float) -> None:
        """Something has happened that may have changed who stands where."""
        self._next = now

    def look(self, now: float) -> None:
        """Begin a look, when it is time."""
        if now >= self._next and not self._books.slices.is_at(_LOOK):
            self._books.slices.begin(_LOOK, self._all(), now)

    @property
    def next_wake(self) -> float | None:
        """When it will be time; None while nobody waits."""
        return self._next if any(group.waiting for group in self._books.groups) else None

    def _all(self) -> Work:
        books, worth = self._books, 0.0
        for group in [group for group in books.groups if group.waiting]:
            for work in self._group(group):
                worth += work
                yield work
        self._next = books.slices.now + max(_LOOK_S, worth * _REST_S)

    def _group(self, group: Group) -> Work:
        slices = self._books.slices
        ordered = yield from _in_order(self._books, list(group.waiting))
        for place, request in enumerate(ordered):
            if not group.has(request) or not request.waits:
                continue
            if not place:
                yield from self._recalling.recalls(request)
            self._serving.touch_if_due(request, slices.now)
            yield _REQUEST
            yield from self._recalling.preempts(request)


def _in_order(books: Books, requests: list[Request]) -> Generator[float, None, list[Request]]:
    """Requests in the order in which they are served; ranked in slices."""
    ranks: list[Rank] = []
    while len(ranks) < len(requests):
        some = requests[len(ranks) : len(ranks) + _BATCH]
        ranks += books.judge.request_ranks([books.asking_at_best(request, books.slices.now) for request in some])
        yield _REQUEST * len(some)
    return [request for _, _, request in sorted(zip(ranks, range(len(requests)), requests, strict=True))]
