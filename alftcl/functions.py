"""The mathematical functions of expr: mathfunc(n)."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from typing import Any

from alftcl.arithmetic import domain_error, finite, float_power
from alftcl.errors import TclError
from alftcl.values import Value, as_number, int_to_float, not_a_number, to_bool, to_float, to_int, to_number

Number = int | float
_UNLIMITED = 1 << 30
_WIDE = 1 << 64


class MathFunction:
    """A function and how many arguments it takes."""

    __slots__ = ("least", "most", "name", "run")

    def __init__(self, name: str, run: Callable[..., Value], least: int, most: int) -> None:
        self.name = name
        self.run = run
        self.least = least
        self.most = most

    def call(self, args: list[Any]) -> Value:
        """The value for these arguments; 'too many arguments for math function "sin"'."""
        if len(args) < self.least:
            if self.most == _UNLIMITED:
                raise TclError(f'not enough arguments to math function "{self.name}"')
            raise TclError(f'not enough arguments for math function "{self.name}"', ["TCL", "WRONGARGS"])
        if len(args) > self.most:
            raise TclError(f'too many arguments for math function "{self.name}"', ["TCL", "WRONGARGS"])
        return self.run(*args)


def _real(function: Callable[..., float]) -> Callable[..., float]:
    """A function of doubles: an impossible argument is a domain error, an overflow Inf."""

    def run(*args: Value) -> float:
        numbers = [to_float(arg) for arg in args]
        try:
            return finite(function(*numbers))
        except ValueError:
            raise domain_error() from None
        except OverflowError:
            return math.inf if numbers[0] > 0 or function is not math.sinh else -math.inf

    return run


def _number(value: Value) -> Number:
    number = to_number(value)
    if number != number:
        raise not_a_number()
    return number


def _entier(value: Value) -> int:
    number = _number(value)
    if number in (math.inf, -math.inf):
        raise TclError(
            "integer value too large to represent", ["ARITH", "IOVERFLOW", "integer value too large to represent"]
        )
    return int(number)


def _wide(value: Value) -> int:
    low = _entier(value) % _WIDE
    return low - _WIDE if low >= _WIDE // 2 else low


def _round(value: Value) -> int:
    number = _number(value)
    if type(number) is int:
        return number
    whole = _entier(number)
    return whole + (abs(number - whole) >= 0.5) * (1 if number > 0 else -1)


def _abs(value: Value) -> Number:
    return abs(_number(value))


def _double(value: Value) -> float:
    return to_float(value)


def _bool(value: Value) -> int:
    return int(to_bool(value))


def _isqrt(value: Value) -> int:
    number = _number(value)
    if number < 0:
        raise TclError(
            "square root of negative argument", ["ARITH", "DOMAIN", "domain error: argument not in valid range"]
        )
    return math.isqrt(_entier(number))


def _sqrt(value: Value) -> float:
    number = as_number(value)
    if type(number) is int and int_to_float(number) == math.inf:
        return int_to_float(math.isqrt(number))
    return _root(value)


_root = _real(math.sqrt)


def _log(number: float) -> float:
    return -math.inf if number == 0 else math.log(number)


def _log10(number: float) -> float:
    return -math.inf if number == 0 else math.log10(number)


def _ceil(value: Value) -> float:
    """Upwards, an integer too: that of several doubles which is not below it."""
    number = _double_operand(value)
    if type(number) is int:
        nearest = int_to_float(number)
        return nearest if nearest >= number else math.nextafter(nearest, math.inf)
    return number if math.isinf(number) else math.copysign(float(math.ceil(number)), number)


def _floor(value: Value) -> float:
    number = _double_operand(value)
    if type(number) is int:
        nearest = int_to_float(number)
        return nearest if nearest <= number else math.nextafter(nearest, -math.inf)
    return number if math.isinf(number) else math.copysign(float(math.floor(number)), number)


def _double_operand(value: Value) -> Number:
    number = as_number(value)
    return to_float(value) if type(number) is not int else number


def _pow(base: Value, exponent: Value) -> Value:
    return float_power(to_float(base), to_float(exponent))


def _extreme(choose: Callable[[list[Number]], Number]) -> Callable[..., Number]:
    """max or min: their errors have no errorCode."""

    def run(*args: Value) -> Number:
        try:
            for arg in args:
                to_float(arg)
        except TclError as error:
            raise TclError(error.message) from None
        return choose([to_number(arg) for arg in args])

    return run


class _Random:
    """The minimal standard generator of Park and Miller, as rand() in Tcl: the same seed gives the same numbers."""

    _MULTIPLIER, _MODULUS = 16807, (1 << 31) - 1

    def __init__(self) -> None:
        self.seed(time.time_ns())

    def seed(self, seed: int) -> None:
        """Start anew; the two seeds that would never change become another."""
        self._state = seed & self._MODULUS
        if self._state in (0, self._MODULUS):
            self._state ^= 123459876

    def next(self) -> float:
        """A number between 0 and 1, without the two."""
        self._state = self._state * self._MULTIPLIER % self._MODULUS
        return self._state * (1.0 / self._MODULUS)


_random = _Random()


def _rand() -> float:
    return _random.next()


def _srand(seed: Value) -> float:
    _random.seed(to_int(seed))
    return _random.next()


_ONE: dict[str, Callable[..., Value]] = {
    "abs": _abs,
    "bool": _bool,
    "double": _double,
    "entier": _entier,
    "int": _wide,
    "isqrt": _isqrt,
    "round": _round,
    "srand": _srand,
    "wide": _wide,
    "ceil": _ceil,
    "floor": _floor,
    "log": _real(_log),
    "log10": _real(_log10),
    "sqrt": _sqrt,
} | {
    name: _real(getattr(math, name))
    for name in ("acos", "asin", "atan", "cos", "cosh", "exp", "sin", "sinh", "tan", "tanh")
}
_TWO: dict[str, Callable[..., Value]] = {
    "atan2": _real(math.atan2),
    "fmod": _real(math.fmod),
    "hypot": _real(math.hypot),
    "pow": _pow,
}

FUNCTIONS: dict[str, MathFunction] = {
    **{name: MathFunction(name, run, 1, 1) for name, run in _ONE.items()},
    **{name: MathFunction(name, run, 2, 2) for name, run in _TWO.items()},
    "max": MathFunction("max", _extreme(max), 1, _UNLIMITED),
    "min": MathFunction("min", _extreme(min), 1, _UNLIMITED),
    "rand": MathFunction("rand", _rand, 0, 0),
}
