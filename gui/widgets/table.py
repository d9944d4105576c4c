"""A table of any length (gui.models.table), painted: a head to sort by, lines with a mark, and those that are selected.

    +--------+-------+-----------+
    | Slot ^ | Host  | State     |      a click on a head sorts by it; at its right edge it can be made wider
    +--------+-------+-----------+
    | <> s1    janus   active    |      click, Ctrl, Shift, arrows, Home, End: choose     right button: the menu

Only the lines in sight are asked for their words.
"""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable
from tkinter.font import nametofont
from typing import Generic

from gui.look.scheme import Scheme
from gui.models.table import Column, Line, Table
from gui.widgets.painted import Painted, Pen, Visible, with_scrollbars
from gui.widgets.words import cut

_GRIP = 4
"""So many pixels beside the edge of a head it can be taken by."""
_NARROWEST = 20
_SHIFT, _CONTROL = 0x1, 0x4


class TableView(tk.Frame, Generic[Line]):
    """`mark` is what stands before a line; `on_sorted`: another order is wanted; `on_chosen`: other lines are selected;
    `on_menu(x, y)`: their menu is wanted there; `on_opened`: a double click, or Return; `on_mark`: a click on the
    mark of a line."""

    def __init__(
        self,
        parent: tk.Misc,
        scheme: Scheme,
        table: Table[Line],
        *,
        name: str = "table",
        mark: Callable[[Line], tk.PhotoImage | None] | None = None,
        on_sorted: Callable[[], object],
        on_chosen: Callable[[], object],
        on_menu: Callable[[int, int], object],
        on_opened: Callable[[], object] = lambda: None,
        on_mark: Callable[[], object] | None = None,
    ) -> None:
        super().__init__(parent, name=name, borderwidth=scheme.px(2), relief="sunken")
        self._scheme, self._table, self._mark = scheme, table, mark
        self._on_sorted, self._on_chosen, self._on_menu, self._on_opened = on_sorted, on_chosen, on_menu, on_opened
        self._on_mark = on_mark
        self.is_stale = False
        """What is shown is as it was."""
        self._bold, self._plain = nametofont("TkHeadingFont", self), nametofont("TkTextFont", self)
        self.row = self._plain.metrics("linespace") + scheme.px(5)
        """The height of a line, in pixels."""
        self._indent = scheme.px(16) if mark else 0
        digit = self._plain.measure("0")
        self._widths = [column.width * digit + scheme.px(10) for column in table.columns]
        self._widths[0] += self._indent
        self._drags: int | None = None
        self._lay_out()

    def _lay_out(self) -> None:
        scheme = self._scheme
        top = tk.Frame(self, name="top")
        top.pack(fill="x")
        tk.Frame(top, width=scheme.px(19)).pack(side="right")
        self.head = Painted(
            top, self._draw_head, name="head", height=self.row + scheme.px(2), highlightthickness=0,
            background=scheme.background, takefocus=0,
        )  # fmt: skip
        self.head.pack(fill="x")
        inner = tk.Frame(self, name="rows")
        inner.pack(fill="both", expand=True)
        self.canvas = Painted(
            inner, self._draw, name="canvas", highlightthickness=1, takefocus=1, height=8 * self.row,
            yscrollincrement=self.row, xscrollincrement=scheme.px(8), background=scheme.field,
        )  # fmt: skip
        with_scrollbars(inner, self.canvas, across=True)
        self._across: tk.Scrollbar = inner.nametowidget("across")
        self.canvas.configure(xscrollcommand=self._scrolled)
        self.head.bind("<Button-1>", self._head_pressed)
        self.head.bind("<B1-Motion>", self._head_moved)
        self.head.bind("<ButtonRelease-1>", self._head_released)
        self.head.bind("<Motion>", self._head_pointed)
        for sequence, run in (
            ("<Button-1>", self._pressed), ("<Double-Button-1>", self._opened), ("<Button-3>", self._menu),
            ("<Return>", self._opened), ("<Shift-F10>", self._menu_here), ("<Menu>", self._menu_here),
            ("<Control-a>", self._all),
        ):  # fmt: skip
            self.canvas.bind(sequence, run)
        for key, places in (("Up", -1), ("Down", 1), ("Home", -(1 << 40)), ("End", 1 << 40)):
            self.canvas.bind(f"<{key}>", lambda event, places=places: self._step(places))  # type: ignore[misc]
        for key, sign in (("Prior", -1), ("Next", 1)):
            self.canvas.bind(f"<{key}>", lambda event, sign=sign: self._step(sign * self._page()))  # type: ignore[misc]

    def _scrolled(self, first: float, last: float) -> None:
        """The head goes with the lines."""
        self._across.set(first, last)
        self.head.changed()

    def changed(self) -> None:
        """The table, or what is selected in it, is another."""
        self.canvas.set_size(sum(self._widths), max(1, len(self._table.lines) * self.row))
        self.canvas.changed()
        self.head.changed()

    def place_of(self, key: str, column: str = "") -> tuple[int, int]:
        """Where a line, and its cell of a column, is in the canvas as it is scrolled now. Raises KeyError."""
        place = self._table.place_of(key)
        if place is None:
            raise KeyError(key)
        x = self._left_of(column) if column else 0
        return (
            int(x - self.canvas.canvasx(0)) + self._indent + self._scheme.px(8),
            int(place * self.row - self.canvas.canvasy(0)) + self.row // 2,
        )

    def head_of(self, column: str) -> tuple[int, int]:
        """Where the head of a column is."""
        return int(self._left_of(column) - self.canvas.canvasx(0)) + self._scheme.px(8), self.row // 2

    # ---- painting ------------------------------------------------------------------------------------

    def _left_of(self, name: str) -> int:
        names = [column.name for column in self._table.columns]
        return sum(self._widths[: names.index(name)])

    def _places(self, seen: Visible) -> list[tuple[Column[Line], int, int]]:
        """The columns, each with where it begins and ends; the last one ends where the window does."""
        found, left = [], 0
        for place, (column, width) in enumerate(zip(self._table.columns, self._widths, strict=True), 1):
            right = left + width if place < len(self._widths) else max(left + width, int(seen.right))
            found.append((column, left, right))
            left = right
        return found

    def _draw_head(self, pen: Pen, seen: Visible) -> None:
        scheme, bottom = self._scheme, self.row + self._scheme.px(1)
        offset, thick = self.canvas.canvasx(0), scheme.px(1.5)
        wide = seen._replace(right=seen.right + offset)
        for column, begin, end in self._places(wide):
            left, right, name = begin - offset, end - offset - 1, column.name
            pen.box((name, "box"), left, 0, right, bottom, fill=scheme.background)
            pen.line((name, "light"), left + 1, bottom, left + 1, 1, right, 1, fill=scheme.light_edge, width=thick)
            pen.line((name, "dark"), left, bottom, right, bottom, right, 0, fill=scheme.dark_edge, width=thick)
            arrow = ""
            if name == self._table.sorted_by:
                arrow = (
                    " \N{BLACK DOWN-POINTING SMALL TRIANGLE}"
                    if self._table.descending
                    else " \N{BLACK UP-POINTING SMALL TRIANGLE}"
                )
            title = cut(column.title + arrow, self._bold.measure, right - left - scheme.px(6))
            pen.text(
                (name, "title"), left + scheme.px(4), bottom / 2, title, font="TkHeadingFont", fill=scheme.foreground
            )

    def _draw(self, pen: Pen, seen: Visible) -> None:
        lines = self._table.lines
        places = [each for each in self._places(seen) if each[2] > seen.left and each[1] < seen.right]
        first = max(0, int(seen.top // self.row))
        last = min(len(lines), int(seen.bottom // self.row) + 1)
        in_sight = int((seen.bottom - seen.top) // self.row) + 2
        for place in range(first, last):
            self._draw_line(pen, place % in_sight, place, lines[place], places, seen)

    def _draw_line(
        self, pen: Pen, slot: int, place: int, line: Line, places: list[tuple[Column[Line], int, int]], seen: Visible
    ) -> None:
        """`slot` names the line's items: those of a line that has gone out of sight are another one's then."""
        scheme, px, top, key = self._scheme, self._scheme.px, place * self.row, self._table.key_at(place)
        is_chosen = key in self._table.selected
        ground = scheme.chosen if is_chosen else scheme.field
        pen.box((slot, "row"), seen.left, top, seen.right, top + self.row, fill=ground)
        if key == self._table.at:
            pen.line((slot, "at"), seen.left, top + self.row - 1, seen.right, top + self.row - 1, fill=scheme.line)
        ink, middle = scheme.faint if self.is_stale else scheme.foreground, top + self.row / 2
        for number, (column, left, right) in enumerate(places):
            start = left + px(4)
            if column is self._table.columns[0] and self._mark is not None:
                image = self._mark(line)
                if image is not None:
                    pen.mark((slot, "mark"), left + px(4), middle, image, anchor="w")
                start += self._indent
            words = cut(column.words(line), self._plain.measure, right - start - px(4))
            at, anchor = (right - px(6), "e") if column.right else (start, "w")
            pen.text((slot, number), at, middle, words, anchor=anchor, font="TkTextFont", fill=ink)

    # ---- the head ------------------------------------------------------------------------------------

    def _edge_at(self, x: int) -> int | None:
        """The column whose right edge is at that place."""
        at, edge = x + self.canvas.canvasx(0), 0
        for place, width in enumerate(self._widths[:-1]):
            edge += width
            if abs(at - edge) <= self._scheme.px(_GRIP):
                return place
        return None

    def _head_pointed(self, event: tk.Event[tk.Misc]) -> None:
        self.head.configure(cursor="" if self._edge_at(event.x) is None else "sb_h_double_arrow")

    def _head_pressed(self, event: tk.Event[tk.Misc]) -> None:
        self._drags = self._edge_at(event.x)

    def _head_moved(self, event: tk.Event[tk.Misc]) -> None:
        if self._drags is not None:
            left = sum(self._widths[: self._drags])
            width = int(event.x + self.canvas.canvasx(0)) - left
            self._widths[self._drags] = max(self._scheme.px(_NARROWEST), width)
            self.changed()

    def _head_released(self, event: tk.Event[tk.Misc]) -> None:
        if self._drags is not None:
            self._drags = None
            return
        x = event.x + self.canvas.canvasx(0)
        seen = Visible(0, 0, max(x + 1, float(self.canvas.winfo_width())), 0)
        for column, left, right in self._places(seen):
            if left <= x < right:
                self._table.sort(column.name)
                self._on_sorted()

    # ---- lines ---------------------------------------------------------------------------------------

    def line_at(self, y: int) -> Line | None:
        """The line at a height of the canvas."""
        place = self._place_at(y)
        return None if place is None else self._table.lines[place]

    def _place_at(self, y: int) -> int | None:
        place = int(self.canvas.canvasy(y) // self.row)
        return place if 0 <= place < len(self._table.lines) else None

    def _pressed(self, event: tk.Event[tk.Misc]) -> None:
        self.canvas.focus_set()
        place, state = self._place_at(event.y), int(event.state)
        if place is not None:
            self._table.select(place, more=bool(state & _CONTROL), until=bool(state & _SHIFT))
            self._chosen()
            if self._on_mark is not None and self.canvas.canvasx(event.x) < self._indent:
                self._on_mark()

    def _menu(self, event: tk.Event[tk.Misc]) -> None:
        self.canvas.focus_set()
        place = self._place_at(event.y)
        if place is None:
            return
        if self._table.key_at(place) not in self._table.selected:
            self._table.select(place)
            self._chosen()
        self._on_menu(event.x_root, event.y_root)

    def _menu_here(self, _event: object) -> str:
        if self._table.selected:
            place = self._table.place_of(self._table.at) or 0
            y = int(place * self.row - self.canvas.canvasy(0)) + self.row
            self._on_menu(self.canvas.winfo_rootx() + self._indent, self.canvas.winfo_rooty() + y)
        return "break"

    def _opened(self, _event: object) -> str:
        if self._table.selected:
            self._on_opened()
        return "break"

    def _all(self, _event: object) -> str:
        self._table.select_all()
        self._chosen()
        return "break"

    def _page(self) -> int:
        return max(1, self.canvas.winfo_height() // self.row - 1)

    def _step(self, places: int) -> str:
        place = self._table.step(places)
        if place is not None:
            self.canvas.see(self.canvas.canvasx(0), place * self.row, self.canvas.canvasx(0), (place + 1) * self.row)
            self._chosen()
        return "break"

    def _chosen(self) -> None:
        self.changed()
        self._on_chosen()
