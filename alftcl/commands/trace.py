"""trace(n): being told when variables are used, and when commands are called, renamed or deleted.

What a trace does is in alftcl/variable_traces.py and alftcl/command_traces.py; here are the words of the command.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from alftcl import command_traces, variable_traces
from alftcl.command_traces import COMMAND_OPERATIONS, EXECUTION_OPERATIONS, CommandTrace
from alftcl.errors import TclError
from alftcl.table import choose, command, english_list, wrong_args
from alftcl.values import Value, to_list, to_str
from alftcl.variable_traces import LETTERS, OPERATIONS, script_trace

if TYPE_CHECKING:
    from alftcl.interp import Interp

_OPTIONS = ("add", "info", "remove", "variable", "vdelete", "vinfo")
_KINDS = ("execution", "command", "variable")
_OPERATIONS = {"execution": EXECUTION_OPERATIONS, "command": COMMAND_OPERATIONS, "variable": OPERATIONS}
_SHOWN = {  # in the order in which `trace info` names them
    "execution": EXECUTION_OPERATIONS,
    "command": ("rename", "delete"),
    "variable": ("array", "read", "write", "unset"),
}


@command("trace", "option ?arg ...?")
def trace(interp: Interp, args: list[Any]) -> Value:
    option = choose(args[0], _OPTIONS)
    return _RUN[option](interp, option, args[1:])


def _kind(option: str, args: list[Any], usage: str) -> str:
    if not args:
        raise wrong_args(f"trace {option} type {usage}")
    return choose(args[0], _KINDS)


def _operations(kind: str, value: Value) -> frozenset[str]:
    """The set of operations that a list names."""
    names = _OPERATIONS[kind]
    chosen = frozenset(choose(word, names, "operation", exact=True) for word in to_list(value))
    if not chosen:
        raise TclError(
            f'bad operation list "": must be one or more of {english_list(list(names))}',
            ["TCL", "OPERATION", "TRACE", "NOOPS"],
        )
    return chosen


def _change(interp: Interp, option: str, args: list[Any]) -> Value:
    """trace add and trace remove."""
    kind = _kind(option, args, "?arg ...?")
    if len(args) != 4:
        raise wrong_args(f"trace {option} {kind} name opList command")
    name, prefix = to_str(args[1]), args[3]
    operations = _operations(kind, args[2])
    if kind == "variable":
        if option == "add":
            variable_traces.add(interp, name, script_trace(operations, prefix))
        else:
            _remove_from_variable(interp, name, operations, to_str(prefix))
        return ""
    if option == "add":
        command_traces.add(interp, name, CommandTrace(kind == "execution", operations, prefix))
        return ""
    for found in command_traces.traces_of(interp, name, kind == "execution"):
        if found.operations == operations and found.prefix == to_str(prefix):
            command_traces.remove(interp, name, found)
            break
    return ""


def _remove_from_variable(interp: Interp, name: str, operations: frozenset[str], prefix: str) -> None:
    for found in variable_traces.traces_of(interp, name):
        if found.operations == operations and found.prefix == prefix:
            variable_traces.remove(interp, name, found)
            return


def _info(interp: Interp, option: str, args: list[Any]) -> Value:
    """trace info"""
    kind = _kind(option, args, "name")
    if len(args) != 2:
        raise wrong_args(f"trace info {kind} name")
    name = to_str(args[1])
    found: list[Any]
    if kind == "variable":
        found = [one for one in variable_traces.traces_of(interp, name) if one.prefix is not None]
    else:
        found = command_traces.traces_of(interp, name, kind == "execution")
    return [[[word for word in _SHOWN[kind] if word in one.operations], one.prefix] for one in found]


# ---- the old forms ---------------------------------------------------------------------------------


def _old_change(interp: Interp, option: str, args: list[Any]) -> Value:
    """trace variable and trace vdelete: operations are letters."""
    if len(args) != 3:
        raise wrong_args(f"trace {option} name ops command")
    name, letters = to_str(args[0]), to_str(args[1])
    if not letters or not set(letters) <= set(LETTERS.values()):
        raise TclError(
            f'bad operations "{letters}": should be one or more of rwua', ["TCL", "OPERATION", "TRACE", "BADOPS"]
        )
    operations = frozenset(word for word, letter in LETTERS.items() if letter in letters)
    if option == "variable":
        variable_traces.add(interp, name, script_trace(operations, args[2], is_old=True))
    else:
        _remove_from_variable(interp, name, operations, to_str(args[2]))
    return ""


def _old_info(interp: Interp, option: str, args: list[Any]) -> Value:
    """trace vinfo"""
    if len(args) != 1:
        raise wrong_args("trace vinfo name")
    found = [one for one in variable_traces.traces_of(interp, to_str(args[0])) if one.prefix is not None]
    return [
        ["".join(letter for word, letter in LETTERS.items() if word in one.operations), one.prefix] for one in found
    ]


_RUN: dict[str, Callable[[Interp, str, list[Any]], Value]] = {
    "add": _change,
    "info": _info,
    "remove": _change,
    "variable": _old_change,
    "vdelete": _old_change,
    "vinfo": _old_info,
}
