"""What an alfserver measures, when, and by which way it tells it. Pure: asking and measuring are daemons.sampling.

    Answers     what maitre-ds want measured: of those who answer, the one with the newest schedule counts (S2)
    Timetable   which sources are due now
    Ways        by multicast always, and by unicast to each maitre-d of the site's list that multicast does not reach

How the ways are found out, round by round:

    ask      one question to the group, and one to each maitre-d of the list
    settle   some time later: who has answered only what came by unicast gets the samples by unicast, until a
             question to the group reaches him again. What goes by both ways counts once (daemons.signed)
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence

import msgspec

from runtime.farm_datagrams import MetricsAre, MetricSource

INTERVAL_S = 10.0
"""Between two samples of what is always measured, whatever the schedule says."""
SHORTEST_S = 1.0
"""A source is never measured more often, whatever the schedule says."""
STALE_INTERVALS = 3
"""A value that is older than so many of its intervals is not known any more (reference section 10)."""
ALWAYS = ("loadavg", "memory", "disk", "hostname", "ncpus", "memtotal")
"""Measured in any case: the original's automatic metrics, what else service key expressions may ask for (`@.mem`,
`@.disk` and `@.cpu` are the first three), and what can be reserved. A schedule
may say otherwise how one of these is measured."""

_FORGET_S = 90.0
_SLACK_S = 0.05  # what is due so soon goes with what is due now
_ROUNDS = 3  # a maitre-d that has not answered in so many is not there

_BUILT_IN = {name: MetricSource(name, INTERVAL_S, "builtin", (name,)) for name in ALWAYS}


class Answers:
    """What the maitre-ds have said, and what counts of it."""

    def __init__(self) -> None:
        self._said: dict[str, tuple[float, MetricsAre]] = {}

    def heard(self, message: MetricsAre, now: float) -> None:
        """A maitre-d's answer, or a part of it: what it said of another schedule before counts no more."""
        _, before = self._said.get(message.maitred, (now, message))
        if before.schedule_time == message.schedule_time:
            merged = {source.name: source for source in (*before.sources, *message.sources)}
            message = msgspec.structs.replace(message, sources=tuple(merged.values()))
        self._said[message.maitred] = now, message

    def sources(self, now: float) -> dict[str, MetricSource]:
        """What is to be measured. When no maitre-d answers any more, what the last one said still counts."""
        recent = {name: said for name, said in self._said.items() if now - said[0] < _FORGET_S}
        if recent:
            self._said = recent
        found = dict(_BUILT_IN)
        if self._said:
            newest = max((message for _, message in self._said.values()), key=lambda message: message.schedule_time)
            found.update((source.name, source) for source in newest.sources)
        return found


class Timetable:
    """Remembers when each source is due next."""

    def __init__(self) -> None:
        self._next: dict[MetricSource, float] = {}

    def take(self, sources: Iterable[MetricSource], now: float) -> list[MetricSource]:
        """Those that are due now: new and changed ones at once, then each at its interval."""
        self._next = {source: self._next.get(source, now) for source in sources}
        due = [source for source, when in self._next.items() if when <= now + _SLACK_S]
        for source in due:
            self._next[source] = now + max(SHORTEST_S, source.interval_s)
        return due

    def next_at(self) -> float:
        """When to `take` again; infinite when there is nothing to measure."""
        return min(self._next.values(), default=float("inf"))


class Ways:
    """Which maitre-ds of the site's list do not hear the group, though they are there."""

    def __init__(self) -> None:
        self._serials = itertools.count(1)
        self._group_serial = 0
        self._asked: dict[int, str] = {}
        """Questions of this round that went to one maitre-d of the list: serial -> its name there."""
        self._called: dict[str, str] = {}
        """What a maitre-d of the list calls itself in its answers."""
        self._silent: dict[str, int] = {}
        """For how many rounds a maitre-d of the list has not answered."""
        self._by_group: set[str] = set()
        self.unicast: tuple[str, ...] = ()
        """The maitre-ds of the list that are to be told by unicast as well."""

    def ask(self, maitreds: Sequence[str]) -> tuple[int, dict[str, int]]:
        """Begin a round: the serial of the question to the group, and those for each of the list."""
        self._group_serial = next(self._serials)
        self._asked = {next(self._serials): name for name in maitreds}
        self._by_group = set()
        self._silent = {name: self._silent.get(name, _ROUNDS) + 1 for name in maitreds}
        return self._group_serial, {name: serial for serial, name in self._asked.items()}

    def answered(self, serial: int, maitred: str) -> None:
        """A maitre-d has answered a question; an older round's counts no more."""
        if serial == self._group_serial:
            self._by_group.add(maitred)
        elif serial in self._asked:
            name = self._asked[serial]
            self._called[name] = maitred
            self._silent[name] = 0

    @property
    def any_answer(self) -> bool:
        """Whether anybody has answered in this round."""
        return bool(self._by_group) or 0 in self._silent.values()

    def settle(self) -> None:
        """The time for answers is over: decide by which way each is told from now on."""
        self.unicast = tuple(
            name
            for name, silent in self._silent.items()
            if silent < _ROUNDS and self._called.get(name) not in self._by_group
        )
