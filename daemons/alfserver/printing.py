"""What attempts print, on its way from their files to one dispatcher. The files are the buffer: nothing is held here.

    launcher --> N.log --read in pieces--> Printed ... Printed --> Ended
                             ^ at a piece of each attempt a round, then the connection is drained

A file that grows is looked at every POLL_S while its attempt runs: a look costs microseconds, and telling us would cost
the launcher more. What is short comes with its end, at once. A connection that is slow to read gets slow output; it
never holds up another one, nor the command.
"""

from __future__ import annotations

from typing import Protocol

import trio

from daemons.alfserver.store import Store, read_some
from runtime.alfserver.orders import Finish, Follow, Number
from runtime.farm_messages import Ended, FarmMessage, NotStarted, Printed, Said

POLL_S = 0.2
PIECE_BYTES = 64 * 1024


class Posts(Protocol):
    """The connection (`daemons.link.Link`)."""

    def post(self, message: FarmMessage) -> None: ...

    async def drain(self) -> None: ...


class _Cursor:
    """How far an attempt's output has been sent. `kept`: how many chunks there are; `end`: what comes last."""

    __slots__ = ("attempt", "chunks", "end", "has_stdout", "kept", "number", "output", "stdout")

    def __init__(self, order: Follow, kept: int, *, has_stdout: bool) -> None:
        self.number = order.number
        self.attempt = order.attempt
        self.output = order.output
        self.stdout = order.stdout
        self.chunks = order.chunks
        self.kept = kept
        self.has_stdout = has_stdout
        self.end: Ended | NotStarted | None = None


class Printer:
    """The output of all attempts that one connection follows. Run `run` in a task."""

    def __init__(self, link: Posts, store: Store) -> None:
        self._link = link
        self._store = store
        self._cursors: dict[Number, _Cursor] = {}
        self._busy = False
        """More waits than was sent at once: the task goes round."""
        self._wanted = trio.Event()
        self._hurry = trio.Event()

    def follow(self, order: Follow, kept: int = 0, *, has_stdout: bool) -> None:
        """Send an attempt's output; `kept` chunks of it are there already."""
        self._cursors[order.number] = _Cursor(order, kept, has_stdout=has_stdout)
        self._wanted.set()

    def chunk_kept(self, number: Number, kept: int) -> None:
        """A script that the attempt named is in the store."""
        cursor = self._cursors.get(number)
        if cursor is not None:
            cursor.kept = kept
            self._hurry.set()

    def finish(self, order: Finish) -> None:
        """The attempt has ended, and all its output is there."""
        cursor = self._cursors.get(order.number)
        if cursor is None:
            return
        cursor.end = order.end
        if not self._busy and self._turn(cursor):
            self._hurry.set()

    async def run(self) -> None:
        """Send what comes, until cancelled."""
        while True:
            if not self._cursors:
                self._wanted = trio.Event()
                await self._wanted.wait()
            with trio.move_on_after(POLL_S):
                await self._hurry.wait()
            self._hurry = trio.Event()
            while self._round():
                self._busy = True
                await self._link.drain()
            self._busy = False

    def _round(self) -> bool:
        """A piece of each; whether there is more."""
        more = False
        for cursor in list(self._cursors.values()):
            more |= self._turn(cursor)
        return more

    def _turn(self, cursor: _Cursor) -> bool:
        """Send a piece of one attempt's output, or its end; whether there may be more."""
        more = self._print(cursor) | self._print_stdout(cursor) | self._say_chunk(cursor)
        if cursor.end is not None and not more:
            del self._cursors[cursor.number]
            self._link.post(cursor.end)
        return more

    def _print(self, cursor: _Cursor) -> bool:
        data = read_some(self._store.output(cursor.number), cursor.output, PIECE_BYTES)
        if data:
            self._link.post(Printed(cursor.attempt, cursor.output, data))
            cursor.output += len(data)
        return len(data) == PIECE_BYTES

    def _print_stdout(self, cursor: _Cursor) -> bool:
        if not cursor.has_stdout:
            return False
        data = read_some(self._store.stdout(cursor.number), cursor.stdout, PIECE_BYTES)
        if data:
            self._link.post(Printed(cursor.attempt, cursor.stdout, data, stdout=True))
            cursor.stdout += len(data)
        return len(data) == PIECE_BYTES

    def _say_chunk(self, cursor: _Cursor) -> bool:
        if cursor.chunks < cursor.kept:
            cursor.chunks += 1
            text, trouble = self._store.chunk(cursor.number, cursor.chunks)
            self._link.post(Said(cursor.attempt, chunk=text, trouble=trouble, number=cursor.chunks))
        return cursor.chunks < cursor.kept
