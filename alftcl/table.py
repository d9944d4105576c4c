"""The command table: every built-in command declares its name and its usage, as the manual writes it.

    @command("lrange", "list first last")
    def lrange(interp, args): ...                 # args are the words after the name

The usage gives the number of words and the exact message when it is wrong:

    list first last     three words
    ?varName?           may be left out
    ?arg ...?           any number
    ?pattern string?    both or none (counted as up to two)

Ensembles (string, dict, info ...) are declared by their subcommands in the same way. The table begins with what
commands/index.py tells of each command; its family is imported when it is first called. Each Interp starts with a
copy of the table.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Iterable
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar

from alftcl.errors import TclError
from alftcl.values import Value, to_str

if TYPE_CHECKING:
    from alftcl.command_traces import CommandTraces
    from alftcl.interp import Interp
    from alftcl.namespaces import Namespace

Function = Callable[["Interp", list[Any]], Value]
F = TypeVar("F", bound=Callable[..., Any])

UNLIMITED = sys.maxsize
ENSEMBLE_USAGE = "subcommand ?arg ...?"


class Command:
    """Something that a script can call: `run(interp, args)` when `least <= len(args) <= most`.

    `safe` says that a safe interpreter may have it. `traces` are those that scripts have put on it: None but for
    commands that somebody has traced, whose `run` then tells them.
    """

    __slots__ = ("least", "most", "run", "safe", "traces", "usage")

    def __init__(self, run: Function, usage: str, least: int, most: int, safe: bool = True) -> None:
        self.run = run
        self.usage = usage
        self.least = least
        self.most = most
        self.safe = safe
        self.traces: CommandTraces | None = None

    def deleted(self, interp: Interp, name: str) -> None:
        """It is about to be deleted, or to be replaced; `name` is fully qualified."""
        if self.traces is not None:
            self.traces.deleted(interp, name)
        for link in interp.root.importers.pop(self, ()):
            link.remove(interp)

    def moved(self, space: Namespace, tail: str) -> None:
        """It has another name now, or lives in another namespace."""


COMMANDS: dict[str, Command] = {}
ENSEMBLES: dict[str, dict[str, Command]] = {}


@cache
def builtins() -> dict[str, Command]:
    """The built-in commands by name; their families are imported as they are called."""
    from alftcl.commands.index import INDEX

    for name, (usage, least, most, safe, families) in INDEX.items():
        run = _importing(name, families)
        known = COMMANDS.setdefault(name, Command(run, usage, least, UNLIMITED if most < 0 else most, safe))
        if len(families) > 1:  # one of them may be in place already
            known.run = run
    return COMMANDS


def _importing(name: str, families: tuple[str, ...]) -> Function:
    def run(interp: Interp, args: list[Any]) -> Value:
        known = COMMANDS[name]
        if known.run is run:
            from alftcl.commands import load

            for family in families:
                load(family)
            if name in ENSEMBLES:
                known.run = _ensemble_runner(name, ENSEMBLES[name])
        return known.run(interp, args)

    return run


def _put(name: str, declared: Command) -> None:
    """A declaration takes the place of what the index said: interpreters hold that very object."""
    known = COMMANDS.setdefault(name, declared)
    known.run = declared.run
    known.usage, known.least, known.most, known.safe = declared.usage, declared.least, declared.most, declared.safe


def wrong_args(usage: str) -> TclError:
    """The error for a wrong number of words; `usage` begins with the command's name."""
    return TclError(f'wrong # args: should be "{usage}"', ["TCL", "WRONGARGS"])


def arity(usage: str) -> tuple[int, int]:
    """The least and the largest number of words that a usage allows."""
    optional = re.findall(r"\?([^?]*)\?", usage)
    least = len(re.sub(r"\?[^?]*\?", " ", usage).split())
    if "..." in usage:
        return least - usage.split().count("..."), UNLIMITED
    return least, least + sum(len(group.split()) for group in optional)


def _declared(run: Function, usage: str, least: int | None, most: int | None, safe: bool) -> Command:
    low, high = arity(usage)
    return Command(run, usage, low if least is None else least, high if most is None else most, safe)


def command(
    name: str, usage: str, *, least: int | None = None, most: int | None = None, safe: bool = True
) -> Callable[[F], F]:
    """Declare a command. `least` and `most` override the number of words that the usage tells."""

    def declare(run: F) -> F:
        _put(name, _declared(run, usage, least, most, safe))
        return run

    return declare


def subcommand(
    ensemble_name: str,
    name: str,
    usage: str,
    *,
    least: int | None = None,
    most: int | None = None,
    safe: bool = True,
) -> Callable[[F], F]:
    """Declare a subcommand of an ensemble; the ensemble exists with its first subcommand."""
    if ensemble_name not in ENSEMBLES:
        ensemble(ensemble_name, {})
    members = ENSEMBLES[ensemble_name]

    def declare(run: F) -> F:
        members[name] = _declared(run, usage, least, most, safe)
        return run

    return declare


def ensemble(name: str, members: dict[str, tuple[str, Function]], safe: bool | None = None) -> None:
    """Declare an ensemble: subcommand -> (usage, function). @subcommand adds to it; `safe` is said once."""
    table = ENSEMBLES.setdefault(name, {})
    for member, (usage, run) in members.items():
        table[member] = _declared(run, usage, None, None, True)
    # What the index gave stays until it is called: it imports the other families of the ensemble.
    runner = _ensemble_runner(name, table)
    known = COMMANDS.setdefault(name, Command(runner, ENSEMBLE_USAGE, 1, UNLIMITED))
    if safe is not None:
        known.safe = safe


def _ensemble_runner(name: str, table: dict[str, Command]) -> Function:
    def run(interp: Interp, args: list[Any]) -> Value:
        word = args[0] if type(args[0]) is str else to_str(args[0])
        member = table.get(word)
        if member is None:
            word = find_subcommand(word, table)
            member = table[word]
        count = len(args) - 1
        if count < member.least or count > member.most:
            raise wrong_args(f"{interp.command_word or name} {word} {member.usage}".rstrip())
        if interp.safe and not member.safe:
            problem = f"not allowed to invoke subcommand {word} of {name}"
            raise TclError(problem, ["TCL", "SAFE", "SUBCOMMAND"])
        return member.run(interp, args[1:])

    return run


def members_of(name: str) -> dict[str, Command]:
    """The subcommands of a built-in ensemble, in place; none for what is no such thing."""
    from alftcl.commands import load
    from alftcl.commands.index import INDEX

    if name not in INDEX or INDEX[name][0] != ENSEMBLE_USAGE:
        return {}
    for family in INDEX[name][4]:
        load(family)
    return ENSEMBLES[name]


def find_subcommand(word: str, table: Iterable[str]) -> str:
    """The subcommand that `word` names or uniquely begins; else Tcl's error with the whole table."""
    names = sorted(table)
    if word in names:
        return word
    matches = [name for name in names if name.startswith(word)]
    if len(matches) == 1 and word:
        return matches[0]
    raise TclError(
        f'unknown or ambiguous subcommand "{word}": must be {english_list(names)}',
        ["TCL", "LOOKUP", "SUBCOMMAND", word],
    )


def english_list(names: list[str]) -> str:
    """a / a or b / a, b, or c"""
    if len(names) < 3:
        return " or ".join(names)
    return ", ".join(names[:-1]) + ", or " + names[-1]


def choose(word: Value, table: Iterable[str], kind: str = "option", exact: bool = False) -> str:
    """The entry of `table` that `word` is or uniquely begins (Tcl_GetIndexFromObj).

    Raises TclError 'bad option "x": must be -a, -b, or -c' or 'ambiguous option "x": must be ...'.
    """
    text = to_str(word)
    names = list(table)
    if text in names:
        return text
    matches = [] if exact else [name for name in names if name.startswith(text)]
    if len(matches) == 1 and text:
        return matches[0]
    problem = "ambiguous" if len(matches) > 1 else "bad"
    raise TclError(f'{problem} {kind} "{text}": must be {english_list(names)}', ["TCL", "LOOKUP", "INDEX", kind, text])
