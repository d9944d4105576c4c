"""Sweeps under way: TERM to all that belongs to some attempts, then looking, step by step, until nothing is left.

    sweep(attempts, grace)   TERM now, to all of them at once; what was stopped is woken
    step, every STEP_S       grace over: KILL to what is left, also to what was forked meanwhile
                             nothing left: the attempt may be reported
    end_all(grace)           the same for everything below the launcher, whoever it belongs to; then `over`

A step reads the process table; one that costs much (hundreds of commands) is taken less often. What belongs to whom:
daemons.sweep.
"""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Iterable, Mapping

from daemons.commands import Attempt, Commands
from daemons.loop import Loop
from daemons.sweep import Process, belonging, descendants, processes, send

STEP_S = 0.1
_SHORTEST_S = 0.02
_SHARE = 5  # a step that took T is followed by a pause of this many T


class Sweeper:
    """All sweeps of one launcher. `commands` is set once, right after both are made."""

    commands: Commands

    def __init__(self, loop: Loop, mark: str) -> None:
        self._loop = loop
        self._mark = mark
        self._kill_at: dict[int, float] = {}
        self._next_step = self._earliest = 0.0
        self._end_at: float | None = None
        self.over = False
        """Everything below us is gone, after `end_all`."""

    @property
    def ending(self) -> bool:
        """Whether `end_all` was asked for."""
        return self._end_at is not None

    def holds(self, attempt: Attempt) -> bool:
        """Whether an attempt that has ended is to be reported later, when nothing of it is left."""
        if attempt.number not in self._kill_at:
            return False
        self._step_in(0.0)
        return True

    def sweep_one(self, attempt: Attempt) -> None:
        """End an attempt that has to go by itself: its time is over, or it said that it has ended."""
        self.sweep([attempt.number], attempt.grace_s)

    def cpu_s(self, attempt: Attempt) -> float:
        """How much CPU time what belongs to an attempt has used so far, its children that have ended included."""
        table = processes()
        return sum(table[pid].cpu_s for pid in self._owned(table, [attempt.number])[attempt.number])

    def sweep(self, numbers: Iterable[int], grace_s: float, *, asked: bool = False) -> None:
        """TERM to all that belongs to these attempts, now; the steps that follow see to the rest.

        `asked`: by the daemon, or because we end; the attempts are `swept` then.
        """
        numbers = set(numbers)
        kill_at = time.monotonic() + grace_s
        for number in numbers:
            attempt = self.commands.attempts.get(number)
            if asked and attempt is not None and attempt.status is None:
                attempt.swept = True
            self._kill_at[number] = min(kill_at, self._kill_at.get(number, kill_at))
        table = processes()
        owned = self._owned(table, numbers)
        send(table, (pid for pids in owned.values() for pid in pids), signal.SIGTERM)
        self._step_in(STEP_S)

    def end_all(self, grace_s: float) -> None:
        """End everything below us, also what ended commands left behind."""
        if self._end_at is None:
            self._end_at = time.monotonic() + grace_s
            self.sweep(list(self.commands.attempts), grace_s, asked=True)
            table = processes()
            send(table, descendants(table, [os.getpid()]), signal.SIGTERM)

    def _step_in(self, delay_s: float) -> None:
        when = max(time.monotonic() + delay_s, self._earliest)
        if not self._next_step or when < self._next_step:
            self._next_step = when
            self._loop.at(when, lambda: self._step_at(when))

    def _step_at(self, when: float) -> None:
        if self._next_step == when:  # else an earlier step took its place
            self._next_step = 0.0
            self._step()

    def _step(self) -> None:
        started = time.monotonic()
        table = processes()
        due: set[int] = set()
        for number, pids in self._owned(table, list(self._kill_at)).items():
            if started >= self._kill_at[number]:
                due |= pids
            if not pids:
                self._clean(number)
        if self._end_at is not None:
            due |= self._end_step(table, started)
        send(table, due, signal.SIGKILL)
        now = time.monotonic()
        self._earliest = now + max(_SHORTEST_S, _SHARE * (now - started))
        if self._kill_at or self._end_at is not None:
            self._step_in(STEP_S)

    def _clean(self, number: int) -> None:
        """Nothing of an attempt is left, but its process may wait to be reaped."""
        attempt = self.commands.attempts.get(number)
        if attempt is None:
            del self._kill_at[number]
        elif attempt.status is not None:
            del self._kill_at[number]
            self.commands.release(attempt)

    def _end_step(self, table: Mapping[int, Process], now: float) -> set[int]:
        assert self._end_at is not None
        rest = descendants(table, [os.getpid()])
        self.over = not rest and not self.commands.attempts
        return rest if now >= self._end_at else set()

    def _owned(self, table: Mapping[int, Process], numbers: Iterable[int]) -> dict[int, set[int]]:
        leaders = {attempt.pid: attempt.number for attempt in self.commands.attempts.values()}
        return belonging(table, os.getpid(), leaders, set(numbers), self._mark)
