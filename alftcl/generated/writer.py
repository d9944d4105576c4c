"""The lines of a unit, and for each line the Tcl command that it runs.

An error tells Python's line; the site of that line tells what errorInfo says.
"""

from __future__ import annotations

from typing import Any

from alftcl.generated.kinds import Open
from alftcl.unwinding import shown


class Site:
    """A command: the text it stands in, from where to where, and its line in `base`, the text of the unit.

    A `text` of None is no command of the unit: the condition of a loop that is a unit, say. `body` is for a body that
    Tcl does not compile in place: what to add to errorInfo (with {line}), and the command it belongs to.
    """

    __slots__ = ("_note", "_source", "_word", "base", "body", "end", "is_plain", "line", "start", "text")

    def __init__(
        self,
        text: str | None,
        start: int,
        end: int,
        line: int,
        base: str | None = None,
        body: tuple[str, Site] | None = None,
    ) -> None:
        self.text = text
        self.start = start
        self.end = end
        self.line = line
        self.base = base
        self.body = body
        self.is_plain = text is not None and body is None
        self._note: str | None = None
        self._source: str | None = None
        self._word: str | None = None

    @property
    def source(self) -> str:
        """The command as it is written."""
        if self._source is None:
            assert self.text is not None
            self._source = self.text[self.start : self.end]
        return self._source

    @property
    def note(self) -> str:
        """What errorInfo shows of it, after `while executing`."""
        if self._note is None:
            self._note = f'\n"{shown(self.source)}"'
        return self._note

    @property
    def word(self) -> str:
        """Its first word."""
        if self._word is None:
            self._word = self.source.split(None, 1)[0]
        return self._word


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


def compiled(source: str, name: str, space: dict[str, Any]) -> Any:
    """The function `make` of a unit's source. Raises Open when it is nested more deeply than Python takes."""
    made: dict[str, Any] = {}
    try:
        exec(compile(source, f"<{name}>", "exec"), space, made)
    except SyntaxError as problem:
        if not str(problem.msg).startswith("too many"):
            raise
        raise Open("nested too deeply") from None
    return made["make"]
