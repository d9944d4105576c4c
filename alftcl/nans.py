"""The doubles that are no numbers, as Tcl reads and writes them: NaN, -NaN, NaN(7f) by their bits.

Few scripts ever see one but plain NaN: this is imported when one does.
"""

from __future__ import annotations

import re
import struct

_BLANK = r"[ \t\n\v\f\r]*"
_NAN = re.compile(rf"{_BLANK}([+-]?)nan\(({_BLANK}(?:[0-9a-f]{_BLANK}){{1,13}})\){_BLANK}", re.I)
_BITS = (1 << 51) - 1  # those that tell one quiet NaN from another


def parse_nan(text: str) -> float | None:
    """The double that NaN(7f) means; None when the text is no such thing."""
    match = _NAN.fullmatch(text)
    if match is None:
        return None
    bits = int("".join(match[2].split()), 16) & _BITS
    whole = (0x7FF8 | (match[1] == "-") << 15) << 48 | bits
    number: float = struct.unpack("<d", whole.to_bytes(8, "little"))[0]
    return number


def nan_to_str(value: float) -> str:
    """The string form of a double that is no number."""
    whole = int.from_bytes(struct.pack("<d", value), "little")
    sign = "-" if whole >> 63 else ""
    return f"{sign}NaN({whole & _BITS:x})" if whole & _BITS else f"{sign}NaN"
