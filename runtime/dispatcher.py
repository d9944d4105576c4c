"""The dispatcher's core: every decision about jobs and commands, and nothing that touches the world.

    events in                                            orders out (runtime.orders)
    ---------                                            ---------------------------
    submit                  a job was read               Record    write a fact to the journal
    started exited          of an attempt                Launch    start a command
    never_started lost progress                          Sweep     end attempts, all at once
    chunk text_read         scripts that commands print  ReadText
    resume_tested           of -resumewhile              TestResume, RunHook, RunBuiltin, ShowFile
    hook_done notified      a job's end was told         Notify, Announce
    act                     what users do
    tick                    time has passed
    granted recalled        of a lease           ToMaitred  Want, Returned, Running, ...
    attached detached       the maitre-d
    use_farm exclude use_scheme

    on restart:  replay(facts)  rebuilds the queue,  adopt(log, running)  settles what ran meanwhile

The farm's part (runtime.leasing); `now` is the last argument of each:

    granted(Granted)   recalled(Recall)   attached(Attached)   detached()      from the maitre-d's connection
    use_farm(on)       whether commands with a service need leases (else the machine itself is the farm)
    exclude(where)     slots and hosts that the user wants nothing from
    held(now)          the leases that an Attach names, just before it is sent;  `epoch`: the highest that was seen
    remote_attempts()  what runs on alfservers, with its Place: `adopt` leaves it alone, its alfserver is asked
    never_started(attempt, reason, transient, now, blameless=, unreachable=)
                       transient: queued again, the slot rests; blameless: queued again, the slot is as good as before;
                       unreachable: no alfserver answered there (RemoteCmdFallbackCommand)
    lost(attempt)      also: its alfserver lost it, or lease and grace are over since it last answered

Each event returns its orders, to be carried out in that order. The rules are in their own rooms: states in
`runtime.job.graph`, what starts where in `runtime.serving`, what an exit means in `runtime.verdict`. Time is an
argument: `now`, wall-clock seconds. Reports of attempts that are over, or of no attempt at all, change nothing and are
counted in `stale`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence

from runtime.actions import ActionError
from runtime.facts import (
    AttemptId,
    Edited,
    Ended,
    Fact,
    Grown,
    HookRan,
    JobSpooled,
    NeverStarted,
    Notified,
    Outcome,
    Started,
    TagsRested,
)
from runtime.farm_events import FarmEvents
from runtime.job.model import CmdId, Job, JobId
from runtime.notices import shown
from runtime.orders import Began, Exit, Lost, Order, Sweep
from runtime.outbox import GRACE_S, Outbox
from runtime.queued import Attempt, QueuedJob
from runtime.schemes import Scheme
from runtime.verdict import Verdict

__all__ = ["ActionError", "Dispatcher"]


class Dispatcher(FarmEvents):
    """The queue of one user's jobs on the slots of a machine.

    `jobs` are all jobs in the queue by number, `attempts` what runs. `first_attempt` must be above every attempt
    number that was ever used. `home` gives other users' home directories; `root` is TR_ENV_TRACTOR_ROOT, if any;
    `presets` are the environment presets of -envkey.
    """

    # ---- jobs come -----------------------------------------------------------------------------------

    def submit(self, fact: JobSpooled, job: Job) -> list[Order]:
        """Queue a job that was read from a script. `fact.jid` must be new; its Record is the first order.

        `fact.after` counts when it is set, else the job's -after does.
        """
        out = Outbox(fact.time)
        queued = self._new_job(fact, job)
        out.record(queued, fact, barrier=True)
        self._welcome(queued, out)
        return self._finish(out)

    # ---- time, and the end ---------------------------------------------------------------------------

    def tick(self, now: float) -> list[Order]:
        """Time has passed: what waited for it may start."""
        self._farm.wake(now)
        self._server.limits.wake(now)
        self._farm.stir(self._live.values())
        return self._finish(Outbox(now))

    def shutdown(self, now: float) -> list[Order]:
        """End: what runs is swept and queued again for the next start. Nothing is launched from now on."""
        self.closing = True
        running = tuple(sorted(number for number, attempt in self._server.attempts.items() if attempt.end is None))
        for number in running:
            self._server.attempts[number].requeue = True
        return [Sweep(running, GRACE_S, "shutdown")] if running else []

    def use_scheme(self, scheme: Scheme, now: float) -> list[Order]:
        """In which order jobs get this machine's slots from now on; what runs goes on."""
        self._server.scheme = scheme
        return self._finish(Outbox(now))

    # ---- restart -------------------------------------------------------------------------------------

    def lost(self, attempt: AttemptId, now: float) -> list[Order]:
        """The launcher died under an attempt that began, or its alfserver is gone; what was left of it has been ended.
        It is queued again; a slot of the farm is given back as a problem."""
        found = self._known(attempt)
        if found is None:
            return []
        out = Outbox(now)
        found.began = True
        if found.remote_place is not None:
            self._farm.give_up(self.jobs[found.jid], found, "its alfserver lost a command", now)
        self._lost(found, out)
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

    def notified(self, jid: JobId, where: str, rested: float, trouble: str, now: float) -> list[Order]:
        """Somebody has heard that a job came to rest at `rested`; or cannot be told, and `trouble` says why."""
        job = self.jobs.get(jid)
        if job is None or where not in job.graph.to_notify or job.graph.rested_at != rested:
            self.stale += 1
            return []
        out = Outbox(now)
        out.record(job, Notified(jid, now, where, rested, trouble))
        if trouble:
            out.notice(job, f"{shown(where)} was not told of its end: {trouble}")
        return self._finish(out)

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

    def leave_out(self, jid: JobId, facts: Iterable[Fact]) -> None:
        """A job that cannot be replayed, or only in part, is not in the queue; its numbers of attempts stay used."""
        self._replayed = {number: fact for number, fact in self._replayed.items() if fact.jid != jid}
        for fact in facts:
            if isinstance(fact, Started):
                self._numbers_used(fact)
        job = self.jobs.get(jid)
        if job is not None:
            self._forget(job)

    def adopt(
        self, log: Sequence[Began | Exit | Lost], running: Collection[AttemptId], now: float, *, seen: AttemptId = 0
    ) -> list[Order]:
        """After a replay: what the launcher's log knows, in its order, and which attempts still run.

        Those go on. Ends that are in the log count as if they were reported now. What neither runs nor ended in the
        log is queued again: lost with its launcher (%r is 1), or never begun (%r unchanged). All of that comes in the
        order of the attempts: the next one of a command can be taken up only where the one before it is over.
        What runs on alfservers is left alone (`remote_attempts`).
        `seen`: the highest number that the launcher was ever told, what it refused included; it starts none of them
        again.
        """
        out = Outbox(now)
        self._server.limits.wake(now)
        for number, fact in self._replayed.items():
            self._take_up(fact, number)
        newest = self._server.next_attempt - 1
        self._replayed.clear()
        self._grown.clear()
        self._server.next_attempt = max(self._server.next_attempt, seen + 1)
        logged = {entry.attempt for entry in log}
        away = self.remote_attempts()
        for number in sorted(self._server.attempts.keys() - logged - set(running) - away.keys()):
            self._lost(self._server.attempts[number], out)
        for entry in log:
            attempt = self._server.attempts.get(entry.attempt)
            if isinstance(entry, Began):
                self._take_up_unknown(entry, newest, out)
            elif attempt is None or attempt.end is not None:
                continue
            elif isinstance(entry, Exit):
                self._exited(attempt, entry, out)
            else:
                self._lost(attempt, out)
        strangers = sorted(set(running) - self._server.attempts.keys())
        if strangers:
            out.orders.append(Sweep(tuple(strangers), GRACE_S, "unknown to the queue"))
        for number, attempt in sorted(self._server.attempts.items()):
            if number in running:
                attempt.began = True
            elif attempt.end is None and number not in away:
                self._lost(attempt, out)
        for job in self._live.values():
            out.touched[job.jid] = job
            if job.graph.hook_waits:
                self._order_hook(job, out)
            self._order_notices(job, out)
            self._sweep_dismissed(job, out)
        return self._finish(out)

    def _remember(self, job: QueuedJob, fact: Fact) -> None:
        """While replaying: which attempts are open, and what their ends have told."""
        if isinstance(fact, Started):
            self._replayed[fact.attempt] = fact
            self._grown.pop((fact.jid, fact.cid), None)
            self._numbers_used(fact)
            name = job.graph.cmd(fact.cid).options.get("id", "").strip()
            if name:
                job.named[name] = fact.hosts
        elif isinstance(fact, Grown) and fact.chunk:
            self._grown[fact.jid, fact.cid] = fact.chunk
        elif isinstance(fact, TagsRested):
            self._server.licences.replayed(fact)
        elif isinstance(fact, Edited):
            self._edited(job, fact.option, Outbox(fact.time))
        elif isinstance(fact, Ended | NeverStarted):
            started = self._replayed.pop(fact.attempt, None)
            if isinstance(fact, Ended) and started is not None:
                job.run_s += max(0.0, fact.time - started.time)

    def _numbers_used(self, fact: Started) -> None:
        self._server.next_attempt = max(self._server.next_attempt, fact.attempt + 1)
        if fact.place is not None:
            self._farm.note(fact.place)

    def _take_up(self, fact: Started, number: AttemptId) -> None:
        job = self.jobs[fact.jid]
        attempt = Attempt(number, fact.jid, job.graph.tree.tid_of(fact.cid), fact.cid, fact.time)
        attempt.argv = fact.argv
        attempt.slot_names = fact.slots
        attempt.gpus = fact.gpus
        attempt.hosts = fact.hosts
        attempt.chunks = self._grown.get((fact.jid, fact.cid), 0)
        if fact.place is not None:
            attempt.lend(fact.place)
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
            words = "lost with its launcher" if attempt.remote_place is None else "lost with its alfserver"
            self._ended(job, attempt, Verdict(Outcome.LOST, 0, words), out)
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
