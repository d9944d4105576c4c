"""`format`: values as text, by a template of field specifiers. `scan`, its inverse, is in commands/scanning.py.

    %[number$][flags][width][.precision][size]conversion        flags - + blank 0 #, size h l ll
      d i u o x X b   integers       e E f g G   floating-point       c  a character       s  a string       %  itself

Without a size, and with l, integers are 64 bits wide; h cuts them to 16, ll leaves them as they are. Source: Tcl 8.6,
format(n).
"""

import re
from typing import TYPE_CHECKING, Any

from alftcl.errors import TclError
from alftcl.table import command
from alftcl.values import Value, as_number, int_to_str, to_float, to_int, to_str

if TYPE_CHECKING:
    from alftcl.interp import Interp

_FIELD = re.compile(r"%(?:(\d+)\$)?([-+ 0#]*)(\*|\d+)?(?:\.(\*|\d+)?)?(ll|[hl])?", re.DOTALL)
_BITS = {"h": 16, "l": 64, None: 64}
_DIGITS = {"o": "o", "x": "x", "X": "X", "b": "b", "d": "d", "u": "d", "i": "d"}


def _error(text: str, code: str) -> TclError:
    return TclError(text, ["TCL", "FORMAT", code])


class _Words:
    """The arguments, taken in turn or by the numbers in the template; the two do not mix."""

    def __init__(self, args: list[Any]) -> None:
        self._args = args
        self._next = 0
        self._numbered: bool | None = None

    def take(self, number: str | None) -> Any:
        if self._numbered is not None and self._numbered != (number is not None):
            raise _error('cannot mix "%" and "%n$" conversion specifiers', "MIXEDSPECTYPES")
        self._numbered = number is not None
        if number is not None:
            self._next = int(number) - 1
        return self.following()

    def following(self) -> Any:
        """The next one: of a field's own number on, or of all."""
        if not 0 <= self._next < len(self._args):
            if self._numbered:
                raise _error('"%n$" argument index out of range', "INDEXRANGE")
            raise _error("not enough arguments for all format specifiers", "FIELDVARMISMATCH")
        self._next += 1
        return self._args[self._next - 1]


@command("format", "formatString ?arg ...?")
def format_(interp: "Interp", args: list[Any]) -> Value:
    """The template with its field specifiers replaced by the arguments."""
    template = to_str(args[0])
    if "%" not in template:
        return template
    words = _Words(args[1:])
    parts: list[str] = []
    place = 0
    while (start := template.find("%", place)) >= 0:
        parts.append(template[place:start])
        if template.startswith("%%", start):
            parts.append("%")
            place = start + 2
            continue
        match = _FIELD.match(template, start)
        assert match is not None
        place = match.end() + 1
        parts.append(_field(interp, match, template[match.end() : place], words))
    parts.append(template[place:])
    return "".join(parts)


def _field(interp: "Interp", match: re.Match[str], conversion: str, words: _Words) -> str:
    number, flags, width_text, precision_text, size = match.groups()
    numbered = number
    width = 0
    if width_text == "*":
        width = to_int(words.take(numbered))
        if width < 0:
            flags, width = flags + "-", -width
    elif width_text:
        width = int(width_text)
    precision: int | None = None
    if "." in match[0]:
        if precision_text == "*":
            star = words.take(numbered) if width_text != "*" else words.following()
            precision = max(0, to_int(star))
        else:
            precision = int(precision_text or 0)
    interp.reserve(max(width, precision or 0))
    starred = "*" in (width_text, precision_text)
    value = words.following() if starred else words.take(numbered)
    if not conversion:
        raise _error("format string ended in middle of field specifier", "INCOMPLETE")
    if conversion in _DIGITS:
        return _pad(_integer(value, conversion, flags, precision, size, width), flags.replace("0", ""), width)
    if conversion in "eEfgG":
        return _floating(value, conversion, flags, precision, width)
    if conversion == "s":
        text = to_str(value)
        return _pad(text if precision is None else text[:precision], flags, width)
    if conversion == "c":
        return _pad(chr(to_int(value) & 0x1FFFFF) if to_int(value) & 0x1FFFFF < 0x110000 else "\ufffd", flags, width)
    raise _error(f'bad field specifier "{conversion}"', "BADTYPE")


def _integer(value: Any, conversion: str, flags: str, precision: int | None, size: str | None, width: int) -> str:
    number = as_number(value)
    if not isinstance(number, int):
        raise TclError(f'expected integer but got "{to_str(value)}"', ["TCL", "VALUE", "NUMBER"])
    if size == "ll":
        if conversion == "u":
            raise _error("unsigned bignum format is invalid", "BADUNSIGNED")
    else:
        number = _cut(number, _BITS[size], signed=conversion in "di")
    sign = "-" if number < 0 else "+" if "+" in flags else " " if " " in flags else ""
    digits = int_to_str(abs(number)) if conversion in "diu" else format(abs(number), _DIGITS[conversion])
    prefix = ""
    if "#" in flags and conversion not in "diu":
        prefix = {"o": "0", "x": "0x", "X": "0X", "b": "0b"}[conversion]
    if precision is not None:
        digits = digits.zfill(precision)
    elif "0" in flags:
        digits = digits.zfill(width - len(sign) - len(prefix))
    return sign + prefix + digits


def _cut(number: int, bits: int, *, signed: bool) -> int:
    number &= (1 << bits) - 1
    return number - (1 << bits) if signed and number >> (bits - 1) else number


def _floating(value: Any, conversion: str, flags: str, precision: int | None, width: int) -> str:
    template = "%" + "".join(dict.fromkeys(flags)) + (str(width) if width else "")
    if precision is not None:
        template += f".{precision}"
    return (template + conversion) % to_float(value)


def _pad(text: str, flags: str, width: int) -> str:
    if "-" in flags:
        return text.ljust(width)
    return text.rjust(width, "0" if "0" in flags else " ")
