"""Real Tcl beside ours: fresh interpreters for tests (see real_tcl.py)."""

import tkinter

import pytest

from alftcl import Interp


@pytest.fixture
def real_tcl() -> tkinter.Tk:
    """A fresh Tcl 8.6 interpreter."""
    return tkinter.Tcl()


@pytest.fixture
def interp() -> Interp:
    """A fresh alftcl interpreter."""
    return Interp()
