"""Crews: who may use which servers now, and with which priority (reference section 7, document S1).

    "A dispatcher's access is the union of all the crews in which it is a member;
     its priority is the highest of those available."

A crew gives access while it is enabled and its time group is open. A schedule without any crew gives everyone every
server, always; crews that are all disabled give nothing (section 10.1). Users with the same open crews share one
`Access`, so that what it means for a kind of slot is found once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from runtime.schedule.model import EVERYBODY, Crew, Schedule, Span

WEEK = 7 * 24 * 60
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def minute_of_week(wall: float, zone: str = "") -> int:
    """Minutes since Monday 00:00 of a moment (seconds since the epoch), in a time zone or, without one, locally."""
    moment = datetime.fromtimestamp(wall, ZoneInfo(zone) if zone else None)
    return (moment.weekday() * 24 + moment.hour) * 60 + moment.minute


class Access:
    """What one set of open crews gives. `everything`: there are no crews."""

    __slots__ = ("_priorities", "crews", "everything")

    def __init__(self, crews: Iterable[Crew], everything: bool = False) -> None:
        self.crews = tuple(sorted(crews, key=lambda crew: -crew.priority))
        self.everything = everything
        self._priorities: dict[frozenset[str], float | None] = {}

    def priority(self, groups: frozenset[str]) -> float | None:
        """The highest priority with which a server in these groups may be used now; None: not at all."""
        if groups not in self._priorities:
            self._priorities[groups] = self._highest(groups, self.crews)
        return self._priorities[groups]

    def preempting(self, groups: frozenset[str]) -> float | None:
        """The same of those crews alone that may eject others."""
        crews = tuple(crew for crew in self.crews if crew.preempt)
        return self._highest(groups, crews) if crews else None

    def _highest(self, groups: frozenset[str], crews: tuple[Crew, ...]) -> float | None:
        if self.everything:
            return 0.0
        return next((crew.priority for crew in crews if crew.servers == EVERYBODY or crew.servers in groups), None)


class Crews:
    """The crews of a schedule at a moment of the week."""

    def __init__(self, schedule: Schedule, minute: int) -> None:
        self._schedule = schedule
        self._users = {name: frozenset(users) for name, users in schedule.user_groups.items()}
        self._shared: dict[tuple[str, ...], Access] = {}
        self._by_user: dict[str, Access] = {}
        self.minute = minute
        self._open = self._open_at(minute)

    def at(self, minute: int) -> bool:
        """The minute of the week is this now. Whether a crew opens or closes with it."""
        self.minute = minute
        crews = self._open_at(minute)
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

    def why_not(self, user: str, groups: frozenset[str]) -> str:
        """Why no crew gives a user a server of these groups now, in words; empty when one does."""
        if self.access(user).priority(groups) is not None:
            return ""
        crews = [
            crew
            for crew in self._schedule.crews.values()
            if self._has(crew, user) and (crew.servers == EVERYBODY or crew.servers in groups)
        ]
        words = f"no crew gives {user} this server"
        closed = [crew for crew in crews if crew.enabled]
        if closed:
            return f"{words} now: {', '.join(self._opens(crew) for crew in closed)}"
        if crews:
            return f"{words}: {', '.join(f'crew {crew.name} is disabled' for crew in crews)}"
        return words

    def _opens(self, crew: Crew) -> str:
        spans = self._schedule.time_groups.get(crew.times, ())
        if not spans:
            return f"time group {crew.times} of crew {crew.name} is empty"
        after = min((span.start - self.minute) % WEEK for span in spans)
        start = (self.minute + after) % WEEK
        day = "" if start // 1440 == self.minute // 1440 and after < 1440 else f" on {_DAYS[start // 1440]}"
        return f"crew {crew.name} opens{day} at {start // 60 % 24:02}:{start % 60:02}"

    def _open_at(self, minute: int) -> Mapping[str, Crew]:
        return {
            name: crew
            for name, crew in self._schedule.crews.items()
            if crew.enabled and (crew.times == EVERYBODY or self._is_open(crew.times, minute))
        }

    def _is_open(self, group: str, minute: int) -> bool:
        return any(_within(span, minute) for span in self._schedule.time_groups.get(group, ()))

    def _has(self, crew: Crew, user: str) -> bool:
        if crew.users == EVERYBODY:
            return True
        members = self._users.get(crew.users, frozenset())
        return user in members or EVERYBODY in members


def _within(span: Span, minute: int) -> bool:
    return (minute - span.start) % WEEK < ((span.end - span.start) % WEEK or WEEK)
