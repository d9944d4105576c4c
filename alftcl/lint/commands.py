"""Rules about commands and their words: unknown commands, subcommands and options, wrong numbers of words."""

from __future__ import annotations

from difflib import get_close_matches

from alftcl import vocabulary
from alftcl.errors import TclError
from alftcl.lint.definitions import Definitions, Signature
from alftcl.lint.findings import Source
from alftcl.lint.reading import Call, Part
from alftcl.namespaces import last_part
from alftcl.table import builtins, choose, find_subcommand
from alftcl.tree_expr import Call as FunctionCall

_STRAY = {
    "else": "put it on the line of the closing brace: } else {",
    "elseif": "put it on the line of the closing brace: } elseif {...} {",
    "then": "put it on the line of the condition",
    "}": "a close-brace too many, or a comment closed the body",
}
_TCL_ONLY = ("load", "socket", "trace", "unload", "zlib")  # those that are there by now are not asked for
_WITH_VALUE = {
    "glob": ("-directory", "-path", "-types"),
    "lsearch": ("-index", "-start"),
    "lsort": ("-command", "-index", "-stride"),
    "regexp": ("-start",),
    "regsub": ("-start",),
    "string compare": ("-length",),
    "string equal": ("-length",),
    "string is": ("-failindex",),
    "switch": ("-indexvar", "-matchvar"),
}
_AFTER_OPTIONS = {"exec": 1, "glob": 0, "lsearch": 2, "lsort": 1, "regexp": 2, "regsub": 3, "subst": 1, "switch": 2} | {
    "string compare": 2,
    "string equal": 2,
    "string is": 1,
    "string map": 2,
    "string match": 2,
}
"""How many words stand at least behind the options."""
_OPTIONS_AFTER = {"clock format": 1, "clock scan": 1, "fcopy": 2}
"""How many words stand before pairs of an option and its value."""


def check(source: Source, call: Call, known: Definitions) -> None:
    """All the rules of this family."""
    name = call.name
    if not name:
        return
    start = call.parts[0].start
    if name in _STRAY and not known.knows(name):
        source.error(start, "stray-word", f'"{name}" begins a command of its own', _STRAY[name])
        return
    signatures = known.signatures(call)
    if signatures and name not in builtins():
        _check_procedure(source, call, signatures)
    elif known.knows(name) or call.block.namespace.startswith("tcl::"):
        pass  # one of that name is defined somewhere, or the parts of an ensemble hide commands: it is not sure which
    elif name in builtins():
        _check_builtin(source, call, known)
    elif not name.startswith("tcl::"):
        _unknown(source, start, name, known)
    for function, offset in call.functions:
        _check_function(source, function, offset, known)


def _check_function(source: Source, function: FunctionCall, offset: int, known: Definitions) -> None:
    if known.knows(function.name):
        return
    if function.builtin is None:
        if not known.is_open:
            source.error(offset, "unknown-function", f'unknown math function "{function.name}"')
    elif not function.builtin.least <= len(function.arguments) <= function.builtin.most:
        problem = "not enough" if len(function.arguments) < function.builtin.least else "too many"
        source.error(offset, "wrong-args", f'{problem} arguments for math function "{function.name}"')


def _unknown(source: Source, start: int, name: str, known: Definitions) -> None:
    """A name that nothing has. Where it may come from elsewhere, only one with two letters swapped is told."""
    names = [other for other in builtins() if not other.startswith("::")] + sorted(known.names)
    text = f'unknown command "{name}"'
    if known.is_open:
        swapped = [other for other in names if _letters_are_swapped(name, other)]
        if swapped:
            source.warning(start, "unknown-command", text, f'did you mean "{swapped[0]}"?')
    elif name in _TCL_ONLY:
        source.error(start, "unknown-command", f'alftcl has no "{name}"', "docs/language.md says what it leaves out")
    else:
        near = get_close_matches(last_part(name), names, 1, 0.75)
        hint = f'did you mean "{near[0]}"?' if near else ""
        if source.only_defines:
            source.warning(start, "unknown-command", text, hint or "if it is of another file, give that one too")
        else:
            source.error(start, "unknown-command", text, hint)


def _letters_are_swapped(left: str, right: str) -> bool:
    if len(left) != len(right) or len(left) < 4:
        return False
    differing = [place for place, (one, other) in enumerate(zip(left, right, strict=True)) if one != other]
    if len(differing) != 2 or differing[1] != differing[0] + 1:
        return False
    first, second = differing
    return left[first] == right[second] and left[second] == right[first]


def _meant(word: str, names: list[str]) -> str:
    near = get_close_matches(word, names, 1, 0.6)
    return f'did you mean "{near[0]}"?' if near else f"it has {', '.join(names)}"


# ---- numbers of words ------------------------------------------------------------------------------------


def _check_procedure(source: Source, call: Call, signatures: list[Signature]) -> None:
    """Procedures of one name may be several, where it depends which is made: one of them must fit."""
    if call.has_all_words and not any(signature.takes(len(call.parts) - 1) for signature in signatures):
        _wrong_count(source, call.parts[0], f"{call.name} {signatures[0].usage}")


def _wrong_count(source: Source, part: Part, usage: str) -> None:
    source.error(part.start, "wrong-args", f'wrong # args: should be "{usage.rstrip()}"')


def _check_builtin(source: Source, call: Call, known: Definitions) -> None:
    name = call.name
    if vocabulary.subcommands(name):
        _check_subcommand(source, call, known)
        return
    declared = builtins()[name]
    count = len(call.parts) - 1
    if call.has_all_words and not declared.least <= count <= declared.most:
        _wrong_count(source, call.parts[0], f"{name} {declared.usage}")
    elif call.has_all_words:
        _check_options(source, name, call.parts[1:])


def _check_subcommand(source: Source, call: Call, known: Definitions) -> None:
    name = call.name
    if len(call.parts) < 2:
        _wrong_count(source, call.parts[0], f"{name} {builtins()[name].usage}")
        return
    word = call.parts[1].text
    if word is None or (name == "after" and word.lstrip("+-").isdigit()):
        return
    try:
        member = find_subcommand(word, vocabulary.subcommands(name))
    except TclError:
        names = vocabulary.subcommands(name)
        if known.is_open and not any(_letters_are_swapped(word, other) for other in names):
            return  # a package may have given the ensemble more of them
        text = f'"{name}" has no subcommand "{word}"'
        source.error(call.parts[1].start, "unknown-subcommand", text, _meant(word, names))
        return
    declared = vocabulary.members(name).get(member)
    if declared is None or not call.has_all_words:
        return
    if not declared.least <= len(call.parts) - 2 <= declared.most:
        _wrong_count(source, call.parts[0], f"{name} {member} {declared.usage}")
    else:
        _check_options(source, f"{name} {member}", call.parts[2:])


# ---- options ---------------------------------------------------------------------------------------------


def _check_options(source: Source, command: str, parts: list[Part]) -> None:
    """The options in front of the other words, or behind them."""
    if command in _OPTIONS_AFTER:
        for part in parts[_OPTIONS_AFTER[command] :: 2]:
            if not _is_option(source, command, part, vocabulary.checked_options(command)):
                return
    if command not in _AFTER_OPTIONS:
        return
    asked = command
    if command == "string is":
        asked, parts = "string is alpha", parts[1:]
    options = vocabulary.checked_options(asked)
    place = 0
    while place < len(parts) - _AFTER_OPTIONS[command]:
        word = parts[place].text
        if word is None or not word.startswith("-") or word == "--":
            return
        if not _is_option(source, command, parts[place], options):
            return
        place += 2 if choose(word, options) in _WITH_VALUE.get(command, ()) else 1


def _is_option(source: Source, command: str, part: Part, options: list[str]) -> bool:
    word = part.text
    if word is None:
        return True
    try:
        choose(word, options)
    except TclError:
        text = f'"{command}" has no option "{word}"'
        source.error(part.start, "unknown-option", text, _meant(word, options))
        return False
    return True
