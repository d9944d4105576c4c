"""Tcl's own way to match, for the expressions in which Python's `re` would choose another match.

A set of positions is one Python int (bit p stands for the place before character p), so a step of the whole
set over the whole text is a few operations on long integers; x* over one character is a single addition whose
carry runs through the stretch of matching characters.

Python's `re` has already found where the leftmost match starts; here its end and its captures are decided,
in the order that parts.py describes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

from alftcl.memory import look
from alftcl.regex.parts import SHORT, Again, Capture, Choice, Cut, Leaf, Part, Same
from alftcl.regex.tree import Alternation, Backref, Constraint, Group, Node, Repeat, Sequence, Set, walk

Span = tuple[int, int]
UNSET: Span = (-1, -1)
_FEW = 8


class Dissection:
    """One text with one expression. Positions count from the start of the text that was given."""

    def __init__(
        self, text: str, groups: dict[int, Node], compile_node: Callable[[Node], re.Pattern[str]], fold: bool
    ) -> None:
        self.text = text
        self.groups = groups
        self.compile_node = compile_node
        self.fold = fold
        self.masks: dict[Set, int] = {}
        self.steps: dict[tuple[int, int], int] = {}
        self.spans: dict[int, Span] = {}

    def leftmost(self, node: Node, start: int) -> int | None:
        """Where the first match from `start` on begins: the more places to begin at, the more ends."""
        low, high = start, len(self.text)
        if not self.after(node, _between(low, high)):
            return None
        while low < high:
            middle = (low + high) // 2
            if self.after(node, _between(low, middle)):
                high = middle
            else:
                low = middle + 1
        return low

    def match_at(self, part: Part, start: int) -> tuple[int, dict[int, Span]] | None:
        """The end and the captures of the match that starts here, or None."""
        for end in _places(self.after(part.node, 1 << start), part.prefers == SHORT):
            self.spans = {}
            if self.divide(part, start, end):
                return end, self.spans
        return None

    # -- which strings match: sets of positions -----------------------------------------------------------------

    def after(self, node: Node, places: int) -> int:
        """All places that can be reached by matching the node from any of these places."""
        if not places:
            return 0
        match node:
            case Set():
                return (places & self.mask(node)) << 1
            case Sequence(items=items):
                for item in items:
                    places = self.after(item, places)
                return places
            case Alternation(branches=branches):
                reached = 0
                for branch in branches:
                    reached |= self.after(branch, places)
                return reached
            case Group(body=body):
                return self.after(body, places)
            case Backref(number=number):
                return self.after(self.groups[number], places)
            case Repeat(body=body, low=low, high=high):
                return self.after_repeat(body, low, high, places)
            case Constraint():
                return self.holding(node, places)

    def mask(self, chars: Set) -> int:
        """The places before the characters of the set."""
        if chars not in self.masks:
            matches = self.compile_node(chars).match
            known = {char: "1" if matches(char) else "0" for char in set(self.text)}
            bits = "".join(map(known.__getitem__, reversed(self.text)))
            self.masks[chars] = int(bits or "0", 2)
        return self.masks[chars]

    def after_repeat(self, body: Node, low: int, high: int | None, places: int) -> int:
        for _ in range(low):
            places = self.after(body, places)
        if high is None and isinstance(body, Set):
            run = self.mask(body)
            return (((places & run) + run) ^ run) | places
        reached = new = places
        rounds = 0
        while new and (high is None or rounds < high - low):
            look()
            new = self.after(body, new) & ~reached
            reached |= new
            rounds += 1
        return reached

    def holding(self, node: Constraint, places: int) -> int:
        """Those of the places where a constraint holds."""
        matches = self.compile_node(node).match
        held = bytearray(len(self.text) // 8 + 1)
        for place in _places(places, True):
            if matches(self.text, place):
                held[place >> 3] |= 1 << (place & 7)
        look()
        return int.from_bytes(held, "little")

    def ends(self, node: Node, start: int) -> int:
        """All places at which a match of the node that begins at the start can end."""
        key = (id(node), start)
        if key not in self.steps:
            look()
            self.steps[key] = self.after(node, 1 << start)
        return self.steps[key]

    def fits(self, node: Node, start: int, end: int) -> bool:
        return bool(self.ends(node, start) >> end & 1)

    # -- who gets which characters -------------------------------------------------------------------------------

    def divide(self, part: Part, start: int, end: int) -> bool:
        """Divide text[start:end], which the part matches but for back references, among what is inside."""
        look()
        match part:
            case Leaf():
                return True
            case Capture(number=number, body=body):
                if not self.divide(body, start, end):
                    return False
                self.spans[number] = (start, end)
                return True
            case Choice(branches=branches):
                return self.divide_choice(branches, start, end)
            case Cut():
                return self.divide_cut(part, start, end)
            case Same():
                return self.repeats_capture(part, start, end)
            case Again():
                return (start == end and part.low == 0) or self.divide_again(part, start, end)
        raise AssertionError(part)

    def divide_choice(self, branches: tuple[Part, ...], start: int, end: int) -> bool:
        """A branch that fails leaves its captures behind, as in Tcl."""
        return any(self.fits(branch.node, start, end) and self.divide(branch, start, end) for branch in branches)

    def divide_cut(self, part: Cut, start: int, end: int) -> bool:
        for tries, middle in enumerate(self.shares(part.left, start, end)):
            look()
            if tries:
                self.forget(part.node)
            if self.fits(part.right.node, middle, end):
                if self.divide(part.left, start, middle) and self.divide(part.right, middle, end):
                    return True
        return False

    def repeats_capture(self, part: Same, start: int, end: int) -> bool:
        span = self.spans.get(part.number, UNSET)
        if span == UNSET:
            return False
        captured = self.text[span[0] : span[1]]
        if not captured:
            return start == end
        times, rest = divmod(end - start, len(captured))
        if rest or times < part.low or (part.high is not None and times > part.high):
            return False
        found = self.text[start:end]
        wanted = captured * times
        return found.lower() == wanted.lower() if self.fold else found == wanted

    def divide_again(self, part: Again, start: int, end: int) -> bool:
        """The shares of the rounds; an empty one only where `low` rounds need it.

        As in Tcl, the round that reaches the end is the last: no empty round follows it to make up the number.
        Only a back reference can refuse a share, so without one the last round alone is divided, and a place from
        which the end cannot be reached is known for good.
        """
        body, referring = part.body, part.body.referring
        rounds = [(start, self.shares(body, start, end))]
        hopeless: set[tuple[int, int]] = set()
        while rounds:
            place, ends = rounds[-1]
            done = len(rounds)
            for reached in ends:
                missing = part.low - done
                is_last = reached == end
                if missing > 0 if is_last else done == part.high or _counted(part, reached, done) in hopeless:
                    continue
                if reached == place != end and missing < end - place:
                    continue
                if referring or is_last:
                    self.forget(body.node)
                    if not self.divide(body, place, reached):
                        continue
                if is_last:
                    return True
                rounds.append((reached, self.shares(body, reached, end)))
                break
            else:
                rounds.pop()
                if not referring:
                    hopeless.add(_counted(part, place, done - 1))
        return False

    def shares(self, part: Part, start: int, end: int) -> Iterator[int]:
        """Where the part can end that begins at the start, in the order that it prefers."""
        return _places(self.ends(part.node, start) & ((2 << end) - 1), part.prefers == SHORT)

    def forget(self, node: Node) -> None:
        """A new round of a repetition knows nothing of the captures of the round before."""
        for inner in walk(node):
            if isinstance(inner, Group):
                self.spans.pop(inner.number, None)


def _counted(part: Again, place: int, done: int) -> tuple[int, int]:
    """What decides whether the end can be reached: the place, and the rounds as far as their number matters."""
    return place, min(done, part.low) if part.high is None else done


def _between(first: int, last: int) -> int:
    return (2 << last) - (1 << first)


def _places(bits: int, ascending: bool) -> Iterator[int]:
    """The places in a set of places, in order; the first few cost least, and none costs more than a search for it."""
    for _ in range(_FEW):
        if not bits:
            return
        place = (bits & -bits).bit_length() - 1 if ascending else bits.bit_length() - 1
        yield place
        bits ^= 1 << place
    digits = bin(bits)[:1:-1] if ascending else bin(bits)[2:]
    found = digits.find("1")
    while found >= 0:
        yield found if ascending else len(digits) - 1 - found
        found = digits.find("1", found + 1)
