"""What a script may configure of a channel: fconfigure(n)'s options with their defaults.

translation   reading                                  writing
auto          \\n, \\r and \\r\\n all become \\n            as the platform does: \\n
lf, binary    nothing is changed                       nothing is changed
cr            \\r becomes \\n                            \\n becomes \\r
crlf          \\r\\n becomes \\n                          \\n becomes \\r\\n
"""

from alftcl import encodings
from alftcl.devices import Device

BUFFER_BYTES = 4096
LARGEST_BUFFER_BYTES = 1 << 20
BUFFERINGS = ("full", "line", "none")


class ChannelOptions:
    """The options of a channel, and the device that it works on."""

    def __init__(self, device: Device, *, readable: bool, writable: bool) -> None:
        self.device = device
        self.readable = readable
        self.writable = writable
        self.blocking = True
        self.buffering = "full"
        self.buffer_size = BUFFER_BYTES
        self.encoding = encodings.system_encoding()
        self.in_translation = "auto"
        self.out_translation = "lf"
        self.in_eof_char = ""
        self.out_eof_char = ""

    def set_binary(self, *, reading: bool, writing: bool) -> None:
        """``-translation binary``: bytes as they are, no eof character."""
        self.encoding = "binary"
        if reading:
            self.in_translation = "lf"
            self.in_eof_char = ""
        if writing:
            self.out_translation = "lf"
            self.out_eof_char = ""

    def set_blocking(self, blocking: bool) -> None:
        """``-blocking``."""
        self.device.set_blocking(blocking)
        self.blocking = blocking
