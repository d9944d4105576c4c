"""The process that writes the record: a child of the maitre-d, which never waits for it.

    maitre-d --- frames of records on stdin ---> keeper --- one transaction, every half second ---> history.sqlite
       ^--- lines for the log on stdout ---------'      `-- now and then: what is too old is taken out, in pieces

It ends when its stdin does: with the maitre-d, however that ended, and after all that was sent is in the file. So a
maitre-d that is killed loses what it had not sent, a fraction of a second.

    disk full, file locked, I/O error   said, and tried again every few seconds; rows wait in memory, up to a bound,
                                        beyond that they are dropped and counted. Tallies are kept in any case
    file broken                         said; it is set aside, and a new one is begun
    file of a later version             said; nothing is kept

    python -m daemons.record.keeper FILE DAYS TALLY_DAYS [ZONE]
"""

from __future__ import annotations

import fcntl
import os
import select
import sqlite3
import sys
import time
from contextlib import suppress
from pathlib import Path

import msgspec

from daemons.frames import FrameReader
from daemons.record.file import SQL_ERRORS, RecordError, Writer
from runtime.history.records import AnyRecord
from runtime.schedule.zones import UnknownZoneError, zone

COMMIT_S = 0.5
RETRY_S = 5.0
MOST_ROWS = 200_000
"""That wait for a disk."""
PRUNE_S = 600.0
PIECE = 2_000
FRAME_LIMIT_BYTES = 64 << 20
_DAY_S = 86400.0
_IDLE_S = 60.0
"""So often the slots that there are are counted, when nothing happens."""
_READ_BYTES = 1 << 20
_BROKEN = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}

_records = msgspec.msgpack.Decoder(list[AnyRecord]).decode


class Keeper:
    """Takes records from a descriptor and writes them to the file at `path`, until there is nothing more to read."""

    def __init__(self, path: Path, days: float, tally_days: float, zone_name: str, source: int) -> None:
        """Raises RecordError, UnknownZoneError, sqlite3.Error."""
        self._path = path
        self._keep_s = days * _DAY_S
        self._keep_tallies_s = max(days, tally_days) * _DAY_S
        self._zone = zone(zone_name)
        self._source = source
        self._frames = FrameReader(FRAME_LIMIT_BYTES)
        self._trouble = ""
        self._missing = 0
        self._commit_at = self._idle_at = self._prune_at = time.monotonic()
        self._prunes = False
        self._writer = self._open()

    def run(self) -> None:
        """Until the source has ended."""
        while self._read():
            now = time.monotonic()
            if now >= self._idle_at:
                self._writer.note((), time.time())
                self._idle_at = now + _IDLE_S
            if now >= self._commit_at:
                self._commit_at = now + (COMMIT_S if self._commit() else RETRY_S)
            elif self._prunes and not self._trouble:
                self._prune()
        self._writer.note((), time.time())
        self._commit()
        self._writer.close()

    def _read(self) -> bool:
        """Take what has come, waiting for it while there is nothing else to do; False: there will be nothing more."""
        until = self._commit_at if self._writer.waits else self._idle_at
        patience_s = 0.0 if self._prunes and not self._trouble else max(0.0, until - time.monotonic())
        readable, _, _ = select.select([self._source], [], [], patience_s)
        if not readable:
            return True
        data = os.read(self._source, _READ_BYTES)
        for body in self._frames.feed(data):
            self._writer.note(_records(body), time.time())
        if self._trouble and self._writer.waiting > MOST_ROWS:
            self._missing += self._writer.drop_rows()
        return bool(data)

    def _commit(self) -> bool:
        """Whether what waits is in the file."""
        try:
            self._writer.commit(time.time())
        except SQL_ERRORS as error:
            if getattr(error, "sqlite_errorcode", 0) in _BROKEN:
                return self._begin_anew(str(error))
            self._say(f"the record {self._path} cannot be written ({error}): tried again every {RETRY_S:g} s")
            return False
        if self._trouble:
            missing = f"; {self._missing} events are only in its tallies" if self._missing else ""
            self._say("")
            _print(f"the record {self._path} is written again{missing}")
            self._missing = 0
        now = time.monotonic()
        if now >= self._prune_at:
            self._prune_at, self._prunes = now + PRUNE_S, True
        return True

    def _prune(self) -> None:
        now = time.time()
        try:
            self._prunes = self._writer.prune(now - self._keep_s, now - self._keep_tallies_s, PIECE)
        except SQL_ERRORS as error:
            self._prunes = False
            self._say(f"nothing can be taken out of the record {self._path} ({error})")

    def _open(self) -> Writer:
        try:
            return Writer(self._path, self._zone)
        except sqlite3.DatabaseError as error:
            if getattr(error, "sqlite_errorcode", 0) not in _BROKEN:
                raise
            self._set_aside(str(error))
            return Writer(self._path, self._zone)

    def _begin_anew(self, reason: str) -> bool:
        old = self._writer
        old.close()
        self._set_aside(reason)
        self._writer = Writer(self._path, self._zone)
        self._writer.take_over(old)
        return self._commit()

    def _set_aside(self, reason: str) -> None:
        """The file is no good: another one is begun."""
        aside = self._path.with_name(f"{self._path.name}.broken-{int(time.time())}")
        for suffix in ("", "-wal", "-shm"):
            part = self._path.with_name(self._path.name + suffix)
            if part.exists():
                part.replace(aside.with_name(aside.name + suffix))
        _print(f"the record {self._path} is broken ({reason}): it is now {aside}, and a new one begins")

    def _say(self, trouble: str) -> None:
        """Once, until it is another."""
        if trouble and trouble != self._trouble:
            _print(trouble)
        self._trouble = trouble


def _print(line: str) -> None:
    with suppress(BrokenPipeError):  # the maitre-d is gone, and what it sent is still to be written
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()


def main(words: list[str]) -> int:
    """The process. Exit status: 0 its source has ended, 1 it cannot go on (said on stdout)."""
    path = Path(words[0])
    try:
        with open(path.with_name(path.name + ".lock"), "w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # the one before it may be writing its last
            Keeper(path, float(words[1]), float(words[2]), words[3] if len(words) > 3 else "", 0).run()
    except (RecordError, UnknownZoneError, OSError, *SQL_ERRORS) as error:
        _print(f"nothing is put on record: {error}")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
