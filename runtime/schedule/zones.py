"""Time zones by their names: whose clock on the wall the time groups mean."""

from __future__ import annotations

from datetime import tzinfo
from functools import lru_cache


class UnknownZoneError(ValueError):
    """A time zone that nobody knows; the message is what the user sees."""


@lru_cache(maxsize=64)
def zone(name: str) -> tzinfo | None:
    """The zone of a name as in Europe/Berlin, None for the machine's own (""). Raises UnknownZoneError."""
    if not name:
        return None
    from zoneinfo import ZoneInfo

    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):  # not in the table; no name that could be in it
        raise UnknownZoneError(f'there is no time zone "{name}" (one is "Europe/Berlin")') from None
