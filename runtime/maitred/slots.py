"""The slots of the farm: what each is, which are free, and in which order they go out.

    Host        metrics, shields, a rest after a failed ping; how many of its slots are taken
     Slot       a server of the schedule; its lease; offline, tainted, at rest after a ping of its own
    Kind        slots with the same keys in the same groups: what is true of one is true of all, but for names

A slot is *free* when nothing but the wishes of a request can speak against it. Free slots stand in the index of their
kind, by the assigner's rank; a slot that enters it is also put on `freed`, where the core finds what has changed. The
rank of a slot may depend on how many slots of its host are taken, so it is taken anew when that number changes.
"""

from __future__ import annotations

import heapq
import math
from bisect import bisect_left, insort
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from itertools import count
from typing import TYPE_CHECKING

from runtime.assign.assigner import Rank
from runtime.history.records import Place
from runtime.maitred.deciding import why_closed
from runtime.match.keys import Keys, slot_keys
from runtime.match.reserve import GPUS, MEMORY
from runtime.match.room import Room
from runtime.sampling import INTERVAL_S, STALE_INTERVALS
from runtime.schedule.model import HostEntry, Schedule, Server, same_host, short_name

if TYPE_CHECKING:
    from runtime.maitred.leases import Lease
    from runtime.maitred.queues import Queue
    from runtime.maitred.requests import Dispatcher, Group, Request

    Holder = tuple[Dispatcher, int]

_KEYED = {"mem": ("memory", 1024.0), "disk": ("disk", 1024.0), "cpu": ("loadavg", 1.0)}
"""What @.NAME means: GB of what Metrics has in MB."""


CAPACITIES: Mapping[str, tuple[str, float]] = {"memtotal": (MEMORY, 1024.0), "gpus": (GPUS, 1.0)}
"""Metrics that say what a host has to be reserved, where the schedule does not: how many of them make one. What was
measured once does not grow stale: machines keep their memory."""


class HostEntries:
    """What a schedule says of hosts, by their names without case; a short name is its full one's."""

    def __init__(self, entries: Mapping[str, HostEntry]) -> None:
        self._entries = {name.lower(): entry for name, entry in entries.items()}
        self._short: dict[str, list[str]] = {}
        for name in self._entries:
            self._short.setdefault(short_name(name), []).append(name)

    def of(self, host: str) -> HostEntry | None:
        name = host.lower()
        same = (other for other in self._short.get(short_name(name), ()) if same_host(other, name))
        return self._entries.get(name) or next((self._entries[other] for other in same), None)

    def changed(self, later: HostEntries) -> list[str]:
        """The names of which something else is said later."""
        mine, its = self._entries, later._entries
        return [name for name in {**mine, **its} if mine.get(name) != its.get(name)]


class Host:
    """A machine. `busy`: how many of its slots are taken, `free`: how many may be given now; `shields`: who raised them
    (a connection each); `room`: what commands reserve of it."""

    __slots__ = (
        "address", "busy", "free", "fresh_until", "hole_until", "metrics", "name", "rest_reason", "rest_until", "room",
        "shields", "slots", "version",
    )  # fmt: skip

    def __init__(self, name: str) -> None:
        self.name = name
        self.address = ""
        self.slots: list[Slot] = []
        self.busy = self.free = 0
        self.shields: set[int] = set()
        self.room = Room()
        self.hole_until = float("-inf")
        """It rests as a black hole (runtime.maitred.black_holes)."""
        self.rest_until = float("-inf")
        self.rest_reason = ""
        self.metrics: dict[str, tuple[float | str, float]] = {}
        """Value, and when it becomes stale."""
        self.fresh_until = float("-inf")
        self.version = 0
        """Rises when something was measured."""

    def stale_at(self, now: float) -> float:
        """When the next of its metrics will not be known any more."""
        return min((until for _, until in self.metrics.values() if until >= now), default=float("inf"))

    def metric(self, name: str, now: float) -> float | str | None:
        """A metric as Mget knows it; None when it is unknown or stale."""
        value, until = self.metrics.get(name, (0.0, float("-inf")))
        return value if now <= until else None

    def keyed(self, name: str, now: float) -> float | None:
        """A metric as service keys name it, without the `@.`; sa is the number of its slots that are free."""
        name = name.lower()
        if name == "sa":
            return float(self.free)
        known, divisor = _KEYED.get(name, (name, 1.0))
        value = self.metric(known, now)
        return value / divisor if isinstance(value, int | float) else None


class Slot:
    """A server of the schedule. `rank` is its place among the free ones, None while it is not free. `lease` has it now
    (pings may be under way for that one); `kept_for`: a request for which it is kept until there are enough."""

    __slots__ = (
        "host", "is_open", "kept_for", "keys", "kind", "lease", "listed", "moves", "name", "named", "number", "offline",
        "place", "rank", "rest_reason", "rest_until", "server", "taint_reason", "taint_until",
        "zone",
    )  # fmt: skip

    def __init__(self, number: int, server: Server, host: Host, kind: Kind, keys: Keys) -> None:
        self.number = number
        self.name = server.name
        self.server = server
        self.zone = server.zone
        self.host = host
        self.kind = kind
        self.place = Place(server.name, host.name, kind.groups)
        """As it is on record."""
        self.keys = keys
        self.listed = True
        self.moves = False
        """Another schedule is being read, and has changed it."""
        self.offline = False
        self.is_open = False
        """Whether it could be given, if nobody had it."""
        self.lease: Lease | None = None
        self.kept_for: Request | None = None
        self.rank: Rank | None = None
        self.taint_until = self.rest_until = float("-inf")
        self.taint_reason = self.rest_reason = ""
        self.named: dict[Group, Queue] = {}
        """Groups of waiting requests that fit this slot while they do not fit its kind."""

    @property
    def udi(self) -> int:
        return self.server.udi

    def is_called(self, names: frozenset[str]) -> bool:
        """Whether one of the names (in lower case) is the slot's or its host's, short or full."""
        host = self.host.name.lower()
        return self.name.lower() in names or host in names or host.partition(".")[0] in names


_MARKS = 11


class Kind:
    """Slots with equal keys in equal groups, and those of them that are free, by rank."""

    __slots__ = ("_buckets", "_marks", "_ranks", "free", "given", "groups", "keys", "live", "size", "taken", "waiting")

    def __init__(self, keys: Keys, groups: frozenset[str]) -> None:
        self.keys = keys
        self.groups = groups
        self.size = 0
        """How many slots are of this kind."""
        self.free = 0
        self.waiting: dict[Group, Queue] = {}
        """Groups of requests that wait and fit slots of this kind, with their order here."""
        self.live: dict[Group, None] = {}
        """Those of them for which metrics decide, too."""
        self.taken: dict[Holder, dict[Lease, None]] = {}
        """Leases that have slots of this kind and were not asked back, by dispatcher and request: those that stand
        alike."""
        self.given = 0
        """How many times a slot of this kind was given."""
        self._marks: deque[tuple[float, int]] = deque(maxlen=_MARKS)
        self._buckets: dict[Rank, dict[Slot, None]] = {}
        self._ranks: list[Rank] = []

    def mark(self, now: float) -> None:
        """Another minute: `pace` is over the last ten."""
        self._marks.append((now, self.given))

    def pace(self, now: float, at_least_s: float) -> float:
        """How many slots of this kind were given per second lately; 0 while that is not known for so long."""
        since, given = self._marks[0] if self._marks else (now, 0)
        return (self.given - given) / (now - since) if now - since >= at_least_s else 0.0

    def hold(self, lease: Lease) -> None:
        """A lease has a slot of this kind."""
        self.given += 1
        if not lease.recalled:
            self.taken.setdefault(lease.holder, {})[lease] = None

    def let_go(self, lease: Lease) -> None:
        """A lease has no slot of this kind any more, or was asked back."""
        leases = self.taken.get(lease.holder)
        if leases is not None and leases.pop(lease, lease) is None and not leases:
            del self.taken[lease.holder]

    @property
    def best(self) -> Rank | None:
        return self._ranks[0] if self._ranks else None

    def all_free(self) -> list[Slot]:
        """The free ones, in no order."""
        return [slot for slots in self._buckets.values() for slot in slots]

    def in_order(self) -> Iterator[tuple[Rank, Iterable[Slot]]]:
        """The free ones, those of one rank together. Nothing may be taken while this is read."""
        for rank in self._ranks:
            yield rank, self._buckets[rank]

    def free_in_order(self) -> Iterator[Slot]:
        """The same, one by one."""
        for slots in map(self._buckets.__getitem__, self._ranks):
            yield from slots

    def add(self, slot: Slot, rank: Rank) -> None:
        slot.rank = rank
        slot.host.free += 1
        self.free += 1
        bucket = self._buckets.get(rank)
        if bucket is None:
            self._buckets[rank] = {slot: None}
            insort(self._ranks, rank)
        else:
            bucket[slot] = None

    def remove(self, slot: Slot) -> None:
        rank = slot.rank
        if rank is None:
            return
        slot.rank = None
        slot.host.free -= 1
        self.free -= 1
        bucket = self._buckets[rank]
        del bucket[slot]
        if not bucket:
            del self._buckets[rank]
            del self._ranks[bisect_left(self._ranks, rank)]


class Slots:
    """All slots. `ranked` gives a slot's rank (the assigner's)."""

    def __init__(self, ranked: Callable[[Slot], Rank]) -> None:
        self._ranked = ranked
        self._numbers = count()
        self._kinds: dict[tuple[Keys, frozenset[str]], Kind] = {}
        self._by_key: dict[str, dict[Slot, None]] = {}
        self._short: dict[str, list[Host]] = {}
        self._unlisted: dict[str, Host] = {}
        """Hosts that no schedule has named, of slots that are leased all the same."""
        self._said = HostEntries({})
        self._timers: list[tuple[float, int, str | Host]] = []
        self._intervals: Mapping[str, float] = {}
        self._ties = count()
        self.by_name: dict[str, Slot] = {}
        self.gone: dict[str, Slot] = {}
        """Slots that are leased and not in the schedule any more."""
        self.hosts: dict[str, Host] = {}
        self.closed: dict[Slot, None] = {}
        """Slots of the schedule that could be given to nobody now (runtime.maitred.deciding.why_closed)."""
        self.free = 0
        self.freed: dict[Slot, None] = {}
        self.in_hand: Slot | None = None
        """One that has come back and may go straight to somebody else (runtime.maitred.handing_over): until `settle` it
        counts as taken on its host, and stands in no index."""
        self.version = 0
        """Rises when the kinds, or the names of slots, change."""
        self._openings = 0
        """How often a slot has come to be one that could be given, or one that could not, or a host to have more room,
        or less."""

    @property
    def kinds(self) -> Iterable[Kind]:
        return self._kinds.values()

    @property
    def as_of(self) -> tuple[int, int]:
        """Another one whenever it may have changed which slots could be given, if nobody had any."""
        return self.version, self._openings

    def named(self, name: str) -> Iterable[Slot]:
        """Slots that have this key because it is their name or their host's."""
        return self._by_key.get(name, ())

    def host(self, name: str) -> Host | None:
        """A host by its name, without case; a short name equals its full one."""
        name = name.lower()
        found = self.hosts.get(name)
        if found is None:
            same = self._short.get(name.partition(".")[0], ())
            found = next((host for host in same if "." not in name or "." not in host.name), None)
        return found

    # ---- the schedule --------------------------------------------------------------------------------

    def differs(self, server: Server, groups: frozenset[str], address: str) -> bool:
        """Whether a server is another than its slot, or stands in other groups."""
        slot = self.by_name.get(server.name)
        if slot is None or slot.host.address != address or slot.kind.groups != groups:
            return True
        return slot.server is not server and slot.server != server

    def put(self, server: Server, groups: frozenset[str], address: str) -> Slot:
        """A server is new, or another: its slot, which nobody gets before `open`."""
        old = self.by_name.get(server.name) or self.gone.pop(server.name, None)
        host = self._host_of(server.host)
        host.address = address
        kind = self._kind(slot_keys(server.keys), groups)
        keys = slot_keys(server.keys, slot=server.name, host=server.host, address=address)
        slot = Slot(next(self._numbers) if old is None else old.number, server, host, kind, keys)
        slot.moves = True
        if old is not None:
            if old.listed:
                self._drop(old)
            slot.lease = old.lease
            slot.taint_until, slot.taint_reason = old.taint_until, old.taint_reason
            slot.rest_until, slot.rest_reason = old.rest_until, old.rest_reason
            if slot.lease is not None:
                slot.lease.slots[slot.lease.slots.index(old)] = slot
                old.lease = None
                kind.hold(slot.lease)
                host.busy += 1
                self._rank_again(host)
        self.closed[slot] = None
        kind.size += 1
        host.slots.append(slot)
        self.by_name[slot.name] = slot
        for key in keys - kind.keys:
            self._by_key.setdefault(key, {})[slot] = None
        return slot

    def open(self, slot: Slot, now: float) -> None:
        """A slot that was put where it belongs may be given."""
        slot.moves = False
        if slot.listed:
            self.refresh(slot, now)

    def remove(self, name: str) -> Slot:
        """A server is not in the schedule any more; its slot lives on while it is leased."""
        slot = self.by_name.pop(name)
        self._drop(slot)
        if slot.lease is not None:
            self.gone[name] = slot
        return slot

    def turn(self, schedule: Schedule, moved: bool) -> None:
        """All slots are where this schedule has them. `moved`: some were elsewhere before."""
        self._intervals = {name: source.interval_s for name, source in schedule.metrics.items()}
        if moved:
            self.version += 1
            for key in [key for key, kind in self._kinds.items() if not kind.size]:
                del self._kinds[key]

    def _drop(self, slot: Slot) -> None:
        self.closed.pop(slot, None)
        slot.listed = False
        self._leaves(slot)
        slot.kind.size -= 1
        for key in slot.keys - slot.kind.keys:
            self._by_key[key].pop(slot, None)
        slot.host.slots.remove(slot)
        if slot.lease is not None:
            slot.host.busy -= 1
            self._let_go(slot, slot.lease)

    def _kind(self, keys: Keys, groups: frozenset[str]) -> Kind:
        return self._kinds.setdefault((keys, groups), Kind(keys, groups))

    def _host_of(self, name: str) -> Host:
        found = self.host(name)
        if found is None:
            found = self.hosts[name.lower()] = self._unlisted.pop(name.lower(), Host(name))
            self._set_room(found)
            self._short.setdefault(name.lower().partition(".")[0], []).append(found)
        return found

    # ---- free or not ---------------------------------------------------------------------------------

    def refresh(self, slot: Slot, now: float) -> None:
        """Something about a slot has changed: it may have become free, or be so no more."""
        was_open, slot.is_open = slot.is_open, not why_closed(slot, now)
        self._openings += slot.is_open is not was_open
        if not slot.is_open:
            self.closed[slot] = None
        elif not was_open:
            self.closed.pop(slot, None)
        if slot.lease is not None or slot.kept_for is not None or not slot.is_open:
            self._leaves(slot)
        elif slot.rank is None:
            slot.kind.add(slot, self._ranked(slot))
            self.free += 1
            if slot.kind.waiting or slot.named:
                self.freed[slot] = None
                for group in _live(slot):
                    group.try_slot(slot, now)

    def _leaves(self, slot: Slot) -> None:
        """It is not free any more."""
        if slot.rank is None:
            return
        slot.kind.remove(slot)
        self.free -= 1
        self.freed.pop(slot, None)
        for group in _live(slot):
            group.passing.pop(slot, None)

    def take(self, slot: Slot, lease: Lease, now: float) -> None:
        """A lease has this slot."""
        slot.kept_for = None
        slot.lease = lease
        if slot is self.in_hand:
            self.in_hand = None
            slot.kind.hold(lease)
            return
        self._leaves(slot)
        if slot.listed:
            slot.kind.hold(lease)
            slot.host.busy += 1
            if slot.host.busy < len(slot.host.slots):
                self._rank_again(slot.host)
            self._use_changed(slot, now)

    def give(self, slot: Slot, now: float) -> None:
        """Its lease has it no more."""
        lease, slot.lease = slot.lease, None
        if lease is not None and slot.listed:
            self._let_go(slot, lease)
            self._is_free(slot, now)
        else:
            self.gone.pop(slot.name, None)

    def come_back(self, slot: Slot, now: float) -> None:
        """Its lease has it no more, and nothing is asked of the free slots before it is handed over or settled."""
        lease = slot.lease
        if lease is None or not (slot.listed and slot.is_open) or self.in_hand is not None:
            self.give(slot, now)
            return
        slot.lease = None
        self._let_go(slot, lease)
        self.in_hand = slot

    def settle(self, now: float) -> None:
        """What was in hand goes straight to nobody: it is free."""
        slot, self.in_hand = self.in_hand, None
        if slot is not None:
            self._is_free(slot, now)

    def _is_free(self, slot: Slot, now: float) -> None:
        """Nobody has it any more, and its host has one less to do."""
        slot.host.busy -= 1
        if slot.host.busy + 1 < len(slot.host.slots):
            self._rank_again(slot.host)
        self.refresh(slot, now)
        self._use_changed(slot, now)

    def _use_changed(self, slot: Slot, now: float) -> None:
        """A slot was taken or given back: what is free beside it may be another thing to those who look at that."""
        for group in _live(slot):
            if group.by_use:
                for other in slot.host.slots:
                    if other.rank is not None and group.try_slot(other, now):
                        self.freed[other] = None

    def _let_go(self, slot: Slot, lease: Lease) -> None:
        of_lease = lease.slots
        if len(of_lease) > 1 and any(
            other.kind is slot.kind and other.lease is lease and other.listed for other in of_lease
        ):
            return
        slot.kind.let_go(lease)

    def keep(self, slot: Slot, request: Request | None, now: float) -> None:
        """A free slot is kept for a request that wants several, or (None) for nobody any more."""
        slot.kept_for = request
        self.refresh(slot, now)

    def unlisted(self, name: str, host: str) -> Slot:
        """A slot that is leased, and that the schedule does not have."""
        found = self.gone.get(name)
        if found is None:
            server = Server(name, host, ())
            place = self.host(host) or self._unlisted.setdefault(host.lower(), Host(host))
            found = Slot(next(self._numbers), server, place, Kind(frozenset(), frozenset()), frozenset())
            found.listed = False
            self.gone[name] = found
        return found

    def _rank_again(self, host: Host) -> None:
        for slot in host.slots:
            if slot.rank is not None:
                rank = self._ranked(slot)
                if rank != slot.rank:
                    slot.kind.remove(slot)
                    slot.kind.add(slot, rank)

    # ---- what can be reserved ------------------------------------------------------------------------

    def set_rooms(self, entries: Mapping[str, HostEntry]) -> None:
        """What the schedule says that hosts have."""
        before, self._said = self._said, HostEntries(entries)
        for name in before.changed(self._said):
            hosts = (self.hosts.get(name), *self._short.get(short_name(name), ()))
            for host in {host: None for host in hosts if host is not None}:
                self._set_room(host)

    def _set_room(self, host: Host) -> None:
        said = self._said.of(host.name)
        has = {}
        for metric, (resource, divisor) in CAPACITIES.items():
            value = host.metrics.get(metric, (None, 0.0))[0]
            if isinstance(value, int | float) and value >= 0:
                has[resource] = value / divisor
        if said is not None:
            has |= {} if said.mem is None else {MEMORY: said.mem}
            has |= {} if said.gpus is None else {GPUS: float(said.gpus)}
        if host.room.set_has(has):
            self._openings += 1
            self.stir(host)

    def stir(self, host: Host) -> None:
        """There may be more room on a host than before: who waits for that looks at its free slots again."""
        for slot in host.slots:
            if slot.rank is not None and (slot.kind.waiting or slot.named):
                self.freed[slot] = None

    # ---- what happens to hosts and slots -------------------------------------------------------------

    def measured(self, host: Host, values: Mapping[str, float | str], now: float) -> None:
        for name, value in values.items():
            if not isinstance(value, str) and not math.isfinite(value):
                continue
            until = now + STALE_INTERVALS * self._intervals.get(name, INTERVAL_S)
            host.metrics[name] = (value, until)
            host.fresh_until = max(host.fresh_until, until)
        host.version += 1
        if not CAPACITIES.keys().isdisjoint(values):
            self._set_room(host)

    def taint(self, slot: Slot, until: float, reason: str, now: float) -> None:
        """A launch could not begin here: the slot rests."""
        slot.taint_until, slot.taint_reason = until, reason
        self._wake_at(until, slot)
        self.refresh(slot, now)

    def rest(self, place: Host | Slot, until: float, reason: str, now: float) -> None:
        """A ping failed: a host with all its slots, or a slot alone, rests."""
        place.rest_until, place.rest_reason = until, reason
        self._wake_at(until, place)
        self._refresh_all(place, now)

    def rest_hole(self, host: Host, until: float, now: float) -> None:
        """Whatever runs on a host fails: it rests."""
        host.hole_until = until
        self._wake_at(until, host)
        self._refresh_all(host, now)

    def block(self, host: Host, peer: int, up: bool, now: float) -> None:
        """A nimby raises its shields, or lowers them."""
        (host.shields.add if up else host.shields.discard)(peer)
        self._refresh_all(host, now)

    def _refresh_all(self, place: Host | Slot, now: float) -> None:
        for slot in place.slots if isinstance(place, Host) else (place,):
            self.refresh(slot, now)

    def _wake_at(self, until: float, place: Slot | Host) -> None:
        heapq.heappush(self._timers, (until, next(self._ties), place.name if isinstance(place, Slot) else place))

    @property
    def next_wake(self) -> float | None:
        return self._timers[0][0] if self._timers else None

    def wake(self, now: float) -> None:
        """Rests that are over are over."""
        while self._timers and self._timers[0][0] <= now:
            place = heapq.heappop(self._timers)[2]
            found = self.by_name.get(place) if isinstance(place, str) else place
            if found is not None:
                self._refresh_all(found, now)


def _live(slot: Slot) -> Iterable[Group]:
    """The groups that wait, and fit this slot by everything but metrics, which they want to know."""
    if slot.named:
        return (*slot.kind.live, *(group for group in slot.named if group.live))
    return slot.kind.live
