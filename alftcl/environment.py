"""The variables that an interpreter starts with: env, tcl_platform, tcl_version, argv and their like.

    env            this process's environment: setting an element is setenv(3), as in Tcl
    tcl_platform   what machine this is; a safe interpreter is told only what scripts need to compute
    tcl_version    8.6: the language that alftcl speaks; tcl_patchLevel names the release compared with

Source: tclvars(n) of Tcl 8.6.
"""

import os
import pwd
import struct
import sys
from typing import TYPE_CHECKING, Any

from alftcl.frames import Variable
from alftcl.values import to_str

if TYPE_CHECKING:
    from alftcl.interp import Interp

TCL_VERSION = "8.6"
TCL_PATCH_LEVEL = "8.6.13"


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
        "auto_path": [],
        "tcl_interactive": 0,
        "tcl_patchLevel": TCL_PATCH_LEVEL,
        "tcl_version": TCL_VERSION,
    }
    for name, value in scalars.items():
        interp.root.variables[name] = Variable(value)
    if not interp.safe:
        env = Variable()
        env.elements = Environment()
        interp.root.variables["env"] = env
