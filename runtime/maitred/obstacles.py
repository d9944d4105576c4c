"""What stands in the way of those that wait, counted: for a report, not for one who asks (runtime.maitred.explaining).

who waits, by crew --the one that has waited longest--> of all servers, so many fail this test, so many that one
"""

from __future__ import annotations

from collections import Counter

import msgspec

from runtime.maitred.books import Books
from runtime.maitred.deciding import FREE, IN_USE, REQUEST_TESTS, why_not
from runtime.maitred.noting import whose, whose_request
from runtime.maitred.requests import Request


class Obstacles(msgspec.Struct, frozen=True):
    """A crew at a moment. `waiting`: for how many leases it waits; `servers`: by the first test that they fail for the
    request of it that has waited longest, how many."""

    crew: str
    waiting: int
    servers: Counter[str]


def obstacles(books: Books, now: float) -> list[Obstacles]:
    """For each crew of which somebody waits, by name."""
    crews: dict[str, list[Request]] = {}
    for request in books.waiting():
        crews.setdefault(whose_request(request).crew, []).append(request)
    return [
        Obstacles(
            crew,
            sum(request.total - request.held for request in requests),
            _servers(books, min(requests, key=lambda request: (request.since, request.number)), now),
        )
        for crew, requests in sorted(crews.items())
    ]


def _servers(books: Books, request: Request, now: float) -> Counter[str]:
    found: Counter[str] = Counter()
    for slot in books.slots.by_name.values():
        place, _ = why_not(books, request, slot, now)
        words = REQUEST_TESTS[place][0].format(user="them") if place < FREE else "are free"
        if place == IN_USE and slot.lease is not None:
            crew = whose(slot.lease, books.crews).crew
            words = f"are in use by {crew}" if crew else words
        found[words] += 1
    return found
