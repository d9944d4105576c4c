"""The live view of a terminal session, drawn with rich: jobs with their bars, what runs now, errors as they come.

Errors and results are printed above the live part and stay in the terminal's history; the live part shows the present
and is gone at the end.
"""

from __future__ import annotations

import time
from collections.abc import Iterable

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from daemons.views import FINISHED, PlainView, farm_words, finished_tasks
from daemons.wording import count, duration, printable
from runtime.messages import Changed, JobState, JobSummary, Queue, RunningCmd, TaskState

_BAR = 30
_STATE_STYLE = {
    JobState.ACTIVE: "green",
    JobState.STOPPED: "red",
    JobState.DONE: "dim",
    JobState.PAUSED: "yellow",
    JobState.WAITING: "cyan",
    JobState.DELETING: "yellow",
}


class LiveView:
    """Shows jobs, running commands and errors on a terminal until `close`."""

    def __init__(self, console: Console | None = None, chatter: int = 0) -> None:
        self._console = console or Console(highlight=False)
        self._lines = PlainView(self._print, chatter=min(chatter - 1, 1) if chatter < 1 else 1)
        self._live = Live(console=self._console, auto_refresh=False, transient=True)
        self._live.start()

    def event(self, change: Changed) -> None:
        self._lines.event(change)

    def queue(self, queue: Queue) -> None:
        self._lines.queue(queue)
        self._live.update(self.picture(queue), refresh=True)

    def say(self, text: str) -> None:
        self._lines.say(text)

    def close(self) -> None:
        self._live.stop()

    def _print(self, line: str) -> None:
        style = "red" if " error " in line[:20] else "dim" if line.startswith("         |") else ""
        self._console.print(Text(line.rstrip("\n"), style=style), soft_wrap=True)

    def picture(self, queue: Queue) -> RenderableType:
        """The live part: jobs with their bars, then what runs, as much as fits."""
        active = [job for job in queue.jobs if job.state not in FINISHED]
        room = max(4, self._console.height - 3 * len(active) - 2)
        parts: list[RenderableType] = []
        for job in active:
            parts.extend(_job(job))
        parts.append(_running(queue.running, room))
        if queue.slots:
            waiting = sum(job.counts.get(TaskState.READY.value, 0) for job in active)
            parts.append(Text(f"{queue.busy} of {count(queue.slots, 'slot')} busy, {waiting:,} ready", style="dim"))
        if queue.farm is not None:
            parts.append(Text(farm_words(queue.farm), style="dim"))
        return Group(*parts)


def _job(job: JobSummary) -> Iterable[RenderableType]:
    head = Text.assemble(
        (f"job {job.jid} ", "bold"),
        (printable(job.title) or "(no title)", "bold"),
        "  ",
        (job.state.value, _STATE_STYLE[job.state]),
        (f"  {printable(job.notice)}" if job.notice else "", "dim"),
    )
    yield head
    yield Text.assemble("  ", bar(job), "  ", progress_words(job))


def bar(job: JobSummary) -> Text:
    """A stacked bar over all tasks: done, active, failed, the rest."""
    shares = (
        (finished_tasks(job), "█", "bright_black"),
        (job.counts.get(TaskState.ACTIVE.value, 0), "█", "green"),
        (job.counts.get(TaskState.ERROR.value, 0), "▒", "red"),
    )
    drawn = Text()
    for number, mark, style in shares:
        width = 0 if not job.tasks else max(1, round(_BAR * number / job.tasks)) if number else 0
        drawn.append(mark * min(width, _BAR - len(drawn)), style)
    drawn.append("░" * (_BAR - len(drawn)), "dim")
    return drawn


def progress_words(job: JobSummary) -> str:
    parts = [f"{finished_tasks(job):,} of {count(job.tasks, 'task')}"]
    if errors := job.counts.get(TaskState.ERROR.value, 0):
        parts.append(count(errors, "error"))
    if job.eta_s is not None:
        parts.append(f"about {duration(job.eta_s)} left")
    elif job.after is not None and job.state is JobState.WAITING:
        parts.append(f"starts at {time.strftime('%d %b %H:%M', time.localtime(job.after))}")
    return ", ".join(parts)


def _running(running: Iterable[RunningCmd], room: int) -> Table:
    table = Table.grid(padding=(0, 1), expand=False)
    for _ in range(5):
        table.add_column(no_wrap=True, overflow="ellipsis")
    now = time.time()
    shown = sorted(running, key=lambda command: command.since)
    for command in shown[:room]:
        percent = f"{command.percent:3d}%" if command.percent >= 0 else "    "
        table.add_row(
            Text(f"  {command.jid}.{command.tid}", style="dim"),
            Text(printable(command.task)[:32]),
            Text(_small_bar(command.percent), style="green"),
            Text(f"{percent} {duration(now - command.since):>7}"),
            Text(printable(" ".join(command.argv)), style="dim"),
        )
    if len(shown) > room:
        table.add_row("", Text(f"and {len(shown) - room} more", style="dim"))
    return table


def _small_bar(percent: int) -> str:
    filled = 0 if percent < 0 else round(percent / 10)
    return "━" * filled + " " * (10 - filled)
