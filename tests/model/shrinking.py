"""The fewest steps that still fail. Hypothesis shrinks what it drew; where each try takes as long as here, it is
quicker to leave out steps: half of them, then a quarter, then one by one.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from typing import Any

BUDGET_S = 90.0


def shrunk(
    steps: Sequence[tuple[str, dict[str, Any]]], fails: Callable[[list[tuple[str, dict[str, Any]]]], bool]
) -> list[tuple[str, dict[str, Any]]]:
    """What is left of `steps` when nothing more can be left out, or when time is over. The first and the last stay."""
    until = time.monotonic() + BUDGET_S
    kept = list(steps)
    size = max(1, (len(kept) - 2) // 2)
    while time.monotonic() < until:
        at, smaller = 1, False
        while at < len(kept) - 1 and time.monotonic() < until:
            fewer = kept[:at] + kept[min(at + size, len(kept) - 1) :]
            if fails(fewer):
                kept, smaller = fewer, True
            else:
                at += size
        if size == 1 and not smaller:
            break
        size = max(1, size // 2)
    for at, (name, drawn) in enumerate(kept):
        for key, plain in (("order", 0), ("then", 0.0)):
            if drawn.get(key) and time.monotonic() < until:
                simpler = [*kept[:at], (name, {**drawn, key: plain}), *kept[at + 1 :]]
                if fails(simpler):
                    kept, drawn = simpler, simpler[at][1]
    return kept
