"""What the end of an attempt means for its command (reference 2.3, section 4 and section 10).

what happened                                        outcome
---------------------------------------------------  -------
swept through no fault of its own (shutdown)         LOST
no sign of life for -noprogresssecs                  RETRY, noProgressRetries times; then ERROR
longer than -maxrunsecs, ended by a user             ERROR
shorter than -minrunsecs                             ERROR
0, or a reported status of 0                         DONE   (-expand and -resumewhile come then)
a status of -retryrc, fewer than retryMax times      RETRY
anything else                                        ERROR

An ERROR or RETRY may mean that there was no licence: runtime.shortages looks at that afterwards.
"""

from __future__ import annotations

import msgspec

from runtime.facts import Outcome
from runtime.job.model import Options
from runtime.orders import Exit


class Verdict(msgspec.Struct, frozen=True):
    """The outcome, the status that counts, and why in words."""

    outcome: Outcome
    status: int
    reason: str = ""


def judge(
    end: Exit,
    options: Options,
    *,
    retries: int,
    retry_max: int,
    requeue: bool,
    killed: bool,
    stall_retries: int = 0,
) -> Verdict:
    """What this end means. `requeue`: it was swept to be queued again; `killed`: its user ended it. `stall_retries`:
    how often one that showed no sign of life is tried again."""
    if end.stalled:
        return _stalled(end, retries, stall_retries)
    if not options and end.status == 0 and end.reported is None and not end.swept and not end.timed_out:
        return _DONE
    if end.timed_out:
        return Verdict(
            Outcome.ERROR, end.status, f"ran longer than -maxrunsecs {options.get('maxrunsecs', '').strip()}"
        )
    if requeue and end.swept:
        return Verdict(Outcome.LOST, end.status, "ended to run again")
    if killed and end.swept:
        return Verdict(Outcome.ERROR, end.status, "ended by its user")
    status = end.status if end.reported is None or end.swept else end.reported
    least = seconds_of(options, "minrunsecs")
    if least is not None and end.run_s < least:
        return Verdict(Outcome.ERROR, status, f"ended after {end.run_s:.1f} s, before -minrunsecs {least:g}")
    if status == 0:
        return Verdict(Outcome.DONE, 0)
    if str(status) in codes_of(options) and not end.swept and retries < retry_max:
        return Verdict(Outcome.RETRY, status, f"{_words(status)}, again by -retryrc ({retries + 1} of {retry_max})")
    return Verdict(Outcome.ERROR, status, end.reason or _words(status))


def _stalled(end: Exit, retries: int, stall_retries: int) -> Verdict:
    words = f"no output and no progress for too long; ended after {end.run_s:.0f} s (-noprogresssecs)"
    if retries < stall_retries:
        return Verdict(Outcome.RETRY, end.status, f"{words}, again ({retries + 1} of {stall_retries})")
    return Verdict(Outcome.ERROR, end.status, words)


def quiet_s_of(options: Options, job: Options, site_s: float) -> float | None:
    """For how long a command may show no sign of life: its own -noprogresssecs, its job's, the site's
    noProgressSeconds; 0 is for ever (None)."""
    for given in (options, job):
        if "noprogresssecs" in given:
            return seconds_of(given, "noprogresssecs")
    return site_s or None


def codes_of(options: Options) -> tuple[str, ...]:
    """The exit statuses that -retryrc names."""
    return tuple(options.get("retryrc", "").replace(",", " ").split())


def seconds_of(options: Options, name: str) -> float | None:
    """A number of seconds, None where the option is missing, empty, 0 or no number."""
    try:
        seconds = float(options.get(name, "").strip() or 0)
    except ValueError:
        return None
    return seconds if seconds > 0 else None


_DONE = Verdict(Outcome.DONE, 0)


_SIGNALS = ("", "HUP", "INT", "QUIT", "ILL", "TRAP", "ABRT", "BUS", "FPE", "KILL", "USR1", "SEGV", "USR2", "PIPE")
"""Names of the first signals by number, as Linux has them."""


def _words(status: int) -> str:
    if status >= 0:
        return f"exit status {status}"
    if status == -15:
        return "ended by SIGTERM"
    return f"ended by SIG{_SIGNALS[-status]}" if -status < len(_SIGNALS) else f"ended by signal {-status}"
