"""The keys of a window, out of its actions; and the message glossary: two texts to be read and searched."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gui.models import glossary
from gui.widgets.actions import Actions
from gui.widgets.text_window import TextWindow

if TYPE_CHECKING:
    from gui.app import Application

_MENUS = (
    "F10, or Alt and the underlined letter, opens a menu; Tab goes on, Escape closes, Return does what has the ring."
)


class KeysWindow(TextWindow):
    """Of the window that these actions belong to."""

    def __init__(self, app: Application, actions: Actions, title: str) -> None:
        super().__init__(app, "keys", f"Keys: {title}", "560x420+180+120")
        self.lines.follows = False
        self.add([*key_lines(actions), "", _MENUS])


def key_lines(actions: Actions) -> list[str]:
    """A line for each action that has a key, in the order of the window."""
    keyed = [(action.shown_key, action.says or action.text) for action in actions if action.key]
    wide = max((len(key) for key, _ in keyed), default=0)
    return [f"{key:<{wide}}   {words}" for key, words in keyed]


class GlossaryWindow(TextWindow):
    """Every short message of the job queue window, and what it means."""

    def __init__(self, app: Application) -> None:
        super().__init__(app, "glossary", "Message Glossary", "700x520+140+100")
        self.lines.follows = False
        text = self.lines.text
        text.configure(wrap="word", font="TkTextFont")
        indent = app.scheme.px(20)
        text.tag_configure("message", font="TkDefaultFont")
        text.tag_configure("meaning", lmargin1=indent, lmargin2=indent)
        for line, is_message in glossary.lines():
            self.add([line])
            text.tag_add("message" if is_message else "meaning", "end-2l linestart", "end-2l lineend")
        text.mark_set("insert", "1.0")
