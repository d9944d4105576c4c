"""The site's alfred.schedule on disk: when it has changed, which version is in force, and how tools write it.

    look()    nothing new                                  -> None
              changed, and still being written             -> None; `unsettled` says: look again soon
              changed and good                             -> Change, in force; the one before goes to oldSchedules/
              broken, empty, gone, or with entries that
              were understood before and are not now       -> Change without a schedule: the last good one stays

There is no loop here: whoever watches calls `look` now and then. Reading runs the site's Tcl, which may take up to the
10 seconds of runtime.site_script.LIMITS: a process that must not stand still calls it in a thread. A large schedule is
read by a process of its own (daemons.schedule_reading).
"""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from daemons.schedule_reading import Read, ReaderLost, read
from daemons.whole_file import replace
from runtime.schedule.model import Schedule

OLD = "oldSchedules"
"""The directory beside a schedule in which those stand that it has replaced (S0, S1)."""
_READABLE = 0o644
SETTLED_S = 1.0
"""A file that was not touched for so long is not being written any more."""


class WriteError(Exception):
    """A schedule that was not written; the message says why, and what to do."""


class NewerError(WriteError):
    """The file is not the one that was edited."""


@dataclass(frozen=True)
class Change:
    """What a look has found. `schedule` is the new one in force, None when the last good one stays. `lines` are for the
    log: everything that is wrong, with file, line and column, and what was done about it."""

    schedule: Schedule | None
    lines: tuple[str, ...]


class _Version(NamedTuple):
    """What tells one state of the file from the next."""

    inode: int
    size: int
    mtime_ns: int

    @classmethod
    def of(cls, found: os.stat_result) -> _Version:
        return cls(found.st_ino, found.st_size, found.st_mtime_ns)


class Watched:
    """A schedule file. `in_force` is the last good reading of it, None until there was one."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.in_force: Read | None = None
        self.unsettled = False
        self._bytes = b""
        self._looked: _Version | None = None
        self._met: tuple[_Version, float] | None = None
        self._is_gone = False
        self._archive = _Archive(path)

    def look(self, wall: float | None = None) -> Change | None:
        """See whether the file has changed, and what to make of it. `wall` is the time, in seconds since 1970."""
        self.unsettled = False
        try:
            version = _Version.of(self.path.stat())
            if version == self._looked:
                return None
            if not self._has_settled(version, time.time() if wall is None else wall):
                return None
            data = self.path.read_bytes()
            if _Version.of(self.path.stat()) != version:
                self.unsettled = True
                return None
        except OSError as error:
            return self._gone(error)
        self._looked = version
        self._is_gone = False
        return self._read(data, version)

    def _has_settled(self, version: _Version, wall: float) -> bool:
        """Whether a new version is complete: it has not been touched for a while. The first schedule of all is needed
        at once: that it is as it was at the look before will do."""
        if self._met is None or self._met[0] != version:
            self._met = version, wall
            settled = wall - version.mtime_ns / 1e9 > SETTLED_S
        else:
            settled = self.in_force is None or not 0 <= wall - self._met[1] < SETTLED_S
        self.unsettled = not settled
        return settled

    def _gone(self, error: OSError) -> Change | None:
        self._looked = None
        if self._is_gone:
            return None
        self._is_gone = True
        return Change(None, (f"{self.path}: {error.strerror}: {self._stays()}",))

    def _read(self, data: bytes, version: _Version) -> Change:
        try:
            reading = self._reading(data, version.mtime_ns / 1e9)
        except ReaderLost as lost:
            return Change(None, (f"{self.path}: {lost}: {self._stays()}",))
        lines = list(reading.lines)
        refusal = refusal_of(reading, self.in_force)
        if refusal:
            return Change(None, (*lines, f"{self.path}: {refusal}: {self._stays()}"))
        lines.append(f"{self.path}: {reading.summary}; it is in force")
        if self.in_force is not None and data != self._bytes:
            lines += self._archive.keep(self._bytes, self.in_force.schedule.time)
        self.in_force, self._bytes = reading, data
        return Change(reading.schedule, tuple(lines))

    def _reading(self, data: bytes, time: float) -> Read:
        known = self.in_force.schedule.servers if self.in_force is not None else {}
        return read(data, str(self.path), time, known)

    def _stays(self) -> str:
        if self.in_force is None:
            return "there is no schedule"
        return f"the schedule of {_stamp(self.in_force.schedule.time, ':')} stays in force"


def refusal_of(reading: Read, before: Read | None) -> str:
    """Why a reading cannot take the place of the one before; empty when it can."""
    if reading.failed:
        return "it is broken"
    if before is None:
        return ""
    if reading.is_empty:
        return "it is empty"
    lost = [entry for entry in reading.not_understood if entry not in before.not_understood]
    if lost:
        return f"not understood: {', '.join(lost)}"
    return ""


def write(path: Path, data: bytes, expected: float | None) -> tuple[str, ...]:
    """Replace a schedule: a new file beside it, renamed; the old one goes to oldSchedules/.

    `expected` is the modification time of the version that was edited, None when there was none. Gives lines to show:
    what could not be archived. Raises WriteError: NewerError when the file is not the one that was edited.
    """
    path = Path(os.path.realpath(path))
    try:
        with _alone(path.parent):
            return _replace(path, data, expected)
    except OSError as error:
        raise WriteError(f"{path} cannot be written: {error.strerror}") from error


def _replace(path: Path, data: bytes, expected: float | None) -> tuple[str, ...]:
    try:
        found: os.stat_result | None = path.stat()
    except FileNotFoundError:
        found = None
    there = None if found is None else found.st_mtime
    if there != expected:
        what = "it is gone" if there is None else f"somebody has changed it ({_stamp(there, ':')})"
        raise NewerError(f"{path} is not written: {what} since it was read; read it again")
    lines: tuple[str, ...] = ()
    if found is not None:
        lines = _Archive(path).keep(path.read_bytes(), found.st_mtime)
    replace(path, data, lambda descriptor: _take_after(descriptor, found))
    return lines


def _take_after(descriptor: int, found: os.stat_result | None) -> None:
    """Give a new file the rights of the old one, and a modification time that is later."""
    if found is None:
        os.fchmod(descriptor, _READABLE)
        return
    os.fchmod(descriptor, found.st_mode & 0o7777)
    with suppress(PermissionError):  # only root gives files away; the group is often allowed
        os.fchown(descriptor, -1, found.st_gid)
    made = os.fstat(descriptor)
    if made.st_mtime_ns <= found.st_mtime_ns:
        os.utime(descriptor, ns=(made.st_atime_ns, found.st_mtime_ns + 1_000_000_000))


@contextmanager
def _alone(directory: Path) -> Iterator[None]:
    """One writer at a time, where the file system knows locks."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        with suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


class _Archive:
    """The old versions of a schedule. That they cannot be kept is said once."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._has_complained = False

    def keep(self, data: bytes, modified: float) -> tuple[str, ...]:
        """Put a version there that was made at a time. Gives what is to be logged."""
        directory = Path(os.path.realpath(self._path)).parent / OLD
        name = f"{self._path.name}.{_stamp(modified, '.').replace(' ', '_')}"
        try:
            directory.mkdir(exist_ok=True)
            for number in range(1, 100):
                old = directory / (name if number == 1 else f"{name}-{number}")
                if old.exists() and old.read_bytes() == data:
                    return ()
                if not old.exists():
                    break
            replace(old, data, lambda descriptor: os.fchmod(descriptor, _READABLE))
        except OSError as error:
            if self._has_complained:
                return ()
            self._has_complained = True
            return (f"{directory}: {error.strerror}: old schedules are not kept",)
        return ()


def _stamp(moment: float, separator: str) -> str:
    return time.strftime(f"%Y-%m-%d %H{separator}%M{separator}%S", time.localtime(moment))
