"""The launcher's loop: descriptors that became readable, and timers. Knows nothing of commands.

Not trio: the parent of every command is one small process that starts in a moment and spends its time in the kernel.
"""

from __future__ import annotations

import select
import time
from collections.abc import Callable
from heapq import heappop, heappush


class Loop:
    """epoll and a heap of timers. A turn is `wait`, then `run_timers`; what else belongs to it is the owner's."""

    def __init__(self) -> None:
        self._epoll = select.epoll()
        self._handlers: dict[int, Callable[[], object]] = {}
        self._timers: list[tuple[float, int, Callable[[], object]]] = []
        self._number = 0

    def listen(self, descriptor: int, handler: Callable[[], object]) -> None:
        """Call `handler` whenever there is something to read, or the other side has closed."""
        self._handlers[descriptor] = handler
        self._epoll.register(descriptor, select.EPOLLIN)

    def also_write(self, descriptor: int, wanted: bool) -> None:
        """Whether its handler is to be called, too, when there is room to write."""
        self._epoll.modify(descriptor, select.EPOLLIN | (select.EPOLLOUT if wanted else 0))

    def forget(self, descriptor: int) -> None:
        """Call before closing. A child that is just being executed may still have the descriptor open: closing alone
        would leave it in the epoll set for that while, and every wait would return at once."""
        del self._handlers[descriptor]
        self._epoll.unregister(descriptor)

    def at(self, when: float, action: Callable[[], object]) -> None:
        """Call `action` once, at a time of the monotonic clock."""
        self._number += 1
        heappush(self._timers, (when, self._number, action))

    def wait(self) -> None:
        """Wait for descriptors, or for the next timer, and call the handlers."""
        timeout = max(0.0, self._timers[0][0] - time.monotonic()) if self._timers else None
        handlers = self._handlers
        for descriptor, _ in self._epoll.poll(timeout):
            handler = handlers.get(descriptor)  # an earlier one in this turn may have forgotten it
            if handler is not None:
                handler()

    def run_timers(self) -> None:
        """Call what is due."""
        timers = self._timers
        if timers:
            now = time.monotonic()
            while timers and timers[0][0] <= now:
                heappop(timers)[2]()
