"""What the maitre-d says to a dispatcher, and what a dispatcher knows of its leases: a floor of `runtime.dispatcher`.

The rules are in `runtime.leasing`. Words about leases that are not held, and grants of leases that are, change nothing
and are counted in `stale`.
"""

from __future__ import annotations

from runtime.actions import Actions
from runtime.facts import AttemptId, Place
from runtime.farm_messages import Attached, Granted, HeldLease, Recall
from runtime.orders import Order
from runtime.outbox import Outbox


class FarmEvents(Actions):
    """Events of the maitre-d's connection."""

    @property
    def epoch(self) -> int:
        """The highest epoch that was seen, for Attach."""
        return self._farm.epoch

    @property
    def excluded(self) -> tuple[str, ...]:
        """Slots and hosts that the user wants nothing from, for Attach."""
        return self._farm.excluded

    @property
    def uses_farm(self) -> bool:
        """Whether commands with a service wait for leases."""
        return self._farm.on

    def lease_counts(self) -> tuple[int, int, int]:
        """How many leases are held, on how many of them a command runs, and how many more are asked for."""
        holdings = self._farm.holdings.values()
        used = sum(1 for holding in holdings if holding.attempt)
        requests = [request for job in self._live.values() for request in job.requests.values()]
        return len(holdings), used, sum(max(0, request.said[0] - len(request.held)) for request in requests)

    def held(self, now: float) -> tuple[HeldLease, ...]:
        """The leases that an Attach names; to be asked once for each Attach, just before it is sent."""
        return self._farm.held(now)

    def remote_attempts(self) -> dict[AttemptId, Place]:
        """What runs on alfservers, as far as is known: after `adopt` they are to be asked."""
        return {
            number: attempt.remote_place
            for number, attempt in sorted(self._server.attempts.items())
            if attempt.remote_place is not None and attempt.end is None
        }

    def granted(self, message: Granted, now: float) -> list[Order]:
        """A lease came: a command starts on it, or it goes back at once."""
        self.stale += not self._farm.granted(message)
        return self._finish(Outbox(now))

    def recalled(self, message: Recall, now: float) -> list[Order]:
        """A lease is wanted back: when its command ends; with `eject` the command is ended, and queued again."""
        out = Outbox(now)
        self.stale += not self._farm.recalled(message, out)
        return self._finish(out)

    def attached(self, message: Attached, now: float) -> list[Order]:
        """A maitre-d has answered an Attach that named `held`: it is told what is wanted."""
        out = Outbox(now)
        self._farm.is_attached(message, out)
        return self._finish(out)

    def detached(self, now: float) -> list[Order]:
        """The maitre-d is gone. What runs goes on; its leases are good for a while."""
        self._farm.detached(now)
        return self._finish(Outbox(now))

    def exclude(self, where: tuple[str, ...], now: float) -> list[Order]:
        """The user's choice in the huntgroup: slots and hosts that are not to be used from now on."""
        out = Outbox(now)
        self._farm.exclude(where, out)
        return self._finish(out)

    def use_farm(self, on: bool, now: float) -> list[Order]:
        """Whether commands with a service wait for leases from now on; else the machine itself is the farm. What runs
        goes on."""
        out = Outbox(now)
        self._use_farm(on, out)
        return self._finish(out)
