"""Leases: slots that dispatchers hold, and what counts with them: limits, users' slots, requests' totals.

begin ----> pending ----> granted ----> ended
             pings are     Granted is    Returned, or its dispatcher was away
             under way     sent          for lease_s + grace_s
"""

from __future__ import annotations

from collections.abc import Iterable

from runtime.farm_messages import GrantedSlot, LeaseId, Running
from runtime.farm_messages import Lease as LeaseMessage
from runtime.grants import proof_of
from runtime.history.records import Whose
from runtime.maitred.accounts import Account, Accounts
from runtime.maitred.requests import Dispatcher, Request
from runtime.maitred.slots import Slot, Slots
from runtime.match.limits import Limits


class Lease:
    """`request` is the dispatcher's number of the Want that it serves. `began`: when what runs has begun."""

    __slots__ = (
        "began", "dispatcher", "ejected", "id", "idle_since", "jid", "made_for", "pings", "project", "recalled",
        "request", "running", "since", "slots", "tags", "tier", "title", "waited_since", "whose",
    )  # fmt: skip

    def __init__(
        self, lease_id: LeaseId, dispatcher: Dispatcher, request: int, jid: int, title: str, tags: tuple[str, ...],
        project: Account, tier: int,
    ) -> None:  # fmt: skip
        self.id = lease_id
        self.dispatcher = dispatcher
        self.request = request
        self.jid = jid
        self.title = title
        self.tags = tags
        self.project = project
        self.tier = tier
        self.slots: list[Slot] = []
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
    def holder(self) -> tuple[Dispatcher, int]:
        """Leases of one holder stand alike when it comes to taking one back."""
        return (self.dispatcher, self.request)

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
                slot.server.zone, proof_of(key, self.id, user, name, slot.name, slot.server.host),
            )
            for slot in self.slots
        ]  # fmt: skip
        return LeaseMessage(self.id, tuple(slots), self.tags)

    def __str__(self) -> str:
        return f'{self.names} ({self.dispatcher.label} job {self.jid} "{self.title}")'


class Leases:
    """All leases. `freed_tags` are tags of which one more may run now than before; who reads them empties it."""

    def __init__(self, slots: Slots, accounts: Accounts) -> None:
        self._slots = slots
        self._accounts = accounts
        self._next = 1
        self.by_id: dict[LeaseId, Lease] = {}
        self.limits = Limits({})
        self.by_tag: dict[str, dict[Lease, None]] = {}
        self.recalled: dict[Lease, None] = {}
        """Leases that were asked back and have not come yet."""
        self.freed_tags: set[str] = set()

    def begin(self, epoch: int, request: Request, now: float) -> Lease:
        """A lease for a request, without slots yet."""
        lease_id = LeaseId(epoch, self._next)
        self._next += 1
        lease = Lease(
            lease_id, request.dispatcher, request.wanted, request.jid, request.title, request.need.tags,
            request.project, request.tier,
        )  # fmt: skip
        lease.waited_since = request.since
        self.add(lease, (), now)
        return lease

    def add(self, lease: Lease, slots: Iterable[Slot], now: float) -> None:
        """A lease counts from now on, with these slots, which are free."""
        lease.since = lease.idle_since = now
        self.by_id[lease.id] = lease
        lease.dispatcher.leases[lease] = None
        request = lease.dispatcher.requests.get(lease.request)
        if request is not None:
            request.held += 1
        self.limits.take(lease.tags)
        for tag in lease.tags:
            self.by_tag.setdefault(tag, {})[lease] = None
        for slot in slots:
            self.put(lease, slot, now)

    def put(self, lease: Lease, slot: Slot, now: float) -> None:
        """A slot more."""
        lease.slots.append(slot)
        self._hold(lease, 1, now)
        self._slots.take(slot, lease, now)

    def drop(self, lease: Lease, slot: Slot, now: float) -> None:
        """A slot less."""
        lease.slots.remove(slot)
        self._hold(lease, -1, now)
        self._slots.give(slot, now)

    def end(self, lease: Lease, now: float) -> None:
        """A lease counts no more; its slots are free, unless something else speaks against that."""
        del self.by_id[lease.id]
        del lease.dispatcher.leases[lease]
        request = lease.dispatcher.requests.get(lease.request)
        if request is not None:
            request.held -= 1
        if self.limits.may_block(lease.tags):
            self.freed_tags.update([tag for tag in lease.tags if self.limits.is_full(tag)])
        self.limits.give(lease.tags)
        for tag in lease.tags:
            leases = self.by_tag.get(tag)
            if leases is not None:
                leases.pop(lease, None)
                if not leases:
                    del self.by_tag[tag]
        self.recalled.pop(lease, None)
        self._hold(lease, -len(lease.slots), now)
        for slot in list(lease.slots):
            self._slots.give(slot, now)

    def _hold(self, lease: Lease, slots: int, now: float) -> None:
        self._accounts.hold(lease.dispatcher.user, slots, now)
        self._accounts.hold(lease.project, slots, now)
