"""What can only be said of a whole job: Instances and references without a target, and cycles.

A task waits for its subtasks, for what its Instances mean and, in a series (-serialsubtasks), for what stands before
it. An Iterate counts with its first step, standing where the Iterate stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from runtime.job.model import Cmd, Iterate, Job, Task
from runtime.job.references import Index, Wait
from runtime.job.session import Session
from runtime.job.source import Place
from runtime.job.steps import ScriptError, StepReader, outline
from runtime.match.metrics import compile_metrics

_VARIES = re.compile(r"\$\w+|\$\{[^}]*\}|\[[^\]]*\]+")
_SEARCHED = 1000  # steps that are tried one by one where a title does not tell its step


def check(job: Job, session: Session, text: str) -> None:
    """Add to the session what is wrong with a job. `text` is the script, for the columns."""
    index = Index(job.tasks)
    lines = _Lines(text)
    if index.waits or index.iterates:
        _check_instances(index, session, lines)
    _check_commands(job, index, session, lines)


class _Lines:
    """Finds the column of a word in a line of the script."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._lines: list[str] | None = None

    def place(self, line: int, word: str) -> Place:
        if self._lines is None:
            self._lines = self._text.split("\n")
        text = self._lines[line - 1] if 0 < line <= len(self._lines) else ""
        return line, text.find(word) + 1 or 1


# ---- Instances --------------------------------------------------------------------------------------


def _check_instances(index: Index, session: Session, lines: _Lines) -> None:
    loops = _Loops(index)
    targets: dict[int, list[tuple[int, Wait]]] = {}
    for wait in (*index.waits, *loops.waits()):
        target = index.bind(wait)
        if target is not None:
            targets.setdefault(wait.holder, []).append((target, wait))
        elif not loops.have(wait.instance.name):
            place = lines.place(wait.instance.line, "Instance")
            name = wait.instance.name
            session.warning(place, f'no task has the title or id "{name}": it waits until one appears')
    for wait, names in _cycles(index, targets):
        session.error(
            lines.place(wait.instance.line, "Instance"), "a cycle: " + " waits for ".join(f'"{name}"' for name in names)
        )


def _cycles(index: Index, targets: dict[int, list[tuple[int, Wait]]]) -> Iterator[tuple[Wait, list[str]]]:
    """Each cycle by an Instance in it, with the titles around it."""
    finished: set[int] = set()
    for start in sorted(holder for holder in targets if holder >= 0):
        path: list[tuple[int, Wait | None]] = [(start, None)]
        stack = [_needs(index, targets, start)]
        on_path = {start}
        while stack and start not in finished:
            for task, wait in stack[-1]:
                if task in on_path:
                    yield _around(index, path, task, wait)
                elif task not in finished:
                    path.append((task, wait))
                    on_path.add(task)
                    stack.append(_needs(index, targets, task))
                    break
            else:
                stack.pop()
                task, _ = path.pop()
                on_path.discard(task)
                finished.add(task)


def _around(
    index: Index, path: list[tuple[int, Wait | None]], closing: int, last: Wait | None
) -> tuple[Wait, list[str]]:
    first = next(place for place, (task, _) in enumerate(path) if task == closing)
    waits = [wait for _, wait in path[first + 1 :]] + [last]
    wait = next(wait for wait in waits if wait is not None)
    return wait, [index.tasks[task].title for task, _ in path[first:]] + [index.tasks[closing].title]


def _needs(index: Index, targets: dict[int, list[tuple[int, Wait]]], task: int) -> Iterator[tuple[int, Wait | None]]:
    """What a task waits for, and by which Instance."""
    child = task + 1
    while child < index.ends[task]:
        yield child, None
        child = index.ends[child]
    yield from targets.get(task, ())
    parent = index.parents[task]
    if parent >= 0 and _is_serial(index.tasks[parent]):
        yield from ((target, wait) for target, wait in targets.get(parent, ()) if wait.at <= task)
        before = parent + 1
        while before < task:
            if index.ends[before] == task:
                yield before, None
            before = index.ends[before]


def _is_serial(task: Task) -> bool:
    return task.options.get("serialsubtasks", "").strip() not in ("", "0")


# ---- Iterates ---------------------------------------------------------------------------------------


class _Loops:
    """The Iterates of a job: what their first steps wait for, and which titles their steps have."""

    def __init__(self, index: Index) -> None:
        self._iterates = index.iterates
        self._steps = StepReader()
        self._known: dict[str, bool] = {}
        self._titles = [_titles(iterate) for iterate, _, _ in index.iterates]

    def waits(self) -> Iterator[Wait]:
        """The Instances of first steps that nothing in the step answers to."""
        for iterate, holder, at in self._iterates:
            if iterate.steps:
                step = Index(self._steps.expand_step(iterate, 0))
                yield from (Wait(wait.instance, holder, at) for wait in step.waits if step.bind(wait) is None)

    def have(self, name: str) -> bool:
        """Whether a step has a task of that title or id."""
        known = self._known.get(name)
        if known is None:
            known = self._known[name] = any(
                self._has(iterate, titles, name)
                for (iterate, _, _), titles in zip(self._iterates, self._titles, strict=True)
            )
        return known

    def _has(self, iterate: Iterate, titles: list[re.Pattern[str]], name: str) -> bool:
        matches = [found for found in (title.fullmatch(name) for title in titles) if found is not None]
        return any(
            self._step_has(iterate, step, name) for found in matches for step in _likely_steps(iterate, found.groups())
        )

    def _step_has(self, iterate: Iterate, step: int, name: str) -> bool:
        try:
            index = Index(self._steps.expand_step(iterate, step))
        except ScriptError:
            return False
        return any(name in (task.title, task.options.get("id", "").strip()) for task in index.tasks)


def _titles(iterate: Iterate) -> list[re.Pattern[str]]:
    """What the titles and ids of the steps look like: anything may stand for what is substituted."""
    patterns = set()
    for task in Index(outline(iterate)).tasks:
        for title in (task.title, task.options.get("id", "").strip()):
            if title:
                patterns.add("(.*)".join(re.escape(part) for part in _VARIES.split(title)))
    return [re.compile(pattern, re.DOTALL) for pattern in sorted(patterns)]


def _likely_steps(iterate: Iterate, texts: tuple[str, ...]) -> Iterator[int]:
    """The steps in which the loop's variable could have given these texts, the likeliest first."""
    steps = iterate.steps
    for text in texts:
        if re.fullmatch(r"\s*[+-]?\d+\s*", text, re.ASCII):
            step, rest = divmod(int(text) - iterate.first, iterate.by)
            if not rest and 0 <= step < steps:
                yield step
    yield from range(min(steps, _SEARCHED))
    if steps > _SEARCHED:
        yield steps - 1


# ---- -refersto and -metrics -------------------------------------------------------------------------


def _check_commands(job: Job, index: Index, session: Session, lines: _Lines) -> None:
    """Warn of each -refersto that finds no check-out to share, and of each -metrics that is no expression."""
    served: dict[str, bool] | None = None
    for cmd in _commands(index, job):
        if "metrics" in cmd.options:
            fault = compile_metrics(cmd.options["metrics"]).fault if cmd.options["metrics"].strip() else ""
            if fault:
                place = lines.place(cmd.line, "-metrics")
                session.warning(place, f"-metrics is no expression and is left out: {fault}")
        if "refersto" not in cmd.options:
            continue
        if served is None:
            served = _served(index, job)
        name = cmd.options["refersto"].strip().strip("\"'")
        if served.get(name, False):
            continue
        why = "names no id" if name not in served else "names a task without a -service"
        place = lines.place(cmd.line, "-refersto")
        session.warning(place, f'-refersto "{name}" {why}: the command has a check-out of its own')


def _commands(index: Index, job: Job) -> Iterator[Cmd]:
    """Every command with one of these options."""
    for task in index.tasks:
        for cmds in (task.cmds, task.cleanup):
            for cmd in cmds:
                if "refersto" in cmd.options or "metrics" in cmd.options:
                    yield cmd
    yield from job.cleanup
    yield from job.postscript


def _served(index: Index, job: Job) -> dict[str, bool]:
    """The ids of a job, and whether one of that name has a -service."""
    found: dict[str, bool] = {}
    service = bool(job.options.get("service", "").strip())
    for task in index.tasks:
        holders = ((task.options, False), *((cmd.options, service) for cmd in (*task.cmds, *task.cleanup)))
        for options, has_service in holders:
            name = options.get("id", "").strip()
            if name:
                mine = has_service or bool(options.get("service", "").strip())
                found[name] = found.get(name, False) or mine
    return found
