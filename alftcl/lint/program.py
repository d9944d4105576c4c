"""`alftcl -lint ?-json? FILE ...`: one finding a line, exit status 1 when there are any."""

from __future__ import annotations

import sys

from alftcl.encodings import script_text
from alftcl.lint import Finding, lint

USAGE = "usage: alftcl -lint ?-json? file ?file ...?     (- for standard input)\n"


def run(words: list[str]) -> int:
    """The exit status: 0 nothing found, 1 something, 2 a file that cannot be read."""
    as_json = "-json" in words
    names = [word for word in words if word != "-json"]
    unknown = [name for name in names if name.startswith("-") and name != "-"]
    if unknown or not names:
        reason = f'-lint has no option "{unknown[0]}"' if unknown else "-lint needs a file"
        sys.stderr.write(f"alftcl: {reason}\n{USAGE}")
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
        return script_text(sys.stdin.buffer.read(), "utf-8")
    with open(name, "rb") as file:
        return script_text(file.read(), "utf-8")
