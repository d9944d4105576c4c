"""One job in the dispatcher's queue: its graph, and what serving it needs besides.

Ready commands stand in lanes, one for each distinct need: when the head of a lane has to wait, so do all behind it, and
nobody looks at them. A job of 500,000 equal commands has one lane; one of 500,000 different ones as many, so the heads
of the lanes stand in line themselves, in a heap.
"""

from __future__ import annotations

from heapq import heapify, heappop, heappush

from runtime.checkouts import Checkouts, Owner
from runtime.facts import AttemptId, JobSpooled
from runtime.job.dirmaps import DirMaps, read_dirmaps
from runtime.job.graph import JobGraph
from runtime.job.model import Cmd
from runtime.job.numbering import Place
from runtime.job.substitute import argv
from runtime.messages import JobState
from runtime.needs import Need, need_of, need_of_checkout
from runtime.orders import Exit

NEEDS = ("service", "tags", "metrics", "atleast", "atmost", "samehost")
"""The options that make a command's need."""


Entry = tuple[Place, int, int]
"""Who stands in a lane: place in the document, task, command."""
_EMPTY_LANES_KEPT = 1_000


class Lane:
    """Ready commands with one need, in document order. `owner`: they use that shared check-out; `host`: only there."""

    __slots__ = ("entries", "fault", "host", "key", "need", "owner", "short_since")

    def __init__(self, key: tuple[object, ...], need: Need, owner: Owner | None, host: str) -> None:
        self.key = key
        self.need = need
        self.owner = owner
        self.host = host
        self.entries: list[Entry] = []
        self.short_since: float | None = None
        self.fault: str | None = None
        """Why the machine can never serve it, empty when it can, None while nobody has asked."""


class Attempt:
    """A launch that has not been concluded. `end` is set while something is still to be read or tested about it."""

    __slots__ = (
        "argv",
        "bad_growth",
        "began",
        "chunks",
        "cid",
        "end",
        "hosts",
        "jid",
        "killed",
        "number",
        "owner",
        "percent",
        "reading",
        "requeue",
        "since",
        "slot_names",
        "slots",
        "tags",
        "testing",
        "tid",
    )

    def __init__(self, number: AttemptId, jid: int, tid: int, cid: int, since: float) -> None:
        self.number = number
        self.jid = jid
        self.tid = tid
        self.cid = cid
        self.since = since
        self.argv: tuple[str, ...] = ()
        self.slots: tuple[int, ...] = ()
        self.slot_names: tuple[str, ...] = ()
        self.hosts: tuple[str, ...] = ()
        self.tags: tuple[str, ...] = ()
        self.owner: Owner | None = None
        self.percent = -1
        self.began = False
        self.requeue = False
        self.killed = False
        self.end: Exit | None = None
        self.reading = 0
        self.chunks = 0
        self.testing = False
        self.bad_growth = ""


class QueuedJob:
    """A job and how it is served."""

    def __init__(self, graph: JobGraph, spooled: JobSpooled, *, by_program: bool) -> None:
        self.graph = graph
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
        self._by_program = by_program
        self._dirmaps: DirMaps | None = None

    @property
    def standing(self) -> tuple[float, int]:
        """Sorts jobs: higher priority first (with -pbias, which moves a job for servers but not in the queue)."""
        return (-(self.graph.priority + self._pbias()), self.jid)

    @property
    def progress(self) -> float:
        """Share of its tasks that are done or at work, for the job-parallel scheme."""
        graph = self.graph
        return (graph.finished + len(graph.active)) / max(1, graph.total)

    @property
    def most_active(self) -> int:
        """-maxactive; 0, or what is no number, is no limit."""
        text = self.graph.options.get("maxactive", "").strip()
        return int(text) if text.isdecimal() else 0

    @property
    def dirmaps(self) -> DirMaps:
        if self._dirmaps is None:
            self._dirmaps = read_dirmaps(self.graph.options.get("dirmaps") or self.graph.options.get("dirmap", ""))
        return self._dirmaps

    def enqueue(self, tid: int, cid: int, cmd: Cmd) -> Lane:
        """Put a ready command into its lane. Raises NeedError when what it needs cannot be read."""
        key = self._lane_key(tid, cid, cmd)
        lane = self.lanes.get(key)
        if lane is None:
            lane = self.lanes[key] = self._new_lane(key, tid, cid, cmd)
        entry = (self.graph.tree.place(tid), tid, cid)
        heappush(lane.entries, entry)
        self._waiting[id(lane)] = lane
        if lane.entries[0] is entry:
            heappush(self._heads, (entry, id(lane)))
        return lane

    def next_lane(self) -> Lane | None:
        """The lane whose head comes first in the document, without those that were passed over."""
        while self._heads:
            entry, number = self._heads[0]
            lane = self._waiting.get(number)
            if lane is not None and lane.entries[0] is entry and number not in self._passed:
                return lane
            heappop(self._heads)
        return None

    def next_sharing(self) -> Lane | None:
        """The lane whose head comes first among those whose shared check-out is out and idle."""
        idle = [owner for owner, lease in self.checkouts.leases.items() if not lease.busy]
        lanes = [lane for owner in idle for lane in self._sharing.get(owner, ()) if self._may_be_tried(lane)]
        return min(lanes, key=lambda lane: lane.entries[0], default=None)

    def _may_be_tried(self, lane: Lane) -> bool:
        return bool(lane.entries) and id(lane) not in self._passed

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
        self._head_changed(lane)

    def drop(self, lane: Lane, cid: int) -> None:
        """A command leaves its lane without being served."""
        lane.entries = [entry for entry in lane.entries if entry[2] != cid]
        heapify(lane.entries)
        self._head_changed(lane)

    def _head_changed(self, lane: Lane) -> None:
        if lane.entries:
            heappush(self._heads, (lane.entries[0], id(lane)))
            return
        self._waiting.pop(id(lane), None)
        if len(self.lanes) > _EMPTY_LANES_KEPT:
            del self.lanes[lane.key]
            if lane.owner is not None:
                self._sharing[lane.owner].remove(lane)

    def relane(self) -> list[tuple[int, int]]:
        """The job's options have changed: empty all lanes. Returns what stood in them, as (tid, cid)."""
        entries = [(tid, cid) for lane in self.lanes.values() for _, tid, cid in lane.entries]
        self.lanes.clear()
        self._waiting.clear()
        self._heads.clear()
        self._passed.clear()
        self._sharing.clear()
        self._dirmaps = None
        return entries

    def _lane_key(self, tid: int, cid: int, cmd: Cmd) -> tuple[object, ...]:
        words = argv(cmd) if self._by_program else ()
        program = words[0] if words else ""
        task_options = self.graph.tree.node(tid).options
        options = cmd.options
        if not options and "service" not in task_options:
            return (cmd.kind, program)
        values = tuple(options.get(name) for name in NEEDS)
        return (cmd.kind, program, values, self._owner(cid, cmd), self._task_service(tid, cmd), self.pins.get(cid))

    def _owner(self, cid: int, cmd: Cmd) -> Owner | None:
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
            return need_of(cmd, options, self._task_service(tid, cmd)), None
        return need_of_checkout(self.checkouts.options_of(owner), options), owner

    def _new_lane(self, key: tuple[object, ...], tid: int, cid: int, cmd: Cmd) -> Lane:
        lane = Lane(key, *self.need_for(tid, cid, cmd), self.pins.get(cid, ""))
        if lane.owner is not None:
            self._sharing.setdefault(lane.owner, []).append(lane)
        return lane

    def _environment(self) -> dict[str, str]:
        project = self.graph.options.get("projects") or self.graph.options.get("project") or "default"
        return {"TR_ENV_JID": str(self.jid), "TR_ENV_JOB_PROJECT": project.strip(" {}")}

    def _pbias(self) -> float:
        try:
            return float(self.graph.options.get("pbias", "").strip() or 0)
        except ValueError:
            return 0.0
