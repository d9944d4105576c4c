"""A dispatcher that is attached to a maitre-d without rules: it grants what a test says."""

from __future__ import annotations

from typing import Any

from farm import Farm, cmd, task

from runtime.farm_messages import (
    Attached,
    Granted,
    GrantedSlot,
    Lease,
    LeaseId,
    Recall,
    Returned,
    Running,
    Want,
)
from runtime.job.model import Task

EPOCH = 7
LEASE_S = 120.0


def slot(name: str, zone: str = "") -> GrantedSlot:
    """The slot janus-1 is on the host janus."""
    return GrantedSlot(name, name.partition("-")[0], "10.0.0.2", 1501, zone)


def frames(*titles: str, **options: str) -> list[Task]:
    """Tasks whose commands have one need."""
    return [task(title, cmds=[cmd(f"prman {title}", **options)]) for title in titles]


class AttachedFarm(Farm):
    """`said` is what the maitre-d has heard, apart from Running."""

    def __init__(self, slots: int = 2, **others: Any) -> None:
        super().__init__(slots, with_farm=True, **others)
        self.leases = 0

    def attach(self, *lost: LeaseId, epoch: int = EPOCH) -> None:
        self.core.held(self.now)
        self.carry_out(self.core.attached(Attached(epoch, LEASE_S, 30.0, lost), self.now))

    def answered(self) -> None:
        """The answer to an Attach that named `held` some time ago."""
        self.carry_out(self.core.attached(Attached(EPOCH, LEASE_S, 30.0), self.now))

    def detach(self) -> None:
        self.carry_out(self.core.detached(self.now))

    def grant(self, *slots: str, request: int | None = None, zone: str = "") -> LeaseId:
        """A lease of these slots, for the request that was said last."""
        self.leases += 1
        number = self.wants[-1].request if request is None else request
        lease = Lease(LeaseId(EPOCH, self.leases), tuple(slot(name, zone) for name in slots))
        self.carry_out(self.core.granted(Granted(number, lease), self.now))
        return lease.id

    def recall(self, lease: LeaseId, *, eject: bool = False, reason: str = "wanted by ben") -> None:
        self.carry_out(self.core.recalled(Recall(lease, eject, reason), self.now))

    # what can be seen

    @property
    def wants(self) -> list[Want]:
        return [message for message in self.said if isinstance(message, Want)]

    @property
    def totals(self) -> dict[int, int]:
        """What each request was last said to want."""
        return {want.request: want.total for want in self.wants}

    @property
    def returned_leases(self) -> list[LeaseId]:
        return [message.lease for message in self.said if isinstance(message, Returned)]

    @property
    def problems(self) -> list[str]:
        return [message.problem for message in self.said if isinstance(message, Returned)]

    @property
    def told(self) -> list[Running]:
        return [message for message in self.said if isinstance(message, Running)]

    @property
    def held(self) -> list[LeaseId]:
        return [held.lease.id for held in self.core.held(self.now)]


def attached(slots: int = 2, **others: Any) -> AttachedFarm:
    farm = AttachedFarm(slots, **others)
    farm.attach()
    return farm
