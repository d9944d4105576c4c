"""The fast path for plain commands: splits a script into words by single regular expressions, in place.

A plain word holds nothing to substitute: bare text, {braces} without braces in them, "quotes" without $ [ or \\.
Job scripts are made of such words, and their bodies nest: this module reads a body where it stands, up to the
closing brace that it does not know yet, instead of finding the end first and reading every level again.

    word        what `next_word` says (lastindex)      what the reader does with it
    frame_1     BARE      the text is group 1
    {a b}       BRACED    the text is group 2
    {a {b} c}   OPEN      reads a body behind the brace, or asks `brace_end` and takes all as text
    "a b"       QUOTED    the text is group 4
    newline ;   STOP      the command ends
    }           CLOSE     the body ends (only while its end is not known: `in_place`)
    (no more)   END
    a$b "[c]"   OTHER     asks `word_end`; what it means is the grammar's business (grammar_script)

It is not a parser: it tells where words begin and end and substitutes nothing. The patterns are made of those that
the lexer is made of, and tests/alftcl/test_scan.py holds it to the grammar and to real Tcl.
"""

from __future__ import annotations

import re

from alftcl.patterns import BLANK, BRACED_PLAIN, COMMENT, NEWLINE

BARE, BRACED, OPEN, QUOTED, STOP, CLOSE, END, OTHER = range(1, 9)

_GAP = rf"(?:{BLANK})?"
_BETWEEN = r"\x20\t\v\f\r\n;"
_SPECIAL = r'\\$\[\]"'


BARE_WORD = rf"([^{_BETWEEN}{_SPECIAL}{{}}]+)"
BRACED_WORD = rf"\{{({BRACED_PLAIN[2:-2]})\}}"
"""Words that are plain wherever they stand; a blank or a terminator has to follow."""


def _word(in_place: bool) -> re.Pattern[str]:
    """The pattern of a word; `in_place`: a closing brace that nobody opened ends the body."""
    behind = rf"(?=[{_BETWEEN}{'}' if in_place else ''}]|\Z)"
    alternatives = [
        rf"{BARE_WORD}{behind}",
        rf"{BRACED_WORD}{behind}",
        r"(\{)",
        rf'"([^{_SPECIAL}{{}}]*)"{behind}',
        rf"({NEWLINE}|;)",
        r"(\})" if in_place else r"((?!))",
        r"(\Z)",
        r"(.)",
    ]
    return re.compile(f"{_GAP}(?:{'|'.join(alternatives)})", re.DOTALL)


word_in_place = _word(in_place=True).match
word_within = _word(in_place=False).match
"""(text, pos, end) -> match whose `lastindex` is one of the constants above."""

gap_before_command = re.compile(rf"(?:[{_BETWEEN}]|{BLANK})*").match
comment = re.compile(COMMENT, re.DOTALL).match
plain_comment = re.compile(r"\#[^\\\n{}]*(?=\n|\Z)").match
"""A comment whose extent does not depend on where the body ends."""

DEEPEST = 200

_LEAF = rf"\{{[^{{}}\\]*(?:(?:\\.|{BRACED_PLAIN})[^{{}}\\]*)*\}}"
_LEAVES = rf"\{{[^{{}}\\]*(?:(?:\\.|{_LEAF})[^{{}}\\]*)*\}}"
_BRACES = re.compile(rf"{_LEAVES}|([{{}}])|\\.", re.DOTALL)
braces = _BRACES.finditer
"""The braces of a text as group 1, but up to three levels of them at once, without a group, where they are balanced."""

_BLANKS = re.compile(_GAP).match
_AFTER_WORD = re.compile(rf"(?=[{_BETWEEN}])|\Z|(?=\\\n)").match
_BARE_PIECE = re.compile(rf"(?:[^{_BETWEEN}\\$\[\]]|\\(?:[^\n]|\Z)|\$(?:\{{[^}}]*\}})?)+", re.DOTALL).match
_QUOTED_PIECE = re.compile(r'(?:[^"\\$\[]|\\.|\$(?:\{[^}]*\})?)+', re.DOTALL).match


def brace_end(text: str, pos: int, end: int) -> int:
    """The offset behind the brace that closes the one at `pos`, or -1: the text ends before it."""
    depth = 0
    for found in _BRACES.finditer(text, pos, end):
        brace = found[1]
        if brace == "{":
            depth += 1
        elif brace == "}":
            depth -= 1
        if not depth:
            return found.end()
    return -1


def word_end(text: str, pos: int, end: int, brackets: int = 0) -> int:
    """The offset behind the word that begins at `pos`, or -1 when a brace, quote or bracket in it stays open.

    `brackets` counts those around it; of more than DEEPEST none counts as closed. What follows a closing brace or
    quote without a blank between is not part of the word: see `stands_alone`.
    """
    first = text[pos : pos + 1]
    if first == "{":
        return brace_end(text, pos, end)
    if first == '"':
        return _quoted_end(text, pos + 1, end, brackets)
    return _bare_end(text, pos, end, brackets)


def stands_alone(text: str, pos: int, end: int) -> bool:
    """Whether a word may end at `pos`: a blank, a terminator or the end follows."""
    return _AFTER_WORD(text, pos, end) is not None


def _bare_end(text: str, pos: int, end: int, brackets: int) -> int:
    while pos < end:
        found = _BARE_PIECE(text, pos, end)
        if found is not None:
            pos = found.end()
        elif text[pos] == "[":
            pos = bracket_end(text, pos, end, brackets)
            if pos < 0:
                return -1
        elif text[pos] == "]" and not brackets:
            pos += 1
        else:
            return pos
    return pos


def _quoted_end(text: str, pos: int, end: int, brackets: int) -> int:
    while pos < end:
        found = _QUOTED_PIECE(text, pos, end)
        if found is not None:
            pos = found.end()
        elif text[pos] == "[":
            pos = bracket_end(text, pos, end, brackets)
            if pos < 0:
                return -1
        elif text[pos] == '"':
            return pos + 1
        else:
            return -1  # a backslash with nothing behind it
    return -1


def bracket_end(text: str, pos: int, end: int, brackets: int = 0) -> int:
    """The offset behind the bracket that closes the one at `pos`, or -1; commands in it may nest in every way."""
    brackets += 1
    if brackets > DEEPEST:
        return -1
    pos += 1
    at_command = True
    while pos < end:
        gap = gap_before_command if at_command else _BLANKS
        found = gap(text, pos, end)
        pos = found.end() if found is not None else pos
        here = text[pos : pos + 1]
        if here == "]":
            return pos + 1
        if here in ("\n", ";"):
            at_command = True
            pos += 1
        elif here == "#" and at_command:
            note = comment(text, pos, end)
            pos = note.end() if note is not None else end
        else:
            at_command = False
            pos = word_end(text, pos, end, brackets)
            if pos < 0:
                return -1
    return -1
