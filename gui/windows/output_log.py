"""See Output Log: what the commands of a task have printed, and print; followed, searched, with times."""

from __future__ import annotations

import tkinter as tk
from collections import deque
from collections.abc import Sequence
from pathlib import Path
from tkinter import ttk
from typing import TYPE_CHECKING

import trio

from daemons.client import DispatcherError
from daemons.elsewhere import asked_for
from gui.links.log_reading import Line, LogReading
from gui.widgets.text_window import MOST_LINES, TextWindow
from runtime.messages import Refusal

if TYPE_CHECKING:
    from gui.app import Application

_USUAL_PLACE = "700x460+120+120"
_LOOK_S, _SEE_S = 0.25, 2.0
"""Between two looks at logs that grow; and whether more is printed after all, by another attempt."""
_AT_A_TIME = 64
"""So many logs are read in one go: a job may have thousands."""


class OutputLogWindow(TextWindow):
    """Of a task's newest attempt at each of its commands; `tid` None: of all of a job."""

    def __init__(self, app: Application, jid: int, tid: int | None, title: str) -> None:
        super().__init__(app, "output log", f"Output Log: {title}", _USUAL_PLACE)
        self._jid, self._tid = jid, tid
        self._readings: dict[str, LogReading] = {}
        self._shown: deque[Line] = deque(maxlen=MOST_LINES)
        self._follow = tk.BooleanVar(self.window, value=True)
        self._stamped = tk.BooleanVar(self.window, value=False)
        for name, text, variable, command in (
            ("times", "times", self._stamped, self._show_again),
            ("follow", "follow", self._follow, self._set_follow),
        ):
            ttk.Checkbutton(self.tools, name=name, text=text, variable=variable, command=command).pack(side="right")
        app.start(self._run)

    async def _run(self) -> None:
        """Read on until the window is closed."""
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._read)
            await self.closed.wait()
            nursery.cancel_scope.cancel()

    async def _read(self) -> None:
        trouble = ""
        while True:
            try:
                logs = await self.app.link.connected.follow(self._jid, self._tid)
            except DispatcherError as error:
                trouble = str(error)
                self.say(trouble)
                await trio.sleep(1.0)
                continue
            if isinstance(logs, Refusal):
                self.say(logs.text)
                return
            place = asked_for()
            if place is not None:
                self.add(f"{place.host}:{name}" for name in logs.files)
                self.say(f"the logs are on {place.host}")
                return
            if trouble:
                trouble = ""
                self.say("")
            if logs.live:
                for _ in range(4):
                    await self._read_on(logs.files, whole=False)
                    await trio.sleep(_LOOK_S)
                continue
            await self._read_on(logs.files, whole=True)
            if not self._shown:
                trouble = "nothing was printed"
                self.say(trouble)
            await trio.sleep(_SEE_S)

    async def _read_on(self, files: tuple[str, ...], whole: bool) -> None:
        for name in files:
            if name not in self._readings:
                self._readings[name] = LogReading(Path(name))
        for first in range(0, len(files), _AT_A_TIME):
            readings = [self._readings[name] for name in files[first : first + _AT_A_TIME]]
            read = await trio.to_thread.run_sync(_more, readings, whole)
            if self.closed.is_set():
                return
            for reading, lines in zip(readings, read, strict=True):
                if isinstance(lines, OSError):
                    self.say(f"{reading.path}: {lines.strerror}")
                else:
                    self._take(reading, lines)

    def _take(self, reading: LogReading, lines: list[Line]) -> None:
        if reading.skipped:
            self.add([f"[{reading.skipped:,} bytes before are not shown: {reading.path}]"])
            reading.skipped = 0
        self._shown += lines
        self.add(map(self._words, lines))

    def _words(self, line: Line) -> str:
        return f"{line.stamp:8} {line.text}" if self._stamped.get() else line.text

    def _set_follow(self) -> None:
        self.lines.follows = self._follow.get()
        if self.lines.follows:
            self.lines.text.see("end")

    def _show_again(self) -> None:
        self.lines.clear()
        self.add(map(self._words, self._shown))


def _more(readings: Sequence[LogReading], whole: bool) -> list[list[Line] | OSError]:
    """What is new in each of them, or why it cannot be read."""
    found: list[list[Line] | OSError] = []
    for reading in readings:
        try:
            found.append(reading.more(whole))
        except OSError as error:
            found.append(error)
    return found
