"""Every message between clients and a dispatcher, as msgspec structs: decoding is validation.

Requests carry an `id` that their reply repeats; a `Watch` turns a connection into a stream of `Changed` messages too.

    Spool -> Spooled | Refusal              List -> Queue            Act -> Acted | Refusal
    Describe -> Description | Refusal       Follow -> LogPart ...    Watch -> Queue, then Changed ...
    Why -> Because | Refusal                Exclude -> Acted | Refusal
    AskTasks -> TasksAre | Refusal          Prefer -> Acted | Refusal
    AskAbout -> AboutIs | Refusal           Echo -> Acted
"""

from __future__ import annotations

from enum import Enum
from typing import Any

import msgspec

from runtime.job.model import Diagnostic

PROTOCOL = 1


class Message(msgspec.Struct, frozen=True, tag=True):
    """Base of all messages; `id` joins a reply to its request."""

    id: int = 0


class Greeting(Message, frozen=True, tag=True, kw_only=True):
    """First on every connection, from both sides."""

    protocol: int
    role: str
    user: str
    pid: int
    version: str = ""


class Spool(Message, frozen=True, tag=True, kw_only=True):
    """Queue the jobs of a script. The text travels as bytes, as it stood in the file; the reader decodes it."""

    file: str
    text: bytes
    cwd: str
    env: dict[str, str]
    user: str
    host: str
    paused: bool = False
    after: str = ""
    priority: float | None = None


class Spooled(Message, frozen=True, tag=True, kw_only=True):
    """The jobs are in the journal: whatever happens now, they are not lost."""

    jids: tuple[int, ...]
    diagnostics: tuple[Diagnostic, ...] = ()


class Refusal(Message, frozen=True, tag=True, kw_only=True):
    """The request was not carried out, and nothing was changed. `text` says why and what to do."""

    text: str
    diagnostics: tuple[Diagnostic, ...] = ()


class JobState(Enum):
    """State of a job (docs/states.md)."""

    WAITING = "waiting"
    PAUSED = "paused"
    ACTIVE = "active"
    STOPPED = "stopped"
    DONE = "done"
    DELETING = "deleting"


class TaskState(Enum):
    """State of a task: held behind an error below or before it, waiting, ready, active, error, done, skipped."""

    WAITING = "waiting"
    READY = "ready"
    ACTIVE = "active"
    ERROR = "error"
    HELD = "held"
    DONE = "done"
    SKIPPED = "skipped"


class RunningCmd(msgspec.Struct, frozen=True):
    """A command that runs now. `percent` is -1 while it has not said."""

    jid: int
    tid: int
    cid: int
    attempt: int
    task: str
    argv: tuple[str, ...]
    host: str
    slots: tuple[str, ...]
    since: float
    percent: int = -1
    pid: int = 0
    log: str = ""


class FailedTask(msgspec.Struct, frozen=True):
    """A task in error: what failed, how, and where the rest of its log is. `tail` holds the last lines."""

    jid: int
    tid: int
    cid: int
    task: str
    status: int
    reason: str
    log: str
    tail: tuple[str, ...] = ()


class JobSummary(msgspec.Struct, frozen=True):
    """A line of the queue. `counts` has the number of tasks in each TaskState, by its value; `tasks` their sum.

    `eta_s` is the estimated time left, None while nothing is known; `spooled`, `started`, `ended` are wall-clock
    times.
    """

    jid: int
    title: str
    user: str
    file: str
    state: JobState
    priority: float
    tasks: int
    counts: dict[str, int]
    spooled: float
    started: float | None = None
    ended: float | None = None
    after: float | None = None
    eta_s: float | None = None
    notice: str = ""


class List(Message, frozen=True, tag=True, kw_only=True):
    """Ask for the queue; `done` includes finished jobs."""

    done: bool = True


class FarmView(msgspec.Struct, frozen=True):
    """A dispatcher and the farm. `maitred`: who gives slots, HOST:PORT or "chaos", empty while nobody does. `leases`
    are held, on `used` of them commands run; `wanted` is how many more would be taken. `excluded` are slots and hosts
    that the user has deselected in the huntgroup."""

    maitred: str
    leases: int = 0
    used: int = 0
    wanted: int = 0
    excluded: tuple[str, ...] = ()


class Queue(Message, frozen=True, tag=True, kw_only=True):
    """`slots` and `busy` are the machine's own; `farm` is None where there is none."""

    jobs: tuple[JobSummary, ...]
    running: tuple[RunningCmd, ...] = ()
    failed: tuple[FailedTask, ...] = ()
    slots: int = 0
    busy: int = 0
    farm: FarmView | None = None


class Action(Enum):
    """What a user may do to a job (JID) or a task (JID.TID); the value is the command line's option."""

    PAUSE = "pause"
    RESUME = "resume"
    RETRY = "retry"
    SKIP = "skip"
    SKIP_ERRORS = "skiperrors"
    RESTART = "restart"
    KILL = "kill"
    REQUEUE = "requeue"
    DELETE = "delete"
    PRIORITY = "priority"
    CHASER = "chaser"
    PREVIEW = "preview"
    EDIT = "edit"


class Act(Message, frozen=True, tag=True, kw_only=True):
    """`value` is the priority's number, or "option=value" for an edit."""

    action: Action
    jid: int
    tid: int | None = None
    value: str = ""


class Acted(Message, frozen=True, tag=True, kw_only=True):
    text: str = ""


class Describe(Message, frozen=True, tag=True, kw_only=True):
    """Ask for everything about a job or a task."""

    jid: int
    tid: int | None = None


class Description(Message, frozen=True, tag=True, kw_only=True):
    """Everything about a job or task as a JSON-able mapping; docs/queue-json.md has the keys."""

    about: dict[str, Any]


class Follow(Message, frozen=True, tag=True, kw_only=True):
    """Ask where the logs of a task (its newest attempt), or of all of a job, are; clients read the files."""

    jid: int
    tid: int | None = None


class Logs(Message, frozen=True, tag=True, kw_only=True):
    """The log files asked for, newest attempt last, and whether more may come."""

    files: tuple[str, ...]
    live: bool = False


class Why(Message, frozen=True, tag=True, kw_only=True):
    """Ask why nothing more of a job, or nothing of a task, starts."""

    jid: int
    tid: int | None = None


class Waiting(msgspec.Struct, frozen=True):
    """A need of a job for which slots are wanted. `servers`: each with the test that it fails now, in words; of a large
    farm how many for each reason. `standing`: who stands before it by what, and what comes."""

    need: str
    wanted: int
    summary: str
    servers: tuple[tuple[str, str], ...] = ()
    standing: tuple[str, ...] = ()


class Because(Message, frozen=True, tag=True, kw_only=True):
    """`reasons` are the dispatcher's own; `waiting` what the maitre-d says of each need. Both empty: nothing waits."""

    reasons: tuple[str, ...] = ()
    waiting: tuple[Waiting, ...] = ()


class Exclude(Message, frozen=True, tag=True, kw_only=True):
    """Deselect a slot or a host in the huntgroup of this user, or select it again. `where` empty: say what is."""

    where: str
    excluded: bool = True


class Prefer(Message, frozen=True, tag=True, kw_only=True):
    """Change a preference of the dispatcher, at once and for all of its life. `scheme`: spill-over or job-parallel."""

    name: str
    value: str


class AskAbout(Message, frozen=True, tag=True, kw_only=True):
    """Ask a dispatcher about itself: what it is, its preferences, its environment."""


class AboutIs(Message, frozen=True, tag=True, kw_only=True):
    """`preferences` by the names that Prefer has; `environment` as the process was started with it."""

    version: str
    python: str
    host: str
    pid: int
    started: float
    preferences: dict[str, str]
    environment: dict[str, str]


class Echo(Message, frozen=True, tag=True, kw_only=True):
    """Ask whether somebody is there."""


class Watch(Message, frozen=True, tag=True, kw_only=True):
    """Ask to be told of changes from now on, of one job or (0) of all."""

    jid: int = 0


class Changed(Message, frozen=True, tag=True, kw_only=True):
    """One change, as `runtime.orders.Announce` has it; a slow client gets a fresh Queue instead of a backlog."""

    change: str
    jid: int
    tid: int = 0
    cid: int = 0
    attempt: int = 0
    percent: int = -1
    status: int = 0
    text: str = ""
    time: float = 0.0
    task: str = ""
    log: str = ""
    tail: tuple[str, ...] = ()


class AskTasks(Message, frozen=True, tag=True, kw_only=True):
    """Ask for the tasks of a job: for what has changed since the last answer on this connection, or for everything."""

    jid: int
    anew: bool = False


class Units(msgspec.Struct, frozen=True, array_like=True):
    """The children of a task that has others than plain tasks, in document order: the number of a task; LOOP and the
    number of an Iterate; of an Instance minus one minus the number of the task that it names, or NAMELESS while there
    is none."""

    parent: int
    children: tuple[int, ...]


LOOP = 1 << 40
NAMELESS = -(1 << 40)


class Steps(msgspec.Struct, frozen=True, array_like=True):
    """Tasks that appeared together, from `first` on, up to the first ones of the next Steps: steps of an Iterate from
    `step` on; `loop` -1: what a command printed. Those of them that are children of the Iterate's task stand in its
    place, in the order of the steps."""

    first: int
    loop: int
    step: int


class TasksAre(Message, frozen=True, tag=True, kw_only=True):
    """The tasks of a job, or what has changed among them. Task 0 is the job itself.

    Tasks `first` ... first + len(titles) - 1 are new, with their `parents` (four bytes each, little-endian, signed; -1
    for task 0). `states`: pieces (from this task on, a byte each: the place in TaskState; 7 for a task that is no part
    of the job any more). Children of a task are in the order of their numbers, but for those that `units` names.
    `steps` are new ones; `to_come`: Iterates of which so many steps are no tasks yet. `percents`: of all that runs and
    has said so. `more`: ask again for the rest. With `first` 0 everything that was known is to be forgotten."""

    jid: int
    first: int = 0
    titles: tuple[str, ...] = ()
    parents: bytes = b""
    states: tuple[tuple[int, bytes], ...] = ()
    units: tuple[Units, ...] = ()
    steps: tuple[Steps, ...] = ()
    to_come: tuple[tuple[int, int], ...] = ()
    percents: tuple[tuple[int, int], ...] = ()
    more: bool = False


class Shutdown(Message, frozen=True, tag=True, kw_only=True):
    """Ask the dispatcher to end: its commands are swept first, and are queued again for its next start."""

    when_idle: bool = False


AnyMessage = (
    Greeting
    | Spool
    | Spooled
    | Refusal
    | List
    | Queue
    | Act
    | Acted
    | Describe
    | Description
    | Follow
    | Logs
    | Why
    | Because
    | Exclude
    | Prefer
    | AskAbout
    | AboutIs
    | Echo
    | Watch
    | Changed
    | AskTasks
    | TasksAre
    | Shutdown
)
