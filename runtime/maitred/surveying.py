"""How many servers fail which test for a request: what `alfred -why` lists.

    up to EACH servers      each is asked, by every test (runtime.maitred.deciding)
    more                    one of each sort is asked for all of its sort:
                              odd ones      closed, excluded, pinned to, called by name: each, the first MOST of them
                              free          of a kind of slots: one; where metrics or reservations decide, up to FEW
                              not free      of a kind of slots: one, likewise

So a farm of a hundred thousand servers is surveyed about as fast as one of a few hundred, in slices
(runtime.maitred.slices). Where a part was asked for all, the numbers are `about` so many.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Generator, Iterable, Iterator, Sequence
from itertools import chain, islice

import msgspec

from runtime.maitred.books import Books
from runtime.maitred.deciding import IN_USE, why_not
from runtime.maitred.requests import Group, Request
from runtime.maitred.slots import Kind, Slot

EACH = 100
MOST = 50
FEW = 12
_NAMED = 3
_ASK, _COUNT = 1.0, 0.02
"""What it is worth in a slice to ask one, and to count one."""


class Finding(msgspec.Struct):
    """Servers that fail one test with the same words. `place` is that of the test; `names` are the first few."""

    place: int
    words: str
    number: float
    names: list[str]


class Survey(msgspec.Struct):
    """`findings`: those of the last test first. `about`: not each server was asked."""

    findings: list[Finding]
    about: bool = False

    def failing(self) -> dict[int, int]:
        """How many servers fail which test, the last one first."""
        found: dict[int, float] = {}
        for finding in self.findings:
            found[finding.place] = found.get(finding.place, 0.0) + finding.number
        return {place: round(found[place]) for place in sorted(found, reverse=True)}


def survey(books: Books, request: Request, now: float) -> Generator[float, None, Survey]:
    """Every server of the schedule, by what it fails."""
    group = request.group
    servers = books.slots.by_name
    found: list[list[Finding]] = []
    if group is None or len(servers) <= EACH:
        for slot in list(servers.values()):
            found.append(_ask(books, request, [slot], 1, now))
            yield _ASK
        return _by_test(found, False)
    odd = odd_ones(books, group)
    of_kind = Counter(slot.kind for slot in odd)
    found.append(_ask(books, request, list(islice(odd, MOST)), len(odd), now))
    yield _ASK * len(found[0]) + _COUNT * len(odd)
    most = FEW if group.live or group.need.reserve else 1
    for kind in list(books.slots.kinds):
        free = _some(kind.free_in_order(), odd, most)
        taken = _some(_taken(books, kind), odd, most)
        ordinary = kind.size - of_kind[kind]
        is_free = min(ordinary, kind.free) if free else 0
        found.append(_ask(books, request, free, is_free, now))
        found.append(_ask(books, request, taken, ordinary - is_free, now))
        yield _ASK * (1 + len(free) + len(taken))
    return _by_test(found, True)


def _some(slots: Iterable[Slot], odd: Container[Slot], most: int) -> list[Slot]:
    """The first of these that are not odd."""
    found: list[Slot] = []
    for slot in islice(slots, 2 * MOST):
        if len(found) == most:
            break
        if slot not in odd:
            found.append(slot)
    return found


def _ask(books: Books, request: Request, slots: Sequence[Slot], of: int, now: float) -> list[Finding]:
    """What these fail, each standing for as many of a sort as make up `of`."""
    if not slots:
        return [Finding(IN_USE, "", of, [])] if of else []
    weight = of / len(slots)
    return [Finding(*why_not(books, request, slot, now), weight, [slot.name]) for slot in slots]


def _by_test(found: Iterable[list[Finding]], about: bool) -> Survey:
    merged: dict[tuple[int, str], Finding] = {}
    for finding in (one for some in found for one in some):
        if about and finding.place >= IN_USE:
            finding.words = ""  # by whom is another one's words for each
        known = merged.setdefault((finding.place, finding.words), finding)
        if known is not finding:
            known.number += finding.number
            known.names += finding.names[: max(0, _NAMED - len(known.names))]
    return Survey(sorted(merged.values(), key=lambda one: (-one.place, -one.number)), about)


def odd_ones(books: Books, group: Group) -> dict[Slot, None]:
    """Servers of which the answer may be another than that of their kind."""
    slots = books.slots
    found = {**slots.closed, **dict.fromkeys(group.fit.odd)}
    for name in group.excluded:
        short = name.partition(".")[0] + "."
        called = (*slots.named(name), *slots.named(short))
        found |= dict.fromkeys(slot for slot in called if slot.is_called(group.excluded))
    host = slots.host(group.host) if group.host else None
    return found | dict.fromkeys(host.slots if host is not None else ())


def _taken(books: Books, kind: Kind) -> Iterator[Slot]:
    """Servers of a kind that somebody has. Of those that were asked back some are looked at: there may be thousands."""
    for lease in chain(chain.from_iterable(kind.taken.values()), islice(books.leases.recalled, MOST)):
        for slot in lease.slots:
            if slot.kind is kind:
                yield slot
