"""What users and projects hold and have held lately (runtime.maitred.accounts)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.maitred.accounts import Account, Accounts

HOUR = 3600.0


def test_what_is_held_through_one_half_life_counts_half() -> None:
    accounts = Accounts(HOUR, 0.0)
    anna = accounts.user("anna", 0.0)

    accounts.hold(anna, 4, 0.0)
    accounts.settle(HOUR)

    assert anna.usage == pytest.approx(2.0)


@pytest.mark.parametrize(("half_lives", "usage"), [(1, 1.0), (99, 0.0)])
def test_usage_halves_in_a_half_life_until_it_is_as_good_as_none(half_lives: int, usage: float) -> None:
    accounts = Accounts(HOUR, 0.0)
    anna = accounts.user("anna", 0.0)
    accounts.hold(anna, 4, 0.0)
    accounts.hold(anna, -4, HOUR)

    accounts.settle((1 + half_lives) * HOUR)

    assert anna.usage == pytest.approx(usage, abs=0.0)


def test_without_a_half_life_there_is_no_usage() -> None:
    accounts = Accounts(0.0, 0.0)
    anna = accounts.user("anna", 0.0)

    accounts.hold(anna, 4, 0.0)
    accounts.settle(HOUR)

    assert (anna.held, anna.usage) == (4, 0.0)


def test_a_clock_that_slept_for_weeks_does_no_harm() -> None:
    accounts = Accounts(60.0, 0.0)
    anna, ben = accounts.user("anna", 0.0), accounts.user("ben", 0.0)
    accounts.hold(anna, 4, 0.0)

    accounts.hold(ben, 1, 1e7)
    accounts.settle(2e7)

    assert (anna.usage, ben.usage) == (pytest.approx(4.0), pytest.approx(1.0))


def test_projects_after_ten_thousand_count_as_one() -> None:
    accounts = Accounts(0.0, 0.0)
    for number in range(20_000):
        accounts.project(f"p{number}", 0.0)

    assert len(accounts.projects) == 10_001
    assert accounts.project("p19999", 0.0).name == "default"


Steps = st.lists(st.tuples(st.floats(0, 4 * HOUR), st.integers(0, 1), st.integers(-3, 5)), max_size=30)


@given(Steps, st.floats(2 * HOUR, 24 * HOUR))
def test_usage_is_the_average_of_what_was_held_however_often_it_is_settled(
    steps: list[tuple[float, int, int]], half_life_s: float
) -> None:
    rarely, often = Accounts(half_life_s, 0.0), Accounts(half_life_s, 0.0)
    users = [[accounts.user(name, 0.0) for name in ("anna", "ben")] for accounts in (rarely, often)]
    now = 0.0
    for pause_s, who, change in steps:
        now += pause_s
        change = max(change, -users[0][who].held)
        rarely.hold(users[0][who], change, now)
        often.hold(users[1][who], change, now)
        often.settle(now)
    rarely.settle(now)

    for one, other in zip(*users, strict=True):
        assert one.usage == pytest.approx(other.usage, rel=1e-6, abs=1e-4)


@given(Steps, st.floats(600.0, 8 * HOUR), st.floats(0, 8 * HOUR))
def test_a_settlement_does_not_change_who_has_used_more_while_nobody_holds_anything(
    steps: list[tuple[float, int, int]], half_life_s: float, later_s: float
) -> None:
    accounts = Accounts(half_life_s, 0.0)
    users = [accounts.user("anna", 0.0), accounts.user("ben", 0.0)]
    now = 0.0
    for pause_s, who, change in steps:
        now += pause_s
        accounts.hold(users[who], max(change, -users[who].held), now)
    for user in users:
        accounts.hold(user, -user.held, now)
    before = ahead(users)

    accounts.settle(now + later_s)

    assert ahead(users) * before >= 0, "both may be as good as nothing by now"


def ahead(users: list[Account]) -> int:
    """Who has used more: 1 the first, -1 the second, 0 nobody by anything that counts."""
    first, second = (user.usage for user in users)
    return 0 if abs(first - second) < 1e-3 * max(first, second, 1e-3) else 1 if first > second else -1
