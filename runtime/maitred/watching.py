"""The farm as watchers see it: every slot, what waits, who is there, how the limits stand."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TypeVar

import msgspec

from runtime.assign.assigner import Rank
from runtime.farm_messages import DispatcherLine, Farm, HostLine, SlotLine, SlotState, WaitLine
from runtime.maitred.books import Books
from runtime.maitred.deciding import failed_ping, is_hole, is_tainted, why_closed
from runtime.maitred.requests import Dispatcher, Request
from runtime.maitred.slots import Host, Slot
from runtime.match.reserve import reserve_words

_PART = 100
"""So many slots are in one part of a farm, at most: it takes about half a millisecond."""
_HOSTS = 1_000
"""So many hosts are looked at for one part: few say what they have to be reserved."""

_T = TypeVar("_T")


def farm_in_parts(books: Books, now: float, serial: int) -> Iterator[Farm]:
    """The state of everything, a little of it at a time: hosts, dispatchers, who waits, then the slots. What happens
    between two parts is seen in those that follow."""
    part = _frame(books, serial, now)
    more = Farm(serial, books.epoch, part.schedule, (), (), (), more=True)
    for hosts in _batches(list(books.slots.hosts.values()), _HOSTS):
        lines_of_hosts = tuple([_host(host) for host in hosts if host.slots and host.room.has])
        yield msgspec.structs.replace(part, hosts=lines_of_hosts, more=True)
        part = more
    for dispatchers in _batches(list(books.dispatchers.values()), _PART):
        lines_of_dispatchers = tuple([_dispatcher(dispatcher) for dispatcher in dispatchers])
        yield msgspec.structs.replace(part, dispatchers=lines_of_dispatchers, more=True)
        part = more
    unordered = books.waiting()
    ranks: list[Rank] = []
    for some in _batches(unordered, _PART):
        ranks += books.judge.request_ranks([books.asking_at_best(one, now) for one in some])
        yield msgspec.structs.replace(part, more=True)
        part = more
    waiting = [one for _, _, one in sorted(zip(ranks, range(len(ranks)), unordered, strict=True))]
    for requests in _batches(waiting, _PART):
        lines = tuple([_waiting(request, now) for request in requests])
        yield msgspec.structs.replace(part, waiting=lines, more=True)
        part = more
    for slots in _slots_by_host(books):
        lines_of_slots = tuple([_slot(books, slot, now) for slot in slots])
        yield msgspec.structs.replace(part, slots=lines_of_slots, more=True)
        part = more
    yield msgspec.structs.replace(part, more=False)


def _slots_by_host(books: Books) -> Iterator[list[Slot]]:
    """All slots, those of a host together. There is no list of them all: Python's garbage collector looks through a
    list at once."""
    some: list[Slot] = []
    for host in list(books.slots.hosts.values()):
        some += host.slots
        if len(some) >= _PART:
            yield some
            some = []
    some += books.slots.gone.values()
    yield from _batches(some, _PART)


def _batches(things: list[_T], size: int) -> Iterator[list[_T]]:
    for start in range(0, len(things), size):
        yield things[start : start + size]


def _frame(books: Books, serial: int, now: float) -> Farm:
    """All but slots, hosts, dispatchers and who waits."""
    limits = books.leases.limits
    return Farm(
        serial,
        books.epoch,
        books.schedule.file,
        (),
        (),
        (),
        tuple((tag, limits.running(tag), most) for tag, most in sorted(books.maxima.items())),
        (),
        tuple((tag, max(0.0, rest.until - now), rest.reason) for tag, rest in sorted(limits.resting.items())),
    )


def _dispatcher(one: Dispatcher) -> DispatcherLine:
    waiting = sum(request.waits for request in one.requests.values())
    return DispatcherLine(one.user.name, one.host, one.port, len(one.leases), waiting)


def _host(host: Host) -> HostLine:
    return HostLine(host.name, dict(host.room.has), dict(host.room.held), dict(host.room.kept))


def _waiting(request: Request, now: float) -> WaitLine:
    need = request.need
    size = f" x{need.atleast}" if need.atleast > 1 else ""
    metrics = f" -metrics {{{need.metrics}}}" if need.metrics else ""
    reserve = f" -reserve {{{reserve_words(need.reserve)}}}" if need.reserve else ""
    return WaitLine(
        request.user.name,
        request.dispatcher.name,
        request.jid,
        request.title,
        f"{need.service}{size}{metrics}{reserve}",
        request.total - request.held,
        max(0.0, now - request.since),
    )


def _slot(books: Books, slot: Slot, now: float) -> SlotLine:
    known = {name: host for name in slot.host.metrics if (host := slot.host.metric(name, now)) is not None}
    note = why_closed(slot, now)
    lease = slot.lease
    if lease is None:
        kept = slot.kept_for
        words = f"kept for {kept}" if kept is not None else note
        return SlotLine(slot.name, slot.host.name, _state_of_free(books, slot, now), metrics=known, note=words)
    if lease.dispatcher.peer is None:
        state, note = SlotState.WAITING, note or "its dispatcher is away"
    else:
        state = SlotState.BUSY if lease.running is not None else SlotState.RESERVED
    since = lease.began if lease.running is not None else lease.since
    job = f"{lease.jid} {lease.title}"
    gpus = lease.rooms[slot.name][1] if lease.reserve else ()
    return SlotLine(
        slot.name, slot.host.name, state, lease.user, job, max(0.0, now - since), known, note, dict(lease.reserve), gpus
    )


def _state_of_free(books: Books, slot: Slot, now: float) -> SlotState:
    if not slot.server.enabled:
        return SlotState.DISABLED
    if slot.offline:
        return SlotState.OFFLINE
    if slot.host.shields:
        return SlotState.SHIELDS
    if failed_ping(slot, now) or is_hole(slot, now) or is_tainted(slot, now):
        return SlotState.TAINTED
    if slot.kept_for is not None:
        return SlotState.RESERVED
    return SlotState.WAITING if slot.moves or now < books.opens_at else SlotState.FREE
