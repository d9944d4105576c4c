"""Bracket expressions: `[abc]`, `[^a-z]`, `[[:alpha:]_]`, `[[.hyphen.]]`, `[[=a=]]` and what a backslash is in them."""

from __future__ import annotations

from alftcl.regex import escapes
from alftcl.regex.faults import fail
from alftcl.regex.scanner import Scanner
from alftcl.regex.tree import Set

_NAMES = "alnum alpha ascii blank digit graph lower punct space upper xdigit"
_CLASSES = {name: Set(classes=(name,)) for name in _NAMES.split()} | {
    "cntrl": Set(classes=("control",)),
    "print": Set(ranges=((0x85, 0x85),), classes=("print",)),
}
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
_COLLATING_NAMES = dict(
    zip(
        _COLLATING.split(),
        "\0\1\2\3\4\5\6\7\7\b\b\t\t\n\n\v\v\f\f\r\r\x0e\x0f\x10\x11\x12\x13\x14\x15\x16\x17\x18\x19\x1a\x1b"
        "\x1c\x1c\x1d\x1d\x1e\x1e\x1f\x1f !\"#$%&'()*+,--..//0123456789:;<=>?@[\\\\]^^__`{{|}}~\x7f",
        strict=True,
    )
)


def bracket(scan: Scanner, opened: int) -> Set:
    """The set behind an opening bracket; `opened` groups decide what \\10 is (an error, or an octal escape)."""
    negated = scan.peek() == "^"
    if negated:
        scan.take()
    chars = scan.folded(_Bracket(scan, opened).read())
    return scan.negated(chars) if negated else chars


class _Bracket:
    def __init__(self, scan: Scanner, opened: int) -> None:
        self.scan = scan
        self.opened = opened
        self.ranges: list[tuple[int, int]] = []
        self.classes: list[str] = []

    def read(self) -> Set:
        self.part(True)
        while self.scan.peek() != "]":
            self.part(False)
        self.scan.take()
        return Set(tuple(self.ranges), tuple(self.classes))

    def part(self, first: bool) -> None:
        """A character, a range or a class."""
        scan = self.scan
        if not scan.peek():
            fail("EBRACK")
        if scan.peek() == "-" and not first and scan.peek(1) != "]":
            fail("ERANGE")
        start = self.element(True)
        if start is None:
            return
        end = start
        if scan.peek() == "-" and scan.peek(1) != "]":
            scan.take()
            if not scan.peek():
                fail("EBRACK")
            end = self.element(False) or ""
        if start > end:
            fail("ERANGE")
        if start != end:
            scan.notes.add("UUNPORT")
        self.ranges.append((ord(start), ord(end)))

    def element(self, may_be_class: bool) -> str | None:
        """One character, or None after a class was added (which cannot end a range)."""
        char = self.scan.take()
        if char == "\\":
            self.scan.notes.add("UBBS")
            return self.escape(may_be_class) if self.scan.advanced else char
        if char != "[":
            return char
        if not self.scan.peek():
            fail("EBRACK")
        if self.scan.peek() not in ".=:":
            return char
        return self.named(self.scan.take(), may_be_class)

    def escape(self, may_be_class: bool) -> str | None:
        scan = self.scan
        scan.notes.add("UNONPOSIX")
        char = scan.peek()
        if not char:
            fail("EESCAPE")
        if char in escapes.CLASSES:
            if not may_be_class:
                fail("ERANGE")
            scan.notes.add("ULOCALE")
            self.add(escapes.CLASSES[scan.take()])
            return None
        if char in escapes.CONSTRAINTS or char in "DSW":
            fail("EESCAPE")
        if char in "123456789" and escapes.backref_number(scan, self.opened) is not None:
            fail("EESCAPE")
        return escapes.character(scan)

    def add(self, chars: Set) -> None:
        self.ranges.extend(chars.ranges)
        self.classes.extend(chars.classes)

    def named(self, kind: str, may_be_class: bool) -> str | None:
        """[:class:], [.element.] and [=element=]."""
        if kind != "." and not may_be_class:
            fail("ERANGE")
        name = self.name(kind)
        if kind == ":":
            if name not in _CLASSES:
                fail("ECTYPE")
            self.scan.notes.add("ULOCALE")
            self.add(_CLASSES[name])
            return None
        char = self.collating_element(name)
        if kind == ".":
            return char
        self.scan.notes.add("ULOCALE")
        self.ranges.append((ord(char), ord(char)))
        return None

    def name(self, kind: str) -> str:
        """What stands between the two marks; behind it, the bracket must go on."""
        scan = self.scan
        end = scan.text.find(kind + "]", scan.at)
        if end < 0 or end + 2 == len(scan.text):
            fail("EBRACK")
        name = scan.text[scan.at : end]
        scan.at = end + 2
        return name

    def collating_element(self, name: str) -> str:
        if len(name) == 1:
            return name
        self.scan.notes.add("ULOCALE")
        if name not in _COLLATING_NAMES:
            fail("ECOLLATE")
        return _COLLATING_NAMES[name]
