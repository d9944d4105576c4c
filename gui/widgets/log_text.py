"""A text of lines that grows at its end, and follows it as long as the end is in sight."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Iterable


class LogText(tk.Frame):
    """At most `most` lines; the oldest go first. `text` is the widget itself: read only, but to be copied from."""

    def __init__(self, parent: tk.Misc, name: str, *, height: int, most: int) -> None:
        super().__init__(parent, name=name)
        self._most = most
        self.follows = True
        """Whether new lines are brought into sight, when the last one was."""
        bar = tk.Scrollbar(self, name="down")
        bar.pack(side="right", fill="y")
        self.text = tk.Text(self, name="text", height=height, width=60, wrap="none", yscrollcommand=bar.set)
        self.text.pack(side="left", fill="both", expand=True)
        self.text.configure(state="disabled")
        bar.configure(command=self.text.yview)

    def add(self, lines: Iterable[str]) -> None:
        """More lines, without their ends."""
        more = "".join(f"{line}\n" for line in lines)
        if not more:
            return
        text = self.text
        at_end = text.yview()[1] >= 1.0
        text.configure(state="normal")
        text.insert("end", more)
        surplus = int(text.index("end-1c").split(".")[0]) - 1 - self._most
        if surplus > 0:
            text.delete("1.0", f"{surplus + 1}.0")
        text.configure(state="disabled")
        if at_end and self.follows:
            text.see("end")

    def clear(self) -> None:
        self.text.configure(state="normal")
        self.text.delete("1.0", "end")
        self.text.configure(state="disabled")
