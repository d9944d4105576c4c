"""The reading half of a channel: bytes of the device become characters and lines.

    read, gets  ◄── translation ◄── decode ◄── bytes not read ◄── Device.read

Input stays bytes until it is asked for, so that ``tell`` is exact and the encoding may change in mid-stream. What
ends inside a character or a line end waits for the rest: at the end of file it is given as it is.
"""

import codecs

from alftcl import encodings
from alftcl.channel_options import ChannelOptions
from alftcl.devices import Device
from alftcl.errors import TclError


class ChannelInput(ChannelOptions):
    """The input side of a channel."""

    def __init__(self, device: Device, *, readable: bool, writable: bool) -> None:
        super().__init__(device, readable=readable, writable=writable)
        self.at_eof = False
        self.is_blocked = False
        self._needs_more = False  # what is in the buffer is too little for what was asked last
        self._was_short = False  # the device gave less than was asked for: it would have to wait now
        self._room = 0  # bytes that the last buffer has room for: the next read of the device asks for no more
        self._unread = bytearray()
        self._skip_newline = False  # a \r ended the last input: a \n that follows belongs to it

    def gets(self) -> str | None:
        """The next line without its end; None at the end of file or when a non-blocking channel has no whole line."""
        self._begin_input()
        line = self._plain_line()
        if line is not None:
            return line
        searched = 0
        while True:
            self._drop_second_half()
            line_end = self._find_line_end(searched)
            if line_end is not None:
                return self._take_line(*line_end)
            searched = max(0, self._input_end() - 2 * self._unit())
            if not self._fill_more():
                break
        end = self._input_end()
        if self.is_blocked or end == 0:
            self._needs_more = self.is_blocked
            return None
        return self._translated(self._take(end))

    def _plain_line(self) -> str | None:
        """The next line when it is in the buffer and nothing is special about it, as nearly all lines are."""
        if self._skip_newline or self.in_eof_char or self.encoding == "unicode":
            return None
        end = self._unread.find(b"\n")
        if end < 0 or self.in_translation not in ("auto", "lf"):
            return None
        if self.in_translation == "auto" and self._unread.find(b"\r", 0, end) >= 0:
            return None
        line = self._unread[:end]
        del self._unread[: end + 1]
        return encodings.decode(line, self.encoding)

    def read(self, count: int | None = None) -> str:
        """The next ``count`` characters (all to the end of file without), fewer at the end or when not blocking."""
        self._begin_input()
        if count is None:
            return self._read_all()
        parts: list[str] = []
        while count > 0:
            if self._input_end() == 0 and not self._fill_more():
                break
            if self._drop_second_half():
                continue
            text = self._read_at_most(count)
            if text is None:
                self._needs_more = self.is_blocked
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

    def has_input_ready(self) -> bool:
        """Whether a read needs no look at the device."""
        return (bool(self._unread) and not self._needs_more) or self.device.has_input_ready()

    def _begin_input(self) -> None:
        self.is_blocked = False
        self.at_eof = False
        self._needs_more = self._was_short = False

    def forget_input(self) -> None:
        """Drop what was read and not asked for."""
        self._unread.clear()
        self._skip_newline = self.at_eof = self.is_blocked = self._needs_more = False

    def _fill(self) -> bool:
        """Fetch more bytes; False at the end of file (noted), behind an eof character, or when blocked (noted)."""
        if self._behind_eof_char():
            self.at_eof = True
            return False
        size = self._room if self._unread and self._room > 0 else self.buffer_size
        chunk = self.device.read(size)
        if chunk is None:
            self.is_blocked = True
            return False
        if not chunk:
            self.at_eof = True
            return False
        self._room = size - len(chunk)
        self._was_short = self._room > 0
        self._unread += chunk
        return True

    def _fill_more(self) -> bool:
        """Fetch more for the same read: what does not block is asked again only when it gave all that was wanted."""
        if self._was_short and not self.blocking:
            self.is_blocked = True
            return False
        return self._fill()

    def _behind_eof_char(self) -> bool:
        return self.in_eof_char != "" and self._find(self.in_eof_char, 0, len(self._unread)) >= 0

    def _input_end(self) -> int:
        """Where the usable input ends: at the eof character, if one is set and seen."""
        if self.in_eof_char:
            position = self._find(self.in_eof_char, 0, len(self._unread))
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
        self._drop_second_half()
        return encodings.decode(line, self.encoding)

    def _drop_second_half(self) -> bool:
        """Drop the \\n of a \\r\\n whose \\r ended the input before; whether there was one."""
        unit = self._unit()
        if self._skip_newline and len(self._unread) >= unit:
            self._skip_newline = False
            if self._find("\n", 0, unit) == 0:
                del self._unread[:unit]
                return True
        return False

    def _read_all(self) -> str:
        try:
            while self._fill_more():
                pass
        except (OSError, TclError):
            self.forget_input()
            raise
        self._drop_second_half()
        end = self._input_end()
        data = self._take(end) if self.at_eof else self._take_whole_characters(end)
        self._needs_more = bool(self._unread)
        return self._translated(data)

    def _take_whole_characters(self, end: int) -> bytes:
        decoder = self._decoder()
        text = decoder.decode(bytes(self._unread[:end]))
        end -= len(decoder.getstate()[0])
        if self.in_translation == "crlf" and text.endswith("\r"):
            end -= self._unit()
        return self._take(end)

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
            if size >= self._input_end() and not self._fill_more() and not self.at_eof:
                return None
            size += 1
        used = size - len(decoder.getstate()[0])
        if len(text) > count + 1:  # an ill-formed character fell apart into its bytes: take the first of them
            text, used = text[:1], 1
        translated = self._translated_text(text)
        while len(translated) > count:  # a \\r was no line end after all: what follows it is for the next read
            used -= len(encodings.encode(translated[-1], self.encoding))
            translated = translated[:-1]
        del self._unread[:used]
        return translated

    def _with_whole_line_end(self, size: int) -> int:
        """In crlf mode never cut between a \\r and what follows it."""
        unit = self._unit()
        if self.in_translation == "crlf" and self._find("\r", size - unit, size) >= 0:
            if size < self._input_end() or self._fill_more():
                return min(size + unit, self._input_end())
            if self.is_blocked:
                return size - unit
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
