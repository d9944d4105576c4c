"""The maitre-d's books: everything that it knows, and the orders of the event that is being handled.

`runtime.maitred.core` keeps them; the rooms that decide (serving, recalling, reading, ...) read them and write in them,
those that answer (explaining, surveying, obstacles, watching) only read. They decide nothing themselves.
"""

from __future__ import annotations

import sys

import msgspec

from runtime.assign.assigner import Asking, Offer, Rank
from runtime.assign.judge import Judge
from runtime.farm_messages import FarmMessage, Outcome
from runtime.history.records import Record
from runtime.maitred.accounts import Accounts
from runtime.maitred.black_holes import BlackHoles
from runtime.maitred.crews import Access, Crews
from runtime.maitred.leases import Lease, Leases
from runtime.maitred.noting import ran
from runtime.maitred.orders import Log, Note, Order, Send
from runtime.maitred.queues import Ranking
from runtime.maitred.requests import Dispatcher, Group, Groups, Request
from runtime.maitred.rules import Rules
from runtime.maitred.slices import Slices
from runtime.maitred.slots import Slot, Slots
from runtime.needs import Need
from runtime.schedule.model import Schedule
from runtime.schedule.zones import zone


class Books:
    """`grant_key` proves what is given (runtime.grants). `opens_at`: nothing is given out before (the wait of a
    maitre-d that has just started, or taken over)."""

    def __init__(
        self, rules: Rules, judge: Judge, epoch: int, opens_at: float, now: float, wall: float, grant_key: bytes
    ) -> None:
        self.rules = rules
        self.grant_key = grant_key
        self.judge = judge
        self.epoch = epoch
        self.opens_at = opens_at
        self.schedule = Schedule()
        self.crews = Crews(self.schedule, wall, zone(rules.time_zone))
        self.slots = Slots(self._slot_rank)
        self.accounts = Accounts(rules.usage_half_life_s, now)
        self.holes = BlackHoles(rules.black_hole_count, rules.black_hole_rest_s)
        self.leases = Leases(self.slots, self.accounts)
        self.ranking = Ranking(judge, self.asking)
        self.groups = Groups(self.slots, self.ranking)
        self.dispatchers: dict[tuple[str, str], Dispatcher] = {}
        """By user and name: nobody takes another's place by using its name."""
        self.no_need = Need()
        self.maxima: dict[str, int] = {}
        """Limits by tag, in lower case."""
        self.touched: dict[Group, None] = {}
        """Groups of which the waiting requests may have what they want now, though no slot has become free."""
        self.slices = Slices()
        """Work that is too much for one event."""
        self.won: dict[Request, None] = {}
        """Requests for which commands were ejected that have ended now: they have their turn before all others."""
        self.orders: list[Order] = []
        self.wall_offset = 0.0
        """What the clock on the wall is ahead of `now`."""

    # ---- orders --------------------------------------------------------------------------------------

    def log(self, line: str) -> None:
        self.orders.append(Log(line))

    def note(self, record: Record) -> None:
        self.orders.append(Note(record))

    def wall(self, now: float) -> float:
        return now + self.wall_offset

    def send(self, dispatcher: Dispatcher, message: FarmMessage) -> None:
        if dispatcher.peer is not None:
            self.orders.append(Send(dispatcher.peer, message))

    # ---- users and their requests --------------------------------------------------------------------

    def access(self, request: Request) -> Access:
        return self.crews.access(request.user.name)

    def asking(self, request: Request, priority: float, now: float) -> Asking:
        """A request as assigners see it, where the crews give it this priority."""
        user, project = request.dispatcher.user, request.project
        return Asking(
            user.name,
            priority,
            user.held,
            user.share,
            request.job_priority,
            max(0.0, now - request.since),
            request.number,
            request.jid,
            request.need,
            user.usage,
            request.tier,
            project.name,
            project.held,
            project.share,
            project.usage,
        )

    def asking_at_best(self, request: Request, now: float) -> Asking:
        """The same, at the best of the servers that it could have."""
        group = request.group
        return self.asking(request, max(group.kinds.values(), default=0.0) if group is not None else 0.0, now)

    def touch(self, group: Group | None) -> None:
        """Those that wait in a group, if any do, may have what they want now."""
        if group is not None and group.waiting:
            self.touched[group] = None

    def touch_all(self) -> None:
        for group in self.groups:
            self.touch(group)

    def is_over_limit(self, lease: Lease) -> bool:
        """Whether a limit has been lowered since a lease began to count under it."""
        return any(self.leases.limits.running(tag) > self.maxima.get(tag, sys.maxsize) for tag in lease.tags)

    def waiting(self) -> list[Request]:
        """Everything that waits."""
        return [request for group in self.groups for request in group.waiting]

    def end_lease(self, lease: Lease, now: float, outcome: Outcome | None = None, *, serves: bool = False) -> None:
        """A lease ends; its request waits again if it wants as many. `outcome`: how the last command on it ended.
        `serves`: next, the core gives out what is free."""
        self.command_ended(lease, outcome, now)
        self.leases.end(lease, now, serves=serves)
        if lease.ejected and lease.made_for is not None:
            self.won[lease.made_for] = None
        request = lease.dispatcher.requests.get(lease.request)
        if request is not None and request.waits and request.group is not None:
            if request not in request.group.waiting:
                request.since = now
                request.group.add(request)
                self.touched[request.group] = None

    def command_ended(self, lease: Lease, outcome: Outcome | None, now: float) -> None:
        """Nothing runs on a lease any more; `outcome` is how the last command on it ended, where somebody says so."""
        if lease.running is not None or outcome is not None:
            self.note(ran(lease, self.crews, outcome, self.wall_offset, now))

    # ---- the schedule --------------------------------------------------------------------------------

    def turn(self, schedule: Schedule) -> None:
        """A schedule counts from now on. Crews that are as they were stay the same."""
        self.schedule = msgspec.structs.replace(schedule, servers={}, server_groups={})  # they are in the slots
        if not self.crews.are_those_of(self.schedule):
            self.crews = Crews(self.schedule, self.crews.wall, zone(self.rules.time_zone))
        self.slots.set_rooms(schedule.hosts)
        self.set_limits()
        self.accounts.read(schedule.shares, schedule.project_shares)

    def set_limits(self) -> None:
        """Of the schedule's limit and that of the site's settings the smaller one counts."""
        maxima = {tag.lower(): most for tag, most in self.schedule.limits.items()}
        for tag, most in self.rules.limits_global.items():
            maxima[tag.lower()] = min(most, maxima.get(tag.lower(), most))
        self.maxima = maxima
        self.leases.limits.set_maxima(maxima)

    def _slot_rank(self, slot: Slot) -> Rank:
        host = slot.host
        return self.judge.slot_rank(Offer(slot.name, host.name, slot.udi, slot.keys, host.busy, len(host.slots)))
