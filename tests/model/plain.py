"""The rules of a grant once more, slowly: from the schedule, what the maitre-d was told and what is held. No index, no
cache, no code of the core's; it serves to compare (promises.py).
"""

from __future__ import annotations

from collections import Counter

from runtime.needs import Need
from runtime.sampling import INTERVAL_S, STALE_INTERVALS
from tests.model.hosts import MONDAY_NOON
from tests.model.maitred_host import MaitredHost

WEEK = 7 * 24 * 60


def minute_of_week(wall: float) -> int:
    return int((wall - MONDAY_NOON) // 60 + 12 * 60) % WEEK


class Plain:
    """What is true of one maitre-d's farm now."""

    def __init__(self, leader: MaitredHost) -> None:
        self.leader = leader

    @property
    def now(self) -> float:
        return self.leader.machine.uptime

    def crew_gives(self, user: str, slot: str) -> bool:
        """By the wall clock as the maitre-d has last looked at it."""
        plan = self.leader.read_plan
        if not plan.crews:
            return True
        for crew in plan.crews.values():
            members = plan.user_groups.get(crew.users, ())
            servers = plan.server_groups.get(crew.servers, ())
            if not crew.enabled or (crew.users != "*" and user not in members):
                continue
            if crew.servers != "*" and slot not in servers:
                continue
            spans = plan.time_groups.get(crew.times, ())
            minute = minute_of_week(self.leader.looked_at_wall)
            opened = any(span.start <= at < span.end for span in spans for at in (minute, minute + WEEK))
            if crew.times == "*" or opened:
                return True
        return False

    def fits(self, service: str, slot: str) -> bool:
        server = self.leader.read_plan.servers[slot]
        parts = [part.strip().strip("()").strip() for part in service.split("&&")]
        for part in parts:
            if part.startswith("!"):
                if server.host == part[1:] or server.name == part[1:]:
                    return False
            elif part and part not in server.keys:
                return False
        return True

    def is_open(self, slot: str) -> bool:
        """Enabled, on line, no shields, not at rest."""
        leader = self.leader
        server = leader.read_plan.servers.get(slot)
        if server is None or not server.enabled or slot in leader.kept_offline or server.host in leader.nimbys:
            return False
        return self.now >= max(leader.rests.get(slot, 0.0), leader.rests.get(server.host, 0.0))

    def measures(self, metrics: str, slot: str) -> bool:
        if not metrics:
            return True
        host = self.leader.read_plan.servers[slot].host
        load, at = self.leader.loads.get(host, (9.9, float("-inf")))
        return load < 1 and self.now <= at + STALE_INTERVALS * INTERVAL_S

    def may_have(self, user: str, need: Need, slot: str, excluded: frozenset[str] = frozenset()) -> bool:
        """Whether nothing but leases and limits speaks against giving a slot for a need."""
        return (
            slot in self.leader.read_plan.servers
            and self.crew_gives(user, slot)
            and slot.lower() not in excluded
            and self.leader.read_plan.servers[slot].host.lower() not in excluded
            and self.is_open(slot)
            and self.fits(need.service, slot)
            and self.measures(need.metrics, slot)
        )

    def within_limits(self, tags: tuple[str, ...], running: Counter[str]) -> bool:
        limits = self.leader.read_plan.limits
        return all(running[tag] < limits[tag] for tag in tags if tag in limits)
