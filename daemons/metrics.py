"""What is measured on this machine, by the names that jobs ask for, and by those of a schedule's `builtin KEY`.

    loadavg        load of the last minute per CPU       @.mem     free RAM in GB
    memory         free RAM in MB, no swap               @.disk    as disk, in GB
    memtotal       all RAM in MB                         @.ncpus   CPUs, as ncpus
    disk [PATH]    MB free to a user (PATH: default /)   @.cpu     as loadavg
    hostname       the name of this machine

A name that is none of these is not known (reference section 10).
"""

from __future__ import annotations

import os
import socket
from collections.abc import Callable
from pathlib import Path

import psutil

_MB = 1 << 20


def measure(directory: Path) -> Callable[[str], float | None]:
    """A lookup of this machine's metrics that are numbers; each is read when it is asked for. `directory`: where free
    disk counts."""

    def lookup(name: str) -> float | None:
        value = built_in(name if name == "loadavg" else name.lower(), str(directory))
        return None if isinstance(value, str) else value

    return lookup


def built_in(key: str, path: str = "/") -> float | str | None:
    """The value of a built-in metric now; None for a key that is none. Raises OSError: `path` cannot be looked at."""
    match key:
        case "loadavg" | "@.cpu":
            return os.getloadavg()[0] / _cpus()
        case "memory":
            return _memory_mb()
        case "memtotal":
            return float(psutil.virtual_memory().total / _MB)
        case "@.mem":
            return _memory_mb() / 1024
        case "disk":
            return _disk_mb(path)
        case "@.disk":
            return _disk_mb(path) / 1024
        case "ncpus" | "@.ncpus":
            return float(_cpus())
        case "hostname":
            return socket.gethostname()
    return None


def _cpus() -> int:
    return os.cpu_count() or 1


def _memory_mb() -> float:
    return float(psutil.virtual_memory().available / _MB)


def _disk_mb(path: str) -> float:
    found = os.statvfs(path)
    return found.f_bavail * found.f_frsize / _MB
