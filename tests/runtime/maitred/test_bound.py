"""No entitled crew waits beyond its bound on a saturated farm (T23; docs/farm.md, "How long one waits at most")."""

from __future__ import annotations

import math
import random

from hypothesis import given, settings
from hypothesis import strategies as st
from saturated import EJECTING_S, Saturated, Wanting, lengths
from site_of import RULES

LOOK_S = 2.0
"""So often it is looked whether time alone has changed who stands where."""
Crowds = st.lists(
    st.builds(
        Wanting,
        priority=st.sampled_from([0.0, 1.0, 2.5, 5.0, 10.0]),
        total=st.sampled_from([1, 2, 1000]),
        job_priority=st.sampled_from([0.0, 7.0]),
    ),
    min_size=2,
    max_size=9,
)


def bound_s(span: float, age_s: float, longest_s: float, ahead: int, slots: int) -> float:
    """The longest wait of a request whose crew is `span` below the highest, with so many requests `ahead` of it."""
    rounds = 1 + math.ceil((ahead + 1) / slots)
    return (math.ceil(span) + 2) * age_s + rounds * (longest_s + LOOK_S)


@settings(max_examples=30, deadline=None)
@given(
    crowd=Crowds,
    slots=st.integers(1, 5),
    age_s=st.sampled_from([10.0, 60.0]),
    longest_s=st.sampled_from([3.0, 40.0, 200.0]),
    seed=st.integers(0, 1000),
)
def test_no_request_waits_beyond_its_bound(
    crowd: list[Wanting], slots: int, age_s: float, longest_s: float, seed: int
) -> None:
    farm = Saturated(slots, crowd, lengths(seed, longest_s), age_s=age_s)
    highest = max(one.priority for one in crowd)
    bounds = [bound_s(highest - one.priority, age_s, longest_s, len(crowd) - 1, slots) for one in crowd]

    farm.run(until=2 * max(bounds) + 100.0)

    for place, bound in enumerate(bounds):
        assert farm.waits[place] <= bound, (crowd[place], farm.waits, bounds)


@settings(max_examples=20, deadline=None)
@given(
    crowd=Crowds,
    urgent=st.integers(1, 3),
    slots=st.integers(3, 6),
    wait_s=st.sampled_from([10.0, 60.0]),
    seed=st.integers(0, 1000),
)
def test_who_may_eject_waits_for_nobodys_turn(
    crowd: list[Wanting], urgent: int, slots: int, wait_s: float, seed: int
) -> None:
    choice = random.Random(seed)
    hurried = [Wanting(30.0, 1, preempt=True)] * urgent
    farm = Saturated(slots, [*crowd, *hurried], lambda: choice.uniform(31.0, 2000.0), preempt_wait_s=wait_s)

    farm.run(until=6000.0)

    bound = wait_s + RULES.preempt_min_run_s + 2 * LOOK_S + EJECTING_S
    for place in range(len(crowd), len(crowd) + urgent):
        assert farm.waits[place] <= bound


def test_without_age_a_higher_crew_that_never_has_enough_keeps_all() -> None:
    farm = Saturated(2, [Wanting(5.0), Wanting(0.0)], lambda: 10.0, age_s=0.0)

    farm.run(until=36_000.0)

    assert farm.waits[1] > 35_000
