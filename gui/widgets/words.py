"""Words that have to fit."""

from __future__ import annotations

from collections.abc import Callable


def cut(text: str, measure: Callable[[str], int], room: float) -> str:
    """As much of a text as fits into so many pixels, with dots where something is left out."""
    if measure(text) <= room:
        return text
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if measure(text[:middle] + "...") <= room:
            low = middle
        else:
            high = middle - 1
    return text[:low] + "..."
