"""The syntax of Tcl's regular expressions (re_syntax(3tcl)): text in, tree out. It knows nothing of matching.

    Regexp     = Branch { "|" Branch }                                   -> Alternation
    Branch     = { Atom [ Quantifier ] | Constraint }                    -> Sequence, Repeat
    Quantifier = ("*" | "+" | "?" | "{m}" | "{m,}" | "{m,n}") [ "?" ]
    Atom       = "(" Regexp ")" | "(?:" Regexp ")" | "[...]" | "." | "\\k" | "\\d" | character
    Constraint = "^" | "$" | "(?=" Regexp ")" | "(?!" Regexp ")" | "\\A" | "\\m" | "\\M" | "\\y" | "\\Y" | "\\Z"

The parser follows Tcl's own order of checks, so a bad expression gives the same one of the messages in `MESSAGES`.
Case folding and newline sensitivity are resolved here: a tree needs no flags to be understood.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import NoReturn

from alftcl.errors import TclError

MESSAGES = {
    "BADPAT": "invalid regexp (reg version 0.8)",
    "ECOLLATE": "invalid collating element",
    "ECTYPE": "invalid character class",
    "EESCAPE": "invalid escape \\ sequence",
    "ESUBREG": "invalid backreference number",
    "EBRACK": "brackets [] not balanced",
    "EPAREN": "parentheses () not balanced",
    "EBRACE": "braces {} not balanced",
    "BADBR": "invalid repetition count(s)",
    "ERANGE": "invalid character range",
    "BADRPT": "quantifier operand invalid",
    "BADOPT": "invalid embedded option",
    "ETOOBIG": "regular expression is too complex",
}
MOST_REPEATS = 255
CLASSES = frozenset(
    {"alnum", "alpha", "ascii", "blank", "cntrl", "digit", "graph", "lower", "print", "punct", "space", "upper"}
    | {"xdigit"}
)
_COLLATING = (
    "NUL SOH STX ETX EOT ENQ ACK BEL alert BS backspace HT tab LF newline VT vertical-tab FF form-feed CR "
    "carriage-return SO SI DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC IS4 FS IS3 GS IS2 RS IS1 US space "
    "exclamation-mark quotation-mark number-sign dollar-sign percent-sign ampersand apostrophe "
    "left-parenthesis right-parenthesis asterisk plus-sign comma hyphen hyphen-minus period full-stop slash "
    "solidus zero one two three four five six seven eight nine colon semicolon less-than-sign equals-sign "
    "greater-than-sign question-mark commercial-at left-square-bracket backslash reverse-solidus "
    "right-square-bracket circumflex circumflex-accent underscore low-line grave-accent left-brace "
    "left-curly-bracket vertical-line right-brace right-curly-bracket tilde DEL"
)
COLLATING_NAMES = dict(
    zip(
        _COLLATING.split(),
        "\0\1\2\3\4\5\6\7\7\b\b\t\t\n\n\v\v\f\f\r\r\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b"
        "\x1c\x1c\x1d\x1d\x1e\x1e\x1f\x1f !\"#$%&'()*+,--..//0123456789:;<=>?@[\\\\]^^__`{{|}}~\x7f",
        strict=True,
    )
)


@dataclass(frozen=True, slots=True)
class Options:
    """The compile-time switches of regexp and regsub, and of `(?xyz)`."""

    nocase: bool = False
    expanded: bool = False
    linestop: bool = False
    lineanchor: bool = False
    literal: bool = False
    advanced: bool = True


@dataclass(frozen=True, slots=True)
class Set:
    """One character out of ranges and named classes, or (negated) one out of all others."""

    ranges: tuple[tuple[int, int], ...] = ()
    classes: tuple[str, ...] = ()
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Constraint:
    """A place: bol eol (^ $), bos eos (\\A \\Z), wordstart wordend wordedge notedge, ahead notahead (with a body)."""

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
_LITERAL_ESCAPES = {
    "a": "\a", "b": "\b", "B": "\\", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v",
}  # fmt: skip
_CONSTRAINT_ESCAPES = {
    "A": "bos", "Z": "eos", "m": "wordstart", "M": "wordend", "y": "wordedge", "Y": "notedge",
}  # fmt: skip
_CLASS_ESCAPES = {
    "d": Set(classes=("digit",)),
    "s": Set(classes=("space",)),
    "w": Set(ranges=((95, 95),), classes=("alnum",)),
}
_ALL_CLASS_ESCAPES = "dswDSW"
_BLANKS = " \t\n\r\f\v"


@dataclass(slots=True)
class Parsed:
    """A regular expression understood: its tree, its options after `(?...)`, and what `regexp -about` says."""

    tree: Node
    groups: int
    options: Options
    notes: set[str] = field(default_factory=set)


def parse(pattern: str, options: Options) -> Parsed:
    """Raises TclError with the words and the errorCode of Tcl ("couldn't compile regular expression pattern: ...")."""
    return _Parser(pattern, options).parse()


def fail(name: str) -> NoReturn:
    """Raise the error of Tcl's regular expression compiler that has this name."""
    message = MESSAGES[name]
    raise TclError(f"couldn't compile regular expression pattern: {message}", ["REGEXP", "REG_" + name, message])


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
    yield node
    for child in children(node):
        yield from walk(child)


class _Parser:
    def __init__(self, pattern: str, options: Options) -> None:
        self.text = pattern
        self.at = 0
        self.options = options
        self.opened = 0
        self.closed: set[int] = set()
        self.lookahead = 0
        self.notes: set[str] = set()

    def parse(self) -> Parsed:
        self.prefixes()
        if self.options.literal:
            return Parsed(self.sequence_of_literals(self.text[self.at :]), 0, self.options, self.notes)
        tree = self.alternation(nested=False)
        return Parsed(tree, self.opened, self.options, self.notes)

    def sequence_of_literals(self, text: str) -> Node:
        return Sequence(tuple(self.character(c) for c in text))

    # -- what stands before the expression: ***: ***= (?opts) --------------------------------------------------

    def prefixes(self) -> None:
        if self.options.literal:
            return
        if self.text.startswith("***") and len(self.text) > 3:
            self.director(self.text[3])
        if self.options.literal or not self.options.advanced:
            return
        if self.text.startswith("(?", self.at) and self.text[self.at + 2 : self.at + 3].isalpha():
            self.at += 2
            self.notes.add("UNONPOSIX")
            self.embedded_options()

    def director(self, char: str) -> None:
        if char == "?":
            fail("BADPAT")
        if char not in "=:":
            fail("BADRPT")
        self.at = 4
        self.notes.add("UNONPOSIX")
        if char == "=":
            self.options = Options(nocase=self.options.nocase, literal=True)

    def embedded_options(self) -> None:
        while self.peek().isalpha():
            self.options = self.with_option(self.take())
        if self.peek() != ")":
            fail("BADOPT")
        self.take()
        if self.options.literal:
            self.options = Options(nocase=self.options.nocase, literal=True)

    def with_option(self, letter: str) -> Options:
        changes: dict[str, dict[str, bool]] = {
            "c": {"nocase": False},
            "i": {"nocase": True},
            "e": {"advanced": False, "literal": False},
            "m": {"linestop": True, "lineanchor": True},
            "n": {"linestop": True, "lineanchor": True},
            "p": {"linestop": True, "lineanchor": False},
            "q": {"literal": True},
            "s": {"linestop": False, "lineanchor": False},
            "t": {"expanded": False},
            "w": {"linestop": False, "lineanchor": True},
            "x": {"expanded": True},
        }
        if letter == "b":
            raise TclError("couldn't compile regular expression pattern: basic regular expressions are not supported")
        if letter not in changes:
            fail("BADOPT")
        return replace(self.options, **changes[letter])

    # -- characters -------------------------------------------------------------------------------------------------

    def peek(self, offset: int = 0) -> str:
        return self.text[self.at + offset : self.at + offset + 1]

    def take(self) -> str:
        self.at += 1
        return self.text[self.at - 1]

    def skip_comments(self) -> None:
        """White space and #-comments with -expanded; (?#...) always, in an advanced expression."""
        while True:
            if self.options.expanded and self.peek() and self.peek() in _BLANKS:
                self.at += 1
            elif self.options.expanded and self.peek() == "#":
                end = self.text.find("\n", self.at)
                self.at = len(self.text) if end < 0 else end
            elif self.options.advanced and self.text.startswith("(?#", self.at):
                end = self.text.find(")", self.at)
                self.at = len(self.text) if end < 0 else end + 1
                self.notes.add("UNONPOSIX")
            else:
                return

    def character(self, char: str) -> Set:
        return self.folded(Set(ranges=((ord(char), ord(char)),)))

    def folded(self, chars: Set) -> Set:
        """With -nocase, every character stands for its lower, upper and title case."""
        if not self.options.nocase:
            return chars
        codes: set[int] = set()
        for first, last in chars.ranges:
            for code in range(first, last + 1):
                char = chr(code)
                forms = (char, char.lower(), char.upper(), char.title())
                codes.update(ord(form) for form in forms if len(form) == 1)
        classes = tuple("alnum" if name in ("upper", "lower") else name for name in chars.classes)
        return Set(_as_ranges(codes), classes, chars.negated)

    def negated(self, chars: Set) -> Set:
        """With -linestop the complement of a set does not hold the newline either."""
        newline = ((10, 10),) if self.options.linestop else ()
        return Set(chars.ranges + newline, chars.classes, True)

    # -- the grammar ------------------------------------------------------------------------------------------------

    def alternation(self, nested: bool) -> Node:
        branches = [self.branch(nested)]
        while self.peek() == "|":
            self.take()
            branches.append(self.branch(nested))
        if nested:
            if self.peek() != ")":
                fail("EPAREN")
            self.take()
        return branches[0] if len(branches) == 1 else Alternation(tuple(branches))

    def branch(self, nested: bool) -> Node:
        items: list[Node] = []
        self.skip_comments()
        while self.peek() and self.peek() != "|" and not (nested and self.peek() == ")"):
            items.append(self.piece())
            self.skip_comments()
        if not items:
            self.notes.add("UUNSPEC")
        return items[0] if len(items) == 1 else Sequence(tuple(items))

    def piece(self) -> Node:
        node = self.atom()
        if isinstance(node, Constraint):
            return node
        self.skip_comments()
        return self.quantified(node)

    def atom(self) -> Node:
        char = self.take()
        if char == "^":
            return Constraint("bol" if self.options.lineanchor else "start")
        if char == "$":
            return Constraint("eol" if self.options.lineanchor else "eos")
        if char == "(":
            return self.parenthesis()
        if char == ")" and not self.options.advanced:
            self.notes.add("UPBOTCH")
        elif char == ")":
            fail("EPAREN")
        elif char == "[":
            return self.bracket()
        elif char == ".":
            return self.negated(Set())
        elif char in "*+?" or (char == "{" and self.peek().isdecimal()):
            fail("BADRPT")
        elif char == "\\":
            return self.escape()
        elif char == "{":
            self.notes.update(("UBRACES", "UUNSPEC"))
        return self.character(char)

    def parenthesis(self) -> Node:
        if not self.options.advanced or self.peek() != "?":
            return self.group()
        self.take()
        self.notes.add("UNONPOSIX")
        kind = self.take() if self.peek() else ""
        if kind == ":":
            body = self.alternation(nested=True)
            return Sequence((body,)) if isinstance(body, Constraint) else body
        if kind not in ("=", "!"):
            fail("BADRPT")
        self.notes.add("ULOOKAHEAD")
        self.lookahead += 1
        body = self.alternation(nested=True)
        self.lookahead -= 1
        return Constraint("ahead" if kind == "=" else "notahead", body)

    def group(self) -> Node:
        if self.lookahead:
            return self.alternation(nested=True)
        self.opened += 1
        number = self.opened
        body = self.alternation(nested=True)
        self.closed.add(number)
        return Group(number, body)

    def quantified(self, body: Node) -> Node:
        bounds = self.bounds()
        if bounds is None:
            return body
        low, high = bounds
        greedy = True
        if self.options.advanced and self.peek() == "?":
            self.take()
            self.notes.add("UNONPOSIX")
            greedy = False
        self.skip_comments()
        if self.at_quantifier():
            fail("BADRPT")
        if (low, high) == (1, 1):
            return body
        return Repeat(body, low, high, None if low == high else greedy)

    def at_quantifier(self) -> bool:
        return (self.peek() != "" and self.peek() in "*+?") or (self.peek() == "{" and self.peek(1).isdecimal())

    def bounds(self) -> tuple[int, int | None] | None:
        simple: dict[str, tuple[int, int | None]] = {"*": (0, None), "+": (1, None), "?": (0, 1)}
        if self.peek() in simple:
            return simple[self.take()]
        if self.peek() != "{" or not self.peek(1).isdecimal():
            return None
        self.take()
        self.notes.add("UBOUNDS")
        low = self.count()
        high: int | None = low
        if self.peek() == ",":
            self.take()
            high = self.count() if self.peek().isdecimal() else None
            if high is not None and low > high:
                fail("BADBR")
        if self.peek() != "}":
            fail("BADBR" if self.peek() else "EBRACE")
        self.take()
        return low, high

    def count(self) -> int:
        value = 0
        while self.peek().isdecimal() and value < MOST_REPEATS:
            value = value * 10 + int(self.take())
        if self.peek().isdecimal() or value > MOST_REPEATS:
            fail("BADBR")
        return value

    # -- escapes ----------------------------------------------------------------------------------------------------

    def escape(self) -> Node:
        if not self.peek():
            fail("EESCAPE")
        char = self.peek()
        if self.options.advanced:
            if char in _CONSTRAINT_ESCAPES:
                self.at += 1
                self.notes.update(("UNONPOSIX",) if char in "AZ" else ("UNONPOSIX", "ULOCALE"))
                return Constraint(_CONSTRAINT_ESCAPES[char])
            if char in _ALL_CLASS_ESCAPES:
                self.at += 1
                self.notes.update(("UNONPOSIX", "ULOCALE"))
                chars = _CLASS_ESCAPES[char.lower()]
                return chars if char.islower() else self.negated(chars)
            if char in "123456789":
                number = self.backref_number()
                if number is not None:
                    return self.backref(number)
        return self.character(self.character_escape())

    def backref_number(self) -> int | None:
        """One digit is always a back reference; several only if so many groups have been opened."""
        end = self.at
        while self.text[end : end + 1].isdecimal():
            end += 1
        number = int(self.text[self.at : end])
        if end - self.at > 1 and number > self.opened:
            return None
        self.at = end
        return number

    def backref(self, number: int) -> Node:
        if self.lookahead or number not in self.closed:
            fail("ESUBREG")
        self.notes.update(("UBACKREF", "UNONPOSIX"))
        return Backref(number)

    def character_escape(self) -> str:
        """The character that the escape after a backslash stands for."""
        char = self.take()
        if not (char.isalnum() and char < "\x80"):
            return char
        if not self.options.advanced:
            self.notes.update(("UBSALNUM", "UUNSPEC"))
            return char
        self.notes.add("UNONPOSIX")
        if char in _LITERAL_ESCAPES:
            return _LITERAL_ESCAPES[char]
        if char in "ce":
            self.notes.add("UUNPORT")
        if char == "e":
            self.notes.add("ULOCALE")
            return "\x1b"
        if char == "c":
            if not self.peek():
                fail("EESCAPE")
            return chr(ord(self.take()) & 0o37)
        if char in "uUx":
            if char == "x":
                self.notes.add("UUNPORT")
            code = self.digits(16, {"u": 4, "U": 8, "x": 2}[char])
            return chr(code) if code <= 0x10FFFF else "\ufffd"
        if char.isdecimal():
            self.at -= 1
            self.notes.add("UUNPORT")
            code = self.digits(8, 3)
            if code > 0xFF:
                self.at -= 1
                code >>= 3
            return chr(code)
        fail("EESCAPE")

    def digits(self, base: int, most: int) -> int:
        allowed = "0123456789abcdefABCDEF" if base == 16 else "01234567"
        end = self.at
        while end - self.at < most and self.text[end : end + 1] and self.text[end] in allowed:
            end += 1
        if end == self.at:
            fail("EESCAPE")
        value = int(self.text[self.at : end], base)
        self.at = end
        return value

    # -- bracket expressions --------------------------------------------------------------------------------------

    def bracket(self) -> Node:
        for text, kind in (("[:<:]]", "wordstart"), ("[:>:]]", "wordend")):
            if self.text.startswith(text, self.at):
                self.at += len(text)
                self.notes.update(("UNONPOSIX", "ULOCALE"))
                return Constraint(kind)
        negated = self.peek() == "^"
        if negated:
            self.take()
        ranges: list[tuple[int, int]] = []
        classes: list[str] = []
        first = True
        while first or self.peek() != "]":
            self.bracket_part(first, ranges, classes)
            first = False
        self.take()
        chars = self.folded(Set(tuple(ranges), tuple(classes)))
        return self.negated(chars) if negated else chars

    def bracket_part(self, first: bool, ranges: list[tuple[int, int]], classes: list[str]) -> None:
        if not self.peek():
            fail("EBRACK")
        if self.peek() == "-" and not first and self.peek(1) != "]":
            fail("ERANGE")
        start = self.bracket_element(ranges, classes)
        if start is None:
            return
        end = start
        if self.peek() == "-" and self.peek(1) != "]":
            self.take()
            if not self.peek():
                fail("EBRACK")
            last = self.bracket_element(None, None)
            assert last is not None
            end = last
        if start > end:
            fail("ERANGE")
        if start != end:
            self.notes.add("UUNPORT")
        ranges.append((ord(start), ord(end)))

    def bracket_element(self, ranges: list[tuple[int, int]] | None, classes: list[str] | None) -> str | None:
        """One character, or None after a class was added to the lists (which cannot end a range)."""
        char = self.take()
        if char == "\\":
            self.notes.add("UBBS")
        if char == "\\" and self.options.advanced:
            if not self.peek():
                fail("EESCAPE")
            if self.peek() in _CLASS_ESCAPES:
                if ranges is None or classes is None:
                    fail("ERANGE")
                chars = _CLASS_ESCAPES[self.take()]
                self.notes.update(("UNONPOSIX", "ULOCALE"))
                ranges.extend(chars.ranges)
                classes.extend(chars.classes)
                return None
            if self.peek() in _CONSTRAINT_ESCAPES or self.peek() in "DSW":
                fail("EESCAPE")
            if self.peek() in "123456789" and self.backref_number() is not None:
                fail("EESCAPE")
            return self.character_escape()
        if char != "[":
            return char
        if not self.peek():
            fail("EBRACK")
        if self.peek() not in ".=:":
            return char
        return self.named_element(self.take(), ranges, classes)

    def named_element(self, kind: str, ranges: list[tuple[int, int]] | None, classes: list[str] | None) -> str | None:
        end = self.text.find(kind + "]", self.at)
        if end < 0:
            fail("EBRACK")
        name = self.text[self.at : end]
        self.at = end + 2
        if kind == ":":
            if ranges is None or classes is None:
                fail("ERANGE")
            if name not in CLASSES:
                fail("ECTYPE")
            self.notes.add("ULOCALE")
            classes.append("control" if name == "cntrl" else name)
            return None
        char = name if len(name) == 1 else COLLATING_NAMES.get(name)
        if char is None:
            fail("ECOLLATE")
        self.notes.add("ULOCALE")
        if kind == ".":
            return char
        if ranges is None:
            fail("ERANGE")
        ranges.append((ord(char), ord(char)))
        return None


def _as_ranges(codes: set[int]) -> tuple[tuple[int, int], ...]:
    found: list[tuple[int, int]] = []
    for code in sorted(codes):
        if found and found[-1][1] == code - 1:
            found[-1] = (found[-1][0], code)
        else:
            found.append((code, code))
    return tuple(found)
