"""About: what this is, on both sides of the connection; and the environments of both, to be read and searched."""

from __future__ import annotations

import os
import platform
import time
import tkinter as tk
from collections.abc import Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING

from daemons.version import product_version
from gui.widgets.dialog import Dialog
from gui.windows.about_task import AnswerWindow
from runtime.messages import Refusal

if TYPE_CHECKING:
    from gui.app import Application

_LICENCE = "Apache License, version 2.0. It comes without any warranty; the file LICENSE has the words."


class AboutDialog(Dialog):
    """`dispatcher` is the label that says what the dispatcher is."""

    def __init__(self, app: Application) -> None:
        super().__init__(app, "about", "About Alfred")
        px = app.scheme.px
        for name, words, font in (
            ("name", f"Alfred {product_version()}", "TkCaptionFont"),
            ("windows", _windows(app), "TkTextFont"),
            ("dispatcher", f"dispatcher: {app.link.lost or 'asked ...'}", "TkTextFont"),
            ("licence", _LICENCE, "TkTextFont"),
        ):
            label = tk.Label(
                self.body, name=name, text=words, font=font, anchor="w", justify="left", wraplength=px(420)
            )
            label.pack(fill="x", pady=px(4))
        self.buttons(
            ("&Close", self.close),
            ("&Window's environment", partial(show_own_environment, app)),
            ("&Dispatcher's environment", partial(show_dispatchers_environment, app)),
        )
        self.window.focus_set()
        app.do(self._ask, self._say_dispatcher)

    async def _ask(self) -> str:
        about = await (await self.app.link.reached()).about()
        if isinstance(about, Refusal):
            return f"dispatcher: {about.text}"
        since = time.strftime("%d %b %H:%M", time.localtime(about.started))
        other = "" if about.version == product_version() else " - another version than these windows"
        return (
            f"dispatcher: Alfred {about.version}{other}, Python {about.python}, process {about.pid} on {about.host},"
            f" since {since}"
        )

    def _say_dispatcher(self, words: str) -> None:
        if not self.closed.is_set():
            self.body.nametowidget("dispatcher").configure(text=words)


def show_own_environment(app: Application) -> AnswerWindow:
    """What this process was started with."""

    async def read() -> Iterable[str]:
        return environment_lines(os.environ)

    return AnswerWindow(app, "environment", "Environment of the windows", read)


def show_dispatchers_environment(app: Application) -> AnswerWindow:
    """What the dispatcher was started with: its owner may see that."""

    async def read() -> Iterable[str]:
        about = await app.link.connected.about()
        return [about.text] if isinstance(about, Refusal) else environment_lines(about.environment)

    return AnswerWindow(app, "environment", "Environment of the dispatcher", read)


def environment_lines(environment: Mapping[str, str]) -> list[str]:
    """One variable to a line, sorted; what would end a line or move a cursor is written as Python has it."""
    lines = (f"{name}={value}" for name, value in sorted(environment.items()))
    return [line if line.isprintable() else ascii(line)[1:-1] for line in lines]


def _windows(app: Application) -> str:
    tk_is = app.root.tk.call("info", "patchlevel")
    return f"windows: Python {platform.python_version()}, Tk {tk_is}, process {os.getpid()} on {platform.node()}"
