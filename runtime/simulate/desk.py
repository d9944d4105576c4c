"""A user's machine: his dispatcher's core, and what becomes of its orders.

    Launch, RunBuiltin   a run, here or on a host of the farm; it ends when its time is over (runtime.simulate.runs)
    Sweep                ends runs now
    ToMaitred            to the maitre-d, in the same moment
    TestResume           -resumewhile does not hold: who knows what it would ask?
    ReadText             what a command with -expand printed: nothing
    RunHook              it is over at once

A job that has come to rest leaves the queue, whether it is done or has failed: its user has seen it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence

from runtime.dispatcher import Dispatcher
from runtime.facts import AttemptId, JobSpooled
from runtime.farm_messages import Attach, Attached, FarmMessage, Granted, Recall
from runtime.job.model import Job, JobId
from runtime.job.numbering import Reader
from runtime.machine import Machine, own_slots
from runtime.maitred.orders import PeerId
from runtime.messages import Act, Action, JobState
from runtime.orders import (
    Announce,
    Change,
    Exit,
    Launch,
    Order,
    ReadText,
    RunBuiltin,
    RunHook,
    Sweep,
    TestResume,
    ToMaitred,
)
from runtime.settings import Settings
from runtime.simulate.workload import Workload

_AT_REST = (JobState.DONE.value, JobState.STOPPED.value)


_ENOUGH = "mem 1048576 gpu 1024"
"""What a desk has to be reserved where alfConfig(reserveMachine) does not say it: more than anybody asks for."""


class Desk:
    """`peer` is its number at the maitre-d. `launch` and `end` are for runs, `say` for words to the maitre-d; `rests`
    hears of jobs that have come to rest, with their state."""

    def __init__(
        self,
        peer: PeerId,
        user: str,
        host: str,
        workload: Workload,
        settings: Settings,
        reader: Reader,
        *,
        launch: Callable[[Desk, Launch | RunBuiltin], None],
        end: Callable[[Desk, Sequence[AttemptId]], None],
        say: Callable[[Desk, FarmMessage], None],
        rests: Callable[[Desk, JobId, str], None],
    ) -> None:
        self.peer = peer
        self.user = user
        self.host = host
        machine = Machine(own_slots(host, workload.own_slots), has=settings.reserve_machine or _ENOUGH)
        self.core = Dispatcher(machine, reader, settings, with_farm=True)
        self._offset_s = workload.starts_at
        """The wall's clock, less the simulation's."""
        self.planned = float("inf")
        """When it is told next that time has passed."""
        self._launch = launch
        self._end = end
        self._say = say
        self._rests = rests
        self._jids = 0
        self._orders: deque[Order] = deque()

    # ---- events --------------------------------------------------------------------------------------

    def attach(self, now: float) -> Attach:
        held = self.core.held(now + self._offset_s)
        return Attach(f"{self.user}@{self.host}", self.host, 0, self.core.epoch, held)

    @property
    def next_jid(self) -> JobId:
        """The number of the job that comes next."""
        return JobId(self._jids + 1)

    def submit(self, job: Job, priority: float | None, now: float) -> None:
        """Queue a job that was read."""
        jid = self.next_jid
        self._jids += 1
        wall = now + self._offset_s
        env = {"HOME": f"/home/{self.user}"}
        fact = JobSpooled(jid, wall, job.file, 0, self.user, self.host, "/", env, priority=priority)
        self._carry_out(self.core.submit(fact, job), now)

    def heard(self, message: FarmMessage, now: float) -> None:
        """A word of the maitre-d."""
        wall = now + self._offset_s
        if isinstance(message, Granted):
            self._carry_out(self.core.granted(message, wall), now)
        elif isinstance(message, Recall):
            self._carry_out(self.core.recalled(message, wall), now)
        elif isinstance(message, Attached):
            self._carry_out(self.core.attached(message, wall), now)

    def began(self, attempt: AttemptId, now: float) -> None:
        self._carry_out(self.core.started(attempt, now + self._offset_s), now)

    def ended(self, end: Exit, now: float) -> None:
        self._carry_out(self.core.exited(end, now + self._offset_s), now)

    def lost(self, attempt: AttemptId, now: float) -> None:
        """Its host is gone, and its lease is over."""
        self._carry_out(self.core.lost(attempt, now + self._offset_s), now)

    def unreachable(self, attempt: AttemptId, reason: str, now: float) -> None:
        """A launch came to nothing: nobody answers there."""
        orders = self.core.never_started(attempt, reason, True, now + self._offset_s, unreachable=True)
        self._carry_out(orders, now)

    def tick(self, now: float) -> None:
        self._carry_out(self.core.tick(now + self._offset_s), now)

    @property
    def next_deadline(self) -> float:
        """When `tick` is wanted next, on the simulation's clock."""
        when = self.core.next_deadline()
        return float("inf") if when is None else when - self._offset_s

    # ---- orders --------------------------------------------------------------------------------------

    def _carry_out(self, orders: Sequence[Order], now: float) -> None:
        waiting = self._orders
        at_work = bool(waiting)
        waiting.extend([order for order in orders if type(order) in _PERFORM])
        while waiting and not at_work:
            _PERFORM[type(waiting[0])](self, waiting[0], now)
            waiting.popleft()

    def _run(self, order: Launch | RunBuiltin, now: float) -> None:
        self._launch(self, order)

    def _sweep(self, order: Sweep, now: float) -> None:
        self._end(self, order.attempts)

    def _to_maitred(self, order: ToMaitred, now: float) -> None:
        self._say(self, order.message)

    def _test(self, order: TestResume, now: float) -> None:
        self._carry_out(self.core.resume_tested(order.attempt, 1, now + self._offset_s), now)

    def _read(self, order: ReadText, now: float) -> None:
        self._carry_out(self.core.text_read(order.attempt, order.chunk, "", "", now + self._offset_s), now)

    def _hook(self, order: RunHook, now: float) -> None:
        self._carry_out(self.core.hook_done(order.jid, now + self._offset_s), now)

    def _announced(self, order: Announce, now: float) -> None:
        if order.change is Change.JOB and order.text in _AT_REST:
            self._rests(self, order.jid, order.text)
            self._carry_out(self.core.act(Act(action=Action.DELETE, jid=order.jid), now + self._offset_s), now)


_PERFORM: dict[type[Order], Callable[..., None]] = {
    Launch: Desk._run,
    RunBuiltin: Desk._run,
    Sweep: Desk._sweep,
    ToMaitred: Desk._to_maitred,
    TestResume: Desk._test,
    ReadText: Desk._read,
    RunHook: Desk._hook,
    Announce: Desk._announced,
}
