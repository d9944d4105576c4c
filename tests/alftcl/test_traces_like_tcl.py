"""Every paragraph of the collections about variables and traces gives what real Tcl gives, line by line.

A paragraph starts with two fresh interpreters; a line is a script. What handlers put into ::log is compared, too.
"""

import re
import tkinter

import pytest
from differential import CASES
from real_tcl import Outcome, run_ours, run_real

from alftcl import Interp
from alftcl.values import to_str

HANDLERS = """
set ::log {}
proc x args {lappend ::log $args}
proc h {n1 n2 op} {lappend ::log [list $n1 $n2 $op]}
proc hv {n1 n2 op} {
    upvar 1 $n1 v
    lappend ::log [list $n1 $n2 $op [catch {if {$n2 eq ""} {set v} else {set v($n2)}} r] $r]
}
proc bad {n1 n2 op} {error boom info {A B}}
"""
TAKE_LOG = "lindex [list $::log [unset ::log] [lappend ::log]] 0"

PARAGRAPHS = {
    title: scripts.splitlines()
    for collection in ("variables", "traces")
    for title, scripts in re.findall(r"^# (.*)\n((?:[^\n]+\n)+)", (CASES / f"{collection}.txt").read_text(), re.M)
}

Told = list[tuple[str, Outcome, str]]


def told_here(scripts: list[str]) -> Told:
    interp = Interp()
    interp.eval(HANDLERS)
    return [(script, run_ours(script, interp), to_str(interp.eval(TAKE_LOG))) for script in scripts]


def told_there(scripts: list[str]) -> Told:
    tcl = tkinter.Tcl()
    tcl.eval(HANDLERS)
    return [(script, run_real(script, tcl), _from_the_first_event(tcl.eval(TAKE_LOG))) for script in scripts]


def _from_the_first_event(log: str) -> str:
    """Real Tcl counts the events of all interpreters of a process."""
    numbers = sorted({int(number) for number in re.findall(r"after#(\d+)", log)})
    return re.sub(r"after#(\d+)", lambda found: f"after#{numbers.index(int(found[1]))}", log)


@pytest.mark.parametrize("title", PARAGRAPHS)
def test_tells_what_tcl_tells(title: str) -> None:
    scripts = PARAGRAPHS[title]

    here = told_here(scripts)

    assert here == told_there(scripts)
