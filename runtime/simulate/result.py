"""What a simulation has shown, for people: tables of crews, users and server groups, why they waited, a picture.

Farm (runtime.simulate.farm) --Result.of--> tables, as `alfred -report` has them, with the waits of commands
two of them                  --compared--> what differs, side by side
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime

import msgspec

from runtime.history.picture import picture
from runtime.history.report import NOBODY, Report, Row, aligned, report, span, text, total_by_name
from runtime.history.tally import HOUR_S, By, Cell, Key
from runtime.maitred.obstacles import Obstacles
from runtime.schedule.model import Schedule
from runtime.simulate.farm import Farm
from runtime.simulate.ledger import SHOWN, Ledger
from runtime.simulate.workload import Workload

_TITLES = {By.CREW: "crews", By.USER: "users", By.GROUP: "server groups"}
_MOST_USERS = 30
_LEAST_PART = 0.005


class Result(msgspec.Struct, frozen=True):
    """Of one run. `reasons`: by crew, what stood in the way of its commands that waited, and at which part of all
    servers."""

    name: str
    heading: str
    lines: tuple[str, ...]
    tables: Mapping[By, Report]
    reasons: Mapping[str, list[tuple[str, float]]]
    cells: Mapping[Key, Cell]

    @staticmethod
    def of(farm: Farm, schedule: Schedule, workload: Workload, seed: int) -> Result:
        """After `farm.run`."""
        ledger, now = farm.ledger, farm.agenda.now
        cells = ledger.cells(workload.starts_at + now)
        whole = total_by_name(cells, By.FARM).get("", Cell())
        tables = {}
        for by in SHOWN:
            table = report(total_by_name(cells, by), by, now, whole, schedule.shares if by is By.USER else None)
            rows = tuple(_with_waits(farm, by, row) for row in table.rows)
            tables[by] = msgspec.structs.replace(table, rows=rows)
        heading = f"{schedule.file} with {workload.file}, seed {seed}"
        return Result(schedule.file, heading, tuple(_summary(farm, workload)), tables, ledger.obstacles(), cells)

    def text(self) -> Iterator[str]:
        """The report, in lines."""
        yield self.heading
        yield from self.lines
        for by, title in _TITLES.items():
            table = self.tables[by]
            yield ""
            yield f"{title}: fairness (Jain) {table.jain:.3f}" if by is not By.GROUP else title
            yield from text(table, _MOST_USERS if by is By.USER else None)
        yield from self._why()

    def _why(self) -> Iterator[str]:
        if self.reasons:
            yield ""
            yield "why they waited: of all servers, while commands of a crew waited"
            rows = [
                [crew or NOBODY, f"{100 * part:.0f} %", words]
                for crew, found in self.reasons.items()
                for words, part in found
                if part >= _LEAST_PART
            ]
            widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
            crew = ""
            for name, part, words in rows:
                yield f"{name if name != crew else '':{widths[0]}}  {part:>{widths[1]}} {words}"
                crew = name

    def svg(self) -> str:
        """The same as a picture; the same bytes for the same result."""
        return picture(self.heading, "; ".join(self.lines), self.cells, HOUR_S, self.tables, _hour)


def _with_waits(farm: Farm, by: By, row: Row) -> Row:
    waits = farm.ledger.waits(by, "" if row.name == NOBODY else row.name)
    return msgspec.structs.replace(
        row,
        wait_mean_s=waits.mean_s,
        wait_p50_s=waits.percentile(50),
        wait_p95_s=waits.percentile(95),
        wait_max_s=waits.longest_s,
    )


def _summary(farm: Farm, workload: Workload) -> Iterator[str]:
    ledger = farm.ledger
    begin = datetime.fromtimestamp(workload.starts_at, UTC)
    states = [f"{many} {state}" for state, many in sorted(ledger.jobs.items())]
    states += [f"{farm.unfinished} not finished"] if farm.unfinished else []
    jobs = "1 job" if ledger.arrived == 1 else f"{ledger.arrived:,} jobs"
    beside = f", {ledger.beside:,} of them beside their dispatchers" if ledger.beside else ""
    waits = ledger.waits(By.FARM, "")
    yield f"{span(farm.agenda.now)} from {begin:%a %Y-%m-%d} on; {jobs}: {', '.join(states) or 'none'}"
    yield f"{ledger.commands:,} {'command' if ledger.commands == 1 else 'commands'} began{beside}"
    yield (
        f"they waited, from when they could run until they did: {span(waits.mean_s)} on average,"
        f" p50 {span(waits.percentile(50))}, p95 {span(waits.percentile(95))}, max {span(waits.longest_s)}"
    )
    yield from _of_the_record(ledger)
    if farm.stalled:
        yield "nothing has run for a day, and nothing is to come: what is not finished waits for ever"
        for user in farm.left_waiting():
            yield f"{user.name} waits for servers ({user.waiting:,}): {_parts(user)}"


def _of_the_record(ledger: Ledger) -> Iterator[str]:
    """How it was then, and what of it is left out."""
    then = ledger.then
    if then.count:
        yield (
            f"in the record they waited {span(then.mean_s)} on average,"
            f" p50 {span(then.percentile(50))}, p95 {span(then.percentile(95))}, max {span(then.longest_s)}"
        )
    if ledger.unknown_jobs:
        yield f"{ledger.unknown_jobs:,} of its jobs ran nothing that ended: how long they would take is not known"
    if ledger.unknown_commands:
        yield f"{ledger.unknown_commands:,} of its commands never ended, like all of their jobs: they are left out"


def _parts(waits: Obstacles) -> str:
    """Which part of all servers fails which test."""
    every = waits.servers.total()
    parts = [f"{100 * many / every:.0f} % {words}" for words, many in waits.servers.most_common(3)]
    return f"of all servers {', '.join(parts)}" if parts else "there are no servers"


def _hour(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%a %H:%M}"


# ---- two of them -------------------------------------------------------------------------------------------------


def compared(old: Result, new: Result) -> Iterator[str]:
    """What another schedule does to each crew, user and server group, with the same workload and seed."""
    yield f"{old.name} > {new.name}"
    for by, title in _TITLES.items():
        rows = {row.name: row for row in old.tables[by].rows}
        then = {row.name: row for row in new.tables[by].rows}
        names = sorted(rows.keys() | then.keys())
        if by is By.USER:
            names = names[:_MOST_USERS]
        lines = [["", "busy h", "wait p50", "p95", "max", "preempted"]]
        lines += [_differences(name, rows.get(name), then.get(name)) for name in names]
        yield ""
        fairness = _both(f"{old.tables[by].jain:.3f}", f"{new.tables[by].jain:.3f}")
        yield title if by is By.GROUP else f"{title}: fairness (Jain) {fairness}"
        yield from aligned(lines)


def _differences(name: str, old: Row | None, new: Row | None) -> list[str]:
    return [
        name,
        _both(*(f"{row.busy_h:,.1f}" if row else "-" for row in (old, new))),
        _both(*(span(row.wait_p50_s) if row else "-" for row in (old, new))),
        _both(*(span(row.wait_p95_s) if row else "-" for row in (old, new))),
        _both(*(span(row.wait_max_s) if row else "-" for row in (old, new))),
        _both(*(str(row.preempted) if row else "-" for row in (old, new))),
    ]


def _both(old: str, new: str) -> str:
    return f"{old} > {new}" if old != new else old
