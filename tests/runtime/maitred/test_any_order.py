"""Whatever happens in whatever order: after every event the maitre-d's promises hold.

no slot is in two hands             limits are not exceeded by what is given
nobody gets more than he wants      nothing waits that could run
its books agree with each other
"""

from __future__ import annotations

from collections import Counter

import msgspec
from hypothesis import settings, strategies
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from site_of import RULES, Dispatcher, Site, crew, need, schedule, server

from runtime.farm_messages import Granted, Lease
from runtime.maitred.orders import RunPing, Send
from runtime.schedule.model import Schedule, Span

LEASE_S = RULES.lease_s
HOSTS = ("a", "b", "c")
SLOTS = [server(f"{host}{number}", host, keys, udi=udi) for host, udi, keys in
         (("a", 5, "render"), ("b", 0, "render nrm"), ("c", 0, "nrm zone=NFS")) for number in range(3)]  # fmt: skip
NEEDS = (
    need("render"),
    need("render", tags="prman"),
    need("nrm", tags="prman"),
    need("render || nrm", atleast=2),
    need("nrm", atleast=2, samehost=True),
    need("render", atleast=1, atmost=3),
    need("!a1 && render"),
    need("b"),
    need("render && @.mem > 1"),
    need("nrm", metrics="[Mget loadavg] < 1"),
    need("local:nrm"),
)
NAMES = (("anna", "anna-1", "ws1"), ("anna", "anna-2", "b"), ("ben", "ben-1", "ws2"), ("cleo", "cleo-1", "c"))
CREWS = [
    crew("everyone", 1, servers="most"),
    crew("production", 20, users="produce", preempt=True),
    crew("nights", 5, times="nights"),
]
NIGHTS = tuple(Span((day * 24 + 13) * 60, (day * 24 + 32) * 60) for day in range(7))


def plan(slots: int, limit: int, pinged: bool, crews: bool) -> Schedule:
    return schedule(
        *SLOTS[:slots],
        limits={"prman": limit},
        pings={"nrm": "ping %h", "render": "+ping %s"} if pinged else {},
        crews=CREWS if crews else (),
        user_groups={"produce": ("anna",)},
        server_groups={"most": tuple(slot.name for slot in SLOTS[:7])},
        time_groups={"nights": NIGHTS},
    )


class AnyOrder(RuleBasedStateMachine):
    @initialize(
        slots=strategies.integers(1, 9),
        limit=strategies.integers(0, 3),
        pinged=strategies.booleans(),
        crews=strategies.booleans(),
        memory=strategies.sampled_from([0.0, 20.0]),
    )
    def begin(self, slots: int, limit: int, pinged: bool, crews: bool, memory: float) -> None:
        self.rules = msgspec.structs.replace(
            RULES, maitred_initial_wait_s=30.0, reserve_s=100.0, ping_memory_s=memory, ping_rest_s=15.0
        )
        self.plan = plan(slots, limit, pinged, crews)
        self.site = self.new_site(epoch=1, wait=False)
        self.there: dict[str, Dispatcher] = {}
        self.away: dict[str, tuple[Dispatcher, float]] = {}
        self.pings: dict[int, RunPing] = {}
        self.shields: dict[str, int] = {}
        for user, name, host in NAMES:
            self.there[name] = self.site.join(user, name, host=host)

    def new_site(self, epoch: int, wait: bool) -> Site:
        site = Site(self.plan, self.rules, wait=wait, epoch=epoch)
        carry_out = site.carry_out

        def watched(orders: list[object]) -> list[object]:
            done = carry_out(orders)  # type: ignore[arg-type]  # what the core returned
            self.pings |= {order.number: order for order in done if isinstance(order, RunPing)}
            self.check_grants(done)
            return done  # type: ignore[return-value]  # as above

        site.carry_out = watched  # type: ignore[method-assign,assignment]  # a test looks on
        return site

    def check_grants(self, orders: list[object]) -> None:
        """What was given just now is within the limits, and within what was wanted."""
        limits = {tag: (running, most) for tag, running, most in self.site.core.farm(self.site.now).limits}
        for order in orders:
            if isinstance(order, Send) and isinstance(order.message, Granted):
                for tag in order.message.lease.tags:
                    running, most = limits.get(tag, (0, 1))
                    assert running <= most, f"{tag}: {running} of {most}"
                dispatcher = self.site.dispatchers[order.peer]
                held = sum(granted.request == order.message.request for granted in dispatcher.granted)
                assert held <= dispatcher.wants[order.message.request].total

    # ---- events --------------------------------------------------------------------------------------

    @rule(who=strategies.sampled_from(NAMES))
    def attaches(self, who: tuple[str, str, str]) -> None:
        user, name, host = who
        if name in self.there:
            return
        if name not in self.away:
            self.there[name] = self.site.join(user, name, host=host)
            return
        dispatcher, _ = self.away.pop(name)
        back = dispatcher.comes_back(self.site)
        back.wants = {}
        self.there[name] = back

    @precondition(lambda self: self.there)
    @rule(
        data=strategies.data(),
        number=strategies.integers(0, len(NEEDS) - 1),
        total=strategies.integers(0, 4),
        priority=strategies.sampled_from([0.0, 5.0]),
    )
    def wants(self, data: strategies.DataObject, number: int, total: int, priority: float) -> None:
        dispatcher = self.there[data.draw(strategies.sampled_from(sorted(self.there)))]
        dispatcher.want(NEEDS[number], total, request=number + 1, priority=priority)

    @rule(
        numbers=strategies.lists(strategies.integers(0, len(NEEDS) - 1), min_size=4, max_size=4),
        wait=strategies.booleans(),
    )
    def everybody_wants(self, numbers: list[int], wait: bool) -> None:
        for dispatcher, number in zip(list(self.there.values()), numbers, strict=False):
            dispatcher.want(NEEDS[number], 4, request=number + 1)
        for dispatcher in self.there.values():
            for lease in dispatcher.leases:
                dispatcher.runs(lease)
        if wait:
            self.site.after(65.0)

    @precondition(lambda self: any(one.granted for one in self.there.values()))
    @rule(data=strategies.data(), problem=strategies.booleans(), wants_on=strategies.booleans())
    def returns(self, data: strategies.DataObject, problem: bool, wants_on: bool) -> None:
        dispatcher, lease = self.some_lease(data)
        dispatcher.returns(lease, "broken" if problem else "", wants_on=wants_on)

    @precondition(lambda self: any(one.granted for one in self.there.values()))
    @rule(data=strategies.data())
    def runs(self, data: strategies.DataObject) -> None:
        dispatcher, lease = self.some_lease(data)
        dispatcher.runs(lease)

    @precondition(lambda self: any(one.recalled for one in self.there.values()))
    @rule()
    def obey(self) -> None:
        """Every dispatcher gives back what it was asked for."""
        for dispatcher in list(self.there.values()):
            for recall in list(dispatcher.recalled):
                lease = next((lease for lease in dispatcher.leases if lease.id == recall.lease), None)
                if lease is not None:
                    dispatcher.returns(lease, wants_on=True)
            dispatcher.recalled.clear()

    def some_lease(self, data: strategies.DataObject) -> tuple[Dispatcher, Lease]:
        dispatcher = self.there[data.draw(strategies.sampled_from([n for n, one in self.there.items() if one.granted]))]
        return dispatcher, data.draw(strategies.sampled_from(dispatcher.leases))

    @precondition(lambda self: self.there)
    @rule(data=strategies.data(), for_good=strategies.booleans())
    def goes(self, data: strategies.DataObject, for_good: bool) -> None:
        name = data.draw(strategies.sampled_from(sorted(self.there)))
        dispatcher = self.there.pop(name)
        if for_good:
            dispatcher.granted.clear()
            dispatcher.leaves()
        else:
            dispatcher.loses_connection()
            self.away[name] = (dispatcher, self.site.now)

    @precondition(lambda self: self.there)
    @rule(data=strategies.data())
    def connects_twice(self, data: strategies.DataObject) -> None:
        name = data.draw(strategies.sampled_from(sorted(self.there)))
        old = self.there[name]
        self.there[name] = old.comes_back()
        self.there[name].wants = {}
        old.loses_connection()

    @precondition(lambda self: self.pings)
    @rule(data=strategies.data(), up=strategies.booleans())
    def ping_is_answered(self, data: strategies.DataObject, up: bool) -> None:
        number = data.draw(strategies.sampled_from(sorted(self.pings)))
        self.site.answer(self.pings.pop(number), up)

    @rule(seconds=strategies.sampled_from([0.5, 10.0, 31.0, 65.0, 131.0, 1000.0, 7200.0]))
    def time_passes(self, seconds: float) -> None:
        self.site.after(seconds)

    @rule(seconds=strategies.sampled_from([-3600.0, 3600.0, 50_000.0]))
    def clock_is_set(self, seconds: float) -> None:
        self.site.wall += seconds
        self.site.carry_out(self.site.core.tick(self.site.now, self.site.wall + self.site.now))

    @rule(host=strategies.sampled_from(HOSTS))
    def nimby(self, host: str) -> None:
        peer = self.shields.pop(host, None)
        if peer is None:
            self.shields[host] = peer = self.site.new_peer()
            self.site.carry_out(self.site.core.shields(peer, host, True, self.site.now))
        else:
            self.site.carry_out(self.site.core.detach(peer, self.site.now))

    @rule(host=strategies.sampled_from(HOSTS), load=strategies.floats(0, 2), memory=strategies.floats(0, 4096))
    def measures(self, host: str, load: float, memory: float) -> None:
        self.site.measure(host, loadavg=load, memory=memory)

    @rule(slot=strategies.sampled_from([slot.name for slot in SLOTS]), on=strategies.booleans())
    def offline(self, slot: str, on: bool) -> None:
        self.site.carry_out(self.site.core.offline([slot], on, "wrangler", self.site.now))

    @rule(where=strategies.sampled_from([*HOSTS, "a1", "b2"]))
    def ejects(self, where: str) -> None:
        self.site.carry_out(self.site.core.eject(where, "wrangler", self.site.now))

    @rule(excluded=strategies.lists(strategies.sampled_from([*HOSTS, "a1"]), max_size=2), data=strategies.data())
    @precondition(lambda self: self.there)
    def excludes(self, excluded: list[str], data: strategies.DataObject) -> None:
        self.there[data.draw(strategies.sampled_from(sorted(self.there)))].excludes(excluded)

    @rule(slots=strategies.integers(0, 9), limit=strategies.integers(0, 3), pinged=strategies.booleans())
    def schedule_changes(self, slots: int, limit: int, pinged: bool) -> None:
        self.plan = plan(slots, limit, pinged, bool(self.plan.crews))
        self.site.read(self.plan)
        self.site.after(0)  # it may take more than one slice

    @rule(data=strategies.data())
    def maitred_restarts(self, data: strategies.DataObject) -> None:
        """Those that were connected come back in time; of what the others hold alfservers take care."""
        now, wall = self.site.now, self.site.wall
        self.pings.clear()
        self.shields.clear()
        self.away.clear()
        self.site = self.new_site(self.site.core.epoch + 1, wait=True)
        self.site.wall = wall
        for name in data.draw(strategies.permutations(sorted(self.there))):
            self.there[name] = self.there[name].comes_back(self.site)
            self.there[name].wants = {}
        assert now >= 0

    # ---- promises ------------------------------------------------------------------------------------

    @invariant()
    def no_slot_is_in_two_hands(self) -> None:
        holders: Counter[str] = Counter()
        for dispatcher in self.there.values():
            holders.update(set(dispatcher.slots))
        for dispatcher, since in self.away.values():
            if self.site.now < since + LEASE_S:
                holders.update(set(dispatcher.slots))
        assert all(number == 1 for number in holders.values()), holders

    @invariant()
    def nothing_waits_that_could_run(self) -> None:
        if self.pings or self.site.now < self.site.core._books.opens_at:
            return
        for dispatcher in self.there.values():
            for number, want in dispatcher.wants.items():
                explained = dispatcher.explained(number)
                if " wait, " not in explained.summary:
                    continue
                free = [name for name, words in explained.servers if words.startswith("free")]
                places = Counter(name[0] if want.need.samehost else "" for name in free)
                assert all(size < want.need.atleast for size in places.values()), (want, explained)

    @invariant()
    def the_books_agree(self) -> None:
        books = self.site.core._books
        slots = [*books.slots.by_name.values(), *books.slots.gone.values()]
        held: Counter[str] = Counter()
        tags: Counter[str] = Counter()
        for lease in books.leases.by_id.values():
            assert lease.slots
            assert all(slot.lease is lease for slot in lease.slots)
            held[lease.user] += len(lease.slots)
            tags.update(lease.tags)
        assert {slot.lease for slot in slots if slot.lease} == set(books.leases.by_id.values())
        assert all(user.held == held[user.name] for user in books.accounts.users.values())
        assert all(books.leases.limits.running(tag) == tags[tag] for tag in ("prman", "render", "nrm"))
        for host in books.slots.hosts.values():
            assert host.busy == sum(slot.lease is not None for slot in host.slots)
        for kind in books.slots.kinds:
            assert kind.free == sum(slot.rank is not None and slot.kind is kind for slot in slots)
        for slot in slots:
            assert slot.rank is None or (slot.lease is None and slot.kept_for is None)
            assert slot.kept_for is None or slot in slot.kept_for.kept
        for dispatcher in books.dispatchers.values():
            for request in dispatcher.requests.values():
                assert request.held == sum(lease.request == request.wanted for lease in dispatcher.leases)
                assert request.group is not None
                assert (request in request.group.waiting) == request.waits
        assert len(self.site.core.farm(self.site.now).slots) == len(slots)

    @invariant()
    def dispatchers_and_maitred_agree_on_leases(self) -> None:
        known = {lease.id for lease in self.site.core._books.leases.by_id.values() if not lease.pending}
        assert {lease.id for one in self.there.values() for lease in one.leases} <= known


TestAnyOrder = AnyOrder.TestCase
TestAnyOrder.settings = settings(max_examples=25, stateful_step_count=40, deadline=None)
