"""What is counted while a farm is simulated.

    the maitre-d's records --> Tally (runtime.history), the same as on a real farm
    commands that begin    --> how long each has waited: since it could have run, until it ran
    now and then           --> what stood in the way of those that waited

A real maitre-d knows how long requests wait for servers, but not which command could have run since when. Here that is
known, and it is what people mean by waiting.
"""

from __future__ import annotations

from collections import Counter

from runtime.history.records import Granted, Place, Record, Whose
from runtime.history.tally import HOUR_S, By, Cell, Key, Tally
from runtime.history.waits import Waits
from runtime.maitred.obstacles import Obstacles
from runtime.simulate.recorded import RecordedJob
from runtime.simulate.replay import Replay

SHOWN = (By.CREW, By.USER, By.GROUP)


class Ledger:
    """`commands` are those that have begun, on the farm or beside their dispatchers; `jobs` those that came to rest, by
    state."""

    def __init__(self) -> None:
        self._tally = Tally(HOUR_S, by=(By.FARM, *SHOWN))
        self._waits: dict[tuple[By, str], Waits] = {}
        self._owned: dict[tuple[Whose, frozenset[str]], tuple[Waits, ...]] = {}
        self._obstacles: dict[str, Counter[str]] = {}
        self.commands = 0
        self.beside = 0
        self.ended = 0
        self.busy_s = 0.0
        self.arrived = 0
        self.jobs: Counter[str] = Counter()
        self.then = Waits()
        """Of a record: how long its commands waited, as far as it says so."""
        self.unknown_jobs = self.unknown_commands = 0
        """Of a record: jobs of which nothing ran, and commands which never ended, like all of their jobs."""

    # ---- what happens --------------------------------------------------------------------------------

    def note(self, record: Record) -> None:
        """The maitre-d puts something on record."""
        self._tally.feed(record)

    def recorded(self, job: RecordedJob, replay: Replay | None) -> None:
        """A job of a record has come; it can be run again as this, or not at all."""
        for run in job.runs:
            if run.waited_s >= 0:
                self.then.add(run.waited_s)
        if replay is None:
            self.unknown_jobs += 1
        else:
            self.unknown_commands += replay.unknown

    def began(self, granted: Granted, waited_s: float) -> None:
        """A command runs on a lease."""
        groups = granted.places[0].groups if len(granted.places) == 1 else _groups(granted.places)
        key = (granted.whose, groups)
        waits = self._owned.get(key)
        if waits is None:
            names = [(By.FARM, ""), (By.CREW, granted.whose.crew), (By.USER, granted.whose.user)]
            names += [(By.GROUP, group) for group in sorted(groups)]
            waits = self._owned[key] = tuple(self._waits.setdefault(name, Waits()) for name in names)
        for each in waits:
            each.add(waited_s)

    def stood_in_the_way(self, found: list[Obstacles]) -> None:
        """A look at those that wait now."""
        for crew in found:
            servers = self._obstacles.setdefault(crew.name, Counter())
            for words, many in crew.servers.items():
                servers[words] += many * crew.waiting

    # ---- what has come of it -------------------------------------------------------------------------

    def cells(self, at: float) -> dict[Key, Cell]:
        """All cells, by the hour; `at` is the end. Their waits are those of grants."""
        self._tally.advance(at)
        return self._tally.cells

    def waits(self, by: By, name: str) -> Waits:
        """How long commands have waited."""
        return self._waits.get((by, name), Waits())

    def obstacles(self) -> dict[str, list[tuple[str, float]]]:
        """By crew: what stood in the way of its commands that waited, and at which part of all servers."""
        return {
            crew: [(words, many / servers.total()) for words, many in servers.most_common()]
            for crew, servers in sorted(self._obstacles.items())
        }


def _groups(places: tuple[Place, ...]) -> frozenset[str]:
    return frozenset().union(*(place.groups for place in places))
