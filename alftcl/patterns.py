"""The patterns of a script's tokens: what the PLY lexer (lexer.py) and the fast path (scan.py) are both made of.

They hold no bare blank and no bare #, so that they mean the same under re.VERBOSE.
"""

from __future__ import annotations

import re

BACKSLASH_NEWLINE = r"\\\n[\x20\t]*"  # with the blanks that follow: one blank
BLANK = rf"(?:[\x20\t\v\f\r]|{BACKSLASH_NEWLINE})+"  # between words
NEWLINE = r"\n"
TERMINATOR = rf"[\n;](?:[\x20\t\v\f\r\n;]|{BACKSLASH_NEWLINE})*"  # after a command, with all empty ones
COMMENT = r"\#(?:[^\\\n]|\\(?:.|\n|\Z))*"  # where a command may begin
BARE_TEXT = r"[^\x20\t\n\v\f\r;\\$\[\]]+"  # inside a bare word, up to what is substituted
QUOTED_TEXT = r'[^"\\$\[]+'
BRACED_PLAIN = r"\{[^{}\\]*\}"  # a braced word without braces or backslashes in it
INDEX_TEXT = r"[^)\\$\[]+"
NAME = r"(?:[A-Za-z0-9_]|::+)+"
VARIABLE = rf"\$(?:{NAME}|\{{[^}}]*\}})"
ELEMENT = rf"\$(?:{NAME})?\("
EXPAND = r"\{\*\}(?=[^\x20\t\n\v\f\r;])(?!\\\n)"

_LINE_JOIN = re.compile(r"\\(?:\n[ \t]*|.)", re.S)


def join_lines(text: str) -> str:
    """What is left to substitute in braces: backslash-newline with its blanks becomes one blank."""
    if "\\\n" not in text:
        return text
    return _LINE_JOIN.sub(lambda match: " " if match.group()[1] == "\n" else match.group(), text)
