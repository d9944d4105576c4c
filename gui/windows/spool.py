"""Queueing scripts: what the checker finds is shown before anything is queued, and the user decides."""

from __future__ import annotations

import os
import socket
import tkinter as tk
from collections.abc import Callable, Sequence
from functools import partial
from getpass import getuser
from pathlib import Path
from typing import TYPE_CHECKING

import trio

from daemons.wording import count
from gui.links.checking import Checked, check
from gui.links.presence import Opened
from gui.widgets.dialog import Dialog
from gui.widgets.log_text import LogText
from runtime.messages import Refusal

if TYPE_CHECKING:
    from gui.app import Application


async def spool(app: Application, opened: Opened, say: Callable[[str], object]) -> str:
    """Check scripts and queue those that are clean; a dialog asks about the others. What came of it, in words."""
    said = []
    for name in opened.scripts:
        say(f"checking {name} ...")
        checked = await check(name)
        if checked.clean:
            said.append(await _queue(app, opened, name))
        else:
            FindingsDialog(app, name, checked, partial(_queue, app, opened, name), say)
    return "   ".join(said)


async def _queue(app: Application, opened: Opened, name: str) -> str:
    """Queue one script."""
    app.link.start()
    client = await app.link.reached()  # where one is on its way, the link says so
    text = await trio.to_thread.run_sync(Path(name).read_bytes, abandon_on_cancel=True)
    answer = await client.spool(
        file=name, text=text, cwd=opened.cwd or str(Path(name).parent), env=dict(os.environ), user=getuser(),
        host=socket.gethostname(), paused=opened.paused, after=opened.after,
    )  # fmt: skip
    if isinstance(answer, Refusal):
        return f"{name} was not queued: {answer.text}"
    return f"{name}: {count(len(answer.jids), 'job')} queued"


class FindingsDialog(Dialog):
    """What was found in a script. With errors it cannot be queued; with warnings that is the user's choice."""

    def __init__(
        self,
        app: Application,
        name: str,
        checked: Checked,
        queue: Callable[[], object],
        say: Callable[[str], object],
    ) -> None:
        super().__init__(app, "findings", f"Checked: {Path(name).name}", "620x320+160+140")
        self._queue_it, self._say_it = queue, say
        words = "has warnings; it can be queued as it is." if checked.queueable else "has errors; it is not queued."
        tk.Label(self.body, name="verdict", anchor="w", justify="left", text=f"{Path(name).name} {words}").pack(
            fill="x"
        )
        found = LogText(self.body, "found", height=12, most=len(checked.lines) + 1)
        found.follows = False
        found.text.configure(wrap="word")
        found.pack(fill="both", expand=True)
        found.add(_shown(checked.lines))
        if checked.queueable:
            self.buttons(("&Queue", self._queue), ("&Cancel", self.close))
        else:
            self.buttons(("&Close", self.close))

    def _queue(self) -> None:
        self.app.do(self._queue_it, self._say_it)  # type: ignore[arg-type]  # gives words, when it is awaited
        self.close()


def _shown(lines: Sequence[str]) -> list[str]:
    return [line.expandtabs() for line in lines]
