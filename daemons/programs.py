"""Programs that the dispatcher runs beside the commands of jobs: hooks, -resumewhile tests, viewers.

    -whendone, -whenerror   once, when a job has come to rest; output in STATE/jobs/JID/hook.log
    -resumewhile            a test of a second or so: its exit status is the answer
    -chaser, -preview       started for the user who asked, detached; nobody waits

They are programs with words, never shell lines (reference section 10). What cannot be started is said in words.
"""

from __future__ import annotations

import os
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import IO

import trio

from runtime.job.hooks import Hook, HookError, read_hook
from runtime.orders import RunHook

TEST_LIMIT_S = 600.0
"""A -resumewhile test that takes longer is ended, and does not hold."""


async def run_hook(order: RunHook, env: Mapping[str, str], log: Path) -> str:
    """Run a -whendone or -whenerror program to its end. Empty, or what went wrong."""
    with tempfile.NamedTemporaryFile("w", prefix="alfred-", suffix=".status", encoding="utf-8") as status:
        status.write(order.status_text)
        status.flush()
        try:
            hook = read_hook(
                order.command,
                job_title=order.title,
                task_title=order.task_title,
                user=order.user,
                status_file=status.name,
            )
            return "" if hook is None else await _run(hook, order.cwd, env, log)
        except (HookError, OSError, ValueError) as error:
            return str(error)


async def _run(hook: Hook, cwd: str, env: Mapping[str, str], log: Path) -> str:
    log.parent.mkdir(parents=True, exist_ok=True)
    with ExitStack() as files:
        errors = files.enter_context(log.open("ab"))
        stdin: IO[bytes] | int = subprocess.DEVNULL
        stdout: IO[bytes] = errors
        if hook.stdin:
            stdin = files.enter_context(Path(cwd, hook.stdin).open("rb"))
        if hook.stdout:
            stdout = files.enter_context(Path(cwd, hook.stdout).open("ab" if hook.append else "wb"))
        ended = await trio.run_process(
            _found(hook.argv, env), stdin=stdin, stdout=stdout, stderr=errors, cwd=cwd, env=env, check=False
        )
    return f"{hook.argv[0]} ended with status {ended.returncode}; its output: {log}" if ended.returncode else ""


async def run_test(argv: Sequence[str], cwd: str, env: Mapping[str, str]) -> int:
    """The exit status of a -resumewhile test; 127 for one that cannot be started, 124 for one that takes too long."""
    with trio.move_on_after(TEST_LIMIT_S):
        try:
            ended = await trio.run_process(
                _found(argv, env),
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                cwd=cwd,
                env=env,
                check=False,
            )
        except (OSError, ValueError):
            return 127
        return ended.returncode
    return 124


def show(argv: Sequence[str], cwd: str, env: Mapping[str, str]) -> str:
    """Start a viewer that outlives us. Empty, or why it could not be started."""
    try:
        viewer = subprocess.Popen(
            _found(argv, env),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=cwd,
            env=env,
            start_new_session=True,
        )
    except (OSError, ValueError) as error:
        return f"cannot start {' '.join(argv)}: {error}"
    _viewers[:] = [old for old in _viewers if old.poll() is None]
    _viewers.append(viewer)
    return ""


_viewers: list[subprocess.Popen[bytes]] = []
"""Viewers that have not been waited for."""


def _found(argv: Sequence[str], env: Mapping[str, str]) -> list[str]:
    """The words, with the program looked for on the job's PATH and not on ours. Raises ValueError for no words."""
    if not argv:
        raise ValueError("there is no program")
    if "/" in argv[0]:
        return list(argv)
    for directory in env.get("PATH", os.defpath).split(":"):
        place = os.path.join(directory or ".", argv[0])
        if os.path.isfile(place) and os.access(place, os.X_OK):
            return [place, *argv[1:]]
    return list(argv)
