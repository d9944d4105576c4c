"""A maitre-d: the real core, with what its process keeps on disk. Whoever `watches` sees each of its events."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from runtime.farm_messages import Attach, Returned
from runtime.maitred import orders
from runtime.maitred.core import Maitred
from runtime.maitred.orders import PeerId, RunPing
from runtime.maitred.rules import Rules
from runtime.schedule.model import Schedule
from tests.model.alfserver_host import KEY
from tests.model.hosts import Daemon, Host
from tests.model.network import Link

Watcher = Callable[["MaitredHost", Sequence[orders.Order]], None]


class MaitredHost(Daemon):
    """`plan` is the schedule file as it is now; `kept_*` is its state directory."""

    def __init__(self, machine: Host, rules: Rules, plan: Callable[[], Schedule], watcher: Watcher) -> None:
        super().__init__(machine)
        self.rules = rules
        self.plan = plan
        self.watcher = watcher
        self.kept_epoch = 0
        self.kept_offline: tuple[str, ...] = ()
        self.read_plan: Schedule = plan()
        self.pings: list[RunPing] = []
        self.nimbys: dict[str, PeerId] = {}
        self.core: Maitred | None = None
        self.looked_at_wall = 0.0
        """What its wall clock showed when the core was last told."""
        self.loads: dict[str, tuple[float, float]] = {}
        """What was measured on hosts last, and when."""
        self.rests: dict[str, float] = {}
        """Hosts and slots that rest, and until when: launches that could not begin there, pings that failed."""

    # ---- the process ---------------------------------------------------------------------------------

    def start(self, *, wait: bool = True) -> None:
        self.lives, self.frozen = True, False
        self.kept_epoch = max(int(self.machine.wall * 1000), self.kept_epoch + 1)
        self.links: dict[PeerId, Link] = {}
        self.peers: dict[Link, PeerId] = {}
        self.users: dict[Link, str] = {}
        self.last_peer = 0
        self.pings.clear()
        self.nimbys.clear()
        self.loads.clear()
        self.rests.clear()
        self.started = self.machine.uptime
        self.gone: dict[str, float] = {}
        """Since when users' dispatchers are away that were here before."""
        self.here: set[str] = set()
        self.looked_at_wall = self.machine.wall
        self.read_plan = self.plan()
        self.core = Maitred(
            self.read_plan, self.rules, epoch=self.kept_epoch, now=self.machine.uptime, wall=self.machine.wall,
            wait=wait, offline=self.kept_offline, grant_key=KEY,
        )  # fmt: skip

    def kill(self) -> None:
        self.lives = self.frozen = False
        for link in list(self.peers):
            self.network.close(link, self)
        self.core = None

    @property
    def running(self) -> Maitred:
        assert self.core is not None
        return self.core

    # ---- its links -----------------------------------------------------------------------------------

    def accept(self, link: Link, user: str) -> None:
        self.last_peer += 1
        peer = PeerId(self.last_peer)
        self.links[peer], self.peers[link], self.users[link] = link, peer, user

    def heard(self, link: Link, message: Any) -> None:
        peer, now = self.peers[link], self.machine.uptime
        if isinstance(message, Attach):
            self.carry_out(self.running.attach(peer, self.users[link], message, now))
            self.kept_epoch = self.running.epoch
            self.gone.pop(self.users[link], None)
            self.here.add(self.users[link])
        else:
            if isinstance(message, Returned) and message.problem:
                self.note_problem(peer, message)
            self.carry_out(self.running.said(peer, message, now) or [])

    def note_problem(self, peer: PeerId, message: Returned) -> None:
        """The slot rests, if that dispatcher had it."""
        lease = self.running._books.leases.by_id.get(message.lease)
        if lease is not None and lease.dispatcher.peer == peer:
            self.rests[lease.slots[0].name] = self.machine.uptime + self.rules.problem_slot_rest_s

    def closed(self, link: Link) -> None:
        peer, user = self.peers.pop(link), self.users.pop(link)
        del self.links[peer]
        if user not in self.users.values():
            self.gone[user] = self.machine.uptime
        self.carry_out(self.running.detach(peer, self.machine.uptime))

    def carry_out(self, done: Sequence[orders.Order]) -> None:
        for order in done:
            match order:
                case orders.Send(peer, message):
                    if peer in self.links:
                        self.network.post(self.links[peer], self, message)
                case orders.RunPing():
                    self.pings.append(order)
                case orders.Keep(offline):
                    self.kept_offline = offline
        self.watcher(self, done)

    # ---- what its shell finds out --------------------------------------------------------------------

    def read(self) -> None:
        """It notices that the schedule is another."""
        self.read_plan, self.looked_at_wall = self.plan(), self.machine.wall
        self.carry_out(self.running.read(self.read_plan, self.machine.uptime, self.machine.wall))

    def answer_ping(self, number: int, up: bool) -> None:
        order = self.pings.pop(number)
        if not up:
            self.rests[order.slot if "%s" in order.command else order.host] = (
                self.machine.uptime + self.rules.ping_rest_s
            )
        self.carry_out(self.running.pinged(order.number, up, "" if up else "silent", self.machine.uptime))

    def measured(self, host: str, load: float) -> None:
        if self.hears:
            if host in {server.host for server in self.read_plan.servers.values()}:
                self.loads[host] = (load, self.machine.uptime)
            self.carry_out(self.running.measured(host, {"loadavg": load}, self.machine.uptime))

    def nimby(self, host: str, up: bool) -> None:
        """A nimby's connection comes, says a word, or goes."""
        now = self.machine.uptime
        if up and host not in self.nimbys and self.running.address_of(host) is not None:
            self.last_peer += 1
            self.nimbys[host] = PeerId(self.last_peer)
            self.carry_out(self.running.shields(self.nimbys[host], host, True, now))
        elif not up and host in self.nimbys:
            self.carry_out(self.running.detach(self.nimbys.pop(host), now))

    # ---- time ----------------------------------------------------------------------------------------

    def deadlines(self) -> list[float]:
        return [self.machine.at_uptime(self.running.next_deadline())] if self.hears else []

    def tick(self) -> None:
        if self.hears and self.running.next_deadline() <= self.machine.uptime:
            self.looked_at_wall = self.machine.wall
            self.carry_out(self.running.tick(self.machine.uptime, self.machine.wall))

    def may_forget(self, user: str) -> bool:
        """Whether its dispatcher has been away for so long that its leases are over, or did not come in time."""
        now, rules = self.machine.uptime, self.rules
        if user in self.gone:
            return now >= self.gone[user] + rules.lease_s + rules.grace_s
        return user not in self.here and now >= self.started + rules.maitred_initial_wait_s

    def is_shut(self, slot: str) -> bool:
        """Disabled, offline, or with shields up."""
        server = self.read_plan.servers[slot]
        return not server.enabled or slot in self.kept_offline or server.host in self.nimbys
