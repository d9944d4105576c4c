"""Output of commands on other machines, as it arrives, in the files where local commands have theirs (daemons.output).

    Printed   at its offset: what came twice is left out     LOG, LOG.times; an -expand command's stdout in LOG.stdout
    chunk     a script that a command wrote there            LOG.chunk1, LOG.chunk2, ...

The size of a file is how much of the output has arrived: from there a dispatcher that comes back asks for more.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from pathlib import Path

from daemons.output import LogFile
from runtime.facts import AttemptId
from runtime.farm_messages import Printed

OPEN_FILES = 200
"""Log files that are kept open; one that has been written to longest ago is closed for the next."""


class _Copy:
    """One output of one attempt. `arrived` is the offset after what has been taken, whether or not it could be kept."""

    def __init__(self, path: str) -> None:
        self.file = LogFile(path)
        self.arrived = _size(path)

    def take(self, at: int, data: bytes, now: float) -> None:
        fresh = data[max(0, self.arrived - at) :]
        if fresh:
            self.file.write(fresh, now)
            self.arrived = at + len(data)


class Arrivals:
    """The files of all attempts that run on other machines."""

    def __init__(self) -> None:
        self._logs: dict[AttemptId, str] = {}
        self._scripts: set[AttemptId] = set()
        self._copies: dict[tuple[AttemptId, bool], _Copy] = {}
        self._open: OrderedDict[tuple[AttemptId, bool], LogFile] = OrderedDict()

    def expect(self, attempt: AttemptId, log: str, keep_stdout: bool) -> None:
        """Output of an attempt is to go to `log`; with `keep_stdout`, its stdout to a file of its own as well."""
        self._logs[attempt] = log
        if keep_stdout:
            self._scripts.add(attempt)

    def received(self, attempt: AttemptId) -> tuple[int, int]:
        """How many bytes of its output, and of its own stdout, have arrived."""
        return self._copy(attempt, False).arrived, self._copy(attempt, True).arrived

    def take(self, printed: Printed, now: float) -> None:
        """Keep output that came at `now` (wall clock)."""
        if printed.attempt not in self._logs:
            return
        copy = self._copy(printed.attempt, printed.stdout)
        copy.take(printed.at, printed.data, now)
        self._used((printed.attempt, printed.stdout), copy.file)

    def chunk(self, attempt: AttemptId, number: int, content: bytes) -> str:
        """Keep a script that a command wrote; where it is. Raises OSError."""
        path = Path(f"{self._logs[attempt]}.chunk{number}")
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.write_bytes(content)
        return str(path)

    def finish(self, attempt: AttemptId) -> None:
        """All has arrived. The file of a script is there, however little was printed."""
        log = self._logs.pop(attempt, None)
        for stdout in (False, True):
            copy = self._copies.pop((attempt, stdout), None)
            self._open.pop((attempt, stdout), None)
            if copy is not None:
                copy.file.close()
        if attempt in self._scripts and log is not None:
            self._scripts.discard(attempt)
            _make(f"{log}.stdout")

    def _copy(self, attempt: AttemptId, stdout: bool) -> _Copy:
        found = self._copies.get((attempt, stdout))
        if found is None:
            log = self._logs[attempt]
            found = self._copies[attempt, stdout] = _Copy(f"{log}.stdout" if stdout else log)
        return found

    def _used(self, key: tuple[AttemptId, bool], file: LogFile) -> None:
        self._open[key] = file
        self._open.move_to_end(key)
        if len(self._open) > OPEN_FILES:
            self._open.popitem(last=False)[1].close()


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size
    except OSError:
        return 0


def _make(path: str) -> None:
    try:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600))
    except OSError:
        return  # who reads it finds that out, and says so
