"""Live output: what all running tasks print, as it comes, a line each with its task's title before it."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path

import trio

from daemons.wording import printable
from gui.links.log_reading import LogReading
from runtime.messages import Queue, RunningCmd

_LOOK_S = 0.3
_MOST_LINES = 200
"""Of one command at a time: who prints more than anybody can read has the rest in its log."""


class LiveOutput:
    """`show` gets the new lines. Logs of another machine's dispatcher are not here: `queue` hears what runs."""

    def __init__(self, show: Callable[[Iterable[str]], object]) -> None:
        self._show = show
        self._readings: dict[str, tuple[str, LogReading]] = {}
        self._ended: dict[str, tuple[str, LogReading]] = {}
        self._is_read = False

    def queue(self, queue: Queue) -> None:
        """What runs now. What has ended is read to its end, where somebody reads at all."""
        running = {one.log: one for one in queue.running if one.log}
        for log in [log for log in self._readings if log not in running]:
            ended = self._readings.pop(log)
            if self._is_read:
                self._ended[log] = ended
        for log, one in running.items():
            if log not in self._readings:
                self._readings[log] = (_title(one), LogReading(Path(log)))

    async def run(self) -> None:
        """Read until cancelled."""
        self._is_read = True
        try:
            await self._read()
        finally:
            self._is_read = False
            self._ended = {}

    async def _read(self) -> None:
        while True:
            ended, self._ended = self._ended, {}
            for readings, whole in ((ended, True), (dict(self._readings), False)):
                for title, reading in readings.values():
                    lines = await trio.to_thread.run_sync(_more, reading, whole)
                    self._show(f"[{title}] {line}" for line in lines)
            await trio.sleep(_LOOK_S)


def _more(reading: LogReading, whole: bool) -> list[str]:
    try:
        lines = [line.text for line in reading.more(whole)]
    except OSError as error:
        return [f"its log cannot be read: {error.strerror}"]
    left_out = len(lines) - _MOST_LINES
    return lines if left_out <= 0 else [f"... {left_out:,} lines are in its log ...", *lines[-_MOST_LINES:]]


def _title(running: RunningCmd) -> str:
    return printable(running.task) or f"{running.jid}.{running.tid}"
