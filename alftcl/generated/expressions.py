"""Expressions: operators of Python where the kinds allow it, else the function of operations.py that asks.

    int op int          the operator
    float op float      the operator; what may be no number is checked where the chain of operators ends
    any op any          the operator when both are ints, else a call

&& || ?: evaluate a side only when it is needed; when a side needs lines of its own they become an `if`.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from alftcl.errors import TclError
from alftcl.generated import kinds
from alftcl.generated.emitter import Emitter
from alftcl.generated.kinds import ANY, BOOL, FLOAT, INT, NUMBER, NUMERIC, STR, Open, Operand
from alftcl.generated.operations import ARITHMETIC, COMPARISON
from alftcl.tree import Literal, Script, Word
from alftcl.tree_expr import (
    And,
    Arithmetic,
    Call,
    Choice,
    Comparison,
    Expression,
    Membership,
    Node,
    Number,
    Or,
    TextComparison,
    Unary,
    is_constant,
)

if TYPE_CHECKING:
    pass

_ON_INTS = {"+", "-", "*", "&", "|", "^"}  # Python's operators on ints do the same and cannot fail
_ON_FLOATS = {"+", "-", "*"}
_MOST_BITS = 10_000  # of an int that Python reads and writes in decimal


def expression(emitter: Emitter, word: Word) -> Operand:
    """The value of an expression that stands in a literal word."""
    return _in_expression(emitter, word, lambda node: _settled(emitter, _compile(emitter, node)))


def condition(emitter: Emitter, word: Word) -> str:
    """The code of its truth."""
    return _in_expression(emitter, word, lambda node: Operand(_truth(emitter, node), BOOL)).code


def _in_expression(emitter: Emitter, word: Word, action: Callable[[Word], Operand]) -> Operand:
    if not isinstance(word, Literal):
        raise Open("an expression that is not literal")
    from alftcl.grammar_expr import parse_expr

    try:
        tree = parse_expr(word.text)
    except TclError:
        raise Open("an expression with an error in it") from None
    outer = emitter.script, emitter.line
    emitter.line, emitter.script = emitter.line_of(word), Script(word.text, [])
    node = tree.root if isinstance(tree, Expression) else tree
    _check_constant(emitter, node, _check_operands(emitter, node))
    found = action(node)
    emitter.script, emitter.line = outer
    return found


def _check_operands(emitter: Emitter, node: Word) -> bool:
    """Whether it is constant as a whole; if not, its constant parts are checked."""
    if not isinstance(node, Node):
        return is_constant(node)
    constants = [(operand, _check_operands(emitter, operand)) for operand in node.operands()]
    if type(node) is not Call and all(constant for _, constant in constants):
        return True
    for operand, constant in constants:
        _check_constant(emitter, operand, constant)
    return False


def _check_constant(emitter: Emitter, node: Word, constant: bool) -> None:
    """A constant part that fails is an error of its own sort in Tcl, found before the command runs."""
    if constant and isinstance(node, Node):
        try:
            node.value(emitter.resolver.interp)
        except TclError:
            raise Open("a constant that fails") from None


def _settled(emitter: Emitter, operand: Operand) -> Operand:
    """The result of a whole expression: a number when it looks like one, and never no number."""
    if operand.kind in (INT, BOOL):
        return operand
    if operand.kind == FLOAT:
        return _checked(emitter, operand)
    if operand.kind == NUMBER:
        return operand
    return Operand(f"result({operand.code})")


def _checked(emitter: Emitter, operand: Operand) -> Operand:
    """A float that may have become no number on its way."""
    if operand.safe or operand.code.isidentifier():
        return operand
    name = emitter.temporary()
    return Operand(f"({name} if ({name} := {operand.code}) == {name} else result({name}))", FLOAT)


def _compile(emitter: Emitter, node: Word) -> Operand:
    if isinstance(node, Number):
        if isinstance(node.number, int):
            if node.number.bit_length() > _MOST_BITS:
                raise Open("a constant of thousands of digits")
            return Operand(repr(node.number), INT, safe=True, fixed=True)
        if node.number - node.number != 0:
            raise Open("infinity as a constant")
        return Operand(repr(node.number), FLOAT, safe=True, fixed=True)
    if isinstance(node, Arithmetic):
        return _arithmetic(emitter, node)
    if isinstance(node, Comparison):
        return _comparison(emitter, node)
    if isinstance(node, TextComparison):
        left, right = emitter.in_order([node.left, node.right], lambda side: _written(emitter, side))
        return _same_text(emitter, node.symbol, left, right)
    if isinstance(node, Membership):
        left, right = emitter.in_order([node.left, node.right], lambda side: _written(emitter, side))
        negation = "" if node.symbol == "in" else "not "
        return Operand(f"({negation}member({left.value}, {right.value}))", BOOL)
    if isinstance(node, And | Or):
        return _lazy(emitter, node.left, node.right, "and" if isinstance(node, And) else "or")
    if isinstance(node, Choice):
        return _choice(emitter, node)
    if isinstance(node, Unary):
        return _unary(emitter, node)
    if isinstance(node, Call):
        return _call(emitter, node)
    if isinstance(node, Literal):
        return Operand(repr(node.text), STR, safe=True, fixed=True)
    return emitter.word(node)


def _written(emitter: Emitter, node: Word) -> Operand:
    """An operand of a string operator: a number as it was written."""
    if isinstance(node, Number):
        return Operand(repr(node.text), STR, safe=True, fixed=True)
    return _compile(emitter, node)


def _sides(emitter: Emitter, left: Word, right: Word) -> tuple[Operand, Operand]:
    first, second = emitter.in_order([left, right], lambda node: _number(_compile(emitter, node)))
    return first, second


def _number(operand: Operand) -> Operand:
    return Operand(operand.value, INT, operand.safe) if operand.kind == BOOL else operand


def _arithmetic(emitter: Emitter, node: Arithmetic) -> Operand:
    left, right = _sides(emitter, node.left, node.right)
    symbol = node.symbol
    if left.kind == right.kind == INT:
        return _on_ints(emitter, symbol, left, right)
    if left.kind == FLOAT or right.kind == FLOAT:
        left, right = _as_floats(left), _as_floats(right)
    if left.kind == right.kind == FLOAT:
        return _on_floats(emitter, symbol, left, right)
    kind = INT if symbol in ("%", "<<", ">>", "&", "|", "^") else NUMBER
    if symbol not in _ON_INTS and symbol not in ("/", "%"):
        return Operand(f"{ARITHMETIC[symbol]}({left.code}, {right.code})", kind)
    left, right = _twice(emitter, left, right)
    checks = [_is_int(side) for side in (left, right) if side.kind != INT]
    native = f"{left.code} {'//' if symbol == '/' else symbol} {right.code}"
    slow = f"{ARITHMETIC[symbol]}({left.code}, {right.code})"
    return Operand(f"({native} if {' and '.join(checks)} else {slow})", kind)


def _is_int(operand: Operand) -> str:
    return f"type({operand.code}) is int" if operand.kind != FLOAT else "False"


def _twice(emitter: Emitter, left: Operand, right: Operand) -> tuple[Operand, Operand]:
    """Both sides as something that may be written twice, evaluated from left to right."""
    return emitter.simple(left), emitter.simple(right)


def _on_ints(emitter: Emitter, symbol: str, left: Operand, right: Operand) -> Operand:
    safe = left.safe and right.safe
    if symbol in _ON_INTS:
        return Operand(f"({left.code} {symbol} {right.code})", INT, safe)
    if symbol in ("/", "%"):
        safe = safe and right.fixed and right.code.isdigit() and right.code != "0"
        return Operand(f"({left.code} {'//' if symbol == '/' else symbol} {right.code})", INT, safe)
    if right.fixed and right.code.isdigit() and int(right.code) < 1000 and symbol != "**":
        return Operand(f"({left.code} {symbol} {right.code})", INT, safe)
    return Operand(f"{ARITHMETIC[symbol]}({left.code}, {right.code})", INT)


def _as_floats(operand: Operand) -> Operand:
    """A constant int beside a float is a float."""
    if operand.kind == INT and operand.fixed and operand.code.lstrip("-").isdigit() and len(operand.code) < 16:
        return Operand(f"{operand.code}.0", FLOAT, safe=True, fixed=True)
    return operand


def _on_floats(emitter: Emitter, symbol: str, left: Operand, right: Operand) -> Operand:
    if symbol in _ON_FLOATS:
        return Operand(f"({left.code} {symbol} {right.code})", FLOAT)
    if symbol == "/":
        left, right = _checked(emitter, left), _checked(emitter, right)
        left, right = _twice(emitter, left, right)
        return Operand(f"({left.code} / {right.code} if {right.code} else divide({left.code}, {right.code}))", FLOAT)
    return Operand(f"{ARITHMETIC[symbol]}({left.code}, {right.code})", NUMBER)


def _comparison(emitter: Emitter, node: Comparison) -> Operand:
    left, right = _sides(emitter, node.left, node.right)
    if left.kind in NUMERIC and right.kind in NUMERIC:
        left, right = (_checked(emitter, side) if side.kind == FLOAT else side for side in (left, right))
        safe = left.safe and right.safe
        return Operand(f"({left.code} {node.symbol} {right.code})", BOOL, safe)
    slow = COMPARISON[node.symbol]
    if STR in (left.kind, right.kind) or not {left.kind, right.kind} <= {*NUMERIC, ANY}:
        return Operand(f"{slow}({left.code}, {right.code})", BOOL)
    left, right = _twice(emitter, left, right)
    checks = [_is_int(side) for side in (left, right) if side.kind != INT]
    return Operand(
        f"({left.code} {node.symbol} {right.code} if {' and '.join(checks)} else {slow}({left.code}, {right.code}))",
        BOOL,
    )


def _same_text(emitter: Emitter, symbol: str, left: Operand, right: Operand) -> Operand:
    operator = "==" if symbol == "eq" else "!="
    if left.kind == right.kind == STR:
        return Operand(f"({left.code} {operator} {right.code})", BOOL, left.safe and right.safe)
    negation = "" if symbol == "eq" else "not "
    if STR in (left.kind, right.kind) and ANY in (left.kind, right.kind):
        text, other = (left, right) if left.kind == STR else (right, left)
        if text.fixed:
            other = emitter.simple(other)
            asked = f"type({other.code}) is str"
            return Operand(
                f"({other.code} {operator} {text.code} if {asked} else {negation}same_text({left.code}, {right.code}))",
                BOOL,
            )
    return Operand(f"({negation}same_text({left.value}, {right.value}))", BOOL)


def _truth(emitter: Emitter, node: Word) -> str:
    """The code of a condition."""
    operand = _compile(emitter, node)
    if operand.kind == BOOL:
        return operand.code
    if operand.kind == INT:
        return f"({operand.code} != 0)"
    if operand.kind == FLOAT:
        return f"({_checked(emitter, operand).code} != 0)"
    if operand.kind == ANY:
        operand = emitter.simple(operand)
        return f"({operand.code} != 0 if type({operand.code}) is int else truth({operand.code}))"
    return f"truth({operand.code})"


def _lazy(emitter: Emitter, left: Word, right: Word, word: str) -> Operand:
    first = _truth(emitter, left)
    mark = emitter.writer.mark
    emitter.writer.indent += 1
    second = _truth(emitter, right)
    emitter.writer.indent -= 1
    if emitter.writer.mark == mark:
        return Operand(f"({first} {word} {second})", BOOL)
    name = emitter.temporary()
    indent = emitter.writer.indent
    emitter.writer.insert(mark, f"{name} = {first}", indent)
    emitter.writer.insert(mark + 1, f"if {'' if word == 'and' else 'not '}{name}:", indent)
    emitter.writer.indent += 1
    emitter.emit(f"{name} = {second}")
    emitter.writer.indent -= 1
    return Operand(name, BOOL, safe=True, fixed=True)


def _choice(emitter: Emitter, node: Choice) -> Operand:
    asked = _truth(emitter, node.condition)
    mark = emitter.writer.mark
    writer = emitter.writer
    writer.indent += 1
    this = _number(_compile(emitter, node.this))
    middle = writer.mark
    that = _number(_compile(emitter, node.that))
    writer.indent -= 1
    kind = kinds.join(this.kind, that.kind)
    if writer.mark == mark:
        return Operand(f"({this.code} if {asked} else {that.code})", kind)
    name = emitter.temporary()
    tail = emitter.cut(middle)
    writer.insert(mark, f"if {asked}:", writer.indent)
    writer.indent += 1
    emitter.emit(f"{name} = {this.code}")
    writer.indent -= 1
    emitter.emit("else:")
    emitter.paste(tail)
    writer.indent += 1
    emitter.emit(f"{name} = {that.code}")
    writer.indent -= 1
    return Operand(name, kind, safe=True, fixed=True)


_UNARY = {"-": "minus", "+": "plus", "~": "invert", "!": "logical_not"}


def _unary(emitter: Emitter, node: Unary) -> Operand:
    if node.symbol == "!":
        operand = _compile(emitter, node.operand)
        if operand.kind == BOOL:
            return Operand(f"(not {operand.code})", BOOL, operand.safe)
        if operand.kind == INT:
            return Operand(f"({operand.code} == 0)", BOOL, operand.safe)
        return Operand(f"logical_not({operand.code})", INT)
    operand = _number(_compile(emitter, node.operand))
    if operand.kind == INT or (operand.kind == FLOAT and node.symbol != "~"):
        return Operand(f"({node.symbol}{operand.code})", operand.kind, operand.safe)
    return Operand(f"{_UNARY[node.symbol]}({operand.code})", INT if node.symbol == "~" else NUMBER)


def _call(emitter: Emitter, node: Call) -> Operand:
    emitter.resolver.depend(node.name)
    if node.builtin is None or emitter.resolver.interp.math_function(node.name, emitter.resolver.namespace) is not None:
        raise Open(f"the function {node.name}")
    arguments = emitter.in_order(node.arguments, lambda side: _number(_compile(emitter, side)))
    if node.builtin.least != len(arguments) and not node.builtin.least < len(arguments) <= node.builtin.most:
        raise Open(f"{node.name} with the wrong number of arguments")
    kind = {"int": INT, "round": INT, "wide": INT, "entier": INT, "isqrt": INT, "bool": INT}.get(node.name)
    if kind is None:
        kind = ANY if node.name in ("abs", "max", "min") else FLOAT
    if len(arguments) == 1:
        quick = _quick_function(emitter, node.name, arguments[0])
        if quick is not None:
            return quick
    codes = ", ".join(operand.code for operand in arguments)
    return Operand(f"function({node.name!r}, {codes})" if codes else f"function({node.name!r})", kind)


def _quick_function(emitter: Emitter, name: str, operand: Operand) -> Operand | None:
    """The functions that inner loops call, where the kind of their argument is known."""
    if operand.kind == INT and name in ("int", "round", "entier", "wide") and name != "wide":
        if name == "int":
            operand = emitter.simple(operand)
            code = f"({operand.code} if -WIDE <= {operand.code} < WIDE else function('int', {operand.code}))"
            return Operand(code, INT, operand.safe)
        return operand
    if operand.kind != FLOAT:
        if operand.kind == INT and name == "abs":
            return Operand(f"abs({operand.code})", INT, operand.safe)
        return None
    operand = emitter.simple(_checked(emitter, operand))
    if name == "int":
        code = f"(int({operand.code}) if -WIDE < {operand.code} < WIDE else function('int', {operand.code}))"
        return Operand(code, INT)
    if name == "sqrt":
        return Operand(f"(sqrt({operand.code}) if {operand.code} >= 0.0 else function('sqrt', {operand.code}))", FLOAT)
    if name == "abs":
        return Operand(f"abs({operand.code})", FLOAT)
    if name == "double":
        return operand
    return None
