"""Requests: what dispatchers want, and the queue of those that wait.

    Dispatcher    of a user: its connection, what its user excludes; its requests and leases
     Request      so many leases for one need of a job; waits while it holds fewer
    Group         requests that the same slots can serve: equal need, crews, exclusions

What waits stands in the groups, and the queues of a group (runtime.maitred.queues) at the kinds of slots that fit it: a
slot that frees leads to those that could use it, and to no other.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

from runtime.farm_messages import Want
from runtime.maitred.accounts import Account
from runtime.maitred.crews import Access
from runtime.maitred.fitting import Fit, Fits
from runtime.maitred.orders import PeerId
from runtime.maitred.queues import Place, Queue, Ranking
from runtime.maitred.slots import Host, Kind, Slot, Slots
from runtime.match.metrics import compile_metrics
from runtime.match.reserve import Reserve, understood
from runtime.needs import Need
from runtime.printable import blanked

if TYPE_CHECKING:
    from runtime.maitred.leases import Lease


MOST_REQUESTS = 10_000
"""Of one dispatcher."""
MOST_SLOTS = 1_000_000
"""That a lease may have."""
LONGEST_CHARS = 10_000
"""Of a title and of an expression; those of people have a line."""
MOST_TAGS = 1_000
MOST_EXCLUDED = 10_000
"""Names in one huntgroup, of which each is compared with slots again and again."""


class Dispatcher:
    """A dispatcher, for as long as it is connected or holds leases. `peer` is None while it is not connected."""

    __slots__ = (
        "access", "excluded", "host", "label", "leases", "lost_at", "name", "peer", "port", "requests", "since", "user",
    )  # fmt: skip

    def __init__(self, name: str, user: Account) -> None:
        self.name = name
        self.user = user
        self.peer: PeerId | None = None
        self.is_at("", 0)
        self.excluded: frozenset[str] = frozenset()
        """Slots and hosts that are never to be given, in lower case."""
        self.lost_at: float | None = None
        self.requests: dict[int, Request] = {}
        self.leases: dict[Lease, None] = {}
        self.since: dict[int, float] = {}
        """Since when requests have waited that went with a lost connection: they keep their age."""
        self.access: Access | None = None
        """What its user's crews gave when its requests and leases were last looked at for that."""

    def __str__(self) -> str:
        return self.label

    def is_at(self, host: str, port: int) -> None:
        """Where it has connected from."""
        self.host, self.port = blanked(host), port
        self.label = f"{self.user.name}@{self.host}"

    def exclude(self, names: Collection[str]) -> str:
        """Have these slots and hosts excluded from now on. Why that cannot be, in words; empty when it is done."""
        if len(names) > MOST_EXCLUDED:
            return f"it excludes {len(names)} slots and hosts, and may {MOST_EXCLUDED}"
        if any(len(name) > LONGEST_CHARS for name in names):
            return f"it excludes a name of more than {LONGEST_CHARS} characters"
        self.excluded = frozenset(name.lower() for name in names)
        return ""


def why_refused(want: Want, known: Mapping[int, Request]) -> str:
    """Why a Want cannot be one of a job's, in words, where a dispatcher has these requests; empty when it can. What it
    says is kept, and tested again and again while everybody waits: it has bounds."""
    need = want.need
    if len(known) >= MOST_REQUESTS and want.request not in known:
        return f"it has {MOST_REQUESTS} requests already"
    if not 1 <= need.atleast <= need.atmost <= MOST_SLOTS:
        return f"it cannot have {need.atleast} to {need.atmost} slots"
    if need.reserve and need.reserve != understood(need.reserve):
        return "it reserves what cannot be reserved"
    if not math.isfinite(want.priority):
        return f"its priority {want.priority} is no number"
    texts = (want.title, want.host, want.project, want.tier, need.service, need.metrics, *need.tags)
    if max(map(len, texts)) > LONGEST_CHARS:
        return f"its title, tags or expressions have more than {LONGEST_CHARS} characters"
    return f"it has more than {MOST_TAGS} tags" if len(need.tags) > MOST_TAGS else ""


class Request:
    """A Want. `project` is the account of its job's project, `tier` the number of its job's tier, `since` when it began
    to wait, `number` its age (smaller is older)."""

    __slots__ = (
        "blocked", "dispatcher", "enough_as_of", "group", "held", "host", "jid", "job_priority", "keeps", "keeps_on",
        "kept", "logged_total", "need", "number", "place", "preempts", "project", "since", "tid", "tier", "title",
        "total", "wanted",
    )  # fmt: skip

    def __init__(
        self, number: int, dispatcher: Dispatcher, want: Want, project: Account, tier: int, now: float
    ) -> None:
        self.number = number
        self.wanted = want.request
        """The dispatcher's own number for it."""
        self.dispatcher = dispatcher
        self.since = now
        self.held = sum(lease.request == want.request for lease in dispatcher.leases)
        self.logged_total = 0
        self.blocked = ""
        """Why it did not get what it wants when it last could have, where that is not for want of slots."""
        self.keeps = False
        """Slots that it could use are kept for it until they are enough: in `kept` (runtime.maitred.keeping)."""
        self.preempts = False
        """Commands were ejected for it: what it keeps is given to nobody else."""
        self.keeps_on: Host | None = None
        self.enough_as_of: tuple[object, ...] = ()
        """When there could be enough on that host, as was counted last."""
        self.kept: dict[Slot, Reserve] = {}
        """... with what is kept of their hosts."""
        self.group: Group | None = None
        self.update(want, project, tier)

    def update(self, want: Want, project: Account, tier: int) -> None:
        self.jid, self.tid, self.title = want.jid, want.tid, want.title
        self.need, self.total, self.host = want.need, want.total, want.host
        self.job_priority, self.project, self.tier = want.priority, project, tier
        self.place: Place = (self.dispatcher.user, project, tier)

    @property
    def user(self) -> Account:
        return self.dispatcher.user

    @property
    def wishes(self) -> tuple[float, ...]:
        """What may let it take leases from others when it is another; its total, too, when that has risen."""
        return (self.job_priority, self.tier, self.waits)

    @property
    def waits(self) -> bool:
        return self.held < self.total

    def __str__(self) -> str:
        return f'{self.dispatcher} job {self.jid} "{self.title}"'


_UNKNOWN = (-1, 0.0, False)


class Group:
    """Requests that the same slots can serve, and those of them that wait. `kinds` fit, with the priority that the
    crews give there."""

    __slots__ = (
        "_by_slot", "_chooses", "_queues", "_ranking", "_slots", "_verdicts", "access", "by_use", "could_be_enough",
        "excluded", "fit", "host", "is_blocked", "is_full", "is_known", "is_plain", "keeps", "kinds", "live",
        "looked_at", "metrics", "need", "odd", "passing", "waiting",
    )  # fmt: skip

    def __init__(
        self, slots: Slots, ranking: Ranking, need: Need, access: Access, excluded: frozenset[str], host: str, fit: Fit
    ) -> None:
        self._slots = slots
        self._ranking = ranking
        self.need = need
        self.access = access
        self.excluded = excluded
        self.host = host
        self.fit = fit
        wanted = compile_metrics(need.metrics) if need.metrics else None
        self.metrics = None if wanted is None or wanted.fault else wanted
        self.live = self.metrics is not None or fit.test.live is not None
        """Whether metrics decide, too."""
        self.by_use = "sa" in fit.test.metrics
        """Whether what they say of a host changes with every slot that is taken there."""
        self._by_slot = self.by_use or fit.test.live_names
        """Whether each slot has to be asked for, not its host."""
        self._verdicts: dict[Host, tuple[int, float, bool]] = {}
        """What they say of a host, of which version of it, and how long."""
        self.passing: dict[Slot, None] = {}
        """Free slots that the metrics let through when they were last asked, while somebody waits."""
        self.is_known = not self.live or bool(host)
        """Whether all free slots were looked at."""
        self.could_be_enough = False
        """Whether there could be enough slots at once some time, of which one of its requests keeps what is free."""
        self.looked_at = (-1, -1)
        """As of when that is known (runtime.maitred.keeping)."""
        self._chooses = bool(excluded or host or fit.odd)
        """Whether slots of one kind are not all alike to it, whatever is measured."""
        self.is_plain = not (self.live or self._chooses or need.reserve)
        """Whether it can use every slot of its kinds."""
        self.is_blocked = False
        """A tag of the need is at its limit: it waits for that."""
        self.is_full = False
        """There was no room anywhere for what it reserves, and none has come since."""
        self.keeps = False
        """Slots and room are kept for one of its requests, or were: those get their turn also where there is not enough
        yet."""
        self.waiting: dict[Request, Place] = {}
        """With the line in which each stands."""
        self._queues: dict[float, Queue] = {}
        """By the priority that the crews give."""
        given = ((kind, access.priority(kind.groups)) for kind in slots.kinds if fit.kind(kind))
        self.kinds: dict[Kind, float] = {kind: priority for kind, priority in given if priority is not None}
        self.odd = [slot for slot, fits in fit.odd.items() if fits and self._crew_gives(slot)]
        """Slots that fit though their kind does not."""

    def priority(self, slot: Slot) -> float | None:
        """The crews' priority on a slot; None: they do not give it."""
        return self.access.priority(slot.kind.groups)

    def fits(self, slot: Slot) -> bool:
        """By crews, keys, exclusions and pin; what changes by itself, metrics and pings, is not asked here."""
        if not self._chooses:
            return slot.kind in self.kinds
        if self.excluded and slot.is_called(self.excluded):
            return False
        if self.host and self._slots.host(self.host) is not slot.host:
            return False
        return self.fit.slot(slot) and self._crew_gives(slot)

    def may_have(self, slot: Slot) -> bool:
        """Whether a slot that is free is one for its requests, were they alone."""
        fits = slot in self.passing if self.live and not self.host else self.fits(slot)
        return fits and self.has_room(slot)

    def has_free(self) -> bool:
        """Whether slots are free that its requests may have, as far as that is known without testing them."""
        if self.live and not self.host:
            return bool(self.passing)
        return any(kind.free for kind in self.kinds) or any(slot.rank is not None for slot in self.odd)

    def could_use(self, slot: Slot, now: float) -> bool:
        """Whether its requests could have a slot now, were they alone and had they reserved nothing."""
        return self.fits(slot) and (not self.live or self.measures(slot, now))

    def passes(self, slot: Slot, now: float) -> bool:
        """The same of a slot at which they wait."""
        return (not self._chooses or self.fits(slot)) and (not self.live or self.measures(slot, now))

    def has_room(self, slot: Slot) -> bool:
        """Whether what is reserved is left on a slot's host, or is to be kept as it becomes free."""
        return not self.need.reserve or self.keeps or slot.host.room.fits(self.need.reserve)

    def try_slot(self, slot: Slot, now: float) -> bool:
        """A slot at which it waits is free, or was measured: whether the metrics let it through."""
        passes = self.passes(slot, now)
        if passes:
            self.passing[slot] = None
        else:
            self.passing.pop(slot, None)
        return passes

    def measures(self, slot: Slot, now: float) -> bool:
        """Whether the metrics of the slot's host are as wanted now."""
        host = slot.host
        if self._by_slot:
            return self._measures(slot, now)
        version, until, verdict = self._verdicts.get(host, _UNKNOWN)
        if version != host.version or now > until:
            verdict = self._measures(slot, now)
            self._verdicts[host] = (host.version, host.stale_at(now), verdict)
        return verdict

    def _measures(self, slot: Slot, now: float) -> bool:
        host = slot.host
        live = self.fit.test.live
        if live is not None and not live(self.fit.keys(slot), lambda name: host.keyed(name, now)):
            return False
        return self.metrics is None or self.metrics(lambda name: host.metric(name, now))

    def add(self, request: Request) -> None:
        """A request waits, or is not what it was: its age, its job's priority, project or tier."""
        place = request.place
        if self.waiting.get(request, place) != place:
            self.remove(request)
        if not self.waiting:
            self.is_full = False
            self._enter_queue()
        self.waiting[request] = place
        for queue in self._queues.values():
            queue.add(request, place)

    def remove(self, request: Request) -> None:
        place = self.waiting.pop(request, None)
        if place is None:
            return
        for queue in self._queues.values():
            queue.remove(request, place)
        if not self.waiting:
            self._leave_queue()

    def has(self, request: Request) -> bool:
        """Whether a request stands here. Asked where somebody else may have moved it in between: who compares its group
        by hand tells a compiler what it is until the end of the function."""
        return request.group is self

    def waits_anew(self, request: Request, since: float) -> None:
        """A request has got something, or has come to want more: it waits since then."""
        request.since = since
        if request in self.waiting:
            self.add(request)

    def dissolve(self) -> None:
        """Nobody is in it any more: its queues, which know it, go at once."""
        self._queues.clear()

    def _crew_gives(self, slot: Slot) -> bool:
        return self.access.priority(slot.kind.groups) is not None

    def _enter_queue(self) -> None:
        for kind, priority in self.kinds.items():
            kind.waiting[self] = self._queue(priority)
            if self.live:
                kind.live[self] = None
        for slot in self.odd:
            slot.named[self] = self._queue(self.priority(slot) or 0.0)

    def _queue(self, priority: float) -> Queue:
        found = self._queues.get(priority)
        if found is None:
            found = self._queues[priority] = Queue(self._ranking, self, priority)
        return found

    def _leave_queue(self) -> None:
        self.passing.clear()
        self.is_known = not self.live or bool(self.host)
        for kind in self.kinds:
            kind.waiting.pop(self, None)
            kind.live.pop(self, None)
        for slot in self.odd:
            slot.named.pop(self, None)


GroupKey = tuple[Need, Access, frozenset[str], str, Fit]


class Groups:
    """The groups that there are, and the limits that their waiting requests count under."""

    def __init__(self, slots: Slots, ranking: Ranking) -> None:
        self._slots = slots
        self._ranking = ranking
        self._fits = Fits(slots)
        self._groups: dict[GroupKey, Group] = {}
        self._by_tag: dict[str, dict[Group, None]] = {}
        self._size: Counter[Group] = Counter()

    def __iter__(self) -> Iterator[Group]:
        return iter(self._groups.values())

    def of_tag(self, tag: str) -> Iterable[Group]:
        """The groups whose requests count under a tag."""
        return self._by_tag.get(tag, ())

    def join(self, request: Request, access: Access) -> Group:
        """The group of a request, as crews, exclusions and slots are now. Raises KeyExpressionError."""
        fit = self._fits.of(request.need.service, request.dispatcher.host)
        key = (request.need, access, request.dispatcher.excluded, request.host, fit)
        group = self._groups.get(key)
        if group is None:
            group = self._groups[key] = Group(self._slots, self._ranking, *key)
            for tag in group.need.tags:
                self._by_tag.setdefault(tag, {})[group] = None
        if request.group is not group:
            self.leave(request)
            request.group = group
            self._size[group] += 1
        if request.waits:
            group.add(request)
        return group

    def leave(self, request: Request) -> None:
        """The request is in no group any more."""
        group = request.group
        if group is None:
            return
        group.remove(request)
        request.group = None
        self._size[group] -= 1
        if not self._size[group]:
            group.dissolve()
            del self._size[group]
            del self._groups[group.need, group.access, group.excluded, group.host, group.fit]
            for tag in set(group.need.tags):
                del self._by_tag[tag][group]
                if not self._by_tag[tag]:
                    del self._by_tag[tag]
