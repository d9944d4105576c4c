"""Who edits an alfred.schedule gets it here, and hands it in again: at the maitre-d; where none is, beside the file.

    AskSchedule    -> ScheduleIs       the bytes, their version, and why they may not be written by who asks
    WriteSchedule  -> Did              it was read without errors, the old one is in oldSchedules/, this is the file now
                      ScheduleIs       somebody was faster: this is what stands there, and nothing was written
                      Refused          why not, with file, line and column where that is so

Reading takes a while, and the disk may: `answer` is called in a thread. Whether somebody is a wrangler is asked before.
"""

from __future__ import annotations

import os
from pathlib import Path

from daemons.schedule_file import NewerError, WriteError, refusal_of, write
from daemons.schedule_reading import Read, ReaderLost, read
from runtime.farm_messages import LARGEST_SCHEDULE_BYTES, AskSchedule, Did, Refused, ScheduleIs, WriteSchedule

_MOST_LINES = 12
Answer = Did | Refused | ScheduleIs


def answer(path: Path, message: AskSchedule | WriteSchedule, barred: str = "") -> Answer:
    """The answer to who asks. `barred`: why he may not write, if he may not."""
    try:
        if isinstance(message, AskSchedule):
            return _as_it_is(path, message.serial, barred, message.known)
        if barred:
            return Refused(message.serial, barred)
        return _written(path, message)
    except (OSError, WriteError, ReaderLost) as error:
        words = f"{path}: {error.strerror}" if isinstance(error, OSError) else str(error)
        return Refused(message.serial, words)


def _as_it_is(path: Path, serial: int, barred: str = "", known: float | None = None) -> ScheduleIs:
    """Raises OSError."""
    if known is not None and path.stat().st_mtime == known:
        return ScheduleIs(serial, str(path), b"", known, barred, is_known=True)
    version, data = _content(path)
    return ScheduleIs(serial, str(path), data, version, barred or _bar(path, data))


def _content(path: Path) -> tuple[float | None, bytes]:
    """A version, and the bytes of that version. Raises OSError."""
    while True:
        try:
            version = path.stat().st_mtime
            data = path.read_bytes()
            if path.stat().st_mtime == version:
                return version, data
        except FileNotFoundError:
            return None, b""


def _bar(path: Path, data: bytes) -> str:
    """Why this process cannot put another file in its place."""
    real = Path(os.path.realpath(path))
    if not os.access(real.parent, os.W_OK):
        return f"the directory {real.parent} cannot be written there"
    if real.exists() and not os.access(real, os.W_OK):
        return f"{real} is read only there"
    if len(data) > LARGEST_SCHEDULE_BYTES:
        return f"it is larger than {LARGEST_SCHEDULE_BYTES >> 20} MB: edit {real} by hand"
    return ""


def _written(path: Path, message: WriteSchedule) -> Answer:
    """Raises OSError, WriteError, ReaderLost."""
    version, old = _content(path)
    if old == message.data and version is not None:
        return Did(message.serial, f"{path} is written")
    if version != message.version:
        return _as_it_is(path, message.serial)
    reading = read(message.data, str(path), 0.0, {})
    refusal = refusal_of(reading, _before(path, old))
    if refusal:
        return Refused(message.serial, "\n".join((f"{path} is not written: {refusal}", *reading.lines[:_MOST_LINES])))
    try:
        remarks = write(path, message.data, message.version)
    except NewerError:
        return _as_it_is(path, message.serial)
    return Did(message.serial, "\n".join((f"{path} is written: {reading.summary}", *remarks)))


def _before(path: Path, old: bytes) -> Read | None:
    """How the file that stands there reads: what it does not understand either is no reason to refuse. Raises
    ReaderLost."""
    reading = read(old, str(path), 0.0, {})
    return None if reading.failed or reading.is_empty else reading
