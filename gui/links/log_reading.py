"""A log file as it grows, for a window: its new lines each time, with the times at which they came."""

from __future__ import annotations

import time
from bisect import bisect_right
from pathlib import Path
from typing import NamedTuple

from daemons.output import read_stamps
from daemons.wording import printable

MOST_BYTES = 1 << 20
"""At a time: of more than that only the end is shown."""
LONGEST_CHARS = 2_000
"""Of a line; a program may print megabytes without an end of line."""


class Line(NamedTuple):
    """A line, and when it came: HH:MM:SS, or nothing where nobody noted it."""

    stamp: str
    text: str


class LogReading:
    """`offset`: what was read of the file. `skipped`: how much before what was read last was not: more came than
    anybody reads. A file that has become shorter is another one, and read from its beginning."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.offset = 0
        self.skipped = 0
        self._rest = b""

    def more(self, whole: bool = False) -> list[Line]:
        """The lines that are new; `whole`: with the last one, which may have no end. Raises OSError."""
        try:
            size = self.path.stat().st_size
            if size < self.offset:
                self.offset, self._rest = 0, b""  # written anew
            if size - self.offset > MOST_BYTES:
                self.skipped += size - MOST_BYTES - self.offset
                self.offset, self._rest = size - MOST_BYTES, b""
            with self.path.open("rb") as log:
                log.seek(self.offset)
                data = log.read(MOST_BYTES)
        except FileNotFoundError:
            return []
        start = self.offset - len(self._rest)
        self.offset += len(data)
        data = self._rest + data
        end = len(data) if whole or len(data) > MOST_BYTES else data.rfind(b"\n") + 1
        self._rest = data[end:]
        return self._lines(data[:end], start)

    def _lines(self, data: bytes, offset: int) -> list[Line]:
        if not data:
            return []
        stamps = list(read_stamps(self.path))
        starts = [start for start, _ in stamps]
        lines = []
        for line in data.splitlines(keepends=True):
            place = bisect_right(starts, offset) - 1
            stamp = time.strftime("%H:%M:%S", time.localtime(stamps[place][1])) if place >= 0 else ""
            text = line.decode(errors="replace").expandtabs()
            lines.append(Line(stamp, _shown(text)))
            offset += len(line)
        return lines


def _shown(text: str) -> str:
    """On one line, indented as it was; what is longer than LONGEST_CHARS is cut."""
    text = text.rstrip("\r\n")
    indent = len(text) - len(text.lstrip(" "))
    words = " " * min(indent, LONGEST_CHARS) + printable(text[: 2 * LONGEST_CHARS])
    return words if len(words) <= LONGEST_CHARS else f"{words[:LONGEST_CHARS]} ..."
