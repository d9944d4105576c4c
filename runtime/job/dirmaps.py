"""Path maps of a job: which prefix stands for which on machines of which zone (reference 3.3).

    -dirmaps {{{f:/rib} {//myhost/ribshare} UNC} {{x:/textures} {//shared/textures} UNC}}
                 from         to            zone

The slot that a command got names its zone with the key zone=NAME. Entries of that zone are tried in order, the first
whose `from` begins the path wins; without a match, or without a zone, the path stays as it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

import msgspec

from runtime.job.words import split_words


class DirMap(msgspec.Struct, frozen=True):
    """One entry: paths that begin with `source` begin with `target` on machines of `zone`."""

    source: str
    target: str
    zone: str


class DirMaps(msgspec.Struct, frozen=True):
    """A job's maps, and what was wrong with entries that are none (each a text for a diagnostic)."""

    maps: tuple[DirMap, ...] = ()
    faults: tuple[str, ...] = ()

    def map_path(self, path: str, zone: str) -> str:
        """The path as machines of `zone` see it; zones compare as keys do, without case."""
        if zone:
            wanted = zone.lower()
            for entry in self.maps:
                if entry.zone.lower() == wanted and path.startswith(entry.source):
                    return entry.target + path[len(entry.source) :]
        return path


NO_MAPS = DirMaps()


@lru_cache(maxsize=256)
def read_dirmaps(text: str) -> DirMaps:
    """The value of -dirmaps. An empty entry is normal (C-028); one without three words is a fault and left out."""
    maps: list[DirMap] = []
    faults: list[str] = []
    for entry in split_words(text):
        words = split_words(entry)
        if len(words) == 3:
            maps.append(DirMap(*words))
        elif words:
            faults.append(f'-dirmaps: "{entry}" is not {{from to zone}}')
    return DirMaps(tuple(maps), tuple(faults))


def zone_of(keys: Iterable[str]) -> str:
    """The zone that a slot's keys name with zone=NAME, or the empty text."""
    for key in keys:
        if key[:5].lower() == "zone=":
            return key[5:]
    return ""
