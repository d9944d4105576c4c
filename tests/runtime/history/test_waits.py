"""The histogram of waits."""

from __future__ import annotations

import math

from hypothesis import given
from hypothesis import strategies as st

from runtime.history.waits import Waits

SECONDS = st.floats(0.001, 1e7, allow_nan=False)


def waits(*seconds: float) -> Waits:
    made = Waits()
    for wait_s in seconds:
        made.add(wait_s)
    return made


def test_none_at_all_is_zero() -> None:
    assert (Waits().count, Waits().mean_s, Waits().percentile(95)) == (0, 0.0, 0.0)


def test_who_does_not_wait_counts() -> None:
    found = waits(0.0, 0.0, 0.0, 10.0)

    assert (found.count, found.mean_s, found.percentile(50)) == (4, 2.5, 0.0)


@given(st.lists(SECONDS, min_size=1), st.floats(1, 100))
def test_percentiles_are_within_one_percent_of_a_wait_that_there_was(seconds: list[float], percent: float) -> None:
    true = sorted(seconds)[max(1, math.ceil(len(seconds) * percent / 100)) - 1]

    assert math.isclose(waits(*seconds).percentile(percent), true, rel_tol=0.01)


@given(st.lists(SECONDS), st.lists(SECONDS))
def test_two_that_are_added_are_as_one(one: list[float], other: list[float]) -> None:
    together = waits(*one)

    together.merge(waits(*other))

    whole = waits(*one, *other)
    assert (together.classes, together.none, together.longest_s) == (whole.classes, whole.none, whole.longest_s)
    assert math.isclose(together.sum_s, whole.sum_s, rel_tol=1e-9)
