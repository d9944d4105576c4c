"""The maitre-d asks its record, in a process of its own: nobody waits for a large answer but who wants it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import trio

from runtime.farm_messages import AskRecord, Recorded, Refused

AT_A_TIME = 2
MOST_WAITING = 32
LIMIT_S = 60.0
_MOST_BYTES = 32 << 20
_LONGEST_QUESTION = 4_096


class Answering:
    """`path` is the record; None: none is kept."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._turns = trio.CapacityLimiter(AT_A_TIME)

    async def answer(self, message: AskRecord) -> Recorded | Refused:
        """The answer, or why there is none."""
        serial = message.serial
        if self._path is None:
            return Refused(serial, "this maitre-d keeps no record: alfConfig(historyDays) is 0")
        if len(message.question) > _LONGEST_QUESTION:
            return Refused(serial, "that question is too long")
        if self._turns.statistics().tasks_waiting >= MOST_WAITING:
            return Refused(serial, "too many ask for reports at once: ask again later")
        async with self._turns:
            with trio.move_on_after(LIMIT_S):
                return await self._ask(self._path, message)
        return Refused(serial, f"the report took more than {LIMIT_S:g} s: ask for a shorter time")

    async def _ask(self, path: Path, message: AskRecord) -> Recorded | Refused:
        words = [sys.executable, "-P", "-m", "daemons.record.questions", str(path)]
        try:
            done = await trio.run_process(
                words, stdin=message.question, capture_stdout=True, stderr=subprocess.DEVNULL, check=False
            )
        except OSError as error:
            return Refused(message.serial, f"the record cannot be asked: {error.strerror}")
        if done.returncode or len(done.stdout) > _MOST_BYTES:
            return Refused(message.serial, f"the record cannot be asked (status {done.returncode})")
        return Recorded(message.serial, done.stdout)
