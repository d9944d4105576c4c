"""The names of groups, at the left of a window that shows the one that is selected: new, renamed in place, deleted."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Awaitable, Callable
from functools import partial
from typing import TYPE_CHECKING, Protocol

from gui.models import schedule_changes as changes
from gui.models.schedule_edit import Change, ScheduleEdit
from gui.widgets.actions import Action, Actions
from gui.widgets.marked_list import MarkedList
from runtime.schedule.dialect import Kind
from runtime.schedule.model import EVERYBODY

if TYPE_CHECKING:
    from gui.app import Application


class Window(Protocol):
    """Whose groups these are (gui.windows.schedule_window)."""

    app: Application
    actions: Actions

    @property
    def edit(self) -> ScheduleEdit: ...
    def change(self, what: str, change: Change) -> None: ...
    def do(self, work: Callable[[], Awaitable[str | None]]) -> None: ...
    def show(self) -> None: ...


class GroupNames(tk.Frame):
    """`group` is the one that is selected; empty: there is none. `menu`: the names of its actions."""

    menu = ("group.add", "group.rename", "group.delete")

    def __init__(self, parent: tk.Misc, window: Window, kind: Kind) -> None:
        super().__init__(parent, name="groups")
        self._window, self._kind = window, kind
        self._new = ""
        self.group = ""
        tk.Label(self, text=f"{kind.value.title()}s", anchor="w").pack(fill="x")
        self.list = MarkedList(
            self, window.app.scheme, "names", on_click=self._chosen, on_step=self._chosen, on_menu=self._post, width=14
        )
        self.list.pack(fill="both", expand=True)
        self.list.canvas.bind("<Double-Button-1>", lambda _event: self.rename())
        window.actions.add(
            Action("group.add", "&New group", self._add, "<Control-n>", lambda: window.app.schedule.is_read),
            Action("group.rename", "&Rename", self.rename, "<F2>", self._is_there),
            Action("group.delete", "&Delete", self._delete, "", self._is_there),
        )
        self._menu = window.actions.menu(self, "menu", *self.menu)

    def show(self) -> None:
        """The groups that there are."""
        names = changes.names_of(self._window.edit.reading, self._kind)
        if self._new in names:
            self.group = self._new
        elif self.group not in names:
            self.group = names[0] if names else ""
        self.list.show(names)
        self.list.select(self.group)
        if self._new in names:
            self._new = ""
            self.rename()

    def _chosen(self, name: str) -> None:
        if name != self.group:
            self.group = name
            self._window.show()
            self._window.actions.refresh()

    def _post(self, name: str, x: int, y: int) -> None:
        self._chosen(name)
        self._menu.tk_popup(x, y)

    def _is_there(self) -> bool:
        return bool(self.group) and self.group != EVERYBODY

    def _add(self) -> None:
        """A new group, whose name is to be typed."""
        name = changes.free_name(self._window.edit.reading, self._kind, "group")
        self._new = name
        self._window.change(f"{self._kind.value} {name} is new", changes.add(self._kind, name))

    def rename(self) -> None:
        """Type another name over it."""
        if self._is_there():
            self.list.type_over(self.group, lambda name: self._window.do(partial(self._renamed, self.group, name)))

    async def _renamed(self, group: str, name: str) -> str:
        link, self.group = self._window.app.schedule, name
        said = await link.change(f"{self._kind.value} {group} is {name}", changes.rename(self._kind, group, name))
        if said:
            self.group = group
        return said

    def _delete(self) -> None:
        self._window.change(f"{self._kind.value} {self.group} is deleted", changes.remove(self._kind, self.group))
