"""What the maitre-d hears of a command that has ended on one of its leases.

    what happened                                     How
    ------------------------------------------------  ---
    it never began                                    UNSTARTED
    its alfserver lost it                             LOST
    it was swept, because its slot was needed         EJECTED
    it was swept for another reason                   ENDED
    it ended by itself                                as the verdict says: DONE, FAILED, RETRY, SHORT

The verdict may come later than the exit (-expand, -resumewhile); until then the status alone speaks.
"""

from __future__ import annotations

from typing import NamedTuple

from runtime.facts import Outcome as Meaning
from runtime.farm_messages import How, Outcome
from runtime.queued import Attempt, QueuedJob
from runtime.verdict import Verdict

_HOW = {
    Meaning.DONE: How.DONE,
    Meaning.ERROR: How.FAILED,
    Meaning.RETRY: How.RETRY,
    Meaning.LOOP: How.DONE,
    Meaning.LOST: How.LOST,
    Meaning.SHORT: How.SHORT,
}


class Ended(NamedTuple):
    """An attempt on a lease that has ended. `verdict`: what that means, where it is known; `reason`: why, where there
    is no verdict that says so."""

    attempt: Attempt
    verdict: Verdict | None = None
    reason: str = ""


def outcome_of(job: QueuedJob, ended: Ended) -> Outcome:
    """How it ended, in words for the maitre-d."""
    attempt, verdict, reason = ended
    end = attempt.end
    title = job.graph.tree.node(attempt.tid).title
    here = attempt.place is not None and attempt.place.here
    how, status, run_s = _how(attempt, verdict), None, 0.0
    if end is not None:
        status, run_s = end.status if verdict is None else verdict.status, end.run_s
    words = reason if verdict is None else verdict.reason
    waited_s = -1.0 if attempt.could_run is None else max(0.0, attempt.since - attempt.could_run)
    within = job.graph.tree.above(attempt.tid)
    return Outcome(
        job.jid, attempt.tid, attempt.cid, attempt.number, title, how, status, run_s, words, here, waited_s, within
    )


def _how(attempt: Attempt, verdict: Verdict | None) -> How:
    end = attempt.end
    if end is None:
        return How.LOST if attempt.began else How.UNSTARTED
    if end.swept and not end.timed_out:
        return How.EJECTED if attempt.ejected else How.ENDED
    if verdict is not None:
        return _HOW[verdict.outcome]
    status = end.status if end.reported is None else end.reported
    return How.DONE if status == 0 and not end.timed_out else How.FAILED
