"""Leases are used again and again, until somebody of higher standing waits; some may eject others (reference 10.3)."""

from __future__ import annotations

import msgspec
from site_of import RULES, Dispatcher, Site, crew, need, schedule, server

from runtime.schedule.model import Span

PRODUCE = {"produce": ("anna",)}


def recalled(dispatcher: Dispatcher) -> list[bool]:
    """Of each lease that was asked back, whether it is ejected."""
    return [recall.eject for recall in dispatcher.recalled]


def farm_of(dispatcher: Dispatcher, slots: int) -> None:
    """The dispatcher holds all slots, and has commands for many more."""
    dispatcher.want(total=100)
    assert len(dispatcher.slots) == slots
    for lease in dispatcher.leases:
        dispatcher.runs(lease)


def test_a_user_who_holds_less_gets_leases_back_until_both_hold_equally_many() -> None:
    site = Site(schedule("a", "b", "c", "d"))
    ben, anna = site.join("ben"), site.join("anna")
    farm_of(ben, 4)

    anna.want(total=100)
    assert recalled(ben) == [False, False]
    for recall in list(ben.recalled):
        ben.returns(next(lease for lease in ben.leases if lease.id == recall.lease), wants_on=True)

    assert (len(anna.slots), len(ben.slots)) == (2, 2)
    assert recalled(anna) == recalled(ben) == []


def test_only_as_many_are_asked_back_as_are_wanted() -> None:
    site = Site(schedule("a", "b", "c", "d"))
    ben, anna = site.join("ben"), site.join("anna")
    farm_of(ben, 4)

    anna.want(total=1)
    anna.want(total=1, request=1)

    assert recalled(ben) == [False]


def test_who_got_another_slot_meanwhile_counts_as_one_who_will_hold_fewer() -> None:
    site = Site(schedule(*"abcdefgh"))
    ben, dora, anna, cleo = (site.join(user) for user in ("ben", "dora", "anna", "cleo"))
    dora.want(total=2)
    farm_of(ben, 6)
    anna.want(total=100)
    assert recalled(ben) == [False] * 3

    for lease in list(dora.leases):
        dora.returns(lease)
    for lease in anna.leases:
        anna.runs(lease)
    cleo.want(total=100)

    assert len(anna.slots) == 2
    assert (recalled(anna), recalled(ben)) == ([False], [False] * 4)


def test_shares_say_what_equal_is() -> None:
    site = Site(schedule("a", "b", "c", "d", shares={"anna": 3.0}))
    ben, anna = site.join("ben"), site.join("anna")
    farm_of(ben, 4)

    anna.want(total=100)

    assert recalled(ben) == [False] * 3


def test_a_higher_crew_takes_all_that_it_wants() -> None:
    crews = [crew("everyone", 1), crew("production", 10, users="produce")]
    site = Site(schedule("a", "b", user_groups=PRODUCE, crews=crews))
    ben, anna = site.join("ben"), site.join("anna")
    farm_of(ben, 2)

    anna.want(total=5)

    assert recalled(ben) == [False, False]


def test_a_lower_crew_takes_nothing_back() -> None:
    crews = [crew("everyone", 1), crew("production", 10, users="produce")]
    site = Site(schedule("a", "b", user_groups=PRODUCE, crews=crews))
    anna, ben = site.join("anna"), site.join("ben")
    farm_of(anna, 2)

    ben.want(total=5)

    assert recalled(anna) == []


def test_age_lets_a_lower_crew_have_its_turn_in_the_end() -> None:
    crews = [crew("everyone", 1), crew("production", 10, users="produce")]
    site = Site(schedule("a", "b", user_groups=PRODUCE, crews=crews))
    anna, ben = site.join("anna"), site.join("ben")
    farm_of(anna, 2)
    ben.want()
    for _ in range(10):
        site.after(60)
        anna.runs(anna.leases[0])
    assert recalled(anna) == []

    site.after(60)
    anna.runs(anna.leases[0])
    site.after(2)

    assert recalled(anna) == [False]


def test_leases_that_no_command_uses_are_asked_back_first_then_what_has_run_longest() -> None:
    site = Site(schedule("a", "b", "c", "d"))
    ben, anna = site.join("ben"), site.join("anna")
    ben.want(total=100)
    first, second, third, fourth = ben.leases
    ben.runs(third)
    site.after(1)
    ben.runs(first)
    ben.runs(second)

    anna.want(total=2)

    assert [recall.lease for recall in ben.recalled] == [fourth.id, third.id]


def test_what_the_request_cannot_use_is_left_alone() -> None:
    site = Site(schedule(server("a", keys="pixarRender"), server("b", keys="pixarRender pixarNRM")))
    ben, anna = site.join("ben"), site.join("anna")
    farm_of(ben, 2)

    anna.want("pixarNRM")

    assert [recall.lease for recall in ben.recalled] == [ben.leases[1].id]


def test_a_dispatcher_does_not_take_back_its_own_leases() -> None:
    site = Site(schedule("a", "b"))
    anna = site.join("anna")
    farm_of(anna, 2)

    anna.want(priority=100.0, jid=2)

    assert recalled(anna) == []


def test_who_waits_for_a_limit_takes_back_what_counts_under_it() -> None:
    site = Site(schedule("a", "b", "c", "d", limits={"prman": 2}))
    ben, anna = site.join("ben"), site.join("anna")
    ben.want(need(tags="prman"), total=10)

    anna.want(need(tags="prman"), total=10)
    assert recalled(ben) == [False]
    ben.returns(wants_on=True)

    assert len(anna.slots) == 1


def test_a_command_that_begins_on_a_lease_is_a_server_that_its_request_got() -> None:
    site = Site(schedule("a", "b"))
    ben, anna = site.join("ben"), site.join("anna")
    farm_of(ben, 2)
    site.after(300)
    anna.want(total=1)
    assert recalled(ben) == []

    ben.runs(ben.leases[0])
    site.after(2)

    assert recalled(ben) == [False]


def test_a_crew_that_closes_asks_back_after_the_command() -> None:
    day = (Span(12 * 60, 13 * 60),)
    site = Site(schedule("a", time_groups={"noon": day}, crews=[crew("noon", times="noon")]))
    anna = site.join("anna")
    anna.want(total=5)

    site.after(3600)

    assert recalled(anna) == [False]


def test_a_slot_that_is_gone_from_the_schedule_is_asked_back_after_the_command() -> None:
    site = Site(schedule("a", "b"))
    anna = site.join("anna")
    anna.want(total=5)

    site.read(schedule("b"))

    assert [recall.reason for recall in anna.recalled] == ["a: no longer in the schedule"]


# ---- several slots at once ------------------------------------------------------------------------------


def test_as_many_leases_are_asked_back_as_make_up_a_big_request() -> None:
    site = Site(schedule("a", "b", "c", "d", "e", "f"))
    ben, anna = site.join("ben"), site.join("anna")
    farm_of(ben, 6)

    anna.want(need(atleast=2))
    assert recalled(ben) == [False, False]
    for recall in list(ben.recalled):
        ben.returns(next(lease for lease in ben.leases if lease.id == recall.lease), wants_on=True)

    assert len(anna.slots) == 2


def test_for_samehost_they_are_asked_back_on_one_host() -> None:
    slots = [server(f"{host}{number}", host) for host in "ab" for number in range(2)]
    site = Site(schedule(*slots))
    ben, anna = site.join("ben"), site.join("anna")
    farm_of(ben, 4)

    anna.want(need(atleast=2, samehost=True))

    names = {lease.id: lease.slots[0].host for lease in ben.leases}
    assert len(ben.recalled) == 2
    assert len({names[recall.lease] for recall in ben.recalled}) == 1


def test_small_requests_do_not_starve_a_big_one_for_ever() -> None:
    site = Site(schedule("a", "b"))
    dora, ben, anna = site.join("dora"), site.join("ben"), site.join("anna")
    dora.want(total=2)
    anna.want(need(atleast=2))
    site.after(301)
    ben.want(total=10, priority=10.0)

    dora.returns()
    assert anna.why(1)[site.core.farm(site.now).slots[0].name]
    dora.returns()

    assert len(anna.slots) == 2


def test_a_big_request_that_has_not_waited_long_keeps_nothing() -> None:
    site = Site(schedule("a", "b"))
    dora, ben, anna = site.join("dora"), site.join("ben"), site.join("anna")
    dora.want(total=2)
    anna.want(need(atleast=2))
    ben.want(total=1)

    dora.returns()

    assert ben.slots == ["a"]


def test_what_is_kept_says_for_whom() -> None:
    site = Site(schedule("a", "b"))
    dora, ben, anna = site.join("dora"), site.join("ben"), site.join("anna")
    dora.want(total=2)
    anna.want(need(atleast=2))
    site.after(301)
    dora.returns()
    ben.want()

    assert ben.why()["a"] == 'kept for anna@ws1 job 1 "job 1", which wants 2 slots'


def test_a_request_of_higher_standing_has_what_is_kept() -> None:
    crews = [crew("everyone", 1), crew("production", 100, users="produce")]
    site = Site(schedule("a", "b", user_groups=PRODUCE, crews=crews))
    dora, ben, anna = site.join("dora"), site.join("ben"), site.join("anna")
    dora.want(total=2)
    ben.want(need(atleast=2))
    site.after(301)
    dora.returns()

    anna.want()

    assert anna.slots == ["a"]


def test_what_is_kept_is_free_when_the_request_is_taken_back() -> None:
    site = Site(schedule("a", "b"))
    dora, ben, anna = site.join("dora"), site.join("ben"), site.join("anna")
    dora.want(total=2)
    number = anna.want(need(atleast=2))
    site.after(301)
    dora.returns()
    ben.want()

    anna.want(total=0, request=number)

    assert ben.slots == ["a"]


def test_what_could_never_be_enough_keeps_nothing() -> None:
    site = Site(schedule("a", "b"))
    dora, ben, anna = site.join("dora"), site.join("ben"), site.join("anna")
    dora.want(total=2)
    anna.want(need(atleast=3))
    site.after(301)
    dora.returns()

    ben.want()

    assert ben.slots == ["a"]


def test_for_samehost_slots_are_kept_on_one_host() -> None:
    site = Site(schedule(*[server(f"{host}{number}", host) for host in "ab" for number in range(2)]))
    dora, ben, anna = site.join("dora"), site.join("ben"), site.join("anna")
    dora.want(total=4)
    anna.want(need(atleast=2, samehost=True))
    site.after(301)
    by_name = {lease.slots[0].name: lease for lease in dora.leases}
    dora.returns(by_name["a0"])
    dora.returns(by_name["b0"])
    ben.want(total=5)
    assert ben.slots == ["b0"]

    dora.returns(by_name["a1"])

    assert sorted(anna.slots) == ["a0", "a1"]


# ---- preemption -----------------------------------------------------------------------------------------


def preempting(*slots: str, **rules: float) -> tuple[Site, Dispatcher, Dispatcher]:
    """Ben holds every slot and runs on it; anna's crew may eject."""
    crews = [crew("everyone", 1), crew("production", 50, users="produce", preempt=True)]
    site = Site(schedule(*slots, user_groups=PRODUCE, crews=crews), msgspec.structs.replace(RULES, **rules))
    ben, anna = site.join("ben"), site.join("anna")
    farm_of(ben, len(slots))
    return site, ben, anna


def test_a_request_that_may_eject_does_so_when_it_has_waited_long_enough() -> None:
    site, ben, anna = preempting("a")
    anna.want()
    site.after(59)
    assert recalled(ben) == [False]

    site.after(3)

    assert recalled(ben) == [False, True]


def test_a_crew_without_preempt_ejects_nobody() -> None:
    crews = [crew("everyone", 1), crew("production", 50, users="produce")]
    site = Site(schedule("a", user_groups=PRODUCE, crews=crews))
    ben, anna = site.join("ben"), site.join("anna")
    farm_of(ben, 1)
    anna.want()

    site.after(500)

    assert recalled(ben) == [False]


def test_what_has_not_run_long_enough_is_not_ejected() -> None:
    site, ben, anna = preempting("a")
    anna.want()
    site.after(40)
    ben.runs(ben.leases[0])

    site.after(29)
    assert True not in recalled(ben)
    site.after(3)

    assert True in recalled(ben)


def test_what_is_not_much_lower_is_not_ejected() -> None:
    site, ben, anna = preempting("a", preempt_margin=60.0)
    anna.want()

    site.after(500)

    assert True not in recalled(ben)


def test_among_equals_the_least_work_is_lost() -> None:
    site, ben, anna = preempting("a", "b")
    site.after(100)
    ben.runs(ben.leases[1])
    site.after(100)
    anna.want()
    ben.recalled.clear()

    site.after(61)

    assert [recall.lease for recall in ben.recalled if recall.eject] == [ben.leases[1].id]


def test_one_command_is_ejected_for_one_wait() -> None:
    site, ben, anna = preempting("a", "b", "c")
    anna.want(total=3)

    site.after(61)
    site.after(10)

    assert recalled(ben).count(True) == 1


def test_the_slot_that_was_won_goes_to_whom_it_was_won_for() -> None:
    site, ben, anna = preempting("a", "b")
    anna.want(total=1)
    site.after(61)
    [lease] = {recall.lease for recall in ben.recalled if recall.eject}

    ben.returns(next(one for one in ben.leases if one.id == lease), wants_on=True)

    assert len(anna.slots) == 1
