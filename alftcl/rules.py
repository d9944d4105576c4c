"""How a PLY rule gets its text: as an attribute of the function, not as a docstring that python -OO drops."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from ply.lex import TOKEN

Production = Any
F = TypeVar("F", bound=Callable[..., Any])


def token(pattern: str) -> Callable[[F], F]:
    """The pattern of a lexer rule: PLY's own @TOKEN, typed."""

    def attach(action: F) -> F:
        TOKEN(pattern)(action)
        return action

    return attach


def rule(grammar: str) -> Callable[[Callable[[Production], None]], Callable[[Production], None]]:
    """The grammar of a parser action, which PLY reads from __doc__."""

    def attach(action: Callable[[Production], None]) -> Callable[[Production], None]:
        action.__doc__ = grammar
        return action

    return attach
