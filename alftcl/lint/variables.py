"""The rule about variables that a procedure reads and that nothing sets: misspelled, or not declared global.

What a procedure sets is told by the roles of words (roles.py). Where a command may set what it does not name
(eval, uplevel, source, dict with, a command that is not known, names made at run time) nothing is said.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from difflib import get_close_matches

from alftcl.lint.definitions import Definitions, parameter_names
from alftcl.lint.findings import Source
from alftcl.lint.reading import Block, Call, Part, element_texts
from alftcl.namespaces import last_part
from alftcl.roles import BODY, ELSEWHERE, LINKS, NAMES, SETLIST, SETS
from alftcl.table import builtins

_ANYTHING = {"eval", "source", "trace", "tailcall", "yield", "yieldto"}
_GLOBAL = ("argc", "argv", "argv0", "auto_path", "env", "errorCode", "errorInfo", "tcl_platform", "tcl_version")


class _Unknown(Exception):
    """It cannot be told what is set."""


def check(source: Source, call: Call, known: Definitions) -> None:
    """The body of one procedure, or lambda."""
    formals, body, where = _body(call)
    if body is None or formals is None or any(block.fault is not None for block in body.blocks()):
        return
    try:
        names = set(parameter_names(formals)) | _set_in(body, known)
    except _Unknown:
        return
    told: set[str] = set()
    for name, offset in _reads(body):
        if name not in names and name not in told and "::" not in name:
            told.add(name)
            text = f'variable "{name}" is read but never set in {where}'
            source.warning(offset, "unset-variable", text, _hint(name, names))


def _body(call: Call) -> tuple[str | None, Block | None, str]:
    """The parameters and the body of a procedure or a lambda, and how to call it."""
    words = call.words
    body = next((block for block in call.blocks if block.role == ELSEWHERE), None)
    if call.name == "proc" and len(words) == 4:
        return words[2], body, f'procedure "{words[1]}"'
    if call.name == "apply" and len(words) > 1 and words[1] is not None:
        elements = element_texts(words[1])
        return elements[0] if elements else None, body, "the lambda"
    return None, None, ""


def _hint(name: str, names: set[str]) -> str:
    if name in _GLOBAL:
        return f"global {name}, or $::{name}"
    near = get_close_matches(name, sorted(names), 1, 0.7)
    return f'did you mean "{near[0]}"?' if near else ""


def _reads(body: Block) -> Iterator[tuple[str, int]]:
    found = [(read.offset, read.name) for call in body.here() for read in call.reads]
    return ((name, offset) for offset, name in sorted(found))


def _set_in(body: Block, known: Definitions) -> set[str]:
    names: set[str] = set()
    for call in body.here():
        names |= _set_by(call, known)
    return names


def _set_by(call: Call, known: Definitions) -> set[str]:
    """The names that a call sets, or may set. Raises _Unknown."""
    name = call.name
    if name in _ANYTHING or last_part(name) in known.reaching or call.parts[0].is_expanded:
        raise _Unknown
    if name == "dict" and call.words[1:2] == ["with"]:
        raise _Unknown
    if name == "uplevel" and call.words[1:2] in (["0"], [None]):
        raise _Unknown
    handed = _named_anyhow(call) if not name or known.knows(name) else set()
    if name not in builtins() and (handed or not name or known.knows(name)):
        return handed
    if name not in builtins() and not name.startswith("tcl::"):
        raise _Unknown
    return handed | {found for part in call.parts for found in _named_by(call, part)}


def _named_anyhow(call: Call) -> set[str]:
    """Every name in the words of a procedure's call: it may take one of them for a variable to set."""
    return {name for text in call.words[1:] if text is not None for name in re.findall(r"\w+", text)}


def _named_by(call: Call, part: Part) -> list[str]:
    if not call.has_all_words:
        if any(_may_set(call)):
            raise _Unknown
        return []
    if part.role in (SETS, LINKS, NAMES):
        return [_literal_base(part)]
    if part.role == SETLIST:
        if part.text is None:
            raise _Unknown
        return element_texts(part.text)
    if part.role == BODY and part.text is None:
        raise _Unknown
    return []


_SETTING = {"append", "array", "binary", "catch", "dict", "foreach", "gets", "global", "incr", "lappend", "lassign"}
_SETTING |= {"lmap", "lset", "namespace", "regexp", "regsub", "scan", "set", "try", "upvar", "variable", "uplevel"}


def _may_set(call: Call) -> Iterator[bool]:
    yield call.name in _SETTING


def _literal_base(part: Part) -> str:
    if part.text is not None:
        return _base(part.text)
    first = getattr(part.node, "parts", [None])[0]
    text = getattr(first, "text", "")
    if "(" in text:  # an element whose key is substituted: name($key)
        return _base(text)
    raise _Unknown


def _base(name: str) -> str:
    return last_part(name.partition("(")[0])
