"""Tcl's character classes: what `string is alpha` and `[[:alpha:]]` mean.

Tcl defines each class by Unicode general categories, so one table serves `string is`, `scan` and regular expressions.
Not here: numbers, booleans and the other value classes of `string is` (alftcl/commands/string.py).

Characters are Python's code points. (Tcl 8.6 stores 16-bit units, so beyond the BMP the two may differ.)
"""

from __future__ import annotations

import unicodedata
from functools import cache

_LETTER = frozenset({"Lu", "Ll", "Lt", "Lm", "Lo"})
_PUNCT = frozenset({"Pc", "Pd", "Ps", "Pe", "Pi", "Pf", "Po"})
_GRAPH = _LETTER | _PUNCT | {"Mn", "Mc", "Me", "Nd", "Nl", "No", "Sm", "Sc", "Sk", "So"}

CATEGORIES: dict[str, frozenset[str]] = {
    "alnum": _LETTER | {"Nd"},
    "alpha": _LETTER,
    "control": frozenset({"Cc", "Cf", "Co"}),
    "digit": frozenset({"Nd"}),
    "graph": _GRAPH,
    "lower": frozenset({"Ll"}),
    "punct": _PUNCT,
    "upper": frozenset({"Lu"}),
    "wordchar": _LETTER | {"Nd", "Pc"},
}

SPACES = (
    "\t\n\x0b\x0c\r \x85\xa0\u1680\u180e"
    + "".join(map(chr, range(0x2000, 0x200C)))
    + ("\u2028\u2029\u202f\u205f\u2060\u3000\ufeff")
)
_CHARACTERS = {
    "blank": frozenset("\t "),
    "space": frozenset(SPACES),
    "xdigit": frozenset("0123456789abcdefABCDEF"),
}
_LAST_ASSIGNED_LETTER = 0x32000  # beyond the CJK extensions stand only tags and private use


def contains(name: str, char: str) -> bool:
    """Is the character a member of the class? `print` is `graph` and the spaces that move no paper."""
    if name in CATEGORIES:
        return unicodedata.category(char) in CATEGORIES[name]
    if name == "print":
        return contains("graph", char) or (char in _CHARACTERS["space"] and char not in "\t\n\x0b\x0c\r\x85")
    if name == "ascii":
        return char < "\x80"
    return char in _CHARACTERS[name]


@cache
def ranges(name: str, ascii_only: bool) -> tuple[tuple[int, int], ...]:
    """The members of a class as (first, last) code points; computed once a class, for the bodies of `[...]`."""
    found: list[tuple[int, int]] = []
    start: int | None = None
    end = 0x80 if ascii_only else _LAST_ASSIGNED_LETTER
    for code in range(end + 1):
        inside = code < end and contains(name, chr(code))
        if inside and start is None:
            start = code
        elif not inside and start is not None:
            found.append((start, code - 1))
            start = None
    return tuple(found)
