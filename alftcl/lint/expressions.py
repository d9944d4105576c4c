"""Rules about expressions: those without braces, and those that are none.

Without braces an expression is substituted before it is read: values are taken for operators and commands, it is read
anew each time, and the condition of a loop never changes.
"""

from __future__ import annotations

from alftcl.lint.findings import Source
from alftcl.lint.reading import Call, Part
from alftcl.roles import BODY, EXPR

_LOOPS = ("while", "for")
_WITH_BODIES = ("if", "while", "for", "foreach", "lmap")
_SHOWN = 40


def check(source: Source, call: Call) -> None:
    """All the rules of this family."""
    for offset, message in call.bad_expressions:
        source.error(offset, "bad-expression", message)
    if call.name == "expr":
        _check_expr(source, call)
        return
    for part in call.parts:
        if part.role == EXPR and part.text is None and not part.is_expanded:
            _unbraced_condition(source, call, part)
        elif part.role == BODY and part.text is None and call.name in _WITH_BODIES and part.node.kind == "quoted":
            source.warning(
                part.start,
                "unbraced-body",
                f'the body of "{call.name}" is substituted before it runs',
                "use braces in place of the quotes",
            )


def _check_expr(source: Source, call: Call) -> None:
    words = call.parts[1:]
    if any(part.is_expanded for part in words) or all(part.text is not None for part in words):
        return
    written = source.text[words[0].start : words[-1].end]
    source.warning(words[0].start, "unbraced-expr", "expression without braces", _with_braces("expr ", written))


def _unbraced_condition(source: Source, call: Call, part: Part) -> None:
    written = source.text[part.start : part.end]
    if call.name in _LOOPS:
        text = f'the condition of "{call.name}" is substituted only once, before the loop'
        source.warning(part.start, "unbraced-expr", text, _with_braces("", written))
    else:
        source.warning(part.start, "unbraced-expr", "condition without braces", _with_braces("", written))


def _with_braces(before: str, written: str) -> str:
    inside = written[1:-1] if written.startswith('"') and written.endswith('"') else written
    return f"write {before}{{{inside}}}" if len(inside) <= _SHOWN and "\n" not in inside else "put it in braces"
