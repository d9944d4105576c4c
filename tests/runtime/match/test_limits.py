"""Limits count launches under program, keys and tags, and say why one has to wait."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.match.keys import KeyExpressionError
from runtime.match.limits import TRIAL_STEP_S, Limits, launch_tags


@pytest.mark.parametrize(
    ("argv", "service", "tags", "expected"),
    [
        (("/usr/bin/prman", "x"), "", "", ("prman",)),
        (("C:\\bin\\Prman",), "", "", ("prman",)),
        (("prman",), 'PixarRender, !Irix && "a*"', "", ("prman", "pixarrender")),
        (("sh",), "", " { Render } netrender", ("sh", " render ", "netrender")),
        (("prman",), "prman", "Prman", ("prman",)),
        ((), "", "", ()),
    ],
)
def test_a_launch_counts_under_program_keys_and_tags(
    argv: tuple[str, ...], service: str, tags: str, expected: tuple[str, ...]
) -> None:
    assert launch_tags(argv, service, tags) == expected


def test_a_service_that_cannot_be_read_is_an_error() -> None:
    with pytest.raises(KeyExpressionError):
        launch_tags(("x",), "a &", "")


def test_a_launch_over_the_maximum_waits_until_one_ends() -> None:
    limits = Limits({"Prman": 2})

    limits.take(("prman", "free"))
    assert limits.why_not(("prman", "free")) == ""
    limits.take(("prman",))
    assert limits.why_not(("free", "prman")) == "limit prman: 2 of 2 running"

    limits.give(("prman",))
    assert limits.why_not(("prman",)) == ""


def test_a_maximum_of_zero_lets_nothing_run() -> None:
    assert Limits({"prman": 0}).why_not(("prman",)) == "limit prman: 0 of 0 running"


def test_new_maxima_count_what_already_runs() -> None:
    limits = Limits({})
    limits.take(("prman",))

    limits.set_maxima({"PRMAN": 1})

    assert limits.running("Prman") == 1
    assert limits.why_not(("prman",))


def test_giving_back_what_was_not_taken_is_an_error() -> None:
    with pytest.raises(ValueError, match="nothing runs under the tag prman"):
        Limits({}).give(("prman",))


@given(st.lists(st.sampled_from(["a", "b", "c"])), st.dictionaries(st.sampled_from("abc"), st.integers(0, 3)))
def test_whoever_asks_first_never_goes_over_a_maximum(launches: list[str], maxima: dict[str, int]) -> None:
    limits = Limits(maxima)

    for tag in launches:
        if not limits.why_not((tag,)):
            limits.take((tag,))

    assert all(limits.running(tag) == min(most, launches.count(tag)) for tag, most in maxima.items())


def test_a_tag_that_rests_lets_nothing_begin_until_it_is_woken() -> None:
    limits = Limits({})

    limits.rest(("Prman",), 130.0, "licence: none")

    assert limits.why_not(("free", "prman"), 100.0) == "tag prman rests 30 s: licence: none"
    assert limits.room(("prman",)) == 0
    assert (limits.next_wake, limits.wake(129.0), limits.wake(130.0)) == (130.0, (), ("prman",))
    assert limits.why_not(("prman",), 130.0) == ""


def test_a_tag_that_has_rested_is_tried_with_one_more_than_runs_and_twice_as_many_after_each_step() -> None:
    limits = Limits({})
    limits.take(("prman",))
    limits.rest(("prman",), 100.0, "licence: none")

    limits.wake(100.0)
    assert limits.room(("prman",)) == 1
    assert limits.wake(100.0 + TRIAL_STEP_S) == ("prman",)

    assert limits.room(("prman",)) == 3


def test_a_trial_is_over_when_it_has_come_far() -> None:
    limits = Limits({"other": 1})
    limits.rest(("prman",), 0.0, "licence: none")

    while (when := limits.next_wake) is not None:
        limits.wake(when)

    assert limits.room(("prman",)) is None
    assert limits.room(("other",)) == 1


def test_a_maximum_of_the_site_counts_during_a_trial() -> None:
    limits = Limits({"prman": 1})
    limits.rest(("prman",), 0.0, "licence: none")

    limits.wake(0.0)
    limits.wake(TRIAL_STEP_S)

    assert limits.room(("prman",)) == 1


def test_another_shortage_ends_a_trial() -> None:
    limits = Limits({})
    limits.rest(("prman",), 0.0, "licence: none")
    limits.wake(0.0)

    limits.rest(("prman",), 60.0, "licence: none")

    assert limits.why_not(("prman",), 10.0) == "tag prman rests 50 s: licence: none"
    assert limits.next_wake == 60.0
