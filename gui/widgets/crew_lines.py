"""The lines of the master schedule: a crew on each.

    [lock] [amber] name           user group [-]   server group [-]   time group [-]   [ Pri ]

A shut line says what a crew is; a click on its name, or on the amber mark, enables or disables it. An open one has a
field for the name, pull-down menus for the groups, and a field for the priority.
"""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Sequence
from functools import partial
from tkinter import ttk
from typing import NamedTuple, Protocol

from daemons.wording import printable
from gui.look.marks import Marks
from gui.look.scheme import Scheme
from gui.widgets.fields import on_entered
from runtime.schedule.model import Crew

GROUPS = (("users", "User Group"), ("servers", "Server Group"), ("times", "Time Group"))
"""The attributes of a crew, and what the columns are called."""
_WIDTH = 14


class Desk(Protocol):
    """Who hears what the user wants of a crew."""

    def toggle_lock(self, crew: str) -> None: ...
    def toggle_crew(self, crew: str) -> None: ...
    def rename_crew(self, crew: str, name: str) -> None: ...
    def set_of_crew(self, crew: str, attribute: str, text: str) -> None: ...
    def choices(self, attribute: str) -> Sequence[str]: ...


class Shown(NamedTuple):
    """What a line says; an equal one is not made again."""

    crew: Crew
    is_open: bool
    is_understood: bool


class CrewLines(tk.Frame):
    """`heads` fills the head of a column."""

    def __init__(
        self, parent: tk.Misc, scheme: Scheme, marks: Marks, desk: Desk, head: Callable[[tk.Misc, str, str], tk.Widget]
    ) -> None:
        super().__init__(parent, name="crews", borderwidth=scheme.px(2), relief="sunken")
        self._scheme, self._marks, self._desk = scheme, marks, desk
        self._shown: list[Shown] = []
        self._canvas = tk.Canvas(self, name="canvas", highlightthickness=0)
        bar = tk.Scrollbar(self, name="down", command=self._canvas.yview)
        bar.pack(side="right", fill="y")
        self._canvas.configure(yscrollcommand=bar.set)
        self._canvas.pack(side="left", fill="both", expand=True)
        self.rows = tk.Frame(self._canvas, name="rows")
        self._canvas.create_window(scheme.px(2), scheme.px(2), window=self.rows, anchor="nw")
        self.rows.bind("<Configure>", lambda _event: self._canvas.configure(scrollregion=self._canvas.bbox("all")))
        tk.Label(self.rows, text="Crew", anchor="w").grid(row=0, column=1, sticky="w", padx=scheme.px(4))
        for place, (attribute, title) in enumerate(GROUPS, 2):
            head(self.rows, attribute, title).grid(row=0, column=place, sticky="ew", padx=scheme.px(2))
        tk.Label(self.rows, text="Pri").grid(row=0, column=2 + len(GROUPS), sticky="w", padx=scheme.px(2))

    def show(self, lines: Sequence[Shown]) -> None:
        """These are the crews; only what has changed is made anew."""
        for place in range(max(len(lines), len(self._shown))):
            old = self._shown[place] if place < len(self._shown) else None
            new = lines[place] if place < len(lines) else None
            if old == new:
                continue
            for widget in self.rows.grid_slaves(row=place + 1):
                widget.destroy()
            if new is not None:
                self._line(place + 1, new)
        self._shown = list(lines)

    def part(self, crew: str, name: str) -> tk.Widget:
        """A part of a crew's line: lock, amber, name, users, servers, times or priority. Raises KeyError."""
        place = next((place for place, shown in enumerate(self._shown, 1) if shown.crew.name == crew), 0)
        found: tk.Widget = self.rows.nametowidget(f"{name}{place}")
        return found

    def _line(self, row: int, shown: Shown) -> None:
        px, crew = self._scheme.px, shown.crew
        lock = tk.Button(
            self.rows, name=f"lock{row}", image=self._marks.lock(is_open=shown.is_open), padx=px(2), pady=px(1),
            command=partial(self._desk.toggle_lock, crew.name),
        )  # fmt: skip
        lock.grid(row=row, column=0, padx=px(2), pady=px(1))
        self._crew_name(row, shown).grid(row=row, column=1, sticky="w", padx=px(4))
        for place, (attribute, _) in enumerate(GROUPS, 2):
            part = self._pull_down(row, crew, attribute) if shown.is_open else self._word(row, crew, attribute)
            part.grid(row=row, column=place, sticky="ew", padx=px(2))
        self._priority(row, shown).grid(row=row, column=2 + len(GROUPS), padx=px(2))
        if not shown.is_understood:
            wrong = tk.Label(
                self.rows, text=" not understood", image=self._marks.cross(self._scheme.warning), compound="left",
                foreground=self._scheme.warning,
            )  # fmt: skip
            wrong.grid(row=row, column=3 + len(GROUPS), sticky="w", padx=px(4))

    def _crew_name(self, row: int, shown: Shown) -> tk.Widget:
        crew = shown.crew
        frame = tk.Frame(self.rows, name=f"crew{row}")
        amber = ttk.Checkbutton(
            frame if shown.is_open else self.rows, name=f"amber{row}", style="Amber.TCheckbutton",
            text="" if shown.is_open else printable(crew.name), takefocus=1,
            command=partial(self._desk.toggle_crew, crew.name),
        )  # fmt: skip
        amber.state(["!alternate", "selected" if crew.enabled else "!selected"])
        if not shown.is_open:
            frame.destroy()
            return amber
        amber.pack(side="left")
        entry = tk.Entry(frame, name="name", width=_WIDTH)
        entry.insert(0, crew.name)
        entry.pack(side="left")
        on_entered(entry, crew.name, partial(self._desk.rename_crew, crew.name))
        return frame

    def _word(self, row: int, crew: Crew, attribute: str) -> tk.Widget:
        text = printable(getattr(crew, attribute))
        return tk.Label(
            self.rows, name=f"{attribute}{row}", text=text, anchor="w", width=_WIDTH, padx=self._scheme.px(6)
        )

    def _pull_down(self, row: int, crew: Crew, attribute: str) -> tk.Widget:
        button = tk.Menubutton(
            self.rows, name=f"{attribute}{row}", text=printable(getattr(crew, attribute)), anchor="w", relief="raised",
            indicatoron=True, width=_WIDTH, padx=self._scheme.px(6), takefocus=1,
        )  # fmt: skip
        menu = tk.Menu(button, name="menu", tearoff=False)
        menu.configure(postcommand=partial(self._fill, menu, crew.name, attribute))
        button.configure(menu=menu)
        return button

    def _fill(self, menu: tk.Menu, crew: str, attribute: str) -> None:
        menu.delete(0, "end")
        for choice in self._desk.choices(attribute):
            set_it = partial(self._desk.set_of_crew, crew, attribute, choice)
            menu.add_command(label=printable(choice), command=set_it)

    def _priority(self, row: int, shown: Shown) -> tk.Widget:
        text = f"{shown.crew.priority:g}"
        entry = tk.Entry(self.rows, name=f"priority{row}", width=6, justify="right")
        entry.insert(0, text)
        if shown.is_open:
            on_entered(entry, text, partial(self._desk.set_of_crew, shown.crew.name, "priority"))
        else:
            entry.configure(state="disabled", takefocus=0)
        return entry
