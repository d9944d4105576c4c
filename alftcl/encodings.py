"""Tcl's names of character encodings and the Python codecs behind them.

    encode(text, "iso8859-1")    characters that the encoding lacks become "?"
    decode(data, "utf-8")        bytes that are not of the encoding become the characters of the same number

Both rules are Tcl 8.6's: reading or writing text never fails for its bytes. ``binary`` keeps the low eight bits
of every character. Encodings that Python has no codec for (symbol fonts, some Macintosh tables) are left out.
"""

import codecs
import re
import sys
from functools import lru_cache

from alftcl.errors import TclError

_NATIVE_UTF16 = "utf-16-le" if sys.byteorder == "little" else "utf-16-be"

CODECS = {
    "ascii": "ascii",
    "big5": "big5",
    "binary": "latin-1",
    "euc-cn": "gb2312",
    "euc-jp": "euc_jp",
    "euc-kr": "euc_kr",
    "gb2312": "gb2312",
    "identity": "utf-8",
    "iso2022-jp": "iso2022_jp",
    "iso2022-kr": "iso2022_kr",
    "koi8-r": "koi8_r",
    "koi8-u": "koi8_u",
    "macCentEuro": "mac_latin2",
    "macCroatian": "mac_croatian",
    "macCyrillic": "mac_cyrillic",
    "macGreek": "mac_greek",
    "macIceland": "mac_iceland",
    "macRoman": "mac_roman",
    "macRomania": "mac_romanian",
    "macTurkish": "mac_turkish",
    "shiftjis": "shift_jis",
    "tis-620": "tis_620",
    "unicode": _NATIVE_UTF16,
    "utf-8": "utf-8",
    **{f"iso8859-{part}": f"iso8859_{part}" for part in (*range(1, 12), 13, 14, 15, 16)},
    **{
        f"cp{page}": f"cp{page}"
        for page in (
            437, 737, 775, 850, 852, 855, 857, 860, 861, 862, 863, 864, 865, 866, 869, 874,
            932, 936, 949, 950, *range(1250, 1259),
        )
    },
}  # fmt: skip

_ERRORS = "alftcl"
_SURROGATE = re.compile(rb"\xed[\xa0-\xbf][\x80-\xbf]")


def _same_number(error: UnicodeError) -> tuple[str | bytes, int]:
    """Codec error handler: an undecodable byte is its own character; an unencodable character is ``?``."""
    if isinstance(error, UnicodeDecodeError):
        return chr(error.object[error.start]), error.start + 1
    if isinstance(error, UnicodeEncodeError):
        return "?" * (error.end - error.start), error.end
    raise error


def _as_tcl_has_utf_8(error: UnicodeError) -> tuple[str | bytes, int]:
    """Codec error handler of UTF-8: a lone surrogate is its three bytes and back; C0 80 is a NUL."""
    if isinstance(error, UnicodeEncodeError):
        text = error.object[error.start : error.end].encode("utf-16", "surrogatepass").decode("utf-16", "surrogatepass")
        return text.encode("utf-8", "surrogatepass"), error.end
    if isinstance(error, UnicodeDecodeError):
        start = error.start
        if error.object[start : start + 2] == b"\xc0\x80":
            return "\0", start + 2
        sequence = bytes(error.object[start : start + 3])
        if _SURROGATE.fullmatch(sequence):
            return sequence.decode("utf-8", "surrogatepass"), start + 3
    return _same_number(error)


codecs.register_error(_ERRORS, _same_number)
codecs.register_error(_ERRORS + ".utf8", _as_tcl_has_utf_8)


@lru_cache(maxsize=256)
def codec_of(name: str) -> str:
    """The Python codec of a Tcl encoding; ``unknown encoding "x"`` when there is none."""
    if name == "":
        return "latin-1"
    try:
        return CODECS[name]
    except KeyError:
        raise TclError(f'unknown encoding "{name}"', ["TCL", "LOOKUP", "ENCODING", name]) from None


def error_handler(codec: str) -> str:
    """The name of the codec error handler that gives Tcl's rules for this codec."""
    return _ERRORS + ".utf8" if codec == "utf-8" else _ERRORS


def encode(text: str, name: str) -> bytes:
    """Text as bytes of a Tcl encoding."""
    if name in ("binary", ""):
        try:
            return text.encode("latin-1")
        except UnicodeEncodeError:
            return bytes(ord(char) & 0xFF for char in text)
    codec = codec_of(name)
    return text.encode(codec, error_handler(codec))


def decode(data: bytes | bytearray, name: str) -> str:
    """Bytes of a Tcl encoding as text."""
    codec = codec_of(name)
    if codec == _NATIVE_UTF16:
        data = data[: len(data) & ~1]  # half a character at the end is none
    return data.decode(codec, error_handler(codec))


def script_text(data: bytes, name: str) -> str:
    """The bytes of a script's file as the script that `source` runs: line ends of any system, no byte order mark,
    nothing from a Ctrl-Z on."""
    text = decode(data, name).replace("\r\n", "\n").replace("\r", "\n").removeprefix("\ufeff")
    return text.partition("\x1a")[0]


_system = ["utf-8"]


def system_encoding() -> str:
    """The encoding that channels have by default, and scripts in files."""
    return _system[0]


def set_system_encoding(name: str) -> None:
    """Choose it, for the whole process as Tcl does. File names stay as the system has them."""
    codec_of(name)
    _system[0] = name or "identity"
