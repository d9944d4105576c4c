"""coroutine(n): coroutine, yield, yieldto. How they switch is in alftcl/coroutines.py."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alftcl.coroutines import Coroutine, reap
from alftcl.errors import TclError
from alftcl.table import UNLIMITED, command
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


@command("::tcl::unsupported::inject", "coroName cmd ?arg1 arg2 ...?", least=2, most=UNLIMITED)
def inject(interp: Interp, args: list[Any]) -> Value:
    """Have a coroutine run a command when it goes on; yield gives its result then."""
    found = _named(interp, args[0], "can only inject a command into a coroutine")
    if found.is_running:
        raise TclError("can only inject a command into a suspended coroutine", ["TCL", "COROUTINE", "ACTIVE"])
    found.injected.append(args[1:])
    return ""


@command("::tcl::unsupported::corotype", "coroName")
def corotype(interp: Interp, args: list[Any]) -> Value:
    """How a coroutine has stopped."""
    found = _named(interp, args[0], "can only get coroutine type of a coroutine")
    return "active" if found.is_running else "yieldto" if found.takes_all else "yield"


def _named(interp: Interp, word: Value, problem: str) -> Coroutine:
    found = interp.find_command(to_str(word))
    if not isinstance(found, Coroutine):
        raise TclError(problem, ["TCL", "LOOKUP", "COROUTINE", to_str(word)])
    return found
