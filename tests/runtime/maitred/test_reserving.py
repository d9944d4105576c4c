"""What leases reserve of a host adds up to no more than it has, and who waits for much of one host gets it."""

from __future__ import annotations

from typing import Any

import msgspec
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from site_of import RULES, Dispatcher, Site, crew, need, schedule, server

from runtime.farm_messages import HeldLease
from runtime.needs import Need
from runtime.schedule.model import HostEntry, Schedule


def reserving(mem: float = 0, gpu: float = 0, **options: Any) -> Need:
    found = (("gpu", float(gpu)), ("mem", float(mem)))
    return need(reserve=tuple(one for one in found if one[1]), **options)


def hosts(slots: int = 4, *names: str, mem: float | None = 64, gpus: int | None = 2, **parts: Any) -> Schedule:
    names = names or ("janus",)
    made = [server(f"{name}{number}", name) for name in names for number in range(1, slots + 1)]
    return schedule(*made, hosts={name: HostEntry(name, mem, gpus) for name in names}, **parts)


def test_what_is_reserved_of_a_host_is_no_more_than_it_has() -> None:
    site = Site(hosts())
    anna = site.join("anna")

    anna.want(reserving(mem=30), total=4)

    assert anna.slots == ["janus1", "janus2"]
    assert anna.why()["janus3"] == "it reserves 30 GB of memory: 4 of 64 GB of memory are left"


def test_who_reserves_nothing_has_the_other_slots() -> None:
    site = Site(hosts())
    anna, ben = site.join("anna"), site.join("ben")
    anna.want(reserving(mem=64))

    ben.want("pixarRender", total=3)

    assert len(ben.slots) == 3


def test_what_is_freed_lets_the_next_one_in_on_a_slot_that_was_free_all_the_time() -> None:
    site = Site(hosts())
    anna, ben = site.join("anna"), site.join("ben")
    anna.want(reserving(mem=40))
    ben.want(reserving(mem=40))
    assert ben.slots == []

    anna.returns()

    assert len(ben.slots) == 1


def test_memory_that_the_schedule_does_not_say_is_what_the_host_measures() -> None:
    site = Site(hosts(mem=None))
    anna = site.join("anna")
    anna.want(reserving(mem=8), total=4)
    assert anna.why()["janus1"] == (
        "it reserves 8 GB of memory: how much is not known (neither alfHost(janus) nor its alfserver says it)"
    )

    site.measure("janus", memtotal=16 * 1024.0)

    assert anna.slots == ["janus1", "janus2"]


def test_gpus_that_the_schedule_does_not_say_may_be_measured() -> None:
    site = Site(hosts(gpus=None))
    anna = site.join("anna")
    anna.want(reserving(gpu=1), total=4)
    assert anna.slots == []

    site.measure("janus", gpus=1.0)

    assert anna.slots == ["janus1"]


def test_the_schedules_word_counts_more_than_a_measurement() -> None:
    site = Site(hosts(mem=16))
    site.measure("janus", memtotal=64 * 1024.0)
    anna = site.join("anna")

    anna.want(reserving(mem=10), total=4)

    assert anna.slots == ["janus1"]


def test_what_is_measured_once_does_not_grow_stale() -> None:
    site = Site(hosts(mem=None))
    site.measure("janus", memtotal=16 * 1024.0)
    site.after(3600.0)
    anna = site.join("anna")

    anna.want(reserving(mem=10))

    assert anna.slots == ["janus1"]


def test_what_no_host_has_waits_and_says_why() -> None:
    site = Site(hosts())
    anna = site.join("anna")

    anna.want(reserving(mem=65))

    assert anna.why()["janus1"] == "it reserves 65 GB of memory: there is 64 GB of memory in all"
    assert "4 do not have what it reserves" in anna.explained().summary


def test_each_of_several_slots_reserves() -> None:
    site = Site(hosts(4, "janus", "ash"))
    anna = site.join("anna")

    anna.want(reserving(mem=30, atleast=3))

    assert sorted(slot[:-1] for slot in anna.slots) == ["ash", "janus", "janus"] or len(anna.slots) == 3
    assert all(line.held["mem"] <= 64 for line in site.core.farm(site.now).hosts)


def test_several_slots_on_one_host_need_room_for_all_of_them() -> None:
    site = Site(hosts(4, "janus", "ash"))
    anna, ben = site.join("anna"), site.join("ben")
    anna.want(reserving(mem=20))

    ben.want(reserving(mem=20, atleast=3, samehost=True))

    assert {slot[:-1] for slot in ben.slots} == {"ash"}


def test_no_more_slots_than_there_is_room_for() -> None:
    site = Site(hosts())
    anna = site.join("anna")

    anna.want(reserving(mem=30, atleast=1, atmost=4))

    assert anna.slots == ["janus1", "janus2"]


def test_gpus_are_named_to_the_dispatcher_each_once() -> None:
    site = Site(hosts())
    anna = site.join("anna")

    anna.want(reserving(gpu=1), total=4)

    assert [slot.gpus for lease in anna.leases for slot in lease.slots] == [(0,), (1,)]
    assert site.slot("janus2").gpus == (1,)
    assert site.slot("janus2").reserve == {"gpu": 1.0}


def test_what_is_held_counts_again_after_a_restart_of_the_maitre_d() -> None:
    site = Site(hosts())
    anna = site.join("anna")
    anna.want(reserving(mem=40, gpu=1))

    later = Site(hosts(), epoch=2000)
    anna.comes_back(later)
    ben = later.join("ben")
    ben.want(reserving(mem=20, gpu=1))
    cleo = later.join("cleo")
    cleo.want(reserving(mem=20))

    assert ben.leases[0].slots[0].gpus == (1,)
    assert cleo.slots == []


def test_a_dispatcher_that_knows_nothing_of_reservations_holds_none() -> None:
    site = Site(hosts())
    anna = site.join("anna")
    anna.want(reserving(mem=64))
    [lease] = anna.leases
    old = msgspec.structs.replace(
        lease, reserve=(), slots=tuple(msgspec.structs.replace(slot, gpus=()) for slot in lease.slots)
    )

    later = Site(hosts(), epoch=2000)
    later.join("anna", epoch=1000, held=[HeldLease(old, 1, 1, "job")])

    assert later.core.farm(later.now).hosts[0].held == {}


def test_what_cannot_be_is_not_counted() -> None:
    site = Site(hosts())
    anna = site.join("anna")
    anna.want(reserving(mem=8))
    [lease] = anna.leases
    bad = msgspec.structs.replace(lease, reserve=(("mem", float("inf")), ("tape", 1.0), ("gpu", -1.0)))

    later = Site(hosts(), epoch=2000)
    later.join("anna", epoch=1000, held=[HeldLease(bad, 1, 1, "job")])

    assert later.core.farm(later.now).hosts[0].held == {}
    ben = later.join("ben")
    ben.want(need(reserve=(("mem", float("nan")),)))
    assert any("it reserves what cannot be reserved" in line for line in later.logged)


def test_a_host_that_has_less_now_ends_nothing_and_begins_nothing() -> None:
    site = Site(hosts())
    anna, ben = site.join("anna"), site.join("ben")
    anna.want(reserving(mem=40))

    site.read(hosts(mem=32))
    ben.want(reserving(mem=10))

    assert anna.slots == ["janus1"] and anna.recalled == []
    assert ben.slots == []
    anna.returns()
    assert len(ben.slots) == 1


def test_a_host_that_has_more_now_lets_in_what_waits() -> None:
    site = Site(hosts(mem=16))
    anna = site.join("anna")
    anna.want(reserving(mem=10), total=2)

    site.read(hosts(mem=32))

    assert len(anna.slots) == 2


def test_a_slot_that_moves_to_another_host_leaves_its_reservation_where_it_runs() -> None:
    site = Site(hosts(2, "janus", "ash"))
    anna = site.join("anna")
    anna.want(reserving(mem=64), host="janus")
    [name] = anna.slots

    plan = hosts(2, "janus", "ash")
    moved = {**plan.servers, name: server(name, "ash")}
    site.read(msgspec.structs.replace(plan, servers=moved))

    held = {line.name: line.held for line in site.core.farm(site.now).hosts}
    assert held == {"janus": {"mem": 64.0}, "ash": {}}
    anna.returns()
    assert all(not line.held for line in site.core.farm(site.now).hosts)


def test_a_slot_that_is_gone_from_the_schedule_holds_what_it_reserves_until_its_command_has_ended() -> None:
    site = Site(hosts(2))
    anna, ben = site.join("anna"), site.join("ben")
    anna.want(reserving(mem=64))
    [name] = anna.slots

    plan = hosts(2)
    site.read(msgspec.structs.replace(plan, servers={key: one for key, one in plan.servers.items() if key != name}))
    ben.want(reserving(mem=10))
    assert ben.slots == []

    anna.returns()
    assert len(ben.slots) == 1


def test_a_big_one_is_not_passed_for_ever_by_small_ones() -> None:
    site = Site(hosts())
    small, big = site.join("ben"), site.join("ben", "ben-2")
    small.want(reserving(mem=20), total=100)
    big.want(reserving(mem=64), jid=2)
    site.after(RULES.reserve_s + 3)

    for _ in range(4):
        small.returns(wants_on=True)

    assert len(big.slots) == 1


def test_while_room_is_kept_those_who_reserve_nothing_go_on() -> None:
    site = Site(hosts())
    anna, big, ben = site.join("anna"), site.join("anna", "anna-2"), site.join("ben")
    anna.want(reserving(mem=40))
    big.want(reserving(mem=64), jid=2)
    site.after(RULES.reserve_s + 3)

    ben.want("pixarRender", total=9)
    ben.want(reserving(mem=10))

    assert len(ben.slots) == 2
    assert ben.why(2)["janus2"].startswith("kept for") or "kept for others" in ben.why(2)["janus3"]
    anna.returns()
    assert len(big.slots) == 1


def test_nothing_is_kept_for_what_no_host_could_ever_have() -> None:
    site = Site(hosts())
    anna, ben = site.join("anna"), site.join("ben")
    anna.want(reserving(mem=65))
    site.after(RULES.reserve_s + 3)

    ben.want(reserving(mem=16), total=4)

    assert len(ben.slots) == 4


def test_a_host_of_which_nothing_is_known_takes_no_part_in_keeping() -> None:
    site = Site(schedule(server("a", "janus"), server("b", "castor"), hosts={"janus": HostEntry("janus", 64, 2)}))
    anna, ben = site.join("anna"), site.join("ben")
    anna.want(reserving(mem=40))
    ben.want(reserving(mem=60))

    site.after(RULES.reserve_s + 3)
    anna.returns()

    assert ben.slots == ["a"]


def test_who_stands_higher_passes_what_is_kept() -> None:
    crews = [crew("low", users="low"), crew("high", 50.0, users="high")]
    plan = hosts(crews=crews, user_groups={"low": ("ben",), "high": ("anna",)})
    site = Site(plan)
    small, big, anna = site.join("ben"), site.join("ben", "ben-2"), site.join("anna")
    small.want(reserving(mem=40))
    big.want(reserving(mem=64), jid=2)
    site.after(RULES.reserve_s + 3)

    anna.want(reserving(mem=20))

    assert len(anna.slots) == 1


CREWS = (crew("low", users="low"), crew("high", 50.0, users="high", preempt=True))
USERS = {"low": ("ben",), "high": ("anna",)}


def test_leases_are_asked_back_until_there_is_room_on_one_host_and_no_others() -> None:
    site = Site(hosts(4, "janus", "ash", crews=CREWS, user_groups=USERS))
    ben, anna = site.join("ben"), site.join("anna")
    ben.want(reserving(mem=20), total=6)

    anna.want(reserving(mem=40))

    recalled = [recall.lease for recall in ben.recalled]
    places = {slot.host for lease in ben.leases if lease.id in recalled for slot in lease.slots}
    assert len(recalled) == 2 and len(places) == 1
    for lease in [lease for lease in ben.leases if lease.id in recalled]:
        ben.returns(lease, wants_on=True)
    assert {slot.host for lease in anna.leases for slot in lease.slots} == places


def test_what_holds_nothing_of_the_memory_is_not_asked_back_for_it() -> None:
    site = Site(hosts(crews=CREWS, user_groups=USERS))
    ben, anna = site.join("ben"), site.join("anna")
    ben.want("pixarRender", total=2)
    ben.want(reserving(mem=64))

    anna.want(reserving(mem=10))

    assert [recall.lease for recall in ben.recalled] == [ben.leases[2].id]


def test_nothing_is_asked_back_where_that_would_not_be_enough() -> None:
    site = Site(hosts(crews=CREWS, user_groups={"low": ("ben",), "high": ("anna", "cleo")}))
    cleo, ben, anna = site.join("cleo"), site.join("ben"), site.join("anna")
    cleo.want(reserving(mem=30))
    ben.want(reserving(mem=20))

    anna.want(reserving(mem=60))

    assert ben.recalled == []


def test_preemption_ejects_what_makes_room_on_one_host_and_nothing_in_vain() -> None:
    site = Site(hosts(4, "janus", "ash", crews=CREWS, user_groups=USERS))
    ben, anna = site.join("ben"), site.join("anna")
    ben.want(reserving(mem=16), total=8)
    for lease in ben.leases:
        ben.runs(lease)
    anna.want(reserving(mem=40))

    site.after(RULES.preempt_wait_s + 5)

    ejected = [recall.lease for recall in ben.recalled if recall.eject]
    places = {slot.host for lease in ben.leases if lease.id in ejected for slot in lease.slots}
    assert len(ejected) == 3 and len(places) == 1
    for lease in [lease for lease in ben.leases if lease.id in ejected]:
        ben.returns(lease, wants_on=True)
    assert len(anna.slots) == 1


class Reserving(RuleBasedStateMachine):
    """Whatever happens, what is held of a host is what its leases say, and no more than it had when they were given."""

    def __init__(self) -> None:
        super().__init__()
        self.site = Site(hosts(3, "janus", "ash", mem=16))
        self.users: list[Dispatcher] = [self.site.join("anna"), self.site.join("ben"), self.site.join("cleo")]
        self.least = 16.0

    @rule(
        who=st.integers(0, 2), mem=st.integers(0, 17), gpu=st.integers(0, 2), atleast=st.integers(1, 3),
        samehost=st.booleans(), total=st.integers(1, 4),
    )  # fmt: skip
    def want(self, who: int, mem: int, gpu: int, atleast: int, samehost: bool, total: int) -> None:
        self.users[who].want(reserving(mem, gpu, atleast=atleast, samehost=samehost), total=total)

    @rule(who=st.integers(0, 2), wants_on=st.booleans())
    def ends(self, who: int, wants_on: bool) -> None:
        if self.users[who].granted:
            self.users[who].returns(wants_on=wants_on)

    @rule(who=st.integers(0, 2))
    def is_recalled(self, who: int) -> None:
        for recall in list(self.users[who].recalled):
            leases = [lease for lease in self.users[who].leases if lease.id == recall.lease]
            if leases:
                self.users[who].returns(leases[0], wants_on=True)

    @rule(who=st.integers(0, 2))
    def comes_back(self, who: int) -> None:
        self.users[who].loses_connection()
        self.users[who] = self.users[who].comes_back()

    @rule(seconds=st.sampled_from([1.0, 60.0, 400.0]))
    def time_passes(self, seconds: float) -> None:
        self.site.after(seconds)

    @rule(mem=st.sampled_from([8.0, 16.0, 20.0]), slots=st.integers(1, 3))
    def read(self, mem: float, slots: int) -> None:
        self.site.read(hosts(slots, "janus", "ash", mem=mem))
        self.least = min(self.least, mem)

    @invariant()
    def what_is_held_is_what_the_leases_say(self) -> None:
        held: dict[str, dict[str, float]] = {"janus": {}, "ash": {}}
        pieces: dict[str, list[int]] = {"janus": [], "ash": []}
        for user in self.users:
            for lease in user.leases:
                for slot in lease.slots:
                    pieces[slot.host] += slot.gpus
                    for name, amount in lease.reserve:
                        held[slot.host][name] = held[slot.host].get(name, 0.0) + amount
        lines = {line.name: line for line in self.site.core.farm(self.site.now).hosts}
        assert {name: line.held for name, line in lines.items()} == held
        for name, amounts in held.items():
            assert amounts.get("mem", 0.0) <= 20.0 and amounts.get("gpu", 0.0) <= 2.0
            assert len(pieces[name]) == len(set(pieces[name])) == amounts.get("gpu", 0.0)

    @invariant()
    def nothing_waits_that_has_room(self) -> None:
        for user in self.users:
            for number, want in user.wants.items():
                held = sum(granted.request == number for granted in user.granted)
                if want.total > held and want.need.atleast == 1:
                    assert "free" not in user.why(number).values()


TestReserving = Reserving.TestCase
TestReserving.settings = hypothesis_settings(max_examples=30, stateful_step_count=20, deadline=None)
