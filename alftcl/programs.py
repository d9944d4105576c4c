"""A script that is run as a program, from outside of any other: what it ends with, and who is told.

    eval_top(text) -> at_top(run)    value              the result
                                     error              ::errorInfo and ::errorCode are set, and it goes on
                                     return             complete: its value, or what its -code asks for
                                     break, continue    an error here: nothing takes them
                                     limit on memory    what the program held is given back first

They are bound in interp.py, which runs the commands themselves.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from alftcl import memory
from alftcl.errors import Completion, Return, TclError
from alftcl.frames import Variable
from alftcl.procedures import complete, unexpected
from alftcl.unwinding import log_source
from alftcl.values import Value, to_str

if TYPE_CHECKING:
    from alftcl.interp import Interp


def eval_top(interp: Interp, text: str) -> Value:
    """Run a script as a program: not compiled, so that errorInfo has every command; errors are published.

    Raises TclError only (and Exit).
    """
    return interp.at_top(lambda: interp.run(interp.parse(text), 0))


def at_top(interp: Interp, action: Callable[[], Value]) -> Value:
    """Do something as a program does: what is no error in the end is one here, and errors are published.

    However it ends (a KeyboardInterrupt may come anywhere), the interpreter is where it was before.
    """
    frame, depth, unit = interp.frame, interp.depth, interp.unit
    allowed = memory.allow(_allowance(interp))
    interp.enter()
    try:
        return action()
    except TclError as error:
        if interp.is_limited:
            error.value = error.message  # a list in lists could become too long a text later
        if interp.exceeded is not None:
            _give_back(interp, error)
        interp.publish(error)
        raise
    except Completion as completion:
        return _end_program(interp, completion)
    finally:
        interp.frame, interp.depth, interp.unit = frame, depth, unit
        memory.allow(allowed)


def text_of(interp: Interp, value: Value) -> str:
    """The string form of a value under the limits of an interpreter. Raises TclError when it is too long."""
    allowed = memory.allow(_allowance(interp))
    try:
        return to_str(value)
    finally:
        memory.allow(allowed)


def _allowance(interp: Interp) -> memory.Allowance:
    return memory.Allowance(interp.reserve, interp.look_at_limits, interp.largest_integer, interp.is_limited)


def _give_back(interp: Interp, error: TclError) -> None:
    """Let go of what a program held that has used up its memory: locals, words, what caches keep."""
    import traceback

    if interp.depth == 1:
        interp.exceeded = None
    error.stack = None
    traceback.clear_frames(error.__traceback__)
    memory.give_back()


def _end_program(interp: Interp, completion: Completion) -> Value:
    """What a program comes to that has ended with a return, or with a code that nothing takes."""
    if isinstance(completion, Return) and completion.level == 1:
        completion.level = 0
        try:
            return complete(completion)
        except Completion as asked:
            completion = asked
    if isinstance(completion, TclError):
        failure = completion
    else:
        failure = unexpected(completion, ["TCL", "UNEXPECTED_RESULT_CODE", str(completion.code)])
    if failure.info is None:
        log_source(interp, failure, interp.stopped_at, [])
    interp.publish(failure)
    raise failure from None


def publish(interp: Interp, error: TclError) -> None:
    """Set ::errorInfo and ::errorCode, and what info errorstack says."""
    interp.error_stack = error.stack or []
    variables = interp.root.variables
    for name, value in (("errorInfo", error.info or error.message), ("errorCode", error.errorcode)):
        variable = variables.get(name)
        if variable is None:
            variable = variables[name] = Variable()
        if type(variable) is Variable:
            variable.value = value
            continue
        try:
            variable.write(interp, f"::{name}", None, value)
        except TclError as failure:  # of a write trace: there is nobody to tell it to
            interp.uncatchable(failure)
