"""What the word at the cursor could go on to be.

    $na ${na $arr(k    variables, elements            str      commands, procedures, namespaces; else programs
    string le          subcommands                    lsort -u  options
    set na, incr na    variables, by roles.py         open fi   files

`completions` is plain data; `TclCompleter` hands it to prompt_toolkit.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from alftcl import vocabulary
from alftcl.ensembles import Ensemble
from alftcl.functions import FUNCTIONS
from alftcl.interactive.typed import Typed, typed
from alftcl.interp import Interp
from alftcl.namespaces import Namespace, qualifiers
from alftcl.procedures import Procedure
from alftcl.roles import LINKS, NAMES, SETLIST, SETS

_VARIABLE = re.compile(r"\$(\{)?((?:\w|::)*)$")
_ELEMENT = re.compile(r"\$((?:\w|::)+)\(([^()\s]*)$")
_SETTING = re.compile(r"(?:^|[\s;{\[])(?:set|append|lappend|incr|foreach|lmap|variable|global)[ \t]+(\w+)")
_PARAMETERS = re.compile(r"(?:^|[\s;{])proc[ \t]+\S+[ \t]+\{((?:[^{}]|\{[^{}]*\})*)\}")
_PROCEDURES = {"info args", "info body", "info default", "rename"}
_COMMANDS = {"namespace origin", "info commands", "interp hide", "namespace which", "after idle", "time", "catch"}
_CHANNELS = {"puts", "gets", "read", "close", "eof", "flush", "fconfigure", "seek", "tell", "fileevent", "fblocked"}
_NAMESPACES = {"children", "delete", "eval", "exists", "inscope", "parent", "path", "upvar"}
_PARTS = ("variable", "array", "element")  # more may follow without a blank
_CLASSES = (
    *(
        "alnum",
        "alpha",
        "ascii",
        "boolean",
        "control",
        "digit",
        "double",
        "entier",
        "false",
        "graph",
        "integer",
        "list",
    ),
    *("lower", "print", "punct", "space", "true", "upper", "wideinteger", "wordchar", "xdigit"),
)


@dataclass(frozen=True)
class Candidate:
    """A text that may stand from `start` on; `meaning` says in a few words what it is."""

    start: int
    text: str
    meaning: str = ""

    @property
    def is_whole(self) -> bool:
        """Whether a blank may follow: it does not go on, as a directory or a namespace does."""
        return self.meaning not in _PARTS and not self.text.endswith(("/", "::", "("))

    @property
    def shown(self) -> str:
        """The part of it that the menu shows: of a file its last name."""
        return (
            self.text.rstrip("/").rpartition("/")[2] + "/" * self.text.endswith("/") if "/" in self.text else self.text
        )


def completions(interp: Interp, text: str) -> list[Candidate]:
    """The ways to go on at the end of `text`, each once, sorted."""
    variables = _of_variables(interp, text)
    found = _of_words(interp, typed(text), text) if variables is None else variables
    unique = {candidate.text: candidate for candidate in found}
    return [unique[name] for name in sorted(unique)]


class TclCompleter(Completer):
    """For prompt_toolkit."""

    def __init__(self, interp: Interp) -> None:
        self.interp = interp

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:
        text = document.text_before_cursor
        found = completions(self.interp, text)
        for candidate in found:
            yield Completion(
                candidate.text + " " * (len(found) == 1 and candidate.is_whole),
                start_position=candidate.start - len(text),
                display=candidate.shown,
                display_meta=candidate.meaning,
            )


# ---- variables ----------------------------------------------------------------------------------------


def _of_variables(interp: Interp, text: str) -> list[Candidate] | None:
    """After a $; None when there is none."""
    element = _ELEMENT.search(text)
    if element is not None:
        start = element.start(2)
        return [
            Candidate(start, f"{key})", "element")
            for key in _elements(interp, element[1])
            if key.startswith(element[2])
        ]
    name = _VARIABLE.search(text)
    if name is None:
        return None
    end = "}" if name[1] else ""
    known = [Candidate(name.start(2), found.text + end, found.meaning) for found in _names(interp, name[2], 0)]
    typed_names = [Candidate(name.start(2), other + end, "variable") for other in _typed_names(text, name[2])]
    return typed_names + known


def _typed_names(text: str, begun: str) -> set[str]:
    """Variables that the text itself sets, as in the body of a procedure that is being typed."""
    names = set(_SETTING.findall(text))
    for parameters in _PARAMETERS.findall(text):
        names.update(re.findall(r"\w+", parameters))
    return {name for name in names if name.startswith(begun)}


def _elements(interp: Interp, name: str) -> list[str]:
    variable = interp.root.variables.get(name.removeprefix("::"))
    return [] if variable is None or variable.bare.elements is None else list(variable.bare.elements)


def _names(interp: Interp, begun: str, start: int) -> Iterator[Candidate]:
    for prefix, space in _spaces(interp, begun):
        for name, variable in space.variables.items():
            full = prefix + name
            if variable.is_set and full.startswith(begun):
                yield Candidate(start, full, "array" if variable.bare.elements is not None else "variable")
        yield from _namespaces(space, prefix, begun, start)


def _spaces(interp: Interp, begun: str) -> list[tuple[str, Namespace]]:
    """The namespace that the beginning of a name speaks of, and how the name writes it."""
    if "::" not in begun:
        return [("", interp.root)]
    written = begun[: begun.rfind("::") + 2]
    space = interp.root.find(qualifiers(begun)) if qualifiers(begun) else interp.root
    return [] if space is None else [(written, space)]


def _namespaces(space: Namespace, prefix: str, begun: str, start: int) -> Iterator[Candidate]:
    for name in space.children:
        if (prefix + name).startswith(begun):
            yield Candidate(start, f"{prefix}{name}::", "namespace")


# ---- words --------------------------------------------------------------------------------------------


def _of_words(interp: Interp, place: Typed, text: str) -> Iterator[Candidate]:
    begun, start = place.text, place.start
    if place.in_expr:
        return (Candidate(start, f"{name}(", "function") for name in FUNCTIONS if begun and name.startswith(begun))
    if not place.words:
        return _commands(interp, begun, start)
    name = (place.words[0] or "").removeprefix("::")
    found = list(_special(interp, name, place))
    if found or begun.startswith("-"):
        return iter(found)
    if place.role in (SETS, NAMES, LINKS, SETLIST):
        local = (Candidate(start, name, "variable") for name in _typed_names(text[:start], begun))
        return chain(local, _names(interp, begun, start))
    return _files(begun, start)


def _special(interp: Interp, name: str, place: Typed) -> Iterator[Candidate]:
    """What a command expects at this word, when that is known."""
    begun, start, words = place.text, place.start, place.words
    both = f"{name} {words[1]}" if len(words) > 1 else name
    if begun.startswith("-"):
        yield from _chosen(_options(name, words), begun, start, "option")
    elif len(words) == 1:
        yield from _subcommands(interp, name, begun, start)
        if name in _CHANNELS:
            yield from _chosen(interp.channels, begun, start, "channel")
        if name in _COMMANDS:
            yield from _commands(interp, begun, start)
    if both in _PROCEDURES:
        yield from (found for found in _commands(interp, begun, start) if found.meaning.startswith("proc "))
    elif both in _COMMANDS and len(words) == 2:
        yield from _commands(interp, begun, start)
    elif both == "string is" and len(words) == 2:
        yield from _chosen(_CLASSES, begun, start, "class")
    elif both in ("package require", "package present") and len(words) == 2:
        yield from _chosen(interp.packages.names, begun, start, "package")
    elif name == "namespace" and len(words) == 2 and words[1] in _NAMESPACES:
        for prefix, space in _spaces(interp, begun):
            yield from (Candidate(start, found.text[:-2]) for found in _namespaces(space, prefix, begun, start))


def _chosen(names: Iterable[str], begun: str, start: int, meaning: str) -> Iterator[Candidate]:
    return (Candidate(start, name, meaning) for name in names if name.startswith(begun))


def _options(name: str, words: list[str | None]) -> list[str]:
    """Those of the longest beginning of the words that has any: "string is alpha", "string is", "string"."""
    literal = [name, *(word or "" for word in words[1:3])]
    for count in (3, 2, 1):
        found = vocabulary.options(" ".join(literal[:count])) if len(words) >= count else []
        if found:
            return found
    return []


def _subcommands(interp: Interp, name: str, begun: str, start: int) -> Iterator[Candidate]:
    command = interp.find_command(name)
    if isinstance(command, Ensemble):
        yield from _chosen(command.names(), begun, start, "subcommand")
        return
    declared = vocabulary.members(name)
    for member in vocabulary.subcommands(name):
        if member.startswith(begun):
            yield Candidate(start, member, declared[member].usage if member in declared else "subcommand")


def _commands(interp: Interp, begun: str, start: int) -> Iterator[Candidate]:
    none = True
    for prefix, space in _spaces(interp, begun):
        for name, command in space.commands.items():
            full = prefix + name
            if full.startswith(begun):
                none = False
                yield Candidate(start, full, _meaning(command))
        for found in _namespaces(space, prefix, begun, start):
            none = False
            yield found
    if none and begun:
        yield from (_files(begun, start) if "/" in begun else _programs(begun, start))


def _meaning(command: object) -> str:
    if isinstance(command, Procedure):
        return f"proc {{{command.usage}}}"
    return getattr(command, "usage", "")


def _programs(begun: str, start: int) -> Iterator[Candidate]:
    """Programs on PATH: the shell runs them when nothing else has the name."""
    for directory in os.environ.get("PATH", os.defpath).split(os.pathsep):
        for name in _listed(directory or "."):
            if name.startswith(begun) and os.access(os.path.join(directory, name), os.X_OK):
                yield Candidate(start, name, "program")


def _files(begun: str, start: int) -> Iterator[Candidate]:
    begun_at, _, name = begun.rpartition("/")
    written = f"{begun_at}/" if "/" in begun else ""
    directory = os.path.expanduser(written) or "."
    for entry in _listed(directory):
        if entry.startswith(name) and (name.startswith(".") or not entry.startswith(".")):
            is_directory = os.path.isdir(os.path.join(directory, entry))
            yield Candidate(start, _as_word(written + entry) + "/" * is_directory)


def _as_word(name: str) -> str:
    """A file name, as a word without quotes can hold it."""
    return re.sub(r'([\s$\[\]{};"\\])', r"\\\1", name)


def _listed(directory: str) -> list[str]:
    try:
        return os.listdir(directory)
    except OSError:  # no such directory, or not ours to read: then there is nothing to offer
        return []
