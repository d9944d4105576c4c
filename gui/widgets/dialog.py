"""A dialog: something to fill in, and buttons. Return does the first one, Escape closes it; nothing waits for it.

class PriorityDialog(Dialog):
    def __init__(self, app):
        super().__init__(app, "priority", "Priority")
        ... widgets into self.body ...
        self.buttons(("&Set", self._set), ("&Cancel", self.close))
"""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable
from typing import TYPE_CHECKING

import trio

from daemons.wording import printable
from gui.widgets.actions import Action, Actions, split_label
from gui.widgets.words import of_window

if TYPE_CHECKING:
    from gui.app import Application


class Dialog:
    """`kind` names it where its place is kept; `body` is for its widgets; `say` shows words beside the buttons."""

    def __init__(self, app: Application, kind: str, title: str, usual: str = "") -> None:
        self.app = app
        self.closed = trio.Event()
        self._kind = kind
        self.window = tk.Toplevel(app.root)
        self.window.title(of_window(title))
        self.window.protocol("WM_DELETE_WINDOW", self.close)
        self.actions = Actions(self.window, self.say)
        self.actions.add(Action("dialog.leave", "Close", self.close, "<Escape>"))
        if usual:
            app.place(self.window, kind, usual)
        else:
            self.window.bind("<Map>", self._keep_on_screen)
            self.window.geometry(f"+{app.root.winfo_rootx() + app.scheme.px(60)}+{app.root.winfo_rooty() + 60}")
        px = app.scheme.px
        self._foot = tk.Frame(self.window, name="foot")
        self._foot.pack(side="bottom", fill="x", padx=px(6), pady=px(6))
        self.status = tk.Label(
            self._foot, name="status", anchor="w", justify="left", font="TkTextFont", fg=app.scheme.warning,
            wraplength=px(380),
        )  # fmt: skip
        self.body = tk.Frame(self.window, name="body")
        self.body.pack(fill="both", expand=True, padx=px(8), pady=px(8))

    def buttons(self, *buttons: tuple[str, Callable[[], object]]) -> None:
        """Buttons from the left, labels as actions have them; Return presses the first one."""
        for place, (label, run) in enumerate(buttons):
            word = label.replace("&", "", 1).lower().replace(" ", "_").replace("'", "").rstrip("._")
            key = "" if place else "<Return>"
            self.actions.add(Action(f"dialog.{word}", label, run, key, in_fields=True))
            button = self.actions.button(self._foot, f"dialog.{word}")
            button.configure(default="normal" if place else "active")
            button.pack(side="left", padx=self.app.scheme.px(3))
            button.bind("<Return>", lambda event: _invoke(event.widget))
        self.status.pack(side="left", fill="x", expand=True, padx=self.app.scheme.px(6))

    def entry(self, row: int, label: str, name: str, value: str = "", width: int = 30) -> tk.Entry:
        """A field with a label before it, in a row of the body. Alt and the underlined letter goes to it."""
        px = self.app.scheme.px
        text, underline = split_label(label)
        before = tk.Label(self.body, text=text, underline=underline, anchor="e")
        before.grid(row=row, column=0, sticky="e", padx=px(4), pady=px(2))
        field = tk.Entry(self.body, name=name, width=width)
        field.insert(0, value)
        field.grid(row=row, column=1, sticky="ew", pady=px(2))
        self.body.columnconfigure(1, weight=1)
        return field

    def _keep_on_screen(self, event: tk.Event[tk.Misc]) -> None:
        """A dialog is as large as what is in it: all of it is to be seen."""
        window = self.window
        if event.widget is not window:
            return
        left = min(window.winfo_x(), window.winfo_screenwidth() - window.winfo_reqwidth())
        top = min(window.winfo_y(), window.winfo_screenheight() - window.winfo_reqheight())
        if (left, top) != (window.winfo_x(), window.winfo_y()):
            window.geometry(f"+{max(0, left)}+{max(0, top)}")

    def say(self, words: str) -> None:
        if not self.closed.is_set():
            self.status.configure(text=printable(words))

    def close(self) -> None:
        if not self.closed.is_set():
            self.closed.set()
            self.app.leave(self.window, self._kind)
            self.window.destroy()


def _invoke(widget: tk.Misc) -> str:
    if isinstance(widget, tk.Button):
        widget.invoke()
    return "break"
