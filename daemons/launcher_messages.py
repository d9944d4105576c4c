"""What a daemon and its launcher say to each other: msgpack structs, framed by 4-byte lengths, over a Unix socket.

The launcher is a process of its own that is the parent of every command (`daemons.launcher`); daemon and launcher may
each
die and come back. The launcher's log (append only, the same `Began` and `Exited` structs, framed alike) is written
before
the message is sent, so what a daemon missed it reads there.

    daemon -> launcher                       launcher -> daemon
    Context  a cwd and environment, by id    Began     an attempt runs (pid)
    Spawn    start an attempt                Refused   it could not be started (no such program, ...)
    Signal   TERM.. KILL to attempts         Output    progress percents, reported status, chunk files, tails
    Drop     forget contexts                 Exited    how it ended; all output is in the log file by then
    Journalled  up to here is safe           Hello     on connect: what runs, log file and position
    Quit     when nothing runs
"""

from __future__ import annotations

import msgspec


class Message(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """Base of all messages."""


class Context(Message, frozen=True, tag=True, array_like=True):
    """A directory and an environment that many commands share."""

    id: int
    cwd: str
    env: dict[str, str]


class Spawn(Message, frozen=True, tag=True, array_like=True):
    """Start `argv` in its own session. `tag` is the daemon's name for it ("jid.tid.cid"), kept in the launcher's log.

    Output (stdout and stderr together) goes to `log` (made at the first byte; its directory too), with the time
    of each
    chunk in `log` + ".times". With `keep_stdout`, stdout alone is also written to `log` + ".stdout".
    """

    attempt: int
    tag: str
    context: int
    argv: tuple[str, ...]
    env: dict[str, str]
    log: str
    stdin: str | None = None
    keep_stdout: bool = False
    maxrun_s: float | None = None
    grace_s: float = 10.0


class Signal(Message, frozen=True, tag=True, array_like=True):
    """End these attempts: TERM to all of their process groups at once, KILL after `grace_s` to what is left."""

    attempts: tuple[int, ...]
    grace_s: float


class Drop(Message, frozen=True, tag=True, array_like=True):
    contexts: tuple[int, ...]


class Journalled(Message, frozen=True, tag=True, array_like=True):
    """Every exit up to this one's attempt set is in the daemon's journal: the launcher may shorten its log."""

    offset: int


class Quit(Message, frozen=True, tag=True, array_like=True):
    """End when nothing runs any more; with `sweep`, end everything first."""

    sweep: bool = False


class Began(Message, frozen=True, tag=True, array_like=True):
    attempt: int
    tag: str
    pid: int
    time: float


class Refused(Message, frozen=True, tag=True, array_like=True):
    """The program could not be started: `errno` and the words for it. `transient`: worth trying again (EAGAIN, ...)."""

    attempt: int
    tag: str
    errno: int
    reason: str
    transient: bool
    time: float


class Output(Message, frozen=True, tag=True, array_like=True):
    """Lines that mean something (reference section 4): the last percent, a reported status, chunk files to splice."""

    attempt: int
    percent: int = -1
    reported: int | None = None
    chunks: tuple[str, ...] = ()


class Exited(Message, frozen=True, tag=True, array_like=True):
    """`status`: exit status or minus the signal. `swept`: we ended it. `timed_out`: its maxrun_s was over."""

    attempt: int
    tag: str
    status: int
    time: float
    run_s: float
    reported: int | None = None
    swept: bool = False
    timed_out: bool = False
    chunks: tuple[str, ...] = ()


class Hello(Message, frozen=True, tag=True, array_like=True):
    """The launcher's first words on a connection: its pid, its log, and the attempts that run now."""

    pid: int
    log: str
    running: tuple[int, ...]


FromDaemon = Context | Spawn | Signal | Drop | Journalled | Quit
FromLauncher = Began | Refused | Output | Exited | Hello
