"""Python's garbage collector, as a daemon wants it that runs for months beside much that stays.

Python looks by itself when so many more objects have come than have gone. Where as many go as come, as in a farm that
is full, it would look hardly ever, and then at all that has come meanwhile: tens of milliseconds at once. So a daemon
whose events may not wait looks after each event, at what is new.
"""

from __future__ import annotations

import gc

_YOUNG, _MIDDLE, _OLD = 2_000, 16, 1_000_000
"""So many new objects are worth a look, so many looks one at what is older, and so on: a look holds everything up. One
at what is new, or a little older, takes less than a millisecond; one at all of it the longer, the more there is."""


def settle() -> None:
    """All that was read at the start stays: it is not looked at again, and what comes seldom enough."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _MIDDLE, _OLD)


def look() -> None:
    """An event is over: look at what is new, now and then also at what came with the events before it."""
    gc.collect(1 if gc.get_count()[1] >= _MIDDLE else 0)
