"""namespace ensemble create, configure and exists. What an ensemble does is in alftcl/ensembles.py."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from alftcl.ensembles import Ensemble
from alftcl.errors import TclError
from alftcl.namespaces import Namespace
from alftcl.table import ENSEMBLE_USAGE, Command, builtins, choose, subcommand, wrong_args
from alftcl.values import Value, to_bool, to_dict, to_list, to_str

if TYPE_CHECKING:
    from alftcl.interp import Interp

_OPTIONS = ("-map", "-parameters", "-prefixes", "-subcommands", "-unknown")


@subcommand("namespace", "ensemble", "subcommand ?arg ...?")
def ensemble(interp: Interp, args: list[Any]) -> Value:
    return _VERBS[choose(args[0], _VERBS, "subcommand")](interp, args[1:])


def _create(interp: Interp, words: list[Any]) -> Value:
    if len(words) % 2:
        raise wrong_args("namespace ensemble create ?option value ...?")
    here = interp.frame.namespace
    made = Ensemble("", here)
    name = here.name
    for option, value in zip(words[::2], words[1::2], strict=True):
        chosen = choose(option, ("-command", *_OPTIONS))
        if chosen == "-command":
            name = to_str(value)
        else:
            _set(made, chosen, value, here)
    full = name if name.startswith("::") else here.qualify(name)
    interp.add_command(full, made)
    made.name = full
    return full


def _configure(interp: Interp, words: list[Any]) -> Value:
    if not words or (len(words) > 2 and len(words) % 2 == 0):
        raise wrong_args("namespace ensemble configure cmdname ?-option value ...? ?arg ...?")
    name = to_str(words[0])
    found = _find(interp, name)
    if len(words) == 1:
        return [part for option in sorted((*_OPTIONS, "-namespace")) for part in (option, _get(found, option))]
    if len(words) == 2:
        return _get(found, choose(words[1], sorted((*_OPTIONS, "-namespace"))))
    for option, value in zip(words[1::2], words[2::2], strict=True):
        chosen = choose(option, sorted((*_OPTIONS, "-namespace")))
        if chosen == "-namespace":
            raise TclError("option -namespace is read-only", ["TCL", "ENSEMBLE", "READ_ONLY"])
        _set(found, chosen, value, interp.frame.namespace)
    return ""


def _exists(interp: Interp, words: list[Any]) -> Value:
    if len(words) != 1:
        raise wrong_args("namespace ensemble exists cmdname")
    name = to_str(words[0])
    found = interp.find_command(name)
    return int(isinstance(found, Ensemble) or _is_builtin(name, found))


def _is_builtin(name: str, found: Command | None) -> bool:
    tail = name.removeprefix("::")
    return found is not None and found.usage == ENSEMBLE_USAGE and found is builtins().get(tail)


def _find(interp: Interp, name: str) -> Ensemble:
    found = interp.find_command(name)
    if found is None:
        raise TclError(f'unknown command "{name}"', ["TCL", "LOOKUP", "COMMAND", name])
    if _is_builtin(name, found):
        return _opened(interp, name.removeprefix("::"))
    if not isinstance(found, Ensemble):
        raise TclError(f'"{name}" is not an ensemble command', ["TCL", "LOOKUP", "ENSEMBLE", name])
    return found


def _opened(interp: Interp, name: str) -> Ensemble:
    """A built-in ensemble as one that scripts can read and extend: from now on its subcommands are commands."""
    space = interp.root.make(f"::tcl::{name}")
    made = Ensemble(f"::{name}", space)
    made.map = {member: [space.qualify(member)] for member in space.commands}
    interp.add_command(f"::{name}", made)
    return made


def _get(found: Ensemble, option: str) -> Value:
    values: dict[str, Value] = {
        "-map": dict(found.map),
        "-namespace": found.namespace.name,
        "-parameters": list(found.parameters),
        "-prefixes": int(found.prefixes),
        "-subcommands": list(found.subcommands),
        "-unknown": found.unknown,
    }
    return values[option]


def _set(found: Ensemble, option: str, value: Value, here: Namespace) -> None:
    if option == "-map":
        found.map = {name: _target(words, here) for name, words in to_dict(value).items()}
    elif option == "-prefixes":
        found.prefixes = to_bool(value)
    elif option == "-subcommands":
        found.subcommands = [to_str(word) for word in to_list(value)]
    elif option == "-parameters":
        found.parameters = [to_str(word) for word in to_list(value)]
    else:
        found.unknown = list(to_list(value)) if value != "" else ""


def _target(words: Value, here: Namespace) -> list[Any]:
    """A command and words that always follow it; the command is meant as seen from where the map was set."""
    parts = list(to_list(words))
    if not parts:
        raise TclError(
            "ensemble subcommand implementations must be non-empty lists", ["TCL", "ENSEMBLE", "EMPTY_TARGET"]
        )
    name = to_str(parts[0])
    return [name if name.startswith("::") else here.qualify(name), *parts[1:]]


_VERBS = {"configure": _configure, "create": _create, "exists": _exists}
