"""The assigner that alfConfig(assigner) names: a shipped one, or a site's own Python file and the clock it runs under.

    named     a shipped one (runtime.assign.shipped), or that of a file
    load      runs the file, finds the one class in it that is a runtime.assign.assigner.Assigner
    Guard     runs each of its methods; one that takes too long is ended in the middle (runtime.assign.judge)

The clock is the process's interval timer: its signal's handler raises inside of the method that runs. That ends any
loop of Python code; a call into a C library that does not come back it cannot end. It needs the main thread, where the
maitre-d's loop runs.
"""

from __future__ import annotations

import signal
import sys
import time
from collections.abc import Callable
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

from runtime.assign.assigner import Assigner
from runtime.assign.shipped import SHIPPED

LOAD_S = 10.0
"""How long the file itself may run."""
MOST_IN_A_ROW = 3
REST_S = 60.0
"""An assigner that has taken too long so often, one time after the other, is left alone for so long: the farm would
stand still for each of its slots."""


class AssignerError(Exception):
    """The site's assigner cannot be used; the text says why."""


class TookTooLong(Exception):
    """A method of the site's assigner was ended."""


class _Ended(BaseException):
    """Raised inside of what takes too long: nothing that a site's program catches."""


class Guard:
    """Runs calls, each for at most `limit_s`. One at a time, in the main thread."""

    def __init__(self, limit_s: float) -> None:
        self._limit_s = limit_s
        self._armed = False
        self._late = 0
        """How many calls have taken too long, without another one between."""
        self._rests_until = 0.0
        signal.signal(signal.SIGALRM, self._ring)

    def __call__(self, call: Callable[[], Any]) -> Any:
        """What the call returns. Raises what it raises, or TookTooLong."""
        if self._late >= MOST_IN_A_ROW and time.monotonic() < self._rests_until:
            raise TookTooLong(f"it took longer than {self._limit_s:g} s {self._late} times: it is not asked now")
        try:
            result = self._clocked(call)
        except TookTooLong:
            self._late += 1
            self._rests_until = time.monotonic() + REST_S
            raise
        self._late = 0
        return result

    def _clocked(self, call: Callable[[], Any]) -> Any:
        try:
            try:
                self._armed = True
                # again and again, for a call that catches even what ends it
                signal.setitimer(signal.ITIMER_REAL, self._limit_s, self._limit_s)
                return call()
            finally:
                self._armed = False
        except _Ended:
            raise TookTooLong(f"it took longer than {self._limit_s:g} s") from None
        finally:
            self._armed = False
            signal.setitimer(signal.ITIMER_REAL, 0)

    def _ring(self, number: int, frame: FrameType | None) -> None:
        if self._armed:
            raise _Ended


def named(name: str) -> type[Assigner]:
    """The assigner that alfConfig(assigner) means. Raises AssignerError."""
    if name in SHIPPED:
        return SHIPPED[name]
    if "/" not in name and not name.endswith(".py"):
        raise AssignerError(f"{name} is none of {', '.join(SHIPPED)}, and no Python file")
    return load(Path(name))


def load(path: Path) -> type[Assigner]:
    """The assigner in a file. Raises AssignerError."""
    module = _run(path)
    found = [
        thing
        for thing in vars(module).values()
        if isinstance(thing, type) and issubclass(thing, Assigner) and thing.__module__ == module.__name__
    ]
    if len(found) != 1:
        names = ", ".join(thing.__name__ for thing in found) or "none"
        raise AssignerError(
            f"{path} should have one class that is an Assigner (runtime.assign.assigner); it has {names}"
        )
    return found[0]


def _run(path: Path) -> ModuleType:
    spec = spec_from_file_location("site_assigner", path)
    if spec is None or spec.loader is None:
        raise AssignerError(f"{path} is no Python file: its name should end in .py")
    module = module_from_spec(spec)
    sys.modules[spec.name] = module
    try:
        Guard(LOAD_S)(lambda: spec.loader.exec_module(module) if spec.loader else None)
    except SyntaxError as error:
        raise AssignerError(f"{path}:{error.lineno}: {error.msg}") from error
    except OSError as error:
        raise AssignerError(f"{path} cannot be read: {error.strerror}") from error
    except (Exception, SystemExit) as error:
        words = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
        raise AssignerError(f"{path}:{_line(error, path)}: {words}") from error
    return module


def _line(error: BaseException, path: Path) -> int:
    """The line of the file where it went wrong, the innermost one."""
    line, trace = 0, error.__traceback__
    while trace is not None:
        if trace.tb_frame.f_code.co_filename == str(path):
            line = trace.tb_lineno
        trace = trace.tb_next
    return line
