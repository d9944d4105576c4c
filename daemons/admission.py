"""What a port spends on strangers: so many may be in their hello at a time, and few of those who are refused have a
line in the log. What a hello is: daemons.hello.
"""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from typing import TypeVar

import trio

from daemons.streams import LinkError

IN_HELLO = 256
"""So many connections may be in their hello at a time; of more, the one that has waited longest is closed."""
TOLD_LINES, TOLD_S = 20, 10.0
"""So many refused connections have a line in the log in such a time; the others are counted."""

_W = TypeVar("_W")


class Admission:
    """Of one daemon. `log` has the lines."""

    def __init__(self, log: logging.Logger) -> None:
        self._log = log
        self._refused = self._told = 0
        self._told_until = 0.0
        self._in_hello: dict[trio.SocketStream, trio.CancelScope] = {}
        """Who waits, the longest first."""

    async def hello(self, stream: trio.SocketStream, meet: Callable[[], Awaitable[_W]]) -> _W:
        """Meet who has connected. Raises LinkError."""
        if len(self._in_hello) >= IN_HELLO:
            next(iter(self._in_hello.values())).cancel()
        with trio.CancelScope() as scope:
            self._in_hello[stream] = scope
            try:
                return await meet()
            finally:
                del self._in_hello[stream]
        raise LinkError("it was in its hello while too many others came")

    def tell(self, error: LinkError) -> None:
        """A connection was refused, or ended by what was wrong with it. The disk is not for strangers to fill."""
        self._refused += 1
        now = trio.current_time()
        if now >= self._told_until:
            self._told, self._told_until = 0, now + TOLD_S
        if self._told < TOLD_LINES:
            self._told += 1
            self._log.warning("a connection was refused: %s (%d so far)", error, self._refused)
