"""Looks for lines in a command's output that comes in chunks of any size (runtime.licences). No I/O here.

chunk -> the lines that are whole by now, one search for each pattern -> the first line that matches
     `-> what follows the last end of line waits for the next chunk, as far as a line may be long
"""

from __future__ import annotations

from runtime.licences import compiled
from runtime.printable import blanked

LINE_BYTES = 4096
"""What is longer is no line of a program that speaks of licences; only so much of its beginning is searched."""
TOLD_CHARS = 300


class LineWatch:
    """One stream of output. `patterns` are regular expressions that were compiled before, so none is faulty."""

    def __init__(self, patterns: tuple[str, ...]) -> None:
        self._regexes = [compiled(pattern) for pattern in patterns]
        self._rest = b""

    def feed(self, chunk: bytes) -> str:
        """Search what has become a whole line: the first one that matches, or nothing."""
        end = max(chunk.rfind(b"\n"), chunk.rfind(b"\r")) + 1
        if not end:
            self._rest = (self._rest + chunk)[:LINE_BYTES]
            return ""
        lines = self._rest + chunk[:end]
        self._rest = chunk[end:][:LINE_BYTES]
        return self._search(lines)

    def finish(self) -> str:
        """The output is over: its last line may lack its newline."""
        rest, self._rest = self._rest, b""
        return self._search(rest)

    def _search(self, data: bytes) -> str:
        text = data.decode("utf-8", "replace").replace("\r", "\n")
        starts = [spans[0][0] for regex in self._regexes if (spans := regex.search(text)) is not None]
        if not starts:
            return ""
        start = text.rfind("\n", 0, min(starts)) + 1
        line = text[start:].partition("\n")[0].strip()[:TOLD_CHARS]
        return blanked(line)
