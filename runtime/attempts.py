r"""What launched commands report: a floor of `runtime.dispatcher`.

    launched -> started -> exited --> the verdict (runtime.verdict)
           \-> never_started    \-> ReadText    -expand: text_read -> Grown, or an error
                                 \-> TestResume  -resumewhile: resume_tested -> once more, or done

An attempt is known until all of that is over. Reports of any other change nothing and are counted in `stale`.
"""

from __future__ import annotations

from runtime.facts import (
    AttemptId,
    Ended,
    Grown,
    NeverStarted,
    Outcome,
)
from runtime.farm_messages import TagRests
from runtime.job.model import Cmd, CmdId, CmdKind, TaskId
from runtime.job.numbering import Unreadable
from runtime.job.substitute import substitute_words
from runtime.job.words import split_words
from runtime.orders import Change, Exit, Order, ReadText, TestResume, ToMaitred
from runtime.outbox import Outbox
from runtime.queued import Attempt, QueuedJob
from runtime.serving import wants_same_host
from runtime.settling import Settling
from runtime.verdict import Verdict, judge


class Attempts(Settling):
    """Events of attempts."""

    # ---- processes -----------------------------------------------------------------------------------

    def started(self, attempt: AttemptId, now: float) -> list[Order]:
        """An attempt has begun: from now on its process exists."""
        found = self._server.attempts.get(attempt)
        if found is None:
            self.stale += 1
            return []
        first, found.began = not found.began, True
        running = self._farm.began(found, self.jobs[found.jid]) if first else None
        return [] if running is None else [ToMaitred(running)]

    def exited(self, end: Exit, now: float) -> list[Order]:
        """An attempt has ended; a built-in's end is reported the same way."""
        attempt = self._known(end.attempt)
        if attempt is None:
            return []
        out = Outbox(now)
        self._exited(attempt, end, out)
        return self._finish(out)

    def never_started(
        self,
        attempt: AttemptId,
        reason: str,
        transient: bool,
        now: float,
        *,
        blameless: bool = False,
        unreachable: bool = False,
    ) -> list[Order]:
        """A launch could not even begin: an error; but `transient`: it is queued again and its slots rest (its lease
        goes back as a problem); `blameless`: it is queued again and its slots are as good as before.

        `unreachable`: transient, because no alfserver answers there. Where the site has a RemoteCmdFallbackCommand, its
        words start the command beside the dispatcher then, on the same lease.
        """
        found = self._known(attempt)
        if found is None:
            return []
        found.began = False
        out = Outbox(now)
        job = self.jobs[found.jid]
        fails_here = transient and not blameless and not (unreachable and self._farm.falls_back(found))
        requeue = transient or blameless or found.requeue
        slots, rests_until = found.slots, now + self.settings.problem_slot_rest_s
        if fails_here:
            self._farm.give_up(job, found, reason, rests_until)
        self._conclude(job, found)
        if not fails_here:
            self._farm.judged(found, None if transient or blameless else Verdict(Outcome.ERROR, -1, reason))
        if fails_here and slots and found.owner is None:
            self.machine.take(slots)
            self.machine.rest(slots, rests_until)
        out.record(job, NeverStarted(job.jid, now, CmdId(found.cid), attempt, reason, requeue))
        change = Change.AGAIN if requeue else Change.ENDED
        out.announce(change, job, found.tid, found.cid, attempt, status=-1, text=reason)
        return self._finish(out)

    def progress(self, attempt: AttemptId, percent: int, now: float) -> list[Order]:
        """A command said how far it is, in percent."""
        found = self._server.attempts.get(attempt)
        if found is None:
            self.stale += 1
            return []
        found.percent = max(0, min(100, percent))
        out = Outbox(now)
        out.announce(Change.PROGRESS, self.jobs[found.jid], found.tid, found.cid, attempt, percent=found.percent)
        return out.orders

    def _known(self, attempt: AttemptId) -> Attempt | None:
        found = self._server.attempts.get(attempt)
        if found is None or found.end is not None:
            self.stale += 1
            return None
        return found

    def _exited(self, attempt: Attempt, end: Exit, out: Outbox) -> None:
        job = self.jobs[attempt.jid]
        attempt.end = end
        job.run_s += end.run_s
        self._server.give_back(job, attempt)
        if not attempt.reading:
            self._judge(job, attempt, end, out)

    def _judge(self, job: QueuedJob, attempt: Attempt, end: Exit, out: Outbox) -> None:
        """What a process's end means. One that was swept, and by no wish of its user's, runs again: a dispatcher that
        died since had ended it (-requeue, a shutdown), or its launcher had, alone for too long."""
        graph = job.graph
        cmd = graph.cmd(attempt.cid)
        dismissed = graph.is_dismissed(attempt.cid)
        verdict = judge(
            end,
            cmd.options,
            retries=graph.retries(attempt.cid),
            retry_max=self.settings.retry_max,
            requeue=attempt.requeue or not (attempt.killed or dismissed),
            killed=attempt.killed,
            stall_retries=self.settings.no_progress_retries,
        )
        if self._server.licences.in_use and not dismissed:
            verdict = self._by_licences(job, attempt, verdict, end, out)
        if verdict.outcome is Outcome.LOST and attempt.ejected:
            verdict = Verdict(Outcome.LOST, verdict.status, attempt.ejected)
        if verdict.outcome is Outcome.DONE and not dismissed:
            if attempt.bad_growth:
                verdict = Verdict(Outcome.ERROR, end.status, attempt.bad_growth)
            elif cmd.options and self._asks_more(job, attempt, cmd, end, out):
                return
        self._ended(job, attempt, verdict, out)

    def _by_licences(self, job: QueuedJob, attempt: Attempt, verdict: Verdict, end: Exit, out: Outbox) -> Verdict:
        """What an end means, and says, where licences may be short: the tags of a command that found none rest."""
        licences = self._server.licences
        found = licences.judge(job, attempt, verdict, end, out.now)
        rested = licences.rested
        if found.outcome is Outcome.SHORT and rested is not None:
            out.record(job, rested)
            if self._farm.attached:
                out.orders.append(ToMaitred(TagRests(rested.tags, rested.seconds, rested.reason)))
        return found

    def _asks_more(self, job: QueuedJob, attempt: Attempt, cmd: Cmd, end: Exit, out: Outbox) -> bool:
        """Whether something is to be read or tested before an attempt that ended well is over."""
        expand = cmd.options.get("expand", "0").strip()
        if expand in ("", "0"):
            return self._test_resume(job, attempt, cmd, out)
        attempt.reading += 1
        path = end.stdout_path if expand == "1" else expand
        out.orders.append(ReadText(attempt.number, path, job.spooled.cwd))
        return True

    def _test_resume(self, job: QueuedJob, attempt: Attempt, cmd: Cmd, out: Outbox) -> bool:
        test = cmd.options.get("resumewhile", "").strip()
        if not test:
            return False
        attempt.testing = True
        argv = substitute_words(words_of(test), self._server.binding(job, attempt, cmd))
        tid, cid = TaskId(attempt.tid), CmdId(attempt.cid)
        env = dict(job.env, TR_ENV_TID=str(tid), TR_ENV_CID=str(cid))
        out.orders.append(TestResume(attempt.number, job.jid, cid, argv, job.spooled.cwd, env))
        return True

    def _ended(self, job: QueuedJob, attempt: Attempt, verdict: Verdict, out: Outbox) -> None:
        cid = CmdId(attempt.cid)
        self._conclude(job, attempt)
        self._farm.judged(attempt, verdict)
        if verdict.outcome is Outcome.LOOP:
            if wants_same_host(job.graph.cmd(cid).options) and attempt.hosts:
                job.pins[cid] = attempt.hosts[0]
        fact = Ended(job.jid, out.now, cid, attempt.number, verdict.status, verdict.outcome, verdict.reason)
        unknown_to_launcher = attempt.testing or job.graph.cmd(cid).kind is CmdKind.BUILTIN
        out.record(job, fact, barrier=unknown_to_launcher)
        change = Change.AGAIN if verdict.outcome in (Outcome.LOST, Outcome.SHORT) else Change.ENDED
        out.announce(change, job, attempt.tid, cid, attempt.number, status=verdict.status, text=verdict.reason)

    def _conclude(self, job: QueuedJob, attempt: Attempt) -> None:
        if attempt.end is None:
            self._server.give_back(job, attempt)
        del self._server.attempts[attempt.number]
        job.brought = 0

    # ---- scripts and tests ---------------------------------------------------------------------------

    def chunk(self, attempt: AttemptId, path: str, now: float) -> list[Order]:
        """A command printed TR_EXPAND_CHUNK: the script in that file becomes part of its task while it runs."""
        found = self._known(attempt)
        if found is None:
            return []
        found.chunks += 1
        found.reading += 1
        return [ReadText(attempt, path, self.jobs[found.jid].spooled.cwd, found.chunks)]

    def text_read(self, attempt: AttemptId, chunk: int, text: str | None, reason: str, now: float) -> list[Order]:
        """The answer to ReadText: the text, or None and why it could not be read."""
        found = self._server.attempts.get(attempt)
        if found is None:
            self.stale += 1
            return []
        out = Outbox(now)
        job = self.jobs[found.jid]
        found.reading -= 1
        wrong = self._grow(job, found, chunk, text, reason, out)
        end = found.end
        if chunk:
            found.bad_growth = found.bad_growth or wrong
            if end is not None and not found.reading:
                self._judge(job, found, end, out)
        elif wrong:
            self._ended(job, found, Verdict(Outcome.ERROR, 0, wrong), out)
        elif not self._test_resume(job, found, job.graph.cmd(found.cid), out):
            self._ended(job, found, Verdict(Outcome.DONE, 0), out)
        return self._finish(out)

    def _grow(self, job: QueuedJob, attempt: Attempt, chunk: int, text: str | None, reason: str, out: Outbox) -> str:
        """Splice a script in. Returns what is wrong with it, in words."""
        if text is None:
            return reason
        if job.graph.is_dismissed(attempt.cid):
            return ""
        try:
            self._reader.read_growth(text, job.graph.cmd(attempt.cid).scope, out.now)
        except Unreadable as found:
            return str(found)
        tid, cid = TaskId(attempt.tid), CmdId(attempt.cid)
        out.record(job, Grown(job.jid, out.now, tid, cid, text, chunk), barrier=True)
        out.announce(Change.TASK, job, tid)
        return ""

    def resume_tested(self, attempt: AttemptId, status: int, now: float) -> list[Order]:
        """The answer to TestResume: with 0 the test holds, and the command runs again."""
        found = self._server.attempts.get(attempt)
        if found is None or not found.testing:
            self.stale += 1
            return []
        out = Outbox(now)
        outcome = Outcome.LOOP if status == 0 else Outcome.DONE
        self._ended(self.jobs[found.jid], found, Verdict(outcome, 0), out)
        return self._finish(out)


def words_of(text: str) -> tuple[str, ...]:
    """The words of a command that is given as text or as a list of its words ({{sho} {a.tif}})."""
    words = split_words(text)
    return split_words(words[0]) if len(words) == 1 and words[0] != text else words
