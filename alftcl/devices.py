"""What a channel reads from and writes to: bytes, without buffers, encodings or line ends.

    Channel (text, buffers) ──► Device (bytes) ──► FileDevice       one or two file descriptors: files, pipes
                                              ├──► StandardInput    this process's stdin, shared with Python
                                              ├──► StandardOutput   this process's stdout or stderr, likewise
                                              ├──► StreamDevice     a stream of the Python program around us
                                              └──► MemoryDevice     bytes in memory: embedding programs, tests

Devices raise OSError; the channel commands turn it into Tcl's words.
"""

import errno
import io
import os
import sys
from typing import IO, Any, BinaryIO

from alftcl.values import Value


class Device:
    """The byte side of a channel. What a kind of device does not define it cannot: it has no position, say."""

    def read(self, size: int) -> bytes | None:
        """At most ``size`` bytes; empty at the end of file; None when a non-blocking device has none yet."""
        raise OSError(errno.EBADF, "not open for reading")

    def write(self, data: bytes) -> int:
        """Take some of ``data`` and return how many bytes were taken (fewer only when not blocking)."""
        raise OSError(errno.EBADF, "not open for writing")

    def flush(self) -> None:
        """Hand on whatever lies between us and the operating system."""

    def seek(self, offset: int, whence: int) -> int:
        """Move to a byte position; returns the new position."""
        raise OSError(errno.EINVAL, "no position")

    def truncate(self, size: int) -> None:
        """Cut or extend the file."""
        raise OSError(errno.EINVAL, "no length")

    def set_blocking(self, blocking: bool) -> None:
        """Whether read and write wait."""

    def fileno(self, writing: bool) -> int:
        """The descriptor of one direction: to wait for it, or for a child process to inherit."""
        raise OSError(errno.EBADF, "no descriptor")

    def watch(self, reading: bool, writing: bool) -> None:
        """Somebody waits (or no longer waits) for this device. Those with a descriptor need not be told."""

    def has_input_ready(self) -> bool:
        """Whether it has bytes that waiting for its descriptor would not tell of."""
        return False

    def close(self, reading: bool, writing: bool) -> None:
        """Close one direction or both."""

    def can_close_half(self) -> bool:
        """Whether one direction can be closed and the other go on."""
        return False

    def options(self) -> list[Value]:
        """What fconfigure lists of this kind of device: names and values in turn."""
        return []

    def option(self, name: str) -> Value | None:
        """The value of an option of this kind of device, None when it has no such option."""
        return None

    def option_names(self) -> tuple[str, ...]:
        """The options that can be read, for the message about one that cannot."""
        return ()

    def settable_names(self) -> tuple[str, ...]:
        """The options that can be set, for the message about one that cannot."""
        return ()

    def set_option(self, name: str, value: Value) -> bool:
        """Set an option of this kind of device; whether it has it."""
        return False


class FileDevice(Device):
    """A device on file descriptors; the same one for both directions of a file, two for a command pipeline."""

    def __init__(self, read_fd: int | None, write_fd: int | None) -> None:
        self.read_fd = read_fd
        self.write_fd = write_fd

    def read(self, size: int) -> bytes | None:
        try:
            return os.read(self.fileno(False), size)
        except BlockingIOError:
            return None

    def write(self, data: bytes) -> int:
        try:
            return os.write(self.fileno(True), data)
        except BlockingIOError:
            return 0

    def seek(self, offset: int, whence: int) -> int:
        if self.read_fd != self.write_fd and None not in (self.read_fd, self.write_fd):
            raise OSError(errno.EINVAL, "a pipeline has no position")
        return os.lseek(self._any_fd(), offset, whence)

    def truncate(self, size: int) -> None:
        os.ftruncate(self._any_fd(), size)

    def set_blocking(self, blocking: bool) -> None:
        for fd in {self.read_fd, self.write_fd} - {None}:
            os.set_blocking(fd, blocking)  # type: ignore[arg-type]  # mypy keeps None in the difference

    def fileno(self, writing: bool) -> int:
        fd = self.write_fd if writing else self.read_fd
        if fd is None:
            raise OSError(errno.EBADF, "direction is closed")
        return fd

    def close(self, reading: bool, writing: bool) -> None:
        gone: set[int | None] = set()
        if reading:
            gone.add(self.read_fd)
            self.read_fd = None
        if writing:
            gone.add(self.write_fd)
            self.write_fd = None
        for fd in gone - {None, self.read_fd, self.write_fd}:
            os.close(fd)  # type: ignore[arg-type]  # mypy keeps None in the difference

    def can_close_half(self) -> bool:
        return self.read_fd != self.write_fd

    def _any_fd(self) -> int:
        return self.fileno(self.read_fd is None)


class _StandardDevice(Device):
    """A standard stream that Python owns too: never closed here, positions as the descriptor has them."""

    def seek(self, offset: int, whence: int) -> int:
        return os.lseek(self.fileno(False), offset, whence)

    def truncate(self, size: int) -> None:
        os.ftruncate(self.fileno(True), size)

    def set_blocking(self, blocking: bool) -> None:
        os.set_blocking(self.fileno(False), blocking)

    def close(self, reading: bool, writing: bool) -> None:
        """The stream belongs to the process; closing the channel only forgets it."""


def _no_stream() -> OSError:
    """For a program without such a stream (it has no terminal, or was started with it closed): sys.stdout is None."""
    return OSError(errno.EBADF, "closed")


class StandardInput(_StandardDevice):
    """``sys.stdin``, through its own buffer so that Python and Tcl may take turns reading it."""

    def read(self, size: int) -> bytes | None:
        if sys.stdin is None:
            raise _no_stream()
        stream = sys.stdin.buffer
        size = max(size, io.DEFAULT_BUFFER_SIZE)  # what stays in Python's buffer would not be seen to be there
        return stream.read1(size) if isinstance(stream, io.BufferedReader) else stream.read(size)

    def fileno(self, writing: bool) -> int:
        if sys.stdin is None:
            raise _no_stream()
        return sys.stdin.fileno()


class StandardOutput(_StandardDevice):
    """``sys.stdout`` or ``sys.stderr``, looked up at each write so that redirections in Python hold for Tcl."""

    def __init__(self, stream: str) -> None:
        self._stream = stream

    def write(self, data: bytes) -> int:
        text_stream = getattr(sys, self._stream)
        if text_stream is None:
            raise _no_stream()
        raw: BinaryIO | None = getattr(text_stream, "buffer", None)
        if raw is None:
            text_stream.write(data.decode("utf-8", "replace"))
        else:
            raw.write(data)
        return len(data)

    def flush(self) -> None:
        stream = getattr(sys, self._stream)
        if stream is not None:
            stream.flush()

    def fileno(self, writing: bool) -> int:
        stream = getattr(sys, self._stream)
        if stream is None:
            raise _no_stream()
        fd: int = stream.fileno()
        return fd


class StreamDevice(Device):
    """A Python stream, of text or of bytes: text is taken as utf-8. It stays open when its channel is closed."""

    def __init__(self, stream: IO[Any]) -> None:
        self._stream = stream
        self._is_text = isinstance(stream, io.TextIOBase)

    def read(self, size: int) -> bytes | None:
        data = self._stream.read(size)
        return data.encode("utf-8") if isinstance(data, str) else data

    def write(self, data: bytes) -> int:
        self._stream.write(data.decode("utf-8", "replace") if self._is_text else data)
        return len(data)

    def flush(self) -> None:
        self._stream.flush()

    def fileno(self, writing: bool) -> int:
        return self._stream.fileno()

    def close(self, reading: bool, writing: bool) -> None:
        """The stream belongs to the program."""


class MemoryDevice(Device):
    """Bytes in memory: reads ``incoming`` to its end; what is written is added to ``written``."""

    def __init__(self, incoming: bytes = b"") -> None:
        self._incoming = io.BytesIO(incoming)
        self.written = bytearray()

    def read(self, size: int) -> bytes | None:
        return self._incoming.read(size)

    def write(self, data: bytes) -> int:
        self.written += data
        return len(data)
