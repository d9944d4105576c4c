"""The orders of one event, collected in order: a fact is applied to its job as it is recorded."""

from __future__ import annotations

from runtime.facts import Deleted, Ended, Fact, Grown, NeverStarted, Outcome, Restarted, Retried, Skipped, Started
from runtime.job.model import CmdId, TaskId
from runtime.orders import Announce, Change, Order, Record, Sweep
from runtime.queued import QueuedJob

GRACE_S = 10.0
"""Between TERM and KILL."""


_UNSETTLING = (Skipped, Restarted, Retried, Deleted, Grown)


class Outbox:
    """Orders so far. `now` is the event's time, wall-clock seconds."""

    __slots__ = ("now", "orders", "stirs", "touched")

    def __init__(self, now: float) -> None:
        self.now = now
        self.orders: list[Order] = []
        self.touched: dict[int, QueuedJob] = {}
        """Jobs to which something happened."""
        self.stirs = False
        """Something has happened by which others may start: anything but a launch."""

    def record(self, job: QueuedJob, fact: Fact, *, barrier: bool = False) -> None:
        """Apply a fact and have it written; attempts that it made useless are swept, all at once."""
        graph = job.graph
        graph.apply(fact)
        self.orders.append(Record(fact, barrier))
        self.touched[job.jid] = job
        if type(fact) is not Started:
            self.stirs = True
        if job.by_farm and _unsettles(fact):
            job.doubtful = True
        if graph.surplus:
            attempts = tuple(sorted(set(graph.surplus)))
            graph.surplus.clear()
            self.orders.append(Sweep(attempts, GRACE_S))

    def announce(
        self,
        change: Change,
        job: QueuedJob,
        tid: int = 0,
        cid: int = 0,
        attempt: int = 0,
        *,
        percent: int = -1,
        status: int = 0,
        text: str = "",
    ) -> None:
        self.orders.append(Announce(change, job.jid, TaskId(tid), CmdId(cid), attempt, percent, status, text))

    def notice(self, job: QueuedJob, text: str) -> None:
        """Tell people something about a job, once as long as nothing else is to be told."""
        if job.notice != text:
            job.notice = text
            self.announce(Change.NOTICE, job, text=text)


def _unsettles(fact: Fact) -> bool:
    """Whether tasks that were ready before a fact may be so no longer."""
    if isinstance(fact, Ended):
        return fact.outcome is Outcome.ERROR
    return isinstance(fact, _UNSETTLING) or (isinstance(fact, NeverStarted) and not fact.requeue)
