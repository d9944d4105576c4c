"""What a service key expression is made of, once read: nodes that compile to functions (see runtime.match.keys).

    Key          a name or a pattern           Metric       @.mem
    Digits       a number, or a key's name     Arithmetic   + - * /
    Not          !                             Comparison   < <= == != >= >
    Joined       AND or ||

Every node is a condition, a number or both: `compile` makes the condition, `number` the number.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable

from alftcl.values import match_glob

Keys = frozenset[str]
Metrics = Callable[[str], float | None]
"""The value of a metric by its name (mem, disk, nCPUs, cpu, sa ...); None when it is unknown or stale."""

LOCAL = "\0local"  # no user can write this key: the slot belongs to the dispatcher's own machine
ADDRESS = re.compile(r"[\d.]+\Z")

_Test = Callable[[Keys, Metrics], bool]
_Number = Callable[[Metrics], float | None]


def _always(_keys: Keys, _metrics: Metrics) -> bool:
    return True


def every(tests: list[_Test]) -> _Test:
    if len(tests) == 1:
        return tests[0]
    return (lambda keys, metrics: all(test(keys, metrics) for test in tests)) if tests else _always


class Node:
    """A part of an expression; `start` and `text` are where and what the user wrote.

    `compile(positive, own)`: `positive` is False under an odd number of `!`; there a thing that is not known counts as
    true, so that it matches nothing either way. `own` is the machine-as-the-farm reading.
    """

    __slots__ = ("start", "text")

    def __init__(self, start: int, text: str) -> None:
        self.start = start
        self.text = text

    def parts(self) -> tuple[Node, ...]:
        """What is joined by AND at the top."""
        return (self,)

    def names(self, positive: bool) -> tuple[str, ...]:
        return ()

    def mentions(self) -> tuple[str, ...]:
        """Every name and pattern in it, whatever it is asked for."""
        return ()

    def metrics(self) -> tuple[str, ...]:
        return ()

    def compile(self, positive: bool, own: bool) -> _Test:
        """As a condition: a number is true unless it is 0."""
        number = self.number()
        if number is None:
            raise AssertionError("a node is a condition, a number or both")

        def test(_keys: Keys, metrics: Metrics) -> bool:
            value = number(metrics)
            return not positive if value is None else value != 0

        return test

    def number(self) -> _Number | None:
        """As a number; None when it is none."""
        return None


class Key(Node):
    __slots__ = ("name",)

    def __init__(self, start: int, text: str, name: str) -> None:
        super().__init__(start, text)
        self.name = name.lower()

    def names(self, positive: bool) -> tuple[str, ...]:
        return (self.name,) if positive and not is_pattern(self.name) else ()

    def mentions(self) -> tuple[str, ...]:
        return (self.name,)

    def compile(self, positive: bool, own: bool) -> _Test:
        if own and positive:
            return _always
        if self.name.startswith("local:"):
            whole, wanted = self.name, _key_test(self.name[6:])
            return lambda keys, metrics: whole in keys or (LOCAL in keys and wanted(keys, metrics))
        return _key_test(self.name)

    def number(self) -> _Number | None:
        return None


def is_pattern(name: str) -> bool:
    return "*" in name or "?" in name


def _key_test(name: str) -> _Test:
    if is_pattern(name):
        pattern = re.sub(r"([\[\]\\])", r"\\\1", name)
        return lambda keys, _metrics: any(match_glob(pattern, key) for key in keys)
    short, dot, _ = name.partition(".")
    if dot and not ADDRESS.match(name):
        host = short + "."
        return lambda keys, _metrics: name in keys or host in keys
    return lambda keys, _metrics: name in keys


class Digits(Key):
    """Digits: a number where one is wanted, else the name of a key."""

    __slots__ = ()

    def number(self) -> _Number:
        value = float(self.text)
        return lambda _metrics: value


class Metric(Node):
    __slots__ = ("name",)

    def __init__(self, start: int, text: str) -> None:
        super().__init__(start, text)
        self.name = _METRIC_NAMES.get(text[2:].lower(), text[2:])

    def metrics(self) -> tuple[str, ...]:
        return (self.name,)

    def number(self) -> _Number:
        name = self.name
        return lambda metrics: metrics(name)


_METRIC_NAMES = {name.lower(): name for name in ("disk", "mem", "nCPUs", "cpu", "sa")}


class Arithmetic(Node):
    __slots__ = ("left", "operation", "right")

    def __init__(self, left: Node, operation: str, right: Node, text: str) -> None:
        super().__init__(left.start, text)
        self.left = left
        self.operation = operation
        self.right = right

    def metrics(self) -> tuple[str, ...]:
        return (*self.left.metrics(), *self.right.metrics())

    def number(self) -> _Number | None:
        return _combined(_ARITHMETIC[self.operation], self.left, self.right)


class Comparison(Arithmetic):
    __slots__ = ()

    def compile(self, positive: bool, own: bool) -> _Test:
        difference = _combined(operator.sub, self.left, self.right)
        compare = _COMPARISONS[self.operation]

        def test(_keys: Keys, metrics: Metrics) -> bool:
            value = difference(metrics)
            return not positive if value is None else compare(value, 0)

        return test

    def number(self) -> None:
        return None


def _combined(operation: Callable[[float, float], float], left: Node, right: Node) -> _Number:
    """The number of two; None when one is not known or it is divided by 0."""
    first, second = left.number(), right.number()
    if first is None or second is None:
        raise AssertionError("the parser lets only numbers through")

    def number(metrics: Metrics) -> float | None:
        one, two = first(metrics), second(metrics)
        if one is None or two is None or (operation is operator.truediv and two == 0):
            return None
        return operation(one, two)

    return number


_ARITHMETIC: dict[str, Callable[[float, float], float]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
}
_COMPARISONS: dict[str, Callable[[float, float], bool]] = {
    "<": operator.lt,
    "<=": operator.le,
    "==": operator.eq,
    "!=": operator.ne,
    ">=": operator.ge,
    ">": operator.gt,
}


class Not(Node):
    __slots__ = ("inner",)

    def __init__(self, start: int, text: str, inner: Node) -> None:
        super().__init__(start, text)
        self.inner = inner

    def names(self, positive: bool) -> tuple[str, ...]:
        return self.inner.names(not positive)

    def mentions(self) -> tuple[str, ...]:
        return self.inner.mentions()

    def metrics(self) -> tuple[str, ...]:
        return self.inner.metrics()

    def compile(self, positive: bool, own: bool) -> _Test:
        inner = self.inner.compile(not positive, own)
        return lambda keys, metrics: not inner(keys, metrics)


class Joined(Node):
    """Conditions joined by AND, or (`either`) by ||."""

    __slots__ = ("either", "nodes")

    def __init__(self, text: str, nodes: list[Node], either: bool) -> None:
        super().__init__(nodes[0].start, text)
        self.nodes = nodes
        self.either = either

    def parts(self) -> tuple[Node, ...]:
        return (self,) if self.either else tuple(part for node in self.nodes for part in node.parts())

    def names(self, positive: bool) -> tuple[str, ...]:
        return tuple(name for node in self.nodes for name in node.names(positive))

    def mentions(self) -> tuple[str, ...]:
        return tuple(name for node in self.nodes for name in node.mentions())

    def metrics(self) -> tuple[str, ...]:
        return tuple(name for node in self.nodes for name in node.metrics())

    def compile(self, positive: bool, own: bool) -> _Test:
        tests = [node.compile(positive, own) for node in self.nodes]
        if self.either:
            return lambda keys, metrics: any(test(keys, metrics) for test in tests)
        return every(tests)
