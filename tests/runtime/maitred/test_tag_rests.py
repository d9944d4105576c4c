"""A tag for which a licence was short rests for all dispatchers of a site."""

from __future__ import annotations

import msgspec
import pytest
from site_of import RULES, Site, need, schedule

from runtime.licences import Rule
from runtime.maitred.resting import MOST_OF_ONE

LICENCES = msgspec.structs.replace(RULES, licence_lines=(Rule("prman", 30.0, pattern="no license"),))


def test_nobody_gets_a_server_for_a_tag_that_rests() -> None:
    site = Site(schedule("a", "b"), LICENCES)
    anna, ben = site.join("anna"), site.join("ben")

    anna.finds_no_licence()
    ben.want(need(tags="prman"))

    assert ben.slots == []
    assert ben.why()["a"] == "tag prman rests 30 s: licence: no license"


def test_what_waits_is_served_when_the_rest_is_over() -> None:
    site = Site(schedule("a", "b"), LICENCES)
    anna = site.join("anna")
    anna.finds_no_licence()
    anna.want(need(tags="prman"))

    site.after(29)
    assert anna.slots == []
    site.after(1)

    assert anna.slots == ["a"]


def test_other_tags_go_on() -> None:
    site = Site(schedule("a"), LICENCES)
    anna = site.join("anna")

    anna.finds_no_licence()
    anna.want(need(tags="nuke"))

    assert anna.slots == ["a"]


def test_of_two_rests_the_longer_one_counts() -> None:
    site = Site(schedule("a"), LICENCES)
    anna = site.join("anna")
    anna.finds_no_licence(60.0)
    anna.finds_no_licence(10.0)
    anna.want(need(tags="prman"))

    site.after(59)

    assert anna.slots == []


def test_no_rest_is_longer_than_the_site_says() -> None:
    site = Site(schedule("a"), LICENCES)
    anna = site.join("anna")
    anna.finds_no_licence(1e9)
    anna.want(need(tags="prman"))

    site.after(LICENCES.licence_rest_most_s)

    assert anna.slots == ["a"]


def test_nobody_is_asked_to_give_a_server_back_for_what_rests() -> None:
    site = Site(schedule("a"), LICENCES)
    anna, ben = site.join("anna"), site.join("ben")
    anna.want("pixarRender", total=2)

    ben.finds_no_licence()
    ben.want(need(tags="prman"), priority=100.0)
    site.after(20)

    assert anna.recalled == []


@pytest.mark.parametrize("seconds", [0.0, -1.0, float("inf"), float("nan")])
def test_a_rest_that_is_no_time_does_not_count(seconds: float) -> None:
    site = Site(schedule("a"), LICENCES)
    anna = site.join("anna")

    anna.finds_no_licence(seconds)
    anna.want(need(tags="prman"))

    assert anna.slots == ["a"]


def test_a_tag_of_which_the_site_says_nothing_does_not_rest_for_others() -> None:
    site = Site(schedule("a"), LICENCES)
    anna = site.join("anna")

    anna.finds_no_licence(30.0, "pixarrender")
    anna.want("pixarRender")

    assert anna.slots == ["a"]
    assert any("alfred.ini has no rule for pixarrender" in line for line in site.logged)


def test_after_the_rest_the_site_tries_one_and_then_more() -> None:
    site = Site(schedule(*"abcdefgh"), LICENCES)
    anna, ben = site.join("anna"), site.join("ben")
    anna.finds_no_licence()
    anna.want(need(tags="prman"), total=4)
    ben.want(need(tags="prman"), total=4)

    given = []
    for _ in range(4):
        site.after(30)
        given.append(len(anna.slots) + len(ben.slots))

    assert given == [1, 2, 4, 8]


def test_while_a_tag_is_tried_the_next_one_comes_when_one_ends() -> None:
    site = Site(schedule("a", "b", "c"), LICENCES)
    anna = site.join("anna")
    anna.finds_no_licence()
    anna.want(need(tags="prman"), total=3)
    site.after(30)
    assert anna.slots == ["a"]

    anna.returns(wants_on=True)

    assert len(anna.slots) == 1


def test_who_watches_the_farm_sees_what_rests() -> None:
    site = Site(schedule("a"), LICENCES)
    site.join("anna").finds_no_licence()

    site.now += 10

    assert site.core.farm(site.now).rests == (("prman", 20.0, "licence: no license"),)


EVERY_TAG = msgspec.structs.replace(RULES, licence_lines=(Rule("*", 30.0, pattern="no license"),))


def rest_of_many(batch: int) -> list[str]:
    return [f"tag{batch}.{number}" for number in range(MOST_OF_ONE - 50)]


def test_all_users_together_cannot_make_more_and_more_tags_rest() -> None:
    """Also not with short rests: what has rested is on trial for minutes."""
    site = Site(schedule("a"), EVERY_TAG)
    for batch, user in enumerate(("anna", "ben", "cora", "dora", "emil")):
        site.join(user).finds_no_licence(0.001, *rest_of_many(batch))
        site.after(1)

    assert "of 450 tags: 1800 tags rest or are tried again already" in site.logged[-1]


def test_one_user_leaves_room_for_the_tags_of_others() -> None:
    site = Site(schedule("a"), EVERY_TAG)
    anna, ben = site.join("anna"), site.join("ben")
    for batch in range(2):
        anna.finds_no_licence(30.0, *rest_of_many(batch))
    words = "of 450 tags: 450 tags of anna rest or are tried again already, and 500 of one user may"
    assert words in site.logged[-1]

    ben.finds_no_licence(30.0, "nuke")

    assert len(site.core.farm(site.now).rests) == 451


def test_what_rests_already_may_rest_longer_whoever_says_so() -> None:
    site = Site(schedule("a"), EVERY_TAG)
    anna = site.join("anna")
    for _ in range(3):
        anna.finds_no_licence(30.0, *rest_of_many(0))

    assert "refused" not in site.logged[-1]
