"""When the owner of a desktop lends it to the farm."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from runtime.nimby import LOOK_S, Mode, Nimby

NEVER = float("inf")
idle_times = st.floats(min_value=0.0, allow_nan=False)


def shields(mode: Mode, *idle: float) -> list[tuple[bool, bool]]:
    """After each look: whether shields are up, and whether what runs was ejected."""
    nimby = Nimby(mode, 900.0)
    return [(nimby.up, decision.eject) for each in idle for decision in [nimby.look(each)]]


def test_shields_are_up_before_anybody_has_looked() -> None:
    assert Nimby(Mode.DEFAULT, 900.0).up


def test_shields_are_up_while_the_user_is_active_and_down_after_the_interval() -> None:
    assert shields(Mode.DEFAULT, 0.0, 899.9, 900.0, 5000.0, 0.5) == [
        (True, False), (True, False), (False, False), (False, False), (True, False)
    ]  # fmt: skip


def test_where_nobody_is_there_shields_are_down() -> None:
    assert shields(Mode.DEFAULT, NEVER) == [(False, False)]


def test_auto_eject_ends_what_runs_when_the_user_returns_and_only_then() -> None:
    assert shields(Mode.AUTO_EJECT, 0.0, 900.0, 0.5, 1.0, 900.0, 0.1) == [
        (True, False), (False, False), (True, True), (True, False), (False, False), (True, True)
    ]  # fmt: skip


@given(st.lists(idle_times, min_size=1))
def test_always_is_always_up_and_allow_never(idle: list[float]) -> None:
    assert set(shields(Mode.ALWAYS, *idle)) == {(True, False)}
    assert set(shields(Mode.ALLOW, *idle)) == {(False, False)}


@given(st.lists(idle_times, min_size=1))
def test_a_change_is_told_once(idle: list[float]) -> None:
    nimby, before = Nimby(Mode.DEFAULT, 900.0), None
    for each in idle:
        changed = nimby.look(each).changed
        assert changed == (nimby.up != before)
        before = nimby.up


@pytest.mark.parametrize(("idle", "pause"), [(0.0, 900.0), (600.0, 300.0), (899.9, LOOK_S), (2000.0, LOOK_S)])
def test_it_looks_again_when_something_can_have_changed(idle: float, pause: float) -> None:
    nimby = Nimby(Mode.DEFAULT, 900.0)
    nimby.look(idle)

    assert nimby.next_look_s() == pause


def test_nobody_looks_where_it_does_not_matter() -> None:
    assert Nimby(Mode.ALWAYS, 900.0).next_look_s() == NEVER


@pytest.mark.parametrize(
    ("mode", "idle", "words"),
    [
        (Mode.DEFAULT, 0.0, "shields up until you are idle for 15 min"),
        (Mode.DEFAULT, 900.0, "shields down while you are idle: jobs may run here"),
        (Mode.ALWAYS, 0.0, "shields up: no job runs here"),
        (Mode.ALLOW, 0.0, "shields down: jobs may run here"),
    ],
)
def test_the_shields_are_told_in_words(mode: Mode, idle: float, words: str) -> None:
    nimby = Nimby(mode, 900.0)
    nimby.look(idle)

    assert nimby.words() == words


def test_another_mode_counts_from_the_next_look_on() -> None:
    nimby = Nimby(Mode.ALWAYS, 60.0)
    nimby.look(1000.0)

    nimby.want(Mode.DEFAULT)
    decision = nimby.look(1000.0)

    assert (decision.changed, nimby.up, nimby.mode) == (True, False, Mode.DEFAULT)


def test_a_mode_that_does_not_watch_counts_at_once() -> None:
    nimby = Nimby(Mode.DEFAULT, 60.0)
    nimby.look(0.0)

    nimby.want(Mode.ALLOW)

    assert not nimby.up
    assert nimby.look(0.0).changed
