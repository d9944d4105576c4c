"""Scripts of several steps, each step told as real Tcl tells it.

A script in scripts/ has `t {...}` for a step whose outcome is compared, `note` for what is to be compared besides.
Numbers that differ from run to run (descriptors, processes, ports) are made equal.
"""

import os
import re
import tkinter
from pathlib import Path

import pytest

from alftcl import Interp
from alftcl.values import to_str

SCRIPTS = sorted((Path(__file__).parent / "scripts").glob("*.tcl"))

_STEPS = r"""
    set ::told {}
    proc note words {append ::told $words \n}
    proc t {script} {
        set code [catch {uplevel #0 $script} result options]
        note [list $script -> $code $result [expr {$code == 1 ? [dict get $options -errorcode] : {}}]]
    }
"""


def _comparable(told: str, place: str) -> list[str]:
    told = told.replace(place, "PLACE")
    for pattern, equal in (
        (r"\b(file|rc|rt)\d+", r"\1N"),
        (r"\bsock[0-9a-f]+\b", "sockN"),
        (r" \d{4,6}\}", " PORT}"),
        (r"(CHILD[A-Z]+) \d+", r"\1 PID"),
    ):
        told = re.sub(pattern, equal, told)
    return told.splitlines()


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_every_step_is_told_as_tcl_tells_it(script: Path, tmp_path: Path) -> None:
    there, here = tkinter.Tcl(), Interp()
    before = Path.cwd()
    told = []
    for name, run in (("there", there.eval), ("here", here.eval)):
        (tmp_path / name).mkdir()
        os.chdir(tmp_path / name)
        try:
            run(_STEPS)
            run(script.read_text())
            told.append(_comparable(to_str(run("set ::told")), str(tmp_path / name)))
        finally:
            os.chdir(before)

    assert told[1] == told[0]
