"""Leases that were asked back and have not come yet: for whom, and what all will hold when they have gone over."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from runtime.maitred.accounts import Account
    from runtime.maitred.leases import Lease
    from runtime.maitred.requests import Request


class AskedBack:
    """`change`: how many slots more, or fewer, users and projects hold when everything that was asked back has come and
    gone over."""

    def __init__(self) -> None:
        self.change: Counter[Account] = Counter()
        self._leases: dict[Lease, tuple[Request | None, tuple[tuple[Account, int], ...]]] = {}
        self._for: dict[Request, dict[Lease, None]] = {}

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

    def made_for(self, request: Request) -> Iterable[Lease]:
        """What was asked back for a request."""
        return self._for.get(request, ())

    def number_for(self, request: Request) -> int:
        """How many that are."""
        return len(self._for.get(request, ()))
