"""The operators and functions of expr as commands: ::tcl::mathop (mathop(n)) and ::tcl::mathfunc (mathfunc(n)).

+  *  &  |  ^           any number of operands, from the left; without any, the value that changes nothing
**                      any number, from the right
-  /                    one operand: 0 - x, 1.0 / x; else from the left
<  <=  >  >=  ==        whether every operand stands so to the next
%  <<  >>  !=  ~  ! eq ne in ni      as in expr
"""

from __future__ import annotations

from collections.abc import Callable
from functools import reduce
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from alftcl import arithmetic
from alftcl.functions import FUNCTIONS, MathFunction
from alftcl.table import UNLIMITED, command
from alftcl.values import Value

if TYPE_CHECKING:
    from alftcl.interp import Interp

Operator = Callable[[list[Any]], Value]


def _declare(space: str, name: str, usage: str, run: Operator, least: int, most: int) -> None:
    def call(interp: Interp, args: list[Any]) -> Value:
        return run(args)

    command(f"::tcl::{space}::{name}", usage, least=least, most=most)(call)


def _from_left(symbol: str, nothing: int) -> Operator:
    def run(args: list[Any]) -> Value:
        first = args[0] if args else nothing
        return reduce(lambda left, right: arithmetic.calculate(symbol, left, right), args[1:], _checked(symbol, first))

    return run


def _checked(symbol: str, value: Value) -> Value:
    """An operand that stands alone is looked at too."""
    return arithmetic.integer(value, symbol) if symbol in "&|^" else arithmetic.operand(value, symbol)


def _power(args: list[Any]) -> Value:
    if len(args) == 1:
        return arithmetic.operand(args[0], "**")
    value: Value = reduce(lambda right, left: arithmetic.calculate("**", left, right), args[::-1] or [1])
    return value


def _minus(args: list[Any]) -> Value:
    return arithmetic.negate(args[0]) if len(args) == 1 else _from_left("-", 0)(args)


def _divide(args: list[Any]) -> Value:
    return arithmetic.calculate("/", 1.0, args[0]) if len(args) == 1 else _from_left("/", 1)(args)


def _two(symbol: str) -> Operator:
    return lambda args: arithmetic.calculate(symbol, args[0], args[1])


def _chain(symbol: str, compare: Callable[[str, Value, Value], int]) -> Operator:
    return lambda args: int(all(compare(symbol, left, right) for left, right in pairwise(args)))


def _pair(symbol: str, compare: Callable[[str, Value, Value], int]) -> Operator:
    return lambda args: compare(symbol, args[0], args[1])


def _function(function: MathFunction) -> Operator:
    return function.call


for _symbol, _nothing in (("+", 0), ("*", 1), ("&", -1), ("|", 0), ("^", 0)):
    _declare("mathop", _symbol, "?value ...?", _from_left(_symbol, _nothing), 0, UNLIMITED)
_declare("mathop", "**", "?value ...?", _power, 0, UNLIMITED)
_declare("mathop", "-", "value ?value ...?", _minus, 1, UNLIMITED)
_declare("mathop", "/", "value ?value ...?", _divide, 1, UNLIMITED)
for _symbol, _usage in (("%", "integer integer"), ("<<", "integer shift"), (">>", "integer shift")):
    _declare("mathop", _symbol, _usage, _two(_symbol), 2, 2)
for _symbol in ("<", "<=", ">", ">=", "=="):
    _declare("mathop", _symbol, "?value ...?", _chain(_symbol, arithmetic.compare), 0, UNLIMITED)
_declare("mathop", "eq", "?value ...?", _chain("eq", arithmetic.compare_text), 0, UNLIMITED)
_declare("mathop", "!=", "value value", _pair("!=", arithmetic.compare), 2, 2)
_declare("mathop", "ne", "value value", _pair("ne", arithmetic.compare_text), 2, 2)
for _symbol in ("in", "ni"):
    _declare("mathop", _symbol, "value list", _pair(_symbol, arithmetic.contains), 2, 2)
_declare("mathop", "~", "integer", lambda args: arithmetic.invert(args[0]), 1, 1)
_declare("mathop", "!", "boolean", lambda args: arithmetic.logical_not(args[0]), 1, 1)
for _name, _built_in in FUNCTIONS.items():
    _declare("mathfunc", _name, "?arg ...?", _function(_built_in), 0, UNLIMITED)
