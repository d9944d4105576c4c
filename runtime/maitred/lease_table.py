"""All leases by their ids, in many small dictionaries.

A dictionary of 100,000 that come and go is rebuilt as a whole now and then: some milliseconds, in which nobody else is
served. Of SHARDS dictionaries one is rebuilt at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, MutableMapping
from itertools import chain
from typing import TYPE_CHECKING, TypeVar, overload

from runtime.farm_messages import LeaseId

if TYPE_CHECKING:
    from runtime.maitred.leases import Lease

SHARDS = 64
_Other = TypeVar("_Other")


class LeaseTable(MutableMapping[LeaseId, "Lease"]):
    """As a dictionary, but for its order: none."""

    def __init__(self) -> None:
        self._shards: tuple[dict[LeaseId, Lease], ...] = tuple({} for _ in range(SHARDS))

    def __getitem__(self, lease: LeaseId) -> Lease:
        return self._shards[lease.number % SHARDS][lease]

    @overload
    def get(self, lease: LeaseId, /) -> Lease | None: ...
    @overload
    def get(self, lease: LeaseId, /, default: Lease | _Other) -> Lease | _Other: ...
    def get(self, lease: LeaseId, /, default: object = None) -> object:
        return self._shards[lease.number % SHARDS].get(lease, default)

    def __contains__(self, lease: object) -> bool:
        return isinstance(lease, LeaseId) and lease in self._shards[lease.number % SHARDS]

    def __setitem__(self, lease: LeaseId, value: Lease) -> None:
        self._shards[lease.number % SHARDS][lease] = value

    def __delitem__(self, lease: LeaseId) -> None:
        del self._shards[lease.number % SHARDS][lease]

    def __iter__(self) -> Iterator[LeaseId]:
        return chain.from_iterable(self._shards)

    def __len__(self) -> int:
        return sum(map(len, self._shards))
