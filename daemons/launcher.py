"""The launcher: the parent of every command. A small process beside its daemon that outlives it; no trio, no threads.

    python -P -S -m daemons.launcher DIRECTORY [PATIENCE_S]        (daemons.launch starts it and talks to it)

    DIRECTORY/lock      held (flock) as long as it lives: one launcher, one log
    DIRECTORY/log       every start and end (daemons.launcher_log)
    DIRECTORY/socket    where its daemon connects: this user's, one at a time, the newest counts
    DIRECTORY/trouble   its stderr: empty unless it has a bug

One turn of the loop:

    epoll -> daemon's messages: intents to the log, one write; then start them       daemons.starting
          -> output of commands: to their logs, searched for lines that count        daemons.output
          -> SIGCHLD: reap, drain what is left in the pipe, note the end
          -> timers: maxrun_s, sweeps, coalesced progress                            daemons.sweep
          -> log, one write; then daemon, one send

A command is over when its process has ended. What its children still print is taken for DRAIN_S, then the pipe is
dropped. An attempt that is being swept is over when nothing of it is left.

States of an attempt:  running -> reaped -> (drained) -> (swept clean) -> reported, forgotten

Without a daemon for PATIENCE_S, or on SIGTERM, it sweeps everything and ends.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import select
import signal
import socket
import struct
import sys
import time
from collections.abc import Callable, Iterable, Mapping
from heapq import heappop, heappush
from pathlib import Path

import msgspec

from daemons.frames import FrameError, FrameReader, frame
from daemons.launcher_log import LauncherLog, boot_id
from daemons.launcher_messages import (
    LIMIT_BYTES,
    Began,
    Context,
    Drop,
    End,
    Exited,
    FromDaemon,
    FromLauncher,
    Hello,
    Intended,
    Journalled,
    Lost,
    Output,
    Quit,
    Refused,
    Signal,
    Spawn,
)
from daemons.output import LogFile, Scanner
from daemons.starting import CannotStart, Starter, enter
from daemons.sweep import MARK, Process, belonging, descendants, processes, send, sweep_leftovers

PATIENCE_S = 60.0
GRACE_S = 10.0
"""Between TERM and KILL when the launcher itself ends."""
DRAIN_S = 0.25
REPORTED_S = 2.0
"""How long a command may run on after its EXIT_STATUS line (reference section 4)."""
PROGRESS_S = 0.2
SWEEP_STEP_S = 0.1

_READ_BYTES = 64 * 1024
_READS = 4  # chunks of one command in a turn, so that a flood starves nobody
_PIPE_BYTES = 256 * 1024  # of a command that fills its pipe
_RECEIVE_BYTES = 256 * 1024
_PR_SET_CHILD_SUBREAPER = 36

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(FromDaemon)


class Attempt:
    """A command that runs, or has ended and is not reported yet."""

    __slots__ = (
        "began",
        "chunks",
        "ended_at",
        "grace_s",
        "log",
        "number",
        "percent",
        "percent_waits",
        "pid",
        "pipes",
        "reported",
        "status",
        "swept",
        "tag",
        "timed_out",
        "told",
        "told_at",
        "trouble_told",
    )

    def __init__(self, spawn: Spawn, now: float) -> None:
        self.number = spawn.attempt
        self.tag = spawn.tag
        self.grace_s = spawn.grace_s
        self.log = LogFile(spawn.log)
        self.began = now
        self.pid = 0
        self.pipes: list[Pipe] = []
        self.status: int | None = None
        self.ended_at = 0.0
        self.swept = self.timed_out = self.trouble_told = False
        self.reported: int | None = None
        self.chunks: tuple[str, ...] = ()
        self.percent = self.told = -1
        self.told_at = 0.0
        self.percent_waits = False


class Pipe:
    """Our end of a command's stdout or stderr."""

    __slots__ = ("attempt", "copy", "descriptor", "scanner")

    def __init__(self, descriptor: int, attempt: Attempt, copy: LogFile | None = None) -> None:
        self.descriptor = descriptor
        self.attempt = attempt
        self.copy = copy
        self.scanner: Scanner | None = None


class Launcher:
    """The loop and all its state. Raises OSError where the directory cannot be used."""

    def __init__(self, directory: Path, patience_s: float) -> None:
        self._directory = directory
        self._patience_s = patience_s
        self._log = LauncherLog(directory / "log")
        self._starter = Starter()
        self._epoll = select.epoll()
        self._handlers: dict[int, Callable[[], None]] = {}
        self._pipes: dict[int, Pipe] = {}
        self._timers: list[tuple[float, int, Callable[[], None]]] = []
        self._timer_number = 0
        self._attempts: dict[int, Attempt] = {}
        self._by_pid: dict[int, Attempt] = {}
        self._contexts: dict[int, Context] = {}
        self._moved = False
        self._sweeps: dict[int, float] = {}  # attempt -> when what is left of it is killed
        self._sweep_timer = self._sweep_earliest = 0.0
        self._end_at: float | None = None  # sweeping everything, to end; KILL at that time
        self._quitting = self._over = False
        self._terminated = self._child_ended = False
        self._daemon: socket.socket | None = None
        self._reader = FrameReader(LIMIT_BYTES)
        self._outgoing = bytearray()
        self._sending = False
        self._alone_since = 0.0

    # -- life ---------------------------------------------------------------------------------------------------

    def prepare(self) -> None:
        """End what a dead launcher left, then listen. Nothing has been started before."""
        self._settle_past()
        wakeup, waking = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        signal.set_wakeup_fd(waking, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, self._note_child)
        signal.signal(signal.SIGTERM, self._note_term)
        signal.signal(signal.SIGINT, lambda *_: None)  # a handler, not "ignore": commands would inherit that
        self._listen(wakeup, lambda: os.read(wakeup, 4096))
        path = self._directory / "socket"
        path.unlink(missing_ok=True)
        listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        os.chdir(self._directory)  # the name alone: a whole path may be too long for an address
        listener.bind("socket")
        os.chdir("/")
        path.chmod(0o600)
        listener.listen(8)
        self._listen(listener.fileno(), lambda: self._accept(listener))
        self._be_alone()

    def run(self) -> None:
        """Turn until there is nothing left to do."""
        while not self._over:
            self._turn()
        (self._directory / "socket").unlink(missing_ok=True)
        self._say_the_rest()

    def _turn(self) -> None:
        timeout = max(0.0, self._timers[0][0] - time.monotonic()) if self._timers else None
        for descriptor, _ in self._epoll.poll(timeout):
            pipe = self._pipes.get(descriptor)
            if pipe is not None:
                self._read_pipe(pipe, _READS)
            elif descriptor in self._handlers:
                self._handlers[descriptor]()
        if self._child_ended:
            self._reap()
        if self._terminated:
            self._end_all(GRACE_S)
        self._run_timers()
        if self._moved:
            os.chdir("/")
            self._moved = False
        if self._quitting and not self._attempts and self._end_at is None:
            self._over = True
        self._log.flush()
        self._send()

    def _settle_past(self) -> None:
        boot = boot_id()
        past = self._log.past
        sweep_leftovers(past)
        self._log.open_for(boot)
        now = time.time()
        for attempt in past.open_attempts():
            self._log.add(Lost(attempt, past.intended[attempt].tag, now))
        trouble = self._log.flush()
        if trouble is not None:
            raise trouble

    def _end_all(self, grace_s: float) -> None:
        self._terminated = False
        if self._end_at is None:
            self._end_at = time.monotonic() + grace_s
            self._sweep(list(self._attempts), grace_s, by_daemon=True)
            table = processes()
            send(table, descendants(table, [os.getpid()]), signal.SIGTERM)  # also what ended commands left behind

    def _note_child(self, *_: object) -> None:
        self._child_ended = True

    def _note_term(self, *_: object) -> None:
        self._terminated = True

    # -- loop ---------------------------------------------------------------------------------------------------

    def _listen(self, descriptor: int, handler: Callable[[], object]) -> None:
        self._handlers[descriptor] = handler  # type: ignore[assignment]  # what a handler returns is nobody's
        self._epoll.register(descriptor, select.EPOLLIN)

    def _at(self, when: float, action: Callable[[], None]) -> None:
        self._timer_number += 1
        heappush(self._timers, (when, self._timer_number, action))

    def _run_timers(self) -> None:
        timers = self._timers
        if timers:
            now = time.monotonic()
            while timers and timers[0][0] <= now:
                heappop(timers)[2]()

    # -- daemon -------------------------------------------------------------------------------------------------

    def _accept(self, listener: socket.socket) -> None:
        try:
            connection, _ = listener.accept()
        except (BlockingIOError, ConnectionAbortedError):
            return
        uid = struct.unpack("3i", connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[1]
        if uid != os.getuid() or self._end_at is not None:
            connection.close()
            return
        if self._daemon is not None:
            self._hang_up()  # unread orders of the older one never happen
        connection.setblocking(False)
        self._daemon = connection
        self._reader = FrameReader(LIMIT_BYTES)
        self._quitting = False
        self._listen(connection.fileno(), self._receive)
        self._log.flush()
        self._tell(Hello(os.getpid(), str(self._log.path), self._log.size_bytes, tuple(self._attempts)))

    def _receive(self) -> None:
        assert self._daemon is not None
        if self._sending:
            self._send()
        try:
            data = self._daemon.recv(_RECEIVE_BYTES)
            bodies = self._reader.feed(data)
            messages = [_decoder.decode(body) for body in bodies]
        except BlockingIOError:
            return
        except OSError:
            self._be_alone()
            return
        except (FrameError, msgspec.DecodeError) as error:
            sys.stderr.write(f"launcher: the daemon's words make no sense: {error}\n")
            self._be_alone()
            return
        if not data:
            self._be_alone()
        self._obey(messages)

    def _be_alone(self) -> None:
        """The daemon is gone: wait for the next one, but not for ever."""
        self._hang_up()
        since = self._alone_since = time.monotonic()

        def enough() -> None:
            if self._daemon is None and self._alone_since == since:
                self._end_all(GRACE_S)

        self._at(since + self._patience_s, enough)

    def _hang_up(self) -> None:
        if self._daemon is not None:
            self._handlers.pop(self._daemon.fileno())
            self._epoll.unregister(self._daemon)
            self._daemon.close()
            self._daemon = None
        self._outgoing.clear()
        self._sending = False
        self._contexts.clear()

    def _tell(self, message: FromLauncher) -> None:
        if self._daemon is not None:
            self._outgoing += frame(_encoder.encode(message))

    def _send(self) -> None:
        if self._daemon is None or not self._outgoing:
            return
        try:
            sent = self._daemon.send(self._outgoing)
        except BlockingIOError:
            sent = 0
        except OSError:
            self._be_alone()
            return
        del self._outgoing[:sent]
        if bool(self._outgoing) != self._sending:
            self._sending = not self._sending
            wanted = select.EPOLLIN | (select.EPOLLOUT if self._sending else 0)
            self._epoll.modify(self._daemon.fileno(), wanted)

    def _say_the_rest(self) -> None:
        if self._daemon is not None:
            self._daemon.settimeout(1.0)
            try:
                self._daemon.sendall(self._outgoing)
            except OSError:
                return  # it stands in the log

    def _obey(self, messages: Iterable[FromDaemon]) -> None:
        spawns = self._intend(messages)
        for message in messages:
            match message:
                case Spawn():
                    if spawns.pop(message.attempt, None) is message:
                        self._start(message)
                case Context():
                    self._contexts[message.id] = message
                case Journalled():
                    self._log.forget(message.attempts)
                case Signal():
                    self._sweep(message.attempts, message.grace_s, by_daemon=True)
                case Drop():
                    for context in message.contexts:
                        self._contexts.pop(context, None)
                case Quit():
                    self._quitting = True
                    if message.sweep:
                        self._end_all(message.grace_s)

    # -- commands -----------------------------------------------------------------------------------------------

    def _intend(self, messages: Iterable[FromDaemon]) -> dict[int, Spawn]:
        """Log what is about to be started, at once; the attempts that may be."""
        now = time.clock_gettime(time.CLOCK_BOOTTIME)
        past = self._log.past
        spawns: dict[int, Spawn] = {}
        for message in messages:
            if type(message) is Spawn and message.attempt not in past.intended:
                spawns[message.attempt] = message
                self._log.add(Intended(message.attempt, message.tag, now))
        trouble = self._log.flush() if spawns else None
        if trouble is None:
            return spawns
        for spawn in spawns.values():
            words = f"the launcher's log {self._log.path} cannot be written: {trouble.strerror}"
            self._refuse(spawn, trouble.errno or errno.EIO, words, transient=True)
        return {}

    def _start(self, spawn: Spawn) -> None:
        attempt = Attempt(spawn, time.monotonic())
        try:
            if self._end_at is not None:
                raise CannotStart(errno.EAGAIN, "the launcher is ending")
            attempt.pid = self._spawn(attempt, spawn)
        except CannotStart as error:
            for pipe in attempt.pipes:
                os.close(pipe.descriptor)
            self._refuse(spawn, error.errno, str(error), transient=error.transient)
            return
        self._attempts[attempt.number] = self._by_pid[attempt.pid] = attempt
        for pipe in attempt.pipes:
            self._pipes[pipe.descriptor] = pipe
            self._epoll.register(pipe.descriptor, select.EPOLLIN)
        uptime = time.clock_gettime(time.CLOCK_BOOTTIME)
        began = Began(attempt.number, attempt.tag, attempt.pid, time.time(), uptime)
        self._log.add(began)
        self._tell(began)
        if spawn.maxrun_s is not None:
            self._at(attempt.began + spawn.maxrun_s, lambda: self._time_out(attempt))

    def _spawn(self, attempt: Attempt, spawn: Spawn) -> int:
        context = self._contexts.get(spawn.context)
        if context is None:
            raise CannotStart(errno.EINVAL, f"there is no context {spawn.context}")
        self._moved = True
        enter(context.cwd)
        env = {**context.env, **spawn.env, MARK: f"{self._log.opened.mark}.{spawn.attempt}"}
        theirs: list[int] = []
        try:
            stderr = self._make_pipe(attempt, theirs)
            stdout = self._make_pipe(attempt, theirs, _stdout_file(spawn)) if spawn.keep_stdout else stderr
            return self._starter.start(spawn.argv, env, stdout, stderr, spawn.stdin)
        except OSError as error:
            raise CannotStart(error.errno or 0, f"no place for its output: {error}") from error
        finally:
            for descriptor in theirs:
                os.close(descriptor)

    def _make_pipe(self, attempt: Attempt, theirs: list[int], copy: LogFile | None = None) -> int:
        ours, end = os.pipe2(os.O_CLOEXEC)
        theirs.append(end)
        attempt.pipes.append(Pipe(ours, attempt, copy))
        os.set_blocking(ours, False)
        return end

    def _refuse(self, spawn: Spawn, number: int, words: str, *, transient: bool) -> None:
        self._end(Refused(spawn.attempt, spawn.tag, number, words, transient, time.time()))

    def _end(self, end: End) -> None:
        self._log.add(end)
        self._tell(end)

    def _reap(self) -> None:
        self._child_ended = False
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
            self._at(attempt.ended_at + DRAIN_S, lambda: self._drop_pipes(attempt))

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
        if pipe.scanner is None:
            pipe.scanner = Scanner()
        if pipe.scanner.feed(data):
            self._found(attempt, pipe.scanner)
        self._tell_trouble(attempt, pipe)

    def _tell_trouble(self, attempt: Attempt, pipe: Pipe) -> None:
        trouble = attempt.log.trouble or (pipe.copy.trouble if pipe.copy else "")
        if trouble and not attempt.trouble_told:
            attempt.trouble_told = True
            self._tell(Output(attempt.number, trouble=trouble))

    def _found(self, attempt: Attempt, scanner: Scanner) -> None:
        reported = scanner.reported if scanner.reported != attempt.reported else None
        if reported is not None:
            if attempt.reported is None and attempt.status is None:
                self._at(time.monotonic() + REPORTED_S, lambda: self._sweep([attempt.number], attempt.grace_s))
            attempt.reported = reported
        chunks = tuple(scanner.chunks)
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
            self._at(attempt.told_at + PROGRESS_S, lambda: self._tell_waiting(attempt))

    def _tell_waiting(self, attempt: Attempt) -> None:
        attempt.percent_waits = False
        if attempt.number in self._attempts:
            self._tell_percent(attempt)

    def _close_pipe(self, pipe: Pipe) -> None:
        attempt = pipe.attempt
        del self._pipes[pipe.descriptor]
        # a child that is just being executed may still have it open: closing alone would leave it in the epoll set
        self._epoll.unregister(pipe.descriptor)
        os.close(pipe.descriptor)
        attempt.pipes.remove(pipe)
        if pipe.scanner is not None and pipe.scanner.finish():
            self._found(attempt, pipe.scanner)
        if pipe.copy is not None:
            pipe.copy.close()
        if not attempt.pipes and attempt.status is not None:
            self._finish(attempt)

    def _drop_pipes(self, attempt: Attempt) -> None:
        for pipe in list(attempt.pipes):
            self._close_pipe(pipe)

    def _finish(self, attempt: Attempt) -> None:
        """Process and output are over; report it, unless a sweep has still to see that nothing of it is left."""
        if attempt.number in self._sweeps:
            self._sweep_soon(0.0)
        else:
            self._report(attempt)

    def _report(self, attempt: Attempt) -> None:
        assert attempt.status is not None
        attempt.log.close()
        del self._attempts[attempt.number]
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
            )
        )

    # -- sweeps -------------------------------------------------------------------------------------------------

    def _time_out(self, attempt: Attempt) -> None:
        if attempt.status is None:
            attempt.timed_out = True
            self._sweep([attempt.number], attempt.grace_s)

    def _sweep(self, numbers: Iterable[int], grace_s: float, *, by_daemon: bool = False) -> None:
        """TERM to all that belongs to these attempts, now; the steps that follow see to the rest."""
        if self._child_ended:
            self._reap()  # what has ended by itself was not swept
        numbers = set(numbers)
        kill_at = time.monotonic() + grace_s
        for number in numbers:
            attempt = self._attempts.get(number)
            if attempt is not None and attempt.status is None and by_daemon:
                attempt.swept = True
            self._sweeps[number] = min(kill_at, self._sweeps.get(number, kill_at))
        table = processes()
        owned = belonging(table, os.getpid(), self._leaders(), numbers, self._log.opened.mark)
        send(table, (pid for pids in owned.values() for pid in pids), signal.SIGTERM)
        self._sweep_soon(SWEEP_STEP_S)

    def _sweep_soon(self, delay_s: float) -> None:
        """Look what is left after a while; a look that costs much is taken less often."""
        when = max(time.monotonic() + delay_s, self._sweep_earliest)
        if not self._sweep_timer or when < self._sweep_timer:
            self._sweep_timer = when

            def step() -> None:
                if self._sweep_timer == when:
                    self._sweep_timer = 0.0
                    self._sweep_step()

            self._at(when, step)

    def _sweep_step(self) -> None:
        started = time.monotonic()
        table = processes()
        owned = belonging(table, os.getpid(), self._leaders(), self._sweeps, self._log.opened.mark)
        due: set[int] = set()
        for number, pids in owned.items():
            attempt = self._attempts.get(number)
            if started >= self._sweeps[number]:
                due |= pids
            if not pids and (attempt is None or attempt.status is not None):
                self._swept_clean(number, attempt)
        if self._end_at is not None:
            due |= self._end_step(table, started)
        send(table, due, signal.SIGKILL)
        now = time.monotonic()
        self._sweep_earliest = now + max(0.02, 5 * (now - started))
        if self._sweeps or self._end_at is not None:
            self._sweep_soon(SWEEP_STEP_S)

    def _swept_clean(self, number: int, attempt: Attempt | None) -> None:
        del self._sweeps[number]
        if attempt is None:
            return
        if attempt.pipes:
            self._drop_pipes(attempt)
        else:
            self._report(attempt)

    def _end_step(self, table: Mapping[int, Process], now: float) -> set[int]:
        """Everything below us has to go before we end; what is to be killed now."""
        assert self._end_at is not None
        rest = descendants(table, [os.getpid()])
        if not rest and not self._attempts:
            self._over = True
        return rest if now >= self._end_at else set()

    def _leaders(self) -> dict[int, int]:
        return {attempt.pid: attempt.number for attempt in self._attempts.values()}


def _stdout_file(spawn: Spawn) -> LogFile:
    """The file of an -expand command's stdout, which exists from the start. Raises OSError."""
    path = spawn.log + ".stdout"
    os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600))
    return LogFile(path)


def _widen(descriptor: int) -> None:
    """A larger pipe for a command that prints much. A user's share of such memory is limited."""
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)
    except OSError:
        return  # the pipe stays as it is


def _adopt_orphans() -> None:
    """What commands orphan becomes our child and not init's (prctl(2), PR_SET_CHILD_SUBREAPER)."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0):
        raise OSError(ctypes.get_errno(), "prctl(PR_SET_CHILD_SUBREAPER)")


def _take_lock(directory: Path) -> bool:
    """Whether we are this directory's only launcher. The lock goes with the process."""
    descriptor = os.open(directory / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _answer(words: str) -> None:
    """The answer to whoever started us: `ready`, or what is wrong. Then our stdout is nobody's any more."""
    os.write(1, words.encode() + b"\n")
    null = os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 1)
    os.close(null)


def main() -> int:
    """Become nobody's child in a session of our own, take the directory, say "ready", turn until the end."""
    directory = Path(sys.argv[1])
    patience_s = float(sys.argv[2]) if len(sys.argv) > 2 else PATIENCE_S
    if os.fork():
        os._exit(0)
    os.setsid()
    try:
        if not _take_lock(directory):
            _answer("ready")  # another one was quicker
            return 0
        _adopt_orphans()
        launcher = Launcher(directory, patience_s)
        launcher.prepare()
    except Exception as error:
        _answer(f"{type(error).__name__}: {error}")
        raise
    _answer("ready")
    launcher.run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
