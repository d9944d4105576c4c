"""Attempts on other machines: the carrier's way to alfservers, as its launcher is the way to this machine.

    Launch with a place, Sweep --> Away --> Remotes (daemons.remote) --> alfservers
    core <-- began, ended, ... --- Away <-- what they say

An end is acknowledged to its alfserver when it is in the journal, and when the core is done with it: a test or a script
that is still to be read decides what it means.
"""

from __future__ import annotations

import time
from collections.abc import Awaitable, Callable, Iterable, Sequence

import trio

from daemons import logs
from daemons.remote import Remotes
from runtime.dispatcher import Dispatcher
from runtime.facts import AttemptId, Place
from runtime.farm_messages import Began, Context, Ended, NotStarted, Said
from runtime.farm_messages import Launch as FarmLaunch
from runtime.orders import Exit, Launch, Order, ReadText
from runtime.remote import News, Undelivered

ACKNOWLEDGE_S = 0.1
"""Ends gather for so long before their alfservers are told that they are safe."""


class Away:
    """Everything of one dispatcher that runs elsewhere. `carry_out` is the carrier's; `safe` waits for the journal."""

    def __init__(
        self,
        core: Dispatcher,
        remotes: Remotes,
        jobs: str,
        carry_out: Callable[[Sequence[Order]], None],
        safe: Callable[[], Awaitable[None]],
    ) -> None:
        self._core = core
        self._jobs = jobs
        self._carry_out = carry_out
        self._safe = safe
        self._ended: list[AttemptId] = []
        self._some_ended = trio.Event()
        self._prepared = 0
        """The job whose context was told to alfservers last."""
        self.ruled_by: Callable[[int], None] = lambda epoch: None
        """Hears of the term that rules an alfserver which has refused a lease of an earlier one."""
        self._remotes = remotes
        remotes.hear = self.heard

    @property
    def in_use(self) -> bool:
        """Whether anything is on another machine, or has ended there and is not safe yet."""
        return self._remotes.in_use

    # ---- orders --------------------------------------------------------------------------------------

    def launch(self, order: Launch, place: Place) -> None:
        jid, tid, cid, attempt = order.jid, order.tid, order.cid, order.attempt
        launch = FarmLaunch(
            attempt,
            f"{jid}.{tid}.{cid}",
            place.id,
            place.first.name,
            self._remotes.terms.lease_s,
            jid,
            order.argv,
            order.env,
            order.presets,
            order.stdin,
            order.keep_stdout,
            order.maxrun_s,
            place.first.host,
            place.first.proof,
            order.quiet_s,
            order.watch,
        )
        log = logs.name(self._jobs, jid, tid, cid, attempt)
        self._remotes.launch(_where(place), launch, self._context(jid), log)

    def prepare(self, jid: int) -> None:
        """A job asks for slots."""
        if jid != self._prepared:
            self._prepared = jid
            self._remotes.prepare(self._context(jid))

    def _context(self, jid: int) -> Context:
        spooled = self._core.jobs[jid].spooled
        return Context(jid, spooled.cwd, spooled.env)

    def end(self, attempts: Iterable[AttemptId], grace_s: float) -> tuple[AttemptId, ...]:
        """End those that are elsewhere; the others are given back."""
        wanted = tuple(attempts)
        self._remotes.end(wanted, grace_s)
        return tuple(attempt for attempt in wanted if attempt not in self._remotes)

    def adopt(self) -> None:
        """After a restart: ask about what ran elsewhere."""
        for number, place in self._core.remote_attempts().items():
            attempt = self._core.attempts[number]
            log = logs.name(self._jobs, attempt.jid, attempt.tid, attempt.cid, number)
            options = self._core.jobs[attempt.jid].graph.cmd(attempt.cid).options
            keep_stdout = options.get("expand", "").strip() == "1"
            self._remotes.adopt(_where(place), number, log, keep_stdout=keep_stdout, chunks=attempt.chunks)

    # ---- events --------------------------------------------------------------------------------------

    def heard(self, news: Sequence[News]) -> None:
        """A batch of an alfserver's words, in order; their output is in its files."""
        now = time.time()
        orders: list[Order] = []
        for each in news:
            if isinstance(each, Ended):
                orders += self._end(each, now)
            elif isinstance(each, Began):
                orders += self._core.started(each.attempt, now)
            elif isinstance(each, Said):
                orders += self._said(each, now)
            elif isinstance(each, NotStarted):
                orders += self._core.never_started(each.attempt, each.reason, each.transient, now)
            elif isinstance(each, Undelivered):
                orders += self._undelivered(each, now)
        self._ended += [each.attempt for each in news if isinstance(each, Ended | NotStarted | Undelivered)]
        self._carry_out(orders)
        newest = max((each.ruled_by for each in news if isinstance(each, NotStarted)), default=0)
        if newest:
            self.ruled_by(newest)
        if self._ended:
            self._some_ended.set()

    def _end(self, ended: Ended, now: float) -> list[Order]:
        if ended.lost or ended.expired:
            return self._core.lost(ended.attempt, now)
        end = Exit(
            ended.attempt,
            ended.status,
            ended.run_s,
            ended.reported,
            self._stdout_of(ended.attempt),
            ended.swept,
            ended.timed_out,
            ended.reason,
            ended.line,
            ended.stalled,
        )
        return self._core.exited(end, now)

    def _stdout_of(self, attempt: AttemptId) -> str:
        found = self._core.attempts.get(attempt)
        return "" if found is None else f"{logs.name(self._jobs, found.jid, found.tid, found.cid, attempt)}.stdout"

    def _undelivered(self, undelivered: Undelivered, now: float) -> list[Order]:
        unreachable = undelivered.unreachable
        return self._core.never_started(
            undelivered.attempt,
            undelivered.reason,
            True,
            now,
            blameless=not unreachable,
            unreachable=unreachable,
        )

    def _said(self, said: Said, now: float) -> list[Order]:
        orders: list[Order] = []
        if said.percent >= 0:
            orders += self._core.progress(said.attempt, said.percent, now)
        if not said.number:
            return orders
        path, trouble = "", said.trouble
        if said.chunk is not None:
            try:
                path = self._remotes.arrivals.chunk(said.attempt, said.number, said.chunk)
            except OSError as error:
                trouble = f"a script that it wrote cannot be kept here: {error}"
        for order in self._core.chunk(said.attempt, path, now):
            if trouble and isinstance(order, ReadText):
                orders += self._core.text_read(order.attempt, order.chunk, None, trouble, now)
            else:
                orders.append(order)
        return orders

    # ---- what is safe --------------------------------------------------------------------------------

    async def acknowledge_forever(self) -> None:
        """Tell alfservers which ends they need not keep any longer."""
        while True:
            await self._some_ended.wait()
            await trio.sleep(ACKNOWLEDGE_S)
            done = [attempt for attempt in self._ended if attempt not in self._core.attempts]
            self._ended = [attempt for attempt in self._ended if attempt in self._core.attempts]
            if not self._ended:
                self._some_ended = trio.Event()
            if done:
                await self._safe()
                self._remotes.acknowledge(done)
                self._carry_out([])


def _where(place: Place) -> tuple[str, int]:
    slot = place.first
    return slot.address or slot.host, slot.port
