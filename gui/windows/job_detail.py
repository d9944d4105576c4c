"""The detail of a job: its tasks as a tree, what each does, and what can be done with it.

Tree menu: fold, find, next error, states that are shown, zoom        Task menu: of the task that is selected
"""

from __future__ import annotations

import tkinter as tk
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING

import trio

from daemons.wording import count, printable
from gui.links.tasks import TaskFeed
from gui.models.task_tree import TaskTree
from gui.models.tree_layout import Layout
from gui.widgets.actions import Action, Actions
from gui.widgets.tree import TreeCanvas
from gui.widgets.words import of_window
from runtime.messages import Action as Deed
from runtime.messages import TaskState

if TYPE_CHECKING:
    from gui.app import Application

_USUAL_PLACE = "560x420+700+40"
_LARGE = 2_000
"""A job with more tasks is shown folded at first: its tasks are found by opening, by searching, or by their state."""


class JobDetailWindow:
    """Of one job."""

    def __init__(self, app: Application, jid: int, title: str) -> None:
        self.app = app
        self.jid = jid
        self.tree = TaskTree()
        self.folded: set[int] = set()
        self.only: set[TaskState] = set()
        self.selected: int | None = None
        self._found: list[int] = []
        self._shape = -1
        self._due = ""
        self._said = ""
        self._is_gone = False
        self.closed = trio.Event()
        self.window = tk.Toplevel(app.root, name=f"detail{jid}")
        self.window.title(of_window(f"Job Detail: {title}"))
        self.window.protocol("WM_DELETE_WINDOW", self.close)
        app.place(self.window, "job detail", _USUAL_PLACE)
        self.actions = Actions(self.window)
        self._add_actions()
        self._lay_out()
        app.start(self._run)

    async def _run(self) -> None:
        """Hear of the tasks until the window is closed."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._feed)
            await self.closed.wait()
            nursery.cancel_scope.cancel()

    async def _feed(self) -> None:
        await TaskFeed(self.app.link, self.jid, self.tree, self._heard).run()
        self._is_gone = True
        self.changed()

    def _heard(self, words: str) -> None:
        self._said = printable(words)
        self.changed()

    # ---- what is shown -------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        px = self.app.scheme.px
        bar = tk.Menu(self.window, name="bar")
        for label, under, names in (("Tree", 0, _TREE_MENU), ("Task", 1, _TASK_MENU)):
            bar.add_cascade(label=label, underline=under, menu=self.actions.menu(bar, label.lower(), *names))
        self.window.configure(menu=bar)
        self.task_menu = self.actions.menu(self.window, "node", *_TASK_MENU)
        tools = tk.Frame(self.window, name="tools")
        tools.pack(fill="x", padx=px(4), pady=px(2))
        tk.Label(tools, text="Find").pack(side="left")
        self.find = tk.Entry(tools, name="find", width=18)
        self.find.pack(side="left", padx=px(4))
        self.find.bind("<Return>", lambda _event: self._next_found())
        self.find.bind("<KeyRelease>", lambda _event: self._search())
        for name in ("tree.error", "tree.larger", "tree.smaller"):
            self.actions.button(tools, name).pack(side="left", padx=px(1))
        self._add_filter(tools)
        self.status = tk.Label(
            self.window, name="status", anchor="w", relief="sunken", borderwidth=1, font="TkTextFont", padx=px(3)
        )
        self.status.pack(side="bottom", fill="x", padx=px(4), pady=px(2))
        self.shown = TreeCanvas(
            self.window, self.app.scheme, self.app.marks, self.tree,
            on_chosen=self.choose, on_menu=self._post_menu, on_opened=self._open_node,
        )  # fmt: skip
        self.shown.pack(fill="both", expand=True, padx=px(4))

    def _add_filter(self, tools: tk.Frame) -> None:
        """A pull-down of the states that are shown; with none chosen all are."""
        button = tk.Menubutton(tools, name="states", text="All states", relief="raised", indicatoron=True, underline=4)
        menu = tk.Menu(button, name="menu", tearoff=False)
        self.shows: dict[TaskState, tk.BooleanVar] = {}
        for state in TaskState:
            self.shows[state] = tk.BooleanVar(self.window, value=False)
            menu.add_checkbutton(label=state.value, variable=self.shows[state], command=self._filter)
        button.configure(menu=menu)
        button.pack(side="right")
        self.states = button

    def _filter(self) -> None:
        """Other states are to be shown."""
        self.only = {state for state, chosen in self.shows.items() if chosen.get()}
        words = ", ".join(state.value for state in TaskState if state in self.only)
        self.states.configure(text=words or "All states")
        self._place()
        self.changed()

    def changed(self) -> None:
        """Something is to be painted again, soon and once."""
        if not self._due and not self.closed.is_set():
            self._due = self.window.after_idle(self._paint)

    def _paint(self) -> None:
        self._due = ""
        if self.selected is not None and self.selected >= len(self.tree):
            self.selected = None  # the tree is told anew, and has not come so far
        if self._shape != self.tree.shape:
            if self._shape < 0 and len(self.tree) > _LARGE:
                self.folded.update(self.tree.children(0))
            self._shape = self.tree.shape
            self._place()
        elif self.only:
            self._place()
        self.shown.selected, self.shown.found = self.selected, frozenset(self._found)
        self.shown.is_stale = self._is_gone or bool(self.app.link.lost)
        self.shown.changed()
        self.status.configure(text=self.app.link.lost or self._said or self._words())

    def _place(self) -> None:
        self.shown.show(Layout(self.tree, self.folded, self.only))

    def _words(self) -> str:
        """What is selected, or how much there is."""
        if self.selected is None:
            return count(len(self.tree) - 1, "task") if len(self.tree) else "asking the dispatcher ..."
        tid = self.selected
        part = self.tree.part_done(tid)
        percent = f", {100 * part:.0f}%" if part is not None else ""
        name = f"{self.jid}.{tid}" if tid else f"{self.jid}"
        return f"{name} {self.tree.title(tid)}: {self.tree.shown_state(tid).value}{percent}"

    # ---- choosing, folding, finding ------------------------------------------------------------------

    def choose(self, tid: int) -> None:
        self.selected = tid
        self._said = ""
        self.actions.refresh()
        self.changed()

    def show_task(self, tid: int) -> None:
        """Select a task, unfold what hides it, and scroll until it is in sight."""
        hidden = self.folded.intersection(self.tree.above(tid))
        if hidden:
            self.folded -= hidden
            self._place()
        self.choose(tid)
        self.shown.see(tid)

    def _open_node(self, tid: int) -> None:
        self._fold(tid)

    def _fold(self, tid: int) -> None:
        """Fold a task, or unfold it."""
        self.folded ^= {tid}
        self._place()
        self.changed()

    def _fold_all(self, fold: bool) -> None:
        self.folded = set(self.tree.children(0)) if fold else set()
        self._place()
        self.changed()

    def _search(self) -> None:
        self._found = self.tree.found(self.find.get())
        self._said = f"{count(len(self._found), 'task')} found" if self.find.get().strip() else ""
        self.changed()

    def _next_found(self) -> None:
        self._search()
        if self._found:
            after = -1 if self.selected is None else self.selected
            self.show_task(next((tid for tid in self._found if tid > after), self._found[0]))

    def _next_error(self) -> None:
        tid = self.tree.next_error(-1 if self.selected is None else self.selected)
        if tid is not None:
            self.show_task(tid)

    def _step(self, event: tk.Event[tk.Misc]) -> None:
        """Arrow keys: to the task above, below, to the left or right in the tree."""
        if event.widget is self.find or not len(self.tree):
            return
        tid = self.selected if self.selected is not None and self.selected < len(self.tree) else 0
        children, siblings = self.tree.children(tid), self.tree.children(self.tree.parents[tid]) if tid else [0]
        own = siblings.index(tid) if tid in siblings else 0
        places: dict[str, Sequence[int]] = {
            "Left": [self.tree.parents[tid]] if tid else [], "Right": children[:1],
            "Up": siblings[max(0, own - 1) : own], "Down": siblings[own + 1 : own + 2],
        }  # fmt: skip
        for node in places.get(event.keysym, ()):
            if self.tree.task_of(node) >= 0:  # an Instance of what is not there yet is no task
                self.show_task(self.tree.task_of(node))

    # ---- actions -------------------------------------------------------------------------------------

    def _add_actions(self) -> None:
        self.actions.add(
            Action("tree.fold", "Fold or &unfold", self._fold_selected, "<space>", self._has_selected),
            Action("tree.fold_all", "F&old all", partial(self._fold_all, True)),
            Action("tree.unfold_all", "Unfold &all", partial(self._fold_all, False)),
            Action("tree.find", "&Find", lambda: self.find.focus_set(), "<Control-f>"),
            Action("tree.error", "Next &error", self._next_error, "<Control-e>"),
            Action("tree.larger", "&Larger", partial(self._zoom, 1), "<Control-plus>"),
            Action("tree.smaller", "&Smaller", partial(self._zoom, -1), "<Control-minus>"),
            Action("tree.close", "&Close", self.close, "<Control-w>"),
        )
        self.window.bind("<Control-equal>", lambda _event: self._zoom(1))
        self.window.bind("<Escape>", lambda _event: self.shown.canvas.focus_set())
        for key in ("Left", "Right", "Up", "Down"):
            self.window.bind(f"<{key}>", self._step)
        self.actions.add(
            Action("task.output", "See &Output Log", self._see_output, "<Control-o>", self._has_selected),
            Action("task.guts", "Command &guts", self._see_guts, "<Return>", self._has_selected),
            Action("task.why", "&Why is it waiting?", self._see_why, "<Control-y>", self._has_selected),
        )
        for name, label, deed, key in (
            ("retry", "Re&try", Deed.RETRY, "<Control-t>"),
            ("skip", "S&kip", Deed.SKIP, "<Control-k>"),
            ("restart", "&Restart with all below", Deed.RESTART, "<Control-r>"),
            ("kill", "K&ill", Deed.KILL, "<Control-i>"),
            ("requeue", "Re&queue", Deed.REQUEUE, "<Control-q>"),
            ("chaser", "&Chaser", Deed.CHASER, ""),
            ("preview", "&Preview", Deed.PREVIEW, ""),
        ):
            self.actions.add(Action(f"task.{name}", label, partial(self._act, deed), key, self._has_selected))

    def _has_selected(self) -> bool:
        return self.selected is not None

    def _fold_selected(self) -> None:
        if self.selected is not None:
            self._fold(self.selected)

    def _zoom(self, steps: int) -> None:
        self.shown.set_zoom(self.shown.zoom + steps)
        self.changed()

    def _act(self, deed: Deed) -> None:
        async def act() -> str:
            answer = await self.app.link.connected.act(deed, self.jid, self.selected or None)
            return answer.text

        self.app.do(act, self._heard)

    def _see_output(self) -> None:
        from gui.windows.output_log import OutputLogWindow

        OutputLogWindow(self.app, self.jid, self.selected or None, self._selected_title())

    def _see_guts(self) -> None:
        from gui.windows.about_task import command_guts, script_info

        if self.selected:
            command_guts(self.app, self.jid, self.selected, self._selected_title())
        else:
            script_info(self.app, self.jid, self._selected_title())

    def _see_why(self) -> None:
        from gui.windows.about_task import why_waiting

        why_waiting(self.app, self.jid, self.selected or None, self._selected_title())

    def _selected_title(self) -> str:
        return self.tree.title(self.selected or 0)

    def _post_menu(self, tid: int, x: int, y: int) -> None:
        self.task_menu.tk_popup(x, y)

    def close(self) -> None:
        if self._due:
            self.window.after_cancel(self._due)
        self.app.leave(self.window, "job detail")
        self.closed.set()
        self.window.destroy()


_TREE_MENU = (
    "tree.fold", "tree.fold_all", "tree.unfold_all", "", "tree.find", "tree.error", "", "tree.larger", "tree.smaller",
    "", "tree.close",
)  # fmt: skip
_TASK_MENU = (
    "task.output", "task.guts", "task.why", "",
    "task.retry", "task.skip", "task.restart", "task.kill", "task.requeue", "", "task.chaser", "task.preview", "",
    "tree.fold",
)  # fmt: skip
