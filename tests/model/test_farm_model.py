"""T13, T18: three dispatchers, two maitre-ds and three alfservers go through everything that can happen to them.

The cores are the real ones, the network, the clocks and the processes a model's (docs/architecture.md, "The model").
`promises` says what holds after every step, when it is quiet, and in the end. The gate takes the same runs each time;
FUZZ=1 (`make fuzz`) takes new ones, longer ones, FUZZ of them if that is more than 1 (FUZZ=20000: a night). A failure
prints the fewest steps that lead to it, for `replay`.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from functools import wraps
from typing import Any, ClassVar

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test

from runtime.dispatcher import ActionError
from runtime.job.model import Job
from runtime.messages import Act, Action
from runtime.settings import Settings
from tests.model.alfserver_host import AlfserverHost
from tests.model.dispatcher_host import Seat
from tests.model.maitred_host import MaitredHost
from tests.model.promises import Promises
from tests.model.shrinking import shrunk
from tests.model.site import HOSTS, OPEN_PLAN, PLANS, SERVERS, USERS, Plan, scripts
from tests.model.world import BUSY_LOAD, CALM_LOAD, World

LEADERS = ("lead0", "lead1")
EDITS = ("service=linux", "service=", "maxactive=1", "maxactive=", "tags=few", "tags=", "priority")
ACTIONS = (Action.PAUSE, Action.RESUME, Action.SKIP, Action.RESTART, Action.RETRY, Action.KILL, Action.EDIT,
           Action.REQUEUE, Action.DELETE, Action.PRIORITY)  # fmt: skip

users = st.sampled_from(USERS)
hosts = st.sampled_from(HOSTS)
leaders = st.sampled_from(LEADERS)
places = st.sampled_from([*HOSTS, *LEADERS])
whoever = st.sampled_from([*HOSTS, *LEADERS, *USERS])
orders = st.integers(0, 99)
then = st.sampled_from([0.0, 0.0, 1.0, 12.0, 60.0, 135.0])
"""Seconds that pass after something has happened."""


Steps = list[tuple[str, dict[str, Any]]]
Step = Callable[..., None]


def happens(**draws: st.SearchStrategy[Any]) -> Callable[[Step], Step]:
    """A rule: something happens, and then some time passes."""

    def rule_of(event: Step) -> Step:
        @wraps(event)
        def step(self: FarmModel, then: float, order: int, **drawn: Any) -> None:
            self.note(event.__name__, then=then, order=order, **drawn)
            event(self, **drawn)
            if then:
                self.promises.each_step()
                self.world.flow(then, order)

        made: Step = rule(then=then, order=orders, **draws)(step)
        return made

    return rule_of


class FarmModel(RuleBasedStateMachine):
    """A step is something that happens to one of them; what follows from it arrives when time passes."""

    @initialize(
        plan=st.just(OPEN_PLAN) | PLANS,
        jobs=st.tuples(scripts(), scripts(), scripts()),
        local=st.sampled_from([{}, {}, {"work": 2}]),
        maitreds=st.sampled_from([1, 2]),
    )
    def begin(self, plan: Plan, jobs: tuple[Job, ...], local: dict[str, int], maitreds: int) -> None:
        self.steps: Steps = []
        self.note("begin", plan=plan, jobs=jobs, local=local, maitreds=maitreds)
        self.world = World(plan, settings=Settings(limits_local=local), maitreds=maitreds)
        self.promises = Promises(self.world)
        for host in HOSTS:
            self.world.measure(host, CALM_LOAD)
        self.world.deliver_datagrams()
        for user, script in zip(USERS, jobs, strict=True):
            self.world.seats[user].submit(script)
        self.world.flow(1.0)

    def daemon(self, name: str) -> Seat | AlfserverHost | MaitredHost:
        world = self.world
        return world.seats.get(name) or world.servers.get(name) or self.leader(name)

    def leader(self, name: str) -> MaitredHost:
        return self.world.maitreds.get(name) or self.world.maitreds["lead0"]

    # ---- what goes on --------------------------------------------------------------------------------

    @rule(seconds=st.sampled_from([15.0, 0.01, 1.0, 45.0, 135.0, 300.0]), order=orders)
    def time_passes(self, seconds: float, order: int) -> None:
        self.note("time_passes", seconds=seconds, order=order)
        self.world.flow(seconds, order)
        self.promises.quiet()

    @rule(which=st.lists(st.integers(0, 50), min_size=1, max_size=8))
    def some_things_arrive(self, which: list[int]) -> None:
        self.note("some_things_arrive", which=which)
        for number in which:
            events = list(self.world.ready())
            if events:
                events[number % len(events)]()
        self.promises.each_step()

    @happens(user=users, script=scripts())
    def a_job_comes(self, user: str, script: Job) -> None:
        seat = self.world.seats[user]
        if seat.hears and len(seat.scripts) < 4:
            seat.submit(script)

    @happens(
        user=users,
        jid=st.integers(1, 3),
        tid=st.integers(0, 6),
        action=st.sampled_from(ACTIONS),
        edit=st.sampled_from(EDITS),
    )
    def a_user_acts(self, user: str, jid: int, tid: int, action: Action, edit: str) -> None:
        whole = action in (Action.PAUSE, Action.RESUME, Action.EDIT, Action.DELETE, Action.PRIORITY)
        value = edit if action is Action.EDIT else "7" if action is Action.PRIORITY else ""
        seat = self.world.seats[user]
        if not seat.hears:
            return
        try:
            seat.act(Act(action=action, jid=jid, tid=None if whole else tid or None, value=value))
        except ActionError:
            return

    @happens(user=users, where=st.lists(st.sampled_from([*HOSTS, "mars-1"]), max_size=2))
    def a_user_changes_the_huntgroup(self, user: str, where: list[str]) -> None:
        seat = self.world.seats[user]
        if seat.hears:
            seat.carry_out(seat.core.exclude(tuple(where), seat.machine.wall))

    # ---- what wranglers and desktops do --------------------------------------------------------------

    @happens(plan=PLANS)
    def the_schedule_is_written(self, plan: Plan) -> None:
        self.world.change_plan(plan)

    @happens(leader=leaders)
    def the_schedule_is_read(self, leader: str) -> None:
        if self.leader(leader).hears:
            self.leader(leader).read()

    @happens(leader=leaders, slot=st.sampled_from([server.name for server in SERVERS]), on=st.booleans())
    def a_slot_goes_offline(self, leader: str, slot: str, on: bool) -> None:
        found = self.leader(leader)
        if found.hears:
            found.carry_out(found.running.offline([slot], on, "carla", found.machine.uptime))

    @happens(leader=leaders, host=hosts, up=st.booleans())
    def a_nimby_speaks(self, leader: str, host: str, up: bool) -> None:
        if self.leader(leader).hears:
            self.leader(leader).nimby(host, up)

    @happens(leader=leaders, where=st.sampled_from([*HOSTS, "mars-2"]))
    def somebody_ejects(self, leader: str, where: str) -> None:
        found = self.leader(leader)
        if found.hears:
            found.carry_out(found.running.eject(where, "carla", found.machine.uptime))

    # ---- datagrams -----------------------------------------------------------------------------------

    @happens(host=hosts, load=st.sampled_from([CALM_LOAD, BUSY_LOAD]))
    def a_load_is_told(self, host: str, load: float) -> None:
        self.world.measure(host, load)

    @happens(which=st.integers(0, 10), fate=st.sampled_from(["comes", "comes", "is lost", "comes twice"]))
    def a_datagram(self, which: int, fate: str) -> None:
        waiting = self.world.network.datagrams
        if waiting:
            datagram = waiting.pop(which % len(waiting))
            for _ in range(["is lost", "comes", "comes twice"].index(fate)):
                datagram()

    # ---- the network ---------------------------------------------------------------------------------

    @happens(which=st.integers(0, 20))
    def a_connection_breaks(self, which: int) -> None:
        links = list(self.world.network.links.values())
        if links:
            self.world.network.cut(links[which % len(links)])

    @happens(one=st.sampled_from([f"desk-{user}" for user in USERS]), other=places)
    def nothing_passes_between(self, one: str, other: str) -> None:
        self.world.network.part(one, other)

    @happens(user=users, seconds=st.sampled_from([60.0, 140.0, 200.0]))
    def a_dispatcher_is_cut_off_from_maitreds(self, user: str, seconds: float) -> None:
        """... and from nobody else."""
        for leader in self.world.maitreds:
            self.world.network.part(f"desk-{user}", leader)
        self.world.flow(seconds)

    @happens(which=st.integers(0, 20), at_client=st.booleans())
    def one_end_gives_up(self, which: int, at_client: bool) -> None:
        links = list(self.world.network.links.values())
        if links:
            self.world.network.give_up_early(links[which % len(links)], at_client)

    @happens()
    def everything_passes_again(self) -> None:
        for pair in list(self.world.network.parted):
            self.world.network.join(*sorted(pair))

    @happens(hold=st.booleans(), host=hosts, up=st.booleans())
    def pings(self, hold: bool, host: str, up: bool) -> None:
        self.world.pings_answered = not hold
        (self.world.down.discard if up else self.world.down.add)(host)

    # ---- processes, hosts, clocks, disks -------------------------------------------------------------

    @happens(name=whoever, cut=st.integers(0, 30))
    def a_process_dies(self, name: str, cut: int) -> None:
        self.kill(name, cut)

    def kill(self, name: str, cut: int) -> None:
        found = self.daemon(name)
        if isinstance(found, Seat) and found.lives:
            found.kill(cut)
        elif found.lives:
            found.kill()

    @happens(name=whoever)
    def a_process_comes_back(self, name: str) -> None:
        if not self.daemon(name).lives:
            self.daemon(name).start()

    @happens(name=whoever, cut=st.integers(0, 30))
    def a_process_dies_and_comes_back(self, name: str, cut: int) -> None:
        self.kill(name, cut)
        if not self.daemon(name).lives:
            self.daemon(name).start()

    @happens(name=whoever)
    def a_process_is_stopped(self, name: str) -> None:
        found = self.daemon(name)
        found.frozen = found.lives

    @happens(name=whoever)
    def a_process_goes_on(self, name: str) -> None:
        self.daemon(name).frozen = False

    @happens(host=hosts)
    def a_launcher_dies(self, host: str) -> None:
        self.world.servers[host].kill_launcher()

    @happens(host=hosts, since=st.sampled_from([0.0, 5000.0]))
    def a_host_loses_its_power(self, host: str, since: float) -> None:
        server = self.world.servers[host]
        if server.lives:
            server.kill()
        server.kill_launcher()
        server.machine.reboot(since - self.world.network.time)

    @happens(host=hosts, how=st.booleans())
    def a_launch_will_not_begin(self, host: str, how: bool) -> None:
        server = self.world.servers[host]
        server.fails_next, server.dies_at_next_start = how, not how

    @happens(name=whoever, by=st.sampled_from([-7200.0, -3600.0, 3600.0, 50_000.0]))
    def a_clock_is_set(self, name: str, by: float) -> None:
        self.daemon(name).machine.set_clock(by)

    @happens(user=users, slow=st.booleans())
    def a_disk(self, user: str, slow: bool) -> None:
        seat = self.world.seats[user]
        if slow:
            seat.journal.slow = True
        elif seat.lives:
            seat.disk_writes()

    # ---- what holds ----------------------------------------------------------------------------------

    @invariant()
    def everything_is_as_promised(self) -> None:
        if hasattr(self, "promises"):
            self.promises.each_step()

    def teardown(self) -> None:
        if not hasattr(self, "promises"):
            return
        FarmModel.failed = self.steps
        if sys.exc_info()[0] is None:  # no step has failed
            self.note("teardown")
            self.promises.everything_comes_to_rest()
            FarmModel.failed = []

    failed: ClassVar[Steps] = []
    """What was done to the last one that failed."""

    def note(self, step: str, **drawn: Any) -> None:
        self.steps.append((step, drawn))


FUZZ = int(os.environ.get("FUZZ", "0"))
PROFILE = settings(
    max_examples=max(FUZZ, 500) if FUZZ else 40,
    stateful_step_count=60 if FUZZ else 40,
    deadline=None,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
)


def replay(steps: Steps) -> Exception | None:
    """Do the same once more; what comes of it."""
    model = FarmModel()
    try:
        for name, drawn in steps:
            if name == "teardown":
                model.promises.everything_comes_to_rest()
            else:
                getattr(model, name)(**drawn)
                model.promises.each_step()
    except Exception as error:  # noqa: BLE001  whatever it is, it is the answer
        return error
    return None


def test_whatever_happens_the_farm_keeps_its_promises() -> None:
    try:
        run_state_machine_as_test(FarmModel, settings=PROFILE)
    except Exception as error:  # noqa: BLE001  it is raised again, with the steps
        found = error
    else:
        return

    fewest = shrunk(FarmModel.failed, lambda steps: type(replay(steps)) is type(found))
    lines = "\n".join(f"    ({name!r}, {drawn!r})," for name, drawn in fewest)
    raise AssertionError(f"{found!r:.2000}\nafter these steps (for `replay`):\n{lines}\n") from replay(fewest)
