"""Fields to type into: what was typed is meant when Return says so, or the user goes on; Escape takes it back."""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial

from gui.look.scheme import Scheme


def on_entered(
    entry: tk.Entry, before: str, entered: Callable[[str], object], *,
    may_be_empty: bool = False, given_up: Callable[[], object] = lambda: None,
) -> None:  # fmt: skip
    """`entered` hears of another text than there was before: of each one once; `given_up` of Escape."""
    meant = before

    def enter(_event: object) -> None:
        nonlocal meant
        text = entry.get().strip()
        if text != meant and (text or may_be_empty):
            meant = text
            entered(text)

    def leave(_event: object) -> str:
        nonlocal meant
        meant = before
        entry.delete(0, "end")
        entry.insert(0, before)
        given_up()
        return "break"

    entry.bind("<Return>", enter)
    entry.bind("<KP_Enter>", enter)
    entry.bind("<FocusOut>", enter)
    entry.bind("<Escape>", leave)


@dataclass(frozen=True)
class Field:
    """`name` of the field, its title, its width in characters; 0: as wide as there is room."""

    name: str
    title: str
    width: int = 0
    may_be_empty: bool = False


class Fields(tk.Frame):
    """A line of fields for what is selected above it. `entered(name, text)` hears of another text."""

    def __init__(
        self, parent: tk.Misc, scheme: Scheme, fields: Sequence[Field], entered: Callable[[str, str], object]
    ) -> None:
        super().__init__(parent, name="fields")
        self._entered = entered
        self._may_be_empty = {field.name: field.may_be_empty for field in fields}
        self.entries: dict[str, tk.Entry] = {}
        for place, field in enumerate(fields):
            tk.Label(self, text=field.title, anchor="w").grid(row=0, column=place, sticky="w", padx=scheme.px(2))
            entry = self.entries[field.name] = tk.Entry(self, name=field.name, width=field.width or 20)
            entry.grid(row=1, column=place, sticky="ew", padx=scheme.px(2))
            self.columnconfigure(place, weight=0 if field.width else 1)
        self.show({})

    def show(self, texts: dict[str, str]) -> None:
        """What the fields say now; those that are not named cannot be typed into."""
        for name, entry in self.entries.items():
            text = texts.get(name)
            entry.configure(state="normal")
            entry.delete(0, "end")
            entry.insert(0, text or "")
            empty = self._may_be_empty[name]
            on_entered(entry, text or "", partial(self._entered, name), may_be_empty=empty)
            if text is None:
                entry.configure(state="disabled")

    def focus_on(self, name: str) -> None:
        """Type into this one."""
        self.entries[name].focus_set()
        self.entries[name].selection_range(0, "end")
