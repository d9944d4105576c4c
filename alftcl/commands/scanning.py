"""scan(n): taking a string apart by a format.

    conversions(format)   the format as data, checked with the words that scan has for what is wrong
    _Reading              the string, and how far it has been read
    scan                  each conversion reads its field; the fields go to variables or come back as a list

A conversion that finds no field ends the scan. When the string was at its end before the first one, that is
told apart from a field that does not fit: -1 (or an empty list) instead of 0 (or empty elements).
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from alftcl.errors import TclError
from alftcl.memory import look, reserve
from alftcl.table import command
from alftcl.values import Value, digits_to_int, to_count, to_str

if TYPE_CHECKING:
    from alftcl.interp import Interp

_BLANKS = " \t\n\v\f\r"
_WIDE = 1 << 63
_WIDEST = 1 << 32  # of a field: more than any string
_BASES = {"d": 10, "u": 10, "o": 8, "x": 16, "X": 16, "b": 2, "i": 0}
_DIRECTIVE = re.compile(r"%(?:(?P<place>[0-9]+)\$|(?P<skip>\*))?(?P<width>[0-9]*)(?P<size>ll|[hlL]?)")
_WHOLE = {
    10: re.compile(r"[+-]?[0-9]+"),
    8: re.compile(r"[+-]?[0-7]+"),
    16: re.compile(r"[+-]?(?:0[xX])?[0-9a-fA-F]+"),
    2: re.compile(r"[+-]?(?:0[bB])?[01]+"),
    0: re.compile(r"[+-]?(?:0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)"),
}
_FLOAT = re.compile(
    r"[+-]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[iI][nN][fF](?:[iI][nN][iI][tT][yY])?|[nN][aA][nN])"
)
_BEGUN = re.compile("[+-]")
_BEGUN_FLOAT = re.compile(r"[+-](?:\.|in?|na?)?|\.|in?|na?", re.I)


@dataclass(frozen=True)
class Conversion:
    """One piece of a format. `kind` is its letter, or " " for blanks and "=" for text that must stand there.

    `slot` is where its field goes, -1 when it is thrown away; `width` 0 is any; `chars` is the text, or what a
    set may match.
    """

    kind: str
    slot: int = -1
    width: int = 0
    chars: str = ""
    big: bool = False


def _fault(message: str, code: str) -> TclError:
    return TclError(message, ["TCL", "FORMAT", code])


class _Checker:
    """Reads a format. `variables` is how many variables there are for the fields, 0 for an inline scan."""

    def __init__(self, text: str, variables: int) -> None:
        self.text = text
        self.variables = variables
        self.place = 0
        self.slots: list[int] = []
        self.numbered: bool | None = None

    def read(self) -> tuple[list[Conversion], int]:
        """The conversions and the number of fields."""
        found: list[Conversion] = []
        while self.place < len(self.text):
            look()
            char = self.text[self.place]
            if char in _BLANKS:
                self.place += 1
                found.append(Conversion(" "))
            elif char != "%":
                self.place += 1
                found.append(Conversion("=", chars=char))
            elif self.text[self.place + 1 : self.place + 2] == "%":
                self.place += 2
                found.append(Conversion("=", chars="%"))
            else:
                found.append(self._directive())
        return found, self._count()

    def _directive(self) -> Conversion:
        match = _DIRECTIVE.match(self.text, self.place)
        assert match is not None  # a percent sign stands here
        self.place = match.end()
        kind = self.text[self.place : self.place + 1]
        self.place += 1
        slot = self._slot(match.group("place"), bool(match.group("skip")))
        if kind == "c" and match.group("width"):
            raise _fault("field width may not be specified in %c conversion", "BADWIDTH")
        if kind and kind in "cns[" and match.group("size") not in ("", "h"):
            raise _fault(f"field size modifier may not be specified in %{kind} conversion", "BADSIZE")
        chars = ""
        if kind == "[":
            chars = self._set()
        elif kind == "u" and match.group("size") == "ll":
            raise _fault("unsigned bignum scans are invalid", "BADUNSIGNED")
        elif not kind or kind not in "cnduioxXbsfeEgG":
            raise _fault(f'bad scan conversion character "{kind or chr(0)}"', "BADTYPE")
        return Conversion(
            kind, slot, min(to_count(match.group("width") or "0"), _WIDEST), chars, match.group("size") == "ll"
        )

    def _slot(self, number: str | None, skipped: bool) -> int:
        if skipped:
            return -1
        if self.numbered is None:
            self.numbered = number is not None
        elif self.numbered != (number is not None):
            raise _fault('cannot mix "%" and "%n$" conversion specifiers', "MIXEDSPECTYPES")
        if number is None:
            slot = len(self.slots)
            if self.variables and slot >= self.variables:
                raise _mismatch()
        else:
            slot = to_count(number) - 1
            if slot < 0 or (self.variables and slot >= self.variables):
                raise _fault('"%n$" argument index out of range', "INDEXRANGE")
        self.slots.append(slot)
        return slot

    def _set(self) -> str:
        """A regular expression for the characters between the brackets."""
        start = self.place
        if self.text[self.place : self.place + 1] == "^":
            self.place += 1
        if self.text[self.place : self.place + 1] == "]":
            self.place += 1
        end = self.text.find("]", self.place)
        if end < 0:
            raise _fault("unmatched [ in format string", "BRACKET")
        self.place = end + 1
        return _set_pattern(self.text[start:end])

    def _count(self) -> int:
        count = self.variables or max(self.slots, default=-1) + 1
        reserve(count)
        times = Counter(self.slots)
        for slot in range(count):
            if times[slot] > 1:
                raise _fault('variable is assigned by multiple "%n$" conversion specifiers', "POLYASSIGNED")
            if self.variables and not times[slot]:
                raise _fault("variable is not assigned by any conversion specifiers", "UNASSIGNED")
        return count


def _mismatch() -> TclError:
    return _fault("different numbers of variable names and field specifiers", "FIELDVARMISMATCH")


def _set_pattern(members: str) -> str:
    inverted = members.startswith("^")
    members = members[inverted:]
    ranges, place = "", 0
    while place < len(members):
        low = high = members[place]
        if low == "-" and 0 < place < len(members) - 1:  # from the one before, which may end a range: a-c-e
            place += 1
            low, high = sorted((members[place - 2], members[place]))
        ranges += f"\\U{ord(low):08x}-\\U{ord(high):08x}"
        place += 1
    return f"[{'^' if inverted else ''}{ranges}]"


@lru_cache(maxsize=500)
def conversions(text: str, variables: int) -> tuple[list[Conversion], int]:
    """The conversions of a format and how many fields they give. Raises TclError in scan's words."""
    return _Checker(text, variables).read()


class _Reading:
    """A string that is being scanned."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.place = 0
        self.at_end = False  # the string had ended where a field was wanted

    def skip_blanks(self) -> None:
        while self.place < len(self.text) and self.text[self.place] in _BLANKS:
            self.place += 1

    def literal(self, chars: str) -> bool:
        """Whether the text goes on with these characters, which are then read."""
        self.at_end = self.place >= len(self.text)
        if not self.text.startswith(chars, self.place):
            return False
        self.place += len(chars)
        return True

    def field(self, conversion: Conversion) -> Value | None:
        """The field that a conversion reads, or None when there is none."""
        kind = conversion.kind
        if kind == "n":
            return self.place
        if kind not in "[c":
            self.skip_blanks()
        if self.place >= len(self.text):
            self.at_end = True
            return None
        if kind == "c":
            self.place += 1
            return ord(self.text[self.place - 1])
        end = self.place + conversion.width if conversion.width else len(self.text)
        if kind in "s[":
            return self._matched(_set(conversion.chars if kind == "[" else r"[^ \t\n\v\f\r]"), end)
        if kind in _BASES:
            return self._whole(conversion, end)
        text = self._matched(_FLOAT, end)
        if text is None:
            self._starved(conversion, end)
            return None
        if text.strip("+-").lower() == "nan":
            return None
        is_whole = text.lstrip("+-").isdigit()
        return float(text) + 0.0 if is_whole else float(text)  # an integer has no negative zero

    def _starved(self, conversion: Conversion, end: int) -> None:
        """A number that is cut off behind its sign (or `in`) is one that the string has no more characters for."""
        begun = _BEGUN_FLOAT if conversion.kind in "fgeEG" else _BEGUN
        is_cut = not conversion.width or end <= len(self.text)
        self.at_end = is_cut and begun.fullmatch(self.text, self.place, end) is not None

    def _matched(self, pattern: re.Pattern[str], end: int) -> str | None:
        match = pattern.match(self.text, self.place, end)
        if match is None:
            return None
        self.place = match.end()
        return match.group()

    def _whole(self, conversion: Conversion, end: int) -> Value | None:
        base = _BASES[conversion.kind]
        text = self._matched(_WHOLE[base], end)
        if text is None:
            self._starved(conversion, end)
            return None
        digits = text.lstrip("+-")
        if base == 0:
            base = 16 if digits[:2].lower() == "0x" else 8 if digits[0] == "0" else 10
        number = digits_to_int(digits) if base == 10 else int(digits, base)
        number = -number if text[0] == "-" else number
        return number if conversion.big else _narrowed(number, conversion.kind == "u")


def _narrowed(number: int, unsigned: bool) -> int:
    """As scan keeps a field in 64 bits: beyond 65 bits of them the nearest, before that what wraps around."""
    if abs(number) >= 2 * _WIDE:
        number = _WIDE - 1 if number > 0 else -_WIDE
    if unsigned:
        return number % (2 * _WIDE)
    return (number + _WIDE) % (2 * _WIDE) - _WIDE


@lru_cache(maxsize=200)
def _set(members: str) -> re.Pattern[str]:
    return re.compile(members + "+")


@command("scan", "string format ?varName ...?")
def scan(interp: Interp, args: list[Any]) -> Value:
    reading = _Reading(to_str(args[0]))
    parts, count = conversions(to_str(args[1]), len(args) - 2)
    fields: list[Value | None] = [None] * count
    done = False
    for part in parts:
        look()
        if part.kind == " ":
            reading.skip_blanks()
        elif part.kind == "=":
            if not reading.literal(part.chars):
                break
        else:
            field = reading.field(part)
            if field is None:
                break
            done = True
            if part.slot >= 0:
                fields[part.slot] = field
    nothing = reading.at_end and not done
    if len(args) == 2:
        return [] if nothing else ["" if field is None else field for field in fields]
    for name, field in zip(args[2:], fields, strict=True):
        if field is not None:
            interp.set_var(to_str(name), field)
    return -1 if nothing else sum(field is not None for field in fields)
