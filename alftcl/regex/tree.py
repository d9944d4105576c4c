"""The tree of a regular expression. Case and newline sensitivity are resolved in it: no flags are needed to read it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import IntEnum
from typing import TypedDict


class Flavor(IntEnum):
    """The languages of re_syntax(3tcl). The commands begin with advanced; an expression can ask for another."""

    ADVANCED = 0
    EXTENDED = 1
    BASIC = 2
    LITERAL = 3


@dataclass(frozen=True, slots=True)
class Options:
    """The compile-time switches of regexp and regsub, and of `(?xyz)`."""

    nocase: bool = False
    expanded: bool = False
    linestop: bool = False
    lineanchor: bool = False
    flavor: Flavor = Flavor.ADVANCED


class Switches(TypedDict, total=False):
    """Those of the options that a switch or a letter sets."""

    nocase: bool
    expanded: bool
    linestop: bool
    lineanchor: bool


@dataclass(frozen=True, slots=True)
class Set:
    """One character out of ranges and named classes, or (negated) one out of all others."""

    ranges: tuple[tuple[int, int], ...] = ()
    classes: tuple[str, ...] = ()
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Constraint:
    """A place: start or bol (^ without and with line anchors), eol ($ with them), bos eos (\\A \\Z; $ without them),
    wordstart wordend wordedge notedge (\\m \\M \\y \\Y), ahead notahead (with a body).
    """

    kind: str
    body: Node | None = None


@dataclass(frozen=True, slots=True)
class Backref:
    number: int


@dataclass(frozen=True, slots=True)
class Group:
    """Capturing parentheses."""

    number: int
    body: Node


@dataclass(frozen=True, slots=True)
class Repeat:
    """body{low,high}; high None is unbounded; greedy None (for {m}) takes the body's preference."""

    body: Node
    low: int
    high: int | None
    greedy: bool | None


@dataclass(frozen=True, slots=True)
class Sequence:
    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class Alternation:
    branches: tuple[Node, ...]


Node = Set | Constraint | Backref | Group | Repeat | Sequence | Alternation
EMPTY = Sequence(())
_CONNECTORS = "_\u203f\u2040\u2054\ufe33\ufe34\ufe4d\ufe4e\ufe4f\uff3f"
WORD = Set(ranges=tuple((ord(char), ord(char)) for char in _CONNECTORS), classes=("alnum",))


@dataclass(slots=True)
class Parsed:
    """A regular expression understood: its tree, its options after `(?...)`, and what `regexp -about` says."""

    tree: Node
    groups: int
    options: Options
    notes: set[str] = field(default_factory=set)


def children(node: Node) -> tuple[Node, ...]:
    """The nodes directly below."""
    match node:
        case Group(body=body) | Repeat(body=body):
            return (body,)
        case Constraint(body=inner):
            return () if inner is None else (inner,)
        case Sequence(items=nodes) | Alternation(branches=nodes):
            return nodes
        case _:
            return ()


def walk(node: Node) -> Iterator[Node]:
    """The node and all below it."""
    todo = [node]
    while todo:
        node = todo.pop()
        yield node
        todo.extend(reversed(children(node)))
