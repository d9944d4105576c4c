"""clock scan without a format: dates and times as people write them.

    text    13 Feb 2009 11:31 pm EST, 2009-02-13T23:31:30, 02/13/09, next monday, 3 days ago, +1 week, now
    items   time, zone, date, ISO 8601 point, day of the week, month, and any number of relative ones

The items may come in any order; each but the relative ones may come once. The manual calls this scan
deprecated, because 1/2/3 means different days to different readers; scripts of the nineties live from it.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from alftcl.clock.calendar import (
    DAY_SECONDS,
    EPOCH,
    ROMAN,
    weekday_on_or_before,
)
from alftcl.clock.names import ROOT
from alftcl.clock.zones import Zone, fixed
from alftcl.errors import TclError

_ZONES = {  # hours east of Greenwich; a summer name stands for an hour more
    "gmt": 0.0,
    "ut": 0.0,
    "utc": 0.0,
    "uct": 0.0,
    "wet": 0.0,
    "bst": 1.0,
    "wat": -1.0,
    "at": -2.0,
    "nft": -3.5,
    "nst": -3.5,
    "ndt": -2.5,
    "ast": -4.0,
    "adt": -3.0,
    "est": -5.0,
    "edt": -4.0,
    "cst": -6.0,
    "cdt": -5.0,
    "mst": -7.0,
    "mdt": -6.0,
    "pst": -8.0,
    "pdt": -7.0,
    "yst": -9.0,
    "ydt": -8.0,
    "akst": -9.0,
    "akdt": -8.0,
    "hst": -10.0,
    "hdt": -9.0,
    "cat": -10.0,
    "ahst": -10.0,
    "nt": -11.0,
    "idlw": -12.0,
    "cet": 1.0,
    "cest": 2.0,
    "met": 1.0,
    "mewt": 1.0,
    "mest": 2.0,
    "swt": 1.0,
    "sst": 2.0,
    "eet": 2.0,
    "eest": 3.0,
    "bt": 3.0,
    "it": 3.5,
    "zp4": 4.0,
    "zp5": 5.0,
    "ist": 5.5,
    "zp6": 6.0,
    "wast": 7.0,
    "wadt": 8.0,
    "jt": 7.5,
    "cct": 8.0,
    "jst": 9.0,
    "jdt": 10.0,
    "cast": 9.5,
    "cadt": 10.5,
    "east": 10.0,
    "eadt": 11.0,
    "gst": 10.0,
    "nzt": 12.0,
    "nzst": 12.0,
    "nzdt": 13.0,
    "idle": 12.0,
    "z": 0.0,
    **{letter: float(place) for place, letter in enumerate("abcdefghi", 1)},
    **{letter: float(place) for place, letter in enumerate("klm", 10)},
    **{letter: -float(place) for place, letter in enumerate("nopqrstuvwxy", 1)},
}
_UNITS = {
    "year": (12, 0, 0),
    "month": (1, 0, 0),
    "fortnight": (0, 14, 0),
    "week": (0, 7, 0),
    "day": (0, 1, 0),
    "hour": (0, 0, 3600),
    "minute": (0, 0, 60),
    "min": (0, 0, 60),
    "second": (0, 0, 1),
    "sec": (0, 0, 1),
}
_SHIFTS = {"tomorrow": (0, 1, 0), "yesterday": (0, -1, 0), "today": (0, 0, 0), "now": (0, 0, 0)}
_MONTHS = {name[:length].lower(): place for place, name in enumerate(ROOT.months, 1) for length in (3, len(name))}
_MONTHS |= {"sept": 9}
_DAYS = {name[:length].lower(): place for place, name in enumerate(ROOT.days) for length in (3, len(name))}
_DAYS |= {"tues": 2, "wednes": 3, "thur": 4, "thurs": 4}
_ORDINALS = {"next": 1, "last": -1}

_TOKEN = re.compile(r"\s*(?:\([^)]*\)\s*)?(?:([0-9]+)|([A-Za-z][A-Za-z.]*)|(\S))", re.S)
Token = tuple[str, str, int, int]  # kind (N number, W word, or the character itself), text, start, end
_PM = {"am": 0, "a.m.": 0, "pm": 12, "p.m.": 12}


def zone_of_word(word: str) -> Zone | None:
    """The zone of an abbreviation, est or z."""
    hours = _ZONES.get(word)
    return None if hours is None else fixed(int(hours * 3600), word)


class _Parser:
    """The items of a text. Each `_item` method reads at `place` and says whether it did."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.tokens: list[Token] = []
        for match in _TOKEN.finditer(text):
            number, word, char = match.groups()
            kind = "N" if number else "W" if word else char
            self.tokens.append((kind, (number or word or char).lower(), match.start(match.lastindex or 0), match.end()))
        self.place = 0
        self.date: tuple[int | None, int, int] | None = None
        self.time: int | None = None
        self.zone: Zone | None = None
        self.weekday: tuple[int, int] | None = None
        self.month: tuple[int, int] | None = None
        self.shift: list[int] | None = None

    def parse(self) -> None:
        """Read everything. Raises TclError 'unable to convert date-time string ...'."""
        items: tuple[Callable[[], bool], ...] = (
            *(self._point, self._dashed_date, self._clock_time, self._hour, self._slashed_date),
            *(self._named_date, self._relative, self._day_name, self._next_month, self._zone_item, self._bare_number),
        )
        while self.place < len(self.tokens):
            start = self.place
            if not any(item() for item in items):
                _, _text, first, end = self.tokens[start]
                raise self._fault(f"syntax error (characters {first}-{end - 1})")

    def _fault(self, reason: str) -> TclError:
        return TclError(f'unable to convert date-time string "{self.text}": {reason}')

    # -- reading

    def _kinds(self) -> str:
        """The kinds of the tokens from here on, a character for each."""
        return "".join(kind for kind, *_ in self.tokens[self.place : self.place + 8])

    def _text(self, ahead: int = 0) -> str:
        place = self.place + ahead
        return self.tokens[place][1] if place < len(self.tokens) else ""

    def _number(self, ahead: int = 0) -> int:
        return int(self._text(ahead))

    def _take(self, count: int) -> bool:
        self.place += count
        return True

    def _set_date(self, year: int | None, month: int, day: int, count: int) -> bool:
        if self.date is not None:
            raise self._fault("more than one date in string")
        self.date = (_full_year(year), month, day)
        return self._take(count)

    def _set_time(self, hour: int, minute: int, second: int, count: int) -> bool:
        if self.time is not None:
            raise self._fault("more than one time of day in string")
        self.place += count
        half = _PM.get(self._text())
        if half is not None:
            self.place += 1
            self.time = -1 if not 1 <= hour <= 12 else (hour % 12 + half) * 3600 + minute * 60 + second
        else:
            self.time = hour * 3600 + minute * 60 + second
        if minute > 59 or second > 59 or hour > 23:
            self.time = -1
        return True

    # -- items

    def _point(self) -> bool:
        """20090213T233130, 20090213 233130, 2009-02-13T23:31:30, 20090213T23:31:30"""
        kinds = self._kinds()
        if kinds.startswith("N-N-NWN:N:N") is False and not re.match(r"NWN|NN", kinds):
            return self._dashed_point()
        if len(self._text()) != 8:
            return False
        tee = kinds[1] == "W"
        if tee and self._text(1) != "t":
            return False
        digits = self._text(1 + tee)
        if kinds[1 + tee :].startswith("N:N:N"):
            self._set_digits_date()
            return self._set_time(self._number(tee), self._number(2 + tee), self._number(4 + tee), 5 + tee)
        if len(digits) != 6:
            return False
        self._set_digits_date()
        return self._set_time(int(digits[:2]), int(digits[2:4]), int(digits[4:]), 1 + tee)

    def _set_digits_date(self) -> None:
        digits = self._text()
        self._set_date(int(digits[:4]), int(digits[4:6]), int(digits[6:]), 1)

    def _dashed_point(self) -> bool:
        kinds = "".join(kind for kind, *_ in self.tokens[self.place : self.place + 11])
        if not kinds.startswith("N-N-NWN:N:N") or self._text(5) != "t":
            return False
        self._set_date(self._number(), self._number(2), self._number(4), 6)
        return self._set_time(self._number(), self._number(2), self._number(4), 5)

    def _dashed_date(self) -> bool:
        """2009-02-13, 13-Feb-2009"""
        kinds = self._kinds()
        if kinds.startswith("N-N-N"):
            return self._set_date(self._number(), self._number(2), self._number(4), 5)
        if kinds.startswith("N-W-N") and self._text(2) in _MONTHS:
            return self._set_date(self._number(4), _MONTHS[self._text(2)], self._number(), 5)
        return False

    def _clock_time(self) -> bool:
        """23:31, 23:31:30, 11:31 pm"""
        kinds = self._kinds()
        if kinds.startswith("N:N:N"):
            return self._set_time(self._number(), self._number(2), self._number(4), 5)
        if kinds.startswith("N:N"):
            return self._set_time(self._number(), self._number(2), 0, 3)
        return False

    def _hour(self) -> bool:
        """10 pm"""
        if self._kinds().startswith("NW") and self._text(1) in _PM:
            return self._set_time(self._number(), 0, 0, 1)
        return False

    def _slashed_date(self) -> bool:
        """02/13, 02/13/2009"""
        kinds = self._kinds()
        if kinds.startswith("N/N/N"):
            return self._set_date(self._number(4), self._number(), self._number(2), 5)
        if kinds.startswith("N/N"):
            return self._set_date(None, self._number(), self._number(2), 3)
        return False

    def _named_date(self) -> bool:
        """Feb 13, Feb 13, 2009, 13 Feb, 13 Feb 2009"""
        kinds = self._kinds()
        if kinds.startswith("WN") and self._text() in _MONTHS:
            month, day = _MONTHS[self._text()], self._number(1)
            if kinds.startswith("WN,N"):
                return self._set_date(self._number(3), month, day, 4)
            return self._set_date(None, month, day, 2)
        if kinds.startswith("NW") and self._text(1) in _MONTHS:
            month, day = _MONTHS[self._text(1)], self._number()
            if kinds.startswith("NWN") and not kinds.startswith("NWN:"):
                return self._set_date(self._number(2), month, day, 3)
            return self._set_date(None, month, day, 2)
        if self._text() == "epoch":
            return self._set_date(1970, 1, 1, 1)
        return False

    def _relative(self) -> bool:
        """3 days ago, +1 week, next month, yesterday"""
        shift = _SHIFTS.get(self._text())
        count, used = 1, 1
        if shift is None:
            shift, count, used = self._counted_unit()
        if shift is None:
            return False
        self.place += used
        if self._text() == "ago":
            self.place += 1
            count = -count
        self.shift = [old + count * new for old, new in zip(self.shift or (0, 0, 0), shift, strict=True)]
        return True

    def _counted_unit(self) -> tuple[tuple[int, int, int] | None, int, int]:
        """A unit with what counts it: its months, days and seconds; the count; the tokens."""
        kinds = self._kinds()
        if re.match(r"[+-]NW", kinds):
            count = -self._number(1) if kinds[0] == "-" else self._number(1)
            return _unit(self._text(2)), count, 3
        if kinds.startswith("NW"):
            return _unit(self._text(1)), self._number(), 2
        ordinal = _ORDINALS.get(self._text())
        if ordinal is not None:
            if kinds.startswith("WNW"):
                return _unit(self._text(2)), self._number(1) * ordinal, 3
            return _unit(self._text(1)), ordinal, 2
        return _unit(self._text()), 1, 1

    def _day_name(self) -> bool:
        """monday, next monday, 2 monday"""
        kinds = self._kinds()
        ordinal, used = 1, 0
        if self._text() in _ORDINALS:
            ordinal, used = 2 if self._text() == "next" else -1, 1
        elif kinds.startswith("NW"):
            ordinal, used = self._number(), 1
        elif re.match(r"[+-]NW", kinds):
            ordinal, used = (-1 if kinds[0] == "-" else 1) * self._number(1), 2
        day = _DAYS.get(self._text(used))
        if day is None:
            return False
        if self.weekday is not None:
            raise self._fault("more than one weekday in string")
        self.weekday = (ordinal, day)
        self.place += used + 1
        if used == 0 and self._text() == ",":
            self.place += 1
        return True

    def _next_month(self) -> bool:
        """next June, next 2 June"""
        if self._text() != "next":
            return False
        used = 2 if self._kinds().startswith("WNW") else 1
        month = _MONTHS.get(self._text(used))
        if month is None:
            return False
        if self.month is not None:
            raise self._fault("more than one ordinal month in string")
        self.month = (self._number(1) if used == 2 else 1, month)
        return self._take(used + 1)

    def _zone_item(self) -> bool:
        """EST, EST DST, +0100"""
        kinds = self._kinds()
        found: Zone | None = None
        used = 1
        if re.match(r"[+-]N", kinds):
            digits = self._number(1)
            minutes = digits // 100 * 60 + digits % 100
            found, used = fixed(60 * (minutes if kinds[0] == "+" else -minutes), "zone"), 2
        elif self._text() in _ZONES:
            hours = _ZONES[self._text()]
            if self._text(1) == "dst":
                hours, used = hours + 1, 2
            found = fixed(int(hours * 3600), self._text())
        if found is None:
            return False
        if self.zone is not None:
            raise self._fault("more than one time zone in string")
        self.zone = found
        return self._take(used)

    def _bare_number(self) -> bool:
        """20090213; 2009 behind a date; 1230 as a time"""
        if not self._kinds().startswith("N"):
            return False
        text = self._text()
        if self.time is not None and self.date is not None and self.shift is None:
            self.date = (_full_year(int(text)), *self.date[1:])
            return self._take(1)
        if len(text) == 8:
            return self._set_date(int(text[:4]), int(text[4:6]), int(text[6:]), 1)
        if len(text) <= 2:
            return self._set_time(int(text), 0, 0, 1)
        return self._set_time(int(text) // 100, int(text) % 100, 0, 1)


def _unit(word: str) -> tuple[int, int, int] | None:
    return _UNITS.get(word) or _UNITS.get(word.removesuffix("s"))


def _full_year(year: int | None) -> int | None:
    if year is None or year >= 100:
        return year
    return year + (1900 if year >= 39 else 2000)


def scan_freely(text: str, base: int, where: Zone) -> int:
    """The moment that a text means, seen from `base`. Raises TclError."""
    parser = _Parser(text)
    parser.parse()
    local = base + where.at(base)[0]
    day, second = local // DAY_SECONDS + EPOCH, local % DAY_SECONDS
    if parser.date is not None:
        year, month, month_day = parser.date
        day = ROMAN.day_number(ROMAN.date_of(day)[0] if year is None else year, month, month_day)
    months, days, seconds = parser.shift or (0, 0, 0)
    if parser.time is not None:
        second = parser.time
    elif parser.date or parser.weekday or parser.month or months or days:
        second = 0
    zone = parser.zone or where
    day = ROMAN.add_months(day, months) + days if months else day + days
    if seconds:
        moment = zone.utc((day - EPOCH) * DAY_SECONDS + second) + seconds
        local = moment + zone.at(moment)[0]
        day, second = local // DAY_SECONDS + EPOCH, local % DAY_SECONDS
    month = ROMAN.date_of(day)[1]
    if parser.weekday is not None and parser.date is None:
        ordinal, wanted = parser.weekday
        day = weekday_on_or_before(wanted, day + 6) + 7 * ordinal - (7 if ordinal > 0 else 0)
        second = parser.time or 0
    if parser.month is not None:
        day = ROMAN.add_months(day, _months_until(month, *parser.month))
    return zone.utc((day - EPOCH) * DAY_SECONDS + second)


def _months_until(month: int, count: int, wanted: int) -> int:
    """From a month to the `count`th such month after it."""
    return (wanted - month - 1) % 12 + 1 + 12 * (count - 1)
