"""Ctrl-C in a session: what runs is ended and nothing of it is an error; the queue stays and says how it goes on."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest
import trio

from daemons.client import connect
from daemons.state import State
from runtime.messages import JobState

ALFRED = str(Path(sys.executable).with_name("alfred"))
INTERRUPTED = 130
LIMIT_S = 60.0
JOB = """
Job -title {two} -subtasks {
    Task {quick} -cmds { Cmd {true} }
    Task {long} -cmds { Cmd {sh -c "trap 'exit 0' TERM; echo up; while :; do sleep 1; done"} }
}
"""


class Session:
    """An `alfred -nogui` with its own state, and the lines that it prints."""

    def __init__(self, process: trio.Process) -> None:
        self.process = process
        self.text = ""

    async def until(self, words: str) -> None:
        """Wait for a line with these words."""
        assert self.process.stdout is not None
        while words not in self.text:
            data = await self.process.stdout.receive_some()
            assert data, self.text
            self.text += data.decode()

    async def end(self) -> int:
        """Its exit status; what it printed last is in `text`."""
        assert self.process.stdout is not None
        async for data in self.process.stdout:
            self.text += data.decode()
        return await self.process.wait()


@pytest.fixture
def place(tmp_path: Path) -> Path:
    (tmp_path / "two.alf").write_text(JOB)
    (tmp_path / "quick.alf").write_text("Job -title {quick} -subtasks { Task {a} -cmds { Cmd {true} } }")
    return tmp_path


async def start(place: Path, *words: str, before: tuple[str, ...] = ()) -> Session:
    command = [*before, ALFRED, "-nogui", *words]
    process = await trio.lowlevel.open_process(
        command, cwd=place, env=environment(place), stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    return Session(process)


def environment(place: Path) -> dict[str, str]:
    return {**os.environ, "ALF_STATE": str(place / "state")}


async def ask(place: Path, *words: str) -> str:
    done = await trio.run_process([ALFRED, *words], cwd=place, env=environment(place), capture_stdout=True)
    return done.stdout.decode()


async def test_ctrl_c_ends_what_runs_keeps_the_queue_and_says_how_to_go_on(place: Path) -> None:
    with trio.fail_after(LIMIT_S):
        session = await start(place, "two.alf")
        await session.until("done   1.1")

        session.process.send_signal(signal.SIGINT)

        assert await session.end() == INTERRUPTED
        assert "job 1 interrupted: 1 of 2 tasks done" in session.text
        assert "alfred -nogui goes on with the queue" in session.text
        shown = await ask(place, "-queue")
        why = await ask(place, "-why", "1")
        shown_after_why = await ask(place, "-queue")
    assert "error" not in shown
    assert "nothing runs now: alfred -nogui goes on" in shown
    assert why.startswith("nothing runs now")
    assert "nothing runs now" in shown_after_why, "-why has started a dispatcher"


async def test_under_nohup_a_session_outlives_its_terminal(place: Path) -> None:
    (place / "gate.alf").write_text('Task {gate} -cmds { Cmd {sh -c "until test -e open; do sleep 0.1; done"} }')
    with trio.fail_after(LIMIT_S):
        session = await start(place, "gate.alf", before=("nohup",))
        await session.until("start  1.1")

        session.process.send_signal(signal.SIGHUP)
        (place / "open").touch()

        assert await session.end() == 0
    assert "interrupted" not in session.text


async def test_ctrl_c_beside_others_pauses_its_jobs_and_none_of_them_is_in_error(place: Path) -> None:
    with trio.fail_after(LIMIT_S):
        session = await start(place, "two.alf")
        await session.until("done   1.1")
        async with connect(State(place / "state", place / "state" / "lock"), start=False) as other:
            session.process.send_signal(signal.SIGINT)

            assert await session.end() == INTERRUPTED
            assert "your jobs are paused" in session.text
            queue = await other.list()
            while queue.busy:
                await trio.sleep(0.02)
                queue = await other.list()
            assert (queue.jobs[0].state, queue.failed) == (JobState.PAUSED, ())
            await other.shutdown()


async def test_ctrl_c_of_one_who_only_watches_leaves_the_others_jobs_alone(place: Path) -> None:
    with trio.fail_after(LIMIT_S):
        session = await start(place, "two.alf")
        await session.until("done   1.1")
        watcher = await start(place)
        async with connect(State(place / "state", place / "state" / "lock"), start=False) as other:
            while "start" not in watcher.text:  # it is there as soon as it tells of another job
                await ask(place, "-nogui", "-q", "quick.alf")
                with trio.move_on_after(1.0):
                    await watcher.until("start")
            watcher.process.send_signal(signal.SIGINT)

            assert await watcher.end() == INTERRUPTED
            assert "goes on with the queue" in watcher.text
            assert (await other.list()).busy == 1
        session.process.send_signal(signal.SIGINT)
        await session.end()


async def test_a_reader_that_goes_away_does_not_end_the_session(place: Path) -> None:
    (place / "ends.alf").write_text("Job -title {x} -subtasks { Task {a} -cmds { Cmd {false} } }")
    with trio.fail_after(LIMIT_S):
        words = ["/bin/bash", "-c", f"set -o pipefail; {ALFRED} -nogui ends.alf | true"]
        done = await trio.run_process(
            words, cwd=place, env=environment(place), capture_stdout=True, capture_stderr=True, check=False
        )

    assert (done.returncode, done.stderr) == (1, b"")
