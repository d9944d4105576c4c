"""Tool tips: what a button or a mark is for, after a moment over it; in the status line for who comes there by Tab.

says(button, "End what runs there", self.say)     of a widget with one meaning
says(canvas, self._tip_at)                        of what is painted: by the place in it; "" says nothing
Tips(root, scheme, wanted)                        shows all of them, while `wanted()` holds
"""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from daemons.wording import printable
from gui.look.scheme import Scheme

AFTER_MS = 600
_TAG = "Tip"
_FAR = 12
"""From the pointer to its tip, in pixels at scale 1."""


@dataclass(frozen=True)
class _Says:
    words: Callable[[int, int], str]
    say: Callable[[str], object] | None


_SAYS: WeakKeyDictionary[tk.Misc, _Says] = WeakKeyDictionary()


def says(widget: tk.Misc, words: str | Callable[[int, int], str], say: Callable[[str], object] | None = None) -> None:
    """What a widget's tip says, by the place of the pointer in it; `say` is told the same while it has the keys."""
    if _TAG not in widget.bindtags():
        widget.bindtags((*widget.bindtags(), _TAG))
    _SAYS[widget] = _Says((lambda _x, _y: words) if isinstance(words, str) else words, say)


class Tips:
    """Of all windows. One tip is seen at most: `shown` are its words, empty while there is none."""

    def __init__(self, root: tk.Tk, scheme: Scheme, wanted: Callable[[], bool]) -> None:
        self._root, self._scheme, self._wanted = root, scheme, wanted
        self._due = ""
        self._window: tk.Toplevel | None = None
        self._words = ""
        """Of the place where the pointer is."""
        for event in ("<Enter>", "<Motion>"):
            root.bind_class(_TAG, event, self._over)
        for event in ("<Leave>", "<Button>", "<Key>", "<Unmap>", "<Destroy>"):
            root.bind_class(_TAG, event, self._gone)
        root.bind_class(_TAG, "<FocusIn>", lambda event: self._told(event.widget, said=True))
        root.bind_class(_TAG, "<FocusOut>", lambda event: self._told(event.widget, said=False))

    @property
    def shown(self) -> str:
        return self._words if self._window is not None else ""

    def _over(self, event: tk.Event[tk.Misc]) -> None:
        says = _SAYS.get(event.widget)
        words = printable(says.words(event.x, event.y)) if says is not None and self._wanted() else ""
        if words == self._words and (self._due or self._window is not None):
            return
        self._gone()
        self._words = words
        if words:
            self._due = self._root.after(AFTER_MS, self._show)

    def _gone(self, _event: object = None) -> None:
        if self._due:
            self._root.after_cancel(self._due)
            self._due = ""
        if self._window is not None:
            self._window.destroy()
            self._window = None
        self._words = ""

    def _show(self) -> None:
        self._due = ""
        px = self._scheme.px
        window = self._window = tk.Toplevel(self._root, name="tip", class_="Tip", borderwidth=1, relief="solid")
        window.overrideredirect(True)
        tk.Label(
            window, name="words", text=self._words, font="TkTooltipFont", justify="left", wraplength=px(360),
            background=self._scheme.tip, foreground=self._scheme.tip_text, padx=px(4), pady=px(2),
        ).pack()  # fmt: skip
        window.update_idletasks()
        x, y = self._root.winfo_pointerxy()
        wide, high = window.winfo_reqwidth(), window.winfo_reqheight()
        below, above = y + px(_FAR), y - px(_FAR) - high
        left = max(0, min(x + px(_FAR), self._root.winfo_screenwidth() - wide))
        window.geometry(f"+{left}+{below if below + high <= self._root.winfo_screenheight() else max(0, above)}")

    def _told(self, widget: tk.Misc, *, said: bool) -> None:
        """The keys have come to a widget, or gone."""
        says = _SAYS.get(widget)
        if says is not None and says.say is not None:
            says.say(says.words(0, 0) if said else "")
