"""Time zones as clock(n) names them.

:America/New_York    zone files (zonefile.py); the colon may be left out
+0530  -05:30        an offset, east of Greenwich positive
EST5EDT,M3.2.0,...   POSIX rules (posix_zone.py)
:localtime           what the C library says

Without a name it is TCL_TZ, TZ, or what the machine is set to. A zone is a table: from each moment on that its
clocks changed, an offset and its abbreviation.
"""

from __future__ import annotations

import os
import re
import time
from bisect import bisect_right
from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

from alftcl.errors import TclError

Offset = tuple[int, str]  # seconds east of Greenwich, abbreviation
_NUMERIC = re.compile(r"([+-])([0-9]{2}):?([0-9]{2})?(?::?([0-9]{2}))?")
_LONGEST_NAME = 200
_FILE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_+/-]*")


class Zone:
    """A time zone: from `changes[i]` on it has `offsets[i + 1]`, before the first change `offsets[0]`."""

    def __init__(self, changes: Sequence[int], offsets: Sequence[Offset]) -> None:
        self.changes = changes
        self.offsets = offsets

    def at(self, moment: int) -> Offset:
        """Offset and abbreviation at a moment."""
        return self.offsets[bisect_right(self.changes, moment)]

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


class _SystemZone(Zone):
    """:localtime, which has no names but its offsets."""

    def __init__(self) -> None:
        super().__init__((), ())

    def at(self, moment: int) -> Offset:
        time.tzset()  # a script may have set env(TZ)
        try:
            offset = time.localtime(moment).tm_gmtoff
        except (OverflowError, OSError, ValueError):
            raise TclError(
                "localtime failed (clock value may be too large/small to represent)", ["CLOCK", "localtimeFailed"]
            ) from None
        return offset, offset_text(offset)


def fixed(offset: int, name: str) -> Zone:
    """A zone whose clocks never change."""
    return Zone((), ((offset, name),))


def offset_text(offset: int) -> str:
    """+0100, -043015"""
    whole = abs(offset)
    text = f"{'-' if offset < 0 else '+'}{whole // 3600:02d}{whole // 60 % 60:02d}"
    return text + (f"{whole % 60:02d}" if whole % 60 else "")


GREENWICH = fixed(0, "GMT")
_SYSTEM = _SystemZone()


def zone(name: str) -> Zone:
    """The zone of that name; "" is the machine's. Raises TclError when there is none."""
    if name == "":
        name = os.environ.get("TCL_TZ") or os.environ.get("TZ") or ""
        return _from_environment(name) if name else _machine()
    return _SYSTEM if name == ":localtime" else _named(name)


def _from_environment(name: str) -> Zone:
    """TZ may say what only the C library understands."""
    try:
        return _SYSTEM if name == ":localtime" else _named(name)
    except TclError:
        return _SYSTEM


@lru_cache(maxsize=1)
def _machine() -> Zone:
    from alftcl.clock.zonefile import read

    here = Path("/etc/localtime")
    return read(here.read_bytes()) if here.is_file() else _SYSTEM


@lru_cache(maxsize=200)
def _named(name: str) -> Zone:
    from alftcl.clock import posix_zone, zonefile

    match = _NUMERIC.fullmatch(name)
    if match:
        hours, minutes, seconds = (int(part or 0) for part in match.groups()[1:])
        offset = hours * 3600 + minutes * 60 + seconds
        return fixed(-offset if match.group(1) == "-" else offset, name)
    found = None
    if not name.startswith(":"):
        found = posix_zone.parse(name)
    plain = name.removeprefix(":")
    allowed = len(plain) <= _LONGEST_NAME and _FILE_NAME.fullmatch(plain) is not None
    if found is None and allowed:
        data = zonefile.find(plain)
        found = None if data is None else zonefile.read(data)
    if found is None:
        raise _not_found(name, allowed)
    return found


def _not_found(name: str, allowed: bool) -> TclError:
    """The errorCodes are those that Tcl leaves behind when no place knows the zone."""
    if name.startswith(":"):
        return TclError(f'time zone "{name}" not found', ["CLOCK", "badTimeZone", name])
    code = ["TCL", "READ", "VARNAME"] if allowed else ["CLOCK", "badTimeZone", "$:fileName"]
    return TclError(f"time zone {name} not found", code)
