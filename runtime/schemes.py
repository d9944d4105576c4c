"""In which order jobs are served: the two dispatching schemes (reference section 7, S4).

    spill-over      later jobs get only what earlier ones cannot use
    job-parallel    about equal progress: the job with the smallest share of its tasks done or at work is next

Both put higher priority first; -pbias counts here, although it does not move a job in the queue.
"""

from __future__ import annotations

from collections.abc import Iterable
from enum import Enum

from runtime.queued import QueuedJob


class Scheme(Enum):
    SPILL_OVER = "spill-over"
    JOB_PARALLEL = "job-parallel"


class UnknownScheme(ValueError):
    """There is no such dispatching scheme; the text says which there are."""


def scheme_named(name: str) -> Scheme:
    """The scheme of this name. Raises UnknownScheme."""
    try:
        return Scheme(name)
    except ValueError:
        known = ", ".join(scheme.value for scheme in Scheme)
        raise UnknownScheme(f'there is no dispatching scheme "{name}"; there are {known}') from None


def in_order(jobs: Iterable[QueuedJob], scheme: Scheme) -> list[QueuedJob]:
    """The jobs in the order in which they are asked for work."""
    if scheme is Scheme.SPILL_OVER:
        return sorted(jobs, key=lambda job: job.standing)
    return sorted(jobs, key=lambda job: (job.standing[0], job.progress, job.jid))


def launches_at_once(scheme: Scheme) -> int | None:
    """How many launches a job gets before the others are asked; None for as many as it can use."""
    return None if scheme is Scheme.SPILL_OVER else 1
