"""The tree of a script, as data that can be evaluated.

    Script     commands, the text they stand in, and the fault where reading had to stop
    Command    words
    word       Literal | VarSub | ElementSub | Bracket | Compound, or Expand around one of them

Every node knows `start` and `end`, offsets into the text of its Script (end is exclusive), and every word
its `kind`: how it was written, "bare", "quoted" or "braced". `Script.position` turns an offset into a line
and a column. `value(interp)` is the direct engine's half of a word; the other half is in interp.py.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from alftcl.values import Value, to_str

if TYPE_CHECKING:
    from alftcl.interp import Interp

BARE, QUOTED, BRACED = "bare", "quoted", "braced"


class Fault:
    """Where and why a text is no script: `incomplete` when more text could mend it.

    `start` is where the command begins in which the fault lies, `offset` the place Tcl blames.
    """

    __slots__ = ("incomplete", "message", "offset", "start")

    def __init__(self, message: str, offset: int, start: int, incomplete: bool) -> None:
        self.message = message
        self.offset = offset
        self.start = start
        self.incomplete = incomplete


class Word:
    """What all words have in common."""

    __slots__ = ("end", "kind", "start")

    def __init__(self, start: int, end: int, kind: str = BARE) -> None:
        self.start = start
        self.end = end
        self.kind = kind

    def value(self, interp: Interp) -> Value:
        """The word after substitution."""
        raise NotImplementedError


class Literal(Word):
    """Text that stands for itself; backslashes are already substituted, braces and quotes removed."""

    __slots__ = ("text",)

    def __init__(self, text: str, start: int, end: int, kind: str = BARE) -> None:
        super().__init__(start, end, kind)
        self.text = text

    def value(self, interp: Interp) -> Value:
        return self.text


class VarSub(Word):
    """$name"""

    __slots__ = ("name",)

    def __init__(self, name: str, start: int, end: int) -> None:
        super().__init__(start, end)
        self.name = name

    def value(self, interp: Interp) -> Value:
        variable = interp.frame.variables.get(self.name)
        if variable is not None:
            value = variable.value
            if value is not None:
                return value
        return interp.get_var(self.name)


class ElementSub(Word):
    """$name(index)"""

    __slots__ = ("index", "name")

    def __init__(self, name: str, index: Word, start: int, end: int) -> None:
        super().__init__(start, end)
        self.name = name
        self.index = index

    def value(self, interp: Interp) -> Value:
        key = self.index.value(interp)
        return interp.get_element(self.name, key if type(key) is str else to_str(key))


class Bracket(Word):
    """[script]"""

    __slots__ = ("script",)

    def __init__(self, script: Script, start: int, end: int) -> None:
        super().__init__(start, end)
        self.script = script

    def value(self, interp: Interp) -> Value:
        return interp.run_bracket(self.script)


class Compound(Word):
    """Several parts, joined without blanks."""

    __slots__ = ("parts",)

    def __init__(self, parts: Sequence[Word], start: int, end: int, kind: str = BARE) -> None:
        super().__init__(start, end, kind)
        self.parts = parts

    def value(self, interp: Interp) -> Value:
        texts = []
        for part in self.parts:
            value = part.value(interp)
            texts.append(value if type(value) is str else to_str(value))
        if interp.is_limited:
            interp.reserve(sum(map(len, texts)))
        return interp.joined("".join(texts))


class Expand(Word):
    """{*}word: its elements become words of the command."""

    __slots__ = ("word",)

    def __init__(self, word: Word, start: int) -> None:
        super().__init__(start, word.end, word.kind)
        self.word = word

    def value(self, interp: Interp) -> Value:
        return self.word.value(interp)


class Command:
    """The words of one command; `end` is where its terminator stands.

    `literals` are the words when nothing is to be substituted, else None; `expands` tells of a {*}.
    """

    __slots__ = ("end", "expands", "literals", "start", "words")

    def __init__(self, words: list[Word], start: int, end: int) -> None:
        self.words = words
        self.start = start
        self.end = end
        self.expands = any(type(word) is Expand for word in words)
        self.literals: list[Any] | None = None
        if all(type(word) is Literal for word in words):
            self.literals = [word.text for word in words if isinstance(word, Literal)]


class PlainCommand(Command):
    """A command of literal words that was read without the grammar (plain.py): its nodes are made when asked for."""

    __slots__ = ("text",)

    text: str

    def __init__(self, literals: list[Any], start: int, end: int) -> None:
        self.literals = literals
        self.start = start
        self.end = end
        self.expands = False

    def __getattr__(self, name: str) -> Any:
        """`words` when they are not there yet."""
        if name != "words":
            raise AttributeError(name)
        from alftcl.plain import nodes

        self.words = nodes(self.text, self.start, self.end)
        return self.words


class Script:
    """Commands in a text. After them, `fault` (if any) is raised: Tcl runs what stands before an error."""

    __slots__ = ("_lines", "commands", "fault", "rounds", "text")

    def __init__(self, text: str, commands: Sequence[Command], fault: Fault | None = None) -> None:
        self.text = text
        self.commands = commands
        self.fault = fault
        self.rounds = 0  # how often it ran as the body of a loop: what runs often is generated
        self._lines: list[int] | None = None

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset, both counted from 1."""
        if self._lines is None:
            self._lines = line_starts(self.text)
        line = bisect_right(self._lines, offset)
        return line, offset - self._lines[line - 1] + 1

    def source(self, node: Word | Command) -> str:
        """The text of a node as it was written."""
        return self.text[node.start : node.end]


def line_starts(text: str) -> list[int]:
    """The offsets at which lines begin."""
    starts = [0]
    place = text.find("\n")
    while place >= 0:
        starts.append(place + 1)
        place = text.find("\n", place + 1)
    return starts
