"""What stands in the way of those that wait, counted: for a report, not for one who asks (runtime.maitred.explaining).

who waits, by crew or user --the one that has waited longest--> of all servers, so many fail this test, so many that one
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import msgspec

from runtime.maitred.books import Books
from runtime.maitred.deciding import FREE, IN_USE, REQUEST_TESTS, why_not
from runtime.maitred.noting import whose, whose_request
from runtime.maitred.requests import Request
from runtime.maitred.surveying import odd_ones


class Obstacles(msgspec.Struct, frozen=True):
    """A crew, or a user, at a moment. `waiting`: for how many leases it waits; `servers`: by the first test that they
    fail for the request of it that has waited longest, how many."""

    name: str
    waiting: int
    servers: Counter[str]


def obstacles(books: Books, now: float) -> list[Obstacles]:
    """For each crew of which somebody waits, by name."""
    return [
        Obstacles(crew, _waiting(requests), _servers(books, _oldest(requests), now))
        for crew, requests in _who_wait(books, lambda request: whose_request(request).crew)
    ]


def obstacles_of_users(books: Books, now: float) -> list[Obstacles]:
    """For each user who waits, by name."""
    return [
        Obstacles(
            user,
            _waiting(requests),
            _servers(books, _oldest(requests), now)
            if books.crews.has(user)
            else Counter({_NO_CREW: len(books.slots.by_name)}),
        )
        for user, requests in _who_wait(books, lambda request: request.user.name)
    ]


_NO_CREW = "are not open to them, for no crew of the schedule has this user"


def _who_wait(books: Books, name: Callable[[Request], str]) -> list[tuple[str, list[Request]]]:
    found: dict[str, list[Request]] = {}
    for request in books.waiting():
        found.setdefault(name(request), []).append(request)
    return sorted(found.items())


def _waiting(requests: list[Request]) -> int:
    return sum(request.total - request.held for request in requests)


def _oldest(requests: list[Request]) -> Request:
    return min(requests, key=lambda request: (request.since, request.number))


def _servers(books: Books, request: Request, now: float) -> Counter[str]:
    """What each server fails. Where neither metrics nor reservations decide, ordinary ones of a kind that are in use
    fail the same test, and so do those that are not: one of each sort is asked."""
    found: Counter[str] = Counter()
    group = request.group
    odd = None if group is None or group.live or group.need.reserve else odd_ones(books, group)
    known: dict[object, int] = {}
    for slot in books.slots.by_name.values():
        lease = slot.lease
        sort: object = slot if odd is None or slot in odd else (slot.kind, lease is None, slot.kept_for)
        place = known.get(sort)
        if place is None:
            place, _ = why_not(books, request, slot, now)
            known[sort] = place
        words = REQUEST_TESTS[place][0].format(user="them") if place < FREE else "are free"
        if place == IN_USE and lease is not None:
            crew = whose(lease, books.crews).crew
            words = f"are in use by {crew}" if crew else words
        found[words] += 1
    return found
