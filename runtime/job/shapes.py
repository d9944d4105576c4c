"""Learned shapes: commands that a generator repeats are read by one match each.

A command that has been read word by word, and whose like has come before, is read once more with a hole in place of
every plain value. What comes out is both halves of a shape:

    Task {frame 0012} -cmds {                   Task \\{([^...]*)\\} -cmds \\{      the pattern: holes are groups,
      RemoteCmd {prman a.rib} -service {k}        RemoteCmd \\{([^...]*)\\} ...     all else stands as it was written
    }                                           \\}

                                                Task(g0, NONE, (),                the maker: the tree with the
                                                  (Cmd(REMOTE, g1, o1(g2), ...    groups where the holes were

So a shape says nothing of its own about operators: it is what the reader said, with other values. It takes only
values to which step 1 does nothing and that cannot change what the command means; whatever it does not match is read
word by word as ever. Spaces and newlines are part of a shape, so the lines of its nodes are known too.

Compiling a shape takes milliseconds: one is made when its like has come a few times.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from runtime.job.model import NO_OPTIONS, Cmd, CmdKind, Instance, Task
from runtime.job.operators import Body, Value
from runtime.job.source import Source

if TYPE_CHECKING:
    from runtime.job.builder import Call, Word
    from runtime.job.reader import Reader

_LONGEST = 4000  # characters of a command that is worth a shape
_LEARN_AT = frozenset({3, 12, 48, 192})  # of the same outline; again, where the first shapes of it do not fit
_MOST = 64  # shapes that are made for one script
_TRIED = 12  # shapes that are tried at one place
_POOL = 4096  # distinct option values and mappings that are shared

_OUTLINE = re.compile(r'\{[^{}\n]*\}|"[^"\n]*"|\d+')
_SPECIAL = re.compile(r"[\\$\[]").search
_HOLE = 0xF0000
_HOLES = re.compile("([\U000f0000-\U000fffff])")
_HOLE_LINES = re.compile("([\U000f0000-\U000fffff])\n+")
_INSIDE = r"[^{}\\$\[\n]*"
_NESTED = rf"{_INSIDE}(?:\{{{_INSIDE}\}}{_INSIDE})*"
_DEEPER = re.compile(r"\{[^{}]*\{").search
_NUMBER = r"[0-9]+(?:\.[0-9]+)?"
_NOT_BUILT_IN = r'(?![\s{"]*(?:Alfred|TractorBuiltIn)(?:[\s}"]|\Z))'


class Shape(NamedTuple):
    """`scanner(text, pos, end).match` finds one command after the other; `make` reads as many as there are."""

    scanner: Callable[[str, int, int], Any]
    make: Callable[[Callable[[], Any], Callable[[Any], None], int], tuple[int, int]]


class Shapes:
    """The shapes of one reading."""

    def __init__(self) -> None:
        self._known: dict[Body, list[Shape]] = {}
        self._seen: dict[tuple[Body, str], int] = {}
        self._made = 0

    def take(self, text: str, pos: int, limit: int, body: Body, nodes: list[Any], source: Source) -> int:
        """Read commands of known shapes from `pos` on; returns where the next other one begins."""
        known = self._known.get(body)
        if known is None:
            return pos
        for place, shape in enumerate(known):
            match = shape.scanner(text, pos, limit).match
            found = match()
            if found is not None:
                if place:
                    known.insert(0, known.pop(place))
                pos, line = shape.make(_first(found, match), nodes.append, source.line(pos))
                source.counted(pos, line)
                return pos
        return pos

    def learn(self, reader: Reader, body: Body, start: int, end: int) -> None:
        """Note a command that was read without a finding; make a shape of it when its like is common."""
        if end - start > _LONGEST or self._made >= _MOST or body is Body.INIT:
            return
        key = body, _OUTLINE.sub("", reader.text[start:end])
        count = self._seen[key] = self._seen.get(key, 0) + 1
        if count not in _LEARN_AT:
            return
        shape = _shape(reader, body, start, end)
        if shape is not None:
            self._made += 1
            known = self._known.setdefault(body, [])
            known.insert(0, shape)
            del known[_TRIED:]


def _first(found: Any, match: Callable[[], Any]) -> Callable[[], Any]:
    """The matches of a scanner whose first one has been taken already."""
    pending = [found]

    def following() -> Any:
        return pending.pop() if pending else match()

    return following


# ---- from a command to its shape ---------------------------------------------------------------------


class _Unfit(Exception):
    """There is something in the command whose meaning depends on more than its text."""


def _shape(reader: Reader, body: Body, start: int, end: int) -> Shape | None:
    try:
        text = reader.text[start:end]
        holes = _holes(reader.read_apart(text, body)[0])
        masked, pattern = _mask(text, holes)
        nodes = reader.read_apart(masked, body)[1]
        if len(nodes) != 1:
            return None
        return _compiled(pattern, _Maker().source(nodes[0], len(holes), masked.count("\n")))
    except _Unfit:
        return None


class _Hole(NamedTuple):
    start: int
    end: int
    pattern: str


def _holes(calls: list[Call]) -> list[_Hole]:
    """The values of a command that may differ from one to the next."""
    found = []
    for call in calls:
        if call.operator.name not in ("Task", "Instance", "Cmd", "RemoteCmd") or call.repeats:
            raise _Unfit
        is_launch = call.operator.name in ("Cmd", "RemoteCmd")
        for place, word in enumerate(call.positional):
            found.append(_hole(word, Value.TEXT, is_launch and not place))
        for name, word in call.options.items():
            meaning = call.operator.options.get(name)
            if meaning is Value.EXPRESSION or name == "expand":
                raise _Unfit  # they keep the scope of the place that they stand in
            assert isinstance(meaning, Value)
            found.append(_hole(word, meaning, False))
    return sorted(found)


def _hole(word: Word, meaning: Value, is_launch: bool) -> _Hole:
    from runtime.job.builder import Written

    text = word.text
    if _SPECIAL(text) is not None or _HOLES.search(text) is not None:
        raise _Unfit
    start, end = word.text_start, word.text_start + len(text)
    if meaning is Value.NUMBER:
        return _Hole(start, end, _NUMBER if re.fullmatch(_NUMBER, text) else re.escape(text))
    if meaning in (Value.AMOUNTS, Value.TARGETS, Value.SILENCE):  # looked at where it is read, once for each text
        return _Hole(start, end, re.escape(text))
    if word.how is Written.BRACED:
        if _DEEPER(text) is not None:
            raise _Unfit
        inside = "\n".join(_NESTED if "{" in line else _INSIDE for line in text.split("\n"))
    elif word.how is Written.QUOTED:
        inside = r'[^"\\$\[{}\n]*'
    else:
        inside = r'(?!-)[^\s;"\\$\[\]{}]+'
    return _Hole(start, end, _NOT_BUILT_IN + inside if is_launch else inside)


def _mask(text: str, holes: list[_Hole]) -> tuple[str, str]:
    """The text with a character of its own in each hole, and the pattern of all texts that have other values there."""
    masked, pattern, done = [], [], 0
    for number, hole in enumerate(holes):
        before = text[done : hole.start]
        masked += [before, chr(_HOLE + number)]
        pattern += [re.escape(before), f"({hole.pattern})"]
        done = hole.end
        masked.append("\n" * text.count("\n", hole.start, hole.end))
    rest = text[done:]
    behind = r"[ \t]*" if rest.endswith(("\n", ";")) else r"(?=\})"
    return "".join(masked) + rest, "".join(pattern) + re.escape(rest) + behind


def _compiled(pattern: str, source: tuple[str, dict[str, Any]]) -> Shape:
    text, names = source
    exec(compile(text, "<shape>", "exec"), names)
    scanner: Any = re.compile(pattern)
    return Shape(scanner.scanner, names["make"])


# ---- from a tree with holes to the function that makes it ----------------------------------------------


class _Maker:
    """Writes the function that makes the nodes of one shape, all that follow one another in a single loop."""

    def __init__(self) -> None:
        self._names: dict[str, Any] = {"Task": Task, "Cmd": Cmd, "Instance": Instance, "NONE": NO_OPTIONS}
        self._names |= {kind.name: kind for kind in CmdKind}
        self._functions = ""
        self._first_line = 0

    def source(self, node: Any, holes: int, lines: int) -> tuple[str, dict[str, Any]]:
        """The text of the function `make(match, append, line)`, and the names that it needs."""
        self._first_line = node.line
        groups = "".join(f"g{number}, " for number in range(holes))
        text = (
            "def make(match, append, line):\n"
            "    found = match()\n"
            "    while found is not None:\n"
            + (f"        {groups}= found.groups()\n" if holes else "")
            + f"        append({self._node(node)})\n"
            f"        line += {lines}\n"
            "        end = found.end()\n"
            "        found = match()\n"
            "    return end, line\n"
        )
        return self._functions + text, self._names

    def _node(self, node: Any) -> str:
        line = f"line + {node.line - self._first_line}"
        if isinstance(node, Instance):
            return f"Instance({_text(node.name)}, {line})"
        options = self._options(node.options)
        if isinstance(node, Cmd):
            if node.words is not None or node.scope is not None or node.kind is CmdKind.BUILTIN:
                raise _Unfit
            return f"Cmd({node.kind.name}, {_text(node.launch)}, {options}, {line})"
        bodies = ", ".join(self._nodes(nodes) for nodes in (node.subtasks, node.cmds, node.cleanup))
        return f"Task({_text(node.title)}, {options}, {bodies}, {line})"

    def _nodes(self, nodes: tuple[Any, ...]) -> str:
        return "(" + "".join(f"{self._node(node)}, " for node in nodes) + ")"

    def _options(self, options: Any) -> str:
        """An option mapping: one for all where nothing in it varies, else one for each combination of values."""
        if not options:
            return "NONE"
        name = f"options{len(self._names)}"
        groups = [f"g{ord(hole) - _HOLE}" for text in options.values() for hole in _HOLES.findall(text)]
        if not groups:
            self._names[name] = dict(options)
            return name
        self._names |= {f"{name}_known": {}, f"{name}_share": _sharing()}
        fields = ", ".join(f"{key!r}: {name}_share({_text(text)})" for key, text in options.items())
        arguments = ", ".join(groups)
        self._functions += (
            f"def {name}_new({arguments}):\n"
            f"    made = {{{fields}}}\n"
            f"    if len({name}_known) < {_POOL}:\n"
            f"        {name}_known[({arguments},)] = made\n"
            f"    return made\n"
        )
        return f"({name}_known.get(({arguments},)) or {name}_new({arguments}))"


def _text(text: str) -> str:
    """The expression of a text with holes. Newlines behind a hole are those that `_mask` has put there."""
    parts = [part for part in _HOLES.split(_HOLE_LINES.sub(r"\1", text)) if part]
    return " + ".join(f"g{ord(part) - _HOLE}" if _HOLES.fullmatch(part) else repr(part) for part in parts) or "''"


def _sharing() -> Callable[[str], str]:
    """Gives equal texts as one object, as long as there are not too many different ones."""
    pool: dict[str, str] = {}

    def share(text: str) -> str:
        return pool.setdefault(text, text) if len(pool) < _POOL else pool.get(text, text)

    return share
