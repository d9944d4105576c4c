"""NIMBY, "not in my back yard": a small window that is a button, amber while the shields are raised.

+----------------+       the button opens the dialog:
|     NIMBY      |         blocked | allow when idle | always allow remote jobs
| shields raised |         AutoEject: what runs here ends as soon as its user is back
+----------------+         Eject: now
"""

from __future__ import annotations

import tkinter as tk
from tkinter import ttk
from typing import TYPE_CHECKING

import trio

from daemons.wording import printable
from gui.widgets.dialog import Dialog
from runtime.nimby import Mode

if TYPE_CHECKING:
    from daemons.nimby import NimbyProcess
    from gui.app import Application

_NAME, _USUAL_PLACE = "nimby", "+40+40"
_WIDE = 18
"""The button, in characters."""
_LINES = 6
_MODES = (
    (Mode.ALWAYS, "&blocked: no remote jobs"),
    (Mode.DEFAULT, "allow when &idle"),
    (Mode.ALLOW, "&always allow remote jobs"),
)


class NimbyWindow:
    """`closed` is set when its user has closed it. `process` holds the shields, as soon as there is one."""

    def __init__(self, app: Application) -> None:
        self.app = app
        self.root = app.root
        self.closed = trio.Event()
        self.process: NimbyProcess | None = None
        self.dialog: NimbyDialog | None = None
        self.said: list[str] = []
        """What it has said last, the newest at the end."""
        self.root.title("alfred -nimby")
        self.root.protocol("WM_DELETE_WINDOW", self.close)
        app.place(self.root, _NAME, _USUAL_PLACE)
        px = app.scheme.px
        self.button = tk.Button(
            self.root, name="shields", text="NIMBY\n", width=_WIDE, borderwidth=px(4), command=self.open
        )
        self.button.pack(fill="both", expand=True, padx=px(4), pady=px(4))
        self.button.bind("<Return>", lambda _event: self.open())
        self.root.bind("<Control-w>", lambda _event: self.close())
        self.button.focus_set()

    def hold(self, process: NimbyProcess) -> None:
        """This holds the shields."""
        self.process = process
        self._paint()

    def say(self, words: str) -> None:
        """Something has happened."""
        self.said = [*self.said[1 - _LINES :], printable(words)]
        self._paint()

    def _paint(self) -> None:
        if self.closed.is_set() or self.process is None:
            return
        scheme, is_up = self.app.scheme, self.process.nimby.up
        words = "shields raised" if is_up else "shields lowered"
        if not self.process.attached:  # nobody knows of the shields, so they keep nothing away
            is_up, words = False, "no maitre-d answers"
        colour = scheme.nimby if is_up else scheme.background
        self.button.configure(text=f"NIMBY\n{words}", background=colour, activebackground=colour)
        if self.dialog is not None and not self.dialog.closed.is_set():
            self.dialog.paint()

    def open(self) -> None:
        """The dialog, or the one that is open."""
        if self.process is None:
            return
        if self.dialog is None or self.dialog.closed.is_set():
            self.dialog = NimbyDialog(self, self.process)
        self.dialog.window.lift()
        self.dialog.window.focus_set()

    def close(self) -> None:
        """The window goes, and the block with it."""
        if not self.closed.is_set():
            self.app.leave(self.root, _NAME)
            self.closed.set()


class NimbyDialog(Dialog):
    """What is wanted; it counts at once."""

    def __init__(self, window: NimbyWindow, process: NimbyProcess) -> None:
        super().__init__(window.app, "nimby dialog", "NIMBY")
        self._window, self._process = window, process
        px = window.app.scheme.px
        mode = process.nimby.mode
        self._ejects = tk.BooleanVar(self.window, mode is Mode.AUTO_EJECT)
        self._mode = tk.StringVar(self.window, Mode.DEFAULT.value if mode is Mode.AUTO_EJECT else mode.value)
        for each, label in _MODES:
            text, at = label.replace("&", "", 1), label.find("&")
            button = ttk.Radiobutton(
                self.body, name=each.value, text=text, underline=at, variable=self._mode, value=each.value,
                command=self._want,
            )  # fmt: skip
            button.pack(anchor="w")
            self.window.bind(f"<Alt-{text[at]}>", lambda _event, button=button: button.invoke())  # type: ignore[misc]
        self.auto_eject = ttk.Checkbutton(
            self.body, name="auto_eject", text="AutoEject: what runs here ends when I return", underline=1,
            variable=self._ejects, command=self._want,
        )  # fmt: skip
        self.auto_eject.pack(anchor="w", padx=px(16))
        self.window.bind("<Alt-u>", lambda _event: self.auto_eject.invoke())
        self.running = tk.Label(self.body, name="running", anchor="w", justify="left", wraplength=px(380))
        self.running.pack(fill="x", pady=(px(8), 0))
        self.log = tk.Label(
            self.body, name="log", anchor="w", justify="left", font="TkTextFont", height=_LINES, wraplength=px(380)
        )
        self.log.pack(fill="x")
        self.buttons(("&Dismiss", self.close), ("&Eject", process.eject))
        self.paint()

    def _want(self) -> None:
        mode = Mode(self._mode.get())
        self._process.want(Mode.AUTO_EJECT if mode is Mode.DEFAULT and self._ejects.get() else mode)
        self.paint()

    def paint(self) -> None:
        """How things are."""
        idle = self._mode.get() == Mode.DEFAULT.value
        self.auto_eject.state(["!disabled" if idle else "disabled"])
        running = "; ".join(map(printable, self._process.running))
        self.running.configure(text=f"running here: {running}" if running else "nothing runs here")
        self.log.configure(text="\n".join(self._window.said))
