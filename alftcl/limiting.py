"""interp limit: how many commands a child may run, and until when. What enforces it is alftcl/safe.py."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from alftcl.errors import LimitExceeded, TclError
from alftcl.safe import Limits
from alftcl.table import choose, wrong_args
from alftcl.values import Value, quote_element, to_int, to_str

if TYPE_CHECKING:
    from alftcl.interp import Interp

_OPTIONS = {
    "commands": ("-command", "-granularity", "-value"),
    "time": ("-command", "-granularity", "-milliseconds", "-seconds"),
}
_GRANULARITY = {"commands": 1, "time": 10}
_LEAST = {
    "-granularity": (1, "granularity"),
    "-value": (0, "command limit value"),
    "-seconds": (0, "seconds"),
    "-milliseconds": (0, "milliseconds"),
}


def configure_limit(interp: Interp, child: Interp, words: list[Any]) -> Value:
    """Read or change one kind of limit of an interpreter; `interp` is the one that asks."""
    kind = choose(words[0], ("commands", "time"), "limit type")
    options = _OPTIONS[kind]
    known = child.family.limits.setdefault(kind, {"-granularity": _GRANULARITY[kind]})
    if len(words) == 1:
        return [part for option in options for part in (option, known.get(option, ""))]
    if len(words) == 2:
        return known.get(choose(words[1], options), "")
    if len(words) % 2 == 0:
        raise _usage(interp, child, words)
    given: dict[str, Value] = {}
    for option, value in zip(words[1::2], words[2::2], strict=True):
        name = choose(option, options)
        given[name] = _checked(name, value)
    if kind == "time":
        _complete_time(given)
    known.update(given)
    _apply(interp, child)
    return ""


def _usage(interp: Interp, child: Interp, words: list[Any]) -> TclError:
    called = quote_element(to_str(interp.command_word))
    if called == "interp":
        path = next((name for name, found in interp.family.children.items() if found.interp is child), "path")
        called = f"interp limit {quote_element(path)} {to_str(words[0])}"
    else:
        called = f"{called} limit {to_str(words[0])}"
    return wrong_args(f"{called} ?-option value ...?")


def _checked(name: str, value: Value) -> Value:
    if name == "-command" or to_str(value) == "":
        return value
    number = to_int(value)
    least, shown = _LEAST[name]
    if number < least:
        raise TclError(f"{shown} must be at least {least}", ["TCL", "OPERATION", "INTERP", "BADVALUE"])
    return number


def _complete_time(given: dict[str, Value]) -> None:
    """Milliseconds beyond a second are seconds; both are given, or both are taken back."""
    seconds, milliseconds = given.get("-seconds"), given.get("-milliseconds")
    usage = ["TCL", "OPERATION", "INTERP", "BADUSAGE"]
    if milliseconds == "" and seconds not in (None, ""):
        raise TclError("may only reset -milliseconds if -seconds is also being reset", usage)
    if seconds == "" and milliseconds not in (None, ""):
        raise TclError("may only set -milliseconds if -seconds is not also being reset", usage)
    if seconds == "":
        given["-milliseconds"] = ""
    elif seconds is not None:
        carried, rest = divmod(to_int(milliseconds or 0), 1000)
        given["-seconds"], given["-milliseconds"] = to_int(seconds) + carried, rest


def _apply(interp: Interp, child: Interp) -> None:
    commands = child.family.limits.get("commands", {}).get("-value", "")
    until = child.family.limits.get("time", {})
    end: float | None = None
    if until.get("-seconds", "") != "":
        end = to_int(until["-seconds"]) + to_int(until.get("-milliseconds", "") or 0) / 1000
    Limits(
        commands=None if commands == "" else max(0, to_int(commands) - child.commands_run),
        seconds=None if end is None else end - time.time(),
    ).start(child)
    _tell_first(interp, child)


def _tell_first(interp: Interp, child: Interp) -> None:
    """Before a limit ends what a child does, the scripts that are given for it run: they may raise the limit."""
    check = child.check_limits

    def told() -> None:
        try:
            check()
        except LimitExceeded as exceeded:
            kind = "commands" if exceeded.errorcode[-1] == "COMMANDS" else "time"
            script = child.family.limits.get(kind, {}).get("-command", "")
            if script != "":
                interp.in_frame(interp.root_frame, lambda: interp.eval_body(script))
            if child.check_limits is told or script == "":
                raise
            child.check_limits()

    child.check_limits = told
