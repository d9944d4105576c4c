"""binary(n): values as bytes. A string of bytes has characters below 256 only; of others the low eight bits count.

binary format   each field of the format takes a word (x X @ none) and appends its bytes
binary scan     each field reads bytes into a variable; where there are too few the scan ends
binary encode, decode    hex, base64, uuencode: commands/binary_text.py
"""

from __future__ import annotations

import math
import re
import struct
import sys
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from alftcl.encodings import encode
from alftcl.errors import TclError
from alftcl.table import subcommand
from alftcl.values import Value, as_number, to_count, to_float, to_list, to_str, to_wide

if TYPE_CHECKING:
    from alftcl.interp import Interp

_ALL = -1
_ONE = -2
_NATIVE = "<" if sys.byteorder == "little" else ">"
_INTEGERS = {
    "c": ("<", 1),
    "s": ("<", 2),
    "S": (">", 2),
    "t": (_NATIVE, 2),
    "i": ("<", 4),
    "I": (">", 4),
    "n": (_NATIVE, 4),
    "w": ("<", 8),
    "W": (">", 8),
    "m": (_NATIVE, 8),
}
_FLOATS = {
    "f": _NATIVE + "f",
    "r": "<f",
    "R": ">f",
    "d": _NATIVE + "d",
    "q": "<d",
    "Q": ">d",
}
_LARGEST_FLOAT = struct.unpack("<f", b"\xff\xff\x7f\x7f")[0]
_DIGITS = {"b": "binary", "B": "binary", "h": "hexadecimal", "H": "hexadecimal"}
_FIELD = re.compile(r" *(.)(u?)(\*|[0-9]+)?", re.S)
_PER_BYTE = {"b": 8, "B": 8, "h": 2, "H": 2}
_NOT_ENOUGH = "not enough arguments for all format specifiers"


@dataclass(frozen=True)
class _Field:
    """`count` is a number, _ALL for * or _ONE when none was given; `first` may be a space before it.

    What is no integer may be said to be unsigned too: it means nothing.
    """

    kind: str
    count: int
    unsigned: bool
    first: str

    def fault(self) -> TclError:
        """The error for a kind that there is none of; Tcl names the character where the search began."""
        return TclError(f'bad field specifier "{self.first}"')


@lru_cache(maxsize=500)
def _fields(text: str) -> list[_Field]:
    found = []
    for match in _FIELD.finditer(text.rstrip(" ")):
        kind, unsigned, count = match.groups()
        number = _ONE if count is None else _ALL if count == "*" else to_count(count)
        found.append(_Field(kind, number, bool(unsigned), match.group()[0]))
    return found


def to_bytes(value: Value) -> bytes:
    """The low eight bits of every character."""
    return encode(to_str(value), "binary")


def from_bytes(data: bytes) -> str:
    return data.decode("latin-1")


# ---- format -------------------------------------------------------------------------------------------


class _Writer:
    """What binary format has made. The cursor may go back (X, @); what stands there is overwritten."""

    def __init__(self, interp: Interp) -> None:
        self.reserve = interp.reserve
        self.data = bytearray()
        self.place = 0

    def put(self, piece: bytes) -> None:
        self.data[self.place : self.place + len(piece)] = piece
        self.place += len(piece)

    def move(self, field: _Field) -> None:
        count = field.count
        self.reserve(count if field.kind == "@" else self.place + count)
        if field.kind == "x":
            if count == _ALL:
                raise TclError('cannot use "*" in format string with "x"')
            self.put(bytes(1 if count == _ONE else count))
            return
        if field.kind == "X":
            self.place = 0 if count == _ALL else max(0, self.place - (1 if count == _ONE else count))
            return
        if count == _ONE:
            raise TclError('missing count for "@" field specifier')
        self.place = len(self.data) if count == _ALL else count
        self.data.extend(bytes(max(0, self.place - len(self.data))))


@subcommand("binary", "format", "formatString ?arg ...?")
def tcl_format(interp: Interp, args: list[Any]) -> Value:
    words = iter(args[1:])
    writer = _Writer(interp)
    for field in _fields(to_str(args[0])):
        if field.kind in "xX@":
            writer.move(field)
            continue
        pack = _packer(field)
        try:
            word = next(words)
        except StopIteration:
            raise TclError(_NOT_ENOUGH) from None
        interp.reserve(writer.place + field.count)
        writer.put(pack(field, word))
    return from_bytes(bytes(writer.data))


def _packer(field: _Field) -> Any:
    if field.kind in "aA":
        return _pack_text
    if field.kind in _DIGITS:
        return _pack_digits
    if field.kind in _INTEGERS or field.kind in _FLOATS:
        return _pack_numbers
    raise field.fault()


def _pack_text(field: _Field, word: Value) -> bytes:
    data = to_bytes(word)
    if field.count == _ALL:
        return data
    count = 1 if field.count == _ONE else field.count
    return data[:count].ljust(count, b"\0" if field.kind == "a" else b" ")


def _pack_digits(field: _Field, word: Value) -> bytes:
    text = to_str(word)
    count = len(text) if field.count == _ALL else 1 if field.count == _ONE else field.count
    base = 2 if _PER_BYTE[field.kind] == 8 else 16
    if not all(digit in "0123456789abcdefABCDEF"[: 2 if base == 2 else 22] for digit in text[:count]):
        raise TclError(f'expected {_DIGITS[field.kind]} string but got "{text}" instead')
    width = _PER_BYTE[field.kind]
    digits = text[:count].ljust(-(-count // width) * width, "0")
    pieces = [digits[place : place + width] for place in range(0, len(digits), width)]
    return bytes(int(piece[::-1] if field.kind in "bh" else piece, base) for piece in pieces)


def _pack_numbers(field: _Field, word: Value) -> bytes:
    if field.count == _ONE:
        return _pack_number(field.kind, word)
    items = to_list(word)
    if field.count != _ALL:
        if len(items) < field.count:
            raise TclError("number of elements in list does not match count")
        items = items[: field.count]
    return b"".join(_pack_number(field.kind, item) for item in items)


def _pack_number(kind: str, value: Value) -> bytes:
    if kind in _INTEGERS:
        order, size = _INTEGERS[kind]
        whole = to_wide(value) % (1 << 8 * size)
        return whole.to_bytes(size, "little" if order == "<" else "big")
    return struct.pack(_FLOATS[kind], _within_float(kind, _to_double(value)))


def _to_double(value: Value) -> float:
    """A double, which may be no number."""
    number = as_number(value)
    return number if isinstance(number, float) else to_float(value)


def _within_float(kind: str, number: float) -> float:
    """What is more than a float can hold becomes the largest one."""
    if kind in "frR" and abs(number) > _LARGEST_FLOAT:
        return math.copysign(_LARGEST_FLOAT, number)
    return number


# ---- scan ---------------------------------------------------------------------------------------------


@subcommand("binary", "scan", "value formatString ?varName ...?")
def scan(interp: Interp, args: list[Any]) -> Value:
    data = to_bytes(args[0])
    names = iter(args[2:])
    place, done = 0, 0
    for field in _fields(to_str(args[1])):
        if field.kind in "xX@":
            place = _moved(field, place, len(data))
            continue
        if field.kind not in "aA" and field.kind not in _DIGITS and field.kind not in {**_INTEGERS, **_FLOATS}:
            raise field.fault()
        name = next(names, None)
        if name is None:
            raise TclError(_NOT_ENOUGH)
        found = _read(field, data, place)
        if found is None:
            break
        value, place = found
        interp.set_var(to_str(name), value)
        done += 1
    return done


def _moved(field: _Field, place: int, size: int) -> int:
    count = 1 if field.count == _ONE else field.count
    if field.kind == "@":
        if field.count == _ONE:
            raise TclError('missing count for "@" field specifier')
        return size if count == _ALL or count > size else count
    if field.kind == "x":
        return size if count == _ALL else min(size, place + count)
    return 0 if count == _ALL else max(0, place - count)


def _read(field: _Field, data: bytes, place: int) -> tuple[Value, int] | None:
    """The value of a field and the place behind it; None when there are too few bytes."""
    if field.kind in "aA":
        return _read_text(field, data, place)
    if field.kind in _DIGITS:
        return _read_digits(field, data, place)
    size = _INTEGERS[field.kind][1] if field.kind in _INTEGERS else struct.calcsize(_FLOATS[field.kind])
    count = 1 if field.count == _ONE else field.count
    if count == _ALL:
        count = (len(data) - place) // size
    end = place + count * size
    if end > len(data):
        return None
    values = [_number(field, data[at : at + size]) for at in range(place, end, size)]
    return (values[0] if field.count == _ONE else values), end


def _number(field: _Field, piece: bytes) -> Value:
    if field.kind in _INTEGERS:
        order = _INTEGERS[field.kind][0]
        return int.from_bytes(piece, "little" if order == "<" else "big", signed=not field.unsigned)
    number: float = struct.unpack(_FLOATS[field.kind], piece)[0]
    return number


def _read_text(field: _Field, data: bytes, place: int) -> tuple[Value, int] | None:
    count = 1 if field.count == _ONE else len(data) - place if field.count == _ALL else field.count
    if place + count > len(data):
        return None
    piece = data[place : place + count]
    return from_bytes(piece.rstrip(b"\0 ") if field.kind == "A" else piece), place + count


def _read_digits(field: _Field, data: bytes, place: int) -> tuple[Value, int] | None:
    width = _PER_BYTE[field.kind]
    count = 1 if field.count == _ONE else (len(data) - place) * width if field.count == _ALL else field.count
    end = place + -(-count // width)
    if end > len(data):
        return None
    form = "08b" if width == 8 else "02x"
    pieces = [format(byte, form) for byte in data[place:end]]
    if field.kind in "bh":
        pieces = [piece[::-1] for piece in pieces]
    return "".join(pieces)[:count], end
