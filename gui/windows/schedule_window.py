"""What all windows of the schedule have: the same schedule, Write Schedule, "modified...", undo, and words at the foot.

    [ Write Schedule ]  modified...   whose schedule it is, or what went wrong          [ Dismiss ]

What is wrong only since the last writing is shown before it is written. A newer schedule is never overwritten: a window
shows what differs, and asks (gui.windows.newer_schedule).
"""

from __future__ import annotations

import tkinter as tk
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, ClassVar

import trio

from daemons.wording import count, printable
from gui.models.schedule_edit import Change, ScheduleEdit, words_of
from gui.widgets.actions import Action, Actions
from gui.windows.confirm import ConfirmDialog
from gui.windows.edited_schedule import EditedSchedule
from gui.windows.newer_schedule import NewerSchedule
from runtime.job.model import Severity

if TYPE_CHECKING:
    from gui.app import Application

FILE_MENU = (
    "schedule.write", "schedule.editor", "", "schedule.undo", "schedule.revert", "schedule.newer", "", "schedule.close",
)  # fmt: skip


class ScheduleWindow:
    """`NAME` is what its place is kept by, and, in one word, the name of its widget; `USUAL` where it is at first."""

    NAME: ClassVar[str]
    TITLE: ClassVar[str]
    USUAL: ClassVar[str]

    def __init__(self, app: Application) -> None:
        self.app = app
        self.closed = trio.Event()
        self._said = ""
        self._due = ""
        self.window = tk.Toplevel(app.root, name=self.NAME.replace(" ", "_"))
        self.window.title(self.TITLE)
        self.window.protocol("WM_DELETE_WINDOW", self.close)
        app.place(self.window, self.NAME, self.USUAL)
        self.actions = Actions(self.window)
        self._add_actions()
        self.add_actions()
        self._lay_out_foot()
        self.body = tk.Frame(self.window, name="body")
        self.body.pack(fill="both", expand=True, padx=app.scheme.px(6), pady=app.scheme.px(6))
        self.lay_out(self.body)
        app.schedule.listen(self)
        self._paint_soon()
        self.window.focus_set()

    # ---- what each window says of itself -------------------------------------------------------------

    def add_actions(self) -> None:
        """Its own ones."""

    def lay_out(self, body: tk.Frame) -> None:
        """Make its parts."""
        raise NotImplementedError

    def show(self) -> None:
        """The schedule is another: show it."""
        raise NotImplementedError

    # ---- what is shown -------------------------------------------------------------------------------

    @property
    def edit(self) -> ScheduleEdit:
        return self.app.schedule.edit

    def menu_bar(self, *menus: tuple[str, tuple[str, ...]]) -> tk.Menu:
        """Menus of actions; the File menu is the first one."""
        bar = tk.Menu(self.window, name="bar")
        for label, names in (("File", FILE_MENU), *menus):
            menu = self.actions.menu(bar, label.lower().replace(" ", "_"), *names)
            bar.add_cascade(label=label, underline=0, menu=menu)
        self.window.configure(menu=bar)
        return bar

    def _lay_out_foot(self) -> None:
        px = self.app.scheme.px
        foot = tk.Frame(self.window, name="foot")
        foot.pack(side="bottom", fill="x", padx=px(6), pady=px(6))
        self.actions.button(foot, "schedule.write").pack(side="left")
        self.modified = tk.Label(foot, name="modified", foreground=self.app.scheme.warning, width=10, anchor="w")
        self.modified.pack(side="left", padx=px(6))
        close = self.actions.button(foot, "schedule.close")
        close.configure(text="Dismiss", underline=-1)
        close.pack(side="right")
        self.status = tk.Label(foot, name="status", anchor="w", justify="left", font="TkTextFont")
        self.status.pack(side="left", fill="x", expand=True)
        self.status.bind("<Configure>", lambda event: self.status.configure(wraplength=max(1, event.width)))

    def schedule_changed(self) -> None:
        """Soon, and once, it is all shown again."""
        self._said = ""
        self._paint_soon()

    def _paint_soon(self) -> None:
        if not self._due and not self.closed.is_set():
            self._due = self.window.after_idle(self._paint)

    def _paint(self) -> None:
        self._due = ""
        self.modified.configure(text="modified..." if self.edit.modified else "")
        self.status.configure(text=self._said or self._whose())
        if self.app.schedule.is_read:
            self.show()
        self.actions.refresh()

    def _whose(self) -> str:
        held, lost = self.edit.held, self.app.schedule.lost
        if lost:
            return printable(lost) + ("\nthis is how it was then" if self.app.schedule.is_read else "")
        reading = self.edit.reading
        if reading.failed:
            wrong = words_of(
                [found for found in reading.diagnostics if found.severity is Severity.ERROR][:1], held.file
            )
            return printable("\n".join(("it is broken, mend it (File, Edit in $EDITOR):", *wrong)))
        return printable(held.where) + (f"\nread only: {printable(held.barred)}" if held.barred else "")

    def say(self, words: str) -> None:
        """Words at the foot, until something changes."""
        self._said = printable(words)
        self._paint_soon()

    # ---- what is done --------------------------------------------------------------------------------

    def do(self, work: Callable[[], Awaitable[str | None]]) -> None:
        """Run this in trio, and say how it went."""
        self.app.do(work, self.say)

    def change(self, what: str, change: Change) -> None:
        """Make a change; if it cannot be made, it is said why."""
        self.do(partial(self.app.schedule.change, what, change))

    def _add_actions(self) -> None:
        schedule = self.app.schedule
        self.actions.add(
            Action("schedule.write", "&Write Schedule", lambda: self.do(self._write), "<Control-s>",
                   lambda: self.edit.may_write),
            Action("schedule.editor", "&Edit in $EDITOR...", self._edit_by_hand, "<Control-e>",
                   lambda: schedule.is_read),
            Action("schedule.undo", "&Undo", lambda: self.do(schedule.undo), "<Control-z>",
                   lambda: bool(self.edit.steps)),
            Action("schedule.revert", "&Revert", self._revert),
            Action("schedule.newer", "&Newer schedule...", self.show_newer, "", lambda: self.edit.newer is not None),
            Action("schedule.close", "&Close", self.close, "<Control-w>"),
        )  # fmt: skip
        self.window.bind("<Escape>", lambda _event: self.close())

    async def _write(self) -> str:
        """Show what has become wrong first."""
        news = await self.app.schedule.news()
        if not news or self.closed.is_set():
            return await self._write_now()
        ConfirmDialog(
            self.app, self.window, "Write Schedule", f"Write it all the same? {count(len(news), 'thing')} in it was"
            " not wrong before:", words_of(news, self.edit.held.file), "&Write Schedule",
            lambda: self.do(self._write_now),
        )  # fmt: skip
        return ""

    async def _write_now(self) -> str:
        said = await self.app.schedule.write()
        if self.edit.newer is not None and not self.closed.is_set():
            self.show_newer()
        return said

    def show_newer(self) -> None:
        self.app.show(NewerSchedule.NAME, partial(NewerSchedule, self.app))

    def _edit_by_hand(self) -> None:
        self.app.show(EditedSchedule.NAME, partial(EditedSchedule, self.app))

    def _revert(self) -> None:
        """Read it again; what would be lost is asked about."""
        revert = partial(self.do, self.app.schedule.revert)
        if not self.edit.modified:
            revert()
            return
        lines = [step.what for step in self.edit.steps]
        ConfirmDialog(self.app, self.window, "Revert", "Give these changes up?", lines, "&Give up", revert)

    def close(self) -> None:
        """The window goes; what was changed stays, for the other windows, and for when one is opened again."""
        if self.closed.is_set():
            return
        self.closed.set()
        if self._due:
            self.window.after_cancel(self._due)
        self.app.schedule.forget(self)
        self.app.leave(self.window, self.NAME)
        self.window.destroy()
