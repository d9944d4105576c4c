"""binary encode and binary decode: bytes as text that survives a mail, in hex, base64 or uuencode."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from alftcl.commands.binary import from_bytes, to_bytes
from alftcl.errors import TclError
from alftcl.table import choose, subcommand, wrong_args
from alftcl.values import Value, to_int, to_str

if TYPE_CHECKING:
    from alftcl.interp import Interp

_BLANKS = " \t\n\v\f\r"
_UU_BYTES = 45
_BASE64 = re.compile(r"[A-Za-z0-9+/=]")


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
        if choose(option, ("-maxlen", "-wrapchar")) == "-maxlen":
            longest = to_int(value)
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
    if wrap.strip(_BLANKS):
        raise TclError("invalid wrapchar; will defeat decoding", ["TCL", "BINARY", "ENCODE", "WRAPCHAR"])
    pieces = [data[place : place + size] for place in range(0, len(data), size)]
    return "".join(_uu_line(piece) + wrap for piece in pieces)


def _uu_line(piece: bytes) -> str:
    bits = "".join(f"{byte:08b}" for byte in piece)
    values = [int(bits[place : place + 6].ljust(6, "0"), 2) for place in range(0, len(bits), 6)]
    return "".join(chr(32 + value) if value else "`" for value in [len(piece), *values])


# ---- decode -------------------------------------------------------------------------------------------


def _strict(name: str, args: list[Any]) -> tuple[str, bool]:
    if not 1 <= len(args) <= 2:
        raise wrong_args(f"binary decode {name} ?options? data")
    for option in args[:-1]:
        choose(option, ("-strict",))
    return from_bytes(to_bytes(args[-1])), len(args) == 2


def _invalid(what: str, text: str, place: int) -> TclError:
    return TclError(f'invalid {what} "{text[place]}" at position {place}', ["TCL", "BINARY", "DECODE", "INVALID"])


def _decode_hex(args: list[Any]) -> Value:
    text, strict = _strict("hex", args)
    digits = []
    for place, char in enumerate(text):
        if char in "0123456789abcdefABCDEF":
            digits.append(char)
        elif strict or char not in _BLANKS:
            raise _invalid("hexadecimal digit", text, place)
    return from_bytes(bytes.fromhex("".join(digits[: len(digits) // 2 * 2])))


def _decode_base64(args: list[Any]) -> Value:
    text, strict = _strict("base64", args)
    if strict:
        for place, char in enumerate(text):
            if _BASE64.match(char) is None:
                raise _invalid("base64 character", text, place)
    digits = "".join(char for char in text if _BASE64.match(char)).partition("=")[0]
    if len(digits) % 4 == 1:
        digits = digits[:-1]
    return from_bytes(base64.b64decode(digits + "=" * (-len(digits) % 4)))


def _decode_uu(args: list[Any]) -> Value:
    text, _ = _strict("uuencode", args)
    try:
        return from_bytes(b"".join(binascii.a2b_uu(line) for line in text.splitlines() if line.strip(_BLANKS)))
    except binascii.Error:
        raise TclError("invalid uuencode data", ["TCL", "BINARY", "DECODE", "INVALID"]) from None


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
