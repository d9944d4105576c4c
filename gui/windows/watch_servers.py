"""Watch servers: who has which slot, by slot, by user, by job; what is measured; and what may be done with slots.

Slot List   a line a slot, with a diamond: green active, dark blue available, an outline for what is not given out
By User     who has how many slots, and wants how many more
By Job      the same of each job
Metrics     a line a host, with small live plots; the limits

What is done is done to the slots of the lines that are selected, on any of the first three tabs.
"""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Sequence
from functools import partial
from tkinter import ttk
from typing import TYPE_CHECKING, Any

import trio

from daemons.wording import count, duration, printable
from gui.links.arranging import Arranging
from gui.models.farm import FarmModel, job_of, state_words, why_not_given
from gui.widgets.actions import Action, Actions
from gui.widgets.plots import Plots
from gui.widgets.table import TableView
from gui.widgets.tip import says
from gui.windows.confirm import ConfirmDialog
from runtime.farm_messages import Did, Eject, Farm, FarmMessage, Refused, SetOffline, SlotLine, SlotState
from runtime.messages import Refusal

if TYPE_CHECKING:
    from gui.app import Application

_NAME, _USUAL_PLACE = "watch servers", "860x420+120+80"
_SECOND_MS = 1_000
_NAMED = 8
"""So many slots are named in the status line."""


class WatchServersWindow:
    """`closed` is set when it has gone."""

    def __init__(self, app: Application) -> None:
        self.app = app
        self.model = FarmModel()
        self.closed = trio.Event()
        self.asking: ConfirmDialog | None = None
        """What is asked before something is done."""
        self._lost = ""
        self._said = ""
        self.window = tk.Toplevel(app.root, name="watch")
        self.window.title("Alfred Watch Servers")
        self.window.protocol("WM_DELETE_WINDOW", self.close)
        app.place(self.window, _NAME, _USUAL_PLACE)
        self.actions = Actions(self.window)
        self._add_actions()
        self._lay_out()
        model = self.model
        self.arranging = Arranging(self._paint, model.slots, model.users, model.jobs, model.hosts)
        app.start(self.arranging.run, until=self.closed)
        app.farm.watch(self)
        self._tick()
        self.slots.canvas.focus_set()

    # ---- what is heard -------------------------------------------------------------------------------

    def farm(self, farm: Farm) -> None:
        self.arranging.wanted(partial(self.model.hear, farm))

    def looked(self, lost: str) -> None:
        self._lost = printable(lost)
        for view in self._views.values():
            view.is_stale = bool(lost)
        self.plots.is_stale = bool(lost)
        self._paint()

    # ---- what is shown -------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        px, model = self.app.scheme.px, self.model
        bar = tk.Menu(self.window, name="bar")
        for label, name, names in (("File", "file", _FILE_MENU), ("Servers", "servers", _SERVER_MENU)):
            bar.add_cascade(label=label, underline=0, menu=self.actions.menu(bar, name, *names))
        self.window.configure(menu=bar)
        self.menu = self.actions.menu(self.window, "slot", *_SERVER_MENU)
        tools = tk.Frame(self.window, name="tools")
        tools.pack(fill="x", padx=px(4), pady=px(3))
        tk.Label(tools, text="Show only").pack(side="left")
        self.filter = tk.Entry(tools, name="filter", width=24)
        self.filter.pack(side="left", padx=px(4))
        self.filter.bind("<KeyRelease>", lambda _event: self._search())
        self.filter.bind("<Escape>", lambda _event: self._unfilter())
        self.status = tk.Label(
            self.window, name="status", anchor="w", relief="sunken", borderwidth=1, font="TkTextFont", padx=px(3)
        )
        self.status.pack(side="bottom", fill="x", padx=px(4), pady=px(2))
        self.tabs = ttk.Notebook(self.window, name="tabs")
        self.tabs.pack(fill="both", expand=True, padx=px(4))
        self.slots = self._table("Slot List", "slots", model.slots, self._mark)
        self.users = self._table("By User", "users", model.users)
        self.jobs = self._table("By Job", "jobs", model.jobs)
        says(self.slots.canvas, self._tip_at)
        self._views = {"slots": self.slots, "users": self.users, "jobs": self.jobs}
        frame = tk.Frame(self.tabs, name="metrics")
        self.limits = tk.Label(frame, name="limits", anchor="w", font="TkTextFont", padx=px(3))
        self.limits.pack(side="bottom", fill="x")
        self.plots = Plots(frame, self.app.scheme, model)
        self.plots.pack(fill="both", expand=True)
        self.tabs.add(frame, text="Metrics")
        self.tabs.bind("<<NotebookTabChanged>>", lambda _event: self._turned())

    def _table(self, title: str, name: str, table: Any, mark: Callable[[Any], Any] | None = None) -> TableView[Any]:
        view: TableView[Any] = TableView(
            self.tabs, self.app.scheme, table, name=name, mark=mark, on_sorted=self._rearrange,
            on_chosen=self._chosen, on_menu=self._post_menu, on_opened=self._say_why,
        )  # fmt: skip
        self.tabs.add(view, text=title)
        return view

    def _mark(self, line: SlotLine) -> tk.PhotoImage:
        """A diamond; the word beside it says the same."""
        scheme, marks = self.app.scheme, self.app.marks
        if line.state is SlotState.BUSY:
            return marks.diamond(scheme.in_use)
        if line.state is SlotState.RESERVED:
            return marks.diamond(scheme.in_use, outline=True)
        if line.state is SlotState.FREE:
            return marks.diamond(scheme.enabled)
        return marks.diamond(scheme.warning if line.state is SlotState.TAINTED else scheme.outline, outline=True)

    def _tip_at(self, _x: int, y: int) -> str:
        line = self.slots.line_at(y)
        return why_not_given(line) if line is not None else ""

    def _shown(self) -> str:
        """The tab that is in sight."""
        return _TABS[int(self.window.tk.call(str(self.tabs), "index", "current"))]

    def _paint(self) -> None:
        if self.closed.is_set():
            return
        shown = self._shown()
        if shown == "metrics":
            self.plots.changed()
            self.limits.configure(text=self.model.limits())
        else:
            self._views[shown].changed()
        self.status.configure(text=self._words())

    def _words(self) -> str:
        if not self._lost:
            return self._said or self.model.summary()
        if self.model.farm is None:
            return self._lost
        return f"{self._lost}; this is how it was {duration(self.app.farm.age_s())} ago"

    def _tick(self) -> None:
        """An old state gets older."""
        if self._lost:
            self.status.configure(text=self._words())
        self._ticking = self.window.after(_SECOND_MS, self._tick)

    def say(self, words: str) -> None:
        self._said = printable(words)
        self._paint()

    def _turned(self) -> None:
        """Another tab."""
        shown = self._shown()
        if self.window.focus_get() is not self.filter:
            (self.plots.canvas if shown == "metrics" else self._views[shown].canvas).focus_set()
        self._chosen()

    def _turn(self, place: int) -> None:
        self.window.tk.call(str(self.tabs), "select", place)

    # ---- choosing ------------------------------------------------------------------------------------

    def _rearrange(self) -> None:
        self.arranging.wanted()

    def _search(self) -> None:
        for table in (self.model.slots, self.model.users, self.model.jobs, self.model.hosts):
            table.search(self.filter.get())
        self._rearrange()

    def _unfilter(self) -> None:
        self.filter.delete(0, "end")
        self._search()
        self._turned()

    def _chosen(self) -> None:
        self._said = ""
        chosen = self.model.slots.chosen if self._shown() == "slots" else []
        if len(chosen) == 1 and chosen[0].note:
            self._said = why_not_given(chosen[0])
        self._paint()

    def targets(self) -> list[SlotLine]:
        """The slots of the lines that are selected."""
        shown = self._shown()
        if shown == "slots":
            return self.model.slots.chosen
        table = {"users": self.model.users, "jobs": self.model.jobs}.get(shown)
        shares = table.chosen if table is not None else []
        names = dict.fromkeys(name for share in shares for name in share.slots)
        return [line for line in map(self.model.slot, names) if line is not None]

    def _has(self, *states: SlotState) -> bool:
        """Whether a slot is selected; one in such a state, where some are named."""
        return any(not states or line.state in states for line in self.targets())

    def _post_menu(self, x: int, y: int) -> None:
        self.menu.tk_popup(x, y)

    # ---- actions -------------------------------------------------------------------------------------

    def _add_actions(self) -> None:
        taken = partial(self._has, SlotState.BUSY, SlotState.RESERVED, SlotState.WAITING)
        self.actions.add(
            Action("watch.filter", "&Show only...", lambda: self.filter.focus_set(), "<Control-f>"),
            Action("watch.now", "&Look now", self.app.farm.look_now, "<F5>"),
            Action("watch.close", "&Close", self.close, "<Control-w>"),
            Action("servers.offline", "&Offline", self._offline, "<Control-o>", self._has),
            Action("servers.enable", "&Enable", self._enable, "<Control-n>", self._has),
            Action("servers.eject", "E&ject...", self._ask_eject, "<Control-j>", taken),
            Action("servers.exclude", "E&xclude from my huntgroup", self._exclude, "<Control-minus>", self._has),
            Action("servers.include", "&Include in my huntgroup", self._include, "<Control-plus>", self._has),
            Action("servers.why", "&Why is it not given?", self._say_why, "<Control-g>", self._has),
            *(Action(f"watch.tab{n}", "", partial(self._turn, n - 1), f"<Alt-Key-{n}>") for n in (1, 2, 3, 4)),
        )  # fmt: skip

    def _say_why(self) -> None:
        targets = self.targets()
        if targets:
            more = f"   (and {count(len(targets) - 1, 'other slot')})" if len(targets) > 1 else ""
            self.say(why_not_given(targets[0]) + more)

    def _offline(self) -> None:
        """One slot at once; for several it is asked first."""
        lines = self.targets()
        run = partial(self._set_offline, tuple(line.name for line in lines), True)
        if len(lines) == 1:
            run()
            return
        words = f"Give {count(len(lines), 'slot')} out no more? What runs there goes on to its end."
        self._confirm("Offline", words, lines, "&Offline", run)

    def _enable(self) -> None:
        self._set_offline(tuple(line.name for line in self.targets()), False)

    def _set_offline(self, names: tuple[str, ...], offline: bool) -> None:
        self._ask([SetOffline(0, names, offline)])

    def _ask_eject(self) -> None:
        lines = [line for line in self.targets() if line.user]
        words = f"End what runs on {count(len(lines), 'slot')} now? It begins again elsewhere."
        self._confirm("Eject", words, lines, "E&ject", partial(self._eject, lines))

    def _eject(self, lines: list[SlotLine]) -> None:
        """Of those that were shown: who has come to a slot since then was not agreed to."""
        same = [line for line in lines if self._is_same(line)]
        if same:
            self._ask([Eject(0, line.name) for line in same])
        else:
            self.say("nothing is ejected: by now something else runs there")

    def _is_same(self, line: SlotLine) -> bool:
        now = self.model.slot(line.name)
        return now is not None and (now.user, now.job) == (line.user, line.job)

    def _confirm(self, title: str, words: str, lines: list[SlotLine], deed: str, run: Callable[[], object]) -> None:
        told = list(map(_described, lines))
        self.asking = ConfirmDialog(self.app, self.window, title, words, told, deed, run)

    def _ask(self, wishes: Sequence[FarmMessage]) -> None:
        """Ask for one after the other; the first refusal ends it, in its own words."""

        async def ask() -> str:
            said = []
            try:
                for wish in wishes:
                    answer = await self.app.maitred.ask(wish)
                    if isinstance(answer, Refused):
                        return answer.text
                    said.append(answer.text if isinstance(answer, Did) else "")
            finally:
                self.app.farm.look_now()
            return said[0] if len(said) == 1 else f"{count(len(said), 'slot')}: {said[0]} ..."

        self.app.do(ask, self.say)

    def _exclude(self) -> None:
        self._choose_for_me(excluded=True)

    def _include(self) -> None:
        self._choose_for_me(excluded=False)

    def _choose_for_me(self, *, excluded: bool) -> None:
        names = [line.name for line in self.targets()]

        async def exclude() -> str:
            for name in names:
                answer = await self.app.link.connected.exclude(name, excluded)
                if isinstance(answer, Refusal):
                    return answer.text
            state = "excluded from your huntgroup" if excluded else "in your huntgroup"
            more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
            return f"{state}: {' '.join(names[:_NAMED])}{more}"

        self.app.do(exclude, self.say)

    def close(self) -> None:
        if self.closed.is_set():
            return
        self.closed.set()
        self.window.after_cancel(self._ticking)
        self.app.farm.forget(self)
        self.app.leave(self.window, _NAME)
        self.window.destroy()


def _described(line: SlotLine) -> str:
    """A slot that something is to be done to, and whom that hits."""
    if not line.user:
        return f"{line.name} on {line.host}: {state_words(line.state)}"
    jid, task = job_of(line)
    return f"{line.name} on {line.host}: {task} of {line.user}'s job {jid}, for {duration(line.since_s)}"


_TABS = ("slots", "users", "jobs", "metrics")
_FILE_MENU = ("watch.filter", "watch.now", "", "watch.close")
_SERVER_MENU = (
    "servers.offline", "servers.enable", "servers.eject", "", "servers.exclude", "servers.include", "", "servers.why",
)  # fmt: skip
