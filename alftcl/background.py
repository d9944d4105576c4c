"""Errors that nobody waits for: what becomes of an event's script that did not end well (interp bgerror).

    script fails ──► note()  ──when idle──►  handler message options     what `interp bgerror` was given
                                             bgerror message             without one, a procedure of that name
                                             standard error              without that

A handler that ends with `break` is told of no more that wait. Source: interp(n), bgerror(n).
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any, NamedTuple

from alftcl.errors import BREAK, Completion, Return, TclError
from alftcl.procedures import unexpected
from alftcl.unwinding import log_source
from alftcl.values import list_to_str, to_list, to_str

if TYPE_CHECKING:
    from alftcl.interp import Interp

_DEFAULT = "::tcl::Bgerror"


class Failure(NamedTuple):
    """How a script in the background ended."""

    interp: Interp
    error: TclError
    value: Any  # its result
    options: dict[str, Any]  # its return options


class Background:
    """The failures that wait to be told."""

    def __init__(self) -> None:
        self._waiting: deque[Failure] = deque()

    def note(self, interp: Interp, completion: Completion, what: str | None) -> bool:
        """Take up a failure; whether it is the first that waits. `what` says whose script it was."""
        self._waiting.append(_failure(interp, completion, what))
        return len(self._waiting) == 1

    def tell(self) -> None:
        """Hand all failures to the handlers of their interpreters."""
        while self._waiting:
            failure = self._waiting[0]
            interp = failure.interp
            if interp.family.alive and _tell(failure) == BREAK:
                self._waiting = deque(other for other in self._waiting if other.interp is not interp)
            else:
                self._waiting.popleft()


def _failure(interp: Interp, completion: Completion, what: str | None) -> Failure:
    from alftcl.commands.procs import options_of

    told = "" if what is None else f"\n    ({what})"
    if isinstance(completion, TclError):
        completion.add_info(told)
        interp.publish(completion)
        return Failure(interp, completion, completion.value, options_of(interp, completion))
    info = f"{to_str(completion.value)}{told}"
    options = {**options_of(interp, completion), "-errorcode": "NONE", "-errorinfo": info, "-errorline": 1}
    return Failure(interp, _as_error(completion, info), completion.value, options)


def _as_error(completion: Completion, info: str) -> TclError:
    """What bgerror is told of a script that ended with another code than ok or error."""
    if isinstance(completion, Return):
        error = TclError(f"command returned bad code: {completion.code}")
    else:
        error = unexpected(completion, ["NONE"])
    error.errorcode, error.info = ["NONE"], error.message + info
    return error


def _tell(failure: Failure) -> int:
    """Call the handler; the code with which it ends."""
    interp = failure.interp
    handler = list(to_list(interp.family.background))
    if handler == [_DEFAULT]:
        return _tell_bgerror(interp, failure.error)
    words = [*handler, failure.value, failure.options]
    try:
        interp.in_frame(interp.root_frame, lambda: interp.invoke(words))
    except TclError as error:
        log_source(interp, error, list_to_str(words), [])
        _complain(interp, f"error in background error handler:\n{error.info or error.message}\n")
    except Completion as completion:
        return completion.code
    return 0


def _tell_bgerror(interp: Interp, error: TclError) -> int:
    interp.publish(error)
    if interp.find_command("::bgerror") is None:
        _complain(interp, f"{error.info or error.message}\n")
        return 0
    try:
        interp.in_frame(interp.root_frame, lambda: interp.invoke(["::bgerror", error.message]))
    except TclError as second:
        problem = f"    Original error: {error.message}\n    Error in bgerror: {second.message}\n"
        _complain(interp, f"bgerror failed to handle background error.\n{problem}")
    except Completion as completion:
        return completion.code
    return 0


def _complain(interp: Interp, text: str) -> None:
    if "stderr" in interp.channels:
        interp.channels.for_writing("stderr").write(text)
