"""`alfred -farm N`: a whole site on one machine, of which nothing is left however it ends. Real processes."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil

from daemons.farm import keeper

LIMIT_S = 90.0


class Farm:
    """An `alfred -farm` at work."""

    def __init__(self, process: subprocess.Popen[str], directory: Path) -> None:
        self.process = process
        self._parent = directory
        self.said: list[str] = []

    @property
    def directory(self) -> Path:
        return next(self._parent.glob("alfred-farm-*"))

    @property
    def keeper(self) -> psutil.Process:
        return next(child for child in psutil.Process(self.process.pid).children() if "keeper" in str(child.cmdline()))

    def members(self) -> list[psutil.Process]:
        return [self.keeper, *keeper.members(self.directory)]

    def read_until(self, words: str) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said.append(line)
            if words in line:
                return
        raise AssertionError(f"{words!r} did not come:\n{''.join(self.said)}")

    def rest(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.read()


def _heed_ctrl_c() -> None:
    """As in any terminal, also where the tests themselves run in a background that ignores it."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


@contextmanager
def farm(tmp_path: Path, machines: int = 2) -> Iterator[Farm]:
    """A farm that is ended after the test, whatever became of it."""
    process = subprocess.Popen(
        [sys.executable, "-P", "-m", "daemons.cli", "-farm", str(machines)],
        env=os.environ | {"TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        preexec_fn=_heed_ctrl_c,
    )
    too_long = threading.Timer(LIMIT_S, process.kill)
    too_long.start()
    try:
        yield Farm(process, tmp_path)
    finally:
        too_long.cancel()
        process.kill()
        process.wait()
        for directory in tmp_path.glob("alfred-farm-*"):
            keeper.sweep(directory)


def none_left(members: list[psutil.Process]) -> bool:
    _, alive = psutil.wait_procs(members, timeout=LIMIT_S)
    return not alive


def test_the_jobs_of_both_users_run_on_it_and_ctrl_c_takes_all_of_it_down(tmp_path: Path) -> None:
    with farm(tmp_path) as tried:
        tried.read_until("the farm waits")
        members = tried.members()
        tried.process.send_signal(signal.SIGINT)

        assert "Ctrl-C here takes all of it down" in tried.rest()
        assert tried.process.wait(LIMIT_S) == 0
        assert none_left(members)
        assert list(tmp_path.iterdir()) == []

    said = "".join(tried.said)
    assert "error" not in said
    for user in ("anna", "ben"):
        assert any(line.startswith(user) and "job 1 done" in line for line in tried.said)
        assert any(line.startswith(user) and "on node" in line for line in tried.said)


def test_nothing_survives_the_sudden_death_of_who_started_it(tmp_path: Path) -> None:
    with farm(tmp_path) as tried:
        tried.read_until("on node")
        members = tried.members()
        tried.process.kill()

        assert len(members) > 8
        assert none_left(members)
        assert list(tmp_path.iterdir()) == []


def test_nothing_survives_the_sudden_death_of_the_keeper(tmp_path: Path) -> None:
    with farm(tmp_path) as tried:
        tried.read_until("on node")
        members = tried.members()
        tried.keeper.kill()

        assert "the keeper of the farm has ended" in tried.rest()
        assert tried.process.wait(LIMIT_S) == 2
        assert none_left(members)
        assert list(tmp_path.iterdir()) == []
