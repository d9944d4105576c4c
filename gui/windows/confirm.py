"""A question before something is done that hits others: what, one to a line; Return does it, Escape does not."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from daemons.wording import count, printable
from gui.widgets.actions import Action, Actions

if TYPE_CHECKING:
    from gui.app import Application

_MOST_LINES = 500
_HIGH = (2, 14)


class ConfirmDialog:
    """`words` is the question, `lines` what is hit, `deed` the words on the button that says yes."""

    def __init__(
        self,
        app: Application,
        parent: tk.Misc,
        title: str,
        words: str,
        lines: Sequence[str],
        deed: str,
        run: Callable[[], object],
    ) -> None:
        self._run = run
        self.window = tk.Toplevel(parent, name="confirm")
        self.window.title(title)
        self.window.transient(parent.winfo_toplevel())
        self.actions = Actions(self.window)
        self.actions.add(
            Action("confirm.yes", deed, self._yes, "<Return>"),
            Action("confirm.no", "&Cancel", self.window.destroy, "<Escape>"),
        )
        px = app.scheme.px
        question = tk.Label(self.window, name="question", text=words, anchor="w", justify="left", wraplength=px(420))
        question.pack(fill="x", padx=px(10), pady=px(8))
        self._list(lines, px)
        buttons = tk.Frame(self.window, name="buttons")
        buttons.pack(side="bottom", fill="x", padx=px(10), pady=px(8))
        yes = self.actions.button(buttons, "confirm.yes")
        yes.configure(default="active")
        yes.pack(side="left")
        self.actions.button(buttons, "confirm.no").pack(side="right")
        top = parent.winfo_toplevel()
        self.window.geometry(f"+{top.winfo_rootx() + px(40)}+{top.winfo_rooty() + px(40)}")
        yes.focus_set()
        self.window.bind("<Map>", lambda _event: self.window.grab_set())

    def _list(self, lines: Sequence[str], px: Callable[[float], int]) -> None:
        shown = [printable(line) for line in lines[:_MOST_LINES]]
        if len(lines) > _MOST_LINES:
            shown.append(f"... and {count(len(lines) - _MOST_LINES, 'more line')}")
        frame = tk.Frame(self.window, name="hit")
        frame.pack(fill="both", expand=True, padx=px(10))
        low, high = _HIGH
        self.hit = tk.Listbox(frame, name="list", height=max(low, min(high, len(shown))), width=60, takefocus=0)
        bar = tk.Scrollbar(frame, name="down", command=self.hit.yview)
        self.hit.configure(yscrollcommand=bar.set)
        bar.pack(side="right", fill="y")
        self.hit.pack(side="left", fill="both", expand=True)
        self.hit.insert("end", *shown)

    def _yes(self) -> None:
        self.window.destroy()
        self._run()
