"""How much memory this process has, and how large a value may be that is built now.

    resident()         bytes of memory that the process holds, as the system counts them
    look()             called now and then by what takes long without running a command: raises when a limit is exceeded
    reserve(length)    called before a value is built where no interpreter is at hand (the string form of a nested
                       list, an integer of a million digits): asks the interpreter that this thread runs
    give_back()        what caches keep of scripts that are over

The rules are safe.py's; without an interpreter only Tcl's own largest value holds.
"""

from __future__ import annotations

import os
import sys
from _thread import _local
from collections.abc import Callable
from typing import Any, NamedTuple

from alftcl.errors import TclError

LARGE = 1 << 16  # characters or bytes: what is smaller is not counted one by one
LARGEST_VALUE = (1 << 31) - 1  # characters: Tcl's own limit
LARGEST_INTEGER = 1 << 28  # bits
LARGEST_INTEGER_IN_LIMITS = 1 << 20  # bits: its digits, or a product, take a fraction of a second

_caches: list[Callable[[], Any]] = []


def too_large(largest: int) -> TclError:
    """The error for a value that is longer than it may be."""
    return TclError(f"max size for a Tcl value ({largest} bytes) exceeded", ["TCL", "MEMORY"])


def _reserve_any(length: int) -> None:
    if length > LARGEST_VALUE:
        raise too_large(LARGEST_VALUE)


def _look_at_nothing() -> None:
    """There are no limits."""


class Allowance(NamedTuple):
    """What an interpreter allows."""

    reserve: Callable[[int], None] = _reserve_any
    look: Callable[[], None] = _look_at_nothing
    largest_integer: int = LARGEST_INTEGER
    is_limited: bool = False


class _Thread(_local):
    """What the interpreter allows that this thread runs."""

    now = Allowance()


_thread = _Thread()


def allow(allowance: Allowance) -> Allowance:
    """Ask this from now on, in this thread. Returns what was asked before."""
    before = _thread.now
    _thread.now = allowance
    return before


def look() -> None:
    """See whether a limit is exceeded. Raises LimitExceeded."""
    _thread.now.look()


def is_limited() -> bool:
    """Whether what runs in this thread may take its time."""
    return _thread.now.is_limited


def reserve(length: int) -> None:
    """Ask before a value of so many characters is built. Raises TclError."""
    _thread.now.reserve(length)


def integer_fits(bits: int) -> bool:
    """Whether an integer of so many bits may be built."""
    return bits <= _thread.now.largest_integer


def kept_in(forget: Callable[[], Any]) -> None:
    """Have give_back call this: it empties a cache of what scripts have built."""
    _caches.append(forget)


def give_back() -> None:
    """Empty the caches, and let go of what only refers to itself."""
    import gc

    for forget in _caches:
        forget()
    gc.collect()


def resident() -> int:
    """Bytes of memory that this process holds now; where the system does not tell, the most it ever held."""
    try:
        with open("/proc/self/statm", "rb", buffering=0) as table:
            return int(table.read(200).split()[1]) * _PAGE
    except (OSError, IndexError):
        import resource

        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most if sys.platform == "darwin" else most * 1024


_PAGE = os.sysconf("SC_PAGE_SIZE")
