"""The proof that Python's `re` finds Tcl's match: the same end and the same captures, for every text.

`re` follows alternatives in order and takes the first that succeeds; Tcl takes the longest match (or shortest).
An expression is run here as an automaton over classes of characters, once as Python does it - an ordered list of
threads, cut off behind a thread that has matched - and once as the plain set of all threads:

    text so far   Python's list        all threads      longest: wherever the set has matched, so must the list;
    "a"           [MATCH]              {MATCH, ab.}      shortest: a match must stand first in the list.
    "ab"          []                   {MATCH}          -> a|ab is refused, and dissect.py matches it.

What stands around a match (anchors, words, look-ahead) may be true or false at every place. The answer may be
"no" for an expression that is in fact fine (too many states); it is never a wrong "yes".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product

from alftcl import charclass
from alftcl.regex.parts import SHORT, Again, Capture, Choice, Cut, Leaf, Part, Preference
from alftcl.regex.tree import EMPTY, Alternation, Backref, Constraint, Group, Node, Repeat, Sequence, Set, walk

MOST_THREADS = 400
MOST_STATES = 300
MOST_CONSTRAINTS = 3
_SAMPLES = "".join(map(chr, range(128))) + (
    "\x85\xa0\xad\xe9\xc9\xb2\u01c5\u02b0\u0301\u0661\u2014\u203f\u2160\u2028\u2208\ue000"
)
_SHORT_RANGE = 16
_BEGIN = ("start", "bos")

# kind, what and targets: a set and its next; a split and its targets in order; an if with a Constraint; the match
Thread = tuple[str, object, tuple[int, ...]]


class TooBigError(Exception):
    """The automaton is too large to be walked: nothing is proven."""


def is_exact(tree: Node, part: Part) -> bool:
    """May `re`'s match be taken as Tcl's?"""
    nodes = list(walk(tree))
    has_backref = any(isinstance(node, Backref) for node in nodes)
    if not any(_is_variable(node) for node in nodes):
        return not has_backref or not any(isinstance(node, Constraint) for node in nodes)
    if has_backref:
        return False
    try:
        if any(_is_loop_of_nothing(node) for node in nodes):
            return False
        if not Automaton(tree).prefers(part.prefers, stop_at_first=True):
            return False
        return not part.messy or _captures_agree(part)
    except TooBigError:
        return False


def _is_variable(node: Node) -> bool:
    return isinstance(node, Alternation) or (isinstance(node, Repeat) and node.low != node.high)


def _is_loop_of_nothing(node: Node) -> bool:
    """`re` leaves a loop at the first empty round; Tcl goes on."""
    return isinstance(node, Repeat) and node.high != 1 and Automaton(node.body).nullable()


def _captures_agree(part: Part) -> bool:
    match part:
        case Leaf():
            return True
        case Capture(body=body):
            return _captures_agree(body)
        case Choice(branches=branches):
            return all(_captures_agree(branch) for branch in branches)
        case Cut(last_of=Part() as last):
            return _rounds_agree(last)
        case Again(body=body, high=1):
            return not Automaton(body.node).nullable() and _captures_agree(body)
        case Again(body=body):
            return _rounds_agree(body)
        case Cut(left=left, right=right):
            return _ends_agree(left, right) and _captures_agree(left) and _captures_agree(right)
        case _:
            return False


def _ends_agree(left: Part, right: Part) -> bool:
    """Does the left get Tcl's share? It does if there is one way only to divide a text between left and right."""
    if Automaton(left.node, behind=right.node).ends_one_way():
        return True
    return Automaton(left.node).prefers(left.prefers, stop_at_first=False)


def _rounds_agree(body: Part) -> bool:
    """Is there one way only to divide a text into rounds of this?"""
    rounds = Automaton(body.node, behind=body.node)
    one_way = not rounds.nullable() and rounds.ends_one_way()
    return one_way and _captures_always_set(body.node) and _captures_agree(body)


def _captures_always_set(node: Node) -> bool:
    """In the body of a repetition `re` keeps what an earlier round captured; Tcl forgets it."""
    return not any(
        isinstance(inner, Group)
        for outer in walk(node)
        if isinstance(outer, Alternation) or (isinstance(outer, Repeat) and outer.low == 0)
        for inner in walk(outer)
    )


class Automaton:
    """Threads of one expression in Python's order of preference; a back reference is what its group may match."""

    def __init__(self, node: Node, groups: Mapping[int, Node] | None = None, behind: Node = EMPTY) -> None:
        """`behind` is what follows the expression, for ends_one_way."""
        self.groups = groups or {}
        self.threads: list[Thread] = [("match", None, ())]
        self.start = self.build(node, 0)
        self.behind = self.build(behind, 0)
        sets = [chars for kind, chars, _ in self.threads if kind == "set"]
        self.letters = _letters([chars for chars in dict.fromkeys(sets) if isinstance(chars, Set)])
        constraints = dict.fromkeys(c for kind, c, _ in self.threads if kind == "if")
        self.constraints = [c for c in constraints if isinstance(c, Constraint)]

    def add(self, kind: str, what: object, *targets: int) -> int:
        if len(self.threads) >= MOST_THREADS:
            raise TooBigError
        self.threads.append((kind, what, targets))
        return len(self.threads) - 1

    def build(self, node: Node, then: int) -> int:
        match node:
            case Set():
                return self.add("set", node, then)
            case Constraint():
                return self.add("if", node, then)
            case Group(body=body):
                return self.build(body, then)
            case Sequence(items=items):
                for item in reversed(items):
                    then = self.build(item, then)
                return then
            case Alternation(branches=branches):
                return self.add("split", None, *[self.build(branch, then) for branch in branches])
            case Repeat():
                return self.build_repeat(node, then)
            case Backref(number=number):
                return self.build_backref(number, then)

    def build_backref(self, number: int, then: int) -> int:
        if number not in self.groups:
            raise TooBigError
        return self.build(self.groups[number], then)

    def build_repeat(self, node: Repeat, then: int) -> int:
        if node.high is None:
            loop = self.add("split", None)
            body = self.build(node.body, loop)
            self.threads[loop] = ("split", None, self.ordered(node, body, then))
            then = loop
        else:
            end = then
            for _ in range(node.high - node.low):
                body = self.build(node.body, then)
                then = self.add("split", None, *self.ordered(node, body, end))
        for _ in range(node.low):
            then = self.build(node.body, then)
        return then

    def ordered(self, node: Repeat, body: int, then: int) -> tuple[int, int]:
        return (then, body) if node.greedy is False else (body, then)

    # -- the walk ---------------------------------------------------------------------------------------------------

    def closure(self, heads: tuple[int, ...], true: frozenset[Constraint]) -> tuple[int, ...]:
        """The threads that wait for a character or have matched, in order."""
        seen: set[int] = set()
        found: list[int] = []
        stack = list(reversed(heads))
        while stack:
            thread = stack.pop()
            if thread in seen:
                continue
            seen.add(thread)
            kind, what, targets = self.threads[thread]
            if kind == "split":
                stack.extend(reversed(targets))
            elif kind == "if":
                if what in true:
                    stack.extend(targets)
            else:
                found.append(thread)
        return tuple(found)

    def surroundings(self, at_start: bool) -> Iterator[tuple[frozenset[Constraint], bool]]:
        """What may be true at a place, and whether the text may go on there."""
        free = [c for c in self.constraints if at_start or c.kind not in _BEGIN]
        for truth in product((False, True), repeat=len(free)):
            true = frozenset(c for c, holds in zip(free, truth, strict=True) if holds)
            yield true, not any(c.kind == "eos" for c in true)

    def step(self, threads: tuple[int, ...], letter: frozenset[Set]) -> tuple[int, ...]:
        heads = [self.threads[t][2][0] for t in threads if t and self.threads[t][1] in letter]
        return tuple(dict.fromkeys(heads))

    def prefers(self, preference: Preference, stop_at_first: bool) -> bool:
        """Does Python's order of threads amount to Tcl's preference?"""
        if len(self.constraints) > MOST_CONSTRAINTS:
            raise TooBigError
        short = preference == SHORT
        first: tuple[tuple[int, ...], tuple[int, ...], bool] = ((self.start,), (self.start,), True)
        seen, todo = {first}, [first]
        while todo:
            listed, everything, at_start = todo.pop()
            for true, goes_on in self.surroundings(at_start):
                python = self.closure(listed, true)
                tcl = self.closure(everything, true)
                if 0 in tcl:
                    if 0 not in python or (short and python[0] != 0):
                        return False
                    if short and stop_at_first:
                        continue
                    python = python[1:] if short else python[: python.index(0) + 1]
                for letter in self.letters if goes_on else ():
                    state = (self.step(python, letter), tuple(sorted(self.step(tcl, letter))), False)
                    if state[1] and state not in seen:
                        seen.add(state)
                        todo.append(state)
                if len(seen) > MOST_STATES:
                    raise TooBigError
        return True

    def is_deterministic(self) -> bool:
        """Does every character leave at most one thread?"""
        everywhere = frozenset(self.constraints)
        first: tuple[int, ...] = (self.start,)
        seen, todo = {first}, [first]
        while todo:
            heads = todo.pop()
            if self.converges(heads):
                return False
            threads = self.closure(heads, everywhere)
            for letter in self.letters:
                if sum(self.threads[thread][1] in letter for thread in threads) > 1:
                    return False
                state = self.step(threads, letter)
                if state and state not in seen:
                    seen.add(state)
                    todo.append(state)
        return True

    def converges(self, heads: tuple[int, ...]) -> bool:
        """Do two ways without a character lead to one thread, as in (a+)+ or (a*)*?"""
        seen: set[int] = set()
        stack = list(heads)
        while stack:
            thread = stack.pop()
            if thread in seen:
                return True
            seen.add(thread)
            if self.threads[thread][0] in ("split", "if"):
                stack.extend(self.threads[thread][2])
        return False

    def nullable(self) -> bool:
        return 0 in self.closure((self.start,), frozenset(self.constraints))

    def ends_one_way(self) -> bool:
        """Is there no character, where the expression may end, that both carries it on and begins what is behind?"""
        everywhere = frozenset(self.constraints)
        begin = self.closure((self.behind,), everywhere)
        first: tuple[int, ...] = (self.start,)
        seen, todo = {first}, [first]
        while todo:
            threads = self.closure(todo.pop(), everywhere)
            for letter in self.letters:
                state = tuple(sorted(self.step(threads, letter)))
                if 0 in threads and state and self.step(begin, letter):
                    return False
                if state and state not in seen:
                    seen.add(state)
                    todo.append(state)
            if len(seen) > MOST_STATES:
                raise TooBigError
        return True


def holds(chars: Set, char: str) -> bool:
    """Is the character in the set?"""
    code = ord(char)
    inside = any(first <= code <= last for first, last in chars.ranges) or any(
        charclass.contains(name, char) for name in chars.classes
    )
    return inside != chars.negated


def _letters(sets: list[Set]) -> list[frozenset[Set]]:
    """The classes of characters that the sets tell apart, each as the sets that hold it."""
    signatures = (frozenset(c for c in sets if holds(c, chr(code))) for code in representatives(sets))
    return [letter for letter in dict.fromkeys(signatures) if letter]


def representatives(sets: list[Set]) -> set[int]:
    """A character for each class of characters that the sets tell apart.

    Without named classes the bounds of the ranges tell everything; with them, samples of every category do,
    unless a long range beyond ASCII cuts through a category.
    """
    bounds = [bound for chars in sets for first, last in chars.ranges for bound in (first, last + 1)]
    found = {0, *[bound for bound in bounds if bound < 0x110000]}
    if any(chars.classes for chars in sets):
        beyond = [(first, last) for chars in sets for first, last in chars.ranges if last > 127]
        if any(last - first > _SHORT_RANGE for first, last in beyond):
            raise TooBigError
        found.update(code for first, last in beyond for code in range(first, last + 1))
        found.update(map(ord, _SAMPLES))
    return found
