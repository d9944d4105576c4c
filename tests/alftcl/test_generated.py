"""The generated engine gives what the direct one and real Tcl give: values, messages, errorCode, errorInfo."""

import sys
import tkinter
from pathlib import Path

import pytest

from alftcl.interp import Interp
from alftcl.table import COMMANDS
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


@pytest.mark.parametrize(
    "redefined",
    [
        "proc p x [list return v$k]; p 1",
        "proc p x {incr x}; p 1; catch {p abc}",
        "proc q$k x {incr x}; q$k 1; rename q$k {}",
        "proc p x [list foreach y [list 1 $k] {incr x $y}]; p 1",
        "namespace eval n$k {variable v 1; proc q {} {variable v; incr v}; q}; namespace delete n$k",
        "eval [list for {set i 0} {$i < 2} {incr i} [list set z $k]]",
    ],
)
def test_what_is_defined_again_and_again_is_let_go(redefined: str) -> None:
    tcl = forced(1, 0)
    tcl.eval("proc caller {} {kept}; proc kept {} {foreach x {1 2} {incr n $x}; set n}; caller")

    tcl.eval(f"for {{set k 0}} {{$k < 4000}} {{incr k}} {{{redefined}}}")

    assert len(tcl.engine.units) < 5000 > len(tcl.engine.globals)
    assert len(tcl.engine.names) < 2000 > len(tcl.root.watched.names)
    assert tcl.eval("caller") == 3


NESTED = [
    "if {$x < 5} ",
    "catch ",
    "foreach y {1} ",
    "while {$x < 1} ",
    "for {set y 0} {$y < 1} {incr y} ",
    "switch x x ",
]


@pytest.mark.parametrize("nested", NESTED)
@pytest.mark.parametrize("depth", [19, 95])
def test_bodies_nested_deeper_than_python_takes(nested: str, depth: int) -> None:
    tcl = forced(1, 0)

    tcl.eval("proc main {} { set x 0; " + (nested + "{") * depth + "incr x" + "}" * depth + "; set x }")

    assert tcl.eval("main") == 1


@pytest.mark.parametrize("length", [150, 2000])
@pytest.mark.parametrize("text", ["1+$x", "!$x", "($x)", "$x ? 1 : $x", "[set x]"])
def test_expressions_longer_than_python_takes(text: str, length: int) -> None:
    before, _, after = text.partition("$x")
    script = "proc main {} { set x 1; expr {" + before * length + "$x" + after * length + "} }"

    assert answers(forced(1, 0), script) == answers(forced(NEVER, NEVER), script)


def test_an_interrupted_loop_leaves_its_variables(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(interp: Interp, args: list[object]) -> str:
        raise KeyboardInterrupt

    tcl = forced(1, 0)
    tcl.eval("lreverse {}")
    monkeypatch.setattr(COMMANDS["lreverse"], "run", interrupt)
    with pytest.raises(KeyboardInterrupt):
        tcl.eval("foreach i {1 2 3} { lappend l $i; append s $i; set a($i) x; if {$i == 2} { lreverse $l } }")

    assert tcl.eval("list $i $l $s [array size a]") == ["2", ["1", "2"], "12", 2]
