"""Another schedule comes into force in slices: what others see meanwhile, and that it ends as if read at once."""

from __future__ import annotations

from collections import Counter
from typing import Any

from hypothesis import settings, strategies
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from site_of import MONDAY_NOON, Dispatcher, Site, crew, need, schedule, server

from runtime.farm_messages import Granted, SlotState
from runtime.maitred.orders import Send
from runtime.maitred.slices import SCHEDULE
from runtime.match.keys import compile_keys
from runtime.schedule.model import EVERYBODY, Schedule, Server, Span
from runtime.schedule.times import is_open, spans_of


def slowly(plan: Schedule) -> Site:
    """A site whose maitre-d does one thing in an event."""
    site = Site(plan)
    site.core._books.slices.size = 0.1
    return site


def a_slice(site: Site) -> None:
    site.carry_out(site.core.tick(site.now))


def test_a_slot_that_changes_is_given_to_nobody_before_the_whole_schedule_is_read() -> None:
    site = slowly(schedule("a", "b", "c"))

    site.read(schedule(server("a", keys="nrm"), "b", server("c", keys="nrm")))
    for _ in range(3):  # servers that are there, servers that are not, the first that moves
        a_slice(site)
    anna = site.join("anna")
    anna.want("nrm")

    assert anna.slots == []
    assert anna.why()["a"] == "the schedule is being read"
    assert anna.explained().summary.startswith("the schedule is being read")
    assert site.states()["a"] is SlotState.WAITING
    site.after(0)
    assert anna.slots == ["a"]


def test_what_did_not_change_is_given_while_a_schedule_is_read() -> None:
    site = slowly(schedule("a", "b", "c"))
    anna = site.join("anna")

    site.read(schedule(server("a", keys="nrm"), "b", server("c", keys="nrm")))
    for _ in range(3):
        a_slice(site)
    anna.want()

    assert site.core._books.slices.is_at(SCHEDULE)
    assert anna.slots == ["b"]


def test_what_did_not_change_stays_as_it_is() -> None:
    site = Site(schedule("a", "b"))
    before = site.core._books.slots.by_name["a"]

    site.read(schedule("a", server("b", keys="nrm")))

    assert site.core._books.slots.by_name["a"] is before


def test_nobody_gets_by_an_old_crew_what_a_new_group_has() -> None:
    """Neither schedule gives ben the slot a: the old one has it elsewhere, in the new one he is in no crew."""
    users = {"ben": ("ben",), "anna": ("anna",)}
    old = schedule(
        "a", "b",
        crews=[crew("night", users="ben", servers="right")], user_groups=users, server_groups={"right": ("b",)},
    )  # fmt: skip
    new = schedule(
        "a", "b",
        crews=[crew("day", users="anna", servers="right")], user_groups=users, server_groups={"right": ("a", "b")},
    )  # fmt: skip
    site = slowly(old)
    ben, anna = site.join("ben"), site.join("anna")
    ben.want(total=2)
    anna.want()

    site.read(new)
    while site.core._books.slices:
        a_slice(site)

    assert ben.slots == ["b"]
    assert anna.slots == ["a"]


def test_the_last_schedule_of_those_that_come_while_one_is_read_counts() -> None:
    site = slowly(schedule("a", "b"))

    for names in ("abc", "ad", "ae"):
        site.read(schedule(*names))
    site.after(0)

    assert sorted(site.states()) == ["a", "e"]
    assert not any("d" in line.split() for line in site.logged)


def test_every_slot_of_a_host_answers_to_its_new_address() -> None:
    plan = schedule(server("a1", "a"), server("a2", "a"))
    site = Site(plan)

    site.carry_out(site.core.read(plan, site.now, site.wall, {"a": "10.0.0.7"}))
    anna = site.join("anna")
    anna.want("10.0.0.7", total=2)

    assert sorted(anna.slots) == ["a1", "a2"]


def test_a_crew_that_opens_regroups_nobody_whom_it_gives_nothing() -> None:
    nights = {"nights": (Span(13 * 60, 14 * 60),)}
    site = Site(
        schedule(
            server("a", keys="nrm"),
            crews=[crew("all"), crew("late", 5, users="late", times="nights")],
            user_groups={"late": ("ben",)},
            time_groups=nights,
        )
    )
    groups = {}
    for user in ("anna", "ben"):
        dispatcher = site.join(user)
        request = dispatcher.want()
        groups[user] = site.core._books.dispatchers[user, dispatcher.name].requests[request].group

    site.after(3600.0)

    [hers, his] = site.core._books.groups
    assert hers is groups["anna"]
    assert his is not groups["ben"]


# ---- whatever happens in between ---------------------------------------------------------------------------------


HOSTS, KEYS, USERS, GROUPS = ("x", "y"), ("render", "render", "nrm"), ("anna", "ben"), ("left", "right")
NAMES = ("s1", "s2", "s3", "s4", "s5")
NEEDS = ("render", "render || nrm", "!s1 && render", "s?", "10.0.0.1")
NIGHTS = tuple(Span((day * 24 + 13) * 60, (day * 24 + 32) * 60) for day in range(7))
SERVERS = strategies.builds(
    lambda host, keys, enabled, groups: (host, keys, enabled, groups),
    strategies.sampled_from(HOSTS),
    strategies.sampled_from(KEYS),
    strategies.sampled_from((True, True, True, False)),
    strategies.sets(strategies.sampled_from(GROUPS)),
)
CREWS = strategies.builds(
    lambda users, servers, times, enabled: (users, servers, times, enabled),
    strategies.sampled_from(USERS),
    strategies.sampled_from(GROUPS),
    strategies.sampled_from(("nights", EVERYBODY, EVERYBODY)),
    strategies.sampled_from((True, True, False)),
)
PLANS = strategies.builds(
    lambda servers, crews: plan_of(servers, crews),
    strategies.dictionaries(strategies.sampled_from(NAMES), SERVERS, min_size=3),
    strategies.lists(CREWS, min_size=1, max_size=3),
)
ADDRESSES = strategies.dictionaries(
    strategies.sampled_from(HOSTS), strategies.sampled_from(("10.0.0.1", "10.0.0.2")), max_size=2
)


def plan_of(servers: dict[str, Any], crews: list[Any]) -> Schedule:
    return schedule(
        *(server(name, host, keys, enabled=enabled) for name, (host, keys, enabled, _) in servers.items()),
        crews=[
            crew(f"c{number}", number, users=users, servers=group, times=times, enabled=enabled)
            for number, (users, group, times, enabled) in enumerate(crews)
        ],
        user_groups={user: (user,) for user in USERS},
        server_groups={
            group: tuple(name for name, (_, _, _, groups) in servers.items() if group in groups) for group in GROUPS
        },
        time_groups={"nights": NIGHTS},
    )


def allows(plan: Schedule, wall: float, user: str, name: str, service: str, addresses: dict[str, str]) -> bool:
    """Whether a schedule lets a user have a server for this at this time: by looking at all of it."""
    found = plan.servers.get(name)
    if found is None or not found.enabled:
        return False
    crews = [one for one in plan.crews.values() if one.enabled and is_open(spans_of(plan, one.times), wall, None)]
    mine = [one for one in crews if one.users == EVERYBODY or user in plan.user_groups[one.users]]
    open_to_all = not plan.crews
    given = any(one.servers == EVERYBODY or name in plan.server_groups[one.servers] for one in mine)
    keys = frozenset((*found.keys, name, found.host + ".", found.host, addresses.get(found.host, "")))
    return (open_to_all or given) and compile_keys(service)(keys, lambda _: None)


class InSlices(RuleBasedStateMachine):
    @initialize(plan=PLANS, size=strategies.sampled_from([1.0, 3.0, 10.0]))
    def begin(self, plan: Schedule, size: float) -> None:
        self.site = Site(plan)
        self.site.core._books.slices.size = size
        self.counts: list[tuple[Schedule, dict[str, str]]] = [(plan, {})]
        """The schedule that was in force when nothing was left to do, and those that came since."""
        self.walls = {MONDAY_NOON}
        self.there = {user: self.site.join(user) for user in USERS}
        carry_out = self.site.carry_out

        def watched(orders: Any) -> Any:
            done = carry_out(orders)
            self.check_grants(done)
            return done

        self.site.carry_out = watched  # type: ignore[method-assign]  # a test looks on

    def check_grants(self, orders: list[Any]) -> None:
        for order in orders:
            if isinstance(order, Send) and isinstance(order.message, Granted):
                dispatcher = self.site.dispatchers[order.peer]
                service = dispatcher.wants[order.message.request].need.service
                for slot in order.message.lease.slots:
                    assert any(
                        allows(plan, wall, dispatcher.user, slot.name, service, addresses)
                        for plan, addresses in self.counts
                        for wall in self.walls
                    )

    def settled(self) -> None:
        if not self.site.core._books.slices:
            self.counts = self.counts[-1:]
            self.walls = {self.site.wall + self.site.now}

    @rule(plan=PLANS, addresses=ADDRESSES)
    def schedule_changes(self, plan: Schedule, addresses: dict[str, str]) -> None:
        self.counts.append((plan, addresses))
        self.site.carry_out(self.site.core.read(plan, self.site.now, self.site.wall + self.site.now, addresses))
        self.settled()

    @rule(times=strategies.integers(1, 4))
    def goes_on(self, times: int) -> None:
        for _ in range(times):
            a_slice(self.site)
        self.settled()

    @rule(hours=strategies.sampled_from([0, 5, 11]))
    def time_passes(self, hours: int) -> None:
        self.walls.add(self.site.wall + self.site.now + 3600.0 * hours)
        self.site.after(3600.0 * hours)
        self.settled()

    @rule(numbers=strategies.tuples(*[strategies.integers(0, len(NEEDS) - 1)] * len(USERS)))
    def they_want(self, numbers: tuple[int, ...]) -> None:
        for dispatcher, number in zip(self.there.values(), numbers, strict=True):
            dispatcher.want(need(NEEDS[number]), 4, request=number + 1)

    @precondition(lambda self: any(one.granted for one in self.there.values()))
    @rule(data=strategies.data(), wants_on=strategies.booleans())
    def returns(self, data: strategies.DataObject, wants_on: bool) -> None:
        holders = sorted(user for user, one in self.there.items() if one.granted)
        self.there[data.draw(strategies.sampled_from(holders))].returns(wants_on=wants_on)

    @rule(name=strategies.sampled_from(NAMES), on=strategies.booleans())
    def offline(self, name: str, on: bool) -> None:
        self.site.carry_out(self.site.core.offline([name], on, "wrangler", self.site.now))

    @rule(user=strategies.sampled_from(USERS))
    def comes_back(self, user: str) -> None:
        old: Dispatcher = self.there[user]
        old.loses_connection()
        self.there[user] = old.comes_back()

    @invariant()
    def no_slot_is_in_two_hands(self) -> None:
        held = Counter(name for one in self.there.values() for name in set(one.slots))
        assert all(number == 1 for number in held.values()), held

    @invariant()
    def when_it_is_done_all_is_as_if_it_had_been_read_at_once(self) -> None:
        if self.site.core._books.slices:
            return
        [(plan, addresses)] = self.counts
        fresh = Site(plan)
        fresh.core.read(plan, 0.0, fresh.wall, addresses)
        ours, theirs = self.site.core._books.slots, fresh.core._books.slots
        assert list(map(_seen, sorted(ours.by_name.values(), key=_name))) == list(
            map(_seen, sorted(theirs.by_name.values(), key=_name))
        )
        assert {(kind.keys, kind.groups, kind.size) for kind in ours.kinds} == {
            (kind.keys, kind.groups, kind.size) for kind in theirs.kinds
        }

    @invariant()
    def when_it_is_done_nothing_waits_that_could_run_and_nobody_keeps_what_he_may_not_have(self) -> None:
        books = self.site.core._books
        if books.slices:
            return
        [(plan, addresses)] = self.counts
        wall = self.site.wall + self.site.now
        for user, dispatcher in self.there.items():
            for request in books.dispatchers[user, dispatcher.name].requests.values():
                for slot in books.slots.by_name.values() if request.waits else ():
                    may = allows(plan, wall, user, slot.name, request.need.service, addresses)
                    assert not may or slot.lease or slot.offline, slot.name
            for lease in books.dispatchers[user, dispatcher.name].leases:
                for slot in lease.slots:
                    assert lease.recalled or allows(plan, wall, user, slot.name, "", addresses), slot.name


def _name(slot: Any) -> str:
    return str(slot.name)


def _seen(slot: Any) -> tuple[str, Server, frozenset[str], frozenset[str], str, bool, bool]:
    return (slot.name, slot.server, slot.keys, slot.kind.groups, slot.host.address, slot.moves, slot.listed)


TestInSlices = InSlices.TestCase
TestInSlices.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
