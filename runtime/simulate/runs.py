"""Commands that run, on hosts that may die: each for the time that is drawn for it.

    launched --start_s--> began --what it takes--> ended
        |                   `--swept--> ended, by a signal, and swept
        `--its host is dead--> unreachable          `--its host dies--> lost, when its lease is over

What a command takes, and whether it fails, goes by the workload's rules; `sleep N` takes N seconds where none speaks of
it. It is drawn by the names of its user, its job and itself, so it is the same under any schedule. Where the job comes
from a record (runtime.simulate.replay), it goes by that.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from runtime.facts import AttemptId
from runtime.farm_messages import LeaseId
from runtime.job.model import JobId
from runtime.match.limits import launch_tags
from runtime.orders import Exit, Launch, RunBuiltin
from runtime.simulate.agenda import Agenda
from runtime.simulate.desk import Desk
from runtime.simulate.draws import Draws
from runtime.simulate.replay import PAUSE, Replay
from runtime.simulate.workload import Workload

UNREACHABLE_S = 5.0
"""How long it takes to find that nobody answers at a host."""
BUILTIN_S = 0.01
"""What a File operation takes."""
_TERM = -15


class SimulationError(Exception):
    """The workload does not say what is needed. The words are for its user."""


class Run:
    """A command that was launched, and has not ended."""

    __slots__ = (
        "attempt", "began_at", "dead", "desk", "host", "is_pause", "jid", "lease", "status", "takes_s", "tid",
        "timed_out",
    )  # fmt: skip

    def __init__(self, desk: Desk, order: Launch | RunBuiltin) -> None:
        place = order.place if isinstance(order, Launch) else None
        self.desk = desk
        self.attempt = order.attempt
        self.jid = order.jid
        self.tid = order.tid
        self.lease: LeaseId | None = None if place is None else place.id
        self.host = "" if place is None or place.here else place.first.host
        """Empty: beside its dispatcher."""
        self.began_at = -1.0
        self.takes_s = 0.0
        self.status = 0
        self.timed_out = False
        self.is_pause = False
        """It stands for what is not on record, and counts for nothing."""
        self.dead = False
        """Its host is gone; nobody has noticed yet."""


class Runs:
    """All that runs. `lost_after_s`: from the death of a host until its leases are over. `began` and `over` are called
    for every run that has begun, the latter with how long it took."""

    def __init__(
        self,
        agenda: Agenda,
        draws: Draws,
        workload: Workload,
        lost_after_s: float,
        began: Callable[[Run], None],
        over: Callable[[Run, float], None],
    ) -> None:
        self._agenda = agenda
        self._draws = draws
        self._workload = workload
        self._lost_after_s = lost_after_s
        self._has_begun = began
        self._over = over
        self._running: dict[tuple[Desk, AttemptId], Run] = {}
        self._on: dict[str, dict[Run, None]] = {}
        self._dead: set[str] = set()
        """Hosts that do not answer."""
        self._kinds: dict[tuple[str, str], tuple[str, ...]] = {}
        self.replays: dict[tuple[Desk, JobId], Replay] = {}
        """Jobs that come from a record: how their commands run is known."""

    def __len__(self) -> int:
        return len(self._running)

    @property
    def running(self) -> int:
        """How many of them have begun."""
        return sum(run.began_at >= 0 for run in self._running.values())

    def is_dead(self, host: str) -> bool:
        return host in self._dead

    # ---- launches ------------------------------------------------------------------------------------

    def launch(self, desk: Desk, order: Launch | RunBuiltin) -> None:
        """A dispatcher starts a command. Raises SimulationError."""
        run = Run(desk, order)
        host = run.host
        self._running[desk, order.attempt] = run
        if host:
            self._on.setdefault(host, {})[run] = None
            if host in self._dead:
                self._agenda.after(UNREACHABLE_S, self._unreachable, run)
                return
        replay = self.replays.get((desk, order.jid))
        if replay is not None:
            self._repeat(run, order, replay)
        elif isinstance(order, Launch):
            self._draw(run, order)
        else:
            run.takes_s = BUILTIN_S
        self._agenda.after(self._workload.start_s, self._began, run)

    def _repeat(self, run: Run, order: Launch | RunBuiltin, replay: Replay) -> None:
        """As it was; of a command that was tried again this is the try that comes next."""
        program, word = order.argv
        if program == PAUSE:
            run.is_pause, run.takes_s = True, float(word)
            return
        tries = replay.tries[int(word)]
        again = run.desk.core.jobs[order.jid].graph.retries(order.cid)
        one = tries[min(again, len(tries) - 1)]
        run.takes_s, run.status = one.run_s, one.status

    def _draw(self, run: Run, order: Launch) -> None:
        """How long it takes, and how it ends."""
        core, desk = run.desk.core, run.desk
        job = core.jobs[order.jid]
        title = job.graph.tree.node(order.tid).title
        tags = self._tags(order, job.graph.cmd(order.cid).options.get("service", ""), job.graph.options.get("tags", ""))
        name = (desk.user, desk.host, order.jid, order.cid)
        of = (tags, title, desk.user, run.host)
        takes = next((one.seconds for one in self._workload.takes if one.rule.holds(*of)), None)
        run.takes_s = _sleeps(order) if takes is None else takes(self._draws.number("takes", *name))
        fails = next((one for one in self._workload.fails if one.rule.holds(*of)), None)
        if fails is not None:
            again = (job.graph.retry_of(order.cid), job.graph.retries(order.cid), job.graph.loop(order.cid))
            if self._draws.number("fails", *name, *again) < fails.chance:
                run.status = fails.status
                if fails.after is not None:
                    run.takes_s = fails.after(self._draws.number("fails after", *name, *again))
        if order.maxrun_s is not None and order.maxrun_s < run.takes_s:
            run.takes_s, run.status, run.timed_out = order.maxrun_s, _TERM, True

    def _tags(self, order: Launch, service: str, tags: str) -> tuple[str, ...]:
        key = (order.argv[0], f"{service}\0{tags}")
        found = self._kinds.get(key)
        if found is None:
            found = self._kinds[key] = launch_tags(order.argv, service, tags)
        return found

    def _began(self, run: Run) -> None:
        if run.dead or not self._is_out(run):
            return
        run.began_at = self._agenda.now
        self._agenda.after(run.takes_s, self._ended, run)
        if not run.is_pause:
            self._has_begun(run)
        run.desk.began(run.attempt, self._agenda.now)

    # ---- ends ----------------------------------------------------------------------------------------

    def _ended(self, run: Run) -> None:
        if not run.dead and self._is_out(run):
            self._end(run, Exit(run.attempt, run.status, run.takes_s, timed_out=run.timed_out))

    def _end(self, run: Run, end: Exit) -> None:
        self._forget(run)
        if run.began_at >= 0 and not run.is_pause:
            self._over(run, end.run_s)
        run.desk.ended(end, self._agenda.now)

    def _is_out(self, run: Run) -> bool:
        return (run.desk, run.attempt) in self._running

    def _forget(self, run: Run) -> None:
        del self._running[run.desk, run.attempt]
        if run.host:
            self._on[run.host].pop(run, None)

    def sweep(self, desk: Desk, attempts: Sequence[AttemptId]) -> None:
        """A dispatcher ends commands."""
        for attempt in attempts:
            run = self._running.get((desk, attempt))
            if run is not None and not run.dead and run.host not in self._dead:
                self._agenda.after(0.0, self._swept, run)

    def _swept(self, run: Run) -> None:
        if not run.dead and self._is_out(run):
            self._end(run, Exit(run.attempt, _TERM, self._ran_s(run), swept=True))

    def _ran_s(self, run: Run) -> float:
        return self._agenda.now - run.began_at if run.began_at >= 0 else 0.0

    def _unreachable(self, run: Run) -> None:
        if not run.dead and self._is_out(run):
            self._forget(run)
            run.desk.unreachable(run.attempt, f"nobody answers at {run.host}", self._agenda.now)

    # ---- hosts ---------------------------------------------------------------------------------------

    def die(self, host: str) -> None:
        """A host is gone, with all that runs there."""
        self._dead.add(host)
        for run in self._on.get(host, ()):
            run.dead = True
            self._agenda.after(self._lost_after_s, self._lost, run)

    def _lost(self, run: Run) -> None:
        if self._is_out(run):
            self._forget(run)
            if run.began_at >= 0:
                self._over(run, self._ran_s(run))
            run.desk.lost(run.attempt, self._agenda.now)

    def come_back(self, host: str) -> None:
        """It answers again, and knows of nothing: what ran there is lost."""
        self._dead.discard(host)
        for run in [run for run in self._on.get(host, ()) if run.dead]:
            self._lost(run)


def _sleeps(order: Launch) -> float:
    """The seconds of a `sleep`. Raises SimulationError for anything else."""
    words = order.argv
    if words[0].rpartition("/")[2] == "sleep" and len(words) == 2:
        try:
            return max(0.0, float(words[1]))
        except ValueError:
            pass
    program = words[0]
    raise SimulationError(
        f'nothing says how long "{program}" takes (job {order.jid}, task {order.tid}): add a line to the workload, as'
        f" `takes {program} {{lognormal 5m 0.5}}`, or `takes * 60` for all that no other line speaks of"
    )
