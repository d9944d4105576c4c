"""Leases that were asked back and have not come yet: for whom, and what all will hold when they have gone over.

A slot that comes back goes to whoever is first in line then, and that need not be the request for which it was asked
back. Who gets a slot that was asked back for another one needs one fewer of those that were asked back for himself: it
comes all the same, but is for nobody any more. Else he would count as one who will hold more than his part, and others
would take it back from him.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from runtime.maitred.accounts import Account
    from runtime.maitred.leases import Lease
    from runtime.maitred.requests import Request
    from runtime.maitred.slots import Slot


class AskedBack:
    """`change`: how many slots more, or fewer, users and projects hold when everything that was asked back has come and
    gone over."""

    def __init__(self) -> None:
        self.change: Counter[Account] = Counter()
        self._leases: dict[Lease, tuple[Request | None, tuple[tuple[Account, int], ...]]] = {}
        self._for: dict[Request, dict[Lease, None]] = {}
        self._came: dict[Slot, Request] = {}
        """Slots that have come and were not given out since, with the request for which they were asked back."""

    def __iter__(self) -> Iterator[Lease]:
        return iter(self._leases)

    def add(self, lease: Lease) -> None:
        """A lease is asked back, or asked back for another request (its `made_for`)."""
        self.remove(lease)
        request = lease.made_for
        change = [(lease.dispatcher.user, -len(lease.slots)), (lease.project, -len(lease.slots))]
        if request is not None:
            change += [(request.user, request.need.atleast), (request.project, request.need.atleast)]
            self._for.setdefault(request, {})[lease] = None
        for account, slots in change:
            self.change[account] += slots
        self._leases[lease] = request, tuple(change)

    def remove(self, lease: Lease) -> None:
        """It has come, or is gone; or it was never asked back."""
        request, change = self._leases.pop(lease, (None, ()))
        for account, slots in change:
            self.change[account] -= slots
            if not self.change[account]:
                del self.change[account]
        if request is not None:
            self._for[request].pop(lease)
            if not self._for[request]:
                del self._for[request]

    def comes(self, lease: Lease) -> None:
        """A lease ends."""
        for slot in lease.slots:
            if lease.made_for is not None:
                self._came[slot] = lease.made_for
            else:
                self._came.pop(slot, None)
        self.remove(lease)

    def got(self, request: Request, lease: Lease) -> None:
        """A request has got a lease; if it was to have others, it needs fewer of these now."""
        wanted_back = [self._came.pop(slot, None) is request for slot in lease.slots]
        if request in self._for and not all(wanted_back):
            several = request.need.atleast > 1 or request.need.reserve  # then all of them were for one lease
            others = (one for one in self._for[request] if not one.ejected)
            for one in list(others if several else islice(others, 1)):
                one.made_for = None
                self.add(one)

    def made_for(self, request: Request) -> Iterable[Lease]:
        """What was asked back for a request."""
        return self._for.get(request, ())

    def number_for(self, request: Request) -> int:
        """How many that are."""
        return len(self._for.get(request, ()))
