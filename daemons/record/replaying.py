"""What was asked of a farm in a span of time, out of its record: jobs that a simulation can run again.

    events, in their order --Asked--> a job has come  --its runs, by their index--> RecordedJob
    runs of the span       ---------> jobs that were there already at its beginning

One job after the other: never the whole record is in memory, only the numbers of its jobs and what runs of one of them.
A job is whose user, dispatcher's host, number and title are the same, until it has come to rest; what it does after
that, because its user tried it again, or another of the same number, is another job.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import msgspec

from daemons.record.file import HOWS, RecordError, record_of
from daemons.record.reading import SLACK_S, Reader
from daemons.record.spans import in_words, span_of
from runtime.history.records import Asked, JobDone
from runtime.needs import Need
from runtime.simulate.recorded import RecordedJob, RecordedNeed, RecordedRun

_OWNERS = "owner IN (SELECT id FROM owners WHERE jid = ? AND user = ? AND host = ? AND title = ?)"
_decode_path = msgspec.msgpack.Decoder(tuple[int, ...]).decode
_decode_others = msgspec.msgpack.Decoder(list[int]).decode


class _Name(NamedTuple):
    """Of a job, as its owners in the file have it."""

    jid: int
    user: str
    host: str
    title: str


class _Life(NamedTuple):
    """A job from when it came until it came again: what it asked for meanwhile."""

    start: float
    end: float
    asked: tuple[Asked, ...]


class Past:
    """A span of the record at `path`: `words` name it (daemons.record.spans), none: all of it. `now` ends it.

    Raises RecordError, SpanError: the words are for the user.
    """

    def __init__(self, path: Path, words: Sequence[str], now: float) -> None:
        self._reader = Reader(path)
        try:
            whole = self._whole()
            if whole is None:
                raise RecordError(f"{path}: nothing is on record there: it is empty")
            begins, ends = whole
            zone = self._reader.zone
            self.start, self.end = span_of(words, now, zone) if words else (begins, max(now, ends))
            self.words = in_words(self.start, self.end, zone) if words else ""
            """The span, to be read; empty: all of it."""
            self.start = max(self.start, begins)
            if self.start > ends or self.end <= begins or self.is_empty:
                which = f" of {self.words}" if self.words else ""
                raise RecordError(f"{path}: no job is on record{which}; it is of {in_words(*whole, zone)}")
            shift = datetime.fromtimestamp(self.start, zone).astimezone(zone).utcoffset()
            self.clock = self.start + (shift.total_seconds() if shift else 0.0)
            """What the clock of the site shows at its beginning, as if it were UTC: the simulation's."""
        except BaseException:
            self._reader.close()
            raise

    def close(self) -> None:
        self._reader.close()

    @property
    def is_empty(self) -> bool:
        """Whether nobody has asked for anything."""
        return next(self.jobs(), None) is None

    def jobs(self) -> Iterator[RecordedJob]:
        """In the order in which they came; their times count from the beginning. Raises RecordError."""
        yield from self._there_already()
        seen: dict[_Name, float] = {}
        first = self._reader.row_at("events", self.start - SLACK_S)
        for body in self._reader.each(
            "SELECT body FROM events WHERE id >= ? AND at >= ? AND at < ? ORDER BY id", first, self.start, self.end
        ):
            record = record_of(body[0])
            if not isinstance(record, Asked):
                continue
            name = _Name(record.whose.jid, record.whose.user, record.whose.host, record.whose.title)
            if record.at < seen.get(name, -math.inf):
                continue
            life = next(one for one in reversed(self._lives(name)) if one.start <= record.at)
            seen[name] = life.end
            if life.start >= self.start:
                yield self._job(name, life, self._runs(name, life))

    def _whole(self) -> tuple[float, float] | None:
        """From when to when there are rows."""
        spans = [self._reader.ends_of(table) for table in ("events", "runs")]
        known = [span for span in spans if span is not None]
        return (min(first for first, _ in known), max(last for _, last in known)) if known else None

    def _there_already(self) -> Iterator[RecordedJob]:
        """Jobs that came before the span, and of which something ran, or was running, in it."""
        names = {
            _Name(*words)
            for words in self._reader.each(
                "SELECT jid, user, host, title FROM owners WHERE id IN"
                " (SELECT DISTINCT owner FROM runs WHERE id >= ? AND at > ? AND at - run < ?)",
                self._reader.row_at("runs", self.start - SLACK_S), self.start, self.end,
            )
        }  # fmt: skip
        for name in sorted(names):
            life = next((one for one in reversed(self._lives(name)) if one.start < self.start), None)
            if life is not None:
                runs = self._runs(name, life)
                if runs:
                    yield self._job(name, life, runs)

    def _lives(self, name: _Name) -> list[_Life]:
        """Those of a job, in order. The first one may have asked before there was a record."""
        starts, asked = [-math.inf], [list[Asked]()]
        at_rest = False
        for (body,) in self._reader.rows(f"SELECT body FROM events WHERE {_OWNERS} ORDER BY id", *name):
            record = record_of(body)
            if isinstance(record, JobDone):
                at_rest = True
            elif isinstance(record, Asked):
                if at_rest or (len(starts) == 1 and not asked[0] and not self._ran_before(name, record.at)):
                    starts.append(record.at)
                    asked.append([])
                    at_rest = False
                asked[-1].append(record)
        ends = [*starts[1:], math.inf]
        return [_Life(start, end, tuple(found)) for start, end, found in zip(starts, ends, asked, strict=True)]

    def _ran_before(self, name: _Name, at: float) -> bool:
        [[first]] = self._reader.rows(f"SELECT min(at - run) FROM runs WHERE {_OWNERS}", *name)
        return first is not None and first < at - 1.0

    def _runs(self, name: _Name, life: _Life) -> tuple[RecordedRun, ...]:
        """What ran of it after the beginning of the span."""
        rows = self._reader.rows(
            f"SELECT at, run, how, status, tid, cid, title, others, {self._reader.since_2} FROM runs"
            f" WHERE {_OWNERS} AND at > ? AND at - run >= ? AND at - run < ? ORDER BY at, id",
            *name, self.start, life.start - 1.0, life.end - 1.0,
        )  # fmt: skip
        return tuple(
            RecordedRun(
                at - self.start,
                run_s,
                HOWS[how],
                status,
                tid,
                cid,
                title,
                1 + len(_decode_others(others) if others else ()),
                request or 0,
                -1.0 if waited is None else waited,
                _decode_path(within) if within else (),
            )
            for at, run_s, how, status, tid, cid, title, others, request, waited, within in rows
        )

    def _job(self, name: _Name, life: _Life, runs: tuple[RecordedRun, ...]) -> RecordedJob:
        needs = tuple(
            RecordedNeed(one.at - self.start, one.request, one.wants or Need(service=one.need), one.priority, one.tier)
            for one in life.asked
        )
        project = next((one.whose.project for one in reversed(life.asked) if one.whose.project), "")
        at = max(-1.0, life.start - self.start)
        return RecordedJob(at, name.user, name.host, name.jid, name.title, project, needs, runs)
