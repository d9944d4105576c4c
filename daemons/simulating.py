"""`alfred -simulate`: a workload under one schedule, or under two to compare, on a virtual clock (runtime.simulate).

    the schedules, the workload, its job scripts: files --> runtime.simulate --> a report on stdout, a picture

Everything that the site's alfred.ini says of who gets which slot counts, its assigner included. Exit status: 0 it was
simulated, 2 a file cannot be read, or does not say what is needed.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from daemons import garbage
from daemons.groups import group_members
from daemons.maitred.assigners import AssignerError, named
from daemons.options.part import DONE, USAGE
from daemons.reading import ScriptReader, limits_of
from daemons.site import find_settings
from runtime.assign.assigner import Assigner
from runtime.job.model import Severity
from runtime.job.report import diagnostic_lines
from runtime.schedule.model import Schedule
from runtime.schedule.reader import read_schedule
from runtime.settings import Settings
from runtime.simulate.farm import Farm
from runtime.simulate.language import WorkloadError, read_workload
from runtime.simulate.result import Result, compared
from runtime.simulate.runs import SimulationError
from runtime.simulate.workload import Workload


class UnusableError(Exception):
    """A file that was named cannot be used; the words are for the user."""


@dataclass(frozen=True)
class Wishes:
    """What the command line asks for. The last picture is that of the last schedule."""

    schedules: tuple[str, ...]
    workload: str
    seed: int = 1
    plot: str | None = None


def run(wishes: Wishes) -> int:
    """Simulate and report; the exit status."""
    try:
        results = _results(wishes)
        for line in _report(results):
            sys.stdout.write(line + "\n")
        if wishes.plot is not None:
            _write(wishes.plot, results[-1].svg())
    except (UnusableError, WorkloadError, SimulationError) as error:
        sys.stderr.write(f"alfred: {error}\n")
        return USAGE
    return DONE


def simulate(schedule: Schedule, workload: Workload, seed: int, settings: Settings) -> Result:
    """One run. Raises UnusableError, WorkloadError and SimulationError."""
    farm = Farm(schedule, workload, seed, settings, ScriptReader(limits_of(settings)), _assigner(settings))
    garbage.settle()
    farm.run()
    return Result.of(farm, schedule, workload, seed)


def _results(wishes: Wishes) -> list[Result]:
    settings = find_settings(os.environ, _complain)
    workload = read_workload(_bytes(wishes.workload), wishes.workload, _Beside(wishes.workload))
    schedules = [_schedule(file) for file in wishes.schedules]
    return [simulate(schedule, workload, wishes.seed, settings) for schedule in schedules]


def _report(results: Sequence[Result]) -> list[str]:
    lines: list[str] = []
    for result in results:
        lines += [*result.text(), ""]
    if len(results) > 1:
        lines += [*compared(results[0], results[-1]), ""]
    return lines[:-1]


def _assigner(settings: Settings) -> type[Assigner] | None:
    try:
        return named(settings.assigner) if settings.assigner else None
    except AssignerError as error:
        raise UnusableError(f"alfConfig(assigner): {error}") from error


def _schedule(file: str) -> Schedule:
    reading = read_schedule(_bytes(file), file, members=group_members)
    for line in diagnostic_lines(reading.diagnostics, file):
        sys.stderr.write(line + "\n")
    if any(found.severity is Severity.ERROR for found in reading.diagnostics):
        raise UnusableError(f"{file} is no schedule that a maitre-d would take: alfred -check {file}")
    return reading.schedule


class _Beside:
    """The scripts that a workload names: their files are found from its own directory."""

    def __init__(self, workload: str) -> None:
        self._directory = Path(workload).parent

    def __call__(self, file: str) -> bytes:
        try:
            return (self._directory / file).read_bytes()
        except OSError as error:
            raise ValueError(f"the script {file} cannot be read: {error.strerror}") from None


def _bytes(file: str) -> bytes:
    try:
        return Path(file).read_bytes()
    except OSError as error:
        raise UnusableError(f"{file}: {error.strerror}") from error


def _write(file: str, text: str) -> None:
    try:
        Path(file).write_text(text, encoding="utf-8")
    except OSError as error:
        raise UnusableError(f"-plot {file}: {error.strerror}") from error


def _complain(text: str) -> None:
    sys.stderr.write(f"alfred: {text}\n")
