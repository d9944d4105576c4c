"""A table of lines that changes all the time: sorted by a column, filtered by words, with lines that are selected.

    fill(lines)  sort(column)  search(words) --> dirty --> arrange() --> lines, as they are to be seen

A hundred thousand lines take a while to arrange. So `arrange` does it a slice at a time, for who has something else to
do between two of them (gui.links.arranging); what is shown changes at once, at the end. What is selected stays so while
it is there and can be seen.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Generic, TypeVar

Line = TypeVar("Line")

SLICE = 500
"""So many lines are looked at in one step: about a millisecond."""
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True)
class Column(Generic[Line]):
    """`words` is what a cell says; `order` what lines are sorted by (default: the words). `width` in characters."""

    name: str
    title: str
    width: int
    words: Callable[[Line], str]
    order: Callable[[Line], Any] | None = None
    right: bool = False
    """Its words stand at the right, as figures do."""


class Table(Generic[Line]):
    """`key` names a line from one look to the next; `text` is what is searched, in lower case."""

    def __init__(
        self, columns: Sequence[Column[Line]], key: Callable[[Line], str], text: Callable[[Line], str]
    ) -> None:
        self.columns = tuple(columns)
        self._key, self._text = key, text
        self._all: Sequence[Line] = ()
        self.lines: Sequence[Line] = ()
        """As they are shown."""
        self._keys: list[str] = []
        self.selected: set[str] = set()
        self.at = ""
        """Where the user is: the line that was chosen last."""
        self.sorted_by = ""
        """The name of a column; empty: as the lines came."""
        self.descending = False
        self.filter = ""
        self.is_dirty = False

    # ---- what is wanted ------------------------------------------------------------------------------

    def fill(self, lines: Sequence[Line]) -> None:
        """These are the lines from now on."""
        self._all = lines
        self.is_dirty = True

    def sort(self, name: str) -> None:
        """By this column; once more: the other way round."""
        self.descending = name == self.sorted_by and not self.descending
        self.sorted_by = name
        self.is_dirty = True

    def search(self, words: str) -> None:
        """Only lines that have all these words in them."""
        if words.lower() != self.filter:
            self.filter = words.lower()
            self.is_dirty = True

    # ---- arranging -----------------------------------------------------------------------------------

    def arrange(self) -> Iterator[None]:
        """Do what is wanted, a slice at a time. What is wanted meanwhile is for the next time."""
        self.is_dirty = False
        lines = self._all
        if self.filter:
            lines = yield from self._matching(lines, self.filter.split())
        column = next((column for column in self.columns if column.name == self.sorted_by), None)
        if column is not None:
            order = yield from _each(lines, column.order or (lambda line: natural(column.words(line))))
            places = sorted(range(len(lines)), key=order.__getitem__, reverse=self.descending)
            yield
            lines = [lines[place] for place in places]
        keys = yield from _each(lines, self._key)
        self.lines, self._keys = lines, keys
        if self.selected:
            self.selected = self.selected.intersection(keys)

    def arrange_now(self) -> None:
        """All of it at once: for few lines."""
        for _ in self.arrange():
            pass

    def _matching(self, lines: Sequence[Line], words: Sequence[str]) -> Generator[None, None, list[Line]]:
        found: list[Line] = []
        text = self._text
        for start in range(0, len(lines), SLICE):
            found += [line for line in lines[start : start + SLICE] if _has(text(line), words)]
            yield
        return found

    # ---- choosing ------------------------------------------------------------------------------------

    @property
    def chosen(self) -> list[Line]:
        """The lines that are selected, as they stand."""
        if not self.selected:
            return []
        return [line for line, key in zip(self.lines, self._keys, strict=True) if key in self.selected]

    def key_at(self, place: int) -> str:
        return self._keys[place]

    def place_of(self, key: str) -> int | None:
        """In which line something stands; None: it is not shown."""
        try:
            return self._keys.index(key)
        except ValueError:
            return None

    def select(self, place: int, *, more: bool = False, until: bool = False) -> None:
        """Choose a line alone; or (`more`) it too, or no longer; or (`until`) all from the last one to this one."""
        key = self._keys[place]
        start = self.place_of(self.at) if until else None
        if start is not None:
            low, high = sorted((start, place))
            self.selected = {*(self.selected if more else ()), *self._keys[low : high + 1]}
            return
        self.selected = self.selected ^ {key} if more else {key}
        self.at = key

    def select_all(self) -> None:
        self.selected = set(self._keys)

    def step(self, places: int) -> int | None:
        """Choose the line so many further down, or up; its place."""
        if not self._keys:
            return None
        at = self.place_of(self.at)
        place = 0 if at is None else max(0, min(at + places, len(self._keys) - 1))
        self.select(place)
        return place


def _each(lines: Sequence[Line], function: Callable[[Line], Any]) -> Generator[None, None, list[Any]]:
    """What a function says of each line, a slice at a time."""
    found: list[Any] = []
    for start in range(0, len(lines), SLICE):
        found += map(function, lines[start : start + SLICE])
        yield
    return found


def _has(text: str, words: Sequence[str]) -> bool:
    return all(word in text for word in words)


@lru_cache(1 << 18)
def natural(text: str) -> str:
    """What a text is sorted by, so that node9 stands before node10."""
    return _NUMBER.sub(lambda found: found[0].rjust(12, "0"), text.lower())
