"""First, last and middle steps of an Iterate begin before the others, and nothing else changes."""

from __future__ import annotations

import pytest
from farm import Farm, iterate, job, task
from hypothesis import given
from hypothesis import strategies as st

from runtime.job.step_order import StepOrder, previews, run_at

ORDERS = st.sampled_from(StepOrder)


def steps_begun(farm: Farm) -> list[str]:
    farm.finish()
    return [words.rpartition(" ")[2] for words in farm.launched]


# ---- the order itself -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("order", "steps", "expected"),
    [
        (StepOrder.IN_ORDER, 9, ()),
        (StepOrder.ENDS, 9, (0, 8, 4)),
        (StepOrder.ENDS, 2, (0, 1)),
        (StepOrder.ENDS, 1, (0,)),
        (StepOrder.ENDS, 0, ()),
        (StepOrder.HALVES, 9, (0, 8, 4, 2, 6, 1, 3, 5, 7)),
        (StepOrder.HALVES, 101, (0, 100, 50, 25, 75, 12, 37, 62, 87, 6, 18, 31, 43, 56, 68, 81, 93)),
    ],
)
def test_which_steps_come_before_all_others(order: StepOrder, steps: int, expected: tuple[int, ...]) -> None:
    assert previews(order, steps) == expected


@given(ORDERS, st.integers(1, 300), st.integers(1, 70))
def test_every_step_comes_once_and_the_rest_in_a_row(order: StepOrder, steps: int, at_once: int) -> None:
    early, read = previews(order, steps), list[int]()

    while len(read) < steps:
        read += run_at(early, len(read), min(len(read) + at_once, steps))

    assert sorted(read) == list(range(steps))
    assert tuple(read[: len(early)]) == early
    assert read[len(early) :] == sorted(read[len(early) :])


# ---- in a job ---------------------------------------------------------------------------------------------


def test_the_ends_begin_first() -> None:
    farm = Farm(1)
    farm.submit(job(iterate(7, "step")), steps=StepOrder.ENDS)

    assert steps_begun(farm) == ["1", "7", "4", "2", "3", "5", "6"]


def test_without_a_word_steps_begin_in_a_row() -> None:
    farm = Farm(1)
    farm.submit(job(iterate(4, "step")))

    assert steps_begun(farm) == ["1", "2", "3", "4"]


def test_what_runs_in_series_does_so_as_it_is_written() -> None:
    farm = Farm(2)
    farm.submit(job(task("series", iterate(5, "step"), cmds="", serialsubtasks="1")), steps=StepOrder.ENDS)

    assert steps_begun(farm) == ["1", "2", "3", "4", "5"]


def test_what_comes_before_the_iterate_still_begins_before_it() -> None:
    farm = Farm(1)
    farm.submit(job(task("a 0"), iterate(3, "step"), task("z 9")), steps=StepOrder.ENDS)

    assert steps_begun(farm) == ["0", "1", "3", "2", "9"]


def test_subtasks_of_the_iterate_hold_back_every_step() -> None:
    farm = Farm(4)
    farm.submit(job(iterate(5, "step", task("below"))), steps=StepOrder.ENDS)

    assert farm.at_work == ["below"]
    farm.finish()
    assert farm.launched[1:4] == ["step 1", "step 5", "step 3"]


def test_the_tree_shows_the_steps_in_document_order() -> None:
    farm = Farm(1)
    farm.submit(job(iterate(200, "step")), steps=StepOrder.HALVES)
    farm.finish()

    tree = farm.core.jobs[1].graph.tree
    assert [tree.node(tid).title for tid in tree.child_tasks(0)] == [f"step {n}" for n in range(1, 201)]
    assert sorted(range(1, tree.size), key=tree.place) == list(tree.child_tasks(0))


def test_steps_find_the_instances_that_they_wait_for_whichever_comes_first() -> None:
    farm = Farm(2)
    farm.submit(job(iterate(5, "after step"), iterate(5, "step")), steps=StepOrder.ENDS)

    farm.finish()

    for number in range(1, 6):
        assert farm.launched.index(f"step {number}") < farm.launched.index(f"after step {number}")


def test_a_dispatcher_that_comes_back_goes_on_in_the_same_order() -> None:
    farm = Farm(1)
    farm.submit(job(iterate(7, "step")), steps=StepOrder.ENDS)
    farm.end("step 1")
    farm.end("step 7")
    running = dict(farm.running)

    back = farm.returned()
    back.adopt([], running)

    assert back.at_work == ["step 4"]
    assert steps_begun(back) == ["2", "3", "5", "6"]


def test_finished_steps_that_were_let_go_are_read_again_as_they_were() -> None:
    farm = Farm(1)
    farm.submit(job(iterate(300, "step")), steps=StepOrder.HALVES)
    farm.finish()

    tree = farm.core.jobs[1].graph.tree
    titles = [tree.node(tid).title for tid in range(1, tree.size)]

    assert titles == farm.launched


@given(ORDERS, st.integers(1, 40), st.integers(1, 5))
def test_every_order_runs_every_step_once(order: StepOrder, steps: int, slots: int) -> None:
    farm = Farm(slots)
    farm.submit(job(iterate(steps, "step"), iterate(3, "other")), steps=order)

    farm.finish()

    expected = [f"step {n}" for n in range(1, steps + 1)] + [f"other {n}" for n in range(1, 4)]
    assert sorted(farm.launched) == sorted(expected)


def test_a_million_steps_are_queued_without_reading_them() -> None:
    farm = Farm(3)
    farm.submit(job(iterate(1_000_000, "step")), steps=StepOrder.HALVES)

    assert farm.at_work == ["step 1", "step 1000000", "step 500000"]
    assert farm.reader.steps_read <= 64
