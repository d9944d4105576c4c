"""The text that is read, and where in the user's file each piece of it stands.

Most text is the file itself. What Tcl made (a body held in a variable, a word with substitutions in it) has no place
of its own in the file: everything found in it is reported at the place that it came from.
"""

from __future__ import annotations

from bisect import bisect_right

from alftcl.tree import line_starts

Place = tuple[int, int]
"""Line and column, counted from 1."""

START: Place = (1, 1)


class Source:
    """A text to read. `first` is the place of its first character; `fixed`: everything in it stands there."""

    __slots__ = ("_counted", "_line", "_starts", "first", "fixed", "text")

    def __init__(self, text: str, first: Place = START, *, fixed: bool = False) -> None:
        self.text = text
        self.first = first
        self.fixed = fixed
        self._starts: list[int] | None = None
        self._counted = 0
        self._line = first[0]

    def place(self, offset: int) -> Place:
        """Line and column of an offset."""
        if self.fixed:
            return self.first
        if self._starts is None:
            self._starts = line_starts(self.text)
        row = bisect_right(self._starts, offset) - 1
        column = offset - self._starts[row]
        return self.first[0] + row, column + (self.first[1] if row == 0 else 1)

    def counted(self, offset: int, line: int) -> None:
        """Somebody else has counted: the line of an offset."""
        self._counted, self._line = offset, line

    def line(self, offset: int) -> int:
        """The line of an offset. Cheap where offsets mostly grow: it counts on from the one before."""
        if self.fixed:
            return self.first[0]
        if offset >= self._counted:
            self._line += self.text.count("\n", self._counted, offset)
        else:
            self._line -= self.text.count("\n", offset, self._counted)
        self._counted = offset
        return self._line
