"""The escapes of an advanced expression (re_syntax(3tcl), ESCAPES) that stand for a character or a class."""

from __future__ import annotations

from alftcl.regex.faults import fail
from alftcl.regex.scanner import Scanner
from alftcl.regex.tree import WORD, Set

CONSTRAINTS = {
    "A": "bos", "Z": "eos", "m": "wordstart", "M": "wordend", "y": "wordedge", "Y": "notedge",
}  # fmt: skip
CLASSES = {
    "d": Set(classes=("digit",)),
    "s": Set(classes=("space",)),
    "w": WORD,
}
_LITERALS = {
    "a": "\a", "b": "\b", "B": "\\", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v",
}  # fmt: skip
_HEXADECIMAL = {"u": 4, "U": 8, "x": 2}
_LAST_CODE = 0x10FFFF


def character(scan: Scanner) -> str:
    """The character that the escape after a backslash stands for."""
    char = scan.take()
    if not char.isalnum():
        return char
    scan.notes.add("UNONPOSIX")
    if char == "a":
        scan.notes.add("ULOCALE")
    if char in _LITERALS:
        return _LITERALS[char]
    if char == "e":
        scan.notes.update(("UUNPORT", "ULOCALE"))
        return "\x1b"
    if char == "c":
        return _control(scan)
    if char in _HEXADECIMAL:
        return _hexadecimal(scan, char)
    if not (char.isdecimal() and char.isascii()):
        fail("EESCAPE")
    return _octal(scan)


def backref_number(scan: Scanner, opened: int) -> int | None:
    """The digits behind a backslash as the number of a group.

    One digit is always a back reference; several only if so many groups have been opened, otherwise it is an octal
    escape: None.
    """
    end = scan.at
    while scan.text[end : end + 1] and scan.text[end] in "0123456789":
        end += 1
    number = int(scan.text[scan.at : end])
    if end - scan.at > 1 and number > opened:
        return None
    scan.at = end
    return number


def _control(scan: Scanner) -> str:
    scan.notes.add("UUNPORT")
    if not scan.peek():
        fail("EESCAPE")
    return chr(ord(scan.take()) & 0o37)


def _hexadecimal(scan: Scanner, kind: str) -> str:
    if kind == "x":
        scan.notes.add("UUNPORT")
    code = _digits(scan, 16, _HEXADECIMAL[kind])
    return chr(code) if code <= _LAST_CODE else "\ufffd"


def _octal(scan: Scanner) -> str:
    scan.at -= 1
    scan.notes.add("UUNPORT")
    code = _digits(scan, 8, 3)
    if code > 0xFF:
        scan.at -= 1
        code >>= 3
    return chr(code)


def _digits(scan: Scanner, base: int, most: int) -> int:
    allowed = "0123456789abcdefABCDEF" if base == 16 else "01234567"
    end = scan.at
    while end - scan.at < most and scan.text[end : end + 1] and scan.text[end] in allowed:
        end += 1
    if end == scan.at:
        fail("EESCAPE")
    value = int(scan.text[scan.at : end], base)
    scan.at = end
    return value
