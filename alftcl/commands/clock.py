"""clock(n): the time of day, dates as text, and moments a month from now. The rules are in alftcl/clock.

Where an interpreter's `now` is set, that is the time it is: a job script that is read again must read the same.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from alftcl.errors import TclError
from alftcl.msgcat.commands import catalogue
from alftcl.table import choose, subcommand, wrong_args
from alftcl.values import Value, as_bool, as_number, to_bool, to_int, to_str, to_wide

if TYPE_CHECKING:
    from alftcl.clock.calendar import Calendar
    from alftcl.clock.names import Names
    from alftcl.clock.zones import Zone
    from alftcl.interp import Interp

_FORMAT_USAGE = "clockval ?-format string? ?-gmt boolean? ?-locale LOCALE? ?-timezone ZONE?"
_SCAN_USAGE = "string ?-base seconds? ?-format string? ?-gmt boolean? ?-locale LOCALE? ?-timezone ZONE?"
_ADD_USAGE = "clockval ?number units?... ?-gmt boolean? ?-locale LOCALE? ?-timezone ZONE?"
_LONG_UNITS = ("years", "year", "months", "month", "weeks", "week", "days", "day")
_OF_FORMAT = ("-format", "-gmt", "-locale", "-timezone")
_LARGEST_COUNT = (1 << 32) - 1
_LENGTHS = {"hours": 3600, "hour": 3600, "minutes": 60, "minute": 60, "seconds": 1, "second": 1}


def now(interp: Interp) -> float:
    """Seconds since 1970."""
    return time.time() if interp.now is None else interp.now


@subcommand("clock", "seconds", "")
def seconds(interp: Interp, args: list[Any]) -> Value:
    return int(now(interp))


@subcommand("clock", "milliseconds", "")
def milliseconds(interp: Interp, args: list[Any]) -> Value:
    return int(now(interp) * 1000)


@subcommand("clock", "microseconds", "")
def microseconds(interp: Interp, args: list[Any]) -> Value:
    return int(now(interp) * 1_000_000)


@subcommand("clock", "clicks", "?-switch?")
def clicks(interp: Interp, args: list[Any]) -> Value:
    switch = choose(args[0], ("-milliseconds", "-microseconds")) if args else "-microseconds"
    return int(now(interp) * (1000 if switch == "-milliseconds" else 1_000_000))


# ---- options ------------------------------------------------------------------------------------------


def _options(words: list[Any], allowed: tuple[str, ...], choices: str, usage: str) -> dict[str, Any]:
    """The options by name; their names may be shortened."""
    if len(words) % 2:
        raise _wrong_args(usage)
    found: dict[str, Any] = {}
    for name, value in zip(words[::2], words[1::2], strict=True):
        found[_option(to_str(name), allowed, choices)] = value
    if "-gmt" in found and "-timezone" in found:
        raise TclError("cannot use -gmt and -timezone in same call", ["CLOCK", "gmtWithTimezone"])
    return found


def _option(name: str, allowed: tuple[str, ...], choices: str) -> str:
    matches = [name] if name in allowed else [option for option in allowed if option.startswith(name)]
    if len(matches) == 1 and name:
        return matches[0]
    problem = "ambiguous" if len(matches) > 1 and choices.startswith(":") else "bad"
    raise TclError(f'{problem} option "{name}"{choices}', ["CLOCK", "badOption", name])


def _wrong_args(usage: str) -> TclError:
    error = wrong_args(usage)
    error.errorcode = ["CLOCK", "wrongNumArgs"]
    return error


def _zone(options: dict[str, Any]) -> Zone:
    from alftcl.clock.zones import GREENWICH, zone

    if to_bool(options.get("-gmt", 0)):
        return GREENWICH
    return zone(to_str(options.get("-timezone", "")))


def _names(interp: Interp, options: dict[str, Any]) -> Names:
    """What the catalogue says for the locale that is asked for."""
    from alftcl.clock.names import of_locale

    return of_locale(catalogue(interp), to_str(options.get("-locale", "")))


# ---- format, scan, add --------------------------------------------------------------------------------


@subcommand("clock", "format", _FORMAT_USAGE, least=0)
def tcl_format(interp: Interp, args: list[Any]) -> Value:
    from alftcl.clock.moments import STANDARD, Moment, format_moment

    if not args:
        raise _wrong_args(f"clock format {_FORMAT_USAGE}")
    options = _options(
        args[1:], _OF_FORMAT, ": must be -format, -gmt, -locale, or -timezone", f"clock format {_FORMAT_USAGE}"
    )
    moment = Moment(_moment(args[0]), _zone(options), _names(interp, options))
    return format_moment(moment, to_str(options.get("-format", STANDARD)))


def _moment(value: Value) -> int:
    number = to_wide(value)
    if as_number(value) != number:  # between 64 bits signed and unsigned
        raise TclError("integer value too large to represent")
    return number


def _checked(options: dict[str, Any]) -> dict[str, Any]:
    """scan and add look at values before they use them, and say less of what is wrong."""
    if "-gmt" in options and as_bool(options["-gmt"]) is None:
        raise TclError(f'expected boolean value but got "{to_str(options["-gmt"])}"')
    return options


def _base(value: Value) -> int:
    number = as_number(value)
    if type(number) is not int:
        code = ["NONE"] if number is None else ["TCL", "VALUE", "INTEGER"]
        raise TclError(f'expected integer but got "{to_str(value)}"', code)
    return _moment(value)


@subcommand("clock", "scan", _SCAN_USAGE, least=0)
def tcl_scan(interp: Interp, args: list[Any]) -> Value:
    from alftcl.clock.freeform import scan_freely
    from alftcl.clock.reading import scan_moment

    if not args:
        raise _wrong_args(f"clock scan {_SCAN_USAGE}")
    choices = ", must be -base, -format, -gmt, -locale or -timezone"
    options = _checked(_options(args[1:], ("-base", *_OF_FORMAT), choices, f"clock scan {_SCAN_USAGE}"))
    base = _base(options["-base"]) if "-base" in options else int(now(interp))
    text = to_str(args[0])
    if "-format" in options:
        return scan_moment(text, to_str(options["-format"]), base, lambda: _zone(options), _names(interp, options))
    if to_str(options.get("-locale", "")):
        raise TclError("legacy [clock scan] does not support -locale", ["CLOCK", "flagWithLegacyFormat"])
    return scan_freely(text, base, _zone(options))


@subcommand("clock", "add", "clockval ?arg ...?")
def add(interp: Interp, args: list[Any]) -> Value:
    if len(args) % 2 == 0:
        raise _wrong_args(f"clock add {_ADD_USAGE}")
    steps: list[tuple[int, str]] = []
    options: dict[str, Any] = {}
    for first, second in zip(args[1::2], args[2::2], strict=True):
        if type(as_number(first)) is int and abs(to_int(first)) <= _LARGEST_COUNT:
            steps.append((to_int(first), to_str(second)))
        else:
            options[_option(to_str(first), _OF_FORMAT[1:], ", must be -gmt, -locale or -timezone")] = second
    for _, unit in steps:
        if unit not in _LENGTHS and unit not in _LONG_UNITS:
            raise TclError(
                f'unknown unit "{unit}", must be  years, months, weeks, days, hours, minutes or seconds',
                ["CLOCK", "badUnit", unit],
            )
    if as_number(args[0]) is None:
        raise TclError(f'expected number but got "{to_str(args[0])}"')
    where = _zone(_checked(options))
    calendar = _names(interp, options).calendar
    moment = _base(args[0])
    for count, unit in steps:
        moment = _later(moment, count, unit, where, calendar)
    return moment


def _later(moment: int, count: int, unit: str, where: Zone, calendar: Calendar) -> int:
    from alftcl.clock.calendar import DAY_SECONDS, EPOCH

    if unit in _LENGTHS:
        return moment + count * _LENGTHS[unit]
    local = moment + where.at(moment)[0]
    day, second = local // DAY_SECONDS + EPOCH, local % DAY_SECONDS
    if unit.startswith("day"):
        day += count
    elif unit.startswith("week"):
        day += 7 * count
    else:
        day = calendar.add_months(day, count * (12 if unit.startswith("year") else 1))
    return where.utc((day - EPOCH) * DAY_SECONDS + second)
