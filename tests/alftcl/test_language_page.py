"""docs/language.md tells the truth: its examples run, and what is missing is what it names."""

import doctest
import re
import tkinter
from pathlib import Path

from alftcl import Interp

PAGE = Path(__file__).parents[2] / "docs" / "language.md"
OF_AUTO_LOADING = {"auto_execok", "auto_import", "auto_load", "auto_load_index", "auto_qualify", "tclLog"}


def test_its_examples_run() -> None:
    assert doctest.testfile(str(PAGE), module_relative=False).failed == 0


def test_the_commands_that_are_missing_are_named() -> None:
    tcl = tkinter.Tcl()
    theirs = set(tcl.splitlist(tcl.eval("info commands")))
    missing = theirs - set(Interp().root.commands) - OF_AUTO_LOADING
    named = PAGE.read_text().partition("## What is not there yet")[2].partition("## What differs")[0]

    assert missing == {name for name in re.findall(r"`([a-z]+)`", named) if name in theirs}
