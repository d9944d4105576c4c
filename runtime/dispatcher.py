"""The dispatcher's core: every decision about jobs and commands, and nothing that touches the world.

    events in                                            orders out (runtime.orders)
    ---------                                            ---------------------------
    submit                  a job was read               Record    write a fact to the journal
    started exited          of an attempt                Launch    start a command
    never_started lost progress                          Sweep     end attempts, all at once
    chunk text_read         scripts that commands print  ReadText
    resume_tested           of -resumewhile              TestResume, RunHook, RunBuiltin, ShowFile
    hook_done               -whendone, -whenerror ran    Announce  tell clients
    act                     what users do
    tick                    time has passed

    on restart:  replay(facts)  rebuilds the queue,  adopt(log, running)  settles what ran meanwhile

Each event returns its orders, to be carried out in that order. The rules are in their own rooms: states in
`runtime.job.graph`, what starts where in `runtime.serving`, what an exit means in `runtime.verdict`. Time is an
argument: `now`, wall-clock seconds. Reports of attempts that are over, or of no attempt at all, change nothing and are
counted in `stale`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping

from runtime.facts import (
    AttemptId,
    Deleted,
    Edited,
    Ended,
    Fact,
    Grown,
    HookRan,
    JobSpooled,
    NeverStarted,
    Outcome,
    Paused,
    Prioritised,
    Restarted,
    Rested,
    Retried,
    Skipped,
    Started,
)
from runtime.job.after import AfterError, start_time
from runtime.job.graph import JobGraph
from runtime.job.model import Cmd, CmdId, Job, JobId, Node, Scope, TaskId
from runtime.job.numbering import Reader, Unreadable
from runtime.job.states import State
from runtime.job.substitute import Binding, substitute_words
from runtime.job.words import split_words
from runtime.machine import Machine
from runtime.messages import Act, Action, JobState
from runtime.orders import Began, Change, Exit, Order, ReadText, RunHook, ShowFile, Sweep, TestResume
from runtime.outbox import GRACE_S, Outbox
from runtime.queued import Attempt, QueuedJob
from runtime.schemes import Scheme
from runtime.serving import Server, wants_same_host
from runtime.settings import DEFAULTS, Settings
from runtime.verdict import Verdict, judge

EDITABLE = (
    *("title", "comment", "service", "tags", "atleast", "atmost", "samehost", "envkey", "dirmaps", "pbias"),
    *("maxactive", "whendone", "whenerror", "projects", "metadata", "after", "afterjids"),
)
"""Options of a queued job that its user may change."""


class ActionError(Exception):
    """What a user asked for cannot be done; nothing was changed. The words are for the user."""


def no_home(_user: str) -> str | None:
    return None


class Dispatcher:
    """The queue of one user's jobs on the slots of a machine.

    `jobs` are all jobs in the queue by number, `attempts` what runs. `first_attempt` must be above every attempt
    number that was ever used. `home` gives other users' home directories; `root` is TR_ENV_TRACTOR_ROOT, if any;
    `presets` are the environment presets of -envkey.
    """

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
    ) -> None:
        maxima = dict(settings.limits_global)
        for tag, most in settings.limits_local.items():
            maxima[tag] = min(most, maxima.get(tag, most))
        self.machine = machine
        self.settings = settings
        self.jobs: dict[int, QueuedJob] = {}
        self.stale = 0
        self.closing = False
        self._reader = _Remembering(reader)
        self._server = Server(
            machine,
            maxima,
            scheme=scheme,
            first_attempt=first_attempt,
            root=root,
            home=home,
            presets=presets or {},
        )
        self._live: dict[int, QueuedJob] = {}
        """Jobs that are not settled."""
        self._replayed: dict[AttemptId, Started] = {}
        self._line: list[QueuedJob] = []
        self._sorted = True

    @property
    def attempts(self) -> Mapping[AttemptId, Attempt]:
        """Launches that have not been concluded, by number."""
        return self._server.attempts

    @property
    def next_attempt(self) -> AttemptId:
        return self._server.next_attempt

    def lanes_in_words(self, job: QueuedJob) -> list[str]:
        """What the ready commands of a job wait for, in words."""
        return self._server.why_waiting(job)

    @property
    def idle(self) -> bool:
        """Nothing runs and nothing will without its user: all jobs are settled, or paused with nothing running."""
        return not self._server.attempts and not any(
            not job.graph.paused or job.graph.deleting for job in self._live.values()
        )

    # ---- jobs come ----------------------------------------------------------------------------------

    def submit(self, fact: JobSpooled, job: Job) -> list[Order]:
        """Queue a job that was read from a script. `fact.jid` must be new; its Record is the first order.

        `fact.after` counts when it is set, else the job's -after does.
        """
        out = Outbox(fact.time)
        queued = self._new_job(fact, job)
        out.record(queued, fact, barrier=True)
        self._welcome(queued, out)
        return self._finish(out)

    def _new_job(self, fact: JobSpooled, job: Job) -> QueuedJob:
        graph = JobGraph(job, fact.jid, self._reader)
        queued = QueuedJob(graph, fact, by_program=self._server.limited)
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
        job.afterjids = tuple(
            int(word) for word in options.get("afterjids", "").replace(",", " ").split() if word.isdecimal()
        )
        for jid in job.afterjids:
            if jid not in self.jobs:
                out.notice(job, f"-afterjids {jid}: there is no such job; it counts as done")
        self._sorted = False

    # ---- attempts -----------------------------------------------------------------------------------

    def started(self, attempt: AttemptId, now: float) -> list[Order]:
        """An attempt has begun: from now on its process exists."""
        found = self._server.attempts.get(attempt)
        if found is None:
            self.stale += 1
        else:
            found.began = True
        return []

    def exited(self, end: Exit, now: float) -> list[Order]:
        """An attempt has ended; a built-in's end is reported the same way."""
        attempt = self._known(end.attempt)
        if attempt is None:
            return []
        out = Outbox(now)
        self._exited(attempt, end, out)
        return self._finish(out)

    def never_started(self, attempt: AttemptId, reason: str, transient: bool, now: float) -> list[Order]:
        """A launch could not even begin. `transient`: it is queued again and its slots rest; else it is an error."""
        found = self._known(attempt)
        if found is None:
            return []
        out = Outbox(now)
        job = self.jobs[found.jid]
        requeue = transient or found.requeue
        slots = found.slots
        self._conclude(job, found)
        if transient and slots and found.owner is None:
            self.machine.take(slots)
            self.machine.rest(slots, now + self.settings.problem_slot_rest_s)
        out.record(job, NeverStarted(job.jid, now, CmdId(found.cid), attempt, reason, requeue))
        out.announce(Change.ENDED, job, found.tid, found.cid, attempt, status=-1, text=reason)
        return self._finish(out)

    def lost(self, attempt: AttemptId, now: float) -> list[Order]:
        """The launcher died under an attempt that began; what was left of it has been ended. It is queued again."""
        found = self._known(attempt)
        if found is None:
            return []
        out = Outbox(now)
        found.began = True
        self._lost(found, out)
        return self._finish(out)

    def progress(self, attempt: AttemptId, percent: int, now: float) -> list[Order]:
        """A command said how far it is, in percent."""
        found = self._server.attempts.get(attempt)
        if found is None:
            self.stale += 1
            return []
        found.percent = max(0, min(100, percent))
        out = Outbox(now)
        out.announce(Change.PROGRESS, self.jobs[found.jid], found.tid, found.cid, attempt, percent=found.percent)
        return out.orders

    def _known(self, attempt: AttemptId) -> Attempt | None:
        found = self._server.attempts.get(attempt)
        if found is None or found.end is not None:
            self.stale += 1
            return None
        return found

    def _exited(self, attempt: Attempt, end: Exit, out: Outbox) -> None:
        job = self.jobs[attempt.jid]
        attempt.end = end
        job.run_s += end.run_s
        self._server.give_back(job, attempt)
        if not attempt.reading:
            self._judge(job, attempt, end, out)

    def _judge(self, job: QueuedJob, attempt: Attempt, end: Exit, out: Outbox) -> None:
        graph = job.graph
        cmd = graph.cmd(attempt.cid)
        verdict = judge(
            end,
            cmd.options,
            retries=graph.retries(attempt.cid),
            retry_max=self.settings.retry_max,
            requeue=attempt.requeue,
            killed=attempt.killed,
        )
        if verdict.outcome is Outcome.DONE and not graph.is_dismissed(attempt.cid):
            if attempt.bad_growth:
                verdict = Verdict(Outcome.ERROR, end.status, attempt.bad_growth)
            elif cmd.options and self._asks_more(job, attempt, cmd, end, out):
                return
        self._ended(job, attempt, verdict, out)

    def _asks_more(self, job: QueuedJob, attempt: Attempt, cmd: Cmd, end: Exit, out: Outbox) -> bool:
        """Whether something is to be read or tested before an attempt that ended well is over."""
        expand = cmd.options.get("expand", "0").strip()
        if expand in ("", "0"):
            return self._test_resume(job, attempt, cmd, out)
        attempt.reading += 1
        path = end.stdout_path if expand == "1" else expand
        out.orders.append(ReadText(attempt.number, path, job.spooled.cwd))
        return True

    def _test_resume(self, job: QueuedJob, attempt: Attempt, cmd: Cmd, out: Outbox) -> bool:
        test = cmd.options.get("resumewhile", "").strip()
        if not test:
            return False
        attempt.testing = True
        argv = substitute_words(_words_of(test), self._server.binding(job, attempt, cmd))
        tid, cid = TaskId(attempt.tid), CmdId(attempt.cid)
        env = dict(job.env, TR_ENV_TID=str(tid), TR_ENV_CID=str(cid))
        out.orders.append(TestResume(attempt.number, job.jid, cid, argv, job.spooled.cwd, env))
        return True

    def _ended(self, job: QueuedJob, attempt: Attempt, verdict: Verdict, out: Outbox) -> None:
        cid = CmdId(attempt.cid)
        self._conclude(job, attempt)
        if verdict.outcome is Outcome.LOOP:
            if wants_same_host(job.graph.cmd(cid).options) and attempt.hosts:
                job.pins[cid] = attempt.hosts[0]
        fact = Ended(job.jid, out.now, cid, attempt.number, verdict.status, verdict.outcome, verdict.reason)
        out.record(job, fact)
        out.announce(Change.ENDED, job, attempt.tid, cid, attempt.number, status=verdict.status, text=verdict.reason)

    def _conclude(self, job: QueuedJob, attempt: Attempt) -> None:
        if attempt.slots:
            self._server.give_back(job, attempt)
        del self._server.attempts[attempt.number]
        job.brought = 0

    # ---- scripts that commands print ----------------------------------------------------------------

    def chunk(self, attempt: AttemptId, path: str, now: float) -> list[Order]:
        """A command printed TR_EXPAND_CHUNK: the script in that file becomes part of its task while it runs."""
        found = self._known(attempt)
        if found is None:
            return []
        found.chunks += 1
        found.reading += 1
        return [ReadText(attempt, path, self.jobs[found.jid].spooled.cwd, found.chunks)]

    def text_read(self, attempt: AttemptId, chunk: int, text: str | None, reason: str, now: float) -> list[Order]:
        """The answer to ReadText: the text, or None and why it could not be read."""
        found = self._server.attempts.get(attempt)
        if found is None:
            self.stale += 1
            return []
        out = Outbox(now)
        job = self.jobs[found.jid]
        found.reading -= 1
        wrong = self._grow(job, found, chunk, text, reason, out)
        end = found.end
        if chunk:
            found.bad_growth = found.bad_growth or wrong
            if end is not None and not found.reading:
                self._judge(job, found, end, out)
        elif wrong:
            self._ended(job, found, Verdict(Outcome.ERROR, 0, wrong), out)
        elif not self._test_resume(job, found, job.graph.cmd(found.cid), out):
            self._ended(job, found, Verdict(Outcome.DONE, 0), out)
        return self._finish(out)

    def _grow(self, job: QueuedJob, attempt: Attempt, chunk: int, text: str | None, reason: str, out: Outbox) -> str:
        """Splice a script in. Returns what is wrong with it, in words."""
        if text is None:
            return reason
        if job.graph.is_dismissed(attempt.cid):
            return ""
        try:
            self._reader.read_growth(text, job.graph.cmd(attempt.cid).scope, out.now)
        except Unreadable as found:
            return str(found)
        tid, cid = TaskId(attempt.tid), CmdId(attempt.cid)
        out.record(job, Grown(job.jid, out.now, tid, cid, text, chunk), barrier=True)
        out.announce(Change.TASK, job, tid)
        return ""

    def resume_tested(self, attempt: AttemptId, status: int, now: float) -> list[Order]:
        """The answer to TestResume: with 0 the test holds, and the command runs again."""
        found = self._server.attempts.get(attempt)
        if found is None or not found.testing:
            self.stale += 1
            return []
        out = Outbox(now)
        outcome = Outcome.LOOP if status == 0 else Outcome.DONE
        self._ended(self.jobs[found.jid], found, Verdict(outcome, 0), out)
        return self._finish(out)

    def hook_done(self, jid: JobId, now: float) -> list[Order]:
        """A -whendone or -whenerror program has ended, however it did."""
        job = self.jobs.get(jid)
        if job is None or not job.graph.hook_waits:
            self.stale += 1
            return []
        out = Outbox(now)
        out.record(job, HookRan(jid, now))
        return self._finish(out)

    # ---- users --------------------------------------------------------------------------------------

    def act(self, wish: Act, now: float) -> list[Order]:
        """What a user does to a job or a task. Raises ActionError, with nothing changed."""
        job = self._job(wish.jid)
        if wish.tid is not None:
            self._check_task(job, wish.tid)
        out = Outbox(now)
        _ACTIONS[wish.action](self, job, wish, out)
        return self._finish(out)

    def _job(self, jid: int) -> QueuedJob:
        job = self.jobs.get(jid)
        if job is None:
            raise ActionError(f"there is no job {jid}")
        return job

    def _check_task(self, job: QueuedJob, tid: int) -> None:
        if not 0 < tid < job.graph.tree.size or job.graph.state(tid) is State.WITHDRAWN:
            raise ActionError(f"job {job.jid} has no task {tid}")

    def _whole_job(self, wish: Act) -> None:
        if wish.tid is not None:
            raise ActionError(f"a task alone cannot be {wish.action.value}d")

    def _pause(self, job: QueuedJob, wish: Act, out: Outbox) -> None:
        self._whole_job(wish)
        out.record(job, Paused(job.jid, out.now, wish.action is Action.PAUSE), barrier=True)

    def _retry(self, job: QueuedJob, wish: Act, out: Outbox) -> None:
        self._not_deleting(job)
        graph = job.graph
        if not any(wish.tid is None or tid in set(graph.tree.subtree(wish.tid)) for tid in graph.failures):
            raise ActionError("nothing has failed there")
        out.record(job, Retried(job.jid, out.now, _task_id(wish.tid)), barrier=True)

    def _skip(self, job: QueuedJob, wish: Act, out: Outbox) -> None:
        self._not_deleting(job)
        if wish.tid is None:
            if wish.action is Action.SKIP:
                raise ActionError("say which task to skip, as JID.TID")
            if not job.graph.failures:
                raise ActionError("nothing has failed there")
        out.record(job, Skipped(job.jid, out.now, _task_id(wish.tid)), barrier=True)

    def _restart(self, job: QueuedJob, wish: Act, out: Outbox) -> None:
        self._not_deleting(job)
        out.record(job, Restarted(job.jid, out.now, _task_id(wish.tid)), barrier=True)

    def _kill(self, job: QueuedJob, wish: Act, out: Outbox) -> None:
        attempts = job.graph.attempts_below(wish.tid or 0)
        running = tuple(number for number in attempts if self._server.attempts[number].end is None)
        if not running:
            raise ActionError("nothing runs there")
        for number in running:
            self._server.attempts[number].killed = True
        out.orders.append(Sweep(running, GRACE_S, "killed"))

    def _delete(self, job: QueuedJob, wish: Act, out: Outbox) -> None:
        self._whole_job(wish)
        if not job.graph.deleting:
            out.record(job, Deleted(job.jid, out.now), barrier=True)

    def _prioritise(self, job: QueuedJob, wish: Act, out: Outbox) -> None:
        self._whole_job(wish)
        try:
            priority = float(wish.value)
        except ValueError:
            raise ActionError(f'a priority is a number, not "{wish.value}"') from None
        out.record(job, Prioritised(job.jid, out.now, priority), barrier=True)
        self._sorted = False

    def _edit(self, job: QueuedJob, wish: Act, out: Outbox) -> None:
        self._whole_job(wish)
        option, equals, value = wish.value.partition("=")
        option = option.strip().removeprefix("-")
        if not equals or option not in EDITABLE:
            raise ActionError(f"OPTION=VALUE is wanted, with one of: {', '.join(EDITABLE)}")
        out.record(job, Edited(job.jid, out.now, option, value), barrier=True)
        job.after = None if option == "after" else job.after
        self._welcome(job, out)
        for tid, cid in job.relane():
            if job.graph.startable(tid, cid):
                self._server.enqueue(job, tid, cid, out)

    def _show(self, job: QueuedJob, wish: Act, out: Outbox) -> None:
        if wish.tid is None:
            raise ActionError("say which task, as JID.TID")
        text = job.graph.tree.node(wish.tid).options.get(wish.action.value, "").strip()
        if not text:
            raise ActionError(f"task {job.jid}.{wish.tid} has no {wish.action.value}")
        binding = Binding(jid=job.jid, tid=wish.tid, named=job.named, home=self._server.home_for(job))
        argv = substitute_words(_words_of(text), binding)
        out.orders.append(ShowFile(job.jid, TaskId(wish.tid), argv, job.spooled.cwd, dict(job.env)))

    def _not_deleting(self, job: QueuedJob) -> None:
        if job.graph.deleting:
            raise ActionError(f"job {job.jid} is being deleted")

    # ---- time, and the end --------------------------------------------------------------------------

    def tick(self, now: float) -> list[Order]:
        """Time has passed: what waited for it may start."""
        return self._finish(Outbox(now))

    def next_deadline(self) -> float | None:
        """When `tick` is wanted next; None while only events can change anything."""
        times = [job.after for job in self._live.values() if job.after is not None and not job.graph.paused]
        times += [when for when in (self._server.look_again, self.machine.next_wake) if when is not None]
        return min(times, default=None)

    def shutdown(self, now: float) -> list[Order]:
        """End: what runs is swept and queued again for the next start. Nothing is launched from now on."""
        self.closing = True
        running = tuple(sorted(number for number, attempt in self._server.attempts.items() if attempt.end is None))
        for number in running:
            self._server.attempts[number].requeue = True
        return [Sweep(running, GRACE_S, "shutdown")] if running else []

    # ---- restart ------------------------------------------------------------------------------------

    def replay(self, facts: Iterable[Fact], read: Callable[[JobSpooled], Job]) -> None:
        """Rebuild the queue from a journal's facts; `read` gives the job of a JobSpooled. Nothing is launched."""
        for fact in facts:
            if isinstance(fact, JobSpooled):
                job = self._new_job(fact, read(fact))
                job.graph.apply(fact)
                self._welcome(job, Outbox(fact.time))
                continue
            found = self.jobs.get(fact.jid)
            if found is None:
                self.stale += 1
                continue
            found.graph.apply(fact)
            found.graph.surplus.clear()
            self._remember(found, fact)
            if found.graph.gone:
                self._forget(found)

    def adopt(self, log: Iterable[Began | Exit], running: Collection[AttemptId], now: float) -> list[Order]:
        """After a replay: what the launcher's log knows, in its order, and which attempts still run.

        Those go on. Ends that are in the log count as if they were reported now. What neither runs nor ended in the
        log is queued again: lost with its launcher (%r is 1), or never begun (%r unchanged).
        """
        out = Outbox(now)
        for number, fact in self._replayed.items():
            self._take_up(fact, number)
        newest = self._server.next_attempt - 1
        self._replayed.clear()
        for entry in log:
            if isinstance(entry, Exit):
                attempt = self._server.attempts.get(entry.attempt)
                if attempt is not None and attempt.end is None:
                    self._exited(attempt, entry, out)
            else:
                self._take_up_unknown(entry, newest, out)
        strangers = sorted(set(running) - self._server.attempts.keys())
        if strangers:
            out.orders.append(Sweep(tuple(strangers), GRACE_S, "unknown to the queue"))
        for number, attempt in sorted(self._server.attempts.items()):
            if number in running:
                attempt.began = True
            elif attempt.end is None:
                self._lost(attempt, out)
        for job in self._live.values():
            out.touched[job.jid] = job
            if job.graph.hook_waits:
                self._order_hook(job, out)
            self._sweep_dismissed(job, out)
        return self._finish(out)

    def _remember(self, job: QueuedJob, fact: Fact) -> None:
        """While replaying: which attempts are open, and what their ends have told."""
        if isinstance(fact, Started):
            self._replayed[fact.attempt] = fact
            self._server.next_attempt = max(self._server.next_attempt, fact.attempt + 1)
            name = job.graph.cmd(fact.cid).options.get("id", "").strip()
            if name:
                job.named[name] = fact.hosts
        elif isinstance(fact, Ended | NeverStarted):
            started = self._replayed.pop(fact.attempt, None)
            if isinstance(fact, Ended) and started is not None:
                job.run_s += max(0.0, fact.time - started.time)

    def _take_up(self, fact: Started, number: AttemptId) -> None:
        job = self.jobs[fact.jid]
        attempt = Attempt(number, fact.jid, job.graph.tree.tid_of(fact.cid), fact.cid, fact.time)
        attempt.argv = fact.argv
        attempt.slot_names = fact.slots
        attempt.hosts = fact.hosts
        self._server.take_up(job, attempt)

    def _take_up_unknown(self, began: Began, newest: AttemptId, out: Outbox) -> None:
        """The launcher began an attempt whose Started did not reach the journal."""
        known = self._server.attempts.get(began.attempt)
        if known is not None:
            known.began = True
            return
        job = self.jobs.get(began.jid)
        self._server.next_attempt = max(self._server.next_attempt, began.attempt + 1)
        if began.attempt <= newest or job is None or not 0 < began.cid < job.graph.tree.next_cid:
            return
        tid = job.graph.tree.tid_of(began.cid)
        if not job.graph.startable(tid, began.cid) and began.cid not in job.graph.postscripts:
            return
        fact = Started(job.jid, began.time, began.cid, began.attempt, (), (), ())
        out.record(job, fact)
        self._take_up(fact, began.attempt)
        self._server.attempts[began.attempt].began = True

    def _lost(self, attempt: Attempt, out: Outbox) -> None:
        job = self.jobs[attempt.jid]
        if attempt.began:
            self._ended(job, attempt, Verdict(Outcome.LOST, 0, "lost with its launcher"), out)
        else:
            self._conclude(job, attempt)
            fact = NeverStarted(job.jid, out.now, CmdId(attempt.cid), attempt.number, "never begun", requeue=True)
            out.record(job, fact)

    def _sweep_dismissed(self, job: QueuedJob, out: Outbox) -> None:
        useless = [
            number
            for cid, number in job.graph.active.items()
            if job.graph.is_dismissed(cid) and self._server.attempts[number].end is None
        ]
        if useless:
            out.orders.append(Sweep(tuple(sorted(useless)), GRACE_S))

    # ---- after every event --------------------------------------------------------------------------

    def _finish(self, out: Outbox) -> list[Order]:
        """Serve who can be served, let jobs come to rest, and say what changed."""
        while True:
            if not self.closing:
                self._server.serve(self._servable(out.now), out)
            if not out.touched:
                return out.orders
            touched, out.touched = out.touched, {}
            for job in touched.values():
                self._settle(job, out)

    def _servable(self, now: float) -> Iterator[QueuedJob]:
        """The jobs that may run now, those with the highest standing first."""
        if not self._sorted:
            self._line = sorted(self._live.values(), key=lambda job: job.standing)
            self._sorted = True
        for job in list(self._line) if len(self._line) > 1 else self._line:
            graph = job.graph
            if graph.deleting or not (graph.paused or self._is_waiting(job, now)):
                yield job

    def _is_waiting(self, job: QueuedJob, now: float) -> bool:
        """Whether -after or -afterjids hold a job back."""
        if job.after is not None:
            if now < job.after:
                return True
            job.after = None
        return bool(job.afterjids) and any(
            jid in self.jobs and self.jobs[jid].graph.job_state() is not JobState.DONE for jid in job.afterjids
        )

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
        out.record(job, Rested(job.jid, out.now, failed))
        if job.graph.hook_waits:
            self._order_hook(job, out)

    def _order_hook(self, job: QueuedJob, out: Outbox) -> None:
        graph = job.graph
        assert graph.rested is not None
        failed = graph.failed_tasks()
        task_title = graph.tree.node(failed[0]).title if failed else graph.job.title
        lines = [
            f"{job.jid} {graph.options.get('title', graph.job.title)}: {'error' if graph.rested.failed else 'done'}"
        ]
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
        self._sorted = False
        self._server.return_all(job)


def _task_id(tid: int | None) -> TaskId | None:
    return None if tid is None else TaskId(tid)


def _words_of(text: str) -> tuple[str, ...]:
    """The words of a command that is given as text or as a list of its words ({{sho} {a.tif}})."""
    words = split_words(text)
    return split_words(words[0]) if len(words) == 1 and words[0] != text else words


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


_ACTIONS: dict[Action, Callable[[Dispatcher, QueuedJob, Act, Outbox], None]] = {
    Action.PAUSE: Dispatcher._pause,
    Action.RESUME: Dispatcher._pause,
    Action.RETRY: Dispatcher._retry,
    Action.SKIP: Dispatcher._skip,
    Action.SKIP_ERRORS: Dispatcher._skip,
    Action.RESTART: Dispatcher._restart,
    Action.KILL: Dispatcher._kill,
    Action.DELETE: Dispatcher._delete,
    Action.PRIORITY: Dispatcher._prioritise,
    Action.CHASER: Dispatcher._show,
    Action.PREVIEW: Dispatcher._show,
    Action.EDIT: Dispatcher._edit,
}
