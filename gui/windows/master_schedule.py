"""The master schedule: a line for each crew, and the ways to its groups, limits, metrics and pings.

A click on a name, or its amber mark, enables or disables a crew. The lock opens its line to be edited. The heads of the
columns are menus: "view/edit" shows the groups.
"""

from __future__ import annotations

import tkinter as tk
from collections.abc import Sequence
from functools import partial

from gui.models import schedule_changes as changes
from gui.widgets.actions import Action
from gui.widgets.crew_lines import GROUPS, CrewLines, Shown
from gui.windows.schedule_window import ScheduleWindow
from runtime.schedule.dialect import BY_KIND, Kind
from runtime.schedule.model import EVERYBODY


class MasterSchedule(ScheduleWindow):
    NAME, TITLE, USUAL = "master schedule", "Alfred Master Schedule", "780x340+60+120"

    def add_actions(self) -> None:
        self.opened: set[str] = set()
        """Crews whose line is open."""
        self.edited = ""
        """The crew that was edited last."""
        self._to_focus = ""
        self.actions.add(
            Action("crew.add", "&Add new crew", self._add, "<Control-n>", lambda: self.app.schedule.is_read),
            Action("crew.rename", "&Rename", self._rename, "<F2>", self._is_there),
            Action("crew.toggle", "&Enable or disable", lambda: self.toggle_crew(self.edited), "", self._is_there),
            Action("crew.preempt", "&Preempts others, or not", self._toggle_preempt, "", self._is_there),
            Action("crew.delete", "&Delete", self._delete, "", self._is_there),
            *(Action(f"open.{name}", label, partial(self._open, name), key) for name, label, key in _OPENS),
        )

    def lay_out(self, body: tk.Frame) -> None:
        self.menu_bar(
            ("Crews", ("crew.add", "", "crew.rename", "crew.toggle", "crew.preempt", "", "crew.delete")),
            ("Groups", ("open.users", "open.servers", "open.times")),
            ("Limits", ("open.limits", "open.metrics")),
        )
        self.lines = CrewLines(body, self.app.scheme, self.app.marks, self, self._head)
        self.lines.pack(fill="both", expand=True)

    def _head(self, parent: tk.Misc, attribute: str, title: str) -> tk.Widget:
        """A column's head is a menu."""
        head = tk.Menubutton(
            parent, name=f"head_{attribute}", text=title, relief="raised", indicatoron=True, takefocus=1
        )
        menu = self.actions.menu(head, "menu", f"open.{attribute}")
        menu.configure(tearoff=False)
        menu.entryconfigure(0, label="view/edit", underline=0)
        head.configure(menu=menu)
        return head

    def show(self) -> None:
        reading = self.edit.reading
        array = BY_KIND[Kind.CREW].array
        crews = reading.schedule.crews
        self.opened &= crews.keys()
        self.lines.show(
            [Shown(crew, name in self.opened, f"{array}({name})" not in reading.not_understood)
             for name, crew in crews.items()]
        )  # fmt: skip
        if self._to_focus in crews:
            entry = self.lines.part(self._to_focus, "crew").nametowidget("name")
            entry.focus_set()
            entry.selection_range(0, "end")
            self._to_focus = ""

    # ---- what the lines ask for ----------------------------------------------------------------------

    def toggle_lock(self, crew: str) -> None:
        """Open a line to be edited, or shut it."""
        self.opened ^= {crew}
        self.edited = crew
        self._paint_soon()

    def toggle_crew(self, crew: str) -> None:
        self.edited = crew
        self.change(f"crew {crew}: enabled or disabled", changes.toggle(Kind.CREW, crew))

    def rename_crew(self, crew: str, name: str) -> None:
        self.do(partial(self._renamed, crew, name))

    async def _renamed(self, crew: str, name: str) -> str:
        """The line stays open under its new name."""
        self.opened.add(name)
        said = await self.app.schedule.change(f"crew {crew} is {name}", changes.rename(Kind.CREW, crew, name))
        if not said:
            self.edited = name
        return said

    def set_of_crew(self, crew: str, attribute: str, text: str) -> None:
        self.edited = crew
        self.change(f"crew {crew}: {attribute} {text}", changes.change(Kind.CREW, crew, attribute, text))

    def choices(self, attribute: str) -> Sequence[str]:
        names = changes.names_of(self.edit.reading, changes.CREW_GROUPS[attribute])
        return [EVERYBODY, *(name for name in names if name != EVERYBODY)]

    # ---- what the menus ask for ----------------------------------------------------------------------

    def _is_there(self) -> bool:
        return self.edited in self.edit.reading.schedule.crews

    def _add(self) -> None:
        """A new crew, with the settings of the one edited last; its name is to be typed."""
        name = changes.free_name(self.edit.reading, Kind.CREW, "crew")
        self.opened.add(name)
        self._to_focus = name
        self.change(f"crew {name} is new", changes.add_crew(name, self.edited))
        self.edited = name

    def _rename(self) -> None:
        self.opened.add(self.edited)
        self._to_focus = self.edited
        self._paint_soon()

    def _toggle_preempt(self) -> None:
        preempt = not self.edit.reading.schedule.crews[self.edited].preempt
        self.change(
            f"crew {self.edited}: {'preempts' if preempt else 'preempts nobody'}",
            changes.change(Kind.CREW, self.edited, "preempt", preempt),
        )

    def _delete(self) -> None:
        self.change(f"crew {self.edited} is deleted", changes.remove(Kind.CREW, self.edited))

    def _open(self, name: str) -> None:
        make = _windows()[name]
        self.app.show(make.NAME, partial(make, self.app))


_OPENS = (
    *((attribute, f"&{title}s...", "") for attribute, title in GROUPS),
    ("limits", "&Limits and tags...", ""), ("metrics", "&Metrics and pings...", ""),
)  # fmt: skip


def _windows() -> dict[str, type[ScheduleWindow]]:
    """Each is imported when somebody opens it."""
    from gui.windows.limits import Limits
    from gui.windows.metrics_pings import MetricsPings
    from gui.windows.server_groups import ServerGroups
    from gui.windows.time_groups import TimeGroups
    from gui.windows.user_groups import UserGroups

    return {
        "users": UserGroups, "servers": ServerGroups, "times": TimeGroups, "limits": Limits, "metrics": MetricsPings,
    }  # fmt: skip
