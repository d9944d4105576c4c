"""The text in the bytes of a file that people wrote: job scripts, alfred.ini, alfred.schedule (reference section 10).

UTF-8 first, then Latin-1; no byte order mark; the ends of lines and of the file are Tcl's (CRLF, Ctrl-Z).
"""

from __future__ import annotations

from codecs import BOM_UTF8
from typing import NamedTuple

from runtime.job.source import Place

NOT_UTF8 = "this is not UTF-8: the file is read as Latin-1"
"""What users are told of `Decoded.not_utf8`."""
_END_OF_FILE = "\x1a"


class Decoded(NamedTuple):
    """`text` is what Tcl reads. `not_utf8` is the place of the first byte for which it is Latin-1, else None."""

    text: str
    not_utf8: Place | None = None

    @property
    def encoding(self) -> str:
        return "utf-8" if self.not_utf8 is None else "latin-1"


def decode(data: bytes | str) -> Decoded:
    """Any bytes are a text."""
    not_utf8 = None
    if isinstance(data, bytes):
        data = data.removeprefix(BOM_UTF8)
        try:
            text = data.decode()
        except UnicodeDecodeError as error:
            not_utf8 = _byte_place(data, error.start)
            text = data.decode("latin-1")
    else:
        text = data
    text = text.removeprefix("\ufeff")
    if _END_OF_FILE in text:
        text = text[: text.index(_END_OF_FILE)]
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return Decoded(text, not_utf8)


def _byte_place(data: bytes, offset: int) -> Place:
    before = data[:offset]
    return before.count(b"\n") + 1, offset - before.rfind(b"\n")
