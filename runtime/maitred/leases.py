"""Leases: slots that dispatchers hold, and what counts with them: limits, users' slots, requests' totals.

begin ----> pending ----> granted ----> ended
             pings are     Granted is    Returned, or its dispatcher was away
             under way     sent          for lease_s + grace_s
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from types import MappingProxyType

from runtime.farm_messages import GrantedSlot, LeaseId, Running
from runtime.farm_messages import Lease as LeaseMessage
from runtime.grants import proof_of
from runtime.history.records import Whose
from runtime.maitred.accounts import Account, Accounts
from runtime.maitred.asked_back import AskedBack
from runtime.maitred.lease_table import LeaseTable
from runtime.maitred.requests import Dispatcher, Request
from runtime.maitred.slots import Host, Slot, Slots
from runtime.match.limits import Limits
from runtime.match.reserve import Reserve

_NO_GPUS: Mapping[str, tuple[int, ...]] = MappingProxyType({})


class Lease:
    """`request` is the dispatcher's number of the Want that it serves. `began`: when what runs has begun."""

    __slots__ = (
        "began", "dispatcher", "ejected", "holder", "id", "idle_since", "jid", "made_for", "pings", "project",
        "recalled", "request", "reserve", "rooms", "running", "since", "slots", "tags", "tier", "title",
        "waited_since", "whose",
    )  # fmt: skip

    def __init__(
        self, lease_id: LeaseId, dispatcher: Dispatcher, request: int, jid: int, title: str, tags: tuple[str, ...],
        project: Account, tier: int, reserve: Reserve = (),
    ) -> None:  # fmt: skip
        self.id = lease_id
        self.dispatcher = dispatcher
        self.request = request
        self.holder = (dispatcher, request)
        """Leases of one holder stand alike when it comes to taking one back."""
        self.jid = jid
        self.title = title
        self.tags = tags
        self.project = project
        self.tier = tier
        self.slots: list[Slot] = []
        self.reserve = reserve
        """What it holds on the host of each of its slots."""
        self.rooms: dict[str, tuple[Host, tuple[int, ...]]] = {}
        """Where it does, by the slots' names, and the GPUs there; the slots may have been moved since."""
        self.since = 0.0
        self.pings: set[int] = set()
        """Numbers of the pings that it waits for."""
        self.waited_since = 0.0
        """Since when its request had waited, for the case that it comes to nothing."""
        self.running: Running | None = None
        self.began = 0.0
        self.idle_since = 0.0
        """Since when nothing runs, or before that nothing ran."""
        self.whose: Whose | None = None
        """Whose it is, for the record."""
        self.recalled = False
        self.ejected = False
        self.made_for: Request | None = None
        """The request for which it was recalled."""

    @property
    def pending(self) -> bool:
        return bool(self.pings)

    @property
    def names(self) -> str:
        slots = self.slots
        return slots[0].name if len(slots) == 1 else ", ".join([slot.name for slot in slots])

    @property
    def user(self) -> str:
        return self.dispatcher.user.name

    def message(self, port: int = 0, key: bytes = b"") -> LeaseMessage:
        """As its dispatcher hears of it. `port`: of alfservers that say no other; `key` proves (runtime.grants)."""
        user, name = self.dispatcher.user.name, self.dispatcher.name
        slots = [
            GrantedSlot(
                slot.name, slot.server.host, slot.host.address or slot.server.host, slot.server.port or port,
                slot.zone, proof_of(key, self.id, user, name, slot.name, slot.server.host),
                self.rooms[slot.name][1] if self.reserve else (),
            )
            for slot in self.slots
        ]  # fmt: skip
        return LeaseMessage(self.id, tuple(slots), self.tags, self.reserve)

    def __str__(self) -> str:
        return f'{self.names} ({self.dispatcher.label} job {self.jid} "{self.title}")'


class Leases:
    """All leases. `freed_tags` are tags of which one more may run now than before; who reads them empties it."""

    def __init__(self, slots: Slots, accounts: Accounts) -> None:
        self._slots = slots
        self._accounts = accounts
        self._next = 1
        self.by_id = LeaseTable()
        self.limits = Limits({})
        self._by_tags: dict[tuple[str, ...], dict[Lease, None]] = {}
        self.recalled = AskedBack()
        """Leases that were asked back and have not come yet."""
        self.freed_tags: set[str] = set()

    def begin(self, epoch: int, request: Request, now: float) -> Lease:
        """A lease for a request, without slots yet."""
        lease_id = LeaseId(epoch, self._next)
        self._next += 1
        lease = Lease(
            lease_id, request.dispatcher, request.wanted, request.jid, request.title, request.need.tags,
            request.project, request.tier, request.need.reserve,
        )  # fmt: skip
        lease.waited_since = request.since
        self.add(lease, (), now)
        return lease

    def add(
        self, lease: Lease, slots: Iterable[Slot], now: float, gpus: Mapping[str, tuple[int, ...]] = _NO_GPUS
    ) -> None:
        """A lease counts from now on, with these slots, which are free, and the GPUs that it has there, by slot."""
        lease.since = lease.idle_since = now
        self.by_id[lease.id] = lease
        lease.dispatcher.leases[lease] = None
        request = lease.dispatcher.requests.get(lease.request)
        if request is not None:
            request.held += 1
        self.limits.take(lease.tags)
        if lease.tags:
            self._by_tags.setdefault(lease.tags, {})[lease] = None
        for slot in slots:
            self.put(lease, slot, now, gpus.get(slot.name))

    def put(self, lease: Lease, slot: Slot, now: float, gpus: tuple[int, ...] | None = None) -> None:
        """A slot more. `gpus`: those that it has there, where that is settled."""
        lease.slots.append(slot)
        if lease.reserve:
            lease.rooms[slot.name] = (slot.host, slot.host.room.take(lease.reserve, gpus))
        self._hold(lease, 1, now)
        self._slots.take(slot, lease, now)

    def drop(self, lease: Lease, slot: Slot, now: float) -> None:
        """A slot less."""
        lease.slots.remove(slot)
        self._hold(lease, -1, now)
        self._slots.give(slot, now)
        self._leave_room(lease, slot)

    def end(self, lease: Lease, now: float, *, serves: bool = False) -> None:
        """A lease counts no more; its slots are free, unless something else speaks against that. `serves`: before
        anything else the core gives out what is free."""
        del self.by_id[lease.id]
        del lease.dispatcher.leases[lease]
        request = lease.dispatcher.requests.get(lease.request)
        if request is not None:
            request.held -= 1
        if self.limits.may_block(lease.tags):
            self.freed_tags.update([tag for tag in lease.tags if self.limits.is_full(tag)])
        self.limits.give(lease.tags)
        if lease.tags:
            leases = self._by_tags[lease.tags]
            del leases[lease]
            if not leases:
                del self._by_tags[lease.tags]
        self.recalled.comes(lease)
        self._hold(lease, -len(lease.slots), now)
        if serves and len(lease.slots) == 1 and not lease.reserve:
            self._slots.come_back(lease.slots[0], now)
            return
        for slot in list(lease.slots):
            self._slots.give(slot, now)
            self._leave_room(lease, slot)

    def of_tag(self, tag: str) -> Iterator[Lease]:
        """The leases that count under a tag."""
        for tags, leases in self._by_tags.items():
            if tag in tags:
                yield from leases

    def _leave_room(self, lease: Lease, slot: Slot) -> None:
        if lease.reserve:
            host, gpus = lease.rooms.pop(slot.name)
            host.room.give(lease.reserve, gpus)
            self._slots.stir(host)

    def _hold(self, lease: Lease, slots: int, now: float) -> None:
        self._accounts.hold(lease.dispatcher.user, slots, now)
        self._accounts.hold(lease.project, slots, now)
