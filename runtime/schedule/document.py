"""The bytes of a schedule, so that pieces of its text can be replaced and every other byte stays as it is.

bytes     BOM   set alfLimit(a) 1 CR LF ...   Ctrl-Z ...        Latin-1 or UTF-8
text            set alfLimit(a) 1 LF ...                        what Tcl reads (runtime.decoding); offsets count here
"""

from __future__ import annotations

from bisect import bisect_left
from codecs import BOM_UTF8
from collections.abc import Iterable
from typing import NamedTuple

from runtime.decoding import decode


class Replacement(NamedTuple):
    """What stands in the text from `start` to before `end` becomes `new`, whose lines end with LF."""

    start: int
    end: int
    new: str


class EncodingError(ValueError):
    """A character that the file cannot hold; the message is what the user sees."""


class Document:
    """A file as it is. `text` is what Tcl reads of it."""

    def __init__(self, data: bytes) -> None:
        decoded = decode(data)
        self.text = decoded.text
        self._data = data
        self._encoding = decoded.encoding
        mark = len(BOM_UTF8) if data.startswith(BOM_UTF8) else 0
        whole = data[mark:].decode(self._encoding)
        skipped = len(whole) - len(whole.removeprefix("\ufeff"))
        self._before = mark + len(whole[:skipped].encode(self._encoding))
        self._whole = whole[skipped:]
        self._returns = [place - count for count, place in enumerate(_places(self._whole, "\r\n"))]
        first = self._whole.find("\n")
        self.newline = "\r\n" if first > 0 and self._whole[first - 1] == "\r" else "\n"

    def replaced(self, replacements: Iterable[Replacement]) -> bytes:
        """The bytes after replacements that do not overlap. Raises EncodingError."""
        pieces = []
        done = 0
        for start, end, new in sorted(replacements):
            pieces += [self._whole[done : self._raw(start)], new.replace("\n", self.newline)]
            done = self._raw(end)
        pieces.append(self._whole[done:])
        try:
            return self._data[: self._before] + "".join(pieces).encode(self._encoding)
        except UnicodeEncodeError as error:
            raise EncodingError(f'the file is in Latin-1, which has no "{error.object[error.start]}"') from None

    def _raw(self, offset: int) -> int:
        """Where an offset of the text is in the file's own characters."""
        return offset + bisect_left(self._returns, offset)


def _places(text: str, wanted: str) -> Iterable[int]:
    place = text.find(wanted)
    while place >= 0:
        yield place
        place = text.find(wanted, place + 1)
