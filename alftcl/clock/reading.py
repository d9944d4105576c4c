"""clock scan with a format: what each group reads, and the moment that the fields come to.

A group fills fields; each remembers the place of its group in the format. The fields of a date make sets (seconds;
day number; year, month and day; ...), and so do those of a time. Of the sets that are complete the first kind in the
order of the manual page decides, among several of that kind the one that ends furthest to the right. What is left
open comes from the base; a time that is not given is midnight.

Era and year of a locale's own calendar (%EC, %Ey) are read and, as in Tcl, say nothing about the date.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Any, NamedTuple, TypeVar

from alftcl.clock.calendar import DAY_SECONDS, EPOCH, Calendar, weekday_on_or_before
from alftcl.clock.freeform import zone_of_word
from alftcl.clock.names import Names
from alftcl.clock.zones import Zone, zone
from alftcl.errors import TclError
from alftcl.memory import is_limited

Fields = dict[str, int]
Rule = TypeVar("Rule")
_LAST_DAY = 5373484  # 31 December 9999
_WIDE = 1 << 63
_PIECE = re.compile(r"%(E[CEy]|O[deHIklmMSuwy]|[^EO])|(\s+)|(.)", re.S)
_ZONE = r"[+-][0-9]{2}(?::?[0-9]{2}(?::?[0-9]{2})?)?|[A-Za-z0-9]{1,4}"


class Reader(NamedTuple):
    """What a group accepts, the fields it fills, and the value that each gets of the text."""

    pattern: str
    fields: tuple[str, ...]
    read: Callable[[str], tuple[int | Zone, ...]]


# ---- groups -------------------------------------------------------------------------------------------


def _digits(pattern: str, field: str) -> Reader:
    return Reader(rf"\s*({pattern})", (field,), lambda text: (int(text),))


def _century(century: str, year: str) -> Reader:
    """Four digits, for two fields."""
    return Reader(r"\s*([0-9]{4})", (century, year), lambda text: (int(text[:2]), int(text[2:])))


_TWO = "[0-9]{1,2}"
_PLAIN = {
    "C": _digits(_TWO, "century"),
    "Y": _century("century", "year"),
    "y": _digits(_TWO, "year"),
    "m": _digits(_TWO, "month"),
    "N": _digits(_TWO, "month"),
    "d": _digits(_TWO, "day"),
    "e": _digits(_TWO, "day"),
    "j": _digits("[0-9]{1,3}", "year_day"),
    "J": _digits("[0-9]+", "day_number"),
    "G": _century("iso_century", "iso_year"),
    "g": _digits("[0-9]{2}", "iso_year"),
    "V": _digits(_TWO, "iso_week"),
    "u": _digits("[0-9]", "weekday"),
    "w": _digits("[0-9]", "weekday"),
    "s": _digits("[+-]?[0-9]+", "seconds"),
    "H": _digits(_TWO, "hour"),
    "k": _digits(_TWO, "hour"),
    "I": _digits(_TWO, "hour12"),
    "l": _digits(_TWO, "hour12"),
    "M": _digits(_TWO, "minute"),
    "S": _digits(_TWO, "second"),
    "U": _digits(_TWO, "unused"),
    "W": _digits(_TWO, "unused"),
    "z": Reader(rf"\s*({_ZONE})", ("zone",), lambda text: (_zone(text),)),
    "Z": Reader(rf"\s*({_ZONE})", ("zone",), lambda text: (_zone(text),)),
}
_NUMERAL_FIELDS = {
    "d": "day",
    "e": "day",
    "H": "hour",
    "k": "hour",
    "I": "hour12",
    "l": "hour12",
    "m": "month",
    "M": "minute",
    "S": "second",
    "u": "weekday",
    "w": "weekday",
    "y": "year",
}
_LITERAL = {"%": "%", "n": "\\n", "t": "\\t"}


def _named(field: str, names: Iterable[tuple[str, int]]) -> Reader:
    """The names, and each beginning that only one of them has."""
    full = {name.lower(): value for name, value in reversed(list(names))}
    known = dict(full)
    begun: dict[str, set[str]] = {}
    for name in full:
        for length in range(1, len(name)):
            begun.setdefault(name[:length], set()).add(name)
    known |= {start: full[min(found)] for start, found in begun.items() if len(found) == 1 and start not in full}
    words = sorted(known, key=len, reverse=True)
    return Reader(rf"\s*({'|'.join(map(re.escape, words))})", (field,), lambda text: (known.get(text.lower(), 0),))


def _numeral(field: str, names: Names) -> Reader:
    values = {numeral: value for value, numeral in reversed(list(enumerate(names.numerals)))}

    def read(text: str) -> tuple[int]:
        if text not in values:
            raise TclError(f'key "{text}" not known in dictionary', ["TCL", "LOOKUP", "DICT", text])
        return (values[text],)

    words = sorted(values, key=len, reverse=True)
    return Reader(rf"\s*({'|'.join(map(re.escape, words))})", (field,), read)


def _reader(group: str, names: Names) -> Reader | None:
    if group in ("a", "A"):
        days = [*enumerate(names.days), *enumerate(names.short_days)]
        return _named("weekday", ((name, place) for place, name in days))
    if group in ("b", "B", "h"):
        months = [*enumerate(names.months, 1), *enumerate(names.short_months, 1)]
        return _named("month", ((name, place) for place, name in months))
    if group in ("p", "P"):
        return _named("half", ((name, place) for place, name in enumerate(names.halves)))
    if group == "EE":
        before, common = names.common_eras
        eras = ((before, 0), (common, 1), ("b.c.e.", 0), ("b.c.", 0), ("c.e.", 1), ("a.d.", 1))
        return _named("era", eras)
    if group == "EC":
        return _named("unused", ((era.name, 0) for era in names.eras))
    if group == "Ey":
        return _numeral("unused", names)._replace(read=lambda text: (0,))
    return _numeral(_NUMERAL_FIELDS[group[1]], names) if group[0] == "O" else _PLAIN.get(group)


_MOST_FIELDS = 12
"""Under limits: the ways to share a text's digits among many fields are too many to try."""


class _Format:
    """A format: a regular expression whose groups are read in turn, and the rules that their fields meet."""

    def __init__(self, text: str, names: Names) -> None:
        self.readers: list[Reader] = []
        parts = [self._part(match, names) for match in _PIECE.finditer(names.spelled_out(text))]
        if len(self.readers) > _MOST_FIELDS and is_limited():
            raise TclError("input string does not match supplied format", ["CLOCK", "badInputString"])
        self.pattern = re.compile(rf"\s*{''.join(parts)}\s*", re.I)
        places = {field: place for place, reader in enumerate(self.readers) for field in reader.fields}
        self.date = _choose(_DATES, places)
        self.time = _choose(_TIMES, places)

    def _part(self, piece: re.Match[str], names: Names) -> str:
        group, blank, char = piece.groups()
        if group is None:
            return r"\s+" if blank else re.escape(char)
        if group in _LITERAL:
            return _LITERAL[group]
        reader = _reader(group, names)
        if reader is None:
            return "(?!)" if group.isspace() else re.escape(piece.group())  # nothing is read as a percent and a blank
        self.readers.append(reader)
        return reader.pattern

    def read(self, text: str) -> tuple[Fields, Zone | None]:
        """The fields, and the time zone that the text names."""
        match = self.pattern.fullmatch(text)
        if match is None:
            raise TclError("input string does not match supplied format", ["CLOCK", "badInputString"])
        found: dict[str, Any] = {}
        for reader, part in zip(self.readers, match.groups(), strict=True):
            found.update(zip(reader.fields, reader.read(part), strict=True))
        return found, found.pop("zone", None)


_format = lru_cache(maxsize=200)(_Format)


# ---- dates --------------------------------------------------------------------------------------------


class _Date(NamedTuple):
    fields: Fields
    today: int
    calendar: Calendar


def _year(date: _Date) -> int:
    """The year that the fields tell, else that of today."""
    fields = date.fields
    if "year" not in fields:
        return date.calendar.date_of(date.today)[0]
    return _full(fields.get("century"), fields["year"])


def _full(century: int | None, year: int) -> int:
    if century is None:
        century = 20 if year < 38 else 19
    return century * 100 + year


def _month_day(date: _Date) -> int:
    return date.calendar.day_number(_year(date), date.fields["month"], date.fields["day"])


def _era_month_day(date: _Date) -> int:
    year = _year(date)
    return date.calendar.day_number(year if date.fields["era"] else 1 - year, date.fields["month"], date.fields["day"])


def _this_month_day(date: _Date) -> int:
    year = date.calendar.date_of(date.today)[0]
    return date.calendar.day_number(year, date.fields["month"], date.fields["day"])


def _year_day(date: _Date) -> int:
    return date.calendar.day_number(_year(date), 1, date.fields["year_day"])


def _era_year_day(date: _Date) -> int:
    year = _year(date)
    return date.calendar.day_number(year if date.fields["era"] else 1 - year, 1, date.fields["year_day"])


def _this_year_day(date: _Date) -> int:
    return date.calendar.day_number(date.calendar.date_of(date.today)[0], 1, date.fields["year_day"])


def _weekday(date: _Date) -> int:
    """From 1 for Monday to 7."""
    return date.fields["weekday"] or 7


def _iso_day(date: _Date) -> int:
    year = _full(date.fields.get("iso_century"), date.fields["iso_year"])
    return date.calendar.iso_day(year, date.fields["iso_week"], _weekday(date))


def _this_iso_day(date: _Date) -> int:
    year = date.calendar.iso_week(date.today)[0]
    return date.calendar.iso_day(year, date.fields["iso_week"], _weekday(date))


def _day_of_month(date: _Date) -> int:
    year, month, _ = date.calendar.date_of(date.today)
    return date.calendar.day_number(year, month, date.fields["day"])


def _day_of_week(date: _Date) -> int:
    return weekday_on_or_before(1, date.today) + _weekday(date) - 1


_DATES: tuple[tuple[int, tuple[str, ...], Callable[[_Date], int]], ...] = (
    (1, ("day_number",), lambda date: date.fields["day_number"]),
    (2, ("era", "century", "year", "month", "day"), _era_month_day),
    (2, ("era", "century", "year", "year_day"), _era_year_day),
    (2, ("century", "year", "month", "day"), _month_day),
    (2, ("century", "year", "year_day"), _year_day),
    (2, ("iso_century", "iso_year", "iso_week", "weekday"), _iso_day),
    (3, ("year", "month", "day"), _month_day),
    (3, ("year", "year_day"), _year_day),
    (3, ("iso_year", "iso_week", "weekday"), _iso_day),
    (4, ("month", "day"), _this_month_day),
    (4, ("year_day",), _this_year_day),
    (4, ("iso_week", "weekday"), _this_iso_day),
    (5, ("day",), _day_of_month),
    (6, ("weekday",), _day_of_week),
)


# ---- times --------------------------------------------------------------------------------------------


def _hour(fields: Fields) -> int:
    return fields["hour"] * 3600


def _minute(fields: Fields) -> int:
    return fields["minute"] * 60


def _hour12(fields: Fields) -> int:
    hour = 0 if fields["hour12"] == 12 else fields["hour12"]
    return (hour + 12 * fields["half"]) * 3600


_TIMES: tuple[tuple[int, tuple[str, ...], Callable[[Fields], int]], ...] = (
    (1, ("hour12", "half", "minute", "second"), lambda fields: _hour12(fields) + _minute(fields) + fields["second"]),
    (1, ("hour", "minute", "second"), lambda fields: _hour(fields) + _minute(fields) + fields["second"]),
    (2, ("hour12", "half", "minute"), lambda fields: _hour12(fields) + _minute(fields)),
    (2, ("hour", "minute"), lambda fields: _hour(fields) + _minute(fields)),
    (3, ("hour12", "half"), _hour12),
    (3, ("hour",), _hour),
)


# ---- the moment ---------------------------------------------------------------------------------------


def scan_moment(text: str, pattern: str, base: int, find_zone: Callable[[], Zone], names: Names) -> int:
    """The moment that a text means; a zone is looked for only when the text leaves it open.

    Raises TclError 'input string does not match supplied format'.
    """
    form = _format(pattern, names)
    fields, named = form.read(text)
    if fields.get("weekday", 0) > 7:
        raise TclError("day of week is greater than 7", ["CLOCK", "badDayOfWeek"])
    if "seconds" in fields:
        if not -_WIDE <= fields["seconds"] < _WIDE:
            raise TclError("integer value too large to represent", ["CLOCK", "integervalueTooLarge"])
        return fields["seconds"]
    where = find_zone() if named is None else named
    today = (base + where.at(base)[0]) // DAY_SECONDS + EPOCH
    day = today if form.date is None else form.date(_Date(fields, today, names.calendar))
    if day > _LAST_DAY:
        raise TclError("requested date too large to represent", ["CLOCK", "dateTooLarge"])
    second = 0 if form.time is None else form.time(fields)
    return where.utc((day - EPOCH) * DAY_SECONDS + second)


def _choose(rules: Iterable[tuple[int, tuple[str, ...], Rule]], places: Fields) -> Rule | None:
    """The rule for a format whose groups fill these fields, each last at that place."""
    complete = [
        (-kind, sorted((places[field] for field in wanted), reverse=True), rule)
        for kind, wanted, rule in rules
        if all(field in places for field in wanted)
    ]
    return max(complete, key=lambda found: found[:2])[2] if complete else None


def _zone(text: str) -> Zone:
    """An offset, or one of the abbreviations that are known in texts."""
    if text[0] in "+-":
        return zone(text)
    word = text.lower()
    known = zone_of_word(word)
    if known is None:
        raise TclError(f'time zone "{word}" not found', ["CLOCK", "badTZName", word])
    return known
