"""`alfred -report`: what the farm has done, from the maitre-d's record (docs/report.md).

    alfred -report [yesterday | lastweek | FROM TO ...] [-by DIMENSION,...] [-csv | -json | -svg FILE]
    alfred -report -job JID        what happened to a job
    ... -history FILE              from a file, without a maitre-d

Exit status: 0 done, 1 there is no answer (refused, no such time, nothing to read), 2 no maitre-d answers.
"""

from __future__ import annotations

import csv
import io
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, tzinfo
from pathlib import Path

import msgspec

from daemons.farm_commands import DONE, REFUSED, ask
from daemons.json_output import write_json
from daemons.record.file import RecordError
from daemons.record.questions import MOST_RUNS, Answer, Question, Told, answer, decode
from daemons.record.reading import Grant, Run
from daemons.record.spans import SpanError
from daemons.wording import count, ending, printable
from runtime.farm_messages import AskRecord, FarmMessage, How, Recorded, Refused
from runtime.history.picture import picture as picture_of
from runtime.history.records import Asked, GaveUp, JobDone, Recalled, Record
from runtime.history.records import Refused as RefusedRecord
from runtime.history.report import Report, cells, csv_text, json_object, percent, span, text
from runtime.history.tally import HOUR_S, By, Cell
from runtime.schedule.zones import zone

MOST_HOSTS = 10
MOST_LINES = 40
"""Of a table in an overview."""


@dataclass(frozen=True)
class Wishes:
    """The words of the command line. `form` is "", "csv", "json" or "svg"; `svg` the file for that."""

    span: tuple[str, ...]
    by: tuple[str, ...] = ()
    form: str = ""
    svg: Path | None = None
    job: int = -1
    user: str = ""
    slots: bool = False
    where: str = ""
    history: Path | None = None


def show_report(wishes: Wishes) -> int:
    """Print a report, or write its picture; the exit status."""
    picture = wishes.form == "svg"
    question = Question(wishes.span, wishes.by, picture, wishes.job, wishes.user, wishes.slots, wishes.where)
    if wishes.history is not None:
        try:
            return _show(answer(wishes.history, question, time.time()), wishes)
        except (RecordError, SpanError) as error:
            return _refuse(str(error))

    def show(message: FarmMessage) -> int:
        if not isinstance(message, Recorded):
            return _refuse(message.text if isinstance(message, Refused) else "the maitre-d gives no report")
        found = decode(message.answer)
        return _refuse(found.trouble) if found.trouble else _show(found, wishes)

    return ask(AskRecord(1, msgspec.msgpack.encode(question)), show)


def _refuse(words: str) -> int:
    sys.stderr.write(f"alfred: {printable(words)}\n")
    return REFUSED


def _show(found: Answer, wishes: Wishes) -> int:
    if wishes.job >= 0 and not found.jobs:
        return _refuse(f"there is no job {wishes.job}{f' of {wishes.user}' if wishes.user else ''} on record")
    if wishes.form == "svg" and wishes.svg is not None:
        return _draw(found, wishes.svg)
    if wishes.form == "json":
        write_json(_object(found, wishes))
    elif wishes.form == "csv":
        sys.stdout.write(_csv(found, wishes))
    else:
        sys.stdout.writelines(f"{line}\n" for line in _lines(found, wishes))
    return DONE


# ---- for people ------------------------------------------------------------------------------------------------


def _lines(found: Answer, wishes: Wishes) -> Iterator[str]:
    if wishes.job >= 0:
        return _of_jobs(found)
    return _of_slots(found) if wishes.slots else report_lines(found, overview=not wishes.by)


def report_lines(found: Answer, *, overview: bool) -> Iterator[str]:
    """A report as lines: the farm in a few, then tables. Of hosts an overview has those that fail."""
    yield f"{found.words}{f' ({found.zone})' if found.zone else ''}"
    if _is_empty(found):
        yield f"nothing is on record of that time; the record is of {found.begins or 'no time at all: it is empty'}"
        return
    yield from _farm(found)
    for table in found.tables:
        rows = table.rows
        if overview and table.by is By.HOST:
            rows = tuple(row for row in rows if row.failed or row.lost or row.not_started or row.rests)
        if rows:
            hosts = overview and table.by is By.HOST
            yield ""
            yield from ("hosts where commands failed, the worst first",) if hosts else ()
            shown = msgspec.structs.replace(table, rows=rows)
            yield from text(shown, (MOST_HOSTS if hosts else MOST_LINES) if overview else None)


def _is_empty(found: Answer) -> bool:
    return not found.farm.slots_s and not any(table.rows for table in found.tables)


def _farm(found: Answer) -> Iterator[str]:
    farm = found.farm
    seconds = found.end - found.start
    used = f", {percent(farm.busy_s / farm.slots_s)} of those busy" if farm.slots_s else ""
    yield f"{_slots(farm.slots_s / seconds)} on average{used}: {farm.busy_s / HOUR_S:,.1f} slot-hours"
    yield ", ".join(
        [count(farm.runs, "command")]
        + [f"{number:,} {one if number == 1 else many}" for number, one, many in _mishaps(farm) if number]
    )
    waits = farm.waits
    if waits.count:
        yield (
            f"{count(waits.count, 'wait')} for a server: half of them up to {span(waits.percentile(50))},"
            f" 95 % up to {span(waits.percentile(95))}, the longest {span(waits.longest_s)}"
        )
    for table in found.tables:
        if table.by in (By.CREW, By.USER) and len(table.rows) > 1:
            yield f"fairness of {table.by.value}s: {table.jain:.2f} (Jain: 1 where all have the same hours)"


def _slots(average: float) -> str:
    return f"{average:,.1f} slots" if average >= 0.05 else "less than 0.1 slots"


def _mishaps(farm: Cell) -> tuple[tuple[int, str, str], ...]:
    """How many, and the words for one and for more of them."""
    return (
        (farm.failed, "failed", "failed"),
        (farm.retried, "to be tried again", "to be tried again"),
        (farm.short, "short of a licence", "short of a licence"),
        (farm.lost, "lost with its server", "lost with their servers"),
        (farm.unstarted, "not started", "not started"),
        (farm.preempted, "ejected for others", "ejected for others"),
        (farm.gave_up, "request given up", "requests given up"),
        (farm.refused, "refused", "refused"),
        (farm.rests, "rest of a slot", "rests of slots"),
        (farm.jobs, "end of a job", "ends of jobs"),
    )


def _of_jobs(found: Answer) -> Iterator[str]:
    clock = zone(found.zone)
    for number, told in enumerate(found.jobs):
        yield from ("",) if number else ()
        yield from _of_job(told, clock)


def _of_job(told: Told, clock: tzinfo | None) -> Iterator[str]:
    whose = told.whose
    crew = f", crew {whose.crew}" if whose.crew else ""
    project = f", project {whose.project}" if whose.project else ""
    yield printable(f"job {whose.jid} {whose.title} of {whose.user}@{whose.host}{crew}{project}")
    busy_h = sum(run.run_s * len(run.places) for run in told.runs) / HOUR_S
    failed = sum(run.how is How.FAILED for run in told.runs)
    yield f"{count(len(told.runs), 'command')}, {failed:,} failed, {busy_h:,.1f} slot-hours"
    happened = [
        *((grant.at, _got(grant)) for grant in told.grants),
        *((run.at, _ran(run)) for run in told.runs),
        *((event.at, words) for event in told.events if (words := _event(event))),
    ]
    for at, words in sorted(happened, key=lambda one: one[0]):
        yield printable(f"{datetime.fromtimestamp(at, clock):%Y-%m-%d %H:%M:%S}  {words}")


def _got(grant: Grant) -> str:
    waited = f" after {span(grant.waited_s)}" if grant.waited_s >= 0.1 else ""
    return f"got {', '.join(place.slot for place in grant.places)}{waited}"


def _ran(run: Run) -> str:
    how = "ended, nobody told how" if run.how is None else run.how.value
    why = run.reason or (ending(run.status) if run.status else "")
    where = ", ".join(dict.fromkeys(place.host for place in run.places))
    return f"{run.title or run.tid}: {how}{f' ({why})' if why else ''}, {span(run.run_s)} on {where}"


def _event(event: Record) -> str:
    match event:
        case Asked():
            return f"asked for {event.total} x {event.need or 'any server'}"
        case GaveUp():
            return f"gave up after {span(event.waited_s)}"
        case Recalled():
            slots = ", ".join(place.slot for place in event.places)
            return f"{'had to leave' if event.eject else 'was asked for'} {slots}: {event.reason}"
        case RefusedRecord():
            return f"was refused: {event.reason}"
        case JobDone():
            return f"the job is {event.state}"
    return ""


def _of_slots(found: Answer) -> Iterator[str]:
    clock = zone(found.zone)
    yield f"{found.words}{f' ({found.zone})' if found.zone else ''}"
    if not found.slots:
        yield "nothing that has ended since is on record there"
    if len(found.slots) >= MOST_RUNS:
        yield f"the last {MOST_RUNS:,} commands of that time: ask for a shorter one to see the others"
    for run in found.slots:
        began = datetime.fromtimestamp(run.at - run.run_s, clock)
        slots = ", ".join(place.slot for place in run.places)
        whose = f"{run.whose.user} job {run.whose.jid} {run.whose.title}"
        yield printable(f"{slots}  {began:%Y-%m-%d %H:%M:%S}  {span(run.run_s)}  {whose}: {run.title}")


# ---- for programs ----------------------------------------------------------------------------------------------


def _object(found: Answer, wishes: Wishes) -> object:
    if wishes.job >= 0:
        return [
            {
                **msgspec.structs.asdict(told.whose),
                "grants": [{"at": one.at, "waited_s": one.waited_s, "places": _places(one)} for one in told.grants],
                "runs": [_run(run) for run in told.runs],
                "events": [{"what": type(event).__name__, **msgspec.structs.asdict(event)} for event in told.events],
            }
            for told in found.jobs
        ]
    spanned = {"start": found.start, "end": found.end, "zone": found.zone}
    if wishes.slots:
        return {**spanned, "slots": [_run(run) for run in found.slots]}
    farm = {"slot_hours": found.farm.slots_s / HOUR_S, "busy_hours": found.farm.busy_s / HOUR_S}
    return {**spanned, **farm, "tables": [json_object(table) for table in found.tables]}


def _run(run: Run) -> dict[str, object]:
    whose = msgspec.structs.asdict(run.whose)
    whose["job"] = whose.pop("title")
    whose["dispatcher"] = whose.pop("host")
    own = msgspec.structs.asdict(run)
    del own["whose"]
    return {**whose, **own, "places": _places(run), "began": run.at - run.run_s}


def _places(row: Grant | Run) -> list[dict[str, str]]:
    return [{"slot": place.slot, "host": place.host} for place in row.places]


_RUN_COLUMNS = (
    "began", "ended", "slots", "user", "crew", "project", "dispatcher", "jid", "job", "tid", "cid", "title", "run_s",
    "how", "status", "reason",
)  # fmt: skip


def _csv(found: Answer, wishes: Wishes) -> str:
    if wishes.job < 0 and not wishes.slots:
        return csv_text(found.tables)
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(_RUN_COLUMNS)
    for run in found.slots if wishes.slots else (run for told in found.jobs for run in told.runs):
        whose = run.whose
        slots = " ".join(place.slot for place in run.places)
        writer.writerow(cells((
            round(run.at - run.run_s, 3), round(run.at, 3), slots, whose.user, whose.crew, whose.project, whose.host,
            whose.jid, whose.title, run.tid, run.cid, run.title, round(run.run_s, 3),
            "" if run.how is None else run.how.value, run.status, run.reason,
        )))  # fmt: skip
    return out.getvalue()


def _draw(found: Answer, path: Path) -> int:
    tables = {table.by: table for table in found.tables}
    empty = Report(By.CREW, (), 1.0)
    note = "; ".join(list(_farm(found))[:3]) if not _is_empty(found) else "nothing is on record of that time"
    drawn = picture_of(
        f"The farm: {found.words}",
        f"{note}{f'; {found.zone}' if found.zone else ''}",
        {(one.start, one.by, one.name): one.cell for one in found.slices},
        found.slice_s,
        {by: tables.get(by, empty) for by in (By.CREW, By.USER)},
        _labels(found),
    )
    try:
        path.write_text(drawn, encoding="utf-8")
    except OSError as error:
        return _refuse(f"cannot write {path}: {error.strerror}")
    return DONE


def _labels(found: Answer) -> Callable[[float], str]:
    clock = zone(found.zone)
    form = "%H:%M" if found.end - found.start <= 2 * 86400 else "%d %b" if found.slice_s > HOUR_S else "%a %d"
    return lambda start: f"{datetime.fromtimestamp(start, clock):{form}}"
