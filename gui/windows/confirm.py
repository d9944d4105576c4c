"""A question before something is done that hits others: what, one to a line; Return does it, Escape does not."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from daemons.wording import count, printable
from gui.widgets.dialog import Dialog

if TYPE_CHECKING:
    from gui.app import Application

_MOST_LINES = 500
_LOW, _HIGH = 2, 14


class ConfirmDialog(Dialog):
    """`words` is the question, `lines` what is hit, `deed` the label of the button that says yes."""

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
        super().__init__(app, "confirm", title)
        top, px = parent.winfo_toplevel(), app.scheme.px
        self.window.transient(top)
        self.window.geometry(f"+{top.winfo_rootx() + px(40)}+{top.winfo_rooty() + px(40)}")
        self._run = run
        question = tk.Label(self.body, name="question", text=words, anchor="w", justify="left", wraplength=px(420))
        question.pack(fill="x", pady=(0, px(6)))
        shown = [printable(line) for line in lines[:_MOST_LINES]]
        if len(lines) > _MOST_LINES:
            shown.append(f"... and {count(len(lines) - _MOST_LINES, 'more line')}")
        self.hit = tk.Listbox(self.body, name="hit", height=max(_LOW, min(_HIGH, len(shown))), width=64, takefocus=0)
        bar = tk.Scrollbar(self.body, name="down", command=self.hit.yview)
        self.hit.configure(yscrollcommand=bar.set)
        bar.pack(side="right", fill="y")
        self.hit.pack(side="left", fill="both", expand=True)
        self.hit.insert("end", *shown)
        for key, lines_on in (("Up", -1), ("Down", 1), ("Prior", -_HIGH), ("Next", _HIGH)):
            self.window.bind(f"<{key}>", partial(self._scroll, lines_on))
        self.buttons((deed, self._yes), ("&Cancel", self.close))
        self.window.focus_set()

    def _scroll(self, lines_on: int, _event: object) -> None:
        self.hit.yview_scroll(lines_on, "units")

    def _yes(self) -> None:
        self.close()
        self._run()
