"""The marks that stand beside words: diamonds, squares, locks. Images, in the colours and size of the scheme.

diamond   a slot or a choice: filled, or only its outline
square    an indicator that is set (filled) or not
lock      a line that is shut, or open to be edited
cross     an error: so that no colour alone says it
"""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable

from gui.look.scheme import Scheme

_SHUT = (
    "..xxxx..",
    ".x....x.",
    ".x....x.",
    ".x....x.",
    "xxxxxxxx",
    "x......x",
    "x..xx..x",
    "x..xx..x",
    "x......x",
    "xxxxxxxx",
)
_OPEN = (
    "xxxx....",
    "x...x...",
    "....x...",
    "....x...",
    "xxxxxxxx",
    "x......x",
    "x..xx..x",
    "x..xx..x",
    "x......x",
    "xxxxxxxx",
)
_CROSS = ("x.....x", ".x...x.", "..x.x..", "...x...", "..x.x..", ".x...x.", "x.....x")


class Marks:
    """The marks of a scheme; each is made when it is asked for first, and kept as long as this object."""

    def __init__(self, root: tk.Misc, scheme: Scheme) -> None:
        self._root = root
        self._scheme = scheme
        self._made: dict[tuple[str, ...], tk.PhotoImage] = {}

    def diamond(self, fill: str, *, outline: bool = False) -> tk.PhotoImage:
        """Filled with a colour, with edges as if it were raised; or only its outline in that colour."""
        return self._mark(("diamond", fill, str(outline)), lambda: self._diamond(fill, outline))

    def square(self, fill: str) -> tk.PhotoImage:
        """Sunken, filled with a colour."""
        return self._mark(("square", fill), lambda: self._square(fill))

    def lock(self, *, is_open: bool) -> tk.PhotoImage:
        colour = self._scheme.warning if is_open else self._scheme.foreground
        return self._mark(("lock", str(is_open)), lambda: self._drawn(_OPEN if is_open else _SHUT, colour))

    def cross(self, colour: str) -> tk.PhotoImage:
        return self._mark(("cross", colour), lambda: self._drawn(_CROSS, colour))

    def _mark(self, name: tuple[str, ...], make: Callable[[], tk.PhotoImage]) -> tk.PhotoImage:
        found = self._made.get(name)
        if found is None:
            found = self._made[name] = make()
        return found

    def _diamond(self, fill: str, outline: bool) -> tk.PhotoImage:
        reach = self._scheme.px(11) // 2
        edge = 0 if outline else self._scheme.px(2)
        image = self._blank(2 * reach + 1, 2 * reach + 1)
        for y in range(2 * reach + 1):
            for x in range(2 * reach + 1):
                distance = abs(x - reach) + abs(y - reach)
                if distance > reach or (outline and distance < reach):
                    continue
                inside = outline or distance <= reach - edge
                light = y < reach or (y == reach and x <= reach)
                image.put(fill if inside else self._edge(light), (x, y))
        return image

    def _square(self, fill: str) -> tk.PhotoImage:
        size, edge = self._scheme.px(10), self._scheme.px(2)
        image = self._blank(size, size)
        for y in range(size):
            for x in range(size):
                near, far = min(x, y), min(size - 1 - x, size - 1 - y)
                inside = min(near, far) >= edge
                image.put(fill if inside else self._edge(near > far), (x, y))
        return image

    def _edge(self, light: bool) -> str:
        return self._scheme.light_edge if light else self._scheme.dark_edge

    def _drawn(self, rows: tuple[str, ...], colour: str) -> tk.PhotoImage:
        times = self._scheme.px(1.4)
        image = self._blank(len(rows[0]) * times, len(rows) * times)
        for y, row in enumerate(rows):
            for x, point in enumerate(row):
                if point == "x":
                    image.put(colour, (x * times, y * times, (x + 1) * times, (y + 1) * times))
        return image

    def _blank(self, width: int, height: int) -> tk.PhotoImage:
        return tk.PhotoImage(master=self._root, width=width, height=height)
