"""Safe interpreters and limits: what a script may use before it is stopped with an error.

    commands       how many commands it may run ("command count limit exceeded")
    seconds        how long it may run by the clock that is given ("time limit exceeded")
    largest_value  how long a string it may build, in characters ("value too large ...")
    recursion      Interp.recursion_limit ("too many nested evaluations (infinite loop?)")

`Interp(safe=True)` has the commands that cannot reach outside and no channels of its own. A limit on commands
or time that is exceeded cannot be caught by the script: catch and try let it pass (Interp.uncatchable).
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from alftcl.errors import LimitExceeded

if TYPE_CHECKING:
    from alftcl.interp import Interp

_BETWEEN_CHECKS = 200  # commands between two looks at the clock


@dataclass(frozen=True)
class Limits:
    """What a script may use. None: as much as it likes. `clock` gives seconds and never goes back."""

    commands: int | None = None
    seconds: float | None = None
    largest_value: int | None = None
    recursion: int | None = None
    clock: Callable[[], float] = time.monotonic

    def start(self, interp: Interp) -> None:
        """Limit an interpreter from now on."""
        if self.largest_value is not None:
            interp.largest_value = self.largest_value
        if self.recursion is not None:
            interp.recursion_limit = self.recursion
        _Watch(self, interp)
        interp.direct_only(interp.stepper is not None or interp.profiler is not None)


class _Watch:
    """What is left of the limits on commands and time in one interpreter."""

    def __init__(self, limits: Limits, interp: Interp) -> None:
        self.interp = interp
        self.clock = limits.clock
        self.last_command = None if limits.commands is None else interp.commands_run + limits.commands
        self.deadline = None if limits.seconds is None else limits.clock() + limits.seconds
        if self.last_command is not None or self.deadline is not None:
            interp.check_limits = self.check
            self._plan()
            return
        interp.check_limits = interp.charge
        interp.commands_checked = sys.maxsize
        interp.charge()  # a child's looks again before long

    def check(self) -> None:
        """Raise when a limit is exceeded, else say when to look again."""
        self.interp.charge()
        if self.last_command is not None and self.interp.commands_run > self.last_command:
            raise LimitExceeded("command count limit exceeded", ["TCL", "LIMIT", "COMMANDS"])
        if self.deadline is not None and self.clock() > self.deadline:
            raise LimitExceeded("time limit exceeded", ["TCL", "LIMIT", "TIME"])
        self._plan()

    def _plan(self) -> None:
        following = self.interp.commands_run + _BETWEEN_CHECKS
        if self.last_command is not None:
            following = min(following, self.last_command + 1)
        self.interp.commands_checked = following
