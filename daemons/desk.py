"""The dispatcher's desk: answers what clients ask (runtime.messages), and tells those who watch what has changed.

    Spool      read, number, journal, queue, sync the journal; then "accepted"        -> Spooled | Refusal
    Act        the core decides; said when it is in the journal                      -> Acted | Refusal
    List, Describe, Follow, Watch        looked up                                   -> Queue, ...
    Why        looked up, and asked of the maitre-d                                  -> Because | Refusal
    Exclude, Prefer   kept for good, then told to the core                           -> Acted | Refusal
    AskAbout, Echo    what this process is                                           -> AboutIs, Acted
    Changed    one encoding for all who watch; nobody watches, nothing is made

A finished job that the core does not hold any more is answered from its summary, and brought back to be described or
restarted.
"""

from __future__ import annotations

import os
import platform
import socket
import time
from typing import Protocol

import msgspec
import trio

from alftcl.safe import Limits
from daemons import logs
from daemons.journal import Journal, JournalError, Packed, pack
from daemons.lasting import Lasting
from daemons.loading import Loader, pack_summary
from daemons.reading import LARGE_BYTES, read_script
from daemons.state import State, StateError
from daemons.version import product_version
from daemons.wire import Connection
from daemons.wire import pack as pack_message
from runtime import queue_view
from runtime.dispatcher import ActionError, Dispatcher
from runtime.facts import JobSpooled
from runtime.farm_messages import Explained
from runtime.job.after import AfterError, start_time
from runtime.job.model import JobId, Reading
from runtime.job.step_order import StepOrder
from runtime.messages import (
    AboutIs,
    Act,
    Acted,
    Action,
    AnyMessage,
    AskAbout,
    AskTasks,
    Because,
    Changed,
    Describe,
    Description,
    Echo,
    Exclude,
    FailedTask,
    Follow,
    JobState,
    List,
    Logs,
    Message,
    Prefer,
    Queue,
    Refusal,
    RunningCmd,
    Spool,
    Spooled,
    TasksAre,
    Waiting,
    Watch,
    Why,
)
from runtime.orders import Announce, Change, Order
from runtime.queued import QueuedJob
from runtime.schemes import UnknownScheme, scheme_named
from runtime.task_view import TaskView
from runtime.why import why

GRANT_S = 0.003
"""So long a job's "accepted" lets its first launches go ahead: a sync takes time from them, and has them in it."""
_SHOWN_FAILURES = 100
"""Failed tasks whose last lines a Queue carries; -info has them all."""
_OVER = (Action.RETRY, Action.RESTART, Action.SKIP, Action.SKIP_ERRORS, Action.DELETE, Action.CHASER, Action.PREVIEW)
_DONE = {
    Action.PAUSE: "paused",
    Action.RESUME: "goes on",
    Action.RETRY: "retried",
    Action.SKIP: "skipped",
    Action.SKIP_ERRORS: "errors skipped",
    Action.RESTART: "restarted",
    Action.KILL: "killed",
    Action.REQUEUE: "queued again",
    Action.DELETE: "deleted",
    Action.PRIORITY: "has its new priority",
    Action.CHASER: "is shown",
    Action.PREVIEW: "is shown",
    Action.EDIT: "changed",
}


class CarriesOut(Protocol):
    def carry_out(self, orders: list[Order]) -> None: ...


class Farm(Protocol):
    """Who gives slots from elsewhere (daemons.attachment.Attachment)."""

    @property
    def name(self) -> str: ...
    async def explain(self, request: int) -> Explained | None: ...


class Desk:
    """Answers for one dispatcher. `carrier` is set once there is one; a desk without one only looks."""

    def __init__(
        self,
        core: Dispatcher,
        journal: Journal,
        loader: Loader,
        state: State,
        limits: Limits,
        farm: Farm | None = None,
        lasting: Lasting | None = None,
    ) -> None:
        self._core = core
        self._journal = journal
        self._loader = loader
        self._state = state
        self._jobs = str(state.jobs)
        self._limits = limits
        self._farm = farm
        self._lasting = lasting
        self._last_jid = journal.last_jid()
        self._watchers: dict[Connection, int] = {}
        self._views: dict[Connection, dict[int, TaskView]] = {}
        """What is known of the tasks of jobs at the other ends of connections."""
        self._noted: set[int] = set()
        """Finished jobs whose summary is in the journal while the core holds them still."""
        self._to_note: set[int] = set()
        """Jobs whose state has changed, and those that are on their way to rest."""
        self._tails: dict[str, tuple[str, ...]] = {}
        self._started = time.time()
        self.carrier: CarriesOut | None = None

    async def answer(self, message: AnyMessage, connection: Connection) -> Message:
        """The reply to a request, without its id."""
        try:
            if isinstance(message, Spool):
                return await self._spool(message)
            if isinstance(message, Act):
                return await self._act(message)
            if isinstance(message, List):
                return self.queue(done=message.done)
            if isinstance(message, Watch):
                self._watchers[connection] = message.jid
                return self.queue()
            if isinstance(message, Describe):
                return await self.describe(message)
            if isinstance(message, Follow):
                return self.follow(message)
            if isinstance(message, Why):
                return await self.why(message)
            if isinstance(message, Exclude):
                return self._exclude(message)
            if isinstance(message, Prefer):
                return self._prefer(message)
            if isinstance(message, AskTasks):
                return self._tasks(message, connection)
            if isinstance(message, AskAbout):
                return self._about()
            if isinstance(message, Echo):
                return Acted()
        except (ActionError, JournalError, StateError, UnknownScheme) as error:
            return Refusal(text=str(error))
        return Refusal(text=f"a dispatcher has no answer to {type(message).__name__}")

    # -- new jobs ----------------------------------------------------------------------------------------------------

    async def _spool(self, spool: Spool) -> Spooled | Refusal:
        now = time.time()
        try:
            after = start_time(spool.after, now) if spool.after else None
        except AfterError as error:
            return Refusal(text=str(error))
        reading, packed = await _read_and_pack(spool, now, self._limits)
        if reading.failed:
            return Refusal(text="the script has errors", diagnostics=reading.diagnostics)
        if self.carrier is None:
            return Refusal(text="this dispatcher is ending: try again")
        facts = []
        for number in range(len(reading.jobs)):
            self._last_jid = JobId(self._last_jid + 1)
            facts.append(_fact(spool, self._last_jid, number, now, after, self._core.settings.step_order))
        await self._journal.add(packed, facts)
        for fact, job in zip(facts, reading.jobs, strict=True):
            self._loader.know(fact)
            self.carrier.carry_out(self._core.submit(fact, job))
        await self._journal.flush(GRANT_S if self._farm is not None and self._farm.name else 0.0)
        return Spooled(jids=tuple(fact.jid for fact in facts), diagnostics=reading.diagnostics)

    # -- what users do -----------------------------------------------------------------------------------------------

    async def _act(self, act: Act) -> Acted | Refusal:
        if self.carrier is None:
            return Refusal(text="this dispatcher is ending: try again")
        if act.action in _OVER and act.jid in self._loader.finished:
            self._bring_back(act.jid)
        self.carrier.carry_out(self._core.act(act, time.time()))
        name = f"{act.jid}" if act.tid is None else f"{act.jid}.{act.tid}"
        done = f"{name} {_DONE[act.action]}"
        try:
            await self._journal.flush()
        except JournalError as error:
            return Refusal(text=f"{done}, but that is not safe yet: {error}")
        return Acted(text=done)

    def _bring_back(self, jid: int) -> QueuedJob:
        if not self._loader.bring_back(jid):
            raise ActionError(f"there is no job {jid}")
        self._noted.add(jid)
        return self._core.jobs[jid]

    def _exclude(self, wish: Exclude) -> Acted | Refusal:
        """The user's choice in the huntgroup: kept first, then told to the core, the maitre-d, and those who watch."""
        if self.carrier is None or self._lasting is None:
            return Refusal(text="this dispatcher is ending: try again")
        where = wish.where.strip()
        changed = bool(where) and self._lasting.exclude(where, wish.excluded)
        excluded = f"excluded: {' '.join(self._lasting.excluded) or 'nothing'}"
        if not where:
            return Acted(text=excluded)
        if changed:
            self.carrier.carry_out(self._core.exclude(self._lasting.excluded, time.time()))
            self._tell_queue()
        state = "excluded" if wish.excluded else "used again"
        return Acted(text=f"{where} is {state if changed else f'{state} already'}; {excluded}")

    def _prefer(self, wish: Prefer) -> Acted | Refusal:
        """A preference of this dispatcher: kept first, then told to the core. Raises UnknownScheme, StateError."""
        if self.carrier is None or self._lasting is None:
            return Refusal(text="this dispatcher is ending: try again")
        if wish.name != "scheme":
            return Refusal(text=f'a dispatcher has no preference "{wish.name}"; there is: scheme')
        scheme = scheme_named(wish.value.strip())
        self._lasting.prefer(scheme)
        self.carrier.carry_out(self._core.use_scheme(scheme, time.time()))
        return Acted(text=f"the dispatching scheme is {scheme.value}")

    # -- looking -----------------------------------------------------------------------------------------------------

    def queue(self, *, done: bool = True) -> Queue:
        """Everything as it stands now."""
        core, now = self._core, time.time()
        jobs = [queue_view.summary(core, job, now) for job in core.jobs.values()]
        jobs += self._loader.finished.values()
        if not done:
            jobs = [job for job in jobs if job.state is not JobState.DONE]
        jobs.sort(key=lambda job: job.jid)
        failed = [found for job in core.jobs.values() if job.graph.failures for found in queue_view.failed(job)]
        return Queue(
            jobs=tuple(jobs),
            running=tuple(self._with_log(running) for running in queue_view.running(core)),
            failed=(*map(self._with_tail, failed[:_SHOWN_FAILURES]), *failed[_SHOWN_FAILURES:]),
            slots=core.machine.size,
            busy=core.machine.busy,
            farm=queue_view.farm(core, self._farm.name) if self._farm is not None else None,
        )

    async def describe(self, asked: Describe) -> Description:
        """Raises ActionError for what there is not, JournalError."""
        if asked.jid not in self._core.jobs:
            self._bring_back(asked.jid)
        job = self._core.jobs[asked.jid]
        if asked.tid is None:
            about = queue_view.describe_job(self._core, job, time.time())
        else:
            self._check_task(job, asked.tid)
            about = queue_view.describe_task(job, asked.tid)
            facts = await trio.to_thread.run_sync(self._journal.facts, JobId(asked.jid))
            about["attempts"] = queue_view.attempts_of(facts, job, asked.tid)
        about["logs"] = [str(path) for path in logs.files_of(self._state.job(asked.jid), asked.tid, newest=False)]
        return Description(about=about)

    def _about(self) -> AboutIs | Refusal:
        """What this process is."""
        if self._lasting is None:
            return Refusal(text="no dispatcher runs")
        return AboutIs(
            version=product_version(),
            python=platform.python_version(),
            host=socket.gethostname(),
            pid=os.getpid(),
            started=self._started,
            preferences={"scheme": self._lasting.scheme.value},
            environment=dict(os.environ),
        )

    def _tasks(self, asked: AskTasks, connection: Connection) -> TasksAre:
        """What a client does not know yet of a job's tasks. Raises ActionError for what there is not."""
        if asked.jid not in self._core.jobs:
            self._bring_back(asked.jid)
        graph, views = self._core.jobs[asked.jid].graph, self._views.setdefault(connection, {})
        view = views.get(asked.jid)
        if view is None or asked.anew or view.graph is not graph:
            view = views[asked.jid] = TaskView(graph)
        return view.news(self._core.attempts.values())

    async def why(self, asked: Why) -> Because:
        """Why nothing more of a job starts: the dispatcher's own reasons, then what the maitre-d says of each need.
        Raises ActionError for what there is not."""
        if asked.jid not in self._core.jobs:
            self._bring_back(asked.jid)
        job = self._core.jobs[asked.jid]
        if asked.tid is not None:
            self._check_task(job, asked.tid)
        found = why(self._core, asked.jid, asked.tid, time.time())
        requests = {request.number: request for request in job.requests.values()}
        waiting = []
        for number in found.requests:
            said = await self._farm.explain(number) if self._farm is not None else None
            if said is not None:
                request = requests[number]
                words, wanted = queue_view.need_words(request.need), max(0, request.said[0] - len(request.held))
                waiting.append(Waiting(words, wanted, said.summary, said.servers, said.standing))
        return Because(reasons=found.lines, waiting=tuple(waiting))

    def follow(self, asked: Follow) -> Logs:
        """Raises ActionError for what there is not."""
        job = self._core.jobs.get(asked.jid)
        if job is None and asked.jid not in self._loader.finished:
            raise ActionError(f"there is no job {asked.jid}")
        if job is not None and asked.tid is not None:
            self._check_task(job, asked.tid)
        files = logs.files_of(self._state.job(asked.jid), asked.tid)
        return Logs(files=tuple(str(path) for path in files), live=job is not None and not job.graph.settled)

    def _check_task(self, job: QueuedJob, tid: int) -> None:
        if not 0 < tid < job.graph.tree.size:
            raise ActionError(f"job {job.jid} has no task {tid}")

    def _with_log(self, running: RunningCmd) -> RunningCmd:
        log = logs.name(self._jobs, running.jid, running.tid, running.cid, running.attempt)
        return msgspec.structs.replace(running, log=log)

    def _with_tail(self, found: FailedTask) -> FailedTask:
        failure = self._core.jobs[found.jid].graph.failures[found.tid]
        log = logs.name(self._jobs, found.jid, found.tid, found.cid, failure.attempt)
        if log not in self._tails:
            if len(self._tails) > 10 * _SHOWN_FAILURES:
                self._tails.clear()
            self._tails[log] = logs.tail(log)
        return msgspec.structs.replace(found, log=log, tail=self._tails[log])

    # -- telling -----------------------------------------------------------------------------------------------------

    def leaves(self, connection: Connection) -> None:
        self._watchers.pop(connection, None)
        self._views.pop(connection, None)

    def news(self, announce: Announce) -> None:
        """Tell those who watch, and the journal what it should know of a job's end."""
        if announce.change is Change.JOB:
            self._to_note.add(announce.jid)
        elif announce.change is Change.GONE:
            self._gone(announce.jid)
        if self._watchers:
            packed = pack_message(self._changed(announce))
            for connection, jid in self._watchers.items():
                if jid in (0, announce.jid):
                    connection.news(packed)

    def _tell_queue(self) -> None:
        """Something else than a job has changed that all who watch are to know."""
        if self._watchers:
            packed = pack_message(self.queue())
            for connection in self._watchers:
                connection.news(packed)

    def note_ends(self) -> None:
        """After every batch: jobs that came to their end get a summary in the journal, those at work again lose it."""
        for jid in self._to_note:
            job = self._core.jobs.get(jid)
            if job is None or _is_over(job) == (jid in self._noted):
                continue
            if jid in self._noted:
                self._noted.discard(jid)
                self._journal.reopen(JobId(jid))
            else:
                self._noted.add(jid)
                line = queue_view.summary(self._core, job, time.time())
                self._journal.finish(JobId(jid), line.ended or line.spooled, pack_summary(line), self._last_attempt())
        jobs = self._core.jobs
        self._to_note = {jid for jid in self._to_note if jid in jobs and not jobs[jid].graph.settled}

    def _last_attempt(self) -> int:
        return self._core.next_attempt - 1

    def prune(self) -> list[int]:
        """Forget the finished jobs that are not worth keeping; their numbers, for who removes their logs."""
        outdated = self._loader.outdated(time.time())
        for jid in outdated:
            self._gone(jid)
        return outdated

    def _gone(self, jid: int) -> None:
        self._noted.discard(jid)
        self._loader.forget(jid)
        self._journal.forget(JobId(jid), self._last_attempt())

    def _changed(self, announce: Announce) -> Changed:
        change, jid, tid = announce.change, announce.jid, announce.tid
        job = self._core.jobs.get(jid)
        title, text, log = "", announce.text, ""
        last: tuple[str, ...] = ()
        if job is not None and tid and tid < job.graph.tree.size:
            title = job.graph.tree.node(tid).title
        if announce.attempt:
            log = logs.name(self._jobs, jid, tid, announce.cid, announce.attempt)
        if change is Change.STARTED:
            attempt = self._core.attempts.get(announce.attempt)
            text = " ".join(attempt.argv) if attempt else ""
        elif change is Change.ENDED and announce.status:
            last = logs.tail(log)
        return Changed(
            change=change.value,
            jid=jid,
            tid=tid,
            cid=announce.cid,
            attempt=announce.attempt,
            percent=announce.percent,
            status=announce.status,
            text=text,
            time=time.time(),
            task=title,
            log=log,
            tail=last,
        )


async def _read_and_pack(spool: Spool, now: float, limits: Limits) -> tuple[Reading, Packed]:
    """The script as jobs, and as the journal keeps it; of a large one, both at the same time."""
    if len(spool.text) < LARGE_BYTES:
        return await read_script(spool.text, spool.file, now, limits), pack(spool.text)
    results: list[Packed] = []

    async def pack_it() -> None:
        results.append(await trio.to_thread.run_sync(pack, spool.text))

    async with trio.open_nursery() as nursery:
        nursery.start_soon(pack_it)
        reading = await read_script(spool.text, spool.file, now, limits)
    return reading, results[0]


def _fact(spool: Spool, jid: JobId, number: int, now: float, after: float | None, steps: StepOrder) -> JobSpooled:
    return JobSpooled(
        jid=jid,
        time=now,
        file=spool.file,
        number=number,
        user=spool.user,
        host=spool.host,
        cwd=spool.cwd,
        env=spool.env,
        paused=spool.paused,
        priority=spool.priority,
        after=after,
        steps=steps,
    )


def _is_over(job: QueuedJob) -> bool:
    return job.graph.settled and job.graph.job_state() is JobState.DONE
