"""Server groups: their names at the left; at the right all servers, amber and indented those of the group.

A click on a server changes the group that is selected. The lock opens the fields of the server where the user is:
service name, host, selection keys, UDI. A server that is disabled has "off" before its UDI.
"""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable
from functools import partial
from typing import Any

from gui.models import schedule_changes as changes
from gui.models.schedule_edit import Change
from gui.widgets.actions import Action
from gui.widgets.fields import Field, Fields
from gui.widgets.group_names import GroupNames
from gui.widgets.marked_list import MarkedList, Row
from gui.windows.schedule_window import ScheduleWindow
from runtime.schedule.dialect import Kind
from runtime.schedule.model import EVERYBODY, Server

_FIELDS = (Field("name", "Service Name", 14), Field("host", "Host", 16), Field("keys", "Selection Keys"),
           Field("udi", "UDI", 6))  # fmt: skip
_SERVER_MENU = ("server.add", "server.unlock", "server.toggle", "", "server.delete")


class ServerGroups(ScheduleWindow):
    NAME, TITLE, USUAL = "server groups", "Alfred Server Groups", "700x400+440+80"

    def add_actions(self) -> None:
        self.is_open = False
        """Whether the fields can be typed into."""
        self._new = ""
        self.actions.add(
            Action("server.add", "&Add server", self._add, "<Control-a>", lambda: self.app.schedule.is_read),
            Action("server.unlock", "&Edit, or lock", self._toggle_lock, "<F3>", self._is_there),
            Action("server.toggle", "E&nable or disable", self._enable, "", self._is_there),
            Action("server.delete", "&Delete", self._delete, "", self._is_there),
        )

    def lay_out(self, body: tk.Frame) -> None:
        px = self.app.scheme.px
        self.names = GroupNames(body, self, Kind.SERVER_GROUP)
        self.names.pack(side="left", fill="y", padx=(0, px(12)))
        self.menu_bar(("Server Groups", self.names.menu), ("Servers", _SERVER_MENU))
        self._menu = self.actions.menu(body, "menu", *_SERVER_MENU)
        right = tk.Frame(body, name="right")
        right.pack(side="left", fill="both", expand=True)
        tk.Label(right, text="Service Names, Hosts, Selection Keys, UDI", anchor="w").pack(fill="x")
        strip = tk.Frame(right, name="strip")
        strip.pack(side="bottom", fill="x", pady=(px(4), 0))
        self.lock = tk.Button(strip, name="lock", command=partial(self.actions.run, "server.unlock"))
        self.lock.pack(side="left", anchor="s")
        self.fields = Fields(strip, self.app.scheme, _FIELDS, self._entered)
        self.fields.pack(side="left", fill="x", expand=True)
        self.servers = MarkedList(
            right, self.app.scheme, "servers", on_click=self._clicked, on_step=lambda _key: self._show_fields(),
            on_menu=self._post, widths=(14, 16, 26), is_marked=True,
        )  # fmt: skip
        self.servers.pack(fill="both", expand=True)

    def show(self) -> None:
        self.names.show()
        reading, scheme, marks = self.edit.reading, self.app.scheme, self.app.marks
        within = set(changes.members_of(reading, Kind.SERVER_GROUP, self.names.group))
        all_of_them = EVERYBODY in within
        amber, grey = marks.square(scheme.amber), marks.square(scheme.background)
        servers = reading.schedule.servers
        self.servers.show(
            list(servers),
            lambda name: Row(_words(servers[name]), amber if all_of_them or name in within else grey),
        )
        if self._new in reading.schedule.servers:
            self.servers.select(self._new)
            self.is_open, self._new = True, ""
            self._show_fields()
            self.fields.focus_on("name")
        else:
            self._show_fields()

    def _server(self) -> Server | None:
        return self.edit.reading.schedule.servers.get(self.servers.at)

    def _show_fields(self) -> None:
        server = self._server()
        self.lock.configure(image=self.app.marks.lock(is_open=self.is_open and server is not None))
        texts: dict[str, str] = {}
        if server is not None and self.is_open:
            texts = {"name": server.name, "host": server.host, "keys": " ".join(server.keys), "udi": str(server.udi)}
        self.fields.show(texts)
        self.actions.refresh()

    # ---- what is done --------------------------------------------------------------------------------

    def _is_there(self) -> bool:
        return self._server() is not None

    def _clicked(self, name: str) -> None:
        """In the group, or not any more."""
        group = self.names.group
        if group:
            change = changes.set_members(Kind.SERVER_GROUP, group, [name], within=None)
            self.change(f"server group {group}: {name}", change)
        self._show_fields()

    def _post(self, _name: str, x: int, y: int) -> None:
        self._show_fields()
        self._menu.tk_popup(x, y)

    def _toggle_lock(self) -> None:
        self.is_open = not self.is_open
        self._show_fields()

    def _entered(self, field: str, text: str) -> None:
        name = self.servers.at
        if field == "name":
            self.do(partial(self._renamed, name, text))
            return
        value: Any = changes.keys_in(text) if field == "keys" else text
        self.change(f"server {name}: {field} {text}", changes.change(Kind.SERVER, name, field, value))

    async def _renamed(self, name: str, new: str) -> str:
        said = await self.app.schedule.change(f"server {name} is {new}", changes.rename(Kind.SERVER, name, new))
        if not said and not self.closed.is_set():
            self.servers.select(new)
        return said

    def _add(self) -> None:
        self._new = changes.free_name(self.edit.reading, Kind.SERVER, "server")
        self.change(f"server {self._new} is new", changes.include([self._new]))

    def _enable(self) -> None:
        self._of_this("enabled or disabled", changes.toggle)

    def _delete(self) -> None:
        self._of_this("deleted", changes.remove)

    def _of_this(self, what: str, change: Callable[[Kind, str], Change]) -> None:
        name = self.servers.at
        self.change(f"server {name} is {what}", change(Kind.SERVER, name))


def _words(server: Server) -> tuple[str, ...]:
    return server.name, server.host, " ".join(server.keys), f"{'' if server.enabled else 'off '}{server.udi}"
