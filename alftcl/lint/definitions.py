"""What the files define: procedures with the numbers of words they take, and names that other commands make.

A world is **open** when commands may come from somewhere that lint does not see: a package, another file, a command
whose name is made at run time, or the program that the script belongs to. Then an unknown command is no finding.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field

from alftcl.errors import TclError
from alftcl.lint.reading import Block, Call, qualified
from alftcl.namespaces import last_part
from alftcl.procedures import read_formals
from alftcl.roles import LINKS
from alftcl.table import UNLIMITED, builtins

_OPENING = {"load", "eval", "auto_load", "oo::class", "oo::define", "itcl::class", "snit::type"}
_DEFINING = {"array", "global", "namespace", "package", "proc", "set", "variable"}
_SCRIPTS = (".tcl", ".tm", ".test")
_PROGRAMS = ("tclsh", "alftcl", "jimsh")


@dataclass(frozen=True)
class Signature:
    """How many words a procedure takes, and how it would say so."""

    least: int
    most: int
    usage: str

    def takes(self, count: int) -> bool:
        return self.least <= count <= self.most


@dataclass
class Definitions:
    """`procedures` by their full names without a leading ::, the rest by the last part of their names.

    `sourced` are the files that the scripts read, as far as their names are written there.
    """

    procedures: dict[str, list[Signature]] = field(default_factory=dict)
    names: set[str] = field(default_factory=set)
    reaching: set[str] = field(default_factory=set)
    sourced: list[str] = field(default_factory=list)
    is_open: bool = False

    def knows(self, name: str) -> bool:
        """Whether anything has a name with this last part, in whatever namespace."""
        return last_part(name) in self.names

    def signatures(self, call: Call) -> list[Signature]:
        """Those of the procedure that a call means; [] when none is known."""
        name = call.words[0] or ""
        for full in (qualified(call.block.namespace, name), name.removeprefix("::")):
            if full in self.procedures:
                return self.procedures[full]
        return []

    def add(self, block: Block) -> None:
        """Everything that the calls of a file define."""
        for call in block.walk():
            self._add_call(call)
        if any(inner.fault is not None for inner in block.blocks()):
            self.is_open = True  # what stands after the fault is not read

    def _add_call(self, call: Call) -> None:
        name, words = call.name, call.words
        if name == "proc" and len(words) == 4:
            self._procedure(call)
        elif name in ("rename", "coroutine") and len(words) > 2:
            self._named(words[2] if name == "rename" else words[1])
        elif name == "source" and len(words) > 1:
            self._source(call)
        elif name in _OPENING or name.startswith("oo::") or not _is_plain(call) or _requires(words):
            self.is_open = True
        elif name == "interp" and words[1:2] in (["alias"], ["create"]):
            self._named(words[3] if words[1] == "alias" and len(words) > 3 else words[-1])
        elif name == "namespace" and words[1:2] in (["import"], ["path"]):
            self._from_elsewhere(words[2:])
        elif name == "namespace" and words[1:2] == ["ensemble"]:
            self._ensemble(call)

    def _source(self, call: Call) -> None:
        """source lib.tcl, source [file join $here lib.tcl]: the last literal word names the file."""
        name = call.words[-1]
        if name is None:
            found = [inner.words[-1] for block in call.blocks for inner in block.calls if inner.name == "file"]
            name = found[-1] if found else None
        if name is None:
            self.is_open = True
        else:
            self.sourced.append(name)

    def _named(self, name: str | None) -> None:
        if name is None:
            self.is_open = True
        else:
            self.names.add(last_part(name))

    def _from_elsewhere(self, names: list[str | None]) -> None:
        """Names of other namespaces: those of the operators are known, of others nothing is."""
        for name in names:
            if name is not None and "tcl::mathop" in name:
                self.names.update(last_part(operator) for operator in builtins() if "mathop" in operator)
            elif name != "-force":
                self.is_open = True

    def _ensemble(self, call: Call) -> None:
        words = call.words
        if words[2:3] == ["configure"] and len(words) > 4:
            self._named(words[3])  # a built-in one may have further subcommands now
        elif "-command" in words[:-1]:
            self._named(words[words.index("-command") + 1])
        else:
            self._named(call.block.namespace or None)

    def _procedure(self, call: Call) -> None:
        name, formals = call.words[1], call.words[2]
        if name is None:
            self.is_open = True
            return
        tail, full = last_part(name), qualified(call.block.namespace, name)
        self.names.add(tail)
        if tail == "unknown":
            self.is_open = True
        signature = Signature(0, UNLIMITED, "") if formals is None else _signature(formals)
        if signature is not None:
            self.procedures.setdefault(full, []).append(signature)
        if any(_reaches(inner) for block in call.blocks for inner in block.walk()):
            self.reaching.add(tail)


def _requires(words: list[str | None]) -> bool:
    """Whether it is about a package other than Tcl itself: this file may be one part of its own."""
    return words[:1] == ["package"] and words[1:2] != ["vsatisfies"] and "Tcl" not in words[2:4]


def _is_plain(call: Call) -> bool:
    """Not {*}words as a command of its own, which may define anything."""
    return not call.parts[0].is_expanded


def _reaches(call: Call) -> bool:
    """Whether it may set variables of the caller that the call does not name."""
    if call.name == "uplevel":
        return True
    if call.name != "upvar":
        return False
    first = len(call.words) - next((at for at, part in enumerate(call.parts) if part.role == LINKS), 0)
    others = call.words[len(call.words) - first - 1 :: 2]
    return any(other is not None for other in others)


def _signature(formals: str) -> Signature | None:
    """None when the parameters are none: the interpreter says so when it comes there."""
    try:
        parameters = read_formals(formals)
    except TclError:
        return None
    rest = bool(parameters) and parameters[-1].name == "args"
    named = parameters[:-1] if rest else parameters
    needed = [place for place, parameter in enumerate(named, 1) if parameter.default is None]
    words = [parameter.name if parameter.default is None else f"?{parameter.name}?" for parameter in named]
    usage = " ".join([*words, "?arg ...?"] if rest else words)
    return Signature(needed[-1] if needed else 0, UNLIMITED if rest else len(named), usage)


def only_defines(file: Block) -> bool:
    """Whether a file has procedures and runs nothing itself."""
    names = [call.name for call in file.calls]
    return "proc" in names and _DEFINING.issuperset(names)


def belongs_to_a_program(name: str, text: str) -> bool:
    """Whether a file is written for a program with commands of its own: neither its name nor #! says Tcl."""
    first = text.split("\n", 1)[0]
    if first.startswith("#!"):
        return not any(program in first for program in _PROGRAMS)
    tail = name.rpartition("/")[2]
    return "." in tail.lstrip(".") and not tail.endswith(_SCRIPTS)


def parameter_names(formals: str) -> Iterable[str]:
    """The names of a procedure's parameters."""
    try:
        return [parameter.name for parameter in read_formals(formals)]
    except TclError:
        return []
