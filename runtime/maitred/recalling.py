"""Taking leases back: a dispatcher may use a lease again and again, but only until somebody of higher standing waits.

    not entitled   the crew has closed, the slot is offline, disabled or gone, shields are up      after its command
    recall         a request waits that outranks what the holder would ask for next                after its command
    preemption     a request of a crew with -preempt 1 has waited long enough (runtime.assign.preempt)   at once

A request outranks a holder when it stands before him in the assigner's order, each counted with the slots that they
would hold then. So between equals leases go over until they hold equally many, and no further. Age counts only beyond
the first whole ageSeconds, so that two who wait equally long do not take turns. As many leases are asked back as the
request wants; of those that stand alike the idle ones first, then what has run longest: it will end soonest.

A request that waits for a limit takes back leases that count under it, one that waits for what it reserves as many on
one host as make room for it there.
"""

from __future__ import annotations

import heapq
import sys
from collections import Counter
from collections.abc import Generator, Iterable, Iterator
from itertools import chain, count, islice
from typing import TYPE_CHECKING

import msgspec

from runtime.assign.assigner import Asking, Rank, Victim
from runtime.assign.preempt import cheapest, cheapest_place, may_be_ejected
from runtime.farm_messages import Recall
from runtime.maitred.accounts import Account
from runtime.maitred.books import Books
from runtime.maitred.deciding import has_shields, is_hole, not_enabled, why_closed
from runtime.maitred.leases import Lease
from runtime.maitred.making_room import enough_on, frees_enough, is_for_one_host, leases_on
from runtime.maitred.noting import recalled
from runtime.maitred.requests import Dispatcher, Group, Request
from runtime.maitred.serving import Serving
from runtime.maitred.slices import SERVING, Work
from runtime.maitred.slots import Host, Slot
from runtime.needs import Need

if TYPE_CHECKING:
    from runtime.maitred.slots import Holder

_YOUNGEST = sys.maxsize
"""The number of what a holder would ask for next whose request is gone."""
_LOOKED_AT = 64
"""So many leases of one holder are compared, not all: they stand alike."""
_MOST_COMPARED = 500
"""So many leases are compared in all, at most."""
_BATCH = 16
"""So many holders are compared in one go."""
_COMPARE, _GATHER, _TAKE = 1.0, 0.05, 5.0
"""What it is worth in a slice (runtime.maitred.slices) to compare two of them, to name one, and to ask for one."""


class _Rivals:
    """Leases of one holder on slots of one kind. `priority`: the asking request's on these, `groups`: the slots'."""

    __slots__ = ("groups", "leases", "picked", "priority")

    def __init__(self, priority: float, groups: frozenset[str], leases: dict[Lease, None]) -> None:
        self.priority = priority
        self.groups = groups
        self.leases = leases
        self.picked: list[Lease] = []
        """Those that may be taken, the first one last."""


class Recalling:
    def __init__(self, books: Books, serving: Serving) -> None:
        self._books = books
        self._serving = serving

    # ---- what is not its holder's any more -----------------------------------------------------------

    def recall_unentitled(self, leases: Iterable[Lease], now: float) -> int:
        """Leases on slots that their holders could not get now are used for no other command. How many these were."""
        found = 0
        for lease in list(leases):
            words = "" if lease.recalled or lease.pending else self._unentitled(lease, now)
            if words:
                self.recall(lease, False, words, now)
                found += 1
        return found

    def recall_older(self, dispatcher: Dispatcher, now: float) -> None:
        """Leases of an earlier term run their command to its end, and no other: alfservers refuse a launch with an
        epoch that is older than one they have seen."""
        for lease in dispatcher.leases:
            if lease.id.epoch < self._books.epoch:
                self.recall(lease, False, "given by an earlier maitre-d", now)

    def _unentitled(self, lease: Lease, now: float) -> str:
        for slot in lease.slots:
            words = not_enabled(slot, now) or has_shields(slot, now) or is_hole(slot, now)
            words = words or self._books.crews.why_not(lease.user, slot.kind.groups)
            if words:
                return f"{slot.name}: {words}"
        return ""

    def recall(self, lease: Lease, eject: bool, reason: str, now: float, request: Request | None = None) -> None:
        """Ask for a lease, after its command or (`eject`) now."""
        if lease.ejected or (lease.recalled and not eject):
            return
        lease.recalled = True
        lease.ejected = eject
        for kind in {slot.kind for slot in lease.slots}:
            kind.let_go(lease)
        lease.made_for = request
        self._books.leases.recalled.add(lease)
        self._books.log(f"{'ejected' if eject else 'recalled'} {lease}: {reason}")
        self._books.note(recalled(lease, self._books.crews, eject, reason, request, self._books.wall(now)))
        self._books.send(lease.dispatcher, Recall(lease.id, eject, reason))

    # ---- for a request of higher standing ------------------------------------------------------------

    def recall_for(self, request: Request, now: float) -> None:
        """Ask for as many leases as a request wants, as far as it outranks their holders; in slices."""
        if self._may_recall(request, now):
            self._books.slices.begin(("recall", request), self.recalls(request), now)

    def recalls(self, request: Request) -> Work:
        """The same, as work (runtime.maitred.slices)."""
        slices, group = self._books.slices, request.group
        while slices.is_at(SERVING):  # it may still get what is free
            yield slices.size
        if group is None or not group.has(request) or not self._may_recall(request, slices.now):
            return
        if is_for_one_host(request) and not self._full_tag(request):
            if not self._books.leases.recalled.number_for(request):
                yield from self._make_room(request, group, eject=False)
            return
        rivals = yield from self._gathered(request, group)
        if request.need.atleast == 1 or self._full_tag(request):
            yield from self._recall_worst(request, group, rivals)
        elif not self._books.leases.recalled.number_for(request):
            yield from self._recall_together(request, group, rivals)

    def _may_recall(self, request: Request, now: float) -> bool:
        if not request.waits or now < self._books.opens_at or self._rests(request):
            return False
        return self._missing(request) > 0

    def _missing(self, request: Request) -> int:
        """How many leases it wants beside those that were asked back for it."""
        return request.total - request.held - self._books.leases.recalled.number_for(request)

    def _recall_worst(self, request: Request, group: Group, rivals: list[_Rivals]) -> Work:
        """One lease after the other, from whoever stands lowest."""
        slices = self._books.slices
        ties = count()
        queue: list[tuple[Rank, int, int, _Rivals]] = []
        taken = 0
        rivals = yield from _side_by_side(rivals)
        for start in range(0, len(rivals), _BATCH):
            batch = rivals[start : start + _BATCH]
            for badness, rival in self._outranked(request, batch, slices.now):
                heapq.heappush(queue, (badness, next(ties), taken, rival))
            yield _COMPARE * len(batch)
        while queue and group.has(request) and self._missing(request) > 0:
            badness, _, seen_at, rival = heapq.heappop(queue)
            if seen_at == taken:
                lease = yield from self._pick(rival, request, group)
                if not group.has(request) or self._missing(request) <= 0:
                    return
                if lease is None or not self._outranks(request, lease, rival, slices.now):
                    yield 1
                    continue
                self._take(request, lease, False, slices.now)
                taken += 1
                yield _TAKE
            stale = [rival]  # all stand elsewhere by now
            while queue and len(stale) < _BATCH and queue[0][0] == badness and queue[0][2] != taken:
                stale.append(heapq.heappop(queue)[3])
            for badness, again in self._outranked(request, stale, slices.now):
                heapq.heappush(queue, (badness, next(ties), taken, again))
            yield _COMPARE * len(stale)

    def _recall_together(self, request: Request, group: Group, rivals: list[_Rivals]) -> Work:
        """As many slots as are missing for one lease, or none."""
        slices, free = self._books.slices, _Free(self._serving, request, group)
        found: dict[Lease, int] = {}
        for rival in rivals:
            if len(found) >= _MOST_COMPARED:
                break
            leases = list(islice(rival.leases, max(_LOOKED_AT, request.need.atleast)))
            stands: dict[int, bool] = {}
            """By the number of slots: but for that, leases of one holder stand alike."""
            for lease in leases:
                size = len(lease.slots)
                if self._may_take(lease, request):
                    if size not in stands:
                        stands[size] = self._outranks(request, lease, rival, slices.now)
                    useful = self._useful(lease, group, slices.now) if stands[size] else []
                    if useful:
                        found[lease] = len(useful)
                        yield _COMPARE * free.count(lease.slots, slices.now)
                yield _COMPARE
            yield _COMPARE * len(stands)
        if not group.has(request) or not self._may_recall(request, slices.now):
            return
        there = [lease for lease in found if lease.id in self._books.leases.by_id and self._may_take(lease, request)]
        yield _COMPARE * len(there)
        for lease in _enough(request.need, sorted(there, key=_soonest), found, free.counted(slices.now)):
            if lease.id in self._books.leases.by_id and self._may_take(lease, request) and request.waits:
                self._take(request, lease, False, slices.now)
                request.keeps = group.keeps = True
            yield _TAKE

    def _make_room(self, request: Request, group: Group, *, eject: bool) -> Work:
        """As many leases as make room for one lease, on that host where they are the fewest, or (`eject`) the dearest
        of them is the cheapest."""
        slices = self._books.slices
        best: tuple[list[Rank], Host] | None = None
        for host in self._roomy_hosts(request, group, slices.now):
            leases = self._in_the_way(host, request, group, eject, slices.now)
            price: list[Rank] = self._price(leases, slices.now) if eject else [(len(leases),)]
            if leases and (best is None or price < best[0]):
                best = price, host
            yield _COMPARE * len(host.slots)
        still = self._may_preempt_now if eject else self._may_recall
        if best is None or not group.has(request) or not still(request, slices.now):
            return
        for lease in self._in_the_way(best[1], request, group, eject, slices.now):
            self._take(request, lease, eject, slices.now)
            request.keeps = group.keeps = True
            request.preempts = eject
            request.keeps_on = best[1]

    def _price(self, leases: list[Lease], now: float) -> list[Rank]:
        """What it would cost to eject these, the dearest one first."""
        victims = [self._victim(lease, _groups(lease), now) for lease in leases]
        return sorted(self._books.judge.victim_ranks(victims), reverse=True)

    def _in_the_way(self, host: Host, request: Request, group: Group, eject: bool, now: float) -> list[Lease]:
        """Leases that a request may take, and that make room for it on a host; none where those are not enough."""
        fitting = [slot.kind.groups for slot in host.slots if group.fits(slot)]
        may = group.access.preempting if eject else group.access.priority
        priorities = [priority for groups in fitting if (priority := may(groups)) is not None]
        if not priorities:
            return []
        leases = [lease for lease in leases_on(host) if self._may_go(lease, request, max(priorities), eject, now)]
        if eject:
            ranks = self._books.judge.victim_ranks([self._victim(one, _groups(one), now) for one in leases])
            leases = [leases[place] for place in sorted(range(len(leases)), key=ranks.__getitem__)]
        else:
            leases.sort(key=_soonest)
        return enough_on(host, request, group, leases)

    def _may_go(self, lease: Lease, request: Request, priority: float, eject: bool, now: float) -> bool:
        groups = _groups(lease)
        if eject:
            victim = self._victim(lease, groups, now)
            return self._may_end(lease, request) and may_be_ejected(victim, priority, self._books.rules)
        rival = _Rivals(priority, groups, {lease: None})
        return self._may_take(lease, request) and self._outranks(request, lease, rival, now)

    def _roomy_hosts(self, request: Request, group: Group, now: float) -> list[Host]:
        """Hosts with slots for a request that could ever have room for it, some of them."""
        free = islice(self._serving.candidates(group, now, crowded=True), _LOOKED_AT)
        taken = islice(self._taken_by_rivals(request, group), _MOST_COMPARED)
        hosts = dict.fromkeys(slot.host for slot in (*request.kept, *free, *taken))
        need = request.need
        return list(islice((host for host in hosts if host.room.could_fit(need.reserve, need.atleast)), _LOOKED_AT))

    def _taken_by_rivals(self, request: Request, group: Group) -> Iterator[Slot]:
        """Slots of rivals, those of some leases of each."""
        for rival in self._rivals(request, group):
            for lease in islice(rival.leases, _LOOKED_AT):
                yield from lease.slots

    def _take(self, request: Request, lease: Lease, eject: bool, now: float) -> None:
        words = f"{request.user.name}'s job {request.jid} {'preempts it' if eject else 'waits for it'}"
        self.recall(lease, eject, words, now, request)

    # ---- standing ------------------------------------------------------------------------------------

    def _outranks(self, request: Request, lease: Lease, rival: _Rivals, now: float) -> bool:
        """Whether a request stands before the holder of a lease, when the lease has gone over."""
        asking = self._asking(request, lease, rival.priority, now)
        compared, _ = self._compared(request, asking, lease, rival, now)
        ranks = self._books.judge.request_ranks([asking, compared])
        return ranks[0] < ranks[1]

    def _outranked(self, request: Request, rivals: Iterable[_Rivals], now: float) -> Iterator[tuple[Rank, _Rivals]]:
        """Holders before whom a request stands, each with how badly he stands: the smallest is the lowest. On slots of
        several kinds that are in the same groups a holder stands alike, and is compared once; so does the request
        against all holders from whom it would get as much."""
        alike: dict[tuple[Holder, frozenset[str], float, int], list[_Rivals]] = {}
        places: list[tuple[int, int, int]] = []
        own: dict[tuple[float, int, int], int] = {}
        asking: list[Asking] = []
        for rival in rivals:
            lease = next(iter(rival.leases), None)
            if lease is None:
                continue
            there = alike.setdefault((lease.holder, rival.groups, rival.priority, len(lease.slots)), [])
            there.append(rival)
            if len(there) > 1:
                continue
            place = own.setdefault((rival.priority, *_gives(lease, request)), len(asking))
            if place == len(asking):
                asking.append(self._asking(request, lease, rival.priority, now))
            compared, holder = self._compared(request, asking[place], lease, rival, now)
            asking += (compared,) if holder is compared else (compared, holder)
            places.append((place, len(asking) - (1 if holder is compared else 2), len(asking) - 1))
        ranks = self._books.judge.request_ranks(asking)
        for (place, other, worst), there in zip(places, alike.values(), strict=True):
            if ranks[place] < ranks[other]:
                badness = tuple([-part for part in ranks[worst]])
                for rival in there:
                    yield badness, rival

    def _asking(self, request: Request, lease: Lease, priority: float, now: float) -> Asking:
        """A request as it is compared with the holder of a lease."""
        held = self._books.leases.recalled.change
        asking = self._books.asking(request, priority, now)
        age_s = self._books.rules.age_s
        waited_s = max(0.0, asking.waited_s // age_s - 1) * age_s if age_s else 0.0
        gains, (user_gives, project_gives) = request.need.atleast, _gives(lease, request)
        return msgspec.structs.replace(
            asking,
            held=asking.held + held[request.user] + gains - user_gives,
            project_held=asking.project_held + held[request.project] + gains - project_gives,
            waited_s=waited_s,
        )

    def _compared(
        self, request: Request, asking: Asking, lease: Lease, rival: _Rivals, now: float
    ) -> tuple[Asking, Asking]:
        """The holder of a lease as he is compared with a request, and as he stands for all."""
        holder = compared = self._next_of(lease, rival.groups, self._books.leases.recalled.change, now)
        if lease.dispatcher.user is request.user:
            compared = msgspec.structs.replace(compared, held=asking.held, holder=False, number=0)
        if lease.project is request.project and compared.project_held != asking.project_held:
            compared = msgspec.structs.replace(compared, project_held=asking.project_held)
        return compared, holder

    def _next_of(self, lease: Lease, groups: frozenset[str], held: Counter[Account], now: float) -> Asking:
        """What the holder of a lease would ask for, had he given it back."""
        books, user, project = self._books, lease.dispatcher.user, lease.project
        request = lease.dispatcher.requests.get(lease.request)
        priority = books.crews.access(user.name).priority(groups)
        waited_s = 0.0
        if request is not None and request.waits and books.rules.age_s:
            waited_s = max(0.0, now - request.since) // books.rules.age_s * books.rules.age_s
        return Asking(
            user.name,
            float("-inf") if priority is None else priority,
            user.held + held[user] - len(lease.slots),
            user.share,
            request.job_priority if request is not None else 0.0,
            waited_s,
            request.number if request is not None else _YOUNGEST,
            lease.jid,
            request.need if request is not None else books.no_need,
            user.usage,
            lease.tier,
            project.name,
            project.held + held[project] - len(lease.slots),
            project.share,
            project.usage,
            True,
        )

    # ---- which leases --------------------------------------------------------------------------------

    def _gathered(self, request: Request, group: Group) -> Generator[float, None, list[_Rivals]]:
        """Leases of others that stand in the way of a request, found in slices."""
        found: list[_Rivals] = []
        for rival in self._rivals(request, group):
            found.append(rival)
            if not len(found) % _BATCH:
                yield _GATHER * _BATCH
        return found

    def _rivals(self, request: Request, group: Group) -> Iterator[_Rivals]:
        """The same; other events may come before the next one."""
        books = self._books
        full = self._full_tag(request)
        if full:
            for lease in list(books.leases.of_tag(full)):
                slot = lease.slots[0]
                yield _Rivals(group.access.priority(slot.kind.groups) or 0.0, slot.kind.groups, {lease: None})
            return
        for kind, priority in group.kinds.items():
            for leases in list(kind.taken.values()):
                yield _Rivals(priority, kind.groups, leases)
        for slot in group.odd:
            if slot.lease is not None:
                yield _Rivals(group.priority(slot) or 0.0, slot.kind.groups, {slot.lease: None})

    def _pick(self, rival: _Rivals, request: Request, group: Group) -> Generator[float, None, Lease | None]:
        """The lease of a holder that is taken first, found in slices."""
        if not rival.picked:
            usable: list[Lease] = []
            for lease in list(islice(rival.leases, _MOST_COMPARED)):
                if self._may_take(lease, request) and self._helps(lease, request, group, self._books.slices.now):
                    usable.append(lease)
                if len(usable) == _LOOKED_AT:
                    break
                yield _COMPARE
            rival.picked = sorted(usable, key=_soonest, reverse=True)
        while rival.picked:
            lease = rival.picked.pop()
            if lease.id in self._books.leases.by_id and self._may_take(lease, request):
                return lease
        return None

    def _may_take(self, lease: Lease, request: Request) -> bool:
        dispatcher = lease.dispatcher
        if lease.recalled or lease.pending or dispatcher.peer is None:
            return False
        return dispatcher is not request.dispatcher or _is_another_matter(lease, request)

    def _helps(self, lease: Lease, request: Request, group: Group, now: float) -> bool:
        """Whether its end would let the request in."""
        if self._useful(lease, group, now):
            return True
        return self._full_tag(request) != "" and next(iter(self._serving.candidates(group, now)), None) is not None

    def _full_tag(self, request: Request) -> str:
        """The first tag of which no more may run now."""
        limits = self._books.leases.limits
        return next((tag for tag in request.need.tags if limits.is_full(tag)), "")

    def _rests(self, request: Request) -> bool:
        """Whether one of its tags rests: no end of anything would let it in."""
        return bool(self._books.leases.limits.why_resting(request.need.tags))

    def _useful(self, lease: Lease, group: Group, now: float) -> list[Slot]:
        """Slots of a lease that a group's requests could have without it."""
        reserve = group.need.reserve
        return [
            slot
            for slot in lease.slots
            if not why_closed(slot, now) and group.could_use(slot, now) and frees_enough(slot.host, lease, reserve)
        ]

    # ---- preemption ----------------------------------------------------------------------------------

    def may_preempt(self, request: Request) -> bool:
        """Whether one of the user's open crews may eject others at all."""
        return any(crew.preempt for crew in self._books.access(request).crews)

    def preempts(self, request: Request) -> Work:
        """Eject what stands in the way of a request that may do so and has waited long enough: enough for one lease."""
        books, group, slices = self._books, request.group, self._books.slices
        if group is None or not self._may_preempt_now(request, slices.now):
            return
        if is_for_one_host(request) and not self._full_tag(request):
            yield from self._make_room(request, group, eject=True)
            return
        rivals = yield from self._preemptable(request, group)
        found: dict[Lease, Victim] = {}
        free = _Free(self._serving, request, group)
        for priority, rival in rivals:
            if len(found) >= _MOST_COMPARED:
                break
            leases = list(islice(reversed(rival.leases), _LOOKED_AT))  # those that have run for the shortest time
            for lease in leases:
                victim = self._victim(lease, rival.groups, slices.now)
                if may_be_ejected(victim, priority, books.rules) and self._may_eject(lease, request, group, slices.now):
                    found[lease] = victim
                    yield _COMPARE * free.count(lease.slots, slices.now)
                yield _COMPARE
        useful: dict[Lease, Counter[Host]] = {}
        for lease in found:
            useful[lease] = Counter(slot.host for slot in self._useful(lease, group, slices.now))
            yield _COMPARE / 2
        if group.has(request) and self._may_preempt_now(request, slices.now):
            known = books.leases.by_id
            there = {
                lease: (victim, useful[lease])
                for lease, victim in found.items()
                if lease.id in known and self._may_end(lease, request)
            }
            self._eject_cheapest(request, group, there, free, slices.now)
            yield _COMPARE * len(there)

    def _preemptable(self, request: Request, group: Group) -> Generator[float, None, list[tuple[float, _Rivals]]]:
        """Leases on slots on which a crew of the request's lets it eject, with the priority of that crew: those of the
        lowest crews first."""
        crews: dict[float, list[tuple[float, _Rivals]]] = {}
        for number, rival in enumerate(chain(self._rivals(request, group), self._asked_back(request)), 1):
            priority = group.access.preempting(rival.groups)
            first = next(iter(rival.leases), None)
            if priority is not None and first is not None:
                victim = self._victim(first, rival.groups, self._books.slices.now)
                crews.setdefault(victim.crew_priority, []).append((priority, rival))
            if not number % _BATCH:
                yield _GATHER * _BATCH * 4
        return [one for crew in sorted(crews) for one in crews[crew]]

    def _may_preempt_now(self, request: Request, now: float) -> bool:
        books = self._books
        if not request.waits or now < books.opens_at or now - request.since < books.rules.preempt_wait_s:
            return False
        if self._rests(request) or not self.may_preempt(request):
            return False
        return not any(lease.ejected for lease in books.leases.recalled.made_for(request))

    def _asked_back(self, request: Request) -> Iterator[_Rivals]:
        """Leases that will come after their command: it may be ended now."""
        full = self._full_tag(request)
        for lease in list(self._books.leases.recalled):
            if full and full not in lease.tags:
                continue
            for groups in {slot.kind.groups for slot in lease.slots}:
                yield _Rivals(0.0, groups, {lease: None})

    def _eject_cheapest(
        self, request: Request, group: Group, found: dict[Lease, tuple[Victim, Counter[Host]]], free: _Free, now: float
    ) -> None:
        """Eject what costs least of these, which would yield so many slots on these hosts."""
        leases, victims = list(found), [victim for victim, _ in found.values()]
        if self._full_tag(request):
            order = cheapest(victims, [1] * len(victims), 1, self._books.judge)
        else:
            useful = [slots for _, slots in found.values()]
            order = self._cheapest_slots(request.need, victims, useful, free.counted(now))
        for place in order:
            self._take(request, leases[place], True, now)
            request.keeps = request.preempts = group.keeps = True

    def _cheapest_slots(
        self, need: Need, victims: list[Victim], useful: list[Counter[Host]], free: Counter[Host | None]
    ) -> list[int]:
        """Which victims make room for one lease, beside what is free; for -samehost on one host."""
        judge = self._books.judge
        if not need.samehost:
            return cheapest(victims, [slots.total() for slots in useful], need.atleast - free[None], judge)
        there: dict[Host, list[int]] = {}
        for place, slots in enumerate(useful):
            for host in slots:
                there.setdefault(host, []).append(place)
        choices = []
        for host, places in there.items():
            won = [useful[place][host] for place in places]
            chosen = cheapest([victims[place] for place in places], won, need.atleast - free[host], judge)
            choices.append([places[one] for one in chosen])
        choices = [choice for choice in choices if choice]
        return choices[cheapest_place(victims, choices, judge)] if choices else []

    def _may_eject(self, lease: Lease, request: Request, group: Group, now: float) -> bool:
        return self._may_end(lease, request) and self._helps(lease, request, group, now)

    def _may_end(self, lease: Lease, request: Request) -> bool:
        """Whether a command runs on a lease, and is not the request's own dispatcher's."""
        dispatcher = lease.dispatcher
        if lease.running is None or lease.ejected:
            return False
        return dispatcher is not request.dispatcher and dispatcher.peer is not None

    def _victim(self, lease: Lease, groups: frozenset[str], now: float) -> Victim:
        priority = self._books.crews.access(lease.user).priority(groups)
        crew_priority = float("-inf") if priority is None else priority
        return Victim(lease.user, lease.jid, crew_priority, len(lease.slots), now - lease.began)


class _Free:
    """How many free slots there are for a group beside those that may be won, by host for -samehost; counted for one
    lease after the other."""

    def __init__(self, serving: Serving, request: Request, group: Group) -> None:
        self._serving = serving
        self._request = request
        self._group = group
        self._found: dict[Host, int] = {}

    def count(self, slots: Iterable[Slot], now: float) -> int:
        """A lease may be won that has these slots. How many hosts were looked at."""
        before = len(self._found)
        for slot in slots if self._group.need.samehost else ():
            if slot.host not in self._found:
                self._found[slot.host] = sum(1 for _ in self._serving.candidates(self._group, now, slot.host))
        return len(self._found) - before

    def counted(self, now: float) -> Counter[Host | None]:
        """How many there are, with what is kept for the request; no more than it wants. Without -samehost it is one
        number."""
        need, kept = self._group.need, self._request.kept
        if need.samehost:
            return Counter[Host | None](self._found) + Counter(slot.host for slot in kept)
        found = islice(self._serving.candidates(self._group, now), need.atleast)
        return Counter({None: sum(1 for _ in found) + len(kept)})


def _enough(need: Need, leases: list[Lease], yields: dict[Lease, int], free: Counter[Host | None]) -> list[Lease]:
    """The first of these leases that make up, with what is free, the slots that are wanted at least."""
    places: dict[Host | None, list[Lease]] = {}
    for lease in leases:
        for host in dict.fromkeys(slot.host for slot in lease.slots) if need.samehost else (None,):
            places.setdefault(host, []).append(lease)
    best: list[Lease] = []
    for place, there in places.items():
        missing = need.atleast - free[place]
        chosen = []
        for lease in there:
            if missing <= 0:
                break
            chosen.append(lease)
            missing -= yields[lease]
        if missing <= 0 and chosen and (not best or len(chosen) < len(best)):
            best = chosen
    return best


def _side_by_side(rivals: list[_Rivals]) -> Generator[float, None, list[_Rivals]]:
    """Those of one holder one after the other: who stands alike is compared in one go. In slices."""
    places: dict[tuple[Holder, frozenset[str]], list[_Rivals]] = {}
    for number, rival in enumerate(rivals, 1):
        for lease in islice(rival.leases, 1):
            places.setdefault((lease.holder, rival.groups), []).append(rival)
        if not number % _BATCH:
            yield _GATHER * _BATCH
    return list(chain.from_iterable(places.values()))


def _gives(lease: Lease, request: Request) -> tuple[int, int]:
    """How many slots fewer the user of a request, and its project, would hold without a lease."""
    slots = len(lease.slots)
    return slots * (lease.dispatcher.user is request.user), slots * (lease.project is request.project)


def _is_another_matter(lease: Lease, request: Request) -> bool:
    """Whether a dispatcher's own request may take one of its leases at all: only for its tier or its project."""
    return lease.tier != request.tier or (lease.project is not request.project and request.project.share > 0)


def _groups(lease: Lease) -> frozenset[str]:
    return lease.slots[0].kind.groups


def _soonest(lease: Lease) -> tuple[bool, float]:
    """Idle leases first, then those whose command has run longest."""
    return (lease.running is not None, lease.began)
