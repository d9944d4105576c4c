"""The queue on disk: every job that was accepted and every fact about it, in one SQLite file.

    scripts   the text of each spooled file, packed      jobs    who spooled what; a summary once it is finished
    facts     batches of runtime.facts, in order         marks   numbers that must never be given twice

        trio thread                            writer thread (one; all SQL is its own once it runs)
        append(facts)  --\\
        finish(jid)    ---+--> pending ------> one transaction for all that waits ------> fsync
        await add(job) --/                          |                                       |
              ^--------------------------------------`--- committed, or a JournalError -----'

Group commit: nobody waits for `append`, which gathers for `GATHER_S`; `add` and `flush` are waited for and hurry the
writer. Facts of one job and one commit are one row, so 5,000 commands are some dozens of rows and not 10,000.

What can go wrong, and what is done:

    disk full                     nothing half written; the trouble is told, facts wait in memory and are tried again
    fsync or I/O error, read-only the trouble is fatal: no later "committed" could be believed. The dispatcher stops
    cut or flipped file           SQLite's checksums drop a torn tail of commits; what they do not cover, our own
                                  checksums and the numbering of facts do: JournalError, with words
    older format                  upgraded in one transaction; newer: refused

A commit survives every death of a process: it is in the log (WAL). The writer then syncs the log, as SQLite does with
synchronous=FULL, but apart: a job may start while its log is being synced; "accepted" is said after that. The file is
locked exclusively, also against a dispatcher on another machine that shares the directory.
"""

from __future__ import annotations

import os
import sqlite3
import threading
import zlib
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import msgspec
import trio

from daemons.state import StateError
from runtime.facts import AnyFact, AttemptId, Fact, JobSpooled
from runtime.job.model import JobId

GATHER_S = 0.02
"""How long facts that nobody waits for may gather before they are committed."""
RETRY_S = 5.0
"""How long after a full disk the next attempt is made."""

_SMALL_BYTES = 64 * 1024  # what is written in the trio thread
_APPLICATION = 0x616C6664  # "alfd", in the file's header
_PACK_FROM_BYTES = 1024
_SQL_ERRORS = (sqlite3.Error, UnicodeError)  # the latter: SQLite quotes a damaged schema; a word is no Unicode
_TEMPORARY = {sqlite3.SQLITE_FULL, sqlite3.SQLITE_BUSY, sqlite3.SQLITE_NOMEM}

_UPGRADES = (
    # format 0 (an empty file) -> 1
    """
    CREATE TABLE scripts (id INTEGER PRIMARY KEY, packing TEXT NOT NULL, crc INTEGER NOT NULL, content BLOB NOT NULL);
    CREATE TABLE jobs (
        jid INTEGER PRIMARY KEY AUTOINCREMENT, script INTEGER NOT NULL REFERENCES scripts,
        crc INTEGER NOT NULL, spooled BLOB NOT NULL, summary BLOB, ended REAL);
    CREATE TABLE facts (
        seq INTEGER PRIMARY KEY, jid INTEGER NOT NULL,
        first INTEGER NOT NULL, count INTEGER NOT NULL, crc INTEGER NOT NULL, batch BLOB NOT NULL);
    CREATE INDEX facts_of_job ON facts (jid);
    CREATE TABLE marks (name TEXT PRIMARY KEY, value INTEGER NOT NULL);
    """,
)
FORMAT = len(_UPGRADES)

_encoder = msgspec.msgpack.Encoder()
_facts_decoder = msgspec.msgpack.Decoder(list[AnyFact])
_spooled_decoder = msgspec.msgpack.Decoder(JobSpooled)


class JournalError(StateError):
    """The journal cannot be used, or could not keep something; the text says which file, why, and what to do."""

    fatal = False
    """Nothing is written any more: no later "committed" could be believed."""


class Packed(msgspec.Struct, frozen=True):
    """A script as it is kept. Made by `pack`, which takes time (200 MB/s) and no lock: any thread may."""

    packing: str
    crc: int
    content: bytes


class Kept(msgspec.Struct, frozen=True):
    """A job in the journal. `summary`: what was noted when it finished, None while it is in the queue."""

    spooled: JobSpooled
    summary: bytes | None


class _Add(msgspec.Struct):
    script: Packed
    jobs: tuple[JobSpooled, ...]
    waiter: _Waiter


class _Finish(msgspec.Struct):
    jid: JobId
    ended: float
    summary: bytes
    last_attempt: AttemptId


class _Reopen(msgspec.Struct):
    jid: JobId


class _Forget(msgspec.Struct):
    jid: JobId
    last_attempt: AttemptId


class _Flush(msgspec.Struct):
    waiter: _Waiter


_Entry = Sequence[Fact] | _Add | _Finish | _Reopen | _Forget | _Flush


class _Waiter:
    """Someone in the trio thread who waits for a commit."""

    def __init__(self) -> None:
        self._done = trio.Event()
        self._error: JournalError | None = None

    def tell(self, error: JournalError | None) -> None:
        self._error = error
        self._done.set()

    async def wait(self) -> None:
        await self._done.wait()
        if self._error is not None:
            raise self._error


def pack(text: bytes) -> Packed:
    """A script as the journal keeps it. zlib's fastest level: ten times less to write and to sync for its time."""
    crc = zlib.crc32(text)
    if len(text) < _PACK_FROM_BYTES:
        return Packed("raw", crc, text)
    return Packed("zlib", crc, zlib.compress(text, 1))


def _sync_directory(path: Path) -> None:
    """Bring the names of new files to the disk."""
    descriptor = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Journal:
    """The journal at `path`. Read it first (`jobs`, `script`, `facts`), then `start` the writer; `close` ends both."""

    def __init__(self, path: Path, wait_s: float = 0.0) -> None:
        """Open the journal, made if there is none; where another process has it, wait so long. Raises JournalError."""
        self.path = path
        self._wait_s = wait_s
        self._sql = threading.RLock()
        self._counts: dict[JobId, int] = {}
        self._pending: list[_Entry] = []
        self._gathered = False
        """The writer has entries that are not committed: nothing may be written before them."""
        self._changed = threading.Condition()
        self._hurry = False
        self._closing = False
        self._fatal: JournalError | None = None
        self._writer: threading.Thread | None = None
        self._log = -1
        self._trouble: Callable[[JournalError | None], None] = lambda trouble: None
        self._database = self._open()

    # -- reading -------------------------------------------------------------------------------------------------

    def jobs(self) -> list[Kept]:
        """Every job, oldest first. Raises JournalError."""
        kept = []
        for crc, spooled, summary in self._read("SELECT crc, spooled, summary FROM jobs ORDER BY jid"):
            self._check(crc, spooled)
            try:
                kept.append(Kept(_spooled_decoder.decode(spooled), summary))
            except msgspec.DecodeError as error:
                raise self._damaged(f"a job cannot be read: {error}") from error
        return kept

    def script(self, jid: JobId) -> bytes:
        """The script that a job came from. Raises JournalError."""
        rows = self._read(
            "SELECT packing, scripts.crc, content FROM jobs JOIN scripts ON scripts.id = script WHERE jid = ?", jid
        )
        if not rows:
            raise self._damaged(f"job {jid} has no script")
        packing, crc, content = rows[0]
        try:
            text: bytes = zlib.decompress(content) if packing == "zlib" else content
        except zlib.error as error:
            raise self._damaged(f"the script of job {jid} cannot be unpacked") from error
        self._check(crc, text)
        return text

    def facts(self, jid: JobId) -> list[AnyFact]:
        """What happened to a job, in order. Raises JournalError."""
        found: list[AnyFact] = []
        rows = self._read("SELECT first, count, crc, batch FROM facts WHERE jid = ? ORDER BY seq", jid)
        for first, count, crc, batch in rows:
            self._check(crc, batch)
            if first != len(found):
                raise self._damaged(f"facts {len(found)} to {first} of job {jid} are missing")
            try:
                found += _facts_decoder.decode(batch)
            except msgspec.DecodeError as error:
                raise self._damaged(f"a fact of job {jid} cannot be read: {error}") from error
            if len(found) != first + count:
                raise self._damaged(f"facts of job {jid} do not add up")
        return found

    def last_jid(self) -> JobId:
        """The highest number that a job ever had, deleted ones included."""
        rows = self._read("SELECT seq FROM sqlite_sequence WHERE name = 'jobs'")
        return JobId(rows[0][0] if rows else 0)

    def last_attempt(self) -> AttemptId:
        """The highest attempt of all jobs that finished or were forgotten; those in the queue have their facts."""
        rows = self._read("SELECT value FROM marks WHERE name = 'last_attempt'")
        return AttemptId(rows[0][0] if rows else 0)

    # -- writing -------------------------------------------------------------------------------------------------

    def start(self, trouble: Callable[[JournalError | None], None]) -> None:
        """Start the writer. `trouble` is called in the trio thread: with an error that holds the journal up, and with
        None when it is over. After a fatal one (`JournalError`s of `add` and `flush` repeat it) nothing is written."""
        token = trio.lowlevel.current_trio_token()
        self._trouble = trouble
        self._writer = threading.Thread(target=self._write_forever, args=(token, trouble), name="journal", daemon=True)
        self._writer.start()

    def append(self, facts: Sequence[Fact]) -> None:
        """Keep these facts, in this order, soon. Never waits."""
        self._put(facts)

    def append_at_once(self, facts: Sequence[Fact]) -> bool:
        """Keep these facts. True: no death of a process can lose them any more (a power cut still can, for a moment).
        False: the writer is at it, or has a new job to write; they are kept soon, as with `append`."""
        with self._changed:
            new_job = any(isinstance(entry, _Add) for entry in self._pending)
            if self._gathered or new_job or self._fatal or self._closing or self._commit([*self._pending, facts]):
                self._put(facts)
                return False
            self._pending = [entry for entry in self._pending if isinstance(entry, _Flush)]
            self._put(())  # the writer brings it to the disk
        return True

    async def add(self, script: Packed, jobs: Iterable[JobSpooled]) -> None:
        """Keep new jobs of one script. When this returns no death of a process can lose them, and what is appended
        about them comes after them; a `flush` makes that true for a power cut. When it raises JournalError there is
        no trace of them."""
        added = _Add(script, tuple(jobs), _Waiter())
        if len(script.content) > _SMALL_BYTES or not self._write_at_once(added):
            self._put(added, hurry=True)
        await added.waiter.wait()

    async def flush(self, patience_s: float = 0.0) -> None:
        """Wait until all that was appended is safe. With patience, another flush that comes in so short a time does it
        for both: one sync instead of two. Raises JournalError."""
        waiter = _Waiter()
        self._put(_Flush(waiter), hurry=not patience_s)
        if patience_s:
            with trio.move_on_after(patience_s):
                await waiter.wait()
            self._hurry_up()
        await waiter.wait()

    def finish(self, jid: JobId, ended: float, summary: bytes, last_attempt: AttemptId) -> None:
        """A job has left the queue: from now on its summary is enough, and its facts are read on demand."""
        self._put(_Finish(jid, ended, summary, last_attempt))

    def reopen(self, jid: JobId) -> None:
        """A finished job is back in the queue (restart, retry)."""
        self._put(_Reopen(jid))

    def forget(self, jid: JobId, last_attempt: AttemptId) -> None:
        """Remove a job and all that is known of it."""
        self._put(_Forget(jid, last_attempt))

    def close(self) -> None:
        """Write what waits and close the file. Blocks for one commit. Raises JournalError when that failed."""
        with self._changed:
            self._closing = True
            self._changed.notify()
        if self._writer is not None:
            self._writer.join()
        with self._sql:
            self._database.close()
        if self._log >= 0:
            os.close(self._log)
            self._log = -1
        if self._fatal is not None:
            raise self._fatal

    def _write_at_once(self, added: _Add) -> bool:
        """Commit in this thread, unless the writer is at it: two threads that wake each other would take longer.
        Whether it was done."""
        if self._fatal or self._closing or not self._sql.acquire(blocking=False):
            return False
        try:
            error = self._commit([added])
        finally:
            self._sql.release()
        added.waiter.tell(error)
        if error is not None:
            self._trouble(error)
        return True

    def _put(self, entry: _Entry, hurry: bool = False) -> None:
        with self._changed:
            wake = hurry or not self._pending
            self._pending.append(entry)
            self._hurry |= hurry
            if wake:
                self._changed.notify()

    def _hurry_up(self) -> None:
        with self._changed:
            self._hurry = bool(self._pending)
            self._changed.notify()

    # -- the writer ----------------------------------------------------------------------------------------------

    def _write_forever(self, token: trio.lowlevel.TrioToken, trouble: Callable[[JournalError | None], None]) -> None:
        """The writer thread: gather, commit, tell; until closed with nothing left."""

        def tell(hear: Callable[[JournalError | None], None], error: JournalError | None) -> None:
            try:
                token.run_sync_soon(hear, error)
            except trio.RunFinishedError:
                return  # the dispatcher is gone: nobody is left to hear it

        failed = False
        while True:
            entries = self._gather(failed)
            if not entries:
                return
            error = self._fatal or self._commit(entries)
            if error is None:
                self._gathered = False
                error = self._sync()
            if error is not None or failed:
                tell(trouble, error)
            for entry in entries:
                if isinstance(entry, _Add | _Flush):
                    tell(entry.waiter.tell, error)
            if error is not None and self._fatal is None:
                self._keep(entries)
            self._gathered = False
            failed = error is not None
            if failed and self._closing:
                self._fatal = self._fatal or error
                return

    def _gather(self, failed: bool) -> list[_Entry]:
        """Wait for entries, and a little for more; after a failure, for longer. Empty: closed, and nothing is left."""
        with self._changed:
            self._changed.wait_for(lambda: self._pending or self._closing)
            self._changed.wait_for(lambda: self._hurry or self._closing, RETRY_S if failed else GATHER_S)
            entries, self._pending, self._hurry = self._pending, [], False
            self._gathered = bool(entries)
        return entries

    def _keep(self, entries: list[_Entry]) -> None:
        """Put back what nobody was told about, to be tried again. A job that was refused is not kept."""
        with self._changed:
            self._pending[:0] = [entry for entry in entries if not isinstance(entry, _Add | _Flush)]

    def _commit(self, entries: list[_Entry]) -> JournalError | None:
        """One transaction for all entries. None, or why none of it is in the journal."""
        counts = dict(self._counts)
        with self._sql:
            try:
                self._database.execute("BEGIN IMMEDIATE")
                self._write(entries)
                self._database.execute("COMMIT")
            except _SQL_ERRORS as error:
                self._counts = counts
                if self._database.in_transaction:
                    self._database.execute("ROLLBACK")
                return self._explain(error)
        return None

    def _sync(self) -> JournalError | None:
        """Bring what was committed to the disk. Only the log needs it: SQLite syncs before and after it copies."""
        try:
            if self._log < 0:
                self._log = os.open(f"{self.path}-wal", os.O_RDONLY | os.O_CLOEXEC)
                _sync_directory(self.path.parent)
            os.fdatasync(self._log)
        except OSError as error:
            return self._fail(
                JournalError(f"the journal {self.path} cannot be brought to the disk: {error.strerror}"),
                sqlite3.SQLITE_IOERR,
            )
        return None

    def _write(self, entries: list[_Entry]) -> None:
        facts: dict[JobId, list[Fact]] = {}
        for entry in entries:
            if isinstance(entry, _Flush):
                continue
            if not isinstance(entry, _Add | _Finish | _Reopen | _Forget):
                for fact in entry:
                    facts.setdefault(fact.jid, []).append(fact)
                continue
            self._write_facts(facts)
            if isinstance(entry, _Add):
                self._write_jobs(entry)
            elif isinstance(entry, _Finish):
                self._mark(entry.last_attempt)
                self._database.execute(
                    "UPDATE jobs SET summary = ?, ended = ? WHERE jid = ?", (entry.summary, entry.ended, entry.jid)
                )
            elif isinstance(entry, _Reopen):
                self._database.execute("UPDATE jobs SET summary = NULL, ended = NULL WHERE jid = ?", (entry.jid,))
            else:
                self._mark(entry.last_attempt)
                self._write_forgotten(entry.jid)
        self._write_facts(facts)

    def _write_facts(self, facts: dict[JobId, list[Fact]]) -> None:
        for jid, batch in facts.items():
            first = self._counts[jid] if jid in self._counts else self._count(jid)
            packed = _encoder.encode(batch)
            self._database.execute(
                "INSERT INTO facts (jid, first, count, crc, batch) VALUES (?, ?, ?, ?, ?)",
                (jid, first, len(batch), zlib.crc32(packed), packed),
            )
            self._counts[jid] = first + len(batch)
        facts.clear()

    def _count(self, jid: JobId) -> int:
        row = self._database.execute(
            "SELECT first + count FROM facts WHERE jid = ? ORDER BY seq DESC LIMIT 1", (jid,)
        ).fetchone()
        return row[0] if row else 0

    def _write_jobs(self, added: _Add) -> None:
        script = added.script
        row = self._database.execute(
            "INSERT INTO scripts (packing, crc, content) VALUES (?, ?, ?)", (script.packing, script.crc, script.content)
        ).lastrowid
        packed = [(spooled.jid, _encoder.encode(spooled)) for spooled in added.jobs]
        self._database.executemany(
            "INSERT INTO jobs (jid, script, crc, spooled) VALUES (?, ?, ?, ?)",
            [(jid, row, zlib.crc32(spooled), spooled) for jid, spooled in packed],
        )

    def _write_forgotten(self, jid: JobId) -> None:
        execute = self._database.execute
        execute("DELETE FROM facts WHERE jid = ?", (jid,))
        execute("DELETE FROM jobs WHERE jid = ?", (jid,))
        execute("DELETE FROM scripts WHERE id NOT IN (SELECT script FROM jobs)")
        self._counts.pop(jid, None)

    def _mark(self, last_attempt: AttemptId) -> None:
        self._database.execute(
            "INSERT INTO marks VALUES ('last_attempt', ?) ON CONFLICT DO UPDATE SET value = max(value, excluded.value)",
            (last_attempt,),
        )

    # -- opening, and what goes wrong ----------------------------------------------------------------------------

    def _open(self) -> sqlite3.Connection:
        try:
            database = sqlite3.connect(self.path, isolation_level=None, check_same_thread=False, timeout=self._wait_s)
        except sqlite3.Error as error:
            raise self._explain(error) from error
        try:
            self._prepare(database)
        except _SQL_ERRORS as error:
            database.close()
            raise self._explain(error) from error
        except JournalError:
            database.close()
            raise
        return database

    def _prepare(self, database: sqlite3.Connection) -> None:
        def pragma(words: str) -> int | str:
            row = database.execute(f"PRAGMA {words}").fetchone()
            value: int | str = row[0] if row else 0
            return value

        pragma("locking_mode = EXCLUSIVE")
        pragma("journal_mode = WAL")
        pragma("synchronous = NORMAL")  # `_sync` does the rest, when it is asked for
        pragma(f"journal_size_limit = {16 << 20}")
        version = int(pragma("user_version"))
        foreign = pragma("application_id") != _APPLICATION
        if foreign and (version or database.execute("SELECT 1 FROM sqlite_master").fetchone()):
            raise JournalError(f"{self.path} is a database, but no journal of alfred's: move it away")
        if version > FORMAT:
            raise JournalError(
                f"the journal {self.path} was written by a newer alfred (format {version}, this one knows {FORMAT}):"
                " use that one, or move the file away to begin with an empty queue"
            )
        trouble = pragma("quick_check")
        if trouble != "ok":
            raise self._damaged(str(trouble))
        for number, statements in enumerate(_UPGRADES[version:], version + 1):
            marks = f"PRAGMA application_id = {_APPLICATION}; PRAGMA user_version = {number};"
            database.executescript(f"BEGIN IMMEDIATE; {statements} {marks} COMMIT;")
        database.executescript("BEGIN IMMEDIATE; COMMIT;")  # a lock or a file that cannot be written shows here

    def _read(self, query: str, *values: int) -> list[tuple[Any, ...]]:
        with self._sql:
            try:
                return self._database.execute(query, values).fetchall()
            except _SQL_ERRORS as error:
                raise self._explain(error) from error

    def _check(self, crc: int, content: object) -> None:
        if not isinstance(content, bytes) or zlib.crc32(content) != crc:
            raise self._damaged("a checksum is wrong")

    def _damaged(self, what: str) -> JournalError:
        return JournalError(
            f"the journal {self.path} is damaged: {what}. Nothing was changed. Bring it back from a copy, or move it"
            " away to begin with an empty queue"
        )

    def _explain(self, error: sqlite3.Error | UnicodeError) -> JournalError:
        """An error of SQLite's in our words. All but the temporary ones are fatal."""
        if isinstance(error, UnicodeDecodeError):
            return self._fail(self._damaged("its names are no text"), sqlite3.SQLITE_CORRUPT)
        if isinstance(error, UnicodeError):
            words = f"the journal {self.path} cannot keep a word: {error}"
            return self._fail(JournalError(words), sqlite3.SQLITE_ERROR)
        code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR)
        kind = code & 0xFF
        if kind == sqlite3.SQLITE_FULL:
            text = f"the disk of the journal {self.path} is full: nothing new is accepted until there is room"
        elif kind in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
            text = f"the journal {self.path} is in use: does a dispatcher run on another machine that shares it?"
        elif kind in (sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM):
            text = f"the journal {self.path} cannot be opened or written ({error})"
        elif kind in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
            return self._fail(self._damaged(str(error)), kind)
        else:
            text = f"the journal {self.path} cannot be used: {error}"
        return self._fail(JournalError(text), kind)

    def _fail(self, error: JournalError, kind: int) -> JournalError:
        if kind not in _TEMPORARY:
            error.fatal = True
            self._fatal = error
        return error
