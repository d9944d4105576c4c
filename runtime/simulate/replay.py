"""A recorded job, put together again so that it can run under another schedule.

    runs by task and command --> a tree of tasks; each command with its tries: how long each took, how it ended

What waits for what is not on record; when a command could run is. So a job is rebuilt like this:

    in its task        commands come one after the other, in the order of their numbers
    parts of a task    its own commands wait for them: of each task it is on record what it is part of
    other tasks        a task that could run when another one had just ended, and later than all of its parts, waits for
                       that one (an Instance, a series)
    anything else      a pause: what it could run later than all of these is waited for again (a command on its user's
                       own machine, a job that was held)

    a command that     is rebuilt as
    was done           one that takes as long; runs of a -resumewhile are one long run
    failed             one that fails the same after the same time; it is tried again at once where it was tried again
                       at all, and counts as done where its task, or what that is part of, went on in spite of it
    was ejected or     one that has to run as a whole: what was lost is not repeated, for another schedule loses others.
    lost, never ended  How long it takes, where it never ended, is drawn from those of its job that did

Moments are compared to within a second (NEAR_S): the record's clock is the maitre-d's.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator
from itertools import pairwise

import msgspec

from alftcl.values import list_to_str
from runtime.farm_messages import How
from runtime.job.model import Cmd, CmdKind, Instance, Job, Node, Task
from runtime.match.reserve import reserve_words
from runtime.needs import Need
from runtime.simulate.recorded import RecordedJob, RecordedNeed, RecordedRun

NEAR_S = 1.0
PROGRAM, PAUSE = "recorded", "pause"
"""The programs of rebuilt commands; their argument is their place in `Replay.tries`, or their seconds."""
_NOT_ITS_DOING = (How.EJECTED, How.LOST, How.UNSTARTED, How.SHORT)
"""Ends that say nothing of the command."""
_KILLED = 143
_LOOKED_AT = 16
"""So many ends before and after a moment are compared with it."""
_APPENDIX = -1
"""The task of what belongs to the job itself: cleanup and postscripts, which have 0."""

Draw = Callable[[int], float]
"""A number between 0 and 1 that goes with a command."""


class Try(msgspec.Struct, frozen=True, gc=False):
    """One run of a command: how long it takes, and its status."""

    run_s: float
    status: int


class Replay(msgspec.Struct, frozen=True):
    """A job, and how its commands run: `tries` has for each of them one run after the other, all but the last of which
    are tried again. `unknown`: so many commands are left out, for none of the job ever ended."""

    job: Job
    tries: tuple[tuple[Try, ...], ...]
    priority: float | None
    unknown: int = 0


class _Command:
    """A command with its runs, in order. `could_run` is of the first."""

    __slots__ = ("began", "cid", "could_run", "ended", "need", "runs", "tid", "tries")

    def __init__(self, runs: list[RecordedRun], could_run: float, need: RecordedNeed | None) -> None:
        first = runs[0]
        self.runs = runs
        self.tid, self.cid = first.tid or _APPENDIX, first.cid
        self.could_run = could_run
        self.began, self.ended = first.began, runs[-1].at
        self.need = need
        self.tries: tuple[Try, ...] = ()


def replay(recorded: RecordedJob, retry_max: int, draw: Draw) -> Replay | None:
    """The job; None when there is nothing of it to run. `retry_max`: as alfConfig(retryMax), so often a command is
    tried again."""
    return _Rebuilding(recorded, retry_max, draw).replay()


class _Rebuilding:
    """One job."""

    def __init__(self, recorded: RecordedJob, retry_max: int, draw: Draw) -> None:
        self._recorded = recorded
        self._retry_max = retry_max
        self._needs = {one.request: one for one in recorded.needs if one.request}
        self._asked = [one.at for one in recorded.needs]
        self._titles: dict[int, str] = {}
        self._above: dict[int, tuple[int, ...]] = {}
        self._commands: dict[int, list[_Command]] = {}
        """By task, in the order of their numbers."""
        self._over: dict[int, float] = {}
        """When all of a task had ended, its parts included."""
        self._parts_over: dict[int, float] = {}
        """When its parts had."""
        self._awaited: dict[int, int] = {}
        """The task that a task waits for, apart from its parts."""
        self._pauses: dict[int, float] = {}
        """By the command before which it is."""
        self._unknown = 0
        self._group()
        self._settle(draw)
        self._set_growth_apart()
        self._find_waits()

    def replay(self) -> Replay | None:
        if not self._commands:
            return None
        first = next(iter(self._commands.values()))[0].need
        options = {"title": self._recorded.title}
        if self._recorded.project:
            options["projects"] = self._recorded.project
        if first is not None and first.tier:
            options["tier"] = first.tier
        tries: list[tuple[Try, ...]] = []
        tasks = self._tree(tries)
        return Replay(
            Job(self._recorded.title, options, tasks, file="record"),
            tuple(tries),
            None if first is None else first.priority,
            self._unknown,
        )

    # ---- what ran ------------------------------------------------------------------------------------

    def _group(self) -> None:
        """By command, in the order of their numbers; what was over before the beginning is not asked for again."""
        runs: dict[tuple[int, int], list[RecordedRun]] = {}
        for run in sorted(self._recorded.runs, key=lambda run: (run.tid, run.cid, run.at)):
            if run.cid and run.at > 0:
                runs.setdefault((run.tid, run.cid), []).append(run)
        for of_one in runs.values():
            command = _Command(of_one, self._could_run(of_one[0]), self._need(of_one[0]))
            self._commands.setdefault(command.tid, []).append(command)
            self._titles[command.tid] = of_one[0].title
            within = of_one[0].within
            for depth, tid in enumerate((*within, command.tid)):
                self._above[tid] = within[:depth]
                self._over[tid] = max(self._over.get(tid, 0.0), command.ended)
                if tid != command.tid:
                    self._parts_over[tid] = max(self._parts_over.get(tid, 0.0), command.ended)

    def _could_run(self, run: RecordedRun) -> float:
        """Since when: as it was told; else since the job had last asked for something."""
        if run.waited_s >= 0:
            return run.began - run.waited_s
        place = bisect_right(self._asked, run.began + NEAR_S)
        return self._asked[place - 1] if place else self._recorded.at

    def _need(self, run: RecordedRun) -> RecordedNeed | None:
        """What its request asked for; else what the job had last asked for."""
        found = self._needs.get(run.request)
        if found is None and self._asked:
            place = bisect_right(self._asked, run.began + NEAR_S)
            found = self._recorded.needs[max(0, place - 1)]
        return found

    # ---- how each command runs -----------------------------------------------------------------------

    def _settle(self, draw: Draw) -> None:
        """The tries of each command."""
        every = [command for commands in self._commands.values() for command in commands]
        for command in every:
            command.tries = self._tries(command)
        known = sorted(command.tries[-1].run_s for command in every if command.tries and not command.tries[-1].status)
        for command in every:
            if not command.tries and known:
                least_s = max(_whole_s(run) for run in command.runs)
                command.tries = (Try(max(least_s, known[int(draw(command.cid) * len(known))]), 0),)
        self._unknown = sum(not command.tries for command in every)
        kept = ((tid, [one for one in commands if one.tries]) for tid, commands in self._commands.items())
        self._commands = {tid: commands for tid, commands in kept if commands}

    def _tries(self, command: _Command) -> tuple[Try, ...]:
        done_s, failed = 0.0, []
        for run in command.runs:
            if run.how in _NOT_ITS_DOING:
                continue
            if run.how in (How.DONE, None):
                done_s += _whole_s(run)
            else:
                failed.append(Try(_whole_s(run), run.status or _KILLED))
        ends_well = any(run.how in (How.DONE, None) for run in command.runs)
        if ends_well:
            return (*failed[-self._retry_max :], Try(done_s, 0)) if self._retry_max else (Try(done_s, 0),)
        failed = failed[-self._retry_max - 1 :]
        if failed and self._was_passed_over(command):
            failed[-1] = Try(failed[-1].run_s, 0)
        return tuple(failed)

    def _was_passed_over(self, command: _Command) -> bool:
        """Whether what waits for it went on after it had failed."""
        own = (one.began for one in self._commands[command.tid] if one.cid > command.cid)
        above = (one.began for tid in self._above[command.tid] for one in self._commands.get(tid, ()))
        return any(began >= command.ended - NEAR_S for began in (*own, *above))

    # ---- what waits for what -------------------------------------------------------------------------

    def _set_growth_apart(self) -> None:
        """A command that ran before its task's parts had ended has made them (-expand): it is a part of its task, too,
        and they may wait for it."""
        for tid in self._parts_over.keys() & self._commands.keys():
            before = [one for one in self._commands[tid] if one.began < self._parts_over[tid] - NEAR_S]
            for command in before:
                self._commands[tid].remove(command)
                command.tid = _APPENDIX - 1 - len(self._commands)
                self._commands[command.tid] = [command]
                self._titles[command.tid] = self._titles[tid]
                self._above[command.tid] = (*self._above[tid], tid)
                self._over[command.tid] = command.ended
        self._commands = {tid: commands for tid, commands in self._commands.items() if commands}

    def _find_waits(self) -> None:
        ends = sorted((command.ended, tid) for tid, commands in self._commands.items() for command in commands)
        for tid, commands in self._commands.items():
            self._find_pauses(commands)
            could_run = commands[0].could_run
            explained = max(0.0, self._recorded.at, self._parts_over.get(tid, 0.0))
            if could_run <= explained + NEAR_S:
                continue
            place = bisect_left(ends, (could_run, tid))
            near = ends[max(0, place - _LOOKED_AT) : place + _LOOKED_AT]
            near.sort(key=lambda end: abs(end[0] - could_run))
            found = (self._whole(other, tid, could_run) for end, other in near if abs(end - could_run) <= NEAR_S)
            awaited = next((one for one in found if one is not None), None)
            if awaited is None:
                self._pauses[commands[0].cid] = could_run - explained
            else:
                self._awaited[tid] = awaited

    def _find_pauses(self, commands: list[_Command]) -> None:
        """Between the commands of a task."""
        for before, after in pairwise(commands):
            if after.could_run > before.ended + NEAR_S and after.runs[0].waited_s >= 0:
                self._pauses[after.cid] = after.could_run - before.ended

    def _whole(self, other: int, tid: int, could_run: float) -> int | None:
        """Of a task that had just ended, the largest whole that had ended with it, and that `tid` can wait for. Whoever
        waits for another ended later than that, with all of its parts: so nobody waits in a circle."""
        for found in (*self._above[other], other):
            apart = found != tid and found not in self._above[tid] and tid not in self._above[found]
            if apart and self._over[found] <= could_run + NEAR_S and self._over[found] < self._over[tid]:
                return found
        return None

    # ---- the tree ------------------------------------------------------------------------------------

    def _tree(self, tries: list[tuple[Try, ...]]) -> tuple[Node, ...]:
        """Tasks that have commands, or parts that have; parents before their parts by number."""
        wanted = set(self._commands).union(*(self._above[tid] for tid in self._commands))
        parts: dict[int, list[int]] = {}
        for tid in sorted(wanted):
            parts.setdefault(self._above[tid][-1] if self._above[tid] else 0, []).append(tid)
        made: dict[int, Task] = {}
        for tid in sorted(wanted, key=lambda tid: -len(self._above[tid])):
            made[tid] = self._task(tid, tuple(made.pop(part) for part in parts.get(tid, ())), tries)
        return tuple(made[tid] for tid in parts.get(0, ()))

    def _task(self, tid: int, parts: tuple[Node, ...], tries: list[tuple[Try, ...]]) -> Task:
        awaited = self._awaited.get(tid)
        waits = () if awaited is None else (Instance(_id(awaited)),)
        cmds = tuple(self._cmds(tid, tries))
        options = {"id": _id(tid)} if tid in self._awaited.values() else {}
        return Task(self._titles.get(tid, ""), options, (*parts, *waits), cmds)

    def _cmds(self, tid: int, tries: list[tuple[Try, ...]]) -> Iterator[Cmd]:
        for command in self._commands.get(tid, ()):
            pause_s = self._pauses.get(command.cid)
            if pause_s is not None:
                yield Cmd(CmdKind.CMD, f"{PAUSE} {pause_s!r}")
            yield Cmd(CmdKind.REMOTE, f"{PROGRAM} {len(tries)}", _options(command))
            tries.append(command.tries)


def _id(tid: int) -> str:
    """A name that no title has."""
    return f"\x01{tid}"


def _whole_s(run: RecordedRun) -> float:
    """How long it ran: of one that ran at the beginning, what was left."""
    return min(run.run_s, run.at)


def _options(command: _Command) -> dict[str, str]:
    slots = max(run.slots for run in command.runs)
    need = Need(atleast=slots, atmost=slots) if command.need is None else command.need.need
    options = {"service": need.service, "metrics": need.metrics, "tags": list_to_str(need.tags)}
    if need.atmost > 1:
        options |= {"atleast": str(need.atleast), "atmost": str(need.atmost), "samehost": str(int(need.samehost))}
    if need.reserve:
        options["reserve"] = reserve_words(need.reserve)
    if len(command.tries) > 1:
        options["retryrc"] = " ".join(dict.fromkeys(str(one.status) for one in command.tries[:-1]))
    return {name: value for name, value in options.items() if value}
