"""Safe interpreters and limits: what a script may use before it is stopped with an error.

    commands       how many commands it may run ("command count limit exceeded")
    seconds        how long it may run by the clock that is given ("time limit exceeded")
    memory         by how many bytes the process may grow meanwhile ("memory limit exceeded")
    largest_value  how long a string it may build, in characters ("max size for a Tcl value ... exceeded")
    recursion      Interp.recursion_limit ("too many nested evaluations (infinite loop?)")

`Interp(safe=True)` has the commands that cannot reach outside and no channels of its own. A limit on commands,
time or memory that is exceeded cannot be caught by the script: catch and try let it pass (Interp.uncatchable).

What is looked at, and when:

    every 200 commands                 the clock, the memory of the process
    before a large value is built      the same, with that value counted already; so one command cannot take it all
    the next command after that        the same, now that it is known what the value took
    after commands with large values   the same, once their words and results together could be a part of the limit

The memory is the process's own (what else grows in it counts too), so it is a bound against runaways, not an account.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from alftcl.errors import LimitExceeded
from alftcl.memory import LARGEST_INTEGER_IN_LIMITS, resident
from alftcl.values import Value

if TYPE_CHECKING:
    from alftcl.interp import Interp

_BETWEEN_CHECKS = 200  # commands between two looks at the clock
_PART_OF_MEMORY = 16  # what commands may take in or give out between two looks at the memory
_VALUE_PART = 8  # of the memory: the longest string, unless largest_value says otherwise; as a list it takes more


@dataclass(frozen=True)
class Limits:
    """What a script may use. None: as much as it likes. `clock` gives seconds and never goes back.

    `memory_before` is what the process held when the script began, in bytes; None: what it holds at the first look.
    """

    commands: int | None = None
    seconds: float | None = None
    largest_value: int | None = None
    recursion: int | None = None
    memory: int | None = None
    clock: Callable[[], float] = time.monotonic
    memory_before: int | None = None

    def from_now(self) -> Limits:
        """The same for several interpreters that share the memory: all that they take from now on counts for each."""
        return self if self.memory is None else replace(self, memory_before=resident())

    def start(self, interp: Interp) -> None:
        """Limit an interpreter from now on."""
        if self.memory is not None:
            interp.largest_value = min(interp.largest_value, self.memory // _VALUE_PART)
        if self.largest_value is not None:
            interp.largest_value = self.largest_value
        if self.recursion is not None:
            interp.recursion_limit = self.recursion
        _Watch(self, interp)
        interp.direct_only(interp.stepper is not None or interp.profiler is not None)


class _Watch:
    """What is left of the limits on commands, time and memory in one interpreter."""

    def __init__(self, limits: Limits, interp: Interp) -> None:
        self.interp = interp
        self.clock = limits.clock
        self.last_command = None if limits.commands is None else interp.commands_run + limits.commands
        self.deadline = None if limits.seconds is None else limits.clock() + limits.seconds
        self.memory = limits.memory
        self.before = limits.memory_before
        self.weight = 0
        self.heavy = (limits.memory or 0) // _PART_OF_MEMORY
        self.is_spent = False
        interp.exceeded = None
        if self.last_command is not None or self.deadline is not None or self.memory is not None:
            interp.check_limits = self.check
            interp.grow = self.grow
            interp.is_limited = True
            interp.weigh_with(None if self.memory is None else self.weigh)
            interp.largest_integer = LARGEST_INTEGER_IN_LIMITS
            self._plan()
            return
        interp.weigh_with(None)
        interp.check_limits = interp.charge
        interp.commands_checked = sys.maxsize
        interp.charge()  # a child's looks again before long

    def check(self) -> None:
        """Raise when a limit is exceeded, else say when to look again."""
        self.interp.charge()
        self._look(0)
        self._plan()

    def grow(self, length: int) -> None:
        """Look before a value of that many bytes is built, and again at the next command."""
        self._look(length)
        self.interp.commands_checked = self.interp.commands_run

    def weigh(self, value: Value, args: list[Any]) -> None:
        """Count what a command has given out, and its words; look again when that has come to much."""
        kind = type(value)
        if kind is str:
            self.weight += len(value)  # type: ignore[arg-type]  # mypy does not narrow by type() is
        elif kind is list or kind is dict:
            self.weight += 8 * len(value)  # type: ignore[arg-type]
        for arg in args:
            kind = type(arg)
            if kind is str:
                self.weight += len(arg)
            elif kind is list or kind is dict:
                self.weight += 8 * len(arg)
        if self.weight > self.heavy:
            self.weight = 0
            self._look(0)

    def _look(self, length: int) -> None:
        if self.interp.exceeded is not None:  # a script that has got past it goes no further
            raise LimitExceeded(self.interp.exceeded.value, self.interp.exceeded.errorcode)
        if self.last_command is not None and self.interp.commands_run > self.last_command:
            raise LimitExceeded("command count limit exceeded", ["TCL", "LIMIT", "COMMANDS"])
        if self.deadline is not None and self.clock() > self.deadline:
            raise LimitExceeded("time limit exceeded", ["TCL", "LIMIT", "TIME"])
        if self.memory is not None:
            self._look_at_memory(self.memory, length)

    def _look_at_memory(self, most: int, length: int) -> None:
        if self.is_spent:  # another program than the one that was stopped: it may unset what is in its way
            self.is_spent = False
            return
        now = resident()
        if self.before is None or now < self.before:
            self.before = now
        if now + length - self.before > most:
            self.interp.exceeded = LimitExceeded("memory limit exceeded", ["TCL", "LIMIT", "MEMORY"])
            self.interp.commands_checked = 0
            self.is_spent = True
            raise self.interp.exceeded

    def _plan(self) -> None:
        following = self.interp.commands_run + _BETWEEN_CHECKS
        if self.last_command is not None:
            following = min(following, self.last_command + 1)
        self.interp.commands_checked = following
