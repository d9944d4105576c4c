"""Crews: who may use which servers now, and with which priority (reference section 7, document S1).

    "A dispatcher's access is the union of all the crews in which it is a member;
     its priority is the highest of those available."

A crew gives access while it is enabled and its time group is open. A schedule without any crew gives everyone every
server, always; crews that are all disabled give nothing (section 10.1). Users with the same open crews share one
`Access`, so that what it means for a kind of slot is found once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import tzinfo

from runtime.schedule.model import EVERYBODY, Crew, Schedule
from runtime.schedule.times import DAY, is_open, minute_of_week, next_change, spans_of

_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class Access:
    """What one set of open crews gives. `everything`: there are no crews."""

    __slots__ = ("_givers", "_priorities", "crews", "everything")

    def __init__(self, crews: Iterable[Crew], everything: bool = False) -> None:
        self.crews = tuple(sorted(crews, key=lambda crew: -crew.priority))
        self.everything = everything
        self._priorities: dict[frozenset[str], float | None] = {}
        self._givers: dict[frozenset[str], str] = {}

    def priority(self, groups: frozenset[str]) -> float | None:
        """The highest priority with which a server in these groups may be used now; None: not at all."""
        if groups not in self._priorities:
            self._priorities[groups] = self._highest(groups, self.crews)
        return self._priorities[groups]

    def crew(self, groups: frozenset[str]) -> str:
        """The crew that gives a server in these groups with the highest priority; empty: none does, or there are no
        crews."""
        name = self._givers.get(groups)
        if name is None:
            name = self._givers[groups] = next((crew.name for crew in self.crews if _gives(crew, groups)), "")
        return name

    def preempting(self, groups: frozenset[str]) -> float | None:
        """The same of those crews alone that may eject others."""
        crews = tuple(crew for crew in self.crews if crew.preempt)
        return self._highest(groups, crews) if crews else None

    def _highest(self, groups: frozenset[str], crews: tuple[Crew, ...]) -> float | None:
        if self.everything:
            return 0.0
        return next((crew.priority for crew in crews if _gives(crew, groups)), None)


def _gives(crew: Crew, groups: frozenset[str]) -> bool:
    return crew.servers == EVERYBODY or crew.servers in groups


class Crews:
    """The crews of a schedule at a moment: `wall`, in seconds since 1970."""

    def __init__(self, schedule: Schedule, wall: float, zone: tzinfo | None) -> None:
        self._schedule = schedule
        self._zone = zone
        self._users = {name: frozenset(users) for name, users in schedule.user_groups.items()}
        self._shared: dict[tuple[str, ...], Access] = {}
        self._by_user: dict[str, Access] = {}
        self.wall = wall
        self._open = self._open_now()

    def are_those_of(self, schedule: Schedule) -> bool:
        """Whether the crews of a schedule are the same."""
        mine, other = self._schedule, schedule
        same = mine.crews == other.crews and mine.user_groups == other.user_groups
        return same and mine.time_groups == other.time_groups

    def at(self, wall: float) -> bool:
        """It is this late now. Whether a crew opens or closes with it."""
        self.wall = wall
        crews = self._open_now()
        if crews.keys() == self._open.keys():
            return False
        self._open = crews
        self._by_user.clear()
        return True

    def access(self, user: str) -> Access:
        """What a user may use now."""
        found = self._by_user.get(user)
        if found is None:
            crews = {name: crew for name, crew in self._open.items() if self._has(crew, user)}
            names = tuple(crews)
            found = self._shared.get(names)
            if found is None:
                found = self._shared[names] = Access(crews.values(), not self._schedule.crews)
            self._by_user[user] = found
        return found

    def has(self, user: str) -> bool:
        """Whether any crew, open or not, has this user; True where there are no crews."""
        crews = self._schedule.crews.values()
        return not crews or any(crew.enabled and self._has(crew, user) for crew in crews)

    def why_not(self, user: str, groups: frozenset[str]) -> str:
        """Why no crew gives a user a server of these groups now, in words; empty when one does."""
        if self.access(user).priority(groups) is not None:
            return ""
        crews = [crew for crew in self._schedule.crews.values() if self._has(crew, user) and _gives(crew, groups)]
        words = f"no crew gives {user} this server"
        closed = [crew for crew in crews if crew.enabled]
        if closed:
            return f"{words} now: {', '.join(self._opens(crew) for crew in closed)}"
        if crews:
            return f"{words}: {', '.join(f'crew {crew.name} is disabled' for crew in crews)}"
        return words

    def _opens(self, crew: Crew) -> str:
        moment = next_change(spans_of(self._schedule, crew.times), self.wall, self._zone)
        if moment is None:
            return f"time group {crew.times} of crew {crew.name} is empty"
        minute = minute_of_week(moment, self._zone)
        today = minute // DAY == minute_of_week(self.wall, self._zone) // DAY and moment - self.wall < DAY * 60
        day = "" if today else f" on {_DAYS[minute // DAY]}"
        return f"crew {crew.name} opens{day} at {minute % DAY // 60:02}:{minute % 60:02}"

    def _open_now(self) -> Mapping[str, Crew]:
        return {
            name: crew
            for name, crew in self._schedule.crews.items()
            if crew.enabled and is_open(spans_of(self._schedule, crew.times), self.wall, self._zone)
        }

    def _has(self, crew: Crew, user: str) -> bool:
        if crew.users == EVERYBODY:
            return True
        members = self._users.get(crew.users, frozenset())
        return user in members or EVERYBODY in members
