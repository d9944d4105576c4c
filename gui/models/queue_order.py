"""The order of the queue, and what a user changes who drags a job to another place in it.

A dispatcher serves jobs by priority, the highest first, and equal ones by age. So a place in the queue is a priority: a
job that is dragged gets one between its new neighbours; where those have equal ones, the jobs above it rise, too.
"""

from __future__ import annotations

from collections.abc import Sequence

from runtime.messages import JobSummary


def in_order(jobs: Sequence[JobSummary]) -> list[JobSummary]:
    """As they are served."""
    return sorted(jobs, key=_standing)


def dragged(jobs: Sequence[JobSummary], jid: int, before: int | None) -> list[tuple[int, float]]:
    """The jobs whose priority has to change, and to what, for one of these to be served before another (None: last).
    `jobs` are in the order of the queue."""
    moved = next((job for job in jobs if job.jid == jid), None)
    others = [job for job in jobs if job.jid != jid]
    place = next((at for at, job in enumerate(others) if job.jid == before), len(others))
    if moved is None or before == jid:
        return []
    changes: list[tuple[int, float]] = []
    below = others[place] if place < len(others) else None
    above = others[:place]
    priority = _fitting(moved, above[-1] if above else None, below)
    if priority != moved.priority:
        changes.append((jid, priority))
    last = (-priority, jid)
    for job in reversed(above):
        if _standing(job) < last:
            break
        risen = -last[0] if job.jid < last[1] else -last[0] + 1.0
        changes.append((job.jid, risen))
        last = (-risen, job.jid)
    return changes


def _standing(job: JobSummary) -> tuple[float, int]:
    return (-job.priority, job.jid)


def _fitting(moved: JobSummary, above: JobSummary | None, below: JobSummary | None) -> float:
    """A priority with which a job stands before the one below, and if that can be after the one above; its own, where
    that does."""
    low = (above is None or _standing(above) < _standing(moved)) and (
        below is None or _standing(moved) < _standing(below)
    )
    if low:
        return moved.priority
    if below is None:
        assert above is not None  # else it stands there already
        return above.priority if above.jid < moved.jid else above.priority - 1.0
    if moved.jid < below.jid:
        return below.priority
    if above is not None and above.priority > below.priority:
        between = (above.priority + below.priority) / 2
        return between if below.priority < between < above.priority else above.priority
    return below.priority + 1.0
