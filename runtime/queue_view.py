"""How jobs look to clients: lines of the queue, what runs, what failed, and everything about one job or task.

Reads a dispatcher and changes nothing. Log files are the shell's: it fills in `log` and `tail`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from runtime import why
from runtime.dispatcher import Dispatcher
from runtime.facts import Ended, Fact, NeverStarted, Started
from runtime.job.model import Cmd
from runtime.job.states import PUBLIC
from runtime.match.reserve import reserve_words
from runtime.messages import FailedTask, FarmView, JobSummary, RunningCmd
from runtime.needs import Need
from runtime.queued import QueuedJob


def summary(dispatcher: Dispatcher, job: QueuedJob, now: float) -> JobSummary:
    """One job as a line of the queue."""
    graph = job.graph
    state = graph.job_state(job.after is not None and now < job.after)
    return JobSummary(
        jid=job.jid,
        title=job.title,
        user=job.spooled.user,
        file=job.spooled.file,
        state=state,
        priority=graph.priority,
        tasks=graph.total,
        counts=graph.counts,
        spooled=job.spooled.time,
        started=graph.started_at,
        ended=graph.rested_at,
        after=job.after,
        eta_s=time_left(dispatcher, job, now),
        notice=job.notice,
    )


def time_left(dispatcher: Dispatcher, job: QueuedJob, now: float) -> float | None:
    """Estimated seconds until the job is done, None while nothing is known.

    A task that is left costs what tasks cost on average so far, spread over the slots that the job has now.
    """
    graph = job.graph
    done, left = graph.finished, graph.total - graph.finished
    if graph.started_at is None or not done or graph.rested_at is not None:
        return None
    average = job.run_s / done
    at_work = [now - attempt.since for attempt in dispatcher.attempts.values() if attempt.jid == job.jid]
    cost = average * max(0, left - len(at_work)) + sum(max(0.0, average - run) for run in at_work)
    return cost / max(1, len(at_work))


def running(dispatcher: Dispatcher) -> list[RunningCmd]:
    """The commands that run now, oldest first."""
    return [
        RunningCmd(
            jid=attempt.jid,
            tid=attempt.tid,
            cid=attempt.cid,
            attempt=attempt.number,
            task=dispatcher.jobs[attempt.jid].graph.tree.node(attempt.tid).title,
            argv=attempt.argv,
            host=attempt.hosts[0] if attempt.hosts else "",
            slots=attempt.slot_names,
            since=attempt.since,
            percent=attempt.percent,
        )
        for attempt in dispatcher.attempts.values()
        if attempt.end is None
    ]


def failed(job: QueuedJob) -> list[FailedTask]:
    """The tasks in error, in document order."""
    graph = job.graph
    return [
        FailedTask(
            jid=job.jid,
            tid=tid,
            cid=graph.failures[tid].cid,
            task=graph.tree.node(tid).title,
            status=graph.failures[tid].status,
            reason=graph.failures[tid].reason,
            log="",
        )
        for tid in graph.failed_tasks()
    ]


def describe_job(dispatcher: Dispatcher, job: QueuedJob, now: float) -> dict[str, Any]:
    """Everything about a job."""
    graph, line = job.graph, summary(dispatcher, job, now)
    return {
        "jid": job.jid,
        "title": line.title,
        "state": line.state.value,
        "user": line.user,
        "host": job.spooled.host,
        "file": line.file,
        "cwd": job.spooled.cwd,
        "priority": line.priority,
        "spooled": line.spooled,
        "started": line.started,
        "ended": line.ended,
        "after": line.after,
        "eta_s": line.eta_s,
        "notice": line.notice,
        "tasks": line.tasks,
        "counts": line.counts,
        "options": dict(graph.options),
        "cleanup": [cmd.launch for cmd in graph.job.cleanup],
        "postscript": [cmd.launch for cmd in graph.job.postscript],
        "failed": [
            {"tid": found.tid, "task": found.task, "cid": found.cid, "status": found.status, "reason": found.reason}
            for found in failed(job)
        ],
        "waits_for": why.of_job(dispatcher, job, now),
    }


def describe_task(job: QueuedJob, tid: int) -> dict[str, Any]:
    """Everything about a task."""
    graph = job.graph
    node = graph.tree.node(tid)
    first = graph.tree.first_cid_of(tid)
    failure = graph.failures.get(tid)
    return {
        "jid": job.jid,
        "tid": tid,
        "title": node.title,
        "state": PUBLIC[graph.state(tid)].value,
        "parent": graph.tree.parents[tid],
        "subtasks": list(graph.tree.child_tasks(tid)),
        "options": dict(node.options),
        "cmds": [_describe_cmd(job, first + at, cmd) for at, cmd in enumerate(node.cmds)],
        "cleanup": [_describe_cmd(job, first + len(node.cmds) + at, cmd) for at, cmd in enumerate(node.cleanup)],
        "error": "" if failure is None else failure.reason,
        "line": node.line,
    }


def attempts_of(facts: Iterable[Fact], job: QueuedJob, tid: int) -> list[dict[str, Any]]:
    """Every attempt at a command of a task, oldest first: what was launched, where, when, and how it ended."""
    found: dict[int, dict[str, Any]] = {}
    cids = job.graph.tree.cids_of(tid)
    for fact in facts:
        if isinstance(fact, Started) and fact.cid in cids:
            found[fact.attempt] = {
                "attempt": fact.attempt,
                "cid": fact.cid,
                "argv": list(fact.argv),
                "slots": list(fact.slots),
                "hosts": list(fact.hosts),
                "started": fact.time,
                "ended": None,
                "status": None,
                "outcome": "",
                "reason": "",
            }
        elif isinstance(fact, Ended) and fact.attempt in found:
            found[fact.attempt] |= {
                "ended": fact.time, "status": fact.status, "outcome": fact.outcome.name.lower(), "reason": fact.reason,
            }  # fmt: skip
        elif isinstance(fact, NeverStarted) and fact.attempt in found:
            found[fact.attempt] |= {"ended": fact.time, "outcome": "never started", "reason": fact.reason}
    return list(found.values())


def need_words(need: Need) -> str:
    """A need in the words of the script's options."""
    options = [
        ("service", need.service),
        ("metrics", need.metrics),
        ("atleast", str(need.atleast) if need.atleast > 1 else ""),
        ("atmost", str(need.atmost) if need.atmost > need.atleast else ""),
        ("samehost", "1" if need.samehost else ""),
        ("reserve", reserve_words(need.reserve)),
    ]
    return " ".join(f"-{name} {{{value}}}" for name, value in options if value)


def farm(dispatcher: Dispatcher, maitred: str) -> FarmView | None:
    """The farm as the dispatcher uses it, None where it does not. `maitred`: who gives slots now."""
    return FarmView(maitred, *dispatcher.lease_counts(), dispatcher.excluded) if dispatcher.uses_farm else None


def _describe_cmd(job: QueuedJob, cid: int, cmd: Cmd) -> dict[str, Any]:
    graph = job.graph
    return {
        "cid": cid,
        "kind": cmd.kind.value,
        "launch": cmd.launch,
        "options": dict(cmd.options),
        "attempt": graph.active.get(cid),
        "retries": graph.retries(cid),
        "loop": graph.loop(cid),
    }
