"""What a tally says of a span of time, as rows of figures: one for each crew, user, host ...

    cells (runtime.history.tally) --rows--> Report --text, csv_text, json_object--> people, spreadsheets, programs

Used by `alfred -report` and by `alfred -simulate`.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence

import msgspec

from runtime.history.tally import HOUR_S, By, Cell, Key, jain
from runtime.printable import blanked

NOBODY = "(none)"
"""What is shown for a name that is empty."""


class Row(msgspec.Struct, frozen=True):
    """The figures of one name. `slots`: how many it had on average; `used`: that as a part of those that there were (of
    its own group's, else of the farm's), None where that is unknown. Waits are in seconds, of grants."""

    name: str
    busy_h: float
    idle_h: float
    slots: float
    used: float | None
    grants: int
    wait_mean_s: float
    wait_p50_s: float
    wait_p95_s: float
    wait_max_s: float
    gave_up: int
    runs: int
    done: int
    failed: int
    retried: int
    ended: int
    ejected: int
    lost: int
    short: int
    not_started: int
    untold: int
    preempted: int
    preempting: int
    recalled: int
    refused: int
    rests: int
    jobs: int


class Report(msgspec.Struct, frozen=True):
    """One table. `jain`: how evenly busy hours are spread over those who wanted any, by their shares where these are
    known."""

    by: By
    rows: tuple[Row, ...]
    jain: float


def total_by_name(cells: Mapping[Key, Cell], by: By) -> dict[str, Cell]:
    """The cells of a dimension, all slices together."""
    found: dict[str, Cell] = {}
    for (_, dimension, name), cell in cells.items():
        if dimension is by:
            found.setdefault(name, Cell()).merge(cell)
    return found


def report(
    cells: Mapping[str, Cell], by: By, span_s: float, farm: Cell, shares: Mapping[str, float] | None = None
) -> Report:
    """The table of a dimension: `cells` by name, `farm` what all had together. Who had most comes first; of hosts those
    where most has failed."""
    rows = [_row(name, cell, span_s, farm if by is not By.GROUP else cell) for name, cell in cells.items()]
    if by is By.HOST:
        rows.sort(key=lambda row: (-(row.failed + row.lost + row.not_started + row.rests), -row.busy_h, row.name))
    else:
        rows.sort(key=lambda row: (-row.busy_h, -row.grants, row.name))
    known = shares or {}
    wanted = [row for row in rows if row.grants or row.gave_up]
    return Report(by, tuple(rows), jain(row.busy_h / (known.get(row.name, 1.0) or 1.0) for row in wanted))


def _row(name: str, cell: Cell, span_s: float, there: Cell) -> Row:
    waits = cell.waits
    return Row(
        name=name or NOBODY,
        busy_h=cell.busy_s / HOUR_S,
        idle_h=cell.idle_s / HOUR_S,
        slots=cell.busy_s / span_s if span_s > 0 else 0.0,
        used=cell.busy_s / there.slots_s if there.slots_s > 0 else None,
        grants=cell.grants,
        wait_mean_s=waits.mean_s,
        wait_p50_s=waits.percentile(50),
        wait_p95_s=waits.percentile(95),
        wait_max_s=waits.longest_s,
        gave_up=cell.gave_up,
        runs=cell.runs,
        done=cell.done,
        failed=cell.failed,
        retried=cell.retried,
        ended=cell.ended,
        ejected=cell.ejected,
        lost=cell.lost,
        short=cell.short,
        not_started=cell.unstarted,
        untold=cell.untold,
        preempted=cell.preempted,
        preempting=cell.preempting,
        recalled=cell.recalled,
        refused=cell.refused,
        rests=cell.rests,
        jobs=cell.jobs,
    )


# ---- for people ------------------------------------------------------------------------------------------------

_TITLES = {
    "name": "",
    "busy_h": "busy h",
    "slots": "slots",
    "used": "used",
    "grants": "grants",
    "wait_p50_s": "wait p50",
    "wait_p95_s": "p95",
    "wait_max_s": "max",
    "gave_up": "gave up",
    "runs": "runs",
    "failed": "failed",
    "retried": "retried",
    "ejected": "ejected",
    "lost": "lost",
    "short": "no licence",
    "not_started": "not started",
    "preempted": "preempted",
    "preempting": "preempting",
    "rests": "rests",
}
"""Columns for people; all others are for programs."""
_ALWAYS = ("busy_h", "slots", "used", "grants", "wait_p50_s", "wait_p95_s", "wait_max_s", "runs", "failed")
_NEVER = {By.HOST: ("used", "wait_p50_s", "wait_p95_s", "wait_max_s", "gave_up", "preempting")}


def text(table: Report, most: int | None = None) -> Iterator[str]:
    """A table as lines, `most` rows of it. Columns in which nobody has anything are left out."""
    rows = table.rows[:most]
    never = _NEVER.get(table.by, ())
    shown = [
        name
        for name in _TITLES
        if name not in never and (name in ("name", *_ALWAYS) or any(getattr(row, name) for row in rows))
    ]
    head = [table.by.value if name == "name" else _TITLES[name] for name in shown]
    cells = [[_cell(name, getattr(row, name)) for name in shown] for row in rows]
    yield from aligned([head, *cells])
    if most is not None and len(table.rows) > most:
        yield f"... and {len(table.rows) - most} more"


def _cell(name: str, value: str | float | int | None) -> str:
    if value is None:
        return "-"
    if isinstance(value, str):
        return blanked(value)
    if name == "used":
        return percent(value)
    if name.endswith("_s"):
        return span(value)
    return f"{value:,.1f}" if isinstance(value, float) else f"{value:,}"


def aligned(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Names to the left, figures to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        figures = (cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))
        yield "  ".join((row[0].ljust(widths[0]), *figures)).rstrip()


def percent(part: float) -> str:
    """`63 %`, `0.4 %`."""
    return f"{100 * part:.{1 if 0 < part < 0.0995 else 0}f} %"


def span(seconds: float) -> str:
    """A wait in two figures at most: `0.4s`, `12s`, `3m07s`, `2h15m`, `3d04h`."""
    if seconds < 10:
        return f"{seconds:.1f}s"
    whole = math.floor(seconds + 0.5)
    if whole < 60:
        return f"{whole}s"
    if whole < 3600:
        return f"{whole // 60}m{whole % 60:02d}s"
    if whole < 86400:
        return f"{whole // 3600}h{whole % 3600 // 60:02d}m"
    return f"{whole // 86400}d{whole % 86400 // 3600:02d}h"


# ---- for programs ----------------------------------------------------------------------------------------------


_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def csv_text(tables: Iterable[Report]) -> str:
    """Tables as one CSV with a header; the first column says what a row is about."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(("by", *Row.__struct_fields__))
    for table in tables:
        for row in table.rows:
            writer.writerow(cells((table.by.value, *map(_figure, msgspec.structs.astuple(row)))))
    return out.getvalue()


def cells(values: Iterable[object]) -> list[object]:
    """A row of a CSV. A spreadsheet takes a title that begins like a formula for one, and runs it: it gets an
    apostrophe in front (OWASP, CSV injection)."""
    return [f"'{one}" if isinstance(one, str) and one.startswith(_FORMULA) else one for one in values]


def json_object(table: Report) -> dict[str, object]:
    """A table for JSON, with the names of the CSV's columns."""
    rows = [{name: _figure(value) for name, value in msgspec.structs.asdict(row).items()} for row in table.rows]
    return {"by": table.by.value, "jain": _figure(table.jain), "rows": rows}


def _figure(value: object) -> object:
    """Six places are enough, and the same on every machine."""
    return round(value, 6) if isinstance(value, float) else value
