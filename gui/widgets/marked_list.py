"""A list of names, each perhaps with a mark and a few words beside it; painted, so that it may be long.

    [x] janus1    janus    pixarRender        click, space: what the list is for       right button: its menu

A name can be typed over in its place.
"""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Sequence
from tkinter.font import nametofont
from typing import NamedTuple

from daemons.wording import printable
from gui.look.scheme import Scheme
from gui.widgets.fields import on_entered
from gui.widgets.painted import Painted, Pen, Visible, with_scrollbars
from gui.widgets.words import cut

_SHIFT, _CONTROL = 0x1, 0x4


class Row(NamedTuple):
    """A line: its words, the name first, and its mark."""

    words: tuple[str, ...]
    mark: tk.PhotoImage | None = None


class MarkedList(tk.Frame):
    """`is_marked`: whether there is room for a mark. `widths`: of all words but the last, in characters. `on_click`
    hears of a click, and of space; `on_step` where the arrow keys have gone. What is selected is so by both; `several`:
    also with Shift and Ctrl."""

    def __init__(
        self, parent: tk.Misc, scheme: Scheme, name: str, *, on_click: Callable[[str], object],
        on_step: Callable[[str], object] = lambda _key: None,
        on_menu: Callable[[str, int, int], object] = lambda _key, _x, _y: None, widths: Sequence[int] = (),
        several: bool = False, is_marked: bool = False, width: int = 16, height: int = 10,
    ) -> None:  # fmt: skip
        super().__init__(parent, name=name, borderwidth=scheme.px(2), relief="sunken")
        self._scheme, self._on_click, self._on_menu, self._several = scheme, on_click, on_menu, several
        self._on_step = on_step
        self.names: Sequence[str] = ()
        """The keys of all lines."""
        self._row_of: Callable[[str], Row] = _name_alone
        self._places: dict[str, int] = {}
        self._indent = scheme.px(20 if is_marked else 4)
        self.selected: set[str] = set()
        self.at = ""
        """Where the user is."""
        self._bold, self._plain = nametofont("TkDefaultFont", self), nametofont("TkTextFont", self)
        self.row = self._bold.metrics("linespace") + scheme.px(3)
        digit = self._bold.measure("0")
        self._widths = [each * digit for each in widths]
        self.canvas = Painted(
            self, self._draw, name="canvas", highlightthickness=1, takefocus=1, background=scheme.field,
            width=width * digit, height=height * self.row, yscrollincrement=self.row,
        )  # fmt: skip
        with_scrollbars(self, self.canvas)
        self.canvas.bind("<Button-1>", self._pressed)
        self.canvas.bind("<Button-3>", self._menu)
        self.canvas.bind("<space>", lambda _event: self.at and self._on_click(self.at))
        for key, step in (("Up", -1), ("Down", 1), ("Prior", -10), ("Next", 10)):
            self.canvas.bind(f"<{key}>", lambda _event, step=step: self._step(step))  # type: ignore[misc]
        for key in ("<Shift-F10>", "<Menu>"):
            self.canvas.bind(key, self._menu_here)

    def show(self, names: Sequence[str], row_of: Callable[[str], Row] | None = None) -> None:
        """These are the lines now. Only those in sight are asked for their words."""
        self.names, self._row_of = names, row_of or _name_alone
        self._places = {name: place for place, name in enumerate(names)}
        self.selected &= self._places.keys()
        if self.at not in self._places:
            self.at = ""
        self.canvas.set_size(1, max(1, len(names) * self.row))
        self.canvas.changed()

    def select(self, key: str) -> None:
        """This one, and no other."""
        self.selected, self.at = {key}, key
        place = self._place(key)
        if place is not None:
            self.canvas.see(0, place * self.row, 1, (place + 1) * self.row)
        self.canvas.changed()

    def place_of(self, key: str) -> tuple[int, int]:
        """Where a line is in the canvas. Raises KeyError."""
        place = self._place(key)
        if place is None:
            raise KeyError(key)
        return self._scheme.px(12), int(place * self.row - self.canvas.canvasy(0)) + self.row // 2

    def type_over(self, key: str, entered: Callable[[str], object]) -> tk.Entry | None:
        """A field in place of a name; it goes when something was entered, and with Escape."""
        place = self._place(key)
        if place is None:
            return None
        entry = tk.Entry(self.canvas, name="over")
        entry.insert(0, key)
        entry.selection_range(0, "end")

        def gone(_event: object = None) -> None:
            self.canvas.focus_set()
            entry.destroy()

        on_entered(entry, key, entered, given_up=gone)
        for event in ("<Return>", "<KP_Enter>", "<FocusOut>"):
            entry.bind(event, gone, add=True)
        _, y = self.place_of(key)
        entry.place(x=self._indent, y=y - self.row // 2 - self._scheme.px(2), relwidth=1, width=-self._indent)
        entry.focus_set()
        return entry

    # ---- painting ------------------------------------------------------------------------------------

    def _draw(self, pen: Pen, seen: Visible) -> None:
        scheme, px = self._scheme, self._scheme.px
        first, last = int(seen.top // self.row), int(seen.bottom // self.row) + 1
        for place in range(max(0, first), min(len(self.names), last)):
            key, top = self.names[place], place * self.row
            row = self._row_of(key)
            slot = place % (int((seen.bottom - seen.top) // self.row) + 2)
            chosen = key in self.selected
            pen.box((slot, "row"), 0, top, seen.right, top + self.row, fill=scheme.chosen if chosen else scheme.field)
            if key == self.at:
                pen.line((slot, "at"), 0, top + self.row - 1, seen.right, top + self.row - 1, fill=scheme.line)
            left = self._indent
            if row.mark is not None:
                pen.mark((slot, "mark"), px(4), top + self.row / 2, row.mark, anchor="w")
            for number, words in enumerate(row.words):
                right = left + self._widths[number] if number < len(self._widths) else int(seen.right)
                font = self._plain if number else self._bold
                text = cut(printable(words), font.measure, right - left - px(6))
                pen.text(
                    (slot, number), left, top + self.row / 2, text, font="TkTextFont" if number else "TkDefaultFont",
                    fill=scheme.foreground,
                )  # fmt: skip
                left = right

    # ---- hands ---------------------------------------------------------------------------------------

    def _place(self, key: str) -> int | None:
        return self._places.get(key)

    def _key_at(self, event: tk.Event[tk.Misc]) -> str:
        place = int(self.canvas.canvasy(event.y) // self.row)
        return self.names[place] if 0 <= place < len(self.names) else ""

    def _pressed(self, event: tk.Event[tk.Misc]) -> None:
        self.canvas.focus_set()
        key, state = self._key_at(event), int(event.state)
        if not key:
            return
        if self._several and state & _SHIFT and self.at:
            one, other = sorted((self._place(self.at) or 0, self._place(key) or 0))
            self.selected = set(self.names[one : other + 1])
        elif self._several and state & _CONTROL:
            self.selected ^= {key}
            self.at = key
        else:
            self.selected, self.at = {key}, key
        self.canvas.changed()
        self._on_click(key)

    def _step(self, step: int) -> str:
        if self.names:
            place = self._place(self.at)
            place = 0 if place is None else max(0, min(place + step, len(self.names) - 1))
            self.select(self.names[place])
            self._on_step(self.at)
        return "break"

    def _menu(self, event: tk.Event[tk.Misc]) -> None:
        key = self._key_at(event)
        if key:
            if key not in self.selected:
                self.select(key)
            self._on_menu(key, event.x_root, event.y_root)

    def _menu_here(self, _event: object) -> str:
        if self.at:
            x, y = self.place_of(self.at)
            self._on_menu(self.at, self.canvas.winfo_rootx() + x, self.canvas.winfo_rooty() + y)
        return "break"


def _name_alone(name: str) -> Row:
    return Row((name,))
