"""What an error gathers on its way up: errorInfo (the commands it went through) and errorStack (the calls).

errorStack    INNER {command words} or {instruction ...}   where it happened
              CALL {words}                                 a procedure, lambda or namespace eval it went through
              UP n                                         an uplevel: what follows ran n levels further down

Tcl notes one entry each time it logs a command; so both grow here, in `log_source`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alftcl.errors import TclError
from alftcl.tree import Command, Script

if TYPE_CHECKING:
    from alftcl.interp import Interp

_LOGGED_BYTES = 150  # of a command in errorInfo; Tcl counts those of UTF-8
_THROWING = ("error", "return", "throw")  # Tcl compiles these to one instruction


def log(interp: Interp, error: TclError, script: Script, command: Command | None, unit: int, words: list[Any]) -> None:
    """Note the command that failed, once for each unit; keep the error's line counted in this text.

    `command` is None for a fault of the script. `words` are its words, none when they could not be substituted.
    """
    if command is None:
        assert script.fault is not None
        start, end = script.fault.start, script.fault.offset + 1
    else:
        start, end = command.start, command.end
    if unit and error.unit == unit:
        _relocate(error, script, start, end)
        return
    error.unit = 0 if command is None else unit  # a fault is found when the command around it is compiled
    if error.is_logged:  # the line stays that of the part which has been told of
        error.is_logged, error.text = False, None
        return
    error.text = script.text
    error.line = script.position(start)[0]
    log_source(interp, error, script.text[start:end], _inner(error, words, unit))


def log_generated(interp: Interp, error: TclError, source: str, call: list[Any] | None) -> None:
    """Note a command of generated code; `call` are the words of the procedure it is in, if that has no frame.

    errorStack then has the command as it is written: its words are no more.
    """
    if error.is_logged:
        error.is_logged = False
    elif call is None:
        log_source(interp, error, source, ["invokeStk1", source])
    else:
        label = "while executing" if error.info is None else "invoked from within"
        error.add_info(f'\n    {label}\n"{shown(source)}"')
        if error.stack is None:
            error.stack = ["INNER", ["invokeStk1", source], "CALL", call]
        else:
            error.stack += ["CALL", call]


def log_source(interp: Interp, error: TclError, source: str, inner: list[Any]) -> None:
    """Note a command; `inner` is what errorStack says when it is the first."""
    label = "while executing" if error.info is None else "invoked from within"
    error.add_info(f'\n    {label}\n"{shown(source)}"')
    if error.stack is None:
        error.stack = ["INNER", inner]
    frame = interp.frame
    if interp.uplevel is not None and interp.uplevel[0] is frame:
        error.stack += ["UP", interp.uplevel[1].level - frame.level]
    elif frame.words is not None:
        error.stack += ["CALL", list(frame.words)]


def shown(source: str) -> str:
    """A command as errorInfo shows it."""
    return shortened(source, _LOGGED_BYTES)


def shortened(text: str, limit: int) -> str:
    """A piece for errorInfo: what fits into `limit` bytes of UTF-8, then an ellipsis."""
    if len(text) <= limit and (text.isascii() or len(text.encode(errors="replace")) <= limit):
        return text
    return text[:limit].encode(errors="replace")[:limit].decode(errors="ignore") + "..."


def _inner(error: TclError, words: list[Any], unit: int) -> list[Any]:
    if not words:
        return ["loadScalar1"]
    if not unit:
        return list(words)
    if words[0] in _THROWING:
        return ["returnImm", error.value, dict(error.options)]
    return ["invokeStk1", *words]


def _relocate(error: TclError, script: Script, start: int, end: int) -> None:
    """The line of an error in an inlined body, counted in the text that the body stands in."""
    if error.text is None or error.text == script.text:
        return
    if len(error.text) > end - start and script.text.startswith(error.text):
        return  # of a bracket in a script that is read only up to its fault
    place = script.text.find(error.text, start, end)
    error.line += script.position(max(place, start))[0] - 1
    error.text = script.text
