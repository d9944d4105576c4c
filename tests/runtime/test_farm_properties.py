"""Two dispatchers, a maitre-d and two alfservers that go through everything that can go wrong between them.

The cores of the dispatchers and of the maitre-d are the real ones; messages between them wait in queues that break
together with their connections. The alfservers are toys that keep the promises of real ones: a number is started once,
a slot runs one command, an older epoch is refused, an end is told as often as it is asked for.

no command runs twice at once, whatever is lost, doubled or late
when it is quiet the dispatchers and the maitre-d know the same leases
in the end all jobs have come to rest, by their commands' ends alone; nothing is held and nothing is wanted
every journal that a crash can leave replays
"""

from __future__ import annotations

from collections import deque
from typing import Any

from farm import ScriptedReader, cmd, instance, job, task
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from runtime.dispatcher import ActionError, Dispatcher
from runtime.facts import AttemptId, Fact, JobSpooled
from runtime.farm_messages import Attach, Attached, Granted, LeaseId, Recall
from runtime.job.model import Job, JobId, Task
from runtime.machine import Machine, own_slots
from runtime.maitred import orders as maitred_orders
from runtime.maitred.core import Maitred
from runtime.maitred.orders import PeerId
from runtime.maitred.rules import Rules
from runtime.messages import Act, Action, JobState
from runtime.orders import Exit, Launch, Record, Sweep, ToMaitred
from runtime.schedule.model import Schedule, Server
from runtime.settings import Settings

USERS = ("anna", "ben")
HOSTS = ("janus", "mars")
WALL = 1_767_614_400.0
LEASE_S, GRACE_S = 120.0, 10.0
REST_S = 70.0
SERVERS = (
    Server("janus-1", "janus", ("pixarRender",)),
    Server("janus-2", "janus", ("pixarRender",)),
    Server("mars-1", "mars", ("pixarRender", "linux")),
    Server("mars-2", "mars", ("pixarRender", "linux")),
)
SCHEDULE = Schedule(servers={server.name: server for server in SERVERS}, limits={"few": 1})


class Alfserver:
    """`live` is what runs, by dispatcher and attempt, and on which slot; `over` what became of the others."""

    def __init__(self) -> None:
        self.live: dict[tuple[str, AttemptId], Launch] = {}
        self.over: dict[tuple[str, AttemptId], str | Exit] = {}
        self.epoch = 0
        self.fails = False
        """The next launch cannot begin: its directory is not there."""

    def launch(self, user: str, order: Launch) -> None:
        key = (user, order.attempt)
        assert order.place is not None
        if key in self.live or key in self.over:
            return
        busy = any(other.place and other.place.first == order.place.first for other in self.live.values())
        if self.fails or busy or order.place.id.epoch < self.epoch:
            self.fails = False
            self.over[key] = "refused"
            return
        self.epoch = order.place.id.epoch
        self.live[key] = order

    def end(self, key: tuple[str, AttemptId], end: str | Exit) -> None:
        if self.live.pop(key, None) is not None:
            self.over[key] = end


class Seat:
    """A dispatcher, its journal, and its connections: `up` and `down` of the maitre-d, `out` and `back` by host."""

    def __init__(self, user: str, settings: Settings) -> None:
        self.user = user
        self.settings = settings
        self.facts: list[Fact] = []
        self.safe = 0
        self.scripts: dict[int, Job] = {}
        self.peer: PeerId | None = None
        self.up: deque[Any] = deque()
        self.down: deque[Any] = deque()
        self.out: dict[str, deque[Any]] = {host: deque() for host in HOSTS}
        self.back: dict[str, deque[tuple[AttemptId, str | Exit]]] = {host: deque() for host in HOSTS}
        self.core = self.new_core()

    def new_core(self) -> Dispatcher:
        machine = Machine(own_slots("here", 1))
        return Dispatcher(machine, ScriptedReader(), self.settings, with_farm=True)

    def carry_out(self, orders: list[Any]) -> None:
        for order in orders:
            match order:
                case Record(fact=fact, barrier=barrier):
                    self.facts.append(fact)
                    if barrier:
                        self.safe = len(self.facts)
                case Launch():
                    assert order.place is not None
                    self.out[order.place.first.host].append(order)
                case Sweep():
                    for number in order.attempts:
                        place = self.core.attempts[number].place
                        assert place is not None
                        self.out[place.first.host].append(number)
                case ToMaitred():
                    assert self.peer is not None
                    self.up.append(order.message)


tasks = st.lists(
    st.tuples(st.sampled_from(["", "linux", "few", "two", "shared"]), st.integers(1, 2), st.booleans(), st.booleans()),
    min_size=1,
    max_size=6,
)


def script(drawn: list[tuple[str, int, bool, bool]], options: dict[str, str]) -> Job:
    made: list[Task] = []
    for at, (kind, count, waits, below) in enumerate(drawn):
        own = {"linux": {"service": "linux"}, "few": {"tags": "few"}, "two": {"atleast": "2", "samehost": "1"}}
        more = {"refersto": "srv"} if kind == "shared" else own.get(kind, {})
        cmds = [cmd("prman", **more) for _ in range(count)]
        under = [made.pop()] if below and made else []
        first = [instance(made[0].title)] if waits and made else []
        holds = {"id": "srv", "service": "pixarRender"} if kind == "shared" else {}
        made.append(task(f"t{at}", *under, *first, cmds=cmds, **holds))
    return job(*made, **options)


class Farm(RuleBasedStateMachine):
    @initialize(
        scripts=st.lists(
            st.tuples(st.sampled_from(USERS), tasks, st.sampled_from([{}, {"maxactive": "1"}, {"maxactive": "2"}])),
            min_size=1,
            max_size=4,
        ),
        local=st.sampled_from([{}, {"prman": 2}]),
    )
    def begin(self, scripts: list[Any], local: dict[str, int]) -> None:
        self.now = 1000.0
        self.epoch = 1
        self.peers = 0
        self.seats = {user: Seat(user, Settings(limits_local=local)) for user in USERS}
        self.servers = {host: Alfserver() for host in HOSTS}
        self.maitred = self.new_maitred(wait=False)
        for user, drawn, options in scripts:
            self.submit(self.seats[user], script(drawn, options))
        for seat in self.seats.values():
            self.attach(seat)

    # ---- what happens all by itself ------------------------------------------------------------------

    def new_maitred(self, *, wait: bool) -> Maitred:
        rules = Rules(
            lease_s=LEASE_S, grace_s=GRACE_S, maitred_initial_wait_s=30.0, problem_slot_rest_s=60.0, time_zone="UTC"
        )
        return Maitred(SCHEDULE, rules, epoch=self.epoch, now=self.now, wall=WALL, wait=wait)

    def submit(self, seat: Seat, made: Job) -> None:
        jid = len(seat.scripts) + 1
        seat.scripts[jid] = made
        fact = JobSpooled(JobId(jid), self.now, "a.alf", 0, seat.user, "here", "/", {})
        seat.carry_out(seat.core.submit(fact, made))

    def send(self, orders: list[Any]) -> None:
        for order in orders:
            if isinstance(order, maitred_orders.Send):
                seat = next(seat for seat in self.seats.values() if seat.peer == order.peer)
                seat.down.append(order.message)

    def attach(self, seat: Seat) -> None:
        self.peers += 1
        seat.peer = PeerId(self.peers)
        held = seat.core.held(self.now)
        message = Attach(seat.user, "here", 9001, seat.core.epoch, held, seat.core.excluded)
        self.send(self.maitred.attach(seat.peer, seat.user, message, self.now))

    def cut_off(self, seat: Seat) -> None:
        """The connection to the maitre-d breaks."""
        peer, seat.peer = seat.peer, None
        seat.up.clear()
        seat.down.clear()
        seat.carry_out(seat.core.detached(self.now))
        if peer is not None:
            self.send(self.maitred.detach(peer, self.now))

    def hear_maitred(self, seat: Seat) -> None:
        message = seat.down.popleft()
        core = seat.core
        match message:
            case Attached():
                seat.carry_out(core.attached(message, self.now))
            case Granted():
                seat.carry_out(core.granted(message, self.now))
            case Recall():
                seat.carry_out(core.recalled(message, self.now))

    def tell_maitred(self, seat: Seat) -> None:
        assert seat.peer is not None
        self.send(self.maitred.said(seat.peer, seat.up.popleft(), self.now) or [])

    def tell_alfserver(self, seat: Seat, host: str) -> None:
        message, server = seat.out[host].popleft(), self.servers[host]
        if isinstance(message, Launch):
            server.launch(seat.user, message)
            self.report(seat, host, message.attempt)
        else:
            server.end((seat.user, message), Exit(message, -15, 1.0, swept=True))
            self.report(seat, host, message)

    def report(self, seat: Seat, host: str, number: AttemptId) -> None:
        server, key = self.servers[host], (seat.user, number)
        if key in server.live:
            seat.back[host].append((number, "began"))
        elif key in server.over:
            seat.back[host].append((number, server.over[key]))

    def hear_alfserver(self, seat: Seat, host: str, at: int = 0) -> None:
        waiting = seat.back[host]
        number, word = waiting[at % len(waiting)]
        del waiting[at % len(waiting)]
        core, now = seat.core, self.now
        if isinstance(word, Exit):
            seat.carry_out(core.exited(word, now))
        elif word == "began":
            seat.carry_out(core.started(number, now))
        elif word == "refused":
            seat.carry_out(core.never_started(number, word, True, now))
        else:
            seat.carry_out(core.lost(number, now))

    def resume(self, seat: Seat, host: str) -> None:
        """A connection that was broken is there again: what is not known there was never begun."""
        server = self.servers[host]
        for number, place in seat.core.remote_attempts().items():
            key = (seat.user, number)
            if place.first.host != host:
                continue
            if key not in server.live and key not in server.over:
                seat.carry_out(seat.core.never_started(number, "never seen", False, self.now, blameless=True))
            elif number in seat.core.attempts:
                self.report(seat, host, number)
                if seat.core.attempts[number].requeue or key not in server.live:
                    continue
                graph = seat.core.jobs[seat.core.attempts[number].jid].graph
                if graph.is_dismissed(seat.core.attempts[number].cid):
                    seat.out[host].append(number)

    def break_connection(self, seat: Seat, host: str) -> list[AttemptId]:
        """Returns what was to be ended there; that is said again."""
        ends = [message for message in seat.out[host] if not isinstance(message, Launch)]
        seat.out[host].clear()
        seat.back[host].clear()
        return ends

    # ---- what goes on ------------------------------------------------------------------------------------

    @rule(who=st.sampled_from(USERS), what=st.integers(0, 3), host=st.sampled_from(HOSTS), at=st.integers(0, 3))
    def something_is_delivered(self, who: str, what: int, host: str, at: int) -> None:
        seat = self.seats[who]
        if what == 0 and seat.up:
            self.tell_maitred(seat)
        elif what == 1 and seat.down:
            self.hear_maitred(seat)
        elif what == 2 and seat.out[host]:
            self.tell_alfserver(seat, host)
        elif seat.back[host]:
            self.hear_alfserver(seat, host, at)

    @rule()
    def everything_is_delivered(self) -> None:
        busy = True
        while busy:
            busy = False
            for seat in self.seats.values():
                while seat.up or seat.down or any(seat.out.values()) or any(seat.back.values()):
                    busy = True
                    self.deliver(seat)

    def deliver(self, seat: Seat) -> None:
        while seat.up:
            self.tell_maitred(seat)
        while seat.down:
            self.hear_maitred(seat)
        for host in HOSTS:
            while seat.out[host]:
                self.tell_alfserver(seat, host)
            while seat.back[host]:
                self.hear_alfserver(seat, host)

    @rule(host=st.sampled_from(HOSTS), which=st.integers(0, 3), status=st.sampled_from([0, 0, 0, 0, 1]))
    def a_command_ends(self, host: str, which: int, status: int) -> None:
        server = self.servers[host]
        keys = list(server.live)
        if keys:
            user, number = keys[which % len(keys)]
            server.end((user, number), Exit(number, status, 1.0))
            self.report(self.seats[user], host, number)

    @rule(host=st.sampled_from(HOSTS), which=st.integers(0, 20))
    def an_old_word_comes_again(self, host: str, which: int) -> None:
        keys = [*self.servers[host].over, *self.servers[host].live]
        if keys:
            user, number = keys[which % len(keys)]
            self.report(self.seats[user], host, number)

    # ---- what goes wrong ---------------------------------------------------------------------------------

    @rule(who=st.sampled_from(USERS), host=st.sampled_from(HOSTS))
    def an_alfservers_connection_breaks(self, who: str, host: str) -> None:
        seat = self.seats[who]
        ends = self.break_connection(seat, host)
        self.resume(seat, host)
        seat.out[host].extend(ends)

    @rule(who=st.sampled_from(USERS), host=st.sampled_from(HOSTS))
    def an_alfserver_cannot_be_reached_until_leases_are_over(self, who: str, host: str) -> None:
        seat, server = self.seats[who], self.servers[host]
        self.break_connection(seat, host)
        for user, number in list(server.live):
            if user == who:
                server.end((user, number), Exit(number, -15, LEASE_S, swept=True))
        self.pass_time(LEASE_S + GRACE_S)
        for number, place in seat.core.remote_attempts().items():
            if place.first.host == host and number in seat.core.attempts:
                seat.carry_out(seat.core.lost(number, self.now))
        seat.out[host] = deque(message for message in seat.out[host] if not isinstance(message, int))

    @rule(host=st.sampled_from(HOSTS))
    def an_alfserver_dies_and_comes_back(self, host: str) -> None:
        server = self.servers[host]
        for key in list(server.live):
            server.end(key, "lost")
        for seat in self.seats.values():
            self.break_connection(seat, host)
            self.resume(seat, host)

    @precondition(lambda self: hasattr(self, "seats"))
    @rule(who=st.sampled_from(USERS), extra=st.integers(0, 100))
    def a_dispatcher_dies_and_comes_back(self, who: str, extra: int) -> None:
        seat = self.seats[who]
        self.cut_off(seat)
        kept = seat.safe + extra % (len(seat.facts) - seat.safe + 1)
        seat.facts = seat.facts[:kept]
        for host in HOSTS:
            self.break_connection(seat, host)
        seat.core = seat.new_core()
        seat.core.replay(seat.facts, lambda fact: seat.scripts[fact.jid])
        seat.carry_out(seat.core.adopt([], set(), self.now))
        for host in HOSTS:
            self.resume(seat, host)

    @rule(who=st.sampled_from(USERS))
    def the_maitre_ds_connection_breaks(self, who: str) -> None:
        self.cut_off(self.seats[who])

    @rule(who=st.sampled_from(USERS), late=st.booleans())
    def a_dispatcher_attaches(self, who: str, late: bool) -> None:
        seat = self.seats[who]
        if seat.peer is not None:
            return
        self.attach(seat)
        for host in HOSTS if late else ():
            for number in seat.core.remote_attempts():
                self.servers[host].end((who, number), Exit(number, 0, 1.0))
                self.report(seat, host, number)
            while seat.back[host]:
                self.hear_alfserver(seat, host)

    @rule(host=st.sampled_from(HOSTS))
    def a_launch_will_not_begin(self, host: str) -> None:
        self.servers[host].fails = True

    @rule(who=st.sampled_from(USERS))
    def launches_are_cut_off(self, who: str) -> None:
        """The maitre-d is heard, and what is launched then does not reach its alfserver."""
        seat = self.seats[who]
        while seat.up:
            self.tell_maitred(seat)
        while seat.down:
            self.hear_maitred(seat)
        for host in HOSTS:
            self.an_alfservers_connection_breaks(who, host)

    @rule()
    def the_maitre_d_dies_and_another_leads(self) -> None:
        for seat in self.seats.values():
            self.cut_off(seat)
        self.epoch += 1000
        self.maitred = self.new_maitred(wait=True)

    @rule(host=st.sampled_from(HOSTS))
    def a_host_is_ejected_from(self, host: str) -> None:
        self.send(self.maitred.eject(host, "carla", self.now))

    @rule(seconds=st.sampled_from([1.0, 40.0, 200.0]))
    def time_passes(self, seconds: float) -> None:
        self.pass_time(seconds)

    def pass_time(self, seconds: float) -> None:
        self.now += seconds
        self.send(self.maitred.tick(self.now))
        for seat in self.seats.values():
            seat.carry_out(seat.core.tick(self.now))

    @rule(
        who=st.sampled_from(USERS),
        jid=st.integers(1, 4),
        tid=st.integers(0, 6),
        action=st.sampled_from(
            [Action.PAUSE, Action.RESUME, Action.SKIP, Action.RESTART, Action.RETRY, Action.KILL, Action.EDIT]
        ),
    )
    def a_user_acts(self, who: str, jid: int, tid: int, action: Action) -> None:
        seat = self.seats[who]
        whole = action in (Action.PAUSE, Action.RESUME, Action.EDIT)
        value = ["service=linux", "service=", "maxactive=1", "maxactive="][tid % 4] if action is Action.EDIT else ""
        wish = Act(action=action, jid=jid, tid=None if whole else tid or None, value=value)
        try:
            orders = seat.core.act(wish, self.now)
        except ActionError:
            return
        seat.carry_out(orders)

    # ---- what holds --------------------------------------------------------------------------------------

    @invariant()
    def no_command_runs_twice_at_once(self) -> None:
        live = [
            (user, launch.jid, launch.cid)
            for server in getattr(self, "servers", {}).values()
            for (user, _), launch in server.live.items()
        ]
        assert len(live) == len(set(live))

    @invariant()
    def what_is_busy_has_an_attempt(self) -> None:
        for seat in getattr(self, "seats", {}).values():
            farm = seat.core._farm
            for holding in farm.holdings.values():
                assert not holding.attempt or seat.core.attempts[holding.attempt].place.id == holding.lease.id
                assert holding.attempt or holding.owner is not None

    @precondition(lambda self: hasattr(self, "seats"))
    @rule()
    def when_it_is_quiet_both_know_the_same_leases(self) -> None:
        self.everything_is_delivered()
        for seat in self.seats.values():
            if seat.peer is not None:
                assert self.leases_of(seat) == set(seat.core._farm.holdings)

    def leases_of(self, seat: Seat) -> set[LeaseId]:
        known = self.maitred._books.dispatchers.get((seat.user, seat.user))
        return set() if known is None else {lease.id for lease in known.leases if not lease.pending}

    def teardown(self) -> None:
        if not hasattr(self, "seats"):
            return
        for seat in self.seats.values():
            if seat.peer is None:
                self.attach(seat)
            for jid in list(seat.core.jobs):
                for value in ("service=", "maxactive="):
                    seat.carry_out(seat.core.act(Act(action=Action.EDIT, jid=jid, value=value), self.now))
                if seat.core.jobs[jid].graph.paused:
                    seat.carry_out(seat.core.act(Act(action=Action.RESUME, jid=jid), self.now))
        for _ in range(400):
            self.everything_is_delivered()
            if all(self.at_rest(seat) for seat in self.seats.values()):
                break
            for host in HOSTS:
                for _ in range(len(self.servers[host].live)):
                    self.a_command_ends(host, 0, 0)
            self.everything_is_delivered()
            if not any(server.live for server in self.servers.values()):
                self.pass_time(REST_S)
        for seat in self.seats.values():
            assert self.at_rest(seat), [job.graph.counts for job in seat.core.jobs.values()]
            assert self.leases_of(seat) == set(seat.core._farm.holdings) == set()
            assert not seat.core._farm._requests
            reasons = {found.reason for job in seat.core.jobs.values() for found in job.graph.failures.values()}
            assert reasons <= {"exit status 1", "ended by its user"}
            known = self.maitred._books.dispatchers.get((seat.user, seat.user))
            assert known is None or not known.requests

    def at_rest(self, seat: Seat) -> bool:
        states = [job.graph.job_state() for job in seat.core.jobs.values()]
        return not seat.core.attempts and all(state in (JobState.DONE, JobState.STOPPED) for state in states)


Farm.TestCase.settings = settings(
    max_examples=60, stateful_step_count=40, deadline=None, suppress_health_check=list(HealthCheck)
)
TestFarm = Farm.TestCase
