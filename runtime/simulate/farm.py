"""A farm that is simulated: one maitre-d's core, a dispatcher's core for each user, and hosts, on a virtual clock.

    arrivals --> Desk (runtime.dispatcher) --FarmMessage--> Maitred (runtime.maitred.core) --records--> Ledger
                   ^      |                <-FarmMessage--        ^
             Exit  |      | Launch                                | shields, measured, pinged
                   '-- Runs (runtime.simulate.runs) <--deaths-- Surroundings

The cores exchange their real messages, in the moment in which they are said, and are told that time has passed when
they have asked for it. Every rule is theirs. What of a real farm is left out is what no rule sees as long as nothing
breaks: connections, journals, proofs, and that leases are renewed.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Sequence

import msgspec

from runtime.assign.assigner import Assigner
from runtime.farm_messages import FarmMessage, LeaseId, Returned
from runtime.farm_messages import Granted as GrantedMessage
from runtime.history.records import Granted
from runtime.job.model import JobId
from runtime.job.numbering import Reader
from runtime.maitred.core import Maitred
from runtime.maitred.obstacles import Obstacles
from runtime.maitred.orders import Note, Order, PeerId, RunPing, Send
from runtime.maitred.rules import rules_of
from runtime.orders import Launch, RunBuiltin
from runtime.schedule.model import Schedule
from runtime.settings import Settings
from runtime.simulate.agenda import Agenda
from runtime.simulate.desk import Desk
from runtime.simulate.draws import Draws
from runtime.simulate.ledger import Ledger
from runtime.simulate.recorded import RecordedJob
from runtime.simulate.replay import replay as made_again
from runtime.simulate.runs import Run, Runs
from runtime.simulate.scripts import Scripts, Steps
from runtime.simulate.surroundings import Surroundings
from runtime.simulate.workload import DAY_S, Arrivals, Workload

LOOK_S = 900.0
"""How often it is looked what stands in the way of those that wait."""
STALLED_S = DAY_S
"""Nothing has run for so long, and nothing is to come: what waits now waits for ever."""


class Farm:
    """A farm under a schedule. `recorded`: jobs that come beside those of the workload, in the order of their times;
    they are taken one by one. `watch` is called now and then, for those who want to see how far it is. `reader` reads
    what jobs leave for later (steps of Iterates). The clock is UTC, whatever the site's `time_zone`: a simulation has
    no summer time."""

    def __init__(
        self,
        schedule: Schedule,
        workload: Workload,
        seed: int,
        settings: Settings,
        reader: Reader,
        assigner: type[Assigner] | None = None,
        recorded: Iterable[RecordedJob] = (),
        watch: Callable[[Farm], None] = lambda farm: None,
    ) -> None:
        settings = msgspec.structs.replace(settings, time_zone="UTC")
        rules = rules_of(settings)
        self.agenda = Agenda()
        self.ledger = Ledger()
        self.stalled = False
        self._workload = workload
        self._settings = settings
        self._reader = Steps(reader)
        self._recorded = iter(recorded)
        self._watch = watch
        self._draws = Draws(seed)
        self._scripts = Scripts(workload, self._draws)
        self._maitred = Maitred(
            schedule, rules, epoch=1, now=0.0, wall=workload.starts_at, wait=False, assigner=assigner
        )
        self._runs = Runs(self.agenda, self._draws, workload, rules.lease_s + rules.grace_s, self._began, self._over)
        self._surroundings = Surroundings(
            schedule, workload, self.agenda, self._draws, self._runs, self._maitred, self._do
        )
        self._desks: dict[tuple[str, str], Desk] = {}
        self._peers: dict[PeerId, Desk] = {}
        self._mail: deque[tuple[Desk, FarmMessage, bool]] = deque()
        """What was said, by whose desk or (False) to it."""
        self._granted: dict[LeaseId, Granted] = {}
        """Leases that are out, as they went on record."""
        self._record: Granted | None = None
        self._submitted: dict[tuple[Desk, JobId], float] = {}
        self._planned = float("inf")
        self._has_acted = True
        """Something has happened to the maitre-d."""
        self._stirred: dict[Desk, None] = {}
        """Desks to which something has happened."""
        self._to_come = 0
        self._moved_at = 0.0

    # ---- the run of things ---------------------------------------------------------------------------

    def run(self) -> None:
        """From the beginning to the end. Raises SimulationError and WorkloadError."""
        agenda, until_s = self.agenda, self._workload.until_s
        for place, arrivals in enumerate(self._workload.arrivals):
            self._plan_arrival(arrivals, place, 0, arrivals.first_s)
        self._plan_recorded()
        self._surroundings.begin()
        agenda.at(LOOK_S, self._look)
        if until_s is not None:
            agenda.at(until_s, _nothing)
        while until_s is None or agenda.now < until_s:
            if self._is_over():
                return
            agenda.step()
            self._deliver()
            self._plan()

    @property
    def running(self) -> int:
        """Commands that have begun, and not ended."""
        return self._runs.running

    @property
    def unfinished(self) -> int:
        """Jobs that have not come to rest."""
        return len(self._submitted)

    def left_waiting(self) -> list[Obstacles]:
        """Users who wait at the end, and for what."""
        return self._maitred.obstacles_of_users(self.agenda.now)

    def _is_over(self) -> bool:
        if self._to_come or self._runs:
            return False
        self.stalled = bool(self._submitted) and self.agenda.now - self._moved_at > STALLED_S
        return self.stalled or not self._submitted

    def _look(self) -> None:
        self.ledger.stood_in_the_way(self._maitred.obstacles(self.agenda.now))
        self._watch(self)
        self.agenda.after(LOOK_S, self._look)

    # ---- arrivals ------------------------------------------------------------------------------------

    def _plan_arrival(self, arrivals: Arrivals, place: int, number: int, when: float) -> None:
        if number < arrivals.count and when <= arrivals.until_s:
            self._to_come += 1
            self.agenda.at(when, self._arrive, arrivals, place, number)

    def _arrive(self, arrivals: Arrivals, place: int, number: int) -> None:
        now = self.agenda.now
        desk = self._desk(arrivals.user, arrivals.host)
        for job in self._scripts.jobs(arrivals, str(place), number):
            self.ledger.arrived += 1
            self._submitted[desk, desk.next_jid] = now
            desk.submit(job, arrivals.priority, now)
        self._stirred[desk] = None
        self._to_come -= 1
        self._moved_at = now
        after_s = max(0.0, arrivals.every(self._draws.number("arrives", place, number)))
        self._plan_arrival(arrivals, place, number + 1, now + after_s)

    def _plan_recorded(self) -> None:
        recorded = next(self._recorded, None)
        if recorded is not None:
            self._to_come += 1
            self.agenda.at(recorded.at, self._replay, recorded)

    def _replay(self, recorded: RecordedJob) -> None:
        """A job of the record comes again."""
        now = self.agenda.now
        self._to_come -= 1
        self._moved_at = now
        self._plan_recorded()
        who = (recorded.user, recorded.host, recorded.jid, recorded.at)
        replay = made_again(recorded, self._settings.retry_max, lambda cid: self._draws.number("recorded", *who, cid))
        self.ledger.recorded(recorded, replay)
        if replay is None:
            return
        desk = self._desk(recorded.user, recorded.host)
        self.ledger.arrived += 1
        self._submitted[desk, desk.next_jid] = now
        self._runs.replays[desk, desk.next_jid] = replay
        desk.submit(replay.job, replay.priority, now)
        self._stirred[desk] = None

    def _desk(self, user: str, host: str) -> Desk:
        desk = self._desks.get((user, host))
        if desk is None:
            peer = PeerId(len(self._peers) + 1)
            desk = Desk(
                peer,
                user,
                host,
                self._workload,
                self._settings,
                self._reader,
                launch=self._launch,
                end=self._runs.sweep,
                say=self._say,
                rests=self._rested,
            )
            self._desks[user, host] = self._peers[peer] = desk
            self._do(self._maitred.attach(peer, user, desk.attach(self.agenda.now), self.agenda.now))
            self._deliver()
        return desk

    # ---- runs ----------------------------------------------------------------------------------------

    def _launch(self, desk: Desk, order: Launch | RunBuiltin) -> None:
        self._runs.launch(desk, order)

    def _began(self, run: Run) -> None:
        self._moved_at = self.agenda.now
        self._stirred[run.desk] = None
        self.ledger.commands += 1
        granted = self._granted.get(run.lease) if run.lease is not None else None
        if granted is None:
            self.ledger.beside += 1
        else:
            graph = run.desk.core.jobs[run.jid].graph
            since = graph.ready_at.get(run.tid)
            came = self._submitted[run.desk, run.jid]
            since = came if since is None else max(came, since - self._workload.starts_at)
            self.ledger.began(granted, self.agenda.now - since)

    def _over(self, run: Run, ran_s: float) -> None:
        self._moved_at = self.agenda.now
        self._stirred[run.desk] = None
        self.ledger.ended += 1
        self.ledger.busy_s += ran_s

    def _rested(self, desk: Desk, jid: JobId, state: str) -> None:
        self._runs.replays.pop((desk, jid), None)
        if self._submitted.pop((desk, jid), None) is not None:
            self.ledger.jobs[state] += 1

    # ---- messages ------------------------------------------------------------------------------------

    def _say(self, desk: Desk, message: FarmMessage) -> None:
        if type(message) is Returned:
            self._granted.pop(message.lease, None)
        self._mail.append((desk, message, True))

    def _deliver(self) -> None:
        mail, now = self._mail, self.agenda.now
        while mail:
            desk, message, is_up = mail.popleft()
            if is_up:
                self._do(self._maitred.said(desk.peer, message, now) or ())
            else:
                desk.heard(message, now)
                self._stirred[desk] = None

    def _do(self, orders: Sequence[Order]) -> None:
        """What the maitre-d orders, after any event of its."""
        self._has_acted = True
        for order in orders:
            if type(order) is Send:
                self._send(order)
            elif type(order) is Note:
                if type(order.record) is Granted:
                    self._record = order.record
                self.ledger.note(order.record)
            elif type(order) is RunPing:
                self._surroundings.ping(order)

    def _send(self, order: Send) -> None:
        desk = self._peers.get(order.peer)
        if desk is not None:
            if type(order.message) is GrantedMessage and self._record is not None:
                self._granted[order.message.lease.id] = self._record  # it stands just before the message
            self._mail.append((desk, order.message, False))

    # ---- time ----------------------------------------------------------------------------------------

    def _plan(self) -> None:
        """Who wants to be told when time has passed is, at that time."""
        agenda = self.agenda
        if self._has_acted:
            self._has_acted = False
            deadline = self._maitred.next_deadline()
            if deadline < self._planned:
                self._planned = max(deadline, agenda.now)
                agenda.at(self._planned, self._tick, self._planned)
        for desk in self._stirred:
            when = desk.next_deadline
            if when < desk.planned:
                desk.planned = max(when, agenda.now)
                agenda.at(desk.planned, self._wake, desk, desk.planned)
        self._stirred.clear()

    def _tick(self, planned: float) -> None:
        if planned == self._planned:
            self._planned = float("inf")
            self._do(self._maitred.tick(self.agenda.now))

    def _wake(self, desk: Desk, planned: float) -> None:
        if planned == desk.planned:
            desk.planned = float("inf")
            desk.tick(self.agenda.now)
            self._stirred[desk] = None


def _nothing() -> None:
    """The end of a workload is a time at which something happens."""
