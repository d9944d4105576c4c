"""What windows with tabs of entries have in common (limits and tags, metrics and pings): new, rename, delete."""

from __future__ import annotations

import tkinter as tk
from functools import partial
from tkinter import ttk
from typing import ClassVar

from gui.widgets.actions import Action
from gui.widgets.entry_list import EntryList, Form
from gui.windows.schedule_window import ScheduleWindow


class EntriesWindow(ScheduleWindow):
    """`FORMS`: a tab for each."""

    FORMS: ClassVar[tuple[Form, ...]]

    def add_actions(self) -> None:
        self.actions.add(
            Action("entry.add", "&New", lambda: self.shown.add(), "<Control-n>", lambda: self.app.schedule.is_read),
            Action("entry.rename", "&Rename", lambda: self.shown.rename(), "<F2>", lambda: self.shown.is_chosen),
            Action("entry.delete", "&Delete", lambda: self.shown.delete(), "", lambda: self.shown.is_chosen),
        )

    def lay_out(self, body: tk.Frame) -> None:
        self.menu_bar(("Entries", ("entry.add", "entry.rename", "", "entry.delete")))
        self.tabs = ttk.Notebook(body, name="tabs")
        self.tabs.pack(fill="both", expand=True)
        self.lists = [EntryList(self.tabs, self, form, partial(self.words, form)) for form in self.FORMS]
        for found, form in zip(self.lists, self.FORMS, strict=True):
            self.tabs.add(found, text=form.tab)
        self.tabs.bind("<<NotebookTabChanged>>", lambda _event: self.actions.refresh())

    @property
    def shown(self) -> EntryList:
        """The tab that is in sight."""
        return self.lists[int(self.window.tk.call(str(self.tabs), "index", "current"))]

    def words(self, _form: Form, _name: str) -> str:
        """What else is known of an entry."""
        return ""

    def show(self) -> None:
        for found in self.lists:
            found.show()
