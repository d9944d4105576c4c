"""What really ran: every process of a command, where and when, whatever anybody believes of it.

The command line says how a command behaves: `PROGRAM SECONDS STATUSES [stubborn]`, where STATUSES are the exit statuses
of its first, second, ... process, the last one for all others; a stubborn one needs KILL to end.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from runtime.farm_messages import LeaseId

KILL_S = 5.0
"""Between TERM and KILL, of the launcher's own accord (docs/farm.md)."""


@dataclass(eq=False)
class Witness:
    """One process. `slot` is empty beside the dispatcher; `ends_at` is when it ends by itself, in the model's time."""

    user: str
    jid: int
    cid: int
    attempt: int
    argv: tuple[str, ...]
    slot: str
    lease: LeaseId | None
    began: float
    ends_at: float
    status: int
    ended: float | None = None
    how: str = ""
    """exit, swept, expired, lost"""

    @property
    def command(self) -> tuple[str, int, int]:
        return (self.user, self.jid, self.cid)

    @property
    def stubborn(self) -> bool:
        return self.argv[-1] == "stubborn"

    def __str__(self) -> str:
        where = self.slot or "beside its dispatcher"
        state = "runs" if self.ended is None else f"{self.how} at {self.ended:g} with {self.status}"
        return f"{self.user} {self.jid}.{self.cid} attempt {self.attempt} on {where}, since {self.began:g}, {state}"


@dataclass
class Testimony:
    """All witnesses, and those that live."""

    all: list[Witness] = field(default_factory=list)
    live: dict[Witness, None] = field(default_factory=dict)
    watcher: Callable[[Witness], None] = lambda witness: None
    """Sees each one as it begins."""
    by_attempt: dict[tuple[str, int], list[Witness]] = field(default_factory=dict)

    def begin(
        self,
        user: str,
        jid: int,
        cid: int,
        attempt: int,
        argv: tuple[str, ...],
        now: float,
        *,
        slot: str = "",
        lease: LeaseId | None = None,
    ) -> Witness:
        before = sum(one.command == (user, jid, cid) for one in self.all)
        statuses = argv[2].split(",")
        status = int(statuses[min(before, len(statuses) - 1)])
        witness = Witness(user, jid, cid, attempt, argv, slot, lease, now, now + float(argv[1]), status)
        self.all.append(witness)
        self.live[witness] = None
        self.by_attempt.setdefault((user, attempt), []).append(witness)
        self.watcher(witness)
        return witness

    def end(self, witness: Witness, now: float, how: str) -> None:
        witness.ended, witness.how = now, how
        if how != "exit":
            witness.status = -15
        del self.live[witness]
