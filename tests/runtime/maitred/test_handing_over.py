"""A slot that goes straight to who is next goes to whom the long way finds: two maitre-ds hear the same, one of them
takes the long way always, and both do and say the same."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from hypothesis import settings, strategies
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from site_of import RULES, Site, crew, need, schedule, server

from runtime.maitred.handing_over import SEARCH, Otherwise
from runtime.maitred.requests import Request
from runtime.maitred.slots import Slot

SLOTS = [
    server(f"{host}{number}", host, keys, udi=10 * udi + number)
    for host, udi, keys in (("a", 5, "render"), ("b", 3, "render nrm"), ("c", 1, "nrm render"))
    for number in range(4)
]
NEEDS = (
    need("render"),
    need("nrm"),
    need("render", tags="prman"),
    need("nrm", tags="prman maya"),
    need("render || nrm", atleast=2),
    need("render", atleast=6),
    need("render", atleast=3, samehost=True),
    need("nrm", atleast=4, samehost=True),
    need("render", atleast=1, atmost=3),
    need("!a1 && render"),
    need("b || c1"),
    need("render && @.mem > 1"),
    need("nrm", metrics="[Mget loadavg] < 1"),
    need("render && @.sa > 1"),
    need("render", reserve=(("mem", 4.0),)),
    need("render", atleast=2, reserve=(("mem", 3.0),)),
)
PEOPLE = (("anna", "anna-1"), ("anna", "anna-2"), ("ben", "ben-1"), ("cleo", "cleo-1"))
PLAN = schedule(
    *SLOTS,
    limits={"prman": 3, "maya": 1},
    crews=[crew("everyone", 1), crew("fx", 3, users="fx", servers="few"), crew("rush", 5, users="rush", preempt=True)],
    user_groups={"fx": ("ben",), "rush": ("cleo",)},
    server_groups={"few": tuple(slot.name for slot in SLOTS[2:7])},
    shares={"anna": 2.0},
)


def the_long_way(_slot: Slot, _now: float) -> Otherwise:
    return SEARCH


class Twins(RuleBasedStateMachine):
    @initialize(pinged=strategies.booleans(), reserve_s=strategies.sampled_from([0.0, 20.0]))
    def begin(self, pinged: bool, reserve_s: float) -> None:
        rules = msgspec.structs.replace(RULES, reserve_s=reserve_s, age_s=10.0)
        plan = msgspec.structs.replace(PLAN, pings=schedule(pings={"nrm": "+ping %s"}).pings if pinged else {})
        self.straight, self.long = self.sites = Site(plan, rules), Site(plan, rules)
        self.long.core._serving._heir = the_long_way  # that is the difference
        self.people = [[site.join(user, name) for user, name in PEOPLE] for site in self.sites]
        for host in "abc":
            self.both(lambda site, host=host: site.measure(host, memtotal=16384.0, loadavg=0.5, memory=4096.0))  # type: ignore[misc]

    def both(self, happens: Callable[[Site], None]) -> None:
        for site in self.sites:
            happens(site)
        self.compare()

    def compare(self) -> None:
        assert self.straight.orders == self.long.orders
        assert self.straight.core.farm(self.straight.now) == self.long.core.farm(self.long.now)

    @rule(
        who=strategies.integers(0, 3),
        number=strategies.integers(0, len(NEEDS) - 1),
        total=strategies.integers(0, 6),
        priority=strategies.sampled_from([0.0, 5.0]),
    )
    def wants(self, who: int, number: int, total: int, priority: float) -> None:
        for people in self.people:
            people[who].want(NEEDS[number], total, request=number + 1, priority=priority)
        self.compare()

    @rule(number=strategies.integers(0, len(NEEDS) - 1))
    def everybody_wants(self, number: int) -> None:
        for who in range(4):
            self.wants(who, (number + who) % len(NEEDS), 6, 0.0)

    @precondition(lambda self: any(one.granted for one in self.people[0]))
    @rule(data=strategies.data(), problem=strategies.sampled_from(["", "", "", "broken"]))
    def returns(self, data: strategies.DataObject, problem: str) -> None:
        who = data.draw(strategies.sampled_from([place for place, one in enumerate(self.people[0]) if one.granted]))
        which = data.draw(strategies.integers(0, len(self.people[0][who].granted) - 1))
        for people in self.people:
            people[who].returns(people[who].leases[which], problem, wants_on=True)
        self.compare()

    @rule(who=strategies.integers(0, 3), where=strategies.sets(strategies.sampled_from(["a", "b1", "c0"])))
    def excludes(self, who: int, where: set[str]) -> None:
        for people in self.people:
            people[who].excludes(sorted(where))
        self.compare()

    @rule(
        host=strategies.sampled_from("abc"),
        loadavg=strategies.sampled_from([0.5, 1.5]),
        memory=strategies.sampled_from([512.0, 4096.0]),
    )
    def measures(self, host: str, loadavg: float, memory: float) -> None:
        self.both(lambda site: site.measure(host, loadavg=loadavg, memory=memory))

    @rule(slot=strategies.sampled_from([one.name for one in SLOTS]), on=strategies.booleans())
    def is_offline(self, slot: str, on: bool) -> None:
        self.both(lambda site: site.carry_out(site.core.offline([slot], on, "wanda", site.now)) and None)

    @precondition(lambda self: self.straight.pings())
    @rule(up=strategies.booleans())
    def ping_is_answered(self, up: bool) -> None:
        ping = self.straight.pings()[0]
        self.both(lambda site: site.answer(ping, up))

    @rule(seconds=strategies.sampled_from([0.5, 3.0, 25.0, 70.0]))
    def time_passes(self, seconds: float) -> None:
        self.both(lambda site: site.after(seconds))


TestTwins = Twins.TestCase
TestTwins.settings = settings(max_examples=80, stateful_step_count=40, deadline=None)


def test_in_a_full_farm_a_slot_that_comes_back_goes_straight_to_who_is_next() -> None:
    site = Site(schedule("a", "b"))
    heirs: list[Request | Otherwise] = []
    heir = site.core._serving._heir

    def watched(slot: Slot, now: float) -> Request | Otherwise:
        heirs.append(heir(slot, now))
        return heirs[-1]

    site.core._serving._heir = watched
    anna, ben = site.join("anna"), site.join("ben")
    anna.want(total=2)
    ben.want(total=2)
    ben.want(need(atleast=4))
    anna.returns(wants_on=True)
    assert [str(heir) for heir in heirs] == ['ben@ws1 job 1 "job 1"']
    assert ben.slots == ["a"]
