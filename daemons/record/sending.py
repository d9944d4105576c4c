"""The maitre-d's side of its record: what is noted goes to the keeper (daemons.record.keeper), which writes it.

    note() ----> records in memory ----> run: frames down a pipe, a few times a second ----> keeper
                 (bounded: what is too much is counted, and said)      `-- its lines go to the log

Nothing here waits for a disk, and nothing of the farm waits for this. A keeper that has ended is started again.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import msgspec
import trio

from daemons.frames import frame
from runtime.history.records import Capacity, Record

GATHER_S = 0.1
MOST_RECORDS = 200_000
"""That wait for a keeper which does not read: some 100 MB."""
PIECE = 500
"""So many are packed at a time: all others have a turn before the next ones."""
RESTART_S = 60.0
END_S = 5.0
"""How long a keeper is waited for at the end; after that it finishes its work alone."""

_encode = msgspec.msgpack.Encoder().encode
_LINE_BYTES = 1 << 16


class Recording:
    """The record of one maitre-d, in `path`. `days`: so long rows are kept, `tally_days` the tallies; `zone` is the
    name of the site's clock, empty for the machine's own; `say` takes lines for the log."""

    def __init__(self, path: Path, days: float, tally_days: float, zone: str, say: Callable[[str], None]) -> None:
        self.path = path
        self._words = (str(path), str(days), str(tally_days), zone)
        self._say = say
        self._records: list[Record] = []
        self._missing = 0
        self._something = trio.Event()
        self._capacity: Capacity | None = None
        """How many slots there are: a keeper that comes later has to know it too."""
        self._ends = False
        self._ended = trio.Event()

    def note(self, record: Record) -> None:
        """Something for the record. Never waits."""
        if len(self._records) >= MOST_RECORDS:
            if not self._missing:
                self._say("record: its keeper does not read: events are missing from now on")
            self._missing += 1
            return
        if isinstance(record, Capacity):
            self._capacity = record
        self._records.append(record)
        self._something.set()

    async def run(self) -> None:
        """Keep a keeper at work, until `end`."""
        while not self._ends:
            try:
                keeper = await self._begin()
            except OSError as error:
                self._say(f"record: its keeper cannot be started ({error}): tried again every {RESTART_S:g} s")
            else:
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(self._listen, keeper)
                    await self._feed(keeper)
                    await keeper.wait()
                    nursery.cancel_scope.cancel()
                if not self._ends:
                    self._say(f"record: its keeper has ended ({keeper.returncode}): again in {RESTART_S:g} s")
            with trio.move_on_after(RESTART_S):
                while not self._ends:
                    await trio.sleep(GATHER_S)
        self._ended.set()

    async def end(self) -> None:
        """Send what is left, and wait until it is written, or has taken too long."""
        self._ends = True
        self._something.set()
        with trio.move_on_after(END_S):
            await self._ended.wait()

    async def _begin(self) -> trio.Process:
        """A session of its own: Ctrl-C is for the maitre-d, and the keeper ends with its stdin."""
        return await trio.lowlevel.open_process(
            [sys.executable, "-P", "-m", "daemons.record.keeper", *self._words],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    async def _feed(self, keeper: trio.Process) -> None:
        """Send what comes, until the keeper has gone, or the end."""
        pipe = keeper.stdin
        assert pipe is not None
        if self._capacity is not None:
            self._records.insert(0, msgspec.structs.replace(self._capacity, at=time.time()))
        async with pipe:
            while self._records or not self._ends:
                await self._something.wait()
                self._something = trio.Event()
                try:
                    while self._records:
                        piece, self._records = self._records[:PIECE], self._records[PIECE:]
                        await pipe.send_all(frame(_encode(piece)))
                        self._tell_missing()
                except (trio.BrokenResourceError, trio.ClosedResourceError):
                    self._missing += len(piece)
                    return
                if not self._ends:
                    await trio.sleep(GATHER_S)

    def _tell_missing(self) -> None:
        if self._missing:
            self._say(f"record: {self._missing} events are missing in it")
            self._missing = 0

    async def _listen(self, keeper: trio.Process) -> None:
        """What the keeper says goes to the log."""
        pipe = keeper.stdout
        assert pipe is not None
        rest = b""
        async with pipe:
            async for data in pipe:
                *lines, rest = (rest + data).split(b"\n")
                for line in lines:
                    self._say(f"record: {line.decode(errors='replace')}")
                rest = rest[-_LINE_BYTES:]
