"""`alfred -simulate`: a workload under one schedule, or under two to compare, on a virtual clock (runtime.simulate).

    the schedules, the workload, its job scripts: files --> runtime.simulate --> a report on stdout, a picture
    instead of a workload: a maitre-d's record, or a span of it --'

Everything that the site's alfred.ini says of who gets which slot counts, its assigner included. Exit status: 0 it was
simulated, 2 a file cannot be read, or does not say what is needed.
"""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

from daemons import garbage
from daemons.groups import group_members
from daemons.maitred.assigners import AssignerError, named
from daemons.options.part import DONE, USAGE
from daemons.reading import ScriptReader, limits_of
from daemons.record import FILE_NAME
from daemons.record.file import RecordError
from daemons.record.replaying import Past
from daemons.record.spans import SpanError
from daemons.site import find_settings
from runtime.assign.assigner import Assigner
from runtime.history.report import span
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

_GROWS = re.compile(rb"-expand[ \t]+[{\"]?[ \t]*[1-9]")
WORD_S = 10.0
"""So often there is a word of a long simulation."""
_SQLITE = b"SQLite format 3\0"
_OWN_SLOTS = 1_000
"""Of each user's machine, where a record is run again: how many it had is not on record, and nothing waited for it."""


class UnusableError(Exception):
    """A file that was named cannot be used; the words are for the user."""


@dataclass(frozen=True)
class Wishes:
    """What the command line asks for. The last picture is that of the last schedule. `span` is of a record
    (daemons.record.spans)."""

    schedules: tuple[str, ...]
    workload: str
    span: tuple[str, ...] = ()
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
    except (UnusableError, WorkloadError, SimulationError, RecordError, SpanError) as error:
        sys.stderr.write(f"alfred: {error}\n")
        return USAGE
    return DONE


def simulate(schedule: Schedule, workload: Workload, seed: int, settings: Settings, past: Past | None = None) -> Result:
    """One run. Raises UnusableError, WorkloadError, SimulationError and RecordError."""
    recorded = () if past is None else past.jobs()
    reader = ScriptReader(limits_of(settings))
    farm = Farm(schedule, workload, seed, settings, reader, _assigner(settings), recorded, _Watch())
    garbage.settle()
    farm.run()
    return Result.of(farm, schedule, workload, seed)


def record_in(name: str) -> Path | None:
    """The record that a name on the command line means: SQLite, or the directory with a history.sqlite; None: it means
    no record."""
    path = Path(name)
    if path.is_dir():
        return path / FILE_NAME
    with suppress(OSError), path.open("rb") as file:
        if file.read(len(_SQLITE)) == _SQLITE:
            return path
    return path if path.suffix == ".sqlite" else None


def _results(wishes: Wishes) -> list[Result]:
    settings = find_settings(os.environ, _complain)
    schedules = [_schedule(file) for file in wishes.schedules]
    path = record_in(wishes.workload)
    if path is None:
        workload = read_workload(_bytes(wishes.workload), wishes.workload, _Beside(wishes.workload))
        _tell_of_growth(workload)
        return [simulate(schedule, workload, wishes.seed, settings) for schedule in schedules]
    with closing(Past(path, wishes.span, time.time())) as past:
        file = f"{wishes.workload} of {past.words}" if past.words else wishes.workload
        workload = Workload(file, starts_at=past.clock, own_slots=_OWN_SLOTS)
        return [simulate(schedule, workload, wishes.seed, settings, past) for schedule in schedules]


def _tell_of_growth(workload: Workload) -> None:
    """A script whose commands print more of it is simulated without that: nobody knows what they would print."""
    texts = {arrivals.script.file: arrivals.script.text for arrivals in workload.arrivals}
    for file, text in texts.items():
        found = _GROWS.search(text)
        if found is not None:
            line = text.count(b"\n", 0, found.start()) + 1
            _complain(
                f"{file}:{line}: warning: what a command with -expand prints is not known before it runs: here it"
                " prints nothing, and the tasks that it would make are missing"
            )


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


class _Watch:
    """Somebody who waits at a terminal sees every few seconds how far it is."""

    def __init__(self) -> None:
        self._wanted = sys.stderr.isatty()
        self._next = time.monotonic() + WORD_S

    def __call__(self, farm: Farm) -> None:
        if self._wanted and time.monotonic() >= self._next:
            self._next = time.monotonic() + WORD_S
            sys.stderr.write(
                f"alfred: {span(farm.agenda.now)} are simulated, {farm.ledger.commands:,} commands began\n"
            )


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
