"""What the values of alfred.ini can be, and how each is read: the `read` of runtime.settings.Key.

Each takes the value as Tcl has it and raises TclError for one that cannot be.
"""

from __future__ import annotations

import math
from enum import Enum
from typing import TypeVar

from alftcl.errors import TclError
from alftcl.values import Value, to_float, to_int, to_list, to_str
from runtime.job.step_order import StepOrder
from runtime.licences import RETRYRC, Rule, compiled
from runtime.match.reserve import ReserveError, read_reserve
from runtime.nimby import Mode
from runtime.notices import NotifyError, Target, read_targets
from runtime.schedule.zones import UnknownZoneError, zone

_Choice = TypeVar("_Choice", bound=Enum)


def words(value: Value) -> tuple[str, ...]:
    """A list of names."""
    return tuple(to_str(word) for word in to_list(value))


def amount(value: Value) -> float:
    """Of whatever it counts: 0 or more."""
    number = to_float(value)
    if not 0 <= number < math.inf:
        raise TclError(f'expected 0 or more but got "{to_str(value)}"')
    return number


def seconds(value: Value) -> float:
    return amount(value)


def some_seconds(value: Value) -> float:
    """A duration that cannot be nothing."""
    number = seconds(value)
    if number == 0:
        raise TclError(f'expected more than 0 but got "{to_str(value)}"')
    return number


def minutes_if_any(value: Value) -> float | None:
    """In seconds; None for an empty text."""
    return None if to_str(value) == "" else 60 * amount(value)


def hours(value: Value) -> float:
    """In seconds."""
    return 3600 * amount(value)


def count(value: Value) -> int:
    return int(amount(to_int(value)))


def megabytes(value: Value) -> int:
    """Millions of bytes, in bytes."""
    return 1_000_000 * count(value)


def number(value: Value) -> float:
    found = to_float(value)
    if not math.isfinite(found):
        raise TclError(f'expected a number but got "{to_str(value)}"')
    return found


def port(value: Value) -> int:
    found = to_int(value)
    if not 0 <= found <= 65535:
        raise TclError(f'expected a port from 0 to 65535 but got "{to_str(value)}"')
    return found


def ttl(value: Value) -> int:
    found = to_int(value)
    if not 0 <= found <= 255:
        raise TclError(f'expected a number of hops from 0 to 255 but got "{to_str(value)}"')
    return found


def hosts(value: Value) -> tuple[str, ...]:
    """Hosts, each with a port of its own where it has one: HOST or HOST:PORT, [ADDRESS]:PORT for IPv6."""
    found = words(value)
    for host in found:
        split_host(host, 0)
    return found


def split_host(host: str, default_port: int) -> tuple[str, int]:
    """The host and the port that HOST, HOST:PORT or [ADDRESS]:PORT means. Raises TclError."""
    name, colon, number = host.rpartition(":")
    if not colon or name.endswith(":") or (":" in name and not name.startswith("[")):
        name, number = host, ""  # no port, or an address of IPv6 without brackets
    if not name.strip("[]") or not (number.isdecimal() or not (number or host.endswith(":"))):
        raise TclError(f'expected HOST or HOST:PORT but got "{host}"')
    return name.strip("[]"), port(number) if number else default_port


def group(value: Value) -> str:
    """An address that many listen to, or nothing."""
    from ipaddress import IPv4Address

    text = to_str(value).strip()
    try:
        if not text or IPv4Address(text).is_multicast:
            return text
    except ValueError:
        pass
    raise TclError(f'expected a multicast address (239.255.224.99) but got "{text}"')


def time_zone(value: Value) -> str:
    name = to_str(value).strip()
    try:
        zone(name)
    except UnknownZoneError as unknown:
        raise TclError(str(unknown)) from None
    return name


def reserve(value: Value) -> str:
    """Resources and how much of each, as -reserve has them."""
    text = to_str(value).strip()
    try:
        read_reserve(text)
    except ReserveError as error:
        raise TclError(str(error)) from None
    return text


def nimby_mode(value: Value) -> str:
    return _one_of(Mode, value).value


def step_order(value: Value) -> StepOrder:
    return _one_of(StepOrder, value)


def _one_of(choices: type[_Choice], value: Value) -> _Choice:
    """What has this word as its value, in letters of either case."""
    word = to_str(value).strip().lower()
    for choice in choices:
        if choice.value == word:
            return choice
    known = ", ".join(choice.value for choice in choices)
    raise TclError(f'expected one of {known} but got "{to_str(value)}"')


def notify(value: Value) -> tuple[Target, ...]:
    """WHEN WHERE ... (runtime.notices)."""
    try:
        return read_targets(words(value))
    except NotifyError as error:
        raise TclError(str(error)) from None


def mail_host(value: Value) -> str:
    """HOST or HOST:PORT of a mail server, or nothing."""
    text = to_str(value).strip()
    if text:
        split_host(text, 25)
    return text


def mail_address(value: Value) -> str:
    """NAME@HOST, or nothing."""
    text = to_str(value).strip()
    if text:
        notify(["always", f"mailto:{text}"])
    return text


def some_tries(value: Value) -> int:
    """At least one."""
    return max(1, count(value))


def licence_lines(value: Value) -> tuple[Rule, ...]:
    """Rules {TAG PATTERN ?SECONDS?}; TAG * is every command."""
    return tuple(_rule(rule, "PATTERN") for rule in to_list(value))


def licence_codes(value: Value) -> tuple[Rule, ...]:
    """Rules {TAG CODES ?SECONDS?}; CODES retryrc are those that the command itself names with -retryrc."""
    return tuple(_rule(rule, "CODES") for rule in to_list(value))


def _rule(value: Value, what: str) -> Rule:
    fields = to_list(value)
    if len(fields) not in (2, 3) or not to_str(fields[0]).strip():
        raise TclError(f'expected {{TAG {what} ?SECONDS?}} but got "{to_str(value)}"')
    tag = to_str(fields[0]).strip().lower()
    rest_s = some_seconds(fields[2]) if len(fields) == 3 else None
    text = to_str(fields[1])
    if what == "PATTERN":
        if compiled(text).matches(""):
            raise TclError(f'the pattern "{text}" matches every line')
        return Rule(tag, rest_s, pattern=text)
    codes = words(fields[1])
    if not codes or not all(code == RETRYRC or code.lstrip("-").isdecimal() for code in codes):
        raise TclError(f'expected exit statuses or {RETRYRC} but got "{text}"')
    return Rule(tag, rest_s, codes=codes)
