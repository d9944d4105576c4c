"""An error as the shell shows it: the message, and the line where it happened with the place marked.

    % total {3 4 x}
    can't use non-numeric string as operand of "+"
      in procedure "total", line 3:
        set sum [expr {$sum + $x}]
                 ^^^^^^^^^^^^^^^^^

The place comes from errorInfo: the command that was logged first, the procedure or file it stands in, and the line of
the file whose reading led there. All of
errorInfo is in the variable of that name, as ever.
"""

from __future__ import annotations

import re

from prompt_toolkit.formatted_text import StyleAndTextTuples

from alftcl.encodings import script_text, system_encoding
from alftcl.errors import TclError
from alftcl.interp import Interp
from alftcl.namespaces import Namespace, last_part
from alftcl.procedures import Procedure

_COMMAND = re.compile(r'\n    (?:while executing|invoked from within)\n"((?:.|\n)*?)"(?=\n    |\Z)')
_WITHIN = re.compile(r'\n    \((procedure|file) "(.*)" line (\d+)\)')
_IN_FILE = re.compile(r'\n    \(file "(.*)" line (\d+)\)')
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
    within = _WITHIN.search(info)
    logged = [found[1] for found in _COMMAND.finditer(info, 0, len(info) if within is None else within.start())]
    if within is not None:
        kind, name, number = within[1], within[2], int(within[3])
        found = _body(interp.root, last_part(name), number, (logged or [""])[-1])
        text = _text_of(name) if kind == "file" else found
        marked = _marked(f'in {kind} "{name}", ', text, number, logged, error.message)
        sourced = _IN_FILE.search(info, within.end())
        if marked is None or sourced is None:
            return marked
        return f'{marked[0]}, from file "{sourced[1]}", line {sourced[2]}', *marked[1:]
    fault = interp.parse(typed).fault
    if fault is not None and fault.message == error.message:
        line, column = interp.parse(typed).position(fault.offset)
        return f"line {line}" if "\n" in typed else "", typed.split("\n")[line - 1], column - 1, column
    if "\n" not in typed and [command.strip() for command in logged] == [typed.strip()]:
        return None
    marked = _marked("", typed, error.line, logged, error.message)
    return marked if marked is None or "\n" in typed else ("", *marked[1:])


def _body(space: Namespace, name: str, number: int, command: str) -> str:
    """The body of the procedure of that name, in whatever namespace, that has the command in its line."""
    found = space.commands.get(name)
    if isinstance(found, Procedure):
        lines = found.body.split("\n")
        if 0 < number <= len(lines) and command.split("\n")[0].removesuffix("...") in lines[number - 1]:
            return found.body
    bodies = (_body(child, name, number, command) for child in space.children.values())
    return next((body for body in bodies if body), "")


def _text_of(name: str) -> str:
    try:
        with open(name, "rb") as file:
            return script_text(file.read(), system_encoding())
    except OSError:  # it was read a moment ago and is gone: then there is no line to show
        return ""


def _marked(where: str, text: str, number: int, logged: list[str], message: str) -> tuple[str, str, int, int] | None:
    """The line of the command that was logged first, if it stands just once in the text (a body at the top is no unit
    of its own, so its lines are not counted); else the line with this number."""
    command = logged[-1] if logged else ""
    if logged and text.count(logged[0]) == 1:
        command = logged[0]
        number = text.count("\n", 0, text.index(command)) + 1
    lines = text.split("\n")
    if not text or not 0 < number <= len(lines):
        return None
    line = lines[number - 1]
    first = command.removesuffix("...").split("\n")[0]
    start = line.find(first) if first else -1
    if start < 0:
        start, first = len(line) - len(line.lstrip()), line.strip()
    start, end = _blamed(line, start, start + len(first), message)
    return f"{where}line {number}", line, start, end


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
