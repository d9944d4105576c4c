"""The commands that run: each from its start to the report of its end. Not which to start, not the way to the daemon.

    running ----------> reaped -----------> drained --------------> clean ---------> reported, forgotten
    output to its log   SIGCHLD, status     its pipes are at their  nothing left of
    and searched                            end, or DRAIN_S over    a swept one

A command is over when its process has ended. What its children still print is taken for DRAIN_S, then the pipe is
dropped. An attempt that is being swept (daemons.sweeper) is over when nothing of it is left.
"""

from __future__ import annotations

import errno
import fcntl
import os
import time
from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from daemons.launcher_log import LauncherLog
from daemons.launcher_messages import Began, Context, End, Exited, FromLauncher, Lease, Output, Refused, Spawn
from daemons.loop import Loop
from daemons.output import LogFile, Scanner
from daemons.starting import CannotStart, Starter, enter
from daemons.stillness import Stillness
from daemons.sweep import MARK

if TYPE_CHECKING:
    from daemons.line_watch import LineWatch

DRAIN_S = 0.25
REPORTED_S = 2.0
"""How long a command may run on after its EXIT_STATUS line (reference section 4)."""
PROGRESS_S = 0.2
"""Percents of one command are told no more often than this."""
EXPIRED_GRACE_S = 5.0
"""Between TERM and KILL when a lease is over: its slot is given to somebody else soon (alfConfig(leaseGrace))."""
LEASE_STEP_S = 10.0
"""A lease is looked at so often: the clock of timers stands still while the machine sleeps, a lease's does not."""

_READ_BYTES = 64 * 1024
_READS = 4  # chunks of one command in a turn, so that a flood starves nobody
_PIPE_BYTES = 256 * 1024  # of a command that fills its pipe


class Attempt:
    """A command that runs, or has ended and is not reported yet."""

    __slots__ = (
        "began",
        "chunks",
        "directory",
        "ended_at",
        "expired",
        "grace_s",
        "line",
        "log",
        "number",
        "percent",
        "percent_waits",
        "pid",
        "pipes",
        "reported",
        "stalled",
        "status",
        "stillness",
        "swept",
        "tag",
        "timed_out",
        "told",
        "told_at",
        "trouble_told",
        "until",
    )

    def __init__(self, spawn: Spawn, directory: str, now: float) -> None:
        self.number = spawn.attempt
        self.tag = spawn.tag
        self.grace_s = spawn.grace_s
        self.log = LogFile(spawn.log)
        self.directory = directory
        self.until = spawn.until
        self.began = now
        self.pid = 0
        self.pipes: list[Pipe] = []
        self.status: int | None = None
        self.ended_at = 0.0
        self.swept = self.timed_out = self.expired = self.stalled = self.trouble_told = False
        self.stillness = None if spawn.quiet_s is None else Stillness(spawn.quiet_s, now)
        self.line = ""
        self.reported: int | None = None
        self.chunks: tuple[str, ...] = ()
        self.percent = self.told = -1
        self.told_at = 0.0
        self.percent_waits = False


class Pipe:
    """Our end of a command's stdout or stderr."""

    __slots__ = ("attempt", "copy", "descriptor", "scanner", "watch")

    def __init__(
        self, descriptor: int, attempt: Attempt, copy: LogFile | None = None, watch: LineWatch | None = None
    ) -> None:
        self.descriptor = descriptor
        self.attempt = attempt
        self.copy = copy
        self.scanner: Scanner | None = None
        self.watch = watch


class Commands:
    """All attempts that are not reported yet. Every record goes to the log, and to `tell`.

    `sweep` is called for those that have to go by themselves; `held` says of an attempt that has ended whether it is
    being swept, so that `release` will be called for it; `cpu_s` how much CPU time an attempt's processes have used.
    """

    def __init__(
        self,
        loop: Loop,
        log: LauncherLog,
        tell: Callable[[FromLauncher], None],
        sweep: Callable[[Attempt], None],
        held: Callable[[Attempt], bool],
        cpu_s: Callable[[Attempt], float],
    ) -> None:
        self._loop = loop
        self._log = log
        self._tell = tell
        self._sweep = sweep
        self._held = held
        self._cpu_s = cpu_s
        self._starter = Starter()
        self._by_pid: dict[int, Attempt] = {}
        self._moved = False
        self.attempts: dict[int, Attempt] = {}
        self.contexts: dict[int, Context] = {}

    def start(self, spawn: Spawn) -> None:
        """Start a command that stands in the log already, or refuse it."""
        context = self.contexts.get(spawn.context)
        attempt = Attempt(spawn, context.cwd if context else "", time.monotonic())
        try:
            attempt.pid = self._spawn(attempt, spawn, context)
        except CannotStart as error:
            for pipe in attempt.pipes:
                os.close(pipe.descriptor)
            self.refuse(spawn, error.errno, str(error), transient=error.transient, directory=error.directory)
            return
        self.attempts[attempt.number] = self._by_pid[attempt.pid] = attempt
        for pipe in attempt.pipes:
            self._loop.listen(pipe.descriptor, partial(self._read_pipe, pipe, _READS))
        uptime = time.clock_gettime(time.CLOCK_BOOTTIME)
        began = Began(attempt.number, attempt.tag, attempt.pid, time.time(), uptime)
        self._log.add(began)
        self._tell(began)
        if spawn.maxrun_s is not None:
            self._loop.at(attempt.began + spawn.maxrun_s, lambda: self._time_out(attempt))
        if spawn.until is not None:
            self._check_lease(attempt)
        if attempt.stillness is not None:
            self._look_later(attempt, attempt.stillness)

    def _spawn(self, attempt: Attempt, spawn: Spawn, context: Context | None) -> int:
        if context is None:
            raise CannotStart(errno.EINVAL, f"there is no context {spawn.context}")
        self._moved = True
        enter(context.cwd)
        env = {**context.env, **spawn.env, MARK: f"{self._log.opened.mark}.{spawn.attempt}"}
        theirs: list[int] = []
        try:
            stderr = self._make_pipe(attempt, theirs, spawn.watch)
            if spawn.keep_stdout:
                stdout = self._make_pipe(attempt, theirs, spawn.watch, _stdout_file(spawn))
            else:
                stdout = stderr
            return self._starter.start(spawn.argv, env, stdout, stderr, spawn.stdin)
        except OSError as error:
            raise CannotStart(error.errno or 0, f"no place for its output: {error}") from error
        finally:
            for descriptor in theirs:
                os.close(descriptor)

    def _make_pipe(
        self, attempt: Attempt, theirs: list[int], watch: tuple[str, ...], copy: LogFile | None = None
    ) -> int:
        ours, end = os.pipe2(os.O_CLOEXEC)
        theirs.append(end)
        attempt.pipes.append(Pipe(ours, attempt, copy, _line_watch(watch)))
        os.set_blocking(ours, False)
        return end

    def refuse(self, spawn: Spawn, number: int, words: str, *, transient: bool, directory: bool = False) -> None:
        """Say that a command cannot be started."""
        self._end(Refused(spawn.attempt, spawn.tag, number, words, transient, time.time(), directory))

    def _end(self, end: End) -> None:
        self._log.add(end)
        self._tell(end)

    def _time_out(self, attempt: Attempt) -> None:
        if attempt.status is None:
            attempt.timed_out = True
            self._sweep(attempt)

    def _look_later(self, attempt: Attempt, stillness: Stillness) -> None:
        self._loop.at(stillness.look_at, lambda: self._look(attempt, stillness))

    def _look(self, attempt: Attempt, stillness: Stillness) -> None:
        """Whether a command still gets on."""
        if attempt.status is not None or attempt.swept or attempt.timed_out:
            return  # it ends for another reason
        now = time.monotonic()
        if stillness.is_over(now, self._cpu_s(attempt)):
            attempt.stalled = True
            self._sweep(attempt)
        else:
            self._look_later(attempt, stillness)

    def prolong(self, lease: Lease) -> None:
        """These attempts may go on until then. What has expired already stays so."""
        for number in lease.attempts:
            attempt = self.attempts.get(number)
            if attempt is not None:
                attempt.until = lease.until

    def _check_lease(self, attempt: Attempt) -> None:
        if attempt.until is None or attempt.status is not None:
            return
        left_s = attempt.until - time.clock_gettime(time.CLOCK_BOOTTIME)
        if left_s > 0:
            self._loop.at(time.monotonic() + min(left_s, LEASE_STEP_S), lambda: self._check_lease(attempt))
        else:
            attempt.expired = True
            attempt.grace_s = min(attempt.grace_s, EXPIRED_GRACE_S)
            self._sweep(attempt)

    def _sweep_running(self, attempt: Attempt) -> None:
        if attempt.status is None:
            self._sweep(attempt)

    def leave(self) -> None:
        """Leave the directory of what was started last, so that it may be removed or unmounted."""
        if self._moved:
            os.chdir("/")
            self._moved = False

    def reap(self) -> None:
        """Take note of all processes that have ended."""
        now = time.monotonic()
        while True:
            try:
                pid, status = os.waitpid(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            attempt = self._by_pid.pop(pid, None)
            if attempt is None:
                continue  # what a command orphaned came to us
            attempt.status = os.waitstatus_to_exitcode(status)
            attempt.ended_at = now
            self._drain(attempt)

    def _drain(self, attempt: Attempt) -> None:
        """The process has ended: take what it left in its pipes, and for a moment what its children still print."""
        if not attempt.pipes:  # it had closed them before
            self._finish(attempt)
            return
        for pipe in list(attempt.pipes):
            self._read_pipe(pipe, _PIPE_BYTES // _READ_BYTES + 1)
        if attempt.pipes:
            self._loop.at(attempt.ended_at + DRAIN_S, lambda: self._drop_pipes(attempt))

    def _read_pipe(self, pipe: Pipe, reads: int) -> None:
        for _ in range(reads):
            try:
                data = os.read(pipe.descriptor, _READ_BYTES)
            except BlockingIOError:
                return
            if not data:
                self._close_pipe(pipe)
                return
            self._take(pipe, data)
            if len(data) < _READ_BYTES and pipe.attempt.status is None:
                return
        _widen(pipe.descriptor)

    def _take(self, pipe: Pipe, data: bytes) -> None:
        now = time.time()
        attempt = pipe.attempt
        attempt.log.write(data, now)
        if pipe.copy is not None:
            pipe.copy.write(data, now)
        if attempt.stillness is not None:
            attempt.stillness.printed(time.monotonic())
        if pipe.watch is not None:
            self._note_line(pipe, pipe.watch.feed(data))
        if pipe.scanner is None:
            pipe.scanner = Scanner()
        if pipe.scanner.feed(data):
            self._found(attempt, pipe.scanner)
        self._tell_trouble(attempt, pipe)

    @staticmethod
    def _note_line(pipe: Pipe, line: str) -> None:
        """The first line that is looked for is all that anybody wants to know."""
        if line:
            pipe.attempt.line = pipe.attempt.line or line
            pipe.watch = None

    def _tell_trouble(self, attempt: Attempt, pipe: Pipe) -> None:
        trouble = attempt.log.trouble or (pipe.copy.trouble if pipe.copy else "")
        if trouble and not attempt.trouble_told:
            attempt.trouble_told = True
            self._tell(Output(attempt.number, trouble=trouble))

    def _found(self, attempt: Attempt, scanner: Scanner) -> None:
        reported = scanner.reported if scanner.reported != attempt.reported else None
        if reported is not None:
            if attempt.reported is None and attempt.status is None:
                self._loop.at(time.monotonic() + REPORTED_S, lambda: self._sweep_running(attempt))
            attempt.reported = reported
        chunks = tuple(os.path.join(attempt.directory, chunk) for chunk in scanner.chunks)
        scanner.chunks.clear()
        attempt.chunks += chunks
        attempt.percent = scanner.percent if scanner.percent >= 0 else attempt.percent
        if reported is not None or chunks:
            self._tell(Output(attempt.number, reported=reported, chunks=chunks))
        self._tell_percent(attempt)

    def _tell_percent(self, attempt: Attempt) -> None:
        """Say how far it is, unless that was said a moment ago: then in a moment."""
        if attempt.percent == attempt.told or attempt.percent_waits:
            return
        now = time.monotonic()
        if now >= attempt.told_at + PROGRESS_S:
            attempt.told, attempt.told_at = attempt.percent, now
            self._tell(Output(attempt.number, percent=attempt.percent))
        else:
            attempt.percent_waits = True
            self._loop.at(attempt.told_at + PROGRESS_S, lambda: self._tell_waiting(attempt))

    def _tell_waiting(self, attempt: Attempt) -> None:
        attempt.percent_waits = False
        if attempt.number in self.attempts:
            self._tell_percent(attempt)

    def _close_pipe(self, pipe: Pipe) -> None:
        attempt = pipe.attempt
        self._loop.forget(pipe.descriptor)
        os.close(pipe.descriptor)
        attempt.pipes.remove(pipe)
        if pipe.watch is not None:
            self._note_line(pipe, pipe.watch.finish())
        if pipe.scanner is not None and pipe.scanner.finish():
            self._found(attempt, pipe.scanner)
        if pipe.copy is not None:
            pipe.copy.close()
        if not attempt.pipes and attempt.status is not None:
            self._finish(attempt)

    def release(self, attempt: Attempt) -> None:
        """Nothing of a swept attempt is left: report it, whoever may still hold its pipes."""
        if attempt.pipes:
            self._drop_pipes(attempt)
        else:
            self._report(attempt)

    def _drop_pipes(self, attempt: Attempt) -> None:
        for pipe in list(attempt.pipes):
            self._close_pipe(pipe)

    def _finish(self, attempt: Attempt) -> None:
        """Process and output are over; report it, unless a sweep has still to see that nothing of it is left."""
        if not self._held(attempt):
            self._report(attempt)

    def _report(self, attempt: Attempt) -> None:
        assert attempt.status is not None
        attempt.log.close()
        del self.attempts[attempt.number]
        self._end(
            Exited(
                attempt.number,
                attempt.tag,
                attempt.status,
                time.time(),
                attempt.ended_at - attempt.began,
                attempt.reported,
                attempt.swept,
                attempt.timed_out,
                attempt.chunks,
                attempt.log.trouble,
                attempt.expired,
                attempt.stalled,
                attempt.line,
            )
        )


def _stdout_file(spawn: Spawn) -> LogFile:
    """The file of an -expand command's stdout, which exists from the start. Raises OSError."""
    path = spawn.log + ".stdout"
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600))
    return LogFile(path)


def _line_watch(patterns: tuple[str, ...]) -> LineWatch | None:
    if not patterns:
        return None
    from daemons.line_watch import LineWatch  # it brings Tcl's regular expressions: who searches nothing starts faster

    return LineWatch(patterns)


def _widen(descriptor: int) -> None:
    """A larger pipe for a command that prints much. A user's share of such memory is limited."""
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
    except OSError:
        return  # the pipe stays as it is
