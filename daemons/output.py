"""What commands print: into log files, with time stamps, and searched for lines that mean something. No processes here.

    chunk --> LogFile   appended to LOG (made at the first byte); (offset, time) pairs to LOG.times
         `--> Scanner   lines of the reference, section 4: percent done, reported status, chunk files

LOG.times is a row of 16-byte records, little-endian: offset in LOG as an unsigned 64-bit integer, wall-clock time in
seconds as a double. What stands between two offsets came between their two times; stamps are STAMP_S or more apart.
"""

from __future__ import annotations

import os
import re
import struct
from collections.abc import Iterator
from pathlib import Path

LINE_BYTES = 4096
"""A line that means something is no longer than this; what is longer is kept in the log but not searched."""
STAMP_S = 0.05
RETRY_S = 5.0
"""How long after a failed write to a log the next is tried; what comes in between is dropped."""

_STAMP = struct.Struct("<Qd")
_LINE = re.compile(
    rb"""^[ \t]* (?: (?:ALF|TR)_EXIT_STATUS [ \t]+ (?P<status>-?\d{1,3}) [ \t]* $
                   | (?:ALF|TR)_EXPAND_CHUNK [ \t]+ (?P<chunk>"[^"\r\n]+"|[^\s"]+) [ \t]* (?:[^\r\n]*) $
                   | (?:ALF|TR)_PROGRESS [ \t]+ (?P<progress>\d{1,9})
                   | Frame [ \t]+ [^\r\n(]{1,40} [ \t] \( (?P<frame>\d{1,9}) [ \t]+ of [ \t]+ (?P<frames>\d{1,9}) \)
                   | [^\r\n%]{0,200}? (?<![\d.]) (?P<percent>\d{1,3})(?:\.\d{0,9})? [ \t]? %
                     [ \t]* (?:done\b[^\r\n]*)? $
                   )""",
    re.MULTILINE | re.VERBOSE,
)
_END_OF_LINE = re.compile(rb"[\r\n][^\r\n]*\Z")


class Scanner:
    """Finds meaningful lines in output that comes in chunks of any size. What was found waits to be taken.

    Percents: the last one counts, so only the end of a large chunk is searched for them. `reported`: the last status.
    """

    def __init__(self) -> None:
        self.percent = -1
        self.reported: int | None = None
        self.chunks: list[str] = []
        self._rest = b""
        self._skipping = False

    def feed(self, chunk: bytes) -> bool:
        """Search what has become a whole line; whether anything was found."""
        end = max(chunk.rfind(b"\n"), chunk.rfind(b"\r")) + 1
        if not end:
            self._keep(self._rest + chunk)
            return False
        lines = self._rest + chunk[:end] if not self._skipping else chunk[_first_line_end(chunk) : end]
        self._skipping = False
        self._rest = b""
        self._keep(chunk[end:])
        return self._search(lines)

    def finish(self) -> bool:
        """The output is over: its last line may lack its newline. Whether anything was found."""
        rest, self._rest = self._rest, b""
        return not self._skipping and self._search(rest)

    def _keep(self, rest: bytes) -> None:
        if len(rest) > LINE_BYTES:
            self._skipping = True
            rest = b""
        self._rest = b"" if self._skipping else rest

    def _search(self, lines: bytes) -> bool:
        if b"_E" not in lines or not (b"_EXIT_STATUS" in lines or b"_EXPAND_CHUNK" in lines):
            if b"%" not in lines and b"_PROGRESS" not in lines and b"Frame" not in lines:
                return False
            lines = lines[_tail_start(lines) :]
        if b"\r" in lines:
            lines = lines.replace(b"\r", b"\n")
        found = False
        for line in _LINE.finditer(lines):
            found = True
            self._take(line)
        return found

    def _take(self, line: re.Match[bytes]) -> None:
        kind = line.lastgroup
        text = line[kind or 0]
        if kind == "status":
            self.reported = int(text)
        elif kind == "chunk":
            self.chunks.append(text.strip(b'"').decode(errors="replace"))
        elif kind == "frames":
            self.percent = min(100, 100 * int(line["frame"]) // max(1, int(text)))
        else:
            self.percent = min(100, int(text))


def _first_line_end(chunk: bytes) -> int:
    """Where the rest of a line that began in an earlier chunk ends; the chunk has an end of line."""
    places = [place for place in (chunk.find(b"\n"), chunk.find(b"\r")) if place >= 0]
    return min(places) + 1


def _tail_start(lines: bytes) -> int:
    """Where the search for percents begins: at the last PROGRESS line, or a few lines before the end."""
    tail = len(lines) - LINE_BYTES
    progress = lines.rfind(b"_PROGRESS")
    if tail <= 0 or progress >= tail:
        return max(0, tail)
    return max(0, progress - 16) if progress >= 0 else tail


class LogFile:
    """One command's log, made at the first byte. A log that cannot be written costs its output, never the command."""

    def __init__(self, path: str) -> None:
        self.path = path
        self.size_bytes = 0
        self.dropped_bytes = 0
        self.trouble = ""
        self._descriptor = -1
        self._stamped = 0.0
        self._try_at = 0.0

    def write(self, data: bytes, now: float) -> None:
        """Append a chunk that came at `now` (wall clock, seconds). `trouble` has words once a write failed."""
        if self.dropped_bytes and now < self._try_at:
            self.dropped_bytes += len(data)
            return
        place = 0
        try:
            if self._descriptor < 0:
                self._descriptor = _open(self.path)
                self.size_bytes = os.fstat(self._descriptor).st_size
            if self.dropped_bytes:
                words = f"{self.dropped_bytes} bytes of output were dropped here: {self.trouble}"
                self._write_all(f"\n[alfred: {words}]\n".encode())
                self.dropped_bytes = 0
            if now - self._stamped >= STAMP_S:
                self._stamp(now)
            while place < len(data):
                written = os.write(self._descriptor, data[place:] if place else data)
                place += written
                self.size_bytes += written
        except OSError as error:
            self.trouble = f"output cannot be written to {self.path}: {error.strerror}"
            self.dropped_bytes += len(data) - place
            self._try_at = now + RETRY_S

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def _write_all(self, data: bytes) -> None:
        while data:
            written = os.write(self._descriptor, data)
            self.size_bytes += written
            data = data[written:]

    def _stamp(self, now: float) -> None:
        self._stamped = now
        descriptor = os.open(self.path + ".times", os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            os.write(descriptor, _STAMP.pack(self.size_bytes, now))
        finally:
            os.close(descriptor)


def _open(path: str) -> int:
    flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC
    try:
        return os.open(path, flags, 0o600)
    except FileNotFoundError:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        return os.open(path, flags, 0o600)


def read_stamps(log: Path) -> Iterator[tuple[int, float]]:
    """The (offset in bytes, time) pairs of a log, in order; none when it has no stamps. Raises OSError."""
    try:
        data = Path(f"{log}.times").read_bytes()
    except FileNotFoundError:
        return iter(())
    return _STAMP.iter_unpack(data[: len(data) // _STAMP.size * _STAMP.size])
