"""Tcl values as native Python values, and Tcl's rules between them.

    Value = str | int | float | list | dict

Everything is a string in Tcl; here a value keeps the Python type it was made with and its string form
is computed when someone looks. There is no box and no bool. Lists and dicts that a conversion returns
are shared (with a cache, with a variable): copy before changing one.

Numbers are read by `numbers` rules of Tcl 8.6: 0x, 0o, 0b and a leading 0 for octal. What the rules say
is in the manual pages list(n), expr(n), string(n) and Tcl(n).
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from functools import lru_cache
from typing import Any, NamedTuple

from alftcl.decimals import float_to_str
from alftcl.errors import TclError
from alftcl.memory import LARGE, integer_fits, kept_in, look, reserve

Value = str | int | float | list[Any] | dict[str, Any]

# ---- strings ---------------------------------------------------------------------------------------

_DIGITS_AT_ONCE = 4000  # Python refuses int <-> str above 4300 digits (sys.set_int_max_str_digits)


def to_str(value: Value) -> str:
    """The string form of a value, as Tcl prints it."""
    kind = type(value)
    if kind is str:
        return value  # type: ignore[return-value]  # mypy does not narrow by type() is
    if kind is int:
        return int_to_str(value)  # type: ignore[arg-type]
    if kind is list:
        return list_to_str(value)  # type: ignore[arg-type]
    if kind is dict:
        return list_to_str(dict_to_list(value))  # type: ignore[arg-type]
    if kind is float:
        return float_to_str(value)  # type: ignore[arg-type]
    raise TypeError(f"not a Tcl value: {value!r}")


def int_to_str(value: int) -> str:
    """Decimal digits of any int, however long (Python alone refuses beyond 4300 digits)."""
    try:
        return str(value)
    except ValueError:
        pass
    if value < 0:
        return "-" + int_to_str(-value)
    digits = int(value.bit_length() * 0.30103 / 2)
    high, low = divmod(value, 10**digits)
    return int_to_str(high) + int_to_str(low).rjust(digits, "0")


def digits_to_int(digits: str) -> int:
    if len(digits) <= _DIGITS_AT_ONCE:
        return int(digits)
    if not integer_fits(3 * len(digits)):
        raise too_large_integer()
    half = len(digits) // 2
    shift: int = 10**half
    return digits_to_int(digits[:-half]) * shift + digits_to_int(digits[-half:])


def too_large_integer() -> TclError:
    """The error for an integer that is larger than it may be."""
    words = "integer value too large to represent"
    return TclError(words, ["ARITH", "IOVERFLOW", words])


_SATURATED = (1 << 64) - 1


def to_count(digits: str) -> int:
    """Digits as C's strtoul reads them: what is too large is the largest of 64 bits."""
    digits = digits.lstrip("0") or "0"
    return _SATURATED if len(digits) > 20 else min(int(digits), _SATURATED)


# ---- backslashes -----------------------------------------------------------------------------------

BACKSLASH = r"\\(?:\n[ \t]*|x[0-9a-fA-F]{1,2}|u[0-9a-fA-F]{1,4}|U[0-9a-fA-F]{1,8}|[0-3]?[0-7]{1,2}|.|\Z)"  # one escape
_BACKSLASH = re.compile(BACKSLASH, re.S)
_LETTERS = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v", "\n": " ", "": "\\"}


def _unescape_match(match: re.Match[str]) -> str:
    body = match.group()[1:]
    first = body[:1]
    if first in _LETTERS:
        return _LETTERS[first]
    if len(body) > 1 and first in "xuU":
        code = int(body[1:], 16)
        return chr(code) if code <= 0x10FFFF else "\ufffd"
    if first in "01234567":
        return chr(int(body, 8))
    return body


def unescape(text: str) -> str:
    """Backslash substitution, Tcl(n) rule 9."""
    return _BACKSLASH.sub(_unescape_match, text) if "\\" in text else text


# ---- lists -----------------------------------------------------------------------------------------

_SPECIAL = re.compile(r'[ \t\n\v\f\r{}"\\$\[\];]')


def quote_element(text: str, first: bool = True) -> str:
    """One list element, quoted as Tcl_ConvertElement does; a leading # needs quotes only in `first` place."""
    if not text:
        return "{}"
    if _SPECIAL.search(text) is None:
        return "{" + text + "}" if first and text[0] == "#" else text
    style = _quoting_style(text)
    if style == "brace":
        return "{" + text + "}"
    if style == "bare":
        return "{" + text + "}" if first and text[0] == "#" else text
    if first and text[0] == "#" and style == "mask":
        return "{" + text + "}"
    escaped = (_ESCAPE_ALL if style == "escape" else _ESCAPE_BUT_BRACES).sub(_escape_match, text)
    return "\\" + escaped if first and text[0] == "#" else escaped


_ESCAPE_ALL = re.compile(r'[ \t\n\v\f\r{}"\\$\[\];]')
_ESCAPE_BUT_BRACES = re.compile(r'[ \t\n\v\f\r"\\$\[\];]')
_ESCAPED = {"\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v"}
_ELEMENT_TOKENS = re.compile(r'\\(?:[{}\\\n]|\Z|)|[{}\]"\[$; \f\n\r\t\v]')


def _escape_match(match: re.Match[str]) -> str:
    char = match.group()
    return _ESCAPED.get(char) or "\\" + char


def _quoting_style(text: str) -> str:
    """bare, brace, escape or mask (escape all but braces): the choice of Tcl_ScanElement."""
    depth = 0
    must_escape = prefer_escape = False
    prefer_brace = forbid_bare = text[0] in '{"'
    for token in _ELEMENT_TOKENS.findall(text):
        if token == "{":
            depth += 1
        elif token == "}":
            depth -= 1
            if depth < 0:
                return "escape"
        elif token in ']"':
            forbid_bare = prefer_escape = True
        elif token == "\\\n":
            must_escape = True
        else:
            forbid_bare = prefer_brace = True
    if text.endswith("\\") and (len(text) - len(text.rstrip("\\"))) % 2:
        must_escape = True
    if must_escape or depth:
        return "escape"
    if not forbid_bare:
        return "bare"
    return "mask" if prefer_escape and not prefer_brace else "brace"


def list_to_str(items: Iterable[Value]) -> str:
    """The canonical list of these values."""
    words: list[str] = []
    length, allowed = 0, LARGE
    last: Value = ""
    last_text = ""
    for item in items:
        if type(item) is str:
            text = item
        elif item is last:  # a list that holds the same list twice, and so on, would take exponential time
            text = last_text
        else:
            last, last_text = item, to_str(item)
            text = last_text
        length += len(text)
        if length > allowed:
            reserve(length)
            allowed = 2 * length
        words.append(quote_element(text, not words))
    return " ".join(words)


_NEEDS_PARSER = re.compile('[{"\\\\\x1c-\x1f\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]')
_SPACES = re.compile(r"[ \t\n\v\f\r]*")
_BARE_ELEMENT = re.compile(r"(?:[^ \t\n\v\f\r\\]|\\(?:\n[ \t]*|.|\Z))+", re.S)
_QUOTED_ELEMENT = re.compile(r'"([^"\\]*(?:\\.[^"\\]*)*)"', re.S)
_BRACE = re.compile(r"\\.|[{}]", re.S)
_LEAF_BRACES = re.compile(r"\{[^{}\\]*\}")
_JUNK = re.compile(r"[^ \t\n\v\f\r]{1,20}")
_ELEMENTS_BETWEEN_LOOKS = 1023
_BLANKS = " \t\n\v\f\r"


def close_brace(text: str, start: int) -> int:
    """The offset of the brace that closes the one at `start`, or -1."""
    leaf = _LEAF_BRACES.match(text, start)
    if leaf:
        return leaf.end() - 1
    depth = 0
    for match in _BRACE.finditer(text, start):
        char = match.group()
        if char == "{":
            depth += 1
        elif char == "}":
            depth -= 1
            if depth == 0:
                return match.start()
    return -1


def split_list(text: str, kind: str = "list") -> list[str]:
    """The elements of a list in string form; `kind` names it in the error ("list" or "dict")."""
    if _NEEDS_PARSER.search(text) is None:
        return text.split()
    items = []
    place = _SPACES.match(text).end()  # type: ignore[union-attr]  # matches always, even empty
    while place < len(text):
        item, place = _element(text, place, kind)
        items.append(item)
        if not len(items) & _ELEMENTS_BETWEEN_LOOKS:
            look()
        place = _SPACES.match(text, place).end()  # type: ignore[union-attr]
    return items


def list_spans(text: str) -> list[tuple[str, int, int]]:
    """The elements of a list in string form, each with its offsets in the text, braces or quotes included.

    Raises TclError when the text is no list.
    """
    spans = []
    place = 0
    while (place := _SPACES.match(text, place).end()) < len(text):  # type: ignore[union-attr]  # matches always
        item, end = _element(text, place, "list")
        spans.append((item, place, end))
        place = end
    return spans


def broken_element(text: str) -> int:
    """The offset of the element at which a text stops to be a list; its length when it is one."""
    place = 0
    try:
        while (place := _SPACES.match(text, place).end()) < len(text):  # type: ignore[union-attr]  # matches always
            _, place = _element(text, place, "list")
    except TclError:
        pass
    return place


def _element(text: str, place: int, kind: str) -> tuple[str, int]:
    code = ["TCL", "VALUE", "LIST" if kind == "list" else "DICTIONARY"]
    char = text[place]
    if char == "{":
        end = close_brace(text, place)
        if end < 0:
            raise TclError(f"unmatched open brace in {kind}", [*code, "BRACE"])
        item, shape = text[place + 1 : end], "braces"
    elif char == '"':
        match = _QUOTED_ELEMENT.match(text, place)
        if match is None:
            raise TclError(f"unmatched open quote in {kind}", [*code, "QUOTE"])
        item, end, shape = unescape(match.group(1)), match.end() - 1, "quotes"
    else:
        bare = _BARE_ELEMENT.match(text, place)
        assert bare is not None  # a character that is no blank starts an element
        return unescape(bare.group()), bare.end()
    if end + 1 < len(text) and text[end + 1] not in _BLANKS:
        junk = _JUNK.match(text, end + 1)
        raise TclError(
            f'{kind} element in {shape} followed by "{junk.group() if junk else ""}" instead of space',
            [*code, "JUNK"],
        )
    return item, end + 1


@lru_cache(maxsize=4096)
def _cached_list(text: str) -> list[Value]:
    return list(split_list(text))


kept_in(_cached_list.cache_clear)
_LONGEST_CACHED = 65536  # characters; longer texts are read anew so that the cache stays bounded


def to_list(value: Value) -> list[Value]:
    """The elements of a list. The result is shared: copy it before changing it.

    Raises TclError as Tcl does ("unmatched open brace in list", errorcode TCL VALUE LIST BRACE).
    """
    kind = type(value)
    if kind is list:
        return value  # type: ignore[return-value]
    if kind is str:
        if len(value) > _LONGEST_CACHED:  # type: ignore[arg-type]
            return list(split_list(value))  # type: ignore[arg-type]
        return _cached_list(value)  # type: ignore[arg-type]
    if kind is dict:
        return dict_to_list(value)  # type: ignore[arg-type]
    return [value]


# ---- dicts -----------------------------------------------------------------------------------------


def dict_to_list(value: dict[str, Value]) -> list[Value]:
    """Keys and values in turn."""
    return [part for pair in value.items() for part in pair]


def pairs_to_dict(items: list[Value]) -> dict[str, Value]:
    """A dict from keys and values in turn; TclError when a key has no value."""
    if len(items) % 2:
        raise TclError("missing value to go with key", ["TCL", "VALUE", "DICTIONARY"])
    return {to_str(key): item for key, item in zip(items[::2], items[1::2], strict=True)}


@lru_cache(maxsize=1024)
def _cached_dict(text: str) -> dict[str, Value]:
    return pairs_to_dict(list(split_list(text, "dict")))


kept_in(_cached_dict.cache_clear)


def to_dict(value: Value) -> dict[str, Value]:
    """The dict of a value. The result is shared: copy it before changing it."""
    kind = type(value)
    if kind is dict:
        return value  # type: ignore[return-value]
    if kind is list:
        return pairs_to_dict(value)  # type: ignore[arg-type]
    text = to_str(value)
    if len(text) > _LONGEST_CACHED:
        return pairs_to_dict(list(split_list(text, "dict")))
    return _cached_dict(text)


# ---- numbers ---------------------------------------------------------------------------------------

INTEGER = r"[+-]?(?:0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+|[0-9]+)"
FLOAT = r"[+-]?(?:(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[iI][nN][fF](?:[iI][nN][iI][tT][yY])?|[nN][aA][nN])"
_BLANK = r"[ \t\n\v\f\r]*"
_INTEGER = re.compile(rf"{_BLANK}({INTEGER}){_BLANK}")
_FLOAT = re.compile(rf"{_BLANK}({FLOAT}){_BLANK}")
BAD_OCTAL = re.compile(rf"{_BLANK}[+-]?0[oO]?[0-9]*{_BLANK}")
_BASES = {"x": 16, "X": 16, "o": 8, "O": 8, "b": 2, "B": 2}


def _parse_int(text: str) -> int | None:
    """None when the text is not an integer (or has 8 or 9 after a leading zero)."""
    if text.isdigit() and text.isascii() and (text[0] != "0" or text == "0"):
        return digits_to_int(text)
    match = _INTEGER.fullmatch(text)
    return None if match is None else _literal_int(match.group(1))


def _literal_int(text: str) -> int | None:
    sign = -1 if text[0] == "-" else 1
    digits = text.lstrip("+-")
    if digits[0] != "0" or len(digits) == 1:
        return sign * digits_to_int(digits)
    base = _BASES.get(digits[1], 0)
    if base:
        return sign * int(digits[2:], base)
    return None if "8" in digits or "9" in digits else sign * int(digits, 8)


def _parse_float(text: str) -> float | None:
    match = _FLOAT.fullmatch(text)
    if match is None:
        return _parse_nan(text)
    if _INTEGER.fullmatch(text) and BAD_OCTAL.fullmatch(text):
        return None  # 09 is a bad octal, not nine
    return float(match.group(1))


def _parse_nan(text: str) -> float | None:
    if "(" not in text:
        return None
    from alftcl.nans import parse_nan

    return parse_nan(text)


def as_number(value: Value) -> int | float | None:
    """The number a value looks like, or None."""
    kind = type(value)
    if kind is int or kind is float:
        return value  # type: ignore[return-value]
    text = value if kind is str else _single(value)
    if text is None:
        return None
    number = _parse_int(text)  # type: ignore[arg-type]
    return _parse_float(text) if number is None else number  # type: ignore[arg-type]


def _single(value: Value) -> str | None:
    """The string form of a list or dict when it may be a number: only one of a single element can."""
    return to_str(value) if isinstance(value, list) and len(value) == 1 else None


def _octal_hint(text: str) -> str:
    return " (looks like invalid octal number)" if BAD_OCTAL.fullmatch(text) else ""


def to_int(value: Value) -> int:
    """An integer of any size; 'expected integer but got "x"'."""
    if type(value) is int:
        return value
    text = to_str(value)
    number = None if type(value) is float else _parse_int(text)
    if number is None:
        raise TclError(f'expected integer but got "{text}"', ["TCL", "VALUE", "INTEGER"])
    return number


_WIDE = 1 << 63


def to_wide(value: Value) -> int:
    """An integer of 64 bits, where Tcl wants one; its errorcodes differ from to_int's."""
    if type(value) is int and -_WIDE <= value < _WIDE:
        return value
    text = to_str(value)
    number = None if type(value) is float else _parse_int(text)
    if number is None:
        raise TclError(f'expected integer but got "{text}"', ["TCL", "VALUE", "NUMBER"])
    if not -2 * _WIDE < number < 2 * _WIDE:
        words = "integer value too large to represent"
        raise TclError(words, ["ARITH", "IOVERFLOW", words])
    return (number + _WIDE) % (2 * _WIDE) - _WIDE


def to_c_int(value: Value) -> int:
    """An integer of 32 bits, as Tcl takes it for counts; one without a sign is taken as one with it."""
    number = to_int(value)
    if not -(1 << 31) <= number < 1 << 32:
        words = "integer value too large to represent"
        raise TclError(words, ["ARITH", "IOVERFLOW", words])
    return (number + (1 << 31)) % (1 << 32) - (1 << 31)


def to_float(value: Value) -> float:
    """A double; 'expected floating-point number but got "x"'. Ints beyond the range become Inf."""
    number = as_number(value)
    if number is None or number != number:
        text = to_str(value)
        if number is not None:
            raise not_a_number()
        raise TclError(
            f'expected floating-point number but got "{text}"{_octal_hint(text)}', ["TCL", "VALUE", "NUMBER"]
        )
    return int_to_float(number)


def is_nan(value: Value) -> bool:
    """Whether a value is the double that is no number."""
    number = as_number(value)
    return number is not None and number != number


def not_a_number() -> TclError:
    """The error for a NaN where a number is wanted."""
    return TclError("floating point value is Not a Number", ["TCL", "VALUE", "DOUBLE", "NAN"])


def int_to_float(number: int | float) -> float:
    """A double; what is too large becomes an infinity, as in Tcl."""
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf


def to_number(value: Value) -> int | float:
    """An int or a float; 'expected number but got "x"'."""
    number = as_number(value)
    if number is None:
        text = to_str(value)
        raise TclError(f'expected number but got "{text}"{_octal_hint(text)}', ["TCL", "VALUE", "NUMBER"])
    return number


_BOOLEAN_WORDS = {"yes": True, "no": False, "true": True, "false": False, "on": True, "off": False}
_BOOLEANS = {
    word[:length]: truth
    for word, truth in _BOOLEAN_WORDS.items()
    for length in range(1, len(word) + 1)
    if word[:length] != "o"  # on or off?
}


def as_bool(value: Value) -> bool | None:
    """The truth of a number or of a boolean word (yes no true false on off, shortened), or None (NaN has none)."""
    if type(value) is int:
        return value != 0
    text = to_str(value)
    word = _BOOLEANS.get(text.lower())
    if word is not None:
        return word
    number = as_number(value)
    return None if number is None or number != number else number != 0


def to_bool(value: Value) -> bool:
    """'expected boolean value but got "x"'."""
    truth = as_bool(value)
    if truth is None:
        if is_nan(value):
            raise not_a_number()
        text = to_str(value)
        raise TclError(f'expected boolean value but got "{text}"{_octal_hint(text)}', ["TCL", "VALUE", "NUMBER"])
    return truth


# ---- indices ---------------------------------------------------------------------------------------

_INDEX = re.compile(rf"{_BLANK}({INTEGER})(?:([+-])({INTEGER}))?{_BLANK}")
_END_INDEX = re.compile(rf"(?:e|en|end(?:([+-])({INTEGER}){_BLANK})?)")


def to_index(value: Value, length: int) -> int:
    """The place that an index names in a list or string of `length`; it may lie outside.

    Raises TclError 'bad index "x": must be integer?[+-]integer? or end?[+-]integer?'.
    """
    if type(value) is int and -(1 << 31) <= value < 1 << 31:
        return value
    text = to_str(value)
    place = _index(text, length - 1)
    if place is None:
        hint = _octal_hint(text.removeprefix("end"))
        raise TclError(
            f'bad index "{text}": must be integer?[+-]integer? or end?[+-]integer?{hint}', ["TCL", "VALUE", "INDEX"]
        )
    return place


def _index(text: str, last: int) -> int | None:
    if text == "end":
        return last
    match = _END_INDEX.fullmatch(text)
    if match:
        base: int | None = last
        sign, offset = match.groups()
    else:
        match = _INDEX.fullmatch(text)
        if match is None:
            return None
        base, sign, offset = _literal_int(match.group(1)), match.group(2), match.group(3)
    step = _literal_int(offset) if offset else 0
    if base is None or step is None or not (_fits(base) and _fits(step)):
        return None
    place = base - step if sign == "-" else base + step
    return (place + (1 << 31)) % (1 << 32) - (1 << 31)


def _fits(number: int) -> bool:
    """Whether Tcl's C takes it for an int of 32 bits; in the upper half of those it is a negative one."""
    return -(1 << 31) <= number < 1 << 32


# ---- glob patterns ---------------------------------------------------------------------------------


class _Segment(NamedTuple):
    """What stands between two stars: it always matches the same number of characters."""

    pattern: re.Pattern[str]
    width: int


def match_glob(pattern: str, text: str, nocase: bool = False) -> bool:
    """Tcl_StringMatch: * ? [a-z] and backslash. Takes no more than pattern times text steps."""
    if pattern == "*":
        return True
    if nocase:
        pattern, text = pattern.lower(), text.lower()
    segments = _glob_segments(pattern)
    if segments is None:
        return False
    first, last = segments[0], segments[-1]
    if len(segments) == 1:
        return len(text) == first.width and first.pattern.match(text) is not None
    end = len(text) - last.width
    if end < first.width or first.pattern.match(text) is None or last.pattern.match(text, end) is None:
        return False
    place = first.width
    for segment in segments[1:-1]:
        match = segment.pattern.search(text, place, end)
        if match is None:
            return False
        place = match.end()
    return True


@lru_cache(maxsize=2048)
def _glob_segments(pattern: str) -> list[_Segment] | None:
    """The pieces between stars; None for a pattern that ends in a backslash and so matches nothing."""
    segments: list[_Segment] = []
    piece, width, place = "", 0, 0
    while place < len(pattern):
        char = pattern[place]
        place += 1
        if char == "*":
            segments.append(_Segment(re.compile(piece, re.S), width))
            piece, width = "", 0
            continue
        if char == "?":
            piece += "."
        elif char == "[":
            part, place = _glob_class(pattern, place)
            piece += part
        elif char == "\\":
            if place == len(pattern):
                return None
            piece += re.escape(pattern[place])
            place += 1
        else:
            piece += re.escape(char)
        width += 1
    segments.append(_Segment(re.compile(piece, re.S), width))
    return segments


kept_in(_glob_segments.cache_clear)


def _glob_class(pattern: str, place: int) -> tuple[str, int]:
    """The regular expression of a class whose `[` stands before `place`, and the place after it."""
    ranges = ""
    while place < len(pattern) and pattern[place] != "]":
        low = high = pattern[place]
        place += 1
        if pattern[place : place + 1] == "-":
            if place + 1 == len(pattern):  # a range without an end: what came before it still counts
                place += 1
                break
            high = pattern[place + 1]
            place += 2
        low, high = min(low, high), max(low, high)
        ranges += f"\\U{ord(low):08x}-\\U{ord(high):08x}"
    return (f"[{ranges}]" if ranges else "[^\\s\\S]"), place + 1
