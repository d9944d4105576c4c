"""`alfred -check`: read files, print everything that is wrong with them, queue nothing.

    alfred.schedule, *.schedule    a master schedule        runtime.schedule
    alfred.ini, *.ini              a site's settings        runtime.settings
    any other                      a job script             runtime.job

With -json, one object a line and file: what is in it, and its diagnostics (docs/check-json.md).
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from daemons.wording import count, printable
from runtime.job.model import Diagnostic, Severity
from runtime.job.report import diagnostic_lines, diagnostics_form, json_form

CLEAN, ERRORS, USAGE = 0, 1, 2


@dataclass(frozen=True)
class Findings:
    """What checking a file has found. `what` says what is in it, in a few words; `form` makes its JSON form."""

    diagnostics: tuple[Diagnostic, ...]
    what: str
    form: Callable[[], dict[str, Any]]

    @property
    def failed(self) -> bool:
        return any(found.severity is Severity.ERROR for found in self.diagnostics)

    @property
    def summary(self) -> str:
        """`1 job; 2 warnings`: what is in the file unless it is wrong, and how much of it is."""
        errors = sum(found.severity is Severity.ERROR for found in self.diagnostics)
        warnings = len(self.diagnostics) - errors
        found = ", ".join(count(n, word) for n, word in ((errors, "error"), (warnings, "warning")) if n) or "no errors"
        return f"{self.what}; {found}" if self.what else found


def check(files: Sequence[Path], *, as_json: bool) -> int:
    """Check each file; exit status 0 when none has an error, 1 when one has, 2 when one cannot be read."""
    worst = CLEAN
    for path in files:
        try:
            data = path.read_bytes()
        except OSError as trouble:
            sys.stderr.write(f"alfred: {printable(str(path))}: {trouble.strerror}\n")
            worst = USAGE
            continue
        found = _READERS.get(path.suffix, _job)(data, str(path))
        if as_json:
            sys.stdout.buffer.write(msgspec.json.encode(found.form()) + b"\n")
            sys.stdout.buffer.flush()
        else:
            for line in diagnostic_lines(found.diagnostics, str(path)):
                sys.stdout.write(line + "\n")
            sys.stdout.write(f"{printable(str(path))}: {found.summary}\n")
        if found.failed:
            worst = max(worst, ERRORS)
    return worst


def _job(data: bytes, file: str) -> Findings:
    from runtime.job.script import read_job

    reading = read_job(data, file, now=time.time())
    what = "" if reading.failed else count(len(reading.jobs), "job")
    return Findings(reading.diagnostics, what, lambda: json_form(reading, file))


def _schedule(data: bytes, file: str) -> Findings:
    from daemons.groups import group_members
    from runtime.schedule.check import check_schedule
    from runtime.schedule.reader import read_schedule

    reading = read_schedule(data, file, members=group_members)
    diagnostics = check_schedule(reading)

    def form() -> dict[str, Any]:
        schedule = msgspec.to_builtins(reading.schedule)
        kept = {name: schedule[name] for name in schedule if name not in ("time", "file")}
        return {
            "file": file,
            "schedule": None if reading.failed else kept,
            "not_understood": list(reading.not_understood),
            "diagnostics": diagnostics_form(diagnostics),
        }

    return Findings(diagnostics, "" if reading.failed else reading.summary, form)


def _settings(data: bytes, file: str) -> Findings:
    from runtime.settings import check_settings

    reading = check_settings(data, file)

    def form() -> dict[str, Any]:
        diagnostics = diagnostics_form(reading.diagnostics)
        return {"file": file, "settings": msgspec.to_builtins(reading.values), "diagnostics": diagnostics}

    return Findings(reading.diagnostics, count(len(reading.values), "setting"), form)


_READERS: dict[str, Callable[[bytes, str], Findings]] = {".schedule": _schedule, ".ini": _settings}
