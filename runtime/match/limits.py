"""Limits: how many commands with one tag may run at once (reference section 8, D-lim), and tags that rest for a while.

A launch counts under its program's name, under the service keys that it asks for and under its own tags. A launch that
would go over a maximum waits. These are plain counters: whoever launches calls `take`, whoever sees the end `give`.

While a tag rests nothing with it is launched (what runs goes on): a licence of it was found short (runtime.licences).
Then it is tried again with care, so that not everything that waited starts at once and finds nothing: one more than
runs, and twice as many after every TRIAL_STEP_S without another shortage.

    rest(tags, until) --> resting -- wake(now) --> on trial: running + 1, twice that, four times ... --> as before
                             ^------------------------- rest: short again
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import NamedTuple

from runtime.job.words import split_words
from runtime.match.keys import compile_keys

TRIAL_STEP_S = 30.0
"""So long a command may take to find out that there is no licence for it."""
_TRIAL_MOST = 4_096
"""A trial that has come so far is over."""

_DIRECTORY = re.compile(r".*[/\\]", re.S)


def launch_tags(argv: tuple[str, ...], service: str, tags: str) -> tuple[str, ...]:
    """The tags that a launch counts under, without case, each once. `service` and `tags` as the script has them.

    Raises KeyExpressionError for a service that cannot be read.
    """
    program = (_DIRECTORY.sub("", argv[0]),) if argv else ()
    names = (*program, *compile_keys(service).positive, *split_words(tags))
    return tuple(dict.fromkeys(name.lower() for name in names if name))


class Rest(NamedTuple):
    """Until when a tag rests, on the clock of `now`, and why, in words."""

    until: float
    reason: str


class Trial(NamedTuple):
    """How many with a tag that has rested may run at once, and until when no more."""

    most: int
    until: float


class Limits:
    """Counters of what runs, and their maxima. Tags without a maximum are not limited.

    `resting` are the tags that rest, `trials` those that are tried again, in lower case."""

    __slots__ = ("_maxima", "_named", "_running", "resting", "trials")

    def __init__(self, maxima: Mapping[str, int]) -> None:
        self._running: defaultdict[str, int] = defaultdict(int)
        self.resting: dict[str, Rest] = {}
        self.trials: dict[str, Trial] = {}
        self._named: dict[str, int] = {}
        self._maxima: dict[str, int] = {}
        """What counts now: the smaller one of what the site has named and what is on trial."""
        self.set_maxima(maxima)

    def why_not(self, tags: Iterable[str], now: float | None = None) -> str:
        """Why a launch with these tags has to wait, in words; empty when it may run. With `now` they say for how long
        a tag rests still."""
        tags = tuple(tags)
        if not self.may_block(tags):
            return ""
        for tag in tags:
            if self.is_full(tag):
                what = f"tag {tag}, short a while ago" if tag in self.trials else f"limit {tag}"
                return f"{what}: {self._running.get(tag, 0)} of {self._maxima[tag]} running"
        return self.why_resting(tags, now) if self.resting else ""

    def may_block(self, tags: tuple[str, ...]) -> bool:
        """Whether one of these tags has a maximum, or rests."""
        if self.resting and not self.resting.keys().isdisjoint(tags):
            return True
        return not self._maxima.keys().isdisjoint(tags)

    def is_full(self, tag: str) -> bool:
        """Whether as many run under a tag as may."""
        most = self._maxima.get(tag)
        return most is not None and self._running.get(tag, 0) >= most

    def room(self, tags: Iterable[str]) -> int | None:
        """How many more launches with these tags may run; None for any number."""
        if not (self._maxima or self.resting):
            return None
        tags = tuple(tags)
        if self.resting and self.why_resting(tags):
            return 0
        rooms = [max(0, self._maxima[tag] - self._running.get(tag, 0)) for tag in tags if tag in self._maxima]
        return min(rooms, default=None)

    def take(self, tags: Iterable[str]) -> None:
        """A launch with these tags runs from now on (whether or not `why_not` had something to say)."""
        for tag in tags:
            self._running[tag] += 1

    def give(self, tags: Iterable[str]) -> None:
        """It ended. Raises ValueError when nothing ran under one of the tags."""
        for tag in tags:
            left = self._running.get(tag, 0) - 1
            if left < 0:
                raise ValueError(f"nothing runs under the tag {tag}")
            if left:
                self._running[tag] = left
            else:
                del self._running[tag]

    def running(self, tag: str) -> int:
        return self._running.get(tag.lower(), 0)

    def set_maxima(self, maxima: Mapping[str, int]) -> None:
        """New maxima count from the next launch on; what runs keeps running."""
        self._named = {tag.lower(): most for tag, most in maxima.items()}
        self._combine()

    def _combine(self) -> None:
        self._maxima = dict(self._named)
        for tag, trial in self.trials.items():
            self._maxima[tag] = min(trial.most, self._named.get(tag, trial.most))

    # ---- tags that rest, and are tried again ---------------------------------------------------------

    def why_resting(self, tags: Iterable[str], now: float | None = None) -> str:
        """The first of these tags that rests, in words; empty when none does."""
        if not self.resting:
            return ""
        for tag in tags:
            rest = self.resting.get(tag)
            if rest is not None:
                still = "" if now is None else f" {max(0.0, rest.until - now):.0f} s"
                return f"tag {tag} rests{still}: {rest.reason}"
        return ""

    def rest(self, tags: Iterable[str], until: float, reason: str) -> None:
        """Nothing with these tags is launched before then; of two rests the longer one counts."""
        tried = False
        for tag in tags:
            known = self.resting.get(tag.lower())
            if known is None or known.until < until:
                self.resting[tag.lower()] = Rest(until, reason)
            tried |= self.trials.pop(tag.lower(), None) is not None
        if tried:
            self._combine()

    def wake(self, now: float) -> tuple[str, ...]:
        """The tags of which more may run than before: their rest is over, or a step of their trial."""
        if not (self.resting or self.trials):
            return ()
        rested = [tag for tag, rest in self.resting.items() if rest.until <= now]
        proven = [tag for tag, trial in self.trials.items() if trial.until <= now]
        for tag in rested:
            del self.resting[tag]
            self.trials[tag] = Trial(self._running.get(tag, 0) + 1, now + TRIAL_STEP_S)
        for tag in proven:
            most = 2 * self.trials.pop(tag).most
            if most < _TRIAL_MOST:
                self.trials[tag] = Trial(most, now + TRIAL_STEP_S)
        if rested or proven:
            self._combine()
        return (*rested, *proven)

    @property
    def next_wake(self) -> float | None:
        """When `wake` has something to do."""
        if not (self.resting or self.trials):
            return None
        times = [rest.until for rest in self.resting.values()] + [trial.until for trial in self.trials.values()]
        return min(times, default=None)
