"""The job queue window: the jobs of a dispatcher, what is launched, and what it prints.

menu bar       Alfred  Jobs  Scheduling                                  Help
entries        a line for each job
Command Launch Log
Live Output    where the preferences say so
status         the maitre-d, slots in use and waiting; or why the dispatcher is not there
"""

from __future__ import annotations

import os
import socket
import tkinter as tk
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from getpass import getuser
from pathlib import Path
from typing import TYPE_CHECKING

import trio

from daemons.wording import count, printable
from gui.links.presence import Opened
from gui.models.job_queue import JobQueue
from gui.models.launch_log import MOST_LINES, LaunchLog
from gui.widgets.actions import Action, Actions
from gui.widgets.entries import Entries
from gui.widgets.log_text import LogText
from gui.windows.job_detail import JobDetailWindow
from runtime.messages import Action as Deed
from runtime.messages import Changed, JobState, Queue, Refusal

if TYPE_CHECKING:
    from gui.app import Application

_SECOND_MS = 1_000
_USUAL_PLACE = "640x560+40+40"
_UNFINISHED = (JobState.WAITING, JobState.PAUSED, JobState.ACTIVE, JobState.STOPPED)
_ALL = (*_UNFINISHED, JobState.DONE)


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
        self._due = ""
        self.root.title(f"Alfred Job Queue: {whose()}")
        self.root.protocol("WM_DELETE_WINDOW", self.close)
        app.place(self.root, "job queue", _USUAL_PLACE)
        self.actions = Actions(self.root)
        self._add_actions()
        self._lay_out()
        self.root.bind("<Up>", lambda _event: self._step(-1))
        self.root.bind("<Down>", lambda _event: self._step(1))
        for trouble in app.troubles:
            self.say(trouble)
        app.link.listen(self)
        self._tick()

    # ---- what is heard -------------------------------------------------------------------------------

    def queue(self, queue: Queue) -> None:
        self.jobs.queue(queue)
        self.log.queue(queue)
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
        self.jobs.linked(lost)
        self.log.linked(lost)
        self.changed()

    # ---- what is shown -------------------------------------------------------------------------------

    def _lay_out(self) -> None:
        px = self.app.scheme.px
        self.root.configure(menu=self._menu_bar())
        self.status = tk.Label(
            self.root, name="status", anchor="w", relief="sunken", borderwidth=1, font="TkTextFont", padx=px(3)
        )
        self.status.pack(side="bottom", fill="x", padx=px(4), pady=px(2))
        panes = tk.PanedWindow(self.root, name="panes", orient="vertical")
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

    def _paint(self) -> None:
        self._due = ""
        new = self.log.written - self._shown_lines
        self._shown_lines = self.log.written
        if new:
            self.launch_log.add(list(self.log.lines)[-new:])
        self.entries.changed()
        self.status.configure(text=self._said or self.jobs.status())

    def _tick(self) -> None:
        """Times go on."""
        if self.jobs.jobs:
            self.entries.canvas.changed()
        self._ticking = self.root.after(_SECOND_MS, self._tick)

    def say(self, text: str) -> None:
        """Words in the status line, until something else is said or done."""
        self._said = printable(text)
        self.changed()

    # ---- actions -------------------------------------------------------------------------------------

    def _add_actions(self) -> None:
        deeds = (
            ("pause", "&Pause", Deed.PAUSE, "<Control-p>", (JobState.WAITING, JobState.ACTIVE, JobState.STOPPED)),
            ("resume", "&Unpause", Deed.RESUME, "<Control-u>", (JobState.PAUSED, JobState.WAITING)),
            ("retry", "Re&try errors", Deed.RETRY, "<Control-t>", (JobState.ACTIVE, JobState.STOPPED, JobState.PAUSED)),
            ("skip", "S&kip all tasks with errors", Deed.SKIP_ERRORS, "<Control-k>", _UNFINISHED),
            ("restart", "&Restart entire job", Deed.RESTART, "<Control-r>", _ALL),
            ("delete", "&Delete", Deed.DELETE, "<Delete>", _ALL),
        )
        for name, label, deed, key, states in deeds:
            self.actions.add(
                Action(f"job.{name}", label, partial(self.act, deed), key, partial(self.jobs.all_may, states))
            )
        self.actions.add(
            Action("alfred.open", "&Open script...", self._ask_for_script, "<Control-o>"),
            Action("alfred.close", "&Close", self.close, "<Control-w>"),
            Action("open.watch", "&Watch servers...", self._watch_servers, "<Control-s>"),
        )

    def _menu_bar(self) -> tk.Menu:
        bar = tk.Menu(self.root, name="bar")
        menus = (
            ("Alfred", "alfred", ("alfred.open", "", "alfred.close")),
            ("Jobs", "jobs", _JOB_MENU),
            ("Scheduling", "scheduling", ("open.watch",)),
        )
        for label, name, names in menus:
            bar.add_cascade(label=label, underline=0, menu=self.actions.menu(bar, name, *names))
        self.job_menu = self.actions.menu(self.root, "job", *_JOB_MENU)
        return bar

    def _watch_servers(self) -> None:
        from gui.windows.watch_servers import WatchServersWindow

        self.app.show("watch servers", partial(WatchServersWindow, self.app))

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

    def act(self, deed: Deed, value: str = "") -> None:
        """Do something to the selected jobs."""
        self.app.do(partial(self._act, deed, [job.jid for job in self.jobs.chosen], value), self.say)

    async def _act(self, deed: Deed, jids: Iterable[int], value: str) -> str:
        said = []
        for jid in jids:
            answer = await self.app.link.connected.act(deed, jid, value=value)
            said.append(answer.text)
        return "   ".join(filter(None, said))

    def do(self, work: Callable[[], Awaitable[str | None]]) -> None:
        """Run this in trio, and say how it went."""
        self.app.do(work, self.say)

    def _post_menu(self, jid: int, x: int, y: int) -> None:
        self.job_menu.tk_popup(x, y)

    def _step(self, places: int) -> None:
        jid = self.jobs.step(places)
        if jid is not None:
            self.entries.see(jid)
            self.changed_job()

    def _dropped(self, jid: int, before: int | None) -> None:
        """A job was dragged to another place: its priority is such that it stands there."""

    # ---- scripts -------------------------------------------------------------------------------------

    def take(self, opened: Opened) -> None:
        """Come to the front, and queue these scripts."""
        self.root.deiconify()
        self.root.lift()
        if opened.scripts:
            self.do(partial(self._spool, opened))

    def _ask_for_script(self) -> None:
        from tkinter import filedialog

        names = filedialog.askopenfilenames(
            parent=self.root,
            title="Queue a job script",
            filetypes=[("Job scripts", "*.alf *.alfred"), ("All files", "*")],
        )
        if names:
            self.take(Opened(tuple(names), os.getcwd()))

    async def _spool(self, opened: Opened) -> str:
        """Queue scripts; the jobs that came of it, in words."""
        queued: list[int] = []
        for name in opened.scripts:
            while self.app.link.client is None:
                await trio.sleep(0.05)
            text = await trio.Path(name).read_bytes()
            answer = await self.app.link.connected.spool(
                file=name, text=text, cwd=opened.cwd or str(Path(name).parent), env=dict(os.environ), user=getuser(),
                host=socket.gethostname(), paused=opened.paused, after=opened.after,
            )  # fmt: skip
            if isinstance(answer, Refusal):
                return f"{name} was not queued: {answer.text}"
            queued.extend(answer.jids)
        return f"{count(len(queued), 'job')} queued"

    # ---- the end -------------------------------------------------------------------------------------

    def close(self) -> None:
        """The window goes; the jobs go on."""
        self.app.leave(self.root, "job queue")
        for due in filter(None, (self._ticking, self._due)):
            self.root.after_cancel(due)
        self.app.link.forget(self)
        self.closed.set()


_JOB_MENU = ("job.pause", "job.resume", "", "job.retry", "job.skip", "job.restart", "", "job.delete")


def whose() -> str:
    """jean@snappy: whose queue it is."""
    return f"{getuser()}@{socket.gethostname().partition('.')[0]}"
