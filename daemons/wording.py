"""Words and figures as people read them: durations, exit statuses, ids, text made safe for a terminal."""

from __future__ import annotations

import re
import signal

_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]+")


def printable(text: str) -> str:
    """The text on one line, without what could move the cursor or fake a line: titles come from strangers."""
    return _UNPRINTABLE.sub(" ", text).strip()


def duration(seconds: float) -> str:
    """`0.4 s`, `12 s`, `3:07`, `2:15:00`."""
    if seconds < 10:
        return f"{max(seconds, 0.0):.1f} s"
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    minutes, rest = divmod(whole, 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"


def ending(status: int) -> str:
    """How a command ended: `exit status 3`, `signal 9 (KILL)`."""
    if status >= 0:
        return f"exit status {status}"
    try:
        name = signal.Signals(-status).name.removeprefix("SIG")
    except ValueError:
        return f"signal {-status}"
    return f"signal {-status} ({name})"


def count(number: int, noun: str) -> str:
    """`1 task`, `3 tasks`."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


class BadId(Exception):
    """What was given is neither JID nor JID.TID."""


def parse_id(text: str) -> tuple[int, int | None]:
    """`3` is job 3, `3.14` task 14 of job 3. Raises BadId."""
    found = re.fullmatch(r"(\d{1,18})(?:\.(\d{1,18}))?", text)
    if found is None:
        raise BadId(f'"{printable(text)}" is no ID: give a job (3) or a task of a job (3.14); alfred -queue lists them')
    return int(found[1]), None if found[2] is None else int(found[2])
