"""What a job's end looks like to those who are told of it: its Notice (runtime.notices), made of its graph."""

from __future__ import annotations

from runtime.facts import Rested
from runtime.job.model import Options
from runtime.job.words import split_words
from runtime.notices import MOST_ERRORS, FailedTask, Notice, Target, read_targets
from runtime.queued import QueuedJob


def read_own_targets(options: Options) -> tuple[Target, ...] | None:
    """A job's -notify; None where it has none. Raises NotifyError."""
    text = options.get("notify")
    return None if text is None else read_targets(split_words(text))


def notice_of(job: QueuedJob, rested: Rested) -> Notice:
    """The news that a job came to rest."""
    graph, spooled = job.graph, job.spooled
    failed = graph.failed_tasks()
    counts = {name: number for name, number in graph.counts.items() if number}
    event = "error" if rested.failed else "done"
    tasks = "1 task" if len(failed) == 1 else f"{len(failed)} tasks"
    words = f"stopped: {tasks} in error" if rested.failed else "done"
    return Notice(
        id=f"{spooled.host}.{spooled.user}.{job.jid}.{rested.time:.6f}",
        event=event,
        text=f'job {job.jid} "{job.title}" of {spooled.user} on {spooled.host} is {words}',
        jid=job.jid,
        title=job.title,
        user=spooled.user,
        host=spooled.host,
        file=spooled.file,
        project=job.env["TR_ENV_JOB_PROJECT"],
        spooled=spooled.time,
        started=graph.started_at,
        ended=rested.time,
        tasks=counts,
        errors=tuple(_failed(job, tid) for tid in failed[:MOST_ERRORS]),
        more_errors=max(0, len(failed) - MOST_ERRORS),
    )


def _failed(job: QueuedJob, tid: int) -> FailedTask:
    failure = job.graph.failures[tid]
    return FailedTask(f"{job.jid}.{tid}", job.graph.tree.node(tid).title, failure.status, failure.reason)
