"""Nimby's shields, slots that are temporarily offline, and what is ejected (document S1)."""

from __future__ import annotations

import pytest
from site_of import Site, schedule, server

from runtime.farm_messages import SlotState
from runtime.maitred.orders import Keep
from runtime.maitred.requests import LONGEST_CHARS, MOST_EXCLUDED


def test_shields_block_every_slot_of_a_host() -> None:
    site = Site(schedule(server("a1", "Janus.site.com"), server("a2", "Janus.site.com"), "b"))
    anna = site.join("anna")

    site.carry_out(site.core.shields(site.new_peer(), "janus", True, site.now))
    anna.want(total=3)

    assert anna.slots == ["b"]
    assert anna.why()["a1"] == "shields raised"
    assert site.states()["a1"] is SlotState.SHIELDS


def test_shields_that_are_lowered_let_work_in() -> None:
    site = Site(schedule("a"))
    nimby, anna = site.new_peer(), site.join("anna")
    site.core.shields(nimby, "a", True, site.now)
    anna.want()

    site.carry_out(site.core.shields(nimby, "a", False, site.now))

    assert anna.slots == ["a"]


def test_a_block_lasts_as_long_as_nimbys_connection() -> None:
    site = Site(schedule("a"))
    nimby, anna = site.new_peer(), site.join("anna")
    site.core.shields(nimby, "a", True, site.now)
    anna.want()

    site.carry_out(site.core.detach(nimby, site.now))

    assert anna.slots == ["a"]


def test_shields_let_what_runs_finish() -> None:
    site = Site(schedule("a"))
    anna = site.join("anna")
    anna.want()

    site.carry_out(site.core.shields(site.new_peer(), "a", True, site.now))

    assert [recall.eject for recall in anna.recalled] == [False]


@pytest.mark.parametrize("where", ["a1", "a", "A"])
def test_eject_ends_what_runs_on_a_slot_or_a_host(where: str) -> None:
    site = Site(schedule(server("a1", "a"), server("b1", "b")))
    anna = site.join("anna")
    anna.want(total=2)

    site.carry_out(site.core.eject(where, "nimby of ws1", site.now))

    assert [(recall.lease, recall.eject) for recall in anna.recalled] == [(anna.leases[0].id, True)]
    assert anna.recalled[0].reason == "ejected by nimby of ws1"


def test_what_was_ejected_is_not_ejected_twice() -> None:
    site = Site(schedule("a"))
    anna = site.join("anna")
    anna.want()
    site.carry_out(site.core.eject("a", "ben", site.now))

    site.carry_out(site.core.eject("a", "ben", site.now))

    assert len(anna.recalled) == 1


def test_an_offline_slot_is_not_given_and_what_runs_there_finishes() -> None:
    site = Site(schedule("a", "b"))
    anna = site.join("anna")
    anna.want()

    site.carry_out(site.core.offline(["a", "b", "unknown"], True, "wrangler", site.now))
    anna.want(total=2, request=1)

    assert anna.slots == ["a"]
    assert [recall.eject for recall in anna.recalled] == [False]
    assert anna.why()["b"] == "temporarily offline"
    assert site.states()["b"] is SlotState.OFFLINE


def test_a_slot_that_is_back_serves_what_waits() -> None:
    site = Site(schedule("a"))
    anna = site.join("anna")
    site.carry_out(site.core.offline(["a"], True, "wrangler", site.now))
    anna.want()

    site.carry_out(site.core.offline(["a"], False, "wrangler", site.now))

    assert anna.slots == ["a"]


def test_which_slots_are_offline_is_written_down() -> None:
    site = Site(schedule("a", "b"))

    site.carry_out(site.core.offline(["b", "a"], True, "wrangler", site.now))

    assert site.orders[-1] == Keep(("a", "b"))


def test_offline_slots_stay_so_over_a_restart_and_another_schedule() -> None:
    site = Site(schedule("a", "b"), offline=["a"])
    site.read(schedule("b"))
    site.read(schedule("a", "b"))
    anna = site.join("anna")

    anna.want(total=2)

    assert anna.slots == ["b"]


def test_a_disabled_server_says_so() -> None:
    site = Site(schedule(server("a", enabled=False)))
    anna = site.join("anna")

    anna.want()

    assert anna.why() == {"a": "disabled in the schedule"}
    assert site.states() == {"a": SlotState.DISABLED}


def test_an_excluded_slot_says_so() -> None:
    site = Site(schedule("a"))
    anna = site.join("anna", excluded=["a"])

    anna.want()

    assert anna.why() == {"a": "excluded by your huntgroup"}


@pytest.mark.parametrize(
    ("names", "fault"),
    [
        ([f"h{number}" for number in range(MOST_EXCLUDED + 1)], "excludes 10001 slots and hosts, and may 10000"),
        (["h" * (LONGEST_CHARS + 1)], "excludes a name of more than 10000 characters"),
    ],
)
def test_a_huntgroup_too_large_is_refused_and_the_last_one_counts(names: list[str], fault: str) -> None:
    site = Site(schedule("a", "b"))
    anna = site.join("anna", excluded=["a"])

    anna.excludes(names)

    assert fault in site.logged[-1]
    anna.want(total=2)
    assert anna.slots == ["b"]


def test_a_huntgroup_too_large_does_not_keep_its_dispatcher_out() -> None:
    site = Site(schedule("a"))
    anna = site.join("anna", excluded=["h" * (LONGEST_CHARS + 1)])

    anna.want()

    assert anna.slots == ["a"]


def test_a_dispatcher_is_called_by_what_can_be_printed() -> None:
    site = Site(schedule("a"))
    anna, ben = site.join("anna", host="desk\n\x1b[2J"), site.join("ben")
    anna.want()
    ben.want()

    assert site.core.farm(site.now).dispatchers[0].host == "desk  [2J"


def test_a_slot_in_use_says_by_whom() -> None:
    site = Site(schedule("a"))
    anna, ben = site.join("anna"), site.join("ben")
    anna.want(jid=7, title="shot 12")
    ben.want()

    assert ben.why() == {"a": 'in use by anna\'s job 7 "shot 12"'}
