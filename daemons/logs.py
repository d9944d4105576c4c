"""Which log files there are of a task or a job, and the last lines of one. Writing them is the launcher's."""

from __future__ import annotations

import os
import re
from pathlib import Path

TAIL_LINES = 6
_TAIL_BYTES = 8 * 1024
_LINE_CHARS = 300
_NAME = re.compile(r"(\d+)\.(\d+)\.(\d+)\.log\Z")


def name(jobs: str, jid: int, tid: int, cid: int, attempt: int) -> str:
    """The log of one attempt of one command; `jobs` is the directory of all jobs (`State.jobs`)."""
    return f"{jobs}/{jid}/{tid}.{cid}.{attempt}.log"


def files_of(directory: Path, tid: int | None = None, *, newest: bool = True) -> list[Path]:
    """The logs in a job's directory, of one task or of all, in the order of their attempts.

    `newest`: of every command only its last attempt.
    """
    found: dict[tuple[int, int, int], Path] = {}
    try:
        names = os.listdir(directory)
    except FileNotFoundError:
        return []
    last: dict[tuple[int, int], int] = {}
    for name in names:
        match = _NAME.match(name)
        if match is None or (tid is not None and int(match[1]) != tid):
            continue
        task, cid, attempt = int(match[1]), int(match[2]), int(match[3])
        found[task, cid, attempt] = directory / name
        last[task, cid] = max(attempt, last.get((task, cid), 0))
    keys = [key for key in found if not newest or last[key[:2]] == key[2]]
    return [found[key] for key in sorted(keys, key=lambda key: key[2])]


def tail(path: str, lines: int = TAIL_LINES) -> tuple[str, ...]:
    """The last lines of a log, long ones cut short; none when there is no log. What is no text is shown as such."""
    try:
        with open(path, "rb") as file:
            size = os.fstat(file.fileno()).st_size
            file.seek(max(0, size - _TAIL_BYTES))
            data = file.read(_TAIL_BYTES)
    except OSError:
        return ()
    found = data.decode(errors="replace").splitlines()
    if size > _TAIL_BYTES and len(found) > 1:
        del found[0]  # most likely only the end of a line
    return tuple(_shortened(line.rstrip()) for line in found[-lines:])


def _shortened(line: str) -> str:
    return line if len(line) <= _LINE_CHARS else f"{line[:_LINE_CHARS]}..."
