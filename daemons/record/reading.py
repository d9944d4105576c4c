"""The record, read: tallies of a span of time, what happened to a job, who had which slot when.

Only reads, also while it is written. A span that is made of whole days on the site's clock is the sum of its days; what
sticks out at its ends is added by the hour.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing
from datetime import datetime, timedelta, tzinfo
from pathlib import Path
from typing import Any

import msgspec

from daemons.record.file import HOWS, NUMBERS, SINCE_2, SQL_ERRORS, RecordError, cell_of, check_format, record_of
from runtime.farm_messages import How
from runtime.history.records import Place, Record, Whose
from runtime.history.tally import By, Cell, Key
from runtime.schedule.zones import zone

_BUSY_S = 10.0
SLACK_S = 3600.0
"""By so much rows may be out of order."""
_decode_others = msgspec.msgpack.Decoder(list[int]).decode


_RUN = "at, owner, place, others, run, how, status, tid, cid, title, reason"
"""The columns of a Run."""


class Grant(msgspec.Struct, frozen=True, array_like=True):
    at: float
    whose: Whose
    places: tuple[Place, ...]
    waited_s: float


class Run(msgspec.Struct, frozen=True, array_like=True):
    """A command that has ended, at `at`."""

    at: float
    whose: Whose
    places: tuple[Place, ...]
    run_s: float
    how: How | None
    status: int | None
    tid: int
    cid: int
    title: str
    reason: str


class Reader:
    """The record at `path`. Raises RecordError when it cannot be read, from every method too."""

    def __init__(self, path: Path) -> None:
        self.path = path
        if not path.is_file():
            raise RecordError(f"there is no record {path}: a maitre-d keeps one in its state directory")
        try:
            self._database = self._connect()
            [[version]] = self.rows("PRAGMA user_version")
            check_format(path, version)
            if not version:
                raise RecordError(f"{path} is no record of a maitre-d")
            [[name]] = self.rows("SELECT value FROM marks WHERE name = 'zone'") or [("",)]
        except SQL_ERRORS as error:
            raise RecordError(f"the record {path} cannot be read: {error}") from error
        self.since_2 = SINCE_2 if version > 1 else "NULL, NULL, NULL"
        """The columns of runs that files of the first format do not have."""
        self.zone: tzinfo | None = zone(name)
        """Of the site's clock."""

    def _connect(self) -> sqlite3.Connection:
        """For reading only. One that nobody writes may lie where we must not write even SQLite's marks beside it."""
        quoted = str(self.path.absolute()).replace("%", "%25").replace("?", "%3f").replace("#", "%23")
        alone = not self.path.with_name(self.path.name + "-wal").exists()
        return sqlite3.connect(
            f"file:{quoted}?mode=ro{'&immutable=1' if alone else ''}", uri=True, isolation_level=None, timeout=_BUSY_S
        )

    def close(self) -> None:
        self._database.close()

    def rows(self, sql: str, *values: Any) -> list[tuple[Any, ...]]:
        """All at once."""
        return list(self.each(sql, *values))

    def each(self, sql: str, *values: Any) -> Iterator[tuple[Any, ...]]:
        """One after the other."""
        try:
            with closing(self._database.execute(sql, values)) as found:
                yield from found
        except SQL_ERRORS as error:
            raise RecordError(f"the record {self.path} cannot be read: {error}") from error

    # ---- tallies -------------------------------------------------------------------------------------

    def span(self) -> tuple[float, float] | None:
        """From when to when there is something on record; None: there is nothing."""
        [[first, last]] = self.rows("SELECT min(start), max(start) FROM days")
        return None if first is None else (first, self.midnight_after(last))

    def totals(self, start: float, end: float, by: Iterable[By]) -> dict[By, dict[str, Cell]]:
        """What is known of each name in a span of time."""
        first, last = self._whole_days(start, end)
        found: dict[By, dict[str, Cell]] = {dimension: {} for dimension in by}
        spans = [("days", first, last), ("hours", start, first), ("hours", last, end)]
        if first >= last:
            spans = [("hours", start, end)]
        for dimension, cells in found.items():
            for table, since, until in spans:
                for (_, _, name), cell in self._cells(table, since, until, dimension):
                    known = cells.get(name)
                    if known is None:
                        cells[name] = cell
                    else:
                        known.merge(cell)
        return found

    def over_time(self, start: float, end: float, by: Iterable[By], *, days: bool) -> dict[Key, Cell]:
        """The slices of a span of time: its hours, or its `days`."""
        table = "days" if days else "hours"
        return {key: cell for dimension in by for key, cell in self._cells(table, start, end, dimension)}

    def _cells(self, table: str, start: float, end: float, by: By) -> Iterator[tuple[Key, Cell]]:
        rows = self.rows(
            f"SELECT start, name, cell FROM {table} WHERE start >= ? AND start < ? AND dimension = ?",
            start, end, NUMBERS[by],
        )  # fmt: skip
        for since, name, cell in rows:
            yield (since, by, name), cell_of(cell)

    def _whole_days(self, start: float, end: float) -> tuple[float, float]:
        """The first and the last midnight in a span."""
        first = self.midnight(start)
        return (first if first == start else self.midnight_after(start)), self.midnight(end)

    def midnight(self, at: float) -> float:
        """The one before, on the site's clock."""
        moment = datetime.fromtimestamp(at, self.zone)
        return moment.replace(hour=0, minute=0, second=0, microsecond=0, fold=0).timestamp()

    def midnight_after(self, at: float) -> float:
        noon = datetime.fromtimestamp(self.midnight(at), self.zone).replace(hour=12)
        return self.midnight((noon + timedelta(days=1)).timestamp())

    # ---- rows ----------------------------------------------------------------------------------------

    def jobs(self, jid: int, user: str = "", host: str = "") -> list[Whose]:
        """All jobs of this number: each dispatcher counts its own. Of one with several crews or titles each."""
        rows = self.rows("SELECT user, crew, project, host, jid, title FROM owners WHERE jid = ? ORDER BY id", jid)
        found = [Whose(*row) for row in rows]
        return [one for one in found if user in ("", one.user) and host in ("", one.host)]

    def grants(self, owners: Iterable[Whose], most: int) -> list[Grant]:
        """What a job got, the latest `most` of it, in order."""
        rows = self._of("grants", "at, owner, place, others, waited", owners, most)
        whose, places = self._words(rows)
        return [Grant(at, whose[owner], places(place, others), waited) for at, owner, place, others, waited in rows]

    def runs(self, owners: Iterable[Whose], most: int) -> list[Run]:
        """The commands of a job that have ended, the latest `most`, in order."""
        return self._as_runs(self._of("runs", _RUN, owners, most))

    def events(self, owners: Iterable[Whose], most: int) -> list[Record]:
        """What else was noted of a job, the latest `most`, in order."""
        return [record_of(body) for _, _, body in self._of("events", "at, owner, body", owners, most)]

    def slots(self, start: float, end: float, most: int, *, user: str = "", where: str = "") -> list[Run]:
        """Who had which slot in a span of time: the commands that ended since `start` and began before `end`, the
        latest `most`, in order. Those of a `user`, and those that began on a slot or host, where these are named."""
        rows = self.rows(
            f"SELECT {_RUN} FROM runs"
            " WHERE id >= ? AND at >= ? AND at - run < ?"
            " AND (? = '' OR owner IN (SELECT id FROM owners WHERE user = ?))"
            " AND (? = '' OR place IN (SELECT id FROM places WHERE slot = ? OR host = ?))"
            " ORDER BY id DESC LIMIT ?",
            self.row_at("runs", start - SLACK_S), start, end, user, user, where, where, where, most,
        )  # fmt: skip
        return self._as_runs(rows[::-1])

    def ends_of(self, table: str) -> tuple[float, float] | None:
        """The times of its first and its last row; None: it has none."""
        found = self.rows(
            f"SELECT at FROM {table} WHERE id IN (SELECT min(id) FROM {table} UNION SELECT max(id) FROM {table})"
        )
        return (found[0][0], found[-1][0]) if found else None

    def row_at(self, table: str, at: float) -> int:
        """The number of a row from which on all are from then or later, found by halving."""
        [[low, high]] = self.rows(f"SELECT min(id), max(id) FROM {table}")
        if low is None:
            return 0
        while low < high:
            middle = (low + high) // 2
            [[number, when]] = self.rows(f"SELECT id, at FROM {table} WHERE id >= ? ORDER BY id LIMIT 1", middle)
            if when < at:
                low = number + 1
            else:
                high = middle
        return int(low)

    def _of(self, table: str, columns: str, owners: Iterable[Whose], most: int) -> list[tuple[Any, ...]]:
        rows: list[tuple[Any, ...]] = []
        for whose in owners:
            rows += self.rows(
                f"SELECT {columns} FROM {table} WHERE owner IN (SELECT id FROM owners WHERE jid = ? AND user = ? AND"
                " host = ? AND crew = ? AND project = ? AND title = ?) ORDER BY id DESC LIMIT ?",
                whose.jid, whose.user, whose.host, whose.crew, whose.project, whose.title, most,
            )  # fmt: skip
        return sorted(rows, key=lambda row: row[0])[-most:]

    def _as_runs(self, rows: list[tuple[Any, ...]]) -> list[Run]:
        whose, places = self._words(rows)
        return [
            Run(at, whose[owner], places(place, others), run_s, HOWS[how], status, tid, cid, title, reason)
            for at, owner, place, others, run_s, how, status, tid, cid, title, reason in rows
        ]

    def _words(self, rows: list[tuple[Any, ...]]) -> tuple[dict[int, Whose], _Places]:
        """Whose, and where: what the numbers in these rows stand for (time, owner, place, other places, ...)."""
        owners = self._by_number("owners", "user, crew, project, host, jid, title", {row[1] for row in rows})
        numbers = {row[2] for row in rows if row[2] is not None}
        for row in rows:
            numbers.update(_decode_others(row[3]) if row[3] else ())
        places = self._by_number("places", "slot, host, groups", numbers)
        known = {
            number: Place(slot, host, frozenset(groups.split("\n")) if groups else frozenset())
            for number, (slot, host, groups) in places.items()
        }
        return {number: Whose(*words) for number, words in owners.items()}, _Places(known)

    def _by_number(self, table: str, columns: str, numbers: set[int]) -> dict[int, tuple[Any, ...]]:
        found: dict[int, tuple[Any, ...]] = {}
        wanted = sorted(numbers)
        for at in range(0, len(wanted), 500):
            piece = wanted[at : at + 500]
            marks = ", ".join("?" * len(piece))
            for number, *words in self.rows(f"SELECT id, {columns} FROM {table} WHERE id IN ({marks})", *piece):
                found[number] = tuple(words)
        return found


class _Places:
    """Places by what a row has of them."""

    def __init__(self, known: dict[int, Place]) -> None:
        self._known = known

    def __call__(self, first: int | None, others: bytes | None) -> tuple[Place, ...]:
        if first is None:
            return ()
        return tuple(self._known[number] for number in (first, *(_decode_others(others) if others else ())))
