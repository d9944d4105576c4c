"""Leases: how they come back with their dispatchers, how they end, and who wins where two have one slot."""

from __future__ import annotations

import msgspec
from site_of import RULES, Site, schedule, server

from runtime.farm_messages import SlotState

WAITS = msgspec.structs.replace(RULES, maitred_initial_wait_s=30.0)


def test_a_lost_dispatchers_lease_ends_after_lease_and_grace() -> None:
    site = Site(schedule("a"))
    anna, ben = site.join("anna"), site.join("ben")
    anna.want()
    ben.want()
    anna.loses_connection()

    site.after(129)
    assert ben.slots == []
    assert site.states() == {"a": SlotState.WAITING}
    site.after(1)

    assert ben.slots == ["a"]


def test_a_dispatcher_that_comes_back_in_time_keeps_its_leases() -> None:
    site = Site(schedule("a"))
    anna, ben = site.join("anna"), site.join("ben")
    anna.want()
    ben.want()
    anna.loses_connection()
    site.after(100)

    back = anna.comes_back()
    site.after(500)

    assert back.attached is not None
    assert back.attached.lost == ()
    assert ben.slots == []


def test_a_lease_that_was_given_again_meanwhile_is_lost() -> None:
    site = Site(schedule("a"))
    anna, ben = site.join("anna"), site.join("ben")
    anna.want()
    ben.want()
    anna.loses_connection()
    site.after(130)

    back = anna.comes_back()

    assert back.attached is not None
    assert back.attached.lost == (anna.leases[0].id,)
    assert ben.slots == ["a"]


def test_a_lease_that_ended_and_was_not_given_again_comes_back() -> None:
    site = Site(schedule("a"))
    anna = site.join("anna")
    anna.want()
    anna.loses_connection()
    site.after(130)

    back = anna.comes_back()

    assert back.attached is not None
    assert back.attached.lost == ()
    assert site.slot("a").user == "anna"


def test_a_lease_that_a_dispatcher_does_not_name_any_more_is_free() -> None:
    site = Site(schedule("a"))
    anna, ben = site.join("anna"), site.join("ben")
    anna.want()
    ben.want()
    anna.loses_connection()
    anna.granted.clear()

    anna.comes_back()

    assert ben.slots == ["a"]


def test_a_second_connection_of_a_dispatcher_takes_the_place_of_the_first() -> None:
    site = Site(schedule("a"))
    anna = site.join("anna")
    anna.want()

    back = anna.comes_back()
    anna.loses_connection()
    site.after(500)

    assert site.slot("a").user == "anna"
    assert back.attached is not None


def test_nobody_takes_anothers_leases_by_using_its_name() -> None:
    site = Site(schedule("a"))
    anna = site.join("anna", "ws1-1")
    anna.want()

    site.join("ben", "ws1-1")

    assert site.slot("a").user == "anna"


def test_a_dispatcher_that_ends_for_good_leaves_nothing() -> None:
    site = Site(schedule("a"))
    anna, ben = site.join("anna"), site.join("ben")
    anna.want()
    ben.want()

    anna.leaves()

    assert ben.slots == ["a"]


def test_a_maitred_that_has_just_started_gives_nothing_out_at_first() -> None:
    site = Site(schedule("a"), WAITS, wait=True)
    anna = site.join("anna")
    anna.want()
    assert anna.slots == []
    assert "just started" in anna.explained().summary

    site.after(30)

    assert anna.slots == ["a"]


def test_a_fresh_site_need_not_wait() -> None:
    site = Site(schedule("a"), WAITS, wait=False)
    anna = site.join("anna")

    anna.want()

    assert anna.slots == ["a"]


def test_a_fall_back_gives_nothing_out_before_all_have_come_that_another_maitred_served() -> None:
    ben = Site(schedule("a", "b"), epoch=1).join("ben")
    ben.want()
    site = Site(schedule("a", "b"), WAITS, wait=True, epoch=2)
    site.after(1000)

    anna = site.join("anna", epoch=1)
    anna.want(total=2)
    given_early = list(anna.slots)
    ben = ben.comes_back(site)
    site.after(30)

    assert (given_early, ben.slots, anna.slots) == ([], ["a"], ["b"])


def test_one_who_was_away_under_another_maitred_holds_up_nobody() -> None:
    site = Site(schedule("a"), WAITS, wait=False, epoch=2)
    ben = site.join("ben")

    site.join("anna", epoch=1)
    ben.want()

    assert ben.slots == ["a"]


def test_the_leases_of_an_earlier_maitred_come_back_with_their_dispatchers() -> None:
    old = Site(schedule("a"), epoch=1)
    anna = old.join("anna")
    anna.want()
    site = Site(schedule("a"), WAITS, wait=True, epoch=2)
    ben = site.join("ben")
    ben.want()

    anna.comes_back(site)
    site.after(30)

    assert ben.slots == []
    assert site.slot("a").user == "anna"


def test_a_lease_of_an_earlier_term_is_asked_back_after_its_command() -> None:
    old = Site(schedule("a"), epoch=1)
    anna = old.join("anna")
    anna.want()
    site = Site(schedule("a"), epoch=2)

    back = anna.comes_back(site)

    assert [(recall.lease, recall.eject) for recall in back.recalled] == [(anna.leases[0].id, False)]


def test_an_epoch_is_larger_than_any_that_dispatchers_have_seen() -> None:
    site = Site(schedule("a"), epoch=5)

    anna = site.join("anna", epoch=1000)

    assert anna.attached is not None
    assert anna.attached.epoch > 1000


def test_of_two_leases_of_one_slot_the_newer_wins() -> None:
    first, second = Site(schedule("a"), epoch=1), Site(schedule("a"), epoch=2)
    anna, ben = first.join("anna"), second.join("ben")
    anna.want()
    ben.want()
    site = Site(schedule("a"), WAITS, wait=True, epoch=3)

    older = anna.comes_back(site)
    newer = ben.comes_back(site)

    assert newer.attached is not None
    assert newer.attached.lost == ()
    assert older.recalled[-1].eject
    assert site.slot("a").user == "ben"


def test_the_older_of_two_leases_is_lost_when_it_comes_second() -> None:
    first, second = Site(schedule("a"), epoch=1), Site(schedule("a"), epoch=2)
    anna, ben = first.join("anna"), second.join("ben")
    anna.want()
    ben.want()
    site = Site(schedule("a"), WAITS, wait=True, epoch=3)

    ben.comes_back(site)
    older = anna.comes_back(site)

    assert older.attached is not None
    assert older.attached.lost == (anna.leases[0].id,)
    assert site.slot("a").user == "ben"


def test_a_problem_taints_the_slot_for_a_while() -> None:
    site = Site(schedule("a"))
    anna, ben = site.join("anna"), site.join("ben")
    anna.want()
    ben.want()

    anna.returns(problem="its alfserver does not answer")
    assert site.states() == {"a": SlotState.TAINTED}
    assert ben.why() == {"a": "tainted for 60 s (its alfserver does not answer)"}
    site.after(60)

    assert ben.slots == ["a"]


def test_a_lease_that_is_not_ones_own_cannot_be_returned() -> None:
    site = Site(schedule("a"))
    anna, ben = site.join("anna"), site.join("ben")
    anna.want()

    ben.returns(anna.leases[0])

    assert site.slot("a").user == "anna"


def test_a_lease_that_is_returned_twice_is_returned_once() -> None:
    site = Site(schedule("a"))
    anna, ben = site.join("anna"), site.join("ben")
    anna.want()
    lease = anna.leases[0]
    ben.want()
    anna.returns(lease)

    anna.returns(lease)

    assert ben.slots == ["a"]


# ---- another schedule -----------------------------------------------------------------------------------


def test_a_slot_that_is_gone_from_the_schedule_is_held_until_it_is_returned() -> None:
    site = Site(schedule("a", "b"))
    anna = site.join("anna")
    anna.want()

    site.read(schedule("b"))
    assert site.states()["a"] is SlotState.RESERVED
    anna.returns()

    assert "a" not in site.states()


def test_a_slot_that_comes_back_while_it_is_held_is_not_given_twice() -> None:
    site = Site(schedule("a"))
    anna, ben = site.join("anna"), site.join("ben")
    anna.want()
    site.read(schedule("b"))
    site.read(schedule("a"))

    ben.want()

    assert ben.slots == []
    anna.returns()
    assert ben.slots == ["a"]


def test_a_lease_of_a_slot_that_the_schedule_does_not_have_can_come_back() -> None:
    old = Site(schedule("a"), epoch=1)
    anna = old.join("anna")
    anna.want()
    site = Site(schedule("b"), epoch=2)
    anna = anna.comes_back(site)
    site.read(schedule("a", "b"))
    ben = site.join("ben")

    ben.want(total=2)

    assert ben.slots == ["b"]


def test_a_new_slot_serves_what_waits() -> None:
    site = Site(schedule("a"))
    anna = site.join("anna")
    anna.want(total=2)

    site.read(schedule("a", "b"))

    assert anna.slots == ["a", "b"]


def test_a_slot_whose_entry_changed_stays_with_its_lease() -> None:
    site = Site(schedule("a"))
    anna, ben = site.join("anna"), site.join("ben")
    anna.want()
    site.read(schedule(server("a", udi=9, keys="pixarNRM")))
    ben.want("pixarNRM")
    assert ben.slots == []

    anna.returns()

    assert ben.slots == ["a"]


def test_a_taint_outlives_a_change_of_the_entry() -> None:
    site = Site(schedule("a"))
    anna = site.join("anna")
    anna.want()
    anna.returns(problem="no answer")
    site.read(schedule(server("a", udi=9)))
    anna.want()
    assert anna.slots == []

    site.after(60)

    assert anna.slots == ["a"]
