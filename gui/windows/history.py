"""History: which slot was whose in the last day, how commands ended, and how much of the farm was used.

The record is asked for when the window opens, and every minute while it is open; what runs now comes with the farm.
"""

from __future__ import annotations

import time
import tkinter as tk
from functools import partial
from typing import TYPE_CHECKING

import msgspec
import trio

from daemons.record.questions import MOST_RUNS, Question, decode
from daemons.unanswered import NoMaitred
from daemons.wording import count, printable
from gui.links.arranging import in_pieces
from gui.links.maitred import MaitredLink
from gui.models.history import Bar, History, Sort
from gui.widgets.actions import Action, Actions
from gui.widgets.gantt import COLOURS, Gantt
from gui.widgets.tip import says
from runtime.farm_messages import AskRecord, Farm, Recorded, Refused

if TYPE_CHECKING:
    from gui.app import Application

_NAME, _USUAL_PLACE = "history", "820x460+100+60"
_SPAN = ("24h",)
_LEGEND = {
    Sort.ERROR: "error (crossed)",
    Sort.ENDED: "ended, ran again (cut)",
    Sort.RUNNING: "running (pointed)",
}
_AGAIN_S = 60.0
ANSWER_S = 65.0
"""A maitre-d gives its record a minute."""


class HistoryWindow:
    """`closed` is set when it has gone."""

    def __init__(self, app: Application) -> None:
        self.app = app
        self.history = History()
        self.closed = trio.Event()
        self._link = MaitredLink()
        self._lost = ""
        self.is_asking = True
        """The record is being asked, or is about to be."""
        self._pointed = ""
        self._slots = 0
        self._wanted = trio.Event()
        self._ask_now = trio.Event()
        self.window = tk.Toplevel(app.root, name="history")
        self.window.title("Alfred History: the last 24 hours")
        self.window.protocol("WM_DELETE_WINDOW", self.close)
        app.place(self.window, _NAME, _USUAL_PLACE)
        self.actions = Actions(self.window)
        self.actions.add(
            Action("history.closer", "&Closer", partial(self._zoom, True), "<Control-plus>"),
            Action("history.farther", "&Farther", partial(self._zoom, False), "<Control-minus>"),
            Action("history.all", "&All", self._show_all, "<Control-0>"),
            Action("history.now", "&Look again", self._look_again, "<F5>"),
            Action("history.filter", "Show &only...", lambda: self.filter.focus_set(), "<Control-f>"),
            Action("history.close", "&Dismiss", self.close, "<Control-w>"),
        )
        self._lay_out()
        app.start(self._look, until=self.closed)
        app.start(self._arrange, until=self.closed)
        app.farm.watch(self)
        self.gantt.canvas.focus_set()

    # ---- the record ----------------------------------------------------------------------------------

    async def _look(self) -> None:
        """Ask now, and again and again."""
        try:
            while True:
                self._ask_now = trio.Event()
                self.is_asking = True
                self._paint()
                self._lost = printable(await self._ask())
                self.is_asking = False
                self._paint()
                with trio.move_on_after(_AGAIN_S):
                    await self._ask_now.wait()
        finally:
            with trio.move_on_after(1.0, shield=True):
                await self._link.close()

    async def _ask(self) -> str:
        """The last day; in words why there is nothing new of it."""
        question = msgspec.msgpack.encode(Question(_SPAN, slots=True))
        try:
            answer = await self._link.ask(AskRecord(0, question), ANSWER_S)
        except NoMaitred as error:
            return str(error)
        if not isinstance(answer, Recorded):
            return answer.text if isinstance(answer, Refused) else "the maitre-d has no answer"
        found = decode(answer.answer)
        if found.trouble:
            return found.trouble
        await in_pieces(self.history.hear(found.slots, found.start, found.end))
        self.rearrange()
        return ""

    def rearrange(self) -> None:
        """What is known, or what of it is wanted, is another."""
        self._wanted.set()

    async def _arrange(self) -> None:
        """What is shown follows what is known, and what is wanted."""
        while True:
            await self._wanted.wait()
            self._wanted = trio.Event()
            await in_pieces(self.history.arrange(self.filter.get()))
            self._paint()

    # ---- the farm, now -------------------------------------------------------------------------------

    def farm(self, farm: Farm) -> None:
        self.history.now(farm, time.time())
        if len(farm.slots) != self._slots:
            self._slots = len(farm.slots)
            self.rearrange()
        self._paint()

    def looked(self, lost: str) -> None:
        self.gantt.is_stale = bool(lost)
        self._paint()

    # ---- what is shown -------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        scheme = self.app.scheme
        px = scheme.px
        tools = tk.Frame(self.window, name="tools")
        tools.pack(fill="x", padx=px(4), pady=px(3))
        tk.Label(tools, text="Show only").pack(side="left")
        self.filter = tk.Entry(tools, name="filter", width=20)
        self.filter.pack(side="left", padx=px(4))
        self.filter.bind("<KeyRelease>", lambda _event: self.rearrange())
        self.filter.bind("<Escape>", lambda _event: self._unfilter())
        for sort in Sort:
            words = _LEGEND.get(sort, sort.value)
            mark = self.app.marks.square(getattr(scheme, COLOURS[sort]))
            tk.Label(tools, text=f" {words}", image=mark, compound="left", font="TkTextFont").pack(
                side="left", padx=px(4)
            )
        self.status = tk.Label(
            self.window, name="status", anchor="w", relief="sunken", borderwidth=1, font="TkTextFont", padx=px(3)
        )
        self.status.pack(side="bottom", fill="x", padx=px(4), pady=px(2))
        foot = tk.Frame(self.window, name="foot")
        foot.pack(side="bottom", fill="x", padx=px(4), pady=px(3))
        for name in ("history.closer", "history.farther", "history.all", "history.now"):
            self.actions.button(foot, name).pack(side="left", padx=px(2))
        self.actions.button(foot, "history.close").pack(side="right", padx=px(2))
        self.gantt = Gantt(self.window, scheme, self.history, self._point)
        self.gantt.pack(fill="both", expand=True, padx=px(4))
        says(self.gantt.canvas, self._tip_at)

    def _paint(self) -> None:
        if not self.closed.is_set():
            self.gantt.changed()
            self.status.configure(text=self._words())

    def _words(self) -> str:
        if self._pointed:
            return self._pointed
        history = self.history
        if not history.end:
            return self._lost or "asking the maitre-d for its record ..."
        most = ", the latest" if history.count >= MOST_RUNS else ""
        said = f"{count(history.count, 'command')}{most} on {count(history.size, 'slot')}"
        said += f", {100 * history.part_used():.0f}% used"
        return f"{self._lost}; this is what was known before: {said}" if self._lost else said

    def _tip_at(self, x: int, y: int) -> str:
        bar = self.gantt.bar_at(x, y)
        return bar.words() if bar is not None else ""

    def _point(self, bar: Bar | None) -> None:
        self._pointed = bar.words() if bar is not None else ""
        self.status.configure(text=self._words())

    # ---- actions -------------------------------------------------------------------------------------

    def _zoom(self, closer: bool) -> None:
        self.gantt.zoom(closer)

    def _show_all(self) -> None:
        self.gantt.show_all()

    def _look_again(self) -> None:
        self.is_asking = True
        self._ask_now.set()

    def _unfilter(self) -> None:
        self.filter.delete(0, "end")
        self.rearrange()
        self.gantt.canvas.focus_set()

    def close(self) -> None:
        if self.closed.is_set():
            return
        self.closed.set()
        self.app.farm.forget(self)
        self.app.leave(self.window, _NAME)
        self.window.destroy()
