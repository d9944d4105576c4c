"""Namespaces: trees of commands and variables, and how a name finds its way through them.

A name is looked for in the current namespace, for commands on its path, then in the global one. A name that
begins with :: is looked for from the global one only. `a::b::c` is c in the namespace a::b.
"""

from __future__ import annotations

import re
from sys import getrefcount
from typing import TYPE_CHECKING, Any

from alftcl.errors import TclError
from alftcl.frames import Frame, Variable
from alftcl.table import Command

if TYPE_CHECKING:
    from alftcl.interp import Interp
    from alftcl.values import Value

_SEPARATOR = re.compile(r"::+")


class Namespace:
    """One namespace. `name` is fully qualified ("::" for the global one), `tail` its last part."""

    def __init__(self, tail: str, parent: Namespace | None) -> None:
        self.tail = tail
        self.parent = parent
        self.children: dict[str, Namespace] = {}
        self.commands: dict[str, Command] = {}
        self.variables: dict[str, Variable] = {}
        self.exports: list[str] = []
        self.path: list[Namespace] = []
        self.unknown: Value = ""
        self.alive = True

    @property
    def name(self) -> str:
        if self.parent is None:
            return "::"
        return f"{self.parent.name.rstrip(':')}::{self.tail}"

    def qualify(self, tail: str) -> str:
        """The full name of something in this namespace."""
        return f"::{tail}" if self.parent is None else f"{self.name}::{tail}"

    @property
    def root(self) -> Namespace:
        space = self
        while space.parent is not None:
            space = space.parent
        return space

    def find(self, name: str) -> Namespace | None:
        """The namespace of that name, seen from here (a relative name: a child, else from the root)."""
        parts = split(name)
        if name.startswith("::"):
            return _descend(self.root, parts)
        return _descend(self, parts) or _descend(self.root, parts)

    def make(self, name: str) -> Namespace:
        """The namespace of that name, made (with its parents) if need be."""
        space = self.root if name.startswith("::") else self
        for part in split(name):
            child = space.children.get(part)
            if child is None:
                child = space.children[part] = Namespace(part, space)
            space = child
        return space

    # -- commands

    def find_command(self, name: str) -> tuple[Namespace, str, Command] | None:
        """Where the command of that name lives, its plain name there, and the command."""
        if "::" not in name:
            for space in (self, *self.path, self.root):
                found = space.commands.get(name)
                if found is not None:
                    return space, name, found
            return None
        prefix, tail = qualifiers(name), last_part(name)
        parts = split(prefix)
        starts = [self.root] if name.startswith("::") else [self, *self.path, self.root]
        for start in starts:
            owner = _descend(start, parts)
            if owner is not None and tail in owner.commands:
                return owner, tail, owner.commands[tail]
        return None

    def place_for(self, name: str) -> tuple[Namespace, str] | None:
        """Where a new command or variable of that name goes: its namespace (None: there is none) and tail."""
        if "::" not in name:
            return self, name
        parts = split(qualifiers(name))
        space = _descend(self.root if name.startswith("::") else self, parts)
        return None if space is None else (space, last_part(name))


class Imported(Command):
    """A command of another namespace, under a name here (namespace import)."""

    __slots__ = ("origin", "origin_name", "target")

    def __init__(self, target: Command, origin: Namespace, origin_name: str) -> None:
        self.target = target
        self.origin = origin
        self.origin_name = origin_name
        super().__init__(self._call, target.usage, target.least, target.most, target.safe)

    def _call(self, interp: Interp, args: list[Any]) -> Value:
        return self.target.run(interp, args)  # which another one may have become: traces


def split(name: str) -> list[str]:
    """The parts of a qualified name; the empty one before a leading :: left out."""
    parts = _SEPARATOR.split(name)
    if parts and not parts[0]:
        del parts[0]
    if parts and not parts[-1]:
        del parts[-1]
    return parts


def qualifiers(name: str) -> str:
    """namespace qualifiers: what stands before the last :: ("::" for ::x is kept for a full name)."""
    place = name.rfind("::")
    return name[:place].rstrip(":") if place >= 0 else ""


def last_part(name: str) -> str:
    """namespace tail."""
    return name.rpartition("::")[2]


def _descend(space: Namespace, parts: list[str]) -> Namespace | None:
    for part in parts:
        found = space.children.get(part)
        if found is None:
            return None
        space = found
    return space


# ---- variables by name ------------------------------------------------------------------------------


def find_variable(frame: Frame, name: str) -> Variable | None:
    """The variable that a name means in a frame, or None. It may exist without being set."""
    variable = frame.variables.get(name)
    if variable is not None:
        return variable
    space = frame.namespace
    if "::" in name:
        parts, tail = split(qualifiers(name)), last_part(name)
        for start in (space.root,) if name.startswith("::") else (space, space.root):
            owner = _descend(start, parts)
            if owner is not None and tail in owner.variables:
                return owner.variables[tail]
        return None
    if frame.procedure is None and space.parent is not None:
        return space.root.variables.get(name)
    return None


def make_variable(frame: Frame, name: str, verb: str = "set", key: str | None = None) -> Variable:
    """The variable that a name means in a frame, made if need be."""
    variable = find_variable(frame, name)
    if variable is not None:
        return variable
    variable = Variable()
    if "::" not in name:
        frame.variables[name] = variable
        return variable
    place = frame.namespace.place_for(name)
    if place is None:
        shown = name if key is None else f"{name}({key})"
        raise TclError(f"can't {verb} \"{shown}\": parent namespace doesn't exist", ["TCL", "LOOKUP", "VARNAME", name])
    space, tail = place
    space.variables[tail] = variable
    return variable


def forget(variables: dict[str, Variable], name: str) -> None:
    """Drop an unset variable, unless a link (or a caller) still holds it: the link must keep working."""
    if name in variables and getrefcount(variables[name]) <= 2:  # the table and the argument
        del variables[name]


def require(interp: Interp, name: str) -> Namespace:
    """The namespace of that name; 'namespace "x" not found in "::"'."""
    here: Any = interp.frame.namespace
    space: Namespace | None = here.find(name)
    if space is None:
        where = "" if name.startswith("::") else f' in "{here.name}"'
        raise TclError(f'namespace "{name}" not found{where}', ["TCL", "LOOKUP", "NAMESPACE", name])
    return space
