"""Which command, and which word of it, is being typed at the end of a text that need not be complete.

The lexer of scripts reads as far as it can. Where a braced word is open, its inside is read again as a script if
the word is one by its role (or if nobody knows the command).

    set x [string le        words ["string"], last "le"
    proc f {} {\\n  incr x   words ["incr"], last "x"
"""

from __future__ import annotations

from dataclasses import dataclass, field

from alftcl.interactive.walking import Level, Walker
from alftcl.roles import BODY, ELSEWHERE, EXPR, LAMBDA, PATTERNS, roles

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


def typed(text: str, in_patterns: bool = False, depth: int = 0) -> Typed:
    """What is being typed at the end of `text` (which is the list of a switch: `in_patterns`)."""
    walker = Walker(text, 0, len(text))
    walker.walk()
    level = walker.levels[-1]
    if walker.open_brace >= 0 and depth < _DEEPEST:
        role = BODY if in_patterns else _role_of_last(level)
        return _in_braces(level, role, text, walker.open_brace + 1, depth + 1)
    start = len(text) if level.start < 0 else level.start
    if text[start : start + 1] == '"':
        start += 1
    return Typed(level.words, start, text[start:])


def _role_of_last(level: Level) -> str:
    role = roles([*level.words, None])[-1] if level.words else ""
    return role or (BODY if len(level.words) > 1 else "")


def _in_braces(level: Level, role: str, text: str, inside: int, depth: int) -> Typed:
    if role == EXPR:
        return _in_expression(text, inside, depth)
    if role in (BODY, ELSEWHERE, PATTERNS, LAMBDA):
        return _shifted(typed(text[inside:], role in (PATTERNS, LAMBDA), depth), inside)
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
