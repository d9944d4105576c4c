"""What goes on record (runtime.history.records), put in its words: whose a lease is, where it is, how long it took.

A command's time is its alfserver's measure where that can be true, else what was seen here:

    granted ......... Running        Running (of the next one), or Returned
       |    idle_s       |    run_s     |
       '-----------------+--------------+----> ran
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from runtime.farm_messages import Outcome
from runtime.history.records import (
    DEEPEST,
    LONGEST_CHARS,
    LONGEST_NEED_CHARS,
    Asked,
    Came,
    Capacity,
    GaveUp,
    Granted,
    Place,
    Ran,
    Recalled,
    Rested,
    Went,
    Whose,
)
from runtime.maitred.crews import Crews
from runtime.maitred.leases import Lease
from runtime.maitred.requests import Dispatcher, Request
from runtime.maitred.slots import Host, Kind, Slot

_SLACK_S = 5.0
"""By so much a command may have run for longer than its lease was out: messages take their time."""


def whose(lease: Lease, crews: Crews) -> Whose:
    """Whose a lease is, and by which crew it was given."""
    if lease.whose is None:
        dispatcher = lease.dispatcher
        groups = lease.slots[0].kind.groups if lease.slots else frozenset()
        crew = crews.access(dispatcher.user.name).crew(groups)
        lease.whose = _whose(dispatcher, crew, lease.project.name, lease.jid, lease.title)
    return lease.whose


def whose_request(request: Request) -> Whose:
    """Who waits: by the best crew that is open for him."""
    group = request.group
    crew = next((crew.name for crew in group.access.crews), "") if group is not None else ""
    return _whose(request.dispatcher, crew, request.project.name, request.jid, request.title)


def of_no_crew(dispatcher: Dispatcher, jid: int, title: str) -> Whose:
    """Who wanted what was refused, or whose job has ended: no crew has a part in it."""
    return _whose(dispatcher, "", "", jid, title)


def _whose(dispatcher: Dispatcher, crew: str, project: str, jid: int, title: str) -> Whose:
    return Whose(dispatcher.user.name, crew, project, dispatcher.host, jid, title[:LONGEST_CHARS])


def places(lease: Lease) -> tuple[Place, ...]:
    return tuple([slot.place for slot in lease.slots])


def asked(request: Request, tier: str, at: float) -> Asked:
    need = request.need
    chars = len(need.service) + len(need.metrics) + sum(map(len, need.tags))
    return Asked(
        at, whose_request(request), need.service[:LONGEST_CHARS], request.total, request.wanted,
        need if chars <= LONGEST_NEED_CHARS else None, request.job_priority, tier[:LONGEST_CHARS],
    )  # fmt: skip


def gave_up(request: Request, at: float, now: float) -> GaveUp:
    return GaveUp(at, whose_request(request), max(0.0, now - request.since))


def granted(lease: Lease, crews: Crews, at: float, now: float) -> Granted:
    return Granted(at, whose(lease, crews), places(lease), max(0.0, now - lease.waited_since))


def recalled(lease: Lease, crews: Crews, eject: bool, reason: str, request: Request | None, at: float) -> Recalled:
    by = None if request is None else whose_request(request)
    return Recalled(at, whose(lease, crews), places(lease), eject, reason[:LONGEST_CHARS], by)


def ran(lease: Lease, crews: Crews, outcome: Outcome | None, wall_offset: float, now: float) -> Ran:
    """The command on a lease has ended. The lease is idle since then."""
    running = lease.running
    began = lease.began if running is not None else now
    run_s = max(0.0, now - began)
    if outcome is not None and 0.0 < outcome.run_s <= now - lease.since + _SLACK_S:
        run_s = outcome.run_s
    end = min(now, began + run_s)
    idle_s = max(0.0, began - lease.idle_since)
    lease.idle_since = end
    mine, where, at = lease.whose or whose(lease, crews), places(lease), end + wall_offset
    if outcome is None:
        title = lease.title[:LONGEST_CHARS]
        numbers = (0, 0, 0) if running is None else (running.tid, running.cid, running.attempt)
        return Ran(at, mine, where, run_s, idle_s, None, None, *numbers, title, request=lease.request)
    return Ran(
        at, mine, where, run_s, idle_s, outcome.how, outcome.status, outcome.tid, outcome.cid, outcome.attempt,
        outcome.title[:LONGEST_CHARS], outcome.reason[:LONGEST_CHARS], outcome.here, lease.request, outcome.waited_s,
        outcome.within[:DEEPEST],
    )  # fmt: skip


def rested(place: Host | Slot, reason: str, at: float) -> Rested:
    """A slot, or a host with all its slots, is left alone for a while."""
    where = place.place if isinstance(place, Slot) else Place("", place.name)
    return Rested(at, where, reason[:LONGEST_CHARS])


def came(dispatcher: Dispatcher, at: float) -> Came:
    return Came(at, dispatcher.user.name, dispatcher.host, len(dispatcher.leases))


def went(dispatcher: Dispatcher, at: float, *, lost: bool) -> Went:
    return Went(at, dispatcher.user.name, dispatcher.host, len(dispatcher.leases), lost)


def capacity(kinds: Iterable[Kind], at: float) -> Capacity:
    """How many slots there are."""
    sizes: Counter[frozenset[str]] = Counter()
    for kind in kinds:
        sizes[kind.groups] += kind.size
    return Capacity(at, tuple((groups, size) for groups, size in sizes.items() if size))
