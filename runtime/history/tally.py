"""The record, added up: for each hour and each crew, user, project, server group, host and job how much it had, how
long it waited, what failed.

    records --feed--> cells by (start of the slice, dimension, name) --take--> a file, a report, another tally

A tally can be taken to pieces and put together again: cells of the same name add up, so what was counted by the second
is right by the year. A command's time counts in the hours in which it ran, its end in the hour where it ended. Slots
that there are count as time goes on (`advance`).

Pure: time is in the records. Used by the maitre-d's record and by the simulator alike.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from enum import Enum

import msgspec

from runtime.farm_messages import How
from runtime.history.records import (
    Capacity,
    GaveUp,
    Granted,
    JobDone,
    Place,
    Ran,
    Recalled,
    Record,
    Refused,
    Rested,
    Whose,
)
from runtime.history.waits import Waits, class_of

HOUR_S = 3600.0


class By(Enum):
    """What a cell is about."""

    FARM = "farm"
    """Everything; its name is empty."""
    CREW = "crew"
    USER = "user"
    PROJECT = "project"
    GROUP = "group"
    HOST = "host"
    JOB = "job"

    __hash__ = object.__hash__  # each is one object; Enum's own is slow, and this is asked for every record


class Cell(msgspec.Struct, array_like=True):
    """What is known of one name in one slice of time; of a host no waits, for nobody asks for one. Times are in
    slot-seconds: a command on three slots has three for each second."""

    waits: Waits = msgspec.field(default_factory=Waits)
    grants: int = 0
    gave_up: int = 0
    busy_s: float = 0.0
    idle_s: float = 0.0
    """Leased while nothing ran."""
    done: int = 0
    failed: int = 0
    retried: int = 0
    ended: int = 0
    ejected: int = 0
    lost: int = 0
    unstarted: int = 0
    short: int = 0
    """For want of a licence."""
    untold: int = 0
    """Commands of which nobody has told how they ended."""
    preempted: int = 0
    """Leases that were taken away at once for somebody else ..."""
    preempting: int = 0
    """... and those that somebody else lost for this one."""
    recalled: int = 0
    refused: int = 0
    rests: int = 0
    jobs: int = 0
    """That came to rest."""
    slots_s: float = 0.0
    """Slots that there were."""

    @property
    def runs(self) -> int:
        """Commands that have ended, however they did."""
        return (
            self.done + self.failed + self.retried + self.ended + self.ejected + self.lost + self.short + self.unstarted
            + self.untold
        )  # fmt: skip

    def merge(self, other: Cell) -> None:
        """All of another's, too."""
        self.waits.merge(other.waits)
        for name in _COUNTS:
            more = getattr(other, name)
            if more:
                setattr(self, name, getattr(self, name) + more)


_COUNTS = tuple(name for name in Cell.__struct_fields__ if name != "waits")

_ENDS = {
    How.DONE: "done",
    How.FAILED: "failed",
    How.RETRY: "retried",
    How.ENDED: "ended",
    How.EJECTED: "ejected",
    How.LOST: "lost",
    How.SHORT: "short",
    How.UNSTARTED: "unstarted",
    None: "untold",
}

Key = tuple[float, By, str]
"""Start of the slice in seconds since 1970, dimension, name."""


def job_name(whose: Whose) -> str:
    """How a job is called: jids are each dispatcher's own."""
    return f"{whose.user}@{whose.host} {whose.jid} {whose.title}".rstrip()


class Tally:
    """`slice_s`: how long slices are; infinite: there is only one, at 0. `shift_s`: slices begin so much after a
    multiple of that (of zones that are half an hour off). `by`: without those that nobody will ask for."""

    def __init__(self, slice_s: float = HOUR_S, shift_s: float = 0.0, by: Iterable[By] = tuple(By)) -> None:
        self.cells: dict[Key, Cell] = {}
        self._slice_s = slice_s
        self._shift_s = shift_s
        self._by = frozenset(by)
        self._slots: tuple[tuple[frozenset[str], int], ...] = ()
        self._until: float | None = None
        """Up to when the slots that there are have been counted."""
        self._owned: dict[tuple[float, Whose], tuple[Cell, ...]] = {}
        self._placed: dict[tuple[float, Place], tuple[Cell, ...]] = {}
        self._grouped: dict[tuple[float, frozenset[str]], tuple[Cell, ...]] = {}

    def slice(self, at: float) -> float:
        """The start of the slice that a time is in."""
        if self._slice_s == math.inf:
            return 0.0
        return (at - self._shift_s) // self._slice_s * self._slice_s + self._shift_s

    # ---- reading records -----------------------------------------------------------------------------

    def feed(self, record: Record) -> None:
        """Something has happened."""
        match record:
            case Granted():
                self._granted(record)
            case Ran():
                self._ran(record)
            case GaveUp():
                for cell in self._of(self.slice(record.at), record.whose):
                    cell.gave_up += 1
            case Recalled():
                self._recalled(record)
            case Rested():
                self._rested(record)
            case Refused():
                for cell in self._without_crew(record.at, record.whose):
                    cell.refused += 1
            case JobDone():
                for cell in self._without_crew(record.at, record.whose):
                    cell.jobs += 1
            case Capacity():
                self.advance(record.at)
                self._slots = record.slots

    def advance(self, at: float) -> None:
        """It is this late: the slots that there are count up to now."""
        if self._until is None or not self._slots:
            self._until = at
            return
        for start, seconds in self._pieces(self._until, at):
            for groups, many in self._slots:
                for name in groups:
                    self._cell(start, By.GROUP, name).slots_s += many * seconds
                self._cell(start, By.FARM, "").slots_s += many * seconds
        self._until = max(self._until, at)

    def _granted(self, record: Granted) -> None:
        start, number = self.slice(record.at), class_of(record.waited_s)
        for cell in self._of(start, record.whose):
            cell.grants += 1
            cell.waits.add(record.waited_s, number)
        for cell in self._each(start, record.places):
            cell.grants += 1
        for cell in self._each(start, record.places, self._groups_at):
            cell.waits.add(record.waited_s, number)

    def _ran(self, record: Ran) -> None:
        end = _ENDS[record.how]
        slots = len(record.places)
        for start, seconds in self._pieces(record.at - record.run_s, record.at):
            for cell in self._of(start, record.whose):
                cell.busy_s += seconds * slots
            for place in record.places:
                for cell in self._at(start, place):
                    cell.busy_s += seconds
        start = self.slice(record.at)
        for cell in self._of(start, record.whose):
            cell.idle_s += record.idle_s * slots
            setattr(cell, end, getattr(cell, end) + 1)
        for place in record.places:
            for cell in self._at(start, place):
                cell.idle_s += record.idle_s
        if record.places and not (record.here and record.how is not How.DONE):
            for cell in self._at(start, record.places[0]):
                setattr(cell, end, getattr(cell, end) + 1)

    def _recalled(self, record: Recalled) -> None:
        what = "preempted" if record.eject and record.by is not None else "recalled"
        start = self.slice(record.at)
        for cell in (*self._of(start, record.whose), *self._each(start, record.places)):
            setattr(cell, what, getattr(cell, what) + 1)
        if record.eject and record.by is not None:
            for cell in self._of(start, record.by):
                cell.preempting += 1

    def _rested(self, record: Rested) -> None:
        start = self.slice(record.at)
        self._cell(start, By.FARM, "").rests += 1
        for cell in self._at(start, record.place):
            cell.rests += 1

    # ---- cells ---------------------------------------------------------------------------------------

    def take(self) -> dict[Key, Cell]:
        """What was counted since the last time; counting goes on from nothing."""
        cells, self.cells = self.cells, {}
        self._owned.clear()
        self._placed.clear()
        self._grouped.clear()
        return cells

    def merge(self, cells: dict[Key, Cell]) -> None:
        """What another has counted, too. Its slices need not be as long as ours."""
        for (start, by, name), cell in cells.items():
            if by in self._by:
                self._cell(self.slice(start), by, name).merge(cell)

    def _cell(self, start: float, by: By, name: str) -> Cell:
        key = (start, by, name)
        cell = self.cells.get(key)
        if cell is None:
            cell = Cell()
            if by in self._by:
                self.cells[key] = cell
        return cell

    def _of(self, start: float, whose: Whose) -> tuple[Cell, ...]:
        cells = self._owned.get((start, whose))
        if cells is None:
            names = (
                (By.FARM, ""), (By.CREW, whose.crew), (By.USER, whose.user), (By.PROJECT, whose.project),
                (By.JOB, job_name(whose)),
            )  # fmt: skip
            cells = tuple(self._cell(start, by, name) for by, name in names if by in self._by)
            self._owned[start, whose] = cells
        return cells

    def _without_crew(self, at: float, whose: Whose) -> Iterator[Cell]:
        """What no crew and no project has a part in."""
        start = self.slice(at)
        for by, name in ((By.FARM, ""), (By.USER, whose.user), (By.JOB, job_name(whose))):
            yield self._cell(start, by, name)

    def _at(self, start: float, place: Place) -> tuple[Cell, ...]:
        if By.HOST not in self._by:
            return self._groups_at(start, place)
        cells = self._placed.get((start, place))
        if cells is None:
            cells = (*self._groups_at(start, place), self._cell(start, By.HOST, place.host))
            self._placed[start, place] = cells
        return cells

    def _groups_at(self, start: float, place: Place) -> tuple[Cell, ...]:
        """Without the host's: nobody waits for a host."""
        cells = self._grouped.get((start, place.groups))
        if cells is None:
            names = place.groups if By.GROUP in self._by else ()
            cells = self._grouped[start, place.groups] = tuple(self._cell(start, By.GROUP, name) for name in names)
        return cells

    def _each(
        self, start: float, places: tuple[Place, ...], at: Callable[[float, Place], tuple[Cell, ...]] | None = None
    ) -> Iterable[Cell]:
        """The cells of places, each once: a lease on three slots of a host is one."""
        found = at or self._at
        if len(places) == 1:
            return found(start, places[0])
        return {id(cell): cell for place in places for cell in found(start, place)}.values()

    def _pieces(self, began: float, ended: float) -> Iterator[tuple[float, float]]:
        """The slices of a span of time, and how many seconds of each."""
        start = self.slice(began)
        while began < ended:
            upto = min(ended, start + self._slice_s)
            yield start, upto - began
            began = start = upto


def jain(values: Iterable[float]) -> float:
    """Jain's index of fairness: 1 when all have the same, 1/n when one of n has everything; 1 where there is nobody.
    (R. Jain and others, A Quantitative Measure of Fairness, 1984.)"""
    found = list(values)
    squares = sum(value * value for value in found)
    return sum(found) ** 2 / (len(found) * squares) if squares else 1.0
