"""The lines of a unit, and for each line the Tcl command that it runs.

An error tells Python's line; the site of that line tells what errorInfo says.
"""

from __future__ import annotations

from typing import NamedTuple


class Site(NamedTuple):
    """A command: the text it stands in, from where to where, and its line in `base`, the text of the unit.

    A `text` of None is no command of the unit: the condition of a loop that is a unit, say. `body` is for a body that
    Tcl does not compile in place: what to add to errorInfo (with {line}), and the command it belongs to.
    """

    text: str | None
    start: int
    end: int
    line: int
    base: str | None = None
    body: tuple[str, Site] | None = None


class Writer:
    """Lines of Python under construction."""

    def __init__(self) -> None:
        self.lines: list[str] = []
        self.sites: list[Site | None] = []
        self.indent = 1
        self.site: Site | None = None

    def emit(self, code: str) -> None:
        """Add a line; it belongs to the current site."""
        self.lines.append("  " * self.indent + code)
        self.sites.append(self.site)

    def insert(self, place: int, code: str, indent: int) -> None:
        """Add a line before others that are written already."""
        self.lines.insert(place, "  " * indent + code)
        self.sites.insert(place, self.site)

    @property
    def mark(self) -> int:
        """The number of lines so far."""
        return len(self.lines)
