"""Days: their number since the beginning of the Julian period, and year, month, day and week of such a number.

A calendar is Julian up to the day on which its country changed it, and Gregorian from then on: 15 October 1582 in
Rome and, for clock(n), wherever the locale says nothing else. Years are counted astronomically here: 0 is 1 B.C.E.
"""

from __future__ import annotations

DAY_SECONDS = 86400
EPOCH = 2440588  # the day of 1 January 1970
_MONTH_DAYS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


class Calendar:
    """`change` is the number of its first Gregorian day."""

    def __init__(self, change: int) -> None:
        self.change = change

    def day_number(self, year: int, month: int, day: int) -> int:
        """The number of a day; months and days beyond their range carry over."""
        number = _gregorian(year, month, day)
        return number if number >= self.change else _julian(year, month, day)

    def date_of(self, number: int) -> tuple[int, int, int]:
        """Year, month and day of a day's number."""
        if number >= self.change:
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

    def year_day(self, number: int, year: int) -> int:
        """The place of a day in its year (1 for 1 January), by the calendar of that day alone."""
        new_year = _gregorian(year, 1, 1) if number >= self.change else _julian(year, 1, 1)
        return number - new_year + 1

    def month_length(self, year: int, month: int) -> int:
        """Days in a month, by the rule of its calendar (the month of the change counts in full)."""
        if month != 2:
            return _MONTH_DAYS[month - 1]
        return 29 if self.day_number(year, 2, 29) != self.day_number(year, 3, 1) else 28

    def iso_week(self, number: int) -> tuple[int, int]:
        """The ISO 8601 year and week of a day: the week belongs to the year that its Thursday lies in."""
        thursday = weekday_on_or_before(1, number) + 3
        year = self.date_of(thursday)[0]
        return year, (thursday - self.day_number(year, 1, 1)) // 7 + 1

    def iso_day(self, year: int, week: int, day: int) -> int:
        """The number of a day, given by ISO 8601 year, week and day (1 for Monday)."""
        return weekday_on_or_before(1, self.day_number(year, 1, 4)) + 7 * (week - 1) + day - 1

    def add_months(self, number: int, months: int) -> int:
        """The same day some months on, or the last of that month."""
        year, month, day = self.date_of(number)
        year, month = year + (month - 1 + months) // 12, (month - 1 + months) % 12 + 1
        return self.day_number(year, month, min(day, self.month_length(year, month)))


ROMAN = Calendar(2299161)  # 15 October 1582


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


def weekday(number: int) -> int:
    """0 for Sunday to 6 for Saturday."""
    return (number + 1) % 7


def weekday_on_or_before(day: int, number: int) -> int:
    """The last day up to `number` that is that day of the week."""
    return number - (number + 1 - day) % 7
