"""Transformations that `zlib push` puts on a channel (transforms.py): what is written or read is compressed data.

The other direction of the channel, where there is one, goes through unchanged.
"""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING

from alftcl.compression import GZIP, RAW, UNKNOWN_SYSTEM, Compressor, CorruptData, Decompressor, GzipHeader
from alftcl.encodings import encode
from alftcl.errors import TclError
from alftcl.transforms import Transform
from alftcl.values import Value, to_c_int, to_str

if TYPE_CHECKING:
    from alftcl.channels import Channel

_LARGEST_LIMIT = 65536


def described(header: GzipHeader | None) -> dict[str, Value]:
    """The dict that tells of a gzip header; of one that was not read yet everything is empty."""
    read = header or GzipHeader(b"", filename=b"")
    told: dict[str, Value] = {}
    if read.comment is not None:
        told["comment"] = read.comment.decode("latin-1")
    told["crc"] = int(read.crc)
    if read.filename is not None:
        told["filename"] = read.filename.decode("latin-1")
    if read.system != UNKNOWN_SYSTEM:
        told["os"] = read.system
    if read.time:
        told["time"] = read.time
    told["type"] = "text" if read.is_text else "binary"
    return told


class _ZlibTransform(Transform):
    """What both directions have: a checksum, a dictionary but for gzip, and no position."""

    engine: Compressor | Decompressor

    def seek(self, offset: int, whence: int) -> int:
        raise OSError(errno.EINVAL, "compressed data have no position")

    def options(self) -> list[Value]:
        found = [part for name in self._listed() for part in (name, self.option(name) or "")]
        return self.below.device.options() + found

    def _listed(self) -> tuple[str, ...]:
        return ("-checksum",) if self.engine.form == GZIP else ("-checksum", "-dictionary")

    def option(self, name: str) -> Value | None:
        if name not in self._listed():
            return self.below.device.option(name)
        return str(self.engine.checksum) if name == "-checksum" else self.engine.dictionary.decode("latin-1")

    def option_names(self) -> tuple[str, ...]:
        return (*self._listed(), *self.below.device.option_names())

    def settable_names(self) -> tuple[str, ...]:
        return () if self.engine.form == GZIP else ("-dictionary",)

    def set_option(self, name: str, value: Value) -> bool:
        if name == "-dictionary" and self.engine.form != GZIP:
            self.engine.dictionary = encode(to_str(value), "binary")
            return True
        return self.below.device.set_option(name, value)


class Deflating(_ZlibTransform):
    """Compresses what is written."""

    engine: Compressor

    def __init__(self, channel: Channel, engine: Compressor) -> None:
        super().__init__(channel)
        self.engine = engine

    def has_input_ready(self) -> bool:
        return bool(self.below.unread)

    def read(self, size: int) -> bytes | None:
        return self.read_below(size)

    def write(self, data: bytes) -> int:
        self.write_below(self.engine.compress(data))
        return len(data)

    def finish(self) -> None:
        if not self.engine.is_finished:
            self.write_below(self.engine.finish())

    def settable_names(self) -> tuple[str, ...]:
        return (*super().settable_names(), "-flush")

    def set_option(self, name: str, value: Value) -> bool:
        if name != "-flush":
            return self._set_dictionary(value) if name == "-dictionary" else super().set_option(name, value)
        kind = to_str(value)
        if kind not in ("full", "sync"):
            raise TclError(f'unknown -flush type "{kind}": must be full or sync', ["TCL", "VALUE", "FLUSH"])
        self.write_below(self.engine.flush(kind == "full"))
        return True

    def _set_dictionary(self, value: Value) -> bool:
        known = super().set_option("-dictionary", value)
        if known and not self.engine.is_begun:
            self.engine.reset()
        return known


class Inflating(_ZlibTransform):
    """Decompresses what is read. What stands behind the compressed data is left to the channel below."""

    engine: Decompressor

    def __init__(self, channel: Channel, engine: Decompressor) -> None:
        super().__init__(channel)
        self.engine = engine

    def has_input_ready(self) -> bool:
        return bool(self.below.unread)

    def read(self, size: int) -> bytes | None:
        while True:
            found = self._taken(size)
            if found or self.engine.eof:
                return found
            data = self.read_below(size)
            if not data:
                return data
            self.engine.give(data)

    def _taken(self, size: int) -> bytes:
        if self.engine.eof:
            return b""
        try:
            found = self.engine.take(size)
        except CorruptData as fault:
            raise TclError(str(fault)) from None
        if self.engine.eof:
            self.below.unread = self.engine.rest + self.below.unread
        return found

    def write(self, data: bytes) -> int:
        self.write_below(data)
        return len(data)

    def _listed(self) -> tuple[str, ...]:
        return ("-checksum", "-header") if self.engine.form == GZIP else ("-checksum", "-dictionary")

    def option(self, name: str) -> Value | None:
        if name == "-header" and self.engine.form == GZIP:
            return described(self.engine.header)
        return "0" if name == "-checksum" and self.engine.form == RAW else super().option(name)

    def option_names(self) -> tuple[str, ...]:
        return (*super().option_names(), "-limit")

    def settable_names(self) -> tuple[str, ...]:
        return (*super().settable_names(), "-limit")

    def set_option(self, name: str, value: Value) -> bool:
        if name != "-limit":
            return super().set_option(name, value)
        if not 1 <= to_c_int(value) <= _LARGEST_LIMIT:
            raise TclError(f"-limit must be between 1 and {_LARGEST_LIMIT}", ["TCL", "VALUE", "READLIMIT"])
        return True
