"""Huntgroups: the servers of the farm that this user's jobs hunt on, and those that he has deselected.

An amber indicator is a server that is used. What is changed counts at once; the dispatcher keeps it for good.
"""

from __future__ import annotations

import tkinter as tk
from functools import partial
from typing import TYPE_CHECKING

import trio

from daemons.wording import count, printable
from gui.links.arranging import Arranging
from gui.models.huntgroup import Huntgroup, Prey
from gui.widgets.actions import Action, Actions
from gui.widgets.table import TableView
from runtime.farm_messages import Farm
from runtime.messages import Changed, Queue, Refusal

if TYPE_CHECKING:
    from gui.app import Application

_NAME, _USUAL_PLACE = "huntgroups", "460x420+180+120"


class HuntgroupsWindow:
    """`closed` is set when it has gone."""

    def __init__(self, app: Application) -> None:
        self.app = app
        self.hunt = Huntgroup()
        self.closed = trio.Event()
        self._lost = ""
        self._farm_lost = ""
        self._said = ""
        self.window = tk.Toplevel(app.root, name="huntgroups")
        self.window.title("Alfred Huntgroups")
        self.window.protocol("WM_DELETE_WINDOW", self.close)
        app.place(self.window, _NAME, _USUAL_PLACE)
        self.actions = Actions(self.window)
        self.actions.add(
            Action("hunt.select", "&Select", partial(self._change, False), "<Control-plus>", self._may_select),
            Action("hunt.exclude", "E&xclude", partial(self._change, True), "<Control-minus>", self._may_exclude),
            Action("hunt.toggle", "&Toggle", self._toggle, "<space>", self._has),
            Action("hunt.filter", "Show &only...", lambda: self.filter.focus_set(), "<Control-f>"),
            Action("hunt.close", "&Dismiss", self.close, "<Control-w>"),
        )
        self._lay_out()
        self.arranging = Arranging(self._paint, self.hunt.table)
        app.start(self.arranging.run, until=self.closed)
        app.link.listen(self)
        app.farm.watch(self)
        if app.link.client is not None:
            app.do(self._ask, self.say)
        self.servers.canvas.focus_set()

    # ---- what is heard -------------------------------------------------------------------------------

    async def _ask(self) -> None:
        self.queue(await self.app.link.connected.list(done=False))

    def queue(self, queue: Queue) -> None:
        excluded = queue.farm.excluded if queue.farm is not None else ()
        if self.hunt.known and frozenset(name.lower() for name in excluded) == self.hunt.excluded:
            return
        self.hunt.choose(excluded)
        self.arranging.wanted(self.hunt.hear)

    def changed(self, change: Changed) -> None:
        """Of a job: nothing of a huntgroup's."""

    def linked(self, lost: str) -> None:
        self._lost = printable(lost)
        self._paint()

    def farm(self, farm: Farm) -> None:
        self.arranging.wanted(partial(self.hunt.hear, farm))

    def looked(self, lost: str) -> None:
        self._farm_lost = printable(lost)
        self._paint()

    # ---- what is shown -------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        px = self.app.scheme.px
        tools = tk.Frame(self.window, name="tools")
        tools.pack(fill="x", padx=px(4), pady=px(3))
        tk.Label(tools, text="Show only").pack(side="left")
        self.filter = tk.Entry(tools, name="filter", width=20)
        self.filter.pack(side="left", padx=px(4))
        self.filter.bind("<KeyRelease>", lambda _event: self._search())
        self.filter.bind("<Escape>", lambda _event: self._unfilter())
        self.status = tk.Label(
            self.window, name="status", anchor="w", relief="sunken", borderwidth=1, font="TkTextFont", padx=px(3)
        )
        self.status.pack(side="bottom", fill="x", padx=px(4), pady=px(2))
        foot = tk.Frame(self.window, name="foot")
        foot.pack(side="bottom", fill="x", padx=px(4), pady=px(3))
        for name in ("hunt.select", "hunt.exclude"):
            self.actions.button(foot, name).pack(side="left", padx=px(2))
        self.actions.button(foot, "hunt.close").pack(side="right", padx=px(2))
        self.menu = self.actions.menu(self.window, "server", "hunt.select", "hunt.exclude")
        self.servers: TableView[Prey] = TableView(
            self.window, self.app.scheme, self.hunt.table, name="servers", mark=self._mark, on_sorted=self._rearrange,
            on_chosen=self._chosen, on_menu=self._post_menu, on_opened=self._toggle, on_mark=self._toggle,
        )  # fmt: skip
        self.servers.pack(fill="both", expand=True, padx=px(4))

    def _mark(self, line: Prey) -> tk.PhotoImage:
        scheme = self.app.scheme
        return self.app.marks.square(scheme.background if self.hunt.is_excluded(line) else scheme.amber)

    def _paint(self) -> None:
        if self.closed.is_set():
            return
        self.servers.is_stale = bool(self._lost or self._farm_lost)
        self.servers.changed()
        self.actions.refresh()
        self.status.configure(text=self._lost or self._farm_lost or self._said or self.hunt.summary())

    def say(self, words: str) -> None:
        self._said = printable(words)
        self._paint()

    def _rearrange(self) -> None:
        self.arranging.wanted()

    def _search(self) -> None:
        self.hunt.table.search(self.filter.get())
        self._rearrange()

    def _unfilter(self) -> None:
        self.filter.delete(0, "end")
        self._search()
        self.servers.canvas.focus_set()

    def _chosen(self) -> None:
        self._said = ""
        self._paint()

    def _post_menu(self, x: int, y: int) -> None:
        self.menu.tk_popup(x, y)

    # ---- actions -------------------------------------------------------------------------------------

    def _has(self) -> bool:
        return bool(self.hunt.table.selected)

    def _may_select(self) -> bool:
        return any(self.hunt.is_excluded(line) for line in self.hunt.table.chosen)

    def _may_exclude(self) -> bool:
        return any(not self.hunt.is_excluded(line) for line in self.hunt.table.chosen)

    def _toggle(self) -> None:
        """The other way round, as the line that was chosen last says."""
        chosen = self.hunt.table.chosen
        if chosen:
            place = self.hunt.table.place_of(self.hunt.table.at)
            line = chosen[0] if place is None else self.hunt.table.lines[place]
            self._change(not self.hunt.is_excluded(line))

    def _change(self, excluded: bool) -> None:
        lines = self.hunt.table.chosen
        names = self.hunt.to_change(lines, excluded=excluded)
        if names:
            self.app.do(partial(self._exclude, names, excluded), self.say)
        elif lines:
            self.say(f"{lines[0].slot} is excluded with its host: select {lines[0].host}")

    async def _exclude(self, names: list[str], excluded: bool) -> str:
        for name in names:
            answer = await self.app.link.connected.exclude(name, excluded)
            if isinstance(answer, Refusal):
                return answer.text
        await self._ask()
        said = "excluded" if excluded else "selected"
        return f"{names[0]} is {said}" if len(names) == 1 else f"{count(len(names), 'server')} {said}"

    def close(self) -> None:
        if self.closed.is_set():
            return
        self.closed.set()
        self.app.farm.forget(self)
        self.app.link.forget(self)
        self.app.leave(self.window, _NAME)
        self.window.destroy()
