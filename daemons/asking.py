"""Short programs that are run for their answer: site pings (exit status), exec metrics (first line of output).

    argv -> own session, marked environment -> answer
              |
              `-- time over, or we are cancelled: KILL to all that it started, wherever that went

They are given no input, and a bounded part of their output is kept. Commands of jobs are not run here, but by the
launcher (daemons.launcher).
"""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import trio

from daemons.sweep import MARK, Process, descendants, mark_of, processes, send

LINE_BYTES = 4096
"""A longer first line is cut here."""
NOT_STARTED = 127
_PIECE_BYTES = 64 * 1024
_MOST_BYTES = 1 << 20  # what a program may print before nobody reads it any more
_KILL_ROUNDS = 10
_KILL_PAUSE_S = 0.05
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Answer:
    """`status`: exit status, or minus the signal. `line`: the first line of its stdout. `trouble`: why there is no
    answer, in words; empty when there is one."""

    status: int
    line: str = ""
    trouble: str = ""


async def ask(argv: Sequence[str], limit_s: float, *, env: Mapping[str, str] = os.environ) -> Answer:
    """Run a program, for `limit_s` at most, and give its answer. Nothing of it is left afterwards if it took longer."""
    mark = f"asked-{os.getpid()}-{next(_numbers)}"
    try:
        reading, writing = os.pipe2(os.O_CLOEXEC)
    except OSError as error:  # too many files are open
        return _not_started(argv, error)
    os.set_blocking(reading, False)
    output = _FirstLine(reading)
    try:
        try:
            process = await trio.lowlevel.open_process(
                list(argv),
                stdin=subprocess.DEVNULL,
                stdout=writing,
                stderr=subprocess.DEVNULL,
                cwd="/",
                env={**env, MARK: mark},
                start_new_session=True,
            )
        except (OSError, ValueError, IndexError) as error:
            return _not_started(argv, error)
        finally:
            os.close(writing)
        return await _answer(process, output, mark, argv[0], limit_s)
    finally:
        output.close()


def _not_started(argv: Sequence[str], error: Exception) -> Answer:
    return Answer(NOT_STARTED, trouble=f"{argv[0] if argv else 'an empty command'} cannot be started: {error}")


async def _answer(process: trio.Process, output: _FirstLine, mark: str, name: str, limit_s: float) -> Answer:
    ended = False
    try:
        with trio.move_on_after(limit_s):
            await _until_it_ends(process, output)
            ended = True
    finally:
        if not ended:
            with trio.CancelScope(shield=True):
                await _kill(process, mark)
    if not ended:
        return Answer(-signal.SIGKILL, trouble=f"no answer from {name} within {limit_s:g} s")
    return Answer(process.returncode or 0, output.line)


class _FirstLine:
    """Reads a pipe and keeps the first line. A program that prints more is not ended by that, but for a flood."""

    def __init__(self, descriptor: int) -> None:
        self._descriptor = descriptor
        self._data = b""
        self._left_bytes = _MOST_BYTES

    async def read(self) -> None:
        while not self.take():
            await trio.lowlevel.wait_readable(self._descriptor)
        self.close()

    def take(self) -> bool:
        """Take what is there now; whether there is nothing more to wait for."""
        while self._descriptor >= 0 and self._left_bytes > 0:
            try:
                piece = os.read(self._descriptor, _PIECE_BYTES)
            except BlockingIOError:
                return False
            if not piece:
                break
            self._left_bytes -= len(piece)
            if b"\n" not in self._data and len(self._data) < LINE_BYTES:
                self._data += piece[:LINE_BYTES]
        return True

    def close(self) -> None:
        if self._descriptor >= 0:
            os.close(self._descriptor)
        self._descriptor = -1

    @property
    def line(self) -> str:
        first, _, _ = self._data.partition(b"\n")
        return first[:LINE_BYTES].decode(errors="replace").rstrip()


async def _until_it_ends(process: trio.Process, output: _FirstLine) -> None:
    """Until the program itself has ended: what it leaves in the background may keep its stdout open for long."""
    async with trio.open_nursery() as nursery:
        nursery.start_soon(output.read)
        await process.wait()
        nursery.cancel_scope.cancel()
    output.take()


async def _kill(process: trio.Process, mark: str) -> None:
    """End a program and all that it started. What is found is looked for again: it may have forked meanwhile."""
    for _ in range(_KILL_ROUNDS):
        table, found = await trio.to_thread.run_sync(_started_by, process.pid, mark)
        send(table, found, signal.SIGKILL)
        if process.poll() is not None and not found:
            return
        await trio.sleep(_KILL_PAUSE_S)


def _started_by(pid: int, mark: str) -> tuple[dict[int, Process], set[int]]:
    """The process table, and what in it belongs to a program: its session, its descendants, what has its mark."""
    table = processes()
    roots = {each.pid for each in table.values() if each.sid == pid or each.pid == pid or mark_of(each.pid) == mark}
    return table, roots | descendants(table, roots)
