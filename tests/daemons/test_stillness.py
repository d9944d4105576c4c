"""When a command shows no sign of life any more."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from daemons.stillness import LOOKS, Stillness


def test_without_output_and_cpu_time_it_is_over_after_the_limit() -> None:
    stillness = Stillness(100.0, 0.0)

    assert not stillness.is_over(99.0, 0.0)
    assert stillness.look_at == 100.0
    assert stillness.is_over(100.0, 0.0)


def test_output_begins_anew() -> None:
    stillness = Stillness(100.0, 0.0)
    stillness.printed(60.0)

    assert not stillness.is_over(100.0, 0.0)
    assert stillness.is_over(160.0, 0.0)


def test_cpu_time_is_a_sign_of_life_and_a_trace_of_it_is_none() -> None:
    busy, idle = Stillness(100.0, 0.0), Stillness(100.0, 0.0)

    assert not busy.is_over(50.0, 1.0)
    assert not idle.is_over(50.0, 0.2)

    assert not busy.is_over(100.0, 1.0)
    assert idle.is_over(100.0, 0.2)


def test_a_child_that_is_gone_with_its_cpu_time_is_a_sign_of_life() -> None:
    stillness = Stillness(100.0, 0.0)
    stillness.is_over(50.0, 40.0)

    assert not stillness.is_over(75.0, 3.0)
    assert not stillness.is_over(150.0, 3.0)
    assert stillness.is_over(175.0, 3.0)


@given(st.floats(1.0, 1000.0), st.lists(st.floats(0.0, 500.0), max_size=20))
def test_it_is_over_no_more_than_a_look_late_and_never_early(limit_s: float, pauses: list[float]) -> None:
    stillness, now, printed = Stillness(limit_s, 0.0), 0.0, 0.0
    outputs = [sum(pauses[: place + 1]) for place in range(len(pauses))]

    while True:
        now = stillness.look_at
        for output in [output for output in outputs if printed < output <= now]:
            stillness.printed(output)
            printed = output
        if stillness.is_over(now, 0.0):
            break

    assert limit_s - 1e-6 <= now - printed <= limit_s + limit_s / LOOKS + 1e-6
