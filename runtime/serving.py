"""Serving jobs: which ready commands start now, on which slots, and the words that start them.

    for each job, in the scheme's order
        its ready commands, depth first    graph.take, in lanes of equal needs (runtime.queued)
            -if 0                          skipped, counts as done
            what it needs                  cannot be read or can never be met: an error
            limits, -maxactive, slots      full: the lane waits, and nobody looks at it again in this event
            else                           Started is recorded, Launch or RunBuiltin ordered

One pass serves one event. A command that wants several slots and has waited for them too long holds back those behind
it, so that it is not passed for ever.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

import msgspec

from runtime.checkouts import Lease, Owner
from runtime.facts import AttemptId, NeverStarted, Skipped, StepsExpanded
from runtime.job.conditions import ConditionError, holds
from runtime.job.model import CmdId, Options, TaskId
from runtime.job.substitute import argv
from runtime.lanes import Lane
from runtime.launching import Launching
from runtime.leasing import Leasing
from runtime.machine import Machine
from runtime.match.keys import KeyExpressionError
from runtime.match.limits import Limits
from runtime.needs import Need, NeedError, is_on
from runtime.orders import Change
from runtime.outbox import Outbox
from runtime.queued import Attempt, QueuedJob
from runtime.schemes import Scheme, in_order, launches_at_once
from runtime.settings import Settings
from runtime.shortages import Licences

PASSED_FOR_S = 60.0
"""How long a command that wants several slots may be passed by smaller ones (section 10.3, ageSeconds)."""
METRICS_AGAIN_S = 5.0
"""How soon commands that wait for metrics are looked at again."""


class Server(Launching):
    """Gives slots to commands. `attempts` are all launches that have not been concluded, by number."""

    def __init__(
        self,
        machine: Machine,
        maxima: Mapping[str, int],
        *,
        scheme: Scheme,
        first_attempt: AttemptId,
        root: str,
        home: Callable[[str], str | None],
        presets: Mapping[str, Mapping[str, str]],
        jobs: Mapping[int, QueuedJob],
        settings: Settings,
    ) -> None:
        super().__init__(first_attempt, root, home, presets, settings)
        self.machine = machine
        self.limits = Limits(maxima)
        self.limited = bool(maxima)
        self.licences = Licences(settings, self.limits)
        self.farm = Leasing(self, self.limits, jobs, settings)
        self.scheme = scheme
        self._look_again: float | None = None
        self._leasing: dict[int, QueuedJob] = {}
        self._beside: dict[int, QueuedJob] = {}
        """Jobs of which commands stand in line for this machine's own slots; they may have left it since."""

    @property
    def look_again(self) -> float | None:
        """When something that waits now might fit without any event."""
        return self._look_again

    def serve(self, jobs: Iterable[QueuedJob], out: Outbox) -> None:
        """Start what can start. `jobs` are those that may run now, in the order of their standing.

        With a farm all ready commands have been taken into lanes (`look_ahead`), and most of them wait for leases: only
        jobs are asked of which somebody stands in line for a slot of this machine.
        """
        self.machine.wake(out.now)
        self._look_again = None
        if self._leasing:
            self.return_idle()
        if self.farm.on:
            self._beside = {jid: job for jid, job in self._beside.items() if job.waits_here}
            if not self._beside:
                return
            jobs = (job for job in jobs if job.jid in self._beside)
        if not self.machine.free and not self._leasing:
            return
        if self.scheme is Scheme.SPILL_OVER and not self._leasing:
            for job in jobs:
                if self._serve_job(job, None, out) is None or not self.machine.free:
                    return
            if not self._leasing:
                return
        self._serve_in_turn(list(jobs), out)

    def _serve_in_turn(self, jobs: list[QueuedJob], out: Outbox) -> None:
        """Ask the jobs again and again, as long as one of them can start something."""
        at_once = launches_at_once(self.scheme)
        while True:
            launched = False
            for job in in_order(jobs, self.scheme):
                count = self._serve_job(job, at_once, out)
                launched = launched or bool(count)
                if count is None or (count and at_once):
                    break
            if not launched and not self._break_deadlock():
                return

    # ---- one job ------------------------------------------------------------------------------------

    def _serve_job(self, job: QueuedJob, at_most: int | None, out: Outbox) -> int | None:
        """Start what can start of one job. Returns how much; None when nobody else is to be served either."""
        graph = job.graph
        launched = 0
        job.look_at_all()
        if graph.postscripts and not graph.active:
            self._bring_postscript(job, out)
        while at_most is None or launched < at_most:
            if job.is_full():
                break
            lane = self._next_lane(job, out)
            if lane is None:
                break
            started = self._try(job, lane, out)
            if started is None:
                return None
            if started:
                launched += 1
            elif lane.entries:  # else all who stood there had gone their ways, and others may come
                job.pass_over(lane)
        return launched

    def _next_lane(self, job: QueuedJob, out: Outbox) -> Lane | None:
        """The lane to try next. Without a free slot only commands can start that share one that is out and idle."""
        graph = job.graph
        while self.machine.free:
            lane = job.next_lane()
            place = graph.next_place
            if place is None or (lane is not None and place > lane.entries[0][0]):
                return lane
            if not self._take(job, out):
                return job.next_lane()
        lane = job.next_sharing()
        while lane is None and job.checkouts.has_idle and self._take_task(job, out):
            lane = job.next_sharing()
        return lane

    def _bring_postscript(self, job: QueuedJob, out: Outbox) -> None:
        """The job has come to rest: its next postscript is ready, one after the other."""
        cid = job.graph.postscripts[0]
        if job.brought != cid:
            job.brought = cid
            self.enqueue(job, 0, cid, out)

    def look_ahead(self, job: QueuedJob, out: Outbox) -> None:
        """Take those commands into lanes that can run next, by the farm."""
        if job.graph.postscripts and not job.graph.active:
            self._bring_postscript(job, out)
        while self._take(job, out):
            pass

    def _take(self, job: QueuedJob, out: Outbox) -> bool:
        """Put the next ready command into its lane, or read steps. False when there is nothing, or enough for now."""
        if job.by_farm and not job.may_look(out.now):
            return False
        if self._take_task(job, out):
            return True
        steps = job.graph.wanted_steps()
        if steps is None:
            return False
        out.record(job, StepsExpanded(job.jid, out.now, *steps), barrier=True)
        return True

    def _take_task(self, job: QueuedJob, out: Outbox) -> bool:
        tid = job.graph.take()
        if tid is None:
            return False
        self.enqueue(job, tid, job.graph.next_cid(tid), out)
        return True

    def enqueue(self, job: QueuedJob, tid: int, cid: int, out: Outbox) -> None:
        """A command is ready: judge its -if and what it needs, and put it into its lane."""
        cmd = job.graph.cmd(cid)
        try:
            condition = cmd.options.get("if")
            if condition is not None and not holds(condition, cmd.scope):
                out.record(job, Skipped(job.jid, out.now, TaskId(tid), CmdId(cid), by_if=True), barrier=True)
                return
            if not argv(cmd):
                raise NeedError("the command is empty")
            lane = job.enqueue(tid, cid, cmd)
            while job.checkouts.faults:
                out.notice(job, job.checkouts.faults.pop())
            if lane.far:
                self.farm.join(job, lane)
            else:
                self._beside[job.jid] = job
                if lane.fault is None:
                    self._check(job, lane, out)
            if lane.fault:
                job.drop(lane, cid)
                raise NeedError(lane.fault)
        except (ConditionError, NeedError, KeyExpressionError) as error:
            self.refuse(job, tid, cid, str(error), out)

    def _check(self, job: QueuedJob, lane: Lane, out: Outbox) -> None:
        """What can never be met is an error; more slots than there are is a notice."""
        lane.fault = self.machine.never(lane.need)
        most = self.machine.most(lane.need)
        if not lane.fault and lane.need.atleast > most:
            out.notice(job, f"-atleast {lane.need.atleast} is more than this machine has: {most} slots are used")
            lane.need = _capped(lane.need, most)

    def refuse(self, job: QueuedJob, tid: int, cid: int, reason: str, out: Outbox) -> None:
        """A command cannot be launched at all: its error."""
        out.record(job, NeverStarted(job.jid, out.now, CmdId(cid), 0, reason, requeue=False))
        out.announce(Change.ENDED, job, tid, cid, status=-1, text=reason)

    def _try(self, job: QueuedJob, lane: Lane, out: Outbox) -> bool | None:
        """Start the head of a lane: True; it waits: False; it waits and nobody else may pass it: None."""
        _, tid, cid = lane.entries[0]
        if not job.is_current(tid, cid):
            job.pop(lane)
            return self._try(job, lane, out) if lane.entries else False
        lease = job.checkouts.leases.get(lane.owner) if lane.owner is not None else None
        if lease is not None and lease.busy:
            return False
        if lease is None and (self.limited or self.limits.trials) and self.limits.why_not(lane.need.tags):
            return False
        if self.limits.resting and self.limits.why_resting(lane.tags):
            return False
        slots = lease.slots if lease is not None else self.machine.find(lane.need, lane.host)
        if isinstance(slots, str):
            return self._wait(lane, out.now)
        job.pop(lane)
        lane.short_since = None
        self._launch(job, lane, tid, cid, slots, lease, out)
        return True

    def _wait(self, lane: Lane, now: float) -> bool | None:
        need = lane.need
        if need.metrics or "@" in need.service:
            self._again_at(now + METRICS_AGAIN_S)
        if need.atleast == 1 and not need.reserve:
            return False
        if lane.short_since is None:
            lane.short_since = now
        self._again_at(lane.short_since + PASSED_FOR_S)
        return None if now - lane.short_since >= PASSED_FOR_S else False

    def _again_at(self, when: float) -> None:
        if self._look_again is None or when < self._look_again:
            self._look_again = when

    def _launch(
        self,
        job: QueuedJob,
        lane: Lane,
        tid: int,
        cid: int,
        slots: tuple[int, ...],
        lease: Lease | None,
        out: Outbox,
    ) -> None:
        attempt = self.new_attempt(job, tid, cid, out.now)
        taken = [self.machine.slots[number] for number in slots]
        attempt.slots = slots
        attempt.slot_names = tuple([slot.name for slot in taken])
        attempt.hosts = tuple([slot.host for slot in taken])
        attempt.zone = taken[0].zone if taken else ""
        attempt.tags = lane.need.tags
        if lane.owner is None or lease is None:
            self.machine.take(slots, lane.need.reserve)
            self.limits.take(attempt.tags)
        attempt.gpus = self.machine.gpus(slots)
        if lane.owner is not None:
            self._lease(job, lane.owner, attempt, lease)
        self.begin(job, attempt, out)

    # ---- giving back --------------------------------------------------------------------------------

    def give_back(self, job: QueuedJob, attempt: Attempt) -> None:
        """An attempt's process is over: its slots and its places under limits are free again."""
        if attempt.owner is not None:
            lease = job.checkouts.leases.get(attempt.owner)
            if lease is not None:
                lease.busy = False
        else:
            self.machine.give(attempt.slots)
            self.limits.give(attempt.tags)
        if attempt.place is not None:
            self.farm.release(job, attempt)
        attempt.slots = ()
        attempt.tags = ()

    def return_idle(self) -> None:
        """Give back shared check-outs that nobody is left to use, and those of jobs that are paused."""
        for job in list(self._leasing.values()):
            for owner, lease in list(job.checkouts.leases.items()):
                if not lease.busy and (job.graph.paused or not job.checkouts.is_wanted(owner)):
                    self._return(job, owner, lease)

    def _lease(self, job: QueuedJob, owner: Owner, attempt: Attempt, lease: Lease | None) -> None:
        attempt.owner = owner
        if lease is None:
            job.checkouts.leases[owner] = Lease(attempt.slots, attempt.tags)
            job.named[job.checkouts.name_of(owner)] = attempt.hosts
            self._leasing[job.jid] = job
        else:
            lease.busy = True

    def why_waiting(self, job: QueuedJob, lane: Lane, now: float) -> str:
        """What the commands that stand in a lane wait for, in words; empty when nothing is in their way."""
        resting = self.limits.why_resting(lane.tags, now)
        if resting:
            return resting
        if lane.far:
            return self.farm.why_waiting(job, lane)
        if lane.owner in job.checkouts.leases:
            return "its shared check-out is in use"
        found = self.machine.find(lane.need, lane.host)
        return self.limits.why_not(lane.need.tags) or (found if isinstance(found, str) else "")

    def return_all(self, job: QueuedJob) -> None:
        """A job leaves the queue."""
        self._beside.pop(job.jid, None)
        for owner, lease in list(job.checkouts.leases.items()):
            self._return(job, owner, lease)

    def take_up(self, job: QueuedJob, attempt: Attempt) -> None:
        """An attempt runs since before the dispatcher came back: it has its slots and counts under its limits."""
        cmd = job.graph.cmd(attempt.cid)
        need, owner = job.need_for(attempt.tid, attempt.cid, cmd)
        self.attempts[attempt.number] = attempt
        if attempt.place is not None:
            self.farm.take_up(job, attempt, owner, need.tags)
            return
        attempt.slots = self.machine.claim(attempt.slot_names, need.reserve, attempt.gpus)
        attempt.zone = self.machine.slots[attempt.slots[0]].zone if attempt.slots else ""
        if not attempt.slot_names:
            some = self.machine.find(need)
            if not isinstance(some, str):
                self.machine.take(some, need.reserve)
                attempt.slots = some
        attempt.tags = need.tags
        self.limits.take(need.tags)
        if owner is not None and owner not in job.checkouts.leases:
            self._lease(job, owner, attempt, None)

    def _return(self, job: QueuedJob, owner: Owner, lease: Lease) -> None:
        del job.checkouts.leases[owner]
        self.machine.give(lease.slots)
        self.limits.give(lease.tags)
        if not job.checkouts.leases:
            del self._leasing[job.jid]

    def _break_deadlock(self) -> bool:
        """Nothing runs, yet idle check-outs keep slots that others wait for: they are taken out again later."""
        if self.attempts or not self._leasing:
            return False
        for job in list(self._leasing.values()):
            for owner, lease in list(job.checkouts.leases.items()):
                self._return(job, owner, lease)
        return True


def _capped(need: Need, most: int) -> Need:
    return msgspec.structs.replace(need, atleast=most, atmost=most)


def wants_same_host(options: Options) -> bool:
    """-resumepin: a command that runs again does so on the host on which it ran."""
    return is_on(options, "resumepin")
