"""interp limit: how many commands a child may run, and until when. What enforces it is alftcl/safe.py."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from alftcl.safe import Limits
from alftcl.table import choose, wrong_args
from alftcl.values import Value, to_int, to_str

if TYPE_CHECKING:
    from alftcl.interp import Interp

_OPTIONS = {
    "commands": ("-command", "-granularity", "-value"),
    "time": ("-command", "-granularity", "-milliseconds", "-seconds"),
}
_GRANULARITY = {"commands": 1, "time": 10}


def configure_limit(child: Interp, words: list[Any]) -> Value:
    """Read or change one kind of limit of an interpreter."""
    kind = choose(words[0], ("commands", "time"), "limit type")
    options = _OPTIONS[kind]
    known = child.family.limits.setdefault(kind, {"-granularity": _GRANULARITY[kind]})
    if len(words) == 1:
        return [part for option in options for part in (option, known.get(option, ""))]
    if len(words) == 2:
        return known.get(choose(words[1], options), "")
    if len(words) % 2 == 0:
        raise wrong_args("interp limit path limitType ?-option value ...?")
    for option, value in zip(words[1::2], words[2::2], strict=True):
        name = choose(option, options)
        known[name] = value if name == "-command" or to_str(value) == "" else to_int(value)
    _apply(child)
    return ""


def _apply(child: Interp) -> None:
    commands = child.family.limits.get("commands", {}).get("-value", "")
    until = child.family.limits.get("time", {})
    end: float | None = None
    if until.get("-seconds", "") != "":
        end = to_int(until["-seconds"]) + to_int(until.get("-milliseconds", "") or 0) / 1000
    Limits(
        commands=None if commands == "" else max(0, to_int(commands) - child.commands_run),
        seconds=None if end is None else end - time.time(),
    ).start(child)
