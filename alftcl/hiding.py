"""Hidden commands (interp hide, expose): those an interpreter has but its scripts cannot call.

A safe interpreter that a script makes hides what reaches outside: whole commands, and of `file` and `encoding` single
subcommands besides, as tcl:file:exists. The ensembles themselves refuse those when they are exposed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alftcl.commands.index import INDEX
from alftcl.errors import TclError
from alftcl.table import UNLIMITED, Command, builtins, find_subcommand, members_of, wrong_args
from alftcl.values import Value, to_str

if TYPE_CHECKING:
    from alftcl.interp import Interp

_WHOLE = ("encoding", "fconfigure", "file")
_LIBRARY = ("history", "library")  # families of which a safe interpreter has nothing, hidden or not
_PARTS = {
    "encoding": ("dirs",),
    "file": (
        *("atime", "attributes", "copy", "delete", "dirname", "executable", "exists", "extension", "isdirectory"),
        *("isfile", "link", "lstat", "mkdir", "mtime", "nativename", "normalize", "owned", "readable", "readlink"),
        *("rename", "rootname", "size", "stat", "tail", "tempfile", "type", "volumes", "writable"),
    ),
}


def hide(child: Interp, name: str, token: str) -> Value:
    """Hide a command of the global namespace under a token."""
    if "::" in token:
        raise TclError(
            "cannot use namespace qualifiers in hidden command token (rename)", ["TCL", "VALUE", "HIDDENTOKEN"]
        )
    found = child.root.find_command(name)
    if found is None:
        raise TclError(f'unknown command "{name}"', ["TCL", "LOOKUP", "COMMAND", name])
    space, tail, command = found
    if space is not child.root:
        raise TclError("can only hide global namespace commands (use rename then hide)", ["TCL", "HIDE", "NON_GLOBAL"])
    if token in child.family.hidden:
        raise TclError(f'hidden command named "{token}" already exists', ["TCL", "HIDE", "ALREADY_HIDDEN"])
    del space.commands[tail]
    child.family.hidden[token] = command
    return ""


def expose(child: Interp, token: str, name: str) -> Value:
    """Make a hidden command one of the global namespace again."""
    if "::" in name:
        raise TclError(
            "cannot expose to a namespace (use expose to toplevel, then rename)", ["TCL", "EXPOSE", "NON_GLOBAL"]
        )
    found = child.family.hidden.get(token)
    if found is None:
        raise TclError(f'unknown hidden command "{token}"', ["TCL", "LOOKUP", "HIDDENTOKEN", token])
    if name in child.root.commands:
        raise TclError(f'exposed command "{name}" already exists', ["TCL", "EXPOSE", "COMMAND_EXISTS"])
    del child.family.hidden[token]
    child.root.commands[name] = found
    return ""


def make_safe(child: Interp) -> None:
    """Hide what Tcl hides in a safe interpreter."""
    hidden = child.family.hidden
    for name, command in builtins().items():
        if INDEX[name][4][0] in _LIBRARY:
            child.root.commands.pop(name, None)
        elif not command.safe:
            hidden[name] = command
    for name in _WHOLE:
        whole = child.root.commands.take(name)
        if whole is not None:
            hidden[name] = whole
    for name, members in _PARTS.items():
        hidden[name] = _Guarded(name, members)
        for member in members:
            hidden[f"tcl:{name}:{member}"] = _Part(name, member)


class _Guarded(Command):
    """An ensemble in a safe interpreter: its parts that are hidden one by one are refused."""

    __slots__ = ("_members", "_name")

    def __init__(self, name: str, members: tuple[str, ...]) -> None:
        self._name = name
        self._members = members
        whole = builtins()[name]
        super().__init__(self._call, whole.usage, whole.least, whole.most)

    def _call(self, interp: Interp, args: list[Any]) -> Value:
        word = find_subcommand(to_str(args[0]), members_of(self._name))
        if word in self._members:
            raise TclError(f"not allowed to invoke subcommand {word} of {self._name}", ["TCL", "SAFE", "SUBCOMMAND"])
        return builtins()[self._name].run(interp, args)


class _Part(Command):
    """One subcommand as a hidden command; its family is imported when it is called."""

    __slots__ = ("_member", "_name")

    def __init__(self, name: str, member: str) -> None:
        self._name = name
        self._member = member
        super().__init__(self._call, "?arg ...?", 0, UNLIMITED)

    def _call(self, interp: Interp, args: list[Any]) -> Value:
        member = members_of(self._name)[self._member]
        if not member.least <= len(args) <= member.most:
            raise wrong_args(f"{self._name} {self._member} {member.usage}".rstrip())
        return member.run(interp, args)
