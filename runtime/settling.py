"""The queue of jobs, and what is done after every event: the lowest floor of `runtime.dispatcher`.

    serve     who has ready commands gets slots (runtime.serving), jobs of higher standing first
    settle    a job where nothing can run any more comes to rest: Rested, then its hook and its postscripts
    say       what changed; who waited for it with -afterjids may start; a deleted job leaves

and again, as long as settling has changed anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial

from runtime.facts import (
    AttemptId,
    JobSpooled,
    Rested,
    Started,
)
from runtime.job.after import AfterError, start_time
from runtime.job.graph import JobGraph
from runtime.job.model import Job, Node, Scope
from runtime.job.numbering import Reader
from runtime.lanes import Lane
from runtime.machine import Machine
from runtime.messages import JobState
from runtime.notices import NotifyError, filled, shown, targets_for, why_not
from runtime.orders import Change, Notify, Order, RunHook, ToMaitred
from runtime.outbox import Outbox
from runtime.queued import Attempt, QueuedJob
from runtime.reports import notice_of, read_own_targets
from runtime.schemes import Scheme
from runtime.serving import Server
from runtime.settings import DEFAULTS, Settings


def no_home(_user: str) -> str | None:
    return None


class Settling:
    """The jobs in the queue and the server that gives them slots."""

    def __init__(
        self,
        machine: Machine,
        reader: Reader,
        settings: Settings = DEFAULTS,
        *,
        scheme: Scheme = Scheme.SPILL_OVER,
        first_attempt: AttemptId = 1,
        home: Callable[[str], str | None] = no_home,
        root: str = "",
        presets: Mapping[str, Mapping[str, str]] | None = None,
        with_farm: bool = False,
    ) -> None:
        self.machine = machine
        self.settings = settings
        self.jobs: dict[int, QueuedJob] = {}
        self.stale = 0
        self.closing = False
        self._reader = _Remembering(reader)
        self._server = Server(
            machine,
            {},
            scheme=scheme,
            first_attempt=first_attempt,
            root=root,
            home=home,
            presets=presets or {},
            jobs=self.jobs,
            settings=settings,
        )
        self._farm = self._server.farm
        self._live: dict[int, QueuedJob] = {}
        """Jobs that are not settled."""
        self._timed: dict[int, QueuedJob] = {}
        """Jobs that were to start at some time; it may have come."""
        self._replayed: dict[AttemptId, Started] = {}
        self._grown: dict[tuple[int, int], int] = {}
        """While replaying: by job and command, the last chunk of its open attempt that was spliced in."""
        self._line: list[QueuedJob] = []
        self._sorted = True
        self._use_farm(with_farm, Outbox(0.0))

    # ---- the queue -----------------------------------------------------------------------------------

    @property
    def attempts(self) -> Mapping[AttemptId, Attempt]:
        """Launches that have not been concluded, by number."""
        return self._server.attempts

    @property
    def next_attempt(self) -> AttemptId:
        return self._server.next_attempt

    def lane_in_words(self, job: QueuedJob, lane: Lane, now: float) -> str:
        """What the commands that stand in a lane wait for; empty when nothing is in their way."""
        return self._server.why_waiting(job, lane, now)

    @property
    def idle(self) -> bool:
        """Nothing runs and nothing will without its user: all jobs are settled, or paused with nothing running."""
        return not self._server.attempts and not any(
            not job.graph.paused or job.graph.deleting for job in self._live.values()
        )

    @property
    def inactive(self) -> bool:
        """Nothing runs and every job is done: what timerDoneJobDispatchExit waits for (S4)."""
        states = (job.graph.job_state() for job in self.jobs.values())
        return not self._server.attempts and all(state is JobState.DONE for state in states)

    def next_deadline(self) -> float | None:
        """When `tick` is wanted next; None while only events can change anything."""
        waiting = [job for jid, job in self._timed.items() if jid in self._live and not job.graph.paused]
        times = [job.after for job in waiting if job.after is not None]
        others = (
            self._server.look_again,
            self._farm.look_again,
            self.machine.next_wake,
            self._server.limits.next_wake,
        )
        times += [when for when in others if when is not None]
        return min(times, default=None)

    def _new_job(self, fact: JobSpooled, job: Job) -> QueuedJob:
        graph = JobGraph(job, fact.jid, self._reader, fact.steps)
        on = self._farm.on
        reserve = self.settings.reserve_default
        queued = QueuedJob(graph, fact, by_program=on or self._by_program, by_farm=on, reserve=reserve)
        self.jobs[fact.jid] = queued
        self._live[fact.jid] = queued
        self._sorted = False
        return queued

    def _welcome(self, job: QueuedJob, out: Outbox) -> None:
        """Settle when a job may start, with notices about what cannot be as asked."""
        options = job.graph.options
        text = options.get("after", "").strip()
        if job.after is None and text:
            try:
                job.after = start_time(text, job.spooled.time)
            except AfterError as error:
                out.notice(job, str(error))
        if job.after is not None:
            self._timed[job.jid] = job
        self._look_at_notify(job, out)
        job.afterjids = tuple(
            int(word) for word in options.get("afterjids", "").replace(",", " ").split() if word.isdecimal()
        )
        for jid in job.afterjids:
            if jid not in self.jobs:
                out.notice(job, f"-afterjids {jid}: there is no such job; it counts as done")
        self._sorted = False

    def _look_at_notify(self, job: QueuedJob, out: Outbox) -> None:
        """What of a job's -notify will come to nothing is told when it comes."""
        settings = self.settings
        try:
            for target in read_own_targets(job.graph.options) or ():
                where = filled(target.where, job.spooled.user)
                wrong = why_not(where, settings.notify_hosts, settings.notify_addresses)
                if wrong:
                    out.notice(job, f"-notify {shown(where)}: nobody will be told: {wrong}")
        except NotifyError as error:
            out.notice(job, f"-notify: nobody will be told: {error}")

    def _edited(self, job: QueuedJob, option: str, out: Outbox) -> None:
        """An option of the job has a new value, now or in the journal that is replayed."""
        job.edited()
        if option == "after":
            job.after = None
        self._welcome(job, out)

    # ---- after every event ---------------------------------------------------------------------------

    def _finish(self, out: Outbox) -> list[Order]:
        """Serve who can be served, let jobs come to rest, and say what changed."""
        may_run = partial(self._may_run, out.now)
        for job in list(self._timed.values()):
            may_run(job)  # its time may have come
        out.stirs = True
        while True:
            if not self.closing and (out.stirs or out.touched):
                out.stirs = False
                self._stir(out)
                self._farm.serve(may_run, self._server.look_ahead, out)
                self._server.serve(self._servable(out.now), out)
            if not out.touched:
                break
            self._stir(out)
            touched, out.touched = out.touched, {}
            for job in touched.values():
                self._settle(job, out)
        self._farm.say(may_run, out)
        return out.orders

    def _stir(self, out: Outbox) -> None:
        """Who is to be looked at by the farm: with limits of our own, what ends in one job lets others run. A job that
        had settled and is restarted lives only when this event is over."""
        if out.touched:
            shared = self._server.limited or self._server.limits.trials
            self._farm.stir((self._live | out.touched if shared else out.touched).values())

    def _may_run(self, now: float, job: QueuedJob) -> bool:
        """Whether a job may run now."""
        if self.closing or self.jobs.get(job.jid) is not job:
            return False
        return job.graph.deleting or not (job.graph.paused or self._is_waiting(job, now))

    def _use_farm(self, on: bool, out: Outbox) -> None:
        """With a farm the limits of the site are the maitre-d's."""
        maxima = {} if on else dict(self.settings.limits_global)
        for tag, most in self.settings.limits_local.items():
            maxima[tag] = min(most, maxima.get(tag, most))
        self._server.limits.set_maxima(maxima)
        self._server.limited = bool(maxima)
        self._farm.use(on)
        for job in self.jobs.values():
            job.by_farm = on
            job.by_program = on or self._by_program
            self._stand_anew(job, out)

    @property
    def _by_program(self) -> bool:
        """Whether it matters on the machine's own slots which program a command starts."""
        return self._server.limited or self._server.licences.in_use

    def _stand_anew(self, job: QueuedJob, out: Outbox) -> None:
        """What its commands need has changed: those that stand in line do so anew."""
        for tid, cid in job.relane():
            if job.is_current(tid, cid):
                self._server.enqueue(job, tid, cid, out)

    def _servable(self, now: float) -> Iterator[QueuedJob]:
        """The jobs that may run now, those with the highest standing first."""
        if not self._sorted:
            self._line = sorted(self._live.values(), key=lambda job: job.standing)
            self._sorted = True
        for job in list(self._line) if len(self._line) > 1 else self._line:
            if self._may_run(now, job):
                yield job

    def _is_waiting(self, job: QueuedJob, now: float) -> bool:
        """Whether -after or -afterjids hold a job back."""
        if job.after is None and not job.afterjids:
            return False
        return self._waits_for(job, "after", now) or self._waits_for(job, "afterjids", now)

    def _waits_for(self, job: QueuedJob, option: str, now: float) -> bool:
        if option == "afterjids":
            others = [self.jobs[jid] for jid in job.afterjids if jid in self.jobs]
            return any(other.graph.job_state() is not JobState.DONE for other in others)
        if job.after is None or now < job.after:
            return job.after is not None
        job.after = None
        self._timed.pop(job.jid, None)
        self._farm.stir([job])
        return False

    def _settle(self, job: QueuedJob, out: Outbox) -> None:
        graph = job.graph
        if graph.rested is None and not graph.deleting and (graph.complete or graph.stuck):
            self._rest(job, out)
        state = graph.job_state(self._is_waiting(job, out.now))
        if state is not job.shown:
            job.shown = state
            out.announce(Change.JOB, job, text=state.value)
            self._release_followers(job, out)
        if graph.gone:
            out.announce(Change.GONE, job)
            self._forget(job)
            self._release_followers(job, out)
        elif graph.settled == (job.jid in self._live):
            if graph.settled:
                del self._live[job.jid]
            else:
                self._live[job.jid] = job
                out.stirs = True
            self._sorted = False

    def _release_followers(self, job: QueuedJob, out: Outbox) -> None:
        """Jobs that wait for this one with -afterjids may be free to start."""
        for other in self._live.values():
            if job.jid in other.afterjids and other is not job:
                out.touched[other.jid] = other

    def _rest(self, job: QueuedJob, out: Outbox) -> None:
        failed = not job.graph.complete
        if failed and not job.graph.failures:
            out.notice(job, f"waits for Instances that never came: {', '.join(job.graph.unmet)}")
        wheres = self._who_hears(job, failed)
        out.record(job, Rested(job.jid, out.now, failed, wheres), barrier=bool(job.graph.job.postscript or wheres))
        self._order_notices(job, out)
        end = self._farm.ended(job, job.graph.job_state().value)
        if end is not None:
            out.orders.append(ToMaitred(end))
        if job.graph.hook_waits:
            self._order_hook(job, out)

    def _who_hears(self, job: QueuedJob, failed: bool) -> tuple[str, ...]:
        """Who is to be told of this end."""
        settings = self.settings
        try:
            own = read_own_targets(job.graph.options)
        except NotifyError:
            return ()  # it was told when the job came
        found = targets_for(settings.notify if own is None else own, failed, job.spooled.user)
        if own is None:
            return found
        return tuple(one for one in found if not why_not(one, settings.notify_hosts, settings.notify_addresses))

    def _order_notices(self, job: QueuedJob, out: Outbox) -> None:
        """Those are to be told who have not been yet."""
        rested = job.graph.rested
        if rested is not None and job.graph.to_notify:
            notice = notice_of(job, rested)
            out.orders += [Notify(job.jid, where, rested.time, notice) for where in job.graph.to_notify]

    def _order_hook(self, job: QueuedJob, out: Outbox) -> None:
        graph = job.graph
        assert graph.rested is not None
        failed = graph.failed_tasks()
        task_title = graph.tree.node(failed[0]).title if failed else graph.job.title
        lines = [f"{job.jid} {job.title}: {'error' if graph.rested.failed else 'done'}"]
        lines += [f"{job.jid}.{tid} {graph.tree.node(tid).title}: {graph.failures[tid].reason}" for tid in failed]
        out.orders.append(
            RunHook(
                job.jid,
                graph.options["whenerror" if graph.rested.failed else "whendone"],
                graph.job.title,
                task_title,
                job.spooled.user,
                "\n".join(lines) + "\n",
                job.spooled.cwd,
                dict(job.env),
            )
        )

    def _forget(self, job: QueuedJob) -> None:
        self.jobs.pop(job.jid, None)
        self._live.pop(job.jid, None)
        self._timed.pop(job.jid, None)
        self._sorted = False
        self._server.return_all(job)
        self._farm.forget(job)


class _Remembering:
    """A reader that remembers the last script that it read: it is read once to judge it and then as its fact."""

    def __init__(self, reader: Reader) -> None:
        self.expand_step = reader.expand_step
        self._read_growth = reader.read_growth
        self._last: tuple[str, Scope | None, float] | None = None
        self._nodes: tuple[Node, ...] = ()

    def read_growth(self, text: str, scope: Scope | None, now: float) -> tuple[Node, ...]:
        if self._last != (text, scope, now):
            self._nodes = self._read_growth(text, scope, now)
            self._last = (text, scope, now)
        return self._nodes
