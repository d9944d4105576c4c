"""What `alfred -check` says of a script: its diagnostics as lines, its jobs as JSON (docs/check-json.md).

    {"file", "jobs": [{"title", ..., "tasks": [NODE], "cleanup": [CMD], "postscript": [CMD]}], "diagnostics": [...]}

Iterates stand expanded. `binds` of an instance is the path of indexes from the job's `tasks` through `subtasks`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from runtime.job.expanded import expand
from runtime.job.model import Cmd, Diagnostic, Instance, Job, Reading, Task
from runtime.job.references import Index
from runtime.job.substitute import argv


def diagnostic_lines(diagnostics: Iterable[Diagnostic], file: str) -> Iterator[str]:
    """`file:line:column: error: text`, each with a line for its hint where it has one."""
    for found in diagnostics:
        yield f"{file}:{found.line}:{found.column}: {found.severity.value}: {found.text}"
        if found.hint:
            yield f"    {found.hint}"


def json_form(reading: Reading, file: str) -> dict[str, Any]:
    """The JSON form as dictionaries and lists. A script with errors has no jobs that one could rely on: none."""
    return {
        "file": file,
        "jobs": [] if reading.failed else [_job(job) for job in reading.jobs],
        "diagnostics": diagnostics_form(reading.diagnostics),
    }


def diagnostics_form(diagnostics: Iterable[Diagnostic]) -> list[dict[str, Any]]:
    """The JSON form of diagnostics."""
    return [
        {
            "line": found.line,
            "column": found.column,
            "severity": found.severity.value,
            "text": found.text,
            "hint": found.hint,
        }
        for found in diagnostics
    ]


def _job(job: Job) -> dict[str, Any]:
    tasks = expand(job.tasks)
    index = Index(tasks)
    bound = iter(index.bind(wait) for wait in index.waits)
    return {
        "title": job.title,
        **_job_options(job),
        "tasks": [_node(node, index, bound) for node in tasks],
        "cleanup": [_cmd(cmd) for cmd in job.cleanup],
        "postscript": [_cmd(cmd) for cmd in job.postscript],
    }


def _job_options(job: Job) -> dict[str, str]:
    """The options; AlfJobPause, which is none, stands there as -paused."""
    options = dict(job.options)
    if job.paused and not options.keys() & {"paused", "pause"}:
        options["paused"] = "1"
    return options


def _node(node: Any, index: Index, bound: Iterator[int | None]) -> dict[str, Any]:
    """A node; Instances take what they bind to from `bound`, which is in document order like they are."""
    if isinstance(node, Instance):
        target = next(bound)
        return {
            "kind": "instance",
            "name": node.name,
            "binds": None if target is None else "/".join(map(str, index.path(target))),
        }
    assert isinstance(node, Task)
    return {
        "kind": "task",
        "title": node.title,
        **node.options,
        "subtasks": [_node(child, index, bound) for child in node.subtasks],
        "cmds": [_cmd(cmd) for cmd in node.cmds],
        "cleanup": [_cmd(cmd) for cmd in node.cleanup],
    }


def _cmd(cmd: Cmd) -> dict[str, Any]:
    return {"kind": cmd.kind.value, "launch": cmd.launch, "argv": list(argv(cmd)), **cmd.options}
