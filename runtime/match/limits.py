"""Limits: how many commands with one tag may run at once (reference section 8, D-lim).

A launch counts under its program's name, under the service keys that it asks for and under its own tags. A launch that
would go over a maximum waits. These are plain counters: whoever launches calls `take`, whoever sees the end `give`.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping

from runtime.job.words import split_words
from runtime.match.keys import compile_keys

_DIRECTORY = re.compile(r".*[/\\]", re.S)


def launch_tags(argv: tuple[str, ...], service: str, tags: str) -> tuple[str, ...]:
    """The tags that a launch counts under, without case, each once. `service` and `tags` as the script has them.

    Raises KeyExpressionError for a service that cannot be read.
    """
    program = (_DIRECTORY.sub("", argv[0]),) if argv else ()
    names = (*program, *compile_keys(service).positive, *split_words(tags))
    return tuple(dict.fromkeys(name.lower() for name in names if name))


class Limits:
    """Counters of what runs, and their maxima. Tags without a maximum are not limited."""

    __slots__ = ("_maxima", "_running")

    def __init__(self, maxima: Mapping[str, int]) -> None:
        self._maxima = {tag.lower(): most for tag, most in maxima.items()}
        self._running: Counter[str] = Counter()

    def why_not(self, tags: Iterable[str]) -> str:
        """Why a launch with these tags has to wait, in words; empty when it may run."""
        for tag in tags:
            most = self._maxima.get(tag)
            if most is not None and self._running[tag] >= most:
                return f"limit {tag}: {self._running[tag]} of {most} running"
        return ""

    def room(self, tags: Iterable[str]) -> int | None:
        """How many more launches with these tags may run; None for any number."""
        rooms = [max(0, self._maxima[tag] - self._running[tag]) for tag in tags if tag in self._maxima]
        return min(rooms, default=None)

    def take(self, tags: Iterable[str]) -> None:
        """A launch with these tags runs from now on (whether or not `why_not` had something to say)."""
        self._running.update(tags)

    def give(self, tags: Iterable[str]) -> None:
        """It ended. Raises ValueError when nothing ran under one of the tags."""
        for tag in tags:
            if self._running[tag] <= 0:
                raise ValueError(f"nothing runs under the tag {tag}")
            self._running[tag] -= 1
            if not self._running[tag]:
                del self._running[tag]

    def running(self, tag: str) -> int:
        return self._running[tag.lower()]

    def set_maxima(self, maxima: Mapping[str, int]) -> None:
        """New maxima count from the next launch on; what runs keeps running."""
        self._maxima = {tag.lower(): most for tag, most in maxima.items()}
