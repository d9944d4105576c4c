"""What clock(n) takes from the message catalogue: names, numerals, eras and formats of a locale.

    MONTHS_FULL  MONTHS_ABBREV  DAYS_OF_WEEK_FULL  DAYS_OF_WEEK_ABBREV  AM  PM  BCE  CE     names
    LOCALE_NUMERALS                     how 0, 1, 2 ... are written in the groups %Od, %Om ... %Ey
    LOCALE_ERAS                         {seconds name year} of each era: when it began, and the year before its first
    GREGORIAN_CHANGE_DATE               the number of the first Gregorian day
    DATE_FORMAT  LOCALE_DATE_FORMAT ... what %x, %Ex ... stand for

What each language says is in names.json, read when a locale is asked for; the root locale is here.
Sources: clock(n), msgcat(n), TIP 173.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_right
from collections.abc import Callable
from functools import cache, cached_property, lru_cache
from importlib import resources
from typing import NamedTuple

from alftcl.clock.calendar import Calendar
from alftcl.msgcat.catalogue import Catalogue, preferences
from alftcl.values import to_int, to_list, to_str

SPACE = "::tcl::clock"  # the namespace whose catalogue it is
_ROOT = {
    "MONTHS_FULL": "January February March April May June July August September October November December",
    "MONTHS_ABBREV": "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec",
    "DAYS_OF_WEEK_FULL": "Sunday Monday Tuesday Wednesday Thursday Friday Saturday",
    "DAYS_OF_WEEK_ABBREV": "Sun Mon Tue Wed Thu Fri Sat",
    "AM": "am",
    "PM": "pm",
    "BCE": "B.C.E.",
    "CE": "C.E.",
    "DATE_FORMAT": "%m/%d/%Y",
    "TIME_FORMAT": "%H:%M:%S",
    "TIME_FORMAT_12": "%I:%M:%S %P",
    "TIME_FORMAT_24": "%H:%M",
    "TIME_FORMAT_24_SECS": "%H:%M:%S",
    "DATE_TIME_FORMAT": "%a %b %e %H:%M:%S %Y",
    "LOCALE_NUMERALS": " ".join(f"{number:02d}" for number in range(100)),
    "LOCALE_ERAS": "",
    "LOCALE_DATE_FORMAT": "%m/%d/%Y",
    "LOCALE_TIME_FORMAT": "%H:%M:%S",
    "LOCALE_DATE_TIME_FORMAT": "%a %b %e %H:%M:%S %Y",
    "LOCALE_YEAR_FORMAT": "%EC%Ey",
    "GREGORIAN_CHANGE_DATE": "2299161",
}
_COMPOSED = {  # what a group stands for; each may use those above it
    "%EY": "LOCALE_YEAR_FORMAT",
    "%T": "TIME_FORMAT_24_SECS",
    "%R": "TIME_FORMAT_24",
    "%r": "TIME_FORMAT_12",
    "%X": "TIME_FORMAT",
    "%EX": "LOCALE_TIME_FORMAT",
    "%x": "DATE_FORMAT",
    "%Ex": "LOCALE_DATE_FORMAT",
    "%c": "DATE_TIME_FORMAT",
    "%Ec": "LOCALE_DATE_TIME_FORMAT",
}
_COMPOSED_GROUP = re.compile(r"%(?:%|D|\+|E[YXxc]|[TRrXxc])")


class Era(NamedTuple):
    """`since` counts seconds; `before` is the year before the first of the era."""

    since: int
    name: str
    before: int


class Names:
    """A locale as clock(n) sees it. `find` gives the message of a key."""

    def __init__(self, find: Callable[[str], str]) -> None:
        self._find = find

    def _list(self, key: str) -> list[str]:
        return [to_str(name) for name in to_list(self._find(key))]

    @cached_property
    def calendar(self) -> Calendar:
        return Calendar(to_int(self._find("GREGORIAN_CHANGE_DATE")))

    @cached_property
    def months(self) -> list[str]:
        return self._list("MONTHS_FULL")

    @cached_property
    def short_months(self) -> list[str]:
        return self._list("MONTHS_ABBREV")

    @cached_property
    def days(self) -> list[str]:
        """From Sunday on."""
        return self._list("DAYS_OF_WEEK_FULL")

    @cached_property
    def short_days(self) -> list[str]:
        return self._list("DAYS_OF_WEEK_ABBREV")

    @cached_property
    def halves(self) -> tuple[str, str]:
        """Before noon, after noon."""
        return self._find("AM"), self._find("PM")

    @cached_property
    def common_eras(self) -> tuple[str, str]:
        """Before the Common Era, and in it."""
        return self._find("BCE"), self._find("CE")

    @cached_property
    def numerals(self) -> list[str]:
        return self._list("LOCALE_NUMERALS")

    @cached_property
    def eras(self) -> list[Era]:
        rows = [to_list(row) for row in to_list(self._find("LOCALE_ERAS"))]
        return [Era(to_int(since), to_str(name), to_int(before)) for since, name, before in rows]

    def era_at(self, seconds: int) -> Era | None:
        place = bisect_right([era.since for era in self.eras], seconds)
        return self.eras[place - 1] if place else None

    def spelled_out(self, text: str) -> str:
        """A format with the groups that stand for several replaced by those."""
        return _replaced(text, self._composed)

    @cached_property
    def _composed(self) -> dict[str, str]:
        known = {"%%": "%%", "%D": "%m/%d/%Y", "%+": "%a %b %e %H:%M:%S %Z %Y"}
        for group, key in _COMPOSED.items():
            known[group] = _replaced(self._find(key), known)
        return known


def _replaced(text: str, known: dict[str, str]) -> str:
    return _COMPOSED_GROUP.sub(lambda match: known.get(match.group(), match.group()), text)


@cache
def _languages() -> dict[str, dict[str, str]]:
    text = resources.files("alftcl.clock").joinpath("names.json").read_text("utf-8")
    known: dict[str, dict[str, str]] = json.loads(text)
    return known


def shipped(locale: str) -> dict[str, str]:
    """The messages that come with alftcl for a locale."""
    return _languages().get(locale, {}) if locale else _ROOT


ROOT = Names(_ROOT.__getitem__)


class _Known(Names):
    """A locale with the catalogue it was made from, as long as that stays as it is."""

    def __init__(self, catalogue: Catalogue, locale: str) -> None:
        super().__init__(self._message)
        self._catalogue = catalogue
        self._locales = preferences(locale)

    def _message(self, key: str) -> str:
        for locale in self._locales:
            found = self._catalogue.find(SPACE, [locale], key)
            if found is not None:
                return to_str(found)
            if key in shipped(locale):
                return shipped(locale)[key]
        return key


def of_locale(catalogue: Catalogue, name: str) -> Names:
    """The names of a locale; `current` and `system` are the one that msgcat prefers."""
    locale = catalogue.preferred.locale if name in ("current", "system") else name.lower()
    return _known(catalogue, locale, catalogue.version)


@lru_cache(maxsize=50)
def _known(catalogue: Catalogue, locale: str, version: int) -> Names:
    return _Known(catalogue, locale)
