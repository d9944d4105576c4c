"""What lint has to say: where, how bad, which rule, and what to do about it.

A line is silenced by a comment on it, or by one that stands alone on the line before:

    set value [expr $formula]   ;# lint: ignore
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass

from alftcl.tree import line_starts

ERROR, WARNING = "error", "warning"

_IGNORED = re.compile(r"#\s*lint:\s*ignore\b")
_ALONE = re.compile(r"\s*#")


@dataclass(frozen=True, order=True)
class Finding:
    """One finding; line and column count from 1. An error is sure to fail when it runs, a warning is likely to."""

    file: str
    line: int
    column: int
    severity: str
    rule: str
    text: str
    hint: str = ""

    def __str__(self) -> str:
        hint = f" ({self.hint})" if self.hint else ""
        return f"{self.file}:{self.line}:{self.column}: {self.severity}: {self.text}{hint}"

    def as_dict(self) -> dict[str, str | int]:
        return asdict(self)


class Source:
    """The text of one file; it collects what is found there.

    `only_defines` says that it runs nothing: it is a part of something, whose other parts lint may not see.
    """

    def __init__(self, name: str, text: str) -> None:
        self.name = name
        self.text = text
        self.only_defines = False
        self._starts = line_starts(text)
        self._findings: set[Finding] = set()

    def position(self, offset: int) -> tuple[int, int]:
        """Line and column of an offset."""
        low, high = 0, len(self._starts)
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (middle, high) if self._starts[middle] <= offset else (low, middle)
        return low + 1, offset - self._starts[low] + 1

    def error(self, offset: int, rule: str, text: str, hint: str = "") -> None:
        self._findings.add(Finding(self.name, *self.position(offset), ERROR, rule, text, hint))

    def warning(self, offset: int, rule: str, text: str, hint: str = "") -> None:
        self._findings.add(Finding(self.name, *self.position(offset), WARNING, rule, text, hint))

    def findings(self) -> list[Finding]:
        """All that is not silenced, in the order of the text."""
        silenced = set(_silenced(self.text.split("\n")))
        return sorted(finding for finding in self._findings if finding.line not in silenced)


def _silenced(lines: list[str]) -> Iterable[int]:
    for number, line in enumerate(lines, 1):
        if _IGNORED.search(line):
            yield number
            if _ALONE.match(line):
                yield number + 1
