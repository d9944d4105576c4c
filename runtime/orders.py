"""What the dispatcher's core asks its shell to do. Events go in as method calls, these come out, in order.

    core (runtime.dispatcher)            shell (daemons.dispatcher)
    -------------------------            --------------------------
    Record(fact)                         append to the journal (group commit)
    Launch                               start a process through the launcher
    Sweep                                end these attempts' process groups, all at once: TERM, grace, KILL
    RunBuiltin                           File delete|copy|rename|mkdir with the dispatcher's rights
    RunHook                              -whendone / -whenerror program
    Notify                               a mail, or a word to a web service, that a job is over
    TestResume                           run a -resumewhile test, answer with its exit status
    ReadText                             read an -expand output or chunk file, answer with its text
    ToMaitred                            say this to the maitre-d
    ShowFile                             a chaser or preview program that a user asked for
    Announce                             tell clients what changed

Orders are plain structs so that tests compare them as values.
"""

from __future__ import annotations

from enum import Enum

import msgspec

from runtime.facts import AttemptId, Fact, Place
from runtime.farm_messages import Excluding, JobEnded, Returned, Running, TagRests, Want
from runtime.job.model import CmdId, JobId, TaskId
from runtime.notices import Notice


class Order(msgspec.Struct, frozen=True):
    """Base of all orders."""


class Record(Order, frozen=True):
    """Write this fact to the journal.

    `barrier`: what follows must not happen before the fact is safe. It gives numbers that launches then use, or is a
    user's word that was answered, or lets something start of which the launcher's log alone could not tell why.
    """

    fact: Fact
    barrier: bool = False


class Launch(Order, frozen=True):
    """Start a command. `env` comes on top of the environment that the job was spooled with.

    `place`: on the alfserver of its first slot, under its lease; None: beside the dispatcher. `presets` are names of
    the alfserver's environment presets (-envkey), applied under `env`; beside the dispatcher they are in `env` already.
    """

    attempt: AttemptId
    jid: JobId
    tid: TaskId
    cid: CmdId
    argv: tuple[str, ...]
    cwd: str
    env: dict[str, str]
    stdin: str | None = None
    keep_stdout: bool = False
    """The command has -expand: its stdout alone is wanted when it ends (`Exit.stdout_path`)."""
    maxrun_s: float | None = None
    place: Place | None = None
    presets: tuple[str, ...] = ()
    quiet_s: float | None = None
    """After so long without a sign of life it is ended (daemons.stillness)."""
    watch: tuple[str, ...] = ()
    """Patterns of lines that say that a licence is short: the first line that matches one comes with its end."""


class Sweep(Order, frozen=True):
    """End these attempts, all at once: TERM to every process group, KILL after `grace_s`; their exits come as usual."""

    attempts: tuple[AttemptId, ...]
    grace_s: float
    reason: str = ""


class RunBuiltin(Order, frozen=True):
    """Run `File OPERATION PATH...` in `cwd`; the answer is an exit like any command's."""

    attempt: AttemptId
    jid: JobId
    tid: TaskId
    cid: CmdId
    argv: tuple[str, ...]
    cwd: str


class RunHook(Order, frozen=True):
    """Run a job's -whendone or -whenerror program. `status_text` is the content of the file that its %f names."""

    jid: JobId
    command: str
    title: str
    task_title: str
    user: str
    status_text: str
    cwd: str
    env: dict[str, str]


class Notify(Order, frozen=True):
    """Tell somebody that a job has come to rest, at `rested`; the core hears how that went through `notified`."""

    jid: JobId
    where: str
    rested: float
    notice: Notice


class TestResume(Order, frozen=True):
    """Run a -resumewhile test; the core hears its status through `resume_tested`."""

    attempt: AttemptId
    jid: JobId
    cid: CmdId
    argv: tuple[str, ...]
    cwd: str
    env: dict[str, str]


class ReadText(Order, frozen=True):
    """Read a script that a command wrote; the core hears its text through `text_read`.

    `chunk` is 0 for the stdout of an -expand command that has ended, else the number of the TR_EXPAND_CHUNK line.
    A relative path is relative to `cwd`.
    """

    attempt: AttemptId
    path: str
    cwd: str
    chunk: int = 0


class ToMaitred(Order, frozen=True):
    """Say this to the maitre-d. None is ordered while none is attached."""

    message: Want | Returned | Running | TagRests | Excluding | JobEnded


class ShowFile(Order, frozen=True):
    """Start a task's chaser or preview beside the dispatcher, detached; nobody waits for it."""

    jid: JobId
    tid: TaskId
    argv: tuple[str, ...]
    cwd: str
    env: dict[str, str]


class Change(Enum):
    """What an announcement is about."""

    JOB = "job"
    TASK = "task"
    STARTED = "started"
    PROGRESS = "progress"
    ENDED = "ended"
    AGAIN = "again"  # it could not begin, or was ended for another's sake: it is queued again, and no error
    NOTICE = "notice"
    GONE = "gone"


class Announce(Order, frozen=True):
    """Something visible changed; `text` is one line for people. What is 0 or empty does not apply."""

    change: Change
    jid: JobId
    tid: TaskId = TaskId(0)
    cid: CmdId = CmdId(0)
    attempt: AttemptId = 0
    percent: int = -1
    status: int = 0
    text: str = ""


class Began(msgspec.Struct, frozen=True):
    """An attempt that the launcher's log knows, from its tag "jid.tid.cid"."""

    attempt: AttemptId
    jid: JobId
    tid: TaskId
    cid: CmdId
    time: float


class Lost(msgspec.Struct, frozen=True):
    """An attempt that the launcher's log knows to be over without an exit: its launcher died, or it never began."""

    attempt: AttemptId


class Exit(msgspec.Struct, frozen=True):
    """How an attempt ended, as the launcher saw it: exit status, or minus the signal that ended it.

    `reported` is what the command itself said with an EXIT_STATUS line. `stdout_path` holds an -expand command's
    stdout. `timed_out`: its -maxrunsecs were over. `reason`: words, where the status alone says too little. `line`: the
    first line of its output that one of the patterns of its Launch matches. `stalled`: its quiet_s were over.
    """

    attempt: AttemptId
    status: int
    run_s: float
    reported: int | None = None
    stdout_path: str = ""
    swept: bool = False
    timed_out: bool = False
    reason: str = ""
    line: str = ""
    stalled: bool = False
