"""From the text of a service key expression to its tree (see runtime.match.keys): a scanner, and recursive descent.

either    : all (|| all)*
all       : condition (AND? condition)*              AND is && or a comma; blanks alone mean it too
condition : sum (COMPARE sum)?
sum       : product ([+-] product)*
product   : operand ([*/] operand)*
operand   : NAME | QUOTED | NUMBER | METRIC | ! operand | ( either )
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import NamedTuple

from runtime.match.key_tree import Arithmetic, Comparison, Digits, Joined, Key, Metric, Node, Not


class KeyExpressionError(ValueError):
    """A service key expression that cannot be read. `offset` counts characters from 0; `hint` may be empty."""

    def __init__(self, expression: str, offset: int, problem: str, hint: str = "") -> None:
        self.expression = expression
        self.offset = offset
        self.problem = problem
        self.hint = hint
        shown = expression if len(expression) <= 120 else expression[:117] + "..."
        super().__init__(f'service key expression "{shown}": {problem} at character {offset + 1}')


def parse(expression: str) -> Node | None:
    """The tree of an expression, None for one without any token. Raises KeyExpressionError."""
    tokens = _scan(expression)
    return _Parser(expression, tokens).expression() if len(tokens) > 1 else None


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
_MOST_OPERATIONS = 200
"""Of arithmetic: each of them is a level more when the expression is tested."""


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
        self._operations = 0

    def expression(self) -> Node:
        node = self._either()
        if self._next.kind != "end":
            raise self._error(f'unexpected "{self._next.text}"')
        return node

    def _either(self) -> Node:
        nodes = [self._all()]
        while self._take("or"):
            nodes.append(self._all())
        return nodes[0] if len(nodes) == 1 else Joined(self._since(nodes[0]), nodes, either=True)

    def _all(self) -> Node:
        nodes = [self._condition()]
        while self._take("and") or self._next.kind not in _AFTER_CONDITIONS:
            nodes.append(self._condition())
        return nodes[0] if len(nodes) == 1 else Joined(self._since(nodes[0]), nodes, either=False)

    def _condition(self) -> Node:
        left = self._sum()
        operation = self._take("compare")
        if operation is None:
            return left
        right = self._sum()
        self._require_numbers(operation, left, right)
        return Comparison(left, operation.text, right, self._since(left))

    def _sum(self) -> Node:
        return self._chain("+-", self._product)

    def _product(self) -> Node:
        return self._chain("*/", self._operand)

    def _chain(self, operations: str, level: Callable[[], Node]) -> Node:
        left = level()
        while self._next.kind == "arithmetic" and self._next.text in operations:
            operation = self._advance()
            self._operations += 1
            if self._operations > _MOST_OPERATIONS:
                raise self._error("too much arithmetic")
            right = level()
            self._require_numbers(operation, left, right)
            left = Arithmetic(left, operation.text, right, self._since(left))
        return left

    def _operand(self) -> Node:
        token = self._advance()
        if token.kind == "name":
            return Key(token.start, token.text, token.text)
        if token.kind == "quoted":
            return Key(token.start, token.text, token.text[1:-1].strip())
        if token.kind == "number":
            return Digits(token.start, token.text, token.text)
        if token.kind == "metric":
            return Metric(token.start, token.text)
        if token.kind in ("not", "open"):
            return self._nested(token)
        self._place -= 1
        before = self._tokens[self._place - 1].text if self._place else ""
        found = f'"{token.text}"' if token.text else "the end"
        raise self._error(f'a key is missing after "{before}"' if before else f"a key is missing before {found}")

    def _nested(self, token: _Token) -> Node:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise self._error("nested too deeply")
        if token.kind == "not":
            inner = self._operand()
            node: Node = Not(token.start, self._text[token.start : self._end], inner)
        else:
            node = self._either()
            if self._next.kind not in ("close", "end"):
                raise self._error(f'unexpected "{self._next.text}"')
            if not self._take("close"):
                raise KeyExpressionError(self._text, token.start, 'the parenthesis "(" is never closed')
        self._depth -= 1
        return node

    def _require_numbers(self, operation: _Token, *nodes: Node) -> None:
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

    def _since(self, node: Node) -> str:
        return self._text[node.start : self._end]

    def _advance(self) -> _Token:
        token = self._next
        self._place += 1
        return token

    def _take(self, kind: str) -> _Token | None:
        return self._advance() if self._next.kind == kind else None

    def _error(self, problem: str) -> KeyExpressionError:
        return KeyExpressionError(self._text, self._next.start, problem)
