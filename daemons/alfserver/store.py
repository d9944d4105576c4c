"""What an alfserver keeps on its disk: the output of its attempts, and two numbers. Nothing of what it means.

    DIRECTORY/launcher/                the launcher's log and socket                       daemons.launch
    DIRECTORY/output/N.log             what attempt N printed; .times and .stdout beside it   daemons.output
    DIRECTORY/output/N.chunk.K         the K-th script that it named with TR_EXPAND_CHUNK
    DIRECTORY/kept                     the newest epoch, and a number over all that were given
    DIRECTORY/lock                     which alfserver works here                          daemons.lock

The files are the buffer for a dispatcher that is away: what it has missed is read from them. They go when their
attempt is acknowledged.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import NamedTuple

import msgspec

from daemons import whole_file
from daemons.state import StateError, prepare_directory

_BLOCK = 1000
"""So many numbers are taken at once, so that `kept` is seldom written."""
_NAME = re.compile(r"(\d+)\.(?:log|chunk)")
_CHUNK_IS_TEXT, _CHUNK_IS_TROUBLE = b"+", b"-"


class Kept(msgspec.Struct):
    """`epoch`: the newest of a maitre-d; `numbered`: every number that was ever given is at most this."""

    epoch: int = 0
    numbered: int = 0


class Sizes(NamedTuple):
    """What there is of an attempt: bytes of output and of its own stdout, and chunks."""

    output: int
    stdout: int
    chunks: int


class Store:
    """The files of one alfserver. Hold its lock."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self.launcher = directory / "launcher"
        self._output = directory / "output"
        self._kept_file = directory / "kept"
        self.kept = Kept()

    def prepare(self) -> None:
        """Make the directories and read what was kept. Raises StateError."""
        prepare_directory(self._output)
        try:
            self.kept = msgspec.json.decode(self._kept_file.read_bytes(), type=Kept)
        except FileNotFoundError:
            return
        except (OSError, msgspec.DecodeError) as error:
            words = f"{self._kept_file} cannot be read: {error}; remove it when no command runs here"
            raise StateError(words) from error

    # -- what is kept ------------------------------------------------------------------------------------------------

    def first_number(self, known: Iterable[int]) -> int:
        """A number that was never given. `known`: those that the launcher's log knows."""
        return max((self.kept.numbered, *known, *self._numbers()), default=0) + 1

    def reserve(self, number: int) -> None:
        """This number is given. Raises OSError."""
        if number > self.kept.numbered:
            self.kept.numbered = number + _BLOCK
            self._write()

    def keep_epoch(self, epoch: int) -> None:
        """Raises OSError."""
        self.kept.epoch = epoch
        self._write()

    def _write(self) -> None:
        whole_file.replace(self._kept_file, msgspec.json.encode(self.kept))

    # -- output ------------------------------------------------------------------------------------------------------

    def output(self, number: int) -> str:
        """The file of what an attempt prints."""
        return f"{self._output}/{number}.log"

    def stdout(self, number: int) -> str:
        """The file of an -expand command's own stdout."""
        return f"{self._output}/{number}.log.stdout"

    def add_line(self, number: int, line: str) -> None:
        """Put a line of the alfserver's own into an attempt's output. Raises OSError."""
        with open(self.output(number), "a", encoding="utf-8", errors="backslashreplace") as file:
            file.write(f"{line}\n")

    def sizes(self, number: int) -> Sizes:
        chunks = 0
        while self.has_chunk(number, chunks + 1):
            chunks += 1
        return Sizes(_size(self.output(number)), _size(self.stdout(number)), chunks)

    def _chunk(self, number: int, chunk: int) -> str:
        return f"{self._output}/{number}.chunk.{chunk}"

    def has_chunk(self, number: int, chunk: int) -> bool:
        return os.path.exists(self._chunk(number, chunk))

    def keep_chunk(self, number: int, chunk: int, text: bytes | None, trouble: str) -> None:
        """Keep a script that an attempt named, or why it could not be read. Raises OSError."""
        content = _CHUNK_IS_TROUBLE + trouble.encode() if text is None else _CHUNK_IS_TEXT + text
        beside = f"{self._output}/{number}.log.new"
        Path(beside).write_bytes(content)
        os.replace(beside, self._chunk(number, chunk))

    def chunk(self, number: int, chunk: int) -> tuple[bytes | None, str]:
        """The content of a chunk, or None and why there is none."""
        try:
            content = Path(self._chunk(number, chunk)).read_bytes()
        except OSError as error:
            return None, f"the alfserver has lost it: {error.strerror}"
        if content[:1] == _CHUNK_IS_TEXT:
            return content[1:], ""
        return None, content[1:].decode(errors="replace")

    def remove(self, numbers: Iterable[int]) -> None:
        """The output of these is not needed any more."""
        for number in numbers:
            for path in (self.output(number), self.stdout(number)):
                if _remove(path):
                    _remove(f"{path}.times")
            chunk = 1
            while _remove(self._chunk(number, chunk)):
                chunk += 1

    def remove_strays(self, known: Collection[int]) -> None:
        """Remove the output of all but these: what a killed alfserver had not got round to."""
        self.remove(number for number in self._numbers() if number not in known)

    def _numbers(self) -> set[int]:
        found = (_NAME.match(name) for name in os.listdir(self._output))
        return {int(match[1]) for match in found if match is not None}


def read_some(path: str, at: int, limit_bytes: int) -> bytes:
    """Bytes of a file from `at` on; none when there are none yet, or no file."""
    try:
        descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return b""
    try:
        return os.pread(descriptor, limit_bytes, at)
    finally:
        os.close(descriptor)


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0


def _remove(path: str) -> bool:
    """Whether there was such a file."""
    try:
        os.unlink(path)
    except OSError:
        return False
    return True
