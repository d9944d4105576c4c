"""Packages of an interpreter: which are there, which could be loaded, and how versions compare. package(n).

version       1.2a3 -> (1, 2, -2, 3): a and b count as less than any number, so 1.2a3 < 1.2b1 < 1.2
requirement   min | min- | min-max, as package vsatisfies reads them
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import zip_longest

from alftcl.errors import TclError

_VERSION = re.compile(r"[0-9]+(?:\.[0-9]+)*(?:[ab][0-9]+(?:\.[0-9]+)*)?")
_PARTS = re.compile(r"[ab]|[0-9]+")
_LETTERS = {"a": -2, "b": -1}
Version = tuple[int, ...]


class Packages:
    """`provided` are there, `scripts` tells for name and version how to load one, `unknown` is asked last.

    `module_path` is where Tcl modules are looked for; None until somebody asks.
    """

    def __init__(self) -> None:
        self.provided: dict[str, str] = {}
        self.scripts: dict[str, dict[str, str]] = {}
        self.loading: list[str] = []
        self.unknown = ""
        self.module_path: list[str] | None = None
        self.prefer = "stable"

    @property
    def names(self) -> list[str]:
        return list(dict.fromkeys([*self.provided, *(name for name, known in self.scripts.items() if known)]))

    def best(self, name: str, requirements: list[str]) -> str | None:
        """The version to load: the newest that satisfies, a stable one first when those are preferred."""
        fitting = [text for text in self.scripts.get(name, {}) if satisfies(text, requirements)]
        stable = [text for text in fitting if is_stable(text)]
        choice = stable if stable and self.prefer == "stable" else fitting
        return max(choice, key=_ordered, default=None)


def parse(text: str) -> Version:
    """The parts of a version number. Raises TclError 'expected version number but got "x"'."""
    if _VERSION.fullmatch(text) is None or not text.isascii():
        raise TclError(f'expected version number but got "{text}"', ["TCL", "VALUE", "VERSION"])
    return tuple(_LETTERS[part] if part in _LETTERS else int(part) for part in _PARTS.findall(text))


def is_stable(text: str) -> bool:
    return "a" not in text and "b" not in text


def compare(left: Version, right: Version) -> int:
    """-1, 0 or 1; what one of them lacks counts as 0."""
    for first, second in zip_longest(left, right, fillvalue=0):
        if first != second:
            return -1 if first < second else 1
    return 0


class _Ordered:
    def __init__(self, version: Version) -> None:
        self.version = version

    def __lt__(self, other: _Ordered) -> bool:
        return compare(self.version, other.version) < 0


def _ordered(text: str) -> _Ordered:
    return _Ordered(parse(text))


def check_requirement(text: str) -> None:
    """Raise TclError when a requirement is none."""
    low, dash, high = text.partition("-")
    if "-" in high:
        raise TclError(f'expected versionMin-versionMax but got "{text}"', ["TCL", "VALUE", "VERSIONRANGE"])
    parse(low)
    if dash and high:
        parse(high)


def satisfies(version: str, requirements: Iterable[str]) -> bool:
    """Whether one of the requirements is met; no requirement is met by every version."""
    asked = list(requirements)
    return not asked or any(_meets(parse(version), text) for text in asked)


def _meets(version: Version, requirement: str) -> bool:
    low, dash, high = requirement.partition("-")
    least = parse(low)
    if high and compare(least, parse(high)) == 0:
        return compare(version, least) == 0
    if compare(version, _first(least)) < 0:
        return False
    if dash and not high:
        return True
    most = parse(high) if high else (least[0] + 1,)
    return compare(version, _first(most)) < 0


def _first(version: Version) -> Version:
    """The first alpha of a version, where its range begins."""
    return version if any(part < 0 for part in version) else (*version, -2)
