"""clock scan with a format: what each group reads, and the moment that the fields come to.

Of the fields that were read, the most telling decide the date: seconds, day number, year with month and day,
year with day of the year, ISO 8601 week, and so on down to a day of the week alone. What is left open comes
from the base; a time that is not given is midnight.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import lru_cache

from alftcl.clock.calendar import (
    DAY_SECONDS,
    DAYS,
    EPOCH,
    MONTHS,
    date_of,
    day_number,
    iso_day,
    iso_week,
    weekday_on_or_before,
)
from alftcl.clock.freeform import zone_of_word
from alftcl.clock.moments import SHORTHAND
from alftcl.clock.zones import Zone, zone
from alftcl.errors import TclError

Fields = dict[str, str]
_SPECIAL = re.compile(r"%([EO]?)(.)|([ \t\n\v\f\r]+)|(.)", re.S)
_ZONE = r"[+-][0-9]{2}:?[0-9]{2}(?::?[0-9]{2})?|[A-Za-z]{1,4}"


def _names(names: tuple[str, ...]) -> str:
    return "|".join([*names, *(name[:3] for name in names)])


_PATTERNS = {  # group: the field it fills and what it reads
    "C": ("century", r"[0-9]{2}"),
    "Y": ("year", r"[0-9]{4}"),
    "y": ("short_year", r"[0-9]{2}"),
    "m": ("month", r"[0-9]{1,2}"),
    "N": ("month", r"[0-9]{1,2}"),
    "b": ("month_name", _names(MONTHS)),
    "B": ("month_name", _names(MONTHS)),
    "h": ("month_name", _names(MONTHS)),
    "d": ("day", r"[0-9]{1,2}"),
    "e": ("day", r"[0-9]{1,2}"),
    "j": ("year_day", r"[0-9]{1,3}"),
    "J": ("day_number", r"[0-9]+"),
    "G": ("iso_year", r"[0-9]{4}"),
    "g": ("iso_short_year", r"[0-9]{2}"),
    "V": ("iso_week", r"[0-9]{1,2}"),
    "u": ("weekday", r"[0-9]"),
    "w": ("weekday", r"[0-9]"),
    "a": ("weekday_name", _names(DAYS)),
    "A": ("weekday_name", _names(DAYS)),
    "s": ("seconds", r"[+-]?[0-9]+"),
    "H": ("hour", r"[0-9]{1,2}"),
    "k": ("hour", r"[0-9]{1,2}"),
    "I": ("hour12", r"[0-9]{1,2}"),
    "l": ("hour12", r"[0-9]{1,2}"),
    "M": ("minute", r"[0-9]{1,2}"),
    "S": ("second", r"[0-9]{1,2}"),
    "p": ("half", r"am|pm"),
    "P": ("half", r"am|pm"),
    "U": ("", r"[0-9]{1,2}"),
    "W": ("", r"[0-9]{1,2}"),
    "z": ("zone", _ZONE),
    "Z": ("zone", _ZONE),
    "EE": ("era", r"b\.c\.e\.|c\.e\.|b\.c\.|a\.d\.|bce|ce"),
}
_PLAIN = {"%": "%", "n": "\\s+", "t": "\\s+"}
_SIGNED = frozenset("aAbBhpPzZ")


@lru_cache(maxsize=200)
def _compiled(text: str) -> re.Pattern[str]:
    """The regular expression of a format. The last group of a kind is the one that counts."""
    parts: list[str] = []
    filled: list[str] = []

    def add(piece: str) -> None:
        for match in _SPECIAL.finditer(piece):
            modifier, group, blank, char = match.groups()
            if blank:
                parts.append(r"\s+")
            elif char:
                parts.append(re.escape(char))
            elif group in SHORTHAND and modifier != "O":
                add(SHORTHAND[group])
            elif group in _PLAIN:
                parts.append(_PLAIN[group])
            elif (modifier + group if modifier + group in _PATTERNS else group) in _PATTERNS:
                name, pattern = _PATTERNS.get(modifier + group) or _PATTERNS[group]
                filled.append(name)
                parts.append(rf"\s*(?P<f{len(filled)}_{name}>{pattern})")
            else:
                parts.append(re.escape(match.group()))

    add(text.strip())
    return re.compile(rf"\s*{''.join(parts)}\s*", re.I | re.A)


def scan_moment(text: str, pattern: str, base: int, where: Zone) -> int:
    """The moment that a text means. Raises TclError 'input string does not match supplied format'."""
    match = _compiled(pattern).fullmatch(text)
    if match is None:
        raise TclError("input string does not match supplied format", ["CLOCK", "badInputString"])
    fields = {name.partition("_")[2]: found for name, found in match.groupdict().items() if found is not None}
    if "seconds" in fields:
        return int(fields["seconds"])
    if "zone" in fields:
        where = _zone(fields["zone"])
    today = (base + where.at(base)[0]) // DAY_SECONDS + EPOCH
    day = _day(fields, today)
    return where.utc((day - EPOCH) * DAY_SECONDS + _time(fields))


def _zone(text: str) -> Zone:
    if text[0] in "+-":
        return zone(text)
    return zone_of_word(text.lower()) or zone(text)


def _day(fields: Fields, today: int) -> int:
    number = {name: int(value) for name, value in fields.items() if value.isdigit()}
    _complete(fields, number)
    for wanted, compute in _DATES:
        if all(name in number for name in wanted):
            return compute(number, today)
    return today


def _complete(fields: Fields, number: dict[str, int]) -> None:
    """Years of two digits, names of months and days, and eras."""
    if "month_name" in fields:
        number["month"] = 1 + [name[:3].lower() for name in MONTHS].index(fields["month_name"][:3].lower())
    if "weekday_name" in fields:
        number["weekday"] = [name[:3].lower() for name in DAYS].index(fields["weekday_name"][:3].lower())
    if "weekday" in number:
        number["weekday"] = number["weekday"] or 7
    short = number.get("short_year")
    if short is not None and "year" not in number:
        number["year"] = (
            number["century"] * 100 + short if "century" in number else short + (2000 if short < 39 else 1900)
        )
    short = number.get("iso_short_year")
    if short is not None:
        number.setdefault("iso_year", short + (2000 if short < 39 else 1900))
    if fields.get("era", "").lower().startswith("b"):
        number["year"] = 1 - number.get("year", 1)


def _month_day(number: dict[str, int], today: int) -> int:
    return day_number(number.get("year", date_of(today)[0]), number["month"], number["day"])


def _year_day(number: dict[str, int], today: int) -> int:
    return day_number(number.get("year", date_of(today)[0]), 1, 1) + number["year_day"] - 1


def _week_day(number: dict[str, int], today: int) -> int:
    return iso_day(number.get("iso_year", iso_week(today)[0]), number["iso_week"], number["weekday"])


def _day_of_month(number: dict[str, int], today: int) -> int:
    year, month, _ = date_of(today)
    return day_number(year, month, number["day"])


def _weekday(number: dict[str, int], today: int) -> int:
    return weekday_on_or_before(number["weekday"] % 7, today + 6)


_DATES: tuple[tuple[tuple[str, ...], Callable[[dict[str, int], int], int]], ...] = (
    (("day_number",), lambda number, today: number["day_number"]),
    (("year", "month", "day"), _month_day),
    (("year", "year_day"), _year_day),
    (("iso_year", "iso_week", "weekday"), _week_day),
    (("month", "day"), _month_day),
    (("year_day",), _year_day),
    (("iso_week", "weekday"), _week_day),
    (("day",), _day_of_month),
    (("weekday",), _weekday),
)


def _time(fields: Fields) -> int:
    if "half" in fields and "hour12" in fields:
        hour = int(fields["hour12"]) % 12 + (12 if fields["half"].lower() == "pm" else 0)
    elif "hour" in fields:
        hour = int(fields["hour"])
    else:
        return 0
    return hour * 3600 + int(fields.get("minute", 0)) * 60 + int(fields.get("second", 0))
