"""Where the time of a script goes: calls and seconds of each procedure, and of each line (Interp.profile).

    own      spent in the procedure (or line) itself and in the built-in commands it calls
    total    with the procedures (or lines) that it calls; a recursive one counts its outermost call only

While it is on, the engine runs the commands of a script one by one through here; when it is off nothing is there.
Lines are counted as errorInfo does: from the first of a procedure's body, of a file, of the script at the top. A body
that stands in another script (of an if, of a foreach, of a Task) has the lines of that script; one that was put
together belongs to the line that evaluates it. A coroutine's time goes on while it waits.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from alftcl.namespaces import last_part
from alftcl.tree import Command, Script
from alftcl.values import Value

if TYPE_CHECKING:
    from alftcl.frames import Frame
    from alftcl.interp import Interp

TOP = "(top level)"
_SHOWN_CHARS = 50
Run = Callable[[Script, int], Value]


class Times:
    """What one procedure or line took, in seconds. `source` is a line's text."""

    __slots__ = ("active", "calls", "own", "source", "total")

    def __init__(self, source: str = "") -> None:
        self.calls = 0
        self.own = 0.0
        self.total = 0.0
        self.active = 0  # how many calls of it are open
        self.source = source

    def __repr__(self) -> str:
        return f"Times(calls={self.calls}, own={self.own:.6f}, total={self.total:.6f})"


class _Place:
    """What a running script is part of: `name` of the procedure or file, the frame, the line it begins after."""

    __slots__ = ("file", "frame", "lines_before", "name", "script")

    def __init__(self, name: str, frame: Frame, file: Value, script: Script, lines_before: int) -> None:
        self.name = name
        self.frame = frame
        self.file = file
        self.script = script
        self.lines_before = lines_before

    def line(self, offset: int) -> int:
        """The line of an offset in the script."""
        return self.lines_before + self.script.position(offset)[0]


class _Open:
    """A call that has not ended; `inner` are the seconds of those inside."""

    __slots__ = ("command", "inner", "line", "place")

    def __init__(self, place: _Place | None = None, command: Command | None = None, line: int = 0) -> None:
        self.inner = 0.0
        self.place = place
        self.command = command
        self.line = line


class Profile:
    """The profile of what an interpreter runs in a `with` block.

    `procedures` has the Times by name, `lines` by name of the procedure (or file, or TOP) and line; str() is a table.
    """

    def __init__(self, interp: Interp, clock: Callable[[], float] = time.perf_counter) -> None:
        self.procedures: dict[str, Times] = {}
        self.lines: dict[tuple[str, int], Times] = {}
        self._interp = interp
        self._clock = clock
        self._open_procedures: list[_Open] = []
        self._open_lines: list[_Open] = []

    def __enter__(self) -> Profile:
        self._interp.profile_with(self)
        return self

    def __exit__(self, *failure: object) -> None:
        self._interp.profile_with(None)

    # ---- measuring -----------------------------------------------------------------------------------

    def around(self, run: Run, script: Script, unit: int) -> Value:
        """Run a script, measuring."""
        place, is_call = self._place(script)
        if not is_call:
            return self._run(run, place, script, unit)
        times = self.procedures.setdefault(place.name, Times())
        times.calls += 1
        return self._measured(times, self._open_procedures, _Open(), lambda: self._run(run, place, script, unit))

    def _run(self, run: Run, place: _Place, script: Script, unit: int) -> Value:
        value: Value = ""
        for command in script.commands:
            line = place.line(command.start)
            times = self.lines.get((place.name, line))
            if times is None:
                source = script.text[command.start : command.end].partition("\n")[0]
                times = self.lines[place.name, line] = Times(source)
            opened = _Open(place, command, line)
            if not self._is_inside(opened):
                times.calls += 1
            part = partial(run, Script(script.text, [command]), unit)
            value = self._measured(times, self._open_lines, opened, part)
        if script.fault is not None:
            return run(Script(script.text, [], script.fault), unit)
        return value

    def _is_inside(self, inner: _Open) -> bool:
        """Whether a command is a bracket of, or evaluated by, one in the same line."""
        outer = self._open_lines[-1] if self._open_lines else None
        if outer is None or outer.place is None or inner.place is None:
            return False
        return (
            outer.line == inner.line and outer.place.frame is inner.place.frame and outer.place.name == inner.place.name
        )

    def _measured(self, times: Times, opened: list[_Open], call: _Open, action: Callable[[], Value]) -> Value:
        opened.append(call)
        times.active += 1
        start = self._clock()
        try:
            return action()
        finally:
            spent = self._clock() - start
            times.active -= 1
            times.own += spent - call.inner
            if not times.active:
                times.total += spent
            place = len(opened) - 1
            while opened[place] is not call:  # those above it are of a coroutine that waits
                place -= 1
            del opened[place]
            if place:
                opened[place - 1].inner += spent

    # ---- where a script stands -----------------------------------------------------------------------

    def _place(self, script: Script) -> tuple[_Place, bool]:
        """What a script that begins is part of, and whether it is a call of a procedure."""
        interp = self._interp
        frame, file = interp.frame, interp.script_file
        callers = self._open_lines
        inner = callers[-1].place if callers else None
        if frame.procedure is not None and not any(one.place and one.place.frame is frame for one in callers):
            return _Place(_name(frame), frame, file, script, 0), True
        if inner is None or inner.file != file:
            return _Place(str(file) or TOP, frame, file, script, 0), False
        for caller in reversed(callers):
            around, command = caller.place, caller.command
            assert around is not None and command is not None
            text = around.script.text
            if text is script.text:
                return around, False
            found = text.find(script.text, command.start, command.end)
            if found >= 0:
                return _Place(around.name, around.frame, around.file, script, around.line(found) - 1), False
        return _Single(inner.name, frame, file, script, callers[-1].line), False

    # ---- the table -----------------------------------------------------------------------------------

    def table(self, lines: int = 20) -> str:
        """The procedures, and the `lines` lines that took most by themselves, in milliseconds."""
        parts = [f"{'calls':>8} {'own ms':>10} {'total ms':>10}  procedure"]
        parts += [_row(times, name) for name, times in _costly(self.procedures)]
        parts += ["", f"{'calls':>8} {'own ms':>10} {'total ms':>10}  line"]
        for (name, line), times in _costly(self.lines)[:lines]:
            parts.append(_row(times, f"{name}:{line}  {times.source[:_SHOWN_CHARS]}"))
        return "\n".join(parts)

    def __str__(self) -> str:
        return self.table()


class _Single(_Place):
    """A script that stands nowhere: it counts as the line that evaluates it."""

    __slots__ = ()

    def line(self, offset: int) -> int:
        return self.lines_before


def _name(frame: Frame) -> str:
    procedure = frame.procedure
    assert procedure is not None
    return procedure.namespace.qualify(last_part(procedure.name)).removeprefix("::")


def _costly(found: dict[Any, Times]) -> list[tuple[Any, Times]]:
    return sorted(found.items(), key=lambda item: item[1].own, reverse=True)


def _row(times: Times, what: str) -> str:
    return f"{times.calls:8} {times.own * 1000:10.3f} {times.total * 1000:10.3f}  {what}"
