"""A slot that comes back while others wait goes straight to who is next for it: most grants of a busy farm are such.

    the long way    a lease ends, its slot enters the index of free slots, what else is free there is ranked
                    anew; those who could use it are looked at; the first of them searches what is free, finds this
                    one, and takes it out of the index; what else is free there is ranked anew once more
    straight        those who could use it are looked at, and the first of them has it

In between nothing else has happened, so both lead to the same: who is next follows from who waits, not from the index.
That holds where the slot is the only one that he could have, and where he wants no more than one; a request for several
for which there are not enough by far has its turn, and it changes nothing. Whatever else there is to think of (slots
and room that are kept, that metrics count, that are looked at for the first time) is left to the long way: SEARCH.
"""

from __future__ import annotations

from enum import Enum

from runtime.maitred.books import Books
from runtime.maitred.keeping import Keeping
from runtime.maitred.queues import Queue
from runtime.maitred.requests import Group, Request
from runtime.maitred.slots import Slot


class Otherwise(Enum):
    """What becomes of a slot that goes straight to nobody."""

    NOBODY = "nobody who waits can have it"
    SEARCH = "the long way says who gets it"


NOBODY, SEARCH = Otherwise.NOBODY, Otherwise.SEARCH


class HandingOver:
    def __init__(self, books: Books, keeping: Keeping) -> None:
        self._books = books
        self._keeping = keeping

    def heir(self, slot: Slot, now: float) -> Request | Otherwise:
        """Who is next for a slot that is in hand, while nothing else is to be given out."""
        books = self._books
        queues = _gaining(slot, now)
        if queues is None:
            return SEARCH
        for queue in books.ranking.in_order(queues, now):
            request, group = queue.first, queue.group
            if request is None:
                continue
            request.blocked = books.leases.limits.why_not(group.need.tags)
            if request.blocked:
                group.is_blocked = group.need.atleast == 1
            elif not group.is_known or group.need.reserve:
                return SEARCH
            elif group.need.atleast == 1:
                return SEARCH if request.kept or (books.slots.free and group.has_free()) else request
            elif not self._is_idle_turn(request, group, slot, now):
                return SEARCH
        return NOBODY

    def _is_idle_turn(self, request: Request, group: Group, slot: Slot, now: float) -> bool:
        """Whether nothing would come of the turn of a request for several: with the slot in hand there are not enough,
        also if somebody of lower standing gave way, and it would keep no more than it does."""
        keeping, free = self._keeping, self._books.slots.free + 1
        atleast, own = group.need.atleast, len(request.kept)
        if own and group.need.samehost and request.keeps_on is not slot.host:
            own -= 1  # the slot in hand is not there
        if free + own >= atleast and _there(group) + 1 + own >= atleast:
            return False
        if keeping.keepers and free + keeping.number >= atleast and keeping.gives_way(request, group, now) is not None:
            return False
        if not request.keeps:
            return not keeping.would_keep(request, now)
        return keeping.keeps_all_the_same(request, group, slot, now)


def _there(group: Group) -> int:
    """How many slots are free that requests of a group could have, at most."""
    return sum([kind.free for kind in group.kinds]) + len(group.odd)


def _gaining(slot: Slot, now: float) -> list[Queue] | None:
    """The queues of those who could use a slot; None where what is free beside it is another thing to them now."""
    queues: list[Queue] = []
    for group, queue in (slot.kind.waiting | slot.named if slot.named else slot.kind.waiting).items():
        if group.is_plain:
            if not group.is_blocked:
                queues.append(queue)
        elif group.by_use:
            return None
        elif not group.is_blocked and group.passes(slot, now) and group.has_room(slot):
            queues.append(queue)
            group.is_full = False
    return queues
