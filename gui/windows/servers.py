"""Servers, the simple page: hosts of the network at the left, the servers that Alfred has at the right.

    Network Hosts                           Alfred Servers
    boris                [ Include >> ]     <> Janus1      dark blue: enabled
    janus                [ << Remove  ]     <> Vast        outlined: disabled
    [pattern    ]                           UDI ---[]-----

Include makes a server of each host that is selected, or of the one that is typed. The right button's menu enables and
disables servers in the schedule, and takes slots offline at once, which no schedule knows of.
"""

from __future__ import annotations

import tkinter as tk
from functools import partial
from tkinter import ttk

import trio

from daemons.wording import printable
from gui.models import schedule_changes as changes
from gui.models.host_list import hosts_in, shown_hosts, typed_host
from gui.widgets.actions import Action
from gui.widgets.marked_list import MarkedList, Row
from gui.windows.schedule_window import ScheduleWindow
from runtime.farm_messages import Did, Farm, Refused, SetOffline, SlotState
from runtime.schedule.dialect import Kind

_HOSTS_FILE = "/etc/hosts"
_MENU = ("server.toggle", "server.rename", "", "server.offline", "server.online", "", "server.remove")
_LEAST, _MOST = 0, 100
"""Of the scale, unless a server has more."""


class Servers(ScheduleWindow):
    NAME, TITLE, USUAL = "servers", "Alfred Servers", "560x460+620+120"

    def add_actions(self) -> None:
        self._hosts: set[str] = set()
        """Of the network, and of the farm."""
        self._offline: set[str] = set()
        may = self._is_chosen
        self.actions.add(
            Action("server.include", "&Include >>", self._include, "<Control-i>", self._has_host),
            Action("server.remove", "<< &Remove", self._remove, "<Control-r>", may),
            Action("server.toggle", "E&nable or disable", self._toggle, "<Control-t>", may),
            Action("server.rename", "Rena&me", self._rename, "<F2>", may),
            Action("server.offline", "&Offline", partial(self._set_offline, True), "", may),
            Action("server.online", "&Back", partial(self._set_offline, False), "", may),
        )
        self.app.do(self._look_for_hosts, self.say)

    def lay_out(self, body: tk.Frame) -> None:
        self.menu_bar(("Servers", ("server.include", *_MENU)))
        self._menu = self.actions.menu(body, "menu", *_MENU)
        self._lay_out_hosts(body)
        middle = tk.Frame(body, name="middle")
        middle.pack(side="left", padx=self.app.scheme.px(10))
        for name in ("server.include", "server.remove"):
            self.actions.button(middle, name).pack(fill="x", pady=self.app.scheme.px(6))
        self._lay_out_servers(body)
        self.app.farm.watch(self)

    def _lay_out_hosts(self, body: tk.Frame) -> None:
        px = self.app.scheme.px
        left = tk.Frame(body, name="left")
        left.pack(side="left", fill="both", expand=True)
        tk.Label(left, text="Network Hosts", anchor="w").pack(fill="x")
        self.matching = tk.BooleanVar(left, False)
        self.hide = tk.BooleanVar(left, False)
        filters = tk.Frame(left, name="filters")
        filters.pack(side="bottom", fill="x")
        self.pattern = tk.Entry(filters, name="pattern", width=16)
        self.pattern.pack(fill="x", pady=px(4))
        self.pattern.bind("<KeyRelease>", lambda _event: self._filter())
        self.pattern.bind("<Return>", lambda _event: self.actions.run("server.include"))
        for name, text, value in (("all", "All hosts", False), ("matching", "Matching pattern", True)):
            ttk.Radiobutton(
                filters, name=name, text=text, variable=self.matching, value=value, command=self._filter
            ).pack(anchor="w")
        hide = ttk.Checkbutton(filters, name="hide", text="Hide included", variable=self.hide, command=self._filter)
        hide.pack(anchor="w")
        self.hosts = MarkedList(
            left, self.app.scheme, "hosts", on_click=lambda _host: self.actions.refresh(), several=True, width=18
        )
        self.hosts.canvas.bind("<Double-Button-1>", lambda _event: self.actions.run("server.include"))
        self.hosts.pack(fill="both", expand=True)

    def _lay_out_servers(self, body: tk.Frame) -> None:
        px = self.app.scheme.px
        right = tk.Frame(body, name="right")
        right.pack(side="left", fill="both", expand=True)
        tk.Label(right, text="Alfred Servers", anchor="w").pack(fill="x")
        self.udi = tk.Scale(right, name="udi", label="UDI", orient="horizontal", from_=_LEAST, to=_MOST)
        self.udi.pack(side="bottom", fill="x", pady=(px(6), 0))
        self.udi.bind("<ButtonRelease-1>", lambda _event: self._set_udi())
        self.udi.bind("<KeyRelease>", lambda _event: self._set_udi())
        self.servers = MarkedList(
            right, self.app.scheme, "servers", on_click=lambda _server: self._chosen(),
            on_step=lambda _server: self._chosen(), on_menu=self._post, several=True, is_marked=True,
            widths=(14,), width=22,
        )  # fmt: skip
        self.servers.canvas.bind("<Double-Button-1>", lambda _event: self._rename())
        self.servers.pack(fill="both", expand=True)

    # ---- what is heard -------------------------------------------------------------------------------

    async def _look_for_hosts(self) -> str:
        """Those that this machine knows by name."""
        try:
            text = await trio.Path(_HOSTS_FILE).read_text(errors="replace")
        except OSError:
            return ""  # a machine without such a file knows the others in another way: their names can be typed
        self._hosts.update(hosts_in(text))
        self._paint_soon()
        return ""

    def farm(self, farm: Farm) -> None:
        self._hosts.update(host.name for host in farm.hosts)
        offline = {slot.name for slot in farm.slots if slot.state is SlotState.OFFLINE}
        if offline != self._offline:
            self._offline = offline
            self._paint_soon()

    def looked(self, lost: str) -> None:
        """Who is offline is not known then."""
        if lost and self._offline:
            self._offline = set()
            self._paint_soon()

    # ---- what is shown -------------------------------------------------------------------------------

    def show(self) -> None:
        scheme, marks = self.app.scheme, self.app.marks
        filled, outlined = marks.diamond(scheme.enabled), marks.diamond(scheme.outline, outline=True)
        servers = self.edit.reading.schedule.servers

        def row_of(name: str) -> Row:
            is_enabled = servers[name].enabled
            words = "offline" if name in self._offline else "" if is_enabled else "disabled"
            return Row((name, words), filled if is_enabled else outlined)

        self.servers.show(list(servers), row_of)
        self._show_udi()
        self._filter()

    def _filter(self) -> None:
        servers = self.edit.reading.schedule.servers.values()
        hosts = shown_hosts(
            [*self._hosts, *(server.host for server in servers)], servers, self.pattern.get(),
            matching=self.matching.get(), hide_included=self.hide.get(),
        )  # fmt: skip
        self.hosts.show(hosts)
        self.actions.refresh()

    def _show_udi(self) -> None:
        server = self.edit.reading.schedule.servers.get(self.servers.at)
        udi = server.udi if server is not None else 0
        self.udi.configure(state="normal", from_=min(_LEAST, udi), to=max(_MOST, udi))
        self.udi.set(udi)
        self.udi.configure(state="normal" if server is not None else "disabled")

    def _chosen(self) -> None:
        self._show_udi()
        self.actions.refresh()

    def _post(self, _server: str, x: int, y: int) -> None:
        self._chosen()
        self._menu.tk_popup(x, y)

    # ---- what is done --------------------------------------------------------------------------------

    def _has_host(self) -> bool:
        return self.app.schedule.is_read and bool(self.hosts.selected or typed_host(self.pattern.get()))

    def _is_chosen(self) -> bool:
        return bool(self._names())

    def _names(self) -> list[str]:
        """The servers that are selected, as they stand."""
        return [name for name in self.servers.names if name in self.servers.selected]

    def _include(self) -> None:
        hosts = [host for host in self.hosts.names if host in self.hosts.selected]
        if not hosts:
            hosts = [typed_host(self.pattern.get())]
        self.change(f"servers on {', '.join(hosts)}", changes.include(hosts))

    def _remove(self) -> None:
        names = self._names()
        self.change(f"without {', '.join(names)}", changes.exclude(names))

    def _toggle(self) -> None:
        """All as the first one will be."""
        names = self._names()
        enabled = not self.edit.reading.schedule.servers[names[0]].enabled
        words = f"{', '.join(names)} {'enabled' if enabled else 'disabled'}"
        self.change(words, changes.each(names, lambda name: changes.change(Kind.SERVER, name, "enabled", enabled)))

    def _set_udi(self) -> None:
        names, udi = self._names(), int(self.udi.get())
        servers = self.edit.reading.schedule.servers
        if any(servers[name].udi != udi for name in names):
            words = f"{', '.join(names)}: UDI {udi}"
            self.change(words, changes.each(names, lambda name: changes.change(Kind.SERVER, name, "udi", udi)))

    def _rename(self) -> None:
        name = self.servers.at
        if name:
            self.servers.type_over(
                name, lambda new: self.change(f"server {name} is {new}", changes.rename(Kind.SERVER, name, new))
            )

    def _set_offline(self, offline: bool) -> None:
        self.do(partial(self._ask_offline, tuple(self._names()), offline))

    async def _ask_offline(self, names: tuple[str, ...], offline: bool) -> str:
        answer = await self.app.maitred.ask(SetOffline(0, names, offline))
        self.app.farm.look_now()
        return printable(answer.text) if isinstance(answer, Did | Refused) else ""

    def close(self) -> None:
        if not self.closed.is_set():
            self.app.farm.forget(self)
        super().close()
