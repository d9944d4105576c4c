"""The PLY lexer of scripts: Tcl(n)'s twelve rules as states.

    INITIAL  where a command may begin (a comment too)     bare    inside a word without quotes
    word     where a further word may begin                quoted  inside "..."
    closed   just after a closing brace or quote           braced  inside {...}
                                                           index   inside $name(...)
    [ pushes INITIAL (the bracket), ] pops it; $name( pushes index, ) pops it.

The patterns of the tokens are in patterns.py, because the fast path for plain commands (scan.py) is assembled
from the same ones.

Tokens with text in them arrive as tree nodes, with their offsets. One lexer per parse: `script_lexer`
clones the built one, which makes it safe in threads. `lextab_script.py` is generated (python -m alftcl.tables).
"""

from __future__ import annotations

import re
import sys
from typing import Any, NoReturn

from ply import lex

from alftcl.patterns import (
    BACKSLASH_NEWLINE,
    BARE_TEXT,
    BLANK,
    BRACED_PLAIN,
    COMMENT,
    ELEMENT,
    EXPAND,
    INDEX_TEXT,
    QUOTED_TEXT,
    TERMINATOR,
    VARIABLE,
    join_lines,
)
from alftcl.rules import token
from alftcl.tree import BRACED as BRACED_KIND
from alftcl.tree import Fault, Literal, VarSub
from alftcl.values import BACKSLASH, unescape

tokens = (
    "BLANK",
    "BRACED",
    "CLOSE",
    "ELEMENT",
    "EXPAND",
    "OPEN",
    "PAREN",
    "QUOTE",
    "TERMINATOR",
    "TEXT",
    "UNQUOTE",
    "VAR",
)
states = tuple((name, "exclusive") for name in ("word", "bare", "closed", "quoted", "braced", "index"))

t_INITIAL_ignore = " \t\v\f\r"
t_word_bare_closed_quoted_braced_index_ignore = ""


class ScriptFault(Exception):
    """Reading stopped; `fault.start` is that of the command at the top of the text."""

    def __init__(self, message: str, lexer: Any, offset: int, incomplete: bool) -> None:
        super().__init__(message)
        self.fault = Fault(message, offset, lexer.command_start, incomplete)


# ---- between commands and words ---------------------------------------------------------------------


@token(BACKSLASH_NEWLINE)
def t_INITIAL_continuation(t: Any) -> None:
    """Before a command: nothing."""


@token(COMMENT)
def t_INITIAL_comment(t: Any) -> None:
    """Nothing."""


@token(BLANK)
def t_bare_closed_BLANK(t: Any) -> Any:
    t.lexer.begin("word")
    t.value = t.lexer.lexpos
    return t


@token(TERMINATOR)
def t_INITIAL_word_bare_closed_TERMINATOR(t: Any) -> Any:
    t.lexer.begin("INITIAL")
    if not t.lexer.brackets:
        t.lexer.command_start = t.lexer.lexpos
    return t


@token(r"\]")
def t_INITIAL_word_bare_closed_CLOSE(t: Any) -> Any:
    lexer = t.lexer
    if lexer.brackets:
        lexer.brackets -= 1
        lexer.openers.pop()
        lexer.pop_state()
        return t
    if lexer.current_state() == "closed":
        t_closed_error(t)
    lexer.begin("bare")
    return _text(t, t.value)


# ---- how a word begins ------------------------------------------------------------------------------


@token(EXPAND)
def t_INITIAL_word_EXPAND(t: Any) -> Any:
    lexer = t.lexer
    ends = lexer.brackets and lexer.lexdata[lexer.lexpos] == "]"
    if ends or t.lexpos == lexer.expanded_at:  # nothing to expand, or expanded already: a star in braces
        t.type = "BRACED"
        return t_INITIAL_word_BRACED(t)
    lexer.expanded_at = lexer.lexpos
    lexer.begin("word")
    return t


@token(BRACED_PLAIN)
def t_INITIAL_word_BRACED(t: Any) -> Any:
    t.lexer.begin("closed")
    t.lexer.closed_by = "brace"
    t.value = Literal(t.value[1:-1], t.lexpos, t.lexer.lexpos, BRACED_KIND)
    return t


@token(r"\{")
def t_INITIAL_word_brace(t: Any) -> None:
    t.lexer.brace_start = t.lexpos
    t.lexer.braces = 1
    t.lexer.begin("braced")


@token(r'"')
def t_INITIAL_word_QUOTE(t: Any) -> Any:
    t.lexer.begin("quoted")
    t.lexer.openers.append(t.lexpos)
    return t


# ---- braced -----------------------------------------------------------------------------------------


@token(rf"(?:[^{{}}\\]|{BRACED_PLAIN}|\\(?:.|\n|\Z))+")
def t_braced_text(t: Any) -> None:
    """Part of the braced word."""


@token(r"\{")
def t_braced_open(t: Any) -> None:
    t.lexer.braces += 1


@token(r"\}")
def t_braced_BRACED(t: Any) -> Any:
    lexer = t.lexer
    lexer.braces -= 1
    if lexer.braces:
        return None
    lexer.begin("closed")
    lexer.closed_by = "brace"
    inside = lexer.lexdata[lexer.brace_start + 1 : lexer.lexpos - 1]
    t.value = Literal(join_lines(inside), lexer.brace_start, lexer.lexpos, BRACED_KIND)
    t.lexpos = lexer.brace_start
    return t


# ---- substitutions ----------------------------------------------------------------------------------


def _in_word(lexer: Any) -> None:
    if lexer.current_state() in ("INITIAL", "word"):
        lexer.begin("bare")


def _text(t: Any, text: str) -> Any:
    t.type = "TEXT"
    t.value = Literal(text, t.lexpos, t.lexer.lexpos)
    return t


@token(r"\[")
def t_INITIAL_word_bare_quoted_index_OPEN(t: Any) -> Any:
    _in_word(t.lexer)
    t.lexer.push_state("INITIAL")
    t.lexer.brackets += 1
    t.lexer.openers.append(t.lexpos)
    return t


@token(ELEMENT)
def t_INITIAL_word_bare_quoted_index_ELEMENT(t: Any) -> Any:
    _in_word(t.lexer)
    t.lexer.push_state("index")
    t.lexer.openers.append(t.lexer.lexpos - 1)
    return t


@token(VARIABLE)
def t_INITIAL_word_bare_quoted_index_VAR(t: Any) -> Any:
    _in_word(t.lexer)
    name = t.value[2:-1] if t.value[1] == "{" else t.value[1:]
    t.value = VarSub(name, t.lexpos, t.lexer.lexpos)
    return t


@token(r"\$\{")
def t_INITIAL_word_bare_quoted_index_unclosed(t: Any) -> None:
    raise ScriptFault("missing close-brace for variable name", t.lexer, t.lexpos + 1, incomplete=True)


@token(r"\$")
def t_INITIAL_word_bare_quoted_index_dollar(t: Any) -> Any:
    _in_word(t.lexer)
    return _text(t, "$")


@token(BLANK)
def t_word_BLANK(t: Any) -> None:
    """More blanks after a BLANK that ended with a backslash-newline: still the same gap."""


@token(BACKSLASH)
def t_INITIAL_word_bare_quoted_index_escape(t: Any) -> Any:
    _in_word(t.lexer)
    return _text(t, unescape(t.value))


@token(BARE_TEXT)
def t_INITIAL_word_bare_TEXT(t: Any) -> Any:
    _in_word(t.lexer)
    return _text(t, t.value)


@token(QUOTED_TEXT)
def t_quoted_TEXT(t: Any) -> Any:
    return _text(t, t.value)


@token(r'"')
def t_quoted_UNQUOTE(t: Any) -> Any:
    t.lexer.begin("closed")
    t.lexer.closed_by = "quote"
    t.lexer.openers.pop()
    return t


@token(INDEX_TEXT)
def t_index_TEXT(t: Any) -> Any:
    return _text(t, t.value)


@token(r"\)")
def t_index_PAREN(t: Any) -> Any:
    t.lexer.openers.pop()
    t.lexer.pop_state()
    return t


# ---- where reading stops -----------------------------------------------------------------------------


def t_closed_error(t: Any) -> NoReturn:
    raise ScriptFault(f"extra characters after close-{t.lexer.closed_by}", t.lexer, t.lexpos, incomplete=False)


def t_INITIAL_word_bare_quoted_braced_index_error(t: Any) -> NoReturn:
    raise AssertionError(f"no rule reads {t.value[:1]!r} in state {t.lexer.current_state()}")


def t_INITIAL_word_bare_closed_eof(t: Any) -> None:
    if t.lexer.brackets:
        raise ScriptFault("missing close-bracket", t.lexer, t.lexer.openers[-1], incomplete=True)


def t_quoted_eof(t: Any) -> NoReturn:
    raise ScriptFault('missing "', t.lexer, t.lexer.openers[-1], incomplete=True)


def t_braced_eof(t: Any) -> NoReturn:
    lexer = t.lexer
    suspect = _BRACE_IN_COMMENT.search(lexer.lexdata, lexer.brace_start)
    hint = ": possible unbalanced brace in comment" if suspect else ""
    raise ScriptFault(f"{_OPEN_BRACE}{hint}", lexer, lexer.brace_start, incomplete=True)


def is_open_brace(stop: ScriptFault) -> bool:
    """Whether a braced word is open where reading stopped; it begins at the lexer's `brace_start`."""
    return stop.fault.message.startswith(_OPEN_BRACE) and not stop.fault.message.endswith("variable name")


_OPEN_BRACE = "missing close-brace"
_BRACE_IN_COMMENT = re.compile(r"[ \t\n\v\f\r]#[^\n]*\{")


def t_index_eof(t: Any) -> NoReturn:
    raise ScriptFault("missing )", t.lexer, t.lexer.openers[-1], incomplete=True)


# ---- building ----------------------------------------------------------------------------------------


def build(optimize: bool = True) -> Any:
    """The lexer from its generated table (or, for the generator, from the rules above)."""
    return lex.lex(module=sys.modules[__name__], optimize=optimize, lextab=TABLE if optimize else None, nowarn=True)


TABLE = "alftcl.lextab_script"
_BUILT = None


def script_lexer(text: str) -> Any:
    """A lexer of its own for one text."""
    global _BUILT
    if _BUILT is None:
        _BUILT = build()
    lexer = _BUILT.clone()
    lexer.lexstatestack = []
    lexer.openers = []  # offsets of the quotes, brackets and index parentheses that are open
    lexer.brackets = 0
    lexer.expanded_at = -1  # the end of the last {*}
    lexer.command_start = 0
    lexer.input(text)
    return lexer
