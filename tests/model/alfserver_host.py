"""An alfserver and its launcher: the core is the real one, the launcher keeps its promises.

launcher   starts a number once, logs before it reports, ends what nobody renews the lease of; lives on while the
           alfserver is dead. When it dies, what it ran is ended, and its log says so
kept       the newest term, and that no number is given twice
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from runtime.alfserver import orders
from runtime.alfserver.attempts import read_tag
from runtime.alfserver.core import Alfserver, Rules
from runtime.alfserver.orders import Number, Peer
from runtime.farm_messages import Ended, NotStarted, Resumed
from tests.model.hosts import Daemon, Host
from tests.model.network import Link
from tests.model.witnesses import KILL_S, Testimony, Witness

KEY = b"the site's"


@dataclass
class Logged:
    """What the launcher's log has of an attempt. `until`: its lease, on the host's monotonic clock."""

    tag: str
    until: float
    witness: Witness | None
    """None: it could not begin."""
    end: Ended | NotStarted | None = None
    kill_at: float | None = None
    how: str = ""


class AlfserverHost(Daemon):
    def __init__(self, machine: Host, testimony: Testimony, slots: int) -> None:
        super().__init__(machine)
        self.testimony = testimony
        self.rules = Rules(machine.name, slots, grant_key=KEY)
        self.log: dict[Number, Logged] = {}
        self.kept_epoch = 0
        self.numbered = 0
        self.reports: deque[tuple[Any, ...]] = deque()
        self.fails_next = False
        """The next command cannot begin: its directory is not there."""
        self.dies_at_next_start = False
        """... between the core's word and the launcher's log."""
        self.off: set[str] = set()
        self.start()

    # ---- the process ---------------------------------------------------------------------------------

    def start(self) -> None:
        self.lives, self.frozen = True, False
        self.core = Alfserver(self.rules, self.numbered + 1, self.kept_epoch)
        self.peers: dict[Link, Peer] = {}
        self.links: dict[Peer, Link] = {}
        self.last_peer = 0
        self.reports.clear()
        done: list[orders.Order] = []
        for number, logged in self.log.items():
            self.core.adopt(number, logged.tag)
            if logged.witness is not None:
                done += self.core.began(number, 1, self.machine.wall)
            if logged.end is not None:
                done += self.core.ended(number, logged.end, self.machine.wall)
        self.carry_out(done)

    def kill(self) -> None:
        self.lives = self.frozen = False
        for link in list(self.peers):
            self.network.close(link, self)
        self.peers.clear()

    def kill_launcher(self) -> None:
        """What it runs is ended before anything else is started."""
        for number, logged in list(self.log.items()):
            if logged.end is None and logged.witness is not None:
                self.end(number, "lost")

    # ---- its links -----------------------------------------------------------------------------------

    def accept(self, link: Link, user: str) -> None:
        self.last_peer += 1
        peer = self.peers[link] = Peer(self.last_peer)
        self.links[peer] = link
        self.carry_out(self.core.connected(peer, user))

    def heard(self, link: Link, message: Any) -> None:
        self.carry_out(self.core.heard(self.peers[link], message, self.machine.uptime, self.machine.wall))

    def closed(self, link: Link) -> None:
        peer = self.peers.pop(link)
        del self.links[peer]
        self.carry_out(self.core.closed(peer))

    # ---- orders --------------------------------------------------------------------------------------

    def carry_out(self, done: Sequence[orders.Order]) -> None:
        for order in done:
            match order:
                case orders.Say(peer, message):
                    self.say(peer, message)
                case orders.Finish(peer, _, end):
                    self.say(peer, end)
                case orders.SayResumed(peer, numbers, attempts):
                    self.say(peer, Resumed(self.rules.host, self.rules.slots, attempts, self.machine.uptime))
                    self.carry_out(self.core.nothing_printed(numbers))
                case orders.HangUp(peer, _):
                    link = self.links[peer]
                    self.network.close(link, self)
                    self.closed(link)
                case orders.Start():
                    self.spawn(order)
                case orders.Prolong(numbers, until):
                    for number in numbers:
                        if number in self.log:
                            self.log[number].until = max(until, self.log[number].until)
                case orders.Sweep(numbers, _):
                    for number in numbers:
                        self.sweep(number, "swept")
                case orders.Forget(numbers):
                    for number in numbers:
                        self.log.pop(number, None)
                case orders.KeepEpoch(epoch):
                    self.kept_epoch = epoch

    def say(self, peer: Peer, message: Any) -> None:
        if peer in self.links:
            self.network.post(self.links[peer], self, message)

    # ---- the launcher --------------------------------------------------------------------------------

    def spawn(self, order: orders.Start) -> None:
        self.numbered = max(self.numbered, order.number)
        if self.dies_at_next_start:
            self.dies_at_next_start = False
            self.kill()
            return
        if self.fails_next:
            self.fails_next = False
            never = NotStarted(0, "its directory is not there", transient=True)
            self.log[order.number] = Logged(order.tag, order.until, None, never)
            self.reports.append(("ended", order.number, never))
            return
        tag, launch = read_tag(order.tag), order.launch
        jid, _, cid = launch.tag.split(".")
        witness = self.testimony.begin(
            tag.owner.user, int(jid), int(cid), launch.attempt, launch.argv, self.network.time,
            slot=launch.slot, lease=launch.lease,
        )  # fmt: skip
        self.log[order.number] = Logged(order.tag, order.until, witness)
        self.reports.append(("began", order.number))

    def sweep(self, number: Number, how: str) -> None:
        logged = self.log.get(number)
        if logged is None or logged.end is not None or logged.witness is None or logged.kill_at is not None:
            return
        logged.how = how
        if logged.witness.stubborn:
            logged.kill_at = self.network.time + KILL_S
        else:
            self.end(number, how)

    def end(self, number: Number, how: str) -> None:
        """A process is over; the log knows before anybody hears of it."""
        logged = self.log[number]
        witness = logged.witness
        assert witness is not None
        self.testimony.end(witness, self.network.time, how)
        run_s = self.network.time - witness.began
        logged.end = Ended(0, witness.status, run_s, swept=how == "swept", expired=how == "expired", lost=how == "lost")
        self.reports.append(("ended", number, logged.end))

    # ---- time ----------------------------------------------------------------------------------------

    def deadlines(self) -> list[float]:
        found = []
        for logged in self.log.values():
            if logged.end is None and logged.witness is not None:
                over = self.machine.at_uptime(logged.until)
                found.append(min(logged.witness.ends_at, logged.kill_at if logged.kill_at is not None else over))
        return found

    def tick(self) -> None:
        """The launcher's clock; it goes on while the alfserver is dead or frozen."""
        now = self.network.time
        for number, logged in list(self.log.items()):
            witness = logged.witness
            if witness is None or logged.end is not None:
                continue
            if logged.kill_at is not None and now >= logged.kill_at:
                self.end(number, logged.how)
            elif now >= witness.ends_at:
                self.end(number, "exit")
            elif logged.kill_at is None and now >= self.machine.at_uptime(logged.until):
                self.sweep(number, "expired")

    def has_report(self) -> bool:
        return self.hears and bool(self.reports)

    def report(self) -> None:
        """The core hears the launcher's next word."""
        word, number, *end = self.reports.popleft()
        if word == "began":
            self.carry_out(self.core.began(number, 1, self.machine.wall))
        else:
            self.carry_out(self.core.ended(number, end[0], self.machine.wall))
