"""Named actions: what a user may do in a window, whichever way he says it.

    Action("job.pause", "Pause", run, key="<Control-p>")     a menu entry, a key, a button, a test: all run the same one

An action that cannot be done now is grey in menus and on buttons, and its key does nothing but beep.
"""

from __future__ import annotations

import tkinter as tk
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from functools import partial
from tkinter import ttk
from typing import Literal
from weakref import WeakKeyDictionary

from gui.widgets.tip import says


def _always() -> bool:
    return True


@dataclass(frozen=True)
class Action:
    """`label` as menus have it; the letter after "&" is underlined, and Alt with it chooses the entry. `key`: as Tk has
    it (`<Control-p>`). `says`: a tool tip. `in_fields`: the key counts also while a field has the keys."""

    name: str
    label: str
    run: Callable[[], object]
    key: str = ""
    enabled: Callable[[], bool] = field(default=_always)
    says: str = ""
    in_fields: bool = False

    @property
    def text(self) -> str:
        return self.label.replace("&", "", 1)

    @property
    def underline(self) -> int:
        return self.label.find("&")

    @property
    def tip(self) -> str:
        """What it is for, and its key."""
        key = f"({self.shown_key})" if self.key else ""
        return " ".join(filter(None, (self.says or (self.text if key else ""), key)))

    @property
    def shown_key(self) -> str:
        """The key as menus show it: Ctrl+P."""
        words = self.key.strip("<>").replace("Key-", "").split("-")
        return "+".join(_KEY_WORDS.get(word, word if len(word) > 1 else word.upper()) for word in words if word)


_KEY_WORDS = {
    "Control": "Ctrl",
    "Prior": "PgUp",
    "Next": "PgDn",
    "Return": "Enter",
    "Escape": "Esc",
    "plus": "+",
    "minus": "-",
    "comma": ",",
}


_TYPED = frozenset({"<space>", "<Return>", "<Delete>", "<BackSpace>", "<Left>", "<Right>", "<Up>", "<Down>"})
"""Keys that mean something in a field: there they are no action's."""


def _is_typed_into(widget: tk.Misc) -> bool:
    return isinstance(widget, tk.Entry | tk.Spinbox) or (
        isinstance(widget, tk.Text) and str(widget.cget("state")) == "normal"
    )


def split_label(label: str) -> tuple[str, int]:
    """The text of a label, and which letter of it is underlined (-1: none)."""
    return label.replace("&", "", 1), label.find("&")


_OF: WeakKeyDictionary[tk.Misc, Actions] = WeakKeyDictionary()


def actions_of(window: tk.Misc) -> Actions | None:
    """The actions of a window."""
    return _OF.get(window)


class Actions:
    """The actions of a window, by name. `say` shows words in the window's status line. Alt and the letter that is
    underlined on a button or a label presses it, or goes to the field behind it."""

    def __init__(self, window: tk.Misc, say: Callable[[str], object] | None = None) -> None:
        self._window = window
        self._say = say
        _OF[window] = self
        window.bind("<Alt-Key>", self._alt)
        self._actions: dict[str, Action] = {}
        self._buttons: dict[str, list[tk.Button]] = {}

    def __getitem__(self, name: str) -> Action:
        return self._actions[name]

    def __iter__(self) -> Iterator[Action]:
        return iter(list(self._actions.values()))

    def add(self, *actions: Action) -> None:
        for action in actions:
            self._actions[action.name] = action
            if action.key:
                self._window.bind(action.key, partial(self._pressed, action.name))

    def run(self, name: str) -> None:
        """Do it, if it can be done now."""
        action = self._actions[name]
        if action.enabled():
            action.run()
        else:
            self._window.bell()

    def menu(self, bar: tk.Misc, name: str, *names: str) -> tk.Menu:
        """A menu of these actions; "" is a line between two. What cannot be done is grey when it opens."""
        menu = tk.Menu(bar, name=name)
        menu.configure(postcommand=partial(self._refresh, menu, names))
        for each in names:
            if not each:
                menu.add_separator()
                continue
            action = self._actions[each]
            menu.add_command(
                label=action.text,
                underline=action.underline,
                accelerator=action.shown_key,
                command=partial(self.run, each),
            )
        return menu

    def button(self, parent: tk.Misc, name: str) -> tk.Button:
        """A button for an action, named as the last word of the action's name; `refresh` makes it grey or not."""
        action = self._actions[name]
        button = tk.Button(
            parent,
            name=name.rpartition(".")[2],
            text=action.text,
            underline=action.underline,
            command=partial(self.run, name),
        )
        if action.tip:
            says(button, action.tip, self._say)
        self._buttons.setdefault(name, []).append(button)
        return button

    def refresh(self) -> None:
        """What the buttons' actions need has changed."""
        for name, buttons in self._buttons.items():
            for button in buttons:
                if button.winfo_exists():
                    button.configure(state=self._state(name))

    def _pressed(self, name: str, event: tk.Event[tk.Misc]) -> str | None:
        action = self._actions[name]
        if _is_typed_into(event.widget) and action.key in _TYPED and not action.in_fields:
            return None
        self.run(name)
        return "break"

    def _alt(self, event: tk.Event[tk.Misc]) -> None:
        found = self._window.tk.call("::tk::FindAltKeyTarget", str(self._window), event.char) if event.char else ""
        if not found:
            return
        target = self._window.nametowidget(str(found))
        if isinstance(target, tk.Label | ttk.Label):
            field = target.tk_focusNext()
            if field is not None:
                field.focus_set()
        else:
            target.invoke()

    def _refresh(self, menu: tk.Menu, names: tuple[str, ...]) -> None:
        first = 1 if menu.cget("tearoff") else 0
        for place, name in enumerate(names, first):
            if name:
                menu.entryconfigure(place, state=self._state(name))

    def _state(self, name: str) -> Literal["normal", "disabled"]:
        return "normal" if self._actions[name].enabled() else "disabled"
