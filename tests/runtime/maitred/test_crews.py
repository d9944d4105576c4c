"""Crews: access is the union of a user's crews, priority the highest of them (documents S0, S1)."""

from __future__ import annotations

from site_of import MONDAY_NOON, Site, crew, schedule

from runtime.schedule.model import Span

HOUR = 60
NIGHTS = tuple(Span((day * 24 + 19) * HOUR, (day * 24 + 32) * HOUR) for day in range(5))
"""mon-fri 19:00-08:00"""


def test_without_any_crew_everyone_may_use_every_server() -> None:
    site = Site(schedule("a"))
    anna = site.join("anna")

    anna.want()

    assert anna.slots == ["a"]


def test_crews_that_are_all_disabled_open_nothing() -> None:
    site = Site(schedule("a", crews=[crew("all", enabled=False)]))
    anna = site.join("anna")

    anna.want()

    assert anna.slots == []
    assert anna.why() == {"a": "no crew gives anna this server: crew all is disabled"}


def test_a_crew_gives_its_users_its_servers() -> None:
    plan = schedule(
        "a",
        "b",
        user_groups={"produce": ("anna",)},
        server_groups={"renderers": ("b",)},
        crews=[crew("production", users="produce", servers="renderers")],
    )
    site = Site(plan)
    anna, ben = site.join("anna"), site.join("ben")

    anna.want(total=2)
    ben.want(total=2)

    assert anna.slots == ["b"]
    assert ben.slots == []
    assert ben.why() == {"a": "no crew gives ben this server", "b": "no crew gives ben this server"}


def test_the_access_of_a_user_is_the_union_of_the_crews() -> None:
    plan = schedule(
        "a",
        "b",
        "c",
        server_groups={"one": ("a",), "two": ("b",)},
        crews=[crew("first", servers="one"), crew("second", servers="two")],
    )
    site = Site(plan)
    anna = site.join("anna")

    anna.want(total=3)

    assert anna.slots == ["a", "b"]


def test_of_two_users_the_one_of_the_higher_crew_on_that_server_is_served_first() -> None:
    plan = schedule(
        "a",
        user_groups={"produce": ("anna",)},
        crews=[crew("everyone", 1), crew("production", 100, users="produce")],
    )
    site = Site(plan)
    dora, ben, anna = site.join("dora"), site.join("ben"), site.join("anna")
    dora.want()
    ben.want()
    anna.want()

    dora.returns()

    assert anna.slots == ["a"]
    assert ben.slots == []


def test_a_crew_is_open_while_its_time_group_is() -> None:
    plan = schedule("a", time_groups={"nights": NIGHTS}, crews=[crew("nights", times="nights")])
    site = Site(plan)
    anna = site.join("anna")
    anna.want()
    assert anna.slots == []

    site.after(7 * 3600)

    assert anna.slots == ["a"]


def test_the_core_says_when_it_wants_to_look_at_the_clock() -> None:
    site = Site(schedule("a", time_groups={"nights": NIGHTS}, crews=[crew("nights", times="nights")]))
    anna = site.join("anna")
    anna.want()

    while not anna.slots and site.now < 86400:
        site.after(site.core.next_deadline() - site.now)

    assert site.now == 7 * 3600


def test_what_was_given_goes_on_when_a_time_group_closes() -> None:
    plan = schedule("a", time_groups={"nights": NIGHTS}, crews=[crew("nights", times="nights")])
    site = Site(plan, wall=MONDAY_NOON + 8 * 3600)
    anna, ben = site.join("anna"), site.join("ben")
    anna.want()
    site.after(13 * 3600)

    assert [line.user for line in site.core.farm(site.now).slots] == ["anna"]
    anna.returns()
    ben.want()
    assert ben.slots == []


def test_a_closed_crew_says_when_it_opens() -> None:
    plan = schedule("a", time_groups={"nights": NIGHTS}, crews=[crew("nights", times="nights")])
    site = Site(plan)
    anna = site.join("anna")

    anna.want()

    assert anna.why() == {"a": "no crew gives anna this server now: crew nights opens at 19:00"}


def test_a_crew_that_opens_on_another_day_says_which() -> None:
    plan = schedule("a", time_groups={"weekend": (Span(5 * 1440, 7 * 1440),)}, crews=[crew("weekend", times="weekend")])
    site = Site(plan)
    anna = site.join("anna")

    anna.want()

    assert anna.why() == {"a": "no crew gives anna this server now: crew weekend opens on Saturday at 00:00"}


def test_a_group_with_a_star_is_everybody() -> None:
    plan = schedule("a", user_groups={"all": ("*",)}, crews=[crew("all", users="all")])
    site = Site(plan)
    anna = site.join("anna")

    anna.want()

    assert anna.slots == ["a"]


def test_a_server_group_with_a_star_is_every_server() -> None:
    plan = schedule("a", "b", server_groups={"all": ("*",)}, crews=[crew("all", servers="all")])
    site = Site(plan)
    anna = site.join("anna")

    anna.want(total=2)

    assert anna.slots == ["a", "b"]


def test_the_week_goes_on_at_its_beginning() -> None:
    sunday_night = (Span(6 * 1440 + 22 * HOUR, 7 * 1440 + 6 * HOUR),)
    plan = schedule("a", time_groups={"late": sunday_night}, crews=[crew("late", times="late")])
    site = Site(plan, wall=MONDAY_NOON - 7 * 3600)
    anna = site.join("anna")

    anna.want()

    assert anna.slots == ["a"]
