"""Big requests do not starve: slots are kept for a request that wants several at once.

A request for several slots gets them at once or not at all, so small ones that come later could for ever take the
slots that it needs before there are enough. Once it has waited for `reserve_s`, or once slots have been asked back for
it, it keeps what it could use whenever its turn comes and there is not enough, up to its -atleast. What is kept is
given to nobody else but a request of higher standing that waits for just these slots; that one has its way, and the big
one goes on keeping. -samehost keeps on one host alone. What could never be enough keeps nothing.
"""

from __future__ import annotations

from collections.abc import Iterable

from runtime.maitred.books import Books
from runtime.maitred.deciding import why_closed
from runtime.maitred.requests import Group, Request
from runtime.maitred.slots import Host, Slot


class Keeping:
    """`keepers`: the requests for which slots are kept now."""

    def __init__(self, books: Books) -> None:
        self._books = books
        self.keepers: dict[Request, None] = {}

    def is_due(self, request: Request, now: float) -> bool:
        """Whether a request that cannot have what it wants keeps slots from now on."""
        if request.need.atleast == 1:
            return False
        reserve_s = self._books.rules.reserve_s
        request.keeps = request.keeps or (reserve_s > 0 and now - request.since >= reserve_s)
        return request.keeps

    def keep(self, request: Request, group: Group, free: Iterable[Slot], now: float) -> None:
        """Keep what is free of the slots that it could use; `free` are these, in their order."""
        places = self._places(request, group, now)
        for slot in list(free):
            if len(request.kept) == request.need.atleast:
                return
            if slot.host in places:
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

    def _places(self, request: Request, group: Group, now: float) -> set[Host]:
        """Hosts on which there could be enough slots some time, as things are now; for -samehost one of them: that on
        which slots were kept before, else the one with the most free slots."""
        could: dict[Host, int] = {}
        for slot in self._books.slots.by_name.values():
            if group.fits(slot) and not why_closed(slot, now):
                could[slot.host] = could.get(slot.host, 0) + 1
        if not request.need.samehost:
            return set(could) if sum(could.values()) >= request.need.atleast else set()
        enough = [host for host, number in could.items() if number >= request.need.atleast]
        if request.keeps_on not in enough:
            request.keeps_on = max(enough, key=_free, default=None)
        return {request.keeps_on} if request.keeps_on is not None else set()


def _free(host: Host) -> int:
    return sum(slot.rank is not None for slot in host.slots)
