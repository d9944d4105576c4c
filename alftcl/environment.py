"""The variables that an interpreter starts with: env, tcl_platform, tcl_version, argv and their like.

    env            this process's environment: setting an element is setenv(3), as in Tcl
    tcl_platform   what machine this is; a safe interpreter is told only what scripts need to compute
    tcl_precision  the digits that doubles are written with (decimals.py), the same in all interpreters
    auto_path      where `package require` looks: the directories of the environment's TCLLIBPATH (a list) at first
    tcl_version    8.6: the language that alftcl speaks; tcl_patchLevel names the release compared with

Source: tclvars(n) of Tcl 8.6.
"""

import os
import pwd
import struct
import sys
from typing import TYPE_CHECKING, Any

from alftcl.decimals import LARGEST_PRECISION, precision, set_precision
from alftcl.errors import TclError
from alftcl.frames import Variable
from alftcl.values import Value, to_int, to_str

if TYPE_CHECKING:
    from alftcl.interp import Interp

TCL_VERSION = "8.6"
TCL_PATCH_LEVEL = "8.6.13"
TCLOO_VERSION = "1.1.0"

executable = sys.executable
"""What `info nameofexecutable` says: the program that runs Tcl scripts. The command alftcl puts its own name here."""


class Environment(dict[str, Any]):
    """The elements of ``env``: a copy of ``os.environ`` that writes every change through."""

    def __init__(self) -> None:
        super().__init__(os.environ)

    def __setitem__(self, name: str, value: Any) -> None:
        text = to_str(value)
        os.environ[name] = text
        super().__setitem__(name, text)

    def __delitem__(self, name: str) -> None:
        super().__delitem__(name)
        os.environ.pop(name, None)

    def pop(self, name: str, *default: Any) -> Any:
        """Remove a variable."""
        os.environ.pop(name, None)
        return super().pop(name, *default)


class Precision(Variable):
    """tcl_precision."""

    __slots__ = ("safe",)

    def __init__(self, safe: bool) -> None:
        self.safe = safe
        self.elements = None

    @property
    def value(self) -> Value | None:
        return precision()

    @value.setter
    def value(self, value: Value | None) -> None:
        if value is None:
            return  # unset: it stays
        if self.safe:
            raise _refused("can't modify precision from a safe interpreter")
        try:
            digits = to_int(value)
        except TclError:
            digits = -1
        if not 0 <= digits <= LARGEST_PRECISION:
            raise _refused("improper value for precision")
        set_precision(digits)


def _refused(reason: str) -> TclError:
    info = f'{reason}\n    (write trace on "tcl_precision")'
    return TclError(f'can\'t set "tcl_precision": {reason}', ["TCL", "WRITE", "VARNAME"], info)


def _user_name() -> str:
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a user id without an entry, as in containers
        return str(os.getuid())


def platform_elements(*, safe: bool) -> dict[str, Any]:
    """The elements of tcl_platform."""
    word_bytes = struct.calcsize("l")
    elements: dict[str, Any] = {
        "byteOrder": f"{sys.byteorder}Endian",
        "engine": "alftcl",
        "pathSeparator": os.pathsep,
        "platform": "unix",
        "pointerSize": struct.calcsize("P"),
        "threaded": 1,
        "wordSize": word_bytes,
    }
    if not safe:
        system = os.uname()
        elements |= {
            "machine": system.machine,
            "os": system.sysname,
            "osVersion": system.release,
            "user": _user_name(),
        }
    return elements


def install(interp: "Interp") -> None:
    """Give an interpreter its variables."""
    interp.set_array("tcl_platform", platform_elements(safe=interp.safe).items())
    scalars: dict[str, Any] = {
        "argc": 0,
        "argv": [],
        "argv0": "alftcl",
        "auto_path": [] if interp.safe else os.environ.get("TCLLIBPATH", []),
        "tcl_interactive": 0,
        "tcl_patchLevel": TCL_PATCH_LEVEL,
        "tcl_version": TCL_VERSION,
    }
    for name, value in scalars.items():
        interp.root.variables[name] = Variable(value)
    for name in ("version", "patchlevel"):
        interp.root.children["oo"].variables[name] = Variable(TCLOO_VERSION)
    interp.root.variables["tcl_precision"] = Precision(interp.safe)
    if not interp.safe:
        interp.root.variables["tcl_library"] = Variable(os.path.dirname(__file__))
        env = Variable()
        env.elements = Environment()
        interp.root.variables["env"] = env
