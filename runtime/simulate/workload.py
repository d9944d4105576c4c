"""A workload as data: who queues what and when, how long commands take, and what goes wrong meanwhile.

`runtime.simulate.language` reads one from a file. Times are seconds since midnight of the day on which the simulation
begins; `runtime.simulate.draws` says what a Distribution is.
"""

from __future__ import annotations

from fnmatch import fnmatchcase

import msgspec

from runtime.schedule.model import Span
from runtime.simulate.draws import Distribution, constant

EVERYTHING = "*"
DAY_S = 86400.0
FIRST_DAY = 1_772_409_600.0
"""A Monday (2026-03-02), where the workload does not say another day."""


class Script(msgspec.Struct, frozen=True):
    """A job script, as it stands in its file."""

    file: str
    text: bytes


class Arrivals(msgspec.Struct, frozen=True):
    """The same script, again and again: `count` times, but not after `until_s`. `every`: from one to the next."""

    user: str
    host: str
    """The machine on which its dispatcher runs."""
    script: Script
    first_s: float
    every: Distribution = constant(0.0)
    count: int = 1
    until_s: float = float("inf")
    variables: tuple[tuple[str, str | Distribution], ...] = ()
    """What the script finds in variables: a text, or whole numbers that are drawn for each job."""
    priority: float | None = None
    line: int = 0
    """Of the workload, where this stands."""


class Rule(msgspec.Struct, frozen=True):
    """Something about the commands with this tag (a service key, a tag, or their program's name), whose task and user
    have such names, on such hosts. Names are patterns."""

    tag: str = EVERYTHING
    title: str = EVERYTHING
    user: str = EVERYTHING
    host: str = EVERYTHING

    def holds(self, tags: tuple[str, ...], title: str, user: str, host: str) -> bool:
        return (
            (self.tag == EVERYTHING or self.tag.lower() in tags)
            and (self.title == EVERYTHING or fnmatchcase(title, self.title))
            and (self.user == EVERYTHING or fnmatchcase(user, self.user))
            and (self.host == EVERYTHING or fnmatchcase(host, self.host))
        )


class Takes(msgspec.Struct, frozen=True):
    """How long they take, in seconds."""

    rule: Rule
    seconds: Distribution


class Fails(msgspec.Struct, frozen=True):
    """How often they fail (0 to 1), with which status; `after`: how long they take then, None for as long as ever."""

    rule: Rule
    chance: float
    status: int = 1
    after: Distribution | None = None


class Nimby(msgspec.Struct, frozen=True):
    """The user of each of these hosts is there at these hours of the week: their shields are up. On a day he comes with
    this chance. `ejects`: he ends what runs there as he comes."""

    hosts: str
    hours: tuple[Span, ...]
    chance: float = 1.0
    ejects: bool = False


class Deaths(msgspec.Struct, frozen=True):
    """Each of these hosts dies at `first_s` (None: as it is drawn from `every`), for so long, and again `every` so long
    after it came back."""

    hosts: str
    lasts: Distribution
    first_s: float | None = None
    every: Distribution | None = None


class Measured(msgspec.Struct, frozen=True):
    """These hosts measure this, always."""

    hosts: str
    values: tuple[tuple[str, float | str], ...]


class Workload(msgspec.Struct, frozen=True):
    """Everything. Of several rules for one command the first one counts. `starts_at`: midnight of the first day,
    seconds since 1970; `until_s`: the end, None for when all is done."""

    file: str
    arrivals: tuple[Arrivals, ...] = ()
    takes: tuple[Takes, ...] = ()
    fails: tuple[Fails, ...] = ()
    nimbys: tuple[Nimby, ...] = ()
    deaths: tuple[Deaths, ...] = ()
    measured: tuple[Measured, ...] = ()
    starts_at: float = FIRST_DAY
    until_s: float | None = None
    start_s: float = 0.02
    """From a launch to the command's first moment."""
    ping_s: float = 0.002
    """How long pings take."""
    own_slots: int = 4
    """Of each user's machine, for commands that need no server of the farm."""
