"""The launcher's log: what was started and how it ended, append only. Not the output of commands (daemons.output).

A file of framed records (daemons.launcher_messages):

    Opened  Intended Intended  Began Began  Exited Refused  Journalled  Intended  Began ...
                 |                 |           |
          before it starts   after it has   before the daemon hears of it

Nothing is synced: the log protects against the death of processes, not of the machine, and what write() took survives
any kill. After a reboot nothing of it runs, and the dispatcher's journal, which is synced, knows what had ended.

A launcher that was killed in the middle of a write leaves a torn last record: it is cut off. A full disk leaves one
too, which is completed when there is space again; until then nothing is started. What the daemon says is in its
journal counts as never written; now and then the log is rewritten without it, beside the old one, and renamed.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterable
from pathlib import Path

import msgspec

from daemons.frames import HEADER_BYTES, frame
from daemons.launcher_messages import Began, End, Intended, Journalled, Opened, Record

REWRITE_BYTES = 1024 * 1024
"""A log is not rewritten before it has this size, nor before it has doubled since."""

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(Record)


class LogError(Exception):
    """The log cannot be read or made; the text says which file and why."""


def boot_id() -> str:
    """The kernel's name for the time since the last boot."""
    return Path("/proc/sys/kernel/random/boot_id").read_text().strip()


def read_records(path: Path, size_bytes: int | None = None) -> tuple[list[Record], int]:
    """All whole records in the first `size_bytes` (default: all) of a log, and their length; none for a missing file.

    What follows the last whole record was torn by a kill, or is the zeros that a power cut leaves at the end of a
    file: it is left out. Raises LogError, OSError.
    """
    try:
        with path.open("rb") as file:
            data = file.read() if size_bytes is None else file.read(size_bytes)
    except FileNotFoundError:
        return [], 0
    records: list[Record] = []
    place = 0
    while len(data) - place >= HEADER_BYTES:
        body = place + HEADER_BYTES
        end = body + int.from_bytes(data[place:body], "big")
        if end > len(data) or end == body:
            break
        try:
            records.append(_decoder.decode(data[body:end]))
        except msgspec.DecodeError as error:
            words = f"{path}: byte {place}: not a record of a launcher's log ({error}): remove it when no command runs"
            raise LogError(words) from error
        place = end
    return records, place


class Past(msgspec.Struct):
    """What a log says, put together: per attempt, how it ended or how far it came."""

    opened: Opened | None = None
    intended: dict[int, Intended] = {}
    began: dict[int, Began] = {}
    ended: dict[int, End] = {}

    def open_attempts(self) -> list[int]:
        """Attempts that were started, or were about to be, and of which no end is known."""
        return [attempt for attempt in self.intended if attempt not in self.ended]

    def forget(self, attempts: Iterable[int]) -> None:
        """Leave out what has ended of these."""
        for attempt in attempts:
            if self.ended.pop(attempt, None) is not None:
                self.intended.pop(attempt, None)
                self.began.pop(attempt, None)


def past(records: Iterable[Record]) -> Past:
    """Put a log's records together."""
    result = Past()
    for record in records:
        match record:
            case Opened():
                result.opened = record
            case Intended():
                result.intended[record.attempt] = record
            case Began():
                result.began[record.attempt] = record
            case Journalled():
                result.forget(record.attempts)
            case _:
                result.ended[record.attempt] = record
    return result


class LauncherLog:
    """The log, open for appending, with what must still be kept of it in memory.

    `add` gathers; `flush` writes all that was gathered with one call. Hold the launcher's lock.
    """

    def __init__(self, path: Path) -> None:
        records, size = read_records(path)
        self.path = path
        self.past = past(records)
        self._descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        os.ftruncate(self._descriptor, size)
        self._rewrite_at = REWRITE_BYTES
        self.size_bytes = size
        self._unwritten = bytearray()
        self._waiting: list[tuple[int, End]] = []
        """Ends that were added lately, with the size of the log that each wants to be in it."""
        self.opened = self.past.opened or Opened(mark=secrets.token_hex(8), boot=boot_id())

    def open_for(self, boot: str) -> None:
        """From here on the log speaks of processes of this boot. Call once what it said before is dealt with."""
        if self.past.opened is None or self.opened.boot != boot:
            self.opened = Opened(mark=self.opened.mark, boot=boot)
            self._unwritten += frame(_encoder.encode(self.opened))

    def add(self, record: Intended | Began | End) -> None:
        """Gather a record for the next flush."""
        self._unwritten += frame(_encoder.encode(record))
        match record:
            case Intended():
                self.past.intended[record.attempt] = record
            case Began():
                self.past.began[record.attempt] = record
            case _:
                self.past.ended[record.attempt] = record
                self._waiting.append((self.size_bytes + len(self._unwritten), record))

    def unwritten_ends(self) -> list[End]:
        """Ends that a full disk keeps out of the log: who reads it does not find them there."""
        return [end for size, end in self._waiting if size > self.size_bytes]

    def flush(self) -> OSError | None:
        """Write what was gathered. What a full disk refused stays gathered, and the error is returned."""
        unwritten = self._unwritten
        try:
            while unwritten:
                written = os.write(self._descriptor, unwritten)
                self.size_bytes += written
                del unwritten[:written]
        except OSError as error:
            return error
        self._waiting.clear()
        return None

    def forget(self, attempts: Iterable[int]) -> None:
        """The ends of these attempts are safe elsewhere; that is in the file with the next flush."""
        attempts = tuple(attempts)
        self.past.forget(attempts)
        if self.size_bytes >= self._rewrite_at and not self._unwritten:
            self._rewrite()
        else:
            self._unwritten += frame(_encoder.encode(Journalled(attempts)))

    def _rewrite(self) -> None:
        past = self.past
        kept: list[Record] = [self.opened, *past.intended.values(), *past.began.values(), *past.ended.values()]
        content = b"".join(frame(_encoder.encode(record)) for record in kept)
        beside = self.path.with_suffix(".new")
        try:
            beside.write_bytes(content)
            descriptor = os.open(beside, os.O_WRONLY | os.O_APPEND | os.O_CLOEXEC)
            beside.replace(self.path)
        except OSError:
            self._rewrite_at *= 2  # the old one stays in force, and grows
            return
        os.close(self._descriptor)
        self._descriptor = descriptor
        self.size_bytes = len(content)
        self._rewrite_at = max(REWRITE_BYTES, 2 * len(content))

    def close(self) -> None:
        os.close(self._descriptor)
