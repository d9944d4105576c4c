"""Taking leases back: a dispatcher may use a lease again and again, but only until somebody of higher standing waits.

    not entitled   the crew has closed, the slot is offline, disabled or gone, shields are up      after its command
    recall         a request waits that outranks what the holder would ask for next                after its command
    preemption     a request of a crew with -preempt 1 has waited long enough (runtime.assign.preempt)   at once

A request outranks a holder when it stands before him in the assigner's order, each counted with the slots that they
would hold then. So between equals leases go over until they hold equally many, and no further. Age counts only beyond
the first whole ageSeconds, so that two who wait equally long do not take turns. As many leases are asked back as the
request wants; of those that stand alike the idle ones first, then what has run longest: it will end soonest.

A request that waits for a limit takes back leases that count under it.
"""

from __future__ import annotations

import heapq
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import count, islice

import msgspec

from runtime.assign.assigner import Asking, Rank, Victim
from runtime.assign.preempt import cheapest, cheapest_place, may_be_ejected
from runtime.farm_messages import Recall
from runtime.maitred.accounts import Account
from runtime.maitred.books import Books
from runtime.maitred.deciding import has_shields, is_hole, not_enabled, why_closed
from runtime.maitred.leases import Lease
from runtime.maitred.noting import recalled
from runtime.maitred.requests import Dispatcher, Group, Request
from runtime.maitred.serving import Serving
from runtime.maitred.slots import Host, Slot
from runtime.needs import Need

_YOUNGEST = sys.maxsize
"""The number of what a holder would ask for next whose request is gone."""
_LOOKED_AT = 64
"""So many leases of one holder are compared, not all: they stand alike."""


class _Rivals:
    """Leases of one holder on slots of one kind. `priority`: the asking request's on these, `groups`: the slots'."""

    __slots__ = ("groups", "is_picked", "leases", "picked", "priority")

    def __init__(self, priority: float, groups: frozenset[str], leases: Iterable[Lease]) -> None:
        self.priority = priority
        self.groups = groups
        self.leases = leases
        self.is_picked = False
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
        self._books.leases.recalled[lease] = None
        self._books.log(f"{'ejected' if eject else 'recalled'} {lease}: {reason}")
        self._books.note(recalled(lease, self._books.crews, eject, reason, request, self._books.wall(now)))
        self._books.send(lease.dispatcher, Recall(lease.id, eject, reason))

    # ---- for a request of higher standing ------------------------------------------------------------

    def recall_for(self, request: Request, now: float) -> None:
        """Ask for as many leases as a request wants, as far as it outranks their holders."""
        group = request.group
        if group is None or not request.waits or now < self._books.opens_at or self._rests(request):
            return
        coming = sum(lease.made_for is request for lease in self._books.leases.recalled)
        rivals = list(self._rivals(request, group))
        if not rivals:
            return
        if request.need.atleast == 1 or self._full_tag(request):
            self._recall_worst(request, group, rivals, request.total - request.held - coming, now)
        elif not coming:
            self._recall_together(request, group, rivals, now)

    def _recall_worst(self, request: Request, group: Group, rivals: list[_Rivals], missing: int, now: float) -> None:
        """One lease after the other, from whoever stands lowest."""
        held = self._held_then()
        ties = count()
        queue: list[tuple[Rank, int, int, _Rivals]] = []
        taken = 0

        def enqueue(rival: _Rivals) -> None:
            lease = next(iter(rival.leases), None)
            if lease is not None and self._outranks(request, lease, rival, held, now):
                heapq.heappush(queue, (self._badness(lease, rival, held, now), next(ties), taken, rival))

        for rival in rivals:
            enqueue(rival)
        while queue and taken < missing:
            _, _, seen_at, rival = heapq.heappop(queue)
            if seen_at < taken:  # the holder, and who asks, stand elsewhere by now
                enqueue(rival)
                continue
            lease = self._pick(rival, request, group, missing, now)
            if lease is not None and self._outranks(request, lease, rival, held, now):
                self._take(request, lease, held, now)
                taken += 1
                enqueue(rival)

    def _recall_together(self, request: Request, group: Group, rivals: list[_Rivals], now: float) -> None:
        """As many slots as are missing for one lease, or none."""
        held = self._held_then()
        found: dict[Lease, int] = {}
        for rival in rivals:
            for lease in islice(rival.leases, max(_LOOKED_AT, request.need.atleast)):
                useful = self._useful(lease, group, now)
                if useful and self._may_take(lease, request) and self._outranks(request, lease, rival, held, now):
                    found[lease] = len(useful)
        for lease in self._enough(request, group, sorted(found, key=_soonest), found, now):
            self._take(request, lease, held, now)
            request.keeps = True

    def _take(self, request: Request, lease: Lease, held: Counter[Account], now: float) -> None:
        for account in (lease.dispatcher.user, lease.project):
            held[account] -= len(lease.slots)
        for account in (request.user, request.project):
            held[account] += request.need.atleast
        self.recall(lease, False, f"{request.user.name}'s job {request.jid} waits for it", now, request)

    def _enough(
        self, request: Request, group: Group, leases: list[Lease], yields: dict[Lease, int], now: float
    ) -> list[Lease]:
        """The first of these leases that make up, with what is free, the slots that are wanted at least."""
        free: Counter[Host | None] = Counter()
        samehost = request.need.samehost
        for slot in (*self._serving.candidates(group, now), *request.kept):
            free[slot.host if samehost else None] += 1
        places: list[Host | None] = [None]
        if samehost:
            places = list(dict.fromkeys(slot.host for lease in leases for slot in lease.slots))
        best: list[Lease] = []
        for place in places:
            missing = request.need.atleast - free[place]
            chosen = []
            for lease in leases:
                if missing > 0 and (place is None or any(slot.host is place for slot in lease.slots)):
                    chosen.append(lease)
                    missing -= yields[lease]
            if missing <= 0 and chosen and (not best or len(chosen) < len(best)):
                best = chosen
        return best

    # ---- standing ------------------------------------------------------------------------------------

    def _held_then(self) -> Counter[Account]:
        """How many slots more, or fewer, users and projects hold when everything that was asked back has come and gone
        over."""
        change: Counter[Account] = Counter()
        for lease in self._books.leases.recalled:
            for account in (lease.dispatcher.user, lease.project):
                change[account] -= len(lease.slots)
            if lease.made_for is not None:
                for account in (lease.made_for.user, lease.made_for.project):
                    change[account] += lease.made_for.need.atleast
        return change

    def _outranks(self, request: Request, lease: Lease, rival: _Rivals, held: Counter[Account], now: float) -> bool:
        """Whether a request stands before the holder of a lease, when the lease has gone over."""
        asking = self._books.asking(request, rival.priority, now)
        age_s = self._books.rules.age_s
        waited_s = max(0.0, asking.waited_s // age_s - 1) * age_s if age_s else 0.0
        gains, gives = request.need.atleast, len(lease.slots)
        same_user, same_project = lease.dispatcher.user is request.user, lease.project is request.project
        asking = msgspec.structs.replace(
            asking,
            held=asking.held + held[request.user] + gains - gives * same_user,
            project_held=asking.project_held + held[request.project] + gains - gives * same_project,
            waited_s=waited_s,
        )
        holder = self._next_of(lease, rival.groups, held, now)
        if same_user:
            holder = msgspec.structs.replace(holder, held=asking.held, holder=False, number=0)
        if same_project:
            holder = msgspec.structs.replace(holder, project_held=asking.project_held)
        ranks = self._books.judge.request_ranks([asking, holder])
        return ranks[0] < ranks[1]

    def _badness(self, lease: Lease, rival: _Rivals, held: Counter[Account], now: float) -> Rank:
        """Smaller: the holder stands lower."""
        [rank] = self._books.judge.request_ranks([self._next_of(lease, rival.groups, held, now)])
        return tuple(-part for part in rank)

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

    def _rivals(self, request: Request, group: Group) -> Iterator[_Rivals]:
        """Leases of others that stand in the way of a request."""
        books = self._books
        full = self._full_tag(request)
        if full:
            for lease in books.leases.by_tag.get(full, ()):
                slot = lease.slots[0]
                yield _Rivals(group.access.priority(slot.kind.groups) or 0.0, slot.kind.groups, (lease,))
            return
        for kind, priority in group.kinds.items():
            for leases in kind.taken.values():
                yield _Rivals(priority, kind.groups, leases)
        for slot in group.odd:
            if slot.lease is not None:
                yield _Rivals(group.priority(slot) or 0.0, slot.kind.groups, (slot.lease,))

    def _pick(self, rival: _Rivals, request: Request, group: Group, most: int, now: float) -> Lease | None:
        """The lease of a holder that is taken first; `most` of them may be."""
        if not rival.is_picked:
            rival.is_picked = True
            free = (lease for lease in rival.leases if self._may_take(lease, request))
            usable = (lease for lease in free if self._helps(lease, request, group, now))
            rival.picked = sorted(islice(usable, max(_LOOKED_AT, most)), key=_soonest, reverse=True)
        while rival.picked:
            lease = rival.picked.pop()
            if not lease.recalled:
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
        """Slots of a lease that a group's requests could have."""
        return [
            slot
            for slot in lease.slots
            if not why_closed(slot, now) and group.fits(slot) and (not group.live or group.measures(slot, now))
        ]

    # ---- preemption ----------------------------------------------------------------------------------

    def may_preempt(self, request: Request) -> bool:
        """Whether one of the user's open crews may eject others at all."""
        return any(crew.preempt for crew in self._books.access(request).crews)

    def preempt_for(self, request: Request, now: float) -> None:
        """Eject what stands in the way of a request that may do so and has waited long enough: enough for one lease."""
        books, group = self._books, request.group
        if group is None or not request.waits or now < books.opens_at or self._rests(request):
            return
        if now - request.since < books.rules.preempt_wait_s or not self.may_preempt(request):
            return
        if any(lease.made_for is request and lease.ejected for lease in books.leases.recalled):
            return
        found: dict[Lease, Victim] = {}
        for rival in (*self._rivals(request, group), *self._asked_back(request)):
            priority = group.access.preempting(rival.groups)
            for lease in rival.leases if priority is not None else ():
                victim = self._victim(lease, rival.groups, now)
                if self._may_eject(lease, request, group, now) and may_be_ejected(victim, priority or 0.0, books.rules):
                    found[lease] = victim
        self._eject_cheapest(request, group, found, now)

    def _asked_back(self, request: Request) -> Iterator[_Rivals]:
        """Leases that will come after their command: it may be ended now."""
        full = self._full_tag(request)
        for lease in self._books.leases.recalled:
            if full and full not in lease.tags:
                continue
            for groups in {slot.kind.groups for slot in lease.slots}:
                yield _Rivals(0.0, groups, (lease,))

    def _eject_cheapest(self, request: Request, group: Group, found: dict[Lease, Victim], now: float) -> None:
        leases, victims, judge = list(found), list(found.values()), self._books.judge
        if self._full_tag(request):
            order = cheapest(victims, [1] * len(victims), 1, judge)
        else:
            useful = [Counter(slot.host for slot in self._useful(lease, group, now)) for lease in leases]
            free = Counter(slot.host for slot in (*self._serving.candidates(group, now), *request.kept))
            order = self._cheapest_slots(request.need, victims, useful, free)
        for place in order:
            self.recall(leases[place], True, f"{request.user.name}'s job {request.jid} preempts it", now, request)
            request.keeps = request.preempts = True

    def _cheapest_slots(
        self, need: Need, victims: list[Victim], useful: list[Counter[Host]], free: Counter[Host]
    ) -> list[int]:
        """Which victims make room for one lease, beside what is free; for -samehost on one host."""
        judge = self._books.judge
        if not need.samehost:
            return cheapest(victims, [slots.total() for slots in useful], need.atleast - free.total(), judge)
        choices = []
        for host in {host: None for slots in useful for host in slots}:
            choices.append(cheapest(victims, [slots[host] for slots in useful], need.atleast - free[host], judge))
        choices = [choice for choice in choices if choice]
        return choices[cheapest_place(victims, choices, judge)] if choices else []

    def _may_eject(self, lease: Lease, request: Request, group: Group, now: float) -> bool:
        dispatcher = lease.dispatcher
        if lease.running is None or lease.ejected or dispatcher is request.dispatcher or dispatcher.peer is None:
            return False
        return self._helps(lease, request, group, now)

    def _victim(self, lease: Lease, groups: frozenset[str], now: float) -> Victim:
        priority = self._books.crews.access(lease.user).priority(groups)
        crew_priority = float("-inf") if priority is None else priority
        return Victim(lease.user, lease.jid, crew_priority, len(lease.slots), now - lease.began)


def _is_another_matter(lease: Lease, request: Request) -> bool:
    """Whether a dispatcher's own request may take one of its leases at all: only for its tier or its project."""
    return lease.tier != request.tier or (lease.project is not request.project and request.project.share > 0)


def _soonest(lease: Lease) -> tuple[bool, float]:
    """Idle leases first, then those whose command has run longest."""
    return (lease.running is not None, lease.began)
