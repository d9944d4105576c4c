"""Time groups: their names, and the week of the one that is selected.

left button, dragged: enable     middle button: disable     striped: now
arrow keys: go to another box    space: enable or disable it
"""

from __future__ import annotations

import time
import tkinter as tk
from functools import partial
from tkinter.font import nametofont

from gui.models import schedule_changes as changes
from gui.models.time_grid import DAYS, HALF, WeekGrid
from gui.widgets.actions import Action
from gui.widgets.group_names import GroupNames
from gui.widgets.painted import Painted, Pen, Visible
from gui.windows.schedule_window import ScheduleWindow
from runtime.schedule.dialect import Kind
from runtime.schedule.times import DAY

_Drag = tuple[tuple[int, int], tuple[int, int], bool]
"""From which time to which (day, minute), and whether that is enabled."""
_Made = tuple[str, _Drag, int]
"""In which group, and by boxes of how many minutes."""
_HOURS = 24
_MINUTE_MS = 60_000


class TimeGroups(ScheduleWindow):
    NAME, TITLE, USUAL = "time groups", "Alfred Time Groups", "640x330+520+20"

    def add_actions(self) -> None:
        self._is_fine = False
        """Whether half hours are wanted."""
        self._at = (0, 0)
        """The day, and the minute, where the arrow keys have gone."""
        self.actions.add(Action("time.half", "&Half hours, or hours", self._toggle_half, "<Control-h>"))

    def lay_out(self, body: tk.Frame) -> None:
        px = self.app.scheme.px
        self.week = WeekGrid()
        self._drag: _Drag | None = None
        self._pending: list[_Made] = []
        """What was dragged, and is not in the schedule yet."""
        self.names = GroupNames(body, self, Kind.TIME_GROUP)
        self.names.pack(side="left", fill="y", padx=(0, px(12)))
        self.menu_bar(("Time Groups", (*self.names.menu, "", "time.half")))
        right = tk.Frame(body, name="right")
        right.pack(side="left", fill="both", expand=True)
        words = "left mouse: enable     middle mouse: disable     striped: now"
        tk.Label(right, text=words, font="TkTextFont", anchor="w").pack(side="bottom", fill="x", padx=px(40))
        self.grid = Painted(right, self._draw, name="grid", highlightthickness=0, takefocus=1, height=px(200))
        self.grid.pack(fill="both", expand=True)
        for button, on in ((1, True), (2, False)):
            self.grid.bind(f"<Button-{button}>", partial(self._pressed, on))
            self.grid.bind(f"<B{button}-Motion>", self._moved)
            self.grid.bind(f"<ButtonRelease-{button}>", self._released)
        self.grid.bind("<space>", lambda _event: self._turn())
        for key, days, boxes in (("Up", -1, 0), ("Down", 1, 0), ("Left", 0, -1), ("Right", 0, 1)):
            self.grid.bind(f"<{key}>", partial(self._step, days, boxes))
        for event in ("<FocusIn>", "<FocusOut>"):
            self.grid.bind(event, lambda _event: self.grid.changed())
        self._tick()

    def show(self) -> None:
        self.names.show()
        group = self.names.group
        self.week = WeekGrid(self.edit.reading.schedule.time_groups.get(group, ()))
        usual = HALF if self._is_fine else self.week.box
        for of, (start, end, on), box in self._pending:
            if of == group:
                self.week.box = box
                self.week.drag(start, end, on=on)
        self.week.box = usual
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
        if self.grid.focus_get() is self.grid:
            day, minute = self._at
            x, y = left + minute / 60 * width, top + day * height
            pen.box("at", x, y, x + shown.box / 60 * width, y + height, outline=scheme.foreground, width=scheme.px(2))
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

    def _toggle_half(self) -> None:
        """Boxes of half an hour, or (where the group has nothing that needs them) of an hour."""
        self._is_fine = not self._is_fine
        self._at = (self._at[0], self._at[1] - self._at[1] % 60)
        self.show()

    def _step(self, days: int, boxes: int, _event: object) -> str:
        day, minute = self._at
        self._at = (day + days) % len(DAYS), (minute + boxes * self.week.box) % DAY
        self.grid.changed()
        return "break"

    def _turn(self) -> None:
        """The box where the arrow keys are is enabled where it was not, and the other way round."""
        on = (*self._at, False) in self.week.boxes()
        if self.names.group:
            self._drag = (self._at, self._at, on)
            self._release()

    def _pressed(self, on: bool, event: tk.Event[tk.Misc]) -> None:
        left, top, _, _ = self.frame()
        self.grid.focus_set()
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
        if self._drag is not None:
            self._at = self._drag[0][0], max(0, self._drag[0][1] - self._drag[0][1] % self.week.box)
            self._release()

    def _release(self) -> None:
        """What was dragged counts."""
        assert self._drag is not None
        made, self.week = (self.names.group, self._drag, self.week.box), self._dragged()
        self._drag = None
        self._pending.append(made)
        self.grid.changed()
        self.do(partial(self._make, made))

    async def _make(self, made: _Made) -> str:
        group, (start, end, on), box = made
        change = changes.drag(group, start, end, on=on, box=box)
        said = await self.app.schedule.change(f"time group {group}: other hours", change)
        self._pending.remove(made)
        self._paint_soon()
        return said

    def close(self) -> None:
        self.window.after_cancel(self._ticking)
        super().close()
