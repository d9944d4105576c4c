"""The log of a daemon, which never holds it up: lines are kept in memory, and a thread of their own writes them.

    line() ----> lines in memory ----> write_forever: one write for all that has gathered, a few times a second
                 (bounded: what is too much is counted, and said)

A line stays one line, whatever is in it: titles of jobs come from strangers.

The file is opened for appending. `reopen` after logrotate has moved it. A full disk costs lines,
never decisions: it is said once on stderr, and in the log how many lines are missing when it goes on.
"""

from __future__ import annotations

import logging
import os
import sys
import time
from contextlib import suppress
from pathlib import Path

import trio

from daemons.wording import printable

GATHER_S = 0.2
MOST_LINES = 50_000
LONGEST_CHARS = 2_000
"""Of a line: titles and expressions may have any length."""


class OneLine(logging.Formatter):
    """A message as one line of bounded length, whatever is in it; a traceback follows on lines of its own."""

    def formatMessage(self, record: logging.LogRecord) -> str:  # noqa: N802 - logging's own name
        return _one_line(super().formatMessage(record))


class LogFile(logging.Handler):
    """A log; `path` None is stderr. It is a handler of `logging` too, for the modules that use that."""

    def __init__(self, path: Path | None) -> None:
        """Raises OSError when it cannot be opened."""
        super().__init__()
        self.setFormatter(OneLine())
        self._path = path
        self._descriptor = _open(path)
        self._retired: list[int] = []
        """Descriptors that `reopen` has replaced; the one who writes may still use the last of them."""
        self._lines: list[tuple[float, str]] = []
        self._missing = 0
        self._trouble = ""
        self._something = trio.Event()

    def line(self, text: str) -> None:
        """A line, with the time of now before it."""
        if len(self._lines) >= MOST_LINES:
            self._missing += 1
            return
        self._lines.append((time.time(), text))
        self._something.set()

    def emit(self, record: logging.LogRecord) -> None:
        """What `logging` calls, from the loop's thread."""
        level = "" if record.levelno <= logging.INFO else f"{record.levelname}: "
        for text in self.format(record).split("\n"):
            self.line(f"{level}{text}")

    def reopen(self) -> None:
        """Go on in a file of the same name, which is made where there is none."""
        try:
            fresh = _open(self._path)
        except OSError as error:
            self._failed(error)
            return
        self._retired.append(self._descriptor)
        self._descriptor = fresh

    async def write_forever(self) -> None:
        """Write what comes until cancelled; what is left then, `close` writes."""
        while True:
            await self._something.wait()
            self._something = trio.Event()
            await trio.to_thread.run_sync(self._write, self._take(), self._descriptor)
            self._shut_retired()
            await trio.sleep(GATHER_S)

    def close(self) -> None:
        """Write what is left."""
        self._write(self._take(), self._descriptor)
        self._retired.append(self._descriptor)
        self._shut_retired()
        super().close()

    def _shut_retired(self) -> None:
        while self._retired:
            with suppress(OSError):
                os.close(self._retired.pop())

    def _take(self) -> bytes:
        lines, self._lines = self._lines, []
        if self._missing and not self._trouble:
            lines.append((time.time(), f"{self._missing} lines are missing here"))
            self._missing = 0
        return "".join(f"{_stamp(when)} {_one_line(text)}\n" for when, text in lines).encode(
            "utf-8", "backslashreplace"
        )

    def _write(self, data: bytes, descriptor: int) -> None:
        try:
            written = 0
            while written < len(data):
                written += os.write(descriptor, data[written:])
        except OSError as error:
            self._missing += data.count(b"\n", written)
            self._failed(error)
        else:
            self._trouble = ""

    def _failed(self, error: OSError) -> None:
        """Say it once for each kind of trouble."""
        if error.strerror == self._trouble:
            return
        self._trouble = error.strerror or str(error)
        if self._path is not None:
            with suppress(OSError):
                sys.stderr.write(f"the log {self._path} cannot be written: {self._trouble}; lines will be missing\n")


def _one_line(text: str) -> str:
    line = printable(text)
    return line if len(line) <= LONGEST_CHARS else f"{line[:LONGEST_CHARS]}... ({len(line)} characters)"


def _stamp(when: float) -> str:
    """`2026-11-21 10:03:07.120`, in the machine's time."""
    return time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(when)) + f".{int(when % 1 * 1000):03d}"


def _open(path: Path | None) -> int:
    if path is None:
        return os.dup(2)
    return os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
