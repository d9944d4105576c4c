"""Service key expressions: which slots a command accepts (reference 2.4).

    PixarRender, BigIron            both keys; `,` `&&` and blanks all mean AND
    PixarRender && !Irix            the slot must not have the key Irix
    Linux || (OSX && !Desktops)
    "rack-15?" || '192.168.0.*'     wildcards * and ?; "*" is every slot
    @.mem * 1024 > 2048             metrics of the machine: numbers, + - * / and comparisons
    local:PixarRender               the key, on a slot of the dispatcher's own machine

    text --_scan--> tokens --_Parser--> tree of nodes --node.compile--> one function of (keys, metrics)

Precedence, tightest first:   !   * /   + -   < <= == != >= >   AND   ||

Keys compare without case. A slot has the keys of its entry and its name, its host's name (short and full) and its
host's address: `slot_keys` makes the set that a KeyTest looks into. A comparison with a metric that nobody knows
matches nothing, with or without a `!` in front.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import NamedTuple

from alftcl.values import match_glob

Keys = frozenset[str]
Metrics = Callable[[str], float | None]
"""The value of a metric by its name (mem, disk, nCPUs, cpu, sa ...); None when it is unknown or stale."""

_LOCAL = "\0local"  # no user can write this key: the slot belongs to the dispatcher's own machine
_ADDRESS = re.compile(r"[\d.]+\Z")


def slot_keys(names: Iterable[str], *, slot: str = "", host: str = "", address: str = "", local: bool = False) -> Keys:
    """The keys that a slot answers to. `local`: it belongs to the dispatcher's own machine."""
    keys = {name.lower() for name in (*names, slot, host, address) if name}
    if host and not _ADDRESS.match(host):
        short, dot, _ = host.lower().partition(".")
        keys.add(short if dot else short + ".")  # "janus." is: whatever its full name is
    if local:
        keys.add(_LOCAL)
    return frozenset(keys)


class KeyExpressionError(ValueError):
    """A service key expression that cannot be read. `offset` counts characters from 0; `hint` may be empty."""

    def __init__(self, expression: str, offset: int, problem: str, hint: str = "") -> None:
        self.expression = expression
        self.offset = offset
        self.problem = problem
        self.hint = hint
        shown = expression if len(expression) <= 120 else expression[:117] + "..."
        super().__init__(f'service key expression "{shown}": {problem} at character {offset + 1}')


class KeyTest:
    """A compiled expression.

    `positive` are the names that ask for a key, as written; `metrics` the names of the metrics that it reads.
    """

    __slots__ = ("_accepts", "_own", "_parts", "expression", "metrics", "positive")

    def __init__(self, expression: str, root: _Node | None) -> None:
        parts = root.parts() if root else ()
        self.expression = expression
        self.positive = tuple(dict.fromkeys(name for part in parts for name in part.names(True)))
        self.metrics = tuple(dict.fromkeys(name for part in parts for name in part.metrics()))
        self._parts = tuple((part, part.compile(True, False)) for part in parts)
        self._accepts = _every([accepts for _, accepts in self._parts])
        self._own = _every([part.compile(True, True) for part in parts])

    def __call__(self, slot_keys: Keys, metrics: Metrics) -> bool:
        """Whether a slot with these keys, on a machine with these metrics, is accepted."""
        return self._accepts(slot_keys, metrics)

    def on_own_machine(self, own_keys: Keys, metrics: Metrics) -> bool:
        """The machine as the farm (section 10): every key that is asked for is there, negated keys and metrics hold."""
        return self._own(own_keys, metrics)

    def why_not(self, slot_keys: Keys, metrics: Metrics) -> str:
        """The first part that the slot fails, in words; empty when it is accepted."""
        for part, accepts in self._parts:
            if not accepts(slot_keys, metrics):
                unknown = [name for name in part.metrics() if metrics(name) is None]
                known = ", ".join(f"@.{name}" for name in unknown)
                return f"{known} not known" if unknown else f"does not match {part.text}"
        return ""


@lru_cache(maxsize=4096)
def compile_keys(expression: str) -> KeyTest:
    """The test that an expression means; the empty one accepts every slot. Raises KeyExpressionError."""
    tokens = _scan(expression)
    return KeyTest(expression, _Parser(expression, tokens).expression() if len(tokens) > 1 else None)


def combine(job_expression: str, cmd_expression: str) -> str:
    """Job's and command's expressions, each in parentheses, so that an || in one does not reach into the other."""
    if not job_expression.strip():
        return cmd_expression
    if not cmd_expression.strip():
        return job_expression
    return f"({job_expression}) && ({cmd_expression})"


# ---- the tree ---------------------------------------------------------------------------------------

_Test = Callable[[Keys, Metrics], bool]
_Number = Callable[[Metrics], float | None]


def _always(_keys: Keys, _metrics: Metrics) -> bool:
    return True


def _every(tests: list[_Test]) -> _Test:
    if len(tests) == 1:
        return tests[0]
    return (lambda keys, metrics: all(test(keys, metrics) for test in tests)) if tests else _always


class _Node:
    """A part of an expression; `start` and `text` are where and what the user wrote.

    `compile(positive, own)`: `positive` is False under an odd number of `!`; there a thing that is not known counts as
    true, so that it matches nothing either way. `own` is the machine-as-the-farm reading.
    """

    __slots__ = ("start", "text")

    def __init__(self, start: int, text: str) -> None:
        self.start = start
        self.text = text

    def parts(self) -> tuple[_Node, ...]:
        """What is joined by AND at the top."""
        return (self,)

    def names(self, positive: bool) -> tuple[str, ...]:
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


class _Key(_Node):
    __slots__ = ("name",)

    def __init__(self, start: int, text: str, name: str) -> None:
        super().__init__(start, text)
        self.name = name.lower()

    def names(self, positive: bool) -> tuple[str, ...]:
        return (self.name,) if positive and not _is_pattern(self.name) else ()

    def compile(self, positive: bool, own: bool) -> _Test:
        if own and positive:
            return _always
        if self.name.startswith("local:"):
            whole, wanted = self.name, _key_test(self.name[6:])
            return lambda keys, metrics: whole in keys or (_LOCAL in keys and wanted(keys, metrics))
        return _key_test(self.name)

    def number(self) -> _Number | None:
        return None


def _is_pattern(name: str) -> bool:
    return "*" in name or "?" in name


def _key_test(name: str) -> _Test:
    if _is_pattern(name):
        pattern = re.sub(r"([\[\]\\])", r"\\\1", name)
        return lambda keys, _metrics: any(match_glob(pattern, key) for key in keys)
    short, dot, _ = name.partition(".")
    if dot and not _ADDRESS.match(name):
        host = short + "."
        return lambda keys, _metrics: name in keys or host in keys
    return lambda keys, _metrics: name in keys


class _Digits(_Key):
    """Digits: a number where one is wanted, else the name of a key."""

    __slots__ = ()

    def number(self) -> _Number:
        value = float(self.text)
        return lambda _metrics: value


class _Metric(_Node):
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


class _Arithmetic(_Node):
    __slots__ = ("left", "operation", "right")

    def __init__(self, left: _Node, operation: str, right: _Node, text: str) -> None:
        super().__init__(left.start, text)
        self.left = left
        self.operation = operation
        self.right = right

    def metrics(self) -> tuple[str, ...]:
        return (*self.left.metrics(), *self.right.metrics())

    def number(self) -> _Number | None:
        return _combined(_ARITHMETIC[self.operation], self.left, self.right)


class _Comparison(_Arithmetic):
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


def _combined(operation: Callable[[float, float], float], left: _Node, right: _Node) -> _Number:
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


class _Not(_Node):
    __slots__ = ("inner",)

    def __init__(self, start: int, text: str, inner: _Node) -> None:
        super().__init__(start, text)
        self.inner = inner

    def names(self, positive: bool) -> tuple[str, ...]:
        return self.inner.names(not positive)

    def metrics(self) -> tuple[str, ...]:
        return self.inner.metrics()

    def compile(self, positive: bool, own: bool) -> _Test:
        inner = self.inner.compile(not positive, own)
        return lambda keys, metrics: not inner(keys, metrics)


class _Joined(_Node):
    """Conditions joined by AND, or (`either`) by ||."""

    __slots__ = ("either", "nodes")

    def __init__(self, text: str, nodes: list[_Node], either: bool) -> None:
        super().__init__(nodes[0].start, text)
        self.nodes = nodes
        self.either = either

    def parts(self) -> tuple[_Node, ...]:
        return (self,) if self.either else tuple(part for node in self.nodes for part in node.parts())

    def names(self, positive: bool) -> tuple[str, ...]:
        return tuple(name for node in self.nodes for name in node.names(positive))

    def metrics(self) -> tuple[str, ...]:
        return tuple(name for node in self.nodes for name in node.metrics())

    def compile(self, positive: bool, own: bool) -> _Test:
        tests = [node.compile(positive, own) for node in self.nodes]
        if self.either:
            return lambda keys, metrics: any(test(keys, metrics) for test in tests)
        return _every(tests)


# ---- from text to tree ------------------------------------------------------------------------------


class _Token(NamedTuple):
    kind: str
    text: str
    start: int


_TOKEN = re.compile(
    r"(?P<blank>\s+)"
    r"|(?P<and>&&|,)"
    r"|(?P<or>\|\|)"
    r"|(?P<compare><=|>=|==|!=|<|>)"
    r"|(?P<not>!)"
    r"|(?P<open>\()"
    r"|(?P<close>\))"
    r"""|(?P<quoted>"[^"]*"|'[^']*')"""
    r"|(?P<metric>@\.[A-Za-z_]\w*)"
    r"|(?P<number>(?:\d+(?:\.\d*)?|\.\d+)(?![\w?=:.]|-\w))"
    r"|(?P<name>[\w*?](?:[\w*?]|[-.=:][\w*?])*)"
    r"|(?P<arithmetic>[-+*/])"
)
_ARITHMETIC_AFTER = {"number", "metric", "close"}
_AFTER_CONDITIONS = {"or", "close", "end", "compare", "arithmetic"}
_DEEPEST = 100


def _scan(expression: str) -> list[_Token]:
    """The tokens, and one of kind "end"."""
    tokens: list[_Token] = []
    place = 0
    while place < len(expression):
        if expression[place] == "*" and tokens and tokens[-1].kind in _ARITHMETIC_AFTER:
            tokens.append(_Token("arithmetic", "*", place))
            place += 1
            continue
        match = _TOKEN.match(expression, place)
        if match is None:
            raise _unreadable(expression, place)
        place = match.end()
        if match.lastgroup and match.lastgroup != "blank":
            tokens.append(_Token(match.lastgroup, match.group(), match.start()))
    return [*tokens, _Token("end", "", len(expression))]


def _unreadable(expression: str, place: int) -> KeyExpressionError:
    char = expression[place]
    if char in "\"'":
        return KeyExpressionError(expression, place, f"the quote {char} is never closed")
    hints = {"&": "AND is && or a comma", "|": "OR is ||", "=": "equal is ==", "@": "metrics are written @.mem"}
    return KeyExpressionError(expression, place, f'unexpected "{char}"', hints.get(char, ""))


class _Parser:
    """Recursive descent, one method for each level of precedence."""

    def __init__(self, expression: str, tokens: list[_Token]) -> None:
        self._text = expression
        self._tokens = tokens
        self._place = 0
        self._depth = 0

    def expression(self) -> _Node:
        node = self._either()
        if self._next.kind != "end":
            raise self._error(f'unexpected "{self._next.text}"')
        return node

    def _either(self) -> _Node:
        nodes = [self._all()]
        while self._take("or"):
            nodes.append(self._all())
        return nodes[0] if len(nodes) == 1 else _Joined(self._since(nodes[0]), nodes, either=True)

    def _all(self) -> _Node:
        nodes = [self._condition()]
        while self._take("and") or self._next.kind not in _AFTER_CONDITIONS:
            nodes.append(self._condition())
        return nodes[0] if len(nodes) == 1 else _Joined(self._since(nodes[0]), nodes, either=False)

    def _condition(self) -> _Node:
        left = self._sum()
        operation = self._take("compare")
        if operation is None:
            return left
        right = self._sum()
        self._require_numbers(operation, left, right)
        return _Comparison(left, operation.text, right, self._since(left))

    def _sum(self) -> _Node:
        return self._chain("+-", self._product)

    def _product(self) -> _Node:
        return self._chain("*/", self._operand)

    def _chain(self, operations: str, level: Callable[[], _Node]) -> _Node:
        left = level()
        while self._next.kind == "arithmetic" and self._next.text in operations:
            operation = self._advance()
            right = level()
            self._require_numbers(operation, left, right)
            left = _Arithmetic(left, operation.text, right, self._since(left))
        return left

    def _operand(self) -> _Node:
        token = self._advance()
        if token.kind == "name":
            return _Key(token.start, token.text, token.text)
        if token.kind == "quoted":
            return _Key(token.start, token.text, token.text[1:-1].strip())
        if token.kind == "number":
            return _Digits(token.start, token.text, token.text)
        if token.kind == "metric":
            return _Metric(token.start, token.text)
        if token.kind in ("not", "open"):
            return self._nested(token)
        self._place -= 1
        before = self._tokens[self._place - 1].text if self._place else ""
        found = f'"{token.text}"' if token.text else "the end"
        raise self._error(f'a key is missing after "{before}"' if before else f"a key is missing before {found}")

    def _nested(self, token: _Token) -> _Node:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self._error("nested too deeply")
        if token.kind == "not":
            inner = self._operand()
            node: _Node = _Not(token.start, self._text[token.start : self._end], inner)
        else:
            node = self._either()
            if self._next.kind not in ("close", "end"):
                raise self._error(f'unexpected "{self._next.text}"')
            if not self._take("close"):
                raise KeyExpressionError(self._text, token.start, 'the parenthesis "(" is never closed')
        self._depth -= 1
        return node

    def _require_numbers(self, operation: _Token, *nodes: _Node) -> None:
        for node in nodes:
            if node.number() is None:
                problem = f'"{node.text}" is no number, but stands beside {operation.text}'
                raise KeyExpressionError(self._text, node.start, problem, "metrics are written @.mem")

    @property
    def _next(self) -> _Token:
        return self._tokens[self._place]

    @property
    def _end(self) -> int:
        """Where the last token that was read ends."""
        token = self._tokens[self._place - 1]
        return token.start + len(token.text)

    def _since(self, node: _Node) -> str:
        return self._text[node.start : self._end]

    def _advance(self) -> _Token:
        token = self._next
        self._place += 1
        return token

    def _take(self, kind: str) -> _Token | None:
        return self._advance() if self._next.kind == kind else None

    def _error(self, problem: str) -> KeyExpressionError:
        return KeyExpressionError(self._text, self._next.start, problem)
