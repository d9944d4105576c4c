"""The job scripts of a workload, read by the real reader: each as often as its variables differ.

set frames {120}; <the script>      variables stand before the script, in its first line
"""

from __future__ import annotations

from collections.abc import Callable

from runtime.job.model import Iterate, Job, Node, Scope, Severity
from runtime.job.numbering import Reader
from runtime.job.script import read_job
from runtime.simulate.draws import Draws
from runtime.simulate.language import WorkloadError
from runtime.simulate.workload import Arrivals, Workload

_KEPT = 200
"""Scripts that are kept as they were read."""
_STEPS_KEPT = 50_000


class Steps:
    """What jobs leave for later, read by `reader`: a step of an Iterate once for all jobs of one script."""

    def __init__(self, reader: Reader) -> None:
        self.read_growth: Callable[[str, Scope | None, float], tuple[Node, ...]] = reader.read_growth
        self._expand_step = reader.expand_step
        self._read: dict[tuple[int, int], tuple[Iterate, tuple[Node, ...]]] = {}

    def expand_step(self, iterate: Iterate, step: int) -> tuple[Node, ...]:
        """The nodes of one step. Raises Unreadable."""
        found = self._read.get((id(iterate), step))
        if found is None:
            found = (iterate, self._expand_step(iterate, step))  # kept, so that its id is no other's
            if len(self._read) >= _STEPS_KEPT:
                self._read.clear()
            self._read[id(iterate), step] = found
        return found[1]


class Scripts:
    """`draws` gives the variables that a workload leaves to chance."""

    def __init__(self, workload: Workload, draws: Draws) -> None:
        self._workload = workload
        self._draws = draws
        self._read: dict[tuple[str, str], tuple[Job, ...]] = {}

    def jobs(self, arrivals: Arrivals, name: str, number: int) -> tuple[Job, ...]:
        """The jobs that come with one arrival. Raises WorkloadError for a script that is wrong."""
        values = "".join(
            f"set {variable} {{{self._value(value, name, number, variable)}}}; "
            for variable, value in arrivals.variables
        )
        key = (arrivals.script.file, values)
        jobs = self._read.get(key)
        if jobs is None:
            jobs = self._jobs(arrivals, values)
            if len(self._read) >= _KEPT:
                del self._read[next(iter(self._read))]
            self._read[key] = jobs
        return jobs

    def _value(self, value: str | Callable[[float], float], name: str, number: int, variable: str) -> str:
        return value if isinstance(value, str) else str(round(value(self._draws.number("var", name, number, variable))))

    def _jobs(self, arrivals: Arrivals, values: str) -> tuple[Job, ...]:
        reading = read_job(values.encode() + arrivals.script.text, arrivals.script.file, now=self._workload.starts_at)
        for found in reading.diagnostics:
            if found.severity is Severity.ERROR:
                hint = f" ({found.hint})" if found.hint else ""
                text = f"{arrivals.script.file}:{found.line}: {found.text}{hint}"
                raise WorkloadError(self._workload.file, (arrivals.line, 1), text)
        return reading.jobs
