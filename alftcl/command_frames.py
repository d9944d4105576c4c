"""What runs at this moment, command by command: for info frame.

A level is a piece of code with the command that it has come to: a procedure's body together with the bodies of the
if, while ... in it, what eval or uplevel runs, a bracket in uncompiled code. Nothing keeps this list: it is read from
Python's own stack when somebody asks, in which every `Interp.run` of the direct engine is a level (or a part of one,
when it belongs to the same unit as the one around it).
"""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, NamedTuple

from alftcl.frames import Frame
from alftcl.tree import Command, Script
from alftcl.values import to_str

if TYPE_CHECKING:
    from alftcl.interp import Interp


class Level(NamedTuple):
    """One level: the outermost text it stands in, the line and the text of the command, the variables it sees."""

    script: Script
    line: int
    command: str
    unit: int
    frame: Frame
    file: str = ""

    def described(self, current: Frame) -> dict[str, Any]:
        """What info frame says of it to a command that runs in the frame `current`."""
        procedure = self.frame.procedure
        told: dict[str, Any] = {"type": "eval", "line": self.line}
        if self.file:
            told["type"], told["file"] = "source", self.file
        elif procedure is not None and procedure.body == self.script.text:
            told["type"] = "proc"
        told["cmd"] = self.command
        if procedure is not None:
            told |= procedure.told(self.frame.words or [])
        if current.level >= self.frame.level:
            told["level"] = current.level - self.frame.level
        return told

    def inside(self, script: Script, command: Command) -> Level:
        """The same, when its text is a body that belongs to a command of another text."""
        place = max(script.text.find(self.script.text, command.start, command.end), command.start)
        return self._replace(script=script, line=self.line + script.position(place)[0] - 1)


def levels(interp: Interp) -> list[Level]:
    """What runs in an interpreter, the outermost first."""
    from alftcl.interp import Interp as Engine
    from alftcl.procedures import Procedure

    found: list[Level] = []
    frame = interp.frame
    place: Any = sys._getframe(1)
    while place is not None:
        if place.f_code is Engine.run.__code__ and place.f_locals["self"] is interp:
            script, unit, command = (place.f_locals[name] for name in ("script", "unit", "command"))
            if command is not None and unit and found and found[-1].unit == unit:
                found[-1] = found[-1].inside(script, command)
            elif command is not None:
                line = script.position(command.start)[0]
                found.append(Level(script, line, script.source(command), unit, frame))
        elif place.f_code is Engine.eval_file.__code__ and found and found[-1].script.text == place.f_locals["text"]:
            found[-1] = found[-1]._replace(file=to_str(place.f_locals["name"]))
        elif place.f_code in (Procedure.call_in_frame.__code__, Engine.in_frame.__code__):
            frame = place.f_locals.get("outer", frame)
        place = place.f_back
    found.reverse()
    return found
