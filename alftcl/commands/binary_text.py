"""binary encode and binary decode: bytes as text that survives a mail, in hex, base64 or uuencode."""

from __future__ import annotations

import base64
import string
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from alftcl.commands.binary import from_bytes, to_bytes
from alftcl.errors import TclError
from alftcl.table import choose, subcommand, wrong_args
from alftcl.values import Value, to_c_int, to_str

if TYPE_CHECKING:
    from alftcl.interp import Interp

_BLANKS = " \t\n\v\f\r"
_LINE_ENDS = "\t\v\f\r"
_UU_BYTES = 45


@subcommand("binary", "encode", "subcommand ?arg ...?", least=0)
def encode(interp: Interp, args: list[Any]) -> Value:
    return _chosen("encode", _ENCODERS, args)


@subcommand("binary", "decode", "subcommand ?arg ...?", least=0)
def decode(interp: Interp, args: list[Any]) -> Value:
    return _chosen("decode", _DECODERS, args)


def _chosen(verb: str, table: dict[str, Callable[[list[Any]], Value]], args: list[Any]) -> Value:
    if not args:
        raise wrong_args(f"binary {verb} subcommand ?arg ...?")
    name = to_str(args[0])
    if name not in table:
        raise TclError(
            f'unknown subcommand "{name}": must be base64, hex, or uuencode', ["TCL", "LOOKUP", "SUBCOMMAND", name]
        )
    return table[name](args[1:])


# ---- encode -------------------------------------------------------------------------------------------


def _encode_hex(args: list[Any]) -> Value:
    if len(args) != 1:
        raise wrong_args("binary encode hex data")
    return to_bytes(args[0]).hex()


def _wrapping(name: str, args: list[Any]) -> tuple[bytes, int | None, str]:
    """The data, -maxlen and -wrapchar."""
    if len(args) % 2 == 0:
        raise wrong_args(f"binary encode {name} ?-maxlen len? ?-wrapchar char? data")
    longest, wrap = None, "\n"
    for option, value in zip(args[:-1:2], args[1:-1:2], strict=True):
        if choose(option, ("-maxlen", "-wrapchar"), exact=True) == "-maxlen":
            longest = to_c_int(value)
            if longest < 0:
                raise _line_length()
        else:
            wrap = to_str(value)
    return to_bytes(args[-1]), longest, wrap


def _line_length() -> TclError:
    return TclError("line length out of range", ["TCL", "BINARY", "ENCODE", "LINE_LENGTH"])


def _encode_base64(args: list[Any]) -> Value:
    data, longest, wrap = _wrapping("base64", args)
    text = base64.b64encode(data).decode()
    if not longest:
        return text
    return wrap.join(text[place : place + longest] for place in range(0, len(text), longest))


def _encode_uu(args: list[Any]) -> Value:
    data, longest, wrap = _wrapping("uuencode", args)
    size = _UU_BYTES
    if longest is not None:
        if not 5 <= longest <= 85:
            raise _line_length()
        size = (longest - 1) // 4 * 3
    if wrap.partition("\n")[0].strip(_LINE_ENDS):  # behind a newline there may be anything
        raise TclError("invalid wrapchar; will defeat decoding", ["TCL", "BINARY", "ENCODE", "WRAPCHAR"])
    pieces = [data[place : place + size] for place in range(0, len(data), size)]
    return "".join(_uu_line(piece) + wrap for piece in pieces)


def _uu_line(piece: bytes) -> str:
    bits = "".join(f"{byte:08b}" for byte in piece)
    values = [int(bits[place : place + 6].ljust(6, "0"), 2) for place in range(0, len(bits), 6)]
    return "".join(chr(32 + value) if value else "`" for value in [len(piece), *values])


# ---- decode -------------------------------------------------------------------------------------------

_PADDING = "="


class _Reader:
    """The characters of a text one after the other. With -strict nothing is passed over."""

    def __init__(self, kind: str, what: str, args: list[Any]) -> None:
        if not 1 <= len(args) <= 2:
            raise wrong_args(f"binary decode {kind} ?options? data")
        for option in args[:-1]:
            choose(option, ("-strict",), exact=True)
        self.strict = len(args) == 2
        self.place = 0
        self._what = what
        self._text = to_str(args[-1])
        self._chars = self._text if self.strict else from_bytes(to_bytes(self._text))

    def next(self) -> str:
        """The next character; empty at the end."""
        char = self._chars[self.place : self.place + 1]
        self.place += len(char)
        return char

    def pass_over(self, char: str) -> bool:
        """Whether the next character is this one; then the one behind it is the next."""
        found = self._chars.startswith(char, self.place)
        self.place += found
        return found

    def is_at_end(self) -> bool:
        return self.place >= len(self._chars)

    def invalid(self) -> TclError:
        """The error for the character that was read last."""
        place = self.place - 1
        words = f'invalid {self._what} "{self._text[place]}" at position {place}'
        return TclError(words, ["TCL", "BINARY", "DECODE", "INVALID"])


def _decode_hex(args: list[Any]) -> Value:
    reader = _Reader("hex", "hexadecimal digit", args)
    digits = []
    while char := reader.next():
        if char in "0123456789abcdefABCDEF":
            digits.append(char)
        elif reader.strict or char not in _BLANKS:
            raise reader.invalid()
    return from_bytes(bytes.fromhex("".join(digits[: len(digits) // 2 * 2])))


_BASE64 = {
    char: value for value, char in enumerate(string.ascii_uppercase + string.ascii_lowercase + string.digits + "+/")
}


def _decode_base64(args: list[Any]) -> Value:
    reader = _Reader("base64", "base64 character", args)
    data = bytearray()
    while not reader.is_at_end():
        bits, missing = _base64_group(reader)
        data += bits.to_bytes(3, "big")[: max(0, 3 - missing)]
        if missing and not reader.is_at_end():
            if reader.strict:
                raise reader.invalid()
            break
    return from_bytes(bytes(data))


def _base64_group(reader: _Reader) -> tuple[int, int]:
    """The 24 bits of four characters, and how many of the four are padding, or not there."""
    bits = missing = 0
    for place in range(4):
        char = _base64_character(reader)
        if reader.strict and _is_misplaced(char, place, missing):
            raise reader.invalid()
        if not char or missing or (char == _PADDING and place > 0):
            missing += 1
        bits = bits << 6 | (0 if missing else _BASE64.get(char, 0))
    return bits, missing


def _is_misplaced(char: str, place: int, missing: int) -> bool:
    """Padding too early, data after padding, or the end behind the first of four."""
    if char == _PADDING:
        return place < 2
    return bool(char and missing) or (not char and place == 1)


def _base64_character(reader: _Reader) -> str:
    while char := reader.next():
        if char in _BASE64 or char == _PADDING:
            break
        if reader.strict:
            raise reader.invalid()
    return char


def _decode_uu(args: list[Any]) -> Value:
    """A line is its length and groups of four characters. The last line may lack characters."""
    reader = _Reader("uuencode", "uuencode character", args)
    data = bytearray()
    left = 0
    while not reader.is_at_end():
        if left <= 0:
            char = _uu_length(reader)
            if not char:
                break
            left = _uu_value(char)
        bits = 0
        for _ in range(4):
            bits = bits << 6 | _uu_value(_uu_character(reader))
        data += bits.to_bytes(3, "big")[: min(left, 3)]
        left -= 3
        if left <= 0:
            reader.pass_over("\n")
    if left > 0 and reader.strict:
        raise _short()
    return from_bytes(bytes(data))


def _uu_value(char: str) -> int:
    """Six bits. What is not there counts as NUL."""
    return (ord(char or "\0") - 32) % 64


def _uu_length(reader: _Reader) -> str:
    while char := reader.next():
        if " " <= char <= "`":
            break
        if reader.strict or char not in _BLANKS:
            raise reader.invalid()
    return char


def _uu_character(reader: _Reader) -> str:
    """The next of a group. What cannot be one is passed over, unless it is the last of all."""
    char = reader.next()
    while char and not " " <= char <= "`":
        if reader.strict:
            raise _short() if char == "\n" else reader.invalid()
        if reader.is_at_end():
            break
        char = reader.next()
    return char


def _short() -> TclError:
    return TclError("short uuencode data", ["TCL", "BINARY", "DECODE", "SHORT"])


_ENCODERS: dict[str, Callable[[list[Any]], Value]] = {
    "base64": _encode_base64,
    "hex": _encode_hex,
    "uuencode": _encode_uu,
}
_DECODERS: dict[str, Callable[[list[Any]], Value]] = {
    "base64": _decode_base64,
    "hex": _decode_hex,
    "uuencode": _decode_uu,
}
