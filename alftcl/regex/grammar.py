"""The grammar of advanced and extended expressions: text in, tree out.

    Regexp     = Branch { "|" Branch }                                   -> Alternation
    Branch     = { Atom [ Quantifier ] | Constraint }                    -> Sequence, Repeat
    Quantifier = ("*" | "+" | "?" | "{m}" | "{m,}" | "{m,n}") [ "?" ]
    Atom       = "(" Regexp ")" | "(?:" Regexp ")" | "[...]" | "." | "\\k" | "\\d" | character
    Constraint = "^" | "$" | "(?=" Regexp ")" | "(?!" Regexp ")" | "\\A" | "\\m" | "\\M" | "\\y" | "\\Y" | "\\Z"

The parser follows Tcl's own order of checks, so a bad expression gives the same one of the messages in faults.py.
An extended expression has no escapes, no `(?`, no non-greedy quantifiers, and an unmatched ")" is itself.
"""

from __future__ import annotations

from alftcl.regex import brackets, escapes
from alftcl.regex.faults import fail
from alftcl.regex.scanner import Scanner
from alftcl.regex.tree import Alternation, Backref, Constraint, Group, Node, Options, Repeat, Sequence, Set

MOST_REPEATS = 255
Bounds = tuple[int, int | None]
_MARKS: dict[str, Bounds] = {"*": (0, None), "+": (1, None), "?": (0, 1)}
_WORD_BRACKETS = {"[:<:]]": "wordstart", "[:>:]]": "wordend"}


class Grammar(Scanner):
    """One parse; `tree` is its result, `opened` the number of groups."""

    def __init__(self, text: str, at: int, options: Options, notes: set[str]) -> None:
        super().__init__(text, at, options, notes)
        self.opened = 0
        self.closed: set[int] = set()
        self.lookahead = 0

    def tree(self) -> Node:
        """The whole expression. Raises TclError with Tcl's message and errorCode."""
        return self.alternation(nested=False)

    def skip_comments(self) -> None:
        """White space and #-comments with -expanded; (?#...) always, in an advanced expression."""
        self.skip_blanks()
        while self.advanced and self.looking_at("(?#"):
            end = self.text.find(")", self.at)
            self.at = len(self.text) if end < 0 else end + 1
            self.notes.add("UNONPOSIX")
            self.skip_blanks()

    # -- alternatives and sequences -----------------------------------------------------------------------------

    def alternation(self, nested: bool) -> Node:
        branches = [self.branch(nested)]
        while self.peek() == "|":
            self.take()
            branches.append(self.branch(nested))
        if nested:
            self.close()
        return branches[0] if len(branches) == 1 else Alternation(tuple(branches))

    def close(self) -> None:
        if self.peek() != ")":
            fail("EPAREN")
        self.take()

    def branch(self, nested: bool) -> Node:
        items: list[Node] = []
        self.skip_comments()
        while not self.at_end_of_branch(nested):
            items.append(self.piece(first=not items))
            self.skip_comments()
        if not items:
            self.notes.add("UUNSPEC")
        return items[0] if len(items) == 1 else Sequence(tuple(items))

    def at_end_of_branch(self, nested: bool) -> bool:
        return not self.peek() or self.peek() == "|" or (nested and self.peek() == ")")

    def piece(self, first: bool) -> Node:
        node = self.atom(first)
        if isinstance(node, Constraint):
            return node
        self.skip_comments()
        return self.quantified(node)

    def atom(self, _first: bool) -> Node:
        char = self.take()
        if char == "^":
            return self.beginning()
        if char == "$":
            return self.ending()
        if char == "(":
            return self.parenthesis()
        if char == ")" and not self.advanced:
            self.notes.add("UPBOTCH")
        elif char == ")":
            fail("EPAREN")
        elif char == "[":
            return self.bracket()
        elif char == ".":
            return self.negated(Set())
        elif char in _MARKS or (char == "{" and self.opens_bounds(self.at)):
            fail("BADRPT")
        elif char == "\\":
            return self.escape()
        elif char == "{":
            self.notes.update(("UBRACES", "UUNSPEC"))
        return self.character(char)

    def beginning(self) -> Constraint:
        return Constraint("bol" if self.options.lineanchor else "start")

    def ending(self) -> Constraint:
        return Constraint("eol" if self.options.lineanchor else "eos")

    # -- parentheses and brackets --------------------------------------------------------------------------------

    def parenthesis(self) -> Node:
        if not self.advanced or self.peek() != "?":
            return self.group()
        self.take()
        self.notes.add("UNONPOSIX")
        kind = self.take() if self.peek() else ""
        if kind == ":":
            return _as_atom(self.alternation(nested=True))
        if kind not in ("=", "!"):
            fail("BADRPT")
        self.notes.add("ULOOKAHEAD")
        self.lookahead += 1
        body = self.alternation(nested=True)
        self.lookahead -= 1
        return Constraint("ahead" if kind == "=" else "notahead", body)

    def group(self) -> Node:
        if self.lookahead:
            return _as_atom(self.alternation(nested=True))
        self.opened += 1
        number = self.opened
        body = self.alternation(nested=True)
        self.closed.add(number)
        return Group(number, body)

    def bracket(self) -> Node:
        for text, kind in _WORD_BRACKETS.items():
            if self.looking_at(text):
                self.at += len(text)
                return self.word_constraint(kind)
        return brackets.bracket(self, self.opened)

    def word_constraint(self, kind: str) -> Constraint:
        self.notes.update(("UNONPOSIX", "ULOCALE"))
        return Constraint(kind)

    # -- quantifiers ---------------------------------------------------------------------------------------------

    def quantified(self, body: Node) -> Node:
        mark = self.quantifier()
        if mark is None:
            return body
        low, high, exact = mark
        greedy = True
        if self.advanced and self.peek() == "?":
            self.take()
            self.notes.add("UNONPOSIX")
            greedy = False
        self.skip_comments()
        if self.at_quantifier():
            fail("BADRPT")
        if high == 0 and isinstance(body, Group):
            self.closed.discard(body.number)
        if exact and low == high == 1:
            return body
        return Repeat(body, low, high, None if exact else greedy)

    def at_quantifier(self) -> bool:
        return self.peek() in _MARKS or (self.peek() == "{" and self.opens_bounds(self.at + 1))

    def quantifier(self) -> tuple[int, int | None, bool] | None:
        """The least and the most rounds, and whether it is {m}, which prefers neither long nor short."""
        if self.peek() in _MARKS:
            return *_MARKS[self.take()], False
        if not self.at_quantifier():
            return None
        self.take()
        bounds = self.bounds()
        if self.peek() != "}":
            fail("BADBR" if self.peek() else "EBRACE")
        self.take()
        return bounds

    def opens_bounds(self, at: int) -> bool:
        """Is the brace before this place the start of bounds? It is if a digit follows."""
        return self.digit_at(self.beyond_blanks(at))

    def digit_at(self, at: int) -> bool:
        return self.text[at : at + 1] != "" and self.text[at] in "0123456789"

    def bounds(self) -> tuple[int, int | None, bool]:
        """m  m,  m,n: what stands in the braces, with its blanks."""
        self.notes.add("UBOUNDS")
        low = self.count()
        if self.peek() != ",":
            return low, low, True
        self.take()
        self.skip_blanks()
        high = self.count() if self.digit_at(self.at) else None
        if high is not None and low > high:
            fail("BADBR")
        return low, high, False

    def count(self) -> int:
        """The digits that follow as a number; 0 if there are none."""
        value = 0
        self.skip_blanks()
        while self.digit_at(self.at) and value < MOST_REPEATS:
            value = value * 10 + int(self.take())
            self.skip_blanks()
        if self.digit_at(self.at) or value > MOST_REPEATS:
            fail("BADBR")
        return value

    # -- escapes -------------------------------------------------------------------------------------------------

    def escape(self) -> Node:
        char = self.peek()
        if not char:
            fail("EESCAPE")
        if not self.advanced:
            return self.plain_escape()
        if char in escapes.CONSTRAINTS:
            self.at += 1
            self.notes.add("UNONPOSIX")
            if char not in "AZ":
                self.notes.add("ULOCALE")
            return Constraint(escapes.CONSTRAINTS[char])
        if char.lower() in escapes.CLASSES:
            self.at += 1
            self.notes.update(("UNONPOSIX", "ULOCALE"))
            chars = escapes.CLASSES[char.lower()]
            return chars if char.islower() else self.negated(chars)
        if char in "123456789":
            number = escapes.backref_number(self, self.opened)
            if number is not None:
                self.notes.add("UNONPOSIX")
                return self.backref(number)
        return self.character(escapes.character(self))

    def plain_escape(self) -> Node:
        """Without escapes, a backslash makes the next character ordinary."""
        char = self.take()
        if char.isalnum():
            self.notes.update(("UBSALNUM", "UUNSPEC"))
        return self.character(char)

    def backref(self, number: int) -> Node:
        if self.lookahead or number not in self.closed:
            fail("ESUBREG")
        self.notes.add("UBACKREF")
        return Backref(number)


def _as_atom(body: Node) -> Node:
    """What stands in (?:...): no longer a constraint, group or back reference to the quantifier behind it."""
    return Sequence((body,)) if isinstance(body, Constraint | Group | Backref) else body
