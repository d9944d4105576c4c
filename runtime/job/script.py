"""Job scripts: text in, jobs and diagnostics out (reference sections 1, 2 and 10).

    read_job(bytes)      a whole script: its Jobs, or one implied Job around bare Tasks
    read_growth(text)    what a command with -expand printed: Tasks, Iterates and Instances, no Job
    expand_step(i, k)    the nodes of step k of an Iterate

Reading is safe and gives the same for the same text and moment. It does no work in proportion to an Iterate's steps.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager

from alftcl.safe import Limits
from runtime.decoding import NOT_UTF8, decode
from runtime.job.checks import check
from runtime.job.model import Job, Reading, Scope, Severity
from runtime.job.operators import Body
from runtime.job.reader import Reader
from runtime.job.session import LIMITS, Nodes, Session
from runtime.job.source import START, Source
from runtime.job.steps import ScriptError, StepReader, expand_step

__all__ = ["ScriptError", "StepReader", "expand_step", "read_growth", "read_job"]

_MANY = 1_000_000  # characters from which on a script is read without the garbage collector


def read_job(text: bytes | str, file: str, *, now: float, limits: Limits = LIMITS) -> Reading:
    """Read a script. `file` is its name for titles and messages, `now` what its clock says (seconds since 1970).

    Never raises for what is in the script: everything wrong is a diagnostic, in the order of the text.
    """
    session = Session(file, now, limits)
    decoded = _decode(text, session)
    nodes: Nodes = []
    with _undisturbed(len(decoded)):
        Reader(session, Source(decoded)).read_all(Body.FILE, None, nodes)
        jobs = _jobs(nodes, session)
        if not any(found.severity is Severity.ERROR for found in session.diagnostics):
            if not jobs:
                session.error(START, "the script has neither a Job nor a Task")
            for job in jobs:
                check(job, session, decoded)
    return _reading(jobs, session)


def read_growth(text: bytes | str, file: str, scope: Scope | None, *, now: float, limits: Limits = LIMITS) -> Reading:
    """Read what a command printed as further children of its task: one Job that holds just them.

    `scope` is what the command saw. A Job in the text is an error; no Task at all is none.
    """
    session = Session(file, now, limits)
    nodes: Nodes = []
    Reader(session, Source(_decode(text, session))).read_all(Body.FILE, scope, nodes)
    for node in nodes:
        if isinstance(node, Job):
            session.error((node.line, 1), "a Job cannot stand in what a command prints: its Tasks alone can")
    tasks = tuple(node for node in nodes if not isinstance(node, Job))
    return _reading((Job(session.default_title, tasks=tasks, scope=scope, file=file, line=1),), session)


def _jobs(nodes: Nodes, session: Session) -> tuple[Job, ...]:
    """The jobs of a script: those that it says, and one around all Tasks that stand outside of them."""
    bare = tuple(node for node in nodes if not isinstance(node, Job))
    if not bare:
        return tuple(nodes)
    implied = Job(
        session.default_title,
        tasks=bare,
        scope=session.frozen(None),
        file=session.file,
        line=bare[0].line,
        paused=session.paused(),
    )
    place = next(i for i, node in enumerate(nodes) if not isinstance(node, Job))
    jobs: list[Job] = [node for node in nodes if isinstance(node, Job)]
    jobs.insert(place, implied)
    return tuple(jobs)


def _reading(jobs: tuple[Job, ...], session: Session) -> Reading:
    ordered = sorted(session.diagnostics, key=lambda found: (found.line, found.column))
    return Reading(jobs, tuple(ordered))


def _decode(text: bytes | str, session: Session) -> str:
    decoded = decode(text)
    if decoded.not_utf8 is not None:
        session.warning(decoded.not_utf8, NOT_UTF8)
    return decoded.text


@contextmanager
def _undisturbed(length: int) -> Iterator[None]:
    """Half a million objects that all stay: the collector would only look at them again and again."""
    busy = length >= _MANY and gc.isenabled()
    if busy:
        gc.disable()
    try:
        yield
    finally:
        if busy:
            gc.freeze()
            gc.enable()
