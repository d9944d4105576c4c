"""The `string` ensemble. A string is a sequence of code points (Tcl 8.6 itself counts 16-bit units beyond the BMP).

Source: Tcl 8.6, string(n). Character classes are Tcl's own (alftcl.charclass).
"""

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from alftcl import charclass
from alftcl.errors import TclError
from alftcl.memory import LARGE
from alftcl.table import choose, subcommand, wrong_args
from alftcl.values import (
    FLOAT,
    Value,
    as_bool,
    as_number,
    broken_element,
    match_glob,
    to_c_int,
    to_index,
    to_list,
    to_str,
)

if TYPE_CHECKING:
    from alftcl.interp import Interp

_TRIMMED = "\t\n\v\f\r \x00\x85\xa0\u1680\u180e\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u200b"
_TRIMMED += "\u2028\u2029\u202f\u205f\u2060\u3000\ufeff"
_CHARACTER_CLASSES = (
    "alnum", "alpha", "ascii", "control", "digit", "graph", "lower", "print", "punct", "space", "upper", "wordchar",
    "xdigit",
)  # fmt: skip
_CLASSES = (
    "alnum", "alpha", "ascii", "control", "boolean", "digit", "double", "entier", "false", "graph", "integer", "list",
    "lower", "print", "punct", "space", "true", "upper", "wideinteger", "wordchar", "xdigit",
)  # fmt: skip


# --- length, parts and places -----------------------------------------------------------------------------------------


@subcommand("string", "length", "string")
def length(interp: "Interp", args: list[Any]) -> Value:
    return len(to_str(args[0]))


@subcommand("string", "bytelength", "string")
def bytelength(interp: "Interp", args: list[Any]) -> Value:
    """Bytes of its UTF-8 form, a NUL counting two as in Tcl."""
    text = to_str(args[0])
    return len(text.encode("utf-8", "surrogatepass")) + text.count("\0")


@subcommand("string", "index", "string charIndex")
def index(interp: "Interp", args: list[Any]) -> Value:
    text = to_str(args[0])
    place = to_index(args[1], len(text))
    return text[place] if 0 <= place < len(text) else ""


@subcommand("string", "range", "string first last")
def range_(interp: "Interp", args: list[Any]) -> Value:
    text = to_str(args[0])
    first, last = to_index(args[1], len(text)), to_index(args[2], len(text))
    return text[max(first, 0) : last + 1] if last >= 0 else ""


@subcommand("string", "first", "needleString haystackString ?startIndex?")
def first(interp: "Interp", args: list[Any]) -> Value:
    needle, text = to_str(args[0]), to_str(args[1])
    start = max(0, to_index(args[2], len(text))) if len(args) > 2 else 0
    return text.find(needle, start) if needle else -1


@subcommand("string", "last", "needleString haystackString ?startIndex?")
def last(interp: "Interp", args: list[Any]) -> Value:
    """The last place at which the needle begins and, with a start index, ends no later than there."""
    needle, text = to_str(args[0]), to_str(args[1])
    end = len(text) if len(args) < 3 else to_index(args[2], len(text)) + 1
    return text.rfind(needle, 0, end) if needle and end > 0 else -1


@subcommand("string", "wordstart", "string index")
def wordstart(interp: "Interp", args: list[Any]) -> Value:
    text = to_str(args[0])
    place = min(to_index(args[1], len(text)), len(text) - 1)
    if place < 0:
        return 0
    start = place
    while start >= 0 and charclass.contains("wordchar", text[start]):
        start -= 1
    return place if start == place else start + 1


@subcommand("string", "wordend", "string index")
def wordend(interp: "Interp", args: list[Any]) -> Value:
    text = to_str(args[0])
    place = max(0, to_index(args[1], len(text)))
    if place >= len(text):
        return len(text)
    end = place
    while end < len(text) and charclass.contains("wordchar", text[end]):
        end += 1
    return end if end > place else place + 1


# --- new strings ------------------------------------------------------------------------------------------------------


@subcommand("string", "cat", "?arg ...?")
def cat(interp: "Interp", args: list[Any]) -> Value:
    parts = [to_str(arg) for arg in args]
    interp.reserve(sum(map(len, parts)))
    return "".join(parts)


@subcommand("string", "repeat", "string count")
def repeat(interp: "Interp", args: list[Any]) -> Value:
    text, count = to_str(args[0]), to_c_int(args[1])
    interp.reserve(len(text) * max(count, 0))
    return text * count


@subcommand("string", "replace", "string first last ?string?")
def replace(interp: "Interp", args: list[Any]) -> Value:
    text = to_str(args[0])
    start, end = to_index(args[1], len(text)), to_index(args[2], len(text))
    if end < 0 or start >= len(text) or end < start:
        return text
    new = to_str(args[3]) if len(args) > 3 else ""
    interp.reserve(len(text) + len(new))
    return text[: max(start, 0)] + new + text[end + 1 :]


@subcommand("string", "reverse", "string")
def reverse(interp: "Interp", args: list[Any]) -> Value:
    return to_str(args[0])[::-1]


@subcommand("string", "map", "?-nocase? charMap string", least=2, most=3)
def map_(interp: "Interp", args: list[Any]) -> Value:
    """Replaced from left to right, by the first key that fits at each place; what was replaced is not looked at."""
    nocase = len(args) == 3
    if nocase:
        _only_nocase(args[0])
    pairs = to_list(args[-2]) if not isinstance(args[-2], dict) else [x for pair in args[-2].items() for x in pair]
    if len(pairs) % 2:
        raise TclError("char map list unbalanced", ["TCL", "OPERATION", "MAP", "UNBALANCED"])
    fold: Callable[[str], str] = _lower if nocase else str
    table: dict[str, str] = {}
    for key, value in zip(pairs[::2], pairs[1::2], strict=True):
        table.setdefault(fold(to_str(key)), to_str(value))
    table.pop("", None)
    text = to_str(args[-1])
    if not table:
        return text
    keys = re.compile("|".join(map(re.escape, table)), re.DOTALL)
    folded = fold(text)
    interp.reserve(_mapped_length(keys, table, folded))
    if not nocase:
        return keys.sub(lambda found: table[found[0]], text)
    parts, place = [], 0
    for found in keys.finditer(folded):
        parts += [text[place : found.start()], table[found[0]]]
        place = found.end()
    return "".join(parts) + text[place:]


def _mapped_length(keys: re.Pattern[str], table: dict[str, str], text: str) -> int:
    """How long a text becomes at most; exactly where that could be much."""
    longest = max(map(len, table.values()))
    if longest * len(text) < LARGE:
        return 0
    return len(text) + sum(len(table[found[0]]) for found in keys.finditer(text))


def _only_nocase(word: Any) -> None:
    text = to_str(word)
    if len(text) < 2 or not "-nocase".startswith(text):
        raise TclError(f'bad option "{text}": must be -nocase', ["TCL", "LOOKUP", "INDEX", "option", text])


def _lower(text: str) -> str:
    """Lower case, character by character: Tcl never changes a length."""
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else "".join(_one(char, char.lower()) for char in text)


def _upper(text: str) -> str:
    raised = text.upper()
    return raised if len(raised) == len(text) else "".join(_one(char, char.upper()) for char in text)


def _title(text: str) -> str:
    return _one(text[:1], text[:1].title()) + _lower(text[1:])


def _one(char: str, changed: str) -> str:
    return changed if len(changed) == len(char) else char


def _recase(args: list[Any], change: Callable[[str], str]) -> str:
    """The text with the characters from first to last changed; with first alone, that one."""
    text = to_str(args[0])
    if len(args) == 1:
        return change(text)
    start = max(0, to_index(args[1], len(text)))
    end = min(len(text) - 1, to_index(args[2], len(text))) if len(args) > 2 else start
    if end < start:
        return text
    return text[:start] + change(text[start : end + 1]) + text[end + 1 :]


@subcommand("string", "tolower", "string ?first? ?last?")
def tolower(interp: "Interp", args: list[Any]) -> Value:
    return _recase(args, _lower)


@subcommand("string", "toupper", "string ?first? ?last?")
def toupper(interp: "Interp", args: list[Any]) -> Value:
    return _recase(args, _upper)


@subcommand("string", "totitle", "string ?first? ?last?")
def totitle(interp: "Interp", args: list[Any]) -> Value:
    return _recase(args, _title)


def _trimmed(args: list[Any]) -> str:
    return to_str(args[1]) if len(args) > 1 else _TRIMMED


@subcommand("string", "trim", "string ?chars?")
def trim(interp: "Interp", args: list[Any]) -> Value:
    chars = _trimmed(args)
    return to_str(args[0]).strip(chars) if chars else to_str(args[0])


@subcommand("string", "trimleft", "string ?chars?")
def trimleft(interp: "Interp", args: list[Any]) -> Value:
    chars = _trimmed(args)
    return to_str(args[0]).lstrip(chars) if chars else to_str(args[0])


@subcommand("string", "trimright", "string ?chars?")
def trimright(interp: "Interp", args: list[Any]) -> Value:
    chars = _trimmed(args)
    return to_str(args[0]).rstrip(chars) if chars else to_str(args[0])


# --- comparing --------------------------------------------------------------------------------------------------------


def _compared(name: str, args: list[Any]) -> tuple[str, str]:
    """The two strings to compare, cut to -length and without case where that is asked for."""
    usage = f"string {name} ?-nocase? ?-length int? string1 string2"
    words, limit, nocase = list(args[:-2]), -1, False
    while words:
        option = to_str(words.pop(0))
        if len(option) > 1 and "-nocase".startswith(option):
            nocase = True
        elif len(option) > 1 and "-length".startswith(option):
            if not words:
                raise wrong_args(usage)
            limit = to_c_int(words.pop(0))
        else:
            raise TclError(
                f'bad option "{option}": must be -nocase or -length', ["TCL", "LOOKUP", "INDEX", "option", option]
            )
    one, other = to_str(args[-2]), to_str(args[-1])
    if limit >= 0:
        one, other = one[:limit], other[:limit]
    return (_lower(one), _lower(other)) if nocase else (one, other)


_COMPARE = "?-nocase? ?-length int? string1 string2"


@subcommand("string", "equal", _COMPARE, least=2, most=5)
def equal(interp: "Interp", args: list[Any]) -> Value:
    one, other = _compared("equal", args)
    return int(one == other)


@subcommand("string", "compare", _COMPARE, least=2, most=5)
def compare(interp: "Interp", args: list[Any]) -> Value:
    one, other = _compared("compare", args)
    return (one > other) - (one < other)


@subcommand("string", "match", "?-nocase? pattern string", least=2, most=3)
def match(interp: "Interp", args: list[Any]) -> Value:
    if len(args) == 3:
        _only_nocase(args[0])
    return int(match_glob(to_str(args[-2]), to_str(args[-1]), len(args) == 3))


# --- classes ----------------------------------------------------------------------------------------------------------


@subcommand("string", "is", "class ?-strict? ?-failindex var? str", least=2, most=5)
def is_(interp: "Interp", args: list[Any]) -> Value:
    """Whether a value is of a class; empty strings are of every class but -strict ones."""
    name = to_str(interp.invoke_compiled(lambda: choose(args[0], _CLASSES, "class")))
    strict, variable = False, None
    options = args[1:-1]
    while options:
        option = choose(options.pop(0), ("-strict", "-failindex"), "option")
        if option == "-strict":
            strict = True
        elif options:
            variable = to_str(options.pop(0))
        else:
            raise wrong_args(f"string is {to_str(args[0])} ?-strict? ?-failindex var? str")
    value = args[-1]
    text = to_str(value)
    failed = _first_misfit(name, value, text) if text else 0 if strict and name != "list" else None
    if failed is not None and variable is not None:
        interp.set_var(variable, failed)
    return int(failed is None)


def _first_misfit(name: str, value: Any, text: str) -> int | None:
    """Where the text stops to be of the class (-1: its size is wrong); None when all of it is."""
    if name in _CHARACTER_CLASSES:
        if name == "xdigit":
            return next((at for at, char in enumerate(text) if char not in "0123456789abcdefABCDEF"), None)
        return next((at for at, char in enumerate(text) if not charclass.contains(name, char)), None)
    if name in ("boolean", "true", "false"):
        truth = as_bool(value) if text in ("0", "1") or as_number(value) is None else None
        fits = truth is not None and (name == "boolean" or truth == (name == "true"))
        return None if fits else 0
    if name == "list":
        return _list_misfit(value, text)
    number = as_number(value)
    if name == "double":
        return None if number is not None else _end(_DOUBLE, text)
    if not isinstance(number, int):
        return _end(_WHOLE, text)
    bits = {"integer": 32, "wideinteger": 64}.get(name)
    return None if bits is None or abs(number) < 1 << bits else -1


def _list_misfit(value: Any, text: str) -> int | None:
    try:
        to_list(value)
    except TclError:
        return broken_element(text)
    return None


_BLANKS = r"[ \t\n\v\f\r]*"
_WHOLE = re.compile(
    rf"{_BLANKS}[+-]?(?:0[xX][0-9a-fA-F]+|0[oO][0-7]+|0[bB][01]+|0[0-7]*|[1-9][0-9]*){_BLANKS}"  # 08 ends after the 0
)
_NO_INTEGER = rf"(?={_BLANKS}[+-]?(?:[0-9]*\.|[0-9]+[eE][+-]?[0-9]|[iInN]))"
_DOUBLE = re.compile(rf"{_NO_INTEGER}{_BLANKS}{FLOAT}{_BLANKS}|{_WHOLE.pattern}")


def _end(pattern: re.Pattern[str], text: str) -> int:
    found = pattern.match(text)
    return found.end() if found else 0
