"""What can be done in the job queue window: its actions and menus. Whatever opens another window imports it then."""

from __future__ import annotations

import os
import tkinter as tk
from collections.abc import Callable, Iterable
from functools import partial
from typing import TYPE_CHECKING

from daemons.client import ConnectionLost
from daemons.wording import count
from gui.links.dispatcher import NotConnected
from gui.links.presence import Opened
from gui.widgets.actions import Action, Actions
from runtime.messages import Action as Deed
from runtime.messages import JobState

if TYPE_CHECKING:
    from gui.windows.job_queue import JobQueueWindow

_UNFINISHED = (JobState.WAITING, JobState.PAUSED, JobState.ACTIVE, JobState.STOPPED)
_ALL = (*_UNFINISHED, JobState.DONE)

JOB_MENU = (
    "job.pause", "job.resume", "", "job.retry", "job.skip", "job.restart", "", "job.detail", "job.output", "job.why",
    "job.info", "job.edit", "", "job.delete",
)  # fmt: skip
_ALFRED_MENU = (
    "alfred.open", "alfred.live", "alfred.done", "alfred.preferences", "",
    "alfred.start", "alfred.shutdown", "", "alfred.close",
)  # fmt: skip
_MENUS = (
    ("Alfred", _ALFRED_MENU),
    ("Jobs", JOB_MENU),
    ("Scheduling", ("open.watch", "open.huntgroups", "open.history", "", "open.schedule", "open.servers")),
    ("Help", ("help.about", "help.glossary", "help.keys")),
)


def menu_bar(root: tk.Tk, actions: Actions) -> tk.Menu:
    """The bar at the top of the window."""
    bar = tk.Menu(root, name="bar")
    for label, names in _MENUS:
        bar.add_cascade(label=label, underline=0, menu=actions.menu(bar, label.lower(), *names))
    return bar


def queue_actions(window: JobQueueWindow) -> Actions:
    """All actions of the window."""
    actions = Actions(window.root)
    may = window.jobs.all_may
    for name, label, deed, key, states in (
        ("pause", "&Pause", Deed.PAUSE, "<Control-p>", (JobState.WAITING, JobState.ACTIVE, JobState.STOPPED)),
        ("resume", "&Unpause", Deed.RESUME, "<Control-u>", (JobState.PAUSED, JobState.WAITING)),
        ("retry", "Re&try errors", Deed.RETRY, "<Control-t>", (JobState.ACTIVE, JobState.STOPPED, JobState.PAUSED)),
        ("skip", "S&kip all tasks with errors", Deed.SKIP_ERRORS, "<Control-k>", _UNFINISHED),
    ):
        actions.add(Action(f"job.{name}", label, partial(_act, window, deed), key, partial(may, states)))
    for name, label, deed, key, question in (
        ("restart", "&Restart entire job", Deed.RESTART, "<Control-r>", "Run these from the beginning?"),
        ("delete", "&Delete", Deed.DELETE, "<Delete>", "Delete these, with their logs? What runs is ended."),
    ):
        ask = partial(_ask_first, window, deed, label.replace("&", "", 1).split()[0], question)
        actions.add(Action(f"job.{name}", label, ask, key, partial(may, _ALL)))
    for name, label, run, key in (
        ("detail", "D&etail", _detail, "<Return>"),
        ("output", "See &Output Log", _output, "<Control-l>"),
        ("why", "&Why is it waiting?", _why, "<Control-y>"),
        ("info", "Job script &info", _info, "<Control-i>"),
        ("edit", "Edit: priority, keys, ta&gs ...", _edit, "<Control-e>"),
    ):
        actions.add(Action(f"job.{name}", label, partial(_of_one, window, run), key, partial(may, _ALL)))
    actions.add(
        Action("alfred.open", "&Open script...", partial(_ask_for_script, window), "<Control-o>"),
        Action("alfred.live", "&Live output", partial(_toggle_live, window), "<Control-j>"),
        Action("alfred.done", "Show or hide &done jobs", partial(_toggle_done, window), "<Control-d>"),
        Action("alfred.close", "&Close", window.close, "<Control-w>"),
        Action("alfred.shutdown", "&Shut down dispatcher", partial(_shut_down, window)),
        Action("alfred.start", "S&tart dispatcher", window.app.link.start, enabled=lambda: not window.app.link.client),
        Action("alfred.preferences", "P&references...", partial(_preferences, window), "<Control-comma>"),
        Action("help.about", "&About...", partial(_about, window)),
        Action("help.glossary", "Message &Glossary...", partial(_glossary, window)),
        Action("help.keys", "&Keys...", partial(_keys, window), "<F1>"),
        Action("open.watch", "&Watch servers...", partial(_watch_servers, window), "<Control-s>"),
        Action("open.schedule", "&Master schedule...", partial(_master_schedule, window), "<Control-m>"),
        Action("open.huntgroups", "&Huntgroups...", partial(_huntgroups, window), "<Control-h>"),
        Action("open.servers", "&Servers...", partial(_servers, window), "<Control-b>"),
        Action("open.history", "H&istory...", partial(_history, window), "<Control-g>"),
    )
    return actions


# ---- the selected jobs -----------------------------------------------------------------------------------------


def _act(window: JobQueueWindow, deed: Deed) -> None:
    window.do(partial(_do, window, deed, [job.jid for job in window.jobs.chosen]))


async def _do(window: JobQueueWindow, deed: Deed, jids: Iterable[int]) -> str:
    said = [(await window.app.link.connected.act(deed, jid)).text for jid in jids]
    return "   ".join(filter(None, said))


def _ask_first(window: JobQueueWindow, deed: Deed, verb: str, question: str) -> None:
    from gui.windows.confirm import ConfirmDialog

    names = [f"{job.jid}  {job.title}  ({count(job.tasks, 'task')})" for job in window.jobs.chosen]
    jids = [job.jid for job in window.jobs.chosen]
    run = partial(window.do, partial(_do, window, deed, jids))
    ConfirmDialog(window.app, window.root, verb, question, names, f"&{verb}", run)


def _of_one(window: JobQueueWindow, run: Callable[[JobQueueWindow, int, str], object]) -> None:
    """For each of the selected jobs, a window."""
    for job in window.jobs.chosen:
        run(window, job.jid, job.title)


def _detail(window: JobQueueWindow, jid: int, _title: str) -> None:
    window.toggle_detail(jid)


def _output(window: JobQueueWindow, jid: int, title: str) -> None:
    from gui.windows.output_log import OutputLogWindow

    OutputLogWindow(window.app, jid, None, title)


def _why(window: JobQueueWindow, jid: int, title: str) -> None:
    from gui.windows.about_task import why_waiting

    why_waiting(window.app, jid, None, title)


def _info(window: JobQueueWindow, jid: int, title: str) -> None:
    from gui.windows.about_task import script_info

    script_info(window.app, jid, title)


def _edit(window: JobQueueWindow, jid: int, title: str) -> None:
    from gui.windows.edit_job import EditJobDialog

    EditJobDialog(window.app, jid, title)


# ---- the window, and its dispatcher ----------------------------------------------------------------------------


def _ask_for_script(window: JobQueueWindow) -> None:
    from tkinter import filedialog

    kinds = [("Job scripts", "*.alf *.alfred"), ("All files", "*")]
    names = filedialog.askopenfilenames(parent=window.root, title="Queue a job script", filetypes=kinds)
    if names:
        window.take(Opened(tuple(names), os.getcwd()))


def _toggle_live(window: JobQueueWindow) -> None:
    shown = not window.app.preferences.live_output
    window.say(window.app.prefer(live_output=shown))


def _toggle_done(window: JobQueueWindow) -> None:
    window.jobs.show_done = not window.jobs.show_done
    window.changed()


def _shut_down(window: JobQueueWindow) -> None:
    from gui.windows.confirm import ConfirmDialog

    running = [f"{one.jid}.{one.tid}  {one.task}" for one in window.jobs.queue_is.running]
    question = "Shut the dispatcher down? What runs is ended, and runs again when it is started."
    run = partial(window.do, partial(_end, window))
    ConfirmDialog(window.app, window.root, "Shut down", question, running, "&Shut down", run)


def _master_schedule(window: JobQueueWindow) -> None:
    from gui.windows.master_schedule import MasterSchedule

    window.app.show(MasterSchedule.NAME, partial(MasterSchedule, window.app))


def _servers(window: JobQueueWindow) -> None:
    from gui.windows.servers import Servers

    window.app.show(Servers.NAME, partial(Servers, window.app))


def _preferences(window: JobQueueWindow) -> None:
    from gui.windows.preferences import PreferencesDialog

    window.app.show("preferences", partial(PreferencesDialog, window.app))


def _about(window: JobQueueWindow) -> None:
    from gui.windows.about import AboutDialog

    window.app.show("about", partial(AboutDialog, window.app))


def _glossary(window: JobQueueWindow) -> None:
    from gui.windows.keys import GlossaryWindow

    window.app.show("glossary", partial(GlossaryWindow, window.app))


def _keys(window: JobQueueWindow) -> None:
    from gui.windows.keys import KeysWindow

    KeysWindow(window.app, window.actions, "Alfred Job Queue")


def _watch_servers(window: JobQueueWindow) -> None:
    from gui.windows.watch_servers import WatchServersWindow

    window.app.show("watch servers", partial(WatchServersWindow, window.app))


def _history(window: JobQueueWindow) -> None:
    from gui.windows.history import HistoryWindow

    window.app.show("history", partial(HistoryWindow, window.app))


def _huntgroups(window: JobQueueWindow) -> None:
    from gui.windows.huntgroups import HuntgroupsWindow

    window.app.show("huntgroups", partial(HuntgroupsWindow, window.app))


async def _end(window: JobQueueWindow) -> str:
    link = window.app.link
    link.starts = False
    try:
        ended = await link.connected.shutdown()
    except ConnectionLost:
        return ""  # it has gone: the link says so
    except NotConnected:
        link.starts = True
        raise
    if not ended:
        link.starts = True
        return "the dispatcher goes on: others are connected to it"
    return ""
