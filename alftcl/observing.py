"""What sees every command or script of an interpreter go by, and how fast it may run meanwhile.

    interp.dispatch   step_through    step traces: around(dispatch, word, args)
                      weigh_with      a limit on memory: weigh(value, args) after each command
    interp.run        profile_with    a profile: around(run, script, unit)

A wrapper stands in the interpreter's own `__dict__`, before the method: who is not observed pays nothing.
Generated code counts no commands, so it is put away (`direct_only`) while there are steps, profiles or limits.
The functions are bound in interp.py.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from alftcl.values import Value

if TYPE_CHECKING:
    from alftcl.command_traces import Stepper
    from alftcl.interp import Interp
    from alftcl.profiling import Profile

# After how many calls a procedure, and after how many rounds a loop is generated: the engine takes some 3 ms to
# be imported, a procedure that is called but once is not worth it.
COLD = (10, 100)
WARM = (2, 60)
NEVER = (sys.maxsize, sys.maxsize)


def _weighing(
    dispatch: Callable[[Value, list[Any]], Value], weigh: Callable[[Value, list[Any]], None]
) -> Callable[[Value, list[Any]], Value]:
    def run(word: Value, args: list[Any]) -> Value:
        value = dispatch(word, args)
        weigh(value, args)
        return value

    return run


def step_through(interp: Interp, stepper: Stepper | None) -> None:
    """Have every command go through `stepper.around(dispatch, word, args)`; None: as always."""
    interp.direct_only(stepper is not None or interp.profiler is not None)
    interp.stepper = stepper
    _wrap_dispatch(interp)


def weigh_with(interp: Interp, weigh: Callable[[Value, list[Any]], None] | None) -> None:
    """Have `weigh(value, args)` called with what each command returns, and its words; None: no longer."""
    interp.weigh = weigh
    _wrap_dispatch(interp)


def _wrap_dispatch(interp: Interp) -> None:
    interp.__dict__.pop("dispatch", None)
    dispatch: Callable[[Value, list[Any]], Value] = interp.dispatch
    if interp.weigh is not None:
        dispatch = _weighing(dispatch, interp.weigh)
        interp.__dict__["dispatch"] = dispatch
    if interp.stepper is not None:
        around = interp.stepper.around
        interp.__dict__["dispatch"] = lambda word, args: around(dispatch, word, args)


def profile_with(interp: Interp, profiler: Profile | None) -> None:
    """Have every script go through `profiler.around(run, script, unit)`; None: as always."""
    if profiler is not None and interp.profiler is not None:
        raise RuntimeError("the interpreter is profiled already")
    interp.direct_only(profiler is not None or interp.stepper is not None)
    interp.profiler = profiler
    interp.__dict__.pop("run", None)
    if profiler is not None:
        own, around = interp.run, profiler.around
        interp.__dict__["run"] = lambda script, unit: around(own, script, unit)


def direct_only(interp: Interp, wanted: bool) -> None:
    """Drop generated code and make no more of it (limits, steps and profiles count commands), or allow it again."""
    wanted = wanted or interp.commands_checked != sys.maxsize
    is_cold = "engine" not in interp.__dict__
    interp.calls_until_generated, interp.rounds_until_generated = NEVER if wanted else COLD if is_cold else WARM
    if not is_cold:
        interp.engine.begin_again(wanted)
