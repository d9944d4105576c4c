r"""Slots over time: how much of the farm was used, the hours, and a row a slot with a bar a command.

    ____/---\_____/-----        used; the dark part: what ended in error
    |  14:00    |  16:00        the hours
    s1   [done][error x][..     Control and the wheel, + and -: closer, farther; Left, Right: earlier, later

What is too narrow to be told apart is one bar; an error has a mark at any size. Only what is in sight is drawn.
"""

from __future__ import annotations

import time
import tkinter as tk
from collections.abc import Callable
from tkinter.font import nametofont

from gui.look.scheme import Scheme
from gui.models.history import SLICES, Bar, History, Sort
from gui.widgets.painted import Painted, Pen, Visible, with_scrollbars
from gui.widgets.words import cut

CLOSEST_S = 60.0
"""The least time that fills the window."""
_TIMES = 1.5
_USED, _ROW, _NAME = 44, 18, 110
_STEPS_S = (10, 30, 60, 300, 600, 1800, 3600, 7200, 14400, 28800, 86400)
_MOST_LINES = 40
_APART = 90
"""Pixels between two hours that are written, at least."""
_NARROW, _CROSS, _WORDS = 4, 16, 40
"""Pixels: below them bars become one; from them on there is a cross in an error, words in a bar."""
COLOURS = {Sort.DONE: "progress", Sort.ERROR: "error", Sort.ENDED: "held", Sort.RUNNING: "active"}


class Gantt(tk.Frame):
    """`on_pointed(bar)`: the bar under the pointer, or where the keys are; None: there is none."""

    def __init__(
        self,
        parent: tk.Misc,
        scheme: Scheme,
        history: History,
        on_pointed: Callable[[Bar | None], object],
    ) -> None:
        super().__init__(parent, name="gantt", borderwidth=scheme.px(2), relief="sunken")
        self._scheme, self._history, self._on_pointed = scheme, history, on_pointed
        self._plain, self._bold = nametofont("TkTextFont", self), nametofont("TkDefaultFont", self)
        self._small = nametofont("TkTooltipFont", self)
        self.row, self._name = scheme.px(_ROW), scheme.px(_NAME)
        self.start = self.end = 0.0
        """The time in sight."""
        self._grip = 0.0
        self.is_stale = False
        self._head_height = scheme.px(_USED) + self._plain.metrics("linespace") + scheme.px(8)
        top = tk.Frame(self, name="top")
        top.pack(fill="x")
        tk.Frame(top, width=scheme.px(19)).pack(side="right")
        self.head = Painted(
            top, self._draw_head, name="head", height=self._head_height, highlightthickness=0, takefocus=0,
            background=scheme.background,
        )  # fmt: skip
        self.head.pack(fill="x")
        inner = tk.Frame(self, name="rows")
        inner.pack(fill="both", expand=True)
        self.canvas = Painted(
            inner, self._draw, name="canvas", highlightthickness=1, takefocus=1, yscrollincrement=self.row,
            background=scheme.field,
        )  # fmt: skip
        with_scrollbars(inner, self.canvas)
        self._bind()

    def _bind(self) -> None:
        canvas = self.canvas
        for button, times in ((4, 1 / _TIMES), (5, _TIMES)):
            canvas.bind(f"<Control-Button-{button}>", lambda event, times=times: self._zoom(times, event.x))  # type: ignore[misc]
        for button, part in ((4, -0.1), (5, 0.1)):
            canvas.bind(f"<Shift-Button-{button}>", lambda _event, part=part: self.pan(part))  # type: ignore[misc]
        for key, times in (("plus", 1 / _TIMES), ("equal", 1 / _TIMES), ("minus", _TIMES)):
            canvas.bind(f"<Key-{key}>", lambda _event, times=times: self._zoom(times))  # type: ignore[misc]
        for key, part in (("Left", -0.2), ("Right", 0.2)):
            canvas.bind(f"<{key}>", lambda _event, part=part: self.pan(part))  # type: ignore[misc]
        for key, step, unit in (
            ("Up", -1, "units"),
            ("Down", 1, "units"),
            ("Prior", -1, "pages"),
            ("Next", 1, "pages"),
        ):
            canvas.bind(f"<{key}>", lambda _event, step=step, unit=unit: self._scroll(step, unit))  # type: ignore[misc]
        canvas.bind("<Key-0>", lambda _event: self.show_all())
        canvas.bind("<Motion>", self._moved)
        canvas.bind("<Leave>", lambda _event: self._on_pointed(None))
        canvas.bind("<Button-1>", self._pressed)
        canvas.bind("<B1-Motion>", self._dragged)

    def changed(self) -> None:
        """What is known, or what of it is shown, is another."""
        if self.end <= self.start or self.end > self._history.end + 1 or self.start < self._history.start - 1:
            self.start, self.end = self._history.start, self._history.end
        self.canvas.set_size(1, max(1, len(self._history.rows) * self.row))
        self.canvas.changed()
        self.head.changed()

    def place_of(self, name: str, when: float) -> tuple[int, int]:
        """Where a slot at a time is in the canvas, as it is scrolled now. Raises ValueError."""
        row = self._history.rows.index(name)
        return int(self._x(when)), int(row * self.row - self.canvas.canvasy(0)) + self.row // 2

    # ---- the time in sight ---------------------------------------------------------------------------

    @property
    def _wide(self) -> int:
        return max(1, self.canvas.winfo_width() - self._name)

    def _x(self, when: float) -> float:
        return self._name + (when - self.start) / max(1e-6, self.end - self.start) * self._wide

    def _when(self, x: float) -> float:
        return self.start + (x - self._name) / self._wide * (self.end - self.start)

    def show_all(self) -> None:
        """All the time that is known."""
        self.start, self.end = self._history.start, self._history.end
        self.changed()

    def _zoom(self, times: float, x: int | None = None) -> str:
        middle = self._when(self._name + self._wide / 2 if x is None else max(x, self._name))
        span = self.end - self.start
        wanted = min(max(span * times, CLOSEST_S), self._history.end - self._history.start)
        part = (middle - self.start) / span if span else 0.5
        return self._show(middle - part * wanted, wanted)

    def zoom(self, closer: bool) -> None:
        """Closer, or farther, around the middle."""
        self._zoom(1 / _TIMES if closer else _TIMES)

    def pan(self, part: float) -> str:
        """Later (or earlier) by this part of what is in sight."""
        span = self.end - self.start
        return self._show(self.start + part * span, span)

    def _show(self, start: float, span: float) -> str:
        self.start = max(self._history.start, min(start, self._history.end - span))
        self.end = self.start + span
        self.changed()
        return "break"

    def _scroll(self, step: int, unit: str) -> str:
        self.canvas.tk.call(str(self.canvas), "yview", "scroll", step, unit)
        self.canvas.changed()
        return "break"

    # ---- mouse ---------------------------------------------------------------------------------------

    def bar_at(self, x: int, y: int) -> Bar | None:
        """What is drawn at a place of the canvas, or very near to it."""
        rows, row = self._history.rows, int(self.canvas.canvasy(y) // self.row)
        if not 0 <= row < len(rows) or x < self._name:
            return None
        slack_s = 2 / self._wide * (self.end - self.start)
        return self._history.at(rows[row], self._when(x), slack_s)

    def _moved(self, event: tk.Event[tk.Misc]) -> None:
        self._on_pointed(self.bar_at(event.x, event.y))

    def _pressed(self, event: tk.Event[tk.Misc]) -> None:
        self.canvas.focus_set()
        self._grip = self._when(event.x)

    def _dragged(self, event: tk.Event[tk.Misc]) -> None:
        """What was taken hold of stays under the pointer."""
        span = self.end - self.start
        self._show(self._grip - (event.x - self._name) / self._wide * span, span)

    # ---- painting ------------------------------------------------------------------------------------

    def _draw_head(self, pen: Pen, seen: Visible) -> None:
        scheme, history, px = self._scheme, self._history, self._scheme.px
        low, high = px(_USED) + px(2), px(_USED)
        span = history.end - history.start
        pen.text("used", px(4), px(12), "used", font="TkDefaultFont", fill=scheme.foreground)
        percent = f"{100 * history.part_used():.0f}% of {history.size:,}"
        pen.text("percent", px(4), px(28), percent, font="TkTextFont", fill=scheme.foreground)
        right = self._name + self._wide
        pen.box("field", self._name, px(2), right, low, fill=scheme.chosen)
        for place in range(SLICES):
            left, end = (self._x(history.start + each * span / SLICES) for each in (place, place + 1))
            if end <= self._name or left >= right or not history.size:
                continue
            left, end = max(left, self._name), min(end, right)
            used, failed = (min(1.0, part[place] / history.size) for part in (history.used, history.failed))
            pen.box(("used", place), left, low - used * high, end, low, fill=scheme.progress)
            if failed:
                pen.box(("failed", place), left, low - failed * high, end, low, fill=scheme.error)
        self._draw_hours(pen, low, self._head_height)

    def _draw_hours(self, pen: Pen, top: float, bottom: float) -> None:
        scheme, middle = self._scheme, (top + bottom) / 2 + self._scheme.px(2)
        for when in self._hours():
            x = self._x(when)
            pen.line(("tick", when), x, top, x, bottom, fill=scheme.line)
            form = "%H:%M:%S" if self.end - self.start < 600 else "%H:%M"
            words = time.strftime(form, time.localtime(when))
            pen.text(("hour", when), x + scheme.px(3), middle, words, font="TkTextFont", fill=scheme.foreground)

    def _hours(self) -> list[float]:
        """Moments that are written: round ones on the clock of this machine."""
        span = self.end - self.start
        if span <= 0:
            return []
        most = max(1, self._wide // self._scheme.px(_APART))
        step = next((each for each in _STEPS_S if span / each <= most), _STEPS_S[-1])
        offset = time.localtime(self.start).tm_gmtoff
        first = (self.start + offset) // step * step - offset
        moments = (first + place * step for place in range(int(span // step) + 2))
        return [moment for moment in moments if self.start <= moment <= self.end]

    def _draw(self, pen: Pen, seen: Visible) -> None:
        scheme, rows = self._scheme, self._history.rows
        lines = [self._x(when) for when in self._hours()]
        for place in range(_MOST_LINES):  # always as many: what is drawn first lies below all else
            x = lines[place] if place < len(lines) else -10.0
            pen.line(("hour", place), x, seen.top, x, seen.bottom, fill=scheme.chosen)
        first, last = max(0, int(seen.top // self.row)), min(len(rows), int(seen.bottom // self.row) + 1)
        ink = scheme.faint if self.is_stale else scheme.foreground
        for place in range(first, last):
            name, top = rows[place], place * self.row
            words = cut(name, self._plain.measure, self._name - scheme.px(8))
            pen.text(("name", place), scheme.px(4), top + self.row / 2, words, font="TkTextFont", fill=ink)
            pen.line(("row", place), 0, top + self.row, seen.right, top + self.row, fill=scheme.chosen)
            self._draw_row(pen, place, name, top + scheme.px(2), top + self.row - scheme.px(2))
        if not rows:
            pen.text("none", self._name, seen.top + self.row, "nothing is on record", font="TkTextFont", fill=ink)

    def _draw_row(self, pen: Pen, place: int, name: str, top: float, bottom: float) -> None:
        """Bars from the left; those of a sort that are narrow, and side by side, as one."""
        begin: tuple[float, float, Bar] | None = None
        number = 0
        for bar in self._history.bars(name, self.start, self.end):
            left, right = max(self._x(bar.start), self._name), min(self._x(bar.end), self._name + self._wide)
            right = max(right, left + 1)
            if begin is not None:
                known_left, known_right, known = begin
                is_narrow = right - left < _NARROW and bar.sort is known.sort
                if is_narrow and left - known_right <= 2:
                    begin = (known_left, right, known)
                    continue
                self._draw_bar(pen, (place, number), begin, top, bottom)
                number += 1
            begin = (left, right, bar)
        if begin is not None:
            self._draw_bar(pen, (place, number), begin, top, bottom)

    def _draw_bar(
        self, pen: Pen, key: tuple[int, int], drawn: tuple[float, float, Bar], top: float, bottom: float
    ) -> None:
        left, right, bar = drawn
        scheme, middle = self._scheme, (top + bottom) / 2
        pen.box((key, "bar"), left, top, right, bottom, fill=getattr(scheme, COLOURS[bar.sort]))
        wide = right - left
        if wide >= _NARROW:
            pen.line((key, "edge"), right - 1, top, right - 1, bottom, fill=scheme.dark_edge)
        if bar.sort is Sort.ERROR:
            if wide >= scheme.px(_CROSS):
                pen.line((key, "x1"), right - self.row + 4, top, right - 1, bottom, fill=scheme.state_text)
                pen.line((key, "x2"), right - self.row + 4, bottom, right - 1, top, fill=scheme.state_text)
            else:
                pen.line((key, "x"), left, top, left, bottom, fill=scheme.state_text)
        elif bar.sort is Sort.ENDED:
            pen.line((key, "cut"), right - min(wide, bottom - top), bottom, right, top, fill=scheme.state_text)
        elif bar.sort is Sort.RUNNING:
            back = right - min(wide, scheme.px(5))
            pen.line((key, "on"), back, top, right, middle, back, bottom, fill=scheme.state_text)
        if wide >= scheme.px(_WORDS):
            room = wide - scheme.px(6) - (self.row if bar.sort is Sort.ERROR else 0)
            words = cut(f"{bar.user} {bar.title}", self._small.measure, room)
            pen.text((key, "words"), left + scheme.px(3), middle, words, font="TkTooltipFont", fill=scheme.state_text)
