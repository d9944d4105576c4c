"""The PLY grammar of expressions: fifteen levels of precedence, expr(n).

`parsetab_expr.py` is generated (python -m alftcl.tables). Trees are cached by text.
"""

from __future__ import annotations

import sys
from functools import lru_cache
from typing import Any

from ply import yacc

from alftcl.errors import TclError
from alftcl.expr_faults import Stop, explain
from alftcl.functions import FUNCTIONS
from alftcl.lexer import ScriptFault
from alftcl.lexer_expr import expr_lexer, tokens
from alftcl.memory import kept_in
from alftcl.rules import Production, rule
from alftcl.tree_expr import (
    And,
    Arithmetic,
    Call,
    Choice,
    Comparison,
    Expression,
    Membership,
    Or,
    TextComparison,
    Unary,
)

__all__ = ["parse_expr", "tokens"]

precedence = (
    ("right", "QUESTION", "COLON"),
    ("left", "OR"),
    ("left", "AND"),
    ("left", "BITOR"),
    ("left", "BITXOR"),
    ("left", "BITAND"),
    ("left", "EQUAL", "UNEQUAL", "EQ", "NE", "IN", "NI"),  # one level in Tcl, whatever the manual says
    ("left", "LT", "GT", "LE", "GE"),
    ("left", "LSHIFT", "RSHIFT"),
    ("left", "PLUS", "MINUS"),
    ("left", "STAR", "SLASH", "PERCENT"),
    ("right", "POWER"),
    ("right", "UNARY"),
)

start = "expr"


@rule("""expr : expr PLUS expr
              | expr MINUS expr
              | expr STAR expr
              | expr SLASH expr
              | expr PERCENT expr
              | expr POWER expr
              | expr LSHIFT expr
              | expr RSHIFT expr
              | expr BITAND expr
              | expr BITOR expr
              | expr BITXOR expr""")
def p_arithmetic(p: Production) -> None:
    p[0] = Arithmetic(p[2], p[1], p[3])


@rule("""expr : expr LT expr
              | expr GT expr
              | expr LE expr
              | expr GE expr
              | expr EQUAL expr
              | expr UNEQUAL expr""")
def p_comparison(p: Production) -> None:
    p[0] = Comparison(p[2], p[1], p[3])


@rule("""expr : expr EQ expr
              | expr NE expr""")
def p_text_comparison(p: Production) -> None:
    p[0] = TextComparison(p[2], p[1], p[3])


@rule("""expr : expr IN expr
              | expr NI expr""")
def p_membership(p: Production) -> None:
    p[0] = Membership(p[2], p[1], p[3])


@rule("expr : expr AND expr")
def p_and(p: Production) -> None:
    p[0] = And(p[2], p[1], p[3])


@rule("expr : expr OR expr")
def p_or(p: Production) -> None:
    p[0] = Or(p[2], p[1], p[3])


@rule("expr : expr QUESTION expr COLON expr")
def p_choice(p: Production) -> None:
    p[0] = Choice(p[1], p[3], p[5])


@rule("""expr : PLUS expr %prec UNARY
              | MINUS expr %prec UNARY
              | TILDE expr %prec UNARY
              | NOT expr %prec UNARY""")
def p_unary(p: Production) -> None:
    p[0] = Unary(p[1], p[2], p.lexpos(1))


@rule("expr : LPAREN expr RPAREN")
def p_group(p: Production) -> None:
    p[0] = p[2]


@rule("expr : OPERAND")
def p_operand(p: Production) -> None:
    p[0] = p[1]


@rule("""expr : FUNCTION LPAREN RPAREN
              | FUNCTION LPAREN arguments RPAREN""")
def p_call(p: Production) -> None:
    arguments = p[3] if len(p) == 5 else []
    p[0] = Call(p[1], FUNCTIONS.get(p[1]), arguments, p.lexpos(1), p.lexpos(len(p) - 1) + 1)


@rule("arguments : expr")
def p_arguments_first(p: Production) -> None:
    p[0] = [p[1]]


@rule("arguments : arguments COMMA expr")
def p_arguments(p: Production) -> None:
    p[1].append(p[3])
    p[0] = p[1]


def p_error(token: Any) -> None:
    raise Stop


TABLE = "alftcl.parsetab_expr"
_parser: Any = None


def build(**options: Any) -> Any:
    """The parser from its generated table (or, for the generator, with options of its own)."""
    settings: dict[str, Any] = {
        "tabmodule": TABLE,
        "optimize": True,
        "write_tables": False,
        "debug": False,
        "errorlog": yacc.NullLogger(),
    }
    return yacc.yacc(module=sys.modules[__name__], **(settings | options))


@lru_cache(maxsize=4000)
def _parsed(text: str) -> Expression | TclError:
    global _parser
    if _parser is None:
        _parser = build()
    try:
        return Expression(_parser.parse(lexer=expr_lexer(text), input=text))
    except (Stop, ScriptFault):
        return explain(text)


kept_in(_parsed.cache_clear)


def parse_expr(text: str) -> Expression:
    """The tree of an expression; TclError when it is none ("missing operand at _@_ ..."). Cached by text."""
    parsed = _parsed(text)
    if isinstance(parsed, TclError):
        raise TclError(parsed.value, parsed.errorcode, parsed.info)
    return parsed
