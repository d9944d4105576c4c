"""A compiled expression: `re`'s search where that is Tcl's match, the dissection of Tcl where not; and their cache."""

from __future__ import annotations

import re
from functools import cached_property, lru_cache

from alftcl.memory import is_limited, kept_in, look
from alftcl.regex.about import flags
from alftcl.regex.dissect import UNSET, Dissection, Span
from alftcl.regex.faults import fail
from alftcl.regex.parts import Part, take_apart
from alftcl.regex.proof import is_exact
from alftcl.regex.python import Writer
from alftcl.regex.quick import chained_quick_length, is_polynomial, quick_length
from alftcl.regex.syntax import parse
from alftcl.regex.tree import Constraint, Group, Node, Options, Parsed, Repeat, Set, walk

_MOST_DISSECTED = 4000  # beyond, `re` is asked unless it could be exponential: its worst case is rare, ours is not
_LOOKS_BACK = frozenset({"bos", "wordstart", "wordend", "wordedge", "notedge"})


@lru_cache(maxsize=2000)
def compile_regex(pattern: str, options: Options) -> Regex:
    """Raises TclError in Tcl's words if the pattern is not a regular expression."""
    try:
        return Regex(parse(pattern, options))
    except RecursionError:
        fail("ETOOBIG")


kept_in(compile_regex.cache_clear)


class Regex:
    """A compiled expression. Every method takes the text and where to start in it."""

    def __init__(self, parsed: Parsed) -> None:
        self.parsed = parsed
        self.groups = parsed.groups
        self._patterns: list[re.Pattern[str] | None] = [None] * 4
        kinds = {node.kind for node in walk(parsed.tree) if isinstance(node, Constraint)}
        self._looks_back = bool(kinds & _LOOKS_BACK)
        self._has_start = "start" in kinds
        self._last: tuple[str, bool, Dissection] | None = None
        self._unmeasured = True
        self._quick_length = quick_length(parsed.tree) if _is_flat(parsed.tree) else -1
        self._pattern(True, True)

    def matches(self, text: str, offset: int = 0) -> bool:
        """Is there a match anywhere from the offset on?"""
        if offset == 0 and len(text) <= self._quick_length:
            return self._pattern(text.isascii(), True).search(text) is not None
        if not self._is_quick(text):
            return self.search(text, offset) is not None
        return self._first(text, offset)[0] is not None

    def search(self, text: str, offset: int = 0) -> tuple[Span, ...] | None:
        """The spans of the match and of every group, (-1, -1) for one that took no part; None for no match.

        `^` holds at the offset only where a line may begin there: at 0 or behind a newline (regexp -start).
        """
        try:
            return self._search(text, offset)
        except RecursionError:
            fail("ETOOBIG")

    def about(self) -> tuple[int, list[str]]:
        """What `regexp -about` tells: the number of groups and Tcl's names for what is in the expression."""
        return self.groups, flags(self.parsed, self._part)

    # -- the two ways to a match ------------------------------------------------------------------------------------

    @cached_property
    def _part(self) -> Part:
        return take_apart(self.parsed.tree)

    @cached_property
    def _is_exact(self) -> bool:
        return is_exact(self.parsed.tree, self._part)

    def _is_quick(self, text: str) -> bool:
        """Can `re` be asked about this text?"""
        if len(text) <= self._quick_length:
            return True
        if self._unmeasured:
            self._unmeasured = False
            self._quick_length = chained_quick_length(self.parsed.tree) if is_polynomial(self.parsed.tree) else -1
        if len(text) <= self._quick_length:
            return True
        return self._quick_length >= 0 and len(text) > _MOST_DISSECTED and not is_limited()  # nobody can stop `re`

    def _search(self, text: str, offset: int) -> tuple[Span, ...] | None:
        if not self._is_quick(text):
            return self._dissect(text, offset, None)
        found, base = self._first(text, offset)
        if found is None:
            return None
        if not self._is_exact:
            return self._dissect(text, offset, found.start() + base)
        return _shifted(found.regs, base)

    def _first(self, text: str, offset: int) -> tuple[re.Match[str] | None, int]:
        """Python's match, and what to add to its positions: text before the offset is out of sight."""
        pattern = self._pattern(text.isascii(), _line_may_begin(text, offset))
        if self._must_slice(text, offset):
            return pattern.search(text[offset:]), offset
        return pattern.search(text, offset), 0

    def _must_slice(self, text: str, offset: int) -> bool:
        if offset > len(text):
            return True
        return offset > 0 and (self._looks_back or (self._has_start and _line_may_begin(text, offset)))

    def _dissect(self, text: str, offset: int, start: int | None) -> tuple[Span, ...] | None:
        """Tcl's way; `start` is where `re` found the match to begin, None if it was not asked."""
        base = offset if self._must_slice(text, offset) else 0
        dissection = self._dissection(text[base:], _line_may_begin(text, offset))
        first = dissection.leftmost(self.parsed.tree, offset - base) if start is None else start - base
        if first is None:
            return None
        last = len(text) - base if "UBACKREF" in self.parsed.notes else first
        for place in range(first, last + 1):
            look()
            found = dissection.match_at(self._part, place)
            if found is not None:
                end, spans = found
                captured = (spans.get(number, UNSET) for number in range(1, self.groups + 1))
                return _shifted(((place, end), *captured), base)
        return None

    def _dissection(self, text: str, bol: bool) -> Dissection:
        """The last text's sets of positions are kept: -all asks again and again."""
        last = self._last
        if last is None or last[0] != text or last[1] != bol:
            groups = {node.number: node.body for node in walk(self.parsed.tree) if isinstance(node, Group)}
            nocase = self.parsed.options.nocase
            writer = Writer(text.isascii(), bol, nocase)
            last = self._last = (text, bol, Dissection(text, groups, writer.compile, nocase))
        return last[2]

    def _pattern(self, ascii_only: bool, bol: bool) -> re.Pattern[str]:
        """`re`'s pattern; for plain ASCII texts one with short sets."""
        key = ascii_only + 2 * bol
        pattern = self._patterns[key]
        if pattern is None:
            writer = Writer(ascii_only, bol, self.parsed.options.nocase)
            pattern = self._patterns[key] = writer.compile(self.parsed.tree)
        return pattern


def _is_flat(tree: Node) -> bool:
    """Has the expression nothing repeated but single characters?"""
    return all(isinstance(node.body, Set) for node in walk(tree) if isinstance(node, Repeat))


def _line_may_begin(text: str, offset: int) -> bool:
    return offset == 0 or (offset <= len(text) and text[offset - 1] == "\n")


def _shifted(spans: tuple[Span, ...], base: int) -> tuple[Span, ...]:
    if not base:
        return spans
    return tuple((first + base, end + base) if first >= 0 else UNSET for first, end in spans)
