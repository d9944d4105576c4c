"""Entries of a kind of the schedule (limits, metrics, pings, shares): a list, and fields for the one that is selected.

prman     5    3 now
katana    2    2 now
[katana ] [2      ]         the name, and the value as the file has it
"""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from gui.models import schedule_changes as changes
from gui.widgets.fields import Field, Fields
from gui.widgets.group_names import Window
from gui.widgets.marked_list import MarkedList, Row
from runtime.schedule.dialect import BY_KIND, Kind


@dataclass(frozen=True)
class Form:
    """How entries of a kind are shown: `tab` is their title, `name` and `value` those of the fields, `first` the value
    of a new one, `may_be_empty` whether a value may be."""

    kind: Kind
    tab: str
    name: str
    value: str
    first: str
    may_be_empty: bool = False


class EntryList(tk.Frame):
    """`words` adds to what is said of an entry, by its name."""

    def __init__(self, parent: tk.Misc, window: Window, form: Form, words: Callable[[str], str]) -> None:
        super().__init__(parent, name=form.kind.value.replace(" ", "_"))
        self._window, self._form, self._more = window, form, words
        self._new = ""
        scheme = window.app.scheme
        fields = (Field("name", form.name, 18), Field("value", form.value, may_be_empty=form.may_be_empty))
        self.fields = Fields(self, scheme, fields, self._entered)
        self.fields.pack(side="bottom", fill="x", pady=scheme.px(4))
        self.list = MarkedList(
            self, scheme, "entries", on_click=lambda _key: self._chosen(), on_step=lambda _key: self._chosen(),
            widths=(18, 26), is_marked=True,
        )  # fmt: skip
        self.list.pack(fill="both", expand=True)

    @property
    def is_chosen(self) -> bool:
        return bool(self.list.at)

    def show(self) -> None:
        """What there is."""
        reading, kind = self._window.edit.reading, self._form.kind
        array, cross = BY_KIND[kind].array, self._window.app.marks.cross(self._window.app.scheme.warning)

        def row_of(name: str) -> Row:
            wrong = f"{array}({name})" in reading.not_understood
            more = "not understood" if wrong else self._more(name)
            return Row((name, reading.entries[kind, name].value, more), cross if wrong else None)

        self.list.show(changes.names_of(reading, kind), row_of)
        if (kind, self._new) in reading.entries:
            self.list.select(self._new)
            self._chosen()
            self.fields.focus_on("name")
            self._new = ""
        else:
            self._chosen()

    def _chosen(self) -> None:
        name, kind = self.list.at, self._form.kind
        entry = self._window.edit.reading.entries.get((kind, name))
        self.fields.show({} if entry is None else {"name": name, "value": entry.value})
        self._window.actions.refresh()

    def _entered(self, field: str, text: str) -> None:
        name, kind = self.list.at, self._form.kind
        if field == "name":
            self._window.do(partial(self._renamed, name, text))
        else:
            self._window.change(f"{kind.value} {name}: {text}", changes.put(kind, name, text))

    async def _renamed(self, name: str, new: str) -> str:
        kind = self._form.kind
        words = f"{kind.value} {name} is {new}"
        said = await self._window.app.schedule.change(words, changes.rename(kind, name, new))
        if not said and self.winfo_exists():
            self.list.select(new)
        return said

    def add(self) -> None:
        """A new entry, whose name is to be typed."""
        kind = self._form.kind
        self._new = changes.free_name(self._window.edit.reading, kind, "new")
        self._window.change(f"{kind.value} {self._new} is new", changes.add(kind, self._new, self._form.first))

    def rename(self) -> None:
        """Type over the name."""
        self.fields.focus_on("name")

    def delete(self) -> None:
        kind, name = self._form.kind, self.list.at
        self._window.change(f"{kind.value} {name} is deleted", changes.remove(kind, name))
