"""Days: their number since the beginning of the Julian period, and year, month, day and week of such a number.

The calendar changes from Julian to Gregorian at 15 October 1582, as in clock(n). Years are counted
astronomically here: 0 is 1 B.C.E.
"""

from __future__ import annotations

MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
DAYS = ("Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")
DAY_SECONDS = 86400
EPOCH = 2440588  # the day of 1 January 1970
_GREGORIAN = 2299161  # 15 October 1582
_MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def day_number(year: int, month: int, day: int) -> int:
    """The number of a day; months and days beyond their range carry over."""
    number = _gregorian(year, month, day)
    return number if number >= _GREGORIAN else _julian(year, month, day)


def _gregorian(year: int, month: int, day: int) -> int:
    shifted, months = _from_march(year, month)
    return day + (153 * months + 2) // 5 + 365 * shifted + shifted // 4 - shifted // 100 + shifted // 400 - 32045


def _julian(year: int, month: int, day: int) -> int:
    shifted, months = _from_march(year, month)
    return day + (153 * months + 2) // 5 + 365 * shifted + shifted // 4 - 32083


def _from_march(year: int, month: int) -> tuple[int, int]:
    year += (month - 1) // 12
    early = ((month - 1) % 12) < 2
    return year + 4800 - early, ((month - 1) % 12 + 10) % 12


def date_of(number: int) -> tuple[int, int, int]:
    """Year, month and day of a day's number."""
    if number >= _GREGORIAN:
        rest = number + 32044
        cycle = (4 * rest + 3) // 146097
        rest -= 146097 * cycle // 4
    else:
        cycle, rest = 0, number + 32082
    years = (4 * rest + 3) // 1461
    rest -= 1461 * years // 4
    months = (5 * rest + 2) // 153
    year = 100 * cycle + years - 4800 + months // 10
    return year, months + 3 - 12 * (months // 10), rest - (153 * months + 2) // 5 + 1


def month_length(year: int, month: int) -> int:
    """Days in a month, by the rule of its calendar (October 1582 counts 31)."""
    if month != 2:
        return _MONTH_DAYS[month - 1]
    return 29 if day_number(year, 2, 29) != day_number(year, 3, 1) else 28


def weekday(number: int) -> int:
    """0 for Sunday to 6 for Saturday."""
    return (number + 1) % 7


def weekday_on_or_before(day: int, number: int) -> int:
    """The last day up to `number` that is that day of the week."""
    return number - (number + 1 - day) % 7


def iso_week(number: int) -> tuple[int, int]:
    """The ISO 8601 year and week of a day: the week belongs to the year that its Thursday lies in."""
    thursday = weekday_on_or_before(1, number) + 3
    year = date_of(thursday)[0]
    return year, (thursday - day_number(year, 1, 1)) // 7 + 1


def iso_day(year: int, week: int, day: int) -> int:
    """The number of a day, given by ISO 8601 year, week and day (1 for Monday)."""
    return weekday_on_or_before(1, day_number(year, 1, 4)) + 7 * (week - 1) + day - 1


def add_months(number: int, months: int) -> int:
    """The same day some months on, or the last of that month."""
    year, month, day = date_of(number)
    year, month = year + (month - 1 + months) // 12, (month - 1 + months) % 12 + 1
    return day_number(year, month, min(day, month_length(year, month)))
