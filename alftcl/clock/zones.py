"""Time zones as clock(n) names them.

:America/New_York    the system's zone files (zoneinfo); the colon may be left out
+0530  -05:30        an offset, east of Greenwich positive
EST5EDT,M3.2.0,...   POSIX: an offset west of Greenwich, and rules for summer time
:localtime           TCL_TZ, TZ, or what the machine is set to
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from alftcl.clock.calendar import DAY_SECONDS, EPOCH, date_of, day_number, month_length, weekday
from alftcl.errors import TclError

Offset = tuple[int, str]  # seconds east of Greenwich, abbreviation
_FIRST = -62135596800 + DAY_SECONDS  # what datetime can tell
_LAST = 4102444799  # the end of 2099: Tcl's tables of summer times end there
_SUMMERS = -1704153600  # the beginning of 1916, where its summer times of POSIX rules begin
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NUMERIC = re.compile(r"([+-])([0-9]{2}):?([0-9]{2})?(?::?([0-9]{2}))?")
_NAME = r"(?:[A-Za-z]{3,}|<[A-Za-z0-9+-]+>)"
_SHIFT = r"[+-]?[0-9]{1,2}(?::[0-9]{2}){0,2}"
_RULE = rf"M[0-9]+\.[0-9]\.[0-9](?:/{_SHIFT})?"
_POSIX = re.compile(rf"({_NAME})({_SHIFT})(?:({_NAME})({_SHIFT})?(?:,({_RULE}),({_RULE}))?)?")


class Zone:
    """A time zone: `at(seconds)` is its offset and abbreviation at a moment."""

    def __init__(self, at: Callable[[int], Offset]) -> None:
        self.at = at

    def utc(self, local: int) -> int:
        """The moment at which its clocks show `local` (seconds as if of Greenwich).

        Where they show it twice or never, the choice is Tcl's: it begins with the offset of the moment that
        `local` would be at Greenwich and goes on from there until an offset comes up again.
        """
        tried: list[int] = []
        offset = self.at(local)[0]
        while offset not in tried:
            tried.append(offset)
            offset = self.at(local - offset)[0]
        return local - offset


def fixed(offset: int, name: str) -> Zone:
    return Zone(lambda moment: (offset, name))


GREENWICH = fixed(0, "GMT")


def zone(name: str) -> Zone:
    """The zone of that name; "" and :localtime are the machine's. Raises TclError when there is none."""
    if name in ("", ":localtime"):
        return _local(os.environ.get("TCL_TZ") or os.environ.get("TZ") or "")
    return _named(name)


@lru_cache(maxsize=100)
def _local(setting: str) -> Zone:
    if setting and setting != ":localtime":
        return _named(setting)
    here = Path("/etc/localtime")
    if here.is_file():
        with here.open("rb") as file:
            return _from_file(ZoneInfo.from_file(file))
    return fixed(0, "UTC")


@lru_cache(maxsize=100)
def _named(name: str) -> Zone:
    match = _NUMERIC.fullmatch(name)
    if match:
        hours, minutes, seconds = (int(part or 0) for part in match.groups()[1:])
        offset = hours * 3600 + minutes * 60 + seconds
        return fixed(-offset if match.group(1) == "-" else offset, name)
    match = _POSIX.fullmatch(name)
    if match:
        return _posix(match)
    try:
        return _from_file(ZoneInfo(name.removeprefix(":")))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise TclError(f'time zone "{name}" not found', ["CLOCK", "badTimeZone", name]) from None


def _from_file(info: ZoneInfo) -> Zone:
    def at(moment: int) -> Offset:
        there = (_EPOCH + timedelta(seconds=min(max(moment, _FIRST), _LAST))).astimezone(info)
        offset = there.utcoffset() or timedelta()
        return int(offset.total_seconds()), there.tzname() or ""

    return Zone(at)


# ---- POSIX --------------------------------------------------------------------------------------------


def _seconds(text: str) -> int:
    sign = -1 if text.startswith("-") else 1
    parts = [int(part) for part in text.lstrip("+-").split(":")] + [0, 0]
    return sign * (parts[0] * 3600 + parts[1] * 60 + parts[2])


def _posix(match: re.Match[str]) -> Zone:
    standard, west, summer, summer_west, begins, ends = match.groups()
    offset = -_seconds(west)
    name = standard.strip("<>")
    if summer is None:
        return fixed(offset, name)
    summer_offset = -_seconds(summer_west) if summer_west else offset + 3600
    starts, stops = (begins, ends) if begins and ends else _usual_rules(offset)

    def at(moment: int) -> Offset:
        moment = min(moment, _LAST)
        if moment < _SUMMERS:
            return offset, name
        year = date_of((moment + offset) // DAY_SECONDS + EPOCH)[0]
        start = _change(year, starts) - offset
        stop = _change(year, stops) - summer_offset
        inside = start <= moment < stop if start < stop else not stop <= moment < start
        return (summer_offset, summer.strip("<>")) if inside else (offset, name)

    return Zone(at)


def _usual_rules(offset: int) -> tuple[str, str]:
    """When summer time begins and ends where nothing says so: as in Europe east of Greenwich, else as in the USA."""
    if offset < 0:
        return "M3.2.0", "M11.1.0"
    hours = offset // 3600
    return f"M3.5.0/{hours + 1}", f"M10.5.0/{hours + 2}"


def _change(year: int, rule: str) -> int:
    """When a rule Mm.w.d/time changes the clocks in a year, as they show it."""
    day, _, at = rule.partition("/")
    month, week, wanted = (int(part) for part in day[1:].split("."))
    first = day_number(year, month, 1)
    number = first + (wanted - weekday(first)) % 7 + 7 * (week - 1)
    while number >= first + month_length(year, month):
        number -= 7
    return (number - EPOCH) * DAY_SECONDS + (_seconds(at) if at else 7200)
