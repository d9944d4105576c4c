"""Waits, as a histogram that can be added to another: their number, sum, longest, and any percentile within 1 %.

Class k holds waits from g^(k-1) to g^k seconds, where g is 1.02; it stands for the middle of that, which is nowhere
further away than 1 %. What is shorter than a millisecond counts as no wait. A day of waits has some hundred classes.
(The same idea as DDSketch: C. Masson and others, VLDB 2019.)
"""

from __future__ import annotations

import math

import msgspec

_GROWTH = 1.02
_LOG_GROWTH = math.log(_GROWTH)
_MIDDLE = 2.0 / (_GROWTH + 1.0)
_NONE_S = 0.001


def class_of(wait_s: float) -> int:
    """The class of a wait; of what is no wait at all any."""
    return math.ceil(math.log(wait_s) / _LOG_GROWTH) if wait_s >= _NONE_S else 0


class Waits(msgspec.Struct, array_like=True):
    """`none`: how many did not wait at all. `classes`: how many in each class."""

    none: int = 0
    classes: dict[int, int] = msgspec.field(default_factory=dict)
    sum_s: float = 0.0
    longest_s: float = 0.0

    def add(self, wait_s: float, number: int | None = None) -> None:
        """One wait more. `number`: its class, where that is known."""
        if wait_s < _NONE_S:
            self.none += 1
            return
        if number is None:
            number = class_of(wait_s)
        self.classes[number] = self.classes.get(number, 0) + 1
        self.sum_s += wait_s
        if wait_s > self.longest_s:
            self.longest_s = wait_s

    def merge(self, other: Waits) -> None:
        """All of another's, too."""
        self.none += other.none
        for number, many in other.classes.items():
            self.classes[number] = self.classes.get(number, 0) + many
        self.sum_s += other.sum_s
        self.longest_s = max(self.longest_s, other.longest_s)

    @property
    def count(self) -> int:
        return self.none + sum(self.classes.values())

    @property
    def mean_s(self) -> float:
        """0 where there is none."""
        return self.sum_s / self.count if self.count else 0.0

    def percentile(self, percent: float) -> float:
        """The wait in seconds that so many percent of all do not exceed (nearest rank); 0 where there is none."""
        rank = max(1, math.ceil(self.count * percent / 100.0))
        seen = self.none
        if rank <= seen or not self.classes:
            return 0.0
        for number in sorted(self.classes):
            seen += self.classes[number]
            if seen >= rank:
                return min(self.longest_s, _MIDDLE * _GROWTH**number)
        return self.longest_s
