"""Runs a script in alftcl and in the real Tcl of tkinter, and says what came of it in both.

A file in cases/ is a collection: one script a line, in order, each seen by both interpreters. A line may use
what the lines before it left behind.
"""

import re
import tkinter
from pathlib import Path
from typing import NamedTuple

from alftcl.interp import Interp
from alftcl.values import to_str

CASES = Path(__file__).parent / "cases"
_TOLD = ("errorCode", "errorInfo")


class Outcome(NamedTuple):
    """What catch says: the code, the result or message, and for errors errorCode and errorInfo."""

    code: str
    result: str
    errorcode: str = ""
    errorinfo: str = ""


class Pair:
    """One interpreter of each kind, with the same history."""

    def __init__(self) -> None:
        self.here = Interp()
        self.there = tkinter.Tcl()

    def outcome_here(self, script: str) -> Outcome:
        """What alftcl makes of the script."""
        self.here.set_var("::script", script)
        code = to_str(self.here.eval("catch $::script ::result"))
        result = to_str(self.here.eval("set ::result"))
        if code != "1":
            return Outcome(code, result)
        return Outcome(code, result, *(to_str(self.here.eval(f"set ::{name}")) for name in _TOLD))

    def outcome_there(self, script: str) -> Outcome:
        """What real Tcl makes of it."""
        self.there.setvar("::script", script)
        code = self.there.eval("catch $::script ::result")
        result = self.there.eval("set ::result")
        if code != "1":
            return Outcome(code, result)
        return Outcome(code, result, *(self.there.eval(f"set ::{name}") for name in _TOLD))


def collection(name: str) -> list[str]:
    """The scripts of a collection."""
    return [line for line in (CASES / f"{name}.txt").read_text().splitlines() if line.strip()]


def without_numbers(outcome: Outcome) -> Outcome:
    """An outcome whose channel names and process ids are made equal: they differ from run to run."""
    result, errorcode, errorinfo = (re.sub(r"\bfile\d+", "fileN", text) for text in outcome[1:])
    return Outcome(outcome.code, result, re.sub(r"(CHILD\w+) \d+", r"\1 PID", errorcode), errorinfo)


def without_objects(outcome: Outcome) -> Outcome:
    """An outcome whose names of objects are made equal: all interpreters of Tcl count them together."""
    return Outcome(outcome.code, *(re.sub(r"\bObj\d+", "ObjN", text) for text in outcome[1:]))
