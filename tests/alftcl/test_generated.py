"""The generated engine gives what the direct one and real Tcl give: values, messages, errorCode, errorInfo."""

import sys
import tkinter
from pathlib import Path

import pytest

from alftcl.interp import Interp
from alftcl.values import to_str

FILES = [Path(__file__).parent / "cases" / name for name in ("generated.tcl", "generated_corners.tcl")]
PARAGRAPHS = [paragraph for file in FILES for paragraph in file.read_text().split("\n\n")[1:]]
CALLS = 3
NEVER = sys.maxsize

ASKING = "list [catch main ::result] $::result [expr {$::errorInfo eq {} ? {} : [list $::errorCode $::errorInfo]}]"


def answers(tcl: Interp | tkinter.Tk, paragraph: str) -> list[str]:
    """What `main` comes to, call by call."""
    tcl.eval(paragraph)
    found = []
    for _ in range(CALLS):
        tcl.eval("set ::errorInfo {}; set ::errorCode NONE")
        found.append(to_str(tcl.eval(ASKING)))
    return found


def forced(calls: int, rounds: int) -> Interp:
    """An interpreter that generates procedures and loops after so many calls and rounds."""
    made = Interp()
    made.calls_until_generated, made.rounds_until_generated = calls, rounds
    return made


@pytest.mark.parametrize("calls", [1, 2, NEVER])
@pytest.mark.parametrize("paragraph", PARAGRAPHS)
def test_what_a_procedure_comes_to(paragraph: str, calls: int) -> None:
    assert answers(forced(calls, 0 if calls < NEVER else NEVER), paragraph) == answers(tkinter.Tcl(), paragraph)
