"""The writing half of a channel: characters become bytes for the device.

puts  ──► translation ──► encode ──► bytes to write ──► Device.write
"""

from alftcl import encodings
from alftcl.channel_options import ChannelOptions
from alftcl.devices import Device
from alftcl.errors import TclError


class ChannelOutput(ChannelOptions):
    """The output side of a channel."""

    def __init__(self, device: Device, *, readable: bool, writable: bool) -> None:
        super().__init__(device, readable=readable, writable=writable)
        self._unwritten = bytearray()
        self.is_output_blocked = False  # the device took no more of it the last time

    def write(self, text: str) -> None:
        """Write text; it reaches the device as -buffering says."""
        if self.out_translation == "crlf":
            text = text.replace("\n", "\r\n")
        elif self.out_translation == "cr":
            text = text.replace("\n", "\r")
        self._unwritten += encodings.encode(text, self.encoding)
        if self.buffering == "none" or (self.buffering == "line" and ("\n" in text or "\r" in text)):
            self.flush()
        elif len(self._unwritten) >= self.buffer_size:
            self._drain(len(self._unwritten) // self.buffer_size * self.buffer_size)

    def write_bytes(self, data: bytes) -> None:
        """Write raw bytes."""
        self._unwritten += data
        if len(self._unwritten) >= self.buffer_size:
            self._drain(len(self._unwritten) // self.buffer_size * self.buffer_size)

    def pending_output(self) -> int:
        """Bytes that wait to be written."""
        return len(self._unwritten)

    def flush(self) -> None:
        """Hand everything to the operating system (as far as it takes it, when not blocking)."""
        self._drain(len(self._unwritten))
        self.device.flush()

    def _drain(self, size: int) -> None:
        """Hand on this many bytes, a buffer at a time."""
        while size > 0:
            try:
                taken = self.device.write(bytes(self._unwritten[: min(size, self.buffer_size)]))
            except (OSError, TclError):
                self._unwritten.clear()  # what cannot be written must not be tried again at close
                self.is_output_blocked = False
                raise
            self.is_output_blocked = taken == 0
            if taken == 0:
                return
            size -= taken
            del self._unwritten[:taken]
