"""The tree of an expression. Operands are the words of tree.py; every node has `value(interp)`.

Two ints take the short way through an operator; everything else goes by the rules of arithmetic.py.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from alftcl import arithmetic
from alftcl.arithmetic import truth
from alftcl.errors import TclError
from alftcl.tree import Literal, Word
from alftcl.values import Value, as_number

if TYPE_CHECKING:
    from alftcl.functions import MathFunction
    from alftcl.interp import Interp


class Number(Word):
    """A number as it was written: `number` to calculate with, `text` where strings are compared."""

    __slots__ = ("number", "text")

    def __init__(self, number: int | float, text: str, start: int, end: int) -> None:
        super().__init__(start, end)
        self.number = number
        self.text = text

    def value(self, interp: Interp) -> Value:
        return self.number


class Node(Word):
    """An operator; `start` is where its first operand begins."""

    __slots__ = ()

    def operands(self) -> list[Word]:
        """The nodes it takes its values from."""
        raise NotImplementedError


class Unary(Node):
    """- + ~ !"""

    __slots__ = ("operand", "symbol")

    def __init__(self, symbol: str, operand: Word, start: int) -> None:
        super().__init__(start, operand.end)
        self.symbol = symbol
        self.operand = operand

    def operands(self) -> list[Word]:
        return [self.operand]

    def value(self, interp: Interp) -> Value:
        return arithmetic.UNARY[self.symbol](self.operand.value(interp))


class _Binary(Node):
    __slots__ = ("left", "right", "symbol")

    def __init__(self, symbol: str, left: Word, right: Word) -> None:
        super().__init__(left.start, right.end)
        self.symbol = symbol
        self.left = left
        self.right = right

    def operands(self) -> list[Word]:
        return [self.left, self.right]


class Arithmetic(_Binary):
    """+ - * / ** % << >> & | ^"""

    __slots__ = ("on_ints",)

    def __init__(self, symbol: str, left: Word, right: Word) -> None:
        super().__init__(symbol, left, right)
        self.on_ints = arithmetic.INTEGER_OPERATIONS[symbol]

    def value(self, interp: Interp) -> Value:
        left = self.left.value(interp)
        right = self.right.value(interp)
        if type(left) is int and type(right) is int:
            return self.on_ints(left, right)  # type: ignore[no-any-return]  # an int
        return arithmetic.calculate(self.symbol, left, right)


class Comparison(_Binary):
    """== != < > <= >="""

    __slots__ = ("on_ints",)

    def __init__(self, symbol: str, left: Word, right: Word) -> None:
        super().__init__(symbol, left, right)
        self.on_ints = arithmetic.COMPARISONS[symbol]

    def value(self, interp: Interp) -> Value:
        left = self.left.value(interp)
        right = self.right.value(interp)
        if type(left) is int and type(right) is int:
            return 1 if self.on_ints(left, right) else 0
        first, second = as_number(left), as_number(right)
        if first is None or second is None:
            left = self.left.text if type(self.left) is Number else left
            right = self.right.text if type(self.right) is Number else right
            return arithmetic.compare_strings(self.symbol, left, right)
        return 1 if self.on_ints(first, second) else 0


class TextComparison(_Binary):
    """eq ne"""

    __slots__ = ()

    def value(self, interp: Interp) -> Value:
        return arithmetic.compare_text(self.symbol, as_written(self.left, interp), as_written(self.right, interp))


class Membership(_Binary):
    """in ni"""

    __slots__ = ()

    def value(self, interp: Interp) -> Value:
        return arithmetic.contains(self.symbol, as_written(self.left, interp), as_written(self.right, interp))


def as_written(node: Word, interp: Interp) -> Value:
    """An operand of a string operator: 0x10 stays 0x10."""
    return node.text if type(node) is Number else node.value(interp)


class And(_Binary):
    """&&: the right side only when the left is true."""

    __slots__ = ()

    def value(self, interp: Interp) -> Value:
        return 1 if truth(self.left.value(interp)) and truth(self.right.value(interp)) else 0


class Or(_Binary):
    """||: the right side only when the left is false."""

    __slots__ = ()

    def value(self, interp: Interp) -> Value:
        return 1 if truth(self.left.value(interp)) or truth(self.right.value(interp)) else 0


class Choice(Node):
    """condition ? this : that; only one of the two is evaluated."""

    __slots__ = ("condition", "that", "this")

    def __init__(self, condition: Word, this: Word, that: Word) -> None:
        super().__init__(condition.start, that.end)
        self.condition = condition
        self.this = this
        self.that = that

    def operands(self) -> list[Word]:
        return [self.condition, self.this, self.that]

    def value(self, interp: Interp) -> Value:
        chosen = self.this if truth(self.condition.value(interp)) else self.that
        return chosen.value(interp)


class Call(Node):
    """function(arguments): a command in tcl::mathfunc, when a script has made one, else the built-in."""

    __slots__ = ("arguments", "builtin", "name")

    def __init__(self, name: str, builtin: MathFunction | None, arguments: list[Word], start: int, end: int) -> None:
        super().__init__(start, end)
        self.name = name
        self.builtin = builtin
        self.arguments = arguments

    def operands(self) -> list[Word]:
        return self.arguments

    def value(self, interp: Interp) -> Value:
        args = []
        for node in self.arguments:
            args.append(node.value(interp))
        command = interp.math_function(self.name)
        if command is not None:
            return interp.invoke([command, *args])
        if self.builtin is None:
            name = f"tcl::mathfunc::{self.name}"
            raise TclError(f'invalid command name "{name}"', ["TCL", "LOOKUP", "COMMAND", name])
        return self.builtin.call(args)


class Expression(Node):
    """A whole expression: what looks like a number is one."""

    __slots__ = ("root",)

    def __init__(self, root: Word) -> None:
        super().__init__(root.start, root.end)
        self.root = root

    def operands(self) -> list[Word]:
        return [self.root]

    def value(self, interp: Interp) -> Value:
        try:
            value = self.root.value(interp)
        except TclError as error:
            if error.info is None and interp.inline_unit() and _fails_when_compiled(self.root, interp, error.message):
                error.add_info("")  # so that the command is one that the error came from within
            raise
        if type(value) is int:
            return value
        number = as_number(value)
        if number is None:
            return value
        if number != number:
            raise arithmetic.domain_error()
        return number


def is_constant(node: Word) -> bool:
    """Whether Tcl computes it when it compiles: operators on literals, no function."""
    if isinstance(node, Node):
        return type(node) is not Call and all(is_constant(operand) for operand in node.operands())
    return type(node) in (Number, Literal)


def _fails_when_compiled(node: Word, interp: Interp, message: str) -> bool:
    """Whether the error is that of a constant part, which Tcl has found before it ran the command."""
    if not isinstance(node, Node):
        return False
    if not is_constant(node):
        return any(_fails_when_compiled(operand, interp, message) for operand in node.operands())
    try:
        node.value(interp)
    except TclError as error:
        return error.message == message
    return False
