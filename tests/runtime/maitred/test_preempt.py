"""Whom preemption takes: the cheapest, as few as it takes, nobody before his time (reference 10.3)."""

from __future__ import annotations

import msgspec
from hypothesis import given
from hypothesis import strategies as st
from site_of import RULES, Dispatcher, Site, crew, need, schedule, server

from runtime.assign.assigner import Victim
from runtime.assign.judge import Judge
from runtime.assign.preempt import cheapest, may_be_ejected
from runtime.farm_messages import HeldLease
from runtime.maitred.rules import Rules
from runtime.schedule.model import HostEntry

JUDGE = Judge(RULES)


def victim(ran_s: float, slots: int = 1, priority: float = 0.0) -> Victim:
    return Victim("ben", 1, priority, slots, ran_s)


def test_who_is_not_needed_beside_a_dearer_one_is_spared() -> None:
    victims = [victim(1), victim(2), victim(900, slots=4)]

    assert cheapest(victims, [1, 1, 4], 4, JUDGE) == [2]


def test_nobody_is_ejected_where_all_together_are_not_enough() -> None:
    assert cheapest([victim(1), victim(2)], [1, 1], 3, JUDGE) == []


Victims = st.lists(st.builds(victim, st.floats(1, 1e5), st.integers(1, 8), st.sampled_from([0.0, 10.0])), max_size=12)


@given(Victims, st.integers(1, 20))
def test_victims_are_enough_and_none_of_them_in_vain(victims: list[Victim], needed: int) -> None:
    slots = [one.slots for one in victims]

    chosen = cheapest(victims, slots, needed, JUDGE)

    won = sum(slots[place] for place in chosen)
    assert (won >= needed) if sum(slots) >= needed else not chosen
    assert all(won - slots[place] < needed for place in chosen)


@given(Victims, st.integers(1, 20))
def test_no_victim_is_dearer_than_it_takes(victims: list[Victim], needed: int) -> None:
    slots = [one.slots for one in victims]
    chosen = cheapest(victims, slots, needed, JUDGE)
    ranks = JUDGE.victim_ranks(victims)

    dearest = max((ranks[place] for place in chosen), default=())

    below = sum(slots[place] for place in range(len(victims)) if ranks[place] < dearest)
    assert below < needed, "those who are cheaper than the dearest of them would not have been enough"


@given(st.floats(0, 1e4), st.floats(-100, 100), st.floats(-100, 100))
def test_nobody_is_ejected_before_his_time_or_by_his_like(ran_s: float, own: float, other: float) -> None:
    rules = Rules()

    allowed = may_be_ejected(victim(ran_s, priority=own), other, rules)

    assert allowed == (ran_s > rules.preempt_min_run_s and own + rules.preempt_margin <= other)


# ---- on a farm -----------------------------------------------------------------------------------------------------


def farm(*servers: str, **rules: float) -> tuple[Site, Dispatcher, Dispatcher]:
    """Ben holds every slot and runs on it; anna's crew may eject."""
    crews = [crew("everyone", 1), crew("production", 50, users="produce", preempt=True)]
    made = [server(name, name[0]) for name in servers]
    plan = schedule(*made, user_groups={"produce": ("anna",)}, crews=crews)
    site = Site(plan, msgspec.structs.replace(RULES, **rules))
    ben, anna = site.join("ben"), site.join("anna")
    ben.want(total=100)
    for lease in ben.leases:
        ben.runs(lease)
    return site, ben, anna


def ejected(dispatcher: Dispatcher) -> list[str]:
    gone = {recall.lease for recall in dispatcher.recalled if recall.eject}
    return sorted(slot.name for lease in dispatcher.leases if lease.id in gone for slot in lease.slots)


def runs_anew(site: Site, ben: Dispatcher, *slots: str) -> None:
    """Time passes, and other commands begin on these slots."""
    site.after(100)
    for lease in ben.leases:
        if lease.slots[0].name in slots:
            ben.runs(lease)


def test_for_samehost_the_cheapest_host_is_cleared() -> None:
    site, ben, anna = farm("a1", "a2", "b1", "b2")
    runs_anew(site, ben, "a1", "b1", "b2")
    anna.want(need(atleast=2, samehost=True))

    site.after(62)

    assert ejected(ben) == ["b1", "b2"]


def test_for_what_is_reserved_the_cheapest_host_is_cleared() -> None:
    crews = [crew("everyone", 1), crew("production", 50, users="produce", preempt=True)]
    made = [server(f"{host}{number}", host) for host in "ab" for number in (1, 2)]
    hosts = {host: HostEntry(host, 8.0, 0) for host in "ab"}
    site = Site(schedule(*made, user_groups={"produce": ("anna",)}, crews=crews, hosts=hosts))
    ben, anna = site.join("ben"), site.join("anna")
    ben.want(need(reserve=(("mem", 8.0),)))
    ben.runs()
    site.after(3600)
    ben.want(need(reserve=(("mem", 4.0),)), total=2)
    for lease in ben.leases[1:]:
        ben.runs(lease)
    anna.want(need(reserve=(("mem", 8.0),)))

    site.after(62)

    assert ejected(ben) == ["b1", "b2"], "two that have just begun, not one that has run for an hour"


def test_what_was_won_is_not_for_those_who_have_waited_longer() -> None:
    site, ben, anna = farm("a")
    dora = site.join("dora")
    dora.want()
    site.after(3600)
    ben.runs()
    anna.want()
    site.after(62)

    ben.returns(wants_on=True)

    assert (len(anna.slots), len(dora.slots)) == (1, 0)


def test_what_was_won_for_a_big_request_is_kept_for_it_until_it_is_enough() -> None:
    site, ben, anna = farm("a1", "a2")
    dora = site.join("dora")
    dora.want()
    site.after(3600)
    for lease in ben.leases:
        ben.runs(lease)
    anna.want(need(atleast=2))
    site.after(62)

    for lease in ben.leases:
        ben.returns(lease, wants_on=True)

    assert (len(anna.slots), len(dora.slots)) == (2, 0)


def test_what_was_ejected_and_runs_again_has_its_time_again() -> None:
    site, ben, anna = farm("a")
    anna.want()
    site.after(62)
    assert ejected(ben) == ["a"]
    ben.returns(wants_on=True)
    anna.returns()
    [lease] = ben.leases
    ben.runs(lease)
    anna.want()

    site.after(29)
    early = ejected(ben)
    site.after(62)

    assert (early, ejected(ben)) == ([], ["a"])


def test_a_command_that_began_while_its_dispatcher_was_away_has_its_time_too() -> None:
    site, ben, anna = farm("a")
    anna.want()
    site.after(55)
    ben.loses_connection()
    held = [HeldLease(ben.leases[0], 1, 1, "job 1", running_s=1.0)]
    back = site.join("ben", name=ben.name, epoch=1000, held=held)
    back.granted, back.wants = ben.granted, ben.wants
    back.want(total=100, request=1)

    site.after(20)
    early = ejected(back)
    site.after(20)

    assert (early, ejected(back)) == ([], ["a"])


def test_a_dispatcher_that_comes_back_idle_runs_nothing_that_could_be_ejected() -> None:
    site, ben, anna = farm("a")
    anna.want()
    site.after(55)
    ben.loses_connection()
    back = site.join("ben", name=ben.name, epoch=1000, held=ben.held())
    back.granted = ben.granted

    site.after(20)

    assert ejected(back) == []
