"""The picture of a report: who had the slots over time, how long each crew waited, busy hours of each user.

Used by `alfred -report ... -svg` and `alfred -simulate ... -plot`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping

from runtime.history.charts import Bars, Spans, Stacks, page
from runtime.history.report import NOBODY, Report
from runtime.history.tally import By, Cell, Key

MOST_ROWS = 20
_MOST_LABELS = 12
_LABEL_EVERY = (1, 2, 3, 6, 12, 24, 48)
"""Slices: so that labels of hours stand at the same times of each day."""


def picture(
    heading: str,
    note: str,
    cells: Mapping[Key, Cell],
    slice_s: float,
    tables: Mapping[By, Report],
    label: Callable[[float], str],
) -> str:
    """An SVG. `cells` are those of the farm and of crews, in slices of `slice_s`; `label` puts the start of a slice in
    words. `tables` has those of crews and users."""
    crews, users = tables[By.CREW], tables[By.USER]
    waits = [(row.name, row.wait_p50_s, row.wait_p95_s, row.wait_max_s) for row in crews.rows if row.grants]
    busy = [(row.name, row.busy_h) for row in users.rows if row.busy_h > 0]
    charts: list[Stacks | Spans | Bars] = [_over_time(cells, slice_s, [row.name for row in crews.rows], label)]
    if waits:
        charts.append(Spans("How long each crew waited for a server", waits[:MOST_ROWS]))
    if busy:
        charts.append(Bars(_of("Busy slot-hours of each user", len(busy)), "h", busy[:MOST_ROWS]))
    return page(heading, note, charts)


def _of(title: str, many: int) -> str:
    return title if many <= MOST_ROWS else f"{title}: the first {MOST_ROWS} of {many}"


def _without_gaps(starts: list[float], slice_s: float) -> Iterator[float]:
    """Slices of which nothing is known are slices, too. Days may be an hour longer than others."""
    before = None
    for start in starts:
        while before is not None and start - before > 1.5 * slice_s:
            before += slice_s
            yield before
        yield start
        before = start


def _over_time(cells: Mapping[Key, Cell], slice_s: float, crews: list[str], label: Callable[[float], str]) -> Stacks:
    starts = list(_without_gaps(sorted({start for start, _, _ in cells}), slice_s))
    least = -(-len(starts) // _MOST_LABELS)
    every = next((hours for hours in _LABEL_EVERY if hours >= least), least)
    labels = [label(start) if not at % every else "" for at, start in enumerate(starts)]

    def busy(crew: str) -> list[float]:
        name = "" if crew == NOBODY else crew
        found = (cells.get((start, By.CREW, name)) for start in starts)
        return [cell.busy_s / slice_s if cell is not None else 0.0 for cell in found]

    farm = (cells.get((start, By.FARM, "")) for start in starts)
    slots = [cell.slots_s / slice_s if cell is not None else 0.0 for cell in farm]
    series = [(crew, busy(crew)) for crew in crews]
    return Stacks("Busy slots by crew", "slots", labels, series, slots if any(slots) else None)
