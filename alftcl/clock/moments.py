"""clock format: the fields of a moment in a zone, and the text that each group of a format makes of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property, lru_cache

from alftcl.clock.calendar import DAY_SECONDS, EPOCH, weekday
from alftcl.clock.names import Era, Names
from alftcl.clock.zones import Zone, offset_text

STANDARD = "%a %b %d %H:%M:%S %Z %Y"
_GROUP = re.compile(r"%(?:E(?P<era>[CEy])|O(?P<other>[deHIklmMSuwy])|[EO]\Z|(?P<plain>.))", re.S)


class Moment:
    """A moment (seconds since 1970) as the clocks and calendars of a zone and a locale show it."""

    def __init__(self, seconds: int, zone: Zone, names: Names) -> None:
        self.seconds = seconds
        self.names = names
        self.offset, self.zone_name = zone.at(seconds)
        local = seconds + self.offset
        self.day = local // DAY_SECONDS + EPOCH
        self.second_of_day = local % DAY_SECONDS
        self.hour = self.second_of_day // 3600
        self.minute = self.second_of_day // 60 % 60
        self.second = self.second_of_day % 60
        self.year, self.month, self.month_day = names.calendar.date_of(self.day)

    @property
    def shown_year(self) -> int:
        """The year of its era: 1 for both 1 C.E. and 1 B.C.E."""
        return self.year if self.year > 0 else 1 - self.year

    @property
    def year_day(self) -> int:
        return self.names.calendar.year_day(self.day, self.year)

    @cached_property
    def iso(self) -> tuple[int, int]:
        year, week = self.names.calendar.iso_week(self.day)
        return (year if year > 0 else 1 - year), week

    @property
    def weekday(self) -> int:
        return weekday(self.day)

    @property
    def iso_weekday(self) -> int:
        return (self.weekday + 6) % 7 + 1

    @property
    def hour12(self) -> int:
        return (self.hour + 11) % 12 + 1

    @cached_property
    def locale_era(self) -> Era | None:
        return self.names.era_at(self.seconds + self.offset)

    @property
    def era_name(self) -> str:
        return f"{self.shown_year // 100:02d}" if self.locale_era is None else self.locale_era.name

    @property
    def era_year(self) -> str:
        if self.locale_era is None:
            return _entry(self.names.numerals, self.shown_year % 100)
        year = self.shown_year - self.locale_era.before
        return self.names.numerals[year] if 0 <= year < len(self.names.numerals) else str(year)

    def week(self, first: int) -> int:
        """The week of the year when weeks begin on that day; before the first such day it is 0."""
        return (self.year_day - 1 + 7 - (self.weekday - first) % 7) // 7

    @property
    def stardate(self) -> str:
        length = 365 + (self.names.calendar.month_length(self.year, 2) == 29)
        fraction = 1000 * (self.year_day - 1) // length
        return f"Stardate {self.shown_year - 1946:02d}{fraction:03d}.{self.second_of_day // (DAY_SECONDS // 10)}"


Maker = Callable[[Moment], str]


def _upper(text: str) -> str:
    """Tcl's upper case: a character stays one character."""
    return "".join(char.upper() if len(char.upper()) == 1 else char for char in text)


def _entry(names: list[str], place: int) -> str:
    """A name, or nothing where the locale has too few."""
    return names[place] if place < len(names) else ""


_GROUPS: dict[str, Maker] = {
    "a": lambda moment: _entry(moment.names.short_days, moment.weekday),
    "A": lambda moment: _entry(moment.names.days, moment.weekday),
    "b": lambda moment: _entry(moment.names.short_months, moment.month - 1),
    "h": lambda moment: _entry(moment.names.short_months, moment.month - 1),
    "B": lambda moment: _entry(moment.names.months, moment.month - 1),
    "C": lambda moment: f"{moment.shown_year // 100:02d}",
    "d": lambda moment: f"{moment.month_day:02d}",
    "e": lambda moment: f"{moment.month_day:2d}",
    "g": lambda moment: f"{moment.iso[0] % 100:02d}",
    "G": lambda moment: f"{moment.iso[0]:02d}",
    "H": lambda moment: f"{moment.hour:02d}",
    "I": lambda moment: f"{moment.hour12:02d}",
    "j": lambda moment: f"{moment.year_day:03d}",
    "J": lambda moment: f"{moment.day:07d}",
    "k": lambda moment: f"{moment.hour:2d}",
    "l": lambda moment: f"{moment.hour12:2d}",
    "m": lambda moment: f"{moment.month:02d}",
    "M": lambda moment: f"{moment.minute:02d}",
    "n": lambda moment: "\n",
    "N": lambda moment: f"{moment.month:2d}",
    "p": lambda moment: _upper(moment.names.halves[moment.hour >= 12]),
    "P": lambda moment: moment.names.halves[moment.hour >= 12],
    "Q": lambda moment: moment.stardate,
    "s": lambda moment: str(moment.seconds),
    "S": lambda moment: f"{moment.second:02d}",
    "t": lambda moment: "\t",
    "u": lambda moment: str(moment.iso_weekday),
    "U": lambda moment: f"{moment.week(0):02d}",
    "V": lambda moment: f"{moment.iso[1]:02d}",
    "w": lambda moment: str(moment.weekday),
    "W": lambda moment: f"{moment.week(1):02d}",
    "y": lambda moment: f"{moment.shown_year % 100:02d}",
    "Y": lambda moment: f"{moment.shown_year:04d}",
    "z": lambda moment: offset_text(moment.offset),
    "Z": lambda moment: moment.zone_name,
    "%": lambda moment: "%",
}
_OF_ERA: dict[str, Maker] = {
    "C": lambda moment: moment.era_name,
    "E": lambda moment: moment.names.common_eras[moment.year > 0],
    "y": lambda moment: moment.era_year,
}
_IN_NUMERALS: dict[str, Callable[[Moment], int]] = {
    "d": lambda moment: moment.month_day,
    "e": lambda moment: moment.month_day,
    "H": lambda moment: moment.hour,
    "k": lambda moment: moment.hour,
    "I": lambda moment: moment.hour12,
    "l": lambda moment: moment.hour12,
    "m": lambda moment: moment.month,
    "M": lambda moment: moment.minute,
    "S": lambda moment: moment.second,
    "u": lambda moment: moment.iso_weekday,
    "w": lambda moment: moment.weekday,
    "y": lambda moment: moment.shown_year % 100,
}


def format_moment(moment: Moment, text: str) -> str:
    """The text of a format; groups that there are not stay as they stand."""
    return "".join([part if isinstance(part, str) else part(moment) for part in _parts(text, moment.names)])


@lru_cache(maxsize=200)
def _parts(text: str, names: Names) -> list[str | Maker]:
    text = names.spelled_out(text)
    parts: list[str | Maker] = []
    end = 0
    for match in _GROUP.finditer(text):
        parts.append(text[end : match.start()])
        parts.append(_maker(match))
        end = match.end()
    return [*parts, text[end:]]


def _maker(match: re.Match[str]) -> str | Maker:
    era, other, plain = match.group("era", "other", "plain")
    if era:
        return _OF_ERA[era]
    if other:
        number = _IN_NUMERALS[other]
        return lambda moment: _entry(moment.names.numerals, number(moment))
    return _GROUPS.get(plain, match.group()) if plain else ""
