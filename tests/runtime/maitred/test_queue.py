"""The order of the queue, by the default assigner (reference 10.3)."""

from __future__ import annotations

from typing import Any

import msgspec
from site_of import RULES, Dispatcher, Site, crew, need, schedule, server


def full(*names: str, **parts: Any) -> tuple[Site, Dispatcher]:
    """A site of which dora holds every slot."""
    site = Site(schedule(*names, **parts))
    dora = site.join("dora")
    dora.want(total=len(names))
    return site, dora


def test_the_user_who_holds_the_fewest_slots_is_served_first() -> None:
    site, dora = full("a", "b")
    anna, ben = site.join("anna"), site.join("ben")
    anna.want(total=2)
    ben.want(total=1)

    dora.returns()
    dora.returns()

    assert (len(anna.slots), len(ben.slots)) == (1, 1)


def test_slots_count_relative_to_the_users_share() -> None:
    site, dora = full("a", "b", "c", shares={"anna": 2.0})
    anna, ben = site.join("anna"), site.join("ben")
    anna.want(total=3)
    ben.want(total=3)

    for _ in range(3):
        dora.returns()

    assert (len(anna.slots), len(ben.slots)) == (2, 1)


def test_the_job_of_the_higher_priority_is_served_first() -> None:
    site, dora = full("a")
    anna = site.join("anna")
    anna.want(jid=1, priority=1.0)
    anna.want(jid=2, priority=5.0)

    dora.returns()

    assert anna.granted[0].request == 2


def test_among_equals_the_oldest_is_served_first() -> None:
    site, dora = full("a")
    anna, ben = site.join("anna"), site.join("ben")
    ben.want()
    site.after(1)
    anna.want()

    dora.returns()

    assert ben.slots == ["a"]


def test_a_request_gains_a_point_for_every_minute_that_it_waits() -> None:
    groups = {"produce": ("anna",)}
    crews = [crew("everyone", 1), crew("production", 3, users="produce")]
    site, dora = full("a", user_groups=groups, crews=crews)
    ben, anna = site.join("ben"), site.join("anna")
    ben.want()
    site.after(180)
    anna.want()

    dora.returns()

    assert ben.slots == ["a"]


def test_age_can_be_switched_off() -> None:
    groups = {"produce": ("anna",)}
    crews = [crew("everyone", 1), crew("production", 3, users="produce")]
    rules = msgspec.structs.replace(RULES, age_s=0.0)
    site = Site(schedule("a", user_groups=groups, crews=crews), rules)
    dora, ben, anna = site.join("dora"), site.join("ben"), site.join("anna")
    dora.want()
    ben.want()
    site.after(3600)
    anna.want()

    dora.returns()

    assert anna.slots == ["a"]


def test_a_request_that_got_a_server_begins_to_wait_anew() -> None:
    site, dora = full("a", "b")
    ben = site.join("ben")
    ben.want(total=5)
    site.after(90)
    dora.returns()
    assert len(ben.slots) == 1
    anna = site.join("anna")
    anna.want()

    dora.returns()

    assert len(anna.slots) == 1


def test_age_survives_a_lost_connection() -> None:
    site, dora = full("a")
    anna, ben = site.join("anna"), site.join("ben")
    ben.want()
    site.after(1)
    anna.want()
    ben.loses_connection()
    ben = ben.comes_back()
    ben.want(request=1)

    dora.returns()

    assert ben.slots == ["a"]


def test_what_cannot_use_a_slot_is_passed_over() -> None:
    site, dora = full("a")
    anna, ben = site.join("anna"), site.join("ben")
    anna.want("pixarNRM")
    ben.want()

    dora.returns()

    assert ben.slots == ["a"]


def test_watchers_see_what_waits_in_the_order_in_which_it_is_served() -> None:
    site, _ = full("a")
    anna, ben = site.join("anna"), site.join("ben")
    anna.want(priority=1.0)
    ben.want(priority=2.0)

    waiting = site.core.farm(site.now).waiting

    assert [line.user for line in waiting] == ["ben", "anna"]


def test_a_request_is_told_how_many_are_ahead_of_it() -> None:
    site, _ = full("a")
    anna, ben = site.join("anna"), site.join("ben")
    ben.want()
    site.after(2)
    anna.want()

    assert anna.explained().summary == "1 of 1 wait, for 0 s; 1 request is ahead of it; of 1 servers 1 are in use"


def test_a_big_request_says_that_it_wants_its_slots_at_once() -> None:
    site = Site(schedule(server("a1", "a"), server("b1", "b")))
    anna = site.join("anna")

    anna.want(need(atleast=2, samehost=True))

    assert anna.why() == dict.fromkeys(("a1", "b1"), "free, but 2 are wanted at once on one host")


def test_a_request_for_one_slot_on_one_host_gets_no_empty_lease() -> None:
    site = Site(schedule(server("a1", "a"), server("a2", "a")))
    anna = site.join("anna", excluded=["a2"])
    anna.want(need(samehost=True), total=2)

    assert anna.slots == ["a1"] and len(anna.leases) == 1
