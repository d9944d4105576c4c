"""An error as the shell shows it: the message, and the line where it happened with the place marked.

    % total {3 4 x}
    can't use non-numeric string as operand of "+"
      in procedure "total", line 3:
        set sum [expr {$sum + $x}]
                 ^^^^^^^^^^^^^^^^^

The place comes from errorInfo: the command that was logged first, and the procedure or file it stands in. All of
errorInfo is in the variable of that name, as ever.
"""

from __future__ import annotations

import re

from prompt_toolkit.formatted_text import StyleAndTextTuples

from alftcl.errors import TclError
from alftcl.interp import Interp
from alftcl.procedures import Procedure

_COMMAND = re.compile(r'\n    (?:while executing|invoked from within)\n"((?:.|\n)*?)"(?=\n    |\Z)')
_WITHIN = re.compile(r'\n    \((procedure|file) "(.*)" line (\d+)\)')
_NAMED = re.compile(r'(can\'t (?:read|set|unset|incr)|invalid command name|bad option|subcommand) "(.+?)"')


def shown(interp: Interp, error: TclError, typed: str) -> StyleAndTextTuples:
    """The error of a command that was typed."""
    fragments: StyleAndTextTuples = [("class:tcl.error", error.message + "\n")]
    located = _located(interp, error, typed)
    if located is None:
        return fragments
    where, line, start, end = located
    if where:
        fragments.append(("", f"  {where}:\n"))
    margin = len(line) - len(line.lstrip())
    marks = " " * (start - margin) + "^" * max(1, end - start)
    return [*fragments, ("", f"    {line.strip()}\n"), ("class:tcl.error", f"    {marks}\n")]


def _located(interp: Interp, error: TclError, typed: str) -> tuple[str, str, int, int] | None:
    """Where (in words), the line, and the columns to mark; None when the message says all there is."""
    info = (error.info or "")[len(error.message) :]
    logged = _COMMAND.search(info)
    command = logged[1] if logged is not None else ""
    within = _WITHIN.search(info)
    if within is not None:
        text = _text_of(interp, within[1], within[2])
        where = f'in {within[1]} "{within[2]}", line {within[3]}'
        return _marked(where, text, int(within[3]), command, error.message)
    fault = interp.parse(typed).fault
    if fault is not None and fault.message == error.message:
        line, column = interp.parse(typed).position(fault.offset)
        return f"line {line}" if "\n" in typed else "", typed.split("\n")[line - 1], column - 1, column
    if command.strip() == typed.strip() and "\n" not in typed:
        return None
    number = error.line
    if typed.count(command) == 1:  # a body at the top is no unit of its own: its line is not told
        number = typed.count("\n", 0, typed.index(command)) + 1
    where = f"line {number}" if "\n" in typed else ""
    return _marked(where, typed, number, command, error.message)


def _text_of(interp: Interp, kind: str, name: str) -> str:
    if kind == "procedure":
        found = interp.find_command(name)
        return found.body if isinstance(found, Procedure) else ""
    try:
        with open(name, encoding="utf-8", errors="replace") as file:
            return file.read()
    except OSError:  # it was read a moment ago and is gone: then there is no line to show
        return ""


def _marked(where: str, text: str, number: int, command: str, message: str) -> tuple[str, str, int, int] | None:
    lines = text.split("\n")
    if not 0 < number <= len(lines):
        return None
    line = lines[number - 1]
    first = command.removesuffix("...").split("\n")[0]
    start = line.find(first) if first else -1
    if start < 0:
        start, first = len(line) - len(line.lstrip()), line.strip()
    start, end = _blamed(line, start, start + len(first), message)
    return where, line, start, end


def _blamed(line: str, start: int, end: int, message: str) -> tuple[int, int]:
    """The word that the message names, if it stands just once in the command; else the whole command."""
    named = _NAMED.match(message)
    if named is None:
        return start, end
    written = f"${named[2]}" if named[1] == "can't read" else named[2]
    place = line.find(written, start, end)
    if place < 0 or line.find(written, place + 1, end) >= 0:
        return start, end
    return place, place + len(written)
