"""What an alfserver measures, when, and by which way it tells it."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from runtime.farm_datagrams import MetricsAre, MetricSource
from runtime.sampling import ALWAYS, Answers, Timetable, Ways


def source(name: str, interval_s: float = 10.0, method: str = "constant") -> MetricSource:
    return MetricSource(name, interval_s, method, ("1",))


def answer(maitred: str, time: float, *names: str) -> MetricsAre:
    return MetricsAre(maitred, time, tuple(source(name) for name in names))


def asked_for(answers: Answers, now: float = 0.0) -> set[str]:
    return set(answers.sources(now)) - set(ALWAYS)


def test_without_an_answer_the_automatic_metrics_are_measured() -> None:
    assert set(Answers().sources(0.0)) == set(ALWAYS)


def test_a_schedule_may_say_how_an_automatic_metric_is_measured() -> None:
    answers = Answers()
    answers.heard(answer("m1", 1.0, "disk"), 0.0)

    assert answers.sources(0.0)["disk"] == source("disk")


def test_of_several_maitreds_the_one_with_the_newest_schedule_counts() -> None:
    answers = Answers()
    answers.heard(answer("m1", 5.0, "old"), 0.0)
    answers.heard(answer("m2", 7.0, "new"), 0.0)
    answers.heard(answer("m1", 5.0, "old"), 1.0)

    assert asked_for(answers) == {"new"}


def test_parts_of_one_schedule_add_up() -> None:
    answers = Answers()
    answers.heard(answer("m1", 5.0, "a"), 0.0)
    answers.heard(answer("m1", 5.0, "b"), 0.0)

    assert asked_for(answers) == {"a", "b"}


def test_another_schedule_of_a_maitred_takes_the_place_of_its_last_one_also_when_its_file_is_older() -> None:
    answers = Answers()
    answers.heard(answer("m1", 5.0, "a"), 0.0)
    answers.heard(answer("m1", 3.0, "restored"), 0.0)

    assert asked_for(answers) == {"restored"}


def test_a_maitred_that_answers_no_more_is_forgotten_when_another_does() -> None:
    answers = Answers()
    answers.heard(answer("gone", 9.0, "a"), 0.0)
    answers.heard(answer("here", 5.0, "b"), 100.0)

    assert asked_for(answers, 100.0) == {"b"}


def test_what_the_last_maitred_said_counts_while_none_answers() -> None:
    answers = Answers()
    answers.heard(answer("m1", 5.0, "a"), 0.0)

    assert asked_for(answers, 1e6) == {"a"}


def test_a_source_is_due_at_once_and_then_at_its_interval() -> None:
    table, sources = Timetable(), [source("a", 10.0), source("b", 30.0)]

    assert [[each.name for each in table.take(sources, now)] for now in (0.0, 5.0, 10.0, 20.0, 30.0)] == [
        ["a", "b"], [], ["a"], ["a"], ["a", "b"]
    ]  # fmt: skip


def test_a_source_that_has_changed_is_due_at_once() -> None:
    table = Timetable()
    table.take([source("a", 1000.0)], 0.0)

    assert table.take([source("a", 10.0)], 1.0) == [source("a", 10.0)]
    assert table.next_at() == 11.0


@given(st.floats(allow_nan=False, max_value=0.5))
def test_no_schedule_makes_an_alfserver_measure_without_a_pause(interval_s: float) -> None:
    table = Timetable()
    table.take([source("a", interval_s)], 0.0)

    assert table.next_at() == 1.0


def round_of(ways: Ways, maitreds: list[str], *, group: str = "", singly: str = "") -> tuple[str, ...]:
    """One round in which the maitre-ds `group` answer the group's question, and `singly` those of their own."""
    serial, serials = ways.ask(maitreds)
    for name in group:
        ways.answered(serial, f"{name}:9000")
    for name in singly:
        ways.answered(serials[name], f"{name}:9000")
    ways.settle()
    return ways.unicast


def test_a_maitred_that_hears_the_group_is_told_by_multicast_alone() -> None:
    assert round_of(Ways(), ["a", "b"], group="ab", singly="ab") == ()


def test_a_maitred_that_does_not_hear_the_group_is_told_by_unicast() -> None:
    assert round_of(Ways(), ["a", "b"], group="a", singly="ab") == ("b",)


def test_a_maitred_that_is_not_there_is_told_nothing() -> None:
    assert round_of(Ways(), ["a", "b"], singly="a") == ("a",)


def test_unicast_ends_when_the_group_is_heard_again() -> None:
    ways = Ways()

    assert [round_of(ways, ["a"], group=heard, singly="a") for heard in ("a", "", "a")] == [(), ("a",), ()]


def test_a_lost_answer_does_not_end_unicast() -> None:
    ways = Ways()

    assert [round_of(ways, ["a"], singly=heard) for heard in ("a", "", "", "")] == [("a",), ("a",), ("a",), ()]


def test_an_answer_to_an_older_round_counts_no_more() -> None:
    ways = Ways()
    old, _ = ways.ask(["a"])
    _, singly = ways.ask(["a"])

    ways.answered(old, "a:9000")
    ways.answered(singly["a"], "a:9000")
    ways.settle()

    assert ways.unicast == ("a",)


def test_a_maitred_that_left_the_list_is_told_nothing() -> None:
    ways = Ways()
    round_of(ways, ["a"], singly="a")

    assert round_of(ways, ["b"], singly="b") == ("b",)
