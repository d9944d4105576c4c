"""What a farm has really been asked for, as data: the jobs of a maitre-d's record, to be asked for again.

The record (runtime.history.records) --> RecordedJob --runtime.simulate.replay--> a job that runs like it

Times are seconds since the beginning of the simulation; what was before has times below 0.
"""

from __future__ import annotations

import msgspec

from runtime.farm_messages import How
from runtime.needs import Need


class RecordedNeed(msgspec.Struct, frozen=True, gc=False):
    """A request as it came: `request` is its dispatcher's number for it, 0 where the record does not have it."""

    at: float
    request: int
    need: Need
    priority: float = 0.0
    tier: str = ""


class RecordedRun(msgspec.Struct, frozen=True, gc=False):
    """A command that ended at `at`, after `run_s` on so many slots. `waited_s`: from when it could have run until it
    did; below 0 where the record does not have it. `within`: the tasks that its task is part of, the outermost
    first."""

    at: float
    run_s: float
    how: How | None
    status: int | None
    tid: int
    cid: int
    title: str = ""
    slots: int = 1
    request: int = 0
    waited_s: float = -1.0
    within: tuple[int, ...] = ()

    @property
    def began(self) -> float:
        return self.at - self.run_s


class RecordedJob(msgspec.Struct, frozen=True):
    """A job that came at `at` (or was there already, below 0), with all that ran of it, in the order of its ends. One
    that went on after it had come to rest is another one from then on."""

    at: float
    user: str
    host: str
    jid: int
    title: str
    project: str = ""
    needs: tuple[RecordedNeed, ...] = ()
    runs: tuple[RecordedRun, ...] = ()
