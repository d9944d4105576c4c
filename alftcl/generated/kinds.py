"""What is known of a value when code is generated for it.

                    any
      number   str  list  dict
     int float

`bool` is the Python truth of a condition: it never is a value, `Operand.value` makes 1 or 0 of it.
"""

from __future__ import annotations

from typing import Any, NamedTuple

INT, FLOAT, NUMBER, STR, LIST, DICT, ANY, BOOL = "int", "float", "number", "str", "list", "dict", "any", "bool"
NUMERIC = (INT, FLOAT, NUMBER)


def join(first: str | None, second: str) -> str:
    """The kind of what may be of either."""
    if first is None or first == second:
        return second
    if first in NUMERIC and second in NUMERIC:
        return NUMBER
    return ANY


_KINDS = {int: INT, float: FLOAT, list: LIST, str: STR}


def native(word: str) -> int | str:
    """Digits as an int, when the int is written with just these digits."""
    if len(word) < 19 and word.isascii() and (word[0] != "0" or word == "0"):
        return int(word)
    return word


def kind_of(value: Any) -> str:
    """The kind of a value as generated code takes it: digits are an int."""
    if type(value) is str and value.isdigit() and type(native(value)) is int:
        return INT
    return _KINDS.get(type(value), ANY)


class Open(Exception):
    """Why something stays with the direct engine: it may look at what generated code does not have."""


class Operand(NamedTuple):
    """A Python expression that is not evaluated yet.

    `safe`: it cannot fail. `fixed`: a constant or a temporary, so that it may be written twice and what runs
    meanwhile does not change it.
    """

    code: str
    kind: str = ANY
    safe: bool = False
    fixed: bool = False

    @property
    def value(self) -> str:
        """The code of a Tcl value."""
        return f"(1 if {self.code} else 0)" if self.kind == BOOL else self.code

    @property
    def stored(self) -> str:
        """The kind of a variable that holds it."""
        return INT if self.kind == BOOL else self.kind


EMPTY = Operand("''", STR, safe=True, fixed=True)
