"""A site for tests: a maitre-d's core, a clock, and dispatchers that say what they want."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import msgspec

from runtime.assign.assigner import Assigner
from runtime.assign.judge import unguarded
from runtime.farm_messages import (
    Attach,
    Attached,
    Excluding,
    Explain,
    FarmMessage,
    Granted,
    HeldLease,
    Lease,
    LeaseId,
    Recall,
    Returned,
    Running,
    SlotLine,
    SlotState,
    TagRests,
    Want,
)
from runtime.maitred.core import Maitred
from runtime.maitred.orders import Log, Order, PeerId, RunPing, Send
from runtime.maitred.rules import Rules
from runtime.maitred.usages import NO_USAGES, Usages
from runtime.match.limits import launch_tags
from runtime.needs import Need
from runtime.schedule.model import Crew, Ping, Schedule, Server

MONDAY_NOON = 1_767_614_400.0
"""2026-01-05 12:00 UTC."""
RULES = Rules(maitred_initial_wait_s=0.0, time_zone="UTC")


def server(name: str, host: str = "", keys: str = "pixarRender", **options: Any) -> Server:
    return Server(name, host or name, tuple(keys.split()), **options)


def schedule(*servers: Server | str, **parts: Any) -> Schedule:
    """A schedule of these servers; a name alone is a server on a host of its own."""
    made = [one if isinstance(one, Server) else server(one) for one in servers]
    crews = {crew.name: crew for crew in parts.pop("crews", ())}
    pings = {
        key: Ping(key, text.removeprefix("+"), text.startswith("+")) for key, text in parts.pop("pings", {}).items()
    }
    return Schedule(servers={one.name: one for one in made}, crews=crews, pings=pings, **parts)


def need(service: str = "pixarRender", tags: str = "", **options: Any) -> Need:
    options.setdefault("atmost", options.get("atleast", 1))
    return Need(service, tags=launch_tags((), service, tags), **options)


def crew(name: str, priority: float = 0.0, **options: Any) -> Crew:
    return Crew(name, priority=priority, **options)


class Site:
    """Events go in by these methods; what came out is in `orders` (of the last event) and `logged` (ever)."""

    def __init__(
        self,
        plan: Schedule,
        rules: Rules = RULES,
        *,
        wait: bool = False,
        epoch: int = 1000,
        wall: float = MONDAY_NOON,
        assigner: type[Assigner] | None = None,
        guard: Any = unguarded,
        offline: Iterable[str] = (),
        grant_key: bytes = b"",
        usages: Usages = NO_USAGES,
    ) -> None:
        self.now = 0.0
        self.wall = wall
        self.core = Maitred(
            plan,
            rules,
            epoch=epoch,
            now=0.0,
            wall=wall,
            wait=wait,
            assigner=assigner,
            guard=guard,
            offline=tuple(offline),
            grant_key=grant_key,
            usages=usages,
        )
        self.orders: list[Order] = []
        self.logged: list[str] = []
        self.dispatchers: dict[PeerId, Dispatcher] = {}
        self._peers = 0

    def carry_out(self, orders: Iterable[Order]) -> list[Order]:
        self.orders = list(orders)
        self.logged += [order.line for order in self.orders if isinstance(order, Log)]
        for order in self.orders:
            if isinstance(order, Send) and order.peer in self.dispatchers:
                self.dispatchers[order.peer].hears(order.message)
        return self.orders

    def join(self, user: str, name: str = "", **parts: Any) -> Dispatcher:
        """A dispatcher attaches, on a new connection."""
        return Dispatcher(self, user, name or f"{user}-1", **parts)

    def new_peer(self) -> PeerId:
        self._peers += 1
        return PeerId(self._peers)

    def after(self, seconds: float) -> None:
        """Time passes, and the core is told of it for as long as it has something to do."""
        self.now += seconds
        orders = self.core.tick(self.now)
        while self.core.next_deadline() <= self.now:
            orders += self.core.tick(self.now)
        self.carry_out(orders)

    def read(self, plan: Schedule) -> None:
        self.carry_out(self.core.read(plan, self.now, self.wall + self.now))

    def pings(self) -> list[RunPing]:
        """The pings that the last event ordered."""
        return [order for order in self.orders if isinstance(order, RunPing)]

    def answer(self, ping: RunPing, up: bool = True, reason: str = "silent") -> None:
        self.carry_out(self.core.pinged(ping.number, up, "" if up else reason, self.now))

    def measure(self, host: str, **values: float | str) -> None:
        self.carry_out(self.core.measured(host, values, self.now))

    def slot(self, name: str) -> SlotLine:
        return next(line for line in self.core.farm(self.now).slots if line.name == name)

    def states(self) -> dict[str, SlotState]:
        return {line.name: line.state for line in self.core.farm(self.now).slots}


class Dispatcher:
    """A dispatcher's side: `granted` are the leases that it holds, `recalled` what was asked back."""

    def __init__(
        self,
        site: Site,
        user: str,
        name: str,
        *,
        epoch: int = 0,
        held: Iterable[HeldLease] = (),
        excluded: Iterable[str] = (),
        host: str = "ws1",
    ) -> None:
        self.site, self.user, self.name, self.host = site, user, name, host
        self.attached: Attached | None = None
        self.granted: list[Granted] = []
        self.recalled: list[Recall] = []
        self.requests = 0
        self.wants: dict[int, Want] = {}
        self.peer = site.new_peer()
        site.dispatchers[self.peer] = self
        message = Attach(name, host, 9001, epoch, tuple(held), tuple(excluded))
        site.carry_out(site.core.attach(self.peer, user, message, site.now))

    def hears(self, message: FarmMessage) -> None:
        match message:
            case Attached():
                self.attached = message
            case Granted():
                self.granted.append(message)
            case Recall():
                self.recalled.append(message)

    def want(
        self, wanted: Need | str = "pixarRender", total: int = 1, *, request: int = 0, jid: int = 1, **options: Any
    ) -> int:
        """Want so many leases for a need; the number of the request."""
        if not request:
            self.requests += 1
            request = self.requests
        wanted = need(wanted) if isinstance(wanted, str) else wanted
        message = Want(request, jid, 1, options.pop("title", f"job {jid}"), wanted, total, **options)
        self.wants[request] = message
        self._says(message)
        return request

    def _says(self, message: FarmMessage) -> None:
        self.site.carry_out(self.site.core.said(self.peer, message, self.site.now) or [])

    @property
    def slots(self) -> list[str]:
        """The slots that it holds, in the order in which they were granted."""
        return [slot.name for granted in self.granted for slot in granted.lease.slots]

    @property
    def leases(self) -> list[Lease]:
        return [granted.lease for granted in self.granted]

    def returns(self, lease: Lease | None = None, problem: str = "", *, wants_on: bool = False) -> None:
        """Give a lease back, the oldest if none is named; there is nothing more to run, unless it `wants_on`."""
        lease = lease or self.granted[0].lease
        [request] = [granted.request for granted in self.granted if granted.lease.id == lease.id] or [0]
        self.granted = [granted for granted in self.granted if granted.lease.id != lease.id]
        self.recalled = [recall for recall in self.recalled if recall.lease != lease.id]
        if request in self.wants and not wants_on:
            want = self.wants[request]
            self.wants[request] = msgspec.structs.replace(want, total=max(0, want.total - 1))
            self._says(self.wants[request])
        self._says(Returned(lease.id, problem))

    def runs(self, lease: Lease | None = None, title: str = "frame") -> None:
        lease = lease or self.granted[0].lease
        self._says(Running(lease.id, 1, 1, 1, 1, title))

    def finds_no_licence(self, seconds: float = 30.0, *tags: str) -> None:
        self._says(TagRests(tags or ("prman",), seconds, "licence: no license"))

    def loses_connection(self) -> None:
        self.site.carry_out(self.site.core.detach(self.peer, self.site.now))

    def held(self, **standing: str) -> list[HeldLease]:
        """What it names when it comes back."""
        return [HeldLease(granted.lease, granted.request, 1, "job 1", **standing) for granted in self.granted]

    def comes_back(self, site: Site | None = None) -> Dispatcher:
        """The same dispatcher on a new connection, perhaps with another maitre-d, with the leases that it holds."""
        epoch = max((granted.lease.id.epoch for granted in self.granted), default=0)
        back = Dispatcher(site or self.site, self.user, self.name, epoch=epoch, held=self.held(), host=self.host)
        lost = back.attached.lost if back.attached else ()
        back.granted = [granted for granted in self.granted if granted.lease.id not in lost]
        return back

    def excludes(self, where: Iterable[str]) -> None:
        """The user changes the huntgroup."""
        self._says(Excluding(tuple(where)))

    def leaves(self) -> None:
        self.site.carry_out(self.site.core.leave(self.peer, self.site.now))

    def why(self, request: int = 1) -> dict[str, str]:
        """For each server the test that it fails."""
        return dict(self.explained(request).servers)

    def asks_why(self, request: int = 1, serial: int = 1) -> None:
        """As -why does: the answer comes when it has been found."""
        self._says(Explain(serial, request))

    def explained(self, request: int = 1) -> Any:
        return self.site.core.explain(self.peer, Explain(1, request), self.site.now)


def lease_id(epoch: int, number: int) -> LeaseId:
    return LeaseId(epoch, number)
