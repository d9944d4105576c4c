"""Which failures mean that a licence was short, and for how long tags rest."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alftcl.errors import TclError
from runtime.licences import Backoff, Failure, Shortage, patterns_for, shortage_of
from runtime.setting_values import licence_codes, licence_lines

NO_LICENCE = "R10001 {SEVERE} No license available"


def failure(
    status: int = 1, line: str = "", retryrc: tuple[str, ...] = (), own: tuple[str, ...] = ("prman",)
) -> Failure:
    return Failure(("prman", "pixarrender"), own, status, retryrc, line)


def short(*tags: str, first_s: float = 30.0) -> Shortage:
    return Shortage(tags or ("prman",), first_s, "licence: none")


# ---- rules ------------------------------------------------------------------------------------------------


def test_a_line_that_matches_rests_the_tag_of_its_rule() -> None:
    rules = licence_lines("{prman {no licen[cs]e} 60}")

    assert shortage_of(rules, failure(line=NO_LICENCE), 30.0) == Shortage(("prman",), 60.0, f"licence: {NO_LICENCE}")


def test_a_line_means_nothing_to_commands_of_other_tags() -> None:
    rules = licence_lines("{nuke {no licen[cs]e}}")

    assert shortage_of(rules, failure(line=NO_LICENCE), 30.0) is None
    assert patterns_for(rules, ("prman",)) == ()


def test_a_rule_for_all_rests_the_commands_own_tags() -> None:
    rules = licence_lines("{* {no licen[cs]e}}")

    found = shortage_of(rules, failure(line=NO_LICENCE, own=("batch-licence",)), 30.0)

    assert found is not None
    assert (found.tags, found.first_s) == (("batch-licence",), 30.0)


def test_a_listed_status_is_a_shortage() -> None:
    rules = licence_codes("{prman {3 4}}")

    assert shortage_of(rules, failure(3), 30.0) == Shortage(("prman",), 30.0, "licence: exit status 3")
    assert shortage_of(rules, failure(5), 30.0) is None


def test_retryrc_stands_for_the_statuses_that_a_command_names_itself() -> None:
    rules = licence_codes("{* retryrc}")

    assert shortage_of(rules, failure(7, retryrc=("7",)), 30.0) is not None
    assert shortage_of(rules, failure(6, retryrc=("7",)), 30.0) is None


@pytest.mark.parametrize("text", ["{prman}", "{prman a b c}", "{prman (}", "{{} x}", "{prman x -1}", "{prman x?}"])
def test_rules_that_cannot_be_are_refused(text: str) -> None:
    with pytest.raises(TclError):
        licence_lines(text)


@pytest.mark.parametrize("text", ["{prman {}}", "{prman three}"])
def test_codes_that_are_none_are_refused(text: str) -> None:
    with pytest.raises(TclError):
        licence_codes(text)


# ---- back-off ---------------------------------------------------------------------------------------------


def test_rests_in_a_row_double_up_to_the_longest() -> None:
    backoff, now, rests = Backoff(200.0), 0.0, []

    for _ in range(5):
        rest = backoff.rest(short(), began=now, now=now + 1)
        assert rest is not None
        rests.append(rest[0])
        now += 2 + rest[0]

    assert rests == [30.0, 60.0, 120.0, 200.0, 200.0]


def test_what_had_begun_before_the_shortage_was_known_makes_no_rest_longer() -> None:
    backoff = Backoff(600.0)
    backoff.rest(short(), began=0.0, now=10.0)

    assert backoff.rest(short(), began=5.0, now=11.0) is None


def test_what_had_begun_before_and_fails_after_the_rest_brings_another_one_like_it() -> None:
    backoff = Backoff(600.0)
    backoff.rest(short(), began=0.0, now=10.0)

    assert backoff.rest(short(), began=5.0, now=45.0) == (30.0, 1)


def test_success_begins_anew() -> None:
    backoff = Backoff(600.0)
    backoff.rest(short(), began=0.0, now=1.0)
    backoff.rest(short(), began=40.0, now=41.0)

    backoff.went_well(("prman",))

    assert not backoff
    assert backoff.rest(short(), began=200.0, now=201.0) == (30.0, 1)


def test_a_shortage_long_after_the_last_one_begins_anew() -> None:
    backoff = Backoff(600.0)
    backoff.rest(short(), began=0.0, now=0.0)

    assert backoff.rest(short(), began=61.0, now=62.0) == (30.0, 1)


@given(st.lists(st.tuples(st.floats(0, 100), st.floats(0, 100), st.booleans()), max_size=60))
def test_no_rest_is_longer_than_the_longest_or_shorter_than_the_first(events: list[tuple[float, float, bool]]) -> None:
    backoff, now = Backoff(300.0), 0.0

    for pause, run, well in events:
        began, now = now + pause, now + pause + run
        if well:
            backoff.went_well(("prman",))
        else:
            rest = backoff.rest(short(), began, now)
            assert rest is None or 30.0 <= rest[0] <= 300.0
