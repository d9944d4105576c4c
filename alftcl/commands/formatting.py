"""`format`: values as text, by a template of field specifiers. `scan`, its inverse, is in commands/scanning.py.

    %[number$][flags][width][.precision][size]conversion        flags - + blank 0 #, size h l ll
      d i u o x X b   integers       e E f g G   floating-point       c  a character       s  a string       %  itself

Without a size, and with l, integers are 64 bits wide; h cuts them to 16, ll leaves them as they are. Source: Tcl 8.6,
format(n).
"""

import math
import re
from typing import TYPE_CHECKING, Any

from alftcl.errors import TclError
from alftcl.table import command
from alftcl.values import Value, as_number, int_to_str, to_c_int, to_count, to_float, to_str

if TYPE_CHECKING:
    from alftcl.interp import Interp

_FIELD = re.compile(r"%(?:(\d+)\$)?([-+ 0#]*)(\*|\d+)?(?:\.(\*|\d+)?)?(ll|[hl])?", re.DOTALL)
_BITS = {"h": 16, "l": 64, None: 64}
_PREFIXES = {"o": "0", "x": "0x", "X": "0X", "b": "0b"}
_DIGITS = {"o": "o", "x": "x", "X": "X", "b": "b", "d": "d", "u": "d", "i": "d"}


def _error(text: str, code: str) -> TclError:
    return TclError(text, ["TCL", "FORMAT", code])


class _Words:
    """The arguments, taken in turn or by the numbers in the template; the two do not mix."""

    def __init__(self, args: list[Any]) -> None:
        self._args = args
        self._next = 0
        self._numbered: bool | None = None

    def take(self, number: str | None, *, star: bool = False) -> Any:
        """The next one, or the one of that number."""
        if self._numbered is not None and self._numbered != (number is not None):
            raise _error('cannot mix "%" and "%n$" conversion specifiers', "MIXEDSPECTYPES")
        self._numbered = number is not None
        if number is not None:
            self._next = to_count(number) - 1
        return self.following(star=star)

    def following(self, *, star: bool = False) -> Any:
        """The next one: of a field's own number on, or of all. After that of a `star` another must come."""
        if not 0 <= self._next < len(self._args) - star:
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
    return interp.invoke_compiled(lambda: _formatted(interp, template, _Words(args[1:])))


def _formatted(interp: "Interp", template: str, words: _Words) -> str:
    parts: list[str] = []
    place = length = 0
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
        length += len(parts[-1])
        interp.reserve(length)
    parts.append(template[place:])
    return "".join(parts)


def _field(interp: "Interp", match: re.Match[str], conversion: str, words: _Words) -> str:
    number, flags, width_text, precision_text, size = match.groups()
    star: bool = False
    width = 0
    if width_text == "*":
        star, width = True, to_c_int(words.take(number, star=True))
        if width < 0:
            flags, width = flags + "-", -width % (1 << 31)
    elif width_text:
        width = _wrapped(to_count(width_text))
        if width < 0:
            raise TclError("max size for a Tcl value exceeded", ["TCL", "FORMAT", "OVERFLOW"])
    precision: int | None = None
    if precision_text == "*":
        precision = max(0, to_c_int(words.following(star=True) if star else words.take(number, star=True)))
        star = True
    elif "." in match[0]:
        precision = max(0, _wrapped(to_count(precision_text or "0")))
    interp.reserve(max(width, precision or 0))
    value = words.following() if star else words.take(number)
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
        return _pad(_character(value), flags, width)
    raise _error(f'bad field specifier "{conversion}"', "BADTYPE")


def _integer(value: Any, conversion: str, flags: str, precision: int | None, size: str | None, width: int) -> str:
    if size == "ll" and conversion == "u":
        raise _error("unsigned bignum format is invalid", "BADUNSIGNED")
    number = as_number(value)
    if not isinstance(number, int):
        raise TclError(f'expected integer but got "{to_str(value)}"', ["TCL", "VALUE", "NUMBER"])
    if size != "ll":
        number = _cut(number, _BITS[size], signed=conversion in "di")
    if size != "ll" and conversion not in "di":
        flags = flags.replace("+", "").replace(" ", "")
    sign = "-" if number < 0 else "+" if "+" in flags else " " if " " in flags else ""
    digits = int_to_str(abs(number)) if conversion in "diu" else format(abs(number), _DIGITS[conversion])
    prefix = _PREFIXES.get(conversion, "") if "#" in flags else ""
    least = precision if precision is not None else width - len(sign) if "0" in flags else 0
    if prefix != "0":
        return sign + prefix + digits.zfill(least if precision is not None else least - len(prefix))
    digits = digits.zfill(least)  # an octal's prefix is a digit of it
    return sign + digits if digits[0] == "0" else sign + prefix + digits


def _wrapped(number: int) -> int:
    return _cut(min(number, (1 << 64) - 1), 32, signed=True)


def _character(value: Any) -> str:
    code = to_c_int(value)
    return chr(code) if 0 <= code < 0x110000 else "\ufffd"


def _cut(number: int, bits: int, *, signed: bool) -> int:
    number &= (1 << bits) - 1
    return number - (1 << bits) if signed and number >> (bits - 1) else number


def _floating(value: Any, conversion: str, flags: str, precision: int | None, width: int) -> str:
    number = to_float(value)
    if math.isinf(number):
        flags = flags.replace("0", "")
    template = "%" + "".join(dict.fromkeys(flags)) + (str(width) if width else "")
    if precision is not None:
        template += f".{precision}"
    return (template + conversion) % number


def _pad(text: str, flags: str, width: int) -> str:
    if "-" in flags:
        return text.ljust(width, "0" if "0" in flags else " ")
    return text.rjust(width, "0" if "0" in flags else " ")
