"""Which subcommands and options the built-in commands have, for the shell's completion and for lint.

Ensembles have them in their table. Other commands tell them themselves: given a word that they do not know they
answer 'bad option "x": must be -all, -any, or -one'. They are asked once, in an interpreter of its own.
"""

from __future__ import annotations

import re
from functools import cache

from alftcl.errors import TclError
from alftcl.interp import Interp
from alftcl.table import ENSEMBLES, Command, builtins

_UNKNOWN = "-\x01"  # no command has an option or a subcommand of that name

_ASKED_FOR_SUBCOMMANDS = ("after", "history", "interp", "package", "trace")

_ASKED_FOR_OPTIONS: dict[str, list[str]] = {
    "binary encode base64": [_UNKNOWN, "a", "b"],
    "chan configure": ["stdout", _UNKNOWN],
    "clock format": ["0", _UNKNOWN, "a"],
    "clock scan": ["0", _UNKNOWN, "a"],
    "exec": [_UNKNOWN, "a"],
    "fconfigure": ["stdout", _UNKNOWN],
    "fcopy": ["stdin", "stdout", _UNKNOWN, "a"],
    "glob": [_UNKNOWN, "a"],
    "interp create": [_UNKNOWN],
    "lsearch": [_UNKNOWN, "", ""],
    "lsort": [_UNKNOWN, ""],
    "namespace ensemble create": [_UNKNOWN, ""],
    "regexp": [_UNKNOWN, "a", "b"],
    "regsub": [_UNKNOWN, "a", "b", "c"],
    "string compare": [_UNKNOWN, "a", "b"],
    "string equal": [_UNKNOWN, "a", "b"],
    "string is alpha": [_UNKNOWN, "a"],
    "string map": [_UNKNOWN, "", "a"],
    "string match": [_UNKNOWN, "a", "b"],
    "subst": [_UNKNOWN, "a"],
    "switch": [_UNKNOWN, "a", ""],
}


@cache
def _witness() -> Interp:
    return Interp()


def _named_in(words: list[str]) -> list[str]:
    """The words that a command says it would have taken."""
    try:
        _witness().invoke(list(words))
    except TclError as error:
        told = re.search(r"(?:must be|should be one of) (.*)", error.message)
        names = re.split(r", or |, | or ", told[1]) if told is not None else []
        return [name for name in names if re.fullmatch(r"-?[A-Za-z][\w-]*|--", name)]
    return []


@cache
def members(name: str) -> dict[str, Command]:
    """The subcommands of a built-in ensemble as they are declared; {} for a command that is none."""
    if name not in builtins() or name.startswith("::"):
        return {}
    if builtins()[name].usage == "subcommand ?arg ...?":
        _named_in([name, _UNKNOWN])  # its families are imported when it is called
    return ENSEMBLES.get(name, {})


@cache
def subcommands(name: str) -> list[str]:
    """The subcommands of a built-in command, sorted; [] when it has none."""
    if name in _ASKED_FOR_SUBCOMMANDS and name in builtins():
        return sorted(_named_in([name, _UNKNOWN]))
    return sorted(members(name))


@cache
def options(command: str) -> list[str]:
    """The options of a command, or of a command and its subcommand ("string match"), sorted."""
    asked = _ASKED_FOR_OPTIONS.get(command)
    told = [] if asked is None else _named_in([*command.split(), *asked])
    return sorted({*told, *_in_usage(command)})


def checked_options(command: str) -> list[str]:
    """The same where they are sure to be all that there are; else []."""
    return options(command) if command in _ASKED_FOR_OPTIONS else []


def _in_usage(command: str) -> list[str]:
    name, _, member = command.partition(" ")
    declared = members(name).get(member) if member else builtins().get(name)
    if declared is None:
        return []
    return [option for option in re.findall(r"-[a-z]\w*", declared.usage) if option != "-option"]
