"""Procedures that only evaluate a body for their caller: `proc Task {title body} {uplevel 1 $body}`.

A script of nested bodies, as a job script is, calls little else. Nothing can look at the variables or the level of such
a procedure while the body runs, so it needs no frame: its function evaluates the body where it is.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from alftcl.errors import Break, Continue, Return, TclError
from alftcl.generated.kinds import Open
from alftcl.procedures import Procedure, leave, unexpected
from alftcl.tree import Literal, VarSub
from alftcl.unwinding import log_generated, shortened
from alftcl.values import Value, to_str

if TYPE_CHECKING:
    from alftcl.generated.engine import Resolver
    from alftcl.interp import Interp

_LEVELS = 2  # of nesting: the procedure and its uplevel


def passing(procedure: Procedure, resolver: Resolver) -> Callable[[Interp, list[Any]], Value]:
    """The function of a procedure that only passes a body on. Raises Open when it is none."""
    place = _body_place(procedure, resolver)
    script = resolver.interp.parse(procedure.body)
    command = script.commands[0]
    source = script.text[command.start : command.end]
    line = script.position(command.start)[0]

    def run(interp: Interp, args: list[Any]) -> Value:
        if interp.depth + _LEVELS > interp.recursion_limit:
            return procedure.call_directly(interp, args)
        word = interp.command_word
        interp.depth += _LEVELS
        try:
            return interp.eval_body(args[place])
        except Return as completion:
            return leave(completion)
        except TclError as error:
            error.add_info(f'\n    ("uplevel" body line {error.line})')
            log_generated(interp, error, source, [word, *args])
            error.line, error.unit, error.text = line, 0, None
            error.add_info(f'\n    (procedure "{shortened(to_str(word), 60)}" line {line})')
            raise
        except (Break, Continue) as completion:
            failure = unexpected(completion)
            failure.add_info(f'\n    (procedure "{shortened(to_str(word), 60)}" line 1)')
            raise failure from None
        finally:
            interp.depth -= _LEVELS

    return run


def _body_place(procedure: Procedure, resolver: Resolver) -> int:
    """Which argument is the body."""
    script = resolver.interp.parse(procedure.body)
    if len(script.commands) != 1 or script.fault is not None or procedure.rest:
        raise Open("more than one command")
    words = script.commands[0].words
    if len(words) != 3 or not all(isinstance(word, Literal) for word in words[:-1]):
        raise Open("no plain uplevel")
    texts = [word.text for word in words[:-1] if isinstance(word, Literal)]
    body = words[-1]
    names = [formal.name for formal in procedure.formals]
    if texts[1:] != ["1"] or not isinstance(body, VarSub) or names.count(body.name) != 1:
        raise Open("no uplevel of one of the parameters")
    if any(formal.default is not None for formal in procedure.formals):
        raise Open("parameters with defaults")
    if resolver.builtin_name(texts[0], resolver.resolve(texts[0])) != "uplevel":
        raise Open("not uplevel")
    return names.index(body.name)
