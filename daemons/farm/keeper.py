"""The process that the daemons of an `alfred -farm` belong to: it starts them, and takes all of them down.

    python -P -m daemons.farm.keeper DIR MACHINES SLOTS      stdin: a pipe that nobody writes to

It ends when that pipe does, which is when who started it ends, however that happens. Then the daemons get TERM, what
is left of the farm after LEAVE_S gets KILL, whoever's child it is by then, and the directory goes.
"""

from __future__ import annotations

import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from daemons.farm.layout import MARK, Daemon, Layout, inherited

LEAVE_S = 5.0
"""How long the daemons may take to end by themselves."""
END_S = 20.0
"""How long the keeper may take before it is ended, and what is left of the farm."""
_LOOK_S = 0.1


@contextmanager
def kept(layout: Layout) -> Iterator[subprocess.Popen[bytes]]:
    """The farm at work, and its keeper. Afterwards nothing of it is left, nor of its directory."""
    words = (sys.executable, "-P", "-m", __name__, str(layout.directory), str(layout.machines), str(layout.slots))
    keeper = subprocess.Popen(
        words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=inherited(), start_new_session=True
    )
    assert keeper.stdin is not None
    try:
        yield keeper
    finally:
        keeper.stdin.close()
        try:
            keeper.wait(END_S)
        except subprocess.TimeoutExpired:
            keeper.kill()
            keeper.wait()
        sweep(layout.directory)
        shutil.rmtree(layout.directory, ignore_errors=True)  # where the keeper could not


def keep(layout: Layout) -> None:
    """Run the farm until stdin ends."""
    running: dict[str, subprocess.Popen[bytes]] = {}
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(1))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        for daemon in layout.daemons():
            running[daemon.name] = _start(layout, daemon)
        _say("started")
        while not select.select([sys.stdin], [], [], _LOOK_S)[0]:
            _tell_of_ends(layout, running)
    finally:
        _end(list(running.values()))
        sweep(layout.directory)
        shutil.rmtree(layout.directory, ignore_errors=True)


def sweep(directory: Path) -> None:
    """Kill all that belongs to the farm in this directory. Returns when nothing does any more."""
    while left := list(members(directory)):
        for process in left:
            try:
                process.kill()
            except psutil.NoSuchProcess:
                continue
        psutil.wait_procs(left, timeout=1.0)


def _start(layout: Layout, daemon: Daemon) -> subprocess.Popen[bytes]:
    with (layout.log / f"{daemon.name}.out").open("ab") as out:
        return subprocess.Popen(
            daemon.argv,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=out,
            cwd=layout.directory,
            env=inherited() | daemon.env,
        )


def _tell_of_ends(layout: Layout, running: dict[str, subprocess.Popen[bytes]]) -> None:
    """Say which daemons have ended since the last time."""
    for name in [name for name, process in running.items() if process.poll() is not None]:
        _say(f"{name} has ended ({running.pop(name).returncode}): {layout.log / name}.out")


def _end(processes: list[subprocess.Popen[bytes]]) -> None:
    for process in processes:
        process.terminate()
    until = time.monotonic() + LEAVE_S
    for process in processes:
        try:
            process.wait(max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def members(directory: Path) -> Iterator[psutil.Process]:
    """Processes with the farm's mark in their environment, its launchers (which begin with an empty environment), and
    the children of both."""
    for process in psutil.process_iter():
        try:
            if process.status() != psutil.STATUS_ZOMBIE and (
                process.environ().get(MARK) == str(directory) or _is_launcher(process.cmdline(), directory)
            ):
                yield process
                yield from process.children(recursive=True)
        except psutil.Error:
            continue  # it has ended, or is another user's


def _is_launcher(words: list[str], directory: Path) -> bool:
    return "daemons.launcher" in words and any(word.startswith(f"{directory}/") for word in words)


def _say(line: str) -> None:
    try:
        sys.stdout.write(f"{line}\n")
        sys.stdout.flush()
    except BrokenPipeError:
        return  # who would hear it has gone: so shall we


if __name__ == "__main__":
    keep(Layout(Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])))
