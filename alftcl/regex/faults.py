"""The errors of Tcl's regular expression compiler: its names for them (REG_...) and its words."""

from __future__ import annotations

from typing import NoReturn

from alftcl.errors import TclError

MESSAGES = {
    "BADPAT": "invalid regexp (reg version 0.8)",
    "ECOLLATE": "invalid collating element",
    "ECTYPE": "invalid character class",
    "EESCAPE": "invalid escape \\ sequence",
    "ESUBREG": "invalid backreference number",
    "EBRACK": "brackets [] not balanced",
    "EPAREN": "parentheses () not balanced",
    "EBRACE": "braces {} not balanced",
    "BADBR": "invalid repetition count(s)",
    "ERANGE": "invalid character range",
    "BADRPT": "quantifier operand invalid",
    "BADOPT": "invalid embedded option",
    "ESPACE": "out of memory",
    "ETOOBIG": "regular expression is too complex",
}


def fail(name: str) -> NoReturn:
    """Raise the error of Tcl's regular expression compiler that has this name."""
    message = MESSAGES[name]
    raise TclError(f"couldn't compile regular expression pattern: {message}", ["REGEXP", "REG_" + name, message])
