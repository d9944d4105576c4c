"""coroutine(n): coroutine, yield, yieldto. How they switch is in alftcl/coroutines.py."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alftcl.coroutines import Coroutine, reap
from alftcl.errors import TclError
from alftcl.table import command
from alftcl.values import Value, to_str

if TYPE_CHECKING:
    from alftcl.interp import Interp


@command("coroutine", "name cmd ?arg ...?")
def coroutine(interp: Interp, args: list[Any]) -> Value:
    reap(interp)
    name = to_str(args[0])
    place = interp.frame.namespace.place_for(name)
    if place is None:
        raise TclError(f'can\'t create procedure "{name}": unknown namespace', ["TCL", "LOOKUP", "NAMESPACE"])
    space, tail = place
    made = Coroutine(interp, space.qualify(tail), args[1:])
    interp.coroutines.append(made)
    space.put(interp, tail, made)
    return made.resume("")


def _current(interp: Interp, word: str) -> Coroutine:
    if interp.coroutine is None:
        raise TclError(f"{word} can only be called in a coroutine", ["TCL", "COROUTINE", "ILLEGAL_YIELD"])
    return interp.coroutine


@command("yield", "?returnValue?")
def tcl_yield(interp: Interp, args: list[Any]) -> Value:
    current = _current(interp, "yield")
    current.takes_all = False
    value: Value = current.give(args[0] if args else "")
    return value


@command("yieldto", "command ?arg ...?")
def yieldto(interp: Interp, args: list[Any]) -> Value:
    current = _current(interp, "yieldto")
    current.takes_all = True
    value: Value = current.give_way(args)
    return value
