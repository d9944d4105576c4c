"""Python's garbage collector, as a daemon wants it that runs for months beside much that stays."""

from __future__ import annotations

import gc

_YOUNG, _MIDDLE, _OLD = 2_000, 4, 30_000
"""So many new objects are worth a look, so many looks one at what is older, and so on: a look holds everything up. One
at what is new, or a little older, takes a millisecond or two; one at all of it the longer, the more there is."""


def settle() -> None:
    """All that was read at the start stays: it is not looked at again, and what comes seldom enough."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_YOUNG, _MIDDLE, _OLD)
