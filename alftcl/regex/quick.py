"""May Python's `re` look for a match here, or could its trying of one alternative after the other take too long?

    (a*)*b     the rounds of a loop can be told in two ways: exponential, never
    .*a.*b.*c  loops that can share their characters: a text of n characters is tried in n * n * n * n ways,
               one power for each loop in such a chain and one for the places to begin; quick for short texts only
    \\w+\\s+\\w+  these loops cannot: only the places to begin and one loop count

The answer may be "no" for an expression that `re` would have been quick with.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import prod

from alftcl.regex.proof import Automaton, TooBigError, holds
from alftcl.regex.tree import Alternation, Backref, Constraint, Group, Node, Repeat, Sequence, Set, children, walk

MOST_STEPS = 10**8
ANY_LENGTH = 1 << 62
_SAMPLE = "".join(map(chr, range(128))) + "\xa0\xe9\xc9\u0301\u0661\u2014\u2028\u2208"
_ALL = (1 << len(_SAMPLE)) - 1
_MOST_COPIES = 4
_FEW_WAYS = 256  # at each place of a text


@dataclass(frozen=True, slots=True)
class _Piece:
    """A part of a sequence: the characters it takes, how many loops are chained in it, the ways to tell it."""

    chars: int
    loops: int = 0
    ways: int = 1
    nullable: bool = False


def is_polynomial(tree: Node) -> bool:
    """Can the rounds of every repetition be told in one way only?"""
    groups = {node.number: node.body for node in walk(tree) if isinstance(node, Group)}
    try:
        return all(_is_told_one_way(node, groups) for node in walk(tree) if isinstance(node, Repeat))
    except TooBigError:
        return False


def _is_told_one_way(loop: Repeat, groups: Mapping[int, Node]) -> bool:
    if loop.high in (0, 1) or isinstance(loop.body, Set | Backref):
        return True
    if not any(_is_open(node) for node in walk(loop.body)) and loop.high == loop.low:
        return True
    return Automaton(Repeat(loop.body, 0, None, loop.greedy), groups).is_deterministic()


def _is_open(node: Node) -> bool:
    return isinstance(node, Alternation) or (isinstance(node, Repeat) and node.low != node.high)


def quick_length(tree: Node) -> int:
    """A length of text for which `re` is quick, found in a moment: as if all loops were one chain."""
    repeats = [node for node in walk(tree) if isinstance(node, Repeat) and node.low != node.high]
    ways = prod(node.high - node.low + 1 for node in repeats if node.high is not None)
    branches = prod(len(node.branches) for node in walk(tree) if isinstance(node, Alternation))
    return _length(1 + sum(node.high is None for node in repeats) + _comparing(tree), ways * branches)


def chained_quick_length(tree: Node) -> int:
    """The longest text for which `re` is quick, by what the loops have in common."""
    begin = [] if _is_anchored(tree) else [_Piece(_ALL, loops=1, nullable=True)]
    pieces = begin + _pieces(tree)
    return _length(_chain(pieces) + _comparing(tree), prod(piece.ways for piece in pieces))


def _comparing(tree: Node) -> int:
    """One power more where a back reference is compared with the text at each step."""
    return int(any(isinstance(node, Backref) for node in walk(tree)))


def _length(loops: int, ways: int) -> int:
    steps = MOST_STEPS // ways
    if loops <= 1:
        return ANY_LENGTH if ways <= _FEW_WAYS else steps
    return int(steps ** (1 / loops))


def _is_anchored(tree: Node) -> bool:
    while isinstance(tree, Sequence | Group) and children(tree):
        tree = children(tree)[0]
    return isinstance(tree, Constraint) and tree.kind in ("start", "bos")


def _pieces(node: Node) -> list[_Piece]:
    match node:
        case Set():
            return [_Piece(_chars(node))]
        case Sequence(items=items):
            return [piece for item in items for piece in _pieces(item)]
        case Group(body=body):
            return _pieces(body)
        case Alternation(branches=branches):
            return [_alternatives([_pieces(branch) for branch in branches])]
        case Repeat():
            return _repeated(node)
        case Backref():
            return [_Piece(_ALL, nullable=True)]
        case Constraint():
            return []


def _repeated(node: Repeat) -> list[_Piece]:
    inside = _pieces(node.body)
    if node.high is None:
        return [_Piece(_union(inside), max(1, _chain(inside)), prod(p.ways for p in inside), node.low == 0)]
    copies = inside * min(node.high, _MOST_COPIES)
    if node.low == node.high or not copies:
        return copies
    ways = (node.high - node.low + 1) * prod(piece.ways for piece in copies)
    return [_Piece(_union(inside), _chain(copies), ways, node.low == 0)]


def _alternatives(branches: list[list[_Piece]]) -> _Piece:
    firsts = [branch[0].chars if branch else 0 for branch in branches]
    apart = sum(firsts) == _union([_Piece(first) for first in firsts])
    ways = max(prod(piece.ways for piece in branch) for branch in branches)
    return _Piece(
        _union([piece for branch in branches for piece in branch]),
        max(_chain(branch) for branch in branches),
        ways if apart else ways * len(branches),
        any(all(piece.nullable for piece in branch) for branch in branches),
    )


def _union(pieces: list[_Piece]) -> int:
    chars = 0
    for piece in pieces:
        chars |= piece.chars
    return chars


def _chain(pieces: list[_Piece]) -> int:
    """The most loops of which each can hand characters to the next, over what stands between them."""
    longest = [0] * len(pieces)
    for last, piece in enumerate(pieces):
        longest[last] = piece.loops
        shared = piece.chars
        for first in range(last - 1, -1, -1):
            common = shared & pieces[first].chars
            if piece.loops and pieces[first].loops and common:
                longest[last] = max(longest[last], longest[first] + piece.loops)
            if not pieces[first].nullable:
                shared = common
    return max(longest, default=0)


def _chars(chars: Set) -> int:
    return sum(1 << place for place, char in enumerate(_SAMPLE) if holds(chars, char))
