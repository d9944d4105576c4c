"""Does a command still get on? What it prints counts, and the CPU time of its processes. No clock, no processes here.

    it printed something          alive then
    at a look: CPU time used      alive now: BUSY_SHARE of a core since the last look, or a child of its has ended
    neither for `limit_s`         over

A command that waits for a lock, for a file server or for an answer shows neither. One that computes in silence goes on:
how long that may be is for -maxrunsecs to say.
"""

from __future__ import annotations

BUSY_SHARE = 0.01
LOOKS = 4
"""So often in `limit_s` it is looked at a command that prints nothing: it is ended by a quarter of it late at most."""


class Stillness:
    """One command, begun at `now`; times are monotonic, in seconds. `look_at`: when `is_over` is to be asked."""

    def __init__(self, limit_s: float, now: float) -> None:
        self._limit_s = limit_s
        self._alive_at = self._looked_at = now
        self._cpu_s = 0.0
        self.look_at = now + limit_s / LOOKS

    def printed(self, now: float) -> None:
        """There was output."""
        self._alive_at = now

    def is_over(self, now: float, cpu_s: float) -> bool:
        """A look, when its processes have used so much CPU time: whether nothing has happened for too long."""
        used_s, passed_s = cpu_s - self._cpu_s, now - self._looked_at
        self._cpu_s, self._looked_at = cpu_s, now
        if used_s < 0 or used_s > BUSY_SHARE * passed_s:
            self._alive_at = now
        over_at = self._alive_at + self._limit_s
        self.look_at = min(now + self._limit_s / LOOKS, over_at)
        return now >= over_at
