"""Pauses between tries to reach somebody who does not answer: each is twice as long as the one before it."""

from __future__ import annotations

import trio


class Pauses:
    """From `first_s` to `longest_s`."""

    def __init__(self, first_s: float, longest_s: float) -> None:
        self._first_s = first_s
        self._longest_s = longest_s
        self._next_s = first_s

    def reset(self) -> None:
        """Somebody has answered: the next pause is a short one again."""
        self._next_s = self._first_s

    async def wait(self) -> None:
        """One pause."""
        pause_s = self._next_s
        self._next_s = min(2 * pause_s, self._longest_s)
        await trio.sleep(pause_s)
