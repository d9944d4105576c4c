"""Words that have to fit."""

from __future__ import annotations

from collections.abc import Callable

from daemons.wording import printable

_LONGEST_TITLE = 200
"""Of a window, in characters: no window manager shows more, and a server need not carry a megabyte."""


def of_window(title: str) -> str:
    """A title for a window: on one line, and no longer than can be shown."""
    words = printable(title[: 2 * _LONGEST_TITLE])
    return words if len(words) <= _LONGEST_TITLE else f"{words[:_LONGEST_TITLE]} ..."


def cut(text: str, measure: Callable[[str], int], room: float) -> str:
    """As much of a text as fits into so many pixels, with dots where something is left out."""
    most = max(1, int(room))  # no letter is narrower than a pixel; measuring a megabyte takes long
    if len(text) <= most and measure(text) <= room:
        return text
    low, high = 0, min(len(text), most)
    while low < high:
        middle = (low + high + 1) // 2
        if measure(text[:middle] + "...") <= room:
            low = middle
        else:
            high = middle - 1
    return text[:low] + "..."
