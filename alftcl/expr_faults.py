"""Why a text is no expression, in Tcl's words.

The grammar only says that it stopped. Here the tokens are read once more, from left to right, as Tcl's own
parser does: what may follow depends on whether the last thing was an operand, an operator, a parenthesis or
a comma. The place is marked _@_ where something is missing.
"""

from __future__ import annotations

import re
from typing import Any

from alftcl.errors import TclError
from alftcl.lexer import ScriptFault
from alftcl.lexer_expr import expr_lexer, t_ignore

_SHOWN = 25  # characters of the expression on each side of the place
_SHOWN_IN_INFO = _SHOWN
_BAD_OCTAL = re.compile(r"0(?:[0-7]*[89]|o(?:[0-7]*[89]|(?![0-7])))")  # where its digits end
_BAD_BINARY = re.compile(r"0b(?:[01]*[2-9]|(?![01]))")
_PREFIX = {"TILDE", "NOT"}
_EITHER = {"PLUS", "MINUS"}


class Stop(Exception):
    """The grammar cannot go on."""


class _Reader:
    """The tokens of an expression, and what has been seen of it."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.complete = False  # the last thing was an operand
        self.last = "START"
        self.open: list[str] = []  # FUNCTION, LPAREN and QUESTION that are open, STRAY for a : without ?

    def fault(
        self, message: str, code: str, start: int, scanned: int = 0, mark: bool = True, tail: str = ""
    ) -> TclError:
        """The error with its piece of the expression around [start, start + scanned)."""
        text = self.text
        before = text[:start] if start < _SHOWN else "..." + text[start - _SHOWN + 3 : start]
        seen = text[start : start + scanned] if scanned < _SHOWN else text[start : start + _SHOWN - 3] + "..."
        after = text[start + scanned :]
        if len(after) >= _SHOWN:
            after = after[: _SHOWN - 3] + "..."
        shown = f"{before}{seen}{'_@_' if mark else ''}{after}"
        where = " at _@_" if mark else ""
        error = TclError(f'{message}{where}\nin expression "{shown}"{tail}', ["TCL", "PARSE", "EXPR", *code.split()])
        whole = text if len(text) < _SHOWN_IN_INFO else text[: _SHOWN_IN_INFO - 3] + "..."
        error.add_info(f'\n    (parsing expression "{whole}")')
        return error

    def bareword(self, start: int, word: str) -> TclError:
        shown = word if len(word) < _SHOWN else word[: _SHOWN - 3] + "..."
        tail = f';\nshould be "${shown}" or "{{{shown}}}" or "{shown}(...)" or ...'
        code = "BAREWORD"
        if _BAD_OCTAL.match(word):
            tail, code = tail + " (invalid octal number?)", "BADNUMBER OCTAL"
        elif _BAD_BINARY.match(word):
            tail, code = tail + " (invalid binary number?)", "BADNUMBER BINARY"
        return self.fault(f'invalid bareword "{shown}"', code, start, len(word), False, tail)

    def missing_operand(self, kind: str, start: int) -> TclError | None:
        """Something that needs an operand before it, and there is none. None: `name()`."""
        if kind == "END" and self.last == "START":
            return self.fault("empty expression", "EMPTY", 0, mark=False)
        if kind == "RPAREN" and self.last == "START":
            return self.fault("unbalanced close paren", "UNBALANCED", start, 1, mark=False)
        if kind == "END" and self.last == "LPAREN":
            return self.fault("unbalanced open paren", "UNBALANCED", start, mark=False)
        if self.last == "LPAREN" and kind == "RPAREN":
            if self.open[-1] == "FUNCTION":
                return None
            return self.fault("empty subexpression", "EMPTY", start)
        if self.last == "COMMA" and kind in ("RPAREN", "END"):
            return self.fault("missing function argument", "MISSING", start)
        if kind == "COMMA" and self.last == "LPAREN" and self.open[-1] == "FUNCTION":
            return self.fault("missing function argument", "UNBALANCED", start)
        return self.fault("missing operand", "MISSING", start)

    def structure(self, kind: str, start: int) -> TclError | None:
        """Parentheses, commas and ?: that do not fit."""
        parens = [thing for thing in self.open if thing in ("FUNCTION", "LPAREN")]
        if kind in ("END", "RPAREN", "COMMA") and self.open and self.open[-1] == "QUESTION":
            return self.fault('missing operator ":"', "MISSING", start)
        if kind == "RPAREN" and not parens:
            return self.fault("unbalanced close paren", "UNBALANCED", start, 1, mark=False)
        if kind == "COMMA" and parens[-1:] != ["FUNCTION"]:
            return self.fault('unexpected "," outside function argument list', "SURPRISE", start, 1, mark=False)
        if kind in ("END", "RPAREN", "COMMA", "COLON") and self.open and self.open[-1] == "STRAY":
            return self.fault('unexpected operator ":" without preceding "?"', "SURPRISE", start, mark=False)
        if kind == "END" and parens:
            return self.fault("unbalanced open paren", "UNBALANCED", start, mark=False)
        if kind == "RPAREN":
            self.open.pop()
        elif kind == "COLON":
            if self.open and self.open[-1] == "QUESTION":
                self.open.pop()
            else:
                self.open.append("STRAY")
        elif kind == "QUESTION":
            self.open.append("QUESTION")
        return None

    def take(self, kind: str, value: Any, start: int) -> TclError | None:
        """One token: the error that it is, or None."""
        if kind == "INVALID" and value == "$" and self.complete:
            return self.fault("missing operator", "MISSING", start)
        if kind == "INVALID":
            return self.fault(f'invalid character "{value}"', "BADCHAR", start, 1, mark=False)
        if kind == "PARTIAL":
            return self.fault(f'incomplete operator "{value}"', "PARTOP", start, 1, mark=False)
        if kind == "BAREWORD":
            return self.bareword(start, value)
        if kind in ("OPERAND", "FUNCTION", "LPAREN") or kind in _PREFIX:
            if self.complete:
                return self.fault("missing operator", "MISSING", start)
            if kind == "LPAREN":
                self.open.append("FUNCTION" if self.last == "FUNCTION" else "LPAREN")
            self.complete = kind == "OPERAND"
        elif not (kind in _EITHER and not self.complete):
            if not self.complete:
                fault = self.missing_operand(kind, start)
                if fault is not None:
                    return fault
            fault = self.structure(kind, start)
            if fault is not None:
                return fault
            self.complete = kind == "RPAREN"
        self.last = kind
        return None


def explain(text: str) -> TclError:
    """The error for a text that the grammar refused."""
    reader = _Reader(text)
    lexer = expr_lexer(text)
    place = 0
    try:
        while (token := lexer.token()) is not None:
            fault = reader.take(token.type, token.value, token.lexpos)
            if fault is not None:
                return fault
            place = lexer.lexpos
    except ScriptFault as stop:
        if reader.complete:
            return reader.fault("missing operator", "MISSING", len(text) - len(text[place:].lstrip(t_ignore)))
        return reader.fault(str(stop), "UNBALANCED", lexer.lexpos, mark=False)
    fault = reader.take("END", "", len(text))
    if fault is None:
        raise AssertionError(f"the grammar refuses {text!r} without a reason")
    return fault
