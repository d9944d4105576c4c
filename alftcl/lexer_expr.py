"""The PLY lexer of expressions. $name, [script], "text" and {text} are read by the grammar of scripts.

What is no token of an expression arrives as INVALID, PARTIAL or BAREWORD: no rule of the grammar takes
those, so the parser stops there and expr_faults.py says why.
"""

from __future__ import annotations

import re
import sys
from typing import Any

from ply import lex

from alftcl.grammar_script import parse_word
from alftcl.rules import token
from alftcl.tree import BARE, Literal
from alftcl.tree_expr import Number
from alftcl.values import as_bool, as_number

OPERATORS = {
    "**": "POWER",
    "*": "STAR",
    "/": "SLASH",
    "%": "PERCENT",
    "+": "PLUS",
    "-": "MINUS",
    "<<": "LSHIFT",
    ">>": "RSHIFT",
    "<=": "LE",
    ">=": "GE",
    "<": "LT",
    ">": "GT",
    "==": "EQUAL",
    "!=": "UNEQUAL",
    "eq": "EQ",
    "ne": "NE",
    "in": "IN",
    "ni": "NI",
    "&&": "AND",
    "||": "OR",
    "&": "BITAND",
    "|": "BITOR",
    "^": "BITXOR",
    "~": "TILDE",
    "!": "NOT",
    "?": "QUESTION",
    ":": "COLON",
    "(": "LPAREN",
    ")": "RPAREN",
    ",": "COMMA",
}
tokens = (*OPERATORS.values(), "OPERAND", "FUNCTION", "BAREWORD", "INVALID", "PARTIAL")

t_ignore = " \t\n\v\f\r"

_WORD_OPERATOR = r"(?:eq|ne|in|ni)(?![A-Za-z])"
_ENDED = rf"(?:(?![A-Za-z0-9_])|(?={_WORD_OPERATOR}))"  # 1eq1 is an expression
NUMBER = (
    r"(?:[0-9]+\.[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[0-9]+[eE][+-][0-9]+"
    rf"|(?:0[xX][0-9a-fA-F]+(?![0-9a-fA-F])|0[oO][0-7]+|0[bB][01]+|[0-9]+(?:[eE][0-9]+)?){_ENDED}"
    rf"|(?:[iI][nN][fF](?:[iI][nN][iI][tT][yY])?|[nN][aA][nN]){_ENDED}"
)


@token(rf"{_WORD_OPERATOR}|\*\*|<<|>>|<=|>=|==|!=|&&|\|\||[-*/%+<>&|^~!?:(),]")
def t_OPERATOR(t: Any) -> Any:
    t.type = OPERATORS[t.value]
    return t


WORD = r"[A-Za-z0-9][A-Za-z0-9_]*"
_WORD = re.compile(WORD)


@token(NUMBER)
def t_NUMBER(t: Any) -> Any:
    number = as_number(t.value)
    if number is None:  # 09: a bad octal
        t.value = _WORD.match(t.lexer.lexdata, t.lexpos).group()  # type: ignore[union-attr]  # it starts with 0
        t.lexer.lexpos = t.lexpos + len(t.value)
        return t_BAREWORD(t)
    t.type = "OPERAND"
    t.value = Number(number, t.value, t.lexpos, t.lexer.lexpos)
    return t


@token(WORD)
def t_BAREWORD(t: Any) -> Any:
    t.type = "BAREWORD"
    rest = t.lexer.lexdata[t.lexer.lexpos :].lstrip(t_ignore)
    if rest.startswith("("):
        t.type = "FUNCTION"
    elif t.value.isalpha() and as_bool(t.value) is not None:
        t.type = "OPERAND"
        t.value = Literal(t.value, t.lexpos, t.lexer.lexpos, BARE)
    return t


@token(r'[$\["{]')
def t_OPERAND(t: Any) -> Any:
    word, end = parse_word(t.lexer.lexdata, t.lexpos)
    if word is None:
        t.type = "INVALID"
        return t
    t.lexer.lexpos = end
    t.value = word
    return t


@token(r"=")
def t_PARTIAL(t: Any) -> Any:
    return t


@token(r".")
def t_INVALID(t: Any) -> Any:
    return t


def t_error(t: Any) -> None:
    raise AssertionError(f"no rule reads {t.value[:1]!r}")


TABLE = "alftcl.lextab_expr"
_BUILT = None


def build(optimize: bool = True) -> Any:
    """The lexer from its generated table (or, for the generator, from the rules above)."""
    return lex.lex(module=sys.modules[__name__], optimize=optimize, lextab=TABLE if optimize else None, nowarn=True)


def expr_lexer(text: str) -> Any:
    """A lexer of its own for one expression."""
    global _BUILT
    if _BUILT is None:
        _BUILT = build()
    lexer = _BUILT.clone()
    lexer.input(text)
    return lexer
