"""`alftcl -lint ?-json? FILE ...`: one finding a line, exit status 1 when there are any."""

from __future__ import annotations

import sys

from alftcl.lint import Finding, lint

USAGE = "usage: alftcl -lint ?-json? file ?file ...?     (- for standard input)\n"


def run(words: list[str]) -> int:
    """The exit status: 0 nothing found, 1 something, 2 a file that cannot be read."""
    as_json = "-json" in words
    names = [word for word in words if word != "-json"]
    if not names or any(name.startswith("-") and name != "-" for name in names):
        sys.stderr.write(USAGE)
        return 2
    try:
        files = [(name, _text_of(name)) for name in names]
    except OSError as problem:
        sys.stderr.write(f"alftcl: {problem.filename}: {problem.strerror}\n")
        return 2
    findings = lint(files, _text_beside)
    sys.stdout.write(_shown(findings, as_json))
    return 1 if findings else 0


def _shown(findings: list[Finding], as_json: bool) -> str:
    if not as_json:
        return "".join(f"{finding}\n" for finding in findings)
    import json  # the only one who needs it

    return json.dumps([finding.as_dict() for finding in findings], indent=2) + "\n"


def _text_beside(name: str) -> str | None:
    try:
        return _text_of(name)
    except OSError:  # lint goes on without it, and takes unknown commands for its
        return None


def _text_of(name: str) -> str:
    if name == "-":
        return sys.stdin.read()
    with open(name, encoding="utf-8", errors="replace") as file:
        return file.read().partition("\x1a")[0]
