"""From the journal to the queue: what a dispatcher that starts, or one that only looks, knows of earlier days.

    jobs in the queue     their script is read again, their facts are replayed         -> the core
    finished jobs         a summary; replayed only when somebody restarts or describes one

A job whose script cannot be read any more (a journal from an older reader) is kept, and said; the rest goes on.
"""

from __future__ import annotations

import gc

import msgspec

from alftcl.safe import Limits
from daemons.journal import Journal, JournalError
from runtime.dispatcher import Dispatcher
from runtime.facts import Fact, JobSpooled
from runtime.job.model import Job, Severity
from runtime.job.numbering import Unreadable
from runtime.job.script import read_job
from runtime.messages import JobSummary

KEEP_JOBS = 500
"""How many finished jobs a queue remembers, with their logs."""
KEEP_S = 30 * 24 * 3600.0
"""... and for how long."""

_summaries = msgspec.msgpack.Decoder(JobSummary)
_encoder = msgspec.msgpack.Encoder()


class Loader:
    """Brings jobs from a journal into a core. `finished` has the summaries of those that are not in it."""

    def __init__(self, journal: Journal, core: Dispatcher, limits: Limits) -> None:
        self._journal = journal
        self._core = core
        self._limits = limits
        self._spooled: dict[int, JobSpooled] = {}
        self._jobs: tuple[bytes, float, tuple[Job, ...]] | None = None
        self.finished: dict[int, JobSummary] = {}
        self.troubles: list[str] = []

    def load(self) -> None:
        """Everything, at the start. Raises JournalError when the journal is damaged."""
        for kept in self._journal.jobs():
            self._spooled[kept.spooled.jid] = kept.spooled
            if kept.summary is not None:
                self.finished[kept.spooled.jid] = _summaries.decode(kept.summary)
            else:
                self._replay(kept.spooled)
        self._jobs = None
        gc.collect()
        gc.freeze()

    def outdated(self, now: float) -> list[int]:
        """Finished jobs that are not worth keeping: too old, or too many are younger."""
        newest = sorted(self.finished.values(), key=lambda job: job.ended or job.spooled, reverse=True)
        return [
            job.jid
            for place, job in enumerate(newest)
            if place >= KEEP_JOBS or now - (job.ended or job.spooled) > KEEP_S
        ]

    def bring_back(self, jid: int) -> bool:
        """Put a finished job into the core again, as it was at its end. False: there is none of that number."""
        if self.finished.pop(jid, None) is None:
            return False
        self._replay(self._spooled[jid])
        self._jobs = None
        return jid in self._core.jobs

    def know(self, spooled: JobSpooled) -> None:
        """A job was spooled: should it finish and be wanted again, it can be brought back."""
        self._spooled[spooled.jid] = spooled

    def forget(self, jid: int) -> None:
        self._spooled.pop(jid, None)
        self.finished.pop(jid, None)

    def _replay(self, spooled: JobSpooled) -> None:
        facts: list[Fact] = [spooled, *self._journal.facts(spooled.jid)]
        try:
            self._core.replay(facts, self._read)
        except Unreadable as error:
            self.troubles.append(f"job {spooled.jid} ({spooled.file}) cannot be taken up: {error}")
            self._core.leave_out(spooled.jid, facts)

    def _read(self, spooled: JobSpooled) -> Job:
        """The job of a JobSpooled. The jobs of one script are read once: they follow each other in the journal."""
        text = self._journal.script(spooled.jid)
        if self._jobs is None or self._jobs[:2] != (text, spooled.time):
            reading = read_job(text, spooled.file, now=spooled.time, limits=self._limits)
            for found in reading.diagnostics:
                if found.severity is Severity.ERROR:
                    raise Unreadable(f"line {found.line}: {found.text}")
            self._jobs = (text, spooled.time, reading.jobs)
        jobs = self._jobs[2]
        if spooled.number >= len(jobs):
            raise JournalError(f"the script of job {spooled.jid} has {len(jobs)} jobs, not {spooled.number + 1}")
        return jobs[spooled.number]


def pack_summary(summary: JobSummary) -> bytes:
    return _encoder.encode(summary)
