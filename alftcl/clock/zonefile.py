"""Zone files (RFC 8536, TZif): where they are, and the table that one holds.

The system's files are looked for first, then those of the tzdata package, which is always there.
"""

from __future__ import annotations

import struct
from importlib import resources
from pathlib import Path
from zoneinfo import TZPATH

from alftcl.clock import posix_zone
from alftcl.clock.calendar import DAY_SECONDS, EPOCH, ROMAN
from alftcl.clock.zones import Offset, Zone

_HEADER = struct.Struct(">4sc15x6l")


def find(name: str) -> bytes | None:
    """The file of the zone of that name, or None."""
    for directory in TZPATH:
        file = Path(directory, name)
        if file.is_file():
            return _checked(file.read_bytes())
    packaged = resources.files("tzdata").joinpath("zoneinfo", *name.split("/"))
    return _checked(packaged.read_bytes()) if packaged.is_file() else None


def _checked(data: bytes) -> bytes | None:
    return data if data.startswith(b"TZif") else None


def read(data: bytes) -> Zone:
    """The zone that a file describes: its changes, then those of its rules for the years after the last."""
    _, version, *counts = _HEADER.unpack_from(data)
    if version == b"\0":
        return _table(data, _HEADER.size, counts, "l")[0]
    start = _HEADER.size + _length(counts, 4)
    counts = list(_HEADER.unpack_from(data, start))[2:]
    zone, end = _table(data, start + _HEADER.size, counts, "q")
    footer = data[end:].strip(b"\n").decode("ascii")
    return _continued(zone, footer) if footer else zone


def _length(counts: list[int], width: int) -> int:
    utc, standard, leaps, times, kinds, letters = counts
    return times * (width + 1) + kinds * 6 + letters + leaps * (width + 4) + standard + utc


def _table(data: bytes, start: int, counts: list[int], code: str) -> tuple[Zone, int]:
    width = struct.calcsize(f">{code}")
    times, kinds, letters = counts[3:]
    changes = struct.unpack_from(f">{times}{code}", data, start)
    indices = data[start + times * width : start + times * (width + 1)]
    at = start + times * (width + 1)
    names = data[at + 6 * kinds : at + 6 * kinds + letters]
    offsets: list[Offset] = []
    for place in range(kinds):
        east, _, first = struct.unpack_from(">lBB", data, at + 6 * place)
        offsets.append((east, names[first : names.index(b"\0", first)].decode("ascii")))
    return Zone(changes, [offsets[0], *(offsets[index] for index in indices)]), start + _length(counts, width)


def _continued(zone: Zone, footer: str) -> Zone:
    """A zone with the changes that its rules make after its last one."""
    last = zone.changes[-1] if zone.changes else 0
    year = ROMAN.date_of(last // DAY_SECONDS + EPOCH)[0]
    rules = posix_zone.parse(footer, year)
    if rules is None:
        return zone
    later = [(moment, offset) for moment, offset in zip(rules.changes, rules.offsets[1:], strict=True) if moment > last]
    return Zone(
        [*zone.changes, *(moment for moment, _ in later)],
        [*zone.offsets, *(offset for _, offset in later)],
    )
