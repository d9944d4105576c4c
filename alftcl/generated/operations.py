"""What generated code calls where it cannot do with an operator of Python's: values of unknown kinds, odd cases.

Every function here follows the rules of the direct engine, mostly by calling the same code.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from functools import partial
from sys import getrefcount
from typing import TYPE_CHECKING, Any

from alftcl import arithmetic
from alftcl.arithmetic import domain_error
from alftcl.errors import Break, Continue, Return, TclError
from alftcl.frames import (
    IS_ARRAY,
    NO_ELEMENT,
    NO_SUCH,
    NOT_ARRAY,
    Frame,
    Variable,
    append_text,
    not_found,
    owned_dict,
    owned_list,
    variable_error,
)
from alftcl.functions import FUNCTIONS
from alftcl.generated.failures import NESTING, TOO_DEEP
from alftcl.namespaces import forget
from alftcl.table import wrong_args
from alftcl.values import (
    Value,
    as_number,
    match_glob,
    pairs_to_dict,
    quote_element,
    to_bool,
    to_dict,
    to_index,
    to_int,
    to_list,
    to_str,
)

if TYPE_CHECKING:
    from alftcl.interp import Interp
    from alftcl.namespaces import Namespace
    from alftcl.procedures import Procedure
    from alftcl.table import Command, Function

_MOST_DIGITS = 1 << 16
_WIDE = 1 << 63

_SYMBOLS = {
    "add": "+", "sub": "-", "mul": "*", "div": "/", "mod": "%", "power": "**", "shl": "<<", "shr": ">>",
    "bitand": "&", "bitor": "|", "bitxor": "^",
}  # fmt: skip
_COMPARISONS = {"lt": "<", "gt": ">", "le": "<=", "ge": ">=", "eq": "==", "ne": "!="}
ARITHMETIC = {symbol: name for name, symbol in _SYMBOLS.items()}
COMPARISON = {symbol: name for name, symbol in _COMPARISONS.items()}


class _Digits(dict[int, str]):
    """The string forms of ints: loops name the elements of arrays with the same ones again and again."""

    def __missing__(self, number: int) -> str:
        text = to_str(number)
        if len(self) < _MOST_DIGITS:
            self[number] = text
        return text


DIGITS = _Digits()


class _Numbers(dict[str, int | float | None]):
    """The numbers that strings look like: lists and arrays often hold the same ones."""

    def __missing__(self, text: str) -> int | float | None:
        number = as_number(text)
        if len(self) < _MOST_DIGITS and len(text) < 40:
            self[text] = number
        return number


_NUMBERS = _Numbers()


def _calculating(symbol: str, on_ints: Callable[[Any, Any], Any]) -> Callable[[Value, Value], Value]:
    """An operator for values of any kind: strings that are ints take a short way."""
    calculate = partial(arithmetic.calculate, symbol)

    def operation(left: Value, right: Value) -> Value:
        first = _NUMBERS[left] if type(left) is str else left
        second = _NUMBERS[right] if type(right) is str else right
        if type(first) is int and type(second) is int:
            return on_ints(first, second)  # type: ignore[no-any-return]  # an int
        return calculate(left, right)

    return operation


def truth(value: Value) -> bool:
    """The value of a condition."""
    return value != 0 if type(value) is int else to_bool(value)


def same_text(left: Value, right: Value) -> bool:
    """eq"""
    if type(left) is str and type(right) is str:
        return left == right
    return to_str(left) == to_str(right)


def member(left: Value, right: Value) -> bool:
    """in"""
    return arithmetic.contains("in", left, right) != 0


def result(value: Value) -> Value:
    """What expr makes of its value: what looks like a number is one."""
    if type(value) is int:
        return value
    number = as_number(value)
    if number is None:
        return value
    if number != number:
        raise domain_error()
    return number


def function(name: str, *args: Value) -> Value:
    """A function of expr."""
    return FUNCTIONS[name].call(list(args))


# ---- variables ----------------------------------------------------------------------------------------


def increased(value: Value | None, step: Value) -> int:
    """incr: None is a variable that is not set. What is compiled looks at the variable first."""
    number = 0 if value is None else to_int(value)
    try:
        return number + to_int(step)
    except TclError as error:
        error.add_info("\n    (reading increment)")
        raise


def increase(variable: Variable, step: Value) -> Value:
    """incr of a variable that is a link."""
    variable.value = number = increased(variable.value, step)
    return number


def unset_missing(name: str, in_procedure: bool) -> None:
    """unset of a variable that is not set."""
    raise not_found("unset", in_procedure, name, None)


def unset_read(name: str, in_procedure: bool) -> Value:
    """A variable that may be unset, and is."""
    raise not_found("read", in_procedure, name, None)


def linked_read(variable: Variable, name: str) -> Value:
    """A linked variable that has no value."""
    value = variable.value
    if value is not None:
        return value
    if variable.elements is not None:
        raise variable_error("read", name, None, IS_ARRAY, ["READ", "VARNAME"])
    raise variable_error("read", name, None, NO_SUCH, ["READ", "VARNAME"])


def linked_write(variable: Variable, name: str, value: Value) -> Value:
    """Set a linked variable, which may be an array."""
    _scalar(variable, name)
    variable.value = value
    return value


def _scalar(variable: Variable, name: str) -> None:
    if variable.elements is not None:
        raise variable_error("set", name, None, IS_ARRAY, ["WRITE", "VARNAME"])


def append_linked(variable: Variable, name: str, text: str) -> str:
    """append to a linked variable."""
    _scalar(variable, name)
    return append_text(variable, text)


def extend_linked(variable: Variable, name: str, items: list[Any]) -> list[Any]:
    """lappend to a linked variable."""
    _scalar(variable, name)
    found = owned_list(variable)
    found += items
    return found


def set_key_linked(variable: Variable, name: str, key: str, item: Value) -> dict[str, Any]:
    """dict set in a linked variable."""
    _scalar(variable, name)
    found = owned_dict(variable)
    found[key] = item
    return found


class Elements(dict[str, Any]):
    """The elements of an array that is a local variable; `exists` when `array set` made it, empty or not."""

    __slots__ = ("exists", "in_procedure", "name")

    def __init__(self, name: str, in_procedure: bool = True) -> None:
        self.name = name
        self.in_procedure = in_procedure
        self.exists = False

    def __missing__(self, key: str) -> Value:
        if self or self.exists:
            raise variable_error("read", self.name, key, NO_ELEMENT, ["READ", "VARNAME"])
        raise not_found("read", self.in_procedure, self.name, key)

    def fill(self, pairs: Value) -> str:
        """array set"""
        fill(self, pairs)
        self.exists = True
        return ""

    def remove(self, key: str) -> None:
        """unset a(key)"""
        if not self and not self.exists:
            raise not_found("unset", self.in_procedure, self.name, key)
        self.exists = True
        remove(self, self.name, key)


def fill(elements: dict[str, Any], pairs: Value) -> str:
    """array set of an array that is there."""
    items = to_list(pairs)
    if len(items) % 2:
        raise TclError("list must have an even number of elements", ["TCL", "ARGUMENT", "FORMAT"])
    for key, value in zip(items[::2], items[1::2], strict=True):
        elements[key if type(key) is str else to_str(key)] = value
    return ""


def remove(elements: dict[str, Any], name: str, key: str) -> None:
    """unset an element of an array that is there."""
    if key not in elements:
        raise variable_error("unset", name, key, NO_ELEMENT, ["LOOKUP", "ELEMENT", key])
    del elements[key]


def no_element(name: str, key: str) -> None:
    """An element that an array does not have."""
    raise variable_error("read", name, key, NO_ELEMENT, ["READ", "VARNAME"])


def linked_elements(variable: Variable, name: str, key: str) -> dict[str, Any]:
    """The elements of a linked array, to be written."""
    elements = variable.elements
    if elements is None:
        if variable.value is not None:
            raise variable_error("set", name, key, NOT_ARRAY, ["LOOKUP", "VARNAME"])
        elements = variable.elements = {}
    return elements


def linked_element(variable: Variable, name: str, key: str) -> Value:
    """One element of a linked array."""
    elements = variable.elements
    if elements is None:
        if variable.value is None:
            raise variable_error("read", name, key, NO_SUCH, ["LOOKUP", "VARNAME"])
        raise variable_error("read", name, key, NOT_ARRAY, ["LOOKUP", "VARNAME"])
    value = elements.get(key)
    if value is None:
        raise variable_error("read", name, key, NO_ELEMENT, ["READ", "VARNAME"])
    return value


def link_to(space: Namespace, name: str) -> Variable:
    """global, variable: a variable of a namespace that is not there yet."""
    return space.variables.setdefault(name, Variable())


def counted(command: Command, name: str, interp: Interp, words: list[Any]) -> Value:
    """A built-in called with words whose number was not known before."""
    if not command.least <= len(words) <= command.most:
        raise wrong_args(f"{name} {command.usage}".rstrip())
    return command.run(interp, words)


def called(procedure: Procedure, name: str, interp: Interp, depth: int, words: list[Any]) -> Value:
    """A closed procedure called with words whose number was not known before."""
    if not procedure.least <= len(words) <= procedure.most:
        raise wrong_args(f"{quote_element(name)} {procedure.usage}".rstrip())
    outer, word = interp.depth, interp.command_word
    interp.depth, interp.command_word = depth - 1, name
    try:
        return procedure.run(interp, words)
    finally:
        interp.depth, interp.command_word = outer, word


MOST_PIECES = 4000  # of a text that grows, before they are joined


def set_apart(
    run: Function, interp: Interp, space: Namespace, words: list[Any], names: list[str]
) -> list[Value | None]:
    """Run a command that sets variables of these names: its value, and what they have become (None: not set)."""
    outer = interp.frame
    variables = {name: Variable() for name in names}  # not set yet, but there: that is found fastest
    interp.frame = Frame(variables, space, outer)
    try:
        value = run(interp, words)
    finally:
        interp.frame = outer
    return [value, *[variables[name].value for name in names]]


def changed(run: Function, interp: Interp, space: Namespace, variable: Variable, words: list[Any]) -> Value:
    """Run a command that changes the variable that its first word names."""
    outer = interp.frame
    interp.frame = Frame({words[0]: variable}, space, outer)
    try:
        return run(interp, words)
    finally:
        interp.frame = outer


def taken(variable: Variable) -> Value | None:
    """The value of a variable that a loop changes in place: the variable lets go of it meanwhile."""
    value = variable.value
    variable.value = None
    return value


def store(variables: dict[str, Variable], name: str, value: Value | None) -> None:
    """Give a variable of the frame the value that a loop leaves in it; None: the loop has unset it."""
    if value is None:
        if name in variables:
            variables[name].clear()
            forget(variables, name)
    else:
        variable = variables.get(name)
        if variable is None:
            variable = variables[name] = Variable()
        variable.value = value


def store_elements(variables: dict[str, Variable], name: str, elements: Elements) -> None:
    """Make an array of the frame from one that a loop has made."""
    if elements or elements.exists:
        variables.setdefault(name, Variable()).elements = dict(elements)


# ---- lists and dicts ----------------------------------------------------------------------------------


def _alone() -> int:
    value: list[Any] = []
    return getrefcount(value)


ALONE = _alone()
"""How often getrefcount sees what only one local variable holds."""


def _item_alone() -> int:
    items: list[Any] = [[]]
    item = items[0]
    return getrefcount(item)


_ITEM_ALONE = _item_alone()


def index(items: Value, place: Value) -> Value:
    """lindex with one index."""
    found = to_list(items)
    if type(place) is not int:
        if type(place) is str and place.isdigit() and place.isascii():
            place = int(place) if place == "0" or place[0] != "0" else to_index(place, len(found))
        else:
            return function_of_lindex(found, place)
    return found[place] if 0 <= place < len(found) else outside(place)


def outside(place: int) -> str:
    """What an index names that is none of the list or text: nothing, if it is an index at all."""
    to_index(place, 0)
    return ""


def span(text: str, first: int, last: int) -> str:
    """string range"""
    begin, end = to_index(first, len(text)), to_index(last, len(text))
    return text[max(0, begin) : max(0, end + 1)]


def function_of_lindex(items: list[Any], place: Value) -> Value:
    """lindex with an index that may be a list of them."""
    from alftcl.commands.lists import element_at, index_path

    return element_at(items, index_path([place]))


def extended(value: Value | None, items: list[Any]) -> list[Any]:
    """lappend to a value that others hold."""
    return items if value is None else [*to_list(value), *items]


def replaced(value: Value, path: list[Any], item: Value, owned: bool) -> Value:
    """lset: the list with one item replaced, the same object when it is `owned`."""
    if len(path) == 1:
        return _replaced_one(value, path[0], item, owned)
    items = to_list(value)
    place = _place(items, path[0])
    if place >= len(items):
        inner: Value = ""
        owned = False
    else:
        inner = items[place]
    changed = _deeper(inner, path[1:], item, owned)
    return _replaced_one(value, place, changed, owned)


def _deeper(inner: Value, path: list[Any], item: Value, owned: bool) -> Value:
    # held by its list, by the caller's name, by this one's and by getrefcount
    return replaced(inner, path, item, owned and type(inner) is list and getrefcount(inner) <= _ITEM_ALONE + 1)


def _place(items: list[Any], place: Value) -> int:
    number = to_index(place, len(items))
    if not 0 <= number <= len(items):
        raise TclError("list index out of range", ["TCL", "OPERATION", "LSET", "BADINDEX"])
    return number


def _replaced_one(value: Value, place: Value, item: Value, owned: bool) -> Value:
    items = to_list(value)
    number = _place(items, place)
    if not owned or items is not value:
        items = list(items)
    if number == len(items):
        items.append(item)
    else:
        items[number] = item
    return items


def with_key(value: Value | None, key: str, item: Value) -> dict[str, Any]:
    """dict set on a value that others hold."""
    found = {} if value is None else dict(to_dict(value))
    found[key] = item
    return found


def has_key(value: Value, key: str) -> bool:
    """dict exists: what is no dict has no keys."""
    if type(value) is dict:
        return key in value
    try:
        return key in to_dict(value)
    except TclError:
        return False


def no_key(key: str) -> None:
    """dict get of a key that is not there."""
    raise TclError(f'key "{key}" not known in dictionary', ["TCL", "LOOKUP", "DICT", key])


def groups(values: Value, width: int) -> Any:
    """The rounds of foreach with several variables: tuples, the last one filled up with empty strings."""
    items = to_list(values)
    if len(items) % width:
        items = [*items, *[""] * (width - len(items) % width)]
    return zip(*[iter(items)] * width, strict=True)


def rounds(rows: tuple[Any, ...], fillers: tuple[Any, ...]) -> Iterator[tuple[Any, ...]]:
    """The rounds of a foreach over several lists; the shorter ones are filled up."""
    iterators = [iter(row) for row in rows]
    while True:
        taken = [next(iterator, None) for iterator in iterators]
        if all(row is None for row in taken):
            return
        yield tuple(filler if row is None else row for row, filler in zip(taken, fillers, strict=True))


def fail(message: Value) -> None:
    """error"""
    raise TclError(message)


def returned(value: Value) -> Return:
    """`return` inside of a catch, or of a loop that is a unit of its own."""
    return Return(value)


def too_deep() -> TclError:
    """More procedures in one another than the interpreter allows."""
    return TclError(TOO_DEEP, NESTING)


def vocabulary() -> dict[str, Any]:
    """The names that generated code finds in its globals."""
    names: dict[str, Any] = {
        name: _calculating(symbol, arithmetic.INTEGER_OPERATIONS[symbol]) for name, symbol in _SYMBOLS.items()
    }
    for name, symbol in _COMPARISONS.items():
        names[name] = partial(arithmetic.compare, symbol)
    for found in (
        truth, same_text, member, result, function, increased, increase, unset_read, linked_read,
        linked_write, Elements, linked_elements, linked_element, index, extended, replaced, with_key, has_key, no_key,
        groups, rounds, fail, returned, too_deep, link_to, unset_missing, no_element, store, taken,
        set_apart, changed, counted, called, outside, span, store_elements, match_glob, Variable, to_str, to_list,
        to_dict, to_int, getrefcount, pairs_to_dict, append_linked, extend_linked, set_key_linked, fill, remove,
    ):  # fmt: skip
        names[found.__name__] = found
    names |= {"MOST_PIECES": MOST_PIECES, "INDICES": 1 << 31}
    names |= {
        "minus": arithmetic.negate, "plus": arithmetic.plus, "invert": arithmetic.invert,
        "logical_not": arithmetic.logical_not, "divide": arithmetic.divide, "modulo": arithmetic.modulo,
        "Break": Break, "Continue": Continue, "sqrt": math.sqrt, "ALONE": ALONE,
        "DIGITS": DIGITS, "WIDE": _WIDE, "inf": math.inf,
    }  # fmt: skip
    return names
