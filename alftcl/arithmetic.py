"""What the operators of expr(n) do to values: Tcl's rules for integers of any size, doubles and strings.

Integers divide towards minus infinity, an int with a double gives a double, what overflows a double is Inf
and what is not a number is an error. Operands that look like numbers compare as numbers, others as strings.
"""

from __future__ import annotations

import math
import operator
from collections.abc import Callable
from typing import Any

from alftcl.errors import TclError
from alftcl.memory import LARGEST_INTEGER, integer_fits
from alftcl.values import (
    BAD_OCTAL,
    Value,
    as_bool,
    as_number,
    int_to_float,
    to_bool,
    to_list,
    to_str,
    too_large_integer,
)

Number = int | float

DOMAIN = "domain error: argument not in valid range"
_WIDE_PRODUCT = 1 << 4096  # a larger product is looked at twice


def domain_error() -> TclError:
    return TclError(DOMAIN, ["ARITH", "DOMAIN", DOMAIN])


def divide_by_zero() -> TclError:
    return TclError("divide by zero", ["ARITH", "DIVZERO", "divide by zero"])


def bad_operand(value: Value, symbol: str) -> TclError:
    """can't use non-numeric string as operand of "+" """
    if isinstance(value, float) or as_number(value) is not None:
        number = as_number(value)
        kind = "non-numeric floating-point value" if number != number else "floating-point value"
    elif not (text := to_str(value)):
        kind = "empty string"
    elif BAD_OCTAL.fullmatch(text):
        kind = "invalid octal number"
    else:
        kind = "non-numeric string"
    return TclError(f'can\'t use {kind} as operand of "{symbol}"', ["ARITH", "DOMAIN", kind])


def operand(value: Value, symbol: str) -> Number:
    """The number of an operand."""
    number = as_number(value)
    if number is None or number != number:
        raise bad_operand(value, symbol)
    return number


def integer(value: Value, symbol: str) -> int:
    """The integer of an operand."""
    number = as_number(value)
    if type(number) is not int:
        raise bad_operand(value, symbol)
    return number


def finite(value: float) -> float:
    """A result that is not a number is an error."""
    if value != value:
        raise domain_error()
    return value


# ---- on two numbers ---------------------------------------------------------------------------------


def _floats(function: Callable[[float, float], float]) -> Callable[[Number, Number], Number]:
    def apply(left: Number, right: Number) -> Number:
        return finite(function(int_to_float(left), int_to_float(right)))

    return apply


def _divide_floats(left: float, right: float) -> float:
    if right == 0:
        if left == 0 or left != left:
            raise domain_error()
        return math.copysign(math.inf, left) * math.copysign(1.0, right)
    return left / right


def divide(left: Number, right: Number) -> Number:
    if type(left) is int and type(right) is int:
        if right == 0:
            raise divide_by_zero()
        return left // right
    return finite(_divide_floats(int_to_float(left), int_to_float(right)))


def modulo(left: int, right: int) -> int:
    if right == 0:
        raise divide_by_zero()
    return left % right


def shift_left(left: int, right: int) -> int:
    if right < 0:
        raise TclError("negative shift argument")
    if left == 0:
        return 0
    if right > LARGEST_INTEGER or not integer_fits(left.bit_length() + right):
        raise TclError("integer value too large to represent")
    return left << right


def shift_right(left: int, right: int) -> int:
    if right < 0:
        raise TclError("negative shift argument")
    return left >> right


def multiply(left: int, right: int) -> int:
    product = left * right
    if -_WIDE_PRODUCT < product < _WIDE_PRODUCT or integer_fits(product.bit_length()):
        return product
    raise too_large_integer()


def power(left: Number, right: Number) -> Number:
    if type(left) is int and type(right) is int:
        return _integer_power(left, right)
    base, exponent = int_to_float(left), int_to_float(right)
    if base == 0 and exponent < 0:
        raise _zero_to_negative()
    return float_power(base, exponent)


def float_power(base: float, exponent: float) -> float:
    """pow(3): what is too large is an infinity, what is no number a domain error."""
    try:
        return finite(math.pow(base, exponent))
    except OverflowError:
        return -math.inf if base < 0 and exponent % 2 == 1 else math.inf
    except ValueError:
        if base == 0:
            return math.copysign(math.inf, base) if exponent % 2 == 1 else math.inf
        raise domain_error() from None


def _zero_to_negative() -> TclError:
    what = "exponentiation of zero by negative power"
    return TclError(what, ["ARITH", "DOMAIN", what])


def _integer_power(left: int, right: int) -> int:
    if left in (1, -1):
        return left if right % 2 else 1
    if right < 0:
        if left == 0:
            raise _zero_to_negative()
        return 0
    bits = left.bit_length() * right
    if bits > LARGEST_INTEGER or not integer_fits(bits):
        raise TclError("exponent too large")
    result: int = left**right
    return result


_FLOAT_OPERATIONS: dict[str, Callable[[Number, Number], Number]] = {
    "+": _floats(operator.add),
    "-": _floats(operator.sub),
    "*": _floats(operator.mul),
    "/": divide,
    "**": power,
}
INTEGER_OPERATIONS: dict[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": multiply,
    "/": divide,
    "**": power,
    "%": modulo,
    "<<": shift_left,
    ">>": shift_right,
    "&": operator.and_,
    "|": operator.or_,
    "^": operator.xor,
}
COMPARISONS: dict[str, Callable[[Any, Any], bool]] = {
    "<": operator.lt,
    ">": operator.gt,
    "<=": operator.le,
    ">=": operator.ge,
    "==": operator.eq,
    "!=": operator.ne,
}


def calculate(symbol: str, left: Value, right: Value) -> Number:
    """The arithmetic and bit operators on any two values."""
    floats = _FLOAT_OPERATIONS.get(symbol)
    if floats is None:
        result: int = INTEGER_OPERATIONS[symbol](integer(left, symbol), integer(right, symbol))
        return result
    first, second = operand(left, symbol), operand(right, symbol)
    if type(first) is int and type(second) is int:
        number: int = INTEGER_OPERATIONS[symbol](first, second)
        return number
    return floats(first, second)


def compare(symbol: str, left: Value, right: Value) -> int:
    """== != < > <= >= on any two values: as numbers when both are, else as strings."""
    first, second = as_number(left), as_number(right)
    if first is None or second is None:
        return compare_strings(symbol, left, right)
    return int(COMPARISONS[symbol](first, second))


def compare_strings(symbol: str, left: Value, right: Value) -> int:
    """The same operators on what is no pair of numbers."""
    return int(COMPARISONS[symbol](to_str(left), to_str(right)))


def compare_text(symbol: str, left: Value, right: Value) -> int:
    """eq ne"""
    return int((to_str(left) == to_str(right)) == (symbol == "eq"))


def contains(symbol: str, left: Value, right: Value) -> int:
    """in ni"""
    text = to_str(left)
    found = any((item if type(item) is str else to_str(item)) == text for item in to_list(right))
    return int(found == (symbol == "in"))


# ---- on one value -----------------------------------------------------------------------------------


def negate(value: Value) -> Number:
    return -operand(value, "-")


def plus(value: Value) -> Number:
    return operand(value, "+")


def invert(value: Value) -> int:
    return ~integer(value, "~")


def logical_not(value: Value) -> int:
    truth = as_bool(value)
    if truth is None:
        raise bad_operand(value, "!")
    return int(not truth)


UNARY: dict[str, Callable[[Value], Number]] = {"-": negate, "+": plus, "~": invert, "!": logical_not}


def truth(value: Value) -> bool:
    """The operand of && || and ?: ."""
    return value != 0 if type(value) is int else to_bool(value)
