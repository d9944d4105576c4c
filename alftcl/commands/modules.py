"""Tcl modules (tm(n)): packages that are one file each, NAME-VERSION.tm, and the directories they are looked for in.

    package require a::b     DIRECTORY/a/b-1.2.tm     for each directory of the module path, the first one first

The path starts with the directories that tclsh computes: tcl8/8.0 ... tcl8/8.6 and tcl8/site-tcl beside the
library and the program, and those of the environment's TCL8_6_TM_PATH, TCL8.6_TM_PATH ... No directory of
the path lies inside another.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

from alftcl import environment
from alftcl.ensembles import Ensemble
from alftcl.errors import TclError
from alftcl.packages import parse, satisfies
from alftcl.table import command
from alftcl.values import Value, list_to_str, to_list, to_str

if TYPE_CHECKING:
    from alftcl.interp import Interp

_FILE = re.compile(r"([_a-zA-Z][:\w]*)-([0-9].*)\.tm", re.S)
_MAJOR, _MINOR = (int(part) for part in environment.TCL_VERSION.split("."))


def _module_path(interp: Interp) -> list[str]:
    """The path of an interpreter, in the order it is searched."""
    packages = interp.packages
    if packages.module_path is None:
        packages.module_path = []
        _add_roots(
            packages.module_path, [_beside(os.path.dirname(__file__), 1), f"{_beside(environment.executable, 1)}/lib"]
        )
        for minor in range(_MINOR + 1):
            for mark in "._":
                given = os.environ.get(f"TCL{_MAJOR}{mark}{minor}_TM_PATH", "")
                _add(packages.module_path, [directory for directory in given.split(os.pathsep) if directory])
    return packages.module_path


def _beside(file: str, up: int) -> str:
    return str(Path(file).absolute().parents[up])


def _add(known: list[str], directories: list[str]) -> None:
    for directory in directories:
        if directory in known:
            continue
        for other in known:
            if other.startswith(f"{directory}/"):
                raise TclError(f"{directory} is ancestor of existing module path {other}.")
            if directory.startswith(f"{other}/"):
                raise TclError(f"{directory} is subdirectory of existing module path {other}.")
        known.insert(0, directory)


def _add_roots(known: list[str], roots: list[str]) -> None:
    for root in roots:
        base = f"{root}/tcl{_MAJOR}"
        versions = [f"{base}/{_MAJOR}.{minor}" for minor in range(_MINOR, -1, -1)]
        _add(known, [*versions, f"{base}/site-tcl"])


@command("::tcl::tm::path", "?subcommand? ?arg ...?", safe=False)
def path(interp: Interp, args: list[Any]) -> Value:
    chosen = Ensemble("::tcl::tm::path", interp.root.make("::tcl::tm"))
    chosen.subcommands = ["add", "remove", "list"]
    return chosen.choose(interp, args)


@command("::tcl::tm::add", "?arg ...?", safe=False)
def path_add(interp: Interp, args: list[Any]) -> Value:
    known = list(_module_path(interp))
    _add(known, [to_str(arg) for arg in args])
    interp.packages.module_path = known
    return ""


@command("::tcl::tm::remove", "?arg ...?", safe=False)
def path_remove(interp: Interp, args: list[Any]) -> Value:
    gone = {to_str(arg) for arg in args}
    interp.packages.module_path = [directory for directory in _module_path(interp) if directory not in gone]
    return ""


@command("::tcl::tm::list", "", safe=False)
def path_list(interp: Interp, args: list[Any]) -> Value:
    return list(_module_path(interp))


@command("::tcl::tm::roots", "paths", safe=False)
def roots(interp: Interp, args: list[Any]) -> Value:
    known = list(_module_path(interp))
    _add_roots(known, [to_str(root) for root in to_list(args[0])])
    interp.packages.module_path = known
    return ""


@command("::tcl::tm::UnknownHandler", "original name ?arg ...?", safe=False)
def unknown_handler(interp: Interp, args: list[Any]) -> Value:
    """What `package unknown` is at first: make the modules known that fit, or else ask the handler `original`."""
    name, requirements = to_str(args[1]), [to_str(arg) for arg in args[2:]]
    versions = [_make_known(interp, name, directory) for directory in _module_path(interp)]
    if any(satisfies(version, requirements) for found in versions for version in found):
        return ""
    original = list_to_str(args[1:])
    return interp.eval_body(f"{to_str(args[0])} {original}") if to_str(args[0]) else ""


def _make_known(interp: Interp, name: str, directory: str) -> list[str]:
    """Note how to load the modules of a package that a directory has; their versions."""
    inner, _, tail = name.replace("::", "/").rpartition("/")
    found = []
    place = Path(directory, inner)
    for file in sorted(place.iterdir()) if place.is_dir() else ():
        named = _FILE.fullmatch(file.name)
        if named is None or named[1] != tail or not _is_version(named[2]):
            continue
        found.append(named[2])
        if not interp.call("package", "ifneeded", name, named[2]):
            load = list_to_str(["source", "-encoding", "utf-8", str(file)])
            script = f"{list_to_str(['package', 'provide', name, named[2]])};{load}"
            interp.call("package", "ifneeded", name, named[2], script)
    return found


def _is_version(text: str) -> bool:
    try:
        parse(text)
    except TclError:
        return False
    return True
