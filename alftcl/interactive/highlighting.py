"""What is typed, in colours: the tokens of alftcl's own lexer, read as far as they go.

    command  builtin  variable  string  number  comment  option  bracket

Braced words are plain text until their command is whole enough to say (roles.py) that one is a script or an expression.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.lexers import Lexer
from prompt_toolkit.styles import Style

from alftcl import patterns
from alftcl.interactive.walking import Level, Walker
from alftcl.roles import BODY, ELSEWHERE, EXPR, LAMBDA, PATTERNS, roles

STYLE = Style.from_dict(
    {
        "tcl.builtin": "ansiblue bold",
        "tcl.command": "ansicyan bold",
        "tcl.variable": "ansimagenta",
        "tcl.string": "ansigreen",
        "tcl.number": "ansicyan",
        "tcl.comment": "ansibrightblack italic",
        "tcl.option": "ansiyellow",
        "tcl.bracket": "ansiyellow",
        "tcl.error": "ansired",
        "matching-bracket.cursor": "bold underline",
        "matching-bracket.other": "bold underline",
    }
)

_DEEPEST = 50  # scripts in one another that are coloured
Span = tuple[int, int, str]
Kind = Callable[[str], str | None]
"""What a command's name is: "builtin", "command", or None when there is none."""

_NUMBER = re.compile(r"[-+]?(?:0[xX][0-9a-fA-F]+|0[bB][01]+|0[oO][0-7]+|[0-9]+(?:\.[0-9]*)?(?:[eE][-+]?[0-9]+)?)")
_OPERAND = re.compile(
    rf"(?P<variable>{patterns.VARIABLE})|(?P<string>\"[^\"\\$\[]*\")|(?P<number>\b{_NUMBER.pattern[5:]}\b)|(?P<bracket>\[)"
)
_KEYWORDS = {"if": ("then", "else", "elseif"), "try": ("on", "trap", "finally"), "switch": ("default",)}
_COMMENT = re.compile(patterns.COMMENT)


class TclLexer(Lexer):
    """For prompt_toolkit; `kind` says which commands there are."""

    def __init__(self, kind: Kind) -> None:
        self._kind = kind

    def lex_document(self, document: Document) -> Callable[[int], StyleAndTextTuples]:
        lines = coloured_lines(document.text, self._kind)
        return lambda number: lines[number] if number < len(lines) else []


def coloured_lines(text: str, kind: Kind) -> list[StyleAndTextTuples]:
    """The fragments of each line."""
    styles = [""] * len(text)
    for start, end, name in spans(text, kind):
        styles[start:end] = [f"class:tcl.{name}" if name else ""] * (end - start)
    lines: list[StyleAndTextTuples] = [[]]
    for character, style in zip(text, styles, strict=True):
        if character == "\n":
            lines.append([])
        elif lines[-1] and lines[-1][-1][0] == style:
            lines[-1][-1] = (style, lines[-1][-1][1] + character)
        else:
            lines[-1].append((style, character))
    return lines


def spans(text: str, kind: Kind) -> list[Span]:
    """Coloured pieces of a script; a later one lies over an earlier one."""
    painted: list[Span] = []
    _Painter(text, 0, len(text), kind, painted).paint_all()
    return painted


class _Painter(Walker):
    """Paints one script; the braced words in it that are scripts are painted by others of its kind."""

    def __init__(self, text: str, start: int, end: int, kind: Kind, painted: list[Span], depth: int = 0) -> None:
        super().__init__(text, start, end)
        self.kind = kind
        self.painted = painted
        self.depth = depth
        self.in_patterns = False

    def paint(self, start: int, end: int, style: str) -> None:
        self.painted.append((start, end, style))

    def paint_all(self, *, one_bracket: bool = False) -> int:
        """Everything, or the one bracket that it begins with; where that ended."""
        ended = self.walk(one_bracket=one_bracket)
        for level in self.levels:
            level.finish_word()
        if self.open_brace >= 0:
            self.levels[-1].words.append(None)
            self.levels[-1].places.append((self.open_brace, self.end + 1))
        for level in self.levels:
            self.command(level)
        return ended

    # ---- what is met

    def gap(self, start: int, end: int) -> None:
        place = self.text.find("#", start, end)
        while place >= 0:
            comment = _COMMENT.match(self.text, place, end)
            after = place + 1 if comment is None else comment.end()
            self.paint(place, after, "comment")
            place = self.text.find("#", after, end)

    def part(self, level: Level, kind: str, start: int, end: int) -> None:
        if kind in ("QUOTE", "UNQUOTE") or (kind == "TEXT" and level.quoted):
            self.paint(start, end, "string")
        elif kind in ("VAR", "ELEMENT", "PAREN"):
            self.paint(start, end, "variable")
        elif kind in ("OPEN", "CLOSE"):
            self.paint(start, end, "bracket")

    def command(self, level: Level) -> None:
        """It is as whole as it gets: its name, its options, what its braces hold."""
        if level.words and not self.in_patterns:
            name = level.words[0]
            found = None if name is None else self.kind(name)
            if found is not None:
                self.paint(*level.places[0], found)
        for place, role in enumerate(roles(level.words)):
            start, end = level.places[place]
            if self.text[start] == "{":
                self.braced(start + 1, end - 1, BODY if self.in_patterns and place % 2 else role)
            elif place and not self.in_patterns:
                self.bare(start, end, level.words[0] or "")

    # ---- words

    def braced(self, start: int, end: int, role: str) -> None:
        if role == EXPR:
            self.expression(start, end)
        elif role in (BODY, ELSEWHERE, PATTERNS, LAMBDA) and self.depth < _DEEPEST:
            inner = self.inside(start, end)
            inner.in_patterns = role in (PATTERNS, LAMBDA)
            inner.paint_all()

    def inside(self, start: int, end: int) -> _Painter:
        return _Painter(self.text, start, end, self.kind, self.painted, self.depth + 1)

    def bare(self, start: int, end: int, command: str) -> None:
        word = self.text[start:end]
        if word in _KEYWORDS.get(command, ()):
            self.paint(start, end, "builtin")
        elif _NUMBER.fullmatch(word):
            self.paint(start, end, "number")
        elif re.fullmatch(r"-[a-z]\w*", word):
            self.paint(start, end, "option")

    def expression(self, start: int, end: int) -> None:
        place = start
        while (found := _OPERAND.search(self.text, place, end)) is not None:
            kind = found.lastgroup or ""
            place = found.end()
            if kind != "bracket":
                self.paint(found.start(), place, kind)
            elif self.depth < _DEEPEST:
                place = max(place, self.inside(found.start(), end).paint_all(one_bracket=True))
