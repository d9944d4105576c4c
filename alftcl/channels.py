r"""Channels: text in and out through a device, with Tcl's buffering, encodings, line ends and eof character.

                        ┌──────────────── Channel ────────────────┐
    gets, read   ◄──    │ translation ◄─ decode ◄─ bytes not read │ ◄── Device.read
    puts         ──►    │ translation ─► encode ─► bytes to write │ ──► Device.write
                        └─────────────────────────────────────────┘

Input stays bytes until it is asked for, so that ``tell`` is exact and the encoding may change in mid-stream.

    translation   reading                                  writing
    auto          \n, \r and \r\n all become \n            as the platform does: \n
    lf, binary    nothing is changed                       nothing is changed
    cr            \r becomes \n                            \n becomes \r
    crlf          \r\n becomes \n                          \n becomes \r\n

A ChannelTable holds the channels of one interpreter. This module knows nothing of commands (commands/channels.py)
nor of processes (commands/processes.py). Source: Tcl 8.6, fconfigure(n), read(n), gets(n), seek(n).
"""

import codecs
import errno
import os
from collections.abc import Callable, Iterator

from alftcl import encodings
from alftcl.devices import Device, StandardInput, StandardOutput
from alftcl.errors import TclError

CHUNK_BYTES = 65536  # what one read of a device asks for
BUFFER_BYTES = 4096  # Tcl's default -buffersize; output is written when this much has gathered

BUFFERINGS = ("full", "line", "none")


class Channel:
    """One open channel."""

    def __init__(
        self, name: str, device: Device, *, readable: bool, writable: bool, on_close: Callable[[], None] | None = None
    ) -> None:
        self.name = name
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
        self.pids: list[int] = []
        self.at_eof = False
        self.is_blocked = False
        self._on_close = on_close  # what is to be done when the last direction is closed; may raise TclError
        self._unread = bytearray()
        self._unwritten = bytearray()
        self._skip_newline = False  # a \r ended the last input: a \n that follows belongs to it

    # ---- configuration

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

    # ---- reading

    def gets(self) -> str | None:
        """The next line without its end; None at the end of file or when a non-blocking channel has no whole line."""
        self._begin_input()
        searched = 0
        while True:
            self._drop_second_half()
            line_end = self._find_line_end(searched)
            if line_end is not None:
                return self._take_line(*line_end)
            searched = max(0, self._input_end() - 2 * self._unit())
            if not self._fill():
                break
        if self.is_blocked or self._input_end() == 0:
            return None
        end = self._input_end()
        return self._translated(self._take(end))

    def read(self, count: int | None = None) -> str:
        """The next ``count`` characters (all to the end of file without), fewer at the end or when not blocking."""
        self._begin_input()
        if count is None:
            return self._read_all()
        parts: list[str] = []
        while count > 0:
            self._drop_second_half()
            if self._input_end() == 0 and not self._fill():
                break
            text = self._read_at_most(count)
            if text is None:
                break
            parts.append(text)
            count -= len(text)
        return "".join(parts)

    def read_bytes(self, count: int) -> bytes:
        """At most ``count`` raw bytes; for copying between channels that both leave bytes alone."""
        self._begin_input()
        if self._input_end() == 0:
            self._fill()
        return self._take(min(count, self._input_end()))

    def pending_input(self) -> int:
        """Bytes that were read from the device and not yet asked for."""
        return len(self._unread)

    def pending_output(self) -> int:
        """Bytes that wait to be written."""
        return len(self._unwritten)

    def _begin_input(self) -> None:
        if self._unwritten and self.readable and self.writable:
            self.flush()
        self.is_blocked = False
        self.at_eof = False

    def _fill(self) -> bool:
        """Fetch more bytes; False at the end of file (noted), behind an eof character, or when blocked (noted)."""
        if self._behind_eof_char():
            self.at_eof = True
            return False
        chunk = self.device.read(CHUNK_BYTES)
        if chunk is None:
            self.is_blocked = True
            return False
        if not chunk:
            self.at_eof = True
            return False
        self._unread += chunk
        return True

    def _behind_eof_char(self) -> bool:
        return self.in_eof_char != "" and self.in_eof_char.encode() in self._unread

    def _input_end(self) -> int:
        """Where the usable input ends: at the eof character, if one is set and seen."""
        if self.in_eof_char:
            position = self._unread.find(self.in_eof_char.encode())
            if position >= 0:
                return position
        return len(self._unread)

    def _take(self, count: int) -> bytes:
        taken = bytes(self._unread[:count])
        del self._unread[:count]
        return taken

    def _unit(self) -> int:
        """Bytes of a newline in the encoding."""
        return 2 if self.encoding == "unicode" else 1

    def _find(self, char: str, start: int, end: int) -> int:
        unit = self._unit()
        wanted = char.encode() if unit == 1 else encodings.encode(char, self.encoding)
        position = self._unread.find(wanted, start, end)
        while position >= 0 and position % unit:
            position = self._unread.find(wanted, position + 1, end)
        return position

    def _find_line_end(self, start: int) -> tuple[int, int] | None:
        """Where the line's text ends and how many bytes its end has; None when no line end is in the buffer."""
        end, unit = self._input_end(), self._unit()
        start -= start % unit
        if self.in_translation == "cr":
            position = self._find("\r", start, end)
            return None if position < 0 else (position, unit)
        if self.in_translation == "crlf":
            position = self._find("\r\n", start, end)
            return None if position < 0 else (position, 2 * unit)
        newline = self._find("\n", start, end)
        if self.in_translation == "auto":
            carriage_return = self._find("\r", start, newline if newline >= 0 else end)
            if carriage_return >= 0:
                self._skip_newline = True
                return carriage_return, unit
        return None if newline < 0 else (newline, unit)

    def _take_line(self, length: int, line_end: int) -> str:
        line = self._unread[:length]
        del self._unread[: length + line_end]
        return encodings.decode(line, self.encoding)

    def _drop_second_half(self) -> None:
        """Drop the \\n of a \\r\\n whose \\r ended the input before."""
        unit = self._unit()
        if self._skip_newline and len(self._unread) >= unit:
            self._skip_newline = False
            if self._find("\n", 0, unit) == 0:
                del self._unread[:unit]

    def _read_all(self) -> str:
        while self._fill():
            pass
        self._drop_second_half()
        end = self._input_end()
        data = self._take(end) if self.at_eof else self._take_whole_characters(end)
        return self._translated(data)

    def _take_whole_characters(self, end: int) -> bytes:
        decoder = self._decoder()
        decoder.decode(bytes(self._unread[:end]))
        return self._take(end - len(decoder.getstate()[0]))

    def _decoder(self) -> codecs.IncrementalDecoder:
        codec = encodings.codec_of(self.encoding)
        return codecs.getincrementaldecoder(codec)(encodings.error_handler(codec))

    def _read_at_most(self, count: int) -> str | None:
        """Between one and ``count`` characters from the buffer; None when they are not there."""
        size = min(count * self._unit(), self._input_end())
        while True:
            size = self._with_whole_line_end(size)
            data = bytes(self._unread[:size])
            decoder = self._decoder()
            text = decoder.decode(data, final=self.at_eof)
            if text:
                break
            if size >= self._input_end() and not self._fill() and not self.at_eof:
                return None
            size += 1
        used = size - len(decoder.getstate()[0])
        if len(text) > count + 1:  # an ill-formed character fell apart into its bytes: take the first of them
            text, used = text[:1], 1
        del self._unread[:used]
        return self._translated_text(text)

    def _with_whole_line_end(self, size: int) -> int:
        """In crlf mode never cut between a \\r and what follows it."""
        unit = self._unit()
        if self.in_translation == "crlf" and self._find("\r", size - unit, size) >= 0:
            if size < self._input_end() or self._fill():
                return min(size + unit, self._input_end())
        return size

    def _translated(self, data: bytes) -> str:
        return self._translated_text(encodings.decode(data, self.encoding))

    def _translated_text(self, text: str) -> str:
        match self.in_translation:
            case "auto" if "\r" in text:
                self._skip_newline = text.endswith("\r")
                return text.replace("\r\n", "\n").replace("\r", "\n")
            case "cr":
                return text.replace("\r", "\n")
            case "crlf":
                return text.replace("\r\n", "\n")
        return text

    # ---- writing

    def write(self, text: str) -> None:
        """Write text; it reaches the device as -buffering says."""
        if self._unread:
            self.seek(0, os.SEEK_CUR)
        if self.out_translation == "crlf":
            text = text.replace("\n", "\r\n")
        elif self.out_translation == "cr":
            text = text.replace("\n", "\r")
        self._unwritten += encodings.encode(text, self.encoding)
        if self.buffering == "none" or (self.buffering == "line" and ("\n" in text or "\r" in text)):
            self.flush()
        elif len(self._unwritten) >= self.buffer_size:
            self._drain()

    def write_bytes(self, data: bytes) -> None:
        """Write raw bytes."""
        self._unwritten += data
        if len(self._unwritten) >= self.buffer_size:
            self._drain()

    def flush(self) -> None:
        """Hand everything to the operating system (as far as it takes it, when not blocking)."""
        self._drain()
        self.device.flush()

    def _drain(self) -> None:
        while self._unwritten:
            try:
                taken = self.device.write(bytes(self._unwritten))
            except OSError:
                self._unwritten.clear()  # what cannot be written must not be tried again at close
                raise
            if taken == 0:
                return
            del self._unwritten[:taken]

    # ---- position

    def seek(self, offset: int, whence: int) -> None:
        """Move both directions to a byte position."""
        if self._unwritten:
            self.flush()
        if whence == os.SEEK_CUR:
            offset -= len(self._unread)
        self.device.seek(offset, whence)
        self._unread.clear()
        self._skip_newline = False
        self.at_eof = self.is_blocked = False

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

    # ---- the end

    def close(self) -> None:
        """Write what is left, close the device, and report what its processes have to say (TclError)."""
        try:
            if self.writable:
                self._finish_output()
        finally:
            self.device.close(self.readable, self.writable)
            self.readable = self.writable = False
            if self._on_close is not None:
                self._on_close()

    def close_half(self, *, writing: bool) -> None:
        """Close one direction; closing the last one closes the channel."""
        if writing:
            self._finish_output()
            self.device.close(False, True)
            self.writable = False
        else:
            self.device.close(True, False)
            self.readable = False
            self._unread.clear()

    def _finish_output(self) -> None:
        if self.out_eof_char:
            self._unwritten += self.out_eof_char.encode()
        if not self.blocking and self._unwritten:
            self.set_blocking(True)
        self.flush()


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
        self._channels[channel.name] = channel

    def release(self, name: str) -> None:
        """Forget a channel without closing it: another interpreter has it now."""
        del self._channels[name]

    def flush_all(self) -> None:
        """Write what waits in the buffers."""
        for channel in self._channels.values():
            if channel.writable:
                channel.flush()

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
            raise TclError(f'channel "{name}" wasn\'t opened for reading')
        return channel

    def for_writing(self, name: str) -> Channel:
        """The channel, when it may be written."""
        channel = self.get(name)
        if not channel.writable:
            raise TclError(f'channel "{name}" wasn\'t opened for writing')
        return channel

    def close(self, name: str) -> None:
        """Close and forget a channel."""
        channel = self.get(name)
        del self._channels[name]
        channel.close()

    def close_all(self) -> None:
        """Close every channel, as at the end of the program; what cannot be written then is lost without a word."""
        for name in list(self._channels):
            try:
                self.close(name)
            except (OSError, TclError) as failure:
                if isinstance(failure, OSError) and failure.errno != errno.EPIPE:
                    raise
