"""The channels of one interpreter, by name.

A channel may be in several tables (interp share); it is closed when the last of them lets go of it.
"""

import errno
from collections.abc import Iterator

from alftcl.channels import Channel, closed_for
from alftcl.devices import StandardInput, StandardOutput
from alftcl.errors import TclError


class ChannelTable:
    """The channels of one interpreter, by name."""

    def __init__(self, *, standard: bool = True) -> None:
        self._channels: dict[str, Channel] = {}
        if standard:
            self._add_standard_channels()

    def _add_standard_channels(self) -> None:
        """stdin, stdout and stderr of this process."""
        stdin = Channel("stdin", StandardInput(), readable=True, writable=False)
        stdout = Channel("stdout", StandardOutput("stdout"), readable=False, writable=True)
        stderr = Channel("stderr", StandardOutput("stderr"), readable=False, writable=True)
        stdin.buffering = stdout.buffering = "line"
        stderr.buffering = "none"
        for channel in (stdin, stdout, stderr):
            self.add(channel)

    def __iter__(self) -> Iterator[str]:
        return iter(self._channels)

    def add(self, channel: Channel) -> None:
        """Register a channel; one of the same name (``stdout``) is replaced, which is how a program redirects it."""
        if self._channels.get(channel.name) is channel:
            return
        if channel.name in self._channels:
            self._channels[channel.name].holders -= 1
        channel.holders += 1
        self._channels[channel.name] = channel

    def release(self, name: str) -> bool:
        """Forget a channel without closing it; whether nobody has it now."""
        channel = self._channels.pop(name)
        channel.holders -= 1
        return channel.holders <= 0

    def take_standard(self, other: "ChannelTable") -> None:
        """Have the same standard channels as another interpreter of this process."""
        for name in ("stdin", "stdout", "stderr"):
            if name in self._channels:
                self.release(name)
            if name in other._channels:
                self.add(other._channels[name])

    def get(self, name: str) -> Channel:
        """The channel, or ``can not find channel named "x"``."""
        try:
            return self._channels[name]
        except KeyError:
            raise TclError(f'can not find channel named "{name}"', ["TCL", "LOOKUP", "CHANNEL", name]) from None

    def for_reading(self, name: str) -> Channel:
        """The channel, when it may be read."""
        channel = self.get(name)
        if not channel.readable:
            raise closed_for(name, "reading")
        return channel

    def for_writing(self, name: str) -> Channel:
        """The channel, when it may be written."""
        channel = self.get(name)
        if not channel.writable:
            raise closed_for(name, "writing")
        return channel

    def close(self, name: str) -> None:
        """Forget a channel, and close it when nobody else has it."""
        channel = self.get(name)
        if self.release(name):
            channel.close()

    def close_all(self) -> None:
        """Close every channel, as at the end of the program; what a closed pipe does not take is lost."""
        for name in list(self._channels):
            try:
                self.close(name)
            except (OSError, TclError) as failure:
                if isinstance(failure, OSError) and failure.errno != errno.EPIPE:
                    raise
