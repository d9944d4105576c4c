"""tcl::prefix(n): looking up a word by its beginning, as the options of commands are looked up.

all       the entries that begin so          longest   what those have in common
match     the one entry that is meant; else an error, or what `-error` makes of it
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alftcl.ensembles import Ensemble
from alftcl.errors import TclError
from alftcl.table import UNLIMITED, choose, command
from alftcl.values import Value, to_list, to_str

if TYPE_CHECKING:
    from alftcl.interp import Interp

_OPTIONS = ("-error", "-exact", "-message")


@command("::tcl::prefix", "?subcommand? ?arg ...?")
def prefix(interp: Interp, args: list[Any]) -> Value:
    space = interp.root.make("::tcl::prefix")
    chosen = Ensemble("::tcl::prefix", space)
    chosen.map = {name: [f"::tcl::prefix::{name}"] for name in ("all", "longest", "match")}
    return chosen.choose(interp, args)


def _beginning(args: list[Any]) -> list[str]:
    beginning = to_str(args[1])
    return [text for text in map(to_str, to_list(args[0])) if text.startswith(beginning)]


@command("::tcl::prefix::all", "table string")
def prefix_all(interp: Interp, args: list[Any]) -> Value:
    return list(_beginning(args))


@command("::tcl::prefix::longest", "table string")
def prefix_longest(interp: Interp, args: list[Any]) -> Value:
    found = _beginning(args)
    first, last = min(found, default=""), max(found, default="")  # what these share, all between them do
    length = next((place for place, char in enumerate(first) if char != last[place : place + 1]), len(first))
    return first[:length]


@command("::tcl::prefix::match", "?options? table string", least=2, most=UNLIMITED)
def prefix_match(interp: Interp, args: list[Any]) -> Value:
    *given, table, word = args
    kind, exact, on_error = "option", False, None
    while given:
        option = choose(given.pop(0), _OPTIONS)
        if option == "-exact":
            exact = True
            continue
        if not given:
            raise TclError(f"missing value for {option}", ["TCL", "OPERATION", "NOARG"])
        value = given.pop(0)
        if option == "-message":
            kind = to_str(value)
            continue
        on_error = to_list(value)
        if len(on_error) % 2:
            raise TclError("error options must have an even number of elements", ["TCL", "VALUE", "DICTIONARY"])
    return _match(interp, [to_str(entry) for entry in to_list(table)], to_str(word), kind, exact, on_error)


def _match(interp: Interp, names: list[str], word: str, kind: str, exact: bool, on_error: list[Any] | None) -> Value:
    try:
        if not names:
            raise TclError(f'bad {kind} "{word}": no valid options', ["TCL", "LOOKUP", "INDEX", kind, word])
        return choose(word, names, kind, exact)
    except TclError as error:
        if on_error is None:
            raise
        if not on_error:
            return ""
        return interp.call("return", *on_error, "-code", "error", error.message)
