"""The moves between states of a task are those of the table and no others."""

from __future__ import annotations

import pytest
from farm import ScriptedReader, job, task

from runtime.job.graph import JobGraph
from runtime.job.model import JobId
from runtime.job.states import BAD, FINISHED, MOVES, PUBLIC, IllegalMove, State
from runtime.messages import TaskState


@pytest.mark.parametrize("old", State)
@pytest.mark.parametrize("new", State)
def test_a_task_makes_the_moves_of_the_table_and_no_others(old: State, new: State) -> None:
    graph = JobGraph(job(task("a")), JobId(1), ScriptedReader())
    graph._state[1] = old
    graph._tainted[1] = []

    if old is new or new in MOVES[old]:
        graph._move(1, new)
        assert graph.state(1) is new
    else:
        with pytest.raises(IllegalMove, match=f"task 1 cannot go from {old.name.lower()} to {new.name.lower()}"):
            graph._move(1, new)


def test_every_state_but_withdrawn_has_its_public_word_in_order() -> None:
    assert [state.name.lower() for state in State][:-1] == [word.value for word in TaskState]
    assert PUBLIC[State.HELD] is TaskState.HELD


def test_what_nobody_waits_for_is_never_held() -> None:
    assert not FINISHED & BAD


def test_every_state_can_be_reached_from_waiting() -> None:
    reached = {State.WAITING}
    for _ in State:
        reached |= {new for old in reached for new in MOVES[old]}

    assert reached == set(State)
