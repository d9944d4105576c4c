"""What the index finds is what anybody would find who ranks all that waits for every slot: a referee looks on.

The core keeps queues, ranks, verdicts of metrics, kinds and buckets. The referee keeps lists, and asks the assigner
about everybody each time. For every grant: nobody who could have had this slot stands before who got it, and no free
slot that he could have had stands before this one. After every event: nothing waits that could run.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import msgspec
from hypothesis import settings, strategies
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from site_of import RULES, Dispatcher, Site, crew, need, schedule, server

from runtime.assign.assigner import Asking, Assigner, Offer, Rank
from runtime.assign.fairness import Fairness
from runtime.assign.spread import Spread
from runtime.assign.strict import Strict
from runtime.farm_messages import Granted, Lease
from runtime.maitred.orders import Order, Send
from runtime.match.keys import compile_keys, slot_keys
from runtime.match.metrics import compile_metrics
from runtime.needs import Need
from runtime.schedule.model import Server


class Opaque(Fairness):
    """The default's answers, of one who does not say which of them follow from what is held."""

    def request_rank(self, asking: Asking) -> Rank:
        return super().request_rank(asking)


HOSTS = {"a": ("render", 5), "b": ("render nrm", 5), "c": ("nrm zone=NFS", 0), "d": ("render", 0)}
SERVERS = tuple(
    server(f"{host}{number}", host, keys, udi=udi) for host, (keys, udi) in HOSTS.items() for number in range(3)
)
GROUPS = {"most": tuple(one.name for one in SERVERS[:8]), "few": tuple(one.name for one in SERVERS[4:7])}
CREWS = [
    crew("everyone", 1, servers="most"),
    crew("production", 2, users="produce"),
    crew("fx", 3, users="fx", servers="few"),
]
MEMBERS = {"produce": ("anna", "ben"), "fx": ("ben", "cleo")}
NEEDS = (
    need("render"),
    need("nrm"),
    need("render || nrm"),
    need("render", tags="prman"),
    need("nrm", tags="prman maya"),
    need("!a1 && render"),
    need("b || a2"),
    need("render && @.mem > 1"),
    need("nrm", metrics="[Mget loadavg] < 1"),
    need("render", metrics="[Mget loadavg] < 1", tags="maya"),
)
LIMITS = {"prman": 2, "maya": 1}
PEOPLE = (("anna", "anna-1", "film"), ("anna", "anna-2", "short"), ("ben", "ben-1", "film"), ("cleo", "cleo-1", ""),
          ("dora", "dora-1", "short"))  # fmt: skip
STALE_S = 30.0


@dataclass
class Asked:
    """A request, as the referee knows it."""

    number: int
    who: str
    need: Need
    total: int
    priority: float
    tier: str
    since: float
    held: int = 0


@dataclass
class Referee:
    """Everything in lists. `rules` and `assigner` are the core's."""

    assigner: Assigner
    project_shares: bool
    now: float = 0.0
    asked: dict[tuple[str, int], Asked] = field(default_factory=dict)
    taken: dict[str, tuple[str, int]] = field(default_factory=dict)
    """Whose request has a slot."""
    offline: set[str] = field(default_factory=set)
    excluded: dict[str, frozenset[str]] = field(default_factory=dict)
    metrics: dict[str, tuple[dict[str, float | str], float]] = field(default_factory=dict)

    # ---- what is true --------------------------------------------------------------------------------

    def user(self, who: str) -> str:
        return next(user for user, name, _ in PEOPLE if name == who)

    def project(self, who: str) -> str:
        return next(project for _, name, project in PEOPLE if name == who) or "default"

    def held(self, of: object) -> int:
        """How many slots a user or a project has."""
        return sum(of in (self.user(who), self.project(who)) for who, _ in self.taken.values())

    def priority(self, who: str, one: Server) -> float | None:
        user = self.user(who)
        given = [
            crew.priority
            for crew in CREWS
            if (crew.users == "*" or user in MEMBERS[crew.users])
            and (crew.servers == "*" or one.name in GROUPS[crew.servers])
        ]
        return max(given, default=None)

    def rank(self, request: Asked, one: Server) -> Rank:
        user, project = self.user(request.who), self.project(request.who)
        return self.assigner.request_rank(
            Asking(
                user, self.priority(request.who, one) or 0.0, self.held(user), 2.0 if user == "anna" else 1.0,
                request.priority, self.now - request.since, request.number, 1, request.need, 0.0,
                0 if request.tier == "first" else 1, project, self.held(project) if self.project_shares else 0,
                float(self.project_shares) * (3.0 if project == "film" else 1.0), 0.0,
            )
        )  # fmt: skip

    def slot_rank(self, one: Server) -> Rank:
        busy = sum(name[0] == one.host for name in self.taken)
        return self.assigner.slot_rank(Offer(one.name, one.host, one.udi, frozenset(), busy, 3))

    def free(self) -> list[Server]:
        return [one for one in SERVERS if one.name not in self.taken and one.name not in self.offline]

    def waiting(self) -> list[Asked]:
        return [request for request in self.asked.values() if request.held < request.total]

    def metric(self, host: str, name: str) -> float | str | None:
        known, at = self.metrics.get(host, ({}, 0.0))
        return known.get(name) if self.now <= at + STALE_S else None

    def may_have(self, request: Asked, one: Server) -> bool:
        if self.priority(request.who, one) is None or self.excluded.get(request.who, frozenset()) & {
            one.name,
            one.host,
        }:
            return False
        for tag, most in LIMITS.items():
            running = sum(tag in self.asked[key].need.tags for key in self.taken.values())
            if tag in request.need.tags and running >= most:
                return False
        keys = slot_keys(one.keys, slot=one.name, host=one.host)
        return compile_keys(request.need.service)(keys, lambda name: self._keyed(one.host, name)) and compile_metrics(
            request.need.metrics
        )(lambda name: self.metric(one.host, name))

    def _keyed(self, host: str, name: str) -> float | None:
        value = self.metric(host, {"mem": "memory"}.get(name, name))
        return value / 1024.0 if isinstance(value, float) else None

    # ---- what happens --------------------------------------------------------------------------------

    def wants(self, who: str, number: int, wanted: Need, total: int, priority: float, tier: str, count: int) -> None:
        known = self.asked.get((who, number))
        if known is None:
            self.asked[who, number] = Asked(count, who, wanted, total, priority, tier, self.now)
            return
        if known.held >= known.total:
            known.since = self.now
        known.total, known.priority, known.tier = total, priority, tier

    def grants(self, who: str, granted: Granted) -> None:
        """A slot was given: to who stands first, and the best one for him."""
        [slot] = [one for one in SERVERS if one.name == granted.lease.slots[0].name]
        request = self.asked[who, granted.request]
        assert slot in self.free(), f"{slot.name} was not free"
        assert request in self.waiting(), f"{request} does not wait"
        assert self.may_have(request, slot), f"{request} may not have {slot.name}"
        for other in self.waiting():
            if other is not request and self.may_have(other, slot):
                assert self.rank(request, slot) <= self.rank(other, slot), f"{other} goes before {request}"
        for other_slot in self.free():
            if self.may_have(request, other_slot):
                assert self.slot_rank(slot) <= self.slot_rank(other_slot), f"{other_slot} is better than {slot}"
        self.taken[slot.name] = (who, granted.request)
        request.held += 1
        request.since = self.now

    def returns(self, lease: Lease) -> None:
        request = self.asked[self.taken.pop(lease.slots[0].name)]
        if request.held >= request.total:
            request.since = self.now
        request.held -= 1

    def nothing_waits_that_could_run(self) -> None:
        for request in self.waiting():
            for one in self.free():
                assert not self.may_have(request, one), f"{request} could have {one.name}"


class Matching(RuleBasedStateMachine):
    @initialize(
        assigner=strategies.sampled_from([Fairness, Strict, Spread, Opaque]),
        shares=strategies.booleans(),
        limits=strategies.booleans(),
    )
    def begin(self, assigner: type[Assigner], shares: bool, limits: bool) -> None:
        rules = msgspec.structs.replace(RULES, reserve_s=0.0, age_s=10.0, tiers=("first", "default"))
        plan = schedule(
            *SERVERS,
            limits=LIMITS,
            crews=CREWS,
            user_groups=MEMBERS,
            server_groups=GROUPS,
            shares={"anna": 2.0},
            project_shares={"film": 3.0} if shares else {},
        )
        self.site = Site(plan, rules, assigner=assigner)
        self.referee = Referee(assigner(rules), shares)
        self.count = 0
        self.people = {name: self.site.join(user, name) for user, name, _ in PEOPLE}
        self.names = {dispatcher.peer: name for name, dispatcher in self.people.items()}
        carry_out = self.site.carry_out

        def watched(orders: list[Order]) -> list[Order]:
            self.judge(orders)
            return carry_out(orders)

        self.site.carry_out = watched  # type: ignore[method-assign,assignment]  # the referee looks on

    def judge(self, orders: list[Order]) -> None:
        for order in orders:
            if isinstance(order, Send) and isinstance(order.message, Granted):
                self.referee.grants(self.names[order.peer], order.message)

    @rule(
        who=strategies.sampled_from([name for _, name, _ in PEOPLE]),
        number=strategies.integers(0, len(NEEDS) - 1),
        total=strategies.integers(1, 5),
        priority=strategies.sampled_from([0.0, 5.0]),
        tier=strategies.sampled_from(["", "first"]),
    )
    def wants(self, who: str, number: int, total: int, priority: float, tier: str) -> None:
        dispatcher = self.people[who]
        self.count += (who, number + 1) not in self.referee.asked
        self.referee.wants(who, number + 1, NEEDS[number], total, priority, tier, self.count)
        project = "" if self.referee.project(who) == "default" else self.referee.project(who)
        dispatcher.want(NEEDS[number], total, request=number + 1, priority=priority, project=project, tier=tier)

    def holders(self) -> list[Dispatcher]:
        return [dispatcher for dispatcher in self.people.values() if dispatcher.granted]

    @precondition(lambda self: self.holders())
    @rule(data=strategies.data())
    def returns(self, data: strategies.DataObject) -> None:
        dispatcher = data.draw(strategies.sampled_from(self.holders()))
        lease = data.draw(strategies.sampled_from(dispatcher.leases))
        self.referee.returns(lease)
        dispatcher.returns(lease, wants_on=True)

    @rule(
        host=strategies.sampled_from(sorted(HOSTS)),
        loadavg=strategies.sampled_from([0.5, 1.5]),
        memory=strategies.sampled_from([512.0, 4096.0]),
    )
    def measures(self, host: str, loadavg: float, memory: float) -> None:
        self.referee.metrics[host] = ({"loadavg": loadavg, "memory": memory}, self.site.now)
        self.site.measure(host, loadavg=loadavg, memory=memory)

    @rule(slot=strategies.sampled_from([one.name for one in SERVERS]), on=strategies.booleans())
    def is_offline(self, slot: str, on: bool) -> None:
        (self.referee.offline.add if on else self.referee.offline.discard)(slot)
        self.site.carry_out(self.site.core.offline([slot], on, "wanda", self.site.now))

    @rule(
        who=strategies.sampled_from([name for _, name, _ in PEOPLE]),
        where=strategies.sets(strategies.sampled_from(["a", "b1", "c0"])),
    )
    def excludes(self, who: str, where: set[str]) -> None:
        self.referee.excluded[who] = frozenset(where)
        self.people[who].excludes(sorted(where))

    @rule(seconds=strategies.sampled_from([3.0, 8.0, 40.0]))
    def time_passes(self, seconds: float) -> None:
        """Longer than ranks are kept."""
        self.referee.now += seconds
        self.site.after(seconds)

    @invariant()
    def nothing_waits_that_could_run(self) -> None:
        if hasattr(self, "referee"):
            self.referee.nothing_waits_that_could_run()


TestMatching = Matching.TestCase
TestMatching.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
