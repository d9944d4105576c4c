"""A task tree, painted: boxes by depth, coloured by state, with the percent that is done, lines to what is below.

A box says its state by more than its colour: an error has a cross, an Instance an arrow, what is folded a plus.
"""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Hashable, Set
from tkinter.font import Font, nametofont

from gui.look.marks import Marks
from gui.look.scheme import Scheme
from gui.models.task_tree import TaskTree
from gui.models.tree_layout import Layout, Placed
from gui.widgets.painted import Painted, Pen, Visible, with_scrollbars
from gui.widgets.words import cut
from runtime.messages import TaskState

_WIDTH, _GAP, _HEIGHT, _ROOM = 120, 33, 19, 5
"""Of a box, between columns, of a row, between rows: in pixels at scale and zoom 1."""
ZOOMS = (0.25, 0.4, 0.55, 0.7, 0.85, 1.0, 1.2, 1.5, 2.0)
_LEGIBLE = 0.5
"""Below this zoom boxes have no words."""


class TreeCanvas(tk.Frame):
    """`selected` and `found` are tasks; `on_chosen(tid)`, `on_menu(tid, x, y)` and `on_opened(tid)` hear what the user
    does."""

    def __init__(
        self,
        parent: tk.Misc,
        scheme: Scheme,
        marks: Marks,
        tree: TaskTree,
        *,
        on_chosen: Callable[[int], object],
        on_menu: Callable[[int, int, int], object],
        on_opened: Callable[[int], object],
    ) -> None:
        super().__init__(parent, name="tree", borderwidth=scheme.px(2), relief="sunken")
        self._scheme, self._marks, self._tree = scheme, marks, tree
        self._on_chosen, self._on_menu, self._on_opened = on_chosen, on_menu, on_opened
        self.layout_is = Layout(tree)
        self.zoom = ZOOMS.index(1.0)
        self.selected: int | None = None
        self.found: Set[int] = frozenset()
        self.is_stale = False
        """The dispatcher is not there: what is shown is as it was."""
        self._fonts = {weight: self._font(name) for weight, name in (("bold", "TkDefaultFont"), ("", "TkTextFont"))}
        self.canvas = Painted(self, self._draw, name="canvas", background=scheme.chosen, takefocus=1)
        with_scrollbars(self, self.canvas, across=True)
        self.canvas.bind("<Button-1>", self._pressed)
        self.canvas.bind("<Double-Button-1>", self._doubled)
        self.canvas.bind("<Button-3>", self._menu)
        self.set_zoom(self.zoom)

    def show(self, layout: Layout) -> None:
        """Nodes stand elsewhere."""
        self.layout_is = layout
        self.canvas.set_size(
            layout.column_count * self._column + self._gap, layout.row_count * self._row + 2 * self._room
        )
        self.canvas.changed()

    def changed(self) -> None:
        """States, or what is selected or found, are others."""
        self.canvas.changed()

    def set_zoom(self, zoom: int) -> None:
        """A place in ZOOMS."""
        self.zoom = max(0, min(zoom, len(ZOOMS) - 1))
        times = ZOOMS[self.zoom] * self._scheme.scale
        self._width, self._gap = max(8, round(_WIDTH * times)), max(4, round(_GAP * times))
        self._height, self._room = max(3, round(_HEIGHT * times)), max(1, round(_ROOM * times))
        self._column, self._row = self._width + self._gap, self._height + self._room
        size = max(1, round(self._scheme.size * times))
        for font in self._fonts.values():
            font.configure(size=-size)
        self.canvas.configure(xscrollincrement=self._row, yscrollincrement=self._row)
        self.show(self.layout_is)

    def see(self, tid: int) -> None:
        """Scroll until a task is in sight."""
        placed = self.layout_is.place_of(tid)
        if placed is not None:
            left, top = self._corner(placed)
            self.canvas.see(left, top, left + self._width, top + self._height)

    def place_of(self, tid: int) -> tuple[int, int]:
        """Where the middle of a task's box is in the canvas, as it is scrolled now. Raises KeyError."""
        placed = self.layout_is.place_of(tid)
        if placed is None:
            raise KeyError(tid)
        left, top = self._corner(placed)
        return (
            int(left + self._width / 2 - self.canvas.canvasx(0)),
            int(top + self._height / 2 - self.canvas.canvasy(0)),
        )

    # ---- painting ------------------------------------------------------------------------------------

    def _font(self, name: str) -> Font:
        return Font(root=self, **nametofont(name, self).actual())

    def _corner(self, placed: Placed) -> tuple[float, float]:
        return self._gap / 2 + placed.column * self._column, self._room + placed.row * self._row

    def _draw(self, pen: Pen, seen: Visible) -> None:
        top, bottom = (seen.top - self._room) / self._row - 1, (seen.bottom - self._room) / self._row + 1
        first, last = int(seen.left // self._column) - 1, int(seen.right // self._column)
        in_sight = list(self.layout_is.in_sight(top, bottom, first, last))
        for placed in in_sight:
            self._draw_lines(pen, placed, seen)
        for placed in in_sight:
            if top - 1 <= placed.row <= bottom + 1:
                self._draw_box(pen, placed)

    def _draw_lines(self, pen: Pen, placed: Placed, seen: Visible) -> None:
        """From a task to what is below it, and to what it is below of; a child's own line is the child's."""
        left, top = self._corner(placed)
        middle, colour = top + self._height / 2, self._scheme.line
        if placed.parent >= 0:
            pen.line(("to", placed.key), left - self._gap / 2, middle, left, middle, fill=colour)
        if placed.top is None or placed.bottom is None:
            return
        right = left + self._width
        pen.line(("from", placed.key), right, middle, right + self._gap / 2, middle, fill=colour)
        half = self._room + self._height / 2
        start = max(placed.top * self._row + half, seen.top - self._row)
        end = min(placed.bottom * self._row + half, seen.bottom + self._row)
        pen.line(("down", placed.key), right + self._gap / 2, start, right + self._gap / 2, end, fill=colour)

    def _draw_box(self, pen: Pen, placed: Placed) -> None:
        scheme, tree, node, key = self._scheme, self._tree, placed.node, placed.key
        left, top = self._corner(placed)
        right, bottom = left + self._width, top + self._height
        state, tid = tree.shown_state(node), tree.task_of(node)
        colour = scheme.chosen if self.is_stale else scheme.state(state)
        pen.box(("box", key), left, top, right, bottom, fill=colour)
        part = tree.part_done(node)
        if part is not None:
            edge = scheme.px(2)
            wide = left + edge + max(1.0, part * (self._width - 2 * edge))
            pen.box(("bar", key), left + edge, bottom - scheme.px(6), wide, bottom - edge, fill=scheme.percent)
        pen.line(("light", key), left, bottom, left, top, right, top, fill=scheme.light_edge, width=scheme.px(1.5))
        pen.line(("dark", key), left, bottom, right, bottom, right, top, fill=scheme.dark_edge, width=scheme.px(1.5))
        if tid == self.selected or tid in self.found:
            ring = scheme.foreground if tid == self.selected else scheme.found
            pen.box(("ring", key), left, top, right, bottom, fill="", outline=ring, width=scheme.px(2))
        if ZOOMS[self.zoom] >= _LEGIBLE:
            self._draw_words(pen, placed, state, left, top, right)
        elif state is TaskState.ERROR:
            self._draw_cross(pen, key, left, top)

    def _draw_words(self, pen: Pen, placed: Placed, state: TaskState, left: float, top: float, right: float) -> None:
        node, key, px = placed.node, placed.key, self._scheme.px
        at, room, middle = left + px(5), right - left - px(8), top + self._height / 2
        if state is TaskState.ERROR:
            pen.mark(("cross", key), right - px(4), middle, self._marks.cross(self._scheme.state_text), anchor="e")
            room -= px(14)
        words = self._tree.title(node)
        if node < 0:
            words = f"\N{RIGHTWARDS ARROW} {words}"
        if placed.folded:
            words = f"+ {words}"
        font = self._fonts["bold" if state is TaskState.ACTIVE else ""]
        ink = self._scheme.state_text
        pen.text(("words", key), at, middle, cut(words, font.measure, room), font=font, fill=ink)

    def _draw_cross(self, pen: Pen, key: Hashable, left: float, top: float) -> None:
        """Where a box is too small for a mark."""
        right, bottom, ink = left + self._width, top + self._height, self._scheme.state_text
        pen.line(("cross line", key), left, top, right, bottom, fill=ink)

    # ---- mouse ---------------------------------------------------------------------------------------

    def _at(self, event: tk.Event[tk.Misc]) -> int | None:
        """The task under the pointer."""
        x, y = self.canvas.canvasx(event.x) - self._gap / 2, self.canvas.canvasy(event.y) - self._room
        column = int(x // self._column)
        if x - column * self._column > self._width:
            return None
        placed = self.layout_is.at((y - self._height / 2) / self._row, column)
        tid = -1 if placed is None else self._tree.task_of(placed.node)
        return tid if tid >= 0 else None

    def _pressed(self, event: tk.Event[tk.Misc]) -> None:
        self.canvas.focus_set()
        tid = self._at(event)
        if tid is not None:
            self._on_chosen(tid)

    def _doubled(self, event: tk.Event[tk.Misc]) -> None:
        tid = self._at(event)
        if tid is not None:
            self._on_opened(tid)

    def _menu(self, event: tk.Event[tk.Misc]) -> None:
        tid = self._at(event)
        if tid is not None:
            self._on_chosen(tid)
            self._on_menu(tid, event.x_root, event.y_root)
