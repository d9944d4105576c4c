"""The built-in commands that look at nothing but their words, so that generated code may call their functions.

Neither the variables nor the level of the caller matter to them, and they run no script.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from alftcl.commands import load
from alftcl.commands.index import INDEX
from alftcl.generated.kinds import ANY, INT, LIST, Open
from alftcl.table import COMMANDS, ENSEMBLES, Command

_PURE = frozenset(
    [
        "concat",
        "error",
        "format",
        "join",
        "lindex",
        "linsert",
        "list",
        "llength",
        "lrange",
        "lrepeat",
        "lreplace",
        "lreverse",
        "lsearch",
        "lsort",
        "pid",
        "puts",
        "pwd",
        "regexp",
        "regsub",
        "split",
        "throw",
    ]
)
_ENSEMBLES = {
    "string": None,  # all of them
    "dict": frozenset(["create", "exists", "get", "keys", "merge", "remove", "replace", "size", "values"]),
    "binary": frozenset(["format", "decode", "encode"]),
    "clock": frozenset(["clicks", "microseconds", "milliseconds", "seconds"]),
    "file": frozenset(["dirname", "extension", "join", "rootname", "split", "tail"]),
}
_MATCHING = frozenset(["-all", "-expanded", "-indices", "-line", "-lineanchor", "-linestop", "-nocase"])
"""The options of regexp and regsub that do not take the next word, nor change what becomes of their variables."""
_KINDS = {"llength": INT, "lrange": LIST, "split": LIST, "lreverse": LIST, "lrepeat": LIST}
_MEMBER_KINDS = {("string", "length"): INT, ("dict", "size"): INT, ("dict", "keys"): LIST, ("dict", "values"): LIST}


def pure_call(name: str, words: list[str | None]) -> tuple[Callable[..., Any], int, str]:
    """The function of a built-in, the place of its first argument among `words`, and the kind of its value.

    `words` are those of the command, None where one is not literal. Raises Open when it is not pure.
    """
    if name in _ENSEMBLES:
        return _member(name, words)
    if (name == "format" and None not in words) or name not in _PURE or not _has_no_names(name, words[1:]):
        raise Open(f"{name} may look at its caller")
    _load(name)
    target = COMMANDS[name]
    _check_count(name, target, len(words) - 1)
    return target.run, 1, _KINDS.get(name, ANY)


def _load(name: str) -> None:
    for family in INDEX[name][4]:
        load(family)


def _member(name: str, words: list[str | None]) -> tuple[Callable[..., Any], int, str]:
    member = words[1] if len(words) > 1 else None
    allowed = _ENSEMBLES[name]
    if (name, member) == ("string", "is"):
        if None not in words:
            raise Open("what Tcl computes when it compiles")
        if not all(word is not None and word.startswith("-s") for word in words[3:-1]):
            raise Open("string is with a variable")
    if member is None or (allowed is not None and member not in allowed):
        raise Open(f"{name} {member}")
    _load(name)
    target = ENSEMBLES[name].get(member)
    if target is None:
        raise Open(f"{name} has no {member}")
    _check_count(f"{name} {member}", target, len(words) - 2)
    return target.run, 2, _MEMBER_KINDS.get((name, member), ANY)


def changing_call(member: str, count: int) -> Callable[..., Any]:
    """The function of a dict command that changes the variable that it names."""
    _load("dict")
    target = ENSEMBLES["dict"][member]
    _check_count(f"dict {member}", target, count)
    return target.run


def _check_count(name: str, target: Command, count: int) -> None:
    if count < target.least or count > target.most:
        raise Open(f"{name} with the wrong number of words")


def named_from(name: str, words: list[str | None]) -> int | None:
    """The place among the words of a command from which on they name variables that it sets; None: it does not.

    Where such a command has options they must be literal.
    """
    if name == "scan" and len(words) > 3:
        return 3
    if name == "gets" and len(words) == 3:
        return 2
    if name not in ("regexp", "regsub"):
        return None
    place = _options_end(words, 1)
    if not _MATCHING.issuperset(word for word in words[1:place] if word != "--"):
        return None
    place += 2 if name == "regexp" else 3
    return place if place < len(words) else None


def _options_end(words: list[str | None], place: int) -> int:
    """The place behind the options that begin at `place`, and behind the -- that ends them."""
    while place < len(words):
        word = words[place]
        if word is None or not word.startswith("-"):
            break
        place += 1
        if word == "--":
            break
    return place


_NAMELESS = _PURE - {"lsort", "lsearch", "regexp", "regsub"}
"""Those whose words never name a variable or a command, however many there are."""


def pure_command(name: str) -> Command:
    """A built-in that may be called with any words."""
    if name not in _NAMELESS:
        raise Open(f"{name} with a {{*}}")
    _load(name)
    return COMMANDS[name]


def setting_call(name: str, count: int) -> Callable[..., Any]:
    """The function of a built-in that sets variables, called with that many words."""
    _load(name)
    target = COMMANDS[name]
    _check_count(name, target, count)
    return target.run


def _has_no_names(name: str, words: list[str | None]) -> bool:
    """Whether the words of a command name no variable and no command."""
    if name in ("lsort", "lsearch"):
        options = words[: -1 if name == "lsort" else -2]
        return not any(word is None or word.startswith("-c") for word in options)
    if name not in ("regexp", "regsub"):
        return True
    place = _options_end(words, 0)
    if "-start" in words[:place]:
        return False
    return len(words) - place == (2 if name == "regexp" else 3)
