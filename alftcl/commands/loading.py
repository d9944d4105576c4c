"""load(n), unload(n): there are no extensions in C here, so every file is one that cannot be loaded.

What the words mean and what is said of them is as in Tcl: a file that is missing, a package without a name.
"""

from __future__ import annotations

import os
import re
from typing import TYPE_CHECKING, Any

from alftcl import children, paths
from alftcl.errors import TclError
from alftcl.table import choose, command, wrong_args
from alftcl.values import Value, to_str

if TYPE_CHECKING:
    from alftcl.interp import Interp

_LOAD_USAGE = "?-global? ?-lazy? ?--? fileName ?packageName? ?interp?"
_UNLOAD_USAGE = "?-switch ...? fileName ?packageName? ?interp?"


def _operands(args: list[Any], options: tuple[str, ...], usage: str, least: int) -> tuple[set[str], list[Any]]:
    """The options in front (the last `least` words are none), and the one to three words behind them."""
    chosen: set[str] = set()
    words = list(args)
    while len(words) > least and to_str(words[0]).startswith("-"):
        option = choose(words.pop(0), options)
        if option == "--":
            break
        chosen.add(option)
    if not 1 <= len(words) <= 3:
        raise wrong_args(usage)
    return chosen, words


@command("load", _LOAD_USAGE, least=0, most=1000, safe=False)
def load(interp: Interp, args: list[Any]) -> Value:
    """Load an extension: always an error, and which one it is."""
    _, words = _operands(args, ("-global", "-lazy", "--"), f"load {_LOAD_USAGE}", 1)
    name, package = to_str(words[0]), to_str(words[1]) if len(words) > 1 else ""
    if len(words) == 3:
        children.find(interp, words[2])
    if not name and not package:
        raise _no_library("LOAD")
    if not name:
        raise TclError(f'package "{package}" isn\'t loaded statically', ["TCL", "OPERATION", "LOAD", "NOTSTATIC"])
    if not package and not re.match(r"(lib)?[^\W\d]", paths.tail(name)):
        problem = f"couldn't figure out package name for {name}"
        raise TclError(problem, ["TCL", "OPERATION", "LOAD", "WHATPACKAGE"])
    raise TclError(f'couldn\'t load file "{name}": {_reason(paths.native_path(name))}')


def _reason(path: str) -> str:
    if os.path.exists(path):
        return f"{path}: there are no extensions in C"
    return f"{path}: cannot open shared object file: No such file or directory"


def _no_library(operation: str) -> TclError:
    problem = "must specify either file name or package name"
    return TclError(problem, ["TCL", "OPERATION", operation, "NOLIBRARY"])


@command("unload", _UNLOAD_USAGE, least=0, most=1000, safe=False)
def unload(interp: Interp, args: list[Any]) -> Value:
    """Unload an extension: none was ever loaded."""
    options, words = _operands(args, ("-nocomplain", "-keeplibrary", "--"), f"unload {_UNLOAD_USAGE}", 0)
    name, package = to_str(words[0]), to_str(words[1]) if len(words) > 1 else ""
    if len(words) == 3:
        children.find(interp, words[2])
    if "-nocomplain" in options:
        return ""
    if not name and not package:
        raise _no_library("UNLOAD")
    if not name:
        problem = f'package "{package}" is loaded statically and cannot be unloaded'
        raise TclError(problem, ["TCL", "OPERATION", "UNLOAD", "STATIC"])
    raise TclError(f'file "{name}" has never been loaded', ["TCL", "OPERATION", "UNLOAD", "NEVERLOADED"])
