"""Time groups: their names, and the week of the one that is selected.

left button, dragged: enable     middle button: disable     striped: now
"""

from __future__ import annotations

import time
import tkinter as tk
from functools import partial
from tkinter.font import nametofont

from gui.models import schedule_changes as changes
from gui.models.time_grid import DAYS, WeekGrid
from gui.widgets.group_names import GroupNames
from gui.widgets.painted import Painted, Pen, Visible
from gui.windows.schedule_window import ScheduleWindow
from runtime.schedule.dialect import Kind

_HOURS = 24
_MINUTE_MS = 60_000


class TimeGroups(ScheduleWindow):
    NAME, TITLE, USUAL = "time groups", "Alfred Time Groups", "640x330+520+20"

    def lay_out(self, body: tk.Frame) -> None:
        px = self.app.scheme.px
        self.week = WeekGrid()
        self._drag: tuple[tuple[int, int], tuple[int, int], bool] | None = None
        self.names = GroupNames(body, self, Kind.TIME_GROUP)
        self.names.pack(side="left", fill="y", padx=(0, px(12)))
        self.menu_bar(("Time Groups", self.names.menu))
        right = tk.Frame(body, name="right")
        right.pack(side="left", fill="both", expand=True)
        words = "left mouse: enable     middle mouse: disable     striped: now"
        tk.Label(right, text=words, font="TkTextFont", anchor="w").pack(side="bottom", fill="x", padx=px(40))
        self.grid = Painted(right, self._draw, name="grid", highlightthickness=0, takefocus=0, height=px(200))
        self.grid.pack(fill="both", expand=True)
        for button, on in ((1, True), (2, False)):
            self.grid.bind(f"<Button-{button}>", partial(self._pressed, on))
            self.grid.bind(f"<B{button}-Motion>", self._moved)
            self.grid.bind(f"<ButtonRelease-{button}>", self._released)
        self._tick()

    def show(self) -> None:
        self.names.show()
        group = self.names.group
        self.week = WeekGrid(self.edit.reading.schedule.time_groups.get(group, ()))
        self.grid.changed()

    def _tick(self) -> None:
        """Now is another time."""
        self.grid.changed()
        self._ticking = self.window.after(_MINUTE_MS, self._tick)

    # ---- painting ------------------------------------------------------------------------------------

    def frame(self) -> tuple[float, float, float, float]:
        """Where the week is in the canvas: left, top, the width of an hour, the height of a day."""
        px = self.app.scheme.px
        bold = nametofont("TkDefaultFont", self.window)
        left, top = bold.measure("Wed ") + px(6), bold.metrics("linespace") + px(4)
        width = max(1.0, (self.grid.winfo_width() - left - px(14)) / _HOURS)
        height = max(1.0, (self.grid.winfo_height() - top - px(8)) / len(DAYS))
        return left, top, width, height

    def place_of(self, day: int, hour: float) -> tuple[int, int]:
        """Where a time of the week is, in the canvas."""
        left, top, width, height = self.frame()
        return int(left + hour * width), int(top + (day + 0.5) * height)

    def _draw(self, pen: Pen, _seen: Visible) -> None:
        scheme = self.app.scheme
        left, top, width, height = self.frame()
        right, bottom = left + _HOURS * width, top + len(DAYS) * height
        shown = self._dragged()
        for day, start, on in shown.boxes():
            x, y = left + start / 60 * width, top + day * height
            colour = scheme.amber if on else scheme.chosen
            pen.box((day, start), x, y, x + shown.box / 60 * width, y + height, fill=colour)
        for day, name in enumerate((*DAYS, "")):
            y = top + day * height
            pen.line(("across", day), left, y, right, y, fill=scheme.dark_edge)
            pen.text(("day", day), left - scheme.px(6), y + height / 2, name, anchor="e", font="TkDefaultFont",
                     fill=scheme.foreground)  # fmt: skip
        for hour in range(_HOURS + 1):
            x = left + hour * width
            pen.line(("down", hour), x, top, x, bottom, fill=scheme.dark_edge)
            if hour % 3 == 0:
                pen.text(("hour", hour), x, top - scheme.px(2), f"{hour:02}", anchor="s", font="TkDefaultFont",
                         fill=scheme.foreground)  # fmt: skip
        for day, start, end in shown.parts():
            x, y = left + start / 60 * width, top + day * height
            pen.box(("part", day, start), x, y, left + end / 60 * width, y + height, fill=scheme.amber)
        now = time.localtime()
        self._draw_now(pen, left + now.tm_hour * width, top + now.tm_wday * height, width, height)

    def _draw_now(self, pen: Pen, left: float, top: float, width: float, height: float) -> None:
        """An oblique stripe after the other, as far as the box goes."""
        colour, step = self.app.scheme.foreground, self.app.scheme.px(5)
        for number, at in enumerate(range(-int(height), int(width), step)):
            start, end = max(at, 0.0), min(width, at + height)
            pen.line(("now", number), left + start, top + start - at, left + end, top + end - at, fill=colour)
        pen.box("now", left, top, left + width, top + height, outline=colour)

    # ---- dragging ------------------------------------------------------------------------------------

    def _dragged(self) -> WeekGrid:
        """The week as it would be if the button were released."""
        if self._drag is None:
            return self.week
        start, end, on = self._drag
        week = WeekGrid()
        week.minutes[:], week.box = self.week.minutes, self.week.box
        week.drag(start, end, on=on)
        return week

    def _time_at(self, event: tk.Event[tk.Misc]) -> tuple[int, int]:
        left, top, width, height = self.frame()
        return int((event.y - top) // height), int((event.x - left) / width * 60)

    def _pressed(self, on: bool, event: tk.Event[tk.Misc]) -> None:
        left, top, _, _ = self.frame()
        if self.names.group and event.x >= left and event.y >= top:
            place = self._time_at(event)
            self._drag = (place, place, on)
            self.grid.changed()

    def _moved(self, event: tk.Event[tk.Misc]) -> None:
        if self._drag is not None:
            start, _, on = self._drag
            self._drag = (start, self._time_at(event), on)
            self.grid.changed()

    def _released(self, _event: tk.Event[tk.Misc]) -> None:
        if self._drag is None:
            return
        week = self._dragged()
        self._drag = None
        changed, self.week = week != self.week, week
        self.grid.changed()
        if changed:
            group = self.names.group
            self.change(f"time group {group}: other hours", changes.put(Kind.TIME_GROUP, group, week.elements()))

    def close(self) -> None:
        self.window.after_cancel(self._ticking)
        super().close()
