"""-if: whether a command is to run, decided when it becomes ready (section 10).

The text is a Tcl expression over the job's variables, evaluated in a safe interpreter under limits: no command reaches
outside, and none runs for long. 0 means that the command is skipped and counts as done.
"""

from __future__ import annotations

from alftcl.errors import Completion, TclError
from alftcl.interp import Interp
from alftcl.safe import Limits
from alftcl.values import to_bool
from runtime.job.model import Scope

_LIMITS = Limits(commands=10_000, seconds=1.0, largest_value=1_000_000, recursion=100, memory=200_000_000)


class ConditionError(Exception):
    """An -if that cannot be evaluated: the command's error, with the words for it."""


def holds(text: str, scope: Scope | None) -> bool:
    """Whether a command with this -if runs. Raises ConditionError."""
    plain = _PLAIN.get(text.strip())
    if plain is not None:
        return plain
    interp = Interp(safe=True)
    scopes = []
    while scope is not None:
        scopes.append(scope)
        scope = scope.outer
    for outer in reversed(scopes):
        for name, value in outer.variables.items():
            interp.set_var(name, value)
    _LIMITS.start(interp)
    try:
        return to_bool(interp.eval_expr(text))
    except TclError as error:
        raise ConditionError(f"-if {{{text}}}: {error.message}") from error
    except Completion as completion:
        raise ConditionError(f"-if {{{text}}}: it does not end with a value") from completion


_PLAIN = {"": True, "1": True, "0": False}
