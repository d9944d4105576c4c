"""Transformations: what stands between a channel and its device and changes the bytes (chan push).

    Channel ──► Transform ──► Transform ──► Device

A ScriptTransform asks a handler command (transchan(n)). `zlib push` makes others.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from alftcl.devices import Device
from alftcl.errors import TclError
from alftcl.handlers import Handler, as_bytes
from alftcl.values import Value, to_int

if TYPE_CHECKING:
    from alftcl.channels import Channel

METHODS = ("clear", "drain", "finalize", "flush", "initialize", "limit?", "read", "write")
REQUIRED = ("initialize", "finalize")


@dataclass
class Below:
    """What a transformation stands on: the device, the bytes that were read from it already, the directions."""

    device: Device
    unread: bytes
    readable: bool
    writable: bool


class Transform(Device):
    """A device on top of another. Says nothing of its own: those below are asked."""

    def __init__(self, channel: Channel) -> None:
        self.below = Below(channel.device, channel.take_unread(), channel.readable, channel.writable)

    def read_below(self, size: int) -> bytes | None:
        """Bytes from below, those first that were there before this was put on top."""
        if self.below.unread:
            taken, self.below.unread = self.below.unread[:size], self.below.unread[size:]
            return taken
        return self.below.device.read(size)

    def write_below(self, data: bytes) -> None:
        """Hand bytes on, all of them."""
        while data:
            data = data[self.below.device.write(data) :]

    def finish(self) -> None:
        """It is taken off: write what it has kept back."""

    def pop(self, channel: Channel) -> None:
        """Be the channel's device no longer."""
        channel.pop(self.below.device, self.below.unread)
        channel.readable, channel.writable = self.below.readable, self.below.writable

    def flush(self) -> None:
        self.below.device.flush()

    def truncate(self, size: int) -> None:
        self.below.device.truncate(size)

    def set_blocking(self, blocking: bool) -> None:
        self.below.device.set_blocking(blocking)

    def fileno(self, writing: bool) -> int:
        return self.below.device.fileno(writing)

    def watch(self, reading: bool, writing: bool) -> None:
        self.below.device.watch(reading, writing)

    def seek(self, offset: int, whence: int) -> int:
        return self.below.device.seek(offset, whence)

    def close(self, reading: bool, writing: bool) -> None:
        try:
            self.finish()
        finally:
            self.below.device.close(self.below.readable, self.below.writable)

    def options(self) -> list[Value]:
        return self.below.device.options()

    def option(self, name: str) -> Value | None:
        return self.below.device.option(name)

    def option_names(self) -> tuple[str, ...]:
        return self.below.device.option_names()

    def set_option(self, name: str, value: Value) -> bool:
        return self.below.device.set_option(name, value)


class ScriptTransform(Transform):
    """A transformation that a handler command makes."""

    def __init__(self, channel: Channel, handler: Handler) -> None:
        super().__init__(channel)
        self.handler = handler
        self._result = bytearray()  # transformed and not yet asked for
        self._is_drained = False
        self._eof_pending = False

    def has_input_ready(self) -> bool:
        return bool(self._result)

    def read(self, size: int) -> bytes | None:
        given = bytearray()
        while True:
            taken = self._result[:size]
            del self._result[: len(taken)]
            given += taken
            size -= len(taken)
            if size == 0 or self._eof_pending:
                break
            size = self._limited(size)
            if size == 0:
                break
            data = self.read_below(size)
            if data is None:
                return bytes(given) if given else None
            if not data:
                self._eof_pending = True
                self._drain()
                if not self._result:
                    break
            else:
                self._result += as_bytes(self.handler.call("read", data.decode("latin-1")))
        if not given:
            self._eof_pending = False
        return bytes(given)

    def _limited(self, size: int) -> int:
        if "limit?" not in self.handler.methods:
            return size
        limit = to_int(self.handler.call("limit?"))
        return size if limit < 0 else min(size, limit)

    def _drain(self) -> None:
        if "drain" in self.handler.methods:
            self._result += as_bytes(self.handler.call("drain"))
        self._is_drained = True

    def _clear(self) -> None:
        """Forget what was read."""
        if "clear" in self.handler.methods:
            with suppress(TclError):  # there is nobody to tell it to
                self.handler.call("clear")
        self._result.clear()
        self._is_drained = self._eof_pending = False

    def write(self, data: bytes) -> int:
        self._clear()
        self.write_below(as_bytes(self.handler.call("write", data.decode("latin-1"))))
        return len(data)

    def _flush_handler(self) -> None:
        if "flush" in self.handler.methods:
            self.write_below(as_bytes(self.handler.call("flush")))

    def seek(self, offset: int, whence: int) -> int:
        if offset == 0 and whence == 1:
            return self.below.device.seek(offset, whence)
        if "read" in self.handler.methods:
            self._clear()
        if "flush" in self.handler.methods:
            self.handler.call("flush")  # it would have to be written where it does not belong
        self.below.unread = b""
        return self.below.device.seek(offset, whence)

    def finish(self) -> None:
        if not self._is_drained and "drain" in self.handler.methods:
            self._drain()
        self._flush_handler()
        self.handler.call("finalize")
