"""How Tcl writes a double.

    precision 0     the shortest decimal that reads back equal: 0.1, 1e-5, 1e+20   (as it is unless a script asks)
    precision n     n significant digits, 1 to 17: 0.10000000000000001, 1e-05

From 1e17 on, and below 1e-4, there is an exponent. One quirk is Tcl's own: a power of two gets the shortest
decimal of an interval whose halves have changed places, so that 2.0**64 is written 1.844674407370955e+19.

The precision is the variable tcl_precision (environment.py); as in Tcl, there is one for all interpreters.
What is not here: `format` (commands/formatting.py).
"""

from __future__ import annotations

import math
import sys
from fractions import Fraction

LARGEST_PRECISION = 17
_LEAST_EXPONENT, _MOST_EXPONENT = -4, 16  # written without an exponent
_precision = 0


def precision() -> int:
    """The significant digits that doubles are written with; 0 for as few as it takes."""
    return _precision


def set_precision(digits: int) -> None:
    """Write doubles with so many digits from now on."""
    global _precision
    _precision = digits


def float_to_str(value: float) -> str:
    """The string form of a double, as tcl_precision wants it; inf is Inf."""
    text = repr(value)
    if text[-1] == "f":
        return "Inf" if text == "inf" else "-Inf"
    if text == "nan":
        from alftcl.nans import nan_to_str

        return nan_to_str(value)
    if _precision:
        return _rounded(value)
    if "e" not in text:
        return text
    if abs(math.frexp(value)[0]) == 0.5 and abs(value) > sys.float_info.min:
        digits, exponent = _digits_of_power_of_two(abs(value))
    else:
        mantissa, _, tail = text.lstrip("-").partition("e")
        digits, exponent = mantissa.replace(".", ""), int(tail)
    return _written(value < 0, digits, exponent, f"e{exponent:+d}")


def _rounded(value: float) -> str:
    mantissa, _, tail = f"{abs(value):.{_precision - 1}e}".partition("e")
    digits, exponent = mantissa.replace(".", "").rstrip("0") or "0", int(tail)
    return _written(math.copysign(1, value) < 0, digits, exponent, f"e{exponent:+03d}")


def _written(negative: bool, digits: str, exponent: int, tail: str) -> str:
    """digits with a point after the first, times ten to the exponent."""
    sign = "-" if negative else ""
    if exponent > _MOST_EXPONENT or exponent < _LEAST_EXPONENT:
        return f"{sign}{digits[0]}{'.' if digits[1:] else ''}{digits[1:]}{tail}"
    if exponent < 0:
        return f"{sign}0.{'0' * (-exponent - 1)}{digits}"
    whole = digits.ljust(exponent + 1, "0")
    return f"{sign}{whole[: exponent + 1]}.{whole[exponent + 1 :] or '0'}"


def _digits_of_power_of_two(value: float) -> tuple[str, int]:
    """Digits until the rest is below what may be left out: half a step down, half of that up."""
    unit = Fraction(math.ulp(value))
    below, above = unit / 2, unit / 4
    exponent = int(f"{value:.17e}".partition("e")[2])
    rest, place, digits = Fraction(value), Fraction(10) ** exponent, 0
    while True:
        digit, rest = divmod(rest, place)
        digits = digits * 10 + int(digit)
        enough, next_is_enough = rest <= below, rest + above >= place
        if enough or next_is_enough:
            break
        place /= 10
    if not enough or rest * 2 > place:
        digits += 1
    text = str(digits)
    return text.rstrip("0"), exponent
