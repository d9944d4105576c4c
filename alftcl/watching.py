"""Noticing that a variable is written: for vwait.

The class of a variable that is watched is swapped for one that tells, so that all others pay nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from alftcl.frames import Variable, split_name
from alftcl.namespaces import find_variable, make_variable
from alftcl.values import Value

if TYPE_CHECKING:
    from alftcl.interp import Interp

_value: Any = vars(Variable)["value"]  # the slot's descriptor
_TOLD: dict[int, list[Watch]] = {}


class Watch:
    """`changed` as soon as the variable was written or unset."""

    def __init__(self) -> None:
        self.changed = False


class _Watched(Variable):
    """A scalar whose every write is told."""

    __slots__ = ()

    @property
    def value(self) -> Value | None:
        found: Value | None = _value.__get__(self)
        return found

    @value.setter
    def value(self, value: Value | None) -> None:
        _value.__set__(self, value)
        for watch in _TOLD.get(id(self), ()):
            watch.changed = True


@contextmanager
def watch_variable(interp: Interp, name: str) -> Iterator[Watch]:
    """Watch a global variable, or an element of one."""
    base, key = split_name(name)
    if key is not None and find_variable(interp.root_frame, name) is None:
        with _watch_element(interp, base, key) as watch:
            yield watch
        return
    variable = make_variable(interp.root_frame, name)
    watch = Watch()
    known = _TOLD.setdefault(id(variable), [])
    known.append(watch)
    plain = type(variable)
    if plain is Variable:
        variable.__class__ = _Watched
    try:
        yield watch
    finally:
        known.remove(watch)
        if not known:
            del _TOLD[id(variable)]
            if plain is Variable:
                variable.__class__ = Variable


class _Elements(dict[str, Any]):
    """An array's elements while one of them is watched."""

    def __init__(self, elements: dict[str, Any], key: str, watch: Watch) -> None:
        super().__init__(elements)
        self._key = key
        self._watch = watch

    def __setitem__(self, key: str, value: Any) -> None:
        super().__setitem__(key, value)
        self._watch.changed = self._watch.changed or key == self._key

    def __delitem__(self, key: str) -> None:
        super().__delitem__(key)
        self._watch.changed = self._watch.changed or key == self._key


@contextmanager
def _watch_element(interp: Interp, base: str, key: str) -> Iterator[Watch]:
    array = make_variable(interp.root_frame, base)
    watch = Watch()
    told = array.elements = _Elements(array.elements or {}, key, watch)
    try:
        yield watch
    finally:
        if array.elements is told:
            array.elements = dict(told)
