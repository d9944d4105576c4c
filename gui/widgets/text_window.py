"""A window of lines to be read, searched and copied from: what a command printed, what a task is, why it waits."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Iterable
from typing import TYPE_CHECKING

import trio

from daemons.wording import printable
from gui.widgets.actions import Action, Actions
from gui.widgets.log_text import LogText
from gui.widgets.words import of_window

if TYPE_CHECKING:
    from gui.app import Application

MOST_LINES = 50_000


class TextWindow:
    """`kind` names the window where its place is kept. `closed` is set when it has gone."""

    def __init__(self, app: Application, kind: str, title: str, usual: str) -> None:
        self.app = app
        self.closed = trio.Event()
        self._kind = kind
        self.window = tk.Toplevel(app.root)
        self.window.title(of_window(title))
        self.window.protocol("WM_DELETE_WINDOW", self.close)
        app.place(self.window, kind, usual)
        self.actions = Actions(self.window, self.say)
        self.actions.add(
            Action("text.close", "&Close", self.close, "<Escape>"),
            Action("text.find", "&Find", lambda: self.find.focus_set(), "<Control-f>"),
            Action("text.next", "Find &next", self.find_next, "<Control-g>"),
        )
        px = app.scheme.px
        self.tools = tk.Frame(self.window, name="tools")
        self.tools.pack(side="bottom", fill="x", padx=px(4), pady=px(4))
        tk.Label(self.tools, text="Find").pack(side="left")
        self.find = tk.Entry(self.tools, name="find", width=16)
        self.find.pack(side="left", padx=px(4))
        self.find.bind("<Return>", lambda _event: self.find_next())
        self.actions.button(self.tools, "text.next").pack(side="left")
        self.actions.button(self.tools, "text.close").pack(side="right")
        self.status = tk.Label(self.tools, name="status", anchor="w", font="TkTextFont")
        self.status.pack(side="left", fill="x", expand=True, padx=px(6))
        self.lines = LogText(self.window, "lines", height=20, most=MOST_LINES)
        self.lines.pack(fill="both", expand=True, padx=px(4), pady=(px(4), 0))
        self.lines.text.tag_configure("found", background=app.scheme.found, foreground=app.scheme.state_text)
        self.window.focus_set()

    def add_deeds(self, *names: str) -> None:
        """A line of buttons for these actions, below the text; the first one is what Return does."""
        px = self.app.scheme.px
        deeds = tk.Frame(self.window, name="deeds")
        deeds.pack(side="bottom", fill="x", padx=px(4), before=self.lines)
        for name in names:
            button = self.actions.button(deeds, name)
            button.configure(default="active" if name == names[0] else "disabled")
            button.pack(side="left", padx=px(2))
        deeds.winfo_children()[0].focus_set()

    def add(self, lines: Iterable[str]) -> None:
        self.lines.add(lines)

    def say(self, words: str) -> None:
        """Words at the foot; an answer that comes when the window has gone is nobody's."""
        if not self.closed.is_set():
            self.status.configure(text=printable(words))

    def find_next(self) -> None:
        """Mark the next place that has these words, in any case, around the end."""
        text, words = self.lines.text, self.find.get()
        text.tag_remove("found", "1.0", "end")
        if not words:
            return
        place = text.search(words, text.index("insert"), nocase=True)
        if not place:
            self.say(f'"{words}" is not there')
            return
        end = f"{place}+{len(words)}c"
        text.tag_add("found", place, end)
        text.mark_set("insert", end)
        text.see(place)
        self.say("")

    def close(self) -> None:
        if not self.closed.is_set():
            self.app.leave(self.window, self._kind)
            self.closed.set()
            self.window.destroy()
