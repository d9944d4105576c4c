"""Which command, and which word of it, is being typed at the end of a text that need not be complete.

The lexer of scripts reads as far as it can. Where a braced word is open, its inside is read again as a script if
the word is one by its role (or if nobody knows the command).

    set x [string le        words ["string"], last "le"
    proc f {} {\\n  incr x   words ["incr"], last "x"
"""

from __future__ import annotations

from dataclasses import dataclass, field

from alftcl.lexer import ScriptFault, is_open_brace, script_lexer
from alftcl.roles import BODY, ELSEWHERE, EXPR, PATTERNS, roles
from alftcl.tree import Literal

_DEEPEST = 50  # braces in one another that are looked into


@dataclass
class Typed:
    """The command at the end: its whole words (None: with substitutions in it), and where the last word begins.

    `text` is the last word as far as it is typed, without a quote in front; `in_expr` says that it is an operand.
    """

    words: list[str | None] = field(default_factory=list)
    start: int = 0
    text: str = ""
    in_expr: bool = False

    @property
    def role(self) -> str:
        return roles([*self.words, None])[-1] if self.words else ""


class _Level:
    """A command that is being read: one for each bracket that is open."""

    def __init__(self) -> None:
        self.words: list[str | None] = []
        self.start = -1  # of the word that is being read; -1: none is
        self.text: str | None = ""

    def begin(self, place: int) -> None:
        if self.start < 0:
            self.start, self.text = place, ""

    def finish(self) -> None:
        if self.start >= 0:
            self.words.append(self.text)
            self.start = -1


def typed(text: str, in_patterns: bool = False, depth: int = 0) -> Typed:
    """What is being typed at the end of `text` (which is the list of a switch: `in_patterns`)."""
    levels = [_Level()]
    lexer = script_lexer(text)
    in_braces = False
    try:
        while (token := lexer.token()) is not None:
            _take(levels, token)
    except ScriptFault as stop:
        in_braces = is_open_brace(stop)
    level = levels[-1]
    if in_braces and depth < _DEEPEST:
        role = BODY if in_patterns else _role_of_last(level)
        return _in_braces(level, role, text, lexer.brace_start + 1, depth + 1)
    start = len(text) if level.start < 0 else level.start
    if text[start : start + 1] == '"':
        start += 1
    return Typed(level.words, start, text[start:])


def _take(levels: list[_Level], token: object) -> None:
    level = levels[-1]
    kind, place, value = token.type, token.lexpos, token.value  # type: ignore[attr-defined]  # a token of PLY
    if kind == "TERMINATOR":
        level.words, level.start = [], -1
    elif kind == "BLANK":
        level.finish()
    elif kind == "CLOSE":
        del levels[1 if len(levels) == 1 else -1 :]
    elif kind == "EXPAND":
        level.start, level.text = place, None
    else:
        level.begin(place)
        if kind in ("TEXT", "BRACED") and level.text is not None:
            assert isinstance(value, Literal)
            level.text += value.text
        elif kind in ("VAR", "ELEMENT", "OPEN"):
            level.text = None
        if kind == "OPEN":
            levels.append(_Level())


def _role_of_last(level: _Level) -> str:
    role = roles([*level.words, None])[-1] if level.words else ""
    return role or (BODY if len(level.words) > 1 else "")


def _in_braces(level: _Level, role: str, text: str, inside: int, depth: int) -> Typed:
    if role == EXPR:
        return _in_expression(text, inside, depth)
    if role in (BODY, ELSEWHERE, PATTERNS):
        return _shifted(typed(text[inside:], role == PATTERNS, depth), inside)
    word = _last_word(text)
    return Typed([*level.words, None], len(text) - len(word), word)


def _in_expression(text: str, inside: int, depth: int) -> Typed:
    depth = 0
    for place in range(len(text) - 1, inside - 1, -1):
        depth += (text[place] == "]") - (text[place] == "[")
        if depth < 0:
            return _shifted(typed(text[place + 1 :], depth=depth), place + 1)
    word = _last_word(text)
    return Typed([], len(text) - len(word), word, in_expr=True)


def _last_word(text: str) -> str:
    place = len(text)
    while place and (text[place - 1].isalnum() or text[place - 1] in "_:"):
        place -= 1
    return text[place:]


def _shifted(found: Typed, by: int) -> Typed:
    found.start += by
    return found
