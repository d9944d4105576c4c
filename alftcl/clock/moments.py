"""clock format: the fields of a moment in a zone, and the text that each group of a format makes of them."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cached_property

from alftcl.clock.calendar import DAY_SECONDS, DAYS, EPOCH, MONTHS, date_of, day_number, iso_week, weekday
from alftcl.clock.zones import Zone

STANDARD = "%a %b %d %H:%M:%S %Z %Y"
_GROUP = re.compile(r"%(?:E(?P<era>[CEXYcxy])|O(?P<other>[deHIklmMSuwy])|(?P<plain>.))", re.S)
SHORTHAND = {
    "c": "%a %b %e %H:%M:%S %Y",
    "D": "%m/%d/%Y",
    "r": "%I:%M:%S %P",
    "R": "%H:%M",
    "T": "%H:%M:%S",
    "x": "%m/%d/%Y",
    "X": "%H:%M:%S",
    "+": "%a %b %e %H:%M:%S %Z %Y",
}


class Moment:
    """A moment (seconds since 1970) as the clocks and calendars of a zone show it."""

    def __init__(self, seconds: int, zone: Zone) -> None:
        self.seconds = seconds
        self.offset, self.zone_name = zone.at(seconds)
        local = seconds + self.offset
        self.day = local // DAY_SECONDS + EPOCH
        self.second_of_day = local % DAY_SECONDS
        self.hour = self.second_of_day // 3600
        self.minute = self.second_of_day // 60 % 60
        self.second = self.second_of_day % 60
        self.year, self.month, self.month_day = date_of(self.day)

    @property
    def shown_year(self) -> int:
        """The year of its era: 1 for both 1 C.E. and 1 B.C.E."""
        return self.year if self.year > 0 else 1 - self.year

    @property
    def year_day(self) -> int:
        return self.day - day_number(self.year, 1, 1) + 1

    @cached_property
    def iso(self) -> tuple[int, int]:
        return iso_week(self.day)

    @property
    def weekday(self) -> int:
        return weekday(self.day)

    @property
    def hour12(self) -> int:
        return (self.hour + 11) % 12 + 1

    def week(self, first: int) -> int:
        """The week of the year when weeks begin on that day; before the first such day it is 0."""
        return (self.year_day - 1 + 7 - (self.weekday - first) % 7) // 7

    @property
    def offset_text(self) -> str:
        whole = abs(self.offset)
        text = f"{'-' if self.offset < 0 else '+'}{whole // 3600:02d}{whole // 60 % 60:02d}"
        return text + (f"{whole % 60:02d}" if whole % 60 else "")

    @property
    def stardate(self) -> str:
        length = day_number(self.year + 1, 1, 1) - day_number(self.year, 1, 1)
        fraction = 1000 * (self.year_day - 1) // length
        return f"Stardate {self.year - 1946:02d}{fraction:03d}.{self.second_of_day // (DAY_SECONDS // 10)}"


_GROUPS: dict[str, Callable[[Moment], str]] = {
    "%": lambda moment: "%",
    "a": lambda moment: DAYS[moment.weekday][:3],
    "A": lambda moment: DAYS[moment.weekday],
    "b": lambda moment: MONTHS[moment.month - 1][:3],
    "h": lambda moment: MONTHS[moment.month - 1][:3],
    "B": lambda moment: MONTHS[moment.month - 1],
    "C": lambda moment: f"{moment.shown_year // 100:02d}",
    "d": lambda moment: f"{moment.month_day:02d}",
    "e": lambda moment: f"{moment.month_day:2d}",
    "g": lambda moment: f"{moment.iso[0] % 100:02d}",
    "G": lambda moment: f"{moment.iso[0]:04d}",
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
    "p": lambda moment: "AM" if moment.hour < 12 else "PM",
    "P": lambda moment: "am" if moment.hour < 12 else "pm",
    "Q": lambda moment: moment.stardate,
    "s": lambda moment: str(moment.seconds),
    "S": lambda moment: f"{moment.second:02d}",
    "t": lambda moment: "\t",
    "u": lambda moment: str((moment.weekday + 6) % 7 + 1),
    "U": lambda moment: f"{moment.week(0):02d}",
    "V": lambda moment: f"{moment.iso[1]:02d}",
    "w": lambda moment: str(moment.weekday),
    "W": lambda moment: f"{moment.week(1):02d}",
    "y": lambda moment: f"{moment.shown_year % 100:02d}",
    "Y": lambda moment: f"{moment.shown_year:04d}",
    "z": lambda moment: moment.offset_text,
    "Z": lambda moment: moment.zone_name,
}


def format_moment(moment: Moment, text: str) -> str:
    """The text of a format; groups that there are not stay as they stand."""

    def shown(match: re.Match[str]) -> str:
        era, other, plain = match.group("era", "other", "plain")
        if era == "E":
            return "C.E." if moment.year > 0 else "B.C.E."
        if other:
            return _GROUPS[other](moment).strip().rjust(2, "0")
        group = era or plain
        if group in SHORTHAND:
            return format_moment(moment, SHORTHAND[group])
        make = _GROUPS.get(group)
        return match.group() if make is None else make(moment)

    return _GROUP.sub(shown, text)
