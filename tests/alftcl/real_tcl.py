"""A script in Tcl 8.6 and in alftcl, and what it came to. A missing tkinter is a failure, not a skip."""

import tkinter
from dataclasses import dataclass

from alftcl import Interp, TclError
from alftcl.values import to_str


@dataclass(frozen=True)
class Outcome:
    """What a script came to; code and info are empty when there was no error."""

    value: str
    failed: bool = False
    code: str = ""
    info: str = ""


def run_real(script: str, tcl: tkinter.Tk | None = None) -> Outcome:
    """A script in Tcl 8.6."""
    tcl = tcl or tkinter.Tcl()
    try:
        return Outcome(str(tcl.tk.eval(script)))
    except tkinter.TclError as error:
        return Outcome(str(error), True, tcl.tk.eval("set ::errorCode"), tcl.tk.eval("set ::errorInfo"))


def run_ours(script: str, interp: Interp | None = None) -> Outcome:
    """A script in alftcl."""
    interp = interp or Interp()
    try:
        return Outcome(to_str(interp.eval(script)))
    except TclError as error:
        code, info = interp.get_var("::errorCode"), interp.get_var("::errorInfo")
        return Outcome(error.message, True, to_str(code), to_str(info))
