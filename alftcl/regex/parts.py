"""How Tcl takes a match apart: the tree of pieces between which a match's characters are divided.

Tcl matches in two steps. First the whole expression is a set of strings: the match is the longest one (or the
shortest, if the expression prefers that) at the leftmost place. Then the match is divided among the parts that
hold captures or back references, each part taking the longest (shortest) share that leaves the rest possible:

    Leaf     nothing inside is of interest
    Cut      left and right; left takes its longest (shortest) share
    Choice   the first branch that matches exactly this share
    Capture  remembers its share
    Again    repetition, share by share: x* x? and anything around a back reference
    Same     a repeated back reference

A part prefers short if its first quantifier that prefers anything does; an alternation prefers long
(re_syntax(3tcl), MATCHING). Consecutive pieces without captures and of one preference are one Leaf.
"""

from __future__ import annotations

from dataclasses import dataclass

from alftcl.regex.tree import EMPTY, Alternation, Backref, Constraint, Group, Node, Repeat, Sequence, Set

LONG, SHORT = "long", "short"
Preference = str | None


@dataclass(frozen=True, slots=True)
class Part:
    """node: the strings it matches; messy: must be taken apart; referring: holds a back reference."""

    node: Node
    prefers: Preference = None
    messy: bool = False
    referring: bool = False


@dataclass(frozen=True, slots=True)
class Leaf(Part):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut(Part):
    left: Part
    right: Part
    last_of: Part | None = None  # x{m,n} seen as x{m-1,n-1} and this last x


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice(Part):
    branches: tuple[Part, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Capture(Part):
    number: int
    body: Part


@dataclass(frozen=True, slots=True, kw_only=True)
class Again(Part):
    body: Part
    low: int
    high: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Same(Part):
    number: int
    low: int
    high: int | None


def take_apart(node: Node) -> Part:
    """The parts of a whole expression."""
    match node:
        case Sequence(items=items):
            return _sequence(items)
        case Alternation(branches=branches):
            return _choice(node, tuple(take_apart(branch) for branch in branches))
        case Set() | Constraint():
            return Leaf(node)
        case _:
            return _sequence((node,))


def _choice(node: Node, branches: tuple[Part, ...]) -> Part:
    messy = any(branch.messy or branch.prefers == SHORT for branch in branches)
    if not messy:
        return Leaf(node, LONG)
    return Choice(node, LONG, True, any(b.referring for b in branches), branches=branches)


def _sequence(items: tuple[Node, ...]) -> Part:
    """The plain pieces up to the first that must be taken apart, that piece, and what remains; x{0} is nothing."""
    items = tuple(item for item in items if not isinstance(item, Repeat) or item.high != 0)
    prefers: Preference = None
    for index, item in enumerate(items):
        body, low, high, wish = _quantified(item)
        atom = _atom(body)
        wishes = {prefers, wish, atom.prefers} - {None}
        if isinstance(body, Group | Backref) or atom.messy or len(wishes) > 1:
            rest = _sequence(items[index + 1 :])
            repeated = _cut(_repeated(item, atom, low, high, wish), rest, wish or atom.prefers)
            return _cut(Leaf(Sequence(items[:index]), prefers), repeated)
        prefers = prefers or wish or atom.prefers
    return Leaf(Sequence(items), prefers)


def _quantified(item: Node) -> tuple[Node, int, int | None, Preference]:
    if not isinstance(item, Repeat):
        return item, 1, 1, None
    wish = None if item.greedy is None else LONG if item.greedy else SHORT
    return item.body, item.low, item.high, wish


def _atom(body: Node) -> Part:
    match body:
        case Group(number=number, body=inner):
            part = take_apart(inner)
            return Capture(body, part.prefers, True, part.referring, number=number, body=part)
        case Backref(number=number):
            return Same(body, None, True, True, number=number, low=1, high=1)
        case Repeat():
            return _sequence((body,))
        case _:
            return take_apart(body)


def _cut(left: Part, right: Part, wish: Preference = None) -> Part:
    """Left and right as one; a wish other than that of the left is kept even if there is no right."""
    prefers = wish or left.prefers or right.prefers
    if left.node == EMPTY and prefers == right.prefers:
        return right
    if right.node == EMPTY and prefers == left.prefers:
        return left
    node = Sequence((left.node, right.node))
    referring = left.referring or right.referring
    return Cut(node, prefers, True, referring, left=left, right=right)


def _repeated(item: Node, atom: Part, low: int, high: int | None, wish: Preference) -> Part:
    prefers = wish or atom.prefers
    if isinstance(item, Repeat) and isinstance(item.body, Backref):
        return Same(item, prefers, True, True, number=item.body.number, low=low, high=high)
    if (low, high) == (1, 1):
        return atom
    if low == 0 or atom.referring:
        return Again(item, prefers, True, atom.referring, body=atom, low=low, high=high)
    before = Repeat(atom.node, low - 1, None if high is None else high - 1, wish == LONG)
    left = Leaf(before, prefers)
    return Cut(item, prefers, True, False, left=left, right=atom, last_of=atom)
