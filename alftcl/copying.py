"""fcopy: what one channel has left, or so much of it, goes to another; at once, or while events happen.

Between channels of the same encoding bytes are copied, and counted; else characters. Line ends are translated in
either case. A copy in the background owns both channels until it calls back (Channel.copying).
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from alftcl.errors import TclError
from alftcl.posix import error_words, posix_error

if TYPE_CHECKING:
    from alftcl.channels import Channel
    from alftcl.events import Events

Done = Callable[[int, str], None]
"""Called at the end with what was copied and, if it failed, why."""


class Copy:
    """One copy from `source` to `target`; `size` in bytes or characters, None: to the end."""

    def __init__(self, source: Channel, target: Channel, size: int | None) -> None:
        self.source = source
        self.target = target
        self.size = size
        self.copied = 0

    def run(self) -> int:
        """Copy it all, waiting for the channels; how much was copied."""
        with self._as_bytes():
            while self._is_unfinished():
                if not self._step() and self.source.at_eof:
                    break
            if not self.target.blocking:
                self.target.flush()
        return self.copied

    def start(self, events: Events, done: Done) -> None:
        """Copy while events happen."""
        self.source.copying = self.target.copying = self
        self._blocking = {channel: channel.blocking for channel in (self.source, self.target)}
        for channel in self._blocking:
            channel.set_blocking(False)
        self._events = events
        self._done = done
        if self._is_unfinished():
            events.call_when(self, self.source, "readable", self._continue)
        else:
            events.call_when(self, self.target, "writable", self._finish)

    def stop(self) -> None:
        """End it: one of its channels is closed, or it is done."""
        for channel, mode in ((self.source, "readable"), (self.target, "writable")):
            self._events.stop_calling(self, channel, mode)
        self.source.copying = self.target.copying = None
        for channel, blocking in self._blocking.items():
            if channel.readable or channel.writable:
                channel.set_blocking(blocking)

    def was_blocking(self, channel: Channel) -> bool:
        """What a channel will be again after this."""
        return self._blocking[channel]

    def _is_unfinished(self) -> bool:
        return self.size is None or self.copied < self.size

    def _step(self) -> bool:
        """Copy one buffer; whether there was anything."""
        wanted = self.source.buffer_size
        text = self.source.read(wanted if self.size is None else min(wanted, self.size - self.copied))
        try:
            self.target.write(text)
        except OSError as cause:
            raise posix_error(f'error writing "{self.target.name}"', cause) from None
        self.copied += len(text)
        return bool(text)

    def _continue(self) -> None:
        try:
            with self._as_bytes():
                got = self._step()
                self.target.flush()
        except OSError as cause:
            self._finish(f'error reading "{self.source.name}": {error_words(cause.errno or 0)}')
            return
        except TclError as error:
            self._finish(error.message)
            return
        if not self._is_unfinished() or (not got and self.source.at_eof):
            self._events.stop_calling(self, self.source, "readable")
            self._drain()
        elif self.target.pending_output():
            self._events.stop_calling(self, self.source, "readable")
            self._events.call_when(self, self.target, "writable", self._drain)

    def _drain(self) -> None:
        """Wait until what was read is written, then go on."""
        try:
            self.target.flush()
        except OSError as cause:
            self._finish(f'error writing "{self.target.name}": {error_words(cause.errno or 0)}')
            return
        if self.target.pending_output():
            self._events.call_when(self, self.target, "writable", self._drain)
            return
        self._events.stop_calling(self, self.target, "writable")
        if self.source.at_eof or not self._is_unfinished():
            self._finish()
        else:
            self._events.call_when(self, self.source, "readable", self._continue)

    def _finish(self, failure: str = "") -> None:
        self.stop()
        self._done(self.copied, failure)

    @contextmanager
    def _as_bytes(self) -> Iterator[None]:
        encodings = self.source.encoding, self.target.encoding
        busy = self.source.copying, self.target.copying
        self.source.copying = self.target.copying = None
        if encodings[0] == encodings[1]:
            self.source.encoding = self.target.encoding = "binary"
        try:
            yield
        finally:
            self.source.encoding, self.target.encoding = encodings
            self.source.copying, self.target.copying = busy
