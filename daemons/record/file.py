"""The record as a file: SQLite, one writer, any number of readers.

    owners   whose: user, crew, project, dispatcher's host, job        places   slot, host, server groups
    grants   one row per lease          runs     one row per command that has ended
    events   everything else, as it was noted
    hours, days    the tally (runtime.history.tally): a row per slice, dimension and name; days are those of the site's
                   clock on the wall
    marks    the zone of that clock

Rows and tallies of the same events are in one transaction, so they agree whenever the writer dies. It writes ahead
(WAL), and syncs when the log is copied: a killed process loses nothing that was committed, a power cut perhaps the last
commits, and the file is legal after both.

Rows stand in the order in which they came, which is nearly that of time: a moment is found by halving, without an
index.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from datetime import datetime, tzinfo
from pathlib import Path

import msgspec

from daemons.record.spans import midnight
from runtime.farm_messages import How
from runtime.history.records import AnyRecord, Granted, Place, Ran, Record, Whose
from runtime.history.tally import HOUR_S, By, Cell, Key, Tally

FORMAT = 2
"""1: without what runs have from `request` on."""
_APPLICATION = 0x616C6672  # "alfr", in the file's header
SINCE_2 = "request, waited, within"
"""The last columns of runs, which came with format 2."""
_SCHEMA = f"""
    CREATE TABLE marks (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
    CREATE TABLE owners (
        id INTEGER PRIMARY KEY, user TEXT NOT NULL, crew TEXT NOT NULL, project TEXT NOT NULL, host TEXT NOT NULL,
        jid INTEGER NOT NULL, title TEXT NOT NULL);
    CREATE UNIQUE INDEX owners_are_known ON owners (jid, user, host, crew, project, title);
    CREATE TABLE places (id INTEGER PRIMARY KEY, slot TEXT NOT NULL, host TEXT NOT NULL, groups TEXT NOT NULL);
    CREATE UNIQUE INDEX places_are_known ON places (slot, host, groups);
    CREATE TABLE grants (
        id INTEGER PRIMARY KEY, at REAL NOT NULL, owner INTEGER NOT NULL, place INTEGER, others BLOB, waited REAL);
    CREATE INDEX grants_of_owner ON grants (owner);
    CREATE TABLE runs (
        id INTEGER PRIMARY KEY, at REAL NOT NULL, owner INTEGER NOT NULL, place INTEGER, others BLOB, run REAL,
        idle REAL, how INTEGER, status INTEGER, tid INTEGER, cid INTEGER, attempt INTEGER, here INTEGER, title TEXT,
        reason TEXT, {SINCE_2});
    CREATE INDEX runs_of_owner ON runs (owner);
    CREATE TABLE events (id INTEGER PRIMARY KEY, at REAL NOT NULL, owner INTEGER, body BLOB NOT NULL);
    CREATE INDEX events_of_owner ON events (owner) WHERE owner IS NOT NULL;
    CREATE TABLE hours (
        start REAL, dimension INTEGER, name TEXT, cell BLOB NOT NULL, PRIMARY KEY (start, dimension, name)
    ) WITHOUT ROWID;
    CREATE TABLE days (
        start REAL, dimension INTEGER, name TEXT, cell BLOB NOT NULL, PRIMARY KEY (start, dimension, name)
    ) WITHOUT ROWID;
"""
DIMENSIONS = (By.FARM, By.CREW, By.USER, By.PROJECT, By.GROUP, By.HOST, By.JOB)
"""By their numbers in the file: a new one comes last."""
NUMBERS = {by: number for number, by in enumerate(DIMENSIONS)}
HOWS: tuple[How | None, ...] = (
    None, How.DONE, How.FAILED, How.RETRY, How.ENDED, How.EJECTED, How.LOST, How.UNSTARTED, How.SHORT,
)  # fmt: skip
"""By their numbers in the file: a new one comes last."""
_HOW_NUMBERS = {how: number for number, how in enumerate(HOWS)}
FINE = (By.HOST, By.JOB)
"""Dimensions of which hours are kept only as long as rows are: they have many names."""
_MOST_KNOWN = 200_000
"""Owners and places whose numbers are remembered."""
_LAST_ID = 2**63 - 1
_BUSY_S = 1.0

_encode = msgspec.msgpack.Encoder().encode
cell_of = msgspec.msgpack.Decoder(Cell).decode
record_of = msgspec.msgpack.Decoder(AnyRecord).decode
SQL_ERRORS = (sqlite3.Error, UnicodeError)  # the latter: SQLite quotes what is damaged; a word is no Unicode


class RecordError(Exception):
    """The record cannot be used; the text says which file, why, and what to do."""


class Writer:
    """The record at `path`, made where there is none; `zone` is the site's, None the machine's own. One at a time: who
    writes holds a lock (daemons.record.keeper). Raises RecordError, sqlite3.Error."""

    def __init__(self, path: Path, zone: tzinfo | None) -> None:
        self._path = path
        self._zone = zone
        self._database = sqlite3.connect(path, isolation_level=None, timeout=_BUSY_S)
        try:
            self._open()
        except BaseException:
            self._database.close()
            raise
        shift_s = datetime.now(zone).astimezone(zone).utcoffset()
        self._tally = Tally(HOUR_S, shift_s.total_seconds() % HOUR_S if shift_s else 0.0)
        self._owners: dict[Whose, int] = {}
        self._places: dict[Place, int] = {}
        self._cells: dict[tuple[str, Key], Cell] = {}
        """Those that are being counted, as they are in the file."""
        self._days: dict[float, float] = {}
        self._rows: list[Record] = []
        self._counted: dict[Key, Cell] = {}
        """What is not in the file yet."""

    def _open(self) -> None:
        base = self._database
        base.execute("PRAGMA journal_mode = WAL")
        base.execute("PRAGMA synchronous = NORMAL")
        base.execute("PRAGMA journal_size_limit = 67108864")
        [[version]] = base.execute("PRAGMA user_version")
        check_format(self._path, version)
        steps = {0: _SCHEMA, 1: "".join(f"ALTER TABLE runs ADD COLUMN {column};" for column in SINCE_2.split(","))}
        if version in steps:
            base.executescript(
                f"BEGIN IMMEDIATE; {steps[version]} PRAGMA application_id = {_APPLICATION};"
                f" PRAGMA user_version = {FORMAT}; COMMIT;"
            )
        base.execute("INSERT OR REPLACE INTO marks VALUES ('zone', ?)", (str(self._zone or ""),))

    @property
    def waits(self) -> bool:
        """Whether there is something to commit."""
        return bool(self._rows or self._counted)

    @property
    def waiting(self) -> int:
        """How many records are not in the file."""
        return len(self._rows)

    def note(self, records: Sequence[Record], now: float) -> None:
        """Take these for the next `commit`, and count them."""
        self._rows += records
        for record in records:
            self._tally.feed(record)
        self._tally.advance(now)
        for key, cell in self._tally.take().items():
            known = self._counted.get(key)
            if known is None:
                self._counted[key] = cell
            else:
                known.merge(cell)

    def commit(self, now: float) -> None:
        """Write what was taken, rows and tallies in one transaction. Raises sqlite3.Error: it waits for the next."""
        if not self.waits:
            return
        base = self._database
        base.execute("BEGIN IMMEDIATE")
        try:
            self._write_rows(self._rows)
            changed = self._add_up(self._counted)
            base.execute("COMMIT")
        except BaseException:
            self._forget()
            if base.in_transaction:
                base.execute("ROLLBACK")
            raise
        self._rows, self._counted = [], {}
        self._cells.update(changed)
        if len(self._owners) + len(self._places) > _MOST_KNOWN:
            self._forget()
        self._let_go_old(now)

    def take_over(self, other: Writer) -> None:
        """What another writer could not write, because its file is broken, is to be written by this one."""
        self._rows, self._counted, self._tally = other._rows, other._counted, other._tally

    def drop_rows(self) -> int:
        """Give up the rows that could not be written; they stay counted. How many these were."""
        dropped, self._rows = len(self._rows), []
        return dropped

    def close(self) -> None:
        self._database.close()

    def prune(self, rows_before: float, tallies_before: float, piece: int) -> bool:
        """Take out what is older, so many rows at a time; whether there may be more."""
        base = self._database
        removed = 0
        for table in ("grants", "runs", "events"):
            removed += base.execute(
                f"DELETE FROM {table} WHERE at < ? AND id <="
                f" (SELECT max(id) FROM (SELECT id FROM {table} ORDER BY id LIMIT ?))",
                (rows_before, piece),
            ).rowcount
        if not removed:
            removed += self._prune_owners(piece)
        fine = ", ".join(str(NUMBERS[by]) for by in FINE)
        for table, before, which in (
            ("hours", rows_before, f"AND dimension IN ({fine})"),
            ("hours", tallies_before, ""),
            ("days", tallies_before, ""),
        ):
            removed += base.execute(
                f"DELETE FROM {table} WHERE (start, dimension, name) IN (SELECT start, dimension, name FROM {table}"
                f" WHERE start < ? {which} LIMIT ?)",
                (before, piece),
            ).rowcount
        return removed > 0

    def _prune_owners(self, piece: int) -> int:
        """Owners older than any that a row still names. How many these were."""
        named = ("grants", "runs", "events WHERE owner IS NOT NULL")
        oldest = " UNION ALL ".join(f"SELECT min(owner) AS owner FROM {rows}" for rows in named)
        removed = self._database.execute(
            "DELETE FROM owners WHERE id IN"
            f" (SELECT id FROM owners WHERE id < (SELECT min(owner) FROM ({oldest})) LIMIT ?)",
            (piece,),
        ).rowcount
        if removed:
            self._owners.clear()
        return removed

    # ---- rows ----------------------------------------------------------------------------------------

    def _write_rows(self, records: Iterable[Record]) -> None:
        grants, runs, events = [], [], []
        for record in records:
            if isinstance(record, Granted):
                grants.append((record.at, self._owner(record.whose), *self._where(record.places), record.waited_s))
            elif isinstance(record, Ran):
                runs.append((
                    record.at, self._owner(record.whose), *self._where(record.places), record.run_s, record.idle_s,
                    _HOW_NUMBERS[record.how], None if record.status is None else _small(record.status),
                    _small(record.tid), _small(record.cid), _small(record.attempt), int(record.here), record.title,
                    record.reason, _small(record.request), record.waited_s,
                    _encode(record.within) if record.within else None,
                ))  # fmt: skip
            else:
                whose = getattr(record, "whose", None)
                events.append((record.at, None if whose is None else self._owner(whose), _encode(record)))
        base = self._database
        base.executemany("INSERT INTO grants VALUES (NULL, ?, ?, ?, ?, ?)", grants)
        base.executemany(f"INSERT INTO runs VALUES (NULL{', ?' * 17})", runs)
        base.executemany("INSERT INTO events VALUES (NULL, ?, ?, ?)", events)

    def _owner(self, whose: Whose) -> int:
        number = self._owners.get(whose)
        if number is None:
            words = (whose.user, whose.crew, whose.project, whose.host, _small(whose.jid), whose.title)
            number = self._owners[whose] = self._number("owners", "user, crew, project, host, jid, title", words)
        return number

    def _place(self, place: Place) -> int:
        number = self._places.get(place)
        if number is None:
            words = (place.slot, place.host, "\n".join(sorted(place.groups)))
            number = self._places[place] = self._number("places", "slot, host, groups", words)
        return number

    def _number(self, table: str, columns: str, words: tuple[str | int, ...]) -> int:
        """The number of a row with these words, perhaps a new one."""
        known = " AND ".join(f"{column} = ?" for column in columns.split(", "))
        found = self._database.execute(f"SELECT id FROM {table} WHERE {known}", words).fetchone()
        if found is None:
            marks = ", ".join("?" * len(words))
            made = self._database.execute(f"INSERT INTO {table} ({columns}) VALUES ({marks})", words)
            return made.lastrowid or 0
        return int(found[0])

    def _where(self, places: tuple[Place, ...]) -> tuple[int | None, bytes | None]:
        """The first place, and the others packed."""
        if not places:
            return None, None
        others = [self._place(place) for place in places[1:]]
        return self._place(places[0]), _encode(others) if others else None

    # ---- tallies -------------------------------------------------------------------------------------

    def _add_up(self, counted: dict[Key, Cell]) -> dict[tuple[str, Key], Cell]:
        """Add what was counted to the hours and to the days. The cells that have changed."""
        changed: dict[tuple[str, Key], Cell] = {}
        for (start, by, name), cell in counted.items():
            for table, first in (("hours", start), ("days", self._day(start))):
                key = (table, (first, by, name))
                sum_of_both = changed.get(key)
                if sum_of_both is None:
                    sum_of_both = changed[key] = self._known(*key)
                sum_of_both.merge(cell)
        for table in ("hours", "days"):
            self._database.executemany(
                f"INSERT OR REPLACE INTO {table} VALUES (?, ?, ?, ?)",
                [
                    (start, NUMBERS[by], name, _encode(cell))
                    for (where, (start, by, name)), cell in changed.items()
                    if where == table
                ],
            )
        return changed

    def _known(self, table: str, key: Key) -> Cell:
        cell = self._cells.get((table, key))
        if cell is None:
            start, by, name = key
            found = self._database.execute(
                f"SELECT cell FROM {table} WHERE start = ? AND dimension = ? AND name = ?", (start, NUMBERS[by], name)
            ).fetchone()
            cell = Cell() if found is None else cell_of(found[0])
        return cell

    def _day(self, start: float) -> float:
        """The midnight before, on the site's clock."""
        day = self._days.get(start)
        if day is None:
            day = self._days[start] = midnight(datetime.fromtimestamp(start, self._zone)).timestamp()
        return day

    def _let_go_old(self, now: float) -> None:
        """Cells that count no more need not be remembered."""
        if len(self._cells) > _MOST_KNOWN or len(self._days) > 10_000:
            self._cells.clear()
            self._days.clear()
        today, hour = self._day(self._tally.slice(now)), self._tally.slice(now)
        if self._days.get(float("-inf")) != hour:
            self._days[float("-inf")] = hour
            self._cells = {
                key: cell for key, cell in self._cells.items() if key[1][0] >= (today if key[0] == "days" else hour)
            }

    def _forget(self) -> None:
        """What the file has is to be read again."""
        self._owners.clear()
        self._places.clear()
        self._cells.clear()


def check_format(path: Path, version: int) -> None:
    """Raises RecordError for a file that a later alfred has written."""
    if version > FORMAT:
        raise RecordError(
            f"{path} was written by a later version of alfred (format {version}; this one knows {FORMAT})"
        )


def _small(number: int) -> int:
    """What SQLite has room for."""
    return number if abs(number) <= _LAST_ID else -1
