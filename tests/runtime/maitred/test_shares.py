"""Shares of users and projects, usage that decays, tiers: by the default assigner."""

from __future__ import annotations

import msgspec
import pytest
from site_of import RULES, Dispatcher, Site, schedule

from runtime.maitred.orders import KeepUsage

HOUR = 3600.0
DECAYING = msgspec.structs.replace(RULES, usage_half_life_s=24 * HOUR)
TIERED = msgspec.structs.replace(RULES, tiers=("rush", "default", "batch"))


def full(site: Site) -> Dispatcher:
    """dora holds every slot."""
    dora = site.join("dora")
    dora.want(total=len(site.core.farm(site.now).slots))
    return dora


def anna_or_ben(rest_s: float) -> tuple[int, int]:
    """Ben has had a server for hours and then nothing for `rest_s`; how many he and Anna have of the next one."""
    site = Site(schedule("a", "b", "c"), DECAYING)
    ben = site.join("ben")
    ben.want()
    site.after(4 * HOUR)
    ben.returns()
    dora, anna = full(site), site.join("anna")
    site.after(rest_s)
    ben.want()
    anna.want()
    dora.returns()
    return len(anna.slots), len(ben.slots)


# ---- usage -------------------------------------------------------------------------------------------------------


def test_who_has_used_less_lately_is_served_first() -> None:
    assert anna_or_ben(rest_s=0) == (1, 0)


def test_what_was_used_long_ago_is_forgotten() -> None:
    assert anna_or_ben(rest_s=100 * 24 * HOUR) == (0, 1)


def test_usage_counts_over_a_restart() -> None:
    before = Site(schedule("a"), DECAYING)
    ben = before.join("ben")
    ben.want(project="film")
    before.after(24 * HOUR)
    [kept] = [order.usages for order in before.orders if isinstance(order, KeepUsage)]
    later = Site(schedule("a"), DECAYING, epoch=2000, wall=before.wall + 48 * HOUR, usages=kept)

    accounts = later.core._books.accounts

    assert accounts.users["ben"].usage == pytest.approx(0.25)
    assert accounts.projects["film"].usage == pytest.approx(0.25)


def test_leases_go_over_until_who_had_less_has_caught_up() -> None:
    site = Site(schedule("a", "b", "c", "d"), DECAYING)
    ben = site.join("ben")
    ben.want(total=4)
    site.after(24 * HOUR)
    anna = site.join("anna")

    anna.want(total=100)

    assert len(ben.recalled) == 3, "ben held 2 on average: 3 slots for anna are as much as 1 and 2"


# ---- projects ----------------------------------------------------------------------------------------------------


def test_projects_share_before_users_do() -> None:
    site = Site(schedule(*"abcd", project_shares={"film": 3.0}))
    dora = full(site)
    anna, ben, eve = site.join("anna"), site.join("ben"), site.join("eve")
    for user, project in ((anna, "film"), (ben, "ads"), (eve, "ads")):
        user.want(total=4, project=project)

    for _ in range(4):
        dora.returns()

    assert (len(anna.slots), len(ben.slots), len(eve.slots)) == (3, 1, 0)


def test_without_shares_of_projects_they_do_not_count() -> None:
    site = Site(schedule(*"abc"))
    dora = full(site)
    anna, ben, eve = site.join("anna"), site.join("ben"), site.join("eve")
    for user, project in ((anna, "film"), (ben, "ads"), (eve, "ads")):
        user.want(total=4, project=project)

    for _ in range(3):
        dora.returns()

    assert [len(user.slots) for user in (anna, ben, eve)] == [1, 1, 1]


def test_a_job_without_a_project_is_of_the_default_one() -> None:
    site = Site(schedule(*"abcd", project_shares={"default": 3.0, "film": 1.0}))
    dora = full(site)
    anna, ben = site.join("anna"), site.join("ben")
    anna.want(total=4)
    ben.want(total=4, project="film")

    for _ in range(4):
        dora.returns()

    assert (len(anna.slots), len(ben.slots)) == (3, 1)


def test_within_a_project_leases_go_over_between_users() -> None:
    site = Site(schedule(*"abcd", project_shares={"film": 1.0}))
    anna, ben = site.join("anna"), site.join("ben")
    anna.want(total=4, project="film")

    ben.want(total=4, project="film")

    assert len(anna.recalled) == 2


def test_leases_go_over_between_projects_until_both_hold_their_share() -> None:
    site = Site(schedule(*"abcd", project_shares={"film": 1.0, "ads": 4.0}))
    anna = site.join("anna")
    anna.want(total=4, project="film", jid=1)

    anna.want(total=4, project="ads", jid=2)

    assert len(anna.recalled) == 3


def test_a_lease_that_comes_back_counts_for_its_project() -> None:
    site = Site(schedule("a", "b"), msgspec.structs.replace(RULES, tiers=("rush", "batch")))
    anna = site.join("anna")
    anna.want(project="film", tier="rush")
    held = anna.held(project="film", tier="rush")

    later = Site(schedule("a", "b"), msgspec.structs.replace(RULES, tiers=("rush", "batch")), epoch=2000)
    later.join("anna", name=anna.name, epoch=1000, held=held)

    [lease] = later.core._books.leases.by_id.values()
    assert (lease.project.name, lease.project.held, lease.tier) == ("film", 1, 0)


# ---- tiers -------------------------------------------------------------------------------------------------------


def test_a_lower_tier_waits_for_the_higher_ones() -> None:
    site = Site(schedule("a", "b", "c"), TIERED)
    dora = full(site)
    order = []
    for user, tier in (("anna", "batch"), ("ben", ""), ("eve", "rush"), ("fay", "nonsense")):
        order.append(site.join(user))
        order[-1].want(tier=tier, priority=-1.0 if tier == "rush" else 0.0)

    for _ in range(3):
        dora.returns()

    assert [user.user for user in order if user.slots] == ["ben", "eve", "fay"]


def test_a_tier_that_is_none_comes_last_where_there_is_no_default_tier() -> None:
    rules = msgspec.structs.replace(RULES, tiers=("rush", "batch"))

    assert [rules.tier(name) for name in ("rush", "batch", "", "nonsense")] == [0, 1, 2, 2]


def test_a_higher_tier_takes_leases_back_from_a_lower_one() -> None:
    site = Site(schedule("a", "b"), TIERED)
    anna, ben = site.join("anna"), site.join("ben")
    anna.want(total=2, tier="batch")

    ben.want(total=2, tier="rush")

    assert len(anna.recalled) == 2


def test_a_lower_tier_never_takes_leases_back_from_a_higher_one() -> None:
    site = Site(schedule("a", "b"), TIERED)
    anna, ben = site.join("anna"), site.join("ben")
    anna.want(total=9, tier="rush")

    ben.want(total=2, tier="batch")
    site.after(10 * HOUR)

    assert anna.recalled == []


# ---- jobs of one user --------------------------------------------------------------------------------------------


def test_a_users_own_job_of_higher_priority_takes_over_leases() -> None:
    site = Site(schedule("a", "b"))
    anna, elsewhere = site.join("anna", name="anna-1"), site.join("anna", name="anna-2")
    anna.want(total=9, jid=1, priority=1.0)

    elsewhere.want(total=1, jid=2, priority=5.0)

    assert len(anna.recalled) == 1


def test_jobs_of_one_dispatcher_take_leases_over_by_tier() -> None:
    site = Site(schedule("a", "b"), TIERED)
    anna = site.join("anna")
    anna.want(total=2, jid=1, tier="batch")

    anna.want(total=1, jid=2, tier="rush")

    assert len(anna.recalled) == 1


def test_jobs_of_one_dispatcher_that_stand_alike_take_nothing_from_each_other() -> None:
    site = Site(schedule("a", "b"))
    anna = site.join("anna")
    anna.want(total=9, jid=1)

    anna.want(total=1, jid=2)
    site.after(HOUR)

    assert anna.recalled == []
