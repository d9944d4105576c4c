"""What `regexp -about` tells of an expression: the notes of its parse, and what its automaton shows.

    REG_UIMPOSSIBLE   no text matches: a$b, \\Ma
    REG_UEMPTYMATCH   the empty string matches, somewhere, and no look-ahead has to be asked for it
    REG_USHORTEST     the expression prefers the shortest match

A place in a text is known by the kinds of the characters before and behind it: none, a newline, of a word, another.
"""

from __future__ import annotations

from alftcl.regex.parts import SHORT, Part
from alftcl.regex.proof import Automaton, TooBigError, holds, representatives
from alftcl.regex.tree import WORD, Constraint, Group, Node, Parsed, Repeat, Set, walk

_ORDER = (
    "UBACKREF", "ULOOKAHEAD", "UBOUNDS", "UBRACES", "UBSALNUM", "UPBOTCH", "UBBS",
    "UNONPOSIX", "UUNSPEC", "UUNPORT", "ULOCALE", "UEMPTYMATCH", "UIMPOSSIBLE", "USHORTEST",
)  # fmt: skip
_NONE, _NEWLINE, _WORD, _OTHER = "none", "newline", "word", "other"
_KINDS = (_NONE, _NEWLINE, _WORD, _OTHER)
_ONE_OF_EACH_KIND = {ord("\n"), ord("a"), ord("A"), ord("1"), ord("_"), ord(" "), ord("-")}
Place = tuple[str, str]
_NEVER = Set()


def flags(parsed: Parsed, part: Part) -> list[str]:
    """The names REG_..., in Tcl's order."""
    notes = set(parsed.notes)
    if part.prefers == SHORT:
        notes.add("USHORTEST")
    try:
        automaton = _Kinds(Automaton(parsed.tree, _referable(parsed.tree)))
    except TooBigError:
        return ["REG_" + note for note in _ORDER if note in notes]
    if not automaton.can_match():
        notes.add("UIMPOSSIBLE")
    elif automaton.can_match_nothing():
        notes.add("UEMPTYMATCH")
    return ["REG_" + note for note in _ORDER if note in notes]


def _referable(tree: Node) -> dict[int, Node]:
    """What a back reference to each group may match: nothing at all if {0} took the group away."""
    nodes = list(walk(tree))
    groups: dict[int, Node] = {node.number: node.body for node in nodes if isinstance(node, Group)}
    for node in nodes:
        if isinstance(node, Repeat) and node.high == 0:
            groups.update((inner.number, _NEVER) for inner in walk(node) if isinstance(inner, Group))
    return groups


class _Kinds:
    """An automaton walked over kinds of characters."""

    def __init__(self, automaton: Automaton) -> None:
        self.threads = automaton.threads
        self.start = automaton.start
        sets = [chars for kind, chars, _ in self.threads if kind == "set" and isinstance(chars, Set)]
        samples = [(chr(code), _kind(chr(code))) for code in representatives(sets) | _ONE_OF_EACH_KIND]
        self.kinds = {chars: {kind for char, kind in samples if holds(chars, char)} for chars in sets}

    def can_match_nothing(self) -> bool:
        return any(self.reaches_match(place) for place in _places())

    def reaches_match(self, place: Place) -> bool:
        return 0 in self.waiting(self.start, place, look_ahead=False)

    def waiting(self, thread: int, place: Place, look_ahead: bool) -> set[int]:
        """The threads that follow from one at a place without a character."""
        seen: set[int] = set()
        todo = [thread]
        while todo:
            thread = todo.pop()
            if thread in seen:
                continue
            seen.add(thread)
            kind, what, targets = self.threads[thread]
            if kind == "split" or (isinstance(what, Constraint) and _holds(what.kind, place, look_ahead)):
                todo.extend(targets)
        return seen

    def can_match(self) -> bool:
        todo = [(self.start, before) for before in _KINDS]
        seen = set(todo)
        while todo:
            thread, before = todo.pop()
            for behind in _KINDS:
                for waiting in self.waiting(thread, (before, behind), look_ahead=True):
                    kind, what, targets = self.threads[waiting]
                    if kind == "match":
                        return True
                    state = (targets[0], behind) if kind == "set" else None
                    if state and state not in seen and isinstance(what, Set) and behind in self.kinds[what]:
                        seen.add(state)
                        todo.append(state)
        return False


def _places() -> list[Place]:
    return [(before, behind) for before in _KINDS for behind in _KINDS]


def _kind(char: str) -> str:
    if char == "\n":
        return _NEWLINE
    return _WORD if holds(WORD, char) else _OTHER


def _holds(constraint: str, place: Place, look_ahead: bool) -> bool:
    before, behind = place
    starts = before != _WORD and behind == _WORD
    ends = before == _WORD and behind != _WORD
    return {
        "start": before == _NONE,
        "bos": before == _NONE,
        "bol": before in (_NONE, _NEWLINE),
        "eos": behind == _NONE,
        "eol": behind in (_NONE, _NEWLINE),
        "wordstart": starts,
        "wordend": ends,
        "wordedge": starts or ends,
        "notedge": not (starts or ends),
    }.get(constraint, look_ahead)
