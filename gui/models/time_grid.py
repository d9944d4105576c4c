"""A time group as a week of boxes, to be painted with the mouse; and back to what the schedule has.

    {{mon-fri 19:00-08:00} {sat-sun 00:00-24:00}}   <->   which minutes of the week are enabled

Whatever minutes a schedule has, they stay: what is dragged are boxes of an hour, or of half an hour where the group has
something that begins or ends within an hour.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from runtime.schedule.model import Span
from runtime.schedule.times import DAY, WEEK

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
_NAMES = tuple(day.lower() for day in DAYS)
_HOUR, HALF = 60, 30
_ON, _OFF = b"\x01", b"\x00"


class WeekGrid:
    """`minutes` has a byte for each minute from Monday 00:00 on: 1 where it is enabled."""

    def __init__(self, spans: Iterable[Span] = ()) -> None:
        self.minutes = bytearray(WEEK)
        edges = set()
        for span in spans:
            edges |= {span.start % _HOUR, span.end % _HOUR}
            self._set(span.start, min(span.end, WEEK), on=True)
            self._set(0, span.end - WEEK, on=True)
        self.box = _HOUR if edges <= {0} else HALF
        """Minutes of what is dragged."""

    def __eq__(self, other: object) -> bool:
        return isinstance(other, WeekGrid) and self.minutes == other.minutes

    __hash__ = None  # type: ignore[assignment]  # it changes

    def drag(self, start: tuple[int, int], end: tuple[int, int], *, on: bool) -> None:
        """Enable or disable the boxes of a rectangle: day and minute of two of its corners."""
        (day, minute), (other_day, other) = start, end
        first, last = sorted((_within(minute, DAY - 1), _within(other, DAY - 1)))
        first -= first % self.box
        last += self.box - last % self.box
        for row in range(_within(min(day, other_day), 6), _within(max(day, other_day), 6) + 1):
            self._set(row * DAY + first, row * DAY + last, on=on)

    def _set(self, start: int, end: int, *, on: bool) -> None:
        if end > start:
            self.minutes[start:end] = (_ON if on else _OFF) * (end - start)

    def boxes(self) -> Iterator[tuple[int, int, bool]]:
        """Every box: its day, the minute at which it begins, whether all of it is enabled."""
        for start in range(0, WEEK, self.box):
            yield start // DAY, start % DAY, all(self.minutes[start : start + self.box])

    def parts(self) -> Iterator[tuple[int, int, int]]:
        """What is enabled of boxes that are so in part: the day, minutes from, and to before."""
        for start in range(0, WEEK, self.box):
            box = self.minutes[start : start + self.box]
            if not all(box):
                for first, last in _runs(box):
                    yield start // DAY, start % DAY + first, start % DAY + last

    def elements(self) -> list[str]:
        """As the schedule has it: an element for days that have the same hours. Hours past midnight belong to the day
        on which they begin."""
        hours: dict[int, list[str]] = {}
        for start, end in self._spans():
            day, minute = divmod(start, DAY)
            until = end - day * DAY
            hours.setdefault(day, []).append(f"{_clock(minute)}-{_clock(until if until <= DAY else until - DAY)}")
        days: dict[tuple[str, ...], list[int]] = {}
        for day in sorted(hours):
            days.setdefault(tuple(hours[day]), []).append(day)
        return [f"{_days(numbers)} {' '.join(words)}" for words, numbers in days.items()]

    def _spans(self) -> Iterator[tuple[int, int]]:
        """Spans that a day's hours can say: what ends before the hour at which it began is one, else midnights part
        it."""
        runs = list(_runs(self.minutes))
        if len(runs) > 1 and runs[0][0] == 0 and runs[-1][1] == WEEK:  # Sunday's night is Monday's morning
            runs = [*runs[1:-1], (runs[-1][0], WEEK + runs[0][1])]
        for start, end in runs:
            while start < end:
                midnight = (start // DAY + 1) * DAY
                stop = end if end - midnight <= start % DAY and end - start < DAY else min(end, midnight)
                yield (start, stop) if start < WEEK else (start - WEEK, stop - WEEK)
                start = stop


def _runs(minutes: bytearray) -> Iterator[tuple[int, int]]:
    start = minutes.find(_ON)
    while start >= 0:
        end = minutes.find(_OFF, start)
        end = len(minutes) if end < 0 else end
        yield start, end
        start = minutes.find(_ON, end)


def _within(number: int, most: int) -> int:
    return max(0, min(number, most))


def _clock(minute: int) -> str:
    return f"{minute // _HOUR:02}:{minute % _HOUR:02}"


def _days(numbers: list[int]) -> str:
    """mon-fri, or mon,wed."""
    words = []
    start = 0
    for place, day in enumerate(numbers):
        if place + 1 < len(numbers) and numbers[place + 1] == day + 1:
            continue
        first, last = _NAMES[numbers[start]], _NAMES[day]
        words.append(first if first == last else f"{first}-{last}" if place > start + 1 else f"{first},{last}")
        start = place + 1
    return ",".join(words)
