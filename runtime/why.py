"""Why does a job or a task not run? The dispatcher's own reasons in words, and what the maitre-d can say more about.

    finished, at work, in error                        said, and that is all
    held            a task before it is in error       that task, and its error
    waiting         for tasks below it, Instances, its turn in a series
    ready           paused, -after, -afterjids, -maxactive, a limit, its shared check-out, or a server: then `requests`
                    are the numbers to ask the maitre-d about (runtime.farm_messages.Explain)

Reads a dispatcher and changes nothing.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from runtime.dispatcher import Dispatcher
from runtime.job.graph import JobGraph
from runtime.job.numbering import Loop, Unit, Wait
from runtime.job.states import BAD, FINISHED, State
from runtime.lanes import Lane
from runtime.messages import JobState
from runtime.queued import QueuedJob

_NAMED = 3
"""So many tasks are named; the others are counted."""


class Why(msgspec.Struct, frozen=True):
    """Reasons, the first to be met first; empty where nothing speaks against it."""

    lines: tuple[str, ...]
    requests: tuple[int, ...] = ()


def why(core: Dispatcher, jid: int, tid: int | None, now: float) -> Why:
    """Of a job (`tid` None), or of one of its tasks. Raises KeyError, IndexError for what is not in the queue."""
    job = core.jobs[jid]
    if tid is None:
        return Why(tuple(of_job(core, job, now)), _requests(lane for lane in job.lanes.values() if lane.entries))
    graph = job.graph
    state = graph.state(tid)
    if state is not State.READY:
        return Why(tuple(_of_task(graph, tid, state)))
    lane = _lane_of(job, tid)
    if lane is None:
        return Why((*_job_reasons(core, job, now), "other commands of the job stand before it"))
    ahead = sum(entry < _entry_of(lane, tid) for entry in lane.entries)
    own = [core.lane_in_words(job, lane, now), f"{ahead} commands with the same need stand before it" if ahead else ""]
    return Why((*_job_reasons(core, job, now), *(line for line in own if line)), _requests([lane]))


def of_job(core: Dispatcher, job: QueuedJob, now: float) -> list[str]:
    """What keeps the job from starting more, in words."""
    state = job.graph.job_state()
    if state in (JobState.DONE, JobState.STOPPED):
        return []
    lanes = [core.lane_in_words(job, lane, now) for lane in job.lanes.values() if lane.entries]
    return [*_job_reasons(core, job, now), *dict.fromkeys(line for line in lanes if line)]


def _job_reasons(core: Dispatcher, job: QueuedJob, now: float) -> list[str]:
    graph = job.graph
    reasons = ["paused"] if graph.paused else []
    if job.after is not None and now < job.after:
        reasons.append(f"-after: {job.after - now:.0f} s to go")
    reasons += [
        f"-afterjids: job {jid} is not done"
        for jid in job.afterjids
        if jid in core.jobs and core.jobs[jid].graph.job_state() is not JobState.DONE
    ]
    if job.is_full():
        reasons.append(f"-maxactive {job.most_active}")
    return reasons


def _requests(lanes: Iterator[Lane] | list[Lane]) -> tuple[int, ...]:
    """Those of which the maitre-d knows: what rests, or waits for a limit here, it is not asked for."""
    requests = [lane.request for lane in lanes if lane.request is not None]
    return tuple(dict.fromkeys(request.number for request in requests if request.said[0]))


def _lane_of(job: QueuedJob, tid: int) -> Lane | None:
    return next((lane for lane in job.lanes.values() if any(entry[1] == tid for entry in lane.entries)), None)


def _entry_of(lane: Lane, tid: int) -> tuple[object, ...]:
    return next(entry for entry in lane.entries if entry[1] == tid)


# ---- tasks that are not ready --------------------------------------------------------------------------------


def _of_task(graph: JobGraph, tid: int, state: State) -> list[str]:
    if state in FINISHED:
        return [f"it is {state.name.lower()}"]
    if state is State.ACTIVE:
        return ["it is at work"]
    if state is State.ERROR:
        return [f"it is in error: {graph.failures[tid].reason}"]
    return list(_waits(graph, tid)) or list(_series(graph, tid))


def _waits(graph: JobGraph, tid: int) -> Iterator[str]:
    """What its commands wait for: what failed first."""
    units = graph.tree.children(tid)
    yield from (line for unit in units for line in _failed_before(graph, unit))
    below = [child for child in graph.tree.child_tasks(tid) if graph.state(child) not in FINISHED]
    if below:
        yield f"waits for {_titles(graph, below)} below it"
    for unit in units:
        if isinstance(unit, Wait) and unit.target is None:
            yield f"waits for {unit.name}, which is not there yet"
        elif isinstance(unit, Wait) and graph.state(_target(unit)) not in FINISHED | BAD:
            yield f"waits for {_titles(graph, [_target(unit)])}"
        elif isinstance(unit, Loop) and unit.next < unit.iterate.steps:
            yield f"waits for {unit.iterate.steps - unit.next} steps of {unit.iterate.template} to come"


def _failed_before(graph: JobGraph, unit: Unit) -> Iterator[str]:
    """The first task in error that a unit leads to, through those that are held by it."""
    seen: set[int] = set()
    stack = _tasks_of(unit)
    while stack:
        tid = stack.pop()
        if tid in seen or graph.state(tid) not in BAD:
            continue
        seen.add(tid)
        if tid in graph.failures:
            yield f"held by {graph.tree.node(tid).title} ({graph.jid}.{tid}): {graph.failures[tid].reason}"
            return
        stack += [below for child in graph.tree.children(tid) for below in _tasks_of(child)]


def _tasks_of(unit: Unit) -> list[int]:
    if isinstance(unit, Wait):
        return [] if unit.target is None else [unit.target]
    return list(unit.children) if isinstance(unit, Loop) else [unit]


def _series(graph: JobGraph, tid: int) -> Iterator[str]:
    """Where nothing below it is open: its turn has not come in a series around it."""
    above = graph.tree.parents[tid]
    while above >= 0:
        if above in graph.tree.serial:
            open_ones = [child for child in graph.tree.child_tasks(above) if graph.state(child) not in FINISHED]
            yield f"its turn has not come: {_titles(graph, open_ones[:1])} comes before it"
            return
        above = graph.tree.parents[above]


def _target(wait: Wait) -> int:
    assert wait.target is not None
    return wait.target


def _titles(graph: JobGraph, tids: list[int]) -> str:
    named = ", ".join(f"{graph.tree.node(tid).title} ({graph.jid}.{tid})" for tid in tids[:_NAMED])
    return named + (f" and {len(tids) - _NAMED} more" if len(tids) > _NAMED else "")
