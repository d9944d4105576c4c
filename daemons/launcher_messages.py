"""What a daemon and its launcher say to each other, and what the launcher writes to its log. No I/O here.

msgpack structs, framed by 4-byte lengths (daemons.frames), over a Unix socket. The launcher is the parent of every
command (`daemons.launcher`); daemon and launcher may each die and come back. Whatever ends an attempt stands in the
launcher's log (daemons.launcher_log) before it is sent, so what a daemon missed it reads there.

    daemon -> launcher                          launcher -> daemon
    Context     a cwd and environment, by id    Hello     on connect: what runs, which log, how much of it is past
    Drop        forget contexts                 Began     an attempt runs (pid)
    Spawn       start an attempt                Output    percent, reported status, chunk files, trouble with its log
    Signal      end attempts: TERM, then KILL   Refused   it could not be started      \\
    Lease       attempts may go on until then
    Journalled  these ends are safe with me     Exited    how it ended                  } the end of an attempt,
    Quit        end when nothing runs           Lost      its launcher died under it   /  exactly one of the three

The life of an attempt in the log:  Intended -> Began -> Exited | Lost
                                             `-> Refused | Lost
"""

from __future__ import annotations

import msgspec

LIMIT_BYTES = 256 * 1024 * 1024
"""Bound of one message; a -msg text or an environment is the largest thing in any."""


class Message(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """Base of all messages and log records."""


class Context(Message, frozen=True, tag=True, array_like=True):
    """A directory and an environment that many commands share. Contexts belong to a connection and end with it."""

    id: int
    cwd: str
    env: dict[str, str]


class Spawn(Message, frozen=True, tag=True, array_like=True):
    """Start `argv` in a session of its own. `tag` is the daemon's name for it ("jid.tid.cid"), kept in the log.

    Output (stdout and stderr together) goes to `log`, made at the first byte, its directory too; the times of its
    chunks to `log` + ".times" (daemons.output). With `keep_stdout`, stdout alone is also in `log` + ".stdout", which
    then exists however little is printed. `stdin` None is /dev/null. `maxrun_s`: it is ended after so long.
    `until` is the end of its lease on CLOCK_BOOTTIME, seconds (None: it has none): what is not renewed with a Lease is
    ended then, also while there is no daemon, or one that does nothing. `quiet_s`: it is ended after so long without
    output and without CPU time. `watch`: patterns (runtime.licences.compiled); the first line of its output that one of
    them matches is told with its end.
    An attempt number that the launcher has seen before is not started again.
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
    until: float | None = None
    quiet_s: float | None = None
    watch: tuple[str, ...] = ()


class Signal(Message, frozen=True, tag=True, array_like=True):
    """End these attempts and all their descendants: TERM to all at once, after `grace_s` KILL to what is left.

    Exited follows when nothing of an attempt is left. An attempt that has ended may have left processes: they go too.
    """

    attempts: tuple[int, ...]
    grace_s: float


class Lease(Message, frozen=True, tag=True, array_like=True):
    """The leases of these attempts last until then (CLOCK_BOOTTIME, which goes on while the machine sleeps)."""

    attempts: tuple[int, ...]
    until: float


class Drop(Message, frozen=True, tag=True, array_like=True):
    contexts: tuple[int, ...]


class Journalled(Message, frozen=True, tag=True, array_like=True):
    """The ends of these attempts are in the daemon's journal: the launcher need not keep them any longer. In the log:
    what stands before of those that have ended counts no more."""

    attempts: tuple[int, ...]


class Quit(Message, frozen=True, tag=True, array_like=True):
    """End when nothing runs any more; with `sweep`, end everything first, also what ended commands left behind."""

    sweep: bool = False
    grace_s: float = 10.0


class Opened(Message, frozen=True, tag=True, array_like=True):
    """First record of a log. `mark` is in every command's environment as ALF_ATTEMPT=MARK.ATTEMPT; `boot` the
    kernel's boot id: after a reboot no process of the log can be left."""

    mark: str
    boot: str


class Intended(Message, frozen=True, tag=True, array_like=True):
    """Written before the attempt is started: where no Began follows, it may run all the same. `uptime_s` is
    CLOCK_BOOTTIME."""

    attempt: int
    tag: str
    uptime_s: float


class Began(Message, frozen=True, tag=True, array_like=True):
    """`pid` is also its session and process group. `time` is wall-clock, `uptime_s` CLOCK_BOOTTIME."""

    attempt: int
    tag: str
    pid: int
    time: float
    uptime_s: float


class Refused(Message, frozen=True, tag=True, array_like=True):
    """The program could not be started: `errno` and the words for it. `transient`: worth trying again (EAGAIN, ...).
    `directory`: it is its directory that cannot be used on this machine."""

    attempt: int
    tag: str
    errno: int
    reason: str
    transient: bool
    time: float
    directory: bool = False


class Output(Message, frozen=True, tag=True, array_like=True):
    """Lines that mean something (reference section 4), since the last such message: the last percent, a reported
    status, chunk files to splice (whole paths). `trouble`: words for a log that cannot be written (once); the command
    goes on."""

    attempt: int
    percent: int = -1
    reported: int | None = None
    chunks: tuple[str, ...] = ()
    trouble: str = ""


class Exited(Message, frozen=True, tag=True, array_like=True):
    """The process has ended and its output is in its log file.

    `status`: its own, or minus the signal; `reported`: what it said with an EXIT_STATUS line, which counts instead.
    `swept`: the daemon's Signal, or the launcher's own end, was under way before it ended. `timed_out`: its maxrun_s
    was over. `chunks`: all that it named. `trouble`: output that could not be kept. `expired`: its lease ran out.
    `stalled`: its quiet_s were over. `line`: the first that one of the patterns of its Spawn matched.
    """

    attempt: int
    tag: str
    status: int
    time: float
    run_s: float
    reported: int | None = None
    swept: bool = False
    timed_out: bool = False
    chunks: tuple[str, ...] = ()
    trouble: str = ""
    expired: bool = False
    stalled: bool = False
    line: str = ""


class Lost(Message, frozen=True, tag=True, array_like=True):
    """Its launcher died while it ran or was about to; what was left of it has been ended. Nobody knows its status."""

    attempt: int
    tag: str
    time: float


class Hello(Message, frozen=True, tag=True, array_like=True):
    """The launcher's first words on a connection. The log's first `size_bytes` are past; what comes later in the log
    is also sent here."""

    pid: int
    log: str
    size_bytes: int
    running: tuple[int, ...]


End = Refused | Exited | Lost
Record = Opened | Intended | Began | Refused | Exited | Lost | Journalled
FromDaemon = Context | Spawn | Signal | Lease | Drop | Journalled | Quit
FromLauncher = Hello | Began | Output | Refused | Exited | Lost
