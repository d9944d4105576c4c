"""User groups: their names at the left; at the right all users, amber and indented those of the group.

A click on a user changes the group that is selected. @NAME is a group of the system, with all its members.
"""

from __future__ import annotations

import tkinter as tk
from functools import partial

from gui.models import schedule_changes as changes
from gui.widgets.actions import Action
from gui.widgets.group_names import GroupNames
from gui.widgets.marked_list import MarkedList, Row
from gui.windows.schedule_window import ScheduleWindow
from runtime.schedule.dialect import Kind


class UserGroups(ScheduleWindow):
    NAME, TITLE, USUAL = "user groups", "Alfred User Groups", "480x340+480+60"

    def add_actions(self) -> None:
        self._more: list[str] = []
        """Users that were typed in, and are in no group yet."""
        self.actions.add(
            Action("user.add", "&Add user", lambda: self.new.focus_set(), "<Control-u>", lambda: bool(self.names.group))
        )

    def lay_out(self, body: tk.Frame) -> None:
        px = self.app.scheme.px
        self.names = GroupNames(body, self, Kind.USER_GROUP)
        self.names.pack(side="left", fill="y", padx=(0, px(12)))
        self.menu_bar(("User Groups", self.names.menu), ("Members", ("user.add",)))
        right = tk.Frame(body, name="right")
        right.pack(side="left", fill="both", expand=True)
        tk.Label(right, text="Members", anchor="w").pack(fill="x")
        line = tk.Frame(right, name="line")
        line.pack(side="bottom", fill="x", pady=(px(4), 0))
        tk.Label(line, text="New user, or @GROUP of the system").pack(side="left")
        self.new = tk.Entry(line, name="new", width=14)
        self.new.pack(side="left", fill="x", expand=True, padx=px(4))
        self.new.bind("<Return>", lambda _event: self._add())
        self.members = MarkedList(right, self.app.scheme, "members", on_click=self._toggle, is_marked=True)
        self.members.pack(fill="both", expand=True)

    def show(self) -> None:
        self.names.show()
        reading, scheme, marks = self.edit.reading, self.app.scheme, self.app.marks
        within = set(changes.members_of(reading, Kind.USER_GROUP, self.names.group))
        groups = changes.names_of(reading, Kind.USER_GROUP)
        known = {user for group in groups for user in changes.members_of(reading, Kind.USER_GROUP, group)}
        known |= reading.schedule.shares.keys() | set(self._more)
        amber, grey = marks.square(scheme.amber), marks.square(scheme.background)
        self.members.show(sorted(known), lambda user: Row((user,), amber if user in within else grey))

    def _toggle(self, user: str) -> None:
        self._set([user], self.names.group, within=None)

    def _add(self) -> None:
        """Whoever was typed in is a member from now on."""
        users = changes.keys_in(self.new.get())
        self.new.delete(0, "end")
        self._more += users
        self._set(users, self.names.group, within=True)

    def _set(self, users: list[str], group: str, *, within: bool | None) -> None:
        if group and users:
            words = f"user group {group}: {', '.join(users)}"
            change = changes.set_members(Kind.USER_GROUP, group, users, within=within)
            self.do(partial(self.app.schedule.change, words, change))
