"""Hosts with clocks of their own, and the processes that run there.

Monotonic clocks begin anywhere and run on; wall clocks are set by whoever likes. No rule may depend on two of them
showing the same, so no two of them do.
"""

from __future__ import annotations

from tests.model.network import Network

MONDAY_NOON = 1_767_614_400.0
"""2026-01-05 12:00 UTC."""


class Host:
    """`network.time` is the model's own time; nobody in it can see that."""

    def __init__(self, name: str, network: Network, since: float) -> None:
        self.name = name
        self.network = network
        self._since = since
        self._set_by = 0.0

    @property
    def uptime(self) -> float:
        """The monotonic clock."""
        return self.network.time + self._since

    @property
    def wall(self) -> float:
        return MONDAY_NOON + self.network.time + self._set_by

    def set_clock(self, by: float) -> None:
        self._set_by += by

    def reboot(self, since: float) -> None:
        self._since = since

    def at_uptime(self, uptime: float) -> float:
        """The model's time of a moment on the monotonic clock."""
        return uptime - self._since

    def at_wall(self, wall: float) -> float:
        return wall - MONDAY_NOON - self._set_by


class Daemon:
    """A process that can be killed, stopped and started. What it says in a word is its own."""

    def __init__(self, machine: Host) -> None:
        self.machine = machine
        self.network = machine.network
        self.lives = False
        self.frozen = False

    @property
    def host(self) -> str:
        return self.machine.name

    @property
    def hears(self) -> bool:
        return self.lives and not self.frozen
