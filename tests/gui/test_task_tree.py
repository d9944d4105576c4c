"""What a window knows of a job's tasks is what the dispatcher knows, whatever happens and however seldom it looks."""

from __future__ import annotations

from farm import ScriptedReader, cmd, instance, iterate, job, task
from hypothesis import HealthCheck, settings
from hypothesis.stateful import precondition, rule
from test_properties import Life

from gui.models.task_tree import STATES, TaskTree
from gui.models.tree_layout import Layout
from runtime.job.graph import JobGraph
from runtime.job.model import Job, JobId
from runtime.job.numbering import Loop, Wait
from runtime.job.states import State
from runtime.messages import NAMELESS, TaskState
from runtime.task_view import TaskView


def told(script: Job) -> TaskTree:
    """What a window knows that has looked once."""
    tree = TaskTree()
    tree.hear(TaskView(JobGraph(script, JobId(1), ScriptedReader())).news(()))
    return tree


def nodes_below(graph: JobGraph, tid: int) -> list[int]:
    """The nodes below a task, as the dispatcher has them."""
    found = []
    for unit in graph.tree.children(tid):
        if isinstance(unit, Loop):
            found += graph.tree.steps_of(unit)
        elif isinstance(unit, Wait):
            found.append(NAMELESS if unit.target is None else -1 - unit.target)
        else:
            found.append(unit)
    return [node for node in found if node < 0 or graph.state(node) is not State.WITHDRAWN]


class Watched(Life):
    """A life of a job that a window looks at now and then."""

    def __init__(self) -> None:
        super().__init__()
        self.tree = TaskTree()
        self.view: TaskView | None = None

    @precondition(lambda self: self.graph is not None)
    @rule()
    def a_window_looks(self) -> None:
        graph = self.graph
        assert graph is not None
        if self.view is None or self.view.graph is not graph:
            self.view = TaskView(graph)
        self.tree.hear(self.view.news(self.farm.core.attempts.values()))

        assert self.tree.titles == [graph.tree.node(tid).title for tid in range(graph.tree.size)]
        assert bytes(self.tree.states) == graph.states(0, graph.tree.size)
        alive = [tid for tid in range(graph.tree.size) if graph.state(tid) is not State.WITHDRAWN]
        for tid in alive:
            assert list(self.tree.children(tid)) == nodes_below(graph, tid)
            below = [other for other in graph.tree.subtree(tid) if other != tid]
            active = sum(graph.state(other) is State.ACTIVE for other in below)
            assert self.tree.count_below(tid, State.ACTIVE) == active
        assert sorted(node for node in Layout(self.tree).nodes if node >= 0) == graph_order(graph)


def graph_order(graph: JobGraph) -> list[int]:
    """The tasks that are part of the job."""
    return sorted(graph.tree.subtree(0))


Watched.TestCase.settings = settings(
    max_examples=30, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
)
TestWatched = Watched.TestCase


def test_a_task_that_waits_shows_that_something_below_it_runs() -> None:
    tree = told(job(task("frame", task("layer"))))
    tree.states[2] = STATES.index(TaskState.ACTIVE)

    assert tree.state(1) is TaskState.WAITING
    assert tree.shown_state(1) is TaskState.ACTIVE
    assert tree.shown_state(0) is TaskState.ACTIVE


def test_an_instance_is_the_task_that_it_names() -> None:
    tree = told(job(task("a"), task("b", instance("a"))))
    node = tree.children(2)[0]

    assert tree.task_of(node) == 1
    assert tree.title(node) == "a"


def test_steps_that_are_no_tasks_yet_are_counted() -> None:
    tree = told(job(iterate(10_000, "frame")))

    assert tree.to_come(0) == 10_000 - (len(tree) - 1)


def test_titles_from_strangers_are_one_line() -> None:
    assert told(job(task("a\nb\x1b[31m"))).title(1) == "a b [31m"


def test_what_is_looked_for_is_found_in_any_case_and_with_stars() -> None:
    tree = told(job(task("Frame 1", task("shadow key")), task("Frame 2", task("beauty"))))

    assert [tree.titles[tid] for tid in tree.found("frame")] == ["Frame 1", "Frame 2"]
    assert [tree.titles[tid] for tid in tree.found("f*2")] == ["Frame 2"]
    assert tree.found("  ") == []


def test_the_next_error_goes_around_the_end() -> None:
    tree = told(job(*[task(f"t{number}") for number in range(5)]))
    tree.states[2] = tree.states[4] = STATES.index(TaskState.ERROR)

    assert [tree.next_error(after) for after in (0, 2, 4)] == [2, 4, 2]


def test_a_title_without_words_has_a_number() -> None:
    assert told(job(task("", cmds=[cmd("true")]))).title(1) == "task 1"
