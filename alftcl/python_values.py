"""Values between Python and Tcl.

    going in (`from_python`)                coming out (`to_python`)       when asked for (`convert`)
    str, int, float    as they are          str, int, float, list, dict:   int, float, bool, str, bytes, Path,
    bool               1 or 0               as the engine holds the        list, list[int], tuple[str, ...],
    None               the empty string     value: "7" may come as a       dict, dict[str, float], int | None,
    bytes              a char for a byte    str or an int, as it was       ... by Tcl's rules, with its errors
    list, tuple, range a list               made
    a mapping          a dict
    Path               its name

Lists and dicts are copied, inside too, in both directions: what Python holds is Python's. Anything else (a set, a
generator, a date) has no one meaning in Tcl and is a TypeError.
"""

from __future__ import annotations

import os
import types
from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, TypeVar, Union, get_args, get_origin, overload

from alftcl.errors import TclError
from alftcl.values import Value, to_bool, to_dict, to_float, to_int, to_list, to_str

T = TypeVar("T")
Converter = Callable[[Value], Any]


def from_python(value: Any) -> Value:
    """The Tcl value of a Python value. Raises TypeError for what has none.

    >>> from_python(("a b", True, None, b"\\xff"))
    ['a b', 1, '', 'ÿ']
    """
    kind = type(value)
    if kind is str or kind is int or kind is float:
        return value  # type: ignore[no-any-return]  # narrowed by its type
    if kind is list or kind is tuple or kind is range:
        return [from_python(item) for item in value]
    if value is None:
        return ""
    if isinstance(value, int):  # bool, IntEnum
        return int(value)
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, float):
        return float(value)
    if isinstance(value, Mapping):
        return {to_str(from_python(key)): from_python(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [from_python(item) for item in value]
    if isinstance(value, bytes | bytearray | memoryview):
        return bytes(value).decode("latin-1")
    if isinstance(value, os.PathLike):
        return os.fsdecode(value)
    raise TypeError(f"a {kind.__name__} is no Tcl value: give a str, int, float, bool, None, bytes, Path, list or dict")


def to_python(value: Value) -> Value:
    """The value as it is, lists and dicts copied: the engine shares its own."""
    kind = type(value)
    if kind is list:
        return [to_python(item) for item in value]  # type: ignore[union-attr]  # mypy does not narrow by type() is
    if kind is dict:
        return {key: to_python(item) for key, item in value.items()}  # type: ignore[union-attr]
    return value


@overload
def convert(value: Value, as_: type[T]) -> T: ...
@overload
def convert(value: Value, as_: Any) -> Any: ...
def convert(value: Value, as_: Any) -> Any:
    """A Tcl value as a Python type.

    >>> convert("0x10 {2 }", list[int]), convert("yes", bool), convert("a 1 b 2", dict[str, float])
    ([16, 2], True, {'a': 1.0, 'b': 2.0})
    >>> convert("ten", int)
    Traceback (most recent call last):
    alftcl.errors.TclError: expected integer but got "ten"

    Raises TclError with Tcl's own message when the value is no such thing, TypeError when the type is none of
    those above.
    """
    return converter(as_)(value)


@cache
def converter(as_: Any) -> Converter:
    """The function that makes a type's values of Tcl's."""
    if as_ is Any or as_ is object:
        return to_python
    simple = _SIMPLE.get(as_)
    if simple is not None:
        return simple
    if isinstance(as_, type) and issubclass(as_, os.PathLike):
        make: Callable[[str], Any] = as_
        return lambda value: make(to_str(value))
    origin, parts = get_origin(as_), get_args(as_)
    if origin is list and len(parts) == 1:
        return _list_of(parts[0])
    if origin is tuple and len(parts) == 2 and parts[1] is Ellipsis:
        items = _list_of(parts[0])
        return lambda value: tuple(items(value))
    if origin is dict and len(parts) == 2 and parts[0] is str:
        return _dict_of(parts[1])
    if origin in (Union, types.UnionType) and len(parts) == 2 and type(None) in parts:
        return _optional(next(part for part in parts if part is not type(None)))
    raise TypeError(f"no Tcl value can become {as_!r}")


def _list_of(part: Any) -> Converter:
    inner = converter(part)
    return lambda value: [inner(item) for item in to_list(value)]


def _dict_of(part: Any) -> Converter:
    inner = converter(part)
    return lambda value: {key: inner(item) for key, item in to_dict(value).items()}


def _optional(part: Any) -> Converter:
    inner = converter(part)
    return lambda value: None if to_str(value) == "" else inner(value)


def _to_bytes(value: Value) -> bytes:
    text = to_str(value)
    try:
        return text.encode("latin-1")
    except UnicodeEncodeError as failure:
        char = text[failure.start]
        raise TclError(
            f"expected byte sequence but character {failure.start} was '{char}' (U+{ord(char):06X})",
            ["TCL", "VALUE", "BYTES"],
        ) from None


_SIMPLE: dict[Any, Converter] = {
    str: to_str,
    int: to_int,
    float: to_float,
    bool: to_bool,
    bytes: _to_bytes,
    list: lambda value: [to_python(item) for item in to_list(value)],
    tuple: lambda value: tuple(to_python(item) for item in to_list(value)),
    dict: lambda value: {key: to_python(item) for key, item in to_dict(value).items()},
}
