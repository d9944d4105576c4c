"""`alfred -nogui`: queue scripts, show how they run, end when they have.

The work is the dispatcher's, a process of its own: this one only watches. It may be killed without harm to a job, and
when the dispatcher dies under it, it starts the next one, which goes on where the journal says.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from getpass import getuser
from pathlib import Path

import msgspec
import trio

from daemons.client import ConnectionLost, DispatcherClient, NoDispatcher, NotReached, connect
from daemons.views import FINISHED, PlainView, View, job_line
from daemons.wording import count, printable
from runtime.job.model import Diagnostic
from runtime.job.report import diagnostic_lines
from runtime.messages import Action, Changed, JobState, JobSummary, Queue, Refusal, Spooled

DONE, ERRORS, USAGE, INTERRUPTED = 0, 1, 2, 130
_REFRESH_S = 0.15
_RESTARTS = 20


@dataclass(frozen=True)
class Wishes:
    """What the command line asked for. `chatter`: -1 quiet, 0, 1 verbose; `log` gets the plain lines too."""

    scripts: tuple[Path, ...] = ()
    paused: bool = False
    after: str = ""
    slots: int | None = None
    chatter: int = 0
    log: Path | None = None


def run(wishes: Wishes) -> int:
    """Queue, watch, and give the exit status: 0 all done, 1 errors, 2 refused."""
    try:
        view = _views(wishes)
    except OSError as trouble:
        sys.stderr.write(f"alfred: -log: {trouble.strerror}: {trouble.filename}\n")
        return USAGE
    try:
        return trio.run(_Session(wishes, view).run)
    except (NoDispatcher, NotReached) as trouble:
        view.close()
        sys.stderr.write(f"alfred: {trouble}\n")
        return USAGE
    finally:
        view.close()


class _Both:
    """Two views as one: the terminal and the -log file."""

    def __init__(self, *views: View) -> None:
        self._views = views

    def event(self, change: Changed) -> None:
        for view in self._views:
            view.event(change)

    def queue(self, queue: Queue) -> None:
        for view in self._views:
            view.queue(queue)

    def say(self, text: str) -> None:
        for view in self._views:
            view.say(text)

    def close(self) -> None:
        for view in self._views:
            view.close()


def _views(wishes: Wishes) -> View:
    shown: View
    if sys.stdout.isatty() and wishes.chatter >= 0 and os.environ.get("TERM") != "dumb":
        from daemons.terminal import LiveView

        shown = LiveView(chatter=wishes.chatter)
    else:
        shown = PlainView(_writer(sys.stdout.write, sys.stdout.flush), wishes.chatter)
    if wishes.log is None:
        return shown
    log = wishes.log.open("a", encoding="utf-8", errors="backslashreplace")
    return _Both(shown, PlainView(_writer(log.write, log.flush), max(wishes.chatter, 0)))


def _writer(write: Callable[[str], int], flush: Callable[[], None]) -> Callable[[str], None]:
    gone = False

    def line(text: str) -> None:
        nonlocal gone
        if gone:
            return
        try:
            write(text.encode("utf-8", "backslashreplace").decode("utf-8"))
            flush()
        except OSError:  # who read it has gone (`| head`, a closed terminal): the jobs are seen through all the same
            gone = True

    return line


@dataclass
class _Session:
    wishes: Wishes
    view: View
    watched: set[int] = field(default_factory=set)
    last: dict[int, JobSummary] = field(default_factory=dict)
    gone: set[int] = field(default_factory=set)
    dirty: bool = True
    interrupted: bool = False
    to_queue: bool = False

    def __post_init__(self) -> None:
        self.to_queue = bool(self.wishes.scripts)

    async def run(self) -> int:
        status = None
        with trio.open_signal_receiver(*_ending_signals()) as signals:
            try:
                async with trio.open_nursery() as nursery:
                    nursery.start_soon(self._on_signal, signals, nursery.cancel_scope)
                    status = await self._through_deaths()
                    nursery.cancel_scope.cancel()
            except BaseExceptionGroup as group:  # the nursery is our affair
                if len(group.exceptions) == 1:
                    raise group.exceptions[0] from None
                raise
        if self.interrupted:
            await self._interrupt()
            return INTERRUPTED
        return self._status() if status is None else status

    async def _through_deaths(self) -> int | None:
        """Queue the scripts, then watch, with as many dispatchers as it takes; the exit status when nothing is left
        to watch."""
        for _ in range(_RESTARTS):
            try:
                async with connect(slots=self.wishes.slots) as client, aclosing(client.watch()) as news:
                    await anext(news)  # from here on no change is missed
                    if self.to_queue:
                        status = await self._spool(client)
                        if status is not None:
                            return status
                    await self._watch(client, news)
                return None
            except ConnectionLost:
                if self.to_queue:
                    raise NoDispatcher(
                        "the dispatcher died while the script was queued; alfred -queue shows whether it got it"
                    ) from None
                self.view.say("the dispatcher is gone; starting it again")
        raise NoDispatcher(f"the dispatcher ended {_RESTARTS} times; its log says why")

    # -- queueing ------------------------------------------------------------------------------------------------------

    async def _spool(self, client: DispatcherClient) -> int | None:
        """Queue all scripts or none; the exit status when that is all there is to do."""
        queued: list[int] = []
        for path in self.wishes.scripts:
            answer = await self._spool_one(client, path)
            if isinstance(answer, Refusal):
                for jid in queued:
                    await client.act(Action.DELETE, jid)
                if queued:
                    sys.stderr.write(f"alfred: {count(len(queued), 'job')} of the scripts before it taken back\n")
                return USAGE
            queued.extend(answer.jids)
        self.watched = set(queued)
        self.to_queue = False
        return await self._tell_of_waits(client)

    async def _tell_of_waits(self, client: DispatcherClient) -> int | None:
        """Say which jobs do not start now, and why; the exit status when none does before a user says so."""
        self._take(await client.list())
        waits = [self.last[jid] for jid in sorted(self.watched) if jid in self.last]
        for job in waits:
            if job.state is JobState.PAUSED:
                self.view.say(f"job {job.jid} is paused: alfred -resume {job.jid} starts it")
            elif job.after is not None and job.after > time.time():
                when = time.strftime("%d %b %H:%M", time.localtime(job.after))
                self.view.say(f"job {job.jid} starts at {when}: alfred -resume {job.jid} starts it now")
        return DONE if waits and all(job.state is JobState.PAUSED for job in waits) else None

    async def _spool_one(self, client: DispatcherClient, path: Path) -> Spooled | Refusal:
        try:
            text = path.read_bytes()
        except OSError as trouble:
            sys.stderr.write(f"alfred: {printable(str(path))}: {trouble.strerror}\n")
            return Refusal(text="")
        answer = await client.spool(
            file=str(path),
            text=text,
            cwd=os.getcwd(),
            env=dict(os.environ),
            user=getuser(),
            host=socket.gethostname(),
            paused=self.wishes.paused,
            after=self.wishes.after,
        )
        self._report(path, answer.diagnostics)
        if isinstance(answer, Refusal):
            sys.stderr.write(f"alfred: {printable(str(path))} was not queued: {printable(answer.text)}\n")
        else:
            for jid in answer.jids:
                self.view.say(f"job {jid} accepted: {printable(str(path))}")
        return answer

    def _report(self, path: Path, diagnostics: tuple[Diagnostic, ...]) -> None:
        for line in diagnostic_lines(diagnostics, str(path)):
            sys.stderr.write(line + "\n")

    # -- watching ------------------------------------------------------------------------------------------------------

    async def _watch(self, client: DispatcherClient, news: AsyncIterator[Queue | Changed]) -> None:
        """Show what happens until nothing of ours is left to wait for. Raises ConnectionLost."""
        try:
            async with trio.open_nursery() as nursery:
                nursery.start_soon(self._refresh, client, nursery.cancel_scope)
                await self._show(news)
                raise ConnectionLost("the stream of changes ended")
        except BaseExceptionGroup as group:
            _, others = group.split(ConnectionLost)
            if others is None:
                raise ConnectionLost("the dispatcher is gone") from group
            raise

    async def _show(self, news: AsyncIterator[Queue | Changed]) -> None:
        async for message in news:
            if isinstance(message, Queue):
                self._take(message)
            elif self._concerns(message.jid):
                if message.change == "gone":
                    self.gone.add(message.jid)
                self.view.event(message)
            self.dirty = True

    def _concerns(self, jid: int) -> bool:
        return not self.wishes.scripts or jid in self.watched

    async def _refresh(self, client: DispatcherClient, scope: trio.CancelScope) -> None:
        """Fetch the queue while things change, and end the watch when nothing of ours is left to wait for."""
        while True:
            if self.dirty:
                self.dirty = False
                self._take(await client.list())
            if self._over():
                scope.cancel()
            await trio.sleep(_REFRESH_S)
            self.dirty = self.dirty or any(job.state is JobState.ACTIVE for job in self.last.values())

    def _take(self, queue: Queue) -> None:
        jobs = tuple(job for job in queue.jobs if self._concerns(job.jid))
        if not self.wishes.scripts:
            self.watched |= {job.jid for job in jobs if job.state not in FINISHED}
        self.last = {job.jid: job for job in jobs}
        ours = tuple(job for job in jobs if job.jid in self.watched)
        running = tuple(command for command in queue.running if command.jid in self.watched)
        self.view.queue(msgspec.structs.replace(queue, jobs=ours, running=running))

    def _over(self) -> bool:
        """Nothing of ours can go on by itself: every job is done, stopped, gone, or (unasked) paused."""
        waited = [self.last[jid] for jid in self.watched if jid in self.last]
        if not self.wishes.scripts:
            return all(job.state in FINISHED or job.state is JobState.PAUSED for job in waited)
        return all(job.state in FINISHED for job in waited)

    def _status(self) -> int:
        ours = [self.last[jid] for jid in sorted(self.watched) if jid in self.last]
        for job in ours:
            if job.state is JobState.PAUSED:
                self.view.say(f"job {job.jid} is paused: alfred -resume {job.jid} goes on with it")
            elif job.state is JobState.STOPPED:
                retry, leave = f"alfred -retry {job.jid}", f"alfred -skiperrors {job.jid}"
                self.view.say(f"{retry} tries again what failed, {leave} leaves it")
        missing = self.watched - set(self.last)
        failed = any(job.state is JobState.STOPPED for job in ours) or bool(missing)
        return ERRORS if failed else DONE

    # -- Ctrl-C --------------------------------------------------------------------------------------------------------

    async def _on_signal(self, signals: object, scope: trio.CancelScope) -> None:
        async for _ in signals:  # type: ignore[attr-defined]
            self.interrupted = True
            scope.cancel()
            return

    async def _interrupt(self) -> None:
        """End what runs, keep the queue: the dispatcher sweeps and ends, or (others use it) pauses our jobs."""
        with suppress(OSError):  # the terminal may be what has gone
            self.view.say("interrupted: ending what runs ...")
        with suppress(ConnectionLost, NoDispatcher, OSError):
            async with connect(start=False) as client:
                self._take(await client.list())  # what is told at the end is as it is now
                if await client.shutdown():
                    self._say_how_to_go_on()
                    return
                if not self.wishes.scripts:
                    self.view.say("other clients use the dispatcher: it goes on with the queue")
                    return
                for jid in sorted(self.watched):
                    await client.act(Action.PAUSE, jid)
                    await client.act(Action.REQUEUE, jid)
                self.view.say("other clients use the dispatcher: your jobs are paused, alfred -resume ID goes on")

    def _say_how_to_go_on(self) -> None:
        for jid in sorted(self.watched & set(self.last)):
            self.view.say(job_line(self.last[jid], "interrupted"))
        self.view.say("alfred -nogui goes on with the queue, alfred -delete ID takes a job out of it")


def _ending_signals() -> list[signal.Signals]:
    """What interrupts a session: Ctrl-C, TERM, and the end of its terminal, unless nohup said to outlive that."""
    hangup = [] if signal.getsignal(signal.SIGHUP) is signal.SIG_IGN else [signal.SIGHUP]
    return [signal.SIGINT, signal.SIGTERM, *hangup]
