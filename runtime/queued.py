"""One job in the dispatcher's queue: its graph, and what serving it needs besides.

Ready commands stand in lanes, one for each distinct need: when the head of a lane has to wait, so do all behind it, and
nobody looks at them. A job of 500,000 equal commands has one lane; one of 500,000 different ones as many, so the heads
of the lanes stand in line themselves, in a heap.

Commands that wait for the farm stand in far lanes (runtime.leasing). Only what can run next is taken into lanes: once
the last one taken has found AHEAD others in its lane, the job's further commands are looked at a few at a time, so that
what can run is found behind what cannot, and a job of a million commands is not read to its end to count them.
"""

from __future__ import annotations

from heapq import heapify, heappop, heappush

from runtime.checkouts import Checkouts, Owner
from runtime.facts import AttemptId, JobSpooled, Place
from runtime.farm_messages import LeaseId
from runtime.job.dirmaps import DirMaps, read_dirmaps
from runtime.job.graph import JobGraph
from runtime.job.model import Cmd, CmdKind
from runtime.job.substitute import argv
from runtime.lanes import Entry, FarmStanding, Holding, Lane, Request
from runtime.match.keys import KeyExpressionError
from runtime.messages import JobState
from runtime.needs import Need, NeedError, need_of, need_of_checkout
from runtime.orders import Exit

NEEDS = ("service", "tags", "metrics", "atleast", "atmost", "samehost", "reserve")
"""The options that make a command's need."""


AHEAD = 256
"""How many commands with one need stand in line, and for how many leases a request asks beyond those it has."""
AHEAD_IN_ALL = 1_024
"""How many commands of a job stand in line for the farm."""
PEEK_S = 1.0
"""How soon it is looked beyond them again, and ..."""
PEEK = 64
"""... at how many commands."""
_EMPTY_LANES_KEPT = 1_000


class Attempt:
    """A launch that has not been concluded. `end` is set while something is still to be read or tested about it."""

    __slots__ = (
        "argv",
        "bad_growth",
        "began",
        "chunks",
        "cid",
        "could_run",
        "ejected",
        "end",
        "gpus",
        "hosts",
        "jid",
        "killed",
        "number",
        "owner",
        "percent",
        "place",
        "reading",
        "requeue",
        "since",
        "slot_names",
        "slots",
        "tags",
        "testing",
        "tid",
        "zone",
    )

    def __init__(self, number: AttemptId, jid: int, tid: int, cid: int, since: float) -> None:
        self.number = number
        self.jid = jid
        self.tid = tid
        self.cid = cid
        self.since = since
        self.could_run: float | None = None
        """Since when it could have run; None: nobody remembers."""
        self.argv: tuple[str, ...] = ()
        self.slots: tuple[int, ...] = ()
        self.slot_names: tuple[str, ...] = ()
        self.hosts: tuple[str, ...] = ()
        self.zone = ""
        self.gpus: tuple[int, ...] = ()
        """Those that it has reserved, by their numbers on the machine where it runs."""
        self.place: Place | None = None
        """Its lease, where its slots are the farm's and not the machine's own (`slots`, by number)."""
        self.tags: tuple[str, ...] = ()
        self.owner: Owner | None = None
        self.percent = -1
        self.began = False
        self.requeue = False
        self.ejected = ""
        """Why it was ended, where somebody else needed its slots."""
        self.killed = False
        self.end: Exit | None = None
        self.reading = 0
        self.chunks = 0
        self.testing = False
        self.bad_growth = ""

    def lend(self, place: Place) -> None:
        """It runs on a lease."""
        slots = place.lease.slots
        self.place = place
        self.slot_names = tuple([slot.name for slot in slots])
        self.hosts = tuple([slot.host for slot in slots])
        self.zone = place.first.zone
        self.gpus = () if place.here else place.first.gpus

    @property
    def remote_place(self) -> Place | None:
        """Where it runs, if that is an alfserver."""
        return None if self.place is None or self.place.here else self.place


class QueuedJob:
    """A job and how it is served. `reserve`: what its commands reserve of which nobody says anything."""

    def __init__(
        self, graph: JobGraph, spooled: JobSpooled, *, by_program: bool, by_farm: bool = False, reserve: str = ""
    ) -> None:
        self.graph = graph
        self._reserve = reserve
        self.jid = graph.jid
        self.spooled = spooled
        self.checkouts = Checkouts(graph)
        self.lanes: dict[tuple[object, ...], Lane] = {}
        self._waiting: dict[int, Lane] = {}
        self._heads: list[tuple[Entry, int]] = []
        """A heap of the lanes' heads, with the identity of the lane; old ones are dropped as they come up."""
        self._passed: dict[int, Lane] = {}
        self._sharing: dict[Owner, list[Lane]] = {}
        """The lanes in which somebody stands, by identity."""
        self.requests: dict[tuple[Need, str], Request] = {}
        """What was asked of the maitre-d, by need and host."""
        self.idle: dict[LeaseId, Holding] = {}
        """Leases on which nothing runs now."""
        self.shared: dict[Owner, Holding] = {}
        """The leases that are shared check-outs."""
        self.doubtful = False
        """Something was skipped, taken back or failed: who stands in a far lane may have no business there any more."""
        self.peek_at: float | None = None
        self._peeked = 0
        self._crowded: Lane | None = None
        self._far_waiting = 0
        self.pins: dict[int, str] = {}
        """Hosts of commands with -resumepin that run again."""
        self.named: dict[str, tuple[str, ...]] = {}
        """Hosts by -id, for %NAME(host)."""
        self.run_s = 0.0
        """Time that finished attempts took together."""
        self.notice = ""
        self.after: float | None = spooled.after
        """Not before this time; None once it has come."""
        self.afterjids: tuple[int, ...] = ()
        self.brought = 0
        """The postscript that was last put into a lane."""
        self.shown: JobState | None = None
        self.env = self._environment()
        self.by_program = by_program
        self.by_farm = by_farm
        self._dirmaps: DirMaps | None = None
        self.edited()

    def edited(self) -> None:
        """The job's options are these from now on: what is asked of them again and again."""
        options = self.graph.options
        self._bias = _number(options.get("pbias", ""))
        projects = (options.get("projects") or options.get("project", "")).strip(' {}"').split()
        self._project = projects[0] if projects else ""
        self._tier = options.get("tier", "").strip(' {}"')
        most = options.get("maxactive", "").strip()
        self.most_active = int(most) if most.isdecimal() else 0
        """-maxactive; 0, or what is no number, is no limit."""

    @property
    def standing(self) -> tuple[float, int]:
        """Sorts jobs: higher priority first (with -pbias, which moves a job for servers but not in the queue)."""
        return (-(self.graph.priority + self._bias), self.jid)

    @property
    def farm_standing(self) -> FarmStanding:
        """What the maitre-d weighs a job by: of several -projects the first one counts."""
        return self.graph.priority + self._bias, self._project, self._tier

    @property
    def title(self) -> str:
        return self.graph.options.get("title", self.graph.job.title)

    @property
    def progress(self) -> float:
        """Share of its tasks that are done or at work, for the job-parallel scheme."""
        graph = self.graph
        return (graph.finished + len(graph.active)) / max(1, graph.total)

    @property
    def dirmaps(self) -> DirMaps:
        if self._dirmaps is None:
            self._dirmaps = read_dirmaps(self.graph.options.get("dirmaps") or self.graph.options.get("dirmap", ""))
        return self._dirmaps

    @property
    def waits_here(self) -> bool:
        """Whether somebody stands in line for a slot of the dispatcher's own machine."""
        return bool(self._waiting)

    def enqueue(self, tid: int, cid: int, cmd: Cmd) -> Lane:
        """Put a ready command into its lane. Raises NeedError when what it needs cannot be read."""
        key = self._lane_key(tid, cid, cmd)
        lane = self.lanes.get(key)
        if lane is None:
            lane = self.lanes[key] = self._new_lane(key, tid, cid, cmd)
        entry = (self.graph.tree.turn(tid), tid, cid)
        heappush(lane.entries, entry)
        if lane.far:
            self._far_waiting += 1
        else:
            self._waiting[id(lane)] = lane
            if lane.entries[0] == entry:
                heappush(self._heads, (entry, id(lane)))
        if self.by_farm:
            self._crowded = lane
        return lane

    def may_look(self, now: float) -> bool:
        """Whether the job's next command may be taken into its lane now; else `peek_at` says when."""
        lane = self._crowded
        if lane is None or (len(lane.entries) < AHEAD and self._far_waiting < AHEAD_IN_ALL):
            self.peek_at = None
            return True
        if self.graph.next_place is None:
            self.peek_at = None
            return False
        if self.peek_at is None:
            self.peek_at = now + PEEK_S
        if now < self.peek_at:
            return False
        self._peeked += 1
        if self._peeked > PEEK:
            self._peeked = 0
            self.peek_at = now + PEEK_S
            return False
        return True

    def is_current(self, tid: int, cid: int) -> bool:
        """Whether a command that stands in a lane still waits to be started."""
        graph = self.graph
        if cid in graph.postscripts:
            return cid not in graph.active
        return graph.startable(tid, cid)

    def is_full(self) -> bool:
        """Whether as many commands run as -maxactive allows."""
        most = self.most_active
        return bool(most) and len(self.graph.active) >= most

    def sharing(self, owner: Owner) -> list[Lane]:
        """The far lanes of a shared check-out."""
        return [lane for lane in self._sharing.get(owner, ()) if lane.far]

    def next_lane(self) -> Lane | None:
        """The lane whose head comes first in the document, without those that were passed over."""
        while self._heads:
            entry, number = self._heads[0]
            lane = self._waiting.get(number)
            if lane is not None and lane.entries[0] == entry and number not in self._passed:
                return lane
            heappop(self._heads)
        return None

    def next_sharing(self) -> Lane | None:
        """The lane whose head comes first among those whose shared check-out is out and idle."""
        idle = [owner for owner, lease in self.checkouts.leases.items() if not lease.busy]
        lanes = [lane for owner in idle for lane in self._sharing.get(owner, ()) if self._may_be_tried(lane)]
        return min(lanes, key=lambda lane: lane.entries[0], default=None)

    def _may_be_tried(self, lane: Lane) -> bool:
        return bool(lane.entries) and not lane.far and id(lane) not in self._passed

    def pass_over(self, lane: Lane) -> None:
        """A lane has to wait: look at the others, until `look_at_all`."""
        self._passed[id(lane)] = lane

    def look_at_all(self) -> None:
        """Something has happened: lanes that were passed over are looked at again."""
        for lane in self._passed.values():
            if lane.entries:
                heappush(self._heads, (lane.entries[0], id(lane)))
        self._passed.clear()

    def pop(self, lane: Lane) -> None:
        heappop(lane.entries)
        if lane.far:
            self._far_waiting -= 1
        self._head_changed(lane)

    def drop(self, lane: Lane, cid: int) -> None:
        """A command leaves its lane without being served."""
        self._keep(lane, [entry for entry in lane.entries if entry[2] != cid])

    def drop_stale(self) -> None:
        """Who stands in a far lane and waits no more leaves it."""
        self.doubtful = False
        for lane in [lane for lane in self.lanes.values() if lane.far and lane.entries]:
            self._keep(lane, [entry for entry in lane.entries if self.is_current(*entry[1:])])

    def _keep(self, lane: Lane, entries: list[Entry]) -> None:
        if lane.far:
            self._far_waiting -= len(lane.entries) - len(entries)
        lane.entries = entries
        heapify(lane.entries)
        self._head_changed(lane)

    def _head_changed(self, lane: Lane) -> None:
        if lane.entries:
            if not lane.far:
                heappush(self._heads, (lane.entries[0], id(lane)))
            return
        if lane.request is not None:
            lane.request.waiting.pop(id(lane), None)
        self._waiting.pop(id(lane), None)
        if len(self.lanes) > _EMPTY_LANES_KEPT:
            del self.lanes[lane.key]
            if lane.owner is not None:
                self._sharing[lane.owner].remove(lane)

    def relane(self) -> list[tuple[int, int]]:
        """What commands need has changed: empty all lanes. Returns what stood in them, as (tid, cid)."""
        entries = [(tid, cid) for lane in self.lanes.values() for _, tid, cid in lane.entries]
        self.lanes.clear()
        self._waiting.clear()
        self._heads.clear()
        self._passed.clear()
        self._sharing.clear()
        for request in self.requests.values():
            request.waiting.clear()
        self._far_waiting = 0
        self._crowded = None
        self._dirmaps = None
        return entries

    def _lane_key(self, tid: int, cid: int, cmd: Cmd) -> tuple[object, ...]:
        words = argv(cmd) if self.by_program else ()
        program = words[0] if words else ""
        task_options = self.graph.tree.node(tid).options
        options = cmd.options
        if not options and "service" not in task_options and "reserve" not in task_options:
            return (cmd.kind, program)
        values = (*(options.get(name) for name in NEEDS), task_options.get("reserve"))
        return (cmd.kind, program, values, self._owner(cid, cmd), self._task_service(tid, cmd), self.pins.get(cid))

    def _owner(self, cid: int, cmd: Cmd) -> Owner | None:
        if self.by_farm and cmd.kind is CmdKind.BUILTIN:
            return None
        if "refersto" not in cmd.options and "id" not in cmd.options:
            return None
        return self.checkouts.owner_of(cid)

    def _task_service(self, tid: int, cmd: Cmd) -> str:
        """A Task's -service without any reference is the key of its commands that have none (section 10)."""
        service = self.graph.tree.node(tid).options.get("service", "") if tid else ""
        return "" if not service or "service" in cmd.options or self.checkouts.is_referred(tid) else service

    def need_for(self, tid: int, cid: int, cmd: Cmd) -> tuple[Need, Owner | None]:
        """What a command needs, and whose shared check-out it uses. Raises NeedError."""
        options = self.graph.options
        owner = self._owner(cid, cmd)
        if owner is None:
            return need_of(cmd, options, self._task_service(tid, cmd), self._reserves(tid)), None
        above = self._reserves(self.graph.tree.tid_of(-owner) if owner < 0 else 0)
        return need_of_checkout(self.checkouts.options_of(owner), options, above), owner

    def _reserves(self, tid: int) -> tuple[str, ...]:
        """What is reserved for the commands of a task where they do not say it themselves; the last one counts."""
        task = self.graph.tree.node(tid).options.get("reserve", "") if tid else ""
        return (self._reserve, self.graph.options.get("reserve", ""), task)

    def tags_of(self, tid: int, cmd: Cmd) -> tuple[str, ...]:
        """What a command counts under by itself, whoever's check-out it uses; nothing where that cannot be read (any
        more: the job's options may have been edited)."""
        try:
            return need_of(cmd, self.graph.options, self._task_service(tid, cmd)).tags
        except (NeedError, KeyExpressionError):
            return ()

    def _new_lane(self, key: tuple[object, ...], tid: int, cid: int, cmd: Cmd) -> Lane:
        need, owner = self.need_for(tid, cid, cmd)
        far = self.by_farm and cmd.kind is not CmdKind.BUILTIN and (cmd.kind is CmdKind.REMOTE or bool(need.service))
        lane = Lane(key, need, owner, self.pins.get(cid, ""), far)
        if owner is not None and self.by_program:
            lane.tags = tuple(dict.fromkeys((*need.tags, *self.tags_of(tid, cmd))))
        if lane.owner is not None:
            self._sharing.setdefault(lane.owner, []).append(lane)
        return lane

    def _environment(self) -> dict[str, str]:
        project = self.graph.options.get("projects") or self.graph.options.get("project") or "default"
        return {"TR_ENV_JID": str(self.jid), "TR_ENV_JOB_PROJECT": project.strip(" {}")}


def _number(text: str) -> float:
    """0 for what is none."""
    try:
        return float(text.strip() or 0)
    except ValueError:
        return 0.0
