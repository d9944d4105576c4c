"""Zones as POSIX writes them in TZ: a name and an offset west of Greenwich, and rules for summer time.

    EST5                          no summer time
    EST5EDT                       the usual rules: those of Europe east of Greenwich, else those of the USA
    EST5EDT,M3.2.0,M11.1.0/3      the second Sunday in March at 2:00, the first one in November at 3:00
    <-03>3<-02>,J60,299           the 60th day without 29 February, the 300th day with it

As in Tcl, summer times are known for the years 1916 to 2099.
"""

from __future__ import annotations

import re

from alftcl.clock.calendar import DAY_SECONDS, EPOCH, ROMAN, weekday
from alftcl.clock.zones import Offset, Zone, fixed

_NAME = r"(?:[A-Za-z]+|<[A-Za-z0-9+-]+>)"
_SHIFT = r"[+-]?[0-9]{1,2}(?::[0-9]{1,2}){0,2}"
_RULE = r"(?:M[0-9]+\.[0-9]\.[0-9]|J?[0-9]+)(?:/[0-9]{1,2}(?::[0-9]{1,2}){0,2})?"
_POSIX = re.compile(rf"({_NAME})({_SHIFT})(?:({_NAME})({_SHIFT})?(?:,({_RULE}),({_RULE}))?)?")
_FIRST_YEAR, _LAST_YEAR = 1916, 2099


def parse(text: str, first_year: int = _FIRST_YEAR) -> Zone | None:
    """The zone, with summer times from that year on; None when the text is of another form."""
    match = _POSIX.fullmatch(text)
    if match is None:
        return None
    standard, west, summer, summer_west, begins, ends = match.groups()
    winter = (-_seconds(west), standard.strip("<>"))
    if summer is None:
        return fixed(*winter)
    other = (-_seconds(summer_west) if summer_west else winter[0] + 3600, summer.strip("<>"))
    starts, stops = (begins, ends) if begins and ends else _usual_rules(winter[0])
    return _table(winter, other, starts, stops, first_year)


def _table(winter: Offset, summer: Offset, starts: str, stops: str, first_year: int) -> Zone:
    changes: list[tuple[int, Offset]] = []
    for year in range(first_year, _LAST_YEAR + 1):
        changes.append((_change(year, starts) - winter[0], summer))
        changes.append((_change(year, stops) - summer[0], winter))
    changes.sort(key=lambda change: change[0])
    return Zone([moment for moment, _ in changes], [winter, *(offset for _, offset in changes)])


def _seconds(text: str) -> int:
    sign = -1 if text.startswith("-") else 1
    parts = [int(part) for part in text.lstrip("+-").split(":")] + [0, 0]
    return sign * (parts[0] * 3600 + parts[1] * 60 + parts[2])


def _usual_rules(offset: int) -> tuple[str, str]:
    hours = offset // 3600
    if not 0 <= offset <= 12 * 3600:
        return "M3.2.0", "M11.1.0"
    if hours > 2:
        return "M3.5.0/2", "M10.5.0/3"
    return f"M3.5.0/{hours + 1}", f"M10.5.0/{hours + 2}"


def _change(year: int, rule: str) -> int:
    """When a rule changes the clocks in a year, as they show it."""
    day, _, at = rule.partition("/")
    return (_rule_day(year, day) - EPOCH) * DAY_SECONDS + (_seconds(at) if at else 7200)


def _rule_day(year: int, day: str) -> int:
    if day.startswith("J"):
        number = int(day[1:])
        leap = ROMAN.month_length(year, 2) == 29
        return ROMAN.day_number(year, 1, 1) + number - 1 + (leap and number > 59)
    if not day.startswith("M"):
        return ROMAN.day_number(year, 1, 1) + int(day)
    month, week, wanted = (int(part) for part in day[1:].split("."))
    first = ROMAN.day_number(year, month, 1)
    number = first + (wanted - weekday(first)) % 7 + 7 * (week - 1)
    while number >= ROMAN.day_number(year, month + 1, 1):
        number -= 7
    return number
