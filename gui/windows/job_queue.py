"""The job queue window: the jobs of a dispatcher, what is launched, and what it prints.

menu bar       Alfred  Jobs  Scheduling                                  Help
entries        a line for each job
Command Launch Log
Live Output    where the preferences say so
status         the maitre-d, slots in use and waiting; or why the dispatcher is not there
"""

from __future__ import annotations

import socket
import time
import tkinter as tk
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from getpass import getuser
from typing import TYPE_CHECKING

import trio

from daemons.wording import printable
from gui.links.live_output import LiveOutput
from gui.links.presence import Opened
from gui.models.job_queue import JobQueue
from gui.models.launch_log import MOST_LINES, LaunchLog
from gui.models.queue_order import dragged
from gui.widgets.entries import Entries
from gui.widgets.log_text import LogText
from gui.windows.job_detail import JobDetailWindow
from gui.windows.queue_actions import JOB_MENU, menu_bar, queue_actions
from gui.windows.spool import spool
from runtime.messages import Action as Deed
from runtime.messages import Changed, Queue

if TYPE_CHECKING:
    from gui.app import Application

_SECOND_MS = 1_000
_SAID_S = 8.0
_USUAL_PLACE = "640x560+40+40"


class JobQueueWindow:
    """`closed` is set when the user has closed it."""

    def __init__(self, app: Application) -> None:
        self.app = app
        self.root = app.root
        self.closed = trio.Event()
        self.jobs = JobQueue()
        self.log = LaunchLog()
        self.details: dict[int, JobDetailWindow] = {}
        """Open windows of jobs."""
        self._shown_lines = 0
        self._said = ""
        self._said_until = 0.0
        self._due = ""
        self._reading: trio.CancelScope | None = None
        self.root.title(f"Alfred Job Queue: {whose()}")
        self.root.protocol("WM_DELETE_WINDOW", self.close)
        app.place(self.root, "job queue", _USUAL_PLACE)
        self.actions = queue_actions(self)
        self._lay_out()
        self.root.bind("<Up>", lambda _event: self._step(-1))
        self.root.bind("<Down>", lambda _event: self._step(1))
        self.show_output(app.preferences.live_output)
        app.link.listen(self)
        for trouble in app.troubles:
            self.say(trouble)
        self._tick()

    # ---- what is heard -------------------------------------------------------------------------------

    def queue(self, queue: Queue) -> None:
        self.jobs.queue(queue)
        self.log.queue(queue)
        self.output.queue(queue)
        self.changed()

    def changed_job(self) -> None:
        """What is selected is another."""
        self.actions.refresh()
        self.changed()

    def changed(self, change: Changed | None = None) -> None:
        """Something is to be painted again, soon and once."""
        if change is not None:
            self.jobs.changed(change)
            self.log.changed(change)
        if not self._due and not self.closed.is_set():
            self._due = self.root.after_idle(self._paint)

    def linked(self, lost: str) -> None:
        if lost:
            self._said = ""  # that it is lost is more than what was said before
        self.jobs.linked(lost)
        self.log.linked(lost)
        self.changed()

    # ---- what is shown -------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        px = self.app.scheme.px
        self.root.configure(menu=menu_bar(self.root, self.actions))
        self.job_menu = self.actions.menu(self.root, "job", *JOB_MENU)
        self.status = tk.Label(
            self.root, name="status", anchor="w", relief="sunken", borderwidth=1, font="TkTextFont", padx=px(3)
        )
        self.status.pack(side="bottom", fill="x", padx=px(4), pady=px(2))
        panes = self.panes = tk.PanedWindow(self.root, name="panes", orient="vertical")
        panes.pack(fill="both", expand=True, padx=px(4), pady=px(4))
        self.entries = Entries(
            panes, self.app.scheme, self.jobs, is_open=self.details.__contains__, on_menu=self._post_menu,
            on_detail=self.toggle_detail, on_chosen=self.changed_job, on_drop=self._dropped,
        )  # fmt: skip
        panes.add(self.entries, stretch="always", minsize=self.entries.row + px(40))
        launched = tk.Frame(panes, name="launched")
        tk.Label(launched, text="Command Launch Log", anchor="w").pack(fill="x")
        self.launch_log = LogText(launched, "log", height=8, most=MOST_LINES)
        self.launch_log.follows = self.app.preferences.follow_log
        self.launch_log.pack(fill="both", expand=True)
        panes.add(launched, stretch="always", minsize=px(80))
        self._printed = tk.Frame(panes, name="printed")
        tk.Label(self._printed, text="Live Output", anchor="w").pack(fill="x")
        self.live = LogText(self._printed, "live", height=6, most=MOST_LINES)
        self.live.pack(fill="both", expand=True)
        self.output = LiveOutput(self.live.add)

    def _paint(self) -> None:
        self._due = ""
        new = self.log.written - self._shown_lines
        self._shown_lines = self.log.written
        if new:
            self.launch_log.add(list(self.log.lines)[-new:])
        self.entries.changed()
        if time.monotonic() > self._said_until:
            self._said = ""
        self.status.configure(text=self._said or self.jobs.status())

    def _tick(self) -> None:
        """Times go on."""
        if self.jobs.jobs or self._said:
            self.changed()
        self._ticking = self.root.after(_SECOND_MS, self._tick)

    def do(self, work: Callable[[], Awaitable[str | None]]) -> None:
        """Run this in trio, and say how it went."""
        self.app.do(work, self.say)

    def say(self, text: str) -> None:
        """Words in the status line, for a while."""
        self._said = printable(text)
        self._said_until = time.monotonic() + _SAID_S
        self.changed()

    # ---- what a user does ----------------------------------------------------------------------------

    def toggle_detail(self, jid: int) -> None:
        """Open a job's detail, or close it."""
        detail = self.details.get(jid)
        if detail is not None:
            detail.close()
            return
        job = self.jobs.job(jid)
        if job is not None:
            opened = self.details[jid] = JobDetailWindow(self.app, jid, job.title)
            opened.window.bind("<Destroy>", partial(self._detail_gone, jid, opened.window))
            self.changed()

    def _detail_gone(self, jid: int, window: tk.Toplevel, event: tk.Event[tk.Misc]) -> None:
        if event.widget is window:
            self.details.pop(jid, None)
            self.changed()

    def _post_menu(self, jid: int, x: int, y: int) -> None:
        self.job_menu.tk_popup(x, y)

    def _step(self, places: int) -> None:
        jid = self.jobs.step(places)
        if jid is not None:
            self.entries.see(jid)
            self.changed_job()

    def _dropped(self, jid: int, before: int | None) -> None:
        """A job was dragged to another place."""
        changes = dragged(self.jobs.jobs, jid, before)
        self.do(partial(self._reorder, changes))

    async def _reorder(self, changes: Iterable[tuple[int, float]]) -> str:
        said = [
            (await self.app.link.connected.act(Deed.PRIORITY, jid, value=f"{priority!r}")).text
            for jid, priority in changes
        ]
        return "   ".join(filter(None, said))

    def preferred(self) -> None:
        """Preferences have changed."""
        self.launch_log.follows = self.app.preferences.follow_log
        if not self.closed.is_set():
            self.show_output(self.app.preferences.live_output)

    def show_output(self, shown: bool) -> None:
        """Show what running tasks print, below the launch log, or do not."""
        if shown == (self._reading is not None):
            return
        if self._reading is not None:
            self._reading.cancel()
            self._reading = None
            self.panes.forget(self._printed)
            return
        self.panes.add(self._printed, stretch="always", minsize=self.app.scheme.px(60))
        self._reading = trio.CancelScope()
        self.app.start(partial(self._read_output, self._reading))

    async def _read_output(self, scope: trio.CancelScope) -> None:
        with scope:
            await self.output.run()

    # ---- scripts -------------------------------------------------------------------------------------

    def take(self, opened: Opened) -> None:
        """Come to the front, and queue these scripts."""
        self.root.deiconify()
        self.root.lift()
        self.spool(opened)

    def spool(self, opened: Opened) -> None:
        """Queue these scripts, after a look at them."""
        if opened.scripts:
            self.do(partial(spool, self.app, opened, self.say))

    # ---- the end -------------------------------------------------------------------------------------

    def close(self) -> None:
        """The window goes; the jobs go on."""
        self.app.leave(self.root, "job queue")
        for due in filter(None, (self._ticking, self._due)):
            self.root.after_cancel(due)
        self.app.link.forget(self)
        self.closed.set()


def whose() -> str:
    """jean@snappy: whose queue it is."""
    return f"{getuser()}@{socket.gethostname().partition('.')[0]}"
