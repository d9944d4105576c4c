"""Every message of the farm, as msgspec structs: decoding is validation. Who says what to whom:

    dispatcher > maitre-d    Attach Want Running Returned TagRests Excluding JobEnded Explain Vouch Detach
    maitre-d > dispatcher    Attached Granted Recall Explained Vouched
    dispatcher > alfserver   Resume Follow Context Launch Renew End Acknowledge
    alfserver > dispatcher   Resumed Began Said Printed Ended NotStarted Renewed
    nimby > maitre-d         Shields Eject                 maitre-d > nimby   ShieldsAre
    tools > maitre-d         AskFarm SetOffline Eject      maitre-d > tools   Farm Did Refused
                             AskRecord                                        Recorded
                             AskSchedule WriteSchedule                        ScheduleIs
    alfserver ~ maitre-d     metrics, in datagrams: runtime.farm_datagrams

Who is at the other end, and the proof of it, is settled before the first of these (daemons.hello).

The way of a slot: a Want says how many leases a need should have in all, so it can be said again at any time, in any
order, and means the same. The maitre-d pushes a Granted whenever it may, until the need holds `total` leases; the
dispatcher runs one command after the other on a lease, as long as their needs are equal, and gives it back with
Returned: when nothing is left to run, or when a Recall says that somebody of higher standing waits.

A lease is a promise of time. Its alfserver ends the command when nobody has renewed it for `lease_s`; its slot, and its
command, are given out again only when that and a grace have passed since the last renewal that was answered.
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum

import msgspec

from runtime.match.reserve import Reserve
from runtime.needs import Need

FARM_PROTOCOL = 1
FUTURE_S = 86400.0
"""An epoch is about the wall clock in milliseconds: one that is this far ahead is nobody's, and would lock all out."""


class FarmMessage(msgspec.Struct, frozen=True, tag=True, array_like=True):
    """Base of all messages."""


# ---- leases --------------------------------------------------------------------------------------------------


class LeaseId(msgspec.Struct, frozen=True, gc=False, array_like=True, order=True):
    """`epoch` is the term of the maitre-d that gave it: a later leader has a larger one, and alfservers refuse what
    comes with an older epoch than they have seen. 0: given by nobody (chaos mode)."""

    epoch: int
    number: int


class GrantedSlot(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A slot as its dispatcher needs to know it. `port` is that of the host's alfserver; `zone` selects dirmaps;
    `proof` is the maitre-d's word for it, for its alfserver (runtime.grants)."""

    name: str
    host: str
    address: str
    port: int
    zone: str = ""
    proof: bytes = b""
    gpus: tuple[int, ...] = ()
    """Those of its host that are reserved with it, by number."""


class Lease(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """Slots that are a dispatcher's for a time; a RemoteCmd runs on the first of them. It counts under `tags`, and
    holds `reserve` on the host of each slot (runtime.match.reserve)."""

    id: LeaseId
    slots: tuple[GrantedSlot, ...]
    tags: tuple[str, ...] = ()
    reserve: Reserve = ()


class HeldLease(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """What a dispatcher that attaches holds already. `request`: of which of its Wants; `running_s`: how long its
    command has run, negative while none does; `project` and `tier` as in that Want."""

    lease: Lease
    request: int
    jid: int
    title: str
    running_s: float = -1.0
    project: str = ""
    tier: str = ""


class How(Enum):
    """How a command ended, as far as its slot is concerned."""

    DONE = "done"
    FAILED = "failed"
    """By itself, in error; or it took longer than -maxrunsecs."""
    RETRY = "retry"
    """It failed with a status of -retryrc: it is queued again."""
    SHORT = "no licence"
    """It found no licence: it is queued again, and says nothing about its slot."""
    ENDED = "ended"
    """By its user, or at the shutdown of its dispatcher."""
    EJECTED = "ejected"
    """Somebody else needed its slot; it is queued again."""
    LOST = "lost"
    """Its alfserver lost it, or was lost; it is queued again."""
    UNSTARTED = "not started"
    """It could not begin: by the host's fault where its lease comes back with a problem, else by its own."""


class Outcome(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """How a command ended on a lease. `title` is its task's. `status`: exit status, or minus the signal; None: it has
    none. `run_s` is 0 where nobody has measured it. `here`: it ran beside its dispatcher, not on the slot's host.
    `waited_s`: from when it could have run until it was launched, below 0 where that is unknown; `within`: the tasks
    that its task is part of, the outermost first. The record keeps these (runtime.history): they say what waits for
    what.

    The same command is known by its dispatcher, jid and cid; `attempt` numbers its launches. Leaves a dispatcher once:
    with the next Running on the lease, or with its Returned. What ended while no maitre-d was there may be missing.
    """

    jid: int
    tid: int
    cid: int
    attempt: int
    title: str
    how: How
    status: int | None
    run_s: float
    reason: str = ""
    here: bool = False
    waited_s: float = -1.0
    within: tuple[int, ...] = ()


# ---- dispatcher and maitre-d ---------------------------------------------------------------------------------


class Attach(FarmMessage, frozen=True, tag=True, array_like=True):
    """A dispatcher's first message. `dispatcher` names it for all of its life, restarts included; `epoch` is the
    highest that it has seen. `excluded` are slots and hosts that its user has deselected in the huntgroup."""

    dispatcher: str
    host: str
    port: int
    epoch: int
    held: tuple[HeldLease, ...] = ()
    excluded: tuple[str, ...] = ()


class Attached(FarmMessage, frozen=True, tag=True, array_like=True):
    """The answer. `lost` are leases of `held` that count no more: their slots are in other hands."""

    epoch: int
    lease_s: float
    grace_s: float
    lost: tuple[LeaseId, ...] = ()
    schedule: str = ""


class Want(FarmMessage, frozen=True, tag=True, array_like=True):
    """A need of a job should hold `total` leases in all; 0 takes the request back (its leases stay until Returned).

    `request` is the dispatcher's number for this job and need, never used for another. `priority` is the job's, with
    its -pbias. `host`: only there (-resumepin). `tid` is the first task that waits, for those who ask. `project` is
    the first of the job's -projects, `tier` its -tier; empty where it has none.
    """

    request: int
    jid: int
    tid: int
    title: str
    need: Need
    total: int
    priority: float = 0.0
    host: str = ""
    project: str = ""
    tier: str = ""


class Granted(FarmMessage, frozen=True, gc=False, tag=True, array_like=True):
    """A lease for a request. A dispatcher that has no use for it any more returns it at once."""

    request: int
    lease: Lease


class Running(FarmMessage, frozen=True, gc=False, tag=True, array_like=True):
    """A command has begun on a lease; the one before it, if any, has ended, as `previous` says. For those who watch,
    for preemption, and for the record."""

    lease: LeaseId
    jid: int
    tid: int
    cid: int
    attempt: int
    title: str
    previous: Outcome | None = None


class Returned(FarmMessage, frozen=True, gc=False, tag=True, array_like=True):
    """A lease is given back, and nothing runs on it. `problem`: a launch could not begin there; the slot rests.
    `outcome`: how the last command on it ended."""

    lease: LeaseId
    problem: str = ""
    outcome: Outcome | None = None


class TagRests(FarmMessage, frozen=True, tag=True, array_like=True):
    """A command found no licence: nothing with these tags is to begin anywhere for `seconds` from now. Of two rests of
    a tag the longer one counts."""

    tags: tuple[str, ...]
    seconds: float
    reason: str


class Recall(FarmMessage, frozen=True, gc=False, tag=True, array_like=True):
    """Give a lease back: after its command (`eject` False), or end the command now; it runs again, with %r 1."""

    lease: LeaseId
    eject: bool
    reason: str


class Excluding(FarmMessage, frozen=True, tag=True, array_like=True):
    """The user has changed the huntgroup: these slots and hosts are never to be given."""

    excluded: tuple[str, ...]


class JobEnded(FarmMessage, frozen=True, tag=True, array_like=True):
    """For the maitre-d's log: a job is done, or has stopped with errors."""

    jid: int
    title: str
    state: str


class Explain(FarmMessage, frozen=True, tag=True, array_like=True):
    """Why does this request wait? `serial` joins the answer to the question."""

    serial: int
    request: int


class Explained(FarmMessage, frozen=True, tag=True, array_like=True):
    """For each server the test that it fails now, in words, those that fail the last test first; of a large farm for
    each reason how many servers there are. `standing` says who stands before the request by what, and what comes."""

    serial: int
    summary: str
    servers: tuple[tuple[str, str], ...] = ()
    standing: tuple[str, ...] = ()


class Vouch(FarmMessage, frozen=True, tag=True, array_like=True):
    """Somebody else's program has connected to this dispatcher: the two first words of their hello, as they went over
    the wire (daemons.vouching). `serial` joins the answer to the question."""

    serial: int
    hello: bytes
    welcome: bytes


class Vouched(FarmMessage, frozen=True, tag=True, array_like=True):
    """What each side of that hello says if it is what it claims to be; empty: this maitre-d does not vouch for it."""

    serial: int
    acceptor: bytes = b""
    connector: bytes = b""


class Detach(FarmMessage, frozen=True, tag=True, array_like=True):
    """The dispatcher ends for good: nothing of it runs."""


# ---- dispatcher and alfserver --------------------------------------------------------------------------------


class Resume(FarmMessage, frozen=True, tag=True, array_like=True):
    """A dispatcher's first message to an alfserver: who it is for all of its life."""

    dispatcher: str


class AttemptState(msgspec.Struct, frozen=True, array_like=True):
    """An attempt that an alfserver knows of: it runs, or its Ended or NotStarted follows: at once when it `printed`
    nothing, else after a Follow and the output that this asks for. `printed` are the bytes of output that there are,
    -expand output and chunks included."""

    attempt: int
    lease: LeaseId
    running: bool
    printed: int


class Resumed(FarmMessage, frozen=True, tag=True, array_like=True):
    """The answer: everything that the alfserver knows of this dispatcher. An attempt that is not in it was never begun,
    or its end was acknowledged. `slots` is how many commands it runs at a time; `uptime_s` its clock, for `until_s`."""

    host: str
    slots: int
    attempts: tuple[AttemptState, ...] = ()
    uptime_s: float = 0.0


class Context(FarmMessage, frozen=True, tag=True, array_like=True):
    """A directory and an environment that many commands share. Contexts go with the connection."""

    id: int
    cwd: str
    env: dict[str, str]


class Launch(FarmMessage, frozen=True, tag=True, array_like=True):
    """Start an attempt, of which there can be only one: a number that was seen before is never started again.

    `tag` is "jid.tid.cid". `presets` are names of the alfserver's environment presets (-envkey), applied under `env`.
    The lease lasts `lease_s` from now, and until then from every Renew. `host` and `proof` are the granted slot's.
    It counts until `until_s` of the alfserver's clock at most (0: not said), which is `lease_s` after it was sent: what
    is heard later, because the alfserver was stopped, starts nothing.
    `quiet_s`: it is ended after so long without a sign of life. `watch`: its output is searched for these patterns, as
    far as the alfserver's own alfred.ini has them too (licenceLines).
    """

    attempt: int
    tag: str
    lease: LeaseId
    slot: str
    lease_s: float
    context: int
    argv: tuple[str, ...]
    env: dict[str, str]
    presets: tuple[str, ...] = ()
    stdin: str | None = None
    keep_stdout: bool = False
    maxrun_s: float | None = None
    host: str = ""
    proof: bytes = b""
    quiet_s: float | None = None
    watch: tuple[str, ...] = ()
    until_s: float = 0.0


class Renew(FarmMessage, frozen=True, tag=True, array_like=True):
    """The leases of these attempts last `lease_s` from now, and not beyond `until_s` (see Launch). `serial` rises;
    Renewed repeats it."""

    serial: int
    lease_s: float
    attempts: tuple[int, ...]
    until_s: float = 0.0


class Renewed(FarmMessage, frozen=True, tag=True, array_like=True):
    serial: int


class End(FarmMessage, frozen=True, tag=True, array_like=True):
    """End these attempts and all that they started: TERM to all at once, KILL after `grace_s`. Ended follows."""

    attempts: tuple[int, ...]
    grace_s: float


class Acknowledge(FarmMessage, frozen=True, tag=True, array_like=True):
    """The ends of these attempts are in the dispatcher's journal, and their output is in its files."""

    attempts: tuple[int, ...]


class Follow(FarmMessage, frozen=True, tag=True, array_like=True):
    """After Resumed: send the output of an attempt from this byte on; without it nothing of the attempt's output is
    sent, nor the end of one that has printed. What was launched on this connection needs none. `chunks`: how many of
    its chunks have come."""

    attempt: int
    output: int
    stdout: int = 0
    chunks: int = 0


class Began(FarmMessage, frozen=True, tag=True, array_like=True):
    """An attempt runs."""

    attempt: int
    pid: int
    time: float


class Printed(FarmMessage, frozen=True, tag=True, array_like=True):
    """Output of an attempt, from byte `at` on. `stdout`: of an -expand command's own stdout, else of all it prints."""

    attempt: int
    at: int
    data: bytes
    stdout: bool = False


class Said(FarmMessage, frozen=True, tag=True, array_like=True):
    """Lines that mean something (reference section 4): percent, a reported status, a script to splice.
    `chunk` is the content of the file that TR_EXPAND_CHUNK named, `trouble` why it could not be read; `number` counts
    an attempt's chunks from 1 on, 0 is no chunk. Ended comes after all of them."""

    attempt: int
    percent: int = -1
    chunk: bytes | None = None
    trouble: str = ""
    number: int = 0


class Ended(FarmMessage, frozen=True, tag=True, array_like=True):
    """How an attempt ended; said again on every connection until it is acknowledged, after all its output.

    `status`: exit status, or minus the signal. `swept`: an End, or the alfserver's own end, came before it ended by
    itself. `expired`: its lease ran out. `lost`: the launcher died under it, nobody knows its status. `line`: the first
    that a pattern of its Launch matched. `stalled`: its quiet_s were over.
    """

    attempt: int
    status: int
    run_s: float
    reported: int | None = None
    swept: bool = False
    timed_out: bool = False
    expired: bool = False
    lost: bool = False
    reason: str = ""
    line: str = ""
    stalled: bool = False


class NotStarted(FarmMessage, frozen=True, tag=True, array_like=True):
    """A launch could not begin. `busy`: every slot is in use, or another lease has this one. `transient`: worth trying
    elsewhere or later; else it is the command's error (no such program). `ruled_by`: its lease is of an earlier term
    than this one; who gave it leads no more. 0: it is not."""

    attempt: int
    reason: str
    transient: bool
    busy: bool = False
    ruled_by: int = 0


# ---- nimby, tools and maitre-d -------------------------------------------------------------------------------


class Shields(FarmMessage, frozen=True, tag=True, array_like=True):
    """A nimby's word for its host: `up` blocks it. It holds as long as the connection does."""

    host: str
    up: bool


class ShieldsAre(FarmMessage, frozen=True, tag=True, array_like=True):
    """The answer, and again when it changes: what runs on this host, in words."""

    host: str
    up: bool
    running: tuple[str, ...] = ()


class Eject(FarmMessage, frozen=True, tag=True, array_like=True):
    """End what runs on a slot or a host now; it is queued again elsewhere. A nimby may eject from its own host, a
    wrangler from any."""

    serial: int
    where: str


class SetOffline(FarmMessage, frozen=True, tag=True, array_like=True):
    """Mark slots as temporarily offline, or bring them back. Wranglers only. What runs there finishes."""

    serial: int
    slots: tuple[str, ...]
    offline: bool


class AskFarm(FarmMessage, frozen=True, tag=True, array_like=True):
    """The state of everything, once. `in_parts`: whoever asks can put several Farms together (`whole_farm`)."""

    serial: int
    in_parts: bool = False


class AskRecord(FarmMessage, frozen=True, tag=True, array_like=True):
    """What the maitre-d has on record (daemons.record.questions)."""

    serial: int
    question: bytes


class Recorded(FarmMessage, frozen=True, tag=True, array_like=True):
    serial: int
    answer: bytes


class AskSchedule(FarmMessage, frozen=True, tag=True, array_like=True):
    """The site's alfred.schedule as it stands on disk. Anybody may read it. `known`: the version that who asks has
    already; None: he has none."""

    serial: int
    known: float | None = None


class ScheduleIs(FarmMessage, frozen=True, tag=True, array_like=True):
    """The answer; also to a WriteSchedule that was made from an older one: this is the newer one, and it stays.

    `version` tells it from earlier and later ones; None: there is no file. `barred`: why who asks may not write it;
    empty: he may. `is_known`: it is the version that he knows, and is not sent again.
    """

    serial: int
    file: str
    data: bytes
    version: float | None
    barred: str = ""
    is_known: bool = False


class WriteSchedule(FarmMessage, frozen=True, tag=True, array_like=True):
    """Replace the alfred.schedule whose `version` this was made from; the old one is kept beside it. Wranglers only.
    What cannot be read without errors is refused."""

    serial: int
    data: bytes
    version: float | None


LARGEST_SCHEDULE_BYTES = 7 << 20
"""What fits into a message to the maitre-d; a larger one is edited where it is."""


class SlotState(Enum):
    """What a slot is, for those who watch."""

    FREE = "free"
    BUSY = "busy"
    RESERVED = "reserved"
    """Leased while nothing runs on it."""
    WAITING = "waiting"
    """Not given out yet: the old lease, or the maitre-d's first wait, is not over."""
    TAINTED = "tainted"
    SHIELDS = "shields raised"
    OFFLINE = "offline"
    DISABLED = "disabled"


class SlotLine(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A slot as it is now; who has it, and what runs there since how many seconds."""

    name: str
    host: str
    state: SlotState
    user: str = ""
    job: str = ""
    since_s: float = 0.0
    metrics: dict[str, str | float] = {}
    note: str = ""
    reserve: dict[str, float] = {}
    """What its lease reserves of its host."""
    gpus: tuple[int, ...] = ()
    """Which GPUs these are."""


class WaitLine(msgspec.Struct, frozen=True, gc=False, array_like=True):
    """A request that waits, in the order in which they are served."""

    user: str
    dispatcher: str
    jid: int
    title: str
    need: str
    wanted: int
    waiting_s: float


class HostLine(msgspec.Struct, frozen=True, array_like=True):
    """What can be reserved of a host: all that it has, what leases hold, what is kept for those who wait."""

    name: str
    has: dict[str, float]
    held: dict[str, float]
    kept: dict[str, float] = {}


class DispatcherLine(msgspec.Struct, frozen=True, array_like=True):
    user: str
    host: str
    port: int
    leases: int
    waiting: int


class Farm(FarmMessage, frozen=True, tag=True, array_like=True):
    serial: int
    epoch: int
    schedule: str
    slots: tuple[SlotLine, ...]
    waiting: tuple[WaitLine, ...]
    dispatchers: tuple[DispatcherLine, ...]
    limits: tuple[tuple[str, int, int], ...] = ()
    """Tag, how many count under it now, its maximum."""
    hosts: tuple[HostLine, ...] = ()
    """Those of which it is known what they have to be reserved."""
    rests: tuple[tuple[str, float, str], ...] = ()
    """Tags that rest, each for how many seconds still, and why."""
    more: bool = False
    """Another Farm with this serial follows, with more of it."""


def whole_farm(parts: Sequence[Farm]) -> Farm:
    """The farm that came in parts."""
    return msgspec.structs.replace(
        parts[0],
        slots=tuple(line for part in parts for line in part.slots),
        waiting=tuple(line for part in parts for line in part.waiting),
        dispatchers=tuple(line for part in parts for line in part.dispatchers),
        hosts=tuple(line for part in parts for line in part.hosts),
        more=False,
    )


class Did(FarmMessage, frozen=True, tag=True, array_like=True):
    """What was asked for was done; `text` says what that was."""

    serial: int
    text: str


class Refused(FarmMessage, frozen=True, tag=True, array_like=True):
    """What was asked for was not done, or (serial 0) this connection is closed; `text` says why."""

    serial: int
    text: str


AnyFarmMessage = (
    Attach
    | Attached
    | Want
    | Granted
    | Running
    | Returned
    | TagRests
    | Recall
    | Excluding
    | JobEnded
    | Explain
    | Explained
    | Vouch
    | Vouched
    | Detach
    | Resume
    | Resumed
    | Context
    | Launch
    | Renew
    | Renewed
    | End
    | Acknowledge
    | Follow
    | Began
    | Printed
    | Said
    | Ended
    | NotStarted
    | Shields
    | ShieldsAre
    | Eject
    | SetOffline
    | AskFarm
    | AskRecord
    | Recorded
    | AskSchedule
    | ScheduleIs
    | WriteSchedule
    | Farm
    | Did
    | Refused
)
