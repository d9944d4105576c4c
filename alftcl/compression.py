"""Compressed data in three formats, a piece at a time. The commands are in commands/zlib.py.

    format    around the deflated bytes           checksum
    raw       nothing                             none
    zlib      two bytes, Adler-32                 Adler-32
    gzip      a header (GzipHeader), CRC-32       CRC-32

A Compressor takes data and gives what is compressed so far; a Decompressor the other way round. `checksum` is that of
the uncompressed data.
"""

from __future__ import annotations

import zlib
from dataclasses import dataclass

from alftcl.errors import TclError

RAW, ZLIB, GZIP = "raw", "zlib", "gzip"
DEFAULT_LEVEL = -1

_WINDOW = {RAW: -zlib.MAX_WBITS, ZLIB: zlib.MAX_WBITS, GZIP: 16 + zlib.MAX_WBITS}
_TEXT, _HEADER_CRC, _EXTRA, _NAME, _COMMENT = 1, 2, 4, 8, 16
_UNIX, UNKNOWN_SYSTEM = 3, 255
_FIXED_BYTES = 10
_NEEDS_DICTIONARY = "Error 2 "


def data_error() -> TclError:
    return TclError("data error", ["TCL", "ZLIB", "DATA"])


def stream_error() -> TclError:
    return TclError("stream error", ["TCL", "ZLIB", "STREAM"])


class CorruptData(Exception):
    """What is to be decompressed is no such data; says why in zlib's words."""


@dataclass
class GzipHeader:
    """What a gzip file tells of itself (RFC 1952); `time` is in seconds, 0 for none."""

    comment: bytes | None = None
    crc: bool = False
    filename: bytes | None = None
    system: int = 0
    time: int = 0
    is_text: bool = False

    def packed(self, level: int) -> bytes:
        """As it stands in front of data that were compressed at that level."""
        flags = _TEXT * self.is_text | _HEADER_CRC * self.crc
        flags |= _NAME * (self.filename is not None) | _COMMENT * (self.comment is not None)
        effort = 2 if level == 9 else 4 if level in (0, 1) else 0
        data = bytes((0x1F, 0x8B, 8, flags)) + (self.time % (1 << 32)).to_bytes(4, "little")
        data += bytes((effort, self.system % 256))
        data += b"".join(text + b"\0" for text in (self.filename, self.comment) if text is not None)
        return data + (zlib.crc32(data) & 0xFFFF).to_bytes(2, "little") if self.crc else data


def read_header(data: bytes) -> GzipHeader | None:
    """The header in front of data; None while they end before it does."""
    if len(data) < _FIXED_BYTES:
        return None
    flags, place = data[3], _FIXED_BYTES
    if flags & _EXTRA:
        place += 2 + int.from_bytes(data[place : place + 2], "little")
    texts: dict[int, bytes] = {}
    for flag in (_NAME, _COMMENT):
        if flags & flag:
            end = data.find(b"\0", place)
            if end < 0:
                return None
            texts[flag], place = data[place:end], end + 1
    if place > len(data):
        return None
    seconds = int.from_bytes(data[4:8], "little")
    is_checked, is_text = bool(flags & _HEADER_CRC), bool(flags & _TEXT)
    return GzipHeader(texts.get(_COMMENT), is_checked, texts.get(_NAME), data[9], seconds, is_text)


def own_header() -> GzipHeader:
    """The header of data that nothing is told of."""
    return GzipHeader(system=_UNIX)


class _Checksum:
    """The checksum of a format, of the data that were seen."""

    def __init__(self, form: str) -> None:
        self._sum = {ZLIB: zlib.adler32, GZIP: zlib.crc32}.get(form)
        self.value = 0 if form == GZIP else 1

    def add(self, data: bytes) -> None:
        if self._sum is not None:
            self.value = self._sum(data, self.value)


class Compressor:
    """Compresses what it is given. `dictionary` is what zlib may refer to from the start."""

    def __init__(self, form: str, level: int, header: GzipHeader | None = None, dictionary: bytes = b"") -> None:
        self.form = form
        self.level = level
        self.header = header or own_header()
        self.dictionary = dictionary
        self.reset()

    def reset(self) -> None:
        """Begin anew."""
        self.is_begun = self.is_finished = False
        self._seen = 0
        self._sum = _Checksum(self.form)
        if self.dictionary and self.form == ZLIB:
            self._sum.value = zlib.adler32(self.dictionary)
        window = _WINDOW[RAW if self.form == GZIP else self.form]
        if self.dictionary:
            self._engine = zlib.compressobj(self.level, zlib.DEFLATED, window, zdict=self.dictionary)
        else:
            self._engine = zlib.compressobj(self.level, zlib.DEFLATED, window)

    @property
    def checksum(self) -> int:
        return self._sum.value

    def compress(self, data: bytes) -> bytes:
        """What comes of these data so far."""
        found = b""
        if not self.is_begun:
            self.is_begun = True
            found = self.header.packed(self.level) if self.form == GZIP else b""
            self._sum = _Checksum(self.form)
        self._sum.add(data)
        self._seen += len(data)
        return found + self._engine.compress(data)

    def flush(self, full: bool) -> bytes:
        """What it has kept back; after a full flush nothing refers to what came before."""
        return self._engine.flush(zlib.Z_FULL_FLUSH if full else zlib.Z_SYNC_FLUSH)

    def finish(self) -> bytes:
        """The end of the compressed data."""
        found = self.compress(b"") + self._engine.flush()
        self.is_finished = True
        if self.form == GZIP:
            found += self.checksum.to_bytes(4, "little") + (self._seen % (1 << 32)).to_bytes(4, "little")
        return found


class Decompressor:
    """Decompresses what it is given. `header` is that of gzip data, None until it was read."""

    def __init__(self, form: str, dictionary: bytes = b"") -> None:
        self.form = form
        self.dictionary = dictionary
        self.reset()

    def reset(self) -> None:
        """Begin anew."""
        self.header: GzipHeader | None = None
        self._sum = _Checksum(self.form)
        self._engine: zlib._Decompress | None = None
        self._pending = b""  # given, and not yet decompressed
        self._start = b""  # decompressed before anything came of it: what a dictionary may still be for

    @property
    def checksum(self) -> int:
        return self._sum.value

    @property
    def eof(self) -> bool:
        """Whether the end of the compressed data was reached."""
        return self._engine is not None and self._engine.eof

    @property
    def rest(self) -> bytes:
        """What was given behind the end of the compressed data."""
        return self._engine.unused_data if self._engine is not None else b""

    def give(self, data: bytes) -> None:
        """More compressed data."""
        self._pending += data

    def take(self, most: int = 0) -> bytes:
        """Decompressed data, as many as there are or as `most` says. Raises CorruptData, or 'need dictionary'."""
        if self.eof or not (self._pending or self._engine):
            return b""
        if self._engine is None:
            self._engine = self._new_engine()
        given = self._pending
        if self.header is None:
            self._start += given
            if self.form == GZIP:
                self.header = read_header(self._start)
        try:
            found = self._engine.decompress(given, most)
        except zlib.error as error:
            raise self._fault(str(error)) from None
        self._pending = self._engine.unconsumed_tail
        self._sum.add(found)
        return found

    def _new_engine(self) -> zlib._Decompress:
        window = _WINDOW[self.form]
        return zlib.decompressobj(window, zdict=self.dictionary) if self.dictionary else zlib.decompressobj(window)

    def _fault(self, words: str) -> TclError | CorruptData:
        if not words.startswith(_NEEDS_DICTIONARY):
            return CorruptData(words.partition(": ")[2])
        self._engine = None
        self._pending, self._start = self._start, b""
        wanted = int.from_bytes(self._pending[2:6], "big")
        return TclError("need dictionary", ["TCL", "ZLIB", "NEED_DICT", wanted])
