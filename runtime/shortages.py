"""The dispatcher's licences: which of its commands found none, and for how long their tags rest (runtime.licences).

exit -> the verdict (runtime.verdict) -> `judge`: ERROR or RETRY may be SHORT, queued again
                                            |
                             TagsRested, in the journal       -> a dispatcher that comes back lets them rest, too
                             limits.rest                      -> nothing of it starts here
                             TagRests, to the maitre-d        -> nor anywhere on the site; said again on Attach
"""

from __future__ import annotations

from runtime.facts import Outcome, TagsRested
from runtime.farm_messages import TagRests
from runtime.job.model import Cmd, CmdKind
from runtime.licences import Backoff, Failure, shortage_of
from runtime.match.limits import Limits
from runtime.needs import own_tags
from runtime.orders import Exit
from runtime.queued import Attempt, QueuedJob
from runtime.settings import Settings
from runtime.verdict import Verdict, codes_of


class Licences:
    """What the site says of licences, and the rests so far. `in_use`: whether it says anything.

    `rested` is what the last `judge` let rest; None when that was nothing new."""

    def __init__(self, settings: Settings, limits: Limits) -> None:
        self._rules = (*settings.licence_codes, *settings.licence_lines)
        self._first_s = settings.licence_rest_s
        self._patience_s = settings.licence_patience_s
        self._limits = limits
        self._backoff = Backoff(settings.licence_rest_most_s)
        self.in_use = bool(self._rules)
        self.rested: TagsRested | None = None

    def judge(self, job: QueuedJob, attempt: Attempt, verdict: Verdict, end: Exit, now: float) -> Verdict:
        """What an end means when licences are looked at. A command that has found none for licencePatience seconds is
        an error like any other."""
        self.rested = None
        cmd = job.graph.cmd(attempt.cid)
        if verdict.outcome in (Outcome.DONE, Outcome.LOOP):
            if self._backoff:
                self._backoff.went_well((*job.tags_of(attempt.tid, cmd), *own_tags(cmd, job.graph.options)))
            return verdict
        if not _may_be_short(cmd, verdict, end):
            return verdict
        options = job.graph.options
        tags = job.tags_of(attempt.tid, cmd)
        failure = Failure(tags, own_tags(cmd, options), verdict.status, codes_of(cmd.options), end.line)
        shortage = shortage_of(self._rules, failure, self._first_s)
        if shortage is None:
            return verdict
        since = job.graph.short_since(attempt.cid)
        if self._patience_s and since is not None and now - since >= self._patience_s:
            words = f"found no licence for {now - since:.0f} s (licencePatience): {shortage.reason}"
            return Verdict(Outcome.ERROR, verdict.status, words)
        rest = self._backoff.rest(shortage, attempt.since, now)
        if rest is not None:
            seconds, level = rest
            self._limits.rest(shortage.tags, now + seconds, shortage.reason)
            self.rested = TagsRested(job.jid, now, shortage.tags, seconds, level, shortage.reason)
        return Verdict(Outcome.SHORT, verdict.status, f"{shortage.reason}; queued again, no error")

    def replayed(self, fact: TagsRested) -> None:
        """A journal says that tags rested from then on: those rests go on that are not over."""
        if self.in_use:
            self._backoff.note(fact.tags, fact.seconds, fact.level, fact.time)
            self._limits.rest(fact.tags, fact.time + fact.seconds, fact.reason)


def _may_be_short(cmd: Cmd, verdict: Verdict, end: Exit) -> bool:
    """Whether it ended by itself, and not well. What was ended from outside says nothing of licences."""
    by_itself = not (end.swept or end.timed_out or end.stalled) and verdict.status != 0
    return by_itself and verdict.outcome in (Outcome.ERROR, Outcome.RETRY) and cmd.kind is not CmdKind.BUILTIN


def rests_to_say(limits: Limits, now: float) -> list[TagRests]:
    """What a maitre-d that comes, or comes back, has to know of what rests."""
    together: dict[tuple[float, str], list[str]] = {}
    for tag, rest in limits.resting.items():
        if rest.until > now:
            together.setdefault((rest.until, rest.reason), []).append(tag)
    return [TagRests(tuple(tags), until - now, reason) for (until, reason), tags in together.items()]
