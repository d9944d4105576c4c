"""What happened to jobs, as facts: the rows of the journal, in order.

A dispatcher's memory is a replay: `runtime.job.graph` applies facts, never wishes, so a dispatcher that comes back
feeds
the journal to the same code that ran before it died. Decisions (what to launch next, on which slot) are not facts; the
launch that followed is. Facts are small tagged structs; `encode`/`decode` give their bytes (msgpack).

    JobSpooled                                   the script as it came, where and by whom
    Started > Ended | NeverStarted               one attempt of one command
    Grown                                        -expand output or a chunk: more tasks under one task
    StepsExpanded                                an Iterate has been read up to a step
    Retried Restarted Skipped                    what users and rules did to tasks
    Paused Prioritised Edited Deleted            ... and to jobs
    Rested > HookRan                             the job came to rest, done or stopped, and its hook program ended
    Rested > Notified                            ... and one of those who wanted to know it was told
    TagsRested                                   a licence was short: nothing with these tags is launched for a while

Times are wall-clock seconds (they are for people and for -after); durations are measured by monotonic clocks
elsewhere.
"""

from __future__ import annotations

from enum import IntEnum

import msgspec

from runtime.farm_messages import GrantedSlot, Lease, LeaseId
from runtime.job.model import CmdId, JobId, TaskId
from runtime.job.step_order import StepOrder

AttemptId = int
"""Number of one launch of one command, unique and rising for all of a dispatcher's life."""


class Place(msgspec.Struct, frozen=True, array_like=True):
    """What an attempt got from the farm: a lease, given for a request. It runs on the alfserver of the lease's first
    slot; with `here` (Cmd -service, or a fallback for a server that does not answer) beside the dispatcher."""

    lease: Lease
    request: int
    here: bool = False

    @property
    def id(self) -> LeaseId:
        return self.lease.id

    @property
    def first(self) -> GrantedSlot:
        """The slot that runs a RemoteCmd: name, host, address, port, zone."""
        return self.lease.slots[0]


class Fact(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """Base of all facts."""

    jid: JobId
    time: float


class JobSpooled(Fact, frozen=True, tag=True, array_like=True):
    """A job was accepted. `number` is its place among the jobs of one script; `text` is kept apart by the journal.
    `steps`: in which order those of its Iterates are numbered, for all of its life."""

    file: str
    number: int
    user: str
    host: str
    cwd: str
    env: dict[str, str]
    paused: bool = False
    priority: float | None = None
    after: float | None = None
    reader: int = 1
    steps: StepOrder = StepOrder.IN_ORDER


class Started(Fact, frozen=True, tag=True, array_like=True):
    """An attempt was ordered. `hosts` are its slots' hosts, first the one that runs it; `slots` their names. `place` is
    set where the slots are the farm's.

    It stands in the journal before or after the launcher's log says that it began, whichever is quicker; where the
    launcher's log knows nothing of it, it never started.
    """

    cid: CmdId
    attempt: AttemptId
    argv: tuple[str, ...]
    slots: tuple[str, ...]
    hosts: tuple[str, ...]
    loop: int = 0
    place: Place | None = None
    gpus: tuple[int, ...] = ()
    """Of this machine, where its slots are."""


class Outcome(IntEnum):
    """What the end of an attempt means for its command."""

    DONE = 0
    """It counts as done; the task goes on."""
    ERROR = 1
    """The task is in error at this command."""
    RETRY = 2
    """It failed with a status of -retryrc: queued again by itself."""
    LOOP = 3
    """It ended well and its -resumewhile test holds: once more."""
    LOST = 4
    """It was swept or lost through no fault of its own (shutdown, eject, launcher died): queued again."""
    SHORT = 5
    """It found no licence: queued again when its tags have rested."""


class Ended(Fact, frozen=True, tag=True, array_like=True):
    """An attempt ended. `status`: exit status, or minus the signal. `reason`: why, when it is not the status alone."""

    cid: CmdId
    attempt: AttemptId
    status: int
    outcome: Outcome = Outcome.DONE
    reason: str = ""


class NeverStarted(Fact, frozen=True, tag=True, array_like=True):
    """The launch could not even begin; `requeue` says whether it is queued again (%r unchanged) or is an error.

    `attempt` is 0 when none was ordered: the command's -if or its needs were in error.
    """

    cid: CmdId
    attempt: AttemptId
    reason: str
    requeue: bool


class Grown(Fact, frozen=True, tag=True, array_like=True):
    """A script that a command printed was spliced in under task `tid`, in place of what `cid` printed before."""

    tid: TaskId
    cid: CmdId
    text: str
    chunk: int = 0


class StepsExpanded(Fact, frozen=True, tag=True, array_like=True):
    """The Iterate with number `iterate` (in order of appearance) has been read up to, not including, step `upto`."""

    iterate: int
    upto: int


class Retried(Fact, frozen=True, tag=True, array_like=True):
    """A task starts again at its failed command; `tid` None: every failed task of the job."""

    tid: TaskId | None


class Restarted(Fact, frozen=True, tag=True, array_like=True):
    """A task, or with None the whole job, starts again at the beginning."""

    tid: TaskId | None


class Skipped(Fact, frozen=True, tag=True, array_like=True):
    """A task counts as done; `tid` None: every failed task of the job. `cid`: only that command (-if was 0)."""

    tid: TaskId | None
    cid: CmdId | None = None
    by_if: bool = False


class Paused(Fact, frozen=True, tag=True, array_like=True):
    paused: bool


class Prioritised(Fact, frozen=True, tag=True, array_like=True):
    priority: float


class Edited(Fact, frozen=True, tag=True, array_like=True):
    """A queued job's option (service, tags, ...) was changed by its user."""

    option: str
    value: str


class Deleted(Fact, frozen=True, tag=True, array_like=True):
    """The job is to go: running commands are swept, cleanups run, then it leaves the queue."""


class Rested(Fact, frozen=True, tag=True, array_like=True):
    """Nothing of the job can run any more; `failed`: something is in error. Its postscripts and its hook run now.
    `notify`: who is to hear of it (runtime.notices)."""

    failed: bool
    notify: tuple[str, ...] = ()


class HookRan(Fact, frozen=True, tag=True, array_like=True):
    """The -whendone or -whenerror program of the last Rested has ended: it does not run again."""


class Notified(Fact, frozen=True, tag=True, array_like=True):
    """One of those that the Rested of the time `rested` names has heard of it, or cannot be reached: `trouble` says
    why. It is not told again."""

    where: str
    rested: float
    trouble: str = ""


class TagsRested(Fact, frozen=True, tag=True, array_like=True):
    """A command of the job found no licence: its `tags` rest for `seconds`. `level` counts the rests in a row."""

    tags: tuple[str, ...]
    seconds: float
    level: int
    reason: str


AnyFact = (
    JobSpooled
    | Started
    | Ended
    | NeverStarted
    | Grown
    | StepsExpanded
    | Retried
    | Restarted
    | Skipped
    | Paused
    | Prioritised
    | Edited
    | Deleted
    | Rested
    | HookRan
    | Notified
    | TagsRested
)

_encoder = msgspec.msgpack.Encoder()
_decoder = msgspec.msgpack.Decoder(AnyFact)


def encode(fact: Fact) -> bytes:
    return _encoder.encode(fact)


def decode(row: bytes) -> AnyFact:
    """Raises msgspec.DecodeError for bytes that are no fact."""
    fact: AnyFact = _decoder.decode(row)
    return fact
