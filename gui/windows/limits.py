"""Limits: how many commands with a tag may run at a time, how many do now; and the shares of users and projects."""

from __future__ import annotations

import tkinter as tk

from daemons.wording import duration, printable
from gui.widgets.entry_list import Form
from gui.windows.entries_window import EntriesWindow
from runtime.farm_messages import Farm
from runtime.schedule.dialect import Kind

LIMITS = Form(Kind.LIMIT, "Limits", "Tag", "Maximum", "1")


class Limits(EntriesWindow):
    NAME, TITLE, USUAL = "limits", "Alfred Limits and Tags", "520x340+420+140"
    FORMS = (
        LIMITS,
        Form(Kind.SHARE, "Shares of users", "User", "Share", "1"),
        Form(Kind.PROJECT_SHARE, "Shares of projects", "Project", "Share", "1"),
    )

    def lay_out(self, body: tk.Frame) -> None:
        self._running: dict[str, str] = {}
        """Of a tag: what runs with it, and whether it rests."""
        super().lay_out(body)
        self.app.farm.watch(self)

    def farm(self, farm: Farm) -> None:
        running = {tag: f"{now} now" for tag, now, _ in farm.limits}
        for tag, seconds, reason in farm.rests:
            words = f"rests {duration(seconds)}: {printable(reason)}"
            running[tag] = f"{running[tag]}, {words}" if tag in running else words
        if running != self._running:
            self._running = running
            self._paint_soon()

    def looked(self, lost: str) -> None:
        """What runs is not known then."""
        if lost and self._running:
            self._running = {}
            self._paint_soon()

    def words(self, form: Form, name: str) -> str:
        return self._running.get(name, "") if form is LIMITS else ""

    def close(self) -> None:
        if not self.closed.is_set():
            self.app.farm.forget(self)
        super().close()
