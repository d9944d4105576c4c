"""The characters of an expression under its options: what is read next, what is skipped, what one character matches."""

from __future__ import annotations

from alftcl.charclass import SPACES
from alftcl.regex.tree import Flavor, Options, Set

BLANKS = frozenset(SPACES)


class Scanner:
    """The text of an expression, the place in it, and the notes for `regexp -about` taken on the way."""

    def __init__(self, text: str, at: int, options: Options, notes: set[str]) -> None:
        self.text = text
        self.at = at
        self.options = options
        self.notes = notes
        self.advanced = options.flavor is Flavor.ADVANCED

    def peek(self, offset: int = 0) -> str:
        """The character at an offset from the place, "" beyond the end."""
        return self.text[self.at + offset : self.at + offset + 1]

    def take(self) -> str:
        """The next character, which must be there."""
        self.at += 1
        return self.text[self.at - 1]

    def looking_at(self, word: str) -> bool:
        return self.text.startswith(word, self.at)

    def skip_blanks(self) -> None:
        """White space and #-comments, where -expanded lets them stand."""
        at = self.beyond_blanks(self.at)
        if at > self.at:
            self.notes.add("UNONPOSIX")
        self.at = at

    def beyond_blanks(self, at: int) -> int:
        """The first place from `at` on that is neither white space nor #-comment (with -expanded)."""
        if not self.options.expanded:
            return at
        while at < len(self.text):
            if self.text[at] == "#":
                end = self.text.find("\n", at)
                at = len(self.text) if end < 0 else end
            elif self.text[at] in BLANKS:
                at += 1
            else:
                break
        return at

    def character(self, char: str) -> Set:
        """What matches this character of the expression."""
        return self.folded(Set(ranges=((ord(char), ord(char)),)))

    def folded(self, chars: Set) -> Set:
        """With -nocase, every character stands for its lower, upper and title case."""
        if not self.options.nocase:
            return chars
        codes: set[int] = set()
        for first, last in chars.ranges:
            for code in range(first, last + 1):
                char = chr(code)
                forms = (char, char.lower()[0], char.upper(), char.title())
                codes.update(ord(form) for form in forms if len(form) == 1)
        classes = tuple("alnum" if name in ("upper", "lower") else name for name in chars.classes)
        return Set(_as_ranges(codes), classes, chars.negated)

    def negated(self, chars: Set) -> Set:
        """With -linestop the complement of a set does not hold the newline either."""
        newline = ((10, 10),) if self.options.linestop else ()
        return Set(chars.ranges + newline, chars.classes, True)


def _as_ranges(codes: set[int]) -> tuple[tuple[int, int], ...]:
    found: list[tuple[int, int]] = []
    for code in sorted(codes):
        if found and found[-1][1] == code - 1:
            found[-1] = (found[-1][0], code)
        else:
            found.append((code, code))
    return tuple(found)
