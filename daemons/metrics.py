"""What is measured on this machine: loadavg, memory, disk and CPUs, by the names that jobs ask for.

    loadavg   load of the last minute per CPU        mem     free RAM in GB (@.mem)
    memory    free RAM in MB, no swap                nCPUs   CPUs (@.nCPUs)
    disk      free MB, to a user, on the file system of the state directory

`@.disk` is in GB (reference section 10): the caller's name says which. A name that is none of these is not known.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import psutil

_MB = 1 << 20


def measure(directory: Path) -> Callable[[str], float | None]:
    """A lookup of this machine's metrics; each is read when it is asked for."""
    cpus = os.cpu_count() or 1

    def disk() -> float:
        found = os.statvfs(directory)
        return found.f_bavail * found.f_frsize / _MB

    metrics: dict[str, Callable[[], float]] = {
        "loadavg": lambda: os.getloadavg()[0] / cpus,
        "memory": lambda: psutil.virtual_memory().available / _MB,
        "disk": disk,
        "@.mem": lambda: psutil.virtual_memory().available / _MB / 1024,
        "@.disk": lambda: disk() / 1024,
        "@.ncpus": lambda: float(cpus),
        "@.cpu": lambda: os.getloadavg()[0] / cpus,
    }

    def lookup(name: str) -> float | None:
        read = metrics.get(name if name == "loadavg" else name.lower())
        return None if read is None else read()

    return lookup
