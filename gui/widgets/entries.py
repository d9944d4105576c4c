"""The entries of the job queue, painted: for each job its menu, its detail button, title, times, bar and message.

    +------+ +---+  title                                         elapsed   estimate
    | Job -| | + |  [bar      ] message

Painted, not made of widgets: a queue of thousands of jobs costs what is in sight.
"""

from __future__ import annotations

import time
import tkinter as tk
from collections.abc import Callable
from tkinter.font import nametofont

from gui.look.scheme import Scheme
from gui.models.job_queue import Entry, JobQueue
from gui.widgets.painted import Painted, Pen, Visible, with_scrollbars
from gui.widgets.words import cut
from runtime.messages import TaskState

_BAR_COLOURS = {TaskState.ERROR: "progress_error", TaskState.ACTIVE: "ready"}


class Entries(tk.Frame):
    """`on_menu(jid, x, y)`: the job's menu is wanted there; `on_detail(jid)`: its detail, opened or closed;
    `on_chosen`: other jobs are selected; `on_drop(jid, before)`: a job was dragged before another one, or (None) to the
    end."""

    def __init__(
        self,
        parent: tk.Misc,
        scheme: Scheme,
        queue: JobQueue,
        *,
        is_open: Callable[[int], bool],
        on_menu: Callable[[int, int, int], object],
        on_detail: Callable[[int], object],
        on_chosen: Callable[[], object],
        on_drop: Callable[[int, int | None], object],
    ) -> None:
        super().__init__(parent, name="entries", borderwidth=scheme.px(2), relief="sunken")
        self._scheme, self._queue = scheme, queue
        self._is_open, self._on_menu, self._on_detail = is_open, on_menu, on_detail
        self._on_chosen, self._on_drop = on_chosen, on_drop
        self._pressed_on: int | None = None
        self._dragged: int | None = None
        self._bold, self._plain = nametofont("TkDefaultFont", self), nametofont("TkTextFont", self)
        self._line = self._bold.metrics("linespace")
        self.row = 2 * self._line + scheme.px(10)
        """The height of an entry, in pixels."""
        self._button = self._bold.measure("Job") + scheme.px(30)
        self._plus = self._bold.measure("+") + scheme.px(14)
        self._times = self._bold.measure("00:00:00") + scheme.px(14)
        self._header()
        inner = tk.Frame(self, name="rows")
        inner.pack(fill="both", expand=True)
        self.canvas = Painted(
            inner, self._draw, name="canvas", highlightthickness=1, takefocus=1, height=3 * self.row,
            yscrollincrement=scheme.px(8), background=scheme.background,
        )  # fmt: skip
        with_scrollbars(inner, self.canvas)
        self.canvas.bind("<Button-1>", self._pressed)
        self.canvas.bind("<Control-Button-1>", self._pressed)
        self.canvas.bind("<B1-Motion>", self._moved)
        self.canvas.bind("<ButtonRelease-1>", self._released)
        self.canvas.bind("<Double-Button-1>", self._opened)
        self.canvas.bind("<Button-3>", self._menu)

    def changed(self) -> None:
        """The queue, or what is selected or open in it, is another."""
        self.canvas.set_size(1, max(1, len(self._queue.jobs) * self.row))
        self.canvas.changed()

    def see(self, jid: int) -> None:
        """Scroll until a job is in sight."""
        jids = [job.jid for job in self._queue.jobs]
        if jid in jids:
            top = jids.index(jid) * self.row
            self.canvas.see(0, top, 0, top + self.row)

    def place_of(self, jid: int, part: str = "title") -> tuple[int, int]:
        """Where a part of an entry (menu, detail, title) is in the canvas as it is scrolled now."""
        top = [job.jid for job in self._queue.jobs].index(jid) * self.row
        x = {"menu": self._button // 2, "detail": self._left() - self._plus // 2 - self._scheme.px(6)}.get(part)
        return x or self._left() + 4, int(top - self.canvas.canvasy(0)) + self.row // 2

    # ---- painting ------------------------------------------------------------------------------------

    def _left(self) -> int:
        """Where titles begin."""
        return self._button + self._plus + self._scheme.px(14)

    def _header(self) -> None:
        px = self._scheme.px
        header = tk.Frame(self, name="header")
        header.pack(fill="x")
        tk.Label(header, text="Job Title", anchor="w", padx=0).pack(side="left", padx=(self._left(), 0))
        tk.Frame(header, width=px(19)).pack(side="right")
        for text in ("Estimate", "Elapsed"):
            tk.Label(header, text=text, anchor="e", padx=0).pack(side="right", padx=px(4))

    def _draw(self, pen: Pen, seen: Visible) -> None:
        jobs, now = self._queue.jobs, time.time()
        first = max(0, int(seen.top // self.row))
        for place in range(first, min(len(jobs), int(seen.bottom // self.row) + 1)):
            entry = self._queue.entry(jobs[place], now)
            self._draw_entry(pen, entry, place * self.row, seen.right - seen.left)

    def _draw_entry(self, pen: Pen, entry: Entry, top: int, width: float) -> None:
        scheme, px, jid = self._scheme, self._scheme.px, entry.jid
        chosen = jid in self._queue.selected
        ground = scheme.chosen if chosen else scheme.lit if jid == self._dragged else scheme.background
        ink = scheme.faint if self._queue.lost and not chosen else scheme.foreground
        bottom = top + self.row - 1
        self._raised(pen, (jid, "row"), 0, top, width - 2, bottom, ground)
        middle = (top + bottom) / 2
        half = self._line / 2 + px(3)
        left = px(4)
        self._raised(pen, (jid, "menu"), left, middle - half, left + self._button, middle + half, scheme.background)
        pen.text((jid, "Job"), left + px(6), middle, "Job", font="TkDefaultFont", fill=ink)
        grip = left + self._button - px(18)
        self._raised(pen, (jid, "grip"), grip, middle - px(3), grip + px(12), middle + px(3), scheme.background)
        plus = left + self._button + px(4)
        self._raised(pen, (jid, "plus"), plus, middle - half, plus + self._plus, middle + half, scheme.background)
        sign = "-" if self._is_open(jid) else "+"
        pen.text((jid, "sign"), plus + self._plus / 2, middle, sign, anchor="center", font="TkDefaultFont", fill=ink)
        self._draw_words(pen, entry, top, width, ink)

    def _draw_words(self, pen: Pen, entry: Entry, top: int, width: float, ink: str) -> None:
        px, jid, left = self._scheme.px, entry.jid, self._left()
        upper, lower = top + px(4) + self._line / 2, top + px(6) + 1.5 * self._line
        right = width - px(8)
        room = right - 2 * self._times - left
        title = cut(entry.title, self._bold.measure, room)
        pen.text((jid, "title"), left, upper, title, font="TkDefaultFont", fill=ink)
        middle = top + self.row / 2
        pen.text((jid, "estimate"), right, middle, entry.estimate, anchor="e", font="TkDefaultFont", fill=ink)
        pen.text(
            (jid, "elapsed"), right - self._times, middle, entry.elapsed, anchor="e", font="TkDefaultFont", fill=ink
        )
        self._draw_bar(pen, entry, left, lower, px(122))
        start = left + px(128)
        message = cut(("! " if entry.has_errors else "") + entry.message, self._plain.measure, room - px(128))
        pen.text((jid, "message"), start, lower, message, font="TkTextFont", fill=ink)

    def _draw_bar(self, pen: Pen, entry: Entry, left: float, middle: float, width: int) -> None:
        scheme, px, jid = self._scheme, self._scheme.px, entry.jid
        top, bottom = middle - px(6), middle + px(6)
        self._raised(pen, (jid, "bar"), left, top, left + width, bottom, scheme.chosen, sunken=True)
        at, room = left + px(2), width - 2 * px(2)
        for state, part in entry.bar:
            colour = getattr(scheme, _BAR_COLOURS.get(state, "progress"))
            end = min(at + max(1.0, part * room), left + width - px(2))
            pen.box((jid, state), at, top + px(2), end, bottom - px(1), fill=colour)
            at = end

    def _raised(
        self, pen: Pen, key: tuple[int, str], x: float, y: float, right: float, bottom: float, fill: str,
        *, sunken: bool = False,
    ) -> None:  # fmt: skip
        scheme = self._scheme
        light, dark = scheme.light_edge, scheme.dark_edge
        if sunken:
            light, dark = dark, light
        pen.box((key, "fill"), x, y, right, bottom, fill=fill)
        thick = scheme.px(1.5)
        pen.line((key, "light"), x, bottom, x, y, right, y, fill=light, width=thick)
        pen.line((key, "dark"), x, bottom, right, bottom, right, y, fill=dark, width=thick)

    # ---- mouse ---------------------------------------------------------------------------------------

    def _at(self, event: tk.Event[tk.Misc]) -> tuple[int | None, str]:
        """The job under the pointer, and which part of its entry."""
        place = int(self.canvas.canvasy(event.y) // self.row)
        jobs = self._queue.jobs
        if not 0 <= place < len(jobs):
            return None, ""
        left = self._scheme.px(4) + self._button
        part = "menu" if event.x < left else "detail" if event.x < left + self._scheme.px(6) + self._plus else "title"
        return jobs[place].jid, part

    def _pressed(self, event: tk.Event[tk.Misc]) -> None:
        self.canvas.focus_set()
        jid, part = self._at(event)
        self._pressed_on = jid if part == "title" else None
        if jid is None:
            return
        if part == "menu":
            self._menu(event)
        elif part == "detail":
            self._on_detail(jid)
        else:
            self._queue.select(jid, more=bool(int(event.state) & 0x4))
            self._on_chosen()

    def _menu(self, event: tk.Event[tk.Misc]) -> None:
        jid, _ = self._at(event)
        if jid is None:
            return
        if jid not in self._queue.selected:
            self._queue.select(jid)
            self._on_chosen()
        self._on_menu(jid, event.x_root, event.y_root)

    def _opened(self, event: tk.Event[tk.Misc]) -> None:
        jid, part = self._at(event)
        if jid is not None and part == "title":
            self._on_detail(jid)

    def _moved(self, event: tk.Event[tk.Misc]) -> None:
        if (
            self._dragged is None
            and self._pressed_on is not None
            and self._at(event)[0] not in (None, self._pressed_on)
        ):
            self._dragged = self._pressed_on
            self.canvas.configure(cursor="sb_v_double_arrow")
            self.changed()

    def _released(self, event: tk.Event[tk.Misc]) -> None:
        if self._dragged is None:
            return
        dragged, self._dragged = self._dragged, None
        self.canvas.configure(cursor="")
        before, _ = self._at(event)
        if self.canvas.canvasy(event.y) < 0 and self._queue.jobs:
            before = self._queue.jobs[0].jid  # above the first one
        self.changed()
        if before != dragged:
            self._on_drop(dragged, before)
