"""`alfred -check`: read job scripts, print everything that is wrong with them, queue nothing.

With -json, one object a line and file: its jobs as trees and its diagnostics (docs/check-json.md).
"""

from __future__ import annotations

import sys
import time
from collections.abc import Sequence
from pathlib import Path

from daemons.wording import count, printable
from runtime.job.model import Reading, Severity
from runtime.job.report import diagnostic_lines, to_json
from runtime.job.script import read_job

CLEAN, ERRORS, USAGE = 0, 1, 2


def check(files: Sequence[Path], *, as_json: bool) -> int:
    """Check each file; exit status 0 when no script has an error, 1 when one has, 2 when one cannot be read."""
    worst = CLEAN
    for path in files:
        try:
            text = path.read_bytes()
        except OSError as trouble:
            sys.stderr.write(f"alfred: {printable(str(path))}: {trouble.strerror}\n")
            worst = USAGE
            continue
        reading = read_job(text, str(path), now=time.time())
        if as_json:
            sys.stdout.buffer.write(to_json(reading, str(path)) + b"\n")
            sys.stdout.buffer.flush()
        else:
            _print(reading, path)
        if reading.failed:
            worst = max(worst, ERRORS)
    return worst


def _print(reading: Reading, path: Path) -> None:
    for line in diagnostic_lines(reading.diagnostics, str(path)):
        sys.stdout.write(line + "\n")
    sys.stdout.write(f"{printable(str(path))}: {summary(reading)}\n")


def summary(reading: Reading) -> str:
    """`1 job, 12 tasks, 14 commands; 1 error, 2 warnings`, or that all is well."""
    errors = sum(found.severity is Severity.ERROR for found in reading.diagnostics)
    warnings = len(reading.diagnostics) - errors
    found = ", ".join(count(n, word) for n, word in ((errors, "error"), (warnings, "warning")) if n) or "no errors"
    if reading.failed:
        return found
    return f"{count(len(reading.jobs), 'job')}; {found}"
