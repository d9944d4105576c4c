"""Big requests do not starve: slots are kept for a request that wants several at once.

A request for several slots gets them at once or not at all, so small ones that come later could for ever take the
slots that it needs before there are enough. Once it has waited for `reserve_s`, or once slots have been asked back for
it, it keeps what it could use whenever its turn comes and there is not enough, up to its -atleast. What is kept is
given to nobody else but a request of higher standing that waits for just these slots; that one has its way, and the big
one goes on keeping. -samehost keeps on one host alone. What could never be enough keeps nothing.

What such a request reserves is kept with each slot: what others reserve on that host has to fit beside it. A request
for one slot that reserves a lot waits for much of one host in the same way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from math import inf

from runtime.maitred.books import Books
from runtime.maitred.requests import Group, Request
from runtime.maitred.slices import Work
from runtime.maitred.slots import Host, Slot
from runtime.needs import Need

_LOOK = 0.02
"""What it is worth in a slice (runtime.maitred.slices) to look at a slot."""


class Keeping:
    """`keepers`: the requests for which slots are kept now."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self.keepers: dict[Request, None] = {}

    @property
    def number(self) -> int:
        """How many slots are kept."""
        return sum([len(keeper.kept) for keeper in self.keepers])

    def is_due(self, request: Request, now: float) -> bool:
        """Whether a request that cannot have what it wants keeps slots from now on."""
        request.keeps = bool(request.need.atleast > 1 or request.need.reserve) and self.would_keep(request, now)
        if request.keeps and request.group is not None:
            request.group.keeps = True
        return request.keeps

    def would_keep(self, request: Request, now: float) -> bool:
        """Whether a request that wants several has waited long enough, or keeps already."""
        reserve_s = self._books.rules.reserve_s
        return request.keeps or 0 < reserve_s <= now - request.since

    def keep(self, request: Request, group: Group, free: Iterable[Slot], now: float) -> None:
        """Keep what is free of the slots that it could use; `free` are these, in their order."""
        need = group.need
        self._find_out(request, group, now)
        if _on_one_host(need):
            host = request.keeps_on
            free = [] if host is None else _in_order(slot for slot in host.slots if group.could_use(slot, now))
        elif not group.could_be_enough:
            return
        for slot in list(islice(_roomy(free, need), need.atleast)):
            request.kept[slot] = need.reserve
            slot.host.room.keep(need.reserve, 1)
            self.keepers[request] = None
            self._books.slots.keep(slot, request, now)

    def keeps_all_the_same(self, request: Request, group: Group, slot: Slot, now: float) -> bool:
        """Whether a request that is due to keep would keep what it keeps already, were its turn now, with this slot
        free and not enough. That is sure where there can never be enough, and where it keeps on one host, another
        one, where nothing else is free."""
        host = request.keeps_on
        if host is None and group.looked_at == self._books.slots.as_of and not group.could_be_enough:
            return not request.kept
        if not group.is_plain or not group.need.samehost or host is None or host is slot.host or host.free:
            return False
        kept = all(one.host is host and one.kept_for is request and one.is_open for one in request.kept)
        return kept and self._could_have(request, host, group)

    def let_go(self, request: Request, now: float) -> None:
        """Nothing is kept for a request any more; the slots are as free as they would be."""
        self.stir(self.take_up(request, now), request)

    def take_up(self, request: Request, now: float) -> Counter[Host]:
        """What is kept for a request is its own, to use or to keep again before anything else happens. On how many
        slots of which hosts room was kept."""
        self.keepers.pop(request, None)
        roomy = Counter[Host]()
        for slot, reserve in request.kept.items():
            if slot.kept_for is request:
                self._books.slots.keep(slot, None, now)
            if reserve:
                slot.host.room.keep(reserve, -1)
                roomy[slot.host] += 1
        request.kept.clear()
        return roomy

    def stir(self, roomy: Counter[Host], request: Request) -> None:
        """Of what was kept something may not be any more: others look whether there is room for them now."""
        for host in roomy - Counter(slot.host for slot in request.kept):
            self._books.slots.stir(host)

    def gives_way(self, request: Request, group: Group, now: float) -> Request | None:
        """The first of lower standing for whom something is kept that a request could use."""
        for keeper in self.keepers:
            if keeper is request or keeper.group is None or keeper.preempts:
                continue
            kept = next(filter(group.fits, self._places(keeper, group)), None)
            if kept is None:
                continue
            [mine] = self._books.ranking.ranks([request], group.priority(kept) or 0.0, now)
            [its] = self._books.ranking.ranks([keeper], keeper.group.priority(kept) or 0.0, now)
            if mine < its:
                return keeper
        return None

    def _places(self, keeper: Request, group: Group) -> Iterable[Slot]:
        """Slots that are kept for a request, and where room is kept that others could reserve, those beside them."""
        for slot, reserve in keeper.kept.items():
            yield slot
            if reserve and group.need.reserve:
                yield from slot.host.slots

    # ---- where there could be enough -----------------------------------------------------------------

    def _find_out(self, request: Request, group: Group, now: float) -> None:
        """Whether the slots that it could have some time, as things are now, would be enough: `could_be_enough`; for
        -samehost on which host, too: `keeps_on`. That is looked for again when slots have opened or closed, or when
        that host could not have enough any more."""
        is_known = group.looked_at == self._books.slots.as_of
        if _on_one_host(group.need):
            host = request.keeps_on
            if host is not None and self._could_have(request, host, group):
                return
            request.keeps_on = None
            is_known = is_known and not group.could_be_enough
        name = ("keep", request)
        if not is_known and not self._books.slices.is_at(name):
            self._books.slices.begin(name, self._looking(request, group), now)

    def _could_have(self, request: Request, host: Host, group: Group) -> bool:
        """Whether the host on which a request keeps could have enough some time: counted anew when slots have opened or
        closed."""
        as_of = (host, group, self._books.slots.as_of)
        if request.enough_as_of != as_of:
            if _could_have(host, group) < group.need.atleast:
                return False
            request.enough_as_of = as_of
        return True

    def _looking(self, request: Request, group: Group) -> Work:
        """Look at the hosts: for -samehost at all of them for the one that promises most, else until there are
        enough."""
        books, need = self._books, group.need
        as_of, number = books.slots.as_of, 0
        best: Host | None = None
        promised: tuple[float, ...] = ()
        for host in list(books.slots.hosts.values()):
            if not _on_one_host(need):
                number += _could_have(host, group)
                if number >= need.atleast:
                    break
            elif best is None or _promise(host, need) > promised:
                if _could_have(host, group) >= need.atleast:
                    best, promised = host, _promise(host, need)
            yield _LOOK * len(host.slots)
        if not group.has(request):
            return
        request.keeps_on = best
        enough = best is not None or number >= need.atleast
        if best is not None or enough != group.could_be_enough:
            books.touch(group)
        group.could_be_enough, group.looked_at = enough, as_of
        for keeper in [keeper for keeper in self.keepers if keeper.group is group and not enough]:
            self.let_go(keeper, books.slices.now)


def _could_have(host: Host, group: Group) -> int:
    """How many slots there these requests could have some time."""
    most = _most(host, group.need)
    return min(most, sum(slot.is_open and group.fits(slot) for slot in host.slots)) if most else 0


def _on_one_host(need: Need) -> bool:
    """Whether it is one host on which there has to be enough."""
    return need.samehost or need.atleast == 1


def _roomy(slots: Iterable[Slot], need: Need) -> Iterator[Slot]:
    """Of these slots as many on each host as it could ever have room for."""
    there = Counter[Host]()
    for slot in slots:
        there[slot.host] += 1
        if there[slot.host] <= _most(slot.host, need):
            yield slot


def _most(host: Host, need: Need) -> int:
    """How many slots there could be for a need by what it reserves, if nobody else held anything."""
    return host.room.times(need.reserve, empty=True) if need.reserve else len(host.slots)


def _promise(host: Host, need: Need) -> tuple[float, ...]:
    """Larger: there will be enough sooner."""
    if not need.reserve:
        return (host.free,)
    missing = max(amount - host.room.left.get(name, -inf) for name, amount in need.reserve)
    return (host.free > 0, -missing, host.free)


def _in_order(slots: Iterable[Slot]) -> list[Slot]:
    """Those that are free, as they go out."""
    return sorted((slot for slot in slots if slot.rank is not None), key=lambda slot: slot.rank or ())
