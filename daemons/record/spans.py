"""Spans of time as people name them, on the clock of a site: `yesterday`, `lastweek`, two dates.

    today  yesterday                  a day, from midnight to midnight
    thisweek  lastweek                from Monday on
    thismonth  lastmonth
    24h                               so many hours until now
    2026-11-20                        that day
    2026-11-01 2026-11-20             from the first day to the last, which is part of it
    2026-11-20T14:00 2026-11-20T16:30 from then to then;  without the second: until now

Days have 23 or 25 hours where the clock is set.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime, timedelta, tzinfo

NAMES = ("today", "yesterday", "thisweek", "lastweek", "thismonth", "lastmonth")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_HOURS = re.compile(r"(\d{1,4})h")
_HOUR_S = 3600.0
_FORM = "a date is 2026-11-20, a time 2026-11-20T14:30"


class SpanError(ValueError):
    """What was named is no span of time; the text says why."""


def span_of(words: Sequence[str], now: float, zone: tzinfo | None) -> tuple[float, float]:
    """From when to when, in seconds since 1970; never later than now. `zone` None: the machine's own. Raises
    SpanError."""
    start, end = _span(list(words), midnight(datetime.fromtimestamp(now, zone)), now, zone)
    if start >= now:
        raise SpanError(f"{' '.join(words)} is in the future")
    if end <= start:
        raise SpanError(f"{words[1]} is not after {words[0]}")
    return start, min(end, now)


def in_words(start: float, end: float, zone: tzinfo | None) -> str:
    """A span, to be read: `Friday, 20 November 2026`, or from when to when."""
    first, last = datetime.fromtimestamp(start, zone), datetime.fromtimestamp(end, zone)
    if first == midnight(first):
        day = f"{first:%A}, {first.day} {first:%B %Y}"
        if last == _after(first):
            return day
        if last.date() == first.date():
            return f"{day}, until {last:%H:%M}"
        if last == midnight(last):
            return f"{_day(first)} to {_day(last - timedelta(hours=1))}"
    return f"{_day(first)} {first:%H:%M} to {_day(last)} {last:%H:%M}"


def _day(moment: datetime) -> str:
    return f"{moment.day} {moment:%B %Y}"


def _span(words: list[str], today: datetime, now: float, zone: tzinfo | None) -> tuple[float, float]:
    if len(words) == 1 and words[0] in NAMES:
        first, after = _named(words[0], today)
        return first.timestamp(), after.timestamp()
    if len(words) == 1 and (hours := _HOURS.fullmatch(words[0])):
        return now - _HOUR_S * int(hours[1]), now
    if not words or len(words) > 2:
        raise SpanError(f"name one span of time, or two moments: {', '.join(NAMES)}, 24h, or dates; {_FORM}")
    first, is_day = _moment(words[0], zone)
    if len(words) == 1:
        return first.timestamp(), _after(first).timestamp() if is_day else now
    last, is_day = _moment(words[1], zone)
    return first.timestamp(), (_after(last) if is_day else last).timestamp()


def _named(name: str, today: datetime) -> tuple[datetime, datetime]:
    monday = midnight(today - timedelta(days=today.weekday()))
    month = today.replace(day=1)
    match name:
        case "today":
            return today, _after(today)
        case "yesterday":
            return midnight(today - timedelta(days=1)), today
        case "thisweek":
            return monday, monday + timedelta(days=7)
        case "lastweek":
            return monday - timedelta(days=7), monday
        case "thismonth":
            return month, (month + timedelta(days=32)).replace(day=1)
    return (month - timedelta(days=1)).replace(day=1), month


def _moment(word: str, zone: tzinfo | None) -> tuple[datetime, bool]:
    """A moment, and whether it is a whole day."""
    try:
        moment = datetime.fromisoformat(word)
    except (ValueError, OverflowError):
        raise SpanError(f'"{word}" is none of {", ".join(NAMES)}, and no date; {_FORM}') from None
    if moment.tzinfo is not None:
        raise SpanError(f'"{word}": times are on the clock of the site, without a zone of their own; {_FORM}')
    if not 1970 < moment.year < 9999:
        # what lies at the ends of the calendar has no midnight after it, or none before
        raise SpanError(f'"{word}": nothing can be on record of the year {moment.year}')
    return moment.replace(tzinfo=zone), _DATE.fullmatch(word) is not None


def midnight(moment: datetime) -> datetime:
    """The midnight with which its day began."""
    return moment.replace(hour=0, minute=0, second=0, microsecond=0, fold=0)


def _after(day: datetime) -> datetime:
    """The midnight after: clocks on the wall, so days may have any number of hours."""
    return midnight(day) + timedelta(days=1)
