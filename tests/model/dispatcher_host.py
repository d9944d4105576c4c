"""A user's dispatcher: the real cores (the queue, and runtime.remote for each alfserver), their shell in short.

journal    facts in order; what a barrier guards waits until they are safe. A death cuts the journal at any record
           after the last that is known to be safe
lasting    the highest term that was seen, beside the journal
launcher   of this machine's own commands; outlives its dispatcher for a minute
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from runtime import orders
from runtime.dispatcher import Dispatcher
from runtime.facts import AttemptId, Fact, JobSpooled, Place
from runtime.farm_messages import Attach, Attached, Began, Context, Ended, Granted, NotStarted, Recall, Said
from runtime.farm_messages import Launch as FarmLaunch
from runtime.job.model import CmdId, Job, JobId, TaskId
from runtime.machine import Machine, own_slots
from runtime.messages import Act
from runtime.remote import News, Remote, Terms, Turn, Undelivered
from runtime.settings import Settings
from tests.model.hosts import Daemon, Host
from tests.model.network import Link
from tests.model.witnesses import Testimony, Witness
from tests.runtime.farm import ScriptedReader

CONNECT_S = 5.0
PAUSE_S = 2.0
ALONE_S = 60.0
"""So long the launcher keeps commands while its dispatcher is gone."""
ACKNOWLEDGE_S = 0.1


@dataclass
class Journal:
    """`safe` facts survive everything. `slow`: nothing becomes safe until the disk has written."""

    facts: list[Fact] = field(default_factory=list)
    safe: int = 0
    slow: bool = False

    def commit(self) -> None:
        self.safe = len(self.facts)


@dataclass
class OwnLog:
    """What the dispatcher's launcher has written of an attempt of its own."""

    jid: int
    tid: int
    cid: int
    witness: Witness
    end: orders.Exit | None = None


class Way:
    """The way to one alfserver. `try_at`, `fails_at`: the next try to connect, and the end of one that hangs."""

    def __init__(self, host: str, rules: Remote) -> None:
        self.host = host
        self.rules = rules
        self.link: Link | None = None
        self.try_at = 0.0
        self.fails_at: float | None = None


class Seat(Daemon):
    def __init__(
        self,
        machine: Host,
        user: str,
        settings: Settings,
        testimony: Testimony,
        maitreds: Sequence[str],
        reach: Callable[[Seat, str], Link | bool | None],
    ) -> None:
        """`reach` connects to a daemon by its host: a link, None where it hangs, False where nobody listens."""
        super().__init__(machine)
        self.user = user
        self.settings = settings
        self.testimony = testimony
        self.maitreds = maitreds
        self.reach = reach
        self.journal = Journal()
        self.scripts: dict[int, Job] = {}
        self.accepted: set[int] = set()
        self.own: dict[AttemptId, OwnLog] = {}
        self.reports: deque[tuple[str, AttemptId]] = deque()
        self.lasting_epoch = 0
        self.died_at = 0.0
        self.stale = 0
        self.start()

    # ---- the process ---------------------------------------------------------------------------------

    def start(self) -> None:
        self.lives, self.frozen = True, False
        machine = Machine(own_slots(self.host, 1))
        numbers = [getattr(fact, "attempt", 0) for fact in self.journal.facts]
        self.core = Dispatcher(
            machine, ScriptedReader(), self.settings, first_attempt=max(numbers, default=0) + 1, with_farm=True
        )
        self.terms = Terms(120.0, 10.0)
        self.ways: dict[str, Way] = {}
        self.at: dict[AttemptId, Way] = {}
        self.giver: Link | None = None
        self.waits_for_attached: Link | None = None
        self.answer_by = 0.0
        self.attach_at = self.network.time
        self.attach_fails_at: float | None = None
        self.to_try: list[str] = []
        self.ruling = 0
        self.held: deque[orders.Order | None] = deque()
        self.ended: list[AttemptId] = []
        self.acknowledge_at: float | None = None
        self.reports.clear()
        self.core.replay(self.journal.facts, lambda fact: self.scripts[fact.jid])
        self.adopt()

    def adopt(self) -> None:
        log: list[orders.Began | orders.Exit | orders.Lost] = []
        running = []
        for number, own in sorted(self.own.items()):
            log.append(orders.Began(number, JobId(own.jid), TaskId(own.tid), CmdId(own.cid), self.machine.wall))
            if own.end is not None:
                log.append(own.end)
            else:
                running.append(number)
        seen = max(self.own, default=0)
        self.carry_out(self.core.adopt(log, running, self.machine.wall, seen=seen))
        for number, place in self.core.remote_attempts().items():
            way = self.at[number] = self.way(place)
            way.rules.adopt(number, self.core.attempts[number].chunks, self.machine.uptime)

    def kill(self, cut: int = 0) -> None:
        """It dies; so many facts more than those that are safe are in its journal."""
        unsafe = len(self.journal.facts) - self.journal.safe
        del self.journal.facts[self.journal.safe + cut % (unsafe + 1) :]
        self.journal.commit()
        self.lives = self.frozen = False
        self.died_at = self.network.time
        links = [way.link for way in self.ways.values()] + [self.giver, self.waits_for_attached]
        for link in links:
            if link is not None:
                self.network.close(link, self)
        self.giver = self.waits_for_attached = None
        self.ways.clear()

    def submit(self, script: Job) -> None:
        jid = len(self.scripts) + 1
        self.scripts[jid] = script
        fact = JobSpooled(JobId(jid), self.machine.wall, "a.alf", 0, self.user, self.host, "/", {})
        self.carry_out(self.core.submit(fact, script))
        self.journal.commit()  # before it is said that the job is accepted
        self.accepted.add(jid)

    def act(self, wish: Act) -> None:
        """Raises ActionError."""
        self.carry_out(self.core.act(wish, self.machine.wall))

    # ---- orders --------------------------------------------------------------------------------------

    def carry_out(self, done: Sequence[orders.Order]) -> None:
        for order in done:
            if isinstance(order, orders.Record):
                self.journal.facts.append(order.fact)
                if order.barrier and self.journal.slow:
                    self.held.append(None)
                elif order.barrier and not self.held:
                    self.journal.commit()
            elif self.held and not self.may_pass(order):
                self.held.append(order)
            else:
                self.perform(order)

    def may_pass(self, order: orders.Order) -> bool:
        if isinstance(order, orders.ToMaitred):
            return True
        if not isinstance(order, orders.Sweep):
            return False
        return not any(isinstance(one, orders.Launch) and one.attempt in order.attempts for one in self.held)

    def disk_writes(self) -> None:
        """Everything so far is safe; what waited for that happens."""
        self.journal.commit()
        self.journal.slow = False
        held, self.held = self.held, deque()
        for order in held:
            if order is not None:
                self.perform(order)

    def perform(self, order: orders.Order) -> None:
        match order:
            case orders.Launch(place=None):
                self.launch_here(order)
            case orders.Launch(place=Place() as place):
                self.launch_away(order, place)
            case orders.Sweep():
                self.sweep(order)
            case orders.ToMaitred() if self.giver is not None:
                self.network.post(self.giver, self, order.message)

    def launch_away(self, order: orders.Launch, place: Place) -> None:
        launch = FarmLaunch(
            order.attempt, f"{order.jid}.{order.tid}.{order.cid}", place.id, place.first.name, self.terms.lease_s,
            order.jid, order.argv, order.env, host=place.first.host, proof=place.first.proof,
        )  # fmt: skip
        way = self.at[order.attempt] = self.way(place)
        self.turn(way, way.rules.launch(launch, Context(order.jid, "/", {}), self.machine.uptime))

    def way(self, place: Place) -> Way:
        host = place.first.host
        if host not in self.ways:
            self.ways[host] = Way(host, Remote(self.user, self.terms, lambda attempt: (0, 0)))
            self.ways[host].try_at = self.network.time
        return self.ways[host]

    def sweep(self, order: orders.Sweep) -> None:
        by_way: dict[Way, list[AttemptId]] = {}
        for number in order.attempts:
            if number in self.at:
                by_way.setdefault(self.at[number], []).append(number)
            elif number in self.own and self.own[number].end is None:
                self.end_here(number, "swept")
        for way, numbers in by_way.items():
            self.turn(way, way.rules.end(numbers, order.grace_s))

    # ---- the maitre-d --------------------------------------------------------------------------------

    def find_maitred(self) -> None:
        """The first of the list that answers; one that hangs costs time."""
        if not self.to_try:
            self.to_try = list(self.maitreds)
        while self.to_try:
            found = self.reach(self, self.to_try.pop(0))
            if found is None:
                self.attach_fails_at = self.network.time + CONNECT_S
                return
            if isinstance(found, Link):
                self.to_try = []
                self.waits_for_attached = found
                self.answer_by = self.network.time + CONNECT_S
                held = self.core.held(self.machine.wall)
                attach = Attach(self.user, self.host, 9001, self.lasting_epoch, held, self.core.excluded)
                self.network.post(found, self, attach)
                return
        self.attach_at = self.network.time + PAUSE_S

    def is_answered(self, link: Link, message: Attached) -> None:
        self.waits_for_attached = None
        if message.epoch < self.ruling:
            self.lasting_epoch = max(self.lasting_epoch, self.ruling)
            self.network.close(link, self)
            self.attach_at = self.network.time + PAUSE_S
            return
        self.giver = link
        self.terms.lease_s, self.terms.grace_s = message.lease_s, message.grace_s
        self.lasting_epoch = max(self.lasting_epoch, message.epoch)
        self.carry_out(self.core.attached(message, self.machine.wall))

    def is_detached(self) -> None:
        self.giver = None
        self.attach_at = self.network.time + PAUSE_S
        self.carry_out(self.core.detached(self.machine.wall))

    def ruled_by(self, epoch: int) -> None:
        if self.giver is not None and epoch > max(self.lasting_epoch, self.ruling):
            self.ruling = epoch
            self.network.close(self.giver, self)
            self.is_detached()

    # ---- what comes over links -----------------------------------------------------------------------

    def heard(self, link: Link, message: Any) -> None:
        now = self.machine.wall
        if link is self.waits_for_attached and isinstance(message, Attached):
            self.is_answered(link, message)
        elif link is self.giver:
            match message:
                case Granted():
                    self.carry_out(self.core.granted(message, now))
                case Recall():
                    self.carry_out(self.core.recalled(message, now))
        else:
            way = next(way for way in self.ways.values() if way.link is link)
            self.turn(way, way.rules.heard(message, self.machine.uptime))

    def closed(self, link: Link) -> None:
        if link is self.giver:
            self.is_detached()
        elif link is self.waits_for_attached:
            self.waits_for_attached = None
            self.attach_at = self.network.time + PAUSE_S
        else:
            way = next(way for way in self.ways.values() if way.link is link)
            self.is_disconnected(way)

    def is_disconnected(self, way: Way) -> None:
        way.link = None
        way.try_at = self.network.time + PAUSE_S
        self.turn(way, way.rules.disconnected(self.machine.uptime))

    # ---- alfservers ----------------------------------------------------------------------------------

    def turn(self, way: Way, turn: Turn) -> None:
        """Say and tell what an event led to (daemons.remote)."""
        for message in turn.say if way.link is not None else ():
            self.network.post(way.link, self, message)  # type: ignore[arg-type]  # there is one, as was asked
        if turn.news:
            self.hear(turn.news)
        if turn.hang_up and way.link is not None:
            self.network.close(way.link, self)
            self.is_disconnected(way)

    def connect(self, way: Way) -> None:
        found = self.reach(self, way.host)
        if isinstance(found, Link):
            way.link = found
            self.turn(way, way.rules.connected(self.machine.uptime))
        elif found is None:
            way.fails_at = self.network.time + CONNECT_S
        else:
            self.is_unreachable(way)

    def is_unreachable(self, way: Way) -> None:
        way.fails_at = None
        way.try_at = self.network.time + PAUSE_S
        self.turn(way, way.rules.unreachable("nobody answers"))

    def hear(self, news: Sequence[News]) -> None:
        """daemons.away."""
        core, now = self.core, self.machine.wall
        done: list[orders.Order] = []
        for each in news:
            match each:
                case Ended():
                    done += self.end_of(each)
                case Began():
                    done += core.started(each.attempt, now)
                case NotStarted():
                    done += core.never_started(each.attempt, each.reason, each.transient, now)
                case Undelivered(unreachable=unreachable):
                    done += core.never_started(
                        each.attempt, each.reason, True, now, blameless=not unreachable, unreachable=unreachable
                    )
                case Said():
                    done += core.progress(each.attempt, each.percent, now)
        self.ended += [each.attempt for each in news if isinstance(each, Ended | NotStarted | Undelivered)]
        self.carry_out(done)
        newest = max((each.ruled_by for each in news if isinstance(each, NotStarted)), default=0)
        if newest:
            self.ruled_by(newest)
        if self.ended and self.acknowledge_at is None:
            self.acknowledge_at = self.network.time + ACKNOWLEDGE_S

    def end_of(self, ended: Ended) -> list[orders.Order]:
        if ended.lost or ended.expired:
            return self.core.lost(ended.attempt, self.machine.wall)
        end = orders.Exit(ended.attempt, ended.status, ended.run_s, swept=ended.swept, reason=ended.reason)
        return self.core.exited(end, self.machine.wall)

    def acknowledge(self) -> None:
        self.acknowledge_at = None
        if self.journal.slow:
            self.acknowledge_at = self.network.time + ACKNOWLEDGE_S
            return
        self.journal.commit()
        by_way: dict[Way, list[AttemptId]] = {}
        for number in self.ended:
            if number not in self.core.attempts and number in self.at:
                by_way.setdefault(self.at.pop(number), []).append(number)
        self.ended = [number for number in self.ended if number in self.core.attempts]
        for way, numbers in by_way.items():
            self.turn(way, way.rules.acknowledge(numbers))

    # ---- its own machine's launcher ------------------------------------------------------------------

    def launch_here(self, order: orders.Launch) -> None:
        witness = self.testimony.begin(
            self.user, order.jid, order.cid, order.attempt, order.argv, self.network.time,
        )  # fmt: skip
        self.own[order.attempt] = OwnLog(order.jid, order.tid, order.cid, witness)
        self.reports.append(("began", order.attempt))

    def end_here(self, number: AttemptId, how: str) -> None:
        own = self.own[number]
        self.testimony.end(own.witness, self.network.time, how)
        own.end = orders.Exit(number, own.witness.status, self.network.time - own.witness.began, swept=how == "swept")
        self.reports.append(("ended", number))

    def has_report(self) -> bool:
        return self.hears and bool(self.reports)

    def report(self) -> None:
        word, number = self.reports.popleft()
        if word == "began":
            self.carry_out(self.core.started(number, self.machine.wall))
        else:
            end = self.own[number].end
            assert end is not None
            self.carry_out(self.core.exited(end, self.machine.wall))

    # ---- time ----------------------------------------------------------------------------------------

    def deadlines(self) -> list[float]:
        found: list[float | None] = [own.witness.ends_at for own in self.own.values() if own.end is None]
        if not self.lives and len(found):
            found.append(self.died_at + ALONE_S)
        if self.hears:
            core = self.core.next_deadline()
            found += [None if core is None else self.machine.at_wall(core), self.acknowledge_at]
            found += [self.maitred_deadline()]
            found += [self.way_deadline(way) for way in self.ways.values()]
        return [when for when in found if when is not None]

    def maitred_deadline(self) -> float | None:
        if self.giver is not None:
            return None
        if self.waits_for_attached is not None:
            return self.answer_by
        return self.attach_at if self.attach_fails_at is None else self.attach_fails_at

    def way_deadline(self, way: Way) -> float | None:
        rules = way.rules.next_deadline()
        times = [] if rules is None else [self.machine.at_uptime(rules)]
        if way.link is None and (way.rules.in_use or way.fails_at is not None):
            times.append(way.try_at if way.fails_at is None else way.fails_at)
        return min(times, default=None)

    def tick(self) -> None:
        now = self.network.time
        for number, own in list(self.own.items()):
            if own.end is None and now >= own.witness.ends_at:
                self.end_here(number, "exit")
            elif own.end is None and not self.lives and now >= self.died_at + ALONE_S:
                self.end_here(number, "swept")
        if not self.hears:
            return
        core = self.core.next_deadline()
        if core is not None and self.machine.wall >= core:
            self.carry_out(self.core.tick(self.machine.wall))
        if self.acknowledge_at is not None and now >= self.acknowledge_at:
            self.acknowledge()
        due = self.maitred_deadline()
        if due is not None and now >= due:
            self.look_for_maitred()
        for way in list(self.ways.values()):
            self.tick_way(way, now)

    def look_for_maitred(self) -> None:
        if self.waits_for_attached is not None:
            self.network.close(self.waits_for_attached, self)
            self.waits_for_attached = None
            self.attach_at = self.network.time + PAUSE_S
        elif self.attach_fails_at is not None and self.to_try:
            self.attach_fails_at = None
            self.find_maitred()
        elif self.attach_fails_at is not None:
            self.attach_fails_at = None
            self.attach_at = self.network.time + PAUSE_S
        else:
            self.find_maitred()

    def tick_way(self, way: Way, now: float) -> None:
        rules = way.rules.next_deadline()
        if rules is not None and self.machine.uptime >= rules:
            self.turn(way, way.rules.tick(self.machine.uptime))
        if way.link is None and way.fails_at is not None and now >= way.fails_at:
            self.is_unreachable(way)
        elif way.link is None and way.fails_at is None and way.rules.in_use and now >= way.try_at:
            self.connect(way)
        if way.link is None and way.fails_at is None and not way.rules.in_use:
            self.ways.pop(way.host, None)
