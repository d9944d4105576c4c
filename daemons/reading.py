"""Job scripts on their way into the queue: read without holding up what runs, and read on while a job runs.

A small script is read at once; a large one, or one that computes for longer than a moment, in a thread, so that
commands go on being reaped and clients answered. The rules of scripts are `runtime.job.script`'s.
"""

from __future__ import annotations

import os
import stat
from dataclasses import replace

import trio

from alftcl.safe import Limits
from runtime.job.model import Diagnostic, Iterate, Node, Reading, Scope, Severity
from runtime.job.numbering import Unreadable
from runtime.job.script import ScriptError, StepReader, read_growth, read_job
from runtime.job.session import LIMITS
from runtime.settings import Settings

LARGE_BYTES = 64 * 1024
"""Scripts from this size on are read in a thread (and packed in another)."""
_MOMENT_COMMANDS = 10_000
_MOMENT_S = 0.05
PRINTED_LIMIT_BYTES = 256 * 1024 * 1024
"""What a command may print as a script (-expand)."""


def limits_of(settings: Settings) -> Limits:
    """What the Tcl in a script may use on this site."""
    return replace(
        LIMITS,
        commands=settings.reader_commands,
        seconds=settings.reader_time_s,
        memory=settings.reader_memory_bytes,
    )


class ScriptReader:
    """What a job's graph reads more of the job with (`runtime.job.numbering.Reader`)."""

    def __init__(self, limits: Limits = LIMITS) -> None:
        self._limits = limits
        self._steps = StepReader(limits)

    def expand_step(self, iterate: Iterate, step: int) -> tuple[Node, ...]:
        """The nodes of one step of an Iterate. Raises Unreadable."""
        try:
            return self._steps.expand_step(iterate, step)
        except ScriptError as error:
            raise Unreadable(_words(error.diagnostic)) from error

    def read_growth(self, text: str, scope: Scope | None, now: float) -> tuple[Node, ...]:
        """The tasks that a command printed. Raises Unreadable."""
        reading = read_growth(text, "what the command printed", scope, now=now, limits=self._limits)
        for found in reading.diagnostics:
            if found.severity is Severity.ERROR:
                raise Unreadable(f"what it printed is no script: {_words(found)}")
        return reading.jobs[0].tasks


async def read_script(text: bytes, file: str, now: float, limits: Limits = LIMITS) -> Reading:
    """Read a script; errors are in the reading's diagnostics."""
    if len(text) < LARGE_BYTES:
        reading = read_job(text, file, now=now, limits=_moment(limits))
        if not any(found.severity is Severity.ERROR for found in reading.diagnostics):
            return reading  # else it is wrong, or wants more than a moment: all that it may use tells which
    return await trio.to_thread.run_sync(lambda: read_job(text, file, now=now, limits=limits))


def _moment(limits: Limits) -> Limits:
    """What a script may use of its limits while everything else waits for it."""
    commands = _MOMENT_COMMANDS if limits.commands is None else min(limits.commands, _MOMENT_COMMANDS)
    seconds = _MOMENT_S if limits.seconds is None else min(limits.seconds, _MOMENT_S)
    return replace(limits, commands=commands, seconds=seconds)


def read_printed(path: str, cwd: str) -> tuple[str | None, str]:
    """The text of a script that a command wrote, or None and why it cannot be read."""
    data, trouble = read_bytes(os.path.join(cwd, path), PRINTED_LIMIT_BYTES)
    if data is None:
        return None, trouble
    try:
        return data.decode(), ""
    except UnicodeDecodeError:
        return data.decode("latin-1"), ""


def read_bytes(path: str, limit_bytes: int) -> tuple[bytes | None, str]:
    """What a script that a command wrote has in it, or None and why it cannot be read. Only a file is: who reads a pipe
    or a device waits for ever."""
    try:
        with open(path, "rb", opener=_at_once) as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                return None, f"the script {path} cannot be read: it is no regular file"
            data = file.read(limit_bytes + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        return None, f"the script {path} cannot be read: {reason}"
    if len(data) > limit_bytes:
        return None, f"the script {path} is larger than {limit_bytes >> 20} MB"
    return data, ""


def _at_once(path: str, flags: int) -> int:
    return os.open(path, flags | os.O_NONBLOCK | os.O_CLOEXEC)


def _words(found: Diagnostic) -> str:
    hint = f" ({found.hint})" if found.hint else ""
    return f"line {found.line}: {found.text}{hint}"
