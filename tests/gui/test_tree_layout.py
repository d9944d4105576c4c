"""Where nodes stand, and which of them are in sight."""

from __future__ import annotations

from itertools import pairwise

from farm import ScriptedReader, instance, job, task
from hypothesis import given
from hypothesis import strategies as st

from gui.models.task_tree import STATES, TaskTree
from gui.models.tree_layout import Layout
from runtime.job.graph import JobGraph
from runtime.job.model import JobId, Node
from runtime.messages import TaskState
from runtime.task_view import TaskView


def tree_of(*tasks: Node) -> TaskTree:
    tree = TaskTree()
    tree.hear(TaskView(JobGraph(job(*tasks), JobId(1), ScriptedReader())).news(()))
    return tree


def rows(layout: Layout, tree: TaskTree) -> dict[str, float]:
    placed = layout.in_sight(-1, 1e9, 0, 99)
    return {tree.title(one.node): one.row for one in placed}


def test_tasks_without_children_have_a_row_each_and_others_stand_in_their_middle() -> None:
    tree = tree_of(task("a", task("b"), task("c")), task("d"))

    assert rows(Layout(tree), tree) == {"job": 1.25, "a": 0.5, "b": 0, "c": 1, "d": 2}


def test_what_is_folded_has_one_row() -> None:
    tree = tree_of(task("a", task("b"), task("c")), task("d"))
    layout = Layout(tree, {1})

    assert rows(layout, tree) == {"job": 0.5, "a": 0, "d": 1}
    placed = layout.place_of(1)
    assert placed is not None
    assert placed.folded


def test_with_states_chosen_only_these_tasks_and_what_is_above_them_are_shown() -> None:
    tree = tree_of(task("a", task("b"), task("c")), task("d"))
    tree.states[3] = STATES.index(TaskState.ERROR)

    assert set(rows(Layout(tree, only=[TaskState.ERROR]), tree)) == {"job", "a", "c"}


def test_a_node_is_found_at_its_place() -> None:
    tree = tree_of(task("a", task("b"), instance("d")), task("d"))
    layout = Layout(tree)

    found = layout.at(1.2, 2)
    assert found is not None
    assert tree.title(found.node) == "d"
    assert layout.at(9, 2) is None
    assert layout.at(0, 9) is None


@st.composite
def forests(draw: st.DrawFn, depth: int = 3) -> list[Node]:
    size = draw(st.integers(0, 4))
    return [task(f"t{draw(st.integers(0, 99))}", *(draw(forests(depth - 1)) if depth else ())) for _ in range(size)]


@given(forests(), st.floats(-2, 40), st.floats(0, 10), st.integers(0, 4), st.integers(0, 4))
def test_in_sight_is_what_stands_there_or_leads_there(
    forest: list[Node], top: float, height: float, first: int, last: int
) -> None:
    layout = Layout(tree_of(*forest))
    bottom = top + height
    everything = list(layout.in_sight(-1, 1e9, 0, 99))
    expected = [
        one.key
        for one in everything
        if first <= one.column <= last
        and (one.row if one.bottom is None else one.bottom) + 0.5 >= top
        and (one.row if one.top is None else one.top) - 0.5 <= bottom
    ]

    assert sorted(one.key for one in layout.in_sight(top, bottom, first, last)) == sorted(expected)


@given(forests())
def test_no_two_nodes_of_a_column_overlap(forest: list[Node]) -> None:
    layout = Layout(tree_of(*forest))
    places: dict[int, list[float]] = {}
    for one in layout.in_sight(-1, 1e9, 0, 99):
        places.setdefault(one.column, []).append(one.row)

    for column in places.values():
        assert all(later - earlier >= 1 for earlier, later in pairwise(column))
