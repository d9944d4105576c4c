"""Pings: the last test, which holds up nothing but the slot that is tested (documents S2, S4)."""

from __future__ import annotations

import msgspec
import pytest
from site_of import RULES, Site, need, schedule, server

from runtime.farm_messages import SlotState

TWO = (server("a1", "a"), server("a2", "a"))


def test_without_a_ping_a_slot_is_given_at_once() -> None:
    site = Site(schedule("a"))
    anna = site.join("anna")

    anna.want()

    assert site.pings() == []
    assert anna.slots == ["a"]


def test_a_slot_is_given_when_its_ping_was_answered() -> None:
    site = Site(schedule(server("a1", "a", port=1599), pings={"default": "Alfping host %h"}))
    anna = site.join("anna")

    anna.want()
    [ping] = site.pings()
    assert (ping.host, ping.slot, ping.port, ping.command) == ("a", "a1", 1599, ("Alfping", "host", "%h"))
    assert anna.slots == []
    site.answer(ping)

    assert anna.slots == ["a1"]


def test_a_keys_own_ping_stands_in_for_the_default_one() -> None:
    site = Site(schedule("a", pings={"default": "Alfping host %h", "pixarRender": "check %s"}))
    anna = site.join("anna")

    anna.want("PixarRender")

    assert [ping.command for ping in site.pings()] == [("check", "%s")]


def test_an_empty_ping_tests_nothing() -> None:
    site = Site(schedule("a", pings={"default": "Alfping host %h", "pixarRender": ""}))
    anna = site.join("anna")

    anna.want()

    assert anna.slots == ["a"]


def test_an_empty_default_tests_nothing() -> None:
    site = Site(schedule("a", pings={"default": ""}))
    anna = site.join("anna")

    anna.want()

    assert anna.slots == ["a"]


def test_the_pings_of_all_keys_that_are_asked_for_have_to_be_answered() -> None:
    plan = schedule(server("a", keys="one two three"), pings={"one": "ping1", "two": "ping2", "three": "ping3"})
    site = Site(plan)
    anna = site.join("anna")
    anna.want("one && two")
    first, second = site.pings()

    site.answer(first)
    assert anna.slots == []
    site.answer(second)

    assert anna.slots == ["a"]


def test_a_slow_ping_delays_no_other_request() -> None:
    site = Site(schedule(server("a", keys="slow"), server("b"), pings={"slow": "sleepy %h"}))
    anna, ben = site.join("anna"), site.join("ben")
    anna.want("slow")

    ben.want()

    assert ben.slots == ["b"]


def test_a_slot_whose_ping_is_under_way_is_reserved() -> None:
    site = Site(schedule("a", pings={"default": "x %h"}))
    anna, ben = site.join("anna"), site.join("ben")
    anna.want()

    ben.want()

    assert site.pings() == []
    assert site.states() == {"a": SlotState.RESERVED}
    assert ben.why() == {"a": 'being tested for anna\'s job 1 "job 1"'}


def test_a_failure_disqualifies_all_slots_of_the_host_for_a_while() -> None:
    site = Site(schedule(*TWO, pings={"default": "x %h"}))
    anna = site.join("anna")
    anna.want()
    [ping] = site.pings()

    site.answer(ping, False, "no answer")
    assert site.pings() == []
    assert anna.why() == dict.fromkeys(("a1", "a2"), "failed its ping (no answer), rests for 30 s")
    site.after(30)

    assert [ping.slot for ping in site.pings()] == ["a1"]


def test_with_a_plus_a_failure_disqualifies_the_slot_alone() -> None:
    site = Site(schedule(*TWO, pings={"default": "+x %s"}))
    anna = site.join("anna")
    anna.want()
    [ping] = site.pings()

    site.answer(ping, False)
    [second] = site.pings()
    assert second.slot == "a2"
    site.answer(second)

    assert anna.slots == ["a2"]


def test_after_a_failure_another_host_is_tried() -> None:
    site = Site(schedule("a", "b", pings={"default": "x %h"}))
    anna = site.join("anna")
    anna.want()

    site.answer(site.pings()[0], False)
    site.answer(site.pings()[0])

    assert anna.slots == ["b"]


def test_two_leases_on_one_host_wait_for_one_ping() -> None:
    site = Site(schedule(*TWO, pings={"default": "x %h"}))
    anna = site.join("anna")

    anna.want(total=2)
    [ping] = site.pings()
    site.answer(ping)

    assert anna.slots == ["a1", "a2"]


def test_a_failure_takes_the_host_from_every_lease_that_waits() -> None:
    site = Site(schedule(server("a1", "a", "one"), server("a2", "a", "two"), pings={"one": "1", "two": "2"}))
    anna = site.join("anna")
    anna.want("one")
    first = site.pings()[0]
    anna.want("two")
    second = site.pings()[0]

    site.answer(first, False)
    site.answer(second)

    assert anna.slots == []
    assert set(site.states().values()) == {SlotState.TAINTED}


def test_a_lease_grows_to_atmost_while_its_pings_are_under_way() -> None:
    site = Site(schedule("a", "b", pings={"default": "x %h"}))
    dora, anna = site.join("dora"), site.join("anna")
    dora.want()
    site.answer(site.pings()[0])
    anna.want(need(atleast=1, atmost=2))
    [first] = site.pings()

    dora.returns()
    [second] = site.pings()
    site.answer(first)
    assert anna.slots == []
    site.answer(second)

    assert sorted(anna.slots) == ["a", "b"]
    assert len(anna.granted) == 1


def test_a_lease_goes_out_with_what_passed_when_that_is_enough() -> None:
    site = Site(schedule("a", "b", pings={"default": "x %h"}))
    anna = site.join("anna")
    anna.want(need(atleast=1, atmost=2))
    first, second = site.pings()

    site.answer(first, False)
    site.answer(second)

    assert anna.slots == ["b"]


def test_a_request_that_is_taken_back_frees_what_is_being_tested() -> None:
    site = Site(schedule("a", pings={"default": "x %h"}))
    anna, ben = site.join("anna"), site.join("ben")
    number = anna.want()
    [ping] = site.pings()
    ben.want()

    anna.want(total=0, request=number)
    site.answer(ping)

    assert anna.slots == []
    assert ben.slots == ["a"]


def test_a_request_that_wants_less_frees_what_is_being_tested_and_is_too_much() -> None:
    site = Site(schedule("a", "b", pings={"default": "x %h"}))
    anna, ben = site.join("anna"), site.join("ben")
    number = anna.want(total=2)
    first, second = site.pings()
    ben.want()

    anna.want(total=1, request=number)
    site.answer(first)
    site.answer(second)

    assert (len(anna.slots), len(ben.slots)) == (1, 1)


def test_a_dispatcher_that_is_lost_frees_what_is_being_tested() -> None:
    site = Site(schedule("a", pings={"default": "x %h"}))
    anna, ben = site.join("anna"), site.join("ben")
    anna.want()
    [ping] = site.pings()
    ben.want()

    anna.loses_connection()
    site.answer(ping)

    assert ben.slots == ["a"]


def test_an_answer_that_nobody_waits_for_changes_nothing() -> None:
    site = Site(schedule("a", pings={"default": "x %h"}))
    anna = site.join("anna")
    anna.want()
    [ping] = site.pings()
    site.answer(ping)

    site.answer(ping, False)

    assert anna.slots == ["a"]
    assert site.states() == {"a": SlotState.RESERVED}


@pytest.mark.parametrize(("later", "pinged"), [(4, 0), (6, 1)])
def test_an_answer_may_hold_for_a_moment(later: float, pinged: int) -> None:
    rules = msgspec.structs.replace(RULES, ping_memory_s=5.0)
    site = Site(schedule("a", pings={"default": "x %h"}), rules)
    anna = site.join("anna")
    anna.want()
    site.answer(site.pings()[0])
    anna.returns()
    site.after(later)

    anna.want()

    assert len(site.pings()) == pinged


@pytest.mark.parametrize(("measured", "pinged"), [(True, 0), (False, 1)])
def test_fresh_metrics_may_do_for_the_default_ping(measured: bool, pinged: int) -> None:
    rules = msgspec.structs.replace(RULES, metrics_replace_ping=True)
    site = Site(schedule("a", pings={"default": "x %h"}), rules)
    anna = site.join("anna")
    if measured:
        site.measure("a", loadavg=0.1)

    anna.want()

    assert len(site.pings()) == pinged


def test_samehost_waits_when_the_only_host_that_has_enough_fails_its_ping() -> None:
    site = Site(schedule(*TWO, "b", "c", pings={"default": "Alfping host %h"}))
    anna = site.join("anna")
    anna.want(need(atleast=2, samehost=True))

    [ping] = site.pings()
    site.answer(ping, up=False)
    for other in site.pings():
        site.answer(other)

    assert anna.slots == []
