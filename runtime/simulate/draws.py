"""Chance, from a seed: the same seed gives the same numbers, whatever else happens in between.

A draw is not the next number of a stream: it is named by what it is for (this command of this job, its first run), and
its number follows from the seed and that name alone. So when two schedules are tried with one seed, every frame takes
as long and fails as often under the one as under the other: what differs between the reports is the schedules' doing.

    {normal 300 60}     a distribution: its quantile function, from a number between 0 and 1 to a value
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from hashlib import blake2b
from math import exp, log
from statistics import NormalDist

Distribution = Callable[[float], float]
"""A value for each number above 0 and below 1; the larger that is, the larger the value."""

_NORMAL = NormalDist()
_STEPS = 1 << 52


class Draws:
    """Numbers above 0 and below 1."""

    def __init__(self, seed: int) -> None:
        self._seeded = blake2b(str(seed).encode(), digest_size=8)

    def number(self, *name: Hashable) -> float:
        """The number that goes with this name: words and numbers."""
        drawn = self._seeded.copy()
        drawn.update(repr(name).encode())
        return ((int.from_bytes(drawn.digest(), "big") >> 12) + 0.5) / _STEPS


def constant(value: float) -> Distribution:
    """Always the same."""
    return lambda number: value


def uniform(least: float, most: float) -> Distribution:
    """Anything between, all alike."""
    return lambda number: least + (most - least) * number


def exponential(mean: float) -> Distribution:
    """Times between things that have nothing to do with each other."""
    return lambda number: -mean * log(1.0 - number)


def normal(mean: float, deviation: float) -> Distribution:
    """Around the mean; never below 0."""
    return lambda number: max(0.0, mean + deviation * _NORMAL.inv_cdf(number))


def lognormal(median: float, sigma: float) -> Distribution:
    """Half of them below the median; the larger sigma, the longer those that are long. What frames take."""
    return lambda number: median * exp(sigma * _NORMAL.inv_cdf(number))
