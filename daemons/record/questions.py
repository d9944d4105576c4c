"""What the record is asked, and what it says: from the file, by whoever may read it.

    Question --answer(path)--> Answer          `alfred -report -history FILE`
    Question --> maitre-d --> a process of its own (`python -m daemons.record.questions FILE`) --> Answer
                                               `alfred -report`: neither the maitre-d nor the keeper waits for it

Words for spans of time mean the clock of the site, which the file names.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import msgspec

from daemons.record.file import RecordError
from daemons.record.reading import Grant, Reader, Run
from daemons.record.spans import SpanError, in_words, span_of
from runtime.history.records import AnyRecord, Whose
from runtime.history.report import Report, report
from runtime.history.tally import HOUR_S, By, Cell

OVERVIEW = (By.CREW, By.USER, By.GROUP, By.HOST)
MOST_ROWS = 10_000
"""Of a table that is sent."""
MOST_EVENTS = 10_000
"""Of a job."""
MOST_RUNS = 50_000
"""Of slots over time: the latest ones."""
_HOURLY_DAYS = 8
"""A picture of a longer time has a slice for each day."""
_DAY_S = 86400.0


class Question(msgspec.Struct, frozen=True):
    """`span` as for daemons.record.spans. `by`: names of dimensions; none: an overview. `picture`: with what a picture
    needs. `jid`: what happened to that job, `user`'s if he is named. `slots`: who had which slot in that time; of that
    user, and on the slot or host `where`, if these are named."""

    span: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    picture: bool = False
    jid: int = -1
    user: str = ""
    slots: bool = False
    where: str = ""


class Slice(msgspec.Struct, frozen=True, array_like=True):
    start: float
    by: By
    name: str
    cell: Cell


class Told(msgspec.Struct, frozen=True):
    """What happened to a job: the latest of it, in order."""

    whose: Whose
    grants: tuple[Grant, ...]
    runs: tuple[Run, ...]
    events: tuple[AnyRecord, ...]


class Answer(msgspec.Struct, frozen=True):
    """`words` are the span's; `zone` is the name of its clock, empty for the machine's own. `begins`: since when there
    is something on record at all, in words; empty: there is nothing."""

    start: float = 0.0
    end: float = 0.0
    words: str = ""
    zone: str = ""
    begins: str = ""
    farm: Cell = msgspec.field(default_factory=Cell)
    tables: tuple[Report, ...] = ()
    slices: tuple[Slice, ...] = ()
    slice_s: float = HOUR_S
    jobs: tuple[Told, ...] = ()
    slots: tuple[Run, ...] = ()
    trouble: str = ""


def answer(path: Path, question: Question, now: float) -> Answer:
    """What the record says. Raises RecordError, SpanError: the text is for who asks."""
    reader = Reader(path)
    try:
        if question.jid >= 0:
            return Answer(zone=str(reader.zone or ""), jobs=_jobs(reader, question))
        start, end = span_of(question.span, now, reader.zone)
        if question.slots:
            found = reader.slots(start, end, MOST_RUNS, user=question.user, where=question.where)
            return Answer(start, end, in_words(start, end, reader.zone), str(reader.zone or ""), slots=tuple(found))
        return _tables(reader, question, start, end)
    finally:
        reader.close()


def _tables(reader: Reader, question: Question, start: float, end: float) -> Answer:
    by = [By(name) for name in question.by] or list(OVERVIEW)
    needed = dict.fromkeys((By.FARM, *by, *((By.CREW, By.USER) if question.picture else ())))
    cells = reader.totals(start, end, needed)
    farm = cells.pop(By.FARM).get("", Cell())
    tables = [report(found, dimension, end - start, farm) for dimension, found in cells.items()]
    whole = reader.span()
    days = end - start > _HOURLY_DAYS * _DAY_S
    slices = reader.over_time(start, end, (By.FARM, By.CREW), days=days) if question.picture else {}
    return Answer(
        start,
        end,
        in_words(start, end, reader.zone),
        str(reader.zone or ""),
        "" if whole is None else in_words(*whole, reader.zone),
        farm,
        tuple(msgspec.structs.replace(table, rows=table.rows[:MOST_ROWS]) for table in tables),
        tuple(Slice(*key, cell) for key, cell in slices.items()),
        _DAY_S if days else HOUR_S,
    )


def _jobs(reader: Reader, question: Question) -> tuple[Told, ...]:
    """Every job of this number. A job may have been given by several crews: that is one."""
    jobs: dict[tuple[str, str], list[Whose]] = {}
    for whose in reader.jobs(question.jid, question.user):
        jobs.setdefault((whose.user, whose.host), []).append(whose)
    return tuple(
        Told(
            max(owners, key=lambda one: (bool(one.crew), bool(one.project))),
            tuple(reader.grants(owners, MOST_EVENTS)),
            tuple(reader.runs(owners, MOST_EVENTS)),
            tuple(reader.events(owners, MOST_EVENTS)),  # type: ignore[arg-type]  # what was read is one of AnyRecord
        )
        for owners in jobs.values()
    )


_encode = msgspec.msgpack.Encoder().encode
decode = msgspec.msgpack.Decoder(Answer).decode


def main(words: list[str]) -> int:
    """The process: a Question on stdin, an Answer on stdout. Always ends with 0: what is wrong is in the Answer."""
    try:
        question = msgspec.msgpack.decode(sys.stdin.buffer.read(), type=Question)
        found = answer(Path(words[0]), question, time.time())
    except (RecordError, SpanError) as error:
        found = Answer(trouble=str(error))
    except (msgspec.DecodeError, ValueError) as error:
        found = Answer(trouble=f"that is no question: {error}")
    sys.stdout.buffer.write(_encode(found))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
