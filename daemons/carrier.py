"""The dispatcher's hands: carries out the core's orders and brings what becomes of them back as events.

    launcher events --\\                            /--> journal.append         Record
    clients' wishes ---+--> core --> orders --> Carrier --> launcher            Launch, Sweep: here
    time, answers ----/                            \\--> Away                   Launch, Sweep: on other machines
    alfservers ------/                              \\--> maitre-d              ToMaitred
    maitre-d -------/                                \\-> threads and programs  RunBuiltin, ReadText, RunHook, ...
                                                      `> news                  Announce

Everything here runs in the trio thread and in the order of the orders. A fact goes to the journal at once; what stands
behind a fact with a barrier is held until that fact is safe (`release_forever`), and so is all that comes after it but
for sweeps and words to the maitre-d.

A batch of the launcher's messages is one batch of orders: one write to the launcher, one append to the journal, however
many commands ended.
"""

from __future__ import annotations

import shutil
import time
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from errno import ECONNRESET
from functools import partial
from pathlib import Path
from typing import Protocol

import trio

from daemons import logs, programs
from daemons.away import Away
from daemons.builtins import BuiltinError, run_builtin
from daemons.journal import Journal, JournalError
from daemons.launcher_log import Past
from daemons.launcher_messages import (
    Began,
    Context,
    Drop,
    Exited,
    FromLauncher,
    Hello,
    Journalled,
    Lost,
    Output,
    Refused,
    Spawn,
)
from daemons.launcher_messages import Signal as SignalAttempts
from daemons.notices import deliver
from daemons.reading import read_printed
from daemons.remote import Remotes
from daemons.state import State
from runtime import orders
from runtime.dispatcher import Dispatcher
from runtime.facts import JobSpooled, Started
from runtime.farm_messages import FarmMessage, Want
from runtime.job.model import CmdId, JobId, TaskId
from runtime.orders import (
    Announce,
    Change,
    Exit,
    Launch,
    Notify,
    Order,
    ReadText,
    Record,
    RunBuiltin,
    RunHook,
    ShowFile,
    Sweep,
    TestResume,
    ToMaitred,
)

Known = orders.Began | Exit | orders.Lost
"""What the launcher's log knows of an attempt, as the core hears it."""

_JOURNALLED_BATCH = 500
"""How many ends the launcher keeps in its log before we tell it that they are safe."""


class Sends(Protocol):
    """The way to the launcher (`daemons.launch.Launcher`). Never waits."""

    past: Past

    def send(self, messages: Sequence[Context | Spawn | SignalAttempts | Drop | Journalled]) -> None: ...


class Carrier:
    """Carries out orders of `core`. `news` hears every Announce; `changed` is called after every batch."""

    def __init__(
        self,
        core: Dispatcher,
        journal: Journal,
        launcher: Sends,
        state: State,
        nursery: trio.Nursery,
        news: Callable[[Announce], None],
        changed: Callable[[], None],
        to_maitred: Callable[[FarmMessage], None],
        remotes: Remotes,
    ) -> None:
        self._core = core
        self._journal = journal
        self._launcher = launcher
        self._state = state
        self._jobs = str(state.jobs)
        self._nursery = nursery
        self._news = news
        self._changed = changed
        self._to_maitred = to_maitred
        self.away = Away(core, remotes, self._jobs, self.carry_out, self.safe)
        self._contexts: set[int] = set()
        self._held: deque[Order | None] = deque()
        """Orders that wait for the journal; None stands for a barrier."""
        self._hold = trio.Event()
        self._ended: list[int] = []
        self._outgoing: list[Context | Spawn | SignalAttempts | Drop | Journalled] = []
        self.adopted: set[int] = set()
        """Attempts that an earlier dispatcher started and that still ran when we came."""
        self.open_programs = 0
        """Hooks, notices, tests, built-ins and readings under way."""

    # -- orders ----------------------------------------------------------------------------------------------------

    def carry_out(self, orders: Sequence[Order]) -> None:
        """Carry out the orders of one event, or of a batch of events."""
        records = [order for order in orders if type(order) is Record and not isinstance(order.fact, JobSpooled)]
        held = self._held
        at_once = bool(records) and not held and self._keep_at_once(records)
        if records and not at_once:
            self._journal.append([record.fact for record in records])
        for order in orders:
            if type(order) is Record:
                if order.barrier and not at_once and not isinstance(order.fact, JobSpooled):  # `Journal.add` kept that
                    held.append(None)
            elif held and not self._may_pass(order):
                held.append(order)
            else:
                self._perform(order)
        if held:
            self._hold.set()
        self._send()
        self._changed()

    def _keep_at_once(self, records: Sequence[Record]) -> bool:
        """Whether these facts are where no death of ours can lose them. A launch on another machine waits for no more:
        should a power cut take its fact from the disk, its alfserver ends it, at the latest with its lease."""
        barriers = [record.fact for record in records if record.barrier]
        if not barriers or not all(isinstance(fact, Started) for fact in barriers):
            return False
        return self._journal.append_at_once([record.fact for record in records])

    def _may_pass(self, order: Order) -> bool:
        """Whether an order need not wait for the journal. On a full disk, what runs can be ended all the same, and the
        logs of a job that was deleted make room. What the maitre-d hears, no restart would have to know."""
        if type(order) is Announce and order.change is Change.GONE:
            self.remove_logs([order.jid])
        if type(order) is ToMaitred:
            return True
        if type(order) is not Sweep:
            return False
        return not any(type(before) is Launch and before.attempt in order.attempts for before in self._held)

    async def release_forever(self) -> None:
        """Carry out what was held as soon as the facts before it are safe."""
        while True:
            await self._hold.wait()
            while self._held:
                waited = len(self._held)  # the facts before all of these are with the journal by now
                await self.safe()
                for _ in range(waited):
                    order = self._held[0]
                    if order is not None:
                        self._perform(order)
                    self._held.popleft()
                self._send()
            self._hold = trio.Event()

    async def safe(self) -> None:
        """Wait until all facts so far are in the journal, a full disk included."""
        while True:
            try:
                await self._journal.flush()
            except JournalError:
                await trio.sleep(1.0)  # it has been told (`Journal.start`); a fatal error ends us from there
            else:
                return

    def _perform(self, order: Order) -> None:
        _PERFORM[type(order)](self, order)

    def _send(self) -> None:
        if self._outgoing:
            self._launcher.send(self._outgoing)
            self._outgoing = []

    # -- events ----------------------------------------------------------------------------------------------------

    def launcher_said(self, messages: Sequence[FromLauncher]) -> None:
        """A batch of the launcher's messages, in order."""
        core, now = self._core, time.time()
        orders: list[Order] = []
        for message in messages:
            if isinstance(message, Exited):
                self._ended.append(message.attempt)
                orders += core.exited(exit_of(message, self._log_of(message.tag, message.attempt)), now)
            elif isinstance(message, Began):
                orders += core.started(message.attempt, now)
            elif isinstance(message, Output):
                orders += self._output(message, now)
            elif isinstance(message, Refused):
                self._ended.append(message.attempt)
                orders += self._refused(message, now)
            elif isinstance(message, Lost):
                self._ended.append(message.attempt)
                orders += core.lost(message.attempt, now)
            elif isinstance(message, Hello):
                orders += self._new_launcher(message, now)
        self.carry_out(orders)
        if len(self._ended) >= _JOURNALLED_BATCH:
            ended, self._ended = self._ended, []
            self.acknowledge(ended)

    def acknowledge(self, ended: Sequence[int]) -> None:
        """Let the launcher forget these ends once they are safe. It keeps those that the core is not done with: a
        test or a script that is still to be read decides what they mean, and nothing of it is in the journal yet."""
        open_ends = [attempt for attempt in ended if attempt in self._core.attempts]
        self._ended += open_ends
        if len(open_ends) < len(ended):
            self._nursery.start_soon(self._tell_journalled, sorted(set(ended) - set(open_ends)))

    def _refused(self, message: Refused, now: float) -> list[Order]:
        """A launch that did not begin. Where its launcher had died, its slots are not to blame: they need no rest."""
        died = message.errno == ECONNRESET
        return self._core.never_started(message.attempt, message.reason, message.transient, now, blameless=died)

    def _output(self, message: Output, now: float) -> list[Order]:
        orders: list[Order] = []
        if message.percent >= 0:
            orders += self._core.progress(message.attempt, message.percent, now)
        for path in message.chunks:
            orders += self._core.chunk(message.attempt, path, now)
        return orders

    async def _tell_journalled(self, attempts: list[int]) -> None:
        await self.safe()
        self._launcher.send([Journalled(tuple(attempts))])

    def _log_of(self, tag: str, attempt: int) -> str:
        jid, _, command = tag.partition(".")
        return f"{self._jobs}/{jid}/{command}.{attempt}.log"

    def _new_launcher(self, hello: Hello, now: float) -> list[Order]:
        """The launcher died, and this is the next: it knows no contexts, and what we adopted may have gone."""
        self._contexts.clear()
        past, orders = self._launcher.past, list[Order]()
        for attempt in sorted(self.adopted & self._core.attempts.keys() - set(hello.running)):
            end = past.ended.get(attempt)
            if isinstance(end, Exited):
                orders += self._core.exited(exit_of(end, self._log_of(end.tag, attempt)), now)
            else:
                orders += self._core.lost(attempt, now)
        return orders

    # -- carrying out one order --------------------------------------------------------------------------------------

    def _launch(self, order: Launch) -> None:
        jid = order.jid
        if order.place is not None:
            self.away.launch(order, order.place)
            return
        if jid not in self._contexts:
            self._contexts.add(jid)
            spooled = self._core.jobs[jid].spooled
            self._outgoing.append(Context(jid, spooled.cwd, spooled.env))
        attempt, tid, cid = order.attempt, order.tid, order.cid
        self._outgoing.append(
            Spawn(
                attempt,
                f"{jid}.{tid}.{cid}",
                jid,
                order.argv,
                order.env,
                logs.name(self._jobs, jid, tid, cid, attempt),
                order.stdin,
                order.keep_stdout,
                order.maxrun_s,
                quiet_s=order.quiet_s,
                watch=order.watch,
            )
        )

    def _tell_maitred(self, order: ToMaitred) -> None:
        message = order.message
        self._to_maitred(message)
        if isinstance(message, Want) and message.total and message.jid in self._core.jobs:
            self.away.prepare(message.jid)

    def _sweep(self, order: Sweep) -> None:
        here = self.away.end(order.attempts, order.grace_s)
        if here:
            self._outgoing.append(SignalAttempts(here, order.grace_s))

    def _announce(self, order: Announce) -> None:
        self._news(order)
        if order.change is Change.GONE:
            self._contexts.discard(order.jid)
            self._outgoing.append(Drop((order.jid,)))
            self.remove_logs([order.jid])

    def remove_logs(self, jids: Sequence[int]) -> None:
        """The output of these jobs goes: nobody will ask for it again."""

        async def remove() -> None:
            for jid in jids:
                await trio.to_thread.run_sync(partial(shutil.rmtree, self._state.job(jid), ignore_errors=True))

        self._start(remove)

    def _start(self, work: Callable[[], Awaitable[None]]) -> None:
        """Do something that takes time beside everything else."""

        async def run() -> None:
            try:
                await work()
            finally:
                self.open_programs -= 1
                self._changed()

        self.open_programs += 1
        self._nursery.start_soon(run)

    async def _builtin(self, order: RunBuiltin) -> None:
        self.carry_out(self._core.started(order.attempt, time.time()))
        began = time.monotonic()
        reason = await trio.to_thread.run_sync(_run_builtin, order, self._state)
        end = Exit(order.attempt, 1 if reason else 0, time.monotonic() - began, reason=reason)
        self.carry_out(self._core.exited(end, time.time()))

    async def _read(self, order: ReadText) -> None:
        text, reason = await trio.to_thread.run_sync(read_printed, order.path, order.cwd)
        self.carry_out(self._core.text_read(order.attempt, order.chunk, text, reason, time.time()))

    async def _hook(self, order: RunHook) -> None:
        env = self._env(order.jid, order.env)
        reason = await programs.run_hook(order, env, self._state.job(order.jid) / "hook.log")
        if reason:
            self._news(Announce(Change.NOTICE, order.jid, text=f"its hook: {reason}"))
        self.carry_out(self._core.hook_done(order.jid, time.time()))

    async def _notify(self, order: Notify) -> None:
        log = self._state.job(order.jid) / "notify.log"
        trouble = await deliver(order, self._core.settings, log)
        self.carry_out(self._core.notified(order.jid, order.where, order.rested, trouble, time.time()))

    async def _test(self, order: TestResume) -> None:
        status = await programs.run_test(order.argv, order.cwd, self._env(order.jid, order.env))
        self.carry_out(self._core.resume_tested(order.attempt, status, time.time()))

    def _show(self, order: ShowFile) -> None:
        trouble = programs.show(order.argv, order.cwd, self._env(order.jid, order.env))
        if trouble:
            self._news(Announce(Change.NOTICE, order.jid, order.tid, text=trouble))

    def _env(self, jid: int, own: dict[str, str]) -> dict[str, str]:
        job = self._core.jobs.get(jid)
        return {**(job.spooled.env if job else {}), **own}


_PERFORM: dict[type[Order], Callable[..., None]] = {
    Launch: Carrier._launch,
    Sweep: Carrier._sweep,
    Announce: Carrier._announce,
    RunBuiltin: lambda self, order: self._start(partial(self._builtin, order)),
    ReadText: lambda self, order: self._start(partial(self._read, order)),
    Notify: lambda self, order: self._start(partial(self._notify, order)),
    RunHook: lambda self, order: self._start(partial(self._hook, order)),
    TestResume: lambda self, order: self._start(partial(self._test, order)),
    ShowFile: Carrier._show,
    ToMaitred: Carrier._tell_maitred,
}


def exit_of(message: Exited, log: str) -> Exit:
    """The launcher's word for an end, as the core hears it."""
    return Exit(
        message.attempt,
        message.status,
        message.run_s,
        message.reported,
        f"{log}.stdout",
        message.swept,
        message.timed_out,
        line=message.line,
        stalled=message.stalled,
    )


def past_of(past: Past, hello: Hello, state: State) -> tuple[list[Known], list[int], list[int]]:
    """What a launcher's log says, for `Dispatcher.adopt`: begins and ends, what runs, and which ends are known.

    An attempt that was intended may have run, so it counts as begun unless it was refused.
    """
    log: list[Known] = []
    for attempt, intended in sorted(past.intended.items()):
        end = past.ended.get(attempt)
        if isinstance(end, Refused):
            log.append(orders.Lost(attempt))
            continue
        jid, tid, cid = (int(number) for number in intended.tag.split("."))
        began = past.began.get(attempt)
        when = began.time if began else time.time()
        log.append(orders.Began(attempt, JobId(jid), TaskId(tid), CmdId(cid), when))
        if isinstance(end, Exited):
            log.append(exit_of(end, logs.name(str(state.jobs), jid, tid, cid, attempt)))
        elif end is not None:
            log.append(orders.Lost(attempt))
    return log, list(hello.running), list(past.ended)


def _run_builtin(order: RunBuiltin, state: State) -> str:
    """Run a built-in in a thread. Empty, or what went wrong, which is also its output."""
    try:
        run_builtin(order.argv, order.cwd)
    except BuiltinError as error:
        log = Path(logs.name(str(state.jobs), order.jid, order.tid, order.cid, order.attempt))
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(f"{error}\n", encoding="utf-8", errors="backslashreplace")
        return str(error)
    return ""
