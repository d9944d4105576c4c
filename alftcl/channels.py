"""Channels: text in and out through a device, with Tcl's buffering, encodings, line ends and eof character.

                        ┌──────────────── Channel ────────────────┐
    gets, read   ◄──    │ translation ◄─ decode ◄─ bytes not read │ ◄── Device.read     channel_input.py
    puts         ──►    │ translation ─► encode ─► bytes to write │ ──► Device.write    channel_output.py
                        └──────── options: channel_options.py ────┘

A channel may have a stack of devices: what `chan push` puts on top of another (transforms.py). The channels of an
interpreter are in its table (channel_table.py). This module knows nothing of commands (commands/channels.py) nor of
processes (commands/processes.py). Source: Tcl 8.6, fconfigure(n), read(n), gets(n), seek(n).
"""

import errno
import os
from collections.abc import Callable

from alftcl.channel_input import ChannelInput
from alftcl.channel_output import ChannelOutput
from alftcl.devices import Device
from alftcl.errors import TclError


class Channel(ChannelInput, ChannelOutput):
    """One open channel. `copying` is what fcopy does with it in the background, `holders` counts its tables."""

    def __init__(
        self, name: str, device: Device, *, readable: bool, writable: bool, on_close: Callable[[], None] | None = None
    ) -> None:
        super().__init__(device, readable=readable, writable=writable)
        self.name = name
        self.pids: list[int] = []
        self.copying: object | None = None
        self.holders = 0
        self.failure: Exception | None = None  # of writing in the background: the next command that writes tells it
        self._on_close = on_close  # what is to be done when the last direction is closed; may raise TclError

    def _begin_input(self) -> None:
        if self._unwritten and self.writable:
            self.flush()
        super()._begin_input()

    def write(self, text: str) -> None:
        """Write text, at the place where reading stands."""
        if self._unread and self.readable:
            self._leave_input()
        super().write(text)

    def _leave_input(self) -> None:
        try:
            self.device.seek(-len(self._unread), os.SEEK_CUR)
        except OSError:  # two directions that have nothing to do with each other: what was read stays
            return
        self.forget_input()

    # ---- position

    def seek(self, offset: int, whence: int) -> None:
        """Move both directions to a byte position."""
        if not (self.readable or self.writable):
            raise OSError(errno.EACCES, "neither direction is open")
        if whence == os.SEEK_CUR:
            offset -= len(self._unread)
        was_blocking = self.blocking
        if not was_blocking:
            self.set_blocking(True)
        try:
            if self._unwritten:
                self.flush()
            self.device.seek(offset, whence)
        finally:
            if not was_blocking:
                self.set_blocking(False)
        self.forget_input()

    def tell(self) -> int:
        """The byte position of the next read or write; -1 where there is none."""
        try:
            position = self.device.seek(0, os.SEEK_CUR)
        except OSError:
            return -1
        return position - len(self._unread) + len(self._unwritten)

    def truncate(self, size: int | None) -> None:
        """Cut the file at ``size`` bytes, or at the present position."""
        if self._unwritten:
            self.flush()
        self.device.truncate(self.tell() if size is None else size)

    # ---- the stack of devices

    def push(self, device: Device) -> None:
        """Put a device on top of the present one; what was read already goes through it too."""
        if self._unwritten:
            self.flush()
        self.device = device
        self.forget_input()

    def take_unread(self) -> bytes:
        """The bytes that were read and not asked for: they are the caller's now."""
        return self._take(len(self._unread))

    def pop(self, device: Device, unread: bytes) -> None:
        """The device below is the present one again."""
        self.device = device
        self.forget_input()
        self._unread += unread

    # ---- the end

    def finish_output(self) -> bool:
        """Before the writing side is closed: write what is left; whether nothing is (left, where it would block)."""
        if self.out_eof_char:
            self._unwritten += self.out_eof_char.encode()
        self.flush()
        return not self._unwritten

    def close(self) -> None:
        """Write what is left, close the device, and report what its processes have to say (TclError)."""
        if not self.close_unless_it_waits():
            self.wait_and_close()

    def close_unless_it_waits(self) -> bool:
        """The same, but for a channel that does not block and has something left to write; whether it is closed."""
        is_done = False
        try:
            is_done = not self.writable or self.finish_output() or self.blocking
        except (OSError, TclError):
            is_done = True
            raise
        finally:
            if is_done:
                self.close_device()
        return is_done

    def wait_and_close(self) -> None:
        """Write what close_unless_it_waits has left."""
        try:
            self.set_blocking(True)
            self.flush()
        finally:
            self.close_device()

    def close_device(self) -> None:
        """Close the device and report what its processes have to say (TclError)."""
        reading, writing = self.readable, self.writable
        self.readable = self.writable = False
        try:
            self.device.close(reading, writing)
        finally:
            if self._on_close is not None:
                self._on_close()

    def close_half(self, *, writing: bool) -> None:
        """Close one direction; closing the last one closes the channel."""
        if writing:
            self.finish_output()
            self.device.close(False, True)
            self.writable = False
        else:
            self.device.close(True, False)
            self.readable = False
            self.forget_input()


def closed_for(name: str, direction: str) -> TclError:
    """The error of a channel that is not open in that direction (reading, writing)."""
    return TclError(f'channel "{name}" wasn\'t opened for {direction}')
