"""Big requests do not starve: slots are kept for a request that wants several at once.

A request for several slots gets them at once or not at all, so small ones that come later could for ever take the
slots that it needs before there are enough. Once it has waited for `reserve_s`, or once slots have been asked back for
it, it keeps what it could use whenever its turn comes and there is not enough, up to its -atleast. What is kept is
given to nobody else but a request of higher standing that waits for just these slots; that one has its way, and the big
one goes on keeping. -samehost keeps on one host alone. What could never be enough keeps nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from runtime.maitred.books import Books
from runtime.maitred.requests import Group, Request
from runtime.maitred.slots import Host, Slot


class Keeping:
    """`keepers`: the requests for which slots are kept now."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self.keepers: dict[Request, None] = {}

    def is_due(self, request: Request, now: float) -> bool:
        """Whether a request that cannot have what it wants keeps slots from now on."""
        request.keeps = request.need.atleast > 1 and self.would_keep(request, now)
        return request.keeps

    def would_keep(self, request: Request, now: float) -> bool:
        """Whether a request that wants several has waited long enough, or keeps already."""
        reserve_s = self._books.rules.reserve_s
        return request.keeps or 0 < reserve_s <= now - request.since

    def keep(self, request: Request, group: Group, free: Iterable[Slot], now: float) -> None:
        """Keep what is free of the slots that it could use; `free` are these, in their order."""
        host = self._host(request, group) if group.need.samehost else None
        if host is None and (group.need.samehost or not self._could_be_enough(group)):
            return
        for slot in list(free):
            if len(request.kept) == request.need.atleast:
                return
            if host is None or slot.host is host:
                request.kept[slot] = None
                self.keepers[request] = None
                self._books.slots.keep(slot, request, now)

    def let_go(self, request: Request, now: float) -> None:
        """Nothing is kept for a request any more; the slots are as free as they would be."""
        self.keepers.pop(request, None)
        for slot in request.kept:
            if slot.kept_for is request:
                self._books.slots.keep(slot, None, now)
        request.kept.clear()

    def _could_be_enough(self, group: Group) -> bool:
        """Whether the slots that these requests could have some time, as things are now, would be enough. What never
        can be is asked again when a slot has been opened."""
        slots = self._books.slots
        known = (slots.version, slots.opened)
        if group.never_enough != known:
            could = (slot for slot in slots.by_name.values() if slot.is_open and group.fits(slot))
            if sum(1 for _ in islice(could, group.need.atleast)) == group.need.atleast:
                return True
            group.never_enough = known
        return False

    def _host(self, request: Request, group: Group) -> Host | None:
        """The host for -samehost: that on which slots were kept before, else the one with the most free slots of those
        where there could be enough."""
        atleast, host = group.need.atleast, request.keeps_on
        if host is not None and _could_have(host, group, atleast):
            return host
        slots = self._books.slots
        known = (slots.version, slots.opened)
        request.keeps_on = None
        if group.never_enough != known:
            enough = (host for host in slots.hosts.values() if _could_have(host, group, atleast))
            request.keeps_on = max(enough, key=_free, default=None)
        if request.keeps_on is None:
            group.never_enough = known
        return request.keeps_on


def _could_have(host: Host, group: Group, atleast: int) -> bool:
    """Whether a host has so many slots that these requests could have some time."""
    if len(host.slots) < atleast:
        return False
    return sum(slot.is_open and group.fits(slot) for slot in host.slots) >= atleast


def _free(host: Host) -> int:
    return sum(slot.rank is not None for slot in host.slots)
