"""What is typed, in colours: the tokens of alftcl's own lexer, read as far as they go.

    command  builtin  variable  string  number  comment  option  bracket

Braced words are plain text until their command is whole enough to say (roles.py) that one is a script or an expression.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from prompt_toolkit.document import Document
from prompt_toolkit.formatted_text import StyleAndTextTuples
from prompt_toolkit.lexers import Lexer
from prompt_toolkit.styles import Style

from alftcl import lexer as tokens
from alftcl.lexer import ScriptFault, is_open_brace, script_lexer
from alftcl.roles import BODY, ELSEWHERE, EXPR, PATTERNS, roles

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
    rf"(?P<variable>{tokens.VARIABLE})|(?P<string>\"[^\"\\$\[]*\")|(?P<number>\b{_NUMBER.pattern[5:]}\b)|(?P<bracket>\[)"
)
_COMMENT = re.compile(tokens.COMMENT)


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
    reader = _Reader(text, kind)
    reader.script(0, len(text))
    return reader.spans


@dataclass
class _Level:
    """A command that is being read."""

    words: list[str | None] = field(default_factory=list)
    places: list[tuple[int, int]] = field(default_factory=list)
    start: int = -1
    end: int = 0
    text: str | None = ""
    quoted: bool = False


class _Reader:
    def __init__(self, text: str, kind: Kind) -> None:
        self.text = text
        self.kind = kind
        self.spans: list[Span] = []
        self.depth = 0

    def paint(self, start: int, end: int, style: str) -> None:
        self.spans.append((start, end, style))

    # ---- scripts

    def script(self, start: int, end: int, *, one_bracket: bool = False, patterns: bool = False) -> int:
        """Read a script at text[start:end], or only the bracket at its beginning; where reading ended."""
        if self.depth == _DEEPEST:
            return end
        self.depth += 1
        try:
            return self.read(start, end, one_bracket, patterns)
        finally:
            self.depth -= 1

    def read(self, start: int, end: int, one_bracket: bool, patterns: bool) -> int:
        lexer = script_lexer(self.text[start:end])
        if one_bracket:
            lexer.begin("bare")
        levels = [_Level()]
        last = start
        try:
            while (token := lexer.token()) is not None:
                place, after = start + int(token.lexpos), start + int(lexer.lexpos)
                self.comments(last, place, levels[-1])
                last = after
                self.take(levels, token, place, after, patterns)
                if one_bracket and len(levels) == 1:
                    return after
        except ScriptFault as stop:
            if is_open_brace(stop):
                self.unclosed(levels[-1], start + lexer.brace_start, end)
        self.comments(last, end, levels[-1])
        for level in levels:
            self.finish(level, patterns)
        return end

    def comments(self, start: int, end: int, level: _Level) -> None:
        if level.words or level.start >= 0:
            return
        place = self.text.find("#", start, end)
        comment = _COMMENT.match(self.text, place, end) if place >= 0 else None
        while comment is not None:
            self.paint(comment.start(), comment.end(), "comment")
            place = self.text.find("#", comment.end(), end)
            comment = _COMMENT.match(self.text, place, end) if place >= 0 else None

    def take(self, levels: list[_Level], token: Any, place: int, after: int, patterns: bool) -> None:
        level = levels[-1]
        kind = token.type
        if kind == "TERMINATOR":
            self.finish(level, patterns)
            levels[-1] = _Level()
        elif kind == "BLANK":
            self.finish_word(level)
        elif kind == "CLOSE":
            self.finish(level, patterns)
            if len(levels) > 1:
                levels.pop()
            levels[-1].end = after
            self.paint(place, after, "bracket")
        elif kind != "EXPAND":
            self.part(levels, token, place, after)

    def part(self, levels: list[_Level], token: Any, place: int, after: int) -> None:
        level, kind = levels[-1], token.type
        if level.start < 0:
            level.start, level.text = place, ""
        level.end = after
        if kind in ("TEXT", "BRACED") and level.text is not None:
            level.text += token.value.text
        if kind in ("QUOTE", "UNQUOTE"):
            level.quoted = kind == "QUOTE"
            self.paint(place, after, "string")
        elif kind == "TEXT" and level.quoted:
            self.paint(place, after, "string")
        elif kind in ("VAR", "ELEMENT", "PAREN"):
            level.text = None
            self.paint(place, after, "variable")
        elif kind == "OPEN":
            level.text = None
            self.paint(place, after, "bracket")
            levels.append(_Level())

    def finish_word(self, level: _Level) -> None:
        if level.start >= 0:
            level.words.append(level.text)
            level.places.append((level.start, level.end))
            level.start = -1

    def unclosed(self, level: _Level, brace: int, end: int) -> None:
        """A braced word that goes on to the end."""
        level.words.append(None)
        level.places.append((brace, end + 1))
        level.start = -1

    # ---- whole commands

    def finish(self, level: _Level, patterns: bool) -> None:
        """The command is as whole as it gets: its name, its options, what its braces hold."""
        self.finish_word(level)
        if not level.words:
            return
        if not patterns:
            self.name(level)
        for place, role in enumerate(roles(level.words)):
            start, end = level.places[place]
            role = BODY if patterns and place % 2 else role
            if self.text[start] == "{":
                self.braced(start + 1, end - 1, role)
            elif place and not patterns:
                self.bare(start, end)
        level.words, level.places = [], []

    def name(self, level: _Level) -> None:
        word = level.words[0]
        found = None if word is None else self.kind(word)
        if found is not None:
            self.paint(*level.places[0], found)

    def braced(self, start: int, end: int, role: str) -> None:
        if role in (BODY, ELSEWHERE):
            self.script(start, end)
        elif role == PATTERNS:
            self.script(start, end, patterns=True)
        elif role == EXPR:
            self.expression(start, end)

    def bare(self, start: int, end: int) -> None:
        word = self.text[start:end]
        if _NUMBER.fullmatch(word):
            self.paint(start, end, "number")
        elif re.fullmatch(r"-[a-z]\w*", word):
            self.paint(start, end, "option")

    def expression(self, start: int, end: int) -> None:
        place = start
        while (found := _OPERAND.search(self.text, place, end)) is not None:
            kind = found.lastgroup or ""
            if kind == "bracket":
                place = max(self.script(found.start(), end, one_bracket=True), found.end())
            else:
                self.paint(found.start(), found.end(), kind)
                place = found.end()
