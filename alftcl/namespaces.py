"""Namespaces: trees of commands and variables, and how a name finds its way through them.

A name is looked for in the current namespace, for commands on its path, then in the global one. A name that
begins with :: is looked for from the global one only. `a::b::c` is c in the namespace a::b.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from sys import getrefcount
from typing import TYPE_CHECKING, Any

from alftcl.errors import TclError
from alftcl.frames import Frame, Variable
from alftcl.table import Command

if TYPE_CHECKING:
    from alftcl.interp import Interp
    from alftcl.values import Value

_SEPARATOR = re.compile(r"::+")


class Watched:
    """The command names that generated code relies on, and who is told when one of them changes."""

    def __init__(self) -> None:
        self.names: set[str] = set()
        self.changed: Callable[[str], None] = _nobody

    def tell(self, name: str) -> None:
        if name in self.names:
            self.changed(name)


def _nobody(name: str) -> None:
    """Nothing is generated yet."""


class CommandTable(dict[str, Command]):
    """The commands of a namespace by name. Changes are told to who relies on them (generated/engine.py)."""

    __slots__ = ("watched",)

    def __init__(self, watched: Watched) -> None:
        super().__init__()
        self.watched = watched

    def __setitem__(self, name: str, command: Command) -> None:
        super().__setitem__(name, command)
        self.watched.tell(name)

    def __delitem__(self, name: str) -> None:
        super().__delitem__(name)
        self.watched.tell(name)

    def take(self, name: str) -> Command | None:
        """Remove a command, if it is there."""
        found = super().pop(name, None)
        self.watched.tell(name)
        return found

    def clear(self) -> None:
        names = list(self)
        super().clear()
        for name in names:
            self.watched.tell(name)


class Namespace:
    """One namespace. `name` is fully qualified ("::" for the global one), `tail` its last part."""

    def __init__(self, tail: str, parent: Namespace | None) -> None:
        self.tail = tail
        self.parent = parent
        self.children: dict[str, Namespace] = {}
        self.watched: Watched = Watched() if parent is None else parent.watched
        self.commands = CommandTable(self.watched)
        self.variables: dict[str, Variable] = {}
        self.links: set[str] = set()  # the variables that upvar has linked to others
        self.exports: list[str] = []
        self.path: list[Namespace] = []
        self.unknown: Value = ""
        self.alive = True
        self.is_used_elsewhere = False  # it is or was on a path, or has an ensemble: what deleting it must look for
        self.importers: dict[Command, list[Imported]] = {}  # of the global one: who has imported which command

    @property
    def name(self) -> str:
        tails = []
        space = self
        while space.parent is not None:
            tails.append(space.tail)
            space = space.parent
        return "::" + "::".join(reversed(tails))

    @property
    def below(self) -> list[Namespace]:
        """The child namespaces as far as there was any use for them (see builtin_ensembles.py)."""
        return list(dict.values(self.children))

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
        """The namespace of that name, seen from here: other than for a command, the root is not looked through."""
        return _descend(self.root if name.startswith("::") else self, split(name))

    def make(self, name: str) -> Namespace:
        """The namespace of that name, made (with its parents) if need be."""
        space = self.root if name.startswith("::") else self
        for part in split(name):
            child = space.children.get(part)
            if child is None:
                child = space.children[part] = Namespace(part, space)
            space = child
        return space

    def going(self, interp: Interp) -> None:
        """It is about to be deleted. An object's namespace says so to the object."""

    def tear_down(self, interp: Interp) -> None:
        """Delete the variables and commands of a namespace that is deleted itself."""
        for name, variable in list(self.variables.items()):
            variable.unset(interp, self.qualify(name))
        self.variables.clear()
        for name, command in list(self.commands.items()):
            self.remove(interp, name, command)

    # -- commands

    def look_in(self, path: list[Namespace]) -> None:
        """Set the path. It may give a new meaning to every name that is known there, or was until now."""
        touched = [*self.path, *path]
        self.path = path
        for space in path:
            space.is_used_elsewhere = True
        for space in touched:
            space.tell_all()

    def tell_all(self) -> None:
        """Tell those who rely on the names of this namespace's commands that they may mean others."""
        for name in list(self.commands):
            self.watched.tell(name)

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

    def put(self, interp: Interp, name: str, command: Command) -> None:
        """Make a command, in the place of another one if need be: what had imported that one has imported this."""
        replaced = self.commands.get(name)
        if replaced is None:
            self.commands[name] = command
            return
        importers = interp.root.importers
        links = importers.pop(replaced, [])
        replaced.deleted(interp, self.qualify(name))
        self.commands[name] = command
        if links:
            importers[command] = links
            for link in links:
                link.lead_to(command)

    def remove(self, interp: Interp, name: str, command: Command) -> None:
        """Delete a command; a trace that is told of it may have put another one in its place."""
        command.deleted(interp, self.qualify(name))
        if self.commands.get(name) is command:
            del self.commands[name]

    def home_of(self, command: Command) -> tuple[Namespace, str] | None:
        """Where a command lives now, here or below."""
        for name, found in self.commands.items():
            if found is command:
                return self, name
        for child in self.below:
            home = child.home_of(command)
            if home is not None:
                return home
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

    __slots__ = ("origin", "target")

    def __init__(self, target: Command, origin: Namespace) -> None:
        self.target = target
        self.origin = origin
        super().__init__(self._call, target.usage, target.least, target.most, target.safe)

    @property
    def source(self) -> Command:
        """The command that is imported, over however many namespaces."""
        target = self.target
        while isinstance(target, Imported):
            target = target.target
        return target

    def lead_to(self, target: Command) -> None:
        """Be another command from now on."""
        self.target = target
        self.usage, self.least, self.most = target.usage, target.least, target.most

    def deleted(self, interp: Interp, name: str) -> None:
        links = interp.root.importers.get(self.target, [])
        if self in links:
            links.remove(self)
        super().deleted(interp, name)

    def remove(self, interp: Interp) -> None:
        """Go, because what was imported goes."""
        home = interp.root.home_of(self)
        if home is not None:
            home[0].remove(interp, home[1], self)

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
