"""Checking a script before it is queued: `alfred -check` in a process of its own: no script holds a window up."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import trio

_LONGEST_S = 120.0
_MOST_LINES = 500


@dataclass(frozen=True)
class Checked:
    """`lines`: what was found, as `alfred -check` says it. `queueable`: no errors; `clean`: nothing at all."""

    lines: tuple[str, ...]
    queueable: bool
    clean: bool


async def check(file: str) -> Checked:
    """Read a script and say what is wrong with it; nothing is queued. Raises OSError."""
    path = Path(file)
    name = f"./{path.name}" if path.name.startswith("-") else path.name  # it is no option
    words = [sys.executable, "-P", "-m", "daemons.cli", "-check", name]
    with trio.move_on_after(_LONGEST_S):
        said = await trio.run_process(
            words, cwd=path.parent, capture_stdout=True, stderr=subprocess.STDOUT, check=False
        )
        lines = said.stdout.decode(errors="replace").splitlines()
        more = len(lines) - _MOST_LINES
        if more > 0:
            lines = [*lines[:_MOST_LINES], f"... and {more:,} lines more: alfred -check {file}"]
        return Checked(tuple(lines), said.returncode == 0, said.returncode == 0 and len(lines) == 1)
    return Checked((f"{file} could not be checked within {_LONGEST_S:g} s",), queueable=True, clean=False)
