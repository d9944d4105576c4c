"""Time groups: the hours of a week in which a crew has its servers (reference 10.1).

    {{mon-fri 19:00-08:00} {sat-sun 00:00-24:00}}     days and hours; several of each may stand together
    {mon wed-fri 9:00-12:00 13:00-17:00}              each of the hours on each of the days
    {sat}  {20:00-24:00}                              all day; every day

A span past midnight belongs to the day on which it begins. Times are local times of a zone: in spring an hour is left
out, in autumn one comes twice, and the spans count what the clock on the wall says.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, tzinfo

from runtime.schedule.model import EVERYBODY, Schedule, Span

DAY = 24 * 60
"""Minutes of a day."""
WEEK = 7 * DAY
ALWAYS = (Span(0, WEEK),)
"""The predefined time group."""

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_EVERY_DAY = frozenset({"*", "daily", "all", "everyday"})
_HOURS = re.compile(r"(\d{1,2})(?::(\d{2}))?-(\d{1,2})(?::(\d{2}))?\Z")
_HOUR_S = 3600
_WEEK_S = WEEK * 60
_LOOK_AHEAD_S = _WEEK_S + 24 * _HOUR_S
_FIRST_MONDAY_S = 4 * DAY * 60
"""1970 began with a Thursday."""


class TimesError(ValueError):
    """A text that is no time of the week; the message is what the user sees."""


# ---- reading -------------------------------------------------------------------------------------------------


def read_spans(words: Iterable[str]) -> tuple[Span, ...]:
    """The spans that the words of one element mean: days, then hours, and again. Those that are no time at all are
    left out. Raises TimesError."""
    spans: list[Span] = []
    days: list[int] = []
    hours: list[tuple[int, int]] = []
    for word in words:
        if word[:1].isdecimal():
            hours.append(_hours(word))
            continue
        if hours:
            spans += _spans(days, hours)
            days, hours = [], []
        days += _days(word)
    return (*spans, *_spans(days, hours)) if days or hours else tuple(spans)


def is_empty(word: str) -> bool:
    """Whether a word of an element is a span that begins when it ends. Raises TimesError for what is no such word."""
    if word[:1].isdecimal():
        start, end = _hours(word)
        return start == end
    _days(word)
    return False


def _spans(days: list[int], hours: list[tuple[int, int]]) -> list[Span]:
    return [
        Span(day * DAY + start, day * DAY + end + (DAY if end <= start else 0))
        for day in days or range(7)
        for start, end in hours or [(0, DAY)]
        if start != end
    ]


def _days(word: str) -> list[int]:
    found: list[int] = []
    for part in word.split(","):
        if part.lower() in _EVERY_DAY:
            found += range(7)
            continue
        first, dash, last = part.partition("-")
        start = _day(first, word)
        end = _day(last, word) if dash else start
        found += [day % 7 for day in range(start, end + (8 if end < start else 1))]
    return found


def _day(name: str, word: str) -> int:
    lower = name.lower()
    if len(lower) >= 2:
        for number, day in enumerate(_DAYS):
            if day.startswith(lower):
                return number
    raise TimesError(f'"{word}" is neither days (mon-fri) nor hours (19:00-08:00)')


def _hours(word: str) -> tuple[int, int]:
    form = _HOURS.match(word)
    if form is None:
        raise TimesError(f'"{word}" is no span of hours (19:00-08:00)')
    start, end = (60 * int(hour) + int(minute or 0) for hour, minute in ((form[1], form[2]), (form[3], form[4])))
    if start > DAY or end > DAY or int(form[2] or 0) > 59 or int(form[4] or 0) > 59:
        raise TimesError(f'"{word}": hours go from 00:00 to 24:00')
    return start, (start if (start, end) == (DAY, 0) else end)


# ---- asking --------------------------------------------------------------------------------------------------


def spans_of(schedule: Schedule, time_group: str) -> tuple[Span, ...]:
    """The spans of a time group; none when the schedule has no group of that name."""
    if time_group == EVERYBODY:
        return ALWAYS
    return schedule.time_groups.get(time_group, ())


def minute_of_week(wall: float, zone: tzinfo | None) -> int:
    """The minute since Monday 00:00 that clocks in the zone show at a time in seconds since 1970."""
    local = datetime.fromtimestamp(wall, zone)
    return local.weekday() * DAY + local.hour * 60 + local.minute


def is_open(spans: Iterable[Span], wall: float, zone: tzinfo | None) -> bool:
    """Whether one of the spans covers a time (seconds since 1970)."""
    minute = minute_of_week(wall, zone)
    return any(span.start <= minute < span.end or span.start <= minute + WEEK < span.end for span in spans)


def next_change(spans: tuple[Span, ...], wall: float, zone: tzinfo | None) -> float | None:
    """When `is_open` next changes, in seconds since 1970; None: never."""
    state = is_open(spans, wall, zone)
    for moment in sorted(_moments(spans, wall, zone)):
        if moment > wall and is_open(spans, moment, zone) != state:
            return moment
    return None


def _moments(spans: tuple[Span, ...], wall: float, zone: tzinfo | None) -> set[float]:
    """When it could change: as clocks show the beginning or end of a span, and as they are put forward or back."""
    moments = set()
    offsets = set()
    before = _offset(wall, zone)
    hour = wall // _HOUR_S * _HOUR_S
    while hour < wall + _LOOK_AHEAD_S:
        offsets.add(before)
        after = _offset(hour + _HOUR_S, zone)
        if after != before:
            moments.add(_turn(hour, hour + _HOUR_S, zone))
        before, hour = after, hour + _HOUR_S
    edges = {edge % WEEK for span in spans for edge in (span.start, span.end)}
    for offset in offsets:
        monday = (wall + offset - _FIRST_MONDAY_S) // _WEEK_S * _WEEK_S + _FIRST_MONDAY_S - offset
        moments |= {monday + 60 * edge + _WEEK_S * week for edge in edges for week in (-1, 0, 1, 2)}
    return moments


def _offset(wall: float, zone: tzinfo | None) -> float:
    """Seconds that clocks in the zone are ahead of universal time."""
    local = datetime.fromtimestamp(wall, zone)
    found = local.astimezone(zone).utcoffset()
    assert found is not None  # an aware time has one
    return found.total_seconds()


def _turn(before: float, after: float, zone: tzinfo | None) -> float:
    """The second at which the clocks are put forward or back, between two times with different offsets."""
    old = _offset(before, zone)
    while after - before > 1:
        middle = (before + after) // 2
        if _offset(middle, zone) == old:
            before = middle
        else:
            after = middle
    return after
