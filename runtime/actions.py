"""What users do to jobs and tasks: a floor of `runtime.dispatcher`.

An action is refused with words and changes nothing, or it is a fact (runtime.facts) that is recorded before its user
hears that it was done. What it makes useless is swept in one order.
"""

from __future__ import annotations

from collections.abc import Callable

from runtime.attempts import Attempts, words_of
from runtime.facts import (
    AttemptId,
    Deleted,
    Edited,
    Paused,
    Prioritised,
    Restarted,
    Retried,
    Skipped,
)
from runtime.job.model import TaskId
from runtime.job.states import State
from runtime.job.substitute import Binding, substitute_words
from runtime.messages import Act, Action
from runtime.orders import Change, Order, ShowFile, Sweep
from runtime.outbox import GRACE_S, Outbox
from runtime.queued import QueuedJob

EDITABLE = (
    *("title", "comment", "service", "tags", "atleast", "atmost", "samehost", "reserve", "envkey"),
    *("dirmaps", "pbias", "maxactive", "whendone", "whenerror", "projects", "tier", "metadata", "after", "afterjids"),
    "notify",
)
"""Options of a queued job that its user may change."""


class ActionError(Exception):
    """What a user asked for cannot be done; nothing was changed. The words are for the user."""


class Actions(Attempts):
    """Actions, by `runtime.messages.Action`."""

    def act(self, wish: Act, now: float) -> list[Order]:
        """What a user does to a job or a task. Raises ActionError, with nothing changed."""
        job = self._job(wish.jid)
        if wish.tid is not None:
            self._check_task(job, wish.tid)
        out = Outbox(now)
        _ACTIONS[wish.action](self, job, wish, out)
        out.announce(Change.TASK, job, wish.tid or 0)  # who watches sees it, also where nothing starts or ends by it
        return self._finish(out)

    def _job(self, jid: int) -> QueuedJob:
        job = self.jobs.get(jid)
        if job is None:
            raise ActionError(f"there is no job {jid}")
        return job

    def _check_task(self, job: QueuedJob, tid: int) -> None:
        if not 0 < tid < job.graph.tree.size or job.graph.state(tid) is State.WITHDRAWN:
            raise ActionError(f"job {job.jid} has no task {tid}")

    def _whole_job(self, wish: Act) -> None:
        if wish.tid is not None:
            raise ActionError(f"a task alone cannot be {wish.action.value}d")

    def _pause(self, job: QueuedJob, wish: Act, out: Outbox) -> None:
        self._whole_job(wish)
        out.record(job, Paused(job.jid, out.now, True), barrier=True)

    def _resume(self, job: QueuedJob, wish: Act, out: Outbox) -> None:
        """A paused job goes on; one that waits for its time or for other jobs starts now."""
        self._whole_job(wish)
        if job.graph.paused:
            out.record(job, Paused(job.jid, out.now, False), barrier=True)
            return
        for option in ("after", "afterjids"):
            if self._waits_for(job, option, out.now):
                self._change(job, option, "", out)

    def _retry(self, job: QueuedJob, wish: Act, out: Outbox) -> None:
        self._not_deleting(job)
        graph = job.graph
        if not any(wish.tid is None or tid in set(graph.tree.subtree(wish.tid)) for tid in graph.failures):
            raise ActionError("nothing has failed there")
        out.record(job, Retried(job.jid, out.now, _task_id(wish.tid)), barrier=True)

    def _skip(self, job: QueuedJob, wish: Act, out: Outbox) -> None:
        self._not_deleting(job)
        if wish.tid is None:
            if wish.action is Action.SKIP:
                raise ActionError("say which task to skip, as JID.TID")
            if not job.graph.failures:
                raise ActionError("nothing has failed there")
        out.record(job, Skipped(job.jid, out.now, _task_id(wish.tid)), barrier=True)

    def _restart(self, job: QueuedJob, wish: Act, out: Outbox) -> None:
        self._not_deleting(job)
        out.record(job, Restarted(job.jid, out.now, _task_id(wish.tid)), barrier=True)

    def _requeue(self, job: QueuedJob, wish: Act, out: Outbox) -> None:
        """What runs is ended and waits to run again, as after an end of the dispatcher."""
        running = self._running(job, wish)
        for number in running:
            self._server.attempts[number].requeue = True
        if running:
            out.orders.append(Sweep(running, GRACE_S, "requeued"))

    def _running(self, job: QueuedJob, wish: Act) -> tuple[AttemptId, ...]:
        attempts = job.graph.attempts_below(wish.tid or 0)
        return tuple(number for number in attempts if self._server.attempts[number].end is None)

    def _kill(self, job: QueuedJob, wish: Act, out: Outbox) -> None:
        running = self._running(job, wish)
        if not running:
            raise ActionError("nothing runs there")
        for number in running:
            self._server.attempts[number].killed = True
        out.orders.append(Sweep(running, GRACE_S, "killed"))

    def _delete(self, job: QueuedJob, wish: Act, out: Outbox) -> None:
        self._whole_job(wish)
        if not job.graph.deleting:
            out.record(job, Deleted(job.jid, out.now), barrier=True)

    def _prioritise(self, job: QueuedJob, wish: Act, out: Outbox) -> None:
        self._whole_job(wish)
        try:
            priority = float(wish.value)
        except ValueError:
            raise ActionError(f'a priority is a number, not "{wish.value}"') from None
        out.record(job, Prioritised(job.jid, out.now, priority), barrier=True)
        self._sorted = False

    def _edit(self, job: QueuedJob, wish: Act, out: Outbox) -> None:
        self._whole_job(wish)
        option, equals, value = wish.value.partition("=")
        option = option.strip().removeprefix("-")
        if not equals or option not in EDITABLE:
            raise ActionError(f"OPTION=VALUE is wanted, with one of: {', '.join(EDITABLE)}")
        self._change(job, option, value, out)
        self._stand_anew(job, out)

    def _change(self, job: QueuedJob, option: str, value: str, out: Outbox) -> None:
        out.record(job, Edited(job.jid, out.now, option, value), barrier=True)
        self._edited(job, option, out)

    def _show(self, job: QueuedJob, wish: Act, out: Outbox) -> None:
        if wish.tid is None:
            raise ActionError("say which task, as JID.TID")
        text = job.graph.tree.node(wish.tid).options.get(wish.action.value, "").strip()
        if not text:
            raise ActionError(f"task {job.jid}.{wish.tid} has no {wish.action.value}")
        binding = Binding(jid=job.jid, tid=wish.tid, named=job.named, home=self._server.home_for(job))
        argv = substitute_words(words_of(text), binding)
        out.orders.append(ShowFile(job.jid, TaskId(wish.tid), argv, job.spooled.cwd, dict(job.env)))

    def _not_deleting(self, job: QueuedJob) -> None:
        if job.graph.deleting:
            raise ActionError(f"job {job.jid} is being deleted")


def _task_id(tid: int | None) -> TaskId | None:
    return None if tid is None else TaskId(tid)


_ACTIONS: dict[Action, Callable[[Actions, QueuedJob, Act, Outbox], None]] = {
    Action.PAUSE: Actions._pause,
    Action.RESUME: Actions._resume,
    Action.RETRY: Actions._retry,
    Action.SKIP: Actions._skip,
    Action.SKIP_ERRORS: Actions._skip,
    Action.RESTART: Actions._restart,
    Action.KILL: Actions._kill,
    Action.REQUEUE: Actions._requeue,
    Action.DELETE: Actions._delete,
    Action.PRIORITY: Actions._prioritise,
    Action.CHASER: Actions._show,
    Action.PREVIEW: Actions._show,
    Action.EDIT: Actions._edit,
}
