"""The roll of dispatchers: who is there, what goes when they go, and what they hold when they come back.

    connected --connection lost--> away --lease_s + grace_s--> forgotten: its leases are over
        ^                           |
        '---- Attach, with leases --'

Thousands of leases end in slices (runtime.maitred.slices): until the last of them has, the dispatcher is on the roll,
and may come back.

Leases come back with their dispatcher: those that are known as they are, those that another maitre-d has given too, if
no newer lease has one of their slots. The newer lease of a slot wins, whoever comes first; the other one is lost.
"""

from __future__ import annotations

from itertools import takewhile

from runtime.farm_messages import HeldLease, LeaseId, Recall, Running
from runtime.farm_messages import Lease as LeaseMessage
from runtime.grants import is_proven
from runtime.maitred.books import Books
from runtime.maitred.leases import Lease
from runtime.maitred.noting import whose
from runtime.maitred.orders import PeerId
from runtime.maitred.requests import LONGEST_CHARS, Dispatcher, Request
from runtime.maitred.serving import Serving
from runtime.maitred.slices import Work
from runtime.match.reserve import GPUS, MOST, understood

_LONGEST_RUN_S = 3600.0 * 24 * 366
"""Who says that a command has run for longer is not believed."""
_END = 4.0
"""What it is worth in a slice to end a lease."""
_SAME_S = 1.0
"""A command that began no later than this after the one that is known is that one, said late."""


class Roll:
    def __init__(self, books: Books, serving: Serving) -> None:
        self._books = books
        self._serving = serving
        self._away: dict[Dispatcher, None] = {}
        """Those that are away, the one that left first before the others."""

    def dispatcher(self, user: str, name: str, now: float) -> Dispatcher:
        """The dispatcher of this user and name, perhaps a new one."""
        found = self._books.dispatchers.get((user, name))
        if found is None:
            found = self._books.dispatchers[user, name] = Dispatcher(name, self._books.accounts.user(user, now))
        return found

    def connected(self, dispatcher: Dispatcher, peer: PeerId) -> None:
        """It is there, by this connection."""
        dispatcher.peer, dispatcher.lost_at = peer, None
        self._away.pop(dispatcher, None)

    # ---- going ---------------------------------------------------------------------------------------

    def lost(self, dispatcher: Dispatcher, now: float) -> None:
        """Its connection is gone; what runs on its leases goes on."""
        dispatcher.peer, dispatcher.lost_at = None, now
        self._away[dispatcher] = None

    def forget(self, dispatcher: Dispatcher, now: float) -> None:
        """It is gone for good, and so are its leases."""
        dispatcher.peer = None
        self._away.pop(dispatcher, None)
        self._books.slices.begin(("forget", dispatcher), self._forgetting(dispatcher), now)

    def _forgetting(self, dispatcher: Dispatcher) -> Work:
        books = self._books
        leases = list(reversed(dispatcher.leases))
        while leases and not self._is_expected(dispatcher):
            lease = leases.pop()  # and with it its memory: thousands at once would take long
            if lease in dispatcher.leases:
                books.log(f"ended {lease}: its dispatcher is gone")
                books.end_lease(lease, books.slices.now)
            yield _END
        if not self._is_expected(dispatcher):
            del books.dispatchers[dispatcher.user.name, dispatcher.name]

    def _is_expected(self, dispatcher: Dispatcher) -> bool:
        """Whether it is there, or may come back in time."""
        return dispatcher.peer is not None or dispatcher in self._away

    def forget_requests(self, dispatcher: Dispatcher, now: float) -> None:
        """What it wants goes with the connection; it says so again. The age of a request is remembered."""
        dispatcher.since = {request.wanted: request.since for request in dispatcher.requests.values() if request.waits}
        for request in list(dispatcher.requests.values()):
            self.drop(request, now)

    def drop(self, request: Request, now: float) -> None:
        """Nothing is wanted by this request any more. Its leases go on."""
        self._serving.withdraw(request, now)
        self._books.groups.leave(request)
        del request.dispatcher.requests[request.wanted]

    def end_lost(self, now: float) -> None:
        """Dispatchers that have been away too long: their alfservers have ended what ran."""
        for dispatcher in list(takewhile(lambda one: now >= self._over_at(one), self._away)):
            self.forget(dispatcher, now)

    def next_end(self) -> float | None:
        """When the next one has been away too long."""
        return next(map(self._over_at, self._away), None)

    def _over_at(self, dispatcher: Dispatcher) -> float:
        rules = self._books.rules
        return (dispatcher.lost_at or 0.0) + rules.lease_s + rules.grace_s

    # ---- coming back ---------------------------------------------------------------------------------

    def take_back(self, dispatcher: Dispatcher, held: tuple[HeldLease, ...], now: float) -> tuple[LeaseId, ...]:
        """Its leases are those that it says; what it does not name any more it has given back. The lost ones."""
        books = self._books
        named = {one.lease.id for one in held}
        for lease in [lease for lease in dispatcher.leases if lease.id not in named]:
            books.log(f"returned {lease}: not held any more")
            books.end_lease(lease, now)
        lost = []
        for one in held:
            known = books.leases.by_id.get(one.lease.id)
            if known is not None and known.dispatcher is dispatcher:
                _goes_on(known, one, now)
                continue
            if known is not None or not self._bring_back(dispatcher, one, now):
                lost.append(one.lease.id)
        return tuple(lost)

    def is_proven(self, user: str, dispatcher: str, held: HeldLease) -> bool:
        """Whether a maitre-d of this site has given it, or nobody did in chaos, where the site allows that."""
        key, lease = self._books.grant_key, held.lease
        if not lease.slots:
            return False
        known = self._books.leases.by_id.get(lease.id)
        if known is not None and (known.user, known.dispatcher.name) == (user, dispatcher):
            return True  # it counts as it is known, whatever is said of its slots
        if not lease.id.epoch:
            return self._books.rules.chaos_allowed or not key
        return all(is_proven(slot.proof, key, lease.id, user, dispatcher, slot.name, slot.host) for slot in lease.slots)

    def _bring_back(self, dispatcher: Dispatcher, held: HeldLease, now: float) -> bool:
        """A lease that another maitre-d has given, or that was over here, counts again, unless a newer lease has one of
        its slots."""
        books = self._books
        found = dict.fromkeys(
            books.slots.by_name.get(slot.name) or books.slots.unlisted(slot.name, slot.host)
            for slot in held.lease.slots
        )
        rivals = {slot.lease: None for slot in found if slot.lease is not None}
        if any(not rival.pending and rival.id > held.lease.id for rival in rivals):
            return False
        for rival in rivals:
            self._displace(rival, now)
        lease = Lease(
            held.lease.id, dispatcher, held.request, held.jid, held.title[:LONGEST_CHARS], held.lease.tags,
            books.accounts.project(held.project[:LONGEST_CHARS], now), books.rules.tier(held.tier),
            understood(held.lease.reserve),
        )  # fmt: skip
        books.leases.add(lease, found, now, _gpus(held.lease))
        whose(lease, books.crews)
        _goes_on(lease, held, now)
        return True

    def _displace(self, rival: Lease, now: float) -> None:
        if rival.pending:
            self._serving.cancel(rival, now)
            return
        self._books.log(f"lost {rival}: a newer lease has its slot")
        self._books.send(rival.dispatcher, Recall(rival.id, True, "a newer lease has this slot"))
        self._books.end_lease(rival, now)


def _goes_on(lease: Lease, held: HeldLease, now: float) -> None:
    """What runs on a lease of one who comes back: another command may have begun since he was last heard."""
    if not 0 <= held.running_s <= _LONGEST_RUN_S:
        lease.running = None
        return
    began = now - held.running_s
    if lease.running is None or began > lease.began + _SAME_S:
        lease.running = Running(lease.id, held.jid, 0, 0, 0, held.title[:LONGEST_CHARS])
        lease.jid, lease.title = held.jid, held.title[:LONGEST_CHARS]
        lease.began = began


def _gpus(lease: LeaseMessage) -> dict[str, tuple[int, ...]]:
    """The GPUs that a lease has, by slot: no more than it reserves."""
    number = int(dict(understood(lease.reserve)).get(GPUS, 0.0))
    return {slot.name: tuple(gpu for gpu in slot.gpus[:number] if 0 <= gpu < MOST) for slot in lease.slots}
