"""Everything together: dispatchers, maitre-ds and alfservers on a network, and the model's own time.

`flow` lets time pass: what can arrive arrives, in an order that `chance` chooses, and every timer rings when it is due.
Nothing here decides what is right: that is `promises`.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from runtime.farm_messages import Granted, Lease
from runtime.maitred import orders
from runtime.maitred.rules import Rules
from runtime.messages import Act, Action
from runtime.settings import Settings
from tests.model.alfserver_host import AlfserverHost
from tests.model.dispatcher_host import Seat
from tests.model.hosts import Daemon, Host
from tests.model.maitred_host import MaitredHost
from tests.model.network import Link, Network
from tests.model.site import HOSTS, OPEN_PLAN, RULES, SLOTS_PER_HOST, USERS, Plan
from tests.model.witnesses import Testimony, Witness

MOMENT_S = 1e-4
"""Timers ring so much late: clocks that are sums of floats do not show exactly what was added."""
SPINS = 3_000
"""So many timers in one second, and nothing that comes of them, are a loop without end."""
CALM_LOAD, BUSY_LOAD = 0.5, 2.0


@dataclass(frozen=True)
class Given:
    """A lease as it was granted: by whom, in which of its lives, for whom, and the limits that were in force."""

    lease: Lease
    maitred: str
    user: str
    at: float
    limits: dict[str, int]


class World:
    def __init__(
        self,
        plan: Plan = OPEN_PLAN,
        *,
        settings: Settings | None = None,
        rules: Rules = RULES,
        maitreds: int = 2,
        users: Sequence[str] = USERS,
    ) -> None:
        self.network = Network()
        self.testimony = Testimony()
        self.plan = plan.schedule()
        self.given: dict[object, Given] = {}
        self.watchers: list[Callable[[MaitredHost, Sequence[orders.Order]], None]] = [self._note_grants]
        self.loads: dict[str, float] = {}
        self.pings_answered = True
        self.down: set[str] = set()
        """Hosts that answer no ping."""
        names = [f"lead{at}" for at in range(maitreds)]
        self.machines = {
            name: Host(name, self.network, 1000.0 * at)
            for at, name in enumerate([*HOSTS, *names, *(f"desk-{user}" for user in users)])
        }
        self.servers = {host: AlfserverHost(self.machines[host], self.testimony, SLOTS_PER_HOST) for host in HOSTS}
        self.maitreds = {
            name: MaitredHost(self.machines[name], rules, lambda: self.plan, self._watch) for name in names
        }
        for at, leader in enumerate(self.maitreds.values()):
            leader.machine.set_clock(7.0 * at)  # no two of them begin in one millisecond
            leader.start(wait=False)
        self.seats = {
            user: Seat(self.machines[f"desk-{user}"], user, settings or Settings(), self.testimony, names, self._reach)
            for user in users
        }

    @property
    def daemons(self) -> Iterator[Daemon]:
        yield from self.servers.values()
        yield from self.maitreds.values()
        yield from self.seats.values()

    def _reach(self, seat: Seat, host: str) -> Link | bool | None:
        found = self.maitreds.get(host) or self.servers[host]
        if self.network.is_parted(seat.host, host) or found.frozen:
            return None
        if not found.lives:
            return False
        link = self.network.connect(seat, found, aborts=isinstance(found, AlfserverHost))
        found.accept(link, seat.user)
        return link

    def _watch(self, leader: MaitredHost, done: Sequence[orders.Order]) -> None:
        for watcher in self.watchers:
            watcher(leader, done)

    def _note_grants(self, leader: MaitredHost, done: Sequence[orders.Order]) -> None:
        for order in done:
            if isinstance(order, orders.Send) and isinstance(order.message, Granted):
                lease = order.message.lease
                user = leader.users[leader.links[order.peer]]
                limits = dict(leader.read_plan.limits)
                self.given[lease.id] = Given(lease, leader.host, user, self.network.time, limits)

    def tags_of(self, witness: Witness) -> tuple[str, ...]:
        """What it counts under at the maitre-d."""
        given = self.given.get(witness.lease)
        return given.lease.tags if given is not None else ()

    # ---- time ----------------------------------------------------------------------------------------

    def flow(self, seconds: float, order: int = 0) -> None:
        """Time passes. `order` other than 0 shuffles what arrives at one moment."""
        chance = random.Random(order) if order else None
        until = self.network.time + seconds
        second, rings = self.network.time, 0
        while True:
            self.settle(chance)
            due = self.next_deadline()
            if due >= until:
                break
            self.network.time = max(due, self.network.time) + MOMENT_S
            rings += 1
            if self.network.time > second + 1.0:
                second, rings = self.network.time, 0
            assert rings < SPINS, f"timers ring without end: {self._who_is_due()}"
            self.tick()
        self.network.time = max(until, self.network.time)
        self.tick()
        self.settle(chance)

    def next_deadline(self) -> float:
        times = [when for daemon in self.daemons for when in daemon.deadlines()]
        when = self.network.next_deadline()
        return min(times if when is None else [*times, when], default=float("inf"))

    def tick(self) -> None:
        self.network.tick()
        for daemon in list(self.daemons):
            daemon.tick()

    def settle(self, chance: random.Random | None = None) -> None:
        """What can arrive now arrives."""
        events = list(self.ready())
        while events:
            if chance is not None:
                chance.choice(events)()
            else:
                events[0]()
            events = list(self.ready())

    def ready(self) -> Iterator[Callable[[], None]]:
        """What may happen next."""
        for link, end in self.network.ready():
            yield partial(self.network.deliver, link, end)
        for daemon in (*self.servers.values(), *self.seats.values()):
            if daemon.has_report():
                yield daemon.report
        for leader in self.maitreds.values() if self.pings_answered else ():
            if leader.hears and leader.pings:
                yield partial(self.answer_ping, leader, 0)

    def _who_is_due(self) -> list[str]:
        return [daemon.host for daemon in self.daemons if min(daemon.deadlines(), default=1e99) <= self.network.time]

    # ---- what happens to all -------------------------------------------------------------------------

    def answer_ping(self, leader: MaitredHost, which: int) -> None:
        number = which % len(leader.pings)
        host = leader.pings[number].host
        leader.answer_ping(number, host not in self.down and not self.network.is_parted(leader.host, host))

    def change_plan(self, plan: Plan) -> None:
        """The file is another; who leads notices in its own time (`MaitredHost.read`)."""
        self.plan = plan.schedule()

    def measure(self, host: str, load: float) -> None:
        """A host tells its load: a datagram for each maitre-d."""
        self.loads[host] = load
        for leader in self.maitreds.values():
            self.network.datagrams.append(partial(self._measured, leader, host, load))

    def _measured(self, leader: MaitredHost, host: str, load: float) -> None:
        if not self.network.is_parted(leader.host, host):
            leader.measured(host, load)

    def deliver_datagrams(self) -> None:
        waiting, self.network.datagrams = self.network.datagrams, []
        for arrive in waiting:
            arrive()

    def heal(self) -> None:
        """Whatever was done to the world is undone; what was lost stays lost."""
        for pair in list(self.network.parted):
            self.network.join(*sorted(pair))
        self.network.datagrams.clear()
        self.pings_answered = True
        self.down.clear()
        for daemon in self.daemons:
            daemon.frozen = False
        for server in self.servers.values():
            server.fails_next = server.dies_at_next_start = False
            if not server.lives:
                server.start()
        self.change_plan(OPEN_PLAN)
        for leader in self.maitreds.values():
            if not leader.lives:
                leader.start()
            leader.read()
            for host in list(leader.nimbys):
                leader.nimby(host, False)
            leader.carry_out(leader.running.offline(leader.kept_offline, False, "carla", leader.machine.uptime))
        for seat in self.seats.values():
            if not seat.lives:
                seat.start()
            seat.disk_writes()
            seat.carry_out(seat.core.exclude((), seat.machine.wall))
            for jid, job in list(seat.core.jobs.items()):
                if job.graph.paused:
                    seat.act(Act(action=Action.RESUME, jid=jid))

    def calm_down(self, seconds: float) -> None:
        """Time passes on hosts that have little to do, and say so."""
        for _ in range(int(seconds // 10.0)):
            for host in HOSTS:
                self.measure(host, CALM_LOAD)
            self.deliver_datagrams()
            self.flow(10.0)
