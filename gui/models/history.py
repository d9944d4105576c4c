"""Who had which slot in the last day: a row a slot, a bar a command, and how much of the farm was used.

    runs of the maitre-d's record  --hear-->  bars by slot, used by the slice of time
    what runs now (the farm)       --now--->  a bar that has no end yet

A bar is of one sort: done; error; ended (by somebody, or for another's sake: it ran again); running.
"""

from __future__ import annotations

import time
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from daemons.record.reading import Run
from daemons.wording import duration, ending, printable
from gui.models.farm import job_of
from gui.models.table import SLICE, natural
from runtime.farm_messages import Farm, How, SlotState

SLICES = 144
"""Of the time that is shown, for what is used: ten minutes each of a day."""


class Sort(Enum):
    """How a command ended; the value is its word."""

    DONE = "done"
    ERROR = "error"
    ENDED = "ended"
    RUNNING = "running"


@dataclass(frozen=True, slots=True)
class Bar:
    """A command on a slot. `start` and `end` are wall-clock times; `how` says more than its sort does."""

    slot: str
    host: str
    start: float
    end: float
    sort: Sort
    user: str
    jid: str
    job: str
    title: str
    how: str = ""

    def words(self) -> str:
        """All of it, for people."""
        until = "now" if self.sort is Sort.RUNNING else _clock(self.end)
        what = printable(f"{self.slot}: {self.title} of {self.user}'s job {self.jid} {self.job}")
        how = f": {printable(self.how)}" if self.how else ""
        return f"{what}, {_clock(self.start)} to {until} ({duration(self.end - self.start)}), {self.sort.value}{how}"


class History:
    """From `start` to `end`. `rows` are the names of slots, as they are shown; `used` how many slots were busy in each
    slice of time, `failed` how many of them with what ended in error."""

    def __init__(self) -> None:
        self.start = self.end = 0.0
        self.rows: list[str] = []
        self.used = [0.0] * SLICES
        self.failed = [0.0] * SLICES
        self.size = 0
        """How many slots there are."""
        self.running: dict[str, Bar] = {}
        self._bars: dict[str, list[Bar]] = {}
        self._shown: dict[str, list[Bar]] = {}
        self._ends: dict[str, list[float]] = {}
        self._slots: dict[str, str] = {}
        self.filter = ""
        self.count = 0
        """How many commands are known."""

    # ---- what is heard -------------------------------------------------------------------------------

    def hear(self, runs: Sequence[Run], start: float, end: float) -> Iterator[None]:
        """What the record says, a slice at a time; it is to be arranged then."""
        bars: dict[str, list[Bar]] = {}
        used, failed = [0.0] * SLICES, [0.0] * SLICES
        for at in range(0, len(runs), SLICE):
            for run in runs[at : at + SLICE]:
                for bar in _bars_of(run, max(0.0, start)):
                    bars.setdefault(bar.slot, []).append(bar)
                    _add(used, bar, start, end)
                    if bar.sort is Sort.ERROR:
                        _add(failed, bar, start, end)
            yield
        for of_slot in bars.values():
            of_slot.sort(key=_start_of)
        yield
        self.start, self.end, self.used, self.failed, self._bars = start, end, used, failed, bars
        self.count = sum(map(len, bars.values()))
        self.size = max(len(self._slots), len(bars))

    def now(self, farm: Farm, at: float) -> None:
        """What runs at this time on the wall's clock."""
        self.running = {}
        for slot in farm.slots:
            if slot.state is SlotState.BUSY:
                jid, title = job_of(slot)
                self.running[slot.name] = Bar(
                    slot.name, slot.host, at - slot.since_s, at, Sort.RUNNING, slot.user, jid, "", title
                )
        self._slots = {slot.name: slot.host for slot in farm.slots}
        self.size = max(len(self._slots), len(self._bars))

    def arrange(self, words: str | None = None) -> Iterator[None]:
        """Which rows and bars are shown: those with all these words (None: with those of before)."""
        self.filter = self.filter if words is None else words.lower()
        wanted = self.filter.split()
        shown: dict[str, list[Bar]] = {}
        names = sorted({*self._slots, *self._bars}, key=natural)
        yield
        for place, name in enumerate(names):
            bars = self._bars.get(name, [])
            found = [bar for bar in bars if _has(bar, wanted)] if wanted else bars
            running = self.running.get(name)
            is_named = all(word in f"{name} {self._slots.get(name, '')}".lower() for word in wanted)
            if found or is_named or (running is not None and _has(running, wanted)):
                shown[name] = found
            if place % 50 == 0:
                yield
        self._ends = {}
        self._shown, self.rows = shown, list(shown)

    # ---- what is shown -------------------------------------------------------------------------------

    def bars(self, name: str, start: float, end: float) -> Iterable[Bar]:
        """Those of a slot that are in sight, in their order."""
        bars = self._shown.get(name, [])
        ends = self._ends.get(name)
        if ends is None:
            ends = self._ends[name] = [bar.end for bar in bars]
        for bar in bars[bisect_left(ends, start) :]:
            if bar.start >= end:
                break
            yield bar
        running = self.running.get(name)
        if running is not None and running.start < end and _has(running, self.filter.split()):
            yield running

    def at(self, name: str, when: float, slack_s: float = 0.0) -> Bar | None:
        """What a slot did then, or as near to then as `slack_s`."""
        near = list(self.bars(name, when - slack_s, when + slack_s + 1e-6))
        return min(near, key=lambda bar: max(bar.start - when, when - bar.end, 0.0), default=None)

    def part_used(self) -> float:
        """Which part of all slots was used, from the first to the last moment."""
        return sum(self.used) / SLICES / self.size if self.size else 0.0


def _start_of(bar: Bar) -> float:
    return bar.start


def _bars_of(run: Run, since: float) -> Iterator[Bar]:
    """A bar for each slot that it had."""
    start = max(since, run.at - run.run_s)
    for place in run.places:
        yield Bar(
            place.slot, place.host, start, max(start, run.at), _sort(run.how), run.whose.user, str(run.whose.jid),
            run.whose.title, run.title, _how(run),
        )  # fmt: skip


def _sort(how: How | None) -> Sort:
    if how is How.FAILED:
        return Sort.ERROR
    return Sort.DONE if how in (How.DONE, None) else Sort.ENDED


def _how(run: Run) -> str:
    said = [] if run.how in (How.DONE, How.FAILED, None) else [run.how.value]
    if run.status and run.how is not How.DONE:
        said.append(ending(run.status))
    if run.reason:
        said.append(run.reason)
    return ", ".join(said)


def _add(slices: list[float], bar: Bar, start: float, end: float) -> None:
    """A slot was busy so long in each slice."""
    each = (end - start) / SLICES
    first, last = (bar.start - start) / each, (min(bar.end, end) - start) / each
    for place in range(max(0, int(first)), min(SLICES, int(last) + 1)):
        slices[place] += max(0.0, min(last, place + 1) - max(first, place))


def _has(bar: Bar, words: Sequence[str]) -> bool:
    if not words:
        return True
    text = f"{bar.slot} {bar.host} {bar.user} {bar.jid} {bar.job} {bar.title} {bar.sort.value} {bar.how}".lower()
    return all(word in text for word in words)


def _clock(at: float) -> str:
    return time.strftime("%H:%M:%S", time.localtime(at))
