"""The launcher: the parent of every command. A small process beside its daemon that outlives it; no trio, no threads.

    python -P -S -m daemons.launcher DIRECTORY [PATIENCE_S]        (daemons.launch starts it and talks to it)

    DIRECTORY/lock      held (flock) as long as it lives: one launcher, one log
    DIRECTORY/log       every start and end                                            daemons.launcher_log
    DIRECTORY/socket    where its daemon connects                                      daemons.launcher_socket
    DIRECTORY/trouble   its stderr: empty unless it has a bug

One turn:

    wait  -> daemon's messages: intents to the log, one write; then start them         daemons.starting
          -> output of commands: to their logs, searched for lines that count          daemons.commands, daemons.output
    SIGCHLD -> reap, drain what is left in the pipe, note the end
    timers -> maxrun_s, quiet_s, sweeps, progress                                      daemons.sweeper
    log, one write; then daemon, one send

Without a daemon for PATIENCE_S, or on SIGTERM, it sweeps everything and ends. Ctrl-C in some terminal is not for it.
"""

from __future__ import annotations

import ctypes
import errno
import fcntl
import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from daemons.commands import Commands
from daemons.launcher_log import LauncherLog, LogError, boot_id
from daemons.launcher_messages import (
    Context,
    Drop,
    FromDaemon,
    FromLauncher,
    Hello,
    Intended,
    Journalled,
    Lease,
    Lost,
    Quit,
    Signal,
    Spawn,
)
from daemons.launcher_socket import DaemonSocket
from daemons.loop import Loop
from daemons.sweep import sweep_leftovers
from daemons.sweeper import Sweeper

PATIENCE_S = 60.0
"""How long commands run on without a daemon."""
IDLE_S = 60.0
"""How long a launcher without a daemon stays when it runs nothing."""
GRACE_S = 10.0
"""Between TERM and KILL when the launcher itself ends."""

_PR_SET_CHILD_SUBREAPER = 36


class Launcher:
    """The turns, and what the daemon's messages mean.

    Made after what a dead launcher left is ended: nothing has been started before. Raises OSError, LogError.
    """

    def __init__(self, directory: Path, patience_s: float) -> None:
        self._patience_s = patience_s
        self._log = LauncherLog(directory / "log")
        self._settle_past()
        self._loop = Loop()
        self._child_ended = self._terminated = self._quitting = False
        self._catch_signals()
        self._sweeper = Sweeper(self._loop, self._log.opened.mark)
        self._daemon = DaemonSocket(self._loop, directory, self._greet, self._obey, self._be_alone)
        self._commands = Commands(
            self._loop, self._log, self._daemon.tell, self._sweeper.sweep_one, self._sweeper.holds, self._sweeper.cpu_s
        )  # fmt: skip
        self._sweeper.commands = self._commands
        self._lonely = 0
        self._be_alone()

    def run(self) -> None:
        """Turn until there is nothing left to do."""
        while not self._over():
            self._turn()
        self._daemon.close()

    def _over(self) -> bool:
        if self._sweeper.ending:
            return self._sweeper.over
        return self._quitting and not self._commands.attempts

    def _turn(self) -> None:
        self._loop.wait()
        self._reap()
        if self._terminated:
            self._terminated = False
            self._sweeper.end_all(GRACE_S)
        self._loop.run_timers()
        self._commands.leave()
        self._log.flush()
        self._daemon.send()

    def _settle_past(self) -> None:
        """End what a dead launcher left, and note in the log that its status is lost."""
        past = self._log.past
        sweep_leftovers(past)
        self._log.open_for(boot_id())
        now = time.time()
        for attempt in past.open_attempts():
            self._log.add(Lost(attempt, past.intended[attempt].tag, now))
        trouble = self._log.flush()
        if trouble is not None:
            raise trouble

    # -- signals ------------------------------------------------------------------------------------------------

    def _catch_signals(self) -> None:
        wakeup, waking = os.pipe2(os.O_CLOEXEC | os.O_NONBLOCK)
        self._loop.listen(wakeup, lambda: os.read(wakeup, 4096))
        signal.set_wakeup_fd(waking, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, self._note_child)
        signal.signal(signal.SIGTERM, self._note_term)
        signal.signal(signal.SIGINT, lambda *_: None)  # a handler, not "ignore": commands would inherit that

    def _note_child(self, *_: object) -> None:
        self._child_ended = True

    def _note_term(self, *_: object) -> None:
        self._terminated = True

    def _reap(self) -> None:
        if self._child_ended:
            self._child_ended = False
            self._commands.reap()

    # -- daemon -------------------------------------------------------------------------------------------------

    def _greet(self) -> list[FromLauncher]:
        """Hello; what has ended and is not in the log, its disk being full, counts as running and is told after it."""
        if self._sweeper.ending:
            return []
        self._quitting = False
        self._commands.contexts.clear()
        self._log.flush()
        untold = self._log.unwritten_ends()
        running = (*self._commands.attempts, *(end.attempt for end in untold))
        return [Hello(os.getpid(), str(self._log.path), self._log.size_bytes, running), *untold]

    def _be_alone(self) -> None:
        """Wait for the next daemon, but not for ever."""
        self._lonely += 1
        self._wait_alone(self._lonely, time.monotonic() + self._patience_s)

    def _wait_alone(self, lonely: int, until: float) -> None:
        self._loop.at(min(until, time.monotonic() + IDLE_S), lambda: self._give_up(lonely, until))

    def _give_up(self, lonely: int, until: float) -> None:
        if self._daemon.connected or self._lonely != lonely:
            return
        is_idle = not self._commands.attempts and not self._log.unwritten_ends()
        if is_idle or time.monotonic() >= until:
            self._sweeper.end_all(GRACE_S)
        else:
            self._wait_alone(lonely, until)

    def _obey(self, messages: Sequence[FromDaemon]) -> None:
        spawns = self._intend(messages)
        for message in messages:
            match message:
                case Spawn():
                    if spawns.pop(message.attempt, None) is message:
                        self._commands.start(message)
                case Context():
                    self._commands.contexts[message.id] = message
                case Journalled():
                    self._log.forget(message.attempts)
                case Signal():
                    self._reap()  # what has ended by itself was not swept
                    self._sweeper.sweep(message.attempts, message.grace_s, asked=True)
                case Lease():
                    self._commands.prolong(message)
                case Drop():
                    for context in message.contexts:
                        self._commands.contexts.pop(context, None)
                case Quit():
                    self._quitting = True
                    if message.sweep:
                        self._sweeper.end_all(message.grace_s)

    def _intend(self, messages: Sequence[FromDaemon]) -> dict[int, Spawn]:
        """Log what is about to be started, all at once; those that may be started."""
        now = time.clock_gettime(time.CLOCK_BOOTTIME)
        known = self._log.past.intended
        spawns: dict[int, Spawn] = {}
        for message in messages:
            if type(message) is Spawn and message.attempt not in known:
                spawns[message.attempt] = message
                self._log.add(Intended(message.attempt, message.tag, now))
        trouble = self._log.flush() if spawns else None
        if self._sweeper.ending:
            return self._refuse(spawns, errno.EAGAIN, "the launcher is ending")
        if trouble is not None:
            words = f"the launcher's log {self._log.path} cannot be written: {trouble.strerror}"
            return self._refuse(spawns, trouble.errno or errno.EIO, words)
        return spawns

    def _refuse(self, spawns: dict[int, Spawn], number: int, words: str) -> dict[int, Spawn]:
        for spawn in spawns.values():
            self._commands.refuse(spawn, number, words, transient=True)
        return {}


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
    except (OSError, LogError) as error:
        _answer(str(error))
        return 1
    _answer("ready")
    launcher.run()
    return 0


if __name__ == "__main__":
    sys.exit(main())
