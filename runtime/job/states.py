"""States of a task and the moves between them, as tables: `runtime.job.graph` makes no other move.

                     prerequisites done             a command starts
        WAITING  ------------------------>  READY  ----------------->  ACTIVE
         |   ^                              |  ^ ^                     |  |  |
   error |   | error                   -if  |  | '---- next command ---'  |  |
  before |   | put right              wrong |  | retry                    |  |
         v   |                              v  |                   failed |  | last one done
         HELD                              ERROR <------------------------'  v
                                                                       DONE / SKIPPED

A restart takes any task back to WAITING (one whose command still runs first waits for its end). SKIPPED is a DONE that
a user decided. WITHDRAWN tasks were grown by a command that runs again: they are no longer part of the job.

What the states mean for people stands in reference section 10, "State"; JobState and TaskState, the words that travel,
in `runtime.messages`.
"""

from __future__ import annotations

from enum import IntEnum

from runtime.messages import TaskState


class State(IntEnum):
    """State of a task; the first seven are those of `runtime.messages.TaskState`, in its order."""

    WAITING = 0
    READY = 1
    ACTIVE = 2
    ERROR = 3
    HELD = 4
    DONE = 5
    SKIPPED = 6
    WITHDRAWN = 7


_W, _R, _A, _E, _H, _D, _S, _X = State

MOVES: dict[State, frozenset[State]] = {
    _W: frozenset({_R, _H, _D, _S, _X}),
    _R: frozenset({_W, _A, _E, _H, _D, _S, _X}),
    _A: frozenset({_W, _R, _E, _H, _D, _S, _X}),
    _E: frozenset({_W, _R, _H, _S, _X}),
    _H: frozenset({_W, _R, _S, _X}),
    _D: frozenset({_W, _H, _X}),
    _S: frozenset({_W, _H, _X}),
    _X: frozenset(),
}
"""From each state, the states that may follow it."""

FINISHED = frozenset({State.DONE, State.SKIPPED, State.WITHDRAWN})
"""Nobody waits for a task in one of these."""

BAD = frozenset({State.ERROR, State.HELD})
"""What waits for a task in one of these is held."""

PUBLIC: tuple[TaskState, ...] = tuple(TaskState)
"""The word that travels for each state but WITHDRAWN, by its number."""


class IllegalMove(Exception):
    """A fact asked for a move that the table does not have: the journal does not belong to this job."""

    def __init__(self, tid: int, old: State, new: State) -> None:
        super().__init__(f"task {tid} cannot go from {old.name.lower()} to {new.name.lower()}")
