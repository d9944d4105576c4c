"""Leases of the farm: what the maitre-d is asked for, and which command runs on which lease.

    lanes of equal need --> Request --Want(total)--> maitre-d
                                                        | Granted
    Launch <-- head of a lane <-- Holding, idle <-------'
                                    ^      |
                  the command ended '      | nobody of the request can use it, recalled, a launch could not begin
                                           v
                                        Returned

After every event, for the jobs to which something happened: commands that can run next are taken into lanes, idle
leases get the head of a lane of their request, and what should be held is said, once for each request and only where
it has changed. What is idle then is given back, after the Wants, so that a lease that came for nothing is not given
again. A total that falls is said with some delay while commands wait (an eighth): what is granted too much comes back.

A lease stays with the request for which it was given: the maitre-d counts leases by request, and who is next among
requests, also among those of one user, is for it to say. So it never learns afterwards who has what.

A shared check-out (-id, -refersto) is one lease: it belongs to its owner until nobody is left to use it, or until it is
recalled and none of its commands can go on at once. When nothing at all runs, idle ones are given back: what they wait
for might be waiting for them.

Nothing begins on a lease of an earlier epoch once a later one is known: alfservers would refuse it.

While no maitre-d is attached what runs goes on, and leases are used again for as long as they last without one:
`lease_s` after it was last there. What goes back then is missing in the next Attach, or is said after it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Collection, Iterable, Mapping

from runtime.checkouts import Owner
from runtime.facts import AttemptId, Place
from runtime.farm_messages import (
    Attached,
    Excluding,
    Granted,
    HeldLease,
    JobEnded,
    LeaseId,
    Recall,
    Returned,
    Running,
    Want,
)
from runtime.job.model import CmdKind
from runtime.lanes import NO_STANDING, FarmStanding, Holding, Lane, Request
from runtime.launching import Launching
from runtime.match.limits import Limits
from runtime.needs import Need
from runtime.orders import Sweep, ToMaitred
from runtime.outbox import GRACE_S, Outbox
from runtime.outcomes import Ended, outcome_of
from runtime.queued import AHEAD, Attempt, QueuedJob
from runtime.settings import Settings
from runtime.shortages import rests_to_say
from runtime.verdict import Verdict

_ENDS_KEPT = 1_000
"""Ends of jobs that are told to a maitre-d that comes back."""

MayRun = Callable[[QueuedJob], bool]


class Leasing:
    """The farm as its dispatcher sees it. `on`: commands with a service need leases."""

    def __init__(self, launching: Launching, limits: Limits, jobs: Mapping[int, QueuedJob], settings: Settings) -> None:
        self.on = False
        self.attached = False
        self.excluded: tuple[str, ...] = ()
        self.epoch = 0
        self.holdings: dict[LeaseId, Holding] = {}
        self._launching = launching
        self._limits = limits
        self._jobs = jobs
        self._fallback = settings.remote_cmd_fallback
        self._requests: dict[int, Request] = {}
        self._next_request = 1
        self._lease_s = settings.lease_s
        self._usable_until = float("-inf")
        self._fresh: dict[int, QueuedJob] = {}
        """Jobs to which something happened, in this event and since they were served."""
        self._stirred: dict[int, QueuedJob] = {}
        """... and since their wants were said."""
        self._again: dict[int, float] = {}
        self._returned: list[Returned] = []
        self._named: set[LeaseId] = set()
        """The leases of the last Attach."""
        self._ends: deque[JobEnded] = deque(maxlen=_ENDS_KEPT)

    @property
    def look_again(self) -> float | None:
        """When something is to be done without any event."""
        return min(self._again.values(), default=None)

    def wake(self, now: float) -> None:
        """Time has passed: what was to be looked at by now is, or its job has left meanwhile."""
        self._again = {jid: when for jid, when in self._again.items() if when > now}

    def stir(self, jobs: Iterable[QueuedJob]) -> None:
        """Something happened to these jobs."""
        for job in jobs:
            if self.on or job.idle or job.requests:
                self._fresh[job.jid] = self._stirred[job.jid] = job

    # ---- from the maitre-d ---------------------------------------------------------------------------

    def granted(self, message: Granted) -> bool:
        """False for a lease that is held already."""
        lease = message.lease
        if lease.id in self.holdings:
            return False
        request = self._requests.get(message.request)
        self.epoch = max(self.epoch, lease.id.epoch)
        if request is None or not lease.slots:
            self._returned.append(Returned(lease.id))
            return True
        job = self._jobs[request.jid]
        holding = Holding(lease, request)
        holding.recalled = self._is_excluded(holding)
        self._keep(job, holding)
        self.stir([job])
        return True

    def recalled(self, message: Recall, out: Outbox) -> bool:
        """False for a lease that is not held."""
        holding = self.holdings.get(message.lease)
        if holding is None:
            return False
        holding.recalled = True
        if message.eject:
            holding.ejected = True
            self._eject([holding], f"ejected: {message.reason}", out)
        if not holding.attempt:  # else the end of its command stirs the job
            self.stir([self._jobs[holding.request.jid]])
        return True

    def is_attached(self, message: Attached, out: Outbox) -> None:
        """Leases that count no more are let go. Their commands are ended, and run again once that is known for sure:
        by their alfserver's word, or by `lost`.

        What went back since the Attach was sent is said now; what came since, from somebody else, goes back soon.
        """
        self.attached = True
        self.epoch = max(self.epoch, message.epoch)
        self._lease_s = message.lease_s
        lost = [self.holdings[lease] for lease in message.lost if lease in self.holdings]
        self._eject(lost, "its slot is in other hands", out)
        for holding in lost:
            self._let_go(self._jobs[holding.request.jid], holding)
        self._returned += [Returned(lease) for lease in sorted(self._named - self.holdings.keys() - set(message.lost))]
        for holding in self.holdings.values():
            holding.recalled = holding.recalled or holding.lease.id not in self._named
        for request in self._requests.values():
            request.said = (0, NO_STANDING)
        out.orders += [ToMaitred(end) for end in self._ends]
        self._ends.clear()
        out.orders += [ToMaitred(rests) for rests in rests_to_say(self._limits, out.now)]
        self.stir(self._jobs.values())

    def detached(self, now: float) -> None:
        self.attached = False
        self._usable_until = now + self._lease_s

    def exclude(self, where: tuple[str, ...], out: Outbox) -> None:
        """Slots and hosts that the user wants nothing from; what runs there finishes."""
        self.excluded = where
        for holding in self.holdings.values():
            holding.recalled = holding.recalled or self._is_excluded(holding)
        if self.attached:
            out.orders.append(ToMaitred(Excluding(where)))

    def held(self, now: float) -> tuple[HeldLease, ...]:
        """What an Attach names."""
        self._named = set(self.holdings)
        found = []
        for holding in self.holdings.values():
            job = self._jobs[holding.request.jid]
            attempt = self._launching.attempts.get(holding.attempt)
            running_s = -1.0 if attempt is None else max(0.0, now - attempt.since)
            _, project, tier = job.farm_standing
            found.append(HeldLease(holding.lease, holding.request.number, job.jid, job.title, running_s, project, tier))
        return tuple(found)

    def use(self, on: bool) -> None:
        """Whether commands with a service need leases from now on."""
        self.on = on
        self.stir(self._jobs.values())

    # ---- attempts ------------------------------------------------------------------------------------

    def join(self, job: QueuedJob, lane: Lane) -> None:
        """Somebody stands in a far lane now."""
        key = (lane.need, lane.host)
        request = job.requests.get(key)
        if request is None:
            request = job.requests[key] = Request(self._next_request, job.jid, *key)
            self._requests[request.number] = request
            self._next_request += 1
        lane.request = request
        request.waiting[id(lane)] = lane
        self.stir([job])

    def began(self, attempt: Attempt, job: QueuedJob) -> Running | None:
        """What the maitre-d hears of an attempt that has begun."""
        if attempt.place is None or not self.attached:
            return None
        title = job.graph.tree.node(attempt.tid).title
        holding, previous = self._of(attempt), None
        if holding is not None:
            ended, holding.ended = holding.ended, None
            previous = None if ended is None else outcome_of(job, ended)
        return Running(attempt.place.id, job.jid, attempt.tid, attempt.cid, attempt.number, title, previous)

    def release(self, job: QueuedJob, attempt: Attempt) -> None:
        """An attempt's process is over; its lease is idle until the event is served."""
        holding = self._of(attempt)
        if holding is not None:
            holding.attempt = 0
            holding.ended = Ended(attempt)
            job.idle[holding.lease.id] = holding
        self.stir([job])

    def judged(self, attempt: Attempt, verdict: Verdict | None) -> None:
        """What the end of an attempt means is known now: it is said, unless its lease has gone its way. None: nobody
        is to blame for a launch that came to nothing, and there is nothing to say."""
        holding = self.holdings.get(attempt.place.id) if attempt.place is not None else None
        if holding is not None and holding.ended is not None and holding.ended.attempt is attempt:
            holding.ended = None if verdict is None else Ended(attempt, verdict)

    def give_up(self, job: QueuedJob, attempt: Attempt, problem: str, rests_until: float) -> None:
        """Nothing more is to be tried on an attempt's lease. Where the command was to begin beside the dispatcher its
        slot is not to blame; its request rests instead."""
        holding = self._of(attempt)
        if holding is None:
            return
        holding.ended = Ended(attempt, reason=problem)
        if attempt.place is not None and attempt.place.here:
            holding.request.rests_until = rests_until
            problem = ""
        self._give_back(job, holding, problem)
        self.stir([job])

    def falls_back(self, attempt: Attempt) -> bool:
        """No alfserver answers for an attempt: whether the site has other words to start commands there."""
        holding = self._of(attempt)
        if holding is None or not self._fallback:
            return False
        holding.unreachable = True
        return True

    def take_up(self, job: QueuedJob, attempt: Attempt, owner: Owner | None, tags: tuple[str, ...]) -> None:
        """An attempt runs since before the dispatcher came back. Its lease goes back when it ends, unless its shared
        check-out goes on: what its request asked for may have been edited since."""
        place = attempt.place
        assert place is not None
        self.note(place)
        holding = self.holdings.get(place.id)
        if holding is None:
            holding = Holding(place.lease, Request(place.request, job.jid, Need(), ""), attempt.number)
            self._keep(job, holding)
        if owner is None or owner in job.shared:
            attempt.tags = tags
            self._limits.take(tags)
        else:
            self._share(job, holding, owner, tags)

    def forget(self, job: QueuedJob) -> None:
        """A job leaves the queue."""
        for request in job.requests.values():
            request.waiting.clear()
        self.stir([job])

    def note(self, place: Place) -> None:
        """A lease that the journal names: its numbers are not used again."""
        self.epoch = max(self.epoch, place.id.epoch)
        self._next_request = max(self._next_request, place.request + 1)

    def ended(self, job: QueuedJob, state: str) -> JobEnded | None:
        """What the maitre-d hears of a job that came to rest; later, while none is attached."""
        if not self.on:
            return None
        end = JobEnded(job.jid, job.title, state)
        if not self.attached:
            self._ends.append(end)
            return None
        return end

    def why_waiting(self, job: QueuedJob, lane: Lane) -> str:
        """What the commands of a far lane wait for, in words; the maitre-d can say more about the last of them."""
        if lane.owner in job.shared:
            return "its shared check-out is in use"
        if not self.attached:
            return "no maitre-d is attached"
        return self._limits.why_not(lane.need.tags) or "no server yet"

    # ---- after every event: who runs on what ---------------------------------------------------------

    def serve(self, may_run: MayRun, look_ahead: Callable[[QueuedJob, Outbox], None], out: Outbox) -> None:
        """Start what can start on the leases that are idle. `look_ahead` takes ready commands into lanes."""
        while self._fresh:
            fresh, self._fresh = self._fresh, {}
            for job in sorted(fresh.values(), key=_standing) if len(fresh) > 1 else fresh.values():
                if not may_run(job):
                    continue
                if self.on:
                    look_ahead(job, out)
                if job.doubtful:
                    job.drop_stale()
                idle = list(job.idle.values()) if self._usable(out.now) else ()
                self._fresh.pop(job.jid, None)
                for holding in idle:
                    self._use(job, holding, out)
                if len(job.idle) < len(idle):
                    self._fresh[job.jid] = job  # those behind who has begun move up

    def _use(self, job: QueuedJob, holding: Holding, out: Outbox) -> None:
        if holding.ejected or 0 < holding.lease.id.epoch < self.epoch or job.is_full():
            return
        if holding.owner is not None and not job.checkouts.is_wanted(holding.owner):
            self._unshare(job, holding)
        if holding.owner is not None:
            lanes: Collection[Lane] = [
                lane for lane in job.sharing(holding.owner) if not self._limits.why_resting(lane.tags)
            ]
        elif holding.recalled:
            return
        else:
            lanes = [lane for lane in holding.request.waiting.values() if self._may_take(job, lane)]
        waiting = [lane for lane in lanes if self._has_head(job, lane)]
        if waiting:
            self._launch(job, min(waiting, key=lambda lane: lane.entries[0]), holding, out)

    def _may_take(self, job: QueuedJob, lane: Lane) -> bool:
        if lane.owner in job.shared or self._limits.why_resting(lane.tags):
            return False
        return not self._limits.why_not(lane.need.tags)

    def _has_head(self, job: QueuedJob, lane: Lane) -> bool:
        while lane.entries and not job.is_current(*lane.entries[0][1:]):
            job.pop(lane)
        return bool(lane.entries)

    def _launch(self, job: QueuedJob, lane: Lane, holding: Holding, out: Outbox) -> None:
        _, tid, cid = lane.entries[0]
        job.pop(lane)
        attempt = self._launching.new_attempt(job, tid, cid, out.now)
        remote = job.graph.cmd(cid).kind is CmdKind.REMOTE
        attempt.lend(Place(holding.lease, holding.request.number, not remote or holding.unreachable))
        holding.attempt = attempt.number
        del job.idle[holding.lease.id]
        if lane.owner is None:
            attempt.tags = lane.need.tags
            self._limits.take(attempt.tags)
        elif holding.owner is None:
            self._share(job, holding, lane.owner, lane.need.tags)
        self._launching.begin(job, attempt, out, self._fallback if remote and holding.unreachable else "")

    def _share(self, job: QueuedJob, holding: Holding, owner: Owner, tags: tuple[str, ...]) -> None:
        holding.owner = owner
        holding.tags = tags
        self._limits.take(tags)
        job.shared[owner] = holding
        job.named[job.checkouts.name_of(owner)] = tuple(slot.host for slot in holding.lease.slots)

    def _unshare(self, job: QueuedJob, holding: Holding) -> None:
        if holding.owner is not None:
            del job.shared[holding.owner]
            holding.owner = None
            self._limits.give(holding.tags)

    # ---- after every event: what is held, and what should be -----------------------------------------

    def say(self, may_run: MayRun, out: Outbox) -> None:
        """Say what has changed to the maitre-d: first what is wanted, then what comes back."""
        if self.holdings and not self._launching.attempts:
            self.stir(self._holders())
        stirred, self._stirred = self._stirred, {}
        self._fresh.clear()
        for job in stirred.values():
            runs = may_run(job)
            self._again.pop(job.jid, None)
            if runs and job.peek_at is not None:
                self._look_at(job, job.peek_at)
            self._put_back(job, runs and self._usable(out.now))
            for request in list(job.requests.values()):
                self._say_want(job, request, runs and self.on, out)
        if self.attached:
            out.orders += [ToMaitred(message) for message in self._returned]
        self._returned.clear()

    def _holders(self) -> list[QueuedJob]:
        """The jobs that hold leases; one that has just left the queue is stirred already."""
        jids = dict.fromkeys(holding.request.jid for holding in self.holdings.values())
        return [self._jobs[jid] for jid in jids if jid in self._jobs]

    def _put_back(self, job: QueuedJob, usable: bool) -> None:
        """Give back what nobody uses now."""
        for holding in list(job.idle.values()):
            owner = holding.owner
            stays = usable and owner is not None and not holding.recalled and job.checkouts.is_wanted(owner)
            if not stays or not self._launching.attempts:
                self._give_back(job, holding)

    def _say_want(self, job: QueuedJob, request: Request, runs: bool, out: Outbox) -> None:
        room = self._room(job, request, out.now) if runs else 0
        total = len(request.held) + room if room else 0
        want = (total, job.farm_standing)
        if self.attached and self._is_worth_saying(want, request.said, room):
            request.said = want
            tid = min((lane.entries[0] for lane in request.waiting.values()), default=(0, 0))[1]
            priority, project, tier = job.farm_standing
            message = Want(
                request.number, job.jid, tid, job.title, request.need, total, priority, request.host, project, tier
            )
            out.orders.append(ToMaitred(message))
        if not request.waiting and not request.held:
            del job.requests[request.need, request.host]
            del self._requests[request.number]

    def _room(self, job: QueuedJob, request: Request, now: float) -> int:
        """For how many leases more there is a command that may run now."""
        if not request.waiting:
            return 0
        if now < request.rests_until:
            self._look_at(job, request.rests_until)
            return 0
        lanes = [lane for lane in request.waiting.values() if not self._limits.why_resting(lane.tags)]
        owners = {lane.owner for lane in lanes if lane.owner is not None and lane.owner not in job.shared}
        room = min(AHEAD, len(owners) + sum(len(lane.entries) for lane in lanes if lane.owner is None))
        by_limits = self._limits.room(request.need.tags)
        if by_limits is not None:
            room = min(room, by_limits)
        most = job.most_active
        return max(0, min(room, most - len(job.graph.active))) if most else room

    @staticmethod
    def _is_worth_saying(want: tuple[int, FarmStanding], said: tuple[int, FarmStanding], room: int) -> bool:
        total, before = want[0], said[0]
        if not total and not before:
            return False
        return total > before or before - total > before // 8 or want[1] != said[1] or (not room and bool(before))

    # ---- single leases -------------------------------------------------------------------------------

    def _usable(self, now: float) -> bool:
        return self.attached or now < self._usable_until

    def _is_excluded(self, holding: Holding) -> bool:
        return any(slot.name in self.excluded or slot.host in self.excluded for slot in holding.lease.slots)

    def _look_at(self, job: QueuedJob, when: float) -> None:
        self._again[job.jid] = min(when, self._again.get(job.jid, when))

    def _of(self, attempt: Attempt) -> Holding | None:
        """The lease on which an attempt runs, if it is held still."""
        holding = self.holdings.get(attempt.place.id) if attempt.place is not None else None
        return holding if holding is not None and holding.attempt == attempt.number else None

    def _eject(self, holdings: Iterable[Holding], reason: str, out: Outbox) -> None:
        """End what runs there; it is queued again."""
        numbers: list[AttemptId] = []
        for holding in holdings:
            attempt = self._launching.attempts.get(holding.attempt)
            if attempt is not None and not attempt.ejected:
                attempt.requeue = True
                attempt.ejected = reason
                numbers.append(attempt.number)
        if numbers:
            out.orders.append(Sweep(tuple(numbers), GRACE_S, reason))

    def _keep(self, job: QueuedJob, holding: Holding) -> None:
        self.holdings[holding.lease.id] = holding.request.held[holding.lease.id] = holding
        if not holding.attempt:
            job.idle[holding.lease.id] = holding

    def _give_back(self, job: QueuedJob, holding: Holding, problem: str = "") -> None:
        self._let_go(job, holding)
        outcome = None if holding.ended is None else outcome_of(job, holding.ended)
        self._returned.append(Returned(holding.lease.id, problem, outcome))

    def _let_go(self, job: QueuedJob, holding: Holding) -> None:
        del self.holdings[holding.lease.id], holding.request.held[holding.lease.id]
        job.idle.pop(holding.lease.id, None)
        self._unshare(job, holding)


def _standing(job: QueuedJob) -> tuple[float, int]:
    return job.standing
