"""A canvas that shows the visible part of something large, out of a model.

    the model changes --> changed() --> one idle callback --> draw(pen, what is visible)

`draw` says everything that is to be seen, every time, as a game does. What it says is kept by its key: an item that is
as it was costs no call of Tk, one that has moved or changed colour costs one, and what is not said any more is hidden
and used again. So a frame costs what can be seen and what has changed, however large the model is.
"""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Hashable
from functools import partial
from typing import Any, NamedTuple


class Visible(NamedTuple):
    """The part of the drawing that can be seen, in its own coordinates."""

    left: float
    top: float
    right: float
    bottom: float


class _Item:
    """An item of the canvas: what it is, where and how it was drawn last."""

    __slots__ = ("coords", "frame", "item", "kind", "options")

    def __init__(self, kind: str, item: int) -> None:
        self.kind = kind
        self.item = item
        self.coords: tuple[float, ...] = ()
        self.options: dict[str, Any] = {}
        self.frame = 0


class Pen:
    """What a drawing is made with. Keys are the drawing's own: equal keys are the same thing in two frames."""

    def __init__(self, canvas: tk.Canvas) -> None:
        self._canvas = canvas
        self._items: dict[Hashable, _Item] = {}
        self._spare: dict[str, list[_Item]] = {}
        self._frame = 0

    def box(self, key: Hashable, left: float, top: float, right: float, bottom: float, **options: Any) -> None:
        self._put("rectangle", key, (left, top, right, bottom), {"outline": "", **options})

    def text(self, key: Hashable, x: float, y: float, text: str, **options: Any) -> None:
        self._put("text", key, (x, y), {"anchor": "w", "text": text, **options})

    def line(self, key: Hashable, *coords: float, **options: Any) -> None:
        self._put("line", key, coords, options)

    def mark(self, key: Hashable, x: float, y: float, image: tk.PhotoImage, **options: Any) -> None:
        self._put("image", key, (x, y), {"image": image, **options})

    def begin(self) -> None:
        """Another frame."""
        self._frame += 1

    def end(self) -> None:
        """What this frame has not said is not seen."""
        gone = [key for key, item in self._items.items() if item.frame != self._frame]
        for key in gone:
            item = self._items.pop(key)
            self._canvas.itemconfigure(item.item, state="hidden")
            item.options["state"] = "hidden"
            self._spare.setdefault(item.kind, []).append(item)

    def _put(self, kind: str, key: Hashable, coords: tuple[float, ...], options: dict[str, Any]) -> None:
        item = self._items.get(key)
        if item is None or item.kind != kind:
            item = self._items[key] = self._fresh(kind, coords)
        item.frame = self._frame
        if item.coords != coords:
            self._canvas.coords(item.item, *coords)
            item.coords = coords
        options.setdefault("state", "normal")
        if item.options != options:
            known = item.options
            self._canvas.itemconfigure(
                item.item, {name: value for name, value in options.items() if known.get(name) != value}
            )
            item.options = {**known, **options}

    def _fresh(self, kind: str, coords: tuple[float, ...]) -> _Item:
        spare = self._spare.get(kind)
        if spare:
            item = spare.pop()
        else:
            create: Callable[..., int] = getattr(self._canvas, f"create_{kind}")
            item = _Item(kind, create(*coords))
            item.coords = coords
        self._canvas.tag_raise(item.item)
        return item


class Painted(tk.Canvas):
    """`draw` draws what is visible; `changed` says that it is to be drawn again, soon and once."""

    def __init__(self, parent: tk.Misc, draw: Callable[[Pen, Visible], None], **options: Any) -> None:
        super().__init__(parent, **options)
        self._draw = draw
        self._pen = Pen(self)
        self._due = ""
        self.bind("<Configure>", lambda _event: self.changed())

    def changed(self) -> None:
        """The model is another."""
        if not self._due:
            self._due = self.after_idle(self.paint)

    def paint(self) -> None:
        """Draw now what is visible."""
        self._due = ""
        left, top = self.canvasx(0), self.canvasy(0)
        self._pen.begin()
        self._draw(self._pen, Visible(left, top, left + self.winfo_width(), top + self.winfo_height()))
        self._pen.end()

    def set_size(self, width: float, height: float) -> None:
        """How large the whole drawing is; its upper left corner is (0, 0)."""
        self.configure(scrollregion=(0, 0, width, height))

    def see(self, left: float, top: float, right: float, bottom: float) -> None:
        """Scroll, as little as is needed, until this part is visible."""
        _, _, width, height = (float(number) for number in str(self.cget("scrollregion")).split() or (0, 0, 1, 1))
        self.xview_moveto(_scrolled(self.canvasx(0), self.winfo_width(), left, right) / max(width, 1.0))
        self.yview_moveto(_scrolled(self.canvasy(0), self.winfo_height(), top, bottom) / max(height, 1.0))
        if self.canvasy(self.winfo_height()) < bottom and top > self.canvasy(0):
            self.yview_scroll(1, "units")  # it stops at whole units
        self.changed()

    def destroy(self) -> None:
        if self._due:
            self.after_cancel(self._due)
            self._due = ""
        super().destroy()


def _scrolled(start: float, size: float, first: float, last: float) -> float:
    """Where the visible part is to start."""
    if last > start + size:
        start = last - size
    return max(0.0, min(start, first))


def with_scrollbars(parent: tk.Misc, canvas: Painted, *, across: bool = False) -> None:
    """Lay out a painted canvas that fills its parent, with scroll bars that paint it again, and the wheel."""
    down = tk.Scrollbar(parent, name="down", command=partial(_scroll, canvas, "yview"))
    down.pack(side="right", fill="y")
    canvas.configure(yscrollcommand=down.set)
    if across:
        along = tk.Scrollbar(parent, name="across", orient="horizontal", command=partial(_scroll, canvas, "xview"))
        along.pack(side="bottom", fill="x")
        canvas.configure(xscrollcommand=along.set)
    canvas.pack(side="left", fill="both", expand=True)
    for button, step in ((4, -3), (5, 3)):
        canvas.bind(f"<Button-{button}>", partial(_wheel, canvas, "yview", step))
        canvas.bind(f"<Shift-Button-{button}>", partial(_wheel, canvas, "xview", step))


def _scroll(canvas: Painted, view: str, *words: object) -> None:
    getattr(canvas, view)(*words)
    canvas.changed()


def _wheel(canvas: Painted, view: str, step: int, _event: object) -> None:
    _scroll(canvas, view, "scroll", step, "units")
