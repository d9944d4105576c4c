"""Room for what a request reserves: which leases have to end so that there is enough of it on one host.

Memory that frees in small pieces all over the farm is of no use to who needs much of it in one place. So what is asked
back, or ejected, is on one host, and together it is enough: nothing ends in vain.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from runtime.maitred.leases import Lease
from runtime.maitred.requests import Group, Request
from runtime.maitred.slots import Host
from runtime.match.reserve import Reserve


def is_for_one_host(request: Request) -> bool:
    """Whether a request needs room, and all of it in one place."""
    need = request.need
    return bool(need.reserve) and (need.atleast == 1 or need.samehost)


def leases_on(host: Host) -> list[Lease]:
    """The leases that have slots there."""
    return list({slot.lease: None for slot in host.slots if slot.lease is not None})


def frees_enough(host: Host, lease: Lease, reserve: Reserve) -> bool:
    """Whether there would be room for a reservation on a host without a lease."""
    given = _held(host, (lease,))
    return all(host.room.left.get(name, -1.0) + given.get(name, 0.0) >= amount for name, amount in reserve)


def enough_on(host: Host, request: Request, group: Group, leases: Sequence[Lease]) -> list[Lease]:
    """The first of these leases without which a host has slots and room enough for one lease of a request, only those
    that are needed. Empty: all of them are not enough."""
    chosen: list[Lease] = []
    for lease in leases:
        if _is_enough(host, request, group, chosen):
            break
        chosen.append(lease)
    if not _is_enough(host, request, group, chosen):
        return []
    for lease in reversed(chosen[:]):
        others = [other for other in chosen if other is not lease]
        if _is_enough(host, request, group, others):
            chosen = others
    return chosen


def _is_enough(host: Host, request: Request, group: Group, ended: Iterable[Lease]) -> bool:
    need, gone = request.need, set(ended)
    mine = [slot for slot in request.kept if slot.host is host]
    open_ones = (slot for slot in host.slots if slot.is_open and (slot.lease in gone or slot.rank is not None))
    slots = len(mine) + sum(group.fits(slot) for slot in open_ones)
    given, left = _held(host, gone), host.room.left
    return slots >= need.atleast and all(
        left.get(name, -1.0) + given.get(name, 0.0) + len(mine) * amount >= need.atleast * amount
        for name, amount in need.reserve
    )


def _held(host: Host, leases: Iterable[Lease]) -> dict[str, float]:
    """What these leases hold on a host."""
    held: dict[str, float] = {}
    for name, amount in _each(host, leases):
        held[name] = held.get(name, 0.0) + amount
    return held


def _each(host: Host, leases: Iterable[Lease]) -> Iterator[tuple[str, float]]:
    for lease in leases:
        for there, _ in lease.rooms.values():
            if there is host:
                yield from lease.reserve
