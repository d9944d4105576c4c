"""Giving slots out: who is next when slots are free, and which slots a request gets.

    touched groups ------.
    freed slots ---------+--> for each kind of slot that is free, the best first:
                                the waiting requests that fit it, in the assigner's order for that kind:
                                    limits? slots? --> a lease; pings --> Granted

A request gets `atleast` slots at once or none, and then up to `atmost`. While pings for it are under way it grows with
slots that nobody else waits for. What does not fit, what is out of a limit, and what nothing has changed for is not
looked at. Where there is not enough for a request that wants several, slots may be kept for it
(runtime.maitred.keeping).
"""

from __future__ import annotations

import heapq
from collections.abc import Iterable, Iterator
from itertools import count, islice

from runtime.assign.assigner import Rank
from runtime.farm_messages import Granted
from runtime.maitred.books import Books
from runtime.maitred.handing_over import NOBODY, SEARCH, HandingOver
from runtime.maitred.keeping import Keeping
from runtime.maitred.leases import Lease
from runtime.maitred.noting import granted, rested
from runtime.maitred.pinging import Pinging
from runtime.maitred.queues import Queue
from runtime.maitred.requests import Group, Request
from runtime.maitred.slices import SERVING, Work
from runtime.maitred.slots import Host, Kind, Slot

_GRANT, _LOOK, _TEST, _PASS = 4.0, 1.0, 0.5, 0.05
"""What these are worth in a slice (runtime.maitred.slices)."""
_FEW = 64
"""So many slots are sorted; of more the kinds' order is followed."""


class _Turn:
    """What has happened to slots of a kind: those that have become free, and the queues that were touched. `queues` are
    all that may have gained by it."""

    __slots__ = ("kind", "queues", "slots", "touched")

    def __init__(self, kind: Kind) -> None:
        self.kind = kind
        self.slots: list[Slot] = []
        self.touched: dict[Queue, None] = {}
        self.queues: dict[Queue, None] = {}

    @property
    def goes_on(self) -> bool:
        """Whether somebody may still get something by it."""
        slots = self.slots
        while slots and slots[-1].rank is None:
            slots.pop()
        return bool(self.queues and (slots or self.touched) and self.kind.free)


class Serving:
    def __init__(self, books: Books, pinging: Pinging) -> None:
        self._books = books
        self._pinging = pinging
        self._keeping = Keeping(books)
        self._heir = HandingOver(books, self._keeping).heir
        self._had_way: set[Request] = set()
        self._pending: dict[Lease, None] = {}
        self._beside = 0.0
        """What turns were worth beside the usual: slots that were passed over, and more slots than one."""

    # ---- who is next ---------------------------------------------------------------------------------

    def serve(self, now: float) -> None:
        """Give out what can be given out, after something has changed; in slices, where that is much."""
        books = self._books
        if books.slots.in_hand is not None:
            self._hand_over(books.slots.in_hand, now)
        if now < books.opens_at:
            return
        due = books.slots.freed or books.touched or books.leases.freed_tags or books.won
        if due and not books.slices.is_at(SERVING):
            self._had_way.clear()
            if len(books.slots.freed) == 1 and not (books.touched or books.leases.freed_tags or books.won):
                self._serve_slot(now)
            if books.slots.freed or books.touched or books.leases.freed_tags or books.won:
                books.slices.begin(SERVING, self._serving(), now)
        if self._pending and not books.slices.is_at(SERVING):
            self._grow(now)

    def _hand_over(self, slot: Slot, now: float) -> None:
        """A slot has come back: it goes straight to who is next for it, or it is free."""
        slots, touched = self._books.slots, self._books.touched
        heir = self._heir(slot, now) if self._is_all(now) else SEARCH
        if heir is not SEARCH:
            touched.clear()
        if isinstance(heir, Request) and heir.group is not None:
            self._grant(heir, heir.group, slot, now)
            return
        slots.settle(now)
        if heir is NOBODY:
            slots.freed.pop(slot, None)

    def _is_all(self, now: float) -> bool:
        """Whether the slot in hand is all that there is to give out. Those who wait again since it has come back can
        have nothing else where nothing else is free."""
        books = self._books
        if now < books.opens_at or books.slices.is_at(SERVING):
            return False
        if books.slots.freed or books.leases.freed_tags or books.won:
            return False
        for group in books.touched:
            if books.slots.free or group.need.atleast > 1 or group.need.reserve or not group.is_known:
                return False
            group.is_blocked = False
        return True

    def _serve_slot(self, now: float) -> None:
        """One slot has become free, and nothing else has happened."""
        slot, _ = self._books.slots.freed.popitem()
        turn = _Turn(slot.kind)
        turn.slots.append(slot)
        self._find_gaining(turn)
        while turn.goes_on:
            self._have_turn(turn, now)

    def _serving(self) -> Work:
        books = self._books
        while books.won or books.slots.freed or books.touched or books.leases.freed_tags:
            self._serve_winners(books.slices.now)
            self._touch_limited()
            for turn in sorted(self._turns(), key=_best):
                self._find_gaining(turn)
                while turn.goes_on:
                    worth = _GRANT if self._have_turn(turn, books.slices.now) else _LOOK
                    beside, self._beside = self._beside, 0.0
                    yield worth + beside

    def _have_turn(self, turn: _Turn, now: float) -> bool:
        """The best request has its turn; whether it got something."""
        queue = self._books.ranking.first(turn.queues, now)
        if queue.first is not None and self.try_one(queue.first, now):
            return True
        del turn.queues[queue]
        turn.touched.pop(queue, None)
        return False

    def _serve_winners(self, now: float) -> None:
        """What was ejected for somebody is his, whoever has waited longer: else one wait would eject many."""
        while self._books.won:
            request = next(iter(self._books.won))
            del self._books.won[request]
            if request.waits:
                self.try_one(request, now)

    def _touch_limited(self) -> None:
        tags = self._books.leases.freed_tags
        for tag in tags:
            for group in self._books.groups.of_tag(tag):
                group.is_blocked = False
                if group.waiting:
                    self._books.touched[group] = None
        tags.clear()

    def _turns(self) -> list[_Turn]:
        """Kinds that have free slots, where somebody may have gained by what has happened."""
        turns: dict[Kind, _Turn] = {}
        freed, touched = self._books.slots.freed, self._books.touched
        for slot in freed:
            if slot.kind.waiting or slot.named:
                turns.setdefault(slot.kind, _Turn(slot.kind)).slots.append(slot)
        for group in touched:
            group.is_blocked = group.is_full = False
            for kind in group.kinds:
                if kind.free and group in kind.waiting:
                    turns.setdefault(kind, _Turn(kind)).touched[kind.waiting[group]] = None
            for slot in group.odd:
                if slot.kind.free and group in slot.named:
                    turns.setdefault(slot.kind, _Turn(slot.kind)).touched[slot.named[group]] = None
        freed.clear()
        touched.clear()
        return list(turns.values())

    def _find_gaining(self, turn: _Turn) -> None:
        """Those who may have gained: who was touched, and who could use one of the slots that have become free."""
        queues, slots = turn.queues, turn.slots
        queues.update(turn.touched)
        for group, queue in turn.kind.waiting.items() if slots else ():
            if not group.is_blocked and (group.is_plain or any(map(group.may_have, slots))):
                queues[queue] = None
                group.is_full = False
        for slot in slots:
            for group, queue in slot.named.items():
                if not group.is_blocked and group.may_have(slot):
                    queues[queue] = None
                    group.is_full = False

    # ---- one request ---------------------------------------------------------------------------------

    def try_all(self, request: Request, now: float) -> None:
        """A request has come, or wants more: it gets what is free, in slices where that is much."""
        books, group = self._books, request.group
        if group is None or now < books.opens_at:
            return
        if books.slices.is_at(SERVING) or (self.try_one(request, now) and request.waits):
            books.touched[group] = None
            self.serve(now)

    def try_one(self, request: Request, now: float) -> bool:
        """Give a request one lease more, if everything speaks for it now."""
        books, group = self._books, request.group
        if group is None:
            return False
        if request.kept:
            roomy = self._keeping.take_up(request, now)
            given = self.try_one(request, now)
            self._keeping.stir(roomy, request)
            return given
        request.blocked = books.leases.limits.why_not(request.need.tags)
        if request.blocked:
            group.is_blocked = request.need.atleast == 1
            return False
        if not group.is_known:
            self._look(group, now)
        first = self._first(group, now) if group.is_known and not group.is_full else None
        if first is None:
            group.is_full = group.is_known and bool(group.need.reserve)
            if self._has_way(request, group, now):
                group.is_full = False
                return self.try_one(request, now)
            if self._keeping.is_due(request, now):
                self._keeping.keep(request, group, self.candidates(group, now, crowded=True), now)
            return False
        self._grant(request, group, first, now)
        return True

    def _grant(self, request: Request, group: Group, first: Slot, now: float) -> None:
        """A request gets a lease: with this slot, and with as many more as it wants and there are."""
        lease = self._books.leases.begin(self._books.epoch, request, now)
        self._put(lease, first, group, now)
        self._fill(lease, group, request.need.atmost, now)
        self._books.leases.recalled.got(request, lease)
        group.waits_anew(request, now)
        request.keeps = request.preempts = False
        if not request.waits:
            group.remove(request)
        self._ready(lease, now)

    def _look(self, group: Group, now: float) -> None:
        """Ask the metrics of all hosts that have free slots, in slices: what passes is known from then on."""
        name = ("look", group)
        if not self._books.slices.is_at(name):
            self._books.slices.begin(name, self._looking(group), now)

    def _looking(self, group: Group) -> Work:
        slices = self._books.slices
        for slots in (*(kind.all_free() for kind in group.kinds), list(group.odd)):
            for slot in slots:
                if not group.waiting:
                    return
                if slot.rank is not None:
                    group.try_slot(slot, slices.now)
                    yield _TEST
        group.is_known = True
        self._books.touched[group] = None

    def measured(self, host: Host, now: float) -> None:
        """A host has other metrics: those who wait for such ones may have its free slots."""
        free = [slot for slot in host.slots if slot.rank is not None]
        for slot in free:
            for group in (*slot.kind.live, *(group for group in slot.named if group.live)):
                if group.try_slot(slot, now):
                    self._books.touched[group] = None

    def _has_way(self, request: Request, group: Group, now: float) -> bool:
        """Whether slots that it could use were kept for somebody of lower standing; they are free then."""
        if request in self._had_way or not self._keeping.keepers:
            return False
        self._had_way.add(request)
        keeper = self._keeping.gives_way(request, group, now)
        if keeper is None:
            return False
        self._keeping.let_go(keeper, now)
        self._books.touch(keeper.group)
        return True

    def touch_if_due(self, request: Request, now: float) -> None:
        """A request has waited so long that slots are kept for it from now on."""
        if not request.keeps and request.group is not None and self._keeping.is_due(request, now):
            self._books.touched[request.group] = None

    def shrink(self, request: Request, now: float) -> None:
        """A request wants no more than it holds: nothing is kept for it, and nothing is tested that is too much."""
        self._keeping.let_go(request, now)
        request.keeps = request.preempts = False
        for lease in [one for one in self._pending if one.holder == (request.dispatcher, request.wanted)]:
            if request.held > request.total:
                self.cancel(lease, now)

    def withdraw(self, request: Request, now: float) -> None:
        """A request wants nothing any more: what is tested or kept for it is free."""
        self._keeping.let_go(request, now)
        for lease in [one for one in self._pending if one.holder == (request.dispatcher, request.wanted)]:
            self.cancel(lease, now)

    def _first(self, group: Group, now: float) -> Slot | None:
        """The first slot of a new lease; None where there are not as many as are wanted at least. For -samehost it is
        on the first host, in the order of slots, that has enough of them."""
        need = group.need
        if need.atleast == 1:
            return next(self.candidates(group, now), None)
        if sum([kind.free for kind in group.kinds]) + len(group.odd) < need.atleast:
            return None
        found = self.candidates(group, now)
        if not need.samehost:
            some = list(islice(found, need.atleast))
            return some[0] if len(some) == need.atleast else None
        seen: set[Host] = set()
        for slot in found:
            self._beside += _PASS
            if slot.host.free >= need.atleast and slot.host not in seen:
                seen.add(slot.host)
                together = list(islice(self.candidates(group, now, slot.host), need.atleast))
                if len(together) == need.atleast:
                    return together[0]
        return None

    def _fill(self, lease: Lease, group: Group, size: int, now: float) -> None:
        """Put slots into a lease until it has so many or none is left."""
        while len(lease.slots) < size:
            self._beside += _GRANT
            if not lease.slots:
                slot = self._first(group, now)
            else:
                host = lease.slots[0].host if group.need.samehost else None
                slot = next(self.candidates(group, now, host), None)
            if slot is None:
                return
            self._put(lease, slot, group, now)

    def _put(self, lease: Lease, slot: Slot, group: Group, now: float) -> None:
        """A slot more for a lease. Its pings are ordered."""
        self._books.leases.put(lease, slot, now)
        self._pinging.begin(lease, group.need.service, slot, now)

    def candidates(
        self, group: Group, now: float, host: Host | None = None, *, crowded: bool = False
    ) -> Iterator[Slot]:
        """The free slots that a group's requests may have now, of this host or of all, in the assigner's order.
        `crowded`: also those on hosts where there is no room for what they reserve."""
        reserve = () if crowded else group.need.reserve
        several = group.need.atleast > 1
        met: dict[Host, int] = {}
        for slot in self._fitting(group, host):
            if group.excluded and slot.is_called(group.excluded):
                continue
            if reserve and not slot.host.room.fits(reserve, met.get(slot.host, 0) + 1):
                continue
            if not group.live or group.measures(slot, now):
                if reserve and several:
                    met[slot.host] = met.get(slot.host, 0) + 1
                yield slot
            else:
                group.passing.pop(slot, None)

    def _fitting(self, group: Group, host: Host | None) -> Iterable[Slot]:
        if group.host or host is not None:
            host = host or self._books.slots.host(group.host)
            own = [] if host is None else [slot for slot in host.slots if slot.rank is not None and group.fits(slot)]
            return sorted(own, key=_rank)
        if group.live and len(group.passing) <= _FEW:
            return sorted(group.passing, key=_rank)
        kinds = [kind for kind in group.kinds if kind.free]
        odd = [slot for slot in group.odd if slot.rank is not None]
        if len(kinds) == 1 and not odd and not group.fit.odd:
            fitting: Iterable[Slot] = kinds[0].free_in_order()
        else:
            fitting = _merged(kinds, odd, group.fit.odd)
        return self._passing(fitting, group) if group.live else fitting

    def _passing(self, slots: Iterable[Slot], group: Group) -> Iterator[Slot]:
        """Those that the metrics let through."""
        for slot in slots:
            if slot in group.passing:
                yield slot
            else:
                self._beside += _PASS

    # ---- pings under way -----------------------------------------------------------------------------

    def _ready(self, lease: Lease, now: float) -> None:
        """The lease goes out, once no ping speaks against it any more."""
        if lease.pings:
            self._pending[lease] = None
            return
        self._pending.pop(lease, None)
        self._books.log(f"granted {lease}")
        self._books.note(granted(lease, self._books.crews, self._books.wall(now), now))
        message = lease.message(self._books.rules.alfserver_port, self._books.grant_key)
        self._books.send(lease.dispatcher, Granted(lease.request, message))

    def _grow(self, now: float) -> None:
        """What has fewer slots than it could use takes what is left over, while its pings are under way."""
        for lease in list(self._pending):
            request = lease.dispatcher.requests.get(lease.request)
            if request is not None and request.group is not None and len(lease.slots) < request.need.atmost:
                self._fill(lease, request.group, request.need.atmost, now)

    def pinged(self, number: int, up: bool, reason: str, now: float) -> None:
        """A ping was answered."""
        found = self._pinging.answered(number, up, now)
        if found is None:
            return
        place, leases = found
        if not up:
            self._books.log(f"ping of {place.name} failed: {reason}")
            self._books.note(rested(place, f"ping: {reason}", self._books.wall(now)))
            leases = list(dict.fromkeys((*leases, *self._failed(place, reason, now))))
        for lease in leases:
            self._settle(lease, now)

    def _failed(self, place: Host | Slot, reason: str, now: float) -> list[Lease]:
        """A host or slot rests; leases that wait for pings lose their slots there."""
        self._books.slots.rest(place, now + self._books.rules.ping_rest_s, reason, now)
        hit = []
        for slot in list(place.slots) if isinstance(place, Host) else [place]:
            lease = slot.lease
            if lease is not None and lease in self._pending:
                self._books.leases.drop(lease, slot, now)
                hit.append(lease)
        return hit

    def _settle(self, lease: Lease, now: float) -> None:
        """A lease that waits for pings: it may go out, or has to look for other slots, or comes to nothing."""
        request = lease.dispatcher.requests.get(lease.request)
        if request is None or request.group is None or self._books.is_over_limit(lease):
            self.cancel(lease, now)
            return
        if len(lease.slots) < request.need.atleast:
            self._fill(lease, request.group, request.need.atleast, now)
        if len(lease.slots) < request.need.atleast:
            self.cancel(lease, now)
        else:
            self._ready(lease, now)

    def cancel(self, lease: Lease, now: float) -> None:
        """A lease that waits for pings comes to nothing; its request waits as if it had never been."""
        self._pinging.forget(lease)
        self._pending.pop(lease, None)
        self._books.end_lease(lease, now)
        request = lease.dispatcher.requests.get(lease.request)
        if request is not None and request.group is not None:
            request.group.waits_anew(request, min(request.since, lease.waited_since))
            self._books.touched[request.group] = None


def _rank(slot: Slot) -> Rank:
    return slot.rank or ()


def _best(turn: _Turn) -> Rank:
    return turn.kind.best or ()


def _merged(kinds: list[Kind], odd: list[Slot], differing: dict[Slot, bool]) -> Iterator[Slot]:
    """The free slots of these kinds by rank, without those that differ from their kind, with those that are odd."""
    ties = count()
    heads: list[tuple[Rank, int, Iterable[Slot], Iterator[tuple[Rank, Iterable[Slot]]]]] = []
    for kind in kinds:
        buckets = kind.in_order()
        heads.extend((rank, next(ties), slots, buckets) for rank, slots in islice(buckets, 1))
    heads.extend((slot.rank or (), next(ties), (slot,), iter(())) for slot in odd)
    heapq.heapify(heads)
    while heads:
        _, _, slots, buckets = heapq.heappop(heads)
        for slot in slots:
            if differing.get(slot, True):
                yield slot
        for rank, more in islice(buckets, 1):
            heapq.heappush(heads, (rank, next(ties), more, buckets))
